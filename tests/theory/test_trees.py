"""Trees and files: the format read back, values by brute force and by the closed forms, and play that is credible."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.theory.credible import Assessment, credible, expected, sequential_gap
from armistice.theory.models import solve
from armistice.theory.screening import STRONG, WEAK, filson_werner, powell_power
from armistice.theory.trees import (
    TREES,
    BattleGame,
    Chance,
    End,
    Move,
    OfferGame,
    Tree,
    bargaining_with_battle,
    exact_chances,
    model_tree,
    one_round,
    screening_tree,
    write_efg,
)

# --- a reader of the format, written from its description ---------------------------------------------------------


@dataclass
class Line:
    """One node of a file."""

    kind: str
    number: int
    name: str
    player: int = -1
    odds: dict[str, Fraction] = field(default_factory=dict)
    payoffs: tuple[float, ...] = ()
    after: list[Line] = field(default_factory=list)


def read(text: str) -> Line:
    head, *rest = text.splitlines()
    assert re.fullmatch(r'EFG 2 R "[^"]*" \{ "[^"]*" "[^"]*" \}', head)
    assert re.fullmatch(r'"[^"]*"', rest[0])
    assert rest[1] == ""
    lines = iter(rest[2:])
    root = read_node(lines)
    assert next(lines, None) is None
    return root


def read_node(lines: Any) -> Line:
    line = next(lines)
    if found := re.fullmatch(r't "" (\d+) "([^"]*)" \{ (\S+), (\S+) \}', line):
        return Line("t", int(found[1]), found[2], payoffs=(float(found[3]), float(found[4])))
    if found := re.fullmatch(r'c "" (\d+) "([^"]*)" \{ (.*) \} 0', line):
        odds = {name: Fraction(chance) for name, chance in re.findall(r'"([^"]*)" (\S+)', found[3])}
        here = Line("c", int(found[1]), found[2], odds=odds)
    else:
        found = re.fullmatch(r'p "" ([12]) (\d+) "([^"]*)" \{ (.*) \} 0', line)
        assert found, line
        here = Line(
            "p",
            int(found[2]),
            found[3],
            int(found[1]) - 1,
            dict.fromkeys(re.findall(r'"([^"]*)"', found[4]), Fraction(0)),
        )
    here.after = [read_node(lines) for _ in here.odds]
    return here


def nodes(here: Line) -> list[Line]:
    return [here, *itertools.chain.from_iterable(nodes(after) for after in here.after)]


# --- payoffs and best answers, by definition, from the file -------------------------------------------------------

Play = dict[str, tuple[float, ...]]


def payoff(here: Line, play: Play) -> np.ndarray:
    if here.kind == "t":
        return np.array(here.payoffs)
    odds = play[here.name] if here.kind == "p" else [float(chance) for chance in here.odds.values()]
    return sum(chance * payoff(after, play) for chance, after in zip(odds, here.after, strict=True))


def best_answer(root: Line, play: Play, player: int) -> float:
    """The most that a player can get against what the others do, its own information sets solved from the last on."""
    play, sets = dict(play), defaultdict(list)

    def spread(here: Line, reach: float, depth: int) -> None:
        if here.kind == "p" and here.player == player:
            sets[here.name].append((depth, reach, here))
        for j, after in enumerate(here.after):
            own = here.kind == "p" and here.player == player
            odds = 1.0 if own else play[here.name][j] if here.kind == "p" else float(list(here.odds.values())[j])
            spread(after, reach * odds, depth + 1)

    spread(root, 1.0, 0)
    for name, places in sorted(sets.items(), key=lambda item: -item[1][0][0]):
        worth = sum(
            reach * np.array([payoff(after, play)[player] for after in here.after]) for _, reach, here in places
        )
        play[name] = tuple(float(j == int(np.argmax(worth))) for j in range(len(worth)))
    return float(payoff(root, play)[player])


def regret(tree: Tree, found: Assessment) -> float:
    root = read(write_efg(tree))
    earned = payoff(root, dict(found.strategy))
    return max(best_answer(root, dict(found.strategy), player) - earned[player] for player in (0, 1))


def beliefs_by_bayes(root: Line, play: Play) -> dict[str, tuple[float, ...]]:
    """At every information set that the play reaches."""
    reach: dict[str, list[float]] = defaultdict(list)

    def spread(here: Line, chance: float) -> None:
        if here.kind == "p":
            reach[here.name].append(chance)
        odds = play[here.name] if here.kind == "p" else [float(c) for c in here.odds.values()]
        for one, after in zip(odds, here.after, strict=False):
            spread(after, chance * one)

    spread(root, 1.0)
    return {name: tuple(np.array(c) / sum(c)) for name, c in reach.items() if sum(c) > 1e-9}


# --- games --------------------------------------------------------------------------------------------------------


def random_offers(draw: np.random.Generator) -> OfferGame:
    """Two types, offers that know nothing of the solution, and up to three battles."""
    costs = tuple(draw.uniform(0.005, 0.1, 2))
    menu = sorted({0.0, *draw.uniform(0, 1, int(draw.integers(2, 5)))})
    if draw.random() < 0.5:
        strong, weak = np.sort(draw.uniform(0.05, 0.95, 2))
        game = filson_werner((2, int(draw.integers(1, 3))), (weak, strong), costs)
    else:
        chances = draw.dirichlet(np.ones(3), 2)[:, :2]
        weak, strong = chances[np.argsort((chances[:, 0] - costs[1]) / chances.sum(1))]
        game = powell_power(int(draw.integers(2, 4)) if len(menu) < 4 else 2, tuple(weak), tuple(strong), costs)
    mu = draw.uniform(0.05, 0.95)
    return OfferGame(
        game, game.nodes[-1], (1 - mu, mu), dict.fromkeys(game.nodes, tuple(menu)), outcomes=("one", "two", "three")
    )


def random_one_round(draw: np.random.Generator, kinds: int, offers: int) -> OfferGame:
    p, c_a = draw.uniform(0.3, 0.7), draw.uniform(0.05, 0.3)
    war_b = tuple((1 - p - np.sort(draw.uniform(0.02, 0.4, kinds))[::-1]).tolist())
    prior, menu = draw.dirichlet(np.ones(kinds)).tolist(), np.sort(draw.uniform(0, 1, offers)).tolist()
    names = tuple(f"type {k}" for k in range(kinds))
    return one_round("one offer", (p - c_a,) * kinds, war_b, tuple(prior), tuple(menu), names)


SMALL = {
    "fearon1995.range": {},
    "fearon1995.two_types": {},
    "fearon1995.screening": {},
    "filson_werner2002": {"n_a": 2, "n_d": 2},
    "powell2004.learning": {},
    "slantchev2003.convergence": {"n": 4},
}


# --- the format ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_what_is_written_is_read_back(name: str) -> None:
    tree = model_tree(name, **SMALL[name])
    walked, root = list(tree.walk()), read(write_efg(tree))
    lines = nodes(root)
    assert len(walked) == len(lines)
    numbers: dict[tuple[int, str], int] = {}
    for here, line in zip(walked, lines, strict=True):
        if isinstance(here, End):
            assert (line.kind, line.name, line.payoffs) == ("t", here.name, here.payoffs)
            continue
        assert tuple(line.odds) == here.actions
        if isinstance(here, Chance):
            assert sum(line.odds.values()) == 1
            np.testing.assert_allclose([float(c) for c in line.odds.values()], here.chances, atol=1e-15)
        else:
            assert isinstance(here, Move)
            assert (line.kind, line.player, line.name) == ("p", here.player, here.information)
            assert numbers.setdefault((line.player, line.name), line.number) == line.number
    ends = [line.number for line in lines if line.kind == "t"]
    assert ends == list(range(1, len(ends) + 1))
    assert len({line.number for line in lines if line.kind == "c"}) == sum(line.kind == "c" for line in lines)
    for player in (0, 1):
        own = {number for (who, _), number in numbers.items() if who == player}
        assert own == set(range(1, len(own) + 1))


def test_every_model_with_a_tree_is_tried() -> None:
    assert set(SMALL) == set(TREES)


def test_a_small_file_word_by_word() -> None:
    move = Move(0, 'the "first"', ("a", "b"), (End("one", (1.0, 0.0)), End("two", (1e-7, -0.5))))
    tree = Tree(
        "Small", "No more.", ("A", "B"), Chance("luck", ("x", "y"), (0.25, 0.75), (move, End("three", (0.0, 1 / 3))))
    )
    assert write_efg(tree) == (
        'EFG 2 R "Small" { "A" "B" }\n"No more."\n\n'
        'c "" 1 "luck" { "x" 0.25 "y" 0.75 } 0\n'
        'p "" 1 1 "the \'first\'" { "a" "b" } 0\n'
        't "" 1 "one" { 1.0, 0.0 }\n'
        't "" 2 "two" { 0.0000001, -0.5 }\n'
        't "" 3 "three" { 0.0, 0.3333333333333333 }\n'
    )


@given(st.lists(st.floats(1e-300, 1), min_size=1, max_size=6))
def test_chances_sum_to_one_exactly(weights: list[float]) -> None:
    chances = [w / sum(weights) for w in weights]
    told = exact_chances(tuple(chances))
    assert sum(Fraction(c) for c in told) == 1
    np.testing.assert_allclose([float(c) for c in told], chances, atol=1e-14)


# --- values of the closed forms -----------------------------------------------------------------------------------


def test_fearon_two_types_is_the_model() -> None:
    for mu, c_a in itertools.product(np.linspace(0, 1, 9), (0.0, 0.1, 0.4)):
        found = credible(model_tree("fearon1995.two_types", mu=mu, c_a=c_a))
        assert found.values[0] == pytest.approx(solve("fearon1995.two_types", mu=mu, c_a=c_a)["value"], abs=1e-12)


def test_fearon_range_gives_the_proposer_all_of_it() -> None:
    for p, c_b in itertools.product((0, 0.3, 0.95, 1), (0, 0.1, 2)):
        found = credible(model_tree("fearon1995.range", p=p, c_b=c_b))
        assert found.values[0] == pytest.approx(solve("fearon1995.range", p=p, c_b=c_b)["high"], abs=1e-12)


def test_five_types_are_near_a_uniform_cost_and_no_worse_for_the_proposer_than_half_a_slice() -> None:
    for low, high in ((0, 0.4), (0.2, 0.4), (0.1, 0.11)):
        exact = solve("fearon1995.screening", low=low, high=high)["value"]
        assert (
            abs(credible(model_tree("fearon1995.screening", low=low, high=high)).values[0] - exact) <= (high - low) / 5
        )


@pytest.mark.parametrize("units", [(1, 1), (2, 1), (1, 3), (2, 2)])
@pytest.mark.parametrize("mu", [0, 0.05, 0.3, 0.62, 0.9, 1])
def test_filson_and_werner_is_the_model(units: tuple[int, int], mu: float) -> None:
    inputs = {"n_a": units[0], "n_d": units[1], "mu": mu}
    found = credible(model_tree("filson_werner2002", **inputs))
    assert found.values[0] == pytest.approx(solve("filson_werner2002", **inputs)["value"], abs=1e-9)


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize("mu", [0, 0.1, 0.3, 0.7, 0.95, 1])
def test_powell_is_the_model(rounds: int, mu: float) -> None:
    found = credible(model_tree("powell2004.learning", rounds=rounds, mu=mu))
    assert found.values[0] == pytest.approx(solve("powell2004.learning", rounds=rounds, mu=mu)["value"], abs=1e-9)


def test_p04_in_the_tree() -> None:
    found = credible(model_tree("powell2004.learning"))
    assert found.values[0] == pytest.approx(0.605371, abs=5e-7)
    assert found.strategy["B, weak: offer 0.228571429"] == pytest.approx((0.62 / 0.7, 1 - 0.62 / 0.7))
    assert found.beliefs["A: offer 0.228571429 refused, neither collapses"] == pytest.approx((4 / 19, 15 / 19))


def test_fw_2_in_the_tree() -> None:
    assert credible(model_tree("filson_werner2002")).values[0] == pytest.approx(0.63, abs=1e-12)


def test_few_rounds_are_near_the_war_without_end() -> None:
    known = {"n": 4, "p": 0.4, "discount": 0.6, "b1": 0.1, "b2": 0.2}
    exact = solve("slantchev2003.convergence", **known)["x"][2]
    for rounds in (1, 2, 3, 4):
        found = credible(bargaining_with_battle(BattleGame(4, 2, 0.4, 0.6, 0.1, 0.2, rounds, ())))
        assert sum(found.values) == pytest.approx(1, abs=1e-12)
        assert abs(found.values[0] - exact) <= 0.6**rounds
    assert abs(found.values[0] - exact) > 1e-6


def test_offers_against_a_stake_divided_at_will() -> None:
    """Two rounds by hand: the second offer leaves the first player its fight, the first leaves the second its wait."""
    n, p, discount, b1, b2 = 4, 0.4, 0.6, 0.1, 0.2
    fight = solve("slantchev2003.convergence", n=n, p=p, discount=discount, b1=b1, b2=b2)["w1"]
    waits = (1 - discount) * b2 + discount * (p * (1 - fight[3]) + (1 - p) * (1 - fight[1]))
    found = credible(bargaining_with_battle(BattleGame(n, 2, p, discount, b1, b2, 2)))
    assert found.values == pytest.approx((1 - waits, waits), abs=1e-12)


# --- values by brute force ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_one_offer_by_brute_force(seed: int) -> None:
    """Every plan of the informed side that is best at each of its moves, every offer: only one outcome is left."""
    problem = random_one_round(np.random.default_rng(seed), 1 + seed % 4, 4)
    root = read(write_efg(screening_tree(problem)))
    play: Play = {}
    for line in nodes(root):
        if line.kind == "p" and line.player == 1:
            own = [after.payoffs[1] for after in line.after]
            assert abs(own[0] - own[1]) > 1e-9, "a tie"
            play[line.name] = tuple(float(value == max(own)) for value in own)
    menu = len(problem.menu(0))
    tried = [payoff(root, play | {"A: start": tuple(float(j == i) for j in range(menu))}) for i in range(menu)]
    found = credible(screening_tree(problem))
    assert found.values == pytest.approx(tuple(max(tried, key=lambda v: v[0])), abs=1e-12)


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_known_strength_by_brute_force(rounds: int) -> None:
    draw = np.random.default_rng(rounds)
    for _ in range(5):
        b = draw.dirichlet(np.ones(3))
        game = BattleGame(4, 2, draw.uniform(0.1, 0.9), draw.uniform(0.3, 0.95), b[0], b[1], rounds, (0.2, 0.6))
        tree = bargaining_with_battle(game)

        def induct(here: Line) -> np.ndarray:
            if here.kind == "t":
                return np.array(here.payoffs)
            below = [induct(after) for after in here.after]
            if here.kind == "c":
                return sum(float(c) * v for c, v in zip(here.odds.values(), below, strict=True))
            return max(below, key=lambda v: round(v[here.player], 10))

        found = credible(tree)
        assert found.values == pytest.approx(tuple(induct(read(write_efg(tree)))), abs=1e-9)
        assert regret(tree, found) < 1e-9


@pytest.mark.parametrize("part", range(10))
def test_two_types_and_several_offers_are_an_equilibrium(part: int) -> None:
    """Best answers and Bayes' rule, computed from the file alone."""
    draw = np.random.default_rng(100 + part)
    for _ in range(6):
        tree = screening_tree(random_offers(draw))
        found = credible(tree)
        assert found.gap < 1e-8
        root = read(write_efg(tree))
        assert tuple(payoff(root, dict(found.strategy))) == pytest.approx(found.values, abs=1e-12)
        if len(nodes(root)) < 1200:
            assert regret(tree, found) < 1e-8
        for name, belief in beliefs_by_bayes(root, dict(found.strategy)).items():
            assert found.beliefs[name] == pytest.approx(belief, abs=1e-7), name


