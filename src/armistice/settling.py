"""The pack's drafts beside the war-termination game: what fighting on is worth, and each draft appraised against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from armistice.core.amendment import Amended
from armistice.core.appraisal import Appraisal, Fighting
from armistice.core.endings import Equilibrium
from armistice.core.history import History
from armistice.core.parties import ThirdParties
from armistice.core.settlement import Ground, Settlement
from armistice.data.pack import Pack
from armistice.deal.amend import amend
from armistice.deal.answers import answers_of, likelihood_of, weights_without
from armistice.deal.appraise import DRAWS, Stakes, appraise, stakes_of
from armistice.deal.check import ground_for
from armistice.deal.parties import third_parties_of, wants_of
from armistice.deal.preferences import preferences_of
from armistice.deal.read import read_settlements
from armistice.deal.stated import lesson_rows, lessons_of, resampled, stated_choices, taught
from armistice.ending import DRAWS as DRAWS_OF_GAME
from armistice.ending import draw_games_of_pack
from armistice.game.form import WarGame
from armistice.game.solve import ENGINE, solve, start_of
from armistice.game.terms import equilibrium_of
from armistice.history import history_of
from armistice.infer.match import resampled_rows, weigh

PRIOR_DRAWS = 2000
"""Draws of the preferences before the record weighs them."""
AMENDED = 3
"""Drafts for which amendments are looked for in a report: those that both sides would soonest accept."""
WANTED = 0.8
"""Share of the draws in which both are to accept: four in five, as the ranges of the page."""


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
    third : dict of str to ThirdParties
        Draft → what it asks of third parties, its variants counted alike.
    learnt : tuple of dict
        Rows on what the sides' statements taught of their weights; none where no record weighs the draws.
    """

    drafts: tuple[Settlement, ...]
    stakes: Stakes
    appraisals: tuple[Appraisal, ...]
    unweighed: tuple[Appraisal, ...]
    amended: dict[tuple[str, str], Amended]
    third: dict[str, ThirdParties] = field(default_factory=dict)
    learnt: tuple[dict[str, str], ...] = ()


def fighting_of(pack: Pack, games: Sequence[WarGame], equilibrium: Equilibrium) -> Fighting:
    """What fighting on is worth, from the war's game solved on its draws, which count alike.

    Parameters
    ----------
    pack : Pack
    games : sequence of WarGame
    equilibrium : Equilibrium
        Of these games, at the state from which they start.
    """
    lines = () if pack.game is None else tuple(dict.fromkeys(line.issue for line in pack.game.lines))
    return Fighting(
        pack.war.as_of, ENGINE, np.column_stack([equilibrium.reservation_a, equilibrium.reservation_b]),
        np.array([game.time.discount for game in games]), np.full(len(games), 1 / len(games)), lines,
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
    panel, drawn = draw_games_of_pack(pack, seed, game_draws)
    games = drawn.games
    found = equilibrium_of(
        solve(games, (start_of(games[0]),), months=1, strict=False, progress=lambda x: progress("solving the game", x))
    )
    fighting = fighting_of(pack, games, found)
    drafts = (*read_settlements(pack), *beside)
    ground = ground_for(drafts, pack)
    if not weighed:
        return _by_statements(pack, ground, fighting, draws, seed)
    history = history_of(pack, panel, drawn, seed, progress)
    return _by_record(pack, drafts, ground, fighting, history, draws, seed)


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
    fighting = fighting_of(pack, games, equilibrium)
    ground = ground_for(drafts, pack)
    plain = stakes_of(pack.war, ground, fighting, preferences_of(pack.war, DRAWS, seed), seed)
    stakes = plain if history is None else _by_record(pack, drafts, ground, fighting, history, DRAWS, seed)
    told = [(draft, variant) for draft in drafts if draft.provisions for variant in tuple(draft.variants) or ("",)]
    found = tuple(appraise(draft, stakes, variant) for draft, variant in told)
    amended: dict[tuple[str, str], Amended] = {}
    for one in sorted(found, key=lambda a: (-a.p_accept_both, -a.date.toordinal(), a.id)):
        if len(amended) < AMENDED and one.id not in {name for name, _ in amended}:
            draft = next(d for d in drafts if d.id == one.id)
            progress(f"what would have to change: {draft.title}")
            amended[one.id, one.variant] = amend(draft, stakes, drafts, WANTED, variant=one.variant)
    wants = wants_of(pack.war, DRAWS, seed)
    third = {draft.id: third_parties_of(draft, pack.war, wants) for draft in drafts if draft.provisions}
    unweighed = tuple(appraise(draft, plain, variant) for draft, variant in told)
    return Settled(drafts, stakes, found, unweighed, amended, third, () if history is None else _learnt(pack, seed))


def _learnt(pack: Pack, seed: int) -> tuple[dict[str, str], ...]:
    prior = preferences_of(pack.war, PRIOR_DRAWS, seed)
    return tuple(lesson_rows(pack.war, lessons_of(prior, taught(prior, stated_choices(pack)), seed)))


def _by_statements(pack: Pack, ground: Ground, fighting: Fighting, draws: int, seed: int) -> Stakes:
    """Stakes with the preferences weighed by what the sides stated and turned down."""
    preferences = preferences_of(pack.war, PRIOR_DRAWS, seed)
    held = resampled(preferences, taught(preferences, stated_choices(pack)), draws, seed)
    return stakes_of(pack.war, ground, fighting, held, seed)


def _by_record(
    pack: Pack,
    drafts: Sequence[Settlement],
    ground: Ground,
    fighting: Fighting,
    history: History,
    draws: int,
    seed: int,
) -> Stakes:
    """Stakes weighed by all of the record: statements, months without a settlement, answers to lines and to drafts."""
    answers = answers_of(pack, drafts)
    weighed = replace(fighting, weight=weights_without(history, answers).weight, weighed=True)
    many = _by_statements(pack, ground, weighed, PRIOR_DRAWS, seed)
    weights = weigh(likelihood_of(many, answers, history).sum(1))
    return many.taken(np.random.default_rng(seed).permutation(resampled_rows(weights.weight, draws)))
