"""The issues of a war, what each side wants, and red lines: ``issues.toml`` of a pack.

Every fault goes to the collector, and what could be read is handed back.
"""

from __future__ import annotations

from typing import Any

from armistice.core.errors import FaultCollector, near
from armistice.core.war import Issue, Option, Preference, Range, RedLine, Side
from armistice.data.checks import TomlReader, show

FILE = "issues.toml"
SIDES: tuple[Side, Side] = ("a", "b")


def read_issues(content: dict[str, Any], faults: FaultCollector) -> tuple[tuple[Issue, ...], tuple[RedLine, ...]]:
    """The issues and red lines of a pack.

    Parameters
    ----------
    content : dict
        The parsed file; empty where the pack has none.
    faults : FaultCollector
        Told of unknown keys, options that an issue does not have, numbers out of bounds or out of order, issues named twice, and
        sources left empty.
    """
    top = TomlReader(content, FILE, faults)
    issues = tuple(_issue(item) for item in top.tables("issue", required=False))
    lines = tuple(_red_line(item, issues) for item in top.tables("red_line", required=False))
    top.close()
    for again in {i.id for i in issues if [j.id for j in issues].count(i.id) > 1}:
        faults.add(FILE, f'issue "{again}" twice', "each issue once", "remove or rename one")
    return issues, lines


def _issue(item: TomlReader) -> Issue:
    where = item.where
    issue_id = item.identifier("id")
    item.where = f"issues.toml issue {show(issue_id)}"
    options = []
    for option in item.tables("options"):
        options.append(Option(option.identifier("id"), option.text("label"), option.number("value", 0, 1)))
        option.close()
    names = [o.id for o in options]
    values = [o.value for o in options]
    if len(options) < 2 or values != sorted(set(values)):
        item.faults.add(item.where, f"option values {values}", "two or more, strictly increasing", "order the options")
    if len(set(names)) < len(names):
        item.faults.add(item.where, "an option id twice", "each option once", "rename one")
    preference: dict[Side, Preference] = {}
    for side in SIDES:
        inner = item.table_of(side)
        if inner is not None:
            preference[side] = _preference(inner, names)
    now, why = item.text("now", ""), item.text("now_why", "")
    if now and now not in names:
        item.faults.add(item.where, f"now is {show(now)}", "an option of the issue", near(now, names))
    if why and not now:
        item.faults.add(item.where, "now_why without now", "both or neither", 'add "now" or remove "now_why"')
    out = Issue(
        issue_id, item.text("title"), item.text("question"), item.text("kind"), item.flag("divisible"),
        item.flag("minor"), tuple(options), preference, now, _decided(item), why,
    )  # fmt: skip
    item.close()
    item.where = where
    return out


def _preference(item: TomlReader, names: list[str]) -> Preference:
    salience = item.table_of("salience")
    low, central, high = _ordered(salience, item.where, "salience") if salience else (0.0, 0.0, 0.0)
    acceptable = item.words("acceptable")
    ideal = item.text("ideal")
    for option_id in (ideal, *acceptable):
        if option_id not in names:
            item.faults.add(item.where, f"option {show(option_id)}", "an option of the issue", near(option_id, names))
    if len(acceptable) != 2:
        found = f"acceptable has {len(acceptable)} entries"
        item.faults.add(item.where, found, "two options, from and to", "name both")
        acceptable = [ideal, ideal]
    source = item.text("source")
    out = Preference(ideal, Range(low, central, high, source), (acceptable[0], acceptable[1]), item.text("why"))
    item.close()
    return out


def _decided(item: TomlReader) -> Range | None:
    table = item.table_of("decided", required=False)
    if table is None:
        return None
    out = Range(*_ordered(table, item.where, "decided"), table.text("source"))
    table.close()
    return out


def _ordered(table: TomlReader, where: str, name: str) -> tuple[float, float, float]:
    """Low, central and high between 0 and 1, in order."""
    low, central, high = (table.number(key, 0, 1) for key in ("low", "central", "high"))
    if not low <= central <= high:
        table.faults.add(where, f"{name} {low}, {central}, {high}", "low ≤ central ≤ high", "order them")
    return low, central, high


def _red_line(item: TomlReader, issues: tuple[Issue, ...]) -> RedLine:
    side = item.text("side", choices=("a", "b"))
    line = RedLine(
        "b" if side == "b" else "a", item.text("issue"), item.text("option"), item.flag("hard"),
        item.text("source"), item.text("why"),
    )  # fmt: skip
    item.close()
    options = {i.id: [o.id for o in i.options] for i in issues}
    if line.issue not in options:
        item.faults.add(item.where, f"issue {show(line.issue)}", "an issue of the war", near(line.issue, options))
    elif line.option not in options[line.issue]:
        item.faults.add(
            item.where, f"option {show(line.option)}", "an option of the issue", near(line.option, options[line.issue])
        )
    return line
