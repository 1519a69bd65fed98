"""One war, one day, one seed, through the stages in order; the only file that knows the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import xarray as xr

from armistice.core.endings import Ending, Weighed
from armistice.core.errors import QueryError
from armistice.core.history import History
from armistice.core.panel import on_day
from armistice.core.results import Forecast, FrontAhead
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.data.waypoints import places_on_axis
from armistice.ending import DRAWS, RESTS, draw_games, solve_war, solve_weighed
from armistice.findings import Finding, findings_of
from armistice.history import history_of
from armistice.infer.ahead import front_ahead
from armistice.infer.pace import front_pace
from armistice.settling import Settled, settle

HORIZON = 24


@dataclass(frozen=True)
class Study:
    """What the stages found out about a war as of a day.

    Attributes
    ----------
    pack : Pack
    panel : Dataset
    ahead : FrontAhead
        Of the country, every region that the front crosses on the as-of day, and every axis.
    seed : int
    ending : Ending or None
        What the war-termination game says.
    no_ending : str
        Why there is none, as a clause; empty where there is one.
    findings : tuple of Finding
        What published models say of the war, on the same draws; none where there is no ending.
    history : History or None
        The same game in past months, and its draws weighed by what the sides did; None where there is no ending.
    weighed : Weighed or None
        What the ending holds of few draws, run again by these weights; None where there is no ending.
    settled : Settled or None
        The drafts of the pack beside fighting on; None where there is no ending, no draft, or no word on how issues stand.
    """

    pack: Pack
    panel: xr.Dataset
    ahead: FrontAhead
    seed: int
    ending: Ending | None = None
    no_ending: str = ""
    findings: tuple[Finding, ...] = ()
    history: History | None = None
    weighed: Weighed | None = None
    settled: Settled | None = None

    @property
    def forecasts(self) -> dict[str, Forecast]:
        """By region; one whose record is too short has none."""
        return self.ahead.fronts


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

    Raises
    ------
    QueryError
        If the day lies before the war is counted, or no map was published by then.
    """
    progress("reading the pack")
    pack = read_pack(path_or_slug, as_of)
    if pack.war.as_of < pack.war.baseline:
        raise QueryError(
            f"{pack.war.as_of}: before {pack.war.title} is counted; expected a day from {pack.war.baseline} on; "
            "choose a later --as-of"
        )
    progress("laying out the panel")
    panel = estimate_panel(pack)
    progress("forecasting the front")
    places = {axis.id: places_on_axis(pack, axis.id) for axis in pack.war.axes}
    regions = [pack.war.root, *contested_regions(panel)]
    ahead = front_ahead(panel, pack.war, regions, places, pack.scenarios, HORIZON, seed)
    return _with_ending(Study(pack, panel, ahead, seed), draws, progress)


def _with_ending(study: Study, draws: int, progress: Callable[[str], None]) -> Study:
    """The study with the ending and all that rests on it, or with why there is none."""
    pack, panel, seed = study.pack, study.panel, study.seed
    if draws == 0:
        return replace(study, no_ending="the war-termination game was left out of this run")
    if pack.game is None:
        return replace(study, no_ending="the pack holds no judgements of costs, fears and beliefs")
    if pack.war.rests(pack.war.as_of):
        return replace(study, no_ending=RESTS)
    progress("reading the pace of the front")
    try:
        pace = front_pace(panel, pack.war, pack.game.axis)
    except QueryError:
        return replace(study, no_ending="the record is too short to tell the pace of the front")
    drawn = draw_games(pack, pace, seed, draws)
    if drawn is None:
        return replace(study, no_ending="the front does not stand on the axis that the judgements are made for")

    def note(what: str, share: float) -> None:
        progress(what)

    ending = solve_war(pack, pace, drawn, note)
    history = history_of(pack, panel, drawn, seed, note)
    weighed = solve_weighed(pack, pace, drawn, ending, history.matched, note)
    progress("asking published models")
    findings = findings_of(drawn.games)
    settled = settle(pack, drawn.games, ending.equilibrium, history, seed, progress)
    return replace(study, ending=ending, findings=findings, history=history, weighed=weighed, settled=settled)


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
