"""`armistice claims`: every verdict as text and as JSON, days of knowledge, and faults of ``claims.toml``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from armistice.cli import main

KEYS = {
    "id", "text", "claimant", "published", "source", "claimed", "unit", "values", "low", "high", "verdict", "by", "why",
}  # fmt: skip


def claim(name: str, value: float, to: str, **more: str) -> str:
    extra = "".join(f"{k} = {v}\n" for k, v in more.items())
    return f"""
[[claim]]
id = "{name}"
text = "Aldmark holds {value} % of Northreach."
claimant = "Somebody"
source = "an invented speech"
basis = "memory"
published = 2012-06-30
value = {value}
unit = "%"
tolerance = 0.1
{extra}query = {{name = "share", quantity = "control", belligerent = "aldmark", regions = ["northreach"], to = {to}}}
"""


def run(pack: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["claims", str(pack), *words])


def measured(pack: Path, day: str) -> list[float]:
    """Per cent of the region held, by each source."""
    words = ["area", str(pack), "--region", "northreach", "--date", day, "--json"]
    found = json.loads(CliRunner().invoke(main, words).stdout)
    return sorted(100 * h["share_a"] for h in found["sources"].values())


@pytest.fixture
def pack(toy_copy: Path) -> Path:
    """The toy war with one claim for each verdict."""
    low, high = measured(toy_copy, "2012-03-31")
    assert high - low > 0.5, "the two maps differ"
    middle = round((low + high) / 2, 3)
    claims = [
        claim("wide", middle, "2012-03-31", low=f"{low - 1:.3f}", high=f"{high + 1:.3f}"),
        claim("middle", middle, "2012-03-31"),
        claim("far", round(high + 20, 3), "2012-03-31"),
        claim("future", 50.0, "2014-01-01"),
    ]
    (toy_copy / "claims.toml").write_text("".join(claims), encoding="utf-8")
    return toy_copy


def test_each_verdict_as_json(pack: Path) -> None:
    result = run(pack, "--json")
    assert result.exit_code == 0, result.output
    found = {v["id"]: v for v in json.loads(result.stdout)}
    assert all(set(v) == KEYS for v in found.values())
    assert {k: v["verdict"] for k, v in found.items()} == {
        "wide": "holds", "middle": "within the spread of sources", "far": "contradicted", "future": "not checkable",
    }  # fmt: skip
    assert found["far"]["by"] == pytest.approx(found["far"]["claimed"] - found["far"]["high"])
    assert found["wide"]["by"] is None
    assert sorted(found["middle"]["values"].values()) == pytest.approx(measured(pack, "2012-03-31"), abs=0.01)
    assert found["future"]["values"] == {}
    assert all(v["why"].endswith(".") for v in found.values())


def test_each_verdict_as_text(pack: Path) -> None:
    text = run(pack).stdout
    for verdict in ("holds", "within the spread of sources", "contradicted", "not checkable"):
        assert f"{verdict}: " in text
        assert f"1 {verdict}" in text.splitlines()[-1]


def test_a_day_of_knowledge_before_the_maps(pack: Path) -> None:
    result = run(pack, "--as-of", "2012-03-15", "--json")
    assert result.exit_code == 0
    assert {v["verdict"] for v in json.loads(result.stdout)} <= {"not checkable"}


def test_a_pack_without_claims(toy_copy: Path) -> None:
    (toy_copy / "claims.toml").unlink(missing_ok=True)
    result = run(toy_copy, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert run(toy_copy).exit_code == 0


def test_faults_are_told_together_with_their_lines(pack: Path) -> None:
    file = pack / "claims.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace('regions = ["northreach"]', 'regions = ["nortreach"]', 1).replace(
        'unit = "%"', 'unit = "km2"', 1
    )
    file.write_text(text, encoding="utf-8")
    result = run(pack)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "nortreach" in result.stderr
    assert "did you mean northreach" in result.stderr
    assert "unit of the query" in result.stderr
    assert all(line.startswith("claims.toml line 2") for line in result.stderr.strip().splitlines())


def test_claims_of_the_toy_war_are_sound(toy: Path) -> None:
    result = run(toy, "--json")
    assert result.exit_code == 0
    assert all(set(v) == KEYS for v in json.loads(result.stdout))
