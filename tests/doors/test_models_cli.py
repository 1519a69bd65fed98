"""The verbs of the model library: the list, one model solved, its picture, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main
from armistice.theory import MODELS, solve


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="armistice", catch_exceptions=False)


def test_the_list_is_complete() -> None:
    listed = json.loads(run("models", "--json").output)
    assert [m["name"] for m in listed] == list(MODELS)
    for told in listed:
        assert set(told) == {"name", "title", "question", "inputs", "outputs", "reference", "provenance", "notes"}
        assert all(i["bounds"] and i["meaning"] for i in told["inputs"])
    shown = run("models").output
    assert all(f"{name}: " in shown for name in MODELS)
    assert "p = 0.5 (from 0 to 1)" in shown


@pytest.mark.parametrize("name", MODELS)
def test_every_model_answers(name: str) -> None:
    told = json.loads(run("model", name, "--json").output)
    assert list(told["values"]) == [o.name for o in MODELS[name].outputs]
    assert told["provenance"]
    shown = run("model", name)
    assert shown.exit_code == 0
    assert MODELS[name].title in shown.output
    assert MODELS[name].provenance[0] in " ".join(shown.output.split())


def test_inputs_of_all_kinds() -> None:
    told = json.loads(run("model", "fearon1995.range", "p=.2,.5", "c_a=0.1", "--json").output)
    assert told["values"]["low"] == solve("fearon1995.range", p=[0.2, 0.5])["low"].tolist()
    told = json.loads(run("model", "smith_stam2004", "lambda=.4", "n=6", "start=2", "--json").output)
    assert told["inputs"]["lambda"] == 0.4
    told = json.loads(run("model", "bargaining.nash", "utilities=[[1,0],[.6,.6],[0,1]]", "--json").output)
    assert (told["values"]["utility_a"], told["values"]["outcome"]) == (0.6, 1)
    told = json.loads(run("model", "lanchester.square", "b0=100", "--json").output)
    assert told["values"]["winner"] == "none"
    assert told["values"]["time"] is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("fearon1995.rang",), "no such model; expected a name of the list; did you mean fearon1995.range"),
        (("fearon1995.range", "p"), "'p': no value; expected INPUT=VALUE"),
        (("fearon1995.range", "p="), "'p=': no value"),
        (("fearon1995.range", "=3"), "'=3': no value"),
        (("fearon1995.range", "p=.1", "p=.2"), "p: given twice"),
        (("fearon1995.range", "p=high"), "'high'; expected a number, from 0 to 1"),
        (("fearon1995.range", "p=1.2"), "fearon1995.range p: 1.2; expected from 0 to 1"),
        (("fearon1995.range", "q=1"), "no such input; expected one of p, c_a, c_b"),
        (("smith_stam2004", "n=2.5"), "n: 2.5; expected a whole number"),
        (("ktab.smp", "coalition=1,2"), "an array of 1 dimensions; expected a matrix"),
        (("bargaining.nash", "lotteries=perhaps"), "expected one of"),
    ],
)
def test_refusals(words: tuple[str, ...], says: str) -> None:
    done = run("model", *words)
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_picture_is_saved(tmp_path: Path) -> None:
    file = tmp_path / "range.svg"
    done = run("model", "fearon1995.range", "p=.3", "--plot", str(file))
    assert done.exit_code == 0, done.output
    assert str(file) in done.output
    assert file.read_text(encoding="utf-8").startswith("<svg")


def test_a_picture_of_an_impossible_kind_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    file = tmp_path / "range.doc"
    done = run("model", "fearon1995.range", "--plot", str(file))
    assert done.exit_code == 2
    assert "expected .svg, .png, .html" in done.output
    assert not file.exists()


def test_a_tree_is_written_for_gambit(tmp_path: Path) -> None:
    file = tmp_path / "two.efg"
    done = run("model", "fearon1995.two_types", "mu=.2", "--efg", str(file), "--json")
    assert json.loads(done.output)["files"] == [str(file)]
    assert file.read_text(encoding="utf-8").startswith("EFG 2 R")
    done = run("model", "ktab.smp", "--efg", str(tmp_path / "none.efg"))
    assert done.exit_code == 2
    assert "ktab.smp" in done.output
    assert not (tmp_path / "none.efg").exists()
