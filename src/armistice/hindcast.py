"""The hindcast: forecasts made at the end of every past month from what was published by then, held against what came.

At each origin the pack is cut down to what was known on that day, laid out and reduced to monthly areas, and every forecaster of
`armistice.infer.forecasters` says how much side A takes in the country and in each region that the front crosses that
day. The truth is the change between origin and horizon in the newest record; what a source has redrawn in between
is part of the error, and both ends are of one record, so that a redraw of the level alone is not.

Scores of n draws x against the truth y, all lower when better:

.. math:: \\mathrm{CRPS} = \\frac{1}{n} \\sum_i |x_i - y| - \\frac{1}{n^2} \\sum_i (2 i - n - 1) x_{(i)},

(Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation", Journal of the American Statistical
Association 102, 2007; here the form by sorted draws), and the logarithmic score :math:`-\\ln \\hat f(y)` with a normal
kernel of bandwidth :math:`0.9 \\min(s, \\mathrm{IQR} / 1.34)\\, n^{-1/5}` (Silverman 1986), at least `LEAST_BANDWIDTH`
km², and the density at least `LEAST_DENSITY` per km². Origins a month apart share most of a long horizon. Ranges
of a ratio of mean scores therefore come from a bootstrap of circular blocks of `BLOCK` consecutive origins (Politis and
Romano 1992), shortened to half of the origins where there are fewer than two blocks; such ranges are too narrow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from armistice.core.digest import Cache, code_digest, digest_of, folder_digest
from armistice.core.errors import QueryError
from armistice.core.packs import find_pack
from armistice.core.scores import DriverScore, Hindcast, Score, ScoreSummary
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.data.tables import QUANTITIES
from armistice.infer.baseline import monthly_level
from armistice.infer.drivers import LAGS, driven_pace, monthly_driver, moved_by
from armistice.infer.forecasters import BASELINES, CHOICE, FORECASTERS, LEAST_MONTHS
from armistice.study import contested_regions

HORIZONS = (1, 3, 6, 12)
LEVELS = (0.5, 0.8, 0.9)
TUNED_TO = date(2024, 6, 30)
"""The last origin on which forecasters were chosen and tuned."""
DRIVERS = (
    "losses_personnel", "losses_with_captured", "losses_dead_named", "losses_equipment", "aid_military", "aid_financial", "aid_given_military",
)  # fmt: skip
"""Quantities that `driver_scores` tries."""
REACH = 3
"""The last origin lies so many months before the end of the record, unless it is given."""
DRAWS = 2000
BLOCK = 12
RESAMPLES = 2000
LEAST_BANDWIDTH = 1.0
LEAST_DENSITY = 1e-6
PERIODS = ("tuning", "later")
Series = dict[str, tuple[float, np.ndarray]]
"""Region → (land area, km²; land held by side A at month ends, km², oldest first, without the months before the record)."""
Progress = Callable[[str, float], None]


# --- what was known, and what came ------------------------------------------------------------------------------


def month_end(month: np.datetime64) -> date:
    """The last day of a month."""
    found: date = ((month.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1).astype(date)
    return found


def read_control(path: str | Path) -> Pack:
    """A pack with nothing but who held the country and its regions: all that monthly areas are made of."""
    pack = read_pack(path)
    regions = [r.id for r in pack.war.regions.values() if r.level <= 1]
    rows = pack.observations
    rows = rows[(rows["quantity"] == "control") & rows["region"].isin(regions)]
    return replace(pack, war=replace(pack.war, axes=()), observations=rows)


@dataclass(frozen=True)
class _Archive:
    """The pack of a war, read when first asked for: a run whose stages are all kept reads nothing."""

    path: str | Path
    as_of: date | None

    @cached_property
    def control(self) -> Pack:
        pack = read_control(self.path)
        return pack if self.as_of is None else cut_pack(pack, self.as_of)


def series_as_of(pack: Pack, origin: date) -> Series:
    """Monthly areas of the country and of the regions contested on a day, from what was published by it.

    Parameters
    ----------
    pack : Pack
        As known on the origin or later, such as `read_control` gives.
    origin : date
        The end of a month.
    """
    return series_of(estimate_panel(cut_pack(pack, origin)))


def series_of(panel: xr.Dataset) -> Series:
    """Monthly areas of the country and of the regions contested on the last day of a panel.

    Returns
    -------
    dict
        The country first; regions with at least `LEAST_MONTHS` months on record.
    """
    found = {}
    for region, area in _monthly_areas(panel, [panel.attrs["root"], *contested_regions(panel)]).items():
        known = area[np.isfinite(area)]
        if len(known) >= LEAST_MONTHS:
            found[region] = (float(panel["area"].sel(region=region)), known)
    return found


def _monthly_areas(panel: xr.Dataset, regions: Iterable[str]) -> dict[str, np.ndarray]:
    """`monthly_area` of several regions, read off bare arrays: what labels cost, they cost every month of each."""
    control = panel["control"].sel(belligerent=panel.attrs["side_a"])
    times = {"time": panel["time"].values}
    return {
        str(r): monthly_level(panel, xr.DataArray(control.sel(region=r).values, times, ("time", "source")))[1]
        for r in regions
    }


def newest_record(panel: xr.Dataset) -> tuple[np.datetime64, dict[str, dict[int, float]]]:
    """The last month with an end on record, and by region the area held at the end of each month, km².

    Months are counted from January 1970.
    """
    day = np.datetime64(panel.attrs["as_of"], "D")
    month = day.astype("datetime64[M]")
    if month_end(month) != day.astype(date):
        month = month - 1
    end = np.datetime64(month_end(month), "ns")
    panel = panel.sel(time=slice(None, end)).assign_attrs(as_of=month_end(month).isoformat())
    record = {}
    for region, area in _monthly_areas(panel, panel["region"].values).items():
        first = int(month.astype(int)) - len(area) + 1
        record[region] = {first + i: float(v) for i, v in enumerate(area) if np.isfinite(v)}
    return month, record


def origins_of(
    record: dict[int, float], last_month: np.datetime64, first: date | None, last: date | None
) -> list[date]:
    """Ends of months from which forecasts are made.

    Parameters
    ----------
    record : dict
        Month → area of the country by the newest record.
    last_month : datetime64
        Last month on record.
    first, last : date, optional
        Days in the first and last month; by default the first month with `LEAST_MONTHS` on record, and `REACH`
        months before the last.

    Raises
    ------
    QueryError
        If there is none.
    """
    if len(record) < LEAST_MONTHS + 1:
        raise QueryError(
            f"{len(record)} months on record; expected at least {LEAST_MONTHS + 1}, so that one forecast can be scored; "
            "build the pack from a longer record"
        )
    earliest = np.datetime64(min(record) + LEAST_MONTHS - 1, "M")
    begin = earliest if first is None else max(np.datetime64(first, "M"), earliest)
    end = last_month - REACH if last is None else min(np.datetime64(last, "M"), last_month - min(HORIZONS))
    if last is None and end < begin:
        end = last_month - min(HORIZONS)
    if end < begin:
        raise QueryError(
            f"no origin between {begin} and {end}; expected a month from {earliest} to {last_month - min(HORIZONS)}; "
            "choose such months"
        )
    return [month_end(m) for m in np.arange(begin, end + 1)]


# --- scores -----------------------------------------------------------------------------------------------------


def crps(draws: np.ndarray, truth: float) -> float:
    """Continuous ranked probability score of draws, in their unit."""
    ordered, n = np.sort(draws), len(draws)
    spread = float(np.sum((2 * np.arange(1, n + 1) - n - 1) * ordered)) / n**2
    return max(float(np.mean(np.abs(ordered - truth))) - spread, 0.0)


def log_score(draws: np.ndarray, truth: float) -> float:
    """Minus the logarithm of the smoothed density of draws at the truth, per unit of the draws."""
    low, high = np.quantile(draws, [0.25, 0.75])
    width = 0.9 * min(float(np.std(draws)), float(high - low) / 1.34) * len(draws) ** -0.2
    width = max(width, LEAST_BANDWIDTH)
    density = float(np.mean(np.exp(-0.5 * ((truth - draws) / width) ** 2))) / (width * np.sqrt(2 * np.pi))
    return -float(np.log(max(density, LEAST_DENSITY)))


def score_draws(draws: np.ndarray, truth: float, key: tuple[date, str, str, int]) -> Score:
    """All scores of the draws of one forecast; `key` is origin, region, forecaster and horizon."""
    at = np.quantile(draws, [0.5, *((1 - level) / 2 for level in LEVELS), *((1 + level) / 2 for level in LEVELS)])
    low, high = np.split(at[1:], 2)
    slack = 1e-9 * max(1.0, abs(truth))
    half, most, nearly_all = (low - slack <= truth) & (truth <= high + slack)
    pit = float(np.mean(draws < truth) + 0.5 * np.mean(draws == truth))
    return Score(
        *key, truth, float(at[0]), crps(draws, truth), log_score(draws, truth), pit,
        (bool(half), bool(most), bool(nearly_all)),
    )  # fmt: skip


def _scores_of(
    series: Series, origin: date, record: dict[str, dict[int, float]], draws: int, seed: int
) -> Iterator[Score]:
    now = int(np.datetime64(origin, "M").astype(int))
    for region, (whole, area) in series.items():
        held = record.get(region, {})
        known = [h for h in HORIZONS if now in held and now + h in held]
        if not known:
            continue
        for name, forecaster in FORECASTERS.items():
            found = forecaster(area, whole, max(known), draws, seed)
            for h in known:
                yield score_draws(found[:, h - 1], held[now + h] - held[now], (origin, region, name, h))


# --- means ------------------------------------------------------------------------------------------------------


def block_bootstrap(ours: np.ndarray, theirs: np.ndarray, seed: int) -> tuple[float, float] | None:
    """Central 90 % of the ratio of two mean scores over resampled origins; None with fewer than four origins.

    Parameters
    ----------
    ours, theirs : array, shape (origins,)
        In the order of the origins.
    seed : int
    """
    n = len(ours)
    if n < 4:
        return None
    length = block_length(n)
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, n, (RESAMPLES, -(-n // length)))
    at = ((starts[:, :, None] + np.arange(length)) % n).reshape(RESAMPLES, -1)[:, :n]
    below = theirs[at].mean(axis=1)
    ratio = np.divide(ours[at].mean(axis=1), below, out=np.ones(RESAMPLES), where=below > 0)
    low, high = np.quantile(ratio, [0.05, 0.95])
    return float(low), float(high)


def block_length(origins: int) -> int:
    """Consecutive origins in a block."""
    return BLOCK if origins >= 2 * BLOCK else max(origins // 2, 1)


def summarise(scores: Iterable[Score], root: str, tuned_to: date, seed: int) -> tuple[ScoreSummary, ...]:
    """Means by period, scope, horizon and forecaster; periods and scopes without an outcome are left out."""
    groups: dict[tuple[str, str, int], dict[str, list[Score]]] = {}
    for s in scores:
        period = PERIODS[s.origin > tuned_to]
        for scope in ("total",) if s.region == root else ("regions", s.region):
            groups.setdefault((period, scope, s.horizon), {}).setdefault(s.forecaster, []).append(s)
    out: list[ScoreSummary] = []
    for key in sorted(groups, key=lambda k: (PERIODS.index(k[0]), k[1] != "total", k[1] != "regions", k[1], k[2])):
        by_name = groups[key]
        by_origin = {name: _origin_means(rows) for name, rows in by_name.items()}
        mean = {name: float(np.mean([r.crps_km2 for r in rows])) for name, rows in by_name.items()}
        rival = min((n for n in BASELINES if n in mean), key=lambda n: mean[n])
        out += [_summary(key, n, rows, rival, mean, by_origin, seed) for n, rows in by_name.items()]
    return tuple(out)


def _summary(
    key: tuple[str, str, int], name: str, rows: list[Score], rival: str, mean: dict[str, float],
    by_origin: dict[str, np.ndarray], seed: int,
) -> ScoreSummary:  # fmt: skip
    origins = len(by_origin[name])
    half, most, nearly_all = (float(np.mean([r.inside[i] for r in rows])) for i in range(len(LEVELS)))
    low, high = block_bootstrap(by_origin[name], by_origin[rival], seed) or (None, None)
    return ScoreSummary(
        key[0], key[1], name, key[2], origins, len(rows), mean[name], float(np.mean([r.log_score for r in rows])),
        float(np.mean([r.median_km2 - r.truth_km2 for r in rows])), (half, most, nearly_all), rival,
        mean[name] / mean[rival] if mean[rival] > 0 else 1.0, low, high, block_length(origins),
    )  # fmt: skip


def _origin_means(rows: list[Score]) -> np.ndarray:
    """Sum of the CRPS of each origin, in order: sums, so that a ratio of means weighs every forecast alike."""
    origins = sorted({r.origin for r in rows})
    total = dict.fromkeys(origins, 0.0)
    for r in rows:
        total[r.origin] += r.crps_km2
    return np.array([total[o] for o in origins])


# --- the whole --------------------------------------------------------------------------------------------------


def run_hindcast(
    path: str | Path,
    seed: int = 0,
    draws: int = DRAWS,
    cache: Path | None = None,
    progress: Progress = lambda what, share: None,
    first: date | None = None,
    last: date | None = None,
    as_of: date | None = None,
) -> Hindcast:
    """Forecast from the end of every past month and score what came true.

    Parameters
    ----------
    path : path or slug
    seed : int
    draws : int
        Of each forecast, at least 100.
    cache : Path, optional
        Folder in which finished origins are kept, so that an interrupted run goes on where it stopped.
    progress : callable
        Called with what is done and the share done.
    first, last : date, optional
        As in `origins_of`.
    as_of : date, optional
        Day of knowledge of the outcomes; the pack's own by default.

    Raises
    ------
    QueryError
        If the record is too short for one forecast with a known outcome, or there are too few draws.
    """
    if draws < 100:
        raise QueryError(f"draws {draws}: too few to score; expected at least 100; choose more")
    folder, store, archive = find_pack(path), Cache(cache), _Archive(path, as_of)
    made_of = (folder_digest(folder), code_digest(), as_of)
    progress("reading the newest record", 0.0)
    truth = json.loads(store.text("hindcast-record", digest_of(*made_of), lambda: _record_text(archive.control)))
    last_month = np.datetime64(truth["month"], "M")
    record = {r: {int(m): v for m, v in months.items()} for r, months in truth["areas"].items()}
    origins = origins_of(record[truth["root"]], last_month, first, last)
    scores: list[Score] = []
    waiting = dict.fromkeys(HORIZONS, 0)
    for done, origin in enumerate(origins):
        progress(f"forecasting as of {origin}", done / len(origins))

        def make(day: date = origin) -> str:
            series = series_as_of(archive.control, day)
            rows = [asdict(s) for s in _scores_of(series, day, record, draws, seed)]
            return json.dumps({"regions": list(series), "scores": rows}, default=str)

        kept = json.loads(store.text("hindcast-origin", digest_of(*made_of, origin, seed, draws), make))
        found = [_score_of(row) for row in kept["scores"]]
        scores += found
        for h in HORIZONS:
            waiting[h] += len(kept["regions"]) - len({s.region for s in found if s.horizon == h})
    progress("scoring", 1.0)
    if not scores:
        raise QueryError("no forecast with a known outcome; expected at least one; choose earlier origins")
    return Hindcast(
        truth["slug"], date.fromisoformat(truth["as_of"]), truth["root"], CHOICE, TUNED_TO, seed, draws,
        tuple(origins), waiting, tuple(scores), summarise(scores, truth["root"], TUNED_TO, seed),
    )  # fmt: skip


def _record_text(pack: Pack) -> str:
    panel = estimate_panel(pack)
    month, areas = newest_record(panel)
    attrs = {key: panel.attrs[key] for key in ("slug", "as_of", "root")}
    return json.dumps({**attrs, "month": str(month), "areas": areas})


def _score_of(row: dict[str, Any]) -> Score:
    return Score(**{**row, "origin": date.fromisoformat(row["origin"]), "inside": tuple(row["inside"])})


# --- drivers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DriverCase:
    """One forecast to be made with each driver and without any, and what came.

    Attributes
    ----------
    region : str
    whole_km2 : float
    area : array, shape (months + 1,)
        km², as `series_of` gives it.
    drivers : dict of array, shape (months,)
        As `armistice.infer.drivers.monthly_driver` gives them, for the months that end with ``area[1:]``.
    truth_km2 : dict
        Horizon → net area taken.
    """

    region: str
    whole_km2: float
    area: np.ndarray
    drivers: dict[str, np.ndarray]
    truth_km2: dict[int, float]


def driver_scores(
    path: str | Path,
    seed: int = 0,
    draws: int = 400,
    first: date | None = None,
    last: date | None = TUNED_TO,
    moved: int = 0,
) -> tuple[DriverScore, ...]:
    """Whether losses and aid would have improved the scaled pace on the tuning origins.

    Parameters
    ----------
    path : path or slug
    seed, draws : int
    first, last : date, optional
        As in `origins_of`.
    moved : int
        Months by which the drivers of the newest record are moved, the last ones put in front, so that they can tell
        of nothing: what luck alone would give. What was not published by an origin stays out.

    Raises
    ------
    QueryError
        If the record is too short for one forecast with a known outcome.
    """
    pack = read_pack(path)
    newest = estimate_panel(pack)
    month, record = newest_record(newest)
    begin = np.datetime64(newest["time"].values[0], "M")
    lucky = {name: moved_by(told, moved) for name, told in drivers_of(newest, np.arange(begin, month + 1)).items()}
    cases = []
    for origin in origins_of(record[pack.war.root], month, first, last):
        panel = estimate_panel(cut_pack(pack, origin))
        now = int(np.datetime64(origin, "M").astype(int))
        for region, (whole, area) in series_of(panel).items():
            held = record.get(region, {})
            came = {h: held[now + h] - held[now] for h in HORIZONS if now in held and now + h in held}
            months = np.datetime64(origin, "M") - np.arange(len(area) - 1)[::-1]
            drivers = drivers_of(panel, months)
            if moved:
                at = (months - begin).astype(int)
                drivers = {k: np.where(np.isfinite(v), lucky[k][at], np.nan) for k, v in drivers.items() if k in lucky}
            cases.append(DriverCase(region, whole, area, drivers, came))
    return compare_drivers(cases, pack.war.root, seed, draws)


def drivers_of(panel: xr.Dataset, months: np.ndarray) -> dict[str, np.ndarray]:
    """Losses by side and source, and aid received and given, month by month as published by the end of the panel."""
    sides = {panel.attrs["side_a"]: "side A", panel.attrs["side_b"]: "side B"}
    found = {}
    for name in (q for q in DRIVERS if q in panel):
        counted = QUANTITIES[name].kind == "cumulative"
        for source in panel["source"].values:
            told = panel[name].sel(source=source)
            if "donor" in told.dims:
                given = told.sum("donor", min_count=1)
                largest = told["donor"].values[int(np.argmax(told.sum("time").values))]
                parts = {"all donors": given, "largest donor": told.sel(donor=largest)}
            else:
                parts = {words: told.sel(belligerent=side) for side, words in sides.items()}
            for words, values in parts.items():
                if bool(values.notnull().any()):
                    bare = xr.DataArray(values.values, {"time": panel["time"].values}, ("time",))
                    found[f"{name}, {words}, {source}"] = monthly_driver(bare, months, counted)
    return found


def compare_drivers(cases: Iterable[DriverCase], root: str, seed: int, draws: int) -> tuple[DriverScore, ...]:
    """Mean CRPS of the scaled pace with each driver at each lag, over that without it, by scope and horizon."""
    sums: dict[tuple[str, int, str, int], list[tuple[float, float, bool]]] = {}
    for case in cases:
        scope, months = "total" if case.region == root else "regions", max(case.truth_km2, default=0)
        if not months:
            continue
        plain = FORECASTERS["scaled pace"](case.area, case.whole_km2, months, draws, seed)
        without = {h: crps(plain[:, h - 1], truth) for h, truth in case.truth_km2.items()}
        for name, driver in case.drivers.items():
            for lag in LAGS:
                found = driven_pace(case.area, driver, lag, case.whole_km2, months, draws, seed)
                told = not np.array_equal(found, plain)
                for h, truth in case.truth_km2.items():
                    ours = crps(found[:, h - 1], truth) if told else without[h]
                    sums.setdefault((name, lag, scope, h), []).append((ours, without[h], told))
    out = []
    for key, rows in sorted(sums.items()):
        ours, theirs, informed = (sum(r[i] for r in rows) for i in range(3))
        out.append(DriverScore(*key, len(rows), int(informed), ours / theirs if theirs > 0 else 1.0))
    return tuple(out)


# --- as plain values and in words -------------------------------------------------------------------------------


def record_of(hindcast: Hindcast) -> dict[str, Any]:
    """The hindcast as plain values for JSON: what was done, the means, and every single score."""
    return {
        "war": hindcast.slug,
        "as_of": hindcast.as_of.isoformat(),
        "chosen": hindcast.chosen,
        "tuned_to": hindcast.tuned_to.isoformat(),
        "seed": hindcast.seed,
        "draws": hindcast.draws,
        "origins": [o.isoformat() for o in hindcast.origins],
        "waiting": {str(h): n for h, n in hindcast.waiting.items()},
        "summaries": [_rounded(asdict(s)) for s in hindcast.summaries],
        "scores": [_rounded({**asdict(s), "origin": s.origin.isoformat()}) for s in hindcast.scores],
    }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, tuple):
            return [plain(v) for v in value]
        return round(value, 4) if isinstance(value, float) else value

    return {key: plain(value) for key, value in row.items()}


def in_words(found: Hindcast) -> Iterator[str | list[dict[str, Any]]]:
    """A hindcast for readers: what was scored, the scores as a table, what waits."""
    yield (
        f"{len(found.origins)} origins, {found.origins[0]} to {found.origins[-1]}, held against the record of {found.as_of}; "
        f"chosen on those up to {found.tuned_to}: {found.chosen}. CRPS and bias in km²."
    )
    rows = [
        {
            "place": s.scope, "origins": f"{s.period} ({s.origins})", "months": s.horizon, "forecaster": s.forecaster,
            "CRPS": f"{s.crps_km2:,.1f}", "beside best baseline": f"{s.relative:.2f}", "log score": f"{s.log_score:.2f}",
            "bias": f"{s.bias_km2:,.0f}", "50/80/90 %": "/".join(f"{100 * c:.0f}" for c in s.coverage),
        }
        for s in found.summaries
        if s.scope in ("total", "regions")
    ]  # fmt: skip
    yield rows
    waiting = ", ".join(f"{n} at {h} months" for h, n in found.waiting.items() if n)
    yield f"Forecasts that wait for their outcome: {waiting or 'none'}."
