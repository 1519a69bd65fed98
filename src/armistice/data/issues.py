"""The issues of a war, what each party wants, red lines, and goods worth more together: ``issues.toml`` of a pack.

Every fault goes to the collector, and what could be read is handed back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from armistice.core.errors import FaultCollector, near
from armistice.core.war import SIDES, Bundle, Issue, Option, Preference, Range, RedLine
from armistice.data.checks import TomlReader, show

FILE = "issues.toml"


@dataclass(frozen=True)
class Issues:
    """What the parties differ on, as a pack says it."""

    issues: tuple[Issue, ...]
    red_lines: tuple[RedLine, ...]
    bundles: tuple[Bundle, ...]


def read_issues(content: dict[str, Any], third: Collection[str], faults: FaultCollector) -> Issues:
    """The issues of a pack with the red lines and the bundles.

    Parameters
    ----------
    content : dict
        The parsed file; empty where the pack has none.
    third : collection of str
        Ids of the third parties of the war.
    faults : FaultCollector
        Told of unknown keys, options that an issue does not have, numbers out of bounds or out of order, issues named twice, and
        sources left empty.
    """
    top = TomlReader(content, FILE, faults)
    issues = tuple(_issue(item, third) for item in top.tables("issue", required=False))
    lines = tuple(_red_line(item, issues) for item in top.tables("red_line", required=False))
    bundles = tuple(_bundle(item, issues, third) for item in top.tables("bundle", required=False))
    top.close()
    for again in {i.id for i in issues if [j.id for j in issues].count(i.id) > 1}:
        faults.add(FILE, f'issue "{again}" twice', "each issue once", "remove or rename one")
    for again in {b.id for b in bundles if [c.id for c in bundles].count(b.id) > 1}:
        faults.add(FILE, f'bundle "{again}" twice', "each bundle once", "remove or rename one")
    return Issues(issues, lines, bundles)


def _issue(item: TomlReader, third: Collection[str]) -> Issue:
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
    preference: dict[str, Preference] = {}
    for side in SIDES:
        inner = item.table_of(side)
        if inner is not None:
            preference[side] = _preference(inner, names)
    others = item.table_of("others", required=False)
    for party in others.table if others is not None else ():
        inner = others.table_of(party) if others is not None else None
        if party not in third:
            item.faults.add(item.where, f"[others.{party}]", "a third party of war.toml", near(party, third))
        elif inner is not None:
            preference[party] = _preference(inner, names, third=True)
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


def _preference(item: TomlReader, names: list[str], third: bool = False) -> Preference:
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
    out = Preference(
        ideal, Range(low, central, high, source), (acceptable[0], acceptable[1]), item.text("why"),
        item.text("holds", "") if third else "",
    )  # fmt: skip
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
    side = item.text("side", choices=SIDES)
    line = RedLine(
        "b" if side == "b" else "a", item.text("issue"), item.text("option"), item.flag("hard"),
        item.text("source"), item.text("why"),
    )  # fmt: skip
    item.close()
    _known_option(item, line.issue, line.option, issues)
    return line


def _bundle(item: TomlReader, issues: tuple[Issue, ...], third: Collection[str]) -> Bundle:
    where = item.where
    bundle_id = item.identifier("id")
    item.where = f"issues.toml bundle {show(bundle_id)}"
    party = item.text("party")
    if party not in (*SIDES, *third):
        item.faults.add(
            item.where, f"party {show(party)}", "a, b or a third party of war.toml", near(party, (*SIDES, *third))
        )
    needs = []
    for need in item.tables("needs"):
        needs.append((need.text("issue"), need.text("option")))
        need.close()
        _known_option(need, *needs[-1], issues)
    if len({issue for issue, _ in needs}) < max(len(needs), 2):
        found = f"needs on {', '.join(issue for issue, _ in needs) or 'nothing'}"
        item.faults.add(item.where, found, "two or more issues, each once", "name goods on different issues")
    wanted = {i.id: i.preference for i in issues}
    for issue, _ in needs:
        if issue in wanted and party in (*SIDES, *third) and party not in wanted[issue]:
            found = f"needs issue {show(issue)}, on which {show(party)} wants nothing"
            item.faults.add(item.where, found, "an issue on which it has a preference", "write one, or leave it out")
    table = item.table_of("worth")
    worth = Range(*_ordered(table, item.where, "worth"), table.text("source")) if table else Range(0.0, 0.0, 0.0)
    if table is not None:
        table.close()
        if worth.central <= 0:
            item.faults.add(item.where, f"worth {worth.central:g}", "a share above 0", "say what it adds, or remove it")
    out = Bundle(bundle_id, item.text("title"), party, tuple(needs), worth, item.text("why"))
    item.close()
    item.where = where
    return out


def _known_option(item: TomlReader, issue: str, option: str, issues: tuple[Issue, ...]) -> None:
    options = {i.id: [o.id for o in i.options] for i in issues}
    if issue not in options:
        item.faults.add(item.where, f"issue {show(issue)}", "an issue of the war", near(issue, options))
    elif option not in options[issue]:
        item.faults.add(item.where, f"option {show(option)}", "an option of the issue", near(option, options[issue]))
