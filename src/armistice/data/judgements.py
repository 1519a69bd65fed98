"""The judged numbers of the war-termination game: ``game.toml`` of a pack.

Each number is a table of low, central, high and source inside the bounds that `armistice.core.parameters` declares;
besides, the file names the axis on which the game is played, land that cannot be split, and a line that makes a
settlement safe. Every fault goes to the collector, and what could be read is handed back.
"""

from __future__ import annotations

from pathlib import Path

from armistice.core.errors import FaultCollector, near
from armistice.core.parameters import BELIEFS, JUDGED, LINES, PARAMETERS, Block, Judgements, LineOfOption, Pressure
from armistice.core.war import Axis, Issue, Range
from armistice.data.checks import TomlReader, read_toml, show

FILE = "game.toml"
REQUIRED = ("costs.a", "costs.b", "beliefs.lead_a", "beliefs.lead_b", "beliefs.sd_a", "beliefs.sd_b")
"""Numbers without which the file is of no use; for the others the game has defaults."""
_MOST_STEPS = 500
"""Bound of a step where the axis is not known: no axis has more."""


def read_judgements(
    folder: Path, axes: tuple[Axis, ...], faults: FaultCollector, issues: tuple[Issue, ...] = ()
) -> Judgements | None:
    """The judged numbers of a pack.

    Parameters
    ----------
    folder : Path
        The pack.
    axes : tuple of Axis
        Axes of the war, with their steps.
    faults : FaultCollector
        Told of unknown tables and keys, numbers out of bounds or out of order, an unknown axis, blocks and lines that
        do not lie on it, options that no issue has, and sources left empty.
    issues : tuple of Issue
        Issues of the war, whose options may be said to draw a line on the axis.

    Returns
    -------
    Judgements or None
        None where the pack has no such file, or it could not be read.
    """
    path = folder / FILE
    content = read_toml(path, folder, faults) if path.exists() or path.is_symlink() else None
    if content is None:
        return None
    top = TomlReader(content, FILE, faults)
    axis, blocks, line, line_source, lines = _ground(top, axes, issues)
    ranges = _ranges(top)
    pressures = tuple(_pressure(item) for item in top.tables("pressure", required=False))
    top.close()
    return Judgements(axis, ranges, blocks, line, line_source, lines, tuple(sorted(pressures)))


def _ground(
    top: TomlReader, axes: tuple[Axis, ...], issues: tuple[Issue, ...]
) -> tuple[str, tuple[Block, ...], int | None, str, tuple[LineOfOption, ...]]:
    """The axis, what of it cannot be split, the line that makes a settlement safe, and the lines of options."""
    table = top.table_of("axis")
    if table is None:
        return "", (), None, "", ()
    axis = table.text("id")
    lengths = {a.id: len(a.steps) for a in axes}
    if axis and axis not in lengths:
        remedy = near(axis, lengths) if lengths else "add an [[axis]] to war.toml, or remove the file"
        top.faults.add(table.where, f"id is {show(axis)}", "an [[axis]] of war.toml", remedy)
    steps = lengths.get(axis) or _MOST_STEPS
    blocks = tuple(b for b in (_block(item, steps) for item in table.tables("blocks", required=False)) if b)
    line, source = None, ""
    safe = table.table_of("strategic_line", required=False)
    if safe is not None:
        safe.where = f"{FILE} [axis.strategic_line]"
        line, source = safe.whole("step", 1, steps - 1), safe.text("source")
        safe.close()
    lines = tuple(_line_of(item, issues, steps) for item in table.tables("lines", required=False))
    table.close()
    return axis, blocks, line, source, lines


def _line_of(item: TomlReader, issues: tuple[Issue, ...], steps: int) -> LineOfOption:
    out = LineOfOption(item.text("issue"), item.text("option"), _place_of(item, steps))
    known = {i.id: [o.id for o in i.options] for i in issues}
    if out.issue not in known:
        item.faults.add(item.where, f"issue is {show(out.issue)}", "an issue of issues.toml", near(out.issue, known))
    elif out.option not in known[out.issue]:
        expected = f"an option of issue {show(out.issue)}"
        item.faults.add(item.where, f"option is {show(out.option)}", expected, near(out.option, known[out.issue]))
    item.close()
    return out


def _place_of(item: TomlReader, steps: int) -> str | int:
    if isinstance(item.table.get("line"), str):
        return item.text("line", choices=LINES)
    place = item.whole("line", 0, steps, f"line as a whole number from 0 to {steps}, or one of {', '.join(LINES)}")
    return LINES[0] if place is None else place


def _block(item: TomlReader, steps: int) -> Block | None:
    lo, hi, source = item.whole("lo", 0, steps), item.whole("hi", 0, steps), item.text("source")
    item.close()
    if lo is None or hi is None:
        return None
    if hi - lo < 2:
        expected = "hi at least lo + 2, since no line lies between neighbours"
        item.faults.add(item.where, f"a block from {lo} to {hi}", expected, "mend the ends or remove the block")
    return Block(lo, hi, source)


def _pressure(item: TomlReader) -> Pressure:
    out = Pressure(
        item.day("date"), item.text("side", choices=("a", "b")), item.text("title"), item.number("costs", 0.1, 10, 1.0),
        item.number("drift", -5, 5, 0.0), item.text("source"),
    )  # fmt: skip
    item.close()
    return out


def _ranges(top: TomlReader) -> dict[str, Range]:
    """All judged numbers, by ``table.key``."""
    ranges = {}
    for name in dict.fromkeys(key.split(".")[0] for key in JUDGED):
        keys = [key for key in JUDGED if key.startswith(f"{name}.")]
        table = top.table_of(name, required=any(key in REQUIRED for key in keys))
        if table is None:
            continue
        for key in keys:
            item = table.table_of(key.partition(".")[2], required=key in REQUIRED)
            if item is not None:
                ranges[key] = _range(item, key)
        table.close()
    return ranges


def _range(item: TomlReader, key: str) -> Range:
    item.where = f"{FILE} [{key}]"
    parameter = PARAMETERS.get(key) or BELIEFS[key]
    low, central, high = (item.within(name, parameter) for name in ("low", "central", "high"))
    if low > central or central > high or low > high:
        item.faults.add(item.where, f"{low:g}, {central:g}, {high:g}", "low ≤ central ≤ high", "order them")
    out = Range(low, central, high, item.text("source"))
    item.close()
    return out
