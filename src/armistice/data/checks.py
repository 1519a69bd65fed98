"""Reading files of a pack so that every fault is found, named and survived.

Nothing here raises on bad input: each reader adds to a `FaultCollector` and hands back what could be read,
so that one run of the checks reports all there is to mend.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from armistice.core.errors import FaultCollector
from armistice.data.tables import Column, Table

LARGEST_TEXT = 50_000_000
LARGEST_PARQUET = 250_000_000
"""Bytes; a derived pack is a few megabytes, and more is a mistake or an attack."""
MOST_ROWS = 20_000_000

ID = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_SHA = re.compile(r"[0-9a-f]{64}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_YEARS = (1500, 2200)


def near(word: str, known: Iterable[str]) -> str:
    """Ending of a remedy that offers the nearest known words, or lists a few."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=3)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    return "known: " + ", ".join(sorted(known)[:12]) + (", …" if len(known) > 12 else "")


def show(value: Any, limit: int = 60) -> str:
    """A cell as a reader should see it in a message: quoted, on one line, not endless."""
    text = str(value).encode("unicode_escape").decode("ascii") if not str(value).isprintable() else str(value)
    return f'"{text[:limit]}{"…" if len(text) > limit else ""}"'


def readable(path: Path, root: Path, faults: FaultCollector, largest: int) -> bool:
    """Whether a file may be opened: it exists, lies inside the pack, and is not absurdly large."""
    where = path.relative_to(root).as_posix()
    try:
        if not path.exists():
            faults.add(where, "no such file", "the file", "add it")
            return False
        if not path.resolve().is_relative_to(root.resolve()):
            faults.add(where, "a link that leads out of the pack", "a file inside the pack", "copy the file into the pack")
            return False
        if not path.is_file():
            faults.add(where, "not a plain file", "a file", "replace it by the file itself")
            return False
        size = path.stat().st_size
    except OSError as error:
        faults.add(where, f"cannot be opened ({error.strerror})", "a readable file", "check the file and its permissions")
        return False
    if size > largest:
        faults.add(where, f"{size:,} bytes", f"at most {largest:,}", "ship derived tables, not raw data")
        return False
    return True


def read_text(path: Path, root: Path, faults: FaultCollector) -> str | None:
    """A UTF-8 text file, or None with a fault that names the line of the first broken byte."""
    if not readable(path, root, faults, LARGEST_TEXT):
        return None
    try:
        raw = path.read_bytes()
    except OSError as error:
        faults.add(path.name, f"cannot be read ({error.strerror})", "a readable file", "check its permissions")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        where = f"{path.relative_to(root).as_posix()} line {line}"
        faults.add(where, f"byte 0x{raw[error.start]:02x} is not UTF-8", "UTF-8 text", "save the file as UTF-8")
        return None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        where = f"{path.relative_to(root).as_posix()} line {line}"
        faults.add(where, "a NUL character", "text", "remove it or restore the file")
        return None
    return text


def read_toml(path: Path, root: Path, faults: FaultCollector) -> dict[str, Any] | None:
    """A TOML file as a dictionary, or None with a fault that names the line."""
    text = read_text(path, root, faults)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"line (\d+)", str(error))
        where = path.relative_to(root).as_posix() + (f" line {found[1]}" if found else "")
        faults.add(where, f"not TOML ({error})", "TOML", "mend the line")
        return None


def read_table(root: Path, table: Table, faults: FaultCollector) -> pd.DataFrame | None:
    """One table of a pack, from ``.csv`` or ``.parquet``, checked against its declaration.

    Returns
    -------
    DataFrame or None
        Typed columns in declared order; the index is the line in the file (row number for Parquet). None if
        the pack has no such table or it cannot be read at all. Cells with faults become missing.
    """
    csv_path, parquet_path = root / f"{table.name}.csv", root / f"{table.name}.parquet"
    if csv_path.exists() and parquet_path.exists():
        faults.add(csv_path.name, f"stands beside {parquet_path.name}", "one file", "remove the one that is out of date")
    if parquet_path.exists() or parquet_path.is_symlink():
        frame, name, unit = _read_parquet(parquet_path, root, table, faults), parquet_path.name, "row"
    elif csv_path.exists() or csv_path.is_symlink():
        frame, name, unit = _read_csv(csv_path, root, table, faults), csv_path.name, "line"
    else:
        if table.required:
            faults.add(csv_path.name, "no such file", f"the table of {table.meaning}", "add it")
        return None
    if frame is None:
        return None
    typed = {
        column.name: _parse(frame[column.name], column, name, unit, faults)
        for column in table.columns
        if column.name in frame
    }
    out = pd.DataFrame(typed, index=frame.index)
    for column in table.columns:
        if column.name not in out:
            out[column.name] = pd.Series(np.nan if column.kind in ("number", "integer", "flag") else "", index=out.index)
    out = out[list(table.header)]
    if table.key:
        again = out[out.duplicated(list(table.key), keep="first")]
        for line, row in again.head(faults.limit).iterrows():
            key = ", ".join(str(row[k]) for k in table.key)
            faults.add(f"{name} {unit} {line}", f"a second row for {show(key, 90)}", "one row each", "remove or merge one")
    return out


