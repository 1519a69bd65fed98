"""Amendments: the fewest or cheapest changes of terms after which both sides prefer a draft to fighting on, and it lasts.

The terms listed are those that some draft of the pack has worded (`wordings`). Where all their combinations are few, all are
tried and every statement is exact. Otherwise a search proposes (`moves`), and a proof bounds: in each draw, whether any
combination at all could be acceptable to both (`straight`), and over all draws the mixed-integer program

.. math:: \\max \\sum_n z_n, \\quad \\ell_{in} + \\sum_m x_m \\ell_{imn} \\ge -M_{in}(1 - z_n), \\quad \\sum_{m \\in k} x_m \\le 1,
          \\quad x, z \\in \\{0, 1\\},

with x the moves, z the draws in which both accept, and lines l that are never below the truth. Its bound, by HiGHS with a limit of
nodes instead of time, is a proof whether or not the program is solved to the end.

A program that looks for the fewest changes in the same way is far slower than the search and finds no better ones: the search
is used for them, and what it says is fewest is proved up to two changes, and where it meets the least number of changes that
the draws one by one allow.

Reference: Q. Huangfu and J. A. J. Hall, "Parallelizing the dual revised simplex method", *Mathematical Programming
Computation* 10 (2018) 119-142 (HiGHS).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, hstack, vstack

from armistice.core.amendment import Amended, Amendment, Change
from armistice.core.appraisal import survival_after
from armistice.core.errors import QueryError
from armistice.core.settlement import Settlement
from armistice.deal.appraise import Stakes, appraise
from armistice.deal.moves import (
    ALL,
    Aim,
    Found,
    alternatives,
    climb,
    combinations,
    everything,
    judge,
    out_of_dispute,
    ruled_out,
    trimmed,
)
from armistice.deal.straight import Lines, bounding_lines, least_changes
from armistice.deal.trades import words_of
from armistice.deal.wordings import Room, amended_text, room_of, wordings

YEARS = 10.0
"""Years for which the peace is asked to hold."""
NODES = 40
"""Of the proof, at most."""
_POLISHED = 4
"""Issues that come nearest to being the binding one, for which the search goes on."""


def amend(
    settlement: Settlement,
    stakes: Stakes,
    settlements: Sequence[Settlement],
    wanted: float = 0.5,
    lasting: float = 0.5,
    most: int = 10,
    variant: str = "",
) -> Amended:
    """The changes of a draft that would be enough, or how far the best ones get.

    Parameters
    ----------
    settlement : Settlement
    stakes : Stakes
    settlements : sequence of Settlement
        Drafts whose wordings may be taken.
    wanted : float
        Share of the draws in which both sides are to prefer it to fighting on, above 0.
    lasting : float
        Median chance with which peace is to hold for `YEARS`.
    most : int
        Alternatives at most.
    variant : str
        Of the draft; without one, each of several holds in as many draws as the others.

    Raises
    ------
    QueryError
        If the draft is empty or has no such variant, a number is out of bounds, or no draft words other terms.
    """
    if not 0 < wanted <= 1:
        raise QueryError(f"chance: {wanted:g}; expected a share above 0 and up to 1; choose one")
    if not 0 <= lasting <= 1:
        raise QueryError(f"lasting: {lasting:g}; expected a chance from 0 to 1; choose one")
    if most < 1:
        raise QueryError(f"most: {most}; expected 1 or more; ask for a whole number above 0")
    told = appraise(settlement, stakes, variant)
    survival = float(np.median(told.survival(YEARS)))
    aim = Aim(wanted, lasting, YEARS)
    room = room_of(settlement, stakes, wordings((settlement, *settlements), stakes), variant)
    before = Amended(
        settlement.id, settlement.title, variant, wanted, lasting, YEARS, told.p_accept_both, survival, (),
        told.p_accept_both if survival >= lasting else 0.0, 1.0, (), "as it is",
    )  # fmt: skip
    if told.p_accept_both >= wanted and survival >= lasting:
        return before
    if not len(room.issue):
        raise QueryError(
            f"{settlement.id}: no other terms; expected drafts that word them otherwise; add a draft to the pack"
        )
    best, found = _search(room, stakes, aim, most)
    amendments = [a for f in found if (a := _amendment(room, stakes, aim, f)) is not None]
    lines = bounding_lines(room, stakes)
    changes = np.sort(least_changes(room, lines))
    fewest = changes[max(int(np.ceil(wanted * stakes.draws - 1e-9)), 1) - 1]
    if amendments:
        return replace(
            before, amendments=tuple(amendments), best_chance=max(best.share, *(a.p_accept_both for a in amendments)),
            at_least=int(min(max(fewest, ruled_out(room, found) + 1), len(found[0].moves))),
            status="amended",
        )  # fmt: skip
    return _short_of(before, room, stakes, aim, best, lines, changes)


def _search(room: Room, stakes: Stakes, aim: Aim, most: int) -> tuple[Found, list[Found]]:
    """The set that both sides accept most often among those that last, and good sets that differ in kind."""
    if combinations(room) <= ALL:
        tried = judge(room, stakes, aim, everything(room))
        lasting = [f for f in tried if f.survival >= aim.lasting]
        best = max(lasting or tried, key=lambda f: (f.share if lasting else f.survival, f.lead, -len(f.moves)))
        return best, alternatives(room, stakes, aim, most, tried)
    best = climb(room, stakes, aim)
    if not best.good(aim):
        return best, []
    return best, alternatives(room, stakes, aim, most) or [trimmed(room, stakes, aim, best)]


def _amendment(room: Room, stakes: Stakes, aim: Aim, found: Found) -> Amendment | None:
    """A set of moves as a draft of its own, appraised; None where it turns out not to be enough."""
    moves = sorted(found.moves, key=lambda m: int(room.issue[m]))
    text = amended_text(room.draft, [room.wordings[m] for m in moves])
    told = appraise(text, stakes)
    survival = float(np.median(told.survival(aim.years)))
    if told.p_accept_both < aim.wanted or survival < aim.lasting:
        return None
    changes = tuple(_change(room, m) for m in moves)
    a, b = told.sides["a"], told.sides["b"]
    return Amendment(
        changes, found.cost, a.p_accept, b.p_accept, told.p_accept_both, survival, float(np.median(a.surplus)),
        float(np.median(b.surplus)), words_of(changes, room.draft, text, stakes.war, stakes.ground),
    )  # fmt: skip


def _change(room: Room, move: int) -> Change:
    wording = room.wordings[move]
    a, b = map(float, room.by_itself[move].mean(-1))
    favours = "both" if a > 0 and b > 0 else "a" if a > 0 else "b" if b > 0 else ""
    return Change(wording.issue, room.before[move], wording.option, favours, a, b, wording.draft)


# --- where nothing is enough -----------------------------------------------------------------------------------------


def _short_of(
    before: Amended, room: Room, stakes: Stakes, aim: Aim, best: Found, lines: Lines, changes: np.ndarray
) -> Amended:
    """How far the best combination gets, what is proved, and which issues stand most in the way."""
    lasts = best.survival >= aim.lasting
    complete = combinations(room) <= ALL
    if not lasts and (complete or _longest(room, stakes, aim) < aim.lasting):
        return replace(before, best_chance=0.0, bound=0.0, status="breaks")
    reached = best.share if lasts else 0.0
    bound = reached if complete else float(np.isfinite(changes).mean())
    if bound > reached and bound >= aim.wanted:
        bound = min(bound, largest_share(room, stakes, lines))
    return replace(
        before, best_chance=reached, bound=bound, binding=_binding(room, stakes, aim, best) if lasts else (),
        status="impossible" if bound < aim.wanted else "open",
    )  # fmt: skip


def _longest(room: Room, stakes: Stakes, aim: Aim) -> float:
    """Median chance of peace that no combination passes: the safest clauses in each draw, without lean or shift."""
    issues = np.unique(room.issue)
    factors = room.factors + sum(np.minimum(room.more_factors[room.issue == k].min(0), 0) for k in issues)
    hazard = stakes.numbers["base"] * np.exp(factors + stakes.numbers["imposed"] * room.imposed)
    return float(np.median(survival_after(hazard, stakes.numbers["shape"], aim.years)))


def largest_share(room: Room, stakes: Stakes, lines: Lines, nodes: int = NODES) -> float:
    """Largest share of the draws in which one combination could be acceptable to both, as proved by the program.

    Parameters
    ----------
    room : Room
    stakes : Stakes
    lines : Lines
        As of `bounding_lines`.
    nodes : int
        Of the search tree, at most; the bound holds all the same.
    """
    possible = np.flatnonzero(np.isfinite(least_changes(room, lines)))
    if not len(possible):
        return 0.0
    moves, draws = len(room.issue), len(possible)
    blocks, floors = [], []
    for side in range(2):
        each, start = lines.each[:, side, possible].T, lines.start[side, possible]
        worst = start + sum(np.minimum(each[:, room.issue == k].min(1), 0) for k in np.unique(room.issue))
        slack = np.maximum(-worst, 0)
        blocks.append(hstack([csr_array(each), diags_array(-slack)]))
        floors.append(-start - slack)
    one = np.array([room.issue == k for k in np.unique(room.issue)], float)
    forced = np.isin(np.unique(room.issue), room.bound)
    program = [
        LinearConstraint(csr_array(vstack(blocks)), np.concatenate(floors), np.inf),
        LinearConstraint(csr_array(np.hstack([one, np.zeros((len(one), draws))])), forced.astype(float), 1.0),
    ]
    goal = np.concatenate([np.zeros(moves), -np.ones(draws)])
    solved = milp(
        goal,
        constraints=program,
        integrality=np.ones(moves + draws),
        bounds=Bounds(0, 1),
        options={"node_limit": nodes, "mip_rel_gap": 1e-9},
    )
    if solved.mip_dual_bound is None or not np.isfinite(solved.mip_dual_bound):
        return draws / stakes.draws
    return float(min(np.floor(-solved.mip_dual_bound + 1e-6), draws)) / stakes.draws


def _binding(room: Room, stakes: Stakes, aim: Aim, best: Found) -> tuple[str, ...]:
    """Issues with which out of dispute the share that can be reached rises most; ties all of them."""
    chosen = {room.wordings[m].issue: room.wordings[m] for m in best.moves}
    judged_without: list[tuple[Found, Room, str]] = []
    for issue in stakes.preferences.issues:
        rest = out_of_dispute(room, stakes, issue)
        kept = tuple(m for m, wording in enumerate(rest.wordings) if chosen.get(wording.issue) is wording)
        judged_without.append((judge(rest, stakes, aim, [kept])[0], rest, issue))
    judged_without.sort(key=lambda found: (-found[0].share, -round(found[0].lead, 12)))
    reached = [
        (climb(rest, stakes, aim, [found.moves]).share if len(rest.issue) else found.share, issue)
        for found, rest, issue in judged_without[:_POLISHED]
    ]
    top = max(share for share, _ in reached)
    ties = {issue for share, issue in reached if share == top}
    return tuple(i for i in stakes.preferences.issues if i in ties) if top > best.share else ()
