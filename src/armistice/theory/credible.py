"""The credible solution of a finite tree: nobody plans to do at any move what would not pay there.

A Nash equilibrium may rest on a threat that nobody would carry out, or on a concession that nobody would make, at a
move that the plan itself never reaches. Where all is known, backward induction excludes them. Where side A makes offers to
a side B of hidden type, this file finds a perfect Bayesian equilibrium: at each information set the action is best
given a belief, and beliefs follow from the play by Bayes' rule wherever they can.

One offer and any number of types: each type takes what is worth no less to it than war, and A chooses the best offer.
Several offers with battles between them and two types: let :math:`\\mu` be A's belief that B is strong, R_w(m), R_s(m)
what the types expect, and C(m) what A expects, from fighting on at the belief m. To an offer x at :math:`\\mu`

- both accept, if x is at least R_s(1); a refusal would be taken for strength;
- otherwise the strong type refuses, and the weak accepts with the chance that leaves the belief m at a refusal, where m
  is the first from :math:`\\mu` on at which R_w passes x, or 1; if that is :math:`\\mu` itself, both refuse.

R is made of steps, A's payoff of an offer of lines; the best of finitely many offers is an upper envelope, so that the
answer is exact to rounding for the offers of the tree. Where R jumps, A is indifferent at its next offer and mixes
there as makes the weak type indifferent now. At indifference B accepts and A makes the lower offer.

References: D. M. Kreps and R. Wilson, "Sequential Equilibria", *Econometrica* 50 (1982) 863–894; D. Fudenberg and
J. Tirole, *Game Theory* (MIT Press, 1991), chapter 8. The recursion is that of `armistice.theory.screening` with a
restricted choice of offers, our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from armistice.core.errors import QueryError
from armistice.theory.screening import ENDS, STRONG, WEAK
from armistice.theory.trees import Branch, Chance, End, Move, OfferGame, Tree, history, offer_name

Strategy = Mapping[str, tuple[float, ...]]
"""Information → chance of each action there."""
_ROUNDING = 1e-12
_SAME = 1e-9
"""Beliefs nearer than this are one belief."""
_CREDIBLE = 1e-8
"""The largest gain from a deviation that counts as rounding."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """What everyone plans to do, and what they believe where they do it.

    Attributes
    ----------
    strategy : mapping of str to tuple of float
        Information → chance of each action there.
    beliefs : mapping of str to tuple of float
        Information → chance of each of its moves, in the order of the tree.
    values : tuple of float
        Expected payoff of each player.
    gap : float
        The most that anybody could gain at any information set by another action there, given the beliefs: 0 but for
        rounding.
    """

    strategy: Strategy
    beliefs: Mapping[str, tuple[float, ...]]
    values: tuple[float, float]
    gap: float


def credible(tree: Tree) -> Assessment:
    """The credible solution of a tree.

    Raises
    ------
    QueryError
        If this file has no method for it: hidden information of another kind, or more than two types and more than one
        offer; or if the recursion finds no play at which all actions are best.
    """
    problem = tree.offers
    plan = _Plan()
    if problem is None or len(problem.prior) == 1:
        _induct(tree, tree.root, plan)
    else:
        start = problem.game.nodes.index(problem.start)
        if bool((problem.game.successor[start] == ENDS).all()):
            _one_offer(problem, start, plan)
        elif len(problem.prior) == 2:
            stages: dict[int, _Stage] = {}
            for n in sorted(problem.rows()):
                stages[n] = _stage(problem, n, stages)
            _lay_out(problem, stages, plan, start, "", (WEAK, STRONG), problem.prior[STRONG], 0.0)
        else:
            kinds = len(problem.prior)
            raise QueryError(
                f"{tree.title}: {kinds} types and several offers; expected two types, or one offer; drop some"
            )
    values = expected(tree, plan.strategy)
    gap = sequential_gap(tree, plan.strategy, plan.beliefs)
    if gap > _CREDIBLE:
        raise QueryError(f"{tree.title}: a deviation gains {gap:.3g}; expected none; add offers between those given")
    return Assessment(plan.strategy, plan.beliefs, values, gap)


def expected(tree: Tree, strategy: Strategy) -> tuple[float, float]:
    """Expected payoffs of the two players."""
    first, second = _worth(tree.root, strategy, {})
    return float(first), float(second)


def sequential_gap(tree: Tree, strategy: Strategy, beliefs: Mapping[str, tuple[float, ...]]) -> float:
    """The most that anybody could gain at any information set by another action there, given the beliefs.

    It looks one action ahead; where beliefs agree with Bayes' rule that is enough for plans of any length.
    """
    worth: dict[int, np.ndarray] = {}
    _worth(tree.root, strategy, worth)
    sets: dict[str, list[Move]] = {}
    for here in tree.walk():
        if isinstance(here, Move):
            sets.setdefault(here.information, []).append(here)
    gap = 0.0
    for name, moves in sets.items():
        each = np.array([[worth[id(after)][move.player] for after in move.after] for move in moves])
        payoff = np.array(beliefs[name]) @ each
        gap = max(gap, float(payoff.max() - payoff @ np.array(strategy[name])))
    return gap


def _worth(here: Branch, strategy: Strategy, worth: dict[int, np.ndarray]) -> np.ndarray:
    """Expected payoffs from a node on; those of all nodes below are kept by identity."""
    if isinstance(here, End):
        value = np.array(here.payoffs)
    else:
        odds = here.chances if isinstance(here, Chance) else strategy[here.information]
        value = np.array(odds) @ np.array([_worth(after, strategy, worth) for after in here.after])
    worth[id(here)] = value
    return value


@dataclass
class _Plan:
    """An assessment in the making."""

    strategy: dict[str, tuple[float, ...]] = field(default_factory=dict)
    beliefs: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def put(self, information: str, chances: tuple[float, ...], belief: tuple[float, ...] = (1.0,)) -> None:
        self.strategy[information], self.beliefs[information] = chances, belief


def _sure(action: int, count: int) -> tuple[float, ...]:
    return tuple(float(a == action) for a in range(count))


def _induct(tree: Tree, here: Branch, plan: _Plan) -> np.ndarray:
    """Backward induction; of actions equally good the first."""
    if isinstance(here, End):
        return np.array(here.payoffs)
    below = np.array([_induct(tree, after, plan) for after in here.after])
    if isinstance(here, Chance):
        return np.array(here.chances) @ below
    if here.information in plan.strategy:
        raise QueryError(
            f"{tree.title}: {here.information} hides the past; expected complete information; give it as offers"
        )
    own = below[:, here.player]
    best = int(np.argmax(own >= own.max() - _ROUNDING))
    plan.put(here.information, _sure(best, len(own)))
    return np.asarray(below[best])


def _one_offer(problem: OfferGame, n: int, plan: _Plan) -> None:
    """One offer and then war, for any number of types."""
    game, menu = problem.game, np.array(problem.menu(n))
    war_a = (game.p_outcome[n] * game.end_uninformed[n]).sum(0) - game.cost_uninformed[n]
    war_b = (game.p_outcome[n] * game.end_informed[n]).sum(0) - game.cost_informed[n]
    takes = menu[:, None] >= war_b - _ROUNDING
    payoff = np.where(takes, 1 - menu[:, None], war_a) @ np.array(problem.prior)
    best = int(np.argmax(payoff >= payoff.max() - _ROUNDING))
    plan.put("A: start", _sure(best, len(menu)), problem.prior)
    for share, answers in zip(menu.tolist(), takes, strict=True):
        for name, accepts in zip(problem.types, answers, strict=True):
            plan.put(f"B, {name}: {offer_name(share)}", _sure(0 if accepts else 1, 2))


# --- two types, several offers ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Stage:
    """One node solved for every belief.

    Attributes
    ----------
    breaks : array, shape (steps + 1,)
        Beliefs between which R is level, from 0 to 1.
    informed : array, shape (steps, 2)
        R on each step, by type.
    level, slope : array, shape (steps,)
        C on each step is level + slope · belief.
    edges : array, shape (pieces + 1,)
        Beliefs between which one offer is best.
    best : array of int, shape (pieces,)
        Its place in the menu.
    value : array, shape (pieces, 2)
        Level and slope of the value of A.
    types : array, shape (pieces, 2)
        Values of the types.
    """

    breaks: np.ndarray
    informed: np.ndarray
    level: np.ndarray
    slope: np.ndarray
    edges: np.ndarray
    best: np.ndarray
    value: np.ndarray
    types: np.ndarray


def _stage(problem: OfferGame, n: int, stages: dict[int, _Stage]) -> _Stage:
    """A node, given those that can follow it."""
    breaks, informed, level, slope = _fight_on(problem, n, stages)
    edges, best, value, types = [0.0], list[int](), list[np.ndarray](), list[np.ndarray]()
    for i in range(len(informed)):
        answers = [_line(breaks, informed, level, slope, x, i) for x in problem.menu(n)]
        lines = np.array([line for line, _ in answers])
        for until, chosen in _upper(lines, float(breaks[i]), float(breaks[i + 1])):
            edges.append(until)
            best.append(chosen)
            value.append(lines[chosen])
            types.append(answers[chosen][1])
    return _Stage(breaks, informed, level, slope, np.array(edges), np.array(best), np.array(value), np.array(types))


def _fight_on(problem: OfferGame, n: int, stages: dict[int, _Stage]) -> tuple[np.ndarray, ...]:
    """What fighting on is worth by the belief before the battle: breaks, R, and level and slope of C."""
    game, cuts = problem.game, [np.array([0.0, 1.0])]
    outcomes = list(zip(game.successor[n].tolist(), game.p_outcome[n].tolist(), strict=True))
    for after, (weak, strong) in outcomes:
        if after != ENDS and weak > 0 and strong > 0:
            edge = stages[after].edges[1:-1]
            cuts.append(edge * weak / (edge * weak + (1 - edge) * strong))
    breaks = np.unique(np.concatenate(cuts))
    breaks = breaks[np.append(np.diff(breaks) > _ROUNDING, True)]
    breaks[0] = 0.0
    middle = (breaks[1:] + breaks[:-1]) / 2
    informed = np.tile(-game.cost_informed[n], (len(middle), 1))
    level = np.full(len(middle), -game.cost_uninformed[n, WEAK])
    slope = np.full(len(middle), game.cost_uninformed[n, WEAK] - game.cost_uninformed[n, STRONG])
    for o, (after, (weak, strong)) in enumerate(outcomes):
        if after == ENDS:
            ends = game.end_uninformed[n, o] * (weak, strong)
            informed += game.end_informed[n, o] * (weak, strong)
            level += ends[WEAK]
            slope += ends[STRONG] - ends[WEAK]
        elif weak + strong > 0:
            then = stages[after]
            piece = np.searchsorted(then.edges[1:-1], middle * strong / (middle * strong + (1 - middle) * weak))
            informed += then.types[piece] * (weak, strong)
            level += weak * then.value[piece, 0]
            slope += then.value[piece, 0] * (strong - weak) + then.value[piece, 1] * strong
    return breaks, informed, level, slope


def _aim(informed: np.ndarray, share: float, i: int) -> tuple[int, float]:
    """The first step from i on at which the weak type would refuse, their number if there is none; and the mixing.

    The mixing is the chance of the higher offer at a next node whose edge the belief has reached.
    """
    refuses = informed[i:, WEAK] > share + _ROUNDING
    k = i + int(np.argmax(refuses)) if refuses.any() else len(informed)
    if k in (i, len(informed)):
        return k, 0.0
    low, high = informed[k - 1 : k + 1, WEAK]
    return k, float(np.clip((share - low) / (high - low), 0, 1))


def _all_accept(informed: np.ndarray, share: float) -> bool:
    return bool((share >= informed[-1] - _ROUNDING).all())


def _line(
    breaks: np.ndarray, informed: np.ndarray, level: np.ndarray, slope: np.ndarray, share: float, i: int
) -> tuple[tuple[float, float], np.ndarray]:
    """An offer made at beliefs of step i: A's payoff as level and slope, and the values of the types."""
    if _all_accept(informed, share):
        return (1 - share, 0.0), np.full(2, share)
    k, mixing = _aim(informed, share, i)
    if k == i:
        return (float(level[i]), float(slope[i])), informed[i]
    belief, left = float(breaks[k]), informed[k - 1]
    right = informed[min(k, len(informed) - 1)]
    fight = float(level[k - 1] + slope[k - 1] * belief)
    return (1 - share, (fight - 1 + share) / belief), np.array([share, left[STRONG] + mixing * (right - left)[STRONG]])


