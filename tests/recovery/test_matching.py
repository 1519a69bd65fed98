"""What a bargaining record was made with is found again: answers and silent months drawn from known reservation values.

The stand-in is that of two sides that each believe in their own strength: side A wants at least p + l_A - c_A of the
stake, side B leaves at most p - l_B + c_B, and they answer proposals and let months pass as the logit says.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from armistice.infer import match

REPLICATIONS, DRAWS, PROPOSALS, MONTHS = 1000, 800, 5, 18
TESTS = 10
"""Two for each number, of which one in a hundred families may fail by chance."""
NAMES = ("power", "cost_a", "cost_b", "lead_a", "lead_b")
Numbers = dict[str, np.ndarray]


def prior(rng: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
    low, high = (0.35, 0.02, 0.02, 0.0, 0.0), (0.65, 0.2, 0.2, 0.25, 0.25)
    return {n: rng.triangular(a, (a + b) / 2, b, shape) for n, a, b in zip(NAMES, low, high, strict=True)}


def surpluses(v: Numbers, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each side gains by a share for A over fighting on."""
    return share - (v["power"] + v["lead_a"] - v["cost_a"]), v["power"] - v["lead_b"] + v["cost_b"] - share


def need(v: Numbers) -> np.ndarray:
    return v["lead_a"] + v["lead_b"] - v["cost_a"] - v["cost_b"]


def log_record(v: Numbers, share: np.ndarray, accepted: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Logarithm of the chance of each event, shape (draws, events); `accepted` has a row for each side."""
    v = {name: values[:, None] for name, values in v.items()}
    answers = [
        np.where(yes, match.log_acceptance(s), match.log_refusal(s))
        for s, yes in zip(surpluses(v, share), accepted, strict=True)
    ]
    return np.concatenate([*answers, months * match.log_no_settlement(need(v))], axis=1)


@pytest.fixture(scope="module")
def worlds() -> tuple[list[Numbers], list[np.ndarray], list[Numbers]]:
    """Truths, the logarithms of what each of the draws says of the record, and the draws."""
    rng = np.random.default_rng(21)
    truths, logs, draws = [], [], []
    while len(truths) < REPLICATIONS:
        truth = prior(rng, ())
        share = rng.uniform(0.3, 0.7, PROPOSALS)
        accepted = np.array([rng.random(PROPOSALS) < np.exp(match.log_acceptance(s)) for s in surpluses(truth, share)])
        # A month ends the war with the chance that the record denies: every month is then an observation of its own.
        quiet = rng.random(MONTHS) < np.exp(match.log_no_settlement(need(truth)))
        made = prior(rng, (DRAWS,))
        log_quiet = match.log_no_settlement(need(made))[:, None]
        record = log_record(made, share, accepted, np.array([quiet.sum()]))
        ended = (MONTHS - quiet.sum()) * np.log(-np.expm1(log_quiet))
        truths.append(truth)
        logs.append(np.concatenate([record, ended], axis=1))
        draws.append(made)
    return truths, logs, draws


def ranks(worlds: tuple[list[Numbers], list[np.ndarray], list[Numbers]], least_share: float) -> np.ndarray:
    """Weighted rank of each truth among its draws, shape (replications, numbers)."""
    out = []
    for truth, logs, draws in zip(*worlds, strict=True):
        weight = match.weigh(logs.sum(axis=1), least_share).weight
        out.append([float(weight[draws[n] < truth[n]].sum()) for n in NAMES])
    return np.array(out)


def test_the_truth_has_any_rank_and_intervals_cover_as_they_claim(worlds):
    found = ranks(worlds, 0.0)
    for name, column in zip(NAMES, found.T, strict=True):
        counts = np.histogram(column, bins=10, range=(0, 1))[0]
        for found_by in (stats.kstest(column, "uniform"), stats.chisquare(counts)):
            assert found_by.pvalue > 0.01 / TESTS, name
        assert 0.72 <= np.mean((column > 0.1) & (column < 0.9)) <= 0.88, name


def test_weights_that_are_left_out_are_missed(worlds):
    """The check above can fail: answers turned around put the truth at the edges."""
    truths, logs, draws = (part[:200] for part in worlds)
    turned = ranks((truths, [np.log(-np.expm1(np.minimum(one, -1e-12))) for one in logs], draws), 0.0)
    assert min(stats.kstest(column, "uniform").pvalue for column in turned.T) < 1e-4
    covered = np.mean((turned > 0.1) & (turned < 0.9), axis=0)
    assert covered.min() < 0.72


def test_the_record_narrows_what_it_speaks_of(worlds):
    _, logs, draws = worlds
    taught = dict.fromkeys(NAMES, 0)
    narrowed = dict.fromkeys(NAMES, 0.0)
    for n in range(20):
        for x in match.learnt(draws[n], match.weigh(logs[n].sum(axis=1)), permutations=100):
            taught[x.name] += x.taught
            narrowed[x.name] += x.contraction / 20
    assert taught["power"] >= 12
    assert max(narrowed, key=lambda n: narrowed[n]) == "power"
    assert min(narrowed.values()) > -0.05


def test_a_tempered_record_errs_to_the_wide_side(worlds):
    truths, logs, draws = (part[:200] for part in worlds)
    sharp = [8 * one for one in logs]
    powers = [match.weigh(one.sum(axis=1), 0.1).power for one in sharp]
    assert np.mean(np.array(powers) < 1) > 0.9
    wide, narrow = ranks((truths, sharp, draws), 0.1), ranks((truths, sharp, draws), 0.0)
    cover = [np.mean((r > 0.1) & (r < 0.9)) for r in (narrow, wide)]
    assert cover[0] < 0.72, "eight times the weight it deserves"
    assert abs(cover[1] - 0.8) < abs(cover[0] - 0.8) - 0.05
