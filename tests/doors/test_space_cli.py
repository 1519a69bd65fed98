"""The verb on the outcome space: what it prints, what it promises as JSON, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["frontier", "wars/toy", *words])


def test_the_space_of_a_pack() -> None:
    told = json.loads(run("--json").stdout)
    assert (told["war"], told["as_of"], told["outcomes"], told["least"]) == ("toy", "2013-06-30", 144, [0.0, 0.0])
    assert set(told["points"]) == {"nash", "kalai_smorodinsky", "egalitarian", "utilitarian"}
    assert "draft" not in told
    words = run().stdout
    assert "144 outcomes" in words
    assert "the largest product of gains (Nash)" in words


def test_a_draft_of_the_pack_and_the_same_in_a_file(tmp_path: Path) -> None:
    text = Path("wars/toy/settlements/paper.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    of_pack = json.loads(run("paper", "--json").stdout)["draft"]
    of_file = json.loads(run(str(tmp_path / "mine.toml"), "--json").stdout)["draft"]
    assert of_pack | {"id": "mine"} == of_file
    assert of_pack["variant"] == "line"
    whole = json.loads(run("paper", "--variant", "whole", "--json").stdout)["draft"]
    assert (of_pack["outcome"]["northreach"], whole["outcome"]["northreach"]) == ("line-de-facto", "whole-de-jure")
    assert whole["barred"] == ["northreach"]


def test_issues_least_and_draws() -> None:
    words = (
        "second-draft",
        "--issues",
        "alliance, northreach",
        "--least",
        "0.3,0.4",
        "--draws",
        "4",
        "--seed",
        "2",
        "--json",
    )
    told = json.loads(run(*words).stdout)
    assert told["issues"] == ["alliance", "northreach"]
    assert told["least"] == [0.3, 0.4]
    assert told["by_draw"]["draws"] == 4
    assert len(told["by_draw"]["points"]["nash"]) == 3
    assert run(*words).stdout == run(*words).stdout
    said = run(*words[:-1]).stdout
    assert "Over 4 draws of the preferences" in said
    assert "The draft is on the frontier in" in said


def test_third_parties_at_the_table() -> None:
    words = ("second-draft", "--with", "corland", "--least", "0.2,0.2,0.5")
    told = json.loads(run(*words, "--json").stdout)
    assert told["parties"] == ["a", "b", "corland"]
    assert told["least"] == [0.2, 0.2, 0.5]
    assert len(told["issues"]) == 4
    assert "left_out" not in told
    assert len(told["points"]["nash"]["utilities"]) == 3
    assert "Corland 0.5" in run(*words).stdout


def test_with_more_parties_only_what_weighs_most_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armistice.deal.frontier.most_salient", lambda preferences: ("northreach", "alliance"))
    told = json.loads(run("--with", "corland", "--json").stdout)
    assert told["issues"] == ["northreach", "alliance"]
    assert told["left_out"] == ["southreach", "tolls"]
    said = run("--with", "corland").stdout
    assert said.startswith("With 3 parties only 2 issues are looked at")
    assert "--issues northreach,alliance." in said
    assert json.loads(run("--with", "corland", "--issues", "tolls", "--json").stdout)["issues"] == ["tolls"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("papper",), "did you mean paper"),
        (("--issues", "tols"), "did you mean tolls"),
        (("--issues", " , "), "issues: none; expected one or more"),
        (("--least", "0.5"), "expected a number for each of a, b"),
        (("--least", "half,half"), '--least "half,half": not shares; expected a number from 0 to 1'),
        (("--least", "0.5,nan"), "not shares"),
        (("--with", "corlnd"), "did you mean corland"),
        (("--with", "corland", "--least", "0.5,0.5"), "expected a number for each of a, b, corland"),
        (("--variant", "line"), "there is no draft"),
        (("second-draft", "--variant", "line"), "it has none"),
        (("--as-of", "1999-01-01"), "outside the record"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