def _upper(lines: np.ndarray, low: float, high: float) -> list[tuple[float, int]]:
    """Upper envelope of lines between two beliefs: the end of each piece and its line; of equal lines the first."""
    level, slope = lines[:, 0], lines[:, 1]
    rise, fall = slope[:, None] - slope, level - level[:, None]
    crossing = np.divide(fall, rise, out=np.full_like(rise, np.nan), where=np.abs(rise) > _ROUNDING)
    inside = crossing[(crossing > low + _ROUNDING) & (crossing < high - _ROUNDING)]
    ends = np.append(np.unique(inside), high)
    pieces: list[tuple[float, int]] = []
    start = low
    for end in ends.tolist():
        height = level + slope * (start + end) / 2
        best = int(np.argmax(height >= height.max() - _ROUNDING))
        if pieces and pieces[-1][1] == best:
            pieces.pop()
        pieces.append((end, best))
        start = end
    return pieces


def _lay_out(
    problem: OfferGame, stages: dict[int, _Stage], plan: _Plan, n: int, past: str, present: tuple[int, ...], belief: float,
    mixing: float,
) -> None:  # fmt: skip
    """Write down offers, answers and beliefs at a node and at all that can follow it, on the path or off it."""
    stage, menu = stages[n], problem.menu(n)
    low, high = np.searchsorted(stage.edges[1:-1], [belief - _SAME, belief + _SAME])
    chances = np.zeros(len(menu))
    chances[stage.best[low]] += 1 - mixing
    chances[stage.best[high]] += mixing
    shown = (1 - belief, belief)
    plan.put(
        f"A: {past or 'start'}",
        tuple(chances.tolist()),
        tuple(shown[t] for t in present) if len(present) > 1 else (1.0,),
    )
    for j, share in enumerate(menu):
        # The lower piece is left of the belief, the higher right of it; an offer of both takes part in the mixing.
        lean = mixing if stage.best[low] == stage.best[high] == j else float(mixing > 0 and stage.best[high] == j)
        accept, after, due = _answer(stage, share, belief, lean)
        seen = history(past, offer_name(share))
        for t in present:
            plan.put(f"B, {problem.types[t]}: {seen}", (accept[t], 1 - accept[t]))
        for o, following in enumerate(problem.game.successor[n].tolist()):
            p = problem.game.p_outcome[n, o]
            still = tuple(t for t in present if p[t] > 0)
            if following != ENDS and still:
                words = history(f"{seen} refused", problem.outcomes[o])
                _lay_out(problem, stages, plan, following, words, still, _learnt(after, p, still), due)


