"""Offers that reveal: a side that does not know how strong the other is finds out by what it refuses and how it fights.

The war game's companion for private information: one side (uninformed) makes all offers, the other (informed) is weak
or strong and knows which, and a rejected offer is followed by a battle whose outcome everyone sees.

At a node of a finite tree let :math:`\\mu` be the belief that the informed side is strong. The strong type is always
held to its reservation value :math:`S`. A weak type that rejects, and leaves the belief :math:`m`, expects

.. math:: R(m) = -k_I + \\sum_o p_w(o) \\, V_w(n_o, m_o), \\qquad m_o = \\frac{m p_s(o)}{m p_s(o) + (1-m) p_w(o)} .

The uninformed side pools (offers :math:`S`, which both types accept) or chooses the belief :math:`m \\ge \\mu` that a
rejection shall leave, by the offer :math:`R(m)` between which and fighting the weak type is indifferent:

.. math:: V_U(\\mu) = \\max\\{1 - S, \\max_{m \\ge \\mu} (1 - \\mu/m)(1 - R(m)) + (\\mu/m) C(m)\\},

with C(m) what fighting is worth to it at m. No grid is needed. For a given m the objective is a line in :math:`\\mu`;
where V_U is made of lines and V_w of steps, so are C and R; and since fighting destroys value the objective rises in m
between two breaks, so that only the breaks of R and C, and m = 1, can be best. Each node is an upper envelope of lines.
At a step of V_w the uninformed side is indifferent at the next node, and its mixing there gives the weak type any
value inside the step; the lowest one is offered.

References: D. Filson and S. Werner, "A Bargaining Model of War and Peace", *AJPS* 46 (2002); R. Powell, "Bargaining and
Learning While Fighting", *AJPS* 48 (2004); B. Slantchev, "The Principle of Convergence in Wartime Negotiations",
*APSR* 97 (2003). The recursion for two types on a tree is our own reduction of the first two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from armistice.core.errors import QueryError

ENGINE = "one-sided private information: offers reveal; in the war game beliefs are public and offers reveal nothing"
Node = tuple[int, ...]
Pair = tuple[float, float]
States = dict[tuple[int, float, float], np.ndarray]
"""Row of a node, belief, mixing due there → mass of each type."""
WEAK, STRONG = 0, 1
ENDS = -1
_SAME = 1e-9
"""Beliefs nearer than this are one belief: a posterior aimed at a cutoff must be found there despite rounding."""
_ROUNDING = 1e-12


def require(where: str, *more: str, **ranges: tuple[float, float, float]) -> None:
    """Raise all faults at once: sentences found already, and each number that is outside its lowest and highest."""
    faults = [
        f"{where} {name}: {value:g}; expected {low:g} to {high:g}; choose such a number"
        for name, (value, low, high) in ranges.items()
        if not (low <= value <= high and math.isfinite(value))
    ]
    if faults or more:
        raise QueryError("\n".join([*faults, *(f"{where} {fault}" for fault in more)]))


@dataclass(frozen=True, eq=False)
class Screening:
    """A war in which one side makes offers and does not know the type of the other.

    The stake is worth 1; payoffs and costs are shares of it, undiscounted. Types are the last axis: weak, strong.

    Attributes
    ----------
    nodes : tuple of Node
        Names of the nodes, each after all nodes that it can lead to.
    p_outcome : array, shape (nodes, outcomes, 2)
        Probability of each outcome of the battle that follows a rejection, given the type.
    successor : array of int, shape (nodes, outcomes)
        Row of the next node, or ``ENDS`` where the outcome ends the war.
    end_uninformed, end_informed, end_battles : array, shape (nodes, outcomes, 2)
        Payoffs where an outcome ends the war, and the battles of a fight to the finish; not read elsewhere.
    cost_uninformed, cost_informed : array, shape (nodes, 2)
        Cost of the battle to each side, by type of the informed one.

    Raises
    ------
    QueryError
        If these make no game of this kind; all faults at once.
    """

    title: str
    nodes: tuple[Node, ...]
    p_outcome: np.ndarray
    successor: np.ndarray
    end_uninformed: np.ndarray
    end_informed: np.ndarray
    end_battles: np.ndarray
    cost_uninformed: np.ndarray
    cost_informed: np.ndarray

    def __post_init__(self) -> None:
        after, rows = self.successor, np.arange(len(self.nodes))[:, None]
        sums = (self.end_uninformed + self.end_informed)[after == ENDS]
        p, total, costs = self.p_outcome, self.p_outcome.sum(1), np.stack([self.cost_uninformed, self.cost_informed])
        checks = (
            ("p_outcome", p, (p >= 0) & (p <= 1), "probabilities"),
            ("p_outcome in sum", total, np.abs(total - 1) < _SAME, "1 for each node and type"),
            ("successor", after, (after < rows) & (after >= ENDS), "rows of earlier nodes, or ENDS"),
            ("cost", costs, np.isfinite(costs) & (costs >= 0), "finite numbers from 0 up"),
            ("end", sums, sums <= 1 + _SAME, "payoffs that sum to the stake, 1, or less"),
        )
        faults = [f"{name}: {v[~ok][0]:g}; expected {want}; mend it" for name, v, ok, want in checks if not ok.all()]
        require(self.title, *faults)


@dataclass(frozen=True, eq=False)
class Policy:
    """What the uninformed side does at one node, exactly, for every belief.

    Piece i holds above ``edges[i]`` up to and including ``edges[i + 1]``; at an edge both neighbours are best.

    Attributes
    ----------
    edges : array, shape (pieces + 1,)
    level, slope : array, shape (pieces,)
        The value of the uninformed side is level + slope · belief.
    offer, rejected, pooled : array, shape (pieces,)
        Share offered, which is also what the weak type expects; belief after a rejection; whether both types accept
        (a rejection, which nobody expects, is then taken for strength: belief 1).
    mixing : array, shape (pieces,)
        Probability of the higher offer at a next node whose cutoff the belief has reached. Above zero only where the
        weak type would rather quit than fight on against the lower one: there the offer is zero.
    """

    edges: np.ndarray
    level: np.ndarray
    slope: np.ndarray
    offer: np.ndarray
    rejected: np.ndarray
    pooled: np.ndarray
    mixing: np.ndarray


@dataclass(frozen=True, eq=False)
class ScreeningSolution:
    """Perfect Bayesian equilibrium of a `Screening`; the policies are exact, the tables are readings of them.

    Attributes
    ----------
    beliefs : array, shape (points,)
        Probability that the informed side is strong.
    uninformed, offer : array, shape (nodes, points)
        Value of the uninformed side; what it offers (at a cutoff, the lower), which is the value of the weak type.
    strong : array, shape (nodes,)
        Value of the strong type: its reservation value, whatever the belief.
    p_accept, rejected : array, shape (nodes, points)
        Probability that the offer is accepted, belief after a rejection.
    cutoff : array, shape (nodes,)
        Belief above which the offer contents both types (mu*).
    fight : array, shape (nodes, 2)
        Value of fighting to the finish to each type, without the right to quit; may be negative.
    """

    problem: Screening
    policies: tuple[Policy, ...]
    beliefs: np.ndarray
    uninformed: np.ndarray
    offer: np.ndarray
    strong: np.ndarray
    p_accept: np.ndarray
    rejected: np.ndarray
    cutoff: np.ndarray
    fight: np.ndarray
    engine: str = ENGINE


@dataclass(frozen=True)
class Turn:
    """One offer on the path of play: where, at which belief, how likely to be reached, and what becomes of it."""

    node: Node
    battles: int
    belief: float
    p_reached: float
    offer: float
    p_accept: float
    rejected: float


@dataclass(frozen=True)
class Course:
    """How the war runs from a node and a prior, with the values of all three at the start.

    Attributes
    ----------
    turns : tuple of Turn
        Every offer made with positive probability, in the order of the battles before it.
    expected_battles : float
        Those of a closing fight to the finish included.
    p_next_battle : tuple of float
        Entry k: probability of one more battle when k have been fought and the war is not decided; first of war at all.
    p_agreed : float
        Probability that an offer ends it; otherwise it is fought out.
    """

    start: Node
    prior: float
    uninformed: float
    weak: float
    strong: float
    turns: tuple[Turn, ...]
    expected_battles: float
    p_next_battle: tuple[float, ...]
    p_agreed: float
    engine: str = ENGINE


def filson_werner(units: tuple[int, int], p_win: Pair, costs: Pair) -> Screening:
    """War of military units: the loser of a battle loses one, and who has none left loses everything.

    After Filson and Werner (2002), in our own reduction. Outcome 0 is a victory of the uninformed side.

    Parameters
    ----------
    units : tuple of int
        Units of the uninformed and the informed side at the start; the nodes are the pairs up to these.
    p_win : tuple of float
        Probability that the uninformed side wins a battle against the weak and against the strong type.
    costs : tuple of float
        Cost of a battle to the uninformed and the informed side, share of the stake.

    Raises
    ------
    QueryError
        If a number is out of range, or the strong type is not the harder one to beat.
    """
    fault = [] if p_win[WEAK] > p_win[STRONG] else [f"p_win: {p_win}; expected to fall; put the weak type first"]
    require("filson_werner", *fault, units_uninformed=(units[0], 1, 1000), units_informed=(units[1], 1, 1000))
    nodes = tuple((a, d) for a in range(1, units[0] + 1) for d in range(1, units[1] + 1))
    row = {node: i for i, node in enumerate(nodes)}
    successor = np.array([[row.get((a, d - 1), ENDS), row.get((a - 1, d), ENDS)] for a, d in nodes])
    p, won = np.array(p_win), np.array([[1.0, 1.0], [0.0, 0.0]])
    battle = np.stack([np.stack([p, 1 - p]), won, 1 - won, 0 * won])
    return _alike(f"Filson-Werner {units[0]} x {units[1]}", nodes, successor, battle, costs)


def powell_power(rounds: int, weak: Pair, strong: Pair, costs: Pair) -> Screening:
    """Rounds of offers and fighting in which either side may collapse; after the last round a fight to the finish.

    Powell (2004), private power. A fight to the finish is worth :math:`W_t = (a_t - d) / (a_t + b_t)` to the
    informed and :math:`(b_t - s) / (a_t + b_t)` to the other side. Outcomes: the informed side wins, loses, neither.

    Parameters
    ----------
    rounds : int
        Offers that can be made, from 1 up; the nodes are (rounds left,).
    weak, strong : tuple of float
        Per round of fighting, the probability that this type wins outright (a) and that it collapses (b).
    costs : tuple of float
        Cost of a round of fighting to the uninformed (s) and the informed side (d), share of the stake.

    Raises
    ------
    QueryError
        If a number is out of range, the war cannot end, or the strong type is not stronger.
    """
    sums = (sum(weak), 1e-6, 1), (sum(strong), 1e-6, 1)
    require("powell_power", rounds=(rounds, 1, 10_000), a_plus_b_weak=sums[WEAK], a_plus_b_strong=sums[STRONG])
    a, b = np.array([weak, strong]).T
    to_uninformed, to_informed = (b - costs[0]) / (a + b), (a - costs[1]) / (a + b)
    if to_informed[WEAK] >= to_informed[STRONG]:
        require("powell_power", f"W: {to_informed} for weak and strong; expected to rise; swap the types")
    nodes = tuple((left,) for left in range(1, rounds + 1))
    successor = np.array([[ENDS, ENDS, left - 1] for left in range(rounds)])
    one, none = np.ones(2), np.zeros(2)
    ends = ([none, one, to_uninformed], [one, none, to_informed], [none, none, 1 / (a + b)])
    battle = np.array([[a, b, np.maximum(1 - a - b, 0)], *ends])
    return _alike(f"Powell, private power, {rounds} rounds", nodes, successor, battle, costs)


def _alike(title: str, nodes: tuple[Node, ...], successor: np.ndarray, battle: np.ndarray, costs: Pair) -> Screening:
    """A game with the same battle everywhere: chances, payoffs to uninformed and informed, battles beyond the tree."""
    p_outcome, uninformed, informed, battles = np.broadcast_to(battle[:, None], (4, len(nodes), *battle.shape[1:]))
    cost_uninformed, cost_informed = (np.full((len(nodes), 2), cost) for cost in costs)
    return Screening(title, nodes, p_outcome, successor, uninformed, informed, battles, cost_uninformed, cost_informed)


def solve_screening(problem: Screening, points: int = 2001) -> ScreeningSolution:
    """Perfect Bayesian equilibrium by backward induction over the nodes.

    Offers are shares, not below zero: who would lose by fighting accepts nothing rather. At indifference it accepts.

    Parameters
    ----------
    problem : Screening
    points : int
        Evenly spaced beliefs at which the tables are laid out. The policies are exact whatever their number.

    Raises
    ------
    QueryError
        If points are too few, or a weak type taken for strong has more to gain from fighting on than the strong one.
    """
    require("solve_screening", points=(points, 2, 1_000_000))
    strong = _held_out(problem, 0.0)[:, STRONG]
    policies: list[Policy] = []
    for node in range(len(problem.nodes)):
        policies.append(_solve_node(problem, node, policies, float(strong[node])))
    beliefs = np.linspace(0, 1, points)
    read = [(policy, np.searchsorted(policy.edges[1:-1], beliefs - _ROUNDING)) for policy in policies]
    offer, rejected = np.stack([p.offer[i] for p, i in read]), np.stack([p.rejected[i] for p, i in read])
    return ScreeningSolution(
        problem=problem,
        policies=tuple(policies),
        beliefs=beliefs,
        uninformed=np.stack([p.level[i] + p.slope[i] * beliefs for p, i in read]),
        strong=strong,
        offer=offer,
        p_accept=np.where(np.stack([p.pooled[i] for p, i in read]), 1.0, 1 - beliefs / rejected),
        rejected=rejected,
        cutoff=np.array([p.edges[:-1][p.pooled].min(initial=1.0) for p in policies]),
        fight=_held_out(problem, -np.inf),
    )


def _held_out(problem: Screening, floor: float) -> np.ndarray:
    """Value to each type of accepting no offer, with the right to quit for the floor; shape (nodes, 2)."""
    value = np.zeros((len(problem.nodes), 2))
    for n, after in enumerate(problem.successor):
        then = np.where((after == ENDS)[:, None], problem.end_informed[n], value[after])
        value[n] = np.maximum((problem.p_outcome[n] * then).sum(0) - problem.cost_informed[n], floor)
    return value


def _solve_node(problem: Screening, n: int, policies: list[Policy], strong: float) -> Policy:
    """Policy at a node, given those of the nodes after it and the reservation value of the strong type."""
    aim, weak, level, slope = _continuation(problem, n, policies)
    if weak[-1] > strong + _ROUNDING:
        fault = f"strong type: worth {strong:.4g}, a weak one taken for it {weak[-1]:.4g}; expected no less; swap types"
        require(f"{problem.title} node {problem.nodes[n]}", fault)
    # Right of a break the weak type expects the next step; right of certainty is nothing, and it accepts anything.
    above = np.append(weak[1:], np.inf)
    feasible = above >= 0
    aim, weak, above, level, slope = (v[feasible] for v in (aim, weak, above, level, slope))
    offer = np.maximum(weak, 0.0)
    line_level = np.append(1 - offer, 1 - strong)
    line_slope = np.append((level + slope * aim - 1 + offer) / aim, 0.0)
    edges, line = _envelope(line_level, line_slope, np.append(aim, 1.0))
    return Policy(
        edges=edges,
        level=line_level[line],
        slope=line_slope[line],
        offer=np.append(offer, strong)[line],
        rejected=np.append(aim, 1.0)[line],
        pooled=line == len(aim),
        mixing=np.append(np.divide(offer - weak, above - weak, out=np.zeros_like(offer), where=offer > weak), 0.0)[
            line
        ],
    )


def _continuation(problem: Screening, n: int, policies: list[Policy]) -> tuple[np.ndarray, ...]:
    """Value of a battle by the belief m before it: ends of the pieces, R(m) on each, level and slope of C(m) on each.

    A line a + b·m at a next node comes back as a·p_w + (a·(p_s - p_w) + b·p_s)·m, since the chance of an outcome and
    Bayes' rule have the same denominator.
    """
    inner = [np.ones(1)]
    for (p_weak, p_strong), after in zip(problem.p_outcome[n], problem.successor[n], strict=True):
        if after != ENDS and p_weak > 0 and p_strong > 0:
            edge = policies[after].edges[1:-1]
            inner.append(edge * p_weak / (edge * p_weak + (1 - edge) * p_strong))
    aim = np.unique(np.concatenate(inner))
    aim = aim[np.append(np.diff(aim) > _ROUNDING, True)]
    middle = (aim + np.append(0.0, aim[:-1])) / 2
    weak = np.full(len(aim), -problem.cost_informed[n, WEAK])
    level = np.full(len(aim), -problem.cost_uninformed[n, WEAK])
    slope = np.full(len(aim), problem.cost_uninformed[n, WEAK] - problem.cost_uninformed[n, STRONG])
    for o, after in enumerate(problem.successor[n]):
        p_weak, p_strong = problem.p_outcome[n, o]
        if after == ENDS:
            end_weak, end_strong = problem.end_uninformed[n, o]
            weak += p_weak * problem.end_informed[n, o, WEAK]
            level += p_weak * end_weak
            slope += p_strong * end_strong - p_weak * end_weak
        elif p_weak + p_strong > 0:
            then = policies[after]
            piece = np.searchsorted(then.edges[1:-1], middle * p_strong / (middle * p_strong + (1 - middle) * p_weak))
            weak += p_weak * then.offer[piece]
            level += p_weak * then.level[piece]
            slope += then.level[piece] * (p_strong - p_weak) + then.slope[piece] * p_strong
    return aim, weak, level, slope


def _envelope(level: np.ndarray, slope: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Upper envelope on [0, 1] of lines that each count up to their own belief; edges, and the line of each piece."""
    at, edges, chosen = 0.0, [0.0], []
    while at < 1 - _ROUNDING:
        here = np.where(until > at + _ROUNDING, level + slope * at, -np.inf)
        line = int(np.argmax(np.where(here >= here.max() - _ROUNDING, slope, -np.inf)))
        gain = slope - slope[line]
        crossing = np.divide(level[line] - level, gain, out=np.full_like(gain, np.inf), where=gain > 0)
        overtakes = (crossing > at) & (crossing < until)
        at = float(min(np.min(crossing, where=overtakes, initial=1.0), until[line]))
        edges.append(at)
        chosen.append(line)
    edges[-1] = 1.0
    return np.array(edges), np.array(chosen)


