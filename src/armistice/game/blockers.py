"""Why there is no peace now: an exact identity, and a fair share of the blame for each mechanism.

With payments free, what fighting on is worth to both exceeds the best term by

.. math:: R_A + R_B - S^* = I - K + W_{now} - δ W_{fut} + F,

where :math:`I = (δ/2)(E_A - E_B)[V_A - V_B]` is disagreement about the next month times its stake, K the cost of that
month, :math:`W_{now} = 1 - \\max_τ(U_A + U_B)` what the best term wastes, :math:`W_{fut} = 1 - \\bar E[V_A + V_B]` the
waste expected if they fight on, and F the flow adjustment, (1 - δ)(wartime flow of the land - 1), which is 0 where
both value land alike and enjoy it in war. What limits on payments add on top is the transferability wedge.

One mechanism at a time misleads (taking out one, or two, may open nothing), so the game is solved without each of the
16 sets of mechanisms; the smallest sets that open peace, and Shapley shares (Shapley 1953), follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from armistice.core.endings import MECHANISMS, OPEN, WITHIN, Blockers
from armistice.game.arrays import Method, State
from armistice.game.form import WarGame
from armistice.game.solve import Solution, solve
from armistice.game.terms import gap_of, p_settled_within, total_gap

Subset = tuple[str, ...]
SUBSETS: tuple[Subset, ...] = tuple(s for n in range(len(MECHANISMS) + 1) for s in combinations(sorted(MECHANISMS), n))


def without(game: WarGame, mechanisms: Subset) -> WarGame:
    """A game with some mechanisms taken out."""
    if "information" in mechanisms:
        game = game.at_common_prior()
    if "commitment" in mechanisms:
        game = replace(game, commitment=replace(game.commitment, arrival=0.0))
    if "indivisibility" in mechanisms:
        game = replace(game, axes=tuple(replace(front, blocks=()) for front in game.axes))
    if "domestic" in mechanisms:
        game = replace(game, domestic=replace(game.domestic, penalty_a=0.0, penalty_b=0.0))
    return game


def identity_of(found: Solution, state: int = 0) -> dict[str, np.ndarray]:
    """The terms of the identity at a state asked for, (draws,) each, in shares of the stake.

    Returns
    -------
    dict
        ``information, cost, wedge_now, waste_future, flow_adjustment, transferability, tu_gap, gap, discount``, with
        ``tu_gap = information - cost + wedge_now - discount · waste_future + flow_adjustment``.
    """
    asked, draws, when = found.asked, found.draws, found.states[state]
    expected = asked.expected[:, state]  # [draw, whose belief, whose value]
    delta = draws.discount.mean(1)
    place = found.layout.index(when.steps)
    flow = draws.flow[:, :, when.regime, place] + when.month * draws.flow_growth[:, :, when.regime, place]
    weight = 1 - delta
    cost = weight * np.array([_monthly_cost(game, when) for game in found.games])
    total = total_gap(found)[:, state]
    best = asked.reserve[:, state].sum(1) - total
    information = delta / 2 * ((expected[:, 0, 0] - expected[:, 0, 1]) - (expected[:, 1, 0] - expected[:, 1, 1]))
    gap = gap_of(found)[:, state]
    with np.errstate(invalid="ignore"):  # a game without terms falls short by infinitely much
        transferability = gap - np.maximum(0.0, total)
    return {
        "information": information,
        "cost": cost,
        "wedge_now": 1 - best,
        "waste_future": 1 - expected.sum((1, 2)) / 2,
        "flow_adjustment": flow.sum(1) + cost - weight,
        "transferability": transferability,
        "tu_gap": total,
        "gap": gap,
        "discount": delta,
    }


def _monthly_cost(game: WarGame, when: State) -> float:
    """Costs of both sides in a month, in shares of the stake's monthly flow."""
    costs, regimes = game.costs, game.regimes
    both = regimes.cost_a[when.regime] + regimes.cost_b[when.regime] if regimes else costs.a + costs.b
    return both * (1 + costs.growth * when.month)


def shapley(worth: dict[Subset, np.ndarray]) -> dict[str, np.ndarray]:
    """Shapley shares of what the sets of mechanisms are worth, (draws,) each."""
    players, shares = sorted(MECHANISMS), {}
    for one in players:
        others = [p for p in players if p != one]
        total = np.zeros_like(worth[()])
        for size in range(len(others) + 1):
            weight = math.factorial(size) * math.factorial(len(others) - size) / math.factorial(len(players))
            for rest in combinations(others, size):
                with np.errstate(invalid="ignore"):  # infinite gaps have no shares
                    total = total + weight * (worth[tuple(sorted((*rest, one)))] - worth[rest])
        shares[one] = total
    return shares


def minimal_sets(opens: dict[Subset, bool]) -> tuple[Subset, ...]:
    """Smallest sets that open peace: those of which no part does."""
    return tuple(
        s for s, is_open in opens.items() if is_open and not any(o and set(p) < set(s) for p, o in opens.items())
    )


def blockers(
    games: WarGame | Sequence[WarGame],
    states: Sequence[State] = (),
    method: Method | None = None,
    common_prior: bool = False,
    strict: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> Blockers:
    """Solve games without each set of mechanisms and say what stands in the way at the first state.

    Parameters
    ----------
    games : WarGame or sequence of them
        Draws of one form.
    states, method, strict, progress
        As in `solve`.
    common_prior : bool
        Give both sides the analyst's belief throughout.
    """
    games = [games] if isinstance(games, WarGame) else list(games)
    if common_prior:
        games = [game.at_common_prior() for game in games]
    wanted = [s for s in SUBSETS if not (common_prior and "information" in s)]  # with one belief it changes nothing
    parts = [wanted]
    if any(game.bargaining.lottery for game in games):  # lots go with blocks, so that the forms differ
        parts = [[s for s in wanted if ("indivisibility" in s) == off] for off in (False, True)]
    gap: dict[Subset, np.ndarray] = {}
    within: dict[Subset, np.ndarray] = {}
    first: Solution | None = None
    at_rest = True
    for part in parts:
        variants = [without(game, subset) for subset in part for game in games]
        found = solve(variants, states, method, WITHIN, strict=strict, progress=progress)
        first = first or found
        at_rest &= found.converged
        shape = (len(part), len(games))
        gap |= dict(zip(part, gap_of(found)[:, 0].reshape(shape), strict=True))
        within |= dict(zip(part, p_settled_within(found, WITHIN).reshape(shape), strict=True))
    assert first is not None

    def solved(subset: Subset) -> Subset:
        return subset if subset in gap else tuple(name for name in subset if name != "information")

    told = [{subset: values[solved(subset)] for subset in SUBSETS} for values in (gap, within)]
    gap, within = told
    opens = {subset: value < OPEN for subset, value in gap.items()}
    return Blockers(
        {name: value[: len(games)] for name, value in identity_of(first).items()}, gap, within,
        minimal_sets({subset: bool(is_open[0]) for subset, is_open in opens.items()}), opens,
        shapley({subset: -value for subset, value in gap.items()}), shapley(within), common_prior, at_rest,
    )  # fmt: skip
