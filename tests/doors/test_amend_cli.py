"""The verb `amend`: what it prints, what it promises as JSON, and how it refuses. The war game is made up, not solved."""

from __future__ import annotations

import json
from functools import partial

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main
from make_fighting import made_up_stakes


@pytest.fixture(autouse=True)
def no_game(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armistice.settling.stakes_of_pack", made_up_stakes)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["amend", "wars/toy", *words])


def test_amend_says_what_would_be_enough() -> None:
    asked = ("paper", "--variant", "line", "--chance", "0.3", "--lasting", "0.2", "--most", "2")
    told = json.loads(run(*asked, "--json").stdout)
    assert told["status"] == "amended"
    assert told["asked"] == {"chance": 0.3, "lasting": 0.2, "years": 10}
    assert 1 <= len(told["amendments"]) <= 2
    assert all(a["p_accept_both"] >= 0.3 and a["survival"] >= 0.2 for a in told["amendments"])
    words = run(*asked).stdout
    assert told["summary"] in words.replace("\n", " ")
    assert all(sentence in words for a in told["amendments"] for sentence in a["words"])
    assert "worded in" in words


def test_amend_says_that_nothing_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armistice.settling.stakes_of_pack", partial(made_up_stakes, worth=(0.95, 0.75)))
    told = json.loads(run("paper", "--chance", "1", "--lasting", "0", "--json").stdout)
    assert told["status"] == "impossible"
    assert told["bound"] < 1
    assert not told["amendments"]
    assert "No combination of the listed terms" in told["summary"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("papper",), "did you mean paper"),
        (("paper", "--variant", "lne"), "did you mean line"),
        (("paper", "--chance", "0"), "--chance"),
        (("paper", "--lasting", "1.5"), "--lasting"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