def play(solution: ScreeningSolution, start: Node, prior: float) -> Course:
    """The path of play: which offers are made and accepted, and how long the war lasts.

    Parameters
    ----------
    solution, start, prior : ScreeningSolution, Node, float
        The prior is the probability that the informed side is strong. At a cutoff the lower offer is made.

    Raises
    ------
    QueryError
        If the start is no node, or the prior no probability.
    """
    problem = solution.problem
    fault = [] if start in problem.nodes else [f"start {start}: no such node; expected one of {problem.nodes}; take it"]
    require(problem.title, *fault, prior=(prior, 0, 1))
    node = problem.nodes.index(start)
    first = solution.policies[node]
    piece = np.searchsorted(first.edges[1:-1], prior - _SAME)
    states: States = {(node, prior, 0.0): np.array([1 - prior, prior])}
    turns: list[Turn] = []
    battles, p_next = 0.0, list[float]()
    while states:
        undecided, rejected = sum(float(mass.sum()) for mass in states.values()), 0.0
        following: States = {}
        for (n, _, mixing), mass in states.items():
            for turn, left, mixes in _offers(solution, n, mass, mixing, len(p_next)):
                turns.append(turn)
                rejected += float(left.sum())
                battles += float(left.sum()) + _advance(problem, n, left, mixes, following)
        p_next.append(rejected / undecided)
        states = following
    return Course(
        start=start,
        prior=prior,
        uninformed=float(first.level[piece] + first.slope[piece] * prior),
        weak=float(first.offer[piece]),
        strong=float(solution.strong[node]),
        turns=tuple(turns),
        expected_battles=battles,
        p_next_battle=tuple(p_next),
        p_agreed=sum(turn.p_reached * turn.p_accept for turn in turns),
    )


