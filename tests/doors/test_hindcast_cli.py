"""The verb that scores past forecasts: what it prints, what it promises as JSON, its charts, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main
from armistice.infer.forecasters import FORECASTERS


@pytest.fixture
def run(tmp_path: Path, toy: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The verb on the toy war, in a folder of its own, from two origins only."""
    monkeypatch.chdir(tmp_path)
    few = ("--first", "2012-11-30", "--last", "2012-12-31", "--draws", "200")

    def called(*words: str) -> Result:
        return CliRunner().invoke(main, ["hindcast", str(toy), *few, *words], prog_name="armistice")

    return called


def test_scores_of_every_forecaster_are_told(run) -> None:  # type: ignore[no-untyped-def]
    told = json.loads(run("--json").output)
    assert {row["forecaster"] for row in told["summaries"]} == set(FORECASTERS)
    assert told["origins"] == ["2012-11-30", "2012-12-31"]
    shown = run()
    assert shown.exit_code == 0, shown.output
    assert "2 origins" in shown.output
    assert all(name in shown.output for name in FORECASTERS)


def test_charts_are_saved(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = json.loads(run("--json", "--plot", "charts").output)
    assert len(told["files"]) == 2
    assert all((tmp_path / file).read_text(encoding="utf-8").startswith("<svg") for file in told["files"])


def test_an_origin_outside_the_record_is_refused(run) -> None:  # type: ignore[no-untyped-def]
    done = run("--first", "2031-01-01", "--last", "2031-03-01")
    assert done.exit_code == 2
    assert "expected" in done.output
    assert "Traceback" not in done.output
