"""The verb that solves a game: what it prints, what it promises as JSON, and how it refuses."""

from __future__ import annotations

import copy
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import armistice.game.levers as levers_module
from armistice.cli import main
from armistice.core.endings import MECHANISMS
from armistice.game.blockers import SUBSETS
from armistice.game.solve import NotConverged, solve

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from random_games import random_game
from small_games import HORIZON, read

Tables = dict[str, Any]
GAME: Tables = {
    "axis": {"steps": 6, "start": 3, "blocks": [[2, 5]]},
    "learning": {
        "sigma": 0.8, "prior_a": {"mean": 0.15, "sd": 0.3}, "prior_b": {"mean": -0.1, "sd": 0.3},
        "analyst": {"mean": 0.02, "sd": 0.3},
    },
    "time": {"horizon": HORIZON},
    "costs": {"a": 1.0, "b": 1.0},
    "bargaining": {"transfer_cap": 0.05},
    "defeat": {"a": 0.2, "b": 0.2},
    "domestic": {"red_line_b": 0.5, "penalty_b": 0.2},
    "commitment": {"arrival": 0.05, "shift": -0.8, "guarantee": 0.5},
    "grid": {"displacement": [-1, 0, 1], "statistic_max": 4.0, "statistic_points": 17, "terminal": "fight"},
}  # fmt: skip
KEYS = [
    "engine", "status", "converged", "reservation_a", "reservation_b", "value_a", "value_b", "settles_now", "gap",
    "gap_common_prior", "net_share_a", "line", "least_line_a", "most_line_b", "regret", "identity", "expected_months",
    "outlook",
]  # fmt: skip
IDENTITY = [
    "information", "cost", "wedge_now", "waste_future", "transferability", "flow_adjustment", "tu_gap", "discount",
]  # fmt: skip
MONTH = ["month", "p_settlement", "p_victory_a", "p_victory_b", "p_ongoing", "expected_share_a"]


