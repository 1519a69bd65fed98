"""All that past wars say of a war that has lasted some months, from the record: what a chapter of a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from armistice.core.durations import DurationFit, Likeness, PastWars, SeverityTail
from armistice.core.errors import QueryError
from armistice.past.analogues import likeness_of
from armistice.past.cases import read_cases
from armistice.past.duration import HORIZONS, choose, fit_all, given_lasted, not_ruled_out, survival_of
from armistice.past.endings import incidence_of
from armistice.past.severity import tail_of
from armistice.past.spells import measured, spells_of


def past_of(
    record: pd.DataFrame,
    months: float,
    described: Mapping[str, float] | None = None,
    *,
    source: str,
    cases: Path | None = None,
    leave_out: str = "",
    fits: tuple[DurationFit, ...] = (),
    draws: int = 200,
    seed: int = 0,
) -> PastWars:
    """What past wars say of a war that has lasted some months.

    Parameters
    ----------
    record : DataFrame
        One row a war, as `armistice.past.record` reads it.
    months : float
        For which the war at hand has lasted.
    described : mapping of str to float, optional
        The war at hand by columns of the record, beside its months; no analogues without it.
    source : str
        The record and its makers, for captions; number and years of its wars are added.
    cases : Path, optional
        A file of written cases.
    leave_out : str
        The war at hand in the record, by its ``war``: it says nothing about itself.
    fits : tuple of DurationFit
        Laws already fitted to these wars by `armistice.past.duration.fit_all`; fitted here by default.
    draws, seed : int
        Of every bootstrap.

    Raises
    ------
    QueryError
        If no past war lasted as long, or the record has too few wars.
    """
    others = record[record["war"].astype(str) != leave_out] if leave_out else record
    others = measured(others)
    spells = spells_of(others)
    fits = fits or fit_all(spells)
    chosen = choose(fits)
    given = given_lasted(chosen, spells, months, HORIZONS, others=not_ruled_out(fits), draws=draws, seed=seed)
    years = pd.to_numeric(others["year"])
    won = others["ending"].isin(["victory_a", "victory_b"])
    known = bool((others.loc[won, "initiator"].fillna("").astype(str) != "").all())
    return PastWars(
        f"{source}, {len(others)} wars begun {years.min():.0f} to {years.max():.0f}", known, survival_of(spells), fits, given,
        incidence_of(spells, draws=draws, seed=seed), _likeness(others, months, described, draws, seed),
        _tail(others, draws, seed), read_cases(cases) if cases is not None else (),
    )  # fmt: skip


def _likeness(
    record: pd.DataFrame, months: float, described: Mapping[str, float] | None, draws: int, seed: int
) -> Likeness | None:
    """The analogues, or None where the record and the war at hand share nothing known."""
    if described is None:
        return None
    try:
        return likeness_of(record, {**described, "months": months}, draws=draws, seed=seed)
    except QueryError:
        return None


def _tail(record: pd.DataFrame, draws: int, seed: int) -> SeverityTail | None:
    """The tail of deaths, or None where they are known of too few wars."""
    deaths = pd.to_numeric(record["deaths"]).to_numpy(float, na_value=np.nan)
    try:
        return tail_of(np.where(deaths > 0, deaths, np.nan), draws=draws, seed=seed)
    except QueryError:
        return None
