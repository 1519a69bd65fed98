"""The verb `appraise`: what it prints, what it promises as JSON, and how it refuses. The war game is made up, not solved."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main
from make_fighting import made_up_stakes


@pytest.fixture(autouse=True)
def no_game(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armistice.settling.stakes_of_pack", made_up_stakes)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["appraise", "wars/toy", *words])


def test_appraise_keeps_its_promise_as_json() -> None:
    told = json.loads(run("second-draft", "--json").stdout)
    assert told["title"] == "Second draft of Brelland"
    assert told["as_of"] == "2013-06-30"
    assert set(told["sides"]) == {"A", "B"}
    for side in told["sides"].values():
        assert {"utility", "surplus", "p_accept"} <= set(side)
        assert side["utility"]["low"] <= side["utility"]["central"] <= side["utility"]["high"]
        assert side["value"]["central"] - side["fights"]["central"] == pytest.approx(
            side["surplus"]["central"], abs=0.1
        )
    assert told["p_accept_both"] <= min(side["p_accept"] for side in told["sides"].values())
    assert list(told["survival"]) == ["1", "5", "10"]
    assert told["survival"]["1"]["central"] >= told["survival"]["5"]["central"] >= told["survival"]["10"]["central"]
    for clause in told["clauses"]:
        assert {"kind", "issue", "delta_a", "delta_b", "delta_survival"} <= set(clause)
    assert set(told["land"]) == {"km2", "people", "assets"}


def test_appraise_tells_of_third_parties() -> None:
    told = json.loads(run("second-draft", "--json").stdout)["third_parties"]
    assert [one["party"] for one in told] == ["corland"]
    assert told[0]["p_better_than_today"] == 0.0
    assert [(c["number"], c["kind"], c["named"]) for c in told[0]["clauses"]] == [(5, "security_guarantee", True)]
    words = run("second-draft").stdout
    assert "as good as today to it" in words
    assert "does not end the war" in words
    assert json.loads(run("paper", "--variant", "whole", "--json").stdout)["third_parties"][0]["gain"]["high"] < 0


def test_appraise_says_it_in_words() -> None:
    told = run("paper", "--variant", "whole").stdout
    assert "Paper of Aldmark (the whole at best), as of 2013-06-30" in told
    assert "Both accept in" in told
    assert "Peace would still hold with a chance of" in told
    assert "by judged coefficients" in told
    assert "Alliance with Corland" not in told.split("Silent")[-1], "the paper speaks of the alliance"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("papper",), "did you mean paper"),
        (("paper", "--variant", "lne"), "did you mean line"),
        (("paper", "--draws", "3"), "--draws"),
    ],
)
def test_appraise_refuses_in_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    found = run(*words)
    assert found.exit_code == 2
    assert sentence in found.stderr
    assert "Traceback" not in found.output
