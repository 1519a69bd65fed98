"""One war, one day, one seed, through the stages in order; the only file that knows the order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xarray as xr

from armistice.core.endings import Ending
from armistice.core.errors import QueryError
from armistice.core.panel import on_day
from armistice.core.results import Forecast
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.ending import DRAWS, games_of, solve_war
from armistice.findings import Finding, findings_of
from armistice.infer.baseline import forecast_area
from armistice.infer.pace import front_pace

HORIZON = 24


@dataclass(frozen=True)
class Study:
    """What the stages found out about a war as of a day.

    Attributes
    ----------
    pack : Pack
    panel : Dataset
    forecasts : dict of Forecast
        By region: the country, and every region that the front crosses on the as-of day; a region whose record
        is too short has none.
    seed : int
    ending : Ending or None
        What the war-termination game says.
    no_ending : str
        Why there is none, as a clause; empty where there is one.
    findings : tuple of Finding
        What published models say of the war, on the same draws; none where there is no ending.
    """

    pack: Pack
    panel: xr.Dataset
    forecasts: dict[str, Forecast]
    seed: int
    ending: Ending | None = None
    no_ending: str = ""
    findings: tuple[Finding, ...] = ()


def run_study(
    path_or_slug: str | Path,
    as_of: date | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda what: None,
    draws: int = DRAWS,
) -> Study:
    """Read a pack and run the stages.

    Parameters
    ----------
    path_or_slug : path or str
    as_of : date, optional
        Day of knowledge; the pack's own by default.
    seed : int
    progress : callable
        Called with the name of each stage.
    draws : int
        Of the war-termination game; 0 leaves it out.
    """
    progress("reading the pack")
    pack = read_pack(path_or_slug, as_of)
    progress("laying out the panel")
    panel = estimate_panel(pack)
    progress("forecasting at the recent pace")
    regions = [pack.war.root, *contested_regions(panel)]
    forecasts = {}
    for region in regions:
        with contextlib.suppress(QueryError):  # a record too short to forecast from is shown without a forecast
            forecasts[region] = forecast_area(panel, region, HORIZON, seed)
    return Study(pack, panel, forecasts, seed, *_ending(pack, panel, seed, draws, progress))


def _ending(
    pack: Pack, panel: xr.Dataset, seed: int, draws: int, progress: Callable[[str], None]
) -> tuple[Ending | None, str, tuple[Finding, ...]]:
    """The ending, or why there is none, and what published models say."""
    if draws == 0:
        return None, "the war-termination game was left out of this run", ()
    if pack.game is None:
        return None, "the pack holds no judgements of costs, fears and beliefs", ()
    progress("reading the pace of the front")
    try:
        pace = front_pace(panel, pack.war, pack.game.axis)
    except QueryError:
        return None, "the record is too short to tell the pace of the front", ()
    ending = solve_war(pack, pace, seed, draws, lambda what, share: progress(what))
    if ending is None:
        return None, "the front does not stand on the axis that the judgements are made for", ()
    progress("asking published models")
    return ending, "", findings_of(games_of(pack, pace, seed, draws))


WHOLE = 0.995
"""A region counts as held whole, or not at all, within half a per cent of its area: maps are no more exact."""


def contested_regions(panel: xr.Dataset) -> list[str]:
    """Regions of the country crossed by the front on the last mapped day, by land held by side A, largest first."""
    share = shares_of_a(panel)
    own = {k: v for k, v in share.items() if 1 - WHOLE < v < WHOLE}
    return sorted(own, key=lambda r: -own[r] * float(panel["area"].sel(region=r)))


def shares_of_a(panel: xr.Dataset) -> dict[str, float]:
    """Share of each region (not of the country) held by side A on the last day, by the mean of the sources."""
    held = on_day(panel["control"].sel(belligerent=panel.attrs["side_a"]), panel["time"].values[-1]).mean("source")
    share = held / panel["area"]
    return {str(r): float(share.sel(region=r)) for r in panel["region"].values if r != panel.attrs["root"]}