def test_mixed_play_is_among_them() -> None:
    draw = np.random.default_rng(5)
    mixed = 0
    for _ in range(60):
        found = credible(screening_tree(random_offers(draw)))
        offers = [chances for name, chances in found.strategy.items() if name.startswith("A")]
        mixed += any(0.001 < chance < 0.999 for chances in offers for chance in chances)
    assert mixed >= 3


def test_where_the_next_offer_mixes_between_two_that_lead_to_jumps() -> None:
    """A case in which a refusal by both at a jump must be worth the upper value to the weak type."""
    game = filson_werner((2, 2), (0.6767, 0.2987), (0.0567, 0.1122))
    for mu in np.linspace(0.05, 0.95, 19):
        menu = dict.fromkeys(game.nodes, (0.2425, 0.2897, 0.4936, 0.6096, 0.9836))
        found = credible(screening_tree(OfferGame(game, (2, 2), (1 - mu, mu), menu)))
        assert found.gap < 1e-8


def test_more_offers_are_no_worse_than_the_models_own_only_if_they_hold_them() -> None:
    """The model's offers with others among them give the model's value; without them less or as much."""
    game = filson_werner((1, 1), (0.7, 0.4), (0.05, 0.05))
    exact = solve("filson_werner2002")["value"]
    for menu, holds in (((0.0, 0.1, 0.25, 0.4, 0.55, 0.8), True), ((0.0, 0.3, 0.6), False)):
        found = credible(screening_tree(OfferGame(game, (1, 1), (0.7, 0.3), {(1, 1): menu})))
        assert (found.values[0] == pytest.approx(exact)) == holds
        assert found.values[0] <= exact + 1e-12


