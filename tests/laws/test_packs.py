"""Bad input of every kind is refused with file, line and remedy; harmless variations are not.

A catalogue of faults is planted in copies of the toy war, one fault a copy. Each entry of `PLANTED` changes one
thing and says where; the law is that the reader raises `PackError`, names that file and that line, and writes
nothing. Besides, files are spoilt at random, where the law is only that nothing but a clear refusal may come out.
"""

from __future__ import annotations

import csv
import filecmp
import io
import json
import os
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr

from armistice.claims import read_claims
from armistice.core.errors import FaultCollector, PackError, QueryError
from armistice.data import pack
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, read_pack
from armistice.data.raw import read_recipe
from armistice.data.tables import Table
from armistice.deal.read import read_settlements

TOTAL, CHUNKS = 500, 20


@dataclass(frozen=True)
class Planted:
    """Where a fault was planted: file, line (row of a Parquet file) if it is at one, and the fault in words."""

    file: str
    line: int | None
    what: str


Mutation = Callable[[Path, random.Random], Planted]


def check_all(folder: Path) -> Pack:
    """Everything that checks a pack; hands back what was read."""
    content = read_pack(folder)
    read_claims(content)
    read_settlements(content)
    read_recipe(folder)
    return content


# --- ways of planting ----------------------------------------------------------------------------------------


def _read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


Where = Callable[[dict[str, str]], bool]


def _any_row(row: dict[str, str]) -> bool:
    return True


def _filled(*columns: str) -> Where:
    return lambda row: all(row[c] for c in columns)


def _is(column: str, *values: str) -> Where:
    return lambda row: row[column] in values


def _pick(rows: list[list[str]], where: Where, rng: random.Random) -> int:
    fitting = [n for n, row in enumerate(rows) if n and where(dict(zip(rows[0], row, strict=True)))]
    return rng.choice(fitting)


def cell(table: str, column: str, *values: str, where: Where = _any_row) -> Mutation:
    """Write one of some wrong values into a cell of a random row."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        path = folder / f"{table}.csv"
        rows = _read(path)
        number, value = _pick(rows, where, rng), rng.choice(values)
        rows[number][rows[0].index(column)] = value
        _write(path, rows)
        return Planted(path.name, number + 1, f"{column} = {value!r}")

    return plant


def scaled(table: str, column: str, factor: float, where: Where = _any_row) -> Mutation:
    """Multiply a number of a random row."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        path = folder / f"{table}.csv"
        rows = _read(path)
        number, at = _pick(rows, where, rng), rows[0].index(column)
        rows[number][at] = repr(float(rows[number][at]) * factor)
        _write(path, rows)
        return Planted(path.name, number + 1, f"{column} times {factor}")

    return plant


def row_again(table: str, where: Where = _any_row, **changes: str) -> Mutation:
    """Write a random row a second time, at the end, with some cells changed."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        path = folder / f"{table}.csv"
        rows = _read(path)
        again = list(rows[_pick(rows, where, rng)])
        for column, value in changes.items():
            again[rows[0].index(column)] = value
        _write(path, [*rows, again])
        return Planted(path.name, len(rows) + 1, f"row again with {changes}")

    return plant


def columns(table: str, change: Callable[[list[str], random.Random], list[str | None]], file: str = "") -> Mutation:
    """Change the header; None takes the column away, one more name than before adds a column of ones."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        path = folder / (file or f"{table}.csv")
        rows = _read(path)
        names = change(list(rows[0]), rng)
        wide = [row + ["1"] * (len(names) - len(row)) for row in rows]
        keep = [n for n, name in enumerate(names) if name is not None]
        body = [[row[n] for n in keep] for row in wide[1:]]
        _write(path, [[str(names[n]) for n in keep], *body])
        return Planted(path.name, 1, f"header {names}")

    return plant


def _drop(names: list[str], rng: random.Random) -> list[str | None]:
    gone = rng.randrange(len(names))
    return [None if n == gone else name for n, name in enumerate(names)]


def _twice(names: list[str], rng: random.Random) -> list[str | None]:
    return [*names, rng.choice(names)]


def _more(names: list[str], rng: random.Random) -> list[str | None]:
    return [*names, rng.choice(["remark", "x" * 5000, "", "värde", "area km2"])]


def _misspelt(names: list[str], rng: random.Random) -> list[str | None]:
    at = rng.randrange(len(names))
    return [name + "s" if n == at else name for n, name in enumerate(names)]


def line(table: str, change: Callable[[bytes, random.Random], bytes], first: int = 2) -> Mutation:
    """Change the bytes of a random line."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        path = folder / f"{table}.csv"
        lines = path.read_bytes().split(b"\n")
        number = rng.randrange(first, len(lines))
        lines[number - 1] = change(lines[number - 1], rng)
        path.write_bytes(b"\n".join(lines))
        return Planted(path.name, number, f"line {lines[number - 1][:40]!r}")

    return plant


def file(name: str, change: Callable[[Path, random.Random], object], at: int | None = None) -> Mutation:
    """Change a file as a whole."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        change(folder / name, rng)
        return Planted(name, at, f"{name} changed")

    return plant


