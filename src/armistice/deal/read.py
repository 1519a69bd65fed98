"""Drafts of settlements as files: one TOML file a draft, in the folder ``settlements`` of a pack.

Every fault goes into one list: an unknown kind, a missing or extra term, a wrong unit or value, a region, party, issue or
option that the war does not have, a guarantee without a guarantor, a drawing that cannot be read, more provisions than a text
can have. A draft without provisions is allowed and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from armistice.core.errors import Fault, FaultCollector, PackError, QueryError, near
from armistice.core.settlement import BASES, Either, Kept, Kind, Plain, Provision, Settlement, Term, Value
from armistice.core.war import War
from armistice.data.checks import ID, TomlReader, read_text, read_toml, show
from armistice.data.drawing import read_drawing
from armistice.data.lines import cell_name
from armistice.data.pack import Pack
from armistice.deal.kinds import KINDS
from armistice.deal.territory import DRAWN

FOLDER = "settlements"
MOST_PROVISIONS = 500
"""Bound of the provisions of one draft: no text on record has a tenth of it."""
MOST_FILES = 200
MOST_OPTIONS = 8
"""Bound of what reports of one clause may say differently."""
_HEAD = re.compile(r"\s*\[\[\s*provision\s*\]\]")


def read_settlements(pack: Pack) -> tuple[Settlement, ...]:
    """The drafts of a pack that were known on its day, by date and id; none if it has no such folder.

    Raises
    ------
    PackError
        With every fault of every file.
    """
    folder = pack.path / FOLDER
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if len(files) > MOST_FILES:
        raise PackError(
            [Fault(FOLDER, f"{len(files):,} files", f"at most {MOST_FILES}", "keep those that matter in the pack")]
        )
    found: list[Settlement] = []
    faults: list[Fault] = []
    for file in files:
        try:
            found.append(read_settlement(file, pack.war))
        except PackError as error:
            faults += error.faults
    if faults:
        raise PackError(faults)
    known = [s for s in found if s.date <= pack.war.as_of]
    return tuple(sorted(known, key=lambda s: (s.date, s.id)))


def find_settlement(pack: Pack, name: str) -> Settlement:
    """A draft by its id in the pack, or by its file.

    Raises
    ------
    PackError
        With every fault of the file.
    QueryError
        If there is neither.
    """
    file = pack.path / FOLDER / f"{name}.toml"
    if file.is_file():
        return read_settlement(file, pack.war)
    if Path(name).is_file():
        return read_settlement(name, pack.war)
    known = sorted(f.stem for f in (pack.path / FOLDER).glob("*.toml"))
    raise QueryError(
        f"draft {name!r}: neither in {pack.path / FOLDER} nor a file; expected one of {', '.join(known) or 'none'}; {near(name, known)}"
    )


def read_settlement(path: str | Path, war: War) -> Settlement:
    """A draft from its file.

    Parameters
    ----------
    path : path
    war : War
        Whose sides, third parties, regions and issues it may name.

    Raises
    ------
    PackError
        With every fault found, if there is any.
    """
    path = Path(path)
    faults = FaultCollector()
    content = read_toml(path, path.parent, faults)
    if content is None:
        raise PackError(faults.faults)
    top = TomlReader(content, path.name, faults)
    if not ID.match(path.stem):
        faults.add(
            path.name, f"a file named {show(path.name)}", "a name in lower-case letters, digits, - and _", "rename it"
        )
    by = tuple(top.words("by"))
    _known(top, "by", by, _parties(war), "a belligerent or third party of war.toml")
    basis = top.text("basis", "page", choices=BASES)
    variants = top.texts("variants", required=False)
    provisions = _provisions(top, path, war, variants, basis)
    day = top.day("date")
    out = Settlement(
        path.stem, top.text("title"), day, by, top.text("status"), top.text("source"), provisions, variants,
        top.text("positions", ""), top.text("note", ""), _drawings(provisions, path, faults), _kept(top, day),
    )  # fmt: skip
    top.close()
    unused = sorted(set(variants) - {p.variant for p in out.provisions})
    if unused and len(out.provisions) < MOST_PROVISIONS:
        faults.add(
            path.name,
            f"variants without a provision: {', '.join(map(show, unused))}",
            "each variant used",
            "remove them",
        )
    faults.raise_if_any()
    return out


def _kept(top: TomlReader, signed: date) -> Kept | None:
    """What became of a text that took effect."""
    table = top.table_of("kept", required=False)
    if table is None:
        return None
    since = table.day("since") if "since" in table.table else signed
    out = Kept(since, table.day("until"), table.flag("broke"), table.text("why"), table.text("source"))
    table.close()
    if not signed <= out.since <= out.until:
        found = f"signed {signed}, in effect since {out.since}, until {out.until}"
        top.faults.add(table.where, found, "days in this order", "mend the days")
    return out


def _drawings(provisions: Iterable[Provision], path: Path, faults: FaultCollector) -> dict[str, str]:
    """The files that lines of control name, as GeoJSON, with a fault for each that cannot be read as a drawing."""
    out: dict[str, str] = {}
    for clause in provisions:
        for name in map(str, _options(clause.terms.get("drawing"))):
            file, where = path.parent / name, f"{path.name} clause {clause.number} {clause.kind}"
            if Path(name).is_absolute():
                faults.add(
                    where, f"drawing is {show(name)}", "a path from the draft's own folder", "move the file there"
                )
                continue
            try:
                read_drawing(file)
                out[name] = file.read_text(encoding="utf-8-sig")
            except QueryError as error:
                found, _, rest = str(error).removeprefix(str(file)).partition("; expected ")
                expected, _, remedy = rest.rpartition("; ")
                faults.add(where, f"drawing {show(name)}{found}", expected, remedy)
            except (OSError, ValueError):
                faults.add(where, f"drawing is {show(name)}", "the path of a file", "name one")
    return out


def _provisions(
    top: TomlReader, path: Path, war: War, variants: Mapping[str, str], basis: str
) -> tuple[Provision, ...]:
    items = top.tables("provision", required=False)
    if len(items) > MOST_PROVISIONS:
        remedy = "split the text, or merge clauses that say the same"
        top.faults.add(path.name, f"{len(items):,} provisions", f"at most {MOST_PROVISIONS}", remedy)
        return ()
    text = (read_text(path, path.parent, FaultCollector()) or "").splitlines()
    lines = [n for n, line in enumerate(text, 1) if _HEAD.match(line)]
    for item, line in zip(items, lines, strict=False):  # inline tables have no line of their own
        item.where = f"{path.name} line {line}"
    source = top.table.get("source")
    defaults = (source if isinstance(source, str) else "", basis)
    found = (_provision(number, item, war, variants, defaults) for number, item in enumerate(items, 1))
    return tuple(p for p in found if p is not None)


def _provision(
    number: int, item: TomlReader, war: War, variants: Mapping[str, str], defaults: tuple[str, str]
) -> Provision | None:
    """One clause; None for an unknown kind, which leaves a fault."""
    name = item.text("kind")
    kind = KINDS.get(name)
    if name and kind is None:
        item.faults.add(item.where, f"kind is {show(name)}", "a kind of provision", near(name, KINDS))
    item.where += f" {name}" if kind else ""
    variant = item.text("variant", "")
    if variant and variant not in variants:
        remedy = near(variant, variants) if variants else "list it under [variants]"
        item.faults.add(item.where, f"variant is {show(variant)}", "a variant listed under [variants]", remedy)
    text, source = item.text("text"), item.text("source", defaults[0])
    basis = item.text("basis", defaults[1], choices=BASES)
    issue, options = _answer(item, war, kind)
    terms = item.table_of("terms", required=kind is None or any(t.required for t in kind.terms))
    item.close()
    if kind is None:
        return None
    read = _terms(terms, kind, war)
    return Provision(number, name, read, text, source, basis, issue, options, variant, _heading(kind, read, war))


def _heading(kind: Kind, terms: Mapping[str, Value], war: War) -> str:
    """The title of a kind with the regions that a clause names, at most two of them by name."""
    named = [r for value in _options(terms.get("regions")) if isinstance(value, tuple) for r in value]
    names = [war.regions[r].name for r in dict.fromkeys(named) if r in war.regions]
    shown = names if len(names) < 3 else [*names[:2], f"{len(names) - 2} more"]
    return f"{kind.title} ({', '.join(shown)})" if shown else kind.title


def _answer(item: TomlReader, war: War, kind: Kind | None) -> tuple[str, tuple[str, str] | None]:
    """The issue of the war that a clause answers, and the options that it allows, in the order of the issue."""
    issue_id = item.text("issue", "")
    given = item.words("option", required=False) if isinstance(item.table.get("option"), list) else None
    chosen = [item.text("option", "")] if given is None else given
    chosen = [o for o in chosen if o]
    issues = {i.id: i for i in war.issues}
    if not issue_id:
        if chosen:
            item.faults.add(
                item.where, f"option {show(chosen[0])} without an issue", "both or neither", "name the issue"
            )
        return "", None
    if issue_id not in issues:
        item.faults.add(item.where, f"issue is {show(issue_id)}", "an issue of issues.toml", near(issue_id, issues))
        return "", None
    issue = issues[issue_id]
    if kind is not None and issue.kind not in kind.issues:
        found = f"a {kind.name} answers issue {show(issue_id)}, one of {issue.kind}"
        item.faults.add(item.where, found, f"an issue of {' or '.join(kind.issues)}", "take another kind or issue")
    known = [o.id for o in sorted(issue.options, key=lambda o: o.value)]
    for option in chosen:
        if option not in known:
            item.faults.add(
                item.where, f"option is {show(option)}", f"an option of issue {show(issue_id)}", near(option, known)
            )
    places = sorted(known.index(o) for o in chosen if o in known)
    if not chosen or len(chosen) > 2:
        found = "no option" if not chosen else f"{len(chosen)} options"
        item.faults.add(item.where, found, "one option, or the two ends of what the clause allows", "name it")
    return issue_id, (known[places[0]], known[places[-1]]) if places else None


def _terms(table: TomlReader | None, kind: Kind, war: War) -> dict[str, Value]:
    """Terms of a clause as the kind declares them, with a fault for each that is missing, extra or wrong."""
    given = {} if table is None else table.table
    where, faults = (kind.name, FaultCollector()) if table is None else (table.where, table.faults)
    known = [t.name for t in kind.terms]
    for name in given:
        if name not in known:
            faults.add(where, f"a term {show(name)}", f"terms of {kind.name} only", near(name, known))
    out: dict[str, Value] = {}
    for term in kind.terms:
        if term.name in given:
            value = _value(given[term.name], term, war, where, faults)
            if value is not None:
                out[term.name] = value
        elif term.required:
            faults.add(where, f'no term "{term.name}"', _expected(term), f'add "{term.name}": {term.meaning}')
    for name, value, other in kind.needs:
        if value in _options(out.get(name)) and other not in given:
            faults.add(
                where, f'{name} is {show(value)} and there is no "{other}"', f'"{other}" with it', f'add "{other}"'
            )
    if kind.name == "control_line":
        outside = _outside(out, war)
        if outside:
            remedy = "name districts of them, or add the region"
            faults.add(where, f"held_a names {', '.join(map(show, outside))}", "districts inside the regions", remedy)
        named = [r for value in _options(out.get("regions")) if isinstance(value, tuple) for r in value]
        small = [r for r in named if war.regions[r].level != 1]
        if small and set(_options(out.get("line"))) & set(DRAWN):
            found = f"regions names {', '.join(map(show, small))}, with a line that is drawn"
            faults.add(where, found, "regions of level 1", "name the region around it, or those inside")
    if kind.name == "security_guarantee" and not out.get("by") and not out.get("others"):
        expected = 'a guarantor in "by", or words in "others"'
        faults.add(
            where, "a guarantee without a guarantor", expected, "name who guarantees, or say that it is not reported"
        )
    return out


def _outside(terms: Mapping[str, Value], war: War) -> list[str]:
    """Districts listed for side A that lie in none of the regions of a line."""
    whole = {r for value in _options(terms.get("regions")) if isinstance(value, tuple) for r in value}
    listed = [r for value in _options(terms.get("held_a")) if isinstance(value, tuple) for r in value]
    return [r for r in listed if not whole.intersection(_chain(r, war))] if whole else []


def _chain(region: str, war: War) -> list[str]:
    """A region and all that it is part of."""
    out: list[str] = []
    while region in war.regions and region not in out:
        out.append(region)
        region = war.regions[region].parent
    return out


def _options(value: Value | None) -> tuple[Plain, ...]:
    """What a term may say: one value, several, or none."""
    if value is None:
        return ()
    return value.options if isinstance(value, Either) else (value,)


def _value(raw: Any, term: Term, war: War, where: str, faults: FaultCollector) -> Value | None:
    """A term's value; None, with a fault, where it is wrong."""
    if isinstance(raw, dict) and "either" in raw:
        each = raw["either"]
        if set(raw) != {"either"} or not isinstance(each, list) or not 2 <= len(each) <= MOST_OPTIONS:
            expected = f"either = a list of 2 to {MOST_OPTIONS} values, and nothing beside it"
            faults.add(where, f"{term.name} is {show(raw)}", expected, "list what the reported texts say")
            return None
        read = [_plain(value, term, war, where, faults) for value in each]
        options = tuple(dict.fromkeys(v for v in read if v is not None))
        return Either(options) if len(options) == len(each) else None
    return _plain(raw, term, war, where, faults)


