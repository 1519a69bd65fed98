"""Talks that take time: what holds of them by theory, on random small games; values are held against the reference elsewhere."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from armistice.core.endings import OPEN
from armistice.game.form import Belief, WarGame
from armistice.game.record import in_words, record_of
from armistice.game.solve import Solution, solve
from armistice.game.terms import gap_of, outlook_of, regret_of, settlements

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from small_games import HORIZON, STATES, STEPS, plain, small_games

NUMBER = 12
TALKS = (0.0, 1e-7, 0.2, 0.5, 1.0)
AWAY = 2  # months in which a front of six steps that starts in the middle and moves by one cannot come to an end


def at_peace_any_month(game: WarGame) -> WarGame:
    """Sides that know the same, value land alike and pay freely for all of it: some offer suits both wherever they stand."""
    sure = Belief(game.learning.prior_a.first, (1e-6,))
    costs = {"costs.a": 0.5, "costs.b": 0.5, "bargaining.transfer_cap": np.inf}
    regimes = replace(game.regimes, cost_a=(0.5, 0.5), cost_b=(0.5, 0.5)) if game.regimes else None
    return replace(plain(game), regimes=regimes).with_beliefs(sure, sure).with_numbers(costs)


def without_terms(game: WarGame) -> WarGame:
    """The same war where nothing can be agreed."""
    whole = replace(game.axes[0], blocks=((0, STEPS),))
    return replace(game, axes=(whole,), bargaining=replace(game.bargaining, surrender=False))


@pytest.fixture(scope="module")
def games() -> list[WarGame]:
    return small_games(NUMBER, 3)


@pytest.fixture(scope="module")
def found(games: list[WarGame]) -> Solution:
    """Every game at each chance of a signature; then without terms; then where some offer suits both in every month."""
    ready = [at_peace_any_month(g) for g in games]
    every = [*_talked(games), *(without_terms(g) for g in games), *_talked(ready)]
    return solve(every, STATES, within=(1, 6))


def _talked(games: list[WarGame]) -> list[WarGame]:
    return [g.with_numbers({"bargaining.talks": q}) for q in TALKS for g in games]


def _at(values: np.ndarray, place: int) -> np.ndarray:
    """Of all games at one of `TALKS`; of those without terms where the place is 5; of those ready for peace from 6 on."""
    return values[place * NUMBER : (place + 1) * NUMBER]


NOTHING, READY = len(TALKS), len(TALKS) + 1


def test_a_signature_at_once_leaves_the_terms_as_they_are(found: Solution, games: list[WarGame]) -> None:
    """At a chance of 1 nothing of fighting on is mixed in, to the last bit; what each side gets is what was agreed."""
    asked, place = found.asked, TALKS.index(1.0)
    opens, settle, value = (_at(a, place) for a in (asked.opens, asked.settle, asked.value))
    assert np.array_equal(opens, settle)
    assert set(np.unique(settle)) == {0.0, 1.0}
    assert np.array_equal(value[settle == 0], _at(asked.reserve, place)[settle == 0])
    chance = np.array([[g.bargaining.proposer_a, 1 - g.bargaining.proposer_a] for g in games])[:, None]
    best, answer = (np.where(settle[..., None] == 1, _at(a, place), 0.0) for a in (asked.best, asked.answer))
    assert value[settle == 1] == pytest.approx((chance * best + (1 - chance) * answer)[settle == 1], abs=1e-14)


def test_without_a_signature_ever_it_is_the_war_without_terms(found: Solution) -> None:
    reserve, value = _at(found.asked.reserve, 0), _at(found.asked.value, 0)
    assert np.array_equal(reserve, value)
    assert np.abs(reserve - _at(found.asked.reserve, NOTHING)).max() < 1e-12
    assert np.abs(_at(found.asked.reserve, 1) - reserve).max() < 1e-4, (
        "values come near it as the chance goes to nought"
    )
    assert _at(found.ahead.settled, 0).max() == 0
    assert _at(found.asked.opens, 0).max() == 1, "offers that suit both are there all the same"
    assert _at(found.asked.opens, NOTHING).max() == 0


def test_values_mix_the_deal_and_the_war(found: Solution) -> None:
    """By definition, from what each side would propose and answer; and nobody gains by one move of their own."""
    proposer = found.draws.proposer[:, :1][:, None]
    chance = np.concatenate([proposer, 1 - proposer], -1)
    asked, q = found.asked, found.draws.talks[:, None]
    best, answer = (np.where(asked.opens[..., None] > 0, a, 0.0) for a in (asked.best, asked.answer))
    deal, signed = chance * best + (1 - chance) * answer, (q * asked.opens)[..., None]
    assert asked.value == pytest.approx(signed * deal + (1 - signed) * asked.reserve, abs=1e-12)
    assert np.array_equal(asked.settle, q * asked.opens)
    assert np.array_equal(asked.opens > 0, gap_of(found) < OPEN)
    assert np.array_equal(np.isfinite(settlements(found)[0]), asked.opens > 0)
    assert regret_of(found).max() < 1e-9


def test_where_an_offer_is_always_there_signatures_come_at_their_own_pace(found: Solution) -> None:
    for n, q in enumerate(TALKS):
        assert _at(found.asked.opens, READY + n)[:, 0].min() == 1
        months = np.arange(AWAY + 1)
        expected = 1 - (1 - q) ** (months + 1)
        assert _at(found.ahead.settled, READY + n)[:, : AWAY + 1] == pytest.approx(
            np.tile(expected, (NUMBER, 1)), abs=1e-9
        )
        assert _at(found.within, READY + n)[:, 0, 0] == pytest.approx(expected[1], abs=1e-9)


def test_a_settlement_never_comes_faster_than_talks_and_is_told_alike_forwards_and_backwards(found: Solution) -> None:
    months = np.arange(HORIZON)
    for n, q in enumerate(TALKS):
        for start in (0, READY):
            assert np.all(_at(found.ahead.settled, start + n) <= 1 - (1 - q) ** (months + 1) + 1e-12)
    for column, month in enumerate((1, 6)):
        assert found.within[:, column, 0] == pytest.approx(found.ahead.settled[:, month], abs=1e-9)
    whole = found.ahead.settled + found.ahead.victory.sum(-1) + found.ahead.ongoing
    assert np.abs(whole - 1).max() < 1e-12


def test_quicker_talks_need_not_bring_more_settlements(found: Solution) -> None:
    """A side that can count on a signature next month may hold out for the better terms of then: no law to lean on."""
    half, once = (_at(found.ahead.settled, TALKS.index(q))[:, -1] for q in (0.5, 1.0))
    assert np.any(once < half - 0.01)
    assert np.any(once > half + 0.01)


def test_words_say_that_a_deal_that_suits_both_need_not_be_signed(games: list[WarGame]) -> None:
    ready = at_peace_any_month(games[0])
    told = {}
    for q in (0.25, 1.0):
        record = record_of(ready.with_numbers({"bargaining.talks": q}), 3)
        assert record["settles_now"]
        told[q] = " ".join(line for line in in_words(record) if isinstance(line, str))
    assert "A deal suits both now, signed this month with chance 25.0 %: A has" in told[0.25]
    assert "They settle now: A has" in told[1.0]


def test_an_outlook_counts_only_what_is_signed(found: Solution) -> None:
    place = READY + TALKS.index(0.2)
    outlook = outlook_of(found)
    assert _at(outlook.p_settlement, place)[:, 0] == pytest.approx(0.2)
    assert _at(outlook.p_ongoing, place)[:, 0] == pytest.approx(0.8)