# --- what is not credible -----------------------------------------------------------------------------------------


def test_an_empty_threat_is_an_equilibrium_and_is_told_apart() -> None:
    """B refuses all but the whole stake: nobody can do better against it, and yet at lower offers B would accept."""
    tree = model_tree("fearon1995.range")
    found = credible(tree)
    threat = {
        n: (float("offer 1" in n), float("offer 1" not in n)) if n.startswith("B") else p
        for n, p in found.strategy.items()
    }
    menu = len(threat["A: start"])
    threat["A: start"] = tuple(float(j == 0) for j in range(menu))
    assert regret(tree, Assessment(threat, found.beliefs, (0, 0), 0)) < 1e-12
    assert sequential_gap(tree, threat, found.beliefs) > 0.3
    assert expected(tree, threat) == pytest.approx((0.4, 0.4))


# --- faults -------------------------------------------------------------------------------------------------------

FW = filson_werner((1, 1), (0.7, 0.4), (0.05, 0.05))
MENU = {(1, 1): (0.25, 0.55)}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: model_tree("fearon1995.two_typs"), "no such model"),
        (lambda: model_tree("fearon1995.preventive"), "no finite tree; expected one of fearon1995.range"),
        (lambda: model_tree("fearon1995.two_types", mu=[0.1, 0.2]), "mu: a grid; expected a single number"),
        (lambda: model_tree("fearon1995.two_types", mu=1.2), "mu: 1.2"),
        (lambda: model_tree("filson_werner2002", n_a=9, n_d=9), "nodes; expected at most 200000"),
        (lambda: bargaining_with_battle(BattleGame(6, 3, 0.5, 0.9, 0.3, 0.3, 20)), "nodes; expected at most 200000"),
        (lambda: bargaining_with_battle(BattleGame(6, 6, 1.5, 1.0, 0.7, 0.7, 0)), r"start: 6;.*\n.*rounds: 0;.*\n.*p: 1.5"),
        (lambda: OfferGame(FW, (2, 1), (0.5, 0.5), MENU), "start .2, 1.; expected a node"),
        (lambda: OfferGame(FW, (1, 1), (0.5, 0.4), MENU), "prior: .0.5, 0.4.; expected chances above 0"),
        (lambda: OfferGame(FW, (1, 1), (1.0, 0.0), MENU), "prior: .1.0, 0.0.; expected chances above 0"),
        (lambda: OfferGame(FW, (1, 1), (0.2, 0.3, 0.5), MENU), "prior: 3 types; expected 2"),
        (lambda: OfferGame(FW, (1, 1), (0.5, 0.5), MENU, ("same", "same")), "expected names that differ"),
        (lambda: OfferGame(FW, (1, 1), (0.5, 0.5), MENU, outcomes=("one",)), "outcomes: 1; expected a name for each"),
        (lambda: OfferGame(filson_werner((1, 1), (0.7, 1e-9), (0, 0)), (1, 1), (0.5, 0.5), MENU), "0, or 1e-06 or more"),
        (lambda: OfferGame(FW, (1, 1), (0.5, 0.5), {}), "expected one or more, rising"),
        (lambda: OfferGame(FW, (1, 1), (0.5, 0.5), {(1, 1): (0.5, 0.2)}), "expected one or more, rising"),
    ],
)  # fmt: skip
def test_bad_inputs_are_told_apart(make: Any, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        make()


def test_trees_that_are_none_are_refused() -> None:
    end = End("end", (0.0, 0.0))
    with pytest.raises(QueryError, match="sum to 1"):
        Tree("t", "", ("A", "B"), Chance("luck", ("x", "y"), (0.5, 0.6), (end, end)))
    moves = Move(0, "same", ("x",), (end,)), Move(0, "same", ("y",), (end,))
    with pytest.raises(QueryError, match="as elsewhere"):
        Tree("t", "", ("A", "B"), Chance("luck", ("x", "y"), (0.5, 0.5), moves))
    with pytest.raises(QueryError, match="one name twice"):
        Tree("t", "", ("A", "B"), Move(0, "here", ("x", "x"), (end, end)))


def test_hidden_information_of_another_kind_has_no_method() -> None:
    ends = tuple(End(str(k), (float(k), 0.0)) for k in range(4))
    moves = Move(0, "same", ("x", "y"), ends[:2]), Move(0, "same", ("x", "y"), ends[2:])
    with pytest.raises(QueryError, match="hides the past"):
        credible(Tree("t", "", ("A", "B"), Chance("luck", ("x", "y"), (0.5, 0.5), moves)))


def test_three_types_and_two_offers_have_no_method() -> None:
    game = filson_werner((2, 1), (0.7, 0.4), (0.05, 0.05))
    names = ("p_outcome", "end_uninformed", "end_informed", "end_battles", "cost_uninformed", "cost_informed")
    three = {name: getattr(game, name)[..., [WEAK, STRONG, STRONG]] for name in names}
    wide = type(game)(game.title, game.nodes, successor=game.successor, **three)
    problem = OfferGame(wide, (2, 1), (0.4, 0.3, 0.3), dict.fromkeys(game.nodes, (0.1, 0.6)), ("a", "b", "c"))
    assert len(nodes(read(write_efg(screening_tree(problem))))) > 30
    with pytest.raises(QueryError, match="3 types and several offers"):
        credible(screening_tree(problem))


# --- any inputs ---------------------------------------------------------------------------------------------------

SHARE = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))


