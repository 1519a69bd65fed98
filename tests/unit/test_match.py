"""Draws weighed by the record: chances of events, the fitted tail against known ones, tempering, and what was learnt."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from scipy import stats

from armistice.core.errors import QueryError
from armistice.core.matched import RecordEvent, Weights
from armistice.infer import match

HUGE = np.array([-1e6, -3.0, 0.0, 0.02, 1e6])


# --- chances of single events ---------------------------------------------------------------------------------


def test_an_answer_is_a_logit_of_the_surplus():
    surplus = np.linspace(-0.3, 0.3, 7)
    np.testing.assert_allclose(
        np.exp(match.log_acceptance(surplus, 0.05)), stats.logistic.cdf(surplus / 0.05), rtol=1e-12
    )
    np.testing.assert_allclose(np.exp(match.log_acceptance(0.15)), 0.9526, atol=1e-4)


def test_acceptance_and_refusal_are_all_there_is_and_bear_any_surplus():
    accepted, refused = match.log_acceptance(HUGE), match.log_refusal(HUGE)
    assert np.isfinite(accepted).all()
    assert accepted[0] == -1e6 / match.TEMPERATURE
    assert accepted[-1] == 0
    np.testing.assert_allclose(np.logaddexp(accepted, refused), 0, atol=1e-12)


@pytest.mark.parametrize("chance", [0.0, 0.05, 1 / 6, 0.5, 1.0])
def test_a_month_without_settlement(chance):
    need = np.array([-0.4, -0.05, 0.0, 0.05, 0.4])
    told = np.exp(match.log_no_settlement(need, 0.05, chance))
    np.testing.assert_allclose(told, 1 - chance / (1 + np.exp(need / 0.05)), rtol=1e-12)
    far = match.log_no_settlement(HUGE, 0.05, chance)
    assert not np.isnan(far).any()
    assert far[-1] == 0
    np.testing.assert_allclose(far[0], np.log(1 - chance) if chance < 1 else -1e6 / 0.05, rtol=1e-9)


def test_each_draw_may_have_its_own_chance():
    chance = np.array([0.05, 1 / 6, 1.0])
    told = match.log_no_settlement(np.full(3, -0.1), 0.05, chance)
    np.testing.assert_array_equal(told, [match.log_no_settlement(-0.1, 0.05, c) for c in chance])
    with pytest.raises(QueryError, match=r"chance 1\.5: no chance"):
        match.log_no_settlement(np.full(3, -0.1), 0.05, np.array([0.1, 1.5, 0.2]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: match.log_acceptance(0.1, 0.0),
        lambda: match.log_refusal(0.1, -1.0),
        lambda: match.log_no_settlement(0.1, np.inf),
        lambda: match.log_no_settlement(0.1, 0.05, 1.2),
        lambda: match.log_no_settlement(0.1, 0.05, np.nan),
    ],
)
def test_what_no_chance_follows_from_is_refused(call):
    with pytest.raises(QueryError, match="expected"):
        call()


# --- the tail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [-0.5, 0.0, 0.3, 0.7, 1.2])
def test_the_fit_finds_a_generalised_pareto_distribution(k):
    points = np.sort(stats.genpareto.rvs(k, scale=2.0, size=4000, random_state=1))
    shape, scale = match.fit_generalised_pareto(points)
    assert shape == pytest.approx(k, abs=0.07)
    assert scale == pytest.approx(2.0, rel=0.08)
    found, _, _ = stats.genpareto.fit(points, floc=0)
    assert shape == pytest.approx(found, abs=0.02), "maximum likelihood, by another program"


@pytest.mark.parametrize(("proposal", "target"), [(1.0, 2.0), (2.0, 1.0), (10.0, 3.0), (10.0, 0.5)])
def test_the_shape_of_exponential_importance_ratios(proposal, target):
    """Ratios of one exponential density to another have an exact Pareto tail of shape 1 - target / proposal."""
    x = np.random.default_rng(2).exponential(1 / proposal, 100_000)
    _, k = match.smooth_tail((proposal - target) * x)
    assert k == pytest.approx(1 - target / proposal, abs=0.12)


def test_a_normal_proposal_of_a_fat_tail_is_told_from_its_reverse():
    rng = np.random.default_rng(3)
    normal, fat = rng.standard_normal(4000), rng.standard_t(3, 4000)
    missed = match.weigh(stats.t.logpdf(normal, 3) - stats.norm.logpdf(normal), 0.0)
    held = match.weigh(stats.norm.logpdf(fat) - stats.t.logpdf(fat, 3), 0.0)
    assert held.pareto_k < 0.2
    assert held.reliable
    assert missed.pareto_k > 0.5
    assert missed.pareto_k - held.pareto_k > 0.5


def test_smoothing_keeps_order_and_never_exceeds_the_largest():
    logs = 1.5 * np.random.default_rng(4).standard_normal(1000)
    smoothed, k = match.smooth_tail(logs)
    assert np.isfinite(k)
    assert (np.argsort(smoothed, kind="stable") == np.argsort(logs, kind="stable")).all()
    assert smoothed.max() <= 0
    below = np.sort(logs)[: 1000 - 95]
    np.testing.assert_allclose(np.sort(smoothed)[: 1000 - 95], below - logs.max(), rtol=1e-12)
    assert (np.sort(smoothed)[-95:] != np.sort(logs)[-95:] - logs.max()).any()


def test_smoothing_brings_a_mean_nearer_to_the_truth():
    """Ratios of an exponential density to a faster one, k = 0.6: the mean under the target is 1."""
    rng, raw, smooth = np.random.default_rng(5), [], []
    for _ in range(300):
        x = rng.exponential(0.4, 500)
        logs = (2.5 - 1.0) * x
        plain = np.exp(logs - logs.max())
        raw.append(plain @ x / plain.sum() - 1)
        smooth.append(match.weigh(logs, 0.0).weight @ x - 1)
    assert np.mean(np.square(smooth)) < np.mean(np.square(raw))


# --- weights ------------------------------------------------------------------------------------------------


def test_a_conjugate_posterior_is_found():
    """A standard normal prior and one report y with variance 1: the posterior is normal with mean y/2, variance 1/2."""
    prior = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    for y in (-1.0, 0.0, 1.6):
        found = match.weigh(-0.5 * (y - prior) ** 2)
        assert found.power == 1
        assert found.weight @ prior == pytest.approx(y / 2, abs=2e-3)
        assert found.weight @ prior**2 - (found.weight @ prior) ** 2 == pytest.approx(0.5, abs=3e-3)
        levels = match.weighted_quantiles(prior, found.weight)
        np.testing.assert_allclose(levels, stats.norm.ppf((0.1, 0.5, 0.9), y / 2, np.sqrt(0.5)), atol=3e-3)


def test_draws_that_explain_alike_count_alike():
    for level in (0.0, -1e6, 1e6):
        found = match.weigh(np.full(50, level))
        np.testing.assert_array_equal(found.weight, np.full(50, 1 / 50))
        assert (found.pareto_k, found.power) == (-np.inf, 1.0)
        assert found.effective == pytest.approx(50)
        assert found.reliable


def test_a_constant_and_the_order_of_the_draws_change_nothing():
    logs = np.random.default_rng(6).standard_normal(400)
    plain, moved = match.weigh(logs), match.weigh(logs + 1234.5)
    np.testing.assert_allclose(moved.weight, plain.weight, rtol=1e-9)
    np.testing.assert_allclose(match.weigh(logs[::-1]).weight[::-1], plain.weight, rtol=1e-12)


def test_impossible_draws_have_no_weight():
    logs = np.where(np.arange(300) % 3 == 0, -np.inf, np.random.default_rng(7).standard_normal(300))
    found = match.weigh(logs)
    assert (found.weight[::3] == 0).all()
    assert (np.delete(found.weight, np.s_[::3]) > 0).all()
    assert found.weight.sum() == pytest.approx(1)


def test_a_single_possible_draw_says_that_it_is_alone():
    found = match.weigh(np.array([-np.inf, -5.0, *[-np.inf] * 30]))
    assert found.weight[1] == 1
    assert found.power == 0
    assert found.pareto_k == np.inf
    assert not found.reliable
    assert "all but 1 of 32 draws" in found.status


@pytest.mark.parametrize(
    ("logs", "words"),
    [
        ([-np.inf] * 5, "none of 5 draws can explain the record"),
        ([0.0, np.nan], "likelihood of draw 1: nan"),
        ([np.inf, 0.0], "likelihood of draw 0: inf"),
        ([], "no row of draws"),
        ([[0.0, 1.0]], "no row of draws"),
    ],
)
def test_a_likelihood_that_weighs_nothing_is_refused(logs, words):
    with pytest.raises(QueryError, match=words):
        match.weigh(np.array(logs, float))


@pytest.mark.parametrize("spread", [1e-300, 1e-12, 30.0, 1e3, 1e9, 1e300])
def test_any_spread_of_the_likelihood_is_borne(spread):
    logs = spread * np.random.default_rng(8).standard_normal(200)
    for least in (0.0, 0.1):
        found = match.weigh(logs, least)
        assert np.isfinite(found.weight).all()
        assert found.weight.sum() == pytest.approx(1)
        assert found.effective >= least * 200 - 1e-9
        assert "draws" in found.status


# --- tempering ------------------------------------------------------------------------------------------------


def test_a_sharp_record_is_tempered_to_the_least_share_and_says_so():
    logs = 8 * np.random.default_rng(9).standard_normal(500)
    found = match.weigh(logs)
    assert 0 < found.power < 1
    assert found.effective == pytest.approx(50, rel=1e-3)
    assert found.effective >= 50
    assert found.effective_full < 20
    assert f"{found.power:.2g} of its weight" in found.status
    sharper, more = match.weigh(2 * logs), match.weigh(logs, 0.3)
    assert sharper.power == pytest.approx(found.power / 2, rel=1e-4)
    np.testing.assert_allclose(sharper.weight, found.weight, rtol=1e-3)
    assert more.power < found.power


def test_the_power_falls_and_the_effective_number_rises_with_the_least_share():
    logs = 3 * np.random.default_rng(10).standard_normal(500)
    found = [match.weigh(logs, share) for share in np.linspace(0, 0.95, 20)]
    powers, effective = [w.power for w in found], [w.effective for w in found]
    assert powers == sorted(powers, reverse=True)
    assert powers[0] == 1
    assert effective == sorted(effective)
    assert {w.effective_full for w in found} == {found[0].effective}


def test_a_soft_record_has_its_full_weight():
    found = match.weigh(0.3 * np.random.default_rng(11).standard_normal(500))
    assert (found.power, found.effective) == (1.0, found.effective_full)
    assert "full weight" in found.status


# --- what was learnt ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Draws of four numbers and three events: two tell of `x`, one of nothing; `still` is a point."""
    rng = np.random.default_rng(12)
    draws = {"noise": rng.random(400), "x": rng.random(400), "y": rng.random(400), "still": np.full(400, 0.3)}
    even = np.zeros(400)
    logs = np.stack(
        [match.log_acceptance(draws["x"] - 0.5, 0.1), even, 0.2 * match.log_refusal(draws["y"] - 0.5, 0.2)], 1
    )
    return draws, logs