def _answer(stage: _Stage, share: float, belief: float, lean: float) -> tuple[tuple[float, float], float, float]:
    """Chances that the types accept, the belief that a refusal leaves, and the mixing due at the next node.

    At a belief where R jumps a refusal by both may be worth more to the weak type than the lower value: `lean` says how
    far towards the upper one.
    """
    if belief <= 0:
        # The strong type is not there to be taken for: an earlier battle showed that it cannot be.
        accept = float(share >= stage.informed[0, WEAK] - _ROUNDING)
        return (accept, accept), 0.0, 0.0
    if _all_accept(stage.informed, share):
        return (1.0, 1.0), 1.0, 0.0
    i = int(np.searchsorted(stage.breaks[1:-1], belief - _SAME))
    k, mixing = _aim(stage.informed, share, i)
    aim = float(stage.breaks[k]) if k > i else belief
    if k <= i + 1 < len(stage.informed) and abs(stage.breaks[i + 1] - belief) <= _SAME:
        return (0.0, 0.0), belief, mixing + lean * (1 - mixing)
    if k == i:
        return (0.0, 0.0), belief, 0.0
    if belief >= 1 - _ROUNDING or k == len(stage.informed):
        return (1.0, 0.0), 1.0, 0.0
    refuse = belief * (1 - aim) / (aim * (1 - belief))
    return (float(np.clip(1 - refuse, 0, 1)), 0.0), aim, mixing


def _learnt(belief: float, p: np.ndarray, present: tuple[int, ...]) -> float:
    """Belief after a battle; certainty where only one type is left."""
    if len(present) == 1:
        return float(present[0] == STRONG)
    strong, weak = belief * p[STRONG], (1 - belief) * p[WEAK]
    return float(strong / (strong + weak))
