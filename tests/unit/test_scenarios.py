"""What-ifs of a pack: what is read of ``scenarios.toml``, and every way in which it is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from armistice.core.errors import Fault, FaultCollector, PackError
from armistice.core.scenarios import Scenario
from armistice.core.war import Range
from armistice.data.pack import read_pack
from armistice.data.scenarios import read_scenarios

LEAST = """[[scenario]]
id = "one"
title = "One"
question = "What if?"
from_month = 2
drivers = ["aid"]

[scenario.pace]
low = 0.5
central = 1.0
high = 2.0
source = "why"
"""
BACK = """
[scenario.recapture]
low = 0.0
central = 0.2
high = 0.5
source = "why back"
"""


def read(folder: Path, text: str) -> tuple[tuple[Scenario, ...], tuple[Fault, ...]]:
    (folder / "scenarios.toml").write_text(text, encoding="utf-8")
    faults = FaultCollector()
    return read_scenarios(folder, faults), faults.faults


def changed(pattern: str, replacement: str, text: str = LEAST) -> str:
    new, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert count == 1
    return new


def test_the_file_is_read(tmp_path: Path) -> None:
    found, faults = read(tmp_path, LEAST + BACK + changed('"one"', '"two"'))
    assert faults == ()
    pace, back = Range(0.5, 1.0, 2.0, "why"), Range(0.0, 0.2, 0.5, "why back")
    assert found == (
        Scenario("one", "One", "What if?", 2, pace, back, ("aid",)),
        Scenario("two", "One", "What if?", 2, pace, None, ("aid",)),
    )


def test_a_pack_may_have_no_such_file(toy_copy: Path) -> None:
    assert len(read_pack(toy_copy).scenarios) == 2
    (toy_copy / "scenarios.toml").unlink()
    assert read_pack(toy_copy).scenarios == ()


def test_an_advance_may_be_stopped_altogether(tmp_path: Path) -> None:
    found, faults = read(tmp_path, re.sub(r"(low|central|high) = \S+", r"\1 = 0", LEAST))
    assert faults == ()
    assert found[0].pace == Range(0, 0, 0, "why")


REFUSED = {
    "not TOML": (LEAST + "low == 1\n", "scenarios.toml", ""),
    "nothing in it": ("", "scenarios.toml", '"scenario"'),
    "an unknown table": (LEAST + "[scenarios]\n", "scenarios.toml", "scenarios"),
    "an unknown key": (changed("^title", 'name = "x"\ntitle'), 'scenario "one"', "name"),
    "no id": (changed('^id = "one"\n', ""), "[[scenario]] 1", '"id"'),
    "an id with capitals": (changed('"one"', '"One"'), '[[scenario]] 1', "lower-case"),
    "an id twice": (LEAST + LEAST, 'scenario "one"', "twice"),
    "no title": (changed("^title.*\n", ""), 'scenario "one"', '"title"'),
    "an empty question": (changed('"What if[?]"', '" "'), 'scenario "one"', "question"),
    "no beginning": (changed("^from_month.*\n", ""), 'scenario "one"', '"from_month"'),
    "a beginning before today": (changed("from_month = 2", "from_month = -1"), 'scenario "one"', "0 to 60"),
    "a beginning in parts of months": (changed("from_month = 2", "from_month = 1.5"), 'scenario "one"', "whole number"),
    "no drivers": (changed(r"^drivers.*\n", ""), 'scenario "one"', '"drivers"'),
    "drivers that name nothing": (changed(r'\["aid"\]', "[]"), 'scenario "one"', "drivers"),
    "a driver of blanks": (changed(r'\["aid"\]', '[" "]'), 'scenario "one"', "drivers"),
    "a driver as a word": (changed(r'\["aid"\]', '"aid"'), 'scenario "one"', "drivers"),
    "no pace": (changed(r"(?s)^\[scenario.pace.*", ""), 'scenario "one"', '"pace"'),
    "a pace as a number": (changed(r"(?s)^\[scenario.pace.*", "pace = 2\n"), "[pace]", "a table"),
    "no high end": (changed("^high.*\n", ""), "[pace]", '"high"'),
    "an unknown end": (changed("^high", "highest"), "[pace]", "highest"),
    "out of order": (changed("^low = 0.5", "low = 1.5"), "[pace]", "low ≤ central ≤ high"),
    "a factor below nought": (changed("^low = 0.5", "low = -0.5"), "[pace]", "between 0 and 20"),
    "a factor beyond bounds": (changed("^high = 2.0", "high = 21"), "[pace]", "between 0 and 20"),
    "not a number": (changed("^high = 2.0", "high = nan"), "[pace]", "high"),
    "a low end of nought": (changed("^low = 0.5", "low = 0"), 'scenario "one"', "logarithm"),
    "no source": (changed('^source = "why"\n', ""), "[pace]", '"source"'),
    "an empty source": (changed('"why"', '" "'), "[pace]", "source"),
    "a recapture out of order": (LEAST + changed("^central = 0.2", "central = 0.7", BACK), "[recapture]", "low ≤ central"),
    "a recapture without reason": (LEAST + changed('^source.*\n', "", BACK), "[recapture]", '"source"'),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_every_fault_gets_a_sentence(case: str, tmp_path: Path) -> None:
    text, where, words = REFUSED[case]
    _, faults = read(tmp_path, text)
    told = [str(f) for f in faults]
    assert any(where in t and words in t for t in told), told
    assert all(t.startswith("scenarios.toml") for t in told)


def test_all_faults_are_told_at_once(toy_copy: Path) -> None:
    path = toy_copy / "scenarios.toml"
    text = (
        path.read_text(encoding="utf-8")
        .replace("low = 1.0", "low = 9.0", 1)
        .replace('title = "Aid to Brelland grows"\n', "", 1)
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as error:
        read_pack(toy_copy)
    assert "low ≤ central ≤ high" in str(error.value)
    assert '"title"' in str(error.value)


def test_the_real_pack_gives_a_reason_for_every_number() -> None:
    found = read_pack("ukraine").scenarios
    sources = [r.source for s in found for r in (s.pace, s.recapture) if r is not None]
    assert len(found) >= 3
    assert all(("judgement: " in s) and len(s) > 60 for s in sources)
    assert {"aid", "shells"} <= {d for s in found for d in s.drivers}
    ways = [s.pace.central for s in found]
    assert min(ways) < 1 < max(ways), "what quickens the advance and what slows it"
