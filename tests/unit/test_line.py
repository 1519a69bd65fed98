"""The true line from the sources alone: whether its range holds the truth, and what widens or narrows it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from armistice.core.errors import QueryError
from armistice.core.war import War
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.infer.line import (
    LEAST_MOVED_KM2,
    OFFSET_KM2,
    OFFSET_LOG_SD,
    TAIL,
    learn_biases,
    line_of,
    line_over,
    lines_of,
    listed_redraws,
)

AREA = 10_000.0
DAY = date(2013, 6, 30)
MONTHS = np.arange(np.datetime64("2010-07"), np.datetime64("2013-07"))
DAYS = (MONTHS + 1).astype("datetime64[D]") - 1


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def panel(pack: Pack) -> xr.Dataset:
    return estimate_panel(pack)


def simulated(
    war: War,
    rng: np.random.Generator,
    omega: float | np.ndarray,
    sources: int = 2,
    fronts: int = 6,
    error: float = 10.0,
    grey: float = 0.0,
) -> tuple[xr.Dataset, np.ndarray]:
    """A panel whose maps stray from a known line by standing biases of sd `omega` and errors of a day; the lines of the last day."""
    regions = [war.root, *(f"r{n}" for n in range(fronts))]
    line = 3000 + np.cumsum(rng.normal(20, 15, (len(DAYS), fronts)), axis=0)
    told = line[:, None] + rng.normal(0, omega, (sources, fronts)) + rng.normal(0, error, (len(DAYS), sources, fronts))
    whole = np.concatenate([told.sum(axis=2, keepdims=True), told], axis=2)
    area = np.array([AREA * fronts, *[AREA] * fronts])
    held = np.stack([whole, area - whole], axis=-1)
    dims = ("time", "source", "region", "belligerent")
    sides = ["a", "b"]
    panel = xr.Dataset(
        {
            "control": (dims, held), "control_low": (dims, held - grey / 2), "control_high": (dims, held + grey / 2),
            "area": ("region", area),
        },
        coords={"time": DAYS.astype("datetime64[ns]"), "source": [f"s{n}" for n in range(sources)], "region": regions, "belligerent": sides},
        attrs={"as_of": str(DAY), "root": war.root, "side_a": "a", "side_b": "b"},
    )  # fmt: skip
    return panel, line[-1]


@pytest.mark.parametrize(
    ("omega", "sources", "grey"), [(40.0, 2, 0.0), (200.0, 3, 0.0), (None, 2, 0.0), (None, 1, 60.0)]
)
def test_four_times_in_five_the_truth_lies_between_the_ends(
    pack: Pack, omega: float | None, sources: int, grey: float
) -> None:
    """With several maps for biases of any size; with one map, which tells nothing of them, for those of the prior."""
    hits, below = [], []
    for seed in range(15):
        rng = np.random.default_rng([seed, sources])
        common = OFFSET_KM2 * np.exp(rng.normal(0, OFFSET_LOG_SD))
        own = common * np.sqrt(TAIL / rng.chisquare(TAIL, 12)) if omega is None else omega
        panel, truth = simulated(pack.war, rng, own, sources, 12, grey=grey)
        names = [f"r{n}" for n in range(len(truth))]
        found = lines_of(panel, names, DAY, learn_biases(panel, pack.war))
        hits += [found[r].low <= x <= found[r].high for r, x in zip(names, truth, strict=True)]
        below += [x < found[r].central for r, x in zip(names, truth, strict=True)]
    assert 0.70 <= np.mean(hits) <= 0.90
    assert 0.42 <= np.mean(below) <= 0.58


def test_maps_that_differ_more_leave_a_wider_line(pack: Pack) -> None:
    near, far = (
        line_of(simulated(pack.war, np.random.default_rng(4), omega)[0], pack.war, "r0", DAY) for omega in (5.0, 400.0)
    )
    assert far.high - far.low > 3 * (near.high - near.low)


def test_years_of_one_disagreement_say_no_more_than_it(pack: Pack) -> None:
    """Standing biases are one number for each pair of maps: more months make the mean surer, not the bias smaller."""
    panel, _ = simulated(pack.war, np.random.default_rng(2), 100.0, error=0.1)
    whole = learn_biases(panel, pack.war)
    late = learn_biases(panel.isel(time=slice(-3, None)), pack.war)
    for n in range(6):
        assert late.spread(f"r{n}") == pytest.approx(whole.spread(f"r{n}"), rel=0.15)


def test_the_line_is_the_mean_of_two_maps_and_surer_than_one(pack: Pack) -> None:
    panel, _ = simulated(pack.war, np.random.default_rng(3), 100.0)
    both = line_of(panel, pack.war, "r1", DAY)
    told = panel["control"].sel(region="r1", belligerent="a").values[-1]
    assert both.central == pytest.approx(told.mean(), abs=0.01)
    assert both.sources == ("s0", "s1")
    alone = line_of(panel.isel(source=[0]), pack.war, "r1", DAY)
    assert alone.sources == ("s0",)
    assert alone.central == pytest.approx(told[0], abs=0.01)
    assert alone.high - alone.low > 1.3 * (both.high - both.low)


def test_a_redraw_cuts_the_record(pack: Pack) -> None:
    panel, _ = simulated(pack.war, np.random.default_rng(6), 20.0)
    jump = 900.0
    values = panel["control"].copy(deep=True).values
    values[:-6, 1, 1, 0] += jump
    values[:-6, 1, 1, 1] -= jump
    moved = panel.assign({k: (panel[k].dims, values) for k in ("control", "control_low", "control_high")})
    listed = [("s1", "r0", date(2013, 1, 10), -jump)]
    cut, uncut = (learn_biases(moved, pack.war, redraws).spread("r0") for redraws in (listed, []))
    assert uncut > 3 * cut
    assert cut == pytest.approx(learn_biases(panel, pack.war).spread("r0"), rel=0.5)
    later = [("s1", "r0", date(2014, 1, 10), -jump)]
    assert learn_biases(moved, pack.war, later).spread("r0") == uncut, "what comes after the as-of day is passed over"


def test_a_grey_zone_widens_and_the_region_bounds(pack: Pack) -> None:
    sharp, wide = (
        line_of(simulated(pack.war, np.random.default_rng(7), 30.0, grey=grey)[0], pack.war, "r2", DAY)
        for grey in (0.0, 900.0)
    )
    assert wide.high - wide.low > 2 * (sharp.high - sharp.low)
    panel, _ = simulated(pack.war, np.random.default_rng(8), 100.0)
    panel["area"].loc[{"region": "r0"}] = float(panel["control"].sel(region="r0", belligerent="a")[-1].mean()) + 20
    assert line_of(panel, pack.war, "r0", DAY).high == float(panel["area"].sel(region="r0"))


def test_a_region_without_a_line_has_no_bias(pack: Pack) -> None:
    panel, _ = simulated(pack.war, np.random.default_rng(9), 100.0)
    panel["control"].loc[{"region": "r3", "belligerent": "a"}] = 0.0
    for name in ("control_low", "control_high"):
        panel[name].loc[{"region": "r3", "belligerent": "a"}] = 0.0
    biases = learn_biases(panel, pack.war)
    assert "r3" not in biases.weight
    quiet = lines_of(panel, ["r3"], DAY, biases)["r3"]
    assert quiet.low == quiet.central == 0
    assert quiet.high < LEAST_MOVED_KM2 / 10


def test_the_toy_war(pack: Pack, panel: xr.Dataset) -> None:
    redraws = listed_redraws(pack.tables["redraws"])
    assert all(len(row) == 4 for row in redraws)
    biases = learn_biases(panel, pack.war, redraws)
    for weight in biases.weight.values():
        assert weight.sum() == pytest.approx(1)
    country = line_of(panel, pack.war, pack.war.root, pack.war.as_of, redraws)
    assert country == line_of(panel, pack.war, pack.war.root, pack.war.as_of, biases=biases)
    assert 0 <= country.low < country.central < country.high
    whole = float(panel["area"].sel(region=pack.war.root))
    assert country.beyond(whole).low == pytest.approx(whole - country.high)
    days = [date(2012, 12, 31), date(2013, 1, 31), date(1990, 1, 1)]
    assert [x.day for x in line_over(panel, pack.war.root, days, biases)] == days[:2], "a day without a map is left out"


def test_what_cannot_be_told_is_refused(pack: Pack, panel: xr.Dataset) -> None:
    with pytest.raises(QueryError, match="nowhere"):
        line_of(panel, pack.war, "nowhere", pack.war.as_of)
    with pytest.raises(QueryError, match="no source has a map"):
        line_of(panel, pack.war, pack.war.root, date(1990, 1, 1))
