"""Reading files of a pack so that every fault is found, named and survived.

Nothing here raises on bad input: each reader adds to a `FaultCollector` and hands back what could be read,
so that one run of the checks reports all there is to mend.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import sys
import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from armistice.core.errors import FaultCollector, near
from armistice.core.parameters import Parameter
from armistice.data.tables import Column, Table

LARGEST_TEXT = 50_000_000
LARGEST_PARQUET = 250_000_000
"""Bytes; a derived pack is a few megabytes, and more is a mistake or an attack."""
MOST_ROWS = 20_000_000

ID = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_SHA = re.compile(r"[0-9a-f]{64}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_YEARS = (1500, 2200)


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
            faults.add(
                where, "a link that leads out of the pack", "a file inside the pack", "copy the file into the pack"
            )
            return False
        if not path.is_file():
            faults.add(where, "not a plain file", "a file", "replace it by the file itself")
            return False
        size = path.stat().st_size
    except OSError as error:
        faults.add(
            where, f"cannot be opened ({error.strerror})", "a readable file", "check the file and its permissions"
        )
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


def read_json(path: Path, root: Path, faults: FaultCollector) -> Any:
    """A JSON file's content, or None with a fault that names the line."""
    text = read_text(path, root, faults)
    if text is None:
        return None
    try:
        return json.loads(text)
    except (RecursionError, ValueError) as error:
        line = f" line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        faults.add(
            path.relative_to(root).as_posix() + line, f"not JSON ({show(error, 100)})", "JSON", "restore the file"
        )
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
        faults.add(
            csv_path.name, f"stands beside {parquet_path.name}", "one file", "remove the one that is out of date"
        )
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
            out[column.name] = pd.Series(
                np.nan if column.kind in ("number", "integer", "flag") else "", index=out.index
            )
    out = out[list(table.header)]
    if table.key:
        again = out[out.duplicated(list(table.key), keep="first")]
        for line, row in again.head(faults.limit).iterrows():
            key = ", ".join(str(row[k]) for k in table.key)
            faults.add(
                f"{name} {unit} {line}", f"a second row for {show(key, 90)}", "one row each", "remove or merge one"
            )
        faults.add_count(name, "one row each", len(again) - faults.limit)
    return out


def _header_faults(names: Sequence[str], table: Table, where: str, faults: FaultCollector) -> None:
    required = [c.name for c in table.columns]
    for column in required:
        if column not in names:
            faults.add(where, f'no column "{column}"', "columns " + ", ".join(required), f'add the column "{column}"')
    for column in names:
        if column not in required:
            faults.add(where, f"an unknown column {show(column)}", "only the declared columns", near(column, required))
    if len(set(names)) < len(names):
        faults.add(where, "the same column twice", "each column once", "remove one")


def _read_csv(path: Path, root: Path, table: Table, faults: FaultCollector) -> pd.DataFrame | None:
    text = read_text(path, root, faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    names: list[str] = []
    head = last = 0
    try:
        for row in reader:
            line, last = last + 1, reader.line_num  # a row with line breaks in its cells stands where it begins
            if not row:
                continue
            if not names:
                names, head = [cell.strip() for cell in row], line
                continue
            if len(row) != len(names):
                found, remedy = f"{len(row)} cells", "check commas and quotes"
                faults.add(f"{path.name} line {line}", found, f"{len(names)} cells as in the header", remedy)
                continue
            rows.append(row)
            lines.append(line)
    except csv.Error as error:
        faults.add(f"{path.name} line {last + 1}", f"not CSV ({error})", "CSV", "check the quotes of the line")
        return None
    if not names:
        faults.add(path.name, "an empty file", "a header line", "restore the table")
        return None
    _header_faults(names, table, f"{path.name} line {head}", faults)
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
    content = _plain_columns(content, path.name, faults)
    if content is None:
        return None
    frame = content.to_pandas(ignore_metadata=True, date_as_object=False)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame.loc[:, ~frame.columns.duplicated()]


def _plain_columns(content: pa.Table, name: str, faults: FaultCollector) -> pa.Table | None:
    """A Parquet table with categories written out and decimals as numbers; None if a column is of no plain type."""
    plain = True
    columns = []
    for number, column in enumerate(content.columns):
        kind = column.type
        try:
            if pa.types.is_dictionary(kind):
                column, kind = column.cast(kind.value_type), kind.value_type
            if pa.types.is_decimal(kind):
                wanted = pa.float64() if kind.scale else pa.int64()
                column, kind = column.cast(wanted), wanted
        except pa.ArrowException:
            kind = pa.binary()
        if not any(known(kind) for known in _PLAIN_TYPES):
            found = f"values of type {show(kind)} in column {show(content.column_names[number])}"
            faults.add(name, found, "text, numbers or days", "write one plain value a cell")
            plain = False
        columns.append(column)
    return pa.table(columns, names=content.column_names) if plain else None


_PLAIN_TYPES = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean,
    pa.types.is_date, pa.types.is_timestamp, pa.types.is_null,
)  # fmt: skip


