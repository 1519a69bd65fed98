"""Conditioning on maps: draws repeat, gates tell the truth, results survive saving, outputs keep their promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_process import WAR, WHOLE, panel_of, walk

from armistice.core.errors import QueryError
from armistice.core.posterior import Gate, Posterior, load_posterior, save_posterior
from armistice.infer.condition import (
    condition,
    condition_reports,
    coverage,
    diagnostic,
    predicted_reports,
    prior_predictive,
)
from armistice.infer.fan import fan, paths
from armistice.infer.observe import read_reports, true_line

SIZE = {"chains": 2, "warmup": 40, "draws": 40}
SHORT = {**SIZE, "months": 12}
"""Enough to see that things hang together, not to trust the numbers; one size, so that it is compiled once."""
MAPS = ("changes", "low", "value", "high")


@pytest.fixture(scope="module")
def panel() -> object:
    one, two = walk(13), walk(13) + np.random.default_rng(4).normal(0, 8, 13)
    return panel_of({"one": {"east": one, "west": walk(13, 5)}, "two": {"east": two + 300, "west": walk(13, 5)}})


@pytest.fixture(scope="module")
def posterior(panel: object) -> Posterior:
    return condition(panel, WAR, seed=3, **SHORT)


def test_the_same_seed_gives_the_same_draws(panel: object, posterior: Posterior) -> None:
    assert condition(panel, WAR, seed=3, **SHORT) == posterior
    assert condition(panel, WAR, seed=4, **SHORT) != posterior


def test_saved_and_loaded_is_equal(posterior: Posterior, tmp_path: Path) -> None:
    save_posterior(posterior, tmp_path / "kept")
    assert load_posterior(tmp_path / "kept") == posterior
    with pytest.raises(QueryError, match="not there"):
        load_posterior(tmp_path / "other")


def test_no_array_of_the_engine_leaves(posterior: Posterior) -> None:
    for values in (*posterior.draws.values(), *posterior.record.values()):
        assert type(values) is np.ndarray


def test_the_latent_line_follows_the_maps(panel: object, posterior: Posterior) -> None:
    moved = np.median(posterior.flat("moved")[:, :, 0], axis=0)
    assert moved.sum() == pytest.approx(float(np.ptp(walk(13))), rel=0.2)
    line = true_line(posterior, "east")
    assert line.quantiles["0.1"] < walk(13)[-1] + 150 < line.quantiles["0.9"]
    assert line.bias_km2["two"] - line.bias_km2["one"] == pytest.approx(300, abs=30)


def test_a_failed_gate_is_shown(posterior: Posterior) -> None:
    failed = replace(posterior, gates=(Gate("divergent steps", 3, 0, True),))
    assert not failed.passed
    assert "divergent steps: 3; at most 0; FAILED" in failed.verdict
    assert "FAILED" in fan(failed, "east", 2).engine
    assert not Gate("largest R-hat", float("nan"), 1.01, True).passed


def test_the_fan_is_the_sum_of_paths_and_inside_the_region(posterior: Posterior) -> None:
    found = fan(posterior, "east", 24, 1)
    taken = np.cumsum(paths(posterior, 24, 1)[:, :, 0], axis=1)
    assert found.months[-1].quantiles["0.5"] == pytest.approx(float(np.median(taken[:, -1])))
    assert found.months[0].month == "2021-01"
    assert (posterior.flat("level")[:, 0] + taken[:, -1] <= WHOLE + 1e-6).all()
    assert repr(found) == repr(fan(posterior, "east", 24, 1))
    whole = fan(posterior, "land", 6)
    assert whole.months[-1].p_complete == 0
    assert set(whole.months_to_complete.values()) == {None}


@pytest.mark.parametrize(("region", "horizon"), [("north", 3), ("east", 0), ("east", 61)])
def test_a_fan_of_nothing_is_refused(posterior: Posterior, region: str, horizon: int) -> None:
    with pytest.raises(QueryError):
        fan(posterior, region, horizon)


def test_predictions_have_the_shape_of_the_reports(panel: object, posterior: Posterior) -> None:
    reported = read_reports(panel, WAR, months=12)
    again = predicted_reports(posterior, reported)
    assert again.shape == (80, *reported.changes.shape)
    assert 0.6 <= coverage(again, reported) <= 1
    prior = prior_predictive(reported, 20)
    assert prior["changes"].shape == (20, *reported.changes.shape)
    assert prior["moved"].std() > 0


def test_hidden_reports_are_counted_apart(panel: object) -> None:
    reported = read_reports(panel, WAR, months=12)
    around = reported.changes + np.linspace(-1, 1, 11)[:, None, None, None]
    around[:, 1] += 50
    hidden = np.zeros(reported.changes.shape, dtype=bool)
    hidden[1] = True
    assert coverage(around, reported) == pytest.approx(0.5)
    assert coverage(around, reported, among=hidden) == 0
    assert coverage(around, reported, among=~hidden) == 1


def test_with_one_source_the_line_is_less_sure(panel: object) -> None:
    both = read_reports(panel, WAR, months=12)
    agreed = {k: np.array([getattr(both, k)[0], getattr(both, k)[0] + 10]) for k in ("low", "value", "high")}
    gone = {k: np.array([getattr(both, k)[0], np.full_like(getattr(both, k)[1], np.nan)]) for k in MAPS}
    two = true_line(condition_reports(replace(both, **agreed), 3, **SIZE), "east")
    one = true_line(condition_reports(replace(both, **gone), 3, **SIZE), "east")
    assert list(one.bias_km2) == ["one"]
    assert abs(one.bias_km2["one"]) < 60
    assert np.ptp(list(one.quantiles.values())) > 1.5 * np.ptp(list(two.quantiles.values()))


def test_a_map_that_contradicts_the_other_is_biased_not_believed(panel: object) -> None:
    both = read_reports(panel, WAR, months=12)
    astray = {k: np.array([getattr(both, k)[0], getattr(both, k)[0] + 3000]) for k in ("low", "value", "high")}
    astray["changes"] = np.array([both.changes[0], -both.changes[0]])
    line = true_line(condition_reports(replace(both, **astray), 3, **SIZE), "east")
    assert line.bias_km2["two"] - line.bias_km2["one"] == pytest.approx(3000)
    assert line.bias_km2["two"] > 0 > line.bias_km2["one"]
    assert np.ptp(list(line.quantiles.values())) > 300


def test_a_redraw_as_large_as_the_movement_leaves_it_to_the_other_map(panel: object) -> None:
    both = read_reports(panel, WAR, months=12)
    changes, redrawn = both.changes.copy(), np.zeros(both.changes.shape)
    changes[1, 5, 0] += 200
    redrawn[1, 5, 0] = 200
    listed = condition_reports(replace(both, changes=changes, redrawn=redrawn), 3, **SIZE).flat("moved")[:, 5, 0]
    assert np.median(listed) == pytest.approx(both.changes[0, 5, 0], abs=25)


@pytest.mark.parametrize("wrong", [{"chains": 0}, {"warmup": 5}, {"draws": 1}])
def test_numbers_out_of_range_are_refused(panel: object, wrong: dict) -> None:
    with pytest.raises(QueryError, match="out of range"):
        condition(panel, WAR, **{**SHORT, **wrong})


def test_diagnostics_see_chains_that_disagree() -> None:
    rng = np.random.default_rng(0)
    good = diagnostic(rng.normal(size=(4, 500)))
    assert good.rhat < 1.01
    assert good.ess_bulk > 1200
    assert good.ess_tail > 800
    assert diagnostic(rng.normal(size=(4, 500)) + np.arange(4)[:, None]).rhat > 1.3
    assert np.isnan(diagnostic(np.ones((4, 50))).rhat)
