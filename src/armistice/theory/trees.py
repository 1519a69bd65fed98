"""Small wars written out as finite game trees, and as files that Gambit and OpenSpiel read.

A tree has two players, moves of chance, moves of a player at an information set, and ends with a payoff to each. What
the models of the library solve in closed form or by recursion stands here move by move, so that any other program can
check it. Offers are finite in number; where the offers that the model's own solution makes are among them, its play
and its value remain those of the tree, because a restricted choice leaves fewer ways to do better.

The format is that of R. D. McKelvey, A. M. McLennan and T. L. Turocy, *Gambit: Software Tools for Game Theory*,
http://www.gambit-project.org, extensive games (``.efg``). Chances are written as decimals that sum to 1 exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from armistice.core.errors import QueryError, near
from armistice.theory.models import check_inputs, find_model
from armistice.theory.screening import (
    ENDS,
    Node,
    Screening,
    filson_werner,
    powell_power,
    require,
    solve_screening,
)
from armistice.theory.slantchev import convergence

LARGEST = 200_000
"""Nodes of the largest tree that is written out."""
_SUM = 1e-9
_APART = 1e-8
"""Offers nearer than this would have one name."""
_RARE = 1e-6
"""A chance below this cannot be told from none by beliefs in double precision."""


@dataclass(frozen=True, eq=False)
class End:
    """The game is over: its name and the payoffs of the two players."""

    name: str
    payoffs: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Chance:
    """A move of chance: what may happen, how likely, and what comes after each."""

    name: str
    actions: tuple[str, ...]
    chances: tuple[float, ...]
    after: tuple[Branch, ...]


@dataclass(frozen=True, eq=False)
class Move:
    """A move of player 0 or 1, who cannot tell apart the moves whose information has one name."""

    player: int
    information: str
    actions: tuple[str, ...]
    after: tuple[Branch, ...]


Branch = End | Chance | Move


@dataclass(frozen=True, eq=False)
class OfferGame:
    """A screening problem with few offers: what `screening_tree` writes out.

    Attributes
    ----------
    game : Screening
        With as many types, on the last axis, as the prior has.
    start : Node
    prior : tuple of float
        Chance of each type, above 0.
    offers : mapping of Node to tuple of float
        Shares that can be offered at each node that can be reached, rising.
    types, outcomes : tuple of str
        Names of the types and of the outcomes of a battle.

    Raises
    ------
    QueryError
        If these make no game; all faults at once.
    """

    game: Screening
    start: Node
    prior: tuple[float, ...]
    offers: Mapping[Node, tuple[float, ...]]
    types: tuple[str, ...] = ("weak", "strong")
    outcomes: tuple[str, ...] = ("A wins the battle", "B wins the battle")

    def __post_init__(self) -> None:
        kinds, title = self.game.p_outcome.shape[-1], self.game.title
        checks = [
            (self.start in self.game.nodes, f"start {self.start}", "a node of the game"),
            (len(self.prior) == kinds == len(self.types), f"prior: {len(self.prior)} types", f"{kinds}, each with a name"),
            (len({*self.types}) == len(self.types), f"types: {self.types}", "names that differ"),
            (len(self.outcomes) >= self.game.p_outcome.shape[1], f"outcomes: {len(self.outcomes)}", "a name for each"),
            (min(self.prior) > 0 and abs(sum(self.prior) - 1) < _SUM, f"prior: {self.prior}", "chances above 0 that sum to 1"),
        ]  # fmt: skip
        rare = (self.game.p_outcome > 0) & (self.game.p_outcome < _RARE)
        checks.append((not rare.any(), f"p_outcome: {self.game.p_outcome[rare][:1]}", f"0, or {_RARE:g} or more"))
        if checks[0][0]:
            for n in sorted(self.rows()):
                menu = np.array(self.offers.get(self.game.nodes[n], ()), dtype=float)
                fine = len(menu) > 0 and np.isfinite(menu).all() and bool((np.diff(menu) >= _APART).all())
                told = f"offers at {self.game.nodes[n]}: {menu.tolist()}"
                checks.append((fine, told, "one or more, rising, each 1e-8 or more above the last"))
        require(title, *(f"{found}; expected {wanted}; mend it" for right, found, wanted in checks if not right))

    def rows(self) -> set[int]:
        """Rows of the nodes that can be reached."""
        seen, todo = set[int](), [self.game.nodes.index(self.start)]
        while todo:
            n = todo.pop()
            if n not in seen:
                seen.add(n)
                todo += [int(after) for after in self.game.successor[n] if after != ENDS]
        return seen

    def menu(self, n: int) -> tuple[float, ...]:
        """Shares that can be offered at a row."""
        return self.offers[self.game.nodes[n]]


@dataclass(frozen=True, eq=False)
class Tree:
    """A finite game of two players.

    Attributes
    ----------
    title, comment : str
    players : tuple of str
    root : End, Chance or Move
    offers : OfferGame or None
        The screening problem that the tree writes out, if it is one.

    Raises
    ------
    QueryError
        If chances do not sum to 1, or moves of one information differ in player or actions.
    """

    title: str
    comment: str
    players: tuple[str, str]
    root: Branch
    offers: OfferGame | None = None

    def __post_init__(self) -> None:
        known: dict[str, tuple[int, tuple[str, ...]]] = {}
        faults = []
        for here in self.walk():
            if isinstance(here, Chance) and not (min(here.chances) > 0 and abs(sum(here.chances) - 1) < _SUM):
                faults.append(f"{here.name}: {here.chances}; expected chances above 0 that sum to 1; mend them")
            if isinstance(here, Move):
                one = known.setdefault(here.information, (here.player, here.actions))
                if one != (here.player, here.actions):
                    faults.append(f"{here.information}: {here.actions}; expected {one[1]}, as elsewhere; mend them")
            if not isinstance(here, End) and len(set(here.actions)) != len(here.after):
                faults.append(f"{here.actions}: one name twice; expected one for each branch; name them apart")
        require(self.title, *faults)

    def walk(self) -> Iterator[Branch]:
        """All nodes, each before what comes after it, in the order of the file."""
        todo: list[Branch] = [self.root]
        while todo:
            here = todo.pop()
            yield here
            if not isinstance(here, End):
                todo += reversed(here.after)


# --- offers to a side whose type is hidden ------------------------------------------------------------------------


def offer_name(share: float) -> str:
    """An offer as an action: ``offer 0.25``."""
    return f"offer {share:.9g}"


def screening_tree(problem: OfferGame) -> Tree:
    """Offers of side A, answers of side B, and a battle after each refusal.

    With one type the tree has no hidden information.

    Raises
    ------
    QueryError
        If the tree would have more nodes than `LARGEST`.
    """
    game = problem.game
    _require_room(game.title, len(problem.prior) * _size(problem, game.nodes.index(problem.start)))
    branches = tuple(
        _offering(problem, kind, game.nodes.index(problem.start), "", (0.0, 0.0)) for kind in range(len(problem.prior))
    )
    root = branches[0] if len(branches) == 1 else Chance("type of B", problem.types, problem.prior, branches)
    comment = "Payoffs are shares of the stake. An offer is the share of B."
    return Tree(game.title, comment, ("A", "B"), root, problem)


def one_round(
    title: str, war_a: tuple[float, ...], war_b: tuple[float, ...], prior: tuple[float, ...], offers: tuple[float, ...],
    types: tuple[str, ...],
) -> OfferGame:  # fmt: skip
    """One offer to a side of hidden type, and war if it is refused: worth to A and to B given for each type of B."""
    ends = np.array([war_a, war_b])[:, None, None, :]
    kinds = len(prior)
    none = np.zeros((1, kinds))
    p_outcome, successor = np.ones((1, 1, kinds)), np.array([[ENDS]])
    game = Screening(title, ((1,),), p_outcome, successor, ends[0], ends[1], 0 * ends[0], none, none)
    return OfferGame(game, (1,), prior, {(1,): offers}, types, ("war",))


def _size(problem: OfferGame, n: int) -> int:
    """Nodes below an offer at a row, for one type, by far the most if outcomes are impossible."""
    sizes: dict[int, int] = {}
    for row in sorted(problem.rows()):
        below = sum(1 if after == ENDS else sizes[int(after)] for after in problem.game.successor[row])
        sizes[row] = 1 + len(problem.menu(row)) * (3 + below)
    return sizes[n]


def _require_room(title: str, size: int) -> None:
    if size > LARGEST:
        fault = f"a tree of {size:.3g} nodes; expected at most {LARGEST}; take fewer rounds, units or offers"
        raise QueryError(f"{title}: {fault}")


def history(past: str, *words: str) -> str:
    """What both sides have seen, in words."""
    return ", ".join([*([past] if past else []), *words])


def _offering(problem: OfferGame, kind: int, n: int, past: str, spent: tuple[float, float]) -> Move:
    menu = problem.menu(n)
    after = tuple(_answering(problem, kind, n, past, spent, share) for share in menu)
    return Move(0, f"A: {past or 'start'}", tuple(offer_name(share) for share in menu), after)


def _answering(
    problem: OfferGame, kind: int, n: int, past: str, spent: tuple[float, float], share: float
) -> Move:  # fmt: skip
    name = problem.types[kind]
    seen = history(past, offer_name(share))
    accepted = End(f"{name}: {seen}, accepted", (spent[0] + 1 - share, spent[1] + share))
    refused = _fighting(problem, kind, n, f"{seen} refused", spent)
    return Move(1, f"B, {name}: {seen}", ("accept", "refuse"), (accepted, refused))


def _fighting(problem: OfferGame, kind: int, n: int, past: str, spent: tuple[float, float]) -> Branch:
    game, name = problem.game, problem.types[kind]
    paid = (spent[0] - float(game.cost_uninformed[n, kind]), spent[1] - float(game.cost_informed[n, kind]))
    actions, chances = list[str](), list[float]()
    after = list[Branch]()
    for o, following in enumerate(game.successor[n]):
        chance = float(game.p_outcome[n, o, kind])
        if chance == 0:
            continue
        seen = history(past, problem.outcomes[o])
        actions.append(problem.outcomes[o])
        chances.append(chance)
        if following == ENDS:
            ends = (float(game.end_uninformed[n, o, kind]), float(game.end_informed[n, o, kind]))
            after.append(End(f"{name}: {seen}", (paid[0] + ends[0], paid[1] + ends[1])))
        else:
            after.append(_offering(problem, kind, int(following), seen, paid))
    return after[0] if len(after) == 1 else Chance(f"{name}: {past}", tuple(actions), tuple(chances), tuple(after))


# --- alternating offers when all is known -------------------------------------------------------------------------


@dataclass(frozen=True)
class BattleGame:
    """Alternating offers with a battle after each refusal, and after the last a fight to the finish.

    Attributes
    ----------
    n, start : int
        States between the two defeats; the state at the start, of which player 1 makes the first offer.
    p, discount, b1, b2 : float
        Chance that player 1 wins a battle; discount factor; flows while they fight.
    rounds : int
        Offers that can be made.
    offers : tuple of float
        Shares of player 1 that can be offered in any state, besides the one that leaves the other side indifferent.
    """

    n: int
    start: int
    p: float
    discount: float
    b1: float
    b2: float
    rounds: int = 3
    offers: tuple[float, ...] = (0.0, 0.5, 1.0)

    def terms(self) -> np.ndarray:
        """Share of player 1 that leaves the one who answers indifferent, by round and state, were the stake divisible."""
        known = convergence(self.n, self.p, self.discount, self.b1, self.b2)
        fight = np.array([known["w1"], known["w2"]])
        shares = np.zeros((self.rounds, self.n + 1))
        for t in reversed(range(self.rounds)):
            shares[t] = 1 - fight[1] if t % 2 == 0 else fight[0]
            agreed = np.array([shares[t], 1 - shares[t]])
            agreed[:, [0, -1]] = [[0, 1], [1, 0]]
            fight = agreed.copy()
            onward = self.p * agreed[:, 2:] + (1 - self.p) * agreed[:, :-2]
            fight[:, 1:-1] = (1 - self.discount) * np.array([[self.b1], [self.b2]]) + self.discount * onward
        return shares


def bargaining_with_battle(game: BattleGame) -> Tree:
    """The tree of alternating offers; each offer is a share of player 1.

    Raises
    ------
    QueryError
        If a number is out of range, or the tree would have more nodes than `LARGEST`.
    """
    unit = (0.0, 1.0)
    require(
        "bargaining_with_battle", start=(game.start, 1, game.n - 1), rounds=(game.rounds, 1, 50), p=(game.p, *unit),
        b1=(game.b1, *unit), b2=(game.b2, *unit), b1_plus_b2=(game.b1 + game.b2, *unit), discount=(game.discount, 0, 1 - 1e-12),
    )  # fmt: skip
    menu = len(game.offers) + 1
    _require_room("bargaining_with_battle", sum(4 * menu * (2 * menu) ** t for t in range(game.rounds)))
    known = convergence(game.n, game.p, game.discount, game.b1, game.b2)
    terms = game.terms()

    def worth(t: int, share_1: float, share_2: float) -> tuple[float, float]:
        later = game.discount**t
        return (1 - later) * game.b1 + later * share_1, (1 - later) * game.b2 + later * share_2

    def offering(t: int, k: int, past: str) -> Branch:
        if k in (0, game.n):
            return End(f"{past}, the end", worth(t, float(k > 0), float(k == 0)))
        shares = sorted(
            {
                *game.offers,
                *(x for x in [float(terms[t, k])] if np.min(np.abs(np.subtract(game.offers, x)), initial=1) >= _APART),
            }
        )
        after = tuple(answering(t, k, past, share) for share in shares)
        return Move(t % 2, f"{t % 2 + 1} offers: {past or 'start'}", tuple(offer_name(s) for s in shares), after)

    def answering(t: int, k: int, past: str, share: float) -> Branch:
        seen = history(past, offer_name(share))
        accepted = End(f"{seen}, accepted", worth(t, share, 1 - share))
        refused = battle(t, k, f"{seen} refused")
        return Move(1 - t % 2, f"{2 - t % 2} answers: {seen}", ("accept", "refuse"), (accepted, refused))

    def battle(t: int, k: int, past: str) -> Branch:
        if t + 1 == game.rounds:
            return End(f"{past}, fought to the finish", worth(t, float(known["w1"][k]), float(known["w2"][k])))
        odds = [(f"{winner} wins the battle", chance, step)
                for winner, chance, step in (("1", game.p, 1), ("2", 1 - game.p, -1)) if chance > 0]  # fmt: skip
        after = tuple(offering(t + 1, k + step, history(past, name)) for name, _, step in odds)
        if len(after) == 1:
            return after[0]
        return Chance(past, tuple(name for name, _, _ in odds), tuple(chance for _, chance, _ in odds), after)

    comment = "Payoffs are shares of a flow of 1. An offer is the share of player 1, whoever makes it."
    return Tree("Alternating offers with battles", comment, ("1", "2"), offering(0, game.start, ""))


# --- the format ---------------------------------------------------------------------------------------------------


def write_efg(tree: Tree) -> str:
    """The tree as the text of an extensive-form file of Gambit."""
    numbers: dict[tuple[int, str], int] = {}
    counts = {-1: 0, 0: 0, 1: 0}
    ends = 0
    lines = [f"EFG 2 R {_quoted(tree.title)} {{ {_quoted(tree.players[0])} {_quoted(tree.players[1])} }}"]
    lines += [_quoted(tree.comment), ""]
    for here in tree.walk():
        if isinstance(here, End):
            ends += 1
            first, second = (_decimal(value) for value in here.payoffs)
            lines.append(f't "" {ends} {_quoted(here.name)} {{ {first}, {second} }}')
            continue
        who, name = (-1, f"{len(numbers)}") if isinstance(here, Chance) else (here.player, here.information)
        if (who, name) not in numbers:
            counts[who] += 1
            numbers[who, name] = counts[who]
        number = numbers[who, name]
        if isinstance(here, Chance):
            odds = zip(here.actions, exact_chances(here.chances), strict=True)
            told = " ".join(f"{_quoted(action)} {chance}" for action, chance in odds)
            lines.append(f'c "" {number} {_quoted(here.name)} {{ {told} }} 0')
        else:
            told = " ".join(_quoted(action) for action in here.actions)
            lines.append(f'p "" {who + 1} {number} {_quoted(name)} {{ {told} }} 0')
    return "\n".join(lines) + "\n"


def exact_chances(chances: tuple[float, ...]) -> tuple[str, ...]:
    """Decimals that sum to 1 exactly: the largest takes up what rounding left over."""
    largest = int(np.argmax(chances))
    with localcontext(prec=1100):
        told = [Decimal(_decimal(chance)) for chance in chances]
        told[largest] = 1 - sum(told[:largest] + told[largest + 1 :], start=Decimal(0))
        return tuple(format(chance, "f") for chance in told)


def _decimal(value: float) -> str:
    return format(Decimal(repr(float(value))), "f")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "/").replace('"', "'")
    return f'"{escaped}"'


# --- models of the library ----------------------------------------------------------------------------------------

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _merged(*shares: Any) -> tuple[float, ...]:
    """Offers without repetition: of two that are nearly one the first given stays."""
    kept: list[float] = []
    for share in np.concatenate([np.atleast_1d(s) for s in shares]).tolist():
        if all(abs(share - other) >= _APART for other in kept):
            kept.append(share)
    return tuple(sorted(kept))


def _types_present(prior: tuple[float, ...]) -> list[int]:
    return [kind for kind, chance in enumerate(prior) if chance > 0]


def _fearon(
    title: str, v: Mapping[str, Any], costs: tuple[float, ...], prior: tuple[float, ...], types: tuple[str, ...]
) -> Tree:  # fmt: skip
    """One demand; the offers are what each type would get by war, and the quarters of the stake."""
    there = _types_present(prior)
    war_b = tuple(1 - v["p"] - costs[kind] for kind in there)
    offers = _merged(np.maximum(war_b, 0.0), _QUARTERS)
    chosen = tuple(prior[kind] for kind in there), offers, tuple(types[kind] for kind in there)
    return screening_tree(one_round(title, (v["p"] - v["c_a"],) * len(there), war_b, *chosen))


def _fearon_range(v: Mapping[str, Any]) -> Tree:
    return _fearon("Fearon 1995, one demand, complete information", v, (v["c_b"],), (1.0,), ("known",))


def _fearon_two_types(v: Mapping[str, Any]) -> Tree:
    prior, costs = (1 - v["mu"], v["mu"]), (v["c_weak"], v["c_tough"])
    return _fearon("Fearon 1995, one demand, two types", v, costs, prior, ("weak", "tough"))


def _fearon_screening(v: Mapping[str, Any]) -> Tree:
    """Five types in the middle of five equal slices stand for the uniform distribution."""
    costs = tuple(v["high"] - (v["high"] - v["low"]) * (k + 0.5) / 5 for k in range(5))
    names = tuple(f"cost {cost:.6g} ({k + 1})" for k, cost in enumerate(costs))
    return _fearon("Fearon 1995, one demand, five types for a uniform cost", v, costs, (0.2,) * 5, names)


def _solved_offers(game: Screening, start: Node, mu: float, outcomes: tuple[str, ...]) -> Tree:
    """At each node the offers that the model's own solution makes there at any belief; what is too rare is left out."""
    likely = np.where(game.p_outcome < _RARE, 0.0, game.p_outcome)
    game = replace(game, p_outcome=likely / likely.sum(axis=1, keepdims=True))
    mu = float(np.where(mu < _RARE, 0, np.where(mu > 1 - _RARE, 1, mu)))
    if 0 < mu < 1:
        solution = solve_screening(game, points=2)
        strong = dict(zip(game.nodes, solution.strong, strict=True))
        offers = {
            node: _merged(policy.offer, strong[node])
            for node, policy in zip(game.nodes, solution.policies, strict=True)
        }
        return screening_tree(OfferGame(game, start, (1 - mu, mu), offers, outcomes=outcomes))
    kind = int(mu)
    by_type = ("p_outcome", "end_uninformed", "end_informed", "end_battles", "cost_uninformed", "cost_informed")
    known = replace(game, **{name: getattr(game, name)[..., [kind]] for name in by_type})
    held = solve_screening(game, points=2)
    worth = np.array([[policy.offer[0] for policy in held.policies], held.strong])[kind]
    offers = {node: _merged(share, (0.0, 1.0)) for node, share in zip(game.nodes, worth.tolist(), strict=True)}
    return screening_tree(OfferGame(known, start, (1.0,), offers, (("weak", "strong")[kind],), outcomes))