def _parse(cells: pd.Series, column: Column, name: str, unit: str, faults: FaultCollector) -> pd.Series:
    """Read one column as its declared kind; cells that cannot be read become missing, with a fault each.

    Work is done once for each distinct cell: tables are long and say the same thing often.
    """
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    gaps = bool((codes < 0).any())
    known = pd.Series(distinct)
    if known.dtype == object:
        known = known.map(lambda value: value.strip() if isinstance(value, str) else value)
    empty = (known == "") if known.dtype == object else pd.Series(False, index=known.index)

    def spread(values: np.ndarray, missing: Any) -> np.ndarray:
        return np.append(values, missing)[codes] if len(values) else np.full(len(codes), missing)

    def report(bad: pd.Series | np.ndarray, expected: str, remedy: str, missing_too: bool = False) -> None:
        if not (np.any(bad) or (missing_too and gaps)):
            return
        marked = spread(np.asarray(bad, dtype=bool), missing_too)
        for line, value in cells[marked].head(faults.limit).items():
            blank = pd.isna(value) or not str(value).strip()
            found = f"{column.name} is empty" if blank else f"{column.name} is {show(value)}"
            faults.add(f"{name} {unit} {line}", found, expected, remedy)
        faults.add_count(name, expected, int(marked.sum()) - faults.limit)

    if column.required:
        report(empty, f"{column.name}: {column.meaning}", "fill the cell", missing_too=True)
    if column.kind in ("number", "integer", "flag"):
        number = _numbers(known)
        bad = ~np.isfinite(number) & ~empty.to_numpy()
        report(bad, f"{column.name} as a number", "write a plain number, without spaces or thousands separators")
        good = ~bad & ~empty.to_numpy()
        if column.kind != "number":
            whole = np.floor(number, where=good, out=np.zeros_like(number)) == np.where(good, number, 0.0)
            report(good & ~whole, f"{column.name} as a whole number", "round it")
        if column.kind == "flag":
            report(good & ~np.isin(number, [0, 1]), f"{column.name} 0 or 1", "write 0 or 1")
        low, high = (-np.inf if column.low is None else column.low), (np.inf if column.high is None else column.high)
        outside = good & ((np.where(good, number, low) < low) | (np.where(good, number, low) > high))
        bounds = f"{column.name} between {_bound(column.low, '-∞')} and {_bound(column.high, '∞')}"
        report(outside, bounds, "check sign and unit")
        if column.kind == "integer" and pd.api.types.is_integer_dtype(cells.dtype):
            return cells
        if column.kind == "integer" and good.all() and not gaps and np.any(np.abs(number) > 2**53):
            exact = [int(Decimal(str(value))) for value in known]  # a float would change the last digits
            if max(map(abs, exact), default=0) < 2**63:
                return pd.Series(np.array(exact, dtype=np.int64)[codes], index=cells.index)
        return pd.Series(spread(np.where(good, number, np.nan), np.nan), index=cells.index)
    if column.kind == "date":
        days = _days(known)
        report(np.isnat(days) & ~empty.to_numpy(), f"{column.name} as a day, YYYY-MM-DD", "write the day in ISO 8601")
        return pd.Series(spread(days, np.datetime64("NaT", "s")), index=cells.index)
    text = known.map(str).astype(object) if len(known) else known.astype(object)
    pattern = {"id": ID, "sha256": _SHA}.get(column.kind)
    if pattern is not None:
        fits = np.array([bool(pattern.match(value)) for value in text], dtype=bool)
        expected = {
            "id": f"{column.name} in lower-case letters, digits, - and _",
            "sha256": "64 hexadecimal digits",
        }[column.kind]
        report(~fits & ~empty.to_numpy(), expected, "write it so")
    if column.choices:
        fits = text.isin(column.choices).to_numpy()
        report(~fits & ~empty.to_numpy(), f"{column.name} one of {', '.join(column.choices)}", "choose one")
    return pd.Series(spread(text.to_numpy(dtype=object), ""), index=cells.index, dtype=object)