def test_what_was_taught_is_told_from_what_was_not(world):
    draws, logs = world
    found = match.learnt(draws, match.weigh(logs.sum(axis=1)))
    assert found[0].name == "x"
    assert [x.taught for x in found if x.name in ("x", "noise", "still")] == [True, False, False]
    x = found[0]
    assert x.contraction > 0.2
    assert x.posterior[1] > x.prior[1] + 0.1
    still = next(x for x in found if x.name == "still")
    assert (still.distance, still.contraction) == (pytest.approx(0, abs=1e-12), 0.0)
    assert still.prior == still.posterior == (0.3, 0.3, 0.3)
    assert x.distance == pytest.approx(brute_distance(draws["x"], match.weigh(logs.sum(axis=1)).weight))


def brute_distance(values: np.ndarray, weight: np.ndarray) -> float:
    return max(abs(float(weight[values <= v].sum()) - float(np.mean(values <= v))) for v in values)


def test_distances_count_ties_once():
    values = np.array([1.0, 2.0, 2.0, 2.0, 3.0])
    weight = np.array([0.1, 0.4, 0.0, 0.2, 0.3])
    even = np.full(5, 0.2)
    got = match._Order(values[None]).distance(weight, even)[0]
    assert got == pytest.approx(brute_distance(values, weight))
    assert got == pytest.approx(0.1)


