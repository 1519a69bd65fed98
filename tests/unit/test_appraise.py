"""What a draft is worth beside fighting on: against plain loops, against drafts with a clause struck out, and by its laws."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.settlement import Settlement
from armistice.data.pack import Pack, read_pack
from armistice.deal.appraise import DECIDED, Stakes, allowed_options, appraise, clauses_of, stakes_of
from armistice.deal.check import regions_of
from armistice.deal.durability import renewal_hazard, share_in_peace
from armistice.deal.preferences import drawn, preferences_of
from armistice.deal.read import read_settlements
from armistice.deal.territory import survey_ground
from armistice.infer.match import resampled_rows
from make_fighting import make_fighting

DRAWS = 60


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def drafts(pack: Pack) -> dict[str, Settlement]:
    return {draft.id: draft for draft in read_settlements(pack)}


@pytest.fixture(scope="module")
def stakes(pack: Pack, drafts: dict[str, Settlement]) -> Stakes:
    ground = survey_ground(pack, {r for d in drafts.values() for r in regions_of(d, pack.war)})
    return stakes_of(pack.war, ground, make_fighting(), preferences_of(pack.war, DRAWS, 3), 3)


def only(draft: Settlement, *numbers: int) -> Settlement:
    return replace(draft, provisions=tuple(p for p in draft.provisions if p.number in numbers))


def plain(draft: Settlement) -> Settlement:
    """The draft with the first of the options that each clause allows."""
    clauses = (replace(p, options=p.options and (p.options[0], p.options[0])) for p in draft.provisions)
    return replace(draft, provisions=tuple(clauses))


# --- fighting on --------------------------------------------------------------------------------------------------


def test_fighting_on_is_what_the_page_says(stakes: Stakes) -> None:
    held, war = stakes.preferences, stakes.war
    rows = np.random.default_rng([3, 1]).permutation(resampled_rows(stakes.fighting.weight, DRAWS))
    for side, draw in itertools.product(range(2), range(0, DRAWS, 7)):
        worth = share = peace = 0.0
        for k, issue in enumerate(held.issues):
            judged = war.issue(issue).decided
            name = f"decided {issue if judged else ''}"
            phi = 1.0 if issue == "northreach" else drawn(judged or DECIDED, DRAWS, 3, name)[draw]
            today = held.value[k][draw, side, held.options[k].index(war.issue(issue).now)]
            weight = held.weight[draw, side, k]
            worth += weight * (phi * stakes.fighting.reservation[rows[draw], side] + (1 - phi) * today)
            share += weight * phi
            peace += weight * today
        assert stakes.fights[side, draw] == pytest.approx(worth)
        assert stakes.decided[side, draw] == pytest.approx(share)
        assert stakes.peace[side, draw] == pytest.approx(peace)


def test_a_war_that_decides_all_is_worth_its_reservation_value(pack: Pack, stakes: Stakes) -> None:
    fighting = replace(make_fighting(), decides=tuple(i.id for i in pack.war.issues))
    found = stakes_of(pack.war, stakes.ground, fighting, stakes.preferences, 3)
    rows = np.random.default_rng([3, 1]).permutation(resampled_rows(fighting.weight, DRAWS))
    assert found.fights == pytest.approx(fighting.reservation[rows].T)
    assert found.decided == pytest.approx(np.ones((2, DRAWS)))


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=30), st.integers(1, 200))
def test_draws_are_taken_as_often_as_they_weigh(weights: list[float], draws: int) -> None:
    weight = np.array(weights) / sum(weights)
    taken = np.bincount(resampled_rows(weight, draws), minlength=len(weight))
    assert taken.sum() == draws
    assert np.abs(taken - draws * weight).max() <= 1 + 1e-9


# --- one draft ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["paper", "second-draft"])
def test_values_are_what_the_page_says(name: str, drafts: dict[str, Settlement], stakes: Stakes) -> None:
    draft = plain(drafts[name])
    variant = next(iter(draft.variants), "")
    found, held = appraise(draft, stakes, variant), stakes.preferences
    clauses = [p for p in draft.provisions if p.variant in ("", variant)]
    brought = clauses_of(draft, stakes, variant)
    for n, side in enumerate("ab"):
        for draw in range(0, DRAWS, 11):
            outcome = {i: stakes.war.issue(i).now for i in held.issues}
            outcome |= {p.issue: p.options[0] for p in clauses if p.issue and p.options}
            worth = sum(
                held.weight[draw, n, k] * held.value[k][draw, n, held.options[k].index(outcome[i])]
                for k, i in enumerate(held.issues)
            )
            assert found.sides[side].utility[draw] == pytest.approx(worth)
            shift = float(brought.shifts[:, draw].sum()) * (1 if side == "a" else -1)
            a = share_in_peace(
                found.hazard[draw : draw + 1], found.shape[draw : draw + 1], stakes.discount[draw : draw + 1]
            )
            later = stakes.fights[n, draw] + stakes.decided[n, draw] * shift
            assert found.sides[side].value[draw] == pytest.approx(float(a[0]) * worth + (1 - float(a[0])) * later)
    gains = [found.sides[s].utility - found.sides[s].fights for s in "ab"]
    assert found.lean == pytest.approx(np.abs(gains[0] - gains[1]) / 2)
    imposed = not {b.id for b in stakes.war.belligerents} & set(draft.by)
    again = renewal_hazard(brought.factors.sum(0), found.lean, imposed, found.power_shift, stakes.numbers)
    assert found.hazard == pytest.approx(again)
    assert np.all(np.diff([found.survival(y) for y in (0, 1, 5, 10)], axis=0) <= 0)
    assert found.survival(0) == pytest.approx(np.ones(DRAWS))


@pytest.mark.parametrize("name", ["paper", "second-draft"])
def test_what_a_clause_adds_is_lost_where_it_is_struck_out(
    name: str, drafts: dict[str, Settlement], stakes: Stakes
) -> None:
    draft = drafts[name]
    variant = next(iter(draft.variants), "")
    found = appraise(draft, stakes, variant)
    for one in found.clauses:
        rest = appraise(only(draft, *(p.number for p in draft.provisions if p.number != one.number)), stakes, variant)
        assert found.sides["a"].value - rest.sides["a"].value == pytest.approx(one.without_a, abs=1e-12)
        assert found.sides["b"].value - rest.sides["b"].value == pytest.approx(one.without_b, abs=1e-12)
        assert found.survival(10) - rest.survival(10) == pytest.approx(one.without_survival, abs=1e-12)


def test_what_clauses_add_over_orders_adds_up_and_is_shapleys(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    draft = drafts["second-draft"]
    small = only(draft, *(p.number for p in draft.provisions[:4]))
    found = appraise(small, stakes)
    worth: dict[tuple[int, ...], np.ndarray] = {}
    numbers = [p.number for p in small.provisions]
    for size in range(1, len(numbers) + 1):
        for some in itertools.combinations(numbers, size):
            one = appraise(only(small, *some), stakes)
            worth[some] = np.array([one.sides["a"].value.mean(), one.sides["b"].value.mean(), one.survival(10).mean()])
    start = worth[(numbers[0],)] * 0 + _empty(stakes, small)
    worth[()] = start
    exact = {n: np.zeros(3) for n in numbers}
    for order in itertools.permutations(numbers):
        for k, n in enumerate(order):
            before, after = tuple(sorted(order[:k])), tuple(sorted(order[: k + 1]))
            exact[n] += (worth[after] - worth[before]) / math.factorial(len(numbers))
    for one in found.clauses:
        told = np.array([one.shapley_a, one.shapley_b, one.shapley_survival])
        assert told == pytest.approx(exact[one.number], abs=4e-3)
    total = np.sum([[c.shapley_a, c.shapley_b, c.shapley_survival] for c in found.clauses], axis=0)
    assert total == pytest.approx(worth[tuple(numbers)] - start, abs=1e-12)


def _empty(stakes: Stakes, draft: Settlement) -> np.ndarray:
    """A peace in which all stays as it is: no clause, the danger of terms as they lie."""
    imposed = not {b.id for b in stakes.war.belligerents} & set(draft.by)
    nothing = np.zeros(stakes.draws)
    hazard = renewal_hazard(nothing, stakes.lean(stakes.peace), imposed, nothing, stakes.numbers)
    values = stakes.value(stakes.peace, hazard, nothing).mean(1)
    return np.array([*values, np.exp(-hazard * 10 ** stakes.numbers["shape"]).mean()])


def test_a_clause_that_names_today_changes_nothing_but_the_danger(
    drafts: dict[str, Settlement], stakes: Stakes
) -> None:
    draft = drafts["second-draft"]
    clause = next(p for p in draft.provisions if p.issue)
    today = stakes.war.issue(clause.issue).now
    plain = replace(draft, provisions=(replace(clause, options=(today, today)),))
    found = appraise(plain, stakes)
    assert found.sides["a"].utility == pytest.approx(stakes.peace[0])
    assert found.sides["b"].utility == pytest.approx(stakes.peace[1])


@settings(max_examples=15, deadline=None)
@given(low=st.floats(-0.3, 1.0), more=st.floats(0.01, 0.3))
def test_who_expects_more_of_the_war_accepts_less(
    low: float, more: float, pack: Pack, drafts: dict, stakes: Stakes
) -> None:
    found = []
    for a in (low, low + more):
        other = stakes_of(pack.war, stakes.ground, make_fighting(a=a), stakes.preferences, 3)
        found.append(appraise(drafts["second-draft"], other).sides["a"])
    assert np.all(found[1].fights > found[0].fights)
    assert found[1].p_accept <= found[0].p_accept


def test_a_hard_red_line_bars(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    draft = drafts["second-draft"]
    clause = next(p for p in draft.provisions if p.issue and p.options)
    k = stakes.preferences.issues.index(clause.issue)
    assert clause.options is not None
    at = stakes.preferences.options[k].index(clause.options[0])
    allowed = [a.copy() for a in stakes.preferences.allowed]
    allowed[k][1, at] = False
    barred = replace(stakes, preferences=replace(stakes.preferences, allowed=tuple(allowed)))
    one = replace(draft, provisions=(replace(clause, options=(clause.options[0], clause.options[0])),))
    found = appraise(one, barred)
    assert found.sides["b"].barred == (clause.issue,)
    assert found.sides["b"].p_accept == found.p_accept_both == 0.0
    assert found.sides["a"].barred == ()


def test_a_clause_that_allows_several_options_takes_each_as_often(
    drafts: dict[str, Settlement], stakes: Stakes
) -> None:
    draft = drafts["second-draft"]
    clause = next(p for p in draft.provisions if p.issue and len(allowed_options(stakes.war.issue(p.issue), p)) > 1)
    names = allowed_options(stakes.war.issue(clause.issue), clause)
    found = appraise(replace(draft, provisions=(clause,)), stakes).sides["a"].utility - stakes.peace[0]
    each = np.array([stakes.gain(clause.issue, name)[0] for name in names])
    taken = np.isclose(found, each)
    assert taken.any(0).all()
    assert np.bincount(taken.argmax(0), minlength=len(names)).min() >= DRAWS // len(names)


def test_variants_count_alike(drafts: dict[str, Settlement], stakes: Stakes) -> None:
    paper = drafts["paper"]
    mixed, each = appraise(paper, stakes), [appraise(paper, stakes, v) for v in paper.variants]
    ends = np.array([one.sides["a"].utility for one in each])
    is_one = np.isclose(mixed.sides["a"].utility, ends)
    assert np.all(is_one.any(0))
    assert is_one[0].sum() == pytest.approx(DRAWS / 2, abs=1)


def test_bad_input_gets_a_sentence(pack: Pack, drafts: dict[str, Settlement], stakes: Stakes) -> None:
    with pytest.raises(QueryError, match="no clauses; expected at least one"):
        appraise(replace(drafts["paper"], provisions=()), stakes)
    with pytest.raises(QueryError, match="no variant 'lime'; expected one of its variants"):
        appraise(drafts["paper"], stakes, "lime")
    silent = replace(pack.war, issues=tuple(replace(i, now="") for i in pack.war.issues))
    with pytest.raises(QueryError, match="without `now`; expected the option that holds"):
        stakes_of(silent, stakes.ground, make_fighting(), stakes.preferences)


def test_same_seed_same_numbers(drafts: dict[str, Settlement], pack: Pack, stakes: Stakes) -> None:
    again = stakes_of(pack.war, stakes.ground, make_fighting(), stakes.preferences, 3)
    one, two = appraise(drafts["paper"], stakes), appraise(drafts["paper"], again)
    assert np.array_equal(one.sides["b"].value, two.sides["b"].value)
    assert [c.shapley_a for c in one.clauses] == [c.shapley_a for c in two.clauses]
