"""A pack as read: found by path or name, cut down to a day, with its front on its axis."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armistice.core.digest import folder_digest
from armistice.core.errors import PackError, QueryError
from armistice.data.estimate import estimate_panel, holdings
from armistice.data.pack import known_by, read_pack
from armistice.study import run_study


def row(quantity: str, start: str, end: str, published: str) -> dict[str, object]:
    return {"quantity": quantity, "start": start, "end": end, "published": published, "value": 1.0}


def rows(*given: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(given)
    for column in ("start", "end", "published"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    return frame


def test_what_was_published_later_is_not_known() -> None:
    table = rows(
        row("control", "2012-01-01", "2012-01-09", "2012-01-02"),
        row("control", "2012-01-10", "2012-01-31", "2012-01-11"),
    )
    assert len(known_by(table, date(2012, 1, 10))) == 1
    assert len(known_by(table, date(2012, 1, 11))) == 2
    assert known_by(table, date(2012, 1, 1)).empty


def test_a_state_is_known_up_to_its_lag_before_the_day() -> None:
    table = rows(row("control", "2012-01-01", "2012-01-31", "2012-01-04"))
    for day, end in ((4, 1), (10, 7), (31, 28)):
        assert known_by(table, date(2012, 1, day))["end"].tolist() == [pd.Timestamp(2012, 1, end)]
    assert known_by(table, date(2012, 6, 1))["end"].tolist() == [pd.Timestamp(2012, 1, 31)]


def test_a_count_keeps_its_period() -> None:
    table = rows(row("aid_military", "2012-01-01", "2012-01-31", "2012-03-01"))
    assert known_by(table, date(2012, 3, 1))["end"].tolist() == [pd.Timestamp(2012, 1, 31)]


def test_a_day_outside_the_record_is_refused_with_the_record(toy: Path) -> None:
    for day in (date(2009, 1, 1), date(2013, 7, 1)):
        with pytest.raises(QueryError, match="2010-06-01 to 2013-06-30"):
            read_pack(toy, day)


def test_a_day_without_a_map_says_from_which_day_there_is_one(toy: Path) -> None:
    early = read_pack(toy, date(2010, 12, 1))
    for ask in (estimate_panel, lambda pack: holdings(pack, "brelland", pack.war.as_of)):
        with pytest.raises(QueryError, match=r"2010-12-01: no map .* from 2011-01-01 on"):
            ask(early)
    for day in (date(2010, 12, 1), date(2010, 12, 31)):
        with pytest.raises(QueryError, match=rf"{day}: before .* is counted; expected a day from 2011-01-01 on"):
            run_study(toy, day, draws=0)


def test_an_unknown_pack_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(QueryError, match="no such pack"):
        read_pack("tooy")


def test_the_digest_knows_every_byte_and_every_name(toy_copy: Path) -> None:
    first = folder_digest(toy_copy)
    (toy_copy / "README.md").write_text("else", encoding="utf-8")
    second = folder_digest(toy_copy)
    (toy_copy / "README.md").rename(toy_copy / "READYOU.md")
    assert len({first, second, folder_digest(toy_copy)}) == 3


def test_tables_are_cut_at_the_day(toy: Path) -> None:
    pack = read_pack(toy, date(2012, 6, 1))
    assert pack.war.as_of == date(2012, 6, 1)
    for name in ("events", "responses", "positions", "control_cells", "redraws"):
        assert pack.tables[name]["date"].max() <= pd.Timestamp(2012, 6, 1) or pack.tables[name].empty
    assert len(pack.tables["events"]) == 5
    assert pack.tables["revisions"].empty
    assert len(read_pack(toy).tables["revisions"]) == 5


def test_the_front_moves_along_its_axis_with_the_day(toy: Path) -> None:
    starts = [read_pack(toy, day).war.axes[0].start for day in (date(2012, 1, 1), date(2013, 3, 1), date(2013, 6, 30))]
    assert starts == sorted(starts)
    assert starts[0] < starts[-1]
    assert starts[-1] == 3, "the recipe asks for three steps behind the line"


def test_the_war_is_what_its_files_say(toy: Path) -> None:
    war = read_pack(toy).war
    assert (war.side("a").id, war.side("b").id) == ("aldmark", "brelland")
    assert war.children("brelland") == ("northreach", "rivermark", "southreach", "westmoor")
    assert [i.id for i in war.issues] == ["northreach", "southreach", "alliance", "tolls"]
    assert war.issue("tolls").value("shared") == 0.5
    assert [line.hard for line in war.red_lines] == [True, False]
    assert len(war.axes[0].steps) == 12
    assert [s.number for s in war.axes[0].steps] == list(range(1, 13))


def test_what_is_computed_locally_is_read_beside_what_is_shipped(toy: Path, toy_copy: Path) -> None:
    (toy_copy / "local").mkdir()
    observations = read_pack(toy).observations
    own = observations[(observations["source"] == "mapwatch") & (observations["quantity"] == "control")]
    own.assign(source="survey").to_parquet(toy_copy / "local" / "observations.parquet", index=False)
    pack = read_pack(toy_copy)
    assert len(pack.observations) == len(observations) + len(own)
    shutil.rmtree(toy_copy / "local")
    outside = toy_copy.parent / "outside"
    outside.mkdir()
    (toy_copy / "local").symlink_to(outside)
    with pytest.raises(PackError, match="local: a link"):
        read_pack(toy_copy)


def test_values_that_are_read_are_the_values_written(toy: Path) -> None:
    written = pd.read_csv(toy / "observations.csv")
    read = read_pack(toy, date(2013, 6, 30)).observations
    np.testing.assert_array_equal(read["value"].to_numpy(), written["value"].to_numpy())
