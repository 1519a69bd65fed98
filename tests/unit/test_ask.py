"""Questions to the record: every kind on a war written by hand, with answers worked out on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.war import Belligerent, Region, Source, War
from armistice.data.ask import MONTH_DAYS, QUERIES, Query, Record, ask, level, producers, rounded, unit_of
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack
from armistice.data.tables import QUANTITIES, TABLES


def day(text: str) -> date:
    return date.fromisoformat(f"2020-{text}")


WAR = War(
    slug="written", title="Written war", start=day("01-01"), as_of=day("03-31"), baseline=day("01-10"), root="land",
    belligerents=(Belligerent("red", "Red", "Red", "a", "Redhall"), Belligerent("blue", "Blue", "Blue", "b", "Bluhall")),
    third_parties={}, issues=(), red_lines=(), axes=(), notes={},
    regions={
        r.id: r
        for r in (
            Region("land", "Land", "", 0, "b", 1000.0, 5000.0, 0.0, 0.0),
            Region("north", "North", "land", 1, "b", 600.0, 3000.0, 0.0, 0.0),
            Region("south", "South", "land", 1, "b", 400.0, 2000.0, 0.0, 0.0),
            Region("town", "Town", "north", 3, "b", 50.0, 100.0, 0.0, 0.0),
            Region("abroad", "Abroad", "", 1, "a", 100.0, None, 0.0, 0.0),
        )
    },
    sources={
        s: Source(s, maker, "", "", "", "", "", "", "")
        for s, maker in {"one": "First Maps", "two": "Second Maps", "tally": "Counters", "count": "Counters"}.items()
    },
)  # fmt: skip

# quantity, whose, region, first day, last day, value, low, high, source. The map of `two` is spoiled on 20 to 23
# February, when all of north seems to fall; `one` has no map from 11 to 14 February.
ROWS = """
control red  land   01-01 01-15 100  .   .   one
control red  north  01-01 01-15 100  .   .   one
control red  land   01-16 02-10 200  .   260 one
control red  north  01-16 02-10 150  .   200 one
control red  south  01-16 02-10  50  .    60 one
control red  land   02-15 03-31 300  .   330 one
control red  north  02-15 03-31 200  .   220 one
control red  south  02-15 03-31 100  .   110 one
control red  town   01-01 02-10  10  .   .   one
control red  town   02-15 03-31  20  .    30 one
control blue abroad 02-01 02-10  40  .   .   one
control blue abroad 02-15 02-29  10  .   .   one
people  red  north  02-15 03-31 900  800 960 one
control red  land   01-20 02-19 250  .   .   two
control red  north  01-20 02-19 150  .   .   two
control red  south  01-20 02-19 100  .   .   two
control red  land   02-20 02-23 550  .   .   two
control red  north  02-20 02-23 450  .   .   two
control red  town   02-20 02-23  50  .   .   two
control red  south  02-20 02-23 100  .   .   two
control red  land   02-24 03-04 250  .   .   two
control red  north  02-24 03-04 150  .   .   two
control red  south  02-24 03-04 100  .   .   two
control red  land   03-05 03-31 290  .   .   two
control red  north  03-05 03-31 150  .   .   two
control red  south  03-05 03-31 140  .   .   two
aid_military blue - 01-01 01-31  10    8  12 tally
aid_military blue - 02-01 02-29  20  .   .   tally
aid_military blue - 03-01 03-31  30  .   .   tally
losses_tanks red  - 01-01 02-01 100  .   .   tally
losses_tanks red  - 01-01 03-01 160  .   .   tally
losses_tanks red  - 01-01 03-30 200  .   .   tally
losses_tanks blue - 01-01 03-01  40  .   .   tally
losses_tanks blue - 01-01 03-02  80  .   .   count
"""
REDRAWS = [
    ("two", "north", "2020-02-20", 300.0),
    ("two", "north", "2020-02-24", -300.0),
    ("two", "south", "2020-02-24", 30.0),  # out of the spoiled map as well
    ("two", "south", "2020-03-05", 40.0),
]


def written(lines: list[str]) -> Record:
    names = ["quantity", "belligerent", "region", "start", "end", "value", "low", "high", "source"]
    rows = pd.DataFrame([line.split() for line in lines], columns=names)
    for column in ("start", "end"):
        rows[column] = pd.to_datetime("2020-" + rows[column]).astype("datetime64[s]")
    for column in ("value", "low", "high"):
        rows[column] = pd.to_numeric(rows[column].replace(".", None))
    rows["region"], rows["published"] = rows["region"].replace("-", ""), rows["start"]
    rows["unit"] = rows["quantity"].map({q.name: q.unit for q in QUANTITIES.values()})
    tables = {name: pd.DataFrame(columns=list(table.header)) for name, table in TABLES.items()}
    tables["redraws"] = pd.DataFrame(REDRAWS, columns=["source", "region", "date", "change_km2"])
    tables["redraws"]["date"] = pd.to_datetime(tables["redraws"]["date"]).astype("datetime64[s]")
    pack = Pack(Path("written"), WAR, "0", rows, tables)
    return Record(pack, estimate_panel(pack))


@pytest.fixture(scope="session")
def record() -> Record:
    return written(ROWS.strip().splitlines())


def query(text: str, **more) -> Query:
    """A query from its name, quantity, party, regions and days, in one line."""
    name, quantity, party, regions, *days = text.split()
    where = () if regions == "-" else tuple(regions.split("+"))
    return Query(name, quantity, party, where, day(days[0]), day(days[-1]), **more)


ANSWERS = [
    ("level control red land 02-05", {}, {"one": (200, 200, 260), "two": 250}),
    ("level control blue north+south 02-05", {}, {"one": (800, 740, 800), "two": 750}),
    ("level control blue abroad 02-05", {}, {"one": 40, "two": 0}),
    ("level control red town 03-01", {}, {"one": (20, 20, 30), "two": 0}),
    ("level control blue town 03-01", {}, {"one": (30, 20, 30), "two": 50}),
    ("level losses_tanks red - 03-08", {}, {"tally": 160}),
    ("level losses_tanks red - 03-09", {}, {}),
    ("share control red north 03-31", {}, {"one": (100 / 3, 100 / 3, 110 / 3), "two": 25}),
    ("share people red north 03-31", {}, {"one": (30, 80 / 3, 32), "two": 0}),
    ("share people red town 03-31", {}, {}),
    ("change control red land 02-01 03-31", {}, {"one": (100, 70, 100), "two": 40}),
    ("change control red land 01-12 03-31", {}, {"one": 200}),
    ("change losses_tanks red - 02-01 03-01", {}, {"tally": 60}),
    ("share_change control red south 02-01 03-31", {}, {"one": 12.5, "two": 10}),
    ("taken control red land 03-31", {}, {"one": (200, 200, 230), "two": 190}),
    ("peak control red land 01-20 03-31", {}, {"one": (300, 300, 330), "two": 290}),
    ("peak control red land 01-10 03-31", {}, {"one": (300, 300, 330)}),
    ("peak_taken control red land 01-20 03-31", {}, {"one": (200, 200, 230), "two": 190}),
    ("change_with_retaken control red north 02-05 03-31", {"also": "abroad"}, {"one": (90, 60, 90), "two": 0}),
    ("total aid_military blue - 01-01 02-29", {}, {"tally": (30, 28, 32)}),
    ("total aid_military blue - 01-01 02-28", {}, {}),
    ("rate control red land 02-01 03-02", {"per": "day"}, {"one": (10 / 3, 7 / 3, 10 / 3), "two": 0}),
    ("rate aid_military blue - 02-01 02-29", {}, {"tally": 20 / 29 * MONTH_DAYS}),
    ("months_left control red south 02-01 03-02", {}, {"one": 300 / (50 / 30 * MONTH_DAYS)}),
    ("months_left control red south 02-01 03-02", {"per": "day"}, {"one": 300 / (50 / 30 * MONTH_DAYS)}),
    ("count control red north+south 03-31", {"least_share": 0.26}, {"one": (1, 1, 2), "two": 1}),
    ("ratio losses_tanks red - 03-02", {"over": "losses_tanks", "over_belligerent": "blue"}, {"tally": 4, "tally / count": 2}),
    ("ratio aid_military blue - 03-01 03-31", {"over": "losses_tanks", "over_belligerent": "red"}, {"tally": 0.15}),
    ("level control red land 04-01", {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "more", "answer"), ANSWERS, ids=[text for text, *_ in ANSWERS])
def test_the_answers_are_those_worked_out_by_hand(record, text, more, answer):
    found = {s: (a.value, a.low, a.high) for s, a in ask(record, query(text, **more)).items()}
    expected = {s: ends if isinstance(ends, tuple) else (ends,) * 3 for s, ends in answer.items()}
    assert found.keys() == expected.keys()
    for source, ends in expected.items():
        assert found[source] == pytest.approx(ends)


def test_every_kind_of_question_has_an_answer_here():
    assert {text.split()[0] for text, *_ in ANSWERS} == set(QUERIES)


@pytest.mark.parametrize(
    ("text", "more", "source", "note"),
    [
        ("level control red land 02-12", {}, "one", "its figure of 2020-02-10"),
        ("level control red land 02-22", {}, "two", "its figure of 2020-02-19"),
        ("level control red town 02-22", {}, "two", "its figure of 2020-02-19"),
        ("change control red land 02-12 02-22", {}, "one", "its figure of 2020-02-10 at the beginning"),
        ("change control red land 02-01 02-22", {}, "two", "its figure of 2020-02-19 at the end"),
        ("change control red land 02-01 03-31", {}, "two", "40 km² of it by redrawing of the map"),
        ("change control blue south 02-01 03-31", {}, "two", "−40 km² of it by redrawing of the map"),
        ("change control red land 02-01 03-01", {}, "two", ""),
        ("change control red north 02-01 03-31", {}, "two", ""),
        ("taken control red land 03-31", {}, "two", "land held before as drawn by First Maps"),
        ("peak control red land 01-20 03-31", {}, "two", "on 2020-03-05"),
        ("change_with_retaken control red north 02-05 03-31", {"also": "abroad"}, "one",
         "40 km² of it retaken beyond the border"),
    ],
)  # fmt: skip
def test_what_a_reader_must_know_of_an_answer(record, text, more, source, note):
    assert ask(record, query(text, **more))[source].note == note


def test_nothing_is_taken_where_nobody_drew_the_land_held_before():
    later = written([line for line in ROWS.strip().splitlines() if " 01-15 " not in line])
    assert set(ask(later, query("level control red land 03-31"))) == {"one", "two"}
    for name in ("taken", "peak_taken"):
        assert ask(later, query(f"{name} control red land 01-20 03-31")) == {}


def test_last_ranges_and_spans(record):
    land, tanks = query("level control red land 03-31"), query("level losses_tanks red - 03-31")
    day, width = record.series(land).last_range("one", date(2020, 2, 12))
    assert (str(day), width) == ("2020-02-10", 60)
    assert record.series(land).last_range("two", date(2020, 3, 31)) is None
    assert [str(d) for d in record.spans(land)["two"]] == ["2020-01-20", "2020-03-31"]
    assert [str(d) for d in record.spans(tanks)["tally"]] == ["2020-01-01", "2020-03-30"]


days = st.dates(date(2020, 1, 20), date(2020, 3, 31))


@settings(max_examples=25)
@given(st.tuples(days, days, days).map(sorted), st.sampled_from(["land", "north", "south", "town"]))
def test_changes_of_two_periods_add_up_to_the_change_of_both(record, three, region):
    whole, *parts = (
        ask(record, Query("change", "control", "red", (region,), start, end))
        for start, end in ((three[0], three[2]), (three[0], three[1]), (three[1], three[2]))
    )
    for source, answer in whole.items():
        assert answer.value == pytest.approx(sum(part[source].value for part in parts))


@settings(max_examples=25)
@given(days, st.sampled_from(list(WAR.regions)))
def test_what_one_side_does_not_hold_the_other_does(record, at, region):
    red, blue = (level(record, Query("level", "control", side, (region,), at, at)) for side in ("red", "blue"))
    for source in red:
        area = WAR.regions[region].area_km2
        assert red[source].value + blue[source].value == pytest.approx(area)
        assert red[source].low + blue[source].high == pytest.approx(area)


def test_units_names_and_numbers():
    assert unit_of(query("rate control red land 02-01 03-02", per="day")) == "km2 per day"
    assert unit_of(query("share control red land 02-01")) == "%"
    assert producers(WAR, ["one", "two", "tally"]) == "First Maps, Second Maps and Counters (tally)"
    assert producers(WAR, ["tally / one"]) == "Counters (tally) over First Maps"
    assert [rounded(-1234.56), rounded(1.234, 0.05), rounded(0.5, 0), rounded(3.0, 0)] == ["−1,235", "1.23", "0.5", "3"]
