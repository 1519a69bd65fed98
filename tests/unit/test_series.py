"""Raw tables of numbers as observations: periods, publication, sums and parties."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from armistice.core.errors import BuildError
from armistice.data.series import series_rows


def rows_of(tmp_path: Path, table: str, **step: object) -> pd.DataFrame:
    (tmp_path / "x.csv").write_text(table, encoding="utf-8")
    plain = {"input": "x", "source": "ledger", "belligerent": "us", "date": "date", "period": "day"}
    return series_rows(tmp_path / "x.csv", {**plain, **step})


@pytest.mark.parametrize(
    ("period", "text", "start", "end"),
    [("day", "2012-02-10", "2012-02-10", "2012-02-10"), ("month", "2012-02", "2012-02-01", "2012-02-29"), ("year", "2012", "2012-01-01", "2012-12-31")],
)  # fmt: skip
def test_a_flow_happened_in_its_period_and_became_known_after_it(
    tmp_path: Path, period: str, text: str, start: str, end: str
) -> None:
    rows = rows_of(
        tmp_path,
        f"date,n\n{text},5\n",
        period=period,
        lag_days=10,
        values=[{"quantity": "aid_military", "column": "n"}],
    )
    assert rows[["start", "end"]].iloc[0].tolist() == [pd.Timestamp(start), pd.Timestamp(end)]
    assert rows["published"].iloc[0] == pd.Timestamp(end) + pd.Timedelta(days=10)
    assert rows["unit"].iloc[0] == "EUR million"


def test_a_count_stands_on_its_last_day(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path, "date,n\n2012-02,5\n", period="month", values=[{"quantity": "losses_tanks", "column": "n"}]
    )
    assert rows["start"].iloc[0] == rows["end"].iloc[0] == pd.Timestamp("2012-02-29")


def test_columns_are_added_scaled_and_summed_up(tmp_path: Path) -> None:
    table = "date,a,b\n2012-01-02,1,2\n2012-01-01,10,\n2012-01-01,5,5\n2012-01-03,,\n"
    value = {"quantity": "losses_dead_named", "columns": ["a", "b"], "scale": 2}
    assert rows_of(tmp_path, table, values=[value])["value"].tolist() == [40.0, 6.0]
    assert rows_of(tmp_path, table, values=[{**value, "cumulate": True}])["value"].tolist() == [40.0, 46.0]


def test_rows_are_chosen_and_parties_named_by_column(tmp_path: Path) -> None:
    table = "date,who,kind,n\n2012-01-01,New Land,gun,1\n2012-01-01,Old Land,gun,2\n2012-01-01,Old Land,butter,4\n"
    rows = rows_of(
        tmp_path, table, belligerent_column="who", belligerent_names={"Old Land": "old"},
        values=[{"quantity": "losses_artillery", "column": "n", "where": {"kind": ["gun"]}}],
    )  # fmt: skip
    assert dict(zip(rows["belligerent"], rows["value"], strict=True)) == {"new-land": 1.0, "old": 2.0}


def test_what_lies_before_the_first_date_taken_is_left_out(tmp_path: Path) -> None:
    table = "date,n\n2010-01-01,1\n2012-01-01,2\n"
    rows = rows_of(tmp_path, table, since="2011", values=[{"quantity": "losses_tanks", "column": "n"}])
    assert rows["value"].tolist() == [2.0]


@pytest.mark.parametrize(
    ("table", "step", "message"),
    [
        ("date,m\n2012-01-01,1\n", {}, "no column n"),
        ("date,n\n1 May 2012,1\n", {}, "expected dates by day"),
        ("date,n,k\n2012-01-01,1,x\n", {"where": {"k": ["y"]}}, "no rows left"),
        ("date,n\n2012-01-01,1\n", {"values": [{"quantity": "hope", "column": "n"}]}, "no quantity 'hope'"),
    ],
)
def test_a_table_that_does_not_fit_its_recipe_is_refused(tmp_path: Path, table: str, step: dict, message: str) -> None:
    values = {"values": [{"quantity": "losses_tanks", "column": "n"}]}
    with pytest.raises(BuildError, match=message):
        rows_of(tmp_path, table, **{**values, **step})
