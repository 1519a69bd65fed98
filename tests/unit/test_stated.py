"""Preferences taught by stated positions: what is read of the record, what it does to draws, and that known weights are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.core.war import Issue, Range, Side, War
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.deal.preferences import Preferences, Shape, preferences_of
from armistice.deal.stated import (
    NEXT,
    WINDOW,
    StatedChoice,
    lesson_rows,
    lessons_of,
    likelihood_of,
    resampled,
    stated_choices,
    surplus_of,
    taught,
)
from armistice.infer.match import weighted_quantiles

TOY = read_pack(Path(__file__).parents[2] / "wars" / "toy")
OPTIONS = {i.id: tuple(o.id for o in i.options) for i in TOY.war.issues}
DAY = date(2012, 6, 1)


def choice(own: dict[str, str], refused: dict[str, str], side: Side = "a") -> StatedChoice:
    """A plain choice between two bundles over the same issues."""
    assert list(own) == list(refused)
    return StatedChoice(
        DAY, side, "refused", "text", "Text", ("mine",), tuple(own), tuple((o, o) for o in own.values()),
        tuple((o, o) for o in refused.values()), "invented",
    )  # fmt: skip


def recorded(positions: list[tuple], responses: list[tuple]) -> Pack:
    """The toy war with another record: positions (day, party, doc, issue, low, high), responses (day, party, doc, answer)."""
    said = [
        {"date": pd.Timestamp(d), "party": p, "doc": doc, "issue": i, "option_low": lo, "option_high": hi}
        for d, p, doc, i, lo, hi in positions
    ]
    answers = [
        {"date": pd.Timestamp(d), "party": p, "doc": doc, "document": doc, "response": r, "source": "invented"}
        for d, p, doc, r in responses
    ]
    columns = TOY.tables["positions"].columns, TOY.tables["responses"].columns
    tables = {
        "positions": pd.DataFrame(said, columns=columns[0]),
        "responses": pd.DataFrame(answers, columns=columns[1]),
    }
    return replace(TOY, tables=TOY.tables | tables)


# --- the record ---------------------------------------------------------------------------------------------------


def test_the_record_of_the_toy_war() -> None:
    found = stated_choices(TOY)
    assert [(str(c.date), c.side, c.refused, c.own, len(c.issues)) for c in found] == [
        ("2012-05-20", "b", "eight", ("answer",), 1),
        ("2012-05-22", "a", "eight", ("herald",), 1),
        ("2013-02-18", "a", "draft2", ("paper",), 4),
        ("2013-03-01", "b", "paper", ("draft2",), 4),
    ]
    herald = found[1]
    assert herald.issues == ("northreach",)
    assert herald.own_options == (("whole-de-facto", "whole-de-jure"),)
    assert herald.refused_options == (("line-unrecognised", "line-unrecognised"),)


def test_a_surplus_by_hand() -> None:
    """Weight 0.75 / 1.9; raw values 0, -0.2 and -0.55 - 0.25 on a scale down to -1.25; the mean of the two ends."""
    herald = stated_choices(TOY)[1]
    expected = 0.75 / 1.9 * ((1 + 1.05 / 1.25) / 2 - 0.45 / 1.25)
    assert surplus_of(preferences_of(TOY.war), herald)[0] == pytest.approx(expected, abs=2e-5)


def test_nothing_that_came_later_counts() -> None:
    whole = stated_choices(TOY)
    for day in (date(2012, 5, 21), date(2012, 12, 31), date(2013, 2, 18)):
        assert stated_choices(cut_pack(TOY, day)) == tuple(c for c in whole if c.date <= day)


def test_a_side_s_own_words_stand_for_a_year_and_not_from_the_future() -> None:
    asked = [(DAY, "brelland", "plan", "tolls", "brelland", "brelland")]

    def own(*days: date) -> tuple[str, ...]:
        said = [(day, "aldmark", f"own-{n}", "tolls", "aldmark", "aldmark") for n, day in enumerate(days)]
        found = stated_choices(recorded(asked + said, [(DAY, "aldmark", "plan", "refused")]))
        return found[0].own if found else ()

    assert own(DAY - timedelta(WINDOW)) == ("own-0",)
    assert own(DAY - timedelta(WINDOW + 1)) == ()
    assert own(DAY + timedelta(1)) == ()
    assert own(DAY - timedelta(9), DAY, DAY + timedelta(1)) == ("own-1",)


def test_an_answer_by_another_document_takes_in_that_document() -> None:
    def found(answer: str, days: int) -> int:
        said = [
            (DAY, "brelland", "plan", "tolls", "brelland", "brelland"),
            (DAY + timedelta(days), "aldmark", "mine", "tolls", "aldmark", "aldmark"),
        ]
        return len(stated_choices(recorded(said, [(DAY, "aldmark", "plan", answer)])))

    assert (found("countered", NEXT), found("countered", NEXT + 1), found("refused", 1)) == (1, 0, 0)


def test_what_a_side_accepted_is_its_own_from_that_day() -> None:
    said = [
        (DAY - timedelta(400), "dovia", "points", "tolls", "shared", "shared"),
        (DAY - timedelta(30), "aldmark", "mine", "southreach", "ceded", "ceded"),
        (DAY, "brelland", "plan", "tolls", "brelland", "brelland"),
        (DAY, "brelland", "plan", "southreach", "restored", "restored"),
    ]
    refused = (DAY, "aldmark", "plan", "refused")
    (without,) = stated_choices(recorded(said, [refused]))
    (with_it,) = stated_choices(recorded(said, [(DAY - timedelta(10), "aldmark", "points", "accepted"), refused]))
    assert (without.issues, without.own) == (("southreach",), ("mine",))
    assert (with_it.issues, with_it.own) == (("southreach", "tolls"), ("points", "mine"))
    assert with_it.own_options == (("ceded", "ceded"), ("shared", "shared"))


def test_the_other_side_s_reading_is_answered_and_each_document_once() -> None:
    said = [
        (DAY, "dovia", "plan", "tolls", "shared", "shared"),
        (DAY, "brelland", "plan", "tolls", "brelland", "brelland"),
        (DAY, "aldmark", "mine", "tolls", "aldmark", "aldmark"),
    ]
    answers = [
        (DAY, "aldmark", "plan", "countered"), (DAY + timedelta(3), "aldmark", "plan", "refused"),
        (DAY, "aldmark", "points", "conditional"), (DAY, "dovia", "mine", "refused"),
    ]  # fmt: skip
    (found,) = stated_choices(recorded(said, answers))
    assert (found.date, found.response) == (DAY, "countered")
    assert found.refused_options == (("brelland", "brelland"),)


def test_swapping_the_sides_swaps_the_answer() -> None:
    a, b = TOY.war.belligerents
    war = replace(TOY.war, belligerents=(replace(b, side="a"), replace(a, side="b")))
    other: dict[Side, Side] = {"a": "b", "b": "a"}
    swapped = stated_choices(replace(TOY, war=war))
    key = lambda c: (c.date, c.refused)  # noqa: E731
    assert [replace(c, side=other[c.side]) for c in sorted(swapped, key=key)] == sorted(stated_choices(TOY), key=key)

    held = preferences_of(TOY.war, 200, 3)
    mirror = replace(held, weight=held.weight[:, ::-1], value=tuple(v[:, ::-1] for v in held.value))
    one = taught(held, stated_choices(TOY))
    two = taught(mirror, swapped)
    for side in other:
        assert np.array_equal(one.weights[side].weight, two.weights[other[side]].weight)


# --- likelihood and weights ---------------------------------------------------------------------------------------

BUNDLES = st.tuples(*(st.sampled_from(names) for names in OPTIONS.values()))


@given(own=BUNDLES, refused=BUNDLES, side=st.sampled_from(["a", "b"]), temperature=st.floats(0.01, 1.0))
def test_one_of_two_is_chosen(own: tuple[str, ...], refused: tuple[str, ...], side: Side, temperature: float) -> None:
    held = preferences_of(TOY.war, 5, 1)
    one, other = dict(zip(OPTIONS, own, strict=True)), dict(zip(OPTIONS, refused, strict=True))
    logs = likelihood_of(held, [choice(one, other, side), choice(other, one, side)], temperature)
    assert np.exp(logs).sum(1) == pytest.approx(np.ones(5))
    surplus = surplus_of(held, choice(one, other, side))
    p = held.parties.index(side)
    by_hand = np.zeros(5)
    for k, issue in enumerate(OPTIONS):
        worth = held.weight[:, p, k, None] * held.value[k][:, p]
        by_hand += worth[:, OPTIONS[issue].index(one[issue])] - worth[:, OPTIONS[issue].index(other[issue])]
    assert surplus == pytest.approx(by_hand, abs=1e-12)


def wide(war: War) -> War:
    """The same war with little said of saliences."""

    def open_(issue: Issue) -> Issue:
        asked = {s: replace(p, salience=Range(0.02, 0.5, 1.0)) for s, p in issue.preference.items()}
        return replace(issue, preference=asked)

    return replace(war, issues=tuple(open_(i) for i in war.issues))


def test_whoever_takes_the_worse_bundle_cares_less_about_it() -> None:
    held = preferences_of(wide(TOY.war), 2000, 1)
    given_up = choice({"northreach": "restored"}, {"northreach": "whole-de-jure"})
    stood_on = choice({"northreach": "whole-de-jure"}, {"northreach": "restored"})
    before = held.weight[:, 0, 0].mean()
    after = {c: float(taught(held, [c]).weights["a"].weight @ held.weight[:, 0, 0]) for c in (given_up, stood_on)}
    assert after[given_up] < before - 0.03
    assert after[stood_on] > before
    assert (surplus_of(held, given_up) < 0).all()
    # The other side said nothing.
    assert np.allclose(taught(held, [given_up]).weights["b"].weight, 1 / 2000)


def test_without_choices_nothing_is_learnt() -> None:
    held = preferences_of(TOY.war, 100, 2)
    nothing = taught(held, ())
    assert nothing.log_likelihood.shape == (100, 0)
    for weights in nothing.weights.values():
        assert weights.weight == pytest.approx(np.full(100, 0.01))
    new = resampled(held, nothing, 100, 5)
    assert np.array_equal(new.weight[0], held.weight[0])
    assert all(np.array_equal(x[0], y[0]) for x, y in zip(new.value, held.value, strict=True))
    assert max(x.distance for found in lessons_of(held, nothing, 2).values() for x in found) == pytest.approx(
        0, abs=1e-9
    )


def simulated(truth: Preferences, draw: int, count: int, rng: np.random.Generator) -> list[StatedChoice]:
    """Both sides answer drafts drawn at random, as the model has it."""
    out = []
    for side in ("a", "b"):
        for _ in range(count):
            one, other = ({i: str(rng.choice(names)) for i, names in OPTIONS.items()} for _ in range(2))
            made = choice(one, other, side)
            accepts = rng.random() < np.exp(likelihood_of(truth, [made])[draw, 0])
            out.append(made if accepts else choice(other, one, side))
    return out


def test_known_weights_are_found_again() -> None:
    war, rng = wide(TOY.war), np.random.default_rng(16723)
    held, truth = preferences_of(war, 2000, 1), preferences_of(war, 41, 2)
    inside, narrower = [], []
    for draw in range(1, 41):
        found = taught(held, simulated(truth, draw, 25, rng), least_share=0.0)
        for p, weights in enumerate(found.weights.values()):
            for k in range(len(held.issues)):
                low, high = weighted_quantiles(held.weight[:, p, k], weights.weight, (0.1, 0.9))
                before = np.quantile(held.weight[:, p, k], (0.1, 0.9))
                inside.append(low <= truth.weight[draw, p, k] <= high)
                narrower.append((high - low) / (before[1] - before[0]))
    assert 0.73 < np.mean(inside) < 0.87
    assert np.mean(narrower) < 0.75


# --- draws that count alike ---------------------------------------------------------------------------------------


def test_draws_are_taken_as_often_as_they_weigh() -> None:
    held = preferences_of(wide(TOY.war), 300, 4)
    found = taught(held, simulated(held, 7, 10, np.random.default_rng(1)), least_share=0.0)
    new = resampled(held, found, 1001, 6)
    for p, weights in enumerate(found.weights.values()):
        for row, share in zip(held.weight[:, p], weights.weight, strict=True):
            taken = int((new.weight[1:, p] == row).all(-1).sum())
            assert abs(taken - 1001 * share) < 2.0 + 1e-6  # within one of even, and one place goes to the central draw
        assert new.weight[0, p] == pytest.approx(weights.weight @ held.weight[:, p], abs=2e-5)
    assert (new.weight.sum(-1) == 1).all()
    assert all(v[0].max(-1).tolist() == [1, 1] and v[0].min(-1).tolist() == [0, 0] for v in new.value)
    assert (new.parties, new.issues, new.options) == (held.parties, held.issues, held.options)
    again, other = resampled(held, found, 1001, 6), resampled(held, found, 1001, 7)
    assert np.array_equal(new.weight, again.weight)
    assert not np.array_equal(new.weight, other.weight)


def test_values_and_weights_of_a_side_stay_together() -> None:
    held = preferences_of(TOY.war, 50, 4)
    new = resampled(held, taught(held, stated_choices(TOY)), 80, 1)
    for p in range(2):
        known = {tuple(w) + tuple(v) for w, v in zip(held.weight[:, p], held.value[0][:, p], strict=True)}
        made = {tuple(w) + tuple(v) for w, v in zip(new.weight[1:, p], new.value[0][1:, p], strict=True)}
        assert made <= known


def test_lessons_name_weights_and_the_shape_that_was_drawn() -> None:
    none = Range(0.0, 0.0, 0.0)
    shape = Shape(Range(0.7, 1.0, 1.5), none, none)
    held = preferences_of(TOY.war, 60, 9, shape)
    found = taught(held, stated_choices(TOY))
    lessons = lessons_of(held, found, 9, shape)
    names = {f"weight.{i}" for i in OPTIONS} | {"shape.bend", "shape.outside", "shape.past_line"}
    assert {x.name for x in lessons["a"]} == names
    # Tolls: the middle of the scale is half-way from the ideal, and worth 1 - 0.5 ** bend.
    bend = np.log(1 - held.value[3][:, 0, 1]) / np.log(0.5)
    told = next(x for x in lessons["a"] if x.name == "shape.bend")
    assert told.prior_mean == pytest.approx(bend.mean(), abs=1e-4)
    rows = lesson_rows(TOY.war, lessons, most=2)
    assert [r["side"] for r in rows] == ["Aldmark", "Aldmark", "Brelland", "Brelland"]
    assert set(rows[0]) == {"side", "number", "before", "after", "moved"}


def test_what_does_not_fit_is_a_sentence() -> None:
    held = preferences_of(TOY.war, 10, 1)
    found = taught(held, ())
    odd = [
        (lambda: taught(held, [choice({"tols": "shared"}, {"tols": "shared"})]), 'text: issue "tols" has no value'),
        (lambda: taught(held, [choice({"tolls": "mine"}, {"tolls": "shared"})]), 'text: option "mine" of tolls'),
        (lambda: taught(held, [choice({"tolls": "shared"}, {"tolls": "shared"}, cast("Side", "c"))]), 'side "c" has no preferences'),
        (lambda: likelihood_of(held, stated_choices(TOY), 0.0), "temperature 0"),
        (lambda: resampled(held, found, 0), "draws: 0"),
        (lambda: resampled(preferences_of(TOY.war, 11), found, 5), "weights of 10 draws for 11"),
    ]  # fmt: skip
    for question, said in odd:
        with pytest.raises(QueryError, match=said):
            question()