def _header_faults(names: Sequence[str], table: Table, name: str, faults: FaultCollector) -> None:
    required = [c.name for c in table.columns]
    for column in required:
        if column not in names:
            faults.add(f"{name} line 1", f'no column "{column}"', "columns " + ", ".join(required), f'add the column "{column}"')
    for column in names:
        if column not in required:
            faults.add(f"{name} line 1", f"an unknown column {show(column)}", "only the declared columns", near(column, required))
    if len(set(names)) < len(names):
        faults.add(f"{name} line 1", "the same column twice", "each column once", "remove one")


def _read_csv(path: Path, root: Path, table: Table, faults: FaultCollector) -> pd.DataFrame | None:
    text = read_text(path, root, faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    names: list[str] = []
    try:
        for row in reader:
            if not row:
                continue
            if not names:
                names = [cell.strip() for cell in row]
                continue
            if len(row) != len(names):
                found, remedy = f"{len(row)} cells", "check commas and quotes"
                faults.add(f"{path.name} line {reader.line_num}", found, f"{len(names)} cells as in the header", remedy)
                continue
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        faults.add(f"{path.name} line {reader.line_num}", f"not CSV ({error})", "CSV", "check the quotes of the line")
        return None
    if not names:
        faults.add(path.name, "an empty file", "a header line", "restore the table")
        return None
    _header_faults(names, table, path.name, faults)
    frame = pd.DataFrame(rows, columns=pd.Index(names), index=pd.Index(lines, dtype=int), dtype=object)
    return frame.loc[:, ~frame.columns.duplicated()]


def _read_parquet(path: Path, root: Path, table: Table, faults: FaultCollector) -> pd.DataFrame | None:
    if not readable(path, root, faults, LARGEST_PARQUET):
        return None
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > MOST_ROWS:
                found = f"{file.metadata.num_rows:,} rows"
                faults.add(path.name, found, f"at most {MOST_ROWS:,}", "ship derived tables, not raw data")
                return None
            content = file.read()
        content.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        found = f"not a whole Parquet file ({show(reason, 100)})"
        faults.add(path.name, found, "a Parquet file", "restore it, or build the pack again")
        return None
    _header_faults(content.column_names, table, path.name, faults)
    for number, column in enumerate(content.column_names):
        if pa.types.is_nested(content.schema.types[number]):
            faults.add(path.name, f"nested values in column {show(column)}", "plain values", "write one value a cell")
            return None
    frame = content.to_pandas(ignore_metadata=True)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame.loc[:, ~frame.columns.duplicated()]


def _parse(cells: pd.Series, column: Column, name: str, unit: str, faults: FaultCollector) -> pd.Series:
    """Read one column as its declared kind; cells that cannot be read become missing, with a fault each."""

    def report(bad: pd.Series, expected: str, remedy: str) -> None:
        for line, value in cells[bad].head(faults.limit + 1).items():
            found = f"{column.name} is {show(value)}" if str(value) else f"{column.name} is empty"
            faults.add(f"{name} {unit} {line}", found, expected, remedy)

    empty = cells.isna() | (cells.astype(str).str.strip() == "")
    if column.required and empty.any():
        report(empty, f"{column.name}: {column.meaning}", "fill the cell")
    if column.kind in ("number", "integer", "flag"):
        if cells.dtype == object:
            text = cells.where(~empty).astype(object)
            clean = text.map(lambda v: v if not isinstance(v, str) or re.fullmatch(r"\s*[-+]?[\d.]+([eE][-+]?\d+)?\s*", v) else "x")
            number = pd.to_numeric(clean, errors="coerce")
        elif pd.api.types.is_numeric_dtype(cells.dtype):
            number = cells
        else:
            number = pd.Series(np.nan, index=cells.index)
        number = number.astype(float) if column.kind != "integer" or not pd.api.types.is_integer_dtype(number.dtype) else number
        bad = (number.isna() | ~np.isfinite(number.astype(float))) & ~empty
        report(bad, f"{column.name} as a number", "write a plain number, without spaces or thousands separators")
        if column.kind != "number":
            fraction = ~bad & ~empty & (number != np.floor(number.astype(float)))
            report(fraction, f"{column.name} as a whole number", "round it")
        if column.kind == "flag":
            report(~bad & ~empty & ~number.isin([0, 1]), f"{column.name} 0 or 1", "write 0 or 1")
        outside = pd.Series(False, index=cells.index)
        if column.low is not None:
            outside |= number < column.low
        if column.high is not None:
            outside |= number > column.high
        bounds = f"{column.name} between {_bound(column.low, '-∞')} and {_bound(column.high, '∞')}"
        report(outside & ~bad, bounds, "check sign and unit")
        return number.where(~bad) if bad.any() else number
    if pd.api.types.is_datetime64_any_dtype(cells.dtype) and column.kind == "date":
        return cells.dt.tz_localize(None).dt.normalize().astype("datetime64[s]")
    text = cells.where(~empty, "").astype(str).str.strip()
    if column.kind == "date":
        days, bad_days = _parse_dates(text, empty)
        report(bad_days, f"{column.name} as a day, YYYY-MM-DD", "write the day of the calendar in ISO 8601")
        return days
    pattern = {"id": ID, "sha256": _SHA}.get(column.kind)
    if pattern is not None:
        unique = {value: bool(pattern.match(value)) for value in text.unique()}
        expected = {
            "id": f"{column.name} in lower-case letters, digits, - and _",
            "sha256": "64 hexadecimal digits",
        }[column.kind]
        report(~text.map(unique).astype(bool) & ~empty, expected, "write it so")
    if column.choices:
        report(~text.isin(column.choices) & ~empty, f"{column.name} one of {', '.join(column.choices)}", "choose one")
    return text


def _bound(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"{value:g}"


def _parse_dates(text: pd.Series, empty: pd.Series) -> tuple[pd.Series, pd.Series]:
    parsed: dict[str, np.datetime64] = {}
    for value in text.unique():
        parsed[value] = np.datetime64("NaT", "s")
        stem = value[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]00:00:00(\.0+)?", value) else value
        if _DAY.match(stem):
            try:
                day = date.fromisoformat(stem)
            except ValueError:
                continue
            if _YEARS[0] <= day.year <= _YEARS[1]:
                parsed[value] = np.datetime64(day, "s")
    days = pd.Series(text.map(parsed).to_numpy("datetime64[s]"), index=text.index)
    return days, days.isna() & ~empty


class TomlReader:
    """Takes typed values out of a parsed TOML table, with a fault for each that is missing, wrong or unknown."""

    def __init__(self, table: Any, where: str, faults: FaultCollector) -> None:
        self.where = where
        self.faults = faults
        self.table: dict[str, Any] = table if isinstance(table, dict) else {}
        self._taken: set[str] = set()
        if not isinstance(table, dict):
            faults.add(where, f"{show(table)}", "a table", "write it as a table")

    def _take(self, key: str, expected: str, required: bool) -> Any:
        self._taken.add(key)
        if key not in self.table:
            if required:
                self.faults.add(self.where, f'no key "{key}"', expected, f'add "{key}"')
            return None
        return self.table[key]

    def _wrong(self, key: str, value: Any, expected: str, remedy: str = "mend the value") -> None:
        self.faults.add(self.where, f"{key} is {show(value)}", expected, remedy)

    def text(self, key: str, default: str | None = None, choices: Sequence[str] = ()) -> str:
        """A string; `default` makes the key optional."""
        value = self._take(key, f'"{key}" as text', default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str) or (default is None and not value.strip()):
            self._wrong(key, value, f"{key} as text", "write it in quotes")
            return default or ""
        if choices and value not in choices:
            self._wrong(key, value, f"{key} one of {', '.join(choices)}", near(value, choices))
        return value

    def identifier(self, key: str) -> str:
        """An identifier in lower-case letters, digits, - and _."""
        value = self.text(key)
        if value and not ID.match(value):
            self._wrong(key, value, f"{key} in lower-case letters, digits, - and _")
        return value

    def day(self, key: str) -> date:
        """A calendar day, as a TOML date or an ISO string."""
        value = self._take(key, f'"{key}" as a day', True)
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, str) and _DAY.match(value):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                pass
        if isinstance(value, date) and _YEARS[0] <= value.year <= _YEARS[1]:
            return value
        if value is not None:
            self._wrong(key, value, f"{key} as a day, YYYY-MM-DD")
        return date(1900, 1, 1)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """A finite number between two bounds."""
        value = self._take(key, f'"{key}" as a number', default is None)
        if value is None:
            return low if default is None else default
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not good or not low <= value <= high:
            self._wrong(key, value, f"{key} as a number between {low:g} and {high:g}")
            return low
        return float(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self._take(key, f'"{key}" as true or false', False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong(key, value, f"{key} true or false")
            return default
        return value

    def tables(self, key: str, required: bool = True) -> list[TomlReader]:
        """An array of tables."""
        value = self._take(key, f"[[{key}]] tables", required)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong(key, value, f"[[{key}]] tables")
            return []
        return [TomlReader(item, f"{self.where} [[{key}]] {i}", self.faults) for i, item in enumerate(value, 1)]

    def table_of(self, key: str, required: bool = True) -> TomlReader | None:
        """A table inside this one."""
        value = self._take(key, f"a [{key}] table", required)
        return None if value is None else TomlReader(value, f"{self.where} [{key}]", self.faults)

    def texts(self, key: str, required: bool = True) -> dict[str, str]:
        """A table of strings."""
        inner = self.table_of(key, required)
        return {} if inner is None else {k: inner.text(k) for k in inner.table}

    def words(self, key: str, required: bool = True) -> list[str]:
        """An array of strings."""
        value = self._take(key, f'"{key}" as a list of text', required)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self._wrong(key, value, f"{key} as a list of text")
            return []
        return value

    def close(self) -> None:
        """Report keys that nobody asked for."""
        for key in self.table:
            if key not in self._taken:
                self.faults.add(self.where, f'an unknown key "{key}"', "only known keys", near(key, self._taken))
