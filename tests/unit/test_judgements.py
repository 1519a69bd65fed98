"""The judged numbers of the game: what is read of ``game.toml``, and every way in which it is refused."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from armistice.core.digest import folder_digest
from armistice.core.errors import Fault, FaultCollector, PackError
from armistice.core.parameters import BELIEFS, JUDGED, PARAMETERS, Block, Judgements, LineOfOption, Pressure
from armistice.core.war import Axis, AxisStep, Issue, Option, Range
from armistice.data.judgements import REQUIRED, read_judgements
from armistice.data.pack import read_pack

AXES = (
    Axis("north", "North", 0, "", "", tuple(AxisStep(n, f"n{n}", 1.0, 1.0, 0.0, 0.0, "", False) for n in range(1, 13))),
    Axis("south", "South", 0, "", "", tuple(AxisStep(n, f"s{n}", 1.0, 1.0, 0.0, 0.0, "", False) for n in range(1, 4))),
)
LEAST = '[axis]\nid = "north"\n' + "".join(
    f'[{key}]\nlow = 0.1\ncentral = 0.2\nhigh = 0.4\nsource = "why"\n' for key in REQUIRED
)


def read(folder: Path, text: str) -> tuple[Judgements | None, tuple[Fault, ...]]:
    (folder / "game.toml").write_text(text, encoding="utf-8")
    faults = FaultCollector()
    return read_judgements(folder, AXES, faults), faults.faults


def changed(pattern: str, replacement: str, text: str = LEAST) -> str:
    new, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert count == 1
    return new


# --- what is read -----------------------------------------------------------------------------------------------


def test_the_least_file_is_read(tmp_path: Path) -> None:
    found, faults = read(tmp_path, LEAST)
    assert faults == ()
    assert found == Judgements("north", dict.fromkeys(REQUIRED, Range(0.1, 0.2, 0.4, "why")), (), None, "")


def test_blocks_and_the_strategic_line_are_read(tmp_path: Path) -> None:
    more = 'blocks = [{lo = 0, hi = 2, source = "x"}, {lo = 9, hi = 12, source = "y"}]\nstrategic_line = {step = 11, source = "z"}'
    found, faults = read(tmp_path, changed("^id = .*$", rf"\g<0>\n{more}"))
    assert faults == ()
    assert found is not None
    assert found.blocks == (Block(0, 2, "x"), Block(9, 12, "y"))
    assert (found.strategic_line, found.strategic_source) == (11, "z")


def test_a_pack_without_the_file_has_no_judgements(toy_copy: Path) -> None:
    (toy_copy / "game.toml").unlink()
    assert read_pack(toy_copy).game is None


@pytest.mark.parametrize("slug", ["toy", "ukraine"])
def test_the_packs_judge_every_number_on_an_axis_of_theirs(slug: str) -> None:
    pack = read_pack(slug)
    assert pack.game is not None
    assert pack.game.axis in {axis.id for axis in pack.war.axes}
    assert set(JUDGED) - set(pack.game.ranges) <= {"time.discount"}
    for key, found in pack.game.ranges.items():
        assert found.low < found.high, key
        assert found.source.strip(), key


def test_every_number_of_the_real_pack_gives_its_reason() -> None:
    game = read_pack("ukraine").game
    assert game is not None
    sources = [r.source for r in game.ranges.values()] + [b.source for b in game.blocks]
    assert all(s.startswith("judgement: ") and len(s) > 60 and not s.endswith(".") for s in sources)
    assert len(set(sources)) == len(sources)
    assert game.strategic_line is None


def test_the_digest_of_the_pack_knows_the_file(toy_copy: Path) -> None:
    before = folder_digest(toy_copy)
    path = toy_copy / "game.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("high = 2.0", "high = 2.5", 1), encoding="utf-8")
    assert folder_digest(toy_copy) != before
    assert read_pack(toy_copy).digest == folder_digest(toy_copy)


def test_every_judged_number_is_declared_and_every_required_one_judged() -> None:
    assert set(JUDGED) <= set(PARAMETERS) | set(BELIEFS)
    assert set(REQUIRED) <= set(JUDGED)


def test_both_bounds_may_be_used(tmp_path: Path) -> None:
    text = LEAST + '[bargaining.proposer_a]\nlow = 0\ncentral = 0.0\nhigh = 1\nsource = "x"\n'
    found, faults = read(tmp_path, text)
    assert faults == ()
    assert found is not None
    assert found.ranges["bargaining.proposer_a"] == Range(0.0, 0.0, 1.0, "x")


# --- what is refused ----------------------------------------------------------------------------------------------

REFUSED = {
    "unknown table": (LEAST + "[cost.a]\n", "game.toml", "cost"),
    "unknown number": (LEAST + "[costs.c]\nlow = 1\n", "game.toml [costs]", '"c"'),
    "a number that is not judged": (LEAST + "[costs.land_flow]\nlow = 1\n", "game.toml [costs]", "land_flow"),
    "unknown end": (changed("^low", "lowest"), "game.toml [costs.a]", "lowest"),
    "end missing": (changed("^high = .*\n", ""), "game.toml [costs.a]", '"high"'),
    "required number missing": (changed(r"^\[costs\.b\]\n(\w.*\n)+", ""), "game.toml [costs]", '"b"'),
    "required table missing": (changed(r"(?s)^\[beliefs.*", ""), "game.toml", '"beliefs"'),
    "a number for a range": (changed(r"^\[costs\.b\]\n(\w.*\n)+", "[costs]\nb = 1.0\n"), "game.toml [costs] [b]", '"1.0"'),
    "a number for a table": ("defeat = 3\n" + LEAST, "game.toml [defeat]", '"3"'),
    "below the bounds": (changed("^low = 0.1", "low = -0.1"), "game.toml [costs.a]", "0 or more"),
    "on an open bound": (changed(r"^(\[beliefs.sd_a\]\nlow = )0.1", r"\g<1>0"), "game.toml [beliefs.sd_a]", "above 0 to 10"),
    "above the bounds": (changed(r"(sd_a\](\n\w.*){2}\nhigh = )0.4", r"\g<1>11"), "game.toml [beliefs.sd_a]", "above 0 to 10"),
    "out of order": (changed("^low = 0.1", "low = 0.3"), "game.toml [costs.a]", "low ≤ central ≤ high"),
    "central above high": (changed("^central = 0.2", "central = 0.5"), "game.toml [costs.a]", "low ≤ central ≤ high"),
    "not a number": (changed("^low = 0.1", "low = nan"), "game.toml [costs.a]", '"nan"'),
    "endless": (changed("^high = 0.4", "high = inf"), "game.toml [costs.a]", '"inf"'),
    "too long for a float": (changed("^high = 0.4", "high = " + "9" * 400), "game.toml [costs.a]", "999"),
    "a word": (changed("^low = 0.1", 'low = "0.1"'), "game.toml [costs.a]", "as a number"),
    "true": (changed("^high = 0.4", "high = true"), "game.toml [costs.a]", '"True"'),
    "no source": (changed('^source = "why"\n', ""), "game.toml [costs.a]", '"source"'),
    "empty source": (changed('^source = "why"', 'source = " "'), "game.toml [costs.a]", "source as text"),
    "no axis": (changed(r'^\[axis\]\nid = "north"\n', ""), "game.toml", '"axis"'),
    "axis without id": (changed('^id = "north"\n', ""), "game.toml [axis]", '"id"'),
    "unknown axis": (changed('"north"', '"norht"'), "game.toml [axis]", "did you mean north"),
    "unknown key of the axis": (changed('"north"', '"north"\nblock = []'), "game.toml [axis]", "did you mean blocks"),
    "blocks no list": (changed('"north"', '"north"\nblocks = 3'), "game.toml [axis]", "blocks"),
    "block of words": (changed('"north"', '"north"\nblocks = ["x"]'), "game.toml [axis] [[blocks]] 1", "a table"),
    "block below": (changed('"north"', '"north"\nblocks = [{lo = -1, hi = 3, source = "x"}]'), "game.toml [axis] [[blocks]] 1", "from 0 to 12"),
    "block above": (changed('"north"', '"north"\nblocks = [{lo = 1, hi = 13, source = "x"}]'), "game.toml [axis] [[blocks]] 1", "from 0 to 12"),
    "block past the shorter axis": (changed('"north"', '"south"\nblocks = [{lo = 1, hi = 4, source = "x"}]'), "game.toml [axis] [[blocks]] 1", "from 0 to 3"),
    "block with parts of steps": (changed('"north"', '"north"\nblocks = [{lo = 1.5, hi = 4, source = "x"}]'), "game.toml [axis] [[blocks]] 1", "whole number"),
    "block without a line inside": (changed('"north"', '"north"\nblocks = [{lo = 3, hi = 4, source = "x"}]'), "game.toml [axis] [[blocks]] 1", "a block from 3 to 4"),
    "block turned round": (changed('"north"', '"north"\nblocks = [{lo = 6, hi = 4, source = "x"}]'), "game.toml [axis] [[blocks]] 1", "lo + 2"),
    "block without source": (changed('"north"', '"north"\nblocks = [{lo = 3, hi = 5}]'), "game.toml [axis] [[blocks]] 1", '"source"'),
    "block with more": (changed('"north"', '"north"\nblocks = [{lo = 3, hi = 5, source = "x", why = 1}]'), "game.toml [axis] [[blocks]] 1", '"why"'),
    "strategic line at the start": (changed('"north"', '"north"\nstrategic_line = {step = 0, source = "x"}'), "game.toml [axis.strategic_line]", "from 1 to 11"),
    "strategic line at the end": (changed('"north"', '"north"\nstrategic_line = {step = 12, source = "x"}'), "game.toml [axis.strategic_line]", "from 1 to 11"),
    "strategic line true": (changed('"north"', '"north"\nstrategic_line = {step = true, source = "x"}'), "game.toml [axis.strategic_line]", '"True"'),
    "strategic line without source": (changed('"north"', '"north"\nstrategic_line = {step = 3}'), "game.toml [axis.strategic_line]", '"source"'),
    "strategic line with more": (changed('"north"', '"north"\nstrategic_line = {step = 3, source = "x", factor = 1}'), "game.toml [axis.strategic_line]", "factor"),
    "strategic line a number": (changed('"north"', '"north"\nstrategic_line = 3'), "game.toml [axis] [strategic_line]", "a table"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(REFUSED))
def test_a_fault_is_named_with_its_place(tmp_path: Path, what: str) -> None:
    text, where, says = REFUSED[what]
    _, faults = read(tmp_path, text)
    own = [fault for fault in faults if fault.where == where]
    assert any(says in str(fault) for fault in own), [str(f) for f in faults]
    for fault in faults:
        assert fault.where.startswith("game.toml")
        assert all(part.strip() for part in (fault.found, fault.expected, fault.remedy))
        assert len(str(fault).splitlines()) == 1


@pytest.mark.parametrize(
    "what", ["not a number", "too long for a float", "below the bounds", "a word", "on an open bound"]
)
def test_one_wrong_number_is_one_fault(tmp_path: Path, what: str) -> None:
    assert len(read(tmp_path, REFUSED[what][0])[1]) == 1


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = changed('"north"', '"norht"', changed("^low = 0.1", "low = -1", LEAST)) + "[costs.c]\n[peace]\n"
    wheres = [fault.where for fault in read(tmp_path, text)[1]]
    assert sorted(wheres) == ["game.toml", "game.toml [axis]", "game.toml [costs.a]", "game.toml [costs]"]


def test_text_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    found, faults = read(tmp_path, LEAST.replace("low = 0.1", "low == 0.1", 1))
    assert found is None
    assert [fault.where for fault in faults] == ["game.toml line 4"]


def test_a_war_without_axes_has_no_place_for_the_game(tmp_path: Path) -> None:
    (tmp_path / "game.toml").write_text(LEAST, encoding="utf-8")
    faults = FaultCollector()
    read_judgements(tmp_path, (), faults)
    assert [fault.remedy for fault in faults.faults] == ["add an [[axis]] to war.toml, or remove the file"]


def test_a_pack_with_such_a_fault_is_not_read(toy_copy: Path) -> None:
    path = toy_copy / "game.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("low = 0.5", "low = -0.5", 1), encoding="utf-8")
    with pytest.raises(
        PackError, match=r"game\.toml \[costs\.a\]: low is \"-0\.5\"; expected low as a number, 0 or more"
    ):
        read_pack(toy_copy)


# --- what the record of the talks is read with ----------------------------------------------------------------------


ISSUE = Issue(
    "land",
    "Land",
    "Who holds it?",
    "territory",
    True,
    False,
    (Option("all", "All", 1.0), Option("line", "Line", 0.5)),
    {},
)


def read_with_issue(folder: Path, text: str) -> tuple[Judgements | None, tuple[Fault, ...]]:
    (folder / "game.toml").write_text(text, encoding="utf-8")
    faults = FaultCollector()
    return read_judgements(folder, AXES, faults, (ISSUE,)), faults.faults


def test_lines_of_options_and_pressures_are_read(tmp_path: Path) -> None:
    lines = (
        'lines = [{issue = "land", option = "all", line = "end"}, {issue = "land", option = "line", line = "front"}]'
    )
    push = '[[pressure]]\ndate = 2012-05-01\nside = "b"\ntitle = "no aid"\ncosts = 1.5\nsource = "why"\n'
    found, faults = read_with_issue(tmp_path, changed("^id = .*$", rf"\g<0>\n{lines}") + push)
    assert faults == ()
    assert found is not None
    assert found.lines == (LineOfOption("land", "all", "end"), LineOfOption("land", "line", "front"))
    border = lines.replace('"front"', "2")
    fixed, faults = read_with_issue(tmp_path, changed("^id = .*$", rf"\g<0>\n{border}"))
    assert faults == ()
    assert fixed is not None
    assert fixed.lines[1] == LineOfOption("land", "line", 2)
    assert found.pressures == (Pressure(date(2012, 5, 1), "b", "no aid", 1.5, 0.0, "why"),)


@pytest.mark.parametrize(
    ("line", "where", "found"),
    [
        ('{issue = "lend", option = "all", line = "end"}', "lines", "lend"),
        ('{issue = "land", option = "some", line = "end"}', "lines", "some"),
        ('{issue = "land", option = "all", line = "middle"}', "lines", "middle"),
        ('{issue = "land", option = "all"}', "lines", "line"),
        ('{issue = "land", option = "all", line = 999}', "lines", 'line is "999"'),
        ('{issue = "land", option = "all", line = 1.5}', "lines", 'line is "1.5"'),
        ('{issue = "land", option = "all", line = -1}', "lines", 'line is "-1"'),
    ],
)
def test_a_line_that_means_nothing_is_refused(tmp_path: Path, line: str, where: str, found: str) -> None:
    _, faults = read_with_issue(tmp_path, changed("^id = .*$", rf"\g<0>\nlines = [{line}]"))
    assert len(faults) == 1
    assert where in faults[0].where
    assert found in faults[0].found


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('side = "b"', 'side = "c"', "side"),
        ("costs = 1.5", "costs = 0", "costs"),
        ("costs = 1.5", "drift = 9", "drift"),
        ("date = 2012-05-01", 'date = "May"', "date"),
        ('source = "why"', 'source = ""', "source"),
    ],
)
def test_a_pressure_out_of_bounds_is_refused(tmp_path: Path, old: str, new: str, found: str) -> None:
    push = '[[pressure]]\ndate = 2012-05-01\nside = "b"\ntitle = "no aid"\ncosts = 1.5\nsource = "why"\n'
    _, faults = read_with_issue(tmp_path, LEAST + push.replace(old, new))
    assert len(faults) == 1
    assert found in faults[0].found
