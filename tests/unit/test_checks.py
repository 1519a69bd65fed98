"""Readers of text, tables and settings: what is a number, what is a day, and where a fault stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armistice.core.errors import FaultCollector, near
from armistice.data.checks import TomlReader, read_json, read_table, read_text, read_toml, show
from armistice.data.tables import Column, Table

TABLE = Table(
    "things",
    "things",
    (
        Column("id", "its name", "id"),
        Column("size", "its size", "number", required=False, low=0, high=1e6),
        Column("number", "a whole number", "integer", required=False),
        Column("day", "a day", "date", required=False),
        Column("kind", "a kind", choices=("x", "y"), required=False),
        Column("text", "words", required=False),
    ),
    key=("id",),
)


def table_of(tmp_path: Path, *lines: str, head: str = "id,size,number,day,kind,text") -> tuple[pd.DataFrame, list[str]]:
    """A table as read from some lines, and where its faults are."""
    (tmp_path / "things.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    faults = FaultCollector()
    frame = read_table(tmp_path, TABLE, faults)
    assert frame is not None
    return frame, [fault.where for fault in faults.faults]


@pytest.mark.parametrize("text", ["0", "1", "+1.5", " 2 ", "1e3", ".5", "5.", "1E-3", "007"])
def test_a_plain_number_is_read(tmp_path: Path, text: str) -> None:
    frame, faults = table_of(tmp_path, f"a,{text},,,,")
    assert faults == []
    assert frame["size"].iloc[0] == float(text)


@pytest.mark.parametrize("text", ["1 000", "nan", "inf", "1e400", "0x1", "1_0", "one", "-1", "1000001", "١"])
def test_anything_else_is_a_fault_at_its_line(tmp_path: Path, text: str) -> None:
    frame, faults = table_of(tmp_path, "a,1,,,,", f"b,{text},,,,")
    assert set(faults) == {"things.csv line 3"}
    assert frame.index.tolist() == [2, 3]


@pytest.mark.parametrize("text", ["2012-02-30", "2012-1-1", "12-01-01", "1499-12-31", "2201-01-01", "2012-01-01T00:00"])
def test_a_day_is_a_day_of_the_calendar_within_seven_centuries(tmp_path: Path, text: str) -> None:
    assert table_of(tmp_path, f"a,,,{text},,")[1] == ["things.csv line 2"]
    frame, faults = table_of(tmp_path, "a,,,2012-02-29,,", "b,,,1500-01-01,,", "c,,,2200-12-31,,")
    assert faults == []
    assert frame["day"].dtype == np.dtype("datetime64[s]")


def test_whole_numbers_too_long_for_a_float_keep_their_last_digits(tmp_path: Path) -> None:
    big = 603912067048538111
    frame, faults = table_of(tmp_path, f"a,,{big},,,", f"b,,{big + 1},,,")
    assert faults == []
    assert frame["number"].tolist() == [big, big + 1]


def test_cells_that_may_be_empty_are_missing_and_no_fault(tmp_path: Path) -> None:
    frame, faults = table_of(tmp_path, "a,,,,,")
    assert faults == []
    assert np.isnan(frame["size"].iloc[0])
    assert pd.isna(frame["day"].iloc[0])
    assert frame["text"].iloc[0] == ""


def test_lines_count_from_where_a_row_begins(tmp_path: Path) -> None:
    _, faults = table_of(tmp_path, 'a,1,,,,"two', 'lines"', "", "b,x,,,,", 'c,1,,,,"three', "more", 'lines",too many')
    assert faults == ["things.csv line 6", "things.csv line 5"] or sorted(faults) == [
        "things.csv line 5",
        "things.csv line 6",
    ]


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    frame, faults = table_of(tmp_path, "3,a,,x,,2012-01-01", head="size,id,text,kind,number,day")
    assert faults == []
    assert frame.columns.tolist() == list(TABLE.header)
    assert frame[["id", "size", "kind"]].iloc[0].tolist() == ["a", 3.0, "x"]


def test_a_key_may_stand_once(tmp_path: Path) -> None:
    assert table_of(tmp_path, "a,1,,,,", "b,1,,,,", "a,2,,,,")[1] == ["things.csv line 4"]


def test_a_table_that_need_not_be_there_is_none_without_a_fault(tmp_path: Path) -> None:
    faults = FaultCollector()
    assert read_table(tmp_path, TABLE, faults) is None
    assert not faults


def test_a_remedy_names_the_nearest_word_or_what_there_is() -> None:
    assert near("nortreach", ["northreach", "westmoor"]) == "did you mean northreach?"
    assert near("zzz", ["b", "a"]) == "known: a, b"
    assert near("zzz", map(str, range(20))).endswith(", …")


@pytest.mark.parametrize("value", ["a\nb", "\x1b[31m", "\u202e", "x" * 10_000, "\ud800", None, [1, 2], b"\xff"])
def test_a_value_is_shown_on_one_line_and_not_without_end(value: object) -> None:
    text = show(value)
    assert text.isprintable()
    assert len(text) < 80


def test_a_broken_byte_is_found_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("één\ntwee\n".encode() + b"dr\xffie\n")
    faults = FaultCollector()
    assert read_text(tmp_path / "a.txt", tmp_path, faults) is None
    assert [f.where for f in faults.faults] == ["a.txt line 3"]
    assert "0xff" in faults.faults[0].found


@pytest.mark.parametrize(
    ("reader", "text"), [(read_toml, "a = 1\nb = [\n\n= 2\n"), (read_json, '{"a": 1,\n"b": [1,\n\n}')]
)
def test_broken_settings_are_found_at_their_line(tmp_path: Path, reader, text: str) -> None:
    (tmp_path / "a.x").write_text(text, encoding="utf-8")
    faults = FaultCollector()
    assert reader(tmp_path / "a.x", tmp_path, faults) is None
    assert [f.where for f in faults.faults] == ["a.x line 4"]


def test_settings_are_taken_by_kind_and_the_rest_is_reported() -> None:
    faults = FaultCollector()
    given = {
        "name": "n",
        "id": "Bad Id",
        "day": "2012-02-30",
        "rate": float("nan"),
        "on": 1,
        "words": ["a", 2],
        "extra": 0,
    }
    item = TomlReader(given, "x.toml", faults)
    assert item.text("name") == "n"
    assert item.text("absent", "default") == "default"
    item.identifier("id")
    item.day("day")
    item.number("rate", 0, 1)
    item.flag("on")
    assert item.words("words") == []
    assert item.tables("none", required=False) == []
    item.text("missing")
    item.close()
    assert len(faults.faults) == 7
    assert faults.faults[-1].found == 'an unknown key "extra"'


def test_days_may_be_written_as_toml_days_or_as_text() -> None:
    item = TomlReader({"a": date(2012, 2, 29), "b": "2012-02-29"}, "x.toml", FaultCollector())
    assert item.day("a") == item.day("b") == date(2012, 2, 29)
