"""The contract of the panel: what every reader of it may rely on.

A panel is an `xarray.Dataset`. Its variables use the dimensions ``time, source, region, belligerent`` (and
``donor``, ``axis``) in that order; a variable has only those it needs.

=================  ==================================  =============  ==========================================
variable           dimensions                          unit           meaning
=================  ==================================  =============  ==========================================
control            time, source, region, belligerent   km²            land held; ``control_low``, ``control_high``
people             time, source, region, belligerent   persons        people of the population date in land held
front              time, source, axis                  steps          steps of the axis held by side A
<quantity>         time, source, belligerent           its own        every other quantity of the observations
aid_given_*        time, source, donor                 EUR million    aid by donor
area               region                              km²            land area
population         region                              persons        on the population date
=================  ==================================  =============  ==========================================

States hold on each day; cumulative counts stand on the day up to which they count; flows stand on the last day
of their period. Missing is NaN, never zero: a day without a map is a gap.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from armistice.core.errors import ArmisticeError

DIMENSIONS = ("draw", "time", "source", "region", "belligerent", "donor", "axis")
_TRIPLES = (("control_low", "control", "control_high"), ("people_low", "people", "people_high"))


class PanelError(ArmisticeError):
    """A panel that breaks its contract; a defect of the program, not of the user's data."""


def check_panel(panel: xr.Dataset) -> xr.Dataset:
    """Return the panel if it keeps its contract.

    Raises
    ------
    PanelError
        Naming the first promise that is broken.
    """
    for name, variable in panel.data_vars.items():
        places = [DIMENSIONS.index(str(d)) for d in variable.dims if d in DIMENSIONS]
        if places != sorted(places) or len(places) != len(variable.dims):
            raise PanelError(f"{name}: dimensions {variable.dims}; expected the order {', '.join(DIMENSIONS)}")
    for key in ("slug", "as_of", "digest", "root", "side_a", "side_b"):
        if key not in panel.attrs:
            raise PanelError(f"no attribute {key}; expected the war, its day and its digest")
    if not panel["time"].to_index().is_monotonic_increasing:
        raise PanelError("time runs backwards; expected increasing days")
    for low, value, high in _TRIPLES:
        if value in panel:
            wrong = (panel[low] > panel[value] + 1e-6) | (panel[value] > panel[high] + 1e-6)
            if bool(wrong.any()):
                raise PanelError(f"{value} outside its range; expected low ≤ value ≤ high")
    share = panel["control"].sum("belligerent", skipna=False) / panel["area"]
    if bool((np.abs(share - 1) > 0.016).any()):
        raise PanelError("shares of control do not sum to one; expected one, within 1.5 %")
    return panel


MAP_REACH = 7
"""Days back within which a map still speaks for a day."""


def on_day(values: xr.DataArray, day: np.datetime64, reach: int = MAP_REACH) -> xr.DataArray:
    """What is known of a quantity on a day: its last value within the `reach` days that end there.

    Parameters
    ----------
    values : DataArray
        With the dimension ``time`` first.
    day : datetime64
    reach : int
        Days, the day itself included.

    Returns
    -------
    DataArray
        Without ``time``; NaN where nothing is known.
    """
    end = day.astype("datetime64[D]").astype("datetime64[ns]")
    window = values.sel(time=slice(end - np.timedelta64(reach - 1, "D"), end))
    out = np.full(window.shape[1:], np.nan)
    for row in window.values:
        out = np.where(np.isfinite(row), row, out)
    return xr.DataArray(
        out, coords={k: v for k, v in values.coords.items() if "time" not in v.dims}, dims=values.dims[1:]
    )