def test_even_weights_teach_nothing(world):
    draws, _ = world
    for x in match.learnt(draws, match.weigh(np.zeros(400))):
        assert (x.distance, x.taught) == (pytest.approx(0, abs=1e-12), False)
        assert x.prior == pytest.approx(x.posterior)
        assert x.contraction == pytest.approx(0, abs=1e-12)


def test_chance_alone_teaches_in_one_record_of_twenty():
    rng = np.random.default_rng(13)
    draws = {str(i): rng.random(150) for i in range(10)}
    false = 0
    for n in range(200):
        logs = 1.5 * rng.standard_normal(150)
        false += any(x.taught for x in match.learnt(draws, match.weigh(logs), seed=n, permutations=60))
    assert 2 <= false <= 24


def test_the_level_of_chance_falls_with_the_effective_number():
    rng = np.random.default_rng(14)
    draws, logs = {str(i): rng.random(400) for i in range(5)}, rng.standard_normal(400)
    levels = [match.learnt(draws, match.weigh(s * logs, 0.0))[0].by_chance for s in (0.2, 1.0, 2.0)]
    assert levels == sorted(levels)
    assert levels[0] < 0.5 * levels[2]


def test_an_event_that_says_nothing_has_no_influence(world):
    draws, logs = world
    weights = match.weigh(logs.sum(axis=1))
    told = match.influence(draws, logs, weights)
    assert told[1] == pytest.approx(0, abs=1e-12)
    assert told[0] > 3 * told[2] > 0
    without = match.weigh(logs[:, [1, 2]].sum(axis=1))
    by_hand = max(
        abs(float(weights.weight[v <= at].sum() - without.weight[v <= at].sum())) for v in draws.values() for at in v
    )
    assert told[0] == pytest.approx(by_hand, abs=1e-12)