def _filson_werner(v: Mapping[str, Any]) -> Tree:
    units = (v["n_a"], v["n_d"])
    game = filson_werner(units, (v["p_weak"], v["p_strong"]), (v["k_a"], v["k_d"]))
    return _solved_offers(game, units, v["mu"], ("A wins the battle", "B wins the battle"))


def _powell(v: Mapping[str, Any]) -> Tree:
    weak, strong = (v["a_weak"], v["b_weak"]), (v["a_strong"], v["b_strong"])
    game = powell_power(v["rounds"], weak=weak, strong=strong, costs=(v["s"], v["d"]))
    # After the last round, to fight on means to fight to the finish.
    return _solved_offers(game, (v["rounds"],), v["mu"], ("A collapses", "B collapses", "neither collapses"))


def _slantchev(v: Mapping[str, Any]) -> Tree:
    """Three rounds from the middle state, and then a fight to the finish."""
    return bargaining_with_battle(BattleGame(v["n"], v["n"] // 2, v["p"], v["discount"], v["b1"], v["b2"]))


TREES: dict[str, Callable[[Mapping[str, Any]], Tree]] = {
    "fearon1995.range": _fearon_range,
    "fearon1995.two_types": _fearon_two_types,
    "fearon1995.screening": _fearon_screening,
    "filson_werner2002": _filson_werner,
    "powell2004.learning": _powell,
    "slantchev2003.convergence": _slantchev,
}
"""Models that can be written as a tree, from all their inputs as single numbers.

The value of the tree is that of the model in four of them. The fifth, `fearon1995.screening`, has five types for the
uniform distribution; the sixth, `slantchev2003.convergence`, stops after three rounds, for a model without end.
"""


def model_tree(name: str, /, **inputs: Any) -> Tree:
    """The tree of a model of the library.

    Parameters
    ----------
    name : str
        As in `TREES`.
    **inputs
        Single numbers; what is not given takes the default of the worked example.

    Raises
    ------
    QueryError
        If the model has no tree, an input is impossible or a grid, or the tree would be too large.
    """
    model = find_model(name)
    if name not in TREES:
        raise QueryError(f"{name}: no finite tree; expected one of {', '.join(TREES)}; {near(name, TREES)}")
    values = check_inputs(model, inputs)
    grids = [key for key, value in values.items() if np.ndim(value)]
    require(name, *(f"{key}: a grid; expected a single number; write one tree after another" for key in grids))
    return TREES[name](values)
