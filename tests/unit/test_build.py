"""Parts of a build: what is copied, what is pinned, how tables are written. The whole is in tests/laws."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from armistice.core.errors import BuildError
from armistice.data import build as building
from armistice.data.raw import read_recipe


def test_files_written_by_hand_are_copied_and_derived_ones_are_not(toy: Path, tmp_path: Path) -> None:
    source = Path(shutil.copytree(toy, tmp_path / "toy"))
    (source / "local").mkdir()
    (source / "local" / "observations.parquet").write_bytes(b"x")
    (source / "settlements").mkdir(exist_ok=True)
    (source / "settlements" / "plan.toml").write_text("title = 'x'\n", encoding="utf-8")
    target = tmp_path / "out"
    target.mkdir()
    building._copy_by_hand(source, target)
    copied = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    assert {"war.toml", "build.toml", "events.csv", "cited.csv", "settlements/plan.toml"} <= copied
    assert not copied & {"observations.csv", "regions.csv", "cells.parquet", "outlines.geojson", "revisions.csv"}
    assert not any(name.startswith("local") for name in copied)


def test_pins_and_the_day_are_written_and_nothing_else(toy_copy: Path) -> None:
    recipe = read_recipe(toy_copy)
    before = (toy_copy / "build.toml").read_text(encoding="utf-8").splitlines()
    files = {name: (Path(name), f"{number:064x}") for number, name in enumerate(recipe.inputs)}
    building._pin(toy_copy, recipe, files, date(2013, 5, 1))
    after = (toy_copy / "build.toml").read_text(encoding="utf-8").splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [f'sha256 = "{number:064x}"' for number in range(len(files))]
    assert "as_of = 2013-05-01\n" in (toy_copy / "war.toml").read_text(encoding="utf-8")
    assert {k: v.sha256 for k, v in read_recipe(toy_copy).inputs.items()} == {k: v[1] for k, v in files.items()}


def test_an_input_without_a_place_for_its_pin_is_refused(toy_copy: Path) -> None:
    file = toy_copy / "build.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.remove(next(line for line in lines if line.startswith("sha256")))
    file.write_text("\n".join(lines), encoding="utf-8")
    recipe = read_recipe(toy_copy)
    with pytest.raises(BuildError, match="sha256"):
        building._pin(toy_copy, recipe, {name: (Path(name), "0" * 64) for name in recipe.inputs}, date(2013, 5, 1))


def test_tables_are_written_in_declared_columns_and_a_fixed_order(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "share": [0.25, 0.5], "cell": np.array([603912067048538111, 603912067048538110], dtype=np.uint64),
            "source": "mapwatch", "date": pd.to_datetime(["2012-01-31"] * 2), "belligerent": "aldmark",
        }
    )  # fmt: skip
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    building._write(tmp_path / "one", "control_cells", frame)
    building._write(tmp_path / "two", "control_cells", frame.iloc[::-1])
    one, two = (tmp_path / name / "control_cells.parquet" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    table = pq.read_table(one)
    assert table.column_names == ["source", "date", "cell", "belligerent", "share"]
    assert table.column("cell").to_pylist() == [603912067048538110, 603912067048538111]


def test_the_log_of_revisions_tells_what_changed_between_two_packs(toy: Path, toy_copy: Path) -> None:
    rows = pd.read_csv(toy_copy / "observations.csv", dtype=str, keep_default_na=False)
    own = (rows["quantity"] == "control") & (rows["region"] == "brelland") & (rows["source"] == "mapwatch")
    wanted = own & (rows["start"] <= "2012-03-13") & (rows["end"] >= "2012-03-13")
    assert wanted.sum() == 1
    value = float(rows.loc[wanted, "value"].iloc[0])
    rows.loc[wanted, ["low", "value", "high"]] = str(value + 7)
    rows.to_csv(toy_copy / "observations.csv", index=False)
    log, new = building._revisions(toy, toy_copy, date(2013, 6, 30))
    before, none = building._revisions(toy, toy, date(2013, 6, 30))
    assert none.empty
    assert len(log) == len(before) + len(new)
    assert set(new["source"]) == {"mapwatch"}
    start, end = rows.loc[wanted, ["start", "end"]].iloc[0]
    assert new["date"].dt.strftime("%Y-%m-%d").tolist() == pd.date_range(start, end).strftime("%Y-%m-%d").tolist()
    np.testing.assert_allclose(new["after_km2"] - new["before_km2"], 7.0)