@settings(max_examples=60, deadline=None)
@given(p=SHARE, c_a=st.floats(0, 3), costs=st.tuples(st.floats(0, 3), st.floats(0, 3)), mu=SHARE)
def test_one_offer_never_breaks(p: float, c_a: float, costs: tuple[float, float], mu: float) -> None:
    low, high = sorted(costs)
    inputs = {"p": p, "c_a": c_a, "c_tough": low, "c_weak": high, "mu": mu}
    found = credible(model_tree("fearon1995.two_types", **inputs))
    assert found.values[0] == pytest.approx(solve("fearon1995.two_types", **inputs)["value"], abs=1e-6)
    read(write_efg(model_tree("fearon1995.screening", p=p, c_a=c_a, low=low, high=high)))


@settings(max_examples=60, deadline=None)
@given(
    chances=st.tuples(SHARE, SHARE),
    costs=st.tuples(SHARE, SHARE),
    mu=SHARE,
    units=st.sampled_from([(1, 1), (2, 1), (1, 2), (2, 2)]),
)
def test_units_never_break(
    chances: tuple[float, float], costs: tuple[float, float], mu: float, units: tuple[int, int]
) -> None:
    strong, weak = sorted(chances)
    if weak - strong < 1e-3:
        strong, weak = 0.2, 0.6
    inputs = {
        "n_a": units[0],
        "n_d": units[1],
        "p_weak": weak,
        "p_strong": strong,
        "k_a": costs[0],
        "k_d": costs[1],
        "mu": mu,
    }
    tree = model_tree("filson_werner2002", **inputs)
    read(write_efg(tree))
    assert credible(tree).values[0] == pytest.approx(solve("filson_werner2002", **inputs)["value"], abs=2e-5)


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 6), p=SHARE, discount=st.floats(0, 0.99), b1=st.floats(0, 0.5), b2=st.floats(0, 0.5))
def test_alternating_offers_never_break(n: int, p: float, discount: float, b1: float, b2: float) -> None:
    tree = model_tree("slantchev2003.convergence", n=n, p=p, discount=discount, b1=b1, b2=b2)
    found = credible(tree)
    assert sum(found.values) == pytest.approx(1, abs=1e-9)
    assert found.gap < 1e-9
