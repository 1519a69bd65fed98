"""The verbs on proposed settlements: what they print, what they promise as JSON, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main
from armistice.data.lines import line_change
from armistice.data.pack import read_pack


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_compare_shows_every_draft_of_the_pack() -> None:
    told = json.loads(run("compare", "wars/toy", "--json").stdout)
    ids = [s["id"] for s in told["settlements"]]
    assert ids == sorted(ids, key=lambda i: next(s["date"] for s in told["settlements"] if s["id"] == i))
    assert set(ids) == {f.stem for f in Path("wars/toy/settlements").glob("*.toml")}
    for row in told["rows"]:
        assert set(row["cells"]) == set(ids)
        assert any(cell["clauses"] for cell in row["cells"].values())
    words = run("compare", "wars/toy").stdout
    assert all(i in words for i in ids)


def test_compare_takes_some_drafts_and_the_knowledge_of_a_day() -> None:
    some = json.loads(run("compare", "wars/toy", "paper", "--json").stdout)
    assert [s["id"] for s in some["settlements"]] == ["paper"]
    early = run("compare", "wars/toy", "--as-of", "2011-12-31")
    assert early.exit_code == 0
    assert "no settlements" in early.stdout


def test_draft_says_what_moves_and_what_is_not_said() -> None:
    told = json.loads(run("draft", "wars/toy", "paper", "--json").stdout)
    assert {"land", "findings", "silent", "clauses"} <= set(told)
    assert (
        len(told["clauses"])
        == json.loads(run("compare", "wars/toy", "paper", "--json").stdout)["settlements"][0]["provisions"]
    )
    words = run("draft", "wars/toy", "paper").stdout
    for heading in ("Land that would change hands", "Findings", "Not mentioned", "What each clause does"):
        assert heading in words


def test_draft_reads_a_file_outside_the_pack(tmp_path: Path) -> None:
    text = Path("wars/toy/settlements/paper.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    done = run("draft", "wars/toy", str(tmp_path / "mine.toml"), "--json")
    assert done.exit_code == 0
    assert (
        json.loads(done.stdout)["clauses"] == json.loads(run("draft", "wars/toy", "paper", "--json").stdout)["clauses"]
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("draft", "wars/toy", "papper"), "did you mean paper"),
        (("compare", "wars/toy", "nothing"), "expected one of"),
        (("draft", "wars/nowhere", "paper"), "nowhere"),
    ],
)
def test_what_is_not_there_is_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_check_finds_the_faults_of_drafts_too(toy_copy: Path) -> None:
    file = toy_copy / "settlements" / "paper.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('kind = "', 'kind = "x', 1), encoding="utf-8")
    done = run("check", str(toy_copy))
    assert done.exit_code == 2
    assert "paper" in done.stderr


def test_line_says_what_a_drawn_line_moves(tmp_path: Path) -> None:
    file = "docs/examples/line-toy.geojson"
    told = json.loads(run("line", "wars/toy", file, "--json").stdout)
    pack = read_pack("wars/toy")
    change = line_change(pack, file)
    assert told["date"] == pack.war.as_of.isoformat()
    for source in change.sources:
        assert told["sources"][source.source]["to_a"]["km2"] == pytest.approx(source.to_a.km2, abs=0.01)
    words = run("line", "wars/toy", file, "--plot", str(tmp_path / "map.svg")).stdout
    assert f"{change.sources[0].to_a.km2:,.0f}" in words
    assert (tmp_path / "map.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_line_that_cannot_be_meant_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.geojson").write_text("{", encoding="utf-8")
    done = run("line", "wars/toy", str(tmp_path / "x.geojson"))
    assert done.exit_code == 2
    assert "x.geojson" in done.stderr
    assert done.stderr.count("\n") == 1
