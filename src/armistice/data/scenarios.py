"""Named what-ifs with their judged effect on the pace of the front: ``scenarios.toml`` of a pack.

Each ``[[scenario]]`` has an id, a title, a question, the month from which on it works, what would bring it about, a
factor on the pace of side A's advance, and, if wanted, what side B retakes. Each number is a range with its source, as in
``game.toml``. Every fault goes to the collector, and what could be read is handed back.
"""

from __future__ import annotations

import math
from pathlib import Path

from armistice.core.errors import FaultCollector
from armistice.core.scenarios import Scenario
from armistice.core.war import Range
from armistice.data.checks import TomlReader, read_toml, show

FILE = "scenarios.toml"
MOST_MONTHS = 60
MOST_FACTOR = 20.0
"""Bound of the factor on the pace: more than that is no longer a change of this war's pace."""
MOST_RETAKEN = 20.0
"""Bound of what is retaken in a month, in usual movements of a month."""


def read_scenarios(folder: Path, faults: FaultCollector) -> tuple[Scenario, ...]:
    """The scenarios of a pack, in the order of the file.

    Parameters
    ----------
    folder : Path
        The pack.
    faults : FaultCollector
        Told of unknown and missing keys, an id that occurs twice, numbers out of bounds or out of order, and sources
        left empty.

    Returns
    -------
    tuple of Scenario
        None of them where the pack has no such file, or it could not be read.
    """
    path = folder / FILE
    content = read_toml(path, folder, faults) if path.exists() or path.is_symlink() else None
    if content is None:
        return ()
    top = TomlReader(content, FILE, faults)
    found: list[Scenario] = []
    for item in top.tables("scenario"):
        scenario = _scenario(item)
        if scenario.id and scenario.id in {s.id for s in found}:
            faults.add(item.where, "its id is there twice", "each id once", "rename or remove one")
        found.append(scenario)
    top.close()
    return tuple(found)


def _scenario(item: TomlReader) -> Scenario:
    found = item.identifier("id")
    item.where = f"{FILE} scenario {show(found)}" if found else item.where
    title, question = item.text("title"), item.text("question")
    start, drivers = item.whole("from_month", 0, MOST_MONTHS), tuple(item.words("drivers"))
    if not all(word.strip() for word in drivers) or (not drivers and "drivers" in item.table):
        item.faults.add(item.where, f"drivers are {show(list(drivers))}", "one word or more for each", "name them")
    pace = _range(item.table_of("pace"), MOST_FACTOR)
    recapture = _range(item.table_of("recapture", required=False), MOST_RETAKEN)
    item.close()
    if pace is not None and pace.low == 0 < pace.high:
        found_range = f"a pace from 0 to {pace.high:g}"
        expected = "a low above 0, since the factor is drawn on a logarithm, or 0 throughout"
        item.faults.add(item.where, found_range, expected, "raise low, or stop the advance altogether")
    return Scenario(found, title, question, start or 0, pace or Range(1, 1, 1, ""), recapture, drivers)


def _range(table: TomlReader | None, most: float) -> Range | None:
    """A judged number; None where it is missing or not in order, which leaves a fault."""
    if table is None:
        return None
    known = [key for key in ("low", "central", "high") if key in table.table]
    low, central, high = (table.number(key, 0, most) for key in ("low", "central", "high"))
    out = Range(low, central, high, table.text("source"))
    table.close()
    if len(known) == 3 and not low <= central <= high:
        table.faults.add(table.where, f"{low:g}, {central:g}, {high:g}", "low ≤ central ≤ high", "order them")
        return None
    return out if len(known) == 3 and all(math.isfinite(v) for v in (low, central, high)) else None