def text(name: str, pattern: str, *replacements: str, at_line: bool = False) -> Mutation:
    """Replace one random match of a pattern in a text file; `at_line` if the fault must name the line."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        path = folder / name
        content = path.read_text(encoding="utf-8")
        found = rng.choice(list(re.finditer(pattern, content, flags=re.MULTILINE)))
        new = found.expand(rng.choice(replacements))
        path.write_text(content[: found.start()] + new + content[found.end() :], encoding="utf-8")
        return Planted(name, content[: found.start()].count("\n") + 1 if at_line else None, f"{found[0]!r} → {new!r}")

    return plant


def parquet(name: str, change: Callable[[pa.Table, random.Random], tuple[pa.Table, int | None]]) -> Mutation:
    """Change a Parquet table and write it back."""

    def plant(folder: Path, rng: random.Random) -> Planted:
        content, row = change(pq.read_table(folder / name), rng)
        pq.write_table(content, folder / name)
        return Planted(name, row, f"{name} changed")

    return plant


def entry(column: str, value: object) -> Callable[[pa.Table, random.Random], tuple[pa.Table, int | None]]:
    """Set one cell of a Parquet table."""

    def change(content: pa.Table, rng: random.Random) -> tuple[pa.Table, int | None]:
        values = content.column(column).to_pylist()
        row = rng.randrange(len(values))
        values[row] = value
        at, kind = content.column_names.index(column), content.schema.field(column).type
        return content.set_column(at, pa.field(column, kind), pa.array(values, kind)), row + 1

    return change


def recast(column: str, make: Callable[[list], pa.Array]) -> Callable[[pa.Table, random.Random], tuple[pa.Table, None]]:
    """Give a column of a Parquet table another type."""

    def change(content: pa.Table, rng: random.Random) -> tuple[pa.Table, None]:
        values = make(content.column(column).to_pylist())
        return content.set_column(content.column_names.index(column), pa.field(column, values.type), values), None

    return change


def _renamed(old: str, new: str) -> Callable[[pa.Table, random.Random], tuple[pa.Table, None]]:
    return lambda content, rng: (content.rename_columns([new if n == old else n for n in content.column_names]), None)


# --- the catalogue -------------------------------------------------------------------------------------------

NO_NUMBERS = (
    "a lot",
    "1 234",
    "1,5",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "0x10",
    "1_000",
    "--5",
    "5-",
    "1e",
    "１２",
    "½",
    ".",
)
NO_DAYS = (
    "2012-02-30", "0000-00-00", "2012-13-01", "01/02/2012", "2012-1-5", "20120105", "99999-01-01", "yesterday",
    "2012-W01-1", "2012-03-04T10:00", "0900-01-01", "2900-01-01", "２０１２-01-01",
)  # fmt: skip
NO_IDS = ("North", "a b", "é", "../x", "-", "a/b", "x\ty")
CONTROL = _is("quantity", "control")
LEVEL3 = _is("level", "3")


def _gap(path: Path, rng: random.Random) -> None:
    rows = _read(path)
    del rows[rng.randrange(1, len(rows) - 1)]
    _write(path, rows)


def _end_before_start(folder: Path, rng: random.Random) -> Planted:
    path = folder / "observations.csv"
    rows = _read(path)
    number = _pick(rows, _any_row, rng)
    at = {name: n for n, name in enumerate(rows[0])}
    rows[number][at["end"]] = f"{int(rows[number][at['start']][:4]) - 1}-12-30"
    _write(path, rows)
    return Planted(path.name, number + 1, "end before start")


def _both_hold_it(folder: Path, rng: random.Random) -> Planted:
    path = folder / "observations.csv"
    rows = _read(path)
    regions = {row[0]: row for row in _read(folder / "regions.csv")}
    where = lambda row: row["quantity"] == "control" and row["region"] in regions and float(row["value"]) > 100  # noqa: E731
    number = _pick(rows, where, rng)
    row = dict(zip(rows[0], rows[number], strict=True))
    area = regions[row["region"]][5]
    again = {**row, "belligerent": "brelland", "low": area, "value": area, "high": area}
    if row["belligerent"] == "brelland":
        again["belligerent"] = "aldmark"
    _write(path, [*rows, [again[name] for name in rows[0]]])
    # Either row may be named: together they are the fault.
    return Planted(path.name, None, "both hold the region whole")


def _circle(folder: Path, rng: random.Random) -> Planted:
    path = folder / "regions.csv"
    rows = _read(path)
    district = _pick(rows, _is("level", "2"), rng)
    child = _pick(rows, _is("parent", rows[district][0]), rng)
    rows[district][2] = rng.choice([rows[child][0], rows[district][0]])
    _write(path, rows)
    return Planted(path.name, district + 1, "a region inside itself")


def _swallowed(folder: Path, rng: random.Random) -> Planted:
    """A part larger than the whole: the whole is named, with what its parts add up to."""
    path = folder / "regions.csv"
    rows = _read(path)
    number = _pick(rows, LEVEL3, rng)
    parent = next(n for n, row in enumerate(rows) if row[0] == rows[number][2])
    rows[number][5] = repr(float(rows[number][5]) * 3)
    _write(path, rows)
    return Planted(path.name, parent + 1, "a part larger than the whole")


def _without(name: str) -> Mutation:
    return file(name, lambda path, rng: path.unlink())


def _outside(path: Path, rng: random.Random) -> None:
    elsewhere = path.parents[1] / "elsewhere" / path.name
    elsewhere.parent.mkdir()
    shutil.move(path, elsewhere)
    path.symlink_to(rng.choice([elsewhere, Path("..") / "elsewhere" / path.name]))


def _loop(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _dangling(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _folder(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path, rng: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def _huge(path: Path, rng: random.Random) -> None:
    os.truncate(path, rng.choice([300_000_000, 2_000_000_000]))


def _cut(path: Path, rng: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(0, len(content) - 1)])


def _filler(content: bytes) -> Callable[[Path, random.Random], object]:
    return lambda path, rng: path.write_bytes(content)


def _utf16(path: Path, rng: random.Random) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))


def _again(content: pa.Table, rng: random.Random) -> tuple[pa.Table, int]:
    return pa.concat_tables([content, content.slice(rng.randrange(len(content)), 1)]), len(content) + 1


def _two_of_a_name(content: pa.Table, rng: random.Random) -> tuple[pa.Table, None]:
    return content.append_column("region", content.column("region")), None


def _beside(path: Path, rng: random.Random) -> None:
    pq.write_table(pa.table({"id": ["x"]}), path.with_suffix(".parquet"))


def _split_bytes(content: bytes, rng: random.Random, piece: bytes) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + piece + content[at:]


OBSERVATIONS: dict[str, Mutation] = {
    "value no number": cell("observations", "value", *NO_NUMBERS),
    "value empty": cell("observations", "value", "", "  "),
    "low no number": cell("observations", "low", *NO_NUMBERS),
    "negative area": cell("observations", "value", "-1", "-0.5", "-1e9", where=CONTROL),
    "negative low": cell("observations", "low", "-3", where=CONTROL),
    "negative people": cell(
        "observations", "value", "-1", where=_is("quantity", "people", "losses_personnel", "refugees")
    ),
    "area times a thousand": scaled("observations", "value", 1000, lambda r: CONTROL(r) and float(r["value"]) > 40),
    "people over population": scaled(
        "observations", "value", 1e4, lambda r: r["quantity"] == "people" and float(r["value"]) > 500
    ),
    "bad start": cell("observations", "start", *NO_DAYS),
    "bad end": cell("observations", "end", *NO_DAYS),
    "bad published": cell("observations", "published", *NO_DAYS, ""),
    "end before start": _end_before_start,
    "published too early": cell("observations", "published", "1999-01-01", "2010-01-01"),
    "unknown quantity": cell("observations", "quantity", "controll", "loses", "x"),
    "quantity empty": cell("observations", "quantity", ""),
    "unknown belligerent": cell("observations", "belligerent", "aldmarc", "nobody"),
    "unknown region": cell("observations", "region", "nortreach", "atlantis", where=CONTROL),
    "control without region": cell("observations", "region", "", where=_is("quantity", "control", "people", "assets")),
    "unknown source": cell("observations", "source", "mapwach", "hearsay"),
    "source empty": cell("observations", "source", ""),
    "unit missing": cell("observations", "unit", "", " "),
    "wrong unit": cell("observations", "unit", "ha", "sq mi", "KM2", "m2"),
    "low above value": scaled("observations", "low", 1.5, lambda r: CONTROL(r) and float(r["value"]) > 1),
    "high below value": cell("observations", "high", "0", "0.01", where=lambda r: CONTROL(r) and float(r["value"]) > 1),
    "id with a capital": cell("observations", "source", *NO_IDS),
    "row twice": row_again("observations"),
    "two values a day": row_again(
        "observations", _is("quantity", "control"), end="2013-06-30", value="1", low="1", high="1"
    ),
    "both hold it": _both_hold_it,
}
TABLES_OF_TEXT: dict[str, Mutation] = {
    "source id twice": row_again("sources"),
    "source without licence": cell("sources", "licence", ""),
    "source without producer": cell("sources", "producer", "", " "),
    "short checksum": cell("sources", "sha256", "abc", "g" * 64, "A" * 64),
    "accessed no day": cell("sources", "accessed", *NO_DAYS),
    "source id no id": cell("sources", "id", "", *NO_IDS),
    "region twice": row_again("regions"),
    "circle of parents": _circle,
    "unknown parent": cell("regions", "parent", "westmore", "nowhere", where=LEVEL3),
    "parent below child": cell("regions", "parent", "farreach-north", where=_is("region", "sillbank-district", "northreach")),
    "country with a parent": cell("regions", "parent", "fenmark", where=_is("level", "0")),
    "negative region": cell("regions", "area_km2", "-5", "-0.001"),
    "region larger than the earth": cell("regions", "area_km2", "9e9"),
    "part larger than whole": _swallowed,
    "longitude": cell("regions", "lon", "181", "-180.5", "1e6", "", "12E"),
    "latitude": cell("places", "lat", "91", "-90.01", "north"),
    "owner": cell("regions", "owner", "c", "A", "", "aldmark"),
    "level": cell("regions", "level", "12", "-1", "1.5", "", "one", "99999999999999999999999"),
    "population": cell("regions", "population", "-1", "1e12", "many"),
    "population date": cell("regions", "population_date", *NO_DAYS),
    "step missing": file("axis.csv", _gap),
    "step twice": row_again("axis"),
    "step no number": cell("axis", "step", "0", "-1", "1.5", "x", "1e300", "501"),
    "unknown axis": cell("axis", "axis", "south", "nord"),
    "unknown step region": cell("axis", "region", "north-step-99"),
    "step no region of level 9": cell("axis", "region", "westmoor", "brelland"),
    "strategic": cell("axis", "strategic", "2", "yes", "-1", "0.5"),
    "barrier": cell("axis", "barrier", "1000", "nan"),
    "people of a step": cell("axis", "people", "-1", "1e30"),
    "weights out of order": cell("values", "low", "0.99"),
    "weight over one": cell("values", "high", "1.01", "30"),
    "side": cell("values", "side", "c", "A", "both"),
    "weight twice": row_again("values"),
    "event without day": cell("events", "date", "", *NO_DAYS),
    "event basis": cell("events", "basis", "rumour", "Page"),
    "event kind": cell("events", "kind", "Big Battle", ""),
    "event without title": cell("events", "title", ""),
    "response": cell("responses", "response", "maybe", "Accepted"),
    "party of a response": cell("responses", "party", "alpmark", "nobody"),
    "issue of a position": cell("positions", "issue", "northreech", "peace"),
    "option of a position": cell("positions", "option_low", "everything", where=_filled("option_low")),
    "one end empty": cell("positions", "option_high", "", where=_filled("option_low")),
    "options reversed": cell("positions", "option_low", "whole-de-jure", where=_is("option_high", "line-unrecognised", "line-de-facto")),
    "party of a position": cell("positions", "party", "the-moon"),
    "capital": cell("places", "capital", "3", "yes"),
    "people of a place": cell("places", "people", "-1", "1e9"),
    "region of a place": cell("places", "region", "harrow"),
    "capacity": cell("assets", "capacity", "-0.1", "big"),
    "region of an asset": cell("assets", "region", "westmor", ""),
    "redraw by nobody": cell("redraws", "source", "mapwach"),
    "redraw without size": cell("redraws", "change_km2", "", "NaN"),
    "revision of nothing": cell("revisions", "before_km2", "", "x"),
    "revision day": cell("revisions", "built", *NO_DAYS),
    "cited value": cell("cited", "value", *NO_NUMBERS, ""),
    "cited source": cell("cited", "source", "hearsay"),
    "cited unit": cell("cited", "unit", "kg"),
}  # fmt: skip
_SOME = ("observations", "sources", "regions", "axis", "values", "events", "responses", "positions", "places", "assets")


def _of_some_table(make: Callable[[str], Mutation]) -> Mutation:
    return lambda folder, rng: make(rng.choice(_SOME))(folder, rng)


SHAPE_OF_TABLES: dict[str, Mutation] = {
    "column missing": _of_some_table(lambda t: columns(t, _drop)),
    "column misspelt": _of_some_table(lambda t: columns(t, _misspelt)),
    "column twice": _of_some_table(lambda t: columns(t, _twice)),
    "column unknown": _of_some_table(lambda t: columns(t, _more)),
    "cell too few": _of_some_table(lambda t: line(t, lambda b, r: b"1,2")),
    "cell too many": _of_some_table(lambda t: line(t, lambda b, r: b + b",1,2")),
    "quote not closed": _of_some_table(lambda t: line(t, lambda b, r: b'"' + b.replace(b'"', b""))),
    "text after a quote": _of_some_table(lambda t: line(t, lambda b, r: b'"a"b' + b.replace(b'"', b""))),
    "broken UTF-8": _of_some_table(
        lambda t: line(t, lambda b, r: _split_bytes(b, r, r.choice([b"\xff", b"\xc3\x28", b"\xed\xa0\x80"])))
    ),
    "NUL": _of_some_table(lambda t: line(t, lambda b, r: _split_bytes(b, r, b"\0"))),
    "semicolons": _of_some_table(
        lambda t: file(f"{t}.csv", lambda p, r: p.write_bytes(p.read_bytes().replace(b",", b";")), 1)
    ),
    "UTF-16": _of_some_table(lambda t: file(f"{t}.csv", _utf16, 1)),
    "empty file": _of_some_table(lambda t: file(f"{t}.csv", _filler(b""))),
    "only blank lines": _of_some_table(lambda t: file(f"{t}.csv", _filler(b"\n\n\n"))),
    "header gone": _of_some_table(
        lambda t: file(f"{t}.csv", lambda p, r: p.write_bytes(p.read_bytes().split(b"\n", 1)[1]), 1)
    ),
    "not a table": _of_some_table(lambda t: file(f"{t}.csv", _filler(b"\x89PNG\r\n\x1a\n\0\0\0"), 1)),
    "folder for a file": _of_some_table(lambda t: file(f"{t}.csv", _folder)),
    "pipe for a file": _of_some_table(lambda t: file(f"{t}.csv", _pipe)),
    "link outside": _of_some_table(lambda t: file(f"{t}.csv", _outside)),
    "link to itself": _of_some_table(lambda t: file(f"{t}.csv", _loop)),
    "link to nothing": _of_some_table(lambda t: file(f"{t}.csv", _dangling)),
    "absurdly large": _of_some_table(lambda t: file(f"{t}.csv", _huge)),
    "two forms of a table": _of_some_table(lambda t: file(f"{t}.csv", _beside)),
    "no sources": _without("sources.csv"),
    "no regions": _without("regions.csv"),
    "no observations": _without("observations.csv"),
    "no war": _without("war.toml"),
    "no axis": file("axis.csv", lambda p, r: p.unlink()),
}
PARQUET: dict[str, Mutation] = {
    "truncated Parquet": lambda f, r: file(r.choice(["cells.parquet", "control_cells.parquet"]), _cut)(f, r),
    "no Parquet": file("cells.parquet", lambda p, r: p.write_bytes(r.randbytes(500))),
    "empty Parquet": file("control_cells.parquet", _filler(b"")),
    "CSV called Parquet": file("cells.parquet", _filler(b"cell,region\n1,northreach\n")),
    "Parquet too large": file("cells.parquet", _huge),
    "Parquet a folder": file("cells.parquet", _folder),
    "Parquet a link outside": file("cells.parquet", _outside),
    "Parquet a link to nothing": file("control_cells.parquet", _dangling),
    "share over one": parquet("control_cells.parquet", entry("share", 1.2)),
    "negative share": parquet("control_cells.parquet", entry("share", -0.1)),
    "share missing": parquet("control_cells.parquet", entry("share", None)),
    "share infinite": parquet("control_cells.parquet", entry("share", float("inf"))),
    "unknown cell": parquet("control_cells.parquet", entry("cell", 12345)),
    "cell of an unknown source": parquet("control_cells.parquet", entry("source", "mapwach")),
    "cell of an unknown party": parquet("control_cells.parquet", entry("belligerent", "nobody")),
    "cell without day": parquet("control_cells.parquet", entry("date", None)),
    "share twice": parquet("control_cells.parquet", _again),
    "cell twice": parquet("cells.parquet", _again),
    "cell in no region": parquet("cells.parquet", entry("region", "atlantis")),
    "negative cell": parquet("cells.parquet", entry("area_km2", -1.0)),
    "Parquet column misspelt": parquet("cells.parquet", _renamed("region", "regions")),
    "Parquet column twice": parquet("cells.parquet", _two_of_a_name),
    "nested column": parquet("cells.parquet", recast("region", lambda v: pa.array([[x] for x in v]))),
    "struct column": parquet("cells.parquet", recast("area_km2", lambda v: pa.array([{"x": x} for x in v]))),
    "binary column": parquet(
        "cells.parquet", recast("region", lambda v: pa.array([x.encode() for x in v], pa.binary()))
    ),
    "area as words": parquet("cells.parquet", recast("area_km2", lambda v: pa.array(["large"] * len(v)))),
    "area as time": parquet("cells.parquet", recast("area_km2", lambda v: pa.array([0] * len(v), pa.timestamp("s")))),
    "area as duration": parquet(
        "cells.parquet", recast("area_km2", lambda v: pa.array([0] * len(v), pa.duration("s")))
    ),
    "date as a number": parquet("control_cells.parquet", recast("date", lambda v: pa.array([20120101] * len(v)))),
    "date with an hour": parquet(
        "control_cells.parquet", recast("date", lambda v: pa.array([3600] * len(v), pa.timestamp("s")))
    ),
    "date out of this world": parquet(
        "control_cells.parquet", recast("date", lambda v: pa.array([2**60] * len(v), pa.timestamp("us")))
    ),
    "region as a number": parquet("cells.parquet", recast("region", lambda v: pa.array([1.5] * len(v)))),
}
SETTINGS: dict[str, Mutation] = {
    "not TOML": text("war.toml", r"^root = ", "root ", "root == ", "[root = ", at_line=True),
    "bad TOML day": text("war.toml", r"^as_of = .*$", "as_of = 2013-02-30", "as_of = 0000-00-00", at_line=True),
    "day in words": text("war.toml", r"^(start|as_of|baseline) = .*$", r'\1 = "soon"', r"\1 = 2012", r"\1 = []", r"\1 = 9999-01-01"),
    "key missing": text("war.toml", r"^(title|start|as_of|baseline|root) = .*\n", ""),
    "key unknown": text("war.toml", r"^root = ", "winner = 'a'\nroot = ", "roots = 1\nroot = "),
    "key twice": text("war.toml", r"^root = .*$", r'\g<0>\nroot = "brelland"'),
    "title empty": text("war.toml", r"^title = .*$", 'title = ""', "title = 5", "title = [[[[[]]]]]", "title = nan"),
    "as_of before start": text("war.toml", r"^as_of = .*$", "as_of = 2010-01-01"),
    "baseline outside the war": text("war.toml", r"^baseline = .*$", "baseline = 1999-01-01", "baseline = 2013-07-01"),
    "unknown root": text("war.toml", r"^root = .*$", 'root = "brellant"', 'root = "Brelland"'),
    "two sides a": text("war.toml", r'^side = "b"', 'side = "a"', 'side = "c"', "side = 2"),
    "one belligerent": text("war.toml", r"(?s)^\[\[belligerent\]\].*?(?=^\[)", ""),
    "a belligerent twice": text("war.toml", r'^id = "brelland"', 'id = "aldmark"'),
    "belligerent as a table": text("war.toml", r"(?s)^\[\[belligerent\]\].*(?=^\[third)", "[belligerent]\nid = 'a'\n"),
    "axis without steps": text("war.toml", r"^\[notes\]", '[[axis]]\nid = "far"\ntitle = "t"\nlow_end = "l"\nhigh_end = "h"\n[notes]'),
    "axis twice": text("war.toml", r"^\[notes\]", '[[axis]]\nid = "north"\ntitle = "t"\nlow_end = "l"\nhigh_end = "h"\n[notes]'),
    "third party without name": text("war.toml", r"^dovia = .*$", "dovia = 3", "dovia = ''", "dovia = {}"),
    "nested without end": text("war.toml", r"^root = .*$", "root = " + "[" * 5000, "root = " + "[" * 200 + "]" * 200),
    "huge number": text("war.toml", r"^root = .*$", "root = " + "9" * 6000),
    "broken settings": file("war.toml", lambda p, r: p.write_bytes(p.read_bytes() + b"# \xff\n")),
    "option values out of order": text("issues.toml", r"value = 0\.\d+\}", "value = 1.0}", "value = -0.5}", "value = nan}"),
    "option twice": text("issues.toml", r'id = "line-de-facto"', 'id = "restored"'),
    "one option": text("issues.toml", r"(?s)options = \[.*?\n\]", 'options = [{id = "x", label = "x", value = 0.5}]', "options = []"),
    "unknown ideal": text("issues.toml", r"^ideal = .*$", 'ideal = "everything"', "ideal = 1"),
    "salience over one": text("issues.toml", r"central = [\d.]+", "central = 1.4", "central = " + "9" * 400, "central = inf", "central = nan", "central = '1'"),
    "salience out of order": text("issues.toml", r"low = [\d.]+", "low = 0.99"),
    "acceptable a word": text("issues.toml", r"^acceptable = .*$", 'acceptable = "restored"', 'acceptable = ["restored"]', "acceptable = [1, 2]"),
    "issue unknown key": text("issues.toml", r"^kind = ", "sort = 'x'\nkind = "),
    "issue twice": text("issues.toml", r'^id = "southreach"', 'id = "northreach"'),
    "side of an issue missing": text("issues.toml", r"(?s)^\[issue\.b\].*?(?=^\[)", ""),
    "divisible perhaps": text("issues.toml", r"^divisible = .*$", 'divisible = "yes"', "divisible = 1"),
    "red line on nothing": text("issues.toml", r'(?s)(\[\[red_line\]\].*?issue = )"\w+"', r'\1"weather"'),
    "red line past nothing": text("issues.toml", r'(?s)(\[\[red_line\]\].*?option = )"[\w-]+"', r'\1"weather"'),
    "issues a link to nothing": file("issues.toml", _dangling),
    "issues a folder": file("issues.toml", _folder),
    "recipe without projection": text("build.toml", r"^projection = .*\n", ""),
    "recipe that leaves the folder": text("build.toml", r'pattern = "series/', 'pattern = "../series/', 'pattern = "/series/'),
    "recipe input twice": text("build.toml", r'^id = "beyond"', 'id = "regions"'),
    "recipe step without kind": text("build.toml", r'^kind = "country"', 'sort = "country"', "kind = 1"),
    "recipe not TOML": text("build.toml", r"^cell_resolution = .*$", "cell_resolution = six", at_line=True),
    "outlines not JSON": file("outlines.geojson", _cut),
    "outlines of nothing": file("outlines.geojson", lambda p, r: p.write_text(r.choice(["[]", "{}", "3", '{"features": 1}']))),
    "outline without shape": file("outlines.geojson", lambda p, r: p.write_text(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"layer": "land"}, "geometry": None}]}))),
}  # fmt: skip
CLAIMS: dict[str, Mutation] = {
    "claim without value": text("claims.toml", r"^value = .*\n", "", "value = 'many'\n", "value = nan\n"),
    "claim twice": text("claims.toml", r'^id = "few-losses"', 'id = "saltpans"'),
    "claim of an unknown query": text("claims.toml", r'name = "(change|share|level)"', 'name = "guess"'),
    "claim about nowhere": text(
        "claims.toml", r'regions = \["\w+"\]', 'regions = ["nowhere"]', 'regions = "northreach"'
    ),
    "claim not TOML": text("claims.toml", r"^tolerance = .*$", "tolerance ==", at_line=True),
}
GAME: dict[str, Mutation] = {
    "game not TOML": text("game.toml", r"^(low|central|high) = ", r"\1 == ", r"\1 ", at_line=True),
    "game number twice": text("game.toml", r"^low = .*$", r"\g<0>\nlow = 0.0"),
    "game number no number": text("game.toml", r"^(low|central|high) = .*$", r"\1 = nan", r"\1 = inf", r"\1 = '1'", r"\1 = true", r"\1 = []", r"\1 = 2012-01-01", r"\1 = " + "9" * 400),
    "game number out of bounds": text("game.toml", r"^(low|central|high) = .*$", r"\1 = -1000", r"\1 = -1e300"),
    "game numbers out of order": text("game.toml", r"(?m)(?<=^\[costs\.a\]\n)low = .*$", "low = 1.5", "low = 900"),
    "game end missing": text("game.toml", r"^(low|central|high) = .*\n", ""),
    "game end unknown": text("game.toml", r"^(low|central|high) = ", r"\1est = ", r"mean = 1\n\g<0>"),
    "game source empty": text("game.toml", r"^source = .*$", 'source = ""', 'source = "  "', "source = 1", ""),
    "game table unknown": text("game.toml", r"^\[(costs|defeat|beliefs)\.", r"[\1s."),
    "game number unknown": text("game.toml", r"^\[(\w+\.\w+)\]", r"[\1c]"),
    "game number required": text("game.toml", r"(?m)^\[(costs\.a|costs\.b|beliefs\.\w+)\]\n(\w.*\n)+", ""),
    "game axis unknown": text("game.toml", r'^id = "north"', 'id = "nort"', 'id = ""', "id = 1", ""),
    "game axis missing": text("game.toml", r"^\[axis\]\n(\w.*\n)+", "", "axis = 'north'\n", "[[axis]]\n"),
    "game block off the axis": text("game.toml", r"hi = 8", "hi = 13", "hi = 7", "hi = 1", "hi = 7.5", "hi = '8'", "hi = " + "9" * 400),
    "game block unfounded": text("game.toml", r"^blocks = .*$", "blocks = [{lo = 6, hi = 8}]", "blocks = {lo = 6}", "blocks = [6, 8]", "blocks = 6"),
    "game line off the axis": text("game.toml", r"step = 4", "step = 0", "step = 12", "step = -3", "step = 4.0", "step = true"),
    "game a link to nothing": file("game.toml", _dangling),
    "game a folder": file("game.toml", _folder),
    "game of bytes": file("game.toml", lambda p, r: p.write_bytes(p.read_bytes() + b"# \xff\n")),
}  # fmt: skip
PLANTED: dict[str, Mutation] = {
    **OBSERVATIONS, **TABLES_OF_TEXT, **SHAPE_OF_TABLES, **PARQUET, **SETTINGS, **CLAIMS, **GAME,
}  # fmt: skip


# --- the laws ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def small(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy war with fewer observations, so that it can be read hundreds of times."""
    folder = Path(shutil.copytree(toy, tmp_path_factory.mktemp("small") / "toy"))
    rows = _read(folder / "observations.csv")
    _write(folder / "observations.csv", [rows[0], *rows[1::9]])
    cells = pq.read_table(folder / "control_cells.parquet")
    pq.write_table(cells.take(list(range(0, len(cells), 40))), folder / "control_cells.parquet")
    check_all(folder)
    return folder


