"""`armistice past`: a war of a pack, a number of months, or a war that begins; and what it cannot answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from armistice.cli import main


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["past", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def test_of_a_pack_it_tells_chances_analogues_and_cases(toy: Path, tmp_path: Path) -> None:
    status, text, _ = run(toy, "--plot", tmp_path)
    assert status == 0
    for told in ("2011-01-01 to 2013-06-30", "12 months", "no better than the base rate", "at rest", "Most like it"):
        assert told in text
    names = {"past-survival", "past-chances", "past-endings", "past-analogues"}
    assert {p.stem for p in tmp_path.iterdir()} == names


def test_as_json_it_holds_all_and_the_same_twice(toy: Path) -> None:
    status, text, _ = run(toy, "--json")
    assert status == 0
    assert run(toy, "--json")[1] == text
    found = json.loads(text)
    assert found["given"]["lasted"] == pytest.approx(912 / 30.4375, abs=1e-5)
    assert found["described"]["territory"] == 1
    assert [c["within"] for c in found["given"]["chances"]] == [3, 6, 12, 24]
    assert found["cases"]
    _, earlier, _ = run(toy, "--as-of", "2012-06-30", "--json")
    assert json.loads(earlier)["given"]["lasted"] < found["given"]["lasted"]


def test_of_a_number_of_months(tmp_path: Path) -> None:
    status, text, _ = run("--months", "46", "--json")
    assert status == 0
    found = json.loads(text)
    assert found["likeness"] is None
    begins = json.loads(run("--json")[1])
    assert begins["given"]["at_risk"] == begins["survival"]["wars"]
    assert begins["given"]["chances"][2]["total"]["central"] > found["given"]["chances"][2]["total"]["central"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("toy", "--months", "5"), "both given"),
        (("--as-of", "2012-06-30"), "there is no pack"),
        (("--months", "500"), "no past war lasted so long"),
        (("nowhere",), "no such pack"),
        (("--record", __file__), "expected a table of wars"),
    ],
)
def test_what_it_cannot_answer_is_a_sentence(words: tuple[str, ...], said: str) -> None:
    status, text, error = run(*words)
    assert (status, text) == (2, "")
    assert said in error
    assert error.count("\n") == 1
