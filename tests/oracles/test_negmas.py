"""An independent program reads the written negotiations, and finds the same utilities, frontier and solution points.

NegMAS (AGPL-3.0-or-later) is not needed by the package or by the other tests: `make oracles` installs it apart.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from armistice.data.pack import read_pack
from armistice.deal.exchange import Negotiation, negotiation_of, read_genius, write_genius, write_negmas
from armistice.deal.frontier import Frontier, enumerate_frontier, merge_frontier, most_salient, space_of
from armistice.deal.preferences import Preferences, preferences_of, shares
from armistice.deal.solutions import solution_points

WHY = "an oracle of the group `oracles`, which is not installed; run make oracles"
inout = pytest.importorskip("negmas.inout", reason=WHY)
ops = pytest.importorskip("negmas.preferences.ops", reason=WHY)
serialization = pytest.importorskip("negmas.serialization", reason=WHY)

WARS = Path(__file__).parents[2] / "wars"
FIGHT = (0.4375, 0.375)


def drawn(seed: int, parties: int, sizes: tuple[int, ...]) -> Negotiation:
    """Random opposed utilities; values with all their digits, on no grid."""
    rng = np.random.default_rng(seed)
    held = Preferences(
        tuple("abcde"[:parties]), tuple(f"issue{k}" for k in range(len(sizes))),
        tuple(tuple(f"option{n}" for n in range(size)) for size in sizes),
        shares(rng.random((1, parties, len(sizes)))),
        tuple(rng.dirichlet(np.ones(parties), (1, size)).swapaxes(1, 2) for size in sizes),
        tuple(np.ones((parties, size), bool) for size in sizes),
    )  # fmt: skip
    return Negotiation("drawn", held, tuple(np.full(parties, 0.6 / parties).tolist()))


def of_war(slug: str, limit: int) -> Negotiation:
    held = preferences_of(read_pack(WARS / slug).war, 2, 3)
    return negotiation_of(held.only(most_salient(held, limit)), FIGHT, slug, 1)


CASES = {
    "toy": lambda: of_war("toy", 10_000),
    "ukraine": lambda: of_war("ukraine", 30_000),
    "two": lambda: drawn(1, 2, (5, 4, 6, 5, 4)),
    "three": lambda: drawn(2, 3, (4, 5, 4, 4)),
    "five": lambda: drawn(3, 5, (3, 4, 3, 3)),
}


@pytest.fixture(scope="module", params=CASES)
def talks(request: pytest.FixtureRequest) -> Negotiation:
    return CASES[request.param]()


@pytest.fixture
def loaded(talks: Negotiation, tmp_path: Path) -> dict[str, Any]:
    """The utility functions as NegMAS has them from either file."""
    write_genius(talks, tmp_path / "genius")
    path = write_negmas(talks, tmp_path / "talks.json")
    scenario = inout.Scenario.from_genius_folder(tmp_path / "genius")
    ours = json.loads(path.read_text(encoding="utf-8"))["ufuns"]
    return {"genius": tuple(scenario.ufuns), "json": tuple(serialization.deserialize(entry) for entry in ours)}


def frontier(talks: Negotiation) -> Frontier:
    return enumerate_frontier(space_of(talks.preferences), talks.reservation)


def test_same_domain_and_utilities(talks: Negotiation, loaded: dict[str, Any]) -> None:
    space = space_of(talks.preferences)
    rng = np.random.default_rng(0)
    outcomes = np.stack([rng.integers(0, len(names), 1000) for names in space.options], axis=-1)
    ours = space.utilities(outcomes)
    exact = talks.name != "drawn"
    for ufuns in loaded.values():
        assert [ufun.reserved_value for ufun in ufuns] == list(talks.reservation)
        for ufun in ufuns:
            assert [issue.name for issue in ufun.outcome_space.issues] == list(space.issues)
            assert [tuple(issue.values) for issue in ufun.outcome_space.issues] == list(space.options)
        theirs = np.array([[ufun(tuple(space.named(row).values())) for ufun in ufuns] for row in outcomes])
        assert np.array_equal(ours, theirs) if exact else np.allclose(ours, theirs, rtol=0, atol=1e-12)


def test_same_frontier(talks: Negotiation, loaded: dict[str, Any]) -> None:
    ours = frontier(talks)
    assert len(ours) > 5
    every = list(itertools.product(*talks.preferences.options))
    for ufuns in loaded.values():
        theirs, index = ops.pareto_frontier(ufuns, issues=ufuns[0].outcome_space.issues)
        assert {tuple(ours.named(row).values()) for row in range(len(ours))} == {every[k] for k in index}
        found = np.unique(np.array(theirs), axis=0)
        assert np.allclose(np.unique(ours.utilities, axis=0), found, rtol=0, atol=1e-12)


def test_same_points(talks: Negotiation, loaded: dict[str, Any]) -> None:
    """Nash, egalitarian and utilitarian as they are; Kalai–Smorodinsky by NegMAS's own rule on this frontier.

    NegMAS takes the point where the parties' shares of their best differ least, even where another gives all of them more of it;
    and takes their best among all outcomes rather than among those acceptable to all.
    """
    ours = frontier(talks)
    points = solution_points(ours, talks.reservation)
    ufuns = loaded["json"]
    theirs, _ = ops.pareto_frontier(ufuns, issues=ufuns[0].outcome_space.issues)
    ranges = [ufun.minmax(above_reserve=False) for ufun in ufuns]
    for name, rule in (
        ("nash", ops.nash_points), ("egalitarian", ops.kalai_points), ("utilitarian", ops.max_welfare_points),
    ):  # fmt: skip
        found = [np.array(utilities) for utilities, _ in rule(ufuns, theirs, ranges=list(ranges))]
        assert any(np.allclose(points[name].utilities, u, rtol=0, atol=1e-12) for u in found), name
    found = [np.array(utilities) for utilities, _ in ops.ks_points(ufuns, theirs, ranges=list(ranges))]
    least = np.array(talks.reservation)
    in_shares = (ours.utilities - least) / (np.array([high for _, high in ranges]) - least)
    nearest = ours.utilities[np.argmin(in_shares.max(-1) - in_shares.min(-1))]
    assert any(np.allclose(nearest, u, rtol=0, atol=1e-12) for u in found)


def test_what_negmas_writes_is_read(talks: Negotiation, loaded: dict[str, Any], tmp_path: Path) -> None:
    ufuns = loaded["json"]
    inout.Scenario(outcome_space=ufuns[0].outcome_space, ufuns=ufuns).to_genius_folder(tmp_path / "theirs")
    back = read_genius(tmp_path / "theirs")
    assert sorted(back.preferences.parties) == sorted(talks.preferences.parties)
    assert back.reservation == talks.reservation
    ours, theirs = (merge_frontier(space_of(n.preferences), n.reservation) for n in (talks, back))
    assert np.array_equal(ours.utilities, theirs.utilities)