def test_an_event_that_rules_draws_out_can_be_taken_away():
    draws = {"x": np.arange(100.0)}
    logs = np.zeros((100, 2))
    logs[:50, 0] = -np.inf
    told = match.influence(draws, logs, match.weigh(logs.sum(axis=1)))
    assert told[0] == pytest.approx(0.5)
    assert told[1] == 0


def test_weights_after_each_event(world):
    _, logs = world
    found = match.sequential(logs)
    assert len(found) == 3
    for n, after in enumerate(found):
        np.testing.assert_array_equal(after.weight, match.weigh(logs[:, : n + 1].sum(axis=1)).weight)
    np.testing.assert_allclose(found[0].weight, found[1].weight)
    assert all(isinstance(w, Weights) for w in found)


EVENTS = tuple(
    RecordEvent(date(2030, n + 1, 1), "refused", "ab"[n % 2], f"plan {n}", f"Refused plan {n}", "made up")
    for n in range(3)
)


def test_a_record_is_matched_whole_and_again_to_the_bit(world):
    draws, logs = world
    one, two = (match.match_record(EVENTS, logs, draws, seed=3) for _ in range(2))
    assert one.learnt == two.learnt
    np.testing.assert_array_equal(one.influence, two.influence)
    np.testing.assert_array_equal(one.weights.weight, one.after[-1].weight)
    assert one.weights.status == two.weights.status
    assert match.match_record(EVENTS, logs, draws, seed=4).learnt[0].by_chance != one.learnt[0].by_chance
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.influence = None


def test_a_record_that_does_not_fit_is_refused(world):
    draws, logs = world
    for call, words in (
        (lambda: match.match_record((), logs[:, :0], draws), "no event"),
        (lambda: match.match_record(EVENTS[:2], logs, draws), "do not fit"),
        (lambda: match.match_record(EVENTS, logs[:10], draws), "do not fit"),
        (lambda: match.match_record(EVENTS[::-1], logs, draws), "out of order"),
    ):
        with pytest.raises(QueryError, match=words):
            call()