_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")


def _numbers(known: pd.Series) -> np.ndarray:
    """Distinct cells as numbers; NaN where they are none."""
    if pd.api.types.is_bool_dtype(known.dtype):
        return np.full(len(known), np.nan)
    if pd.api.types.is_numeric_dtype(known.dtype):
        return known.to_numpy(dtype=float, na_value=np.nan)
    if known.dtype != object:
        return np.full(len(known), np.nan)
    return np.array([float(v) if isinstance(v, str) and _NUMBER.match(v) else np.nan for v in known], dtype=float)


def _bound(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"{value:g}"


def _days(known: pd.Series) -> np.ndarray:
    """Distinct cells as calendar days; NaT where they are none."""
    if pd.api.types.is_datetime64_any_dtype(known.dtype):
        plain = known.dt.tz_localize(None) if known.dt.tz is not None else known
        years = plain.dt.year
        whole = (plain == plain.dt.normalize()) & (years >= _YEARS[0]) & (years <= _YEARS[1])
        return plain.where(whole).to_numpy().astype("datetime64[s]")
    return np.array([_day(value) for value in known], dtype="datetime64[s]")


def _day(value: Any) -> np.datetime64:
    try:
        if isinstance(value, str) and _DAY.match(value):
            value = date.fromisoformat(value)
        if isinstance(value, date) and not isinstance(value, datetime) and _YEARS[0] <= value.year <= _YEARS[1]:
            return np.datetime64(value, "s")
    except ValueError:
        pass
    return np.datetime64("NaT", "s")


def _is_finite(value: Any) -> bool:
    """Whether a value of a TOML file is a number that fits a float; whole numbers of TOML may be of any length."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


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
            with contextlib.suppress(ValueError):
                value = date.fromisoformat(value)
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
        if not _is_finite(value) or not low <= value <= high:
            self._wrong(key, value, f"{key} as a number between {low:g} and {high:g}")
            return low
        return float(value)

    def within(self, key: str, parameter: Parameter) -> float:
        """A finite number inside the bounds of a parameter; NaN, with a fault, where there is none."""
        expected = f"{key} as a number, {parameter.bounds}"
        value = self._take(key, expected, True)
        if value is not None and _is_finite(value) and parameter.holds(value):
            return float(value)
        if value is not None:
            self._wrong(key, value, expected)
        return float("nan")

    def whole(self, key: str, low: int, high: int, expected: str = "") -> int | None:
        """A whole number between two bounds, both allowed; None, with a fault, where there is none."""
        expected = expected or f"{key} as a whole number from {low} to {high}"
        value = self._take(key, expected, True)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        if value is not None:
            self._wrong(key, value, expected)
        return None

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