def _plain(raw: Any, term: Term, war: War, where: str, faults: FaultCollector) -> Plain | None:
    """One value of a term; None, with a fault, where it is wrong."""

    def wrong(expected: str, remedy: str = "mend the value") -> Plain | None:
        faults.add(where, f"{term.name} is {show(raw)}", expected, remedy)
        return None

    if term.kind in ("number", "whole"):
        return _number(raw, term, where, faults)
    if term.kind == "flag":
        return raw if isinstance(raw, bool) else wrong(f"{term.name} true or false")
    if term.kind in ("texts", "parties", "regions"):
        words = [raw] if isinstance(raw, str) else raw
        if not isinstance(words, list) or not words or not all(isinstance(w, str) and w.strip() for w in words):
            return wrong(f"{term.name} as a list of text, not empty")
        known: Mapping[str, object] = _parties(war) if term.kind == "parties" else war.regions
        expected = "a region of the war" if term.kind == "regions" else "a belligerent or third party of the war"
        bad = [] if term.kind == "texts" else [w for w in words if w not in known]
        for word in bad:
            faults.add(where, f"{term.name} names {show(word)}", expected, _nearest(word, term, war))
        return None if bad else tuple(dict.fromkeys(words))
    if term.kind == "cells":
        names = [cell_name(v) for v in raw] if isinstance(raw, list) else []
        if not names or not all(names):
            return wrong(f"{term.name} as a list of hexagons, not empty", "take their ids from cells.parquet")
        return tuple(dict.fromkeys(names))
    if not isinstance(raw, str) or not raw.strip():
        return wrong(f"{term.name} as text", "write it in quotes")
    if term.kind == "choice" and raw not in term.allowed:
        return wrong(f"{term.name} one of {', '.join(term.allowed)}", near(raw, term.allowed))
    if term.kind == "side" and raw not in (sides := [b.id for b in war.belligerents]):
        return wrong(f"{term.name} one of the belligerents {', '.join(sides)}", near(raw, sides))
    return raw


