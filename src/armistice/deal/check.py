"""What a draft gets into: clauses that contradict each other, an alliance's own rules, silences, land it would move."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath

from armistice.core.errors import QueryError
from armistice.core.settlement import Checked, Either, Finding, Ground, Moved, Plain, Provision, Settlement, Value
from armistice.core.war import Range, War
from armistice.data.drawing import Drawing, drawing_of
from armistice.data.lines import drawing_of_cells
from armistice.data.pack import Pack
from armistice.deal.entries import side_of
from armistice.deal.kinds import KINDS, readings
from armistice.deal.territory import LEAST_KM2, key_of_line, moved_by, survey_ground

LEAVES_FIRST = {"withdrawal_a": "a", "withdrawal_b": "b"}
"""First step of a sequence → the side whose troops leave in it."""
JOINS = ("invited", "open")


def check_settlement(settlement: Settlement, pack: Pack, ground: Ground | None = None) -> Checked:
    """All that can be said of a draft without judging what it is worth.

    Parameters
    ----------
    settlement : Settlement
    pack : Pack
        Of the same war, as of the day on which land is looked at.
    ground : Ground, optional
        The state of the land, if it was surveyed before.

    Raises
    ------
    QueryError
        If land is spoken of that no map shows.
    """
    war = pack.war
    if ground is None:
        ground = ground_for([settlement], pack)
    findings = (
        *contradictions(settlement, war), *lines_beyond(settlement, war, ground),
        *alliance_rules(settlement, war), *differences(settlement, pack),
    )  # fmt: skip
    spoken = settlement.issues()
    silent = [i for i in war.issues if i.id not in spoken]
    return Checked(
        findings,
        tuple(i.id for i in silent if not i.minor),
        tuple(i.id for i in silent if i.minor),
        {v: land_moved(settlement, war, ground, v) for v in (settlement.variants or ("",))},
    )


def ground_for(settlements: Iterable[Settlement], pack: Pack) -> Ground:
    """The state of the land with all that some drafts speak of: the regions they name and the lines they draw.

    Raises
    ------
    QueryError
        If no source has a map of the day, a drawing cannot be meant, or two files of one name differ.
    """
    settlements = list(settlements)
    regions = {r for settlement in settlements for r in regions_of(settlement, pack.war)}
    drawings: dict[str, Drawing] = {}
    contents: dict[str, str] = {}
    for settlement in settlements:
        for clause, terms in _readings_of(settlement):
            key = key_of_line(terms)
            if not key:
                continue
            where = f"{settlement.id} clause {clause.number}"
            content = settlement.drawings.get(key, "") if terms["line"] == "drawn" else ""
            if contents.setdefault(key, content) != content:
                raise QueryError(
                    f"{where}: drawing {key!r}, a name that another draft gives to another line; expected one line a name; "
                    "rename the file"
                )
            if key not in drawings and terms["line"] == "cells":
                drawings[key] = drawing_of_cells(pack, key.split(), where)
            elif key not in drawings:
                drawings[key] = drawing_of(json.loads(content), f"{where}, {key}", PurePath(key).stem)
    return survey_ground(pack, regions, drawings)


def _readings_of(settlement: Settlement) -> Iterator[tuple[Provision, dict[str, Plain]]]:
    """Each line of control of a draft, in each of its readings."""
    return ((clause, terms) for clause in settlement.of("control_line") for terms in readings(clause))


def lines_beyond(settlement: Settlement, war: War, ground: Ground) -> tuple[Finding, ...]:
    """Drawings that move land in regions which their clause does not name: that land is not counted."""
    found: dict[Finding, None] = {}
    for clause, terms in _readings_of(settlement):
        moved = ground.drawn.get(key_of_line(terms), {})
        named = terms["regions"] if isinstance(terms["regions"], tuple) else ()
        beyond = [r for r, m in moved.items() if r not in named and max(-m.km2.low, m.km2.high) >= LEAST_KM2]
        if beyond:
            places = ", ".join(war.regions[r].name for r in beyond)
            sentence = f"The line drawn also moves land in {places}, which the clause does not name: it is not counted."
            found[Finding("line", (clause.number,), sentence)] = None
    return tuple(found)


def regions_of(settlement: Settlement, war: War) -> tuple[str, ...]:
    """Regions that a draft names, in the order of the war."""
    named: set[str] = set()
    for provision in settlement.provisions:
        for term in KINDS[provision.kind].terms:
            if term.kind == "regions" and term.name in provision.terms:
                for value in _values(provision.terms[term.name]):
                    named |= set(value) if isinstance(value, tuple) else set()
    return tuple(r for r in war.regions if r in named)


def land_moved(settlement: Settlement, war: War, ground: Ground, variant: str = "") -> tuple[Moved, ...]:
    """Land that a draft would move against the state of the day, by region, over all readings of its lines.

    Only lines of control, exchanges of land and leases move land; a withdrawal or a status left for later does not by itself.
    """
    by_region: dict[str, list[list[Moved]]] = {}
    for provision in _of_variant(settlement.provisions, variant):
        found: dict[str, list[Moved]] = {}
        for terms in readings(provision) if provision.kind in ("control_line", "land_swap", "lease") else ():
            for one in _lines(provision.kind, terms, war, ground):
                found.setdefault(one.region, []).append(one)
        for region, each in found.items():
            by_region.setdefault(region, []).append(each)
    return tuple(
        Moved(
            region,
            _total([_span([m.km2 for m in each]) for each in parts]),
            _known_total([[m.people for m in each] for each in parts]),
            _known_total([[m.assets for m in each] for each in parts]),
        )
        for region, parts in by_region.items()
    )


def _lines(kind: str, terms: dict[str, Plain], war: War, ground: Ground) -> Iterator[Moved]:
    if kind == "control_line":
        yield from moved_by(terms, war, ground)
    elif kind == "lease":
        yield from moved_by({"regions": terms["regions"], "line": f"full_{side_of(terms, 'to', war)}"}, war, ground)
    elif terms["start"] == "listed":
        for name, line in (("to_a", "full_a"), ("to_b", "full_b")):
            yield from moved_by({"regions": terms.get(name, ()), "line": line}, war, ground)


def _span(ranges: list[Range]) -> Range:
    centre = sum(r.central for r in ranges) / len(ranges)
    return Range(min(r.low for r in ranges), centre, max(r.high for r in ranges), ranges[0].source)


def _total(ranges: list[Range]) -> Range:
    low, central, high = (sum(getattr(r, end) for r in ranges) for end in ("low", "central", "high"))
    return Range(low, central, high, ranges[0].source)


def _known_total(parts: list[list[Range | None]]) -> Range | None:
    known = [[r for r in each if r is not None] for each in parts]
    return _total([_span(each) for each in known]) if all(known) else None


# --- contradictions --------------------------------------------------------------------------------------------------


def contradictions(settlement: Settlement, war: War) -> tuple[Finding, ...]:
    """Clauses of one variant that cannot both hold."""
    found: dict[tuple[tuple[int, ...], str], Finding] = {}
    for variant in settlement.variants or ("",):
        clauses = _of_variant(settlement.provisions, variant)
        for finding in itertools.chain(_same_subject(clauses), _same_issue(clauses), _across(clauses, war)):
            found[finding.clauses, finding.sentence] = finding
    return tuple(found.values())


def _same_subject(clauses: tuple[Provision, ...]) -> Iterator[Finding]:
    """Two clauses of a kind about the same thing that say different things."""
    for one, two in itertools.combinations(clauses, 2):
        if one.kind != two.kind or one.terms == two.terms:
            continue
        kind = KINDS[one.kind]
        shared = [_shared(one.terms.get(name), two.terms.get(name)) for name in kind.subject]
        if any(s is None for s in shared):
            continue
        for term in kind.terms:
            if term.kind not in ("choice", "whole", "number") or term.name in kind.subject:
                continue
            if not _compatible(one.terms.get(term.name), two.terms.get(term.name)):
                about = ", ".join(s for s in shared if s)
                said = f"{term.name} {_told(one.terms[term.name])} and {term.name} {_told(two.terms[term.name])}"
                sentence = f"{kind.title}{f' ({about})' if about else ''}: {said} cannot both hold."
                yield Finding("contradiction", (one.number, two.number), sentence)
                break


def _same_issue(clauses: tuple[Provision, ...]) -> Iterator[Finding]:
    answers = [p for p in clauses if p.issue and p.options]
    for one, two in itertools.combinations(answers, 2):
        if one.issue == two.issue and one.options != two.options:
            sentence = f'Issue "{one.issue}" is answered twice: {_ends(one)} and {_ends(two)}.'
            yield Finding("contradiction", (one.number, two.number), sentence)


def _across(clauses: tuple[Provision, ...], war: War) -> Iterator[Finding]:
    """Clauses of different kinds that cannot both hold."""
    kinds = {clause.kind for clause in clauses}
    for (first, second), clash in CLASHES.items():
        if first not in kinds or second not in kinds:
            continue
        for one, two in itertools.product(clauses, clauses):
            sentence = clash(one, two, war) if (one.kind, two.kind) == (first, second) else ""
            if sentence:
                yield Finding("contradiction", tuple(sorted((one.number, two.number))), sentence)


def _steps(sequence: Provision, withdrawal: Provision, war: War) -> str:
    first, before = _sole(sequence, "first"), _sole(withdrawal, "before")
    leaves = next(b.side for b in war.belligerents if b.id == withdrawal.terms["side"])
    if before == "ceasefire" and first == "ceasefire":
        return "The ceasefire comes first, and a withdrawal must precede the ceasefire."
    if before == "ceasefire" and LEAVES_FIRST.get(first, leaves) != leaves:
        return "One side withdraws first, and the other must withdraw before the ceasefire."
    return ""


def _watched(troops: Provision, monitoring: Provision, war: War) -> str:
    if _sole(troops, "permitted") == "none" and _sole(monitoring, "how") == "forces":
        return "No foreign troops are permitted, and foreign forces watch the line."
    return ""


def _deterred(troops: Provision, guarantee: Provision, war: War) -> str:
    if _sole(troops, "permitted") == "none" and _sole(guarantee, "form") == "deterrent":
        return "No foreign troops are permitted, and the guarantee places a deterrent in the country."
    return ""


def _left_open(recognition: Provision, later: Provision, war: War) -> str:
    both = _shared(recognition.terms.get("regions"), later.terms.get("regions"))
    if both and _sole(recognition, "level") == "de_jure" and "by" not in recognition.terms:
        return f"The status of {both} is left for later, and recognised in law."
    return ""


def _restored(recognition: Provision, rule: Provision, war: War) -> str:
    in_law = _sole(recognition, "level") == "de_jure" and "by" not in recognition.terms
    if in_law and _sole(rule, "rule") == "restored":
        return "Recognised borders are restored, and land is recognised in law as another's."
    return ""


def _returned(back: Provision, relief: Provision, war: War) -> str:
    what = {word for value in _values(back.terms["what"]) if isinstance(value, tuple) for word in value}
    if "sanctions" in what and _sole(relief, "pace") == "kept":
        return "Sanctions return on a breach, and none are lifted."
    return ""


CLASHES: Mapping[tuple[str, str], Callable[[Provision, Provision, War], str]] = {
    ("sequence", "withdrawal"): _steps,
    ("foreign_troops", "monitoring"): _watched,
    ("foreign_troops", "security_guarantee"): _deterred,
    ("recognition", "status_later"): _left_open,
    ("recognition", "border_principle"): _restored,
    ("snap_back", "sanctions_relief"): _returned,
}
"""Two kinds → what is wrong with a clause of each, as a sentence; nothing if they go together."""


# --- rules of alliances, and the record ------------------------------------------------------------------------------


def alliance_rules(settlement: Settlement, war: War) -> tuple[Finding, ...]:
    """Promises of membership that stand against what the alliance asks, where the draft states its rules."""
    out = []
    for clause in settlement.of("alliance_membership"):
        if not set(_values(clause.terms["status"])) & set(JOINS):
            continue
        name, source = clause.terms["alliance"], clause.terms.get("rules_source", clause.source)
        if _sole(clause, "consent") == "unanimous":
            said = (
                f"Membership of {name} needs the consent of every member, which the parties to this text cannot promise"
            )
            out.append(Finding("rule", (clause.number,), f"{said} ({source})."))
        rule = _sole(clause, "borders")
        variants = (clause.variant,) if clause.variant else (settlement.variants or ("",))
        open_land = dict.fromkeys(r for v in variants for r in unsettled_land(settlement, war, v))
        if rule in ("custom", "rule") and open_land:
            how = "by its rules" if rule == "rule" else "by agreement of its members and not by a rule"
            places = ", ".join(war.regions[r].name for r in open_land)
            said = f"{name} wants settled borders, {how}; this text leaves the title to land unsettled in {places}"
            out.append(Finding("rule", (clause.number,), f"{said} ({source})."))
    return tuple(out)


def unsettled_land(settlement: Settlement, war: War, variant: str = "") -> tuple[str, ...]:
    """Regions of which a draft leaves a part with the side that does not own it, unrecognised in law by the owner."""
    open_land: dict[str, None] = {}
    settled: set[str] = set()
    for clause in _of_variant(settlement.provisions, variant):
        names = [r for v in _values(clause.terms.get("regions", ())) if isinstance(v, tuple) for r in v]
        if clause.kind == "status_later":
            open_land |= dict.fromkeys(names)
        elif clause.kind == "control_line":
            for region in names:
                owner = war.regions[region].owner
                lines = set(_values(clause.terms["line"]))
                if lines != {f"full_{owner}"}:
                    open_land[region] = None
        elif clause.kind == "recognition" and _sole(clause, "level") == "de_jure":
            owners = {war.side(war.regions[r].owner).id for r in names}
            by = clause.terms.get("by")
            if by is None or owners <= set(by if isinstance(by, tuple) else ()):
                settled |= set(names)
    return tuple(r for r in open_land if r not in settled)


def differences(settlement: Settlement, pack: Pack) -> tuple[Finding, ...]:
    """Where a draft and the pack's record of the same document code an issue differently.

    Compared are the ends of what all clauses and all recorded positions on an issue allow, of all variants and parties.
    """
    if not settlement.positions:
        return ()
    recorded: dict[str, list[str]] = {}
    for row in pack.tables["positions"].itertuples():
        if row.doc == settlement.positions and isinstance(row.option_low, str) and row.option_low:
            recorded.setdefault(row.issue, []).extend((row.option_low, row.option_high or row.option_low))
    if not recorded:
        sentence = f'The record has no document "{settlement.positions}" by {pack.war.as_of}.'
        return (Finding("record", (), sentence),)
    coded: dict[str, list[str]] = {}
    where: dict[str, list[int]] = {}
    for clause in settlement.provisions:
        if clause.issue and clause.options:
            coded.setdefault(clause.issue, []).extend(clause.options)
            where.setdefault(clause.issue, []).append(clause.number)
    out = []
    for issue in sorted(recorded):
        there = _hull(issue, recorded[issue], pack.war)
        if issue not in coded:
            out.append(Finding("record", (), f'Issue "{issue}": {there} in the record and nothing here.'))
        elif (here := _hull(issue, coded[issue], pack.war)) != there:
            out.append(
                Finding("record", tuple(where[issue]), f'Issue "{issue}": {here} here and {there} in the record.')
            )
    return tuple(out)


def _hull(issue: str, options: Iterable[str], war: War) -> str:
    """The ends of what several clauses or positions on an issue allow, in words."""
    ends = sorted(set(options), key=war.issue(issue).value)
    return " to ".join(dict.fromkeys((ends[0], ends[-1])))


# --- terms -----------------------------------------------------------------------------------------------------------


def _of_variant(clauses: Iterable[Provision], variant: str) -> tuple[Provision, ...]:
    """Clauses that hold in a variant: its own and those of all variants."""
    return tuple(p for p in clauses if p.variant in ("", variant))


def _values(value: Value) -> tuple[Plain, ...]:
    return value.options if isinstance(value, Either) else (value,)


def _sole(clause: Provision, name: str) -> str:
    """The value of a choice if it is certain; nothing otherwise."""
    value = clause.terms.get(name)
    return value if isinstance(value, str) else ""


def _shared(one: Value | None, two: Value | None) -> str | None:
    """What two clauses have in common as their subject, in words; None if they are about different things."""
    if one is None and two is None:
        return ""
    if one is None or two is None:
        return None
    listed = [{x for v in _values(value) for x in (v if isinstance(v, tuple) else (v,))} for value in (one, two)]
    both = listed[0] & listed[1]
    return ", ".join(sorted(map(str, both))) if both else None


def _compatible(one: Value | None, two: Value | None) -> bool:
    """Whether two terms can both be true; a term that is not given goes with any."""
    return one is None or two is None or bool(set(_values(one)) & set(_values(two)))


def _told(value: Value) -> str:
    return " or ".join(str(v) for v in _values(value))


def _ends(clause: Provision) -> str:
    return " to ".join(dict.fromkeys(clause.options or ()))