def _offers(
    solution: ScreeningSolution, n: int, mass: np.ndarray, mixing: float, battles: int
) -> Iterator[tuple[Turn, np.ndarray, float]]:
    """Offers made at a node, the mass of each type that rejects them, and the mixing due at the next node."""
    policy, reached = solution.policies[n], float(mass.sum())
    belief = float(mass[STRONG]) / reached
    low, high = np.searchsorted(policy.edges[1:-1], [belief - _SAME, belief + _SAME])
    for piece, weight in [(low, 1.0)] if low == high or mixing == 0 else [(low, 1 - mixing), (high, mixing)]:
        aim, left = float(policy.rejected[piece]), np.zeros(2)
        if not policy.pooled[piece]:
            left[STRONG] = mass[STRONG] * weight
            left[WEAK] = min(left[STRONG] * (1 - aim) / aim, mass[WEAK] * weight)
        p_accept = 1 - float(left.sum()) / (reached * weight)
        offer, name = float(policy.offer[piece]), solution.problem.nodes[n]
        yield Turn(name, battles, belief, reached * weight, offer, p_accept, aim), left, float(policy.mixing[piece])


def _advance(problem: Screening, n: int, left: np.ndarray, mixing: float, following: States) -> float:
    """Send the mass that rejected through a battle; returns the battles expected beyond the tree."""
    more = 0.0
    for o, after in enumerate(problem.successor[n]):
        mass = left * problem.p_outcome[n, o]
        total = float(mass.sum())
        if after == ENDS:
            more += float(mass @ problem.end_battles[n, o])
        elif total > _ROUNDING**2:
            # Histories that lead to one belief are one state, or their number would double with every battle.
            key = (int(after), round(float(mass[STRONG]) / total, 10), round(mixing, 12))
            following[key] = following.get(key, np.zeros(2)) + mass
    return more
