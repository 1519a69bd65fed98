"""Preferences, the frontier of the outcome space and what could be agreed on it: against comparison of each with each."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armistice.core.bargaining import choose, pareto
from armistice.core.errors import QueryError
from armistice.core.war import SIDES, Issue, Option, Preference, Range, RedLine, War
from armistice.data.pack import read_pack
from armistice.deal import frontier as frontier_module
from armistice.deal.frontier import (
    Frontier,
    OutcomeSpace,
    enumerate_frontier,
    merge_frontier,
    most_salient,
    space_of,
)
from armistice.deal.preferences import GRID, JUDGED, Shape, past_lines, preferences_of, shares
from armistice.deal.solutions import SOLUTIONS, range_by_draw, solution_points, standing


def space(*worth: object, barred: tuple[tuple[int, int], ...] = ()) -> OutcomeSpace:
    """A space from each issue's rows of the parties' worth, without some (issue, option)."""
    parts = tuple(np.array(w, float) for w in worth)
    allowed = tuple(np.array([(k, n) not in barred for n in range(len(part))]) for k, part in enumerate(parts))
    return OutcomeSpace(
        tuple("abcde"[: parts[0].shape[1]]), tuple(f"issue {k}" for k in range(len(parts))),
        tuple(tuple(f"option {n}" for n in range(len(part))) for part in parts), parts, allowed,
    )  # fmt: skip


def listed(held: OutcomeSpace) -> list[tuple[int, ...]]:
    return list(itertools.product(*(np.flatnonzero(keep).tolist() for keep in held.allowed)))


def by_comparison(held: OutcomeSpace, least: tuple[float, ...] | None = None) -> dict[tuple[float, ...], list]:
    """Utilities of the frontier → its outcomes, each outcome compared with each."""
    found: dict[tuple[float, ...], list] = {}
    for outcome in listed(held):
        u = tuple(
            sum(float(w[n][p]) for w, n in zip(held.worth, outcome, strict=True)) for p in range(len(held.parties))
        )
        if least is None or all(x >= y for x, y in zip(u, least, strict=True)):
            found.setdefault(u, []).append(outcome)
    return {
        u: outcomes
        for u, outcomes in found.items()
        if not any(v != u and all(x >= y for x, y in zip(v, u, strict=True)) for v in found)
    }


def assert_is(found: Frontier, wanted: dict[tuple[float, ...], list]) -> None:
    assert [tuple(u) for u in found.utilities.tolist()] == sorted(wanted, reverse=True)
    for row, u in enumerate(found.utilities.tolist()):
        assert tuple(found.outcomes[row].tolist()) == min(wanted[tuple(u)])
        assert found.alike[row] == len(wanted[tuple(u)])


@st.composite
def spaces(draw: st.DrawFn) -> OutcomeSpace:
    """Small spaces with few different numbers, so that ties abound; some options barred."""
    parties = draw(st.integers(1, 4))
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    row = st.lists(st.integers(-2, 6), min_size=parties, max_size=parties)
    worth = [draw(st.lists(row, min_size=n, max_size=n)) for n in sizes]
    barred = [(k, n - 1) for k, n in enumerate(sizes) if n > 1 and draw(st.booleans())]
    return space(*(np.array(w) / 8 for w in worth), barred=tuple(barred))


# --- the frontier -------------------------------------------------------------------------------------------------


@given(spaces(), st.integers(-16, 32))
def test_both_ways_find_what_comparison_finds(held: OutcomeSpace, least: int) -> None:
    for reservation in (None, (least / 16,) * len(held.parties)):
        wanted = by_comparison(held, reservation)
        for found in (enumerate_frontier(held, reservation), merge_frontier(held, reservation)):
            assert_is(found, wanted)
            assert np.array_equal(held.utilities(found.outcomes), found.utilities)


def assert_same(one: Frontier, two: Frontier) -> None:
    for name in ("outcomes", "utilities", "alike"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def opposed(rng: np.random.Generator, parties: int, sizes: tuple[int, ...]) -> OutcomeSpace:
    """What one party has of an issue the others lack, and they care differently: a long frontier, on the grid."""
    care = rng.dirichlet(np.ones(len(sizes)), parties)
    worth = (rng.dirichlet(np.ones(parties), n) * care[:, k] for k, n in enumerate(sizes))
    return space(*(np.round(w / GRID) * GRID for w in worth))


def test_blocks_and_merging_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    for parties, sizes in ((2, (6, 6, 5, 6, 6)), (3, (5, 6, 5, 5)), (5, (4, 4, 4, 3))):
        held = opposed(rng, parties, sizes)
        for reservation in (None, (0.8 / parties,) * parties):
            merged = merge_frontier(held, reservation)
            for block in (2**16, 2**5):
                monkeypatch.setattr(frontier_module, "_BLOCK", block)
                assert_same(enumerate_frontier(held, reservation), merged)
        if parties == 2:
            whole = held.utilities(np.array(listed(held)))
            assert np.array_equal(np.unique(whole[pareto(whole)], axis=0), enumerate_frontier(held).utilities[::-1])


def test_a_quarter_of_a_million_outcomes_in_blocks() -> None:
    held = opposed(np.random.default_rng(6), 2, (7, 9, 8, 9, 8, 7))
    found = enumerate_frontier(held)
    assert held.size == 254_016
    assert len(found) > 50
    assert_same(found, merge_frontier(held))


def test_outcomes_that_are_alike_are_counted() -> None:
    held = space([[1, 0], [0, 1], [1, 0]], [[0, 0], [0, 0]])
    found = merge_frontier(held)
    assert found.outcomes.tolist() == [[0, 0], [1, 0]]
    assert found.alike.tolist() == [4, 2]
    assert found.named(1) == {"issue 0": "option 1", "issue 1": "option 0"}


def test_a_space_beyond_enumeration_is_merged() -> None:
    rng = np.random.default_rng(2)
    # Worth in whole numbers, so that the frontier stays short.
    held = space(*(rng.integers(0, 12, (6, 2)) for _ in range(30)))
    with pytest.raises(QueryError, match=r"outcome space: .*expected at most .*take fewer issues"):
        enumerate_frontier(held)
    found = merge_frontier(held)
    assert held.size == 6**30
    assert np.array_equal(held.utilities(found.outcomes), found.utilities)
    # Nothing beats the frontier on a line of any slope, and its corners are on it: the best option of each issue by itself.
    for slope in np.linspace(0.01, 0.99, 33):
        line = np.array([slope, 1 - slope])
        assert (found.utilities @ line).max() == pytest.approx(sum((w @ line).max() for w in held.worth))


def test_too_long_a_frontier_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier_module, "MOST_POINTS", 3)
    with pytest.raises(QueryError, match="frontier: more than 3 points"):
        merge_frontier(space([[k, 4 - k] for k in range(5)]))


# --- what could be agreed -----------------------------------------------------------------------------------------


def test_two_parties_agree_on_what_the_theory_says() -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        held = space(*(rng.integers(0, 9, (rng.integers(2, 5), 2)) / 8 for _ in range(3)))
        fight = tuple(rng.integers(0, 14, 2) / 8)
        outcomes = np.array(listed(held))
        points = solution_points(merge_frontier(held), fight)
        for solution in ("nash", "kalai_smorodinsky", "egalitarian"):
            choice = choose(solution, held.utilities(outcomes), fight)
            point = points[solution]
            if point is None:
                assert choice.index < 0
                continue
            # The theory counts alike outcomes; of tied points either may come first, so that utilities are compared sorted.
            assert sorted(point.utilities) == pytest.approx(sorted(choice.utilities)) or point.ties > 1
            assert np.allclose(point.gains, point.utilities - fight)
            assert tuple(held.numbers(point.outcome)) in {tuple(o) for o in outcomes.tolist()}


@given(spaces(), st.lists(st.integers(-4, 8), min_size=4, max_size=4))
def test_solutions_are_best_by_definition(held: OutcomeSpace, fight: list[int]) -> None:
    d = np.array(fight[: len(held.parties)]) / 8
    found = merge_frontier(held)
    gains = held.utilities(np.array(listed(held))) - d
    gains = gains[(gains >= 0).all(-1)]
    points = solution_points(found, d)
    assert set(points) == set(SOLUTIONS)
    if not len(gains):
        assert set(points.values()) == {None}
        return
    hope = np.where(gains.max(0) > 0, gains.max(0), 1.0)
    worth = {
        "nash": lambda g: g.prod(-1), "egalitarian": lambda g: g.min(-1), "utilitarian": lambda g: g.sum(-1),
        "kalai_smorodinsky": lambda g: (g / hope).min(-1),
    }  # fmt: skip
    for solution, point in points.items():
        assert point is not None
        # Products are compared in shares of what each party hopes for, with room for rounding.
        scale = hope.prod() if solution == "nash" else 1.0
        assert worth[solution](point.gains[None])[0] == pytest.approx(worth[solution](gains).max(), abs=1e-11 * scale)
        if solution in ("egalitarian", "kalai_smorodinsky"):
            # Then the second smallest, and so on.
            unit = hope if solution == "kalai_smorodinsky" else 1.0
            wanted = max(tuple(sorted(g)) for g in np.round(gains / unit, 9).tolist())
            assert tuple(sorted(np.round(point.gains / unit, 9).tolist())) == wanted
        assert np.array_equal(found.utilities[point.row], point.utilities)
        assert point.outcome == found.named(point.row)


def test_dividing_a_stake_after_a_war_of_known_odds() -> None:
    """NB-1: A wins with chance 0.6, costs 0.1 and 0.2, so that A has 0.65 by each of the three solutions."""
    held = space([[k / 100, 1 - k / 100] for k in range(101)])
    points = solution_points(merge_frontier(held), (0.5, 0.2))
    for solution in ("nash", "kalai_smorodinsky", "egalitarian"):
        assert points[solution].outcome == {"issue 0": "option 65"}
    assert points["utilitarian"].utilities.sum() == pytest.approx(1.0)


def test_issues_are_traded() -> None:
    """Weights .8, .2 and .3, .7: each side takes what it cares for, and both do better than by halves."""
    whole = space([[0.8, 0], [0, 0.3]], [[0.2, 0], [0, 0.7]])
    assert solution_points(merge_frontier(whole), (0, 0))["nash"].utilities.tolist() == [0.8, 0.7]
    eleventh = space(*([[a * k / 11, b * (11 - k) / 11] for k in range(12)] for a, b in ((0.8, 0.3), (0.2, 0.7))))
    points = solution_points(enumerate_frontier(eleventh), (0, 0))
    assert points["nash"].outcome == {"issue 0": "option 11", "issue 1": "option 0"}
    for solution in ("kalai_smorodinsky", "egalitarian"):
        assert points[solution].outcome == {"issue 0": "option 10", "issue 1": "option 0"}
        assert points[solution].utilities == pytest.approx([0.7272727, 0.7272727])


def test_ties_of_indivisible_goods_are_counted() -> None:
    held = space([[0.5, 0], [0, 0.2]], [[0.3, 0], [0, 0.3]], [[0.2, 0], [0, 0.5]])
    point = solution_points(merge_frontier(held), (0, 0))["nash"]
    assert point.ties == 2
    # Of the two the first in the order of the options: A takes the first two goods.
    assert point.utilities == pytest.approx([0.8, 0.5])


def test_of_equal_smallest_gains_the_larger_second_counts() -> None:
    held = space([[0.125, 0.375], [0.5, 0.125]])
    point = solution_points(merge_frontier(held), (0, 0))["egalitarian"]
    assert (point.outcome, point.ties) == ({"issue 0": "option 1"}, 1)


def test_where_a_plan_lies() -> None:
    held = space([[0.8, 0], [0, 0.3]], [[0.2, 0], [0, 0.7]], barred=((1, 0),))
    found = merge_frontier(held)
    good = standing(found, {"issue 0": "option 0", "issue 1": "option 1"})
    assert good.efficient
    assert good.better is None
    assert not good.left.any()
    everything = merge_frontier(replace(held, allowed=(np.ones(2, bool),) * 2))
    poor = standing(everything, {"issue 0": "option 1", "issue 1": "option 0"})
    assert not poor.efficient
    assert poor.utilities.tolist() == [0.2, 0.3]
    assert poor.left == pytest.approx([0.6, 0.4])
    assert poor.better == {"issue 0": "option 0", "issue 1": "option 1"}
    assert poor.gains == pytest.approx([0.6, 0.4])
    barred = standing(found, {"issue 0": "option 0", "issue 1": "option 0"})
    assert barred.barred == ("issue 1",)
    assert not barred.efficient
    assert barred.better is None


@given(spaces(), st.randoms(use_true_random=False))
def test_what_is_left_on_the_table(held: OutcomeSpace, chance: object) -> None:
    outcome = tuple(chance.randrange(len(names)) for names in held.options)  # type: ignore[attr-defined]
    here = held.utilities(np.array([outcome]))[0]
    every = held.utilities(np.array(listed(held)))
    above = every[(every >= here).all(-1)]
    found = standing(merge_frontier(held), held.named(np.array(outcome)))
    assert found.left == pytest.approx(np.max(above - here, axis=0, initial=0.0))
    dominated = bool(((every >= here).all(-1) & (every > here).any(-1)).any())
    assert found.efficient == (not dominated and not found.barred)
    assert (found.better is not None) == dominated
    if dominated:
        assert found.gains.min() == pytest.approx((above - here).min(-1).max())


# --- preferences --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def war(request: pytest.FixtureRequest) -> War:
    return read_pack(Path(__file__).parents[2] / "wars" / "toy").war


def test_first_draw_is_central_and_seeds_repeat(war: War) -> None:
    one, again, other = (preferences_of(war, 30, seed) for seed in (1, 1, 2))
    assert one.weight.tobytes() == again.weight.tobytes()
    assert not np.array_equal(one.weight[1:], other.weight[1:])
    assert np.array_equal(one.weight[0], other.weight[0])
    assert np.array_equal(one.weight[0], preferences_of(war).weight[0])
    assert (one.weight.sum(-1) == 1).all()
    central = np.array([0.75, 0.4, 0.65, 0.1])
    assert one.weight[0, 0] == pytest.approx(central / central.sum(), abs=2 * GRID)
    spread = one.weight[1:, 0, 0] / one.weight[1:, 0, 3]
    assert spread.std() > 0.5
    assert ((spread > 0.6 / 0.2 - 0.01) & (spread < 0.9 / 0.05 + 0.01)).all()


def test_value_falls_with_distance_and_past_the_acceptable(war: War) -> None:
    held = preferences_of(war, 50)
    northreach = held.issues.index("northreach")
    for draw in range(50):
        assert (np.diff(held.value[northreach][draw, 0]) >= 0).all()
        assert (np.diff(held.value[northreach][draw, 1]) <= 0).all()
    # By hand, central: distances 0, .45, .6, .8, 1; costs .25 outside and .25 past the line, which for B is a hard one.
    raw = -np.array([0, 0.45, 0.6, 0.8 + 0.25, 1 + 0.25])
    assert held.value[northreach][0, 1] == pytest.approx((raw + 1.25) / 1.25, abs=GRID)
    alliance = held.issues.index("alliance")
    raw = -np.array([1 + 0.25 + 0.25, 0.65 + 0.25, 0.35, 0])
    assert held.value[alliance][0, 0] == pytest.approx((raw + 1.5) / 1.5, abs=GRID)


def test_only_hard_lines_with_a_source_bar(war: War) -> None:
    held = preferences_of(war)
    northreach, alliance = held.issues.index("northreach"), held.issues.index("alliance")
    assert held.allowed[northreach].tolist() == [[True] * 5, [True] * 4 + [False]]
    assert held.allowed[alliance].all()
    assert held.possible().options[northreach] == held.options[northreach][:4]
    assert space_of(held).size == 4 * 3 * 4 * 3
    soft = replace(war, red_lines=tuple(replace(line, source="judgement") for line in war.red_lines))
    assert preferences_of(soft).allowed[northreach].all()
    assert preferences_of(soft).value[northreach][0, 1, 3] > held.value[northreach][0, 1, 3]


def test_a_line_bars_what_lies_past_it(war: War) -> None:
    issue = war.issue("alliance")
    for side, option, wanted in (("a", "guarantee", [1, 1, 0, 0]), ("b", "neutral-armed", [0, 0, 1, 1])):
        line = RedLine(side, "alliance", option, True, "a law", "")
        assert past_lines(issue, side, [line], hard=True).tolist() == [bool(w) for w in wanted]
        assert not past_lines(issue, side, [line], hard=False).any()
    both = (RedLine("a", "alliance", "neutral-limited", True, "a law", ""),)
    with pytest.raises(QueryError, match="alliance: every option is past a hard red line"):
        space_of(preferences_of(replace(war, red_lines=both)))


def test_third_parties_have_preferences_where_the_pack_has_them(war: War) -> None:
    wanted = Preference("guarantee", Range(0.2, 0.5, 0.9), ("member", "neutral-armed"), "")
    issues = tuple(
        replace(
            issue,
            preference={s: issue.preference[s] for s in SIDES}
            | ({"corland": wanted} if issue.id == "alliance" else {}),
        )
        for issue in war.issues
    )
    held = preferences_of(replace(war, issues=issues), 5, others=("corland",))
    assert held.parties == ("a", "b", "corland")
    assert held.weight[:, 2].tolist() == [[0, 0, 1, 0]] * 5
    found = merge_frontier(space_of(held))
    assert_is(found, by_comparison(space_of(held)))
    assert np.array_equal(preferences_of(war, 5).weight, held.weight[:, :2])


def test_utilities_do_not_depend_on_the_order_of_issues(war: War) -> None:
    held = preferences_of(war, 3, 4)
    for draw in range(3):
        one = merge_frontier(space_of(held, draw))
        two = merge_frontier(space_of(held, draw, held.issues[::-1]))
        assert np.array_equal(one.utilities, two.utilities)
        assert np.array_equal(one.alike, two.alike)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_shares_add_up_exactly(weights: list[float]) -> None:
    found = shares(np.array(weights))
    assert found.sum() == 1
    assert (found / GRID == np.round(found / GRID)).all()
    if sum(weights) > 1e-300:
        assert found == pytest.approx(np.array(weights) / sum(weights), abs=GRID)


def test_range_by_draw_is_that_of_each_draw(war: War) -> None:
    held = preferences_of(war, 12, 3)
    found = range_by_draw(held, (0.55, 0.55))
    opened = 0
    for draw in range(12):
        wanted = by_comparison(space_of(held, draw), (0.55, 0.55))
        assert found.open[draw] == bool(wanted)
        if wanted:
            opened += 1
            assert found.low[draw].tolist() == np.min(list(wanted), axis=0).tolist()
            assert found.high[draw].tolist() == np.max(list(wanted), axis=0).tolist()
            assert (found.points["nash"][draw] >= 0.55).all()
    assert found.p_open == opened / 12
    assert opened > 0
    closed = range_by_draw(held, np.full((12, 2), 0.95))
    assert closed.p_open == 0
    assert np.isnan(closed.points["egalitarian"]).all()


def test_the_most_salient_issues_fit(war: War) -> None:
    held = preferences_of(war)
    assert most_salient(held, 4) == ("northreach",)
    assert most_salient(held, 16) == ("northreach", "alliance")
    assert most_salient(held, 47) == ("northreach", "alliance")
    assert most_salient(held) == held.issues
    assert math.prod(len(names) for names in held.only(most_salient(held, 16)).possible().options) == 16
    assert held.only(["alliance", "tolls"]).weight.sum(-1).tolist() == [[1.0, 1.0]]


def test_mistakes_get_a_sentence(war: War) -> None:
    held = preferences_of(war)
    found = merge_frontier(space_of(held))
    whole = found.named(0)
    cases = [
        (lambda: preferences_of(war, 0), "draws: 0; expected 1 or more"),
        (lambda: preferences_of(replace(war, issues=())), "no issues"),
        (lambda: held.only(["northreech"]), "did you mean northreach"),
        (lambda: held.only([]), "issues: none"),
        (lambda: space_of(held, 1), "draw 1: not there; expected 0 to 0"),
        (lambda: most_salient(held, 3), "limit: 3 outcomes"),
        (lambda: merge_frontier(space_of(held), (0.5,)), "expected a number for each of a, b"),
        (lambda: solution_points(found, (0.5, math.nan)), "expected a number for each"),
        (lambda: range_by_draw(held, (0.5, 0.5, 0.5)), "expected \\(2,\\) or \\(1, 2\\)"),
        (lambda: standing(found, {"northreach": "restored"}), 'nothing on issue "southreach"'),
        (lambda: standing(found, whole | {"tolls": "shard"}), "did you mean shared"),
        (lambda: standing(found, whole | {"tols": "shared"}), "did you mean tolls"),
        (lambda: standing(merge_frontier(space_of(held), (0, 0)), whole), "cut to what all accept"),
    ]  # fmt: skip
    for question, said in cases:
        with pytest.raises(QueryError, match=said):
            question()


def test_a_party_must_care_and_there_are_five_at_most() -> None:
    def issue(*parties: str, salience: float = 0.5) -> Issue:
        wanted = Preference("x", Range(salience, salience, salience), ("x", "y"), "")
        options = (Option("x", "X", 0.0), Option("y", "Y", 1.0))
        return Issue("one", "One", "?", "order", False, False, options, dict.fromkeys(parties, wanted))

    war = read_pack(Path(__file__).parents[2] / "wars" / "toy").war
    five = replace(war, issues=(issue("a", "b", "c", "d", "e"),), red_lines=())
    held = preferences_of(five, 2, others=("c", "d", "e"))
    assert len(held.parties) == 5
    assert merge_frontier(space_of(held)).alike.tolist() == [1]
    assert preferences_of(five).parties == ("a", "b")
    with pytest.raises(QueryError, match="a, b, c, d, e, f; expected each once and at most 5"):
        preferences_of(replace(war, issues=(issue("a", "b", "c", "d", "e", "f"),)), others=("c", "d", "e", "f"))
    with pytest.raises(QueryError, match=r'party "cc": no preferences; .* did you mean c'):
        preferences_of(five, others=("cc",))
    with pytest.raises(QueryError, match='party "a" gives no issue any salience'):
        preferences_of(replace(war, issues=(issue("a", "b", salience=0.0),)))


def test_the_shape_can_be_given(war: War) -> None:
    flat = Range(2.0, 2.0, 2.0)
    none = Range(0.0, 0.0, 0.0)
    held = preferences_of(war, 1, 0, Shape(flat, none, none))
    assert held.value[0][0, 1] == pytest.approx(1 - np.array([0, 0.45, 0.6, 0.8, 1.0]) ** 2, abs=GRID)
    assert JUDGED.bend.central == 1