@pytest.fixture
def hasty(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that stand in a copy as they stand in the original are read once: their reader knows only their bytes."""
    real = pack.read_table
    known: dict[str, pd.DataFrame | None] = {}

    def read_table(root: Path, table: Table, faults: FaultCollector) -> pd.DataFrame | None:
        files = [path for path in (root / f"{table.name}.csv", root / f"{table.name}.parquet") if os.path.lexists(path)]
        same = len(files) == 1 and not files[0].is_symlink() and files[0].is_file()
        if not same or not filecmp.cmp(files[0], small / files[0].name, shallow=False):
            return real(root, table, faults)
        if table.name not in known:
            known[table.name] = real(root, table, faults)
        return known[table.name]

    monkeypatch.setattr(pack, "read_table", read_table)


def _contents(folder: Path) -> list[tuple[str, int, int]]:
    found = [(p, p.lstat()) for p in folder.rglob("*")]
    return sorted((p.relative_to(folder).as_posix(), s.st_size, s.st_mtime_ns) for p, s in found)


def _assert_refused(folder: Path, planted: Planted, name: str) -> None:
    before = _contents(folder.parent)
    with pytest.raises(PackError) as caught:
        check_all(folder)
    assert _contents(folder.parent) == before, "something was written"
    places = [fault.where for fault in caught.value.faults]
    for fault in caught.value.faults:
        for part in (fault.where, fault.found, fault.expected, fault.remedy):
            assert part.strip(), (name, fault)
        assert len(str(fault).splitlines()) == 1, (name, fault)
        assert str(fault).isprintable(), (name, fault)
        assert len(str(fault)) < 1500, (name, len(str(fault)))
    if planted.line is None:
        assert any(re.split(r" (?=line|row|feature|\[|issue)", place)[0] == planted.file for place in places), (
            name,
            planted,
            places,
        )
    else:
        unit = "row" if planted.file.endswith(".parquet") else "line"
        assert f"{planted.file} {unit} {planted.line}" in places, (name, planted, places)


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("again", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_planted_fault_is_refused_and_named_with_file_and_line(
    small: Path, hasty: None, tmp_path: Path, chunk: int, again: bool
) -> None:
    """Every fault once, and again at other places."""
    names = list(PLANTED)
    assert len(names) >= 60
    for seed in range(len(names) + chunk, TOTAL, CHUNKS) if again else range(chunk, len(names), CHUNKS):
        name = names[seed % len(names)]
        folder = Path(shutil.copytree(small, tmp_path / str(seed) / "toy"))
        planted = PLANTED[name](folder, random.Random(seed))
        _assert_refused(folder, planted, f"{name} (seed {seed})")
        shutil.rmtree(tmp_path / str(seed))


def _spoil(path: Path, rng: random.Random) -> str:
    """Damage a file at random, without knowing what it means."""
    content = path.read_bytes()
    lines = content.split(b"\n")
    at = rng.randrange(len(content) + 1)
    kind = rng.choice(["flip", "cut", "delete lines", "swap lines", "insert", "repeat", "cells", "number", "word"])
    if kind == "flip":
        mutable = bytearray(content)
        for _ in range(rng.randrange(1, 20)):
            mutable[rng.randrange(len(mutable))] ^= 1 << rng.randrange(8)
        content = bytes(mutable)
    elif kind == "cut":
        content = content[:at] if rng.random() < 0.5 else content[at:]
    elif kind == "delete lines":
        content = b"\n".join(x for x in lines if rng.random() > 0.05)
    elif kind == "swap lines":
        rng.shuffle(lines)
        content = b"\n".join(lines)
    elif kind == "insert":
        pieces = [
            b'"',
            b"'",
            b"\r",
            b"\xef\xbb\xbf",
            b"[" * 3000,
            b"{" * 3000,
            b"\xff",
            b"\0",
            b"1e400",
            b"x" * 200_000,
            "٣".encode(),
        ]
        content = content[:at] + rng.choice(pieces) + content[at:]
    elif kind == "repeat":
        content = content + content[at:]
    elif kind == "cells":
        extreme = [
            b"",
            b"nan",
            b"-inf",
            b"1e308",
            b"-1e308",
            b"9" * 400,
            b"0000-00-00",
            b"2200-12-31",
            b"1500-01-01",
            b"\xe2\x80\xae",
            b"'; --",
            b"=1+1",
        ]
        content = b"\n".join(
            lines[:1]
            + [b",".join(rng.choice(extreme) if rng.random() < 0.03 else c for c in x.split(b",")) for x in lines[1:]]
        )
    elif kind == "number":
        content = re.sub(
            rb"\d+\.\d+", lambda m: rng.choice([m[0], m[0], b"nan", b"inf", b"-1.5", b"1e308", b"0.0"]), content
        )
    else:
        content = re.sub(rb"[a-z]{4,}", lambda m: rng.choice([m[0]] * 40 + [b"x", b"1", b"a" * 3000]), content)
    path.write_bytes(content)
    return f"{kind} in {path.name}"


@pytest.mark.parametrize("chunk", range(10))
def test_damage_is_read_or_refused_and_nothing_else(small: Path, hasty: None, tmp_path: Path, chunk: int) -> None:
    for seed in range(chunk * 12, chunk * 12 + 12):
        rng = random.Random(f"damage {seed}")
        folder = Path(shutil.copytree(small, tmp_path / str(seed) / "toy"))
        what = _spoil(
            rng.choice(
                sorted(
                    p for p in folder.rglob("*") if p.is_file() and (p.name != "observations.csv" or rng.random() < 0.9)
                )
            ),
            rng,
        )
        try:
            check_all(folder)
        except (PackError, QueryError):
            pass
        except Exception as error:
            raise AssertionError(f"seed {seed}: {what}: {type(error).__name__}") from error
        shutil.rmtree(tmp_path / str(seed))


def test_a_file_that_may_not_be_read_is_refused(toy_copy: Path) -> None:
    path = toy_copy / "events.csv"
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(PackError, match=r"events\.csv.*permissions"):
        check_all(toy_copy)


def test_many_faults_are_reported_at_once_and_one_kind_does_not_bury_the_others(toy_copy: Path) -> None:
    rows = _read(toy_copy / "observations.csv")
    unit, source = rows[0].index("unit"), rows[0].index("source")
    for row in rows[1:500]:
        row[unit] = "acres"
    rows[900][source] = "nobody"
    _write(toy_copy / "observations.csv", rows)
    (toy_copy / "events.csv").write_text("date\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_pack(toy_copy)
    message = str(caught.value)
    assert "observations.csv line 2: unit" in message
    assert "observations.csv line 901: source" in message
    assert "events.csv line 1" in message
    assert re.search(r"\d+ further rows with the same fault", message)
    assert len(caught.value.faults) < 60


# --- harmless variations ------------------------------------------------------------------------------------


def _crlf(folder: Path) -> None:
    for path in [*folder.glob("*.csv"), *folder.glob("*.toml")]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def _marked(folder: Path) -> None:
    for path in [*folder.glob("*.csv"), *folder.glob("*.toml")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def _as_parquet(folder: Path) -> None:
    rows = pd.read_csv(
        folder / "observations.csv", keep_default_na=False, na_values={c: [""] for c in ("low", "value", "high")}
    )
    rows.to_parquet(folder / "observations.parquet", index=False)
    (folder / "observations.csv").unlink()


def _as_typed_parquet(folder: Path) -> None:
    """Other types for the same content: categories, stamps with a zone, decimals, wide text, big integers."""
    content = pq.read_table(folder / "control_cells.parquet")
    kinds = {
        "source": pa.dictionary(pa.int8(), pa.string()),
        "date": pa.timestamp("us", "UTC"),
        "belligerent": pa.large_string(),
        "cell": pa.decimal128(38, 0),
    }
    for name, kind in kinds.items():
        at, column = content.column_names.index(name), content.column(name)
        if name == "cell":
            values = pa.array([__import__("decimal").Decimal(v) for v in column.to_pylist()], kind)
        elif name == "source":
            values = column.combine_chunks().dictionary_encode()
        else:
            values = column.cast(kind if name != "date" else pa.timestamp("us")).cast(kind)
        content = content.set_column(at, name, values)
    pq.write_table(content, folder / "control_cells.parquet")


def _shuffled(folder: Path) -> None:
    rng = random.Random(3)
    for path in folder.glob("*.csv"):
        rows = _read(path)
        body = rows[1:]
        rng.shuffle(body)
        order = list(range(len(rows[0])))
        rng.shuffle(order)
        _write(path, [[row[n] for n in order] for row in [rows[0], *body]])


def _quoted(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        rows = _read(path)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)


def _spaced(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_bytes().rstrip(b"\n").replace(b"\n", b"\n\n") + b"\n\n\n")


def _unended(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_bytes().rstrip(b"\n"))


def _with_company(folder: Path) -> None:
    (folder / "README.de.md").write_text("Noch eine Seite.\n", encoding="utf-8")
    (folder / "notes").mkdir()
    (folder / "notes" / "more.txt").write_bytes(b"\xff\xfe anything")


VARIATIONS: dict[str, Callable[[Path], None]] = {
    "CRLF": _crlf, "byte order mark": _marked, "Parquet for CSV": _as_parquet, "other Parquet types": _as_typed_parquet,
    "rows and columns reordered": _shuffled, "everything quoted": _quoted, "blank lines": _spaced, "no last newline": _unended,
    "files that are no tables": _with_company,
}  # fmt: skip


@pytest.fixture(scope="module")
def unvaried(toy: Path) -> tuple[Pack, xr.Dataset]:
    """The toy war as it is shipped, and what is estimated from it."""
    plain = read_pack(toy)
    return plain, estimate_panel(plain)


@pytest.mark.parametrize("name", list(VARIATIONS))
def test_a_harmless_variation_changes_nothing(unvaried: tuple[Pack, xr.Dataset], toy_copy: Path, name: str) -> None:
    VARIATIONS[name](toy_copy)
    plain, a = unvaried
    varied = check_all(toy_copy)
    b = estimate_panel(varied)
    assert a.sortby("region").drop_attrs().identical(b.sortby("region").drop_attrs())
    assert plain.war.issues == varied.war.issues
    assert plain.war.axes == varied.war.axes
    assert plain.game == varied.game
    order = ["source", "belligerent", "cell", "date"]
    shares = [p.tables["control_cells"].sort_values(order)["share"].to_numpy() for p in (plain, varied)]
    np.testing.assert_array_equal(*shares)


@pytest.mark.parametrize("gone", ["events", "responses", "places", "assets", "values", "redraws", "revisions", "cited"])
def test_a_table_that_need_not_be_there_may_be_missing(small: Path, tmp_path: Path, gone: str) -> None:
    folder = Path(shutil.copytree(small, tmp_path / "toy"))
    (folder / f"{gone}.csv").unlink()
    check_all(folder)


def test_the_numbers_of_the_game_need_not_be_there(small: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small, tmp_path / "toy"))
    (folder / "game.toml").unlink()
    check_all(folder)
