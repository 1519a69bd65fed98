"""The pack's drafts beside the war-termination game: what fighting on is worth, and each draft appraised against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from armistice.core.amendment import Amended
from armistice.core.appraisal import Appraisal, Fighting
from armistice.core.endings import Equilibrium
from armistice.core.errors import QueryError
from armistice.core.history import History
from armistice.core.settlement import Settlement
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack
from armistice.deal.amend import amend
from armistice.deal.appraise import DRAWS, Stakes, appraise, stakes_of
from armistice.deal.check import ground_for
from armistice.deal.preferences import preferences_of
from armistice.deal.read import read_settlements
from armistice.deal.stated import resampled, stated_choices, taught
from armistice.ending import DRAWS as DRAWS_OF_GAME
from armistice.ending import draw_games
from armistice.game.form import WarGame
from armistice.game.solve import ENGINE, solve, start_of
from armistice.game.terms import equilibrium_of
from armistice.history import history_of_pack
from armistice.infer.pace import front_pace

PRIOR_DRAWS = 2000
"""Draws of the preferences before the record weighs them."""
AMENDED = 3
"""Drafts for which amendments are looked for in a report: those that both sides would soonest accept."""


@dataclass(frozen=True)
class Settled:
    """All drafts of a pack, appraised.

    Attributes
    ----------
    drafts : tuple of Settlement
        Known on the day, by date.
    stakes : Stakes
    appraisals : tuple of Appraisal
        A draft with variants has one for each; by date of the draft.
    unweighed : tuple of Appraisal
        The same with every judged number as the pack has it, before the record weighs the draws; the same ones where
        there is nothing to weigh by.
    amended : dict of (str, str) to Amended
        (Draft, variant) → what would have to change, for some of them.
    """

    drafts: tuple[Settlement, ...]
    stakes: Stakes
    appraisals: tuple[Appraisal, ...]
    unweighed: tuple[Appraisal, ...]
    amended: dict[tuple[str, str], Amended]


def fighting_of(
    pack: Pack,
    games: Sequence[WarGame],
    equilibrium: Equilibrium,
    history: History | None = None,
) -> Fighting:
    """What fighting on is worth, from the war's game solved on its draws.

    Parameters
    ----------
    pack : Pack
    games : sequence of WarGame
    equilibrium : Equilibrium
        Of these games, at the state from which they start.
    history : History, optional
        Weighs the draws by the negotiating record; all count alike without it.
    """
    weight = np.full(len(games), 1 / len(games)) if history is None else history.matched.weights.weight
    lines = () if pack.game is None else tuple(dict.fromkeys(line.issue for line in pack.game.lines))
    return Fighting(
        pack.war.as_of, ENGINE, np.column_stack([equilibrium.reservation_a, equilibrium.reservation_b]),
        np.array([game.time.discount for game in games]), weight, lines, history is not None,
    )  # fmt: skip


def stakes_of_pack(
    pack: Pack,
    seed: int = 0,
    draws: int = DRAWS,
    game_draws: int = DRAWS_OF_GAME,
    weighed: bool = False,
    beside: Sequence[Settlement] = (),
    progress: Callable[[str, float], None] = lambda what, share: None,
) -> Stakes:
    """What the sides of a pack have to gain and to lose, with its game solved as of its day.

    Parameters
    ----------
    pack : Pack
    seed : int
    draws : int
        Of the preferences.
    game_draws : int
        Of the war-termination game.
    weighed : bool
        Whether the negotiating record weighs the draws of the game too: minutes.
    beside : sequence of Settlement
        Drafts that are not in the pack, whose regions are surveyed too.
    progress : callable
        Called with what is being done and the share of it that is.

    Raises
    ------
    QueryError
        If the pack has no game, its record is too short, the front is not on the axis of the game, or the pack does not
        say how an issue stands today.
    """
    if pack.game is None:
        raise QueryError(
            f"{pack.war.title}: no game.toml; expected judgements of what fighting on is worth; add them to the pack"
        )
    panel = estimate_panel(pack)
    pace = front_pace(panel, pack.war, pack.game.axis)
    drawn = draw_games(pack, pace, seed, game_draws)
    if drawn is None:
        where = f"{pack.war.title} as of {pack.war.as_of}"
        raise QueryError(f"{where}: the front does not stand on the axis {pack.game.axis}; choose another --as-of")
    games = drawn.games
    found = equilibrium_of(
        solve(games, (start_of(games[0]),), months=1, strict=False, progress=lambda x: progress("solving the game", x))
    )
    history = history_of_pack(pack, seed, game_draws, progress) if weighed else None
    fighting = fighting_of(pack, games, found, history)
    return _stakes(pack, (*read_settlements(pack), *beside), fighting, True, draws, seed)


def settle(
    pack: Pack,
    games: Sequence[WarGame],
    equilibrium: Equilibrium,
    history: History | None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda what: None,
) -> Settled | None:
    """Appraise all drafts of a pack against a game that is solved; None where there are none.

    Parameters
    ----------
    pack : Pack
    games : sequence of WarGame
    equilibrium : Equilibrium
        Of these games, at the state from which they start.
    history : History or None
        Weighs the draws of the game; the preferences are weighed by what the sides stated.
    seed : int
    progress : callable
        Called with the name of each stage.
    """
    drafts = read_settlements(pack)
    if not drafts or any(not issue.now for issue in pack.war.issues):
        return None
    progress("appraising the drafts")
    plain = _stakes(pack, drafts, fighting_of(pack, games, equilibrium), False, DRAWS, seed)
    fighting = fighting_of(pack, games, equilibrium, history)
    stakes = _stakes(pack, drafts, fighting, True, DRAWS, seed)
    told = [(draft, variant) for draft in drafts if draft.provisions for variant in tuple(draft.variants) or ("",)]
    found = tuple(appraise(draft, stakes, variant) for draft, variant in told)
    order = sorted(
        range(len(told)), key=lambda n: (-found[n].p_accept_both, -told[n][0].date.toordinal(), told[n][0].id)
    )
    amended = {}
    for n in order[:AMENDED]:
        draft, variant = told[n]
        progress(f"what would have to change: {draft.title}")
        amended[draft.id, variant] = amend(draft, stakes, drafts, variant=variant)
    return Settled(drafts, stakes, found, tuple(appraise(draft, plain, variant) for draft, variant in told), amended)


def _stakes(
    pack: Pack, drafts: Sequence[Settlement], fighting: Fighting, weighed: bool, draws: int, seed: int
) -> Stakes:
    ground = ground_for(drafts, pack)
    if not weighed:
        return stakes_of(pack.war, ground, fighting, preferences_of(pack.war, draws, seed), seed)
    preferences = preferences_of(pack.war, PRIOR_DRAWS, seed)
    found = taught(preferences, stated_choices(pack))
    return stakes_of(pack.war, ground, fighting, resampled(preferences, found, draws, seed), seed)
