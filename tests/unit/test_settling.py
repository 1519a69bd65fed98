"""All drafts of a pack beside fighting on: with a made-up equilibrium, and with the game of the toy war on few draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import QueryError
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.ending import Drawn, draw_games
from armistice.infer.pace import front_pace
from armistice.settling import AMENDED, WANTED, Settled, fighting_of, settle, stakes_of_pack
from make_ending import make_ending

DRAWS = 24


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def drawn(pack: Pack) -> Drawn:
    assert pack.game is not None
    found = draw_games(pack, front_pace(estimate_panel(pack), pack.war, pack.game.axis), 0, DRAWS)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def settled(pack: Pack, drawn: Drawn) -> Settled:
    equilibrium = make_ending("mixed").equilibrium
    found = settle(pack, drawn.games, equilibrium, None, 0)
    assert found is not None
    return found


def test_every_draft_and_variant_is_appraised(settled: Settled) -> None:
    want = [(draft.id, variant) for draft in settled.drafts for variant in (tuple(draft.variants) or ("",))]
    assert [(one.id, one.variant) for one in settled.appraisals] == want
    assert [(one.id, one.variant) for one in settled.unweighed] == want
    assert not any(one.weighed for one in settled.appraisals), "there was no record to weigh by"


def test_changes_are_sought_for_what_both_would_soonest_accept(settled: Settled) -> None:
    best = {}
    for one in settled.appraisals:
        best[one.id] = max(best.get(one.id, -1.0), one.p_accept_both)
    told = {name: best[name] for name, _ in settled.amended}
    left = [chance for name, chance in best.items() if name not in told]
    assert len(told) == min(AMENDED, len(best))
    assert not left or min(told.values()) >= max(left)
    assert all(found.wanted == WANTED for found in settled.amended.values())


def test_fighting_on_is_the_game_s(pack: Pack, drawn: Drawn) -> None:
    equilibrium = make_ending("mixed").equilibrium
    found = fighting_of(pack, drawn.games, equilibrium)
    assert np.array_equal(found.reservation[:, 0], equilibrium.reservation_a)
    assert found.weight.sum() == pytest.approx(1.0)
    assert found.discount.tolist() == [game.time.discount for game in drawn.games]
    assert pack.game is not None
    assert set(found.decides) == {line.issue for line in pack.game.lines}


def test_without_drafts_or_a_word_on_today_there_is_nothing(pack: Pack, drawn: Drawn, tmp_path: Path) -> None:
    equilibrium = make_ending("mixed").equilibrium
    silent = tuple(replace(issue, now="") for issue in pack.war.issues)
    assert settle(replace(pack, war=replace(pack.war, issues=silent)), drawn.games, equilibrium, None) is None
    assert settle(replace(pack, path=tmp_path), drawn.games, equilibrium, None) is None


def test_the_toy_game_gives_stakes(pack: Pack) -> None:
    found = stakes_of_pack(pack, 0, 30, DRAWS)
    assert found.draws == 30
    assert found.fights.shape == (2, 30)
    assert not found.fighting.weighed
    with pytest.raises(QueryError, match=r"no game\.toml; expected judgements"):
        stakes_of_pack(replace(pack, game=None))