def _number(raw: Any, term: Term, where: str, faults: FaultCollector) -> float | int | None:
    """A number in the unit of its term: plain, or as a table of value and unit."""
    value = raw
    if isinstance(raw, dict):
        value, unit = raw.get("value"), raw.get("unit")
        if set(raw) - {"value", "unit"}:
            faults.add(where, f"{term.name} is {show(raw)}", "value and unit only", "remove the rest")
            return None
        if unit != term.unit:
            faults.add(where, f"{term.name} is in {show(unit)}", f"{term.name} in {term.unit}", "convert it")
            return None
    right = isinstance(value, (int, float)) and not isinstance(value, bool) and term.low <= value <= term.high
    if not right or (term.kind == "whole" and value != int(value)):
        faults.add(where, f"{term.name} is {show(raw)}", _expected(term), "check sign, size and unit")
        return None
    return int(value) if term.kind == "whole" else float(value)


def _expected(term: Term) -> str:
    """What a term must be, in words."""
    if term.kind in ("number", "whole"):
        whole = "a whole number" if term.kind == "whole" else "a number"
        return f"{term.name} as {whole} from {term.low:g} to {term.high:,.10g} {term.unit}"
    if term.kind == "choice":
        return f"{term.name} one of {', '.join(term.allowed)}"
    return f"{term.name} as {term.kind}"


def _nearest(word: str, term: Term, war: War) -> str:
    """The nearest known words; of regions, those that a reader would know."""
    if term.kind == "parties":
        return near(word, _parties(war))
    close = near(word, war.regions)
    return close if close.startswith("did") else near(word, [r.id for r in war.regions.values() if r.level <= 1])


def _parties(war: War) -> dict[str, str]:
    return {b.id: b.name for b in war.belligerents} | war.third_parties


def _known(top: TomlReader, key: str, words: Iterable[str], known: Iterable[str], expected: str) -> None:
    for word in words:
        if word not in known:
            top.faults.add(top.where, f"{key} names {show(word)}", expected, near(word, known))
