"""The hindcast: scores against closed forms and integrals, no look-ahead, resuming, and its charts and sentences."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from math import erf, log, pi, sqrt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from armistice import hindcast
from armistice.core.errors import QueryError
from armistice.core.scores import Hindcast, Score
from armistice.data.estimate import estimate_panel
from armistice.data.pack import cut_pack, read_pack
from armistice.hindcast import (
    BLOCK,
    HORIZONS,
    LEAST_DENSITY,
    block_bootstrap,
    block_length,
    crps,
    log_score,
    newest_record,
    origins_of,
    read_control,
    record_of,
    run_hindcast,
    score_draws,
    series_as_of,
    summarise,
)
from armistice.infer.baseline import monthly_area
from armistice.infer.forecasters import BASELINES, CHOICE, FORECASTERS
from armistice.report.foresight import foresight
from armistice.show.scores import draw_calibration, draw_hindcast_scores
from armistice.show.style import to_svg
from armistice.study import contested_regions

FIRST, LAST = date(2012, 6, 30), date(2012, 8, 31)
KEY = (FIRST, "land", "ensemble", 3)


# --- scores -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "sd", "truth"), [(0, 1, 0.3), (50, 20, 110), (-3, 0.5, -3)])
def test_crps_of_normal_draws_is_the_closed_form(mean: float, sd: float, truth: float) -> None:
    """Gneiting and Raftery (2007), equation 21."""
    draws = np.random.default_rng(0).normal(mean, sd, 200_000)
    z = (truth - mean) / sd
    below, density = (1 + erf(z / sqrt(2))) / 2, np.exp(-(z**2) / 2) / sqrt(2 * pi)
    assert crps(draws, truth) == pytest.approx(sd * (z * (2 * below - 1) + 2 * density - 1 / sqrt(pi)), abs=0.01 * sd)


@settings(max_examples=40)
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12), st.floats(-60, 60))
def test_crps_is_the_integral_over_the_thresholds(draws: list[float], truth: float) -> None:
    """∫ (F(x) − 1[x ≥ y])² dx over the steps of F, each exactly."""
    x = np.array(draws)
    edges = np.sort(np.r_[x, truth])
    middle = (edges[1:] + edges[:-1]) / 2
    share = (x[:, None] <= middle).mean(axis=0)
    expected = float(np.sum((share - (middle >= truth)) ** 2 * np.diff(edges)))
    assert crps(x, truth) == pytest.approx(expected, abs=1e-9)


def test_log_score_of_normal_draws_is_near_the_closed_form() -> None:
    draws = np.random.default_rng(1).normal(100, 30, 20_000)
    for truth in (70, 100, 150):
        exact = 0.5 * ((truth - 100) / 30) ** 2 + log(30 * sqrt(2 * pi))
        assert log_score(draws, truth) == pytest.approx(exact, abs=0.05)


def test_log_score_has_a_floor_and_bears_draws_that_agree() -> None:
    same = np.full(500, 20.0)
    assert log_score(same, 20.0) == pytest.approx(log(sqrt(2 * pi)))
    assert log_score(same, 2000.0) == pytest.approx(-log(LEAST_DENSITY))


def test_the_parts_of_one_score() -> None:
    draws = np.arange(101.0)
    one = score_draws(draws, 85.0, KEY)
    assert one.inside == (False, True, True)
    assert one.median_km2 == 50
    assert one.pit == pytest.approx(85.5 / 101)
    assert score_draws(np.zeros(50), 0.0, KEY).inside == (True, True, True)


def test_coverage_of_a_known_process() -> None:
    rng = np.random.default_rng(5)
    inside = np.mean([score_draws(rng.normal(0, 10, 400), t, KEY).inside for t in rng.normal(0, 10, 3000)], axis=0)
    assert inside == pytest.approx([0.5, 0.8, 0.9], abs=0.03)


# --- means and their ranges -------------------------------------------------------------------------------------


def test_the_block_bootstrap_of_alike_scores_is_one() -> None:
    scores = np.random.default_rng(0).gamma(2, 5, 36)
    assert block_bootstrap(scores, scores, 0) == pytest.approx((1, 1))
    assert block_bootstrap(0.7 * scores, scores, 0) == pytest.approx((0.7, 0.7))


def test_the_block_bootstrap_by_hand() -> None:
    """Two blocks of twelve on a ring: the mean of each resample from its two starts."""
    ours = np.random.default_rng(2).gamma(2, 5, 24)
    ring = np.r_[ours, ours]
    sums = np.array([ring[s : s + BLOCK].sum() for s in range(24)])
    every = (sums[:, None] + sums[None]).ravel() / 24
    found = block_bootstrap(ours, np.ones(24), 0)
    assert found == pytest.approx(tuple(np.quantile(every, [0.05, 0.95])), rel=0.02)


def test_scores_that_go_together_for_long_have_a_wider_range_than_ones_that_do_not() -> None:
    slow = np.repeat([1.0, 9.0, 1.0, 9.0], 12)
    mixed = np.tile([1.0, 9.0], 24)
    slow_low, slow_high = block_bootstrap(slow, np.full(48, 5.0), 0) or (0, 0)
    low, high = block_bootstrap(mixed, np.full(48, 5.0), 0) or (0, 0)
    assert slow_high - slow_low > 3 * (high - low)


def test_blocks_are_shortened_and_too_few_origins_have_no_range() -> None:
    assert [block_length(n) for n in (1, 6, 15, 23, 24, 60)] == [1, 3, 7, 11, 12, 12]
    assert block_bootstrap(np.ones(3), np.ones(3), 0) is None


def row(origin: date, region: str, name: str, value: float, inside: bool = True) -> Score:
    return Score(origin, region, name, 3, 10.0, 12.0, value, 4.0, 0.5, (inside, inside, True))


def test_means_by_hand() -> None:
    early, late = date(2024, 5, 31), date(2024, 7, 31)
    scores = [
        row(day, region, name, value * factor, inside)
        for day, factor, inside in ((early, 1.0, True), (late, 3.0, False))
        for region in ("whole", "one", "two")
        for name, value in ((BASELINES[0], 8.0), (BASELINES[1], 4.0), (CHOICE, 2.0))
    ]
    found = {(s.period, s.scope, s.forecaster): s for s in summarise(scores, "whole", date(2024, 6, 30), 0)}
    assert {k[1] for k in found} == {"total", "regions", "one", "two"}
    chosen = found["later", "regions", CHOICE]
    assert (chosen.origins, chosen.forecasts, chosen.rival) == (1, 2, BASELINES[1])
    assert (chosen.crps_km2, chosen.relative, chosen.bias_km2) == (6.0, 0.5, 2.0)
    assert chosen.coverage == (0.0, 0.0, 1.0)
    assert found["tuning", "total", BASELINES[0]].relative == 2.0
    assert chosen.relative_low is None


# --- what was known, and what came ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(toy: Path) -> Hindcast:
    return run_hindcast(toy, draws=200, first=FIRST, last=LAST)


def test_every_forecaster_is_scored_at_every_known_horizon(small: Hindcast) -> None:
    assert small.origins == (FIRST, date(2012, 7, 31), LAST)
    seen = {(s.origin, s.region, s.forecaster, s.horizon) for s in small.scores}
    assert len(seen) == len(small.scores)
    regions = {(s.origin, s.region) for s in small.scores}
    for origin, region in regions:
        known = {h for h in HORIZONS if (origin, region, CHOICE, h) in seen}
        assert known == (set(HORIZONS) if origin == FIRST else {1, 3, 6})
        assert all((origin, region, name, h) in seen for name in FORECASTERS for h in known)
    assert small.waiting == {1: 0, 3: 0, 6: 0, 12: len([r for r in regions if r[0] != FIRST])}


def test_the_truth_is_the_change_in_the_newest_record(small: Hindcast, toy: Path) -> None:
    held = estimate_panel(read_pack(toy))["control"].sel(belligerent="aldmark", region=small.root)
    compared = 0
    for s in small.scores:
        if s.region == small.root and s.forecaster == CHOICE:
            month = np.datetime64(s.origin, "M") + s.horizon + 1
            end = month.astype("datetime64[D]") - 1
            ends = [held.sel(time=str(day)).values for day in (s.origin, end)]
            both = np.isfinite(ends).all(axis=0)
            if both.sum() == np.isfinite(ends[0]).sum() == np.isfinite(ends[1]).sum():
                expected = float(np.mean((ends[1] - ends[0])[both]))
                assert s.truth_km2 == pytest.approx(expected, abs=0.02 * abs(expected) + 5)
                compared += 1
    assert compared >= 5


def test_what_is_published_after_the_origin_changes_no_byte(toy: Path, toy_copy: Path) -> None:
    rows = pd.read_csv(toy_copy / "observations.csv", dtype=str, keep_default_na=False)
    late = rows["published"] > FIRST.isoformat()
    assert 0 < late.sum() < len(rows)
    rows[~late].to_csv(toy_copy / "observations.csv", index=False)
    known, all_known = read_control(toy_copy), read_control(toy)
    one, two = series_as_of(all_known, FIRST), series_as_of(known, FIRST)
    assert list(one) == list(two)
    for region, (whole, area) in one.items():
        assert whole == two[region][0]
        assert area.tobytes() == two[region][1].tobytes()
        for forecaster in FORECASTERS.values():
            told = [forecaster(a, whole, 12, 50, 0).tobytes() for a in (area, two[region][1])]
            assert told[0] == told[1]
    after = series_as_of(all_known, FIRST + timedelta(days=31))
    assert next(iter(after.values()))[1].tobytes() != next(iter(one.values()))[1].tobytes()


@pytest.mark.parametrize("origin", [FIRST, date(2013, 1, 31)])
def test_a_pack_cut_in_memory_is_the_pack_read_as_of_the_day(toy: Path, origin: date) -> None:
    """The slow way: the pack read anew, all of it laid out, and areas month by month by label."""
    slow, cut = read_pack(toy, origin), cut_pack(read_pack(toy), origin)
    assert slow.war == cut.war
    pd.testing.assert_frame_equal(slow.observations, cut.observations)
    for name, table in slow.tables.items():
        pd.testing.assert_frame_equal(table, cut.tables[name])
    panel = estimate_panel(slow)
    quick = series_as_of(read_control(toy), origin)
    assert list(quick) == [panel.attrs["root"], *contested_regions(panel)]
    for region, (whole, area) in quick.items():
        expected = monthly_area(panel, region)[1]
        assert whole == float(panel["area"].sel(region=region))
        assert area == pytest.approx(expected[np.isfinite(expected)], rel=1e-12)


def test_a_pack_is_not_cut_at_a_day_beyond_what_it_knows(toy: Path) -> None:
    with pytest.raises(QueryError, match="2013-01-31: outside the record"):
        cut_pack(read_pack(toy, FIRST), date(2013, 1, 31))


def test_interrupted_and_resumed_is_the_same(
    small: Hindcast, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(what: str, share: float) -> None:
        if LAST.isoformat() in what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_hindcast(toy, draws=200, cache=tmp_path, progress=stop, first=FIRST, last=LAST)
    assert len(list(tmp_path.glob("hindcast-origin-*"))) == 2
    read: list[date] = []
    monkeypatch.setattr(hindcast, "series_as_of", lambda pack, day: read.append(day) or series_as_of(pack, day))
    resumed = run_hindcast(toy, draws=200, cache=tmp_path, first=FIRST, last=LAST)
    assert read == [LAST]
    assert repr(resumed) == repr(small)
    assert json.dumps(record_of(resumed)) == json.dumps(record_of(small))


def test_the_record_says_all(small: Hindcast) -> None:
    told = json.loads(json.dumps(record_of(small), allow_nan=False))
    assert told["war"] == "toy"
    assert len(told["scores"]) == len(small.scores)
    assert set(told["scores"][0]) == set(asdict(small.scores[0]))
    assert told["origins"][0] == FIRST.isoformat()


def test_a_record_that_ends_within_a_month_is_read_to_the_month_before(toy: Path) -> None:
    panel = estimate_panel(read_pack(toy, date(2013, 6, 20)))
    month, areas = newest_record(panel)
    assert str(month) == "2013-05"
    assert max(areas[panel.attrs["root"]]) == int(np.datetime64("2013-05", "M").astype(int))


def test_origins_by_hand() -> None:
    record = {480 + i: 1.0 for i in range(30)}  # January 2010 to June 2012
    end = np.datetime64("2012-06", "M")
    found = origins_of(record, end, None, None)
    assert (found[0], found[-1], len(found)) == (date(2011, 2, 28), date(2012, 3, 31), 14)
    assert origins_of(record, end, date(2012, 2, 1), date(2020, 1, 1))[-1] == date(2012, 5, 31)
    assert origins_of(record, end, date(2012, 2, 1), None)[0] == date(2012, 2, 29)


# --- what it refuses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("months", [0, 1, 14])
def test_too_short_a_record_is_refused(months: int) -> None:
    with pytest.raises(QueryError, match=f"{months} months on record; expected at least 15"):
        origins_of({480 + i: 1.0 for i in range(months)}, np.datetime64("2012-06", "M"), None, None)


def test_a_span_without_origins_is_refused() -> None:
    record = {480 + i: 1.0 for i in range(30)}
    with pytest.raises(QueryError, match="no origin between 2012-06 and 2012-05; expected a month from 2011-02"):
        origins_of(record, np.datetime64("2012-06", "M"), date(2012, 6, 30), None)


def test_too_few_draws_are_refused(toy: Path) -> None:
    with pytest.raises(QueryError, match="expected at least 100"):
        run_hindcast(toy, draws=5)


# --- the report's words ---------------------------------------------------------------------------------------------


def test_the_report_reads_a_hindcast_as_it_comes(small: Hindcast, toy: Path) -> None:
    chapter = foresight(SimpleNamespace(pack=read_pack(toy)), small)
    text = Markup(" ").join(chapter.paragraphs).striptags()
    chosen = {(s.scope, s.horizon): s for s in small.summaries if s.forecaster == CHOICE}
    assert len(chapter.tables[0].rows) == sum(scope in ("total", "regions") for scope, _ in chosen)
    assert f"{100 * chosen['total', 3].coverage[1]:.0f} % at 3 months" in text
    assert "no test of the choice" in text
    assert "nan" not in text


# --- charts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [760, 360])
def test_charts_say_source_date_and_unit(small: Hindcast, toy: Path, width: int) -> None:
    war = read_pack(toy).war
    for figure in (
        draw_hindcast_scores(war, small, "total", width),
        draw_hindcast_scores(war, small, "regions", width),
        draw_calibration(war, small, width=width),
    ):
        assert "30 June 2013" in figure.caption
        assert "km²" in figure.caption
        assert "Source" in figure.caption
        assert CHOICE in figure.caption
        assert "<path" in to_svg(figure)


def test_a_scope_or_forecaster_without_scores_is_refused(small: Hindcast, toy: Path) -> None:
    war = read_pack(toy).war
    with pytest.raises(QueryError, match="scope 'sea': no scores; expected one of total, regions"):
        draw_hindcast_scores(war, small, "sea")
    with pytest.raises(QueryError, match="forecaster 'oracle': no scores"):
        draw_calibration(war, small, "oracle")
