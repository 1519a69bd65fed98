"""Past wars as written cases: the good that could not be divided, how the war over it ended, and what made that possible.

Cases are read one by one and are no sample: they were chosen because they are remembered. The months from the front's
coming to rest to the end of the fighting are therefore listed, never averaged.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from armistice.core.durations import Case
from armistice.core.errors import Fault, PackError
from armistice.past.spells import DAY

_TEXTS = ("id", "title", "good", "ended", "enabled", "front", "basis", "source")
_DAYS = ("began", "stabilised", "over")
BASES = ("page", "memory")
"""Where the facts of a case come from: a page that was read, or memory."""


def read_cases(path: Path) -> tuple[Case, ...]:
    """The written cases of a file, in its order.

    Parameters
    ----------
    path : Path
        A file of ``[[case]]`` tables.

    Raises
    ------
    PackError
        If the file cannot be read, or a case lacks an entry, has a day that is none, or days out of order.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("case", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError([Fault(str(path), f"cannot be read ({error})", "a TOML file of cases", "mend it")]) from error
    faults: list[Fault] = []
    cases = [_case(table, f"{path} case {n}", faults) for n, table in enumerate(tables, 1)]
    if faults:
        raise PackError(faults)
    return tuple(c for c in cases if c is not None)


def _case(table: dict[str, Any], where: str, faults: list[Fault]) -> Case | None:
    before = len(faults)
    for name in _TEXTS:
        if not isinstance(table.get(name), str) or not table[name].strip():
            faults.append(Fault(where, f"{name} {table.get(name)!r}", "a text", "write it"))
    for name in _DAYS:
        if not isinstance(table.get(name), date):
            faults.append(Fault(where, f"{name} {table.get(name)!r}", "a day, unquoted", "write it as 1999-12-31"))
    strange = sorted(set(table) - {*_TEXTS, *_DAYS})
    faults += [Fault(where, f"an entry {s}", ", ".join((*_TEXTS, *_DAYS)), "remove it") for s in strange]
    if len(faults) > before:
        return None
    if table["basis"] not in BASES:
        faults.append(Fault(where, f"basis {table['basis']!r}", " or ".join(BASES), "choose one"))
    began, rest, over = (table[name] for name in _DAYS)
    if not began <= rest <= over:
        faults.append(Fault(where, f"{began}, {rest}, {over}", "days in order", "mend the days"))
    texts = {name: table[name].strip() for name in _TEXTS}
    days = {name: table[name].isoformat() for name in _DAYS}
    return Case(**texts, **days, final_months=(over - rest).days * DAY)