def toml(tables: Tables) -> str:
    """Tables of plain values as TOML."""

    def shown(value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{k} = {shown(v)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(shown, value)) + "]"
        if isinstance(value, float) and math.isinf(value):
            return "inf"
        return json.dumps(value)

    return "".join(
        f"[{name}]\n" + "".join(f"{k} = {shown(v)}\n" for k, v in table.items()) for name, table in tables.items()
    )


def changed(**tables: Tables) -> Tables:
    out = copy.deepcopy(GAME)
    for name, table in tables.items():
        out[name] = {**out.get(name, {}), **table}
    return out


def run(folder: Path, tables: Tables, *words: str) -> Result:
    file = folder / "mine.toml"
    file.write_text(toml(tables), encoding="utf-8")
    return CliRunner().invoke(main, ["game", str(file), *words], prog_name="armistice")


def done(folder: Path, tables: Tables, *words: str) -> str:
    result = run(folder, tables, *words)
    assert result.exit_code == 0, (result.output, result.exception)
    assert result.stderr == ""
    return result.stdout


def told(folder: Path, tables: Tables, *words: str) -> dict[str, Any]:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(done(folder, tables, *words, "--json"), parse_constant=refuse)


def check_identity(found: dict[str, Any]) -> None:
    part = found["identity"]
    assert list(part) == IDENTITY
    total = part["information"] - part["cost"] + part["wedge_now"] - part["discount"] * part["waste_future"]
    assert part["tu_gap"] == pytest.approx(total + part["flow_adjustment"], abs=1e-10)
    assert found["gap"] == pytest.approx(max(0, part["tu_gap"]) + part["transferability"], abs=1e-10)


# --- JSON --------------------------------------------------------------------------------------------------------------


def test_a_war_that_goes_on(tmp_path: Path) -> None:
    found = told(tmp_path, GAME)
    assert list(found) == KEYS
    assert found["status"].startswith("converged: ")
    assert found["converged"] is True
    assert found["settles_now"] is False
    assert found["gap"] > 0.01
    assert found["net_share_a"] is None
    assert found["line"] is None
    assert found["value_a"] == found["reservation_a"]
    assert found["regret"] == 0
    check_identity(found)
    solved = solve(read(GAME))
    assert [found["reservation_a"], found["reservation_b"]] == pytest.approx(solved.asked.reserve[0, 0], rel=1e-11)


def test_a_war_that_ends_now(tmp_path: Path) -> None:
    same = {"mean": 0.0, "sd": 0.3}
    tables = changed(
        axis={"blocks": []}, learning={"prior_a": same, "prior_b": same, "analyst": same}, commitment={"guarantee": 1.0}
    )
    found = told(tmp_path, tables)
    assert list(found) == KEYS
    assert found["settles_now"] is True
    assert found["gap"] == 0
    assert found["reservation_a"] < found["net_share_a"] < 1 - found["reservation_b"]
    assert 0 < found["line"] < 6
    assert found["least_line_a"] <= found["most_line_b"]
    assert found["expected_months"] == 0
    assert found["outlook"][0]["p_settlement"] == 1
    check_identity(found)
    text = done(tmp_path, tables)
    assert "They settle now: A has " in text
    assert f"the line is drawn at {found['line']:g} steps" in text


@pytest.mark.parametrize(
    ("words", "last"),
    [((), HORIZON - 1), (("--months", "0"), 0), (("--months", "5"), 5), (("--months", "600"), HORIZON - 1)],
)
def test_months_ahead_end_at_the_horizon(tmp_path: Path, words: tuple[str, ...], last: int) -> None:
    found = told(tmp_path, GAME, *words)
    assert [m["month"] for m in found["outlook"]] == list(range(last + 1))
    for month in found["outlook"]:
        assert list(month) == MONTH
        total = sum(month[k] for k in ("p_settlement", "p_victory_a", "p_victory_b", "p_ongoing"))
        assert total == pytest.approx(1, abs=1e-10)
        assert (month["expected_share_a"] is None) == (month["p_settlement"] == 0)
    assert found["outlook"][0]["expected_share_a"] is None
    assert 1 < found["expected_months"] <= HORIZON


def check_blockers(found: dict[str, Any]) -> None:
    assert list(found) == ["minimal_sets", "shapley_gap", "shapley_p12", "converged", "gap_without"] + (
        ["common_prior"] if "common_prior" in found else []
    )
    assert list(found["gap_without"]) == ["+".join(s) or "nothing" for s in SUBSETS]
    assert set(found["shapley_gap"]) == set(found["shapley_p12"]) == set(MECHANISMS)
    gap = found["gap_without"]
    every = "+".join(sorted(MECHANISMS))
    assert sum(found["shapley_gap"].values()) == pytest.approx(gap["nothing"] - gap[every], abs=1e-9)
    for subset in found["minimal_sets"]:
        assert gap["+".join(subset) or "nothing"] == 0


def test_what_stands_in_the_way(tmp_path: Path) -> None:
    found = told(tmp_path, GAME, "--blockers")
    assert list(found) == [*KEYS, "blockers"]
    check_blockers(found["blockers"])
    check_blockers(found["blockers"]["common_prior"])
    assert "common_prior" not in found["blockers"]["common_prior"]
    assert found["blockers"]["gap_without"]["nothing"] == found["gap"]
    assert found["blockers"]["common_prior"]["gap_without"]["nothing"] == found["gap_common_prior"]
    text = done(tmp_path, GAME, "--blockers")
    assert "Peace opens without: " in text
    assert all(name in text for name in MECHANISMS)


def test_what_would_open_a_deal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("POINTS", 3), ("INSIDE", 2), ("PAIRED", 1), ("MAPPED", 3)):
        monkeypatch.setattr(levers_module, name, number)
    found = told(tmp_path, GAME, "--levers", "--months", "1")
    assert list(found) == [*KEYS, "levers", "lever_pairs", "price_of_waiting", "belief_map"]
    for lever in found["levers"]:
        assert list(lever) == [
            "key", "title", "unit", "now", "values", "gap", "gap_common_prior", "p_settlement_12", "intervals", "least",
            "converged",
        ]  # fmt: skip
        number = len(lever["values"])
        assert 3 <= number <= 4
        assert len(lever["gap"]) == len(lever["gap_common_prior"]) == len(lever["p_settlement_12"]) == number
        assert lever["values"] == sorted(lever["values"])
        assert lever["gap"][lever["values"].index(lever["now"])] == found["gap"]
        assert (lever["least"] is None) == (lever["intervals"] == [])
    assert len({lever["key"] for lever in found["levers"]}) == 10
    for pair in found["lever_pairs"]:
        assert list(pair) == ["levers", "values", "effort"]
    assert list(found["belief_map"]) == ["mean_a", "mean_b", "gap", "now_a", "now_b", "analyst", "converged"]
    assert np.shape(found["belief_map"]["gap"]) == (3, 3)
    text = done(tmp_path, GAME, "--levers")
    assert all(lever["title"] in text for lever in found["levers"])
    assert "does not open alone" in text or "opens at" in text


