"""Every verb on the toy war: what it prints, what it promises as JSON, and how it refuses."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main
from armistice.ending import DRAWS
from armistice.report import write_report

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("armistice")
QUANTILES = ["0.05", "0.25", "0.5", "0.75", "0.95"]


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(w) for w in words], prog_name="armistice")


def done(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


# --- what is printed -----------------------------------------------------------------------------------------------


def test_check_says_what_a_pack_holds(toy: Path) -> None:
    text = done("check", toy)
    assert "no faults; as of 2013-06-30, digest " in text
    assert "2,048 observations" in text
    assert json.loads(done("check", toy, "--json")) == []


def test_a_pack_is_found_by_path_and_by_name(toy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert done("area", toy, "--region", "northreach") == done("area", "toy", "--region", "Northreach")


def test_area_prints_each_source(toy: Path) -> None:
    text = done("area", toy, "--region", "northreach", "--date", "2013-06-30")
    assert text.startswith("Northreach, 2013-06-30: 5,445 km²")
    assert "mapwatch" in text
    assert "frontline" in text


def test_area_as_json(toy: Path) -> None:
    found = json.loads(done("area", toy, "--region", "northreach", "--date", "2012-03-31", "--json"))
    assert list(found) == ["region", "date", "true_line_km2", "sources"]
    line = found["true_line_km2"]
    assert line["0.1"] < line["0.5"] < line["0.9"]
    assert (found["region"], found["date"]) == ("northreach", "2012-03-31")
    assert sorted(found["sources"]) == ["frontline", "mapwatch"]
    for held in found["sources"].values():
        assert {"held_by_a_km2", "held_by_b_km2", "share_a", "people_b_low", "people_b_high"} <= set(held)
        assert held["low_a_km2"] <= held["held_by_a_km2"] <= held["high_a_km2"]
        assert held["held_by_a_km2"] + held["held_by_b_km2"] == pytest.approx(5445, abs=1)
        assert held["share_a"] == pytest.approx(held["held_by_a_km2"] / 5445, abs=1e-3)
        assert 0 <= held["people_b_low"] <= held["people_b_high"]


def test_area_of_the_shipped_war_is_what_was_published() -> None:
    found = json.loads(done("area", ROOT / "wars/ukraine", "--region", "donetsk", "--date", "2025-12-04", "--json"))
    assert set(found) == {"region", "date", "true_line_km2", "sources"}
    assert {"deepstate", "uacontrolmap"} <= set(found["sources"])
    left = {s: 100 * (1 - h["share_a"]) for s, h in found["sources"].items()}
    assert left["deepstate"] == pytest.approx(23.2, abs=0.1)
    assert left["uacontrolmap"] == pytest.approx(22.3, abs=0.1)
    assert all(600_000 < h["people_b_low"] <= h["people_b_high"] < 700_000 for h in found["sources"].values())


@pytest.mark.parametrize("region", ["northreach", "brelland"])
def test_forecast_as_json(toy: Path, region: str) -> None:
    words = ("forecast", toy, "--region", region, "--as-of", "2012-12-31", "--horizon", "12", "--json")
    check_forecast(json.loads(done(*words)), region, "2012-12-31", 12)


def test_a_forecast_depends_on_its_seed_alone(toy: Path) -> None:
    words = ("forecast", toy, "--region", "northreach", "--as-of", "2012-12-31", "--json")
    found = json.loads(done(*words))
    assert found == json.loads(done(*words)), "the same seed gives the same numbers"
    other = json.loads(done(*words, "--seed", "1"))
    assert other["months"] != found["months"]
    assert other["pace_km2_per_month"] == found["pace_km2_per_month"]


def check_forecast(found: dict, region: str, as_of: str, horizon: int) -> None:
    assert {"region", "as_of", "months"} <= set(found)
    assert (found["region"], found["as_of"]) == (region, as_of)
    months = found["months"]
    assert len(months) == horizon
    first = int(as_of[:4]) * 12 + int(as_of[5:7])  # the month after the as-of day, counted from 0
    names = [f"{m // 12}-{m % 12 + 1:02d}" for m in range(first, first + horizon)]
    assert [m["month"] for m in months] == names
    for month in months:
        assert set(month) == {"month", "quantiles", "p_complete"}
        assert list(month["quantiles"]) == QUANTILES
        values = list(month["quantiles"].values())
        assert values == sorted(values)
        assert max(values) <= found["left_km2"] + 0.01
    chances = [m["p_complete"] for m in months]
    assert all(a <= b for a, b in pairwise(chances))
    assert 0 <= chances[0] <= chances[-1] <= 1


@pytest.mark.parametrize("region", ["donetsk", pytest.param("ukraine", marks=pytest.mark.slow)])
def test_forecast_of_the_shipped_war(region: str) -> None:
    words = ("--region", region, "--as-of", "2025-12-04", "--horizon", "12", "--json")
    found = json.loads(done("forecast", ROOT / "wars/ukraine", *words))
    check_forecast(found, region, "2025-12-04", 12)


def test_forecast_prints_a_table(toy: Path) -> None:
    text = done("forecast", toy, "--region", "northreach", "--as-of", "2012-12-31", "--horizon", "3")
    assert "Northreach as of 2012-12-31" in text
    assert "2013-03" in text
    assert "2013-04" not in text


def test_credits_name_every_source(toy: Path) -> None:
    rows = json.loads(done("credits", toy, "--json"))
    assert all(set(r) == {"id", "producer", "title", "version", "url", "licence"} for r in rows)
    assert {"mapwatch", "frontline", "survey"} <= {r["id"] for r in rows}
    text = done("credits", toy)
    assert all(r["producer"].split()[0] in text for r in rows)


def test_fetch_says_where_to_ask(toy: Path, tmp_path: Path) -> None:
    rows = json.loads(done("fetch", toy, "--to", tmp_path, "--json"))
    assert all(set(r) == {"input", "file", "state", "how"} for r in rows)
    assert {r["state"] for r in rows} == {"ask"}
    assert list(tmp_path.iterdir()) == []


def test_draw_lists_figures(toy: Path) -> None:
    text = done("draw", toy)
    assert "control-map" in text
    assert "area-held" in text


def test_the_draws_of_the_game_are_the_same_everywhere() -> None:
    commands = [main.commands[name] for name in ("draw", "report")]
    found = [p.default for c in commands for p in c.params if p.name == "draws"]
    assert found == [DRAWS, DRAWS]
    assert inspect.signature(write_report).parameters["draws"].default == DRAWS


def test_only_figures_of_the_game_have_it_solved(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object) -> None:
        raise AssertionError("the game was solved")

    monkeypatch.setattr("armistice.study.solve_war", refuse)
    done("draw", toy)
    done("draw", toy, "area-held", "--out", tmp_path / "x.svg")
    result = run("draw", toy, "levers", "--draws", "0", "--out", tmp_path / "y.svg")
    assert result.exit_code == 2
    assert "there is no game" in result.stderr
    result = run("draw", toy, "--out", tmp_path / "z.svg")
    assert "one file for all figures" in result.stderr


@pytest.mark.parametrize("ending", ["svg", "png", "html"])
def test_draw_writes_one_file(toy: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / "new" / f"picture.{ending}"
    assert done("draw", toy, "area-held", "--out", file, "--width", "480") == f"{file}\n"
    content = file.read_bytes()
    heads = {"svg": b"<svg", "png": b"\x89PNG\r\n\x1a\n", "html": b"<!DOCTYPE html>"}
    assert content.lower().startswith(heads[ending].lower())
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_the_map_of_changes_starts_where_it_is_told_to(toy: Path, tmp_path: Path) -> None:
    file = tmp_path / "changes.svg"
    done("draw", toy, "control-change", "--since", "2012-03-31", "--out", file)
    assert "31 March 2012 to 30 June 2013" in file.read_text(encoding="utf-8")
    result = run("draw", toy, "control-change", "--since", "1990-01-01", "--out", tmp_path / "none.svg")
    assert result.exit_code == 2
    assert "no map of hexagons by then" in result.stderr
    assert not (tmp_path / "none.svg").exists()


def test_version_and_help() -> None:
    assert done("--version").startswith("armistice, version ")
    for name in main.commands:
        assert "Usage: armistice" in done(name, "--help")


# --- bad input: one clear sentence, exit status 2, nothing written ---------------------------------------------------


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def bench(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in; it must be the same afterwards."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("not a pack", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    broken = Path(shutil.copytree(toy, tmp_path / "broken"))
    with (broken / "regions.csv").open("a", encoding="utf-8") as stream:
        stream.write("nowhere,Nowhere,brelland,1,b,many,,,,0,47,survey\n")
    before = files_of(tmp_path)
    yield tmp_path
    assert files_of(tmp_path) == before, "something was written"


REFUSED: dict[str, tuple[list[str], str]] = {
    "unknown pack, near": (["check", "toyy"], "did you mean toy?"),
    "unknown pack, far": (["area", "atlantis", "--region", "x"], "known: "),
    "no pack in the folder": (["area", "empty", "--region", "x"], "war.toml"),
    "unknown pack for fetch": (["fetch", "toyy", "--to", "raw"], "did you mean toy?"),
    "unknown pack for build": (["build", "toyy", "--raw", "empty"], "did you mean toy?"),
    "unknown pack for draw": (["draw", "toyy", "--out", "x.svg"], "did you mean toy?"),
    "unknown pack for report": (["report", "toyy"], "did you mean toy?"),
    "unknown pack for credits": (["credits", "toyy"], "did you mean toy?"),
    "unknown region, near": (["area", "toy", "--region", "nortreach"], "did you mean northreach"),
    "unknown region of a forecast": (["forecast", "toy", "--region", "brellend"], "did you mean brelland"),
    "region without daily areas": (["forecast", "toy", "--region", "nearreach-district"], "no daily areas"),
    "no such day": (["area", "toy", "--region", "northreach", "--date", "2013-02-30"], "YYYY-MM-DD"),
    "not a day": (["forecast", "toy", "--region", "northreach", "--as-of", "soon"], "YYYY-MM-DD"),
    "day before the record": (["area", "toy", "--region", "northreach", "--date", "1999-01-01"], "no map of that day"),
    "day after the record": (["area", "toy", "--region", "northreach", "--date", "2099-01-01"], "later than 2013-06-30"),
    "as of before the war": (["claims", "toy", "--as-of", "1999-01-01"], "from 2010-06-01 to 2013-06-30"),
    "as of after the record": (["report", "toy", "--as-of", "2099-01-01"], "from 2010-06-01 to 2013-06-30"),
    "too little record": (["forecast", "toy", "--region", "northreach", "--as-of", "2011-06-01"], "at least 14"),
    "horizon": (["forecast", "toy", "--region", "northreach", "--horizon", "99"], "1<=x<=60"),
    "seed": (["forecast", "toy", "--region", "northreach", "--seed", "-1"], "x>=0"),
    "width": (["draw", "toy", "area-held", "--out", "x.svg", "--width", "9"], "240<=x<=2000"),
    "unknown figure": (["draw", "toy", "pie", "--out", "x.svg"], "no such figure"),
    "unknown ending": (["draw", "toy", "area-held", "--out", "x.gif"], ".svg, .png, .html"),
    "one file for all figures": (["draw", "toy", "--out", "x.svg"], "one file for all figures"),
    "raw folder missing": (["build", "toy", "--raw", "raw"], "no such folder"),
    "raw files missing": (["build", "toy", "--raw", "empty"], "no such file"),
    "build into another folder": (["build", "toy", "--raw", "empty", "--out", "full"], "a folder that is no pack"),
    "build later than the files": (["build", "toy", "--raw", "empty", "--as-of", "2014-01-01"], "--accept-new"),
    "option missing": (["area", "toy"], "--region"),
    "option unknown": (["area", "toy", "--regoin", "x"], "--region"),
    "command unknown": (["aera", "toy"], "aera"),
    **{
        f"broken pack, {words[0]}": ([words[0], "broken", *words[1:]], "regions.csv line 47")
        for words in (
            ["check"], ["area", "--region", "northreach"], ["claims"], ["forecast", "--region", "northreach"],
            ["draw", "area-held", "--out", "x.svg"], ["report", "--out", "out/x.html"], ["credits"],
        )
    },
    "report into a file": (["report", "toy", "--out", "full/letter.txt/report.html"], "letter.txt"),
    "picture into a file": (["draw", "toy", "area-held", "--out", "full/letter.txt/x.svg"], "letter.txt"),
    "report over a folder": (["report", "toy", "--out", "full"], "full"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_a_sentence(bench: Path, name: str) -> None:
    words, expected = REFUSED[name]
    result = run(*words)
    assert isinstance(result.exception, SystemExit), f"{result.exception!r}"
    assert result.exit_code == 2
    assert result.stdout == ""
    sentences = result.stderr.strip().splitlines()
    assert expected in result.stderr
    assert "Traceback" not in result.stderr
    usage = sentences[0].startswith("Usage: ")
    missing = name in ("raw files missing", "no pack in the folder") or name.startswith("broken pack")
    assert len(sentences) == 1 or usage or missing, sentences


def test_a_broken_pack_is_told_as_json(bench: Path) -> None:
    result = run("check", "broken", "--json")
    assert result.exit_code == 2
    faults = json.loads(result.stdout)
    assert faults
    assert all(set(f) == {"where", "found", "expected", "remedy"} and all(f.values()) for f in faults)


# --- the program itself, in a process of its own ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "status", "out", "err"),
    [
        (["area", "wars/toy", "--region", "northreach"], 0, "Northreach, 2013-06-30", ""),
        (["area", "toyy", "--region", "northreach"], 2, "", "did you mean toy?"),
        (["area", "wars/toy", "--region", "northreach", "--date", "x"], 2, "", "YYYY-MM-DD"),
    ],
)
def test_the_program(words: list[str], status: int, out: str, err: str) -> None:
    process = subprocess.run([PROGRAM, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == status
    assert out in process.stdout
    assert err in process.stderr
    assert "Traceback" not in process.stderr
    assert bool(process.stderr) == bool(err), "nothing but errors on standard error"


def test_a_reader_who_stops_early_gets_no_traceback() -> None:
    words = [PROGRAM, "credits", "wars/toy"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait() in (0, 1)
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors
