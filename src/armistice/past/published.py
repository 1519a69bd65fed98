"""Published figures on how long wars last, made anew from the raw files with the functions that made the record.

Each figure carries the definition that yields it; several published ones differ from each other by nothing else. Ids are
those of the list of published figures that the tests are held to.

References
----------
Sarkees and Wayman (2010); Fearon, J. D. and Laitin, D. D. (2003), APSR 97(1); Bennett, D. S. and Stam, A. C. (1996), APSR
90(2); Clauset, A. (2018), Science Advances 4(2); Kreutz, J. (2010), Journal of Peace Research 47(2).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from armistice.core.errors import BuildError
from armistice.core.packs import find_record
from armistice.core.past import Definition, Durations, Figure
from armistice.data.raw import columns, read_recipe, read_rows
from armistice.past.record import DAYS_PER_MONTH, duration_of, durations
from armistice.past.rows import calendar_years, conflict_rows, ending_rows, read_wars, war_rows

YEAR = 365
"""Days from which a war counts as longer than a year."""

FIRST = Definition()
ALL = Definition(phases="all")
SPAN = Definition(phases="span")
INCLUSIVE = Definition(plus_one=True)
PARTICIPANT = Definition(unit="participant")
EPISODE = Definition(unit="episode")
CONFLICT = Definition(unit="conflict")


def published_figures(raw: Path) -> list[Figure]:
    """Every published figure whose raw file is there, beside the value computed.

    Parameters
    ----------
    raw : Path
        Folder of raw files, as ``build.toml`` of the record lays it out.

    Raises
    ------
    BuildError
        If none of the files is there, or one has another layout.
    """
    inputs = read_recipe(find_record()).inputs
    found: list[Figure] = []
    for source, figures in FIGURES.items():
        file = raw / inputs[source].pattern
        if file.is_file():
            found += figures(file)
    if not found:
        raise BuildError(
            f"{raw}: no raw file of the record; expected some; run armistice fetch wars/record to see which"
        )
    return found


def by_definition(raw: Path) -> list[tuple[str, Durations]]:
    """The same lists of wars under each definition, in days: what the page on disagreement shows.

    Returns
    -------
    list of (str, Durations)
        Input of the record and its durations; inputs that are not there are left out.
    """
    inputs = read_recipe(find_record()).inputs
    lists: dict[str, tuple[Callable[[Path], pd.DataFrame], tuple[Definition, ...]]] = {
        "interstate-wars": (war_rows, (FIRST, INCLUSIVE, ALL, SPAN, PARTICIPANT)),
        "conflict-years": (conflict_rows, (EPISODE, CONFLICT)),
        "endings": (ending_rows, (EPISODE, CONFLICT)),
    }
    found = []
    for source, (read, definitions) in lists.items():
        file = raw / inputs[source].pattern
        if file.is_file():
            rows = read(file)
            found += [(source, durations(rows, definition)) for definition in definitions]
    return found


def longer_than_a_year(rows: pd.DataFrame, definition: Definition) -> pd.Series:
    """Durations of at least `YEAR` days, in years."""
    days = duration_of(rows, definition.phases, definition.missing_day, definition.plus_one, definition.unit)
    return days[days >= YEAR] / 365.25


def _of_wars(file: Path) -> list[Figure]:
    table, rows = read_wars(file), war_rows(file)
    days = duration_of(rows)
    first = durations(rows, FIRST)
    begun = table.groupby(table["WarNum"].astype(str))["StartYear1"].min().reindex(days.index)
    modern = days[begun > 1945]
    until_1985 = days[begun <= 1985] / DAYS_PER_MONTH
    counted = table[table["BatDeath"] >= 0]
    deaths = counted.groupby(counted["WarNum"].astype(str))["BatDeath"].sum().reindex(until_1985.index)
    slope = float(np.polyfit(until_1985, deaths, 1)[0])
    how = FIRST.words
    return [
        Figure("W01", "interstate wars", (95,), (table["WarNum"].nunique(),), "count of the list"),
        Figure("W02", "median duration, days", (139,), (first.median,), how,
               "all phases added: 148; last day counted: 140"),
        Figure("W03", "mean duration, days", (408,), (first.mean,), how,
               "all phases added: 414.5; the mean is three times the median, so that neither stands for the other"),
        Figure("W04", "longest and shortest, days", (3734, 4), (first.longest, first.shortest), how),
        Figure("W05", "median of wars begun after 1945, months", (), (modern.median() / DAYS_PER_MONTH, len(modern)),
               how, "published as less than 3 for 1945–1999; the 35 wars begun and over in these years have a median of 92 days, 3.02"),
        Figure("W06", "median of wars begun by 1985, months", (5,), (until_1985.median(), len(until_1985)), how,
               "the publication has a war list of its own"),
        Figure("W07", "mean of wars begun by 1985, months", (15.56,), (until_1985.mean(), len(until_1985)), how,
               "the publication has a war list of its own"),
        Figure("W09", "deaths in battle for each month of war", (24_000,), (slope,), "least squares, wars begun by 1985",
               "not expected to agree: another list, other deaths, and a slope that two world wars decide"),
        Figure("W11", "years between the beginnings of wars", (1.91,), ((begun.max() - begun.min()) / (len(begun) - 1),),
               "years of beginning"),
    ]  # fmt: skip


def _of_endings(file: Path) -> list[Figure]:
    rows = ending_rows(file)
    conflict, episode = longer_than_a_year(rows, CONFLICT), longer_than_a_year(rows, EPISODE)
    return [
        Figure("W16", "mean of wars longer than a year, years", (), (conflict.mean(), episode.mean()),
               f"{CONFLICT.words}; then {EPISODE.words}",
               "published as over a decade: the peace between episodes is counted as war"),
    ]  # fmt: skip


def _of_years(file: Path) -> list[Figure]:
    figures = []
    for kind, published in (("extrasystemic", (21, 5.6, 1, 14)), ("interstate", ())):
        years = calendar_years(file, kind)
        computed = (len(years), float(years.mean()), int(years.min()), int(years.max()), float(years.median()))
        figures.append(
            Figure("W18", f"{kind} episodes: count, mean, least, most, median calendar years", published, computed,
                   "calendar years in which an episode passed 25 deaths",
                   "published as interstate: the codes of the two types were exchanged")
        )  # fmt: skip
    return figures


def _of_agreements(file: Path) -> list[Figure]:
    return [Figure("W25", "peace agreements", (374,), (len(read_rows(file)),), "rows of the list")]


def _of_documents(file: Path) -> list[Figure]:
    table = read_rows(file)
    columns(table, file, "Stage", "Agtp")
    counts = (len(table), int((table["Stage"] == "Cea").sum()), int((table["Agtp"] == "Inter").sum()))
    return [Figure("W26", "documents: all, ceasefires, between states", (2257, 483, 94), counts, "rows of the list")]


FIGURES: dict[str, Callable[[Path], list[Figure]]] = {
    "interstate-wars": _of_wars,
    "conflict-years": _of_years,
    "endings": _of_endings,
    "agreements": _of_agreements,
    "peace-documents": _of_documents,
}
"""Input of the record → the published figures that rest on it."""