# --- what readers see --------------------------------------------------------------------------------------------------


def test_text(tmp_path: Path) -> None:
    text, found = done(tmp_path, GAME), told(tmp_path, GAME)
    assert f"{100 * found['reservation_a']:.1f} % of the stake to A" in text
    assert f"They fight on: the best term is short by {100 * found['gap']:.1f} %" in text
    assert "Converged: fight to the finish" in text
    assert "waste future" in text
    assert "war goes on" in text
    assert "nan" not in text
    assert "None" not in text


def test_a_game_without_terms_is_told(tmp_path: Path) -> None:
    """No line, no surrender: the gap is no number, and nothing breaks over it."""
    tables = changed(axis={"blocks": [[0, 6]]}, bargaining={"surrender": False})
    found = told(tmp_path, tables, "--blockers")
    assert found["gap"] is None
    assert found["settles_now"] is False
    assert found["identity"]["tu_gap"] is None
    assert found["identity"]["information"] is not None
    assert found["blockers"]["shapley_gap"]["indivisibility"] is None
    text = done(tmp_path, tables, "--blockers")
    assert "the best term is short by none" in text
    assert "Least line for A: none" in text


# --- refusals ----------------------------------------------------------------------------------------------------------


def refused(result: Result) -> list[str]:
    assert isinstance(result.exception, SystemExit), f"{result.exception!r}"
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()


def test_faults_are_told_in_sentences_all_at_once(tmp_path: Path) -> None:
    tables = changed(
        axis={"start": 9}, costs={"a": -1, "weather": 2}, time={"horizon": 9.5}, learning={"sigma": 0.001},
        grid={"statistic_points": 18},
    )  # fmt: skip
    text = "\n".join(refused(run(tmp_path, tables)))
    for place in (
        "mine.toml [axis] start", "mine.toml [costs] a:", "[costs] weather", "[time] horizon", "[grid] statistic_points",
        "[learning] sigma: 0.001; expected from 0.01 to 100",
    ):  # fmt: skip
        assert place in text, text
    assert refused(run(tmp_path, tables, "--json")) == text.splitlines()


def test_one_fault_is_one_sentence(tmp_path: Path) -> None:
    (sentence,) = refused(run(tmp_path, changed(bargaining={"proposer_a": 2})))[-1:]
    assert "[bargaining] proposer_a: 2; expected from 0 to 1" in sentence


def test_files_that_are_none(tmp_path: Path) -> None:
    def words(*given: object) -> list[str]:
        return refused(CliRunner().invoke(main, ["game", *map(str, given)], prog_name="armistice"))

    (sentence,) = words(tmp_path / "none.toml")
    assert "none.toml: no such file; expected a game in TOML; check the path" in sentence
    (sentence,) = words(tmp_path)
    assert "cannot be read" in sentence
    (tmp_path / "odd.toml").write_text("[axis\nsteps", encoding="utf-8")
    (sentence,) = words(tmp_path / "odd.toml")
    assert "odd.toml: not TOML" in sentence
    assert "--months" in "\n".join(words(tmp_path / "odd.toml", "--months", "-1"))
    assert "--acceptance" in "\n".join(words(tmp_path / "odd.toml", "--acceptance", "2"))


# --- games that cycle --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cycling() -> Tables:
    """A game whose value at the horizon never comes to rest."""
    rng = np.random.default_rng(0)
    tables = [random_game("plain", rng) for _ in range(112)][-1]
    tables["time"]["horizon"] = 3
    return json.loads(json.dumps(tables))


def test_a_game_that_cycles_says_so(cycling: Tables, tmp_path: Path) -> None:
    with pytest.raises(NotConverged, match="not converged: the value at the horizon cycles after 6000 sweeps") as error:
        solve(read(cycling))
    found = told(tmp_path, cycling)
    assert found["converged"] is False
    assert found["status"] == str(error.value)
    assert "--acceptance 0.001" in found["status"]
    assert "Not converged: the value at the horizon cycles" in done(tmp_path, cycling)


def test_smoothing_brings_it_to_rest(cycling: Tables, tmp_path: Path) -> None:
    found = told(tmp_path, cycling, "--acceptance", "0.001")
    assert found["converged"] is True
    assert found["status"].startswith("converged: ")
    assert list(found) == KEYS
