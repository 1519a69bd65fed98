"""Published claims, each put as a question to the record and judged by what the sources of the pack say.

A claim is never compared with an average: every source answers for itself (`armistice.data.ask`), and the verdict says
whether the claim agrees with all of them, lies inside their spread, or outside it. Claims of both sides go through the
same arithmetic.

Let a claim be the interval [c₋, c₊] (one number if c₋ = c₊) with tolerance t, and let source s answer v_s with its own
range l_s ≤ v_s ≤ h_s. How far the claim lies outside an interval [l, h] depends on its relation:

============  ==========================
relation      d(l, h)
============  ==========================
equals        max(l − c₊, c₋ − h)
at most       l − c₊
at least      c₋ − h
============  ==========================

The claim holds if d(v_s, v_s) ≤ t for every source. Otherwise it lies within the spread of sources, L = min l_s to
H = max h_s, if d(L, H) ≤ t; and otherwise it is contradicted, by d(L, H). A source that counts only confirmed cases
gives a lower bound: h_s = ∞, and so is its v_s where a claim says "at most". A claim is not checkable if its period
ends after the as-of day, or if no source had by then published figures that cover it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import xarray as xr

from armistice.core.errors import FaultCollector, near
from armistice.core.results import Verdict
from armistice.core.war import War
from armistice.data.ask import LAND, QUERIES, Answers, Measured, Query, Record, ask, producers, rounded, unit_of
from armistice.data.checks import TomlReader, read_text, read_toml, show
from armistice.data.pack import Pack
from armistice.data.tables import BASES, QUANTITIES

RELATIONS = ("equals", "at most", "at least")
HOLDS, WITHIN = "holds", "within the spread of sources"
CONTRADICTED, NOT_CHECKABLE = "contradicted", "not checkable"


@dataclass(frozen=True)
class SourceNotes:
    """What a reader must know of the sources: which speak for a side, and which count only confirmed cases."""

    party_of: Mapping[str, str] = field(default_factory=dict)
    lower_bound: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A number somebody published.

    Attributes
    ----------
    id, text, claimant : str
    party : str
        Belligerent for which the claimant speaks; empty for third parties.
    source : str
        Where it was published, in words.
    published : date
    value, low, high : float
        The number, and the ends of what the words allow (``almost a fifth``); equal to it for a plain number.
    unit : str
    tolerance : float
        In the unit: how precise the words are, and not less than two ways of measuring the same map differ.
    relation : str
        equals, at most, at least.
    query : Query
    own : tuple of str
        Sources of the pack that are the claimant's own figures: agreement with them is only a consistency check.
    beside : tuple of str
        Other quantities to be shown for comparison.
    notes : SourceNotes
    """

    id: str
    text: str
    claimant: str
    party: str
    source: str
    published: date
    value: float
    low: float
    high: float
    unit: str
    tolerance: float
    relation: str
    query: Query
    own: tuple[str, ...]
    beside: tuple[str, ...]
    notes: SourceNotes


# --- claims.toml -----------------------------------------------------------------------------------------------------


def read_claims(pack: Pack) -> list[Claim]:
    """The claims of a pack, from its ``claims.toml``; none if it has no such file.

    Raises
    ------
    PackError
        With every fault found, if there is any.
    """
    path = pack.path / "claims.toml"
    if not path.exists():
        return []
    faults = FaultCollector()
    settings = read_toml(path, pack.path, faults)
    faults.raise_if_any()
    text = (read_text(path, pack.path, faults) or "").splitlines()
    lines = [n for n, line in enumerate(text, 1) if re.match(r"\s*\[\[\s*claim\s*\]\]", line)]
    top = TomlReader(settings, "claims.toml", faults)
    notes = SourceNotes(top.texts("party_of", required=False), tuple(top.words("lower_bound", required=False)))
    _known(top, "source", [*notes.party_of, *notes.lower_bound], pack.war.sources, "a source of sources.csv")
    _known(top, "party", notes.party_of.values(), _sides(pack.war), "a belligerent of war.toml")
    items = top.tables("claim")
    for item, line in zip(items, lines, strict=False):  # inline tables have no line of their own
        item.where = f"claims.toml line {line}"
    claims = [_read_claim(item, notes, pack.war) for item in items]
    top.close()
    ids = [c.id for c in claims]
    for again in sorted({i for i in ids if i and ids.count(i) > 1}):
        faults.add("claims.toml", f'claim "{again}" {ids.count(again)} times', "each id once", "rename one")
    faults.raise_if_any()
    return claims


def _read_claim(item: TomlReader, notes: SourceNotes, war: War) -> Claim:
    claim_id = item.identifier("id")
    item.where = f'{item.where} claim "{claim_id}"' if claim_id else item.where
    value = item.number("value", -1e15, 1e15)
    low, high = item.number("low", -1e15, 1e15, value), item.number("high", -1e15, 1e15, value)
    if not low <= value <= high:
        found = f"low {low:g}, value {value:g}, high {high:g}"
        item.faults.add(item.where, found, "low ≤ value ≤ high", "order them")
    inner = item.table_of("query")
    query = Query("", "", "", (), date.min, date.min) if inner is None else _read_query(inner, war)
    item.text("basis", choices=BASES)
    item.text("note", "")
    claim = Claim(
        claim_id, item.text("text"), item.text("claimant"), item.text("party", ""), item.text("source"),
        _day(item, "published", war), value, low, high, item.text("unit"), item.number("tolerance", 0, 1e15),
        item.text("relation", "equals", RELATIONS), query, tuple(item.words("own", required=False)),
        tuple(item.words("beside", required=False)), notes,
    )  # fmt: skip
    item.close()
    _known(item, "party", [claim.party], _sides(war), "a belligerent of war.toml")
    _known(item, "own source", claim.own, war.sources, "a source of sources.csv")
    _known(item, "quantity beside", claim.beside, QUANTITIES, "a declared quantity")
    asked = query.name in QUERIES and query.quantity in QUANTITIES
    if asked and claim.unit not in ("", unit := unit_of(query)):
        found, remedy = f"unit {show(claim.unit)}", f'convert the value and write unit = "{unit}"'
        item.faults.add(item.where, found, f"{unit}, the unit of the query", remedy)
    return claim


def _read_query(item: TomlReader, war: War) -> Query:
    name = item.text("name", choices=tuple(QUERIES))
    quantity = item.text("quantity", choices=tuple(QUANTITIES))
    period = name in QUERIES and QUERIES[name].period
    end = _day(item, "to", war)
    start = _day(item, "from", war) if period or "from" in item.table else end
    query = Query(
        name, quantity, item.text("belligerent"), tuple(item.words("regions", required=quantity in LAND)), start, end,
        item.text("also", "" if name != "change_with_retaken" else None),
        item.text("over", "" if name != "ratio" else None, tuple(QUANTITIES) if name == "ratio" else ()),
        item.text("over_belligerent", ""), item.number("least_share", 0, 1, 0.5),
        item.text("per", "month", ("day", "month")),
    )  # fmt: skip
    item.close()
    parties = [*_sides(war), *war.third_parties]
    _known(item, "belligerent", [query.belligerent, query.over_belligerent], parties, "a party of war.toml")
    _known(item, "region", [*query.regions, query.also], war.regions, "a region of regions.csv")
    if quantity in LAND and "regions" in item.table and not query.regions:
        item.faults.add(item.where, "no region", f"at least one region for {quantity}", "name the regions")
    if start > end:
        item.faults.add(item.where, f"from {start} after to {end}", "from ≤ to", "swap or mend them")
    if period and start == end:
        item.faults.add(item.where, f"from {start} equal to to {end}", f"a period for {show(name)}", "mend one of them")
    if name in QUERIES and quantity in QUANTITIES and not QUERIES[name].fits(quantity):
        fit = ", ".join(n for n, kind in QUERIES.items() if kind.fits(quantity))
        item.faults.add(item.where, f"query {show(name)} of {quantity}", f"one of {fit}", "choose one of them")
    return query


def _day(item: TomlReader, key: str, war: War) -> date:
    day = item.day(key)
    if date(1900, 1, 1) < day < war.start:  # 1900-01-01 stands for a day that was no day
        item.faults.add(item.where, f"{key} {day}, before the war", f"a day from {war.start}", "mend the day")
    return day


def _known(item: TomlReader, what: str, words: Iterable[str], known: Iterable[str], expected: str) -> None:
    known = set(known)
    for word in words:
        if word and word not in known:
            item.faults.add(item.where, f"{what} {show(word)}", expected, near(word, known))


def _sides(war: War) -> list[str]:
    return [b.id for b in war.belligerents]


# --- verdicts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judgement:
    """A verdict with the spread it rests on; `by` is None unless contradicted."""

    verdict: str
    low: float
    high: float
    by: float | None


def judge(low: float, high: float, tolerance: float, relation: str, answers: Iterable[Measured]) -> Judgement:
    """Judge a claim by the answers of the sources, as the table above says.

    Parameters
    ----------
    low, high : float
        Ends of the claim, c₋ ≤ c₊.
    tolerance : float
    relation : {"equals", "at most", "at least"}
    answers : iterable of Measured
        At least one; their order does not matter.
    """

    def outside(bottom: float, top: float) -> float:
        return max(
            -math.inf if relation == "at least" else bottom - high, -math.inf if relation == "at most" else low - top
        )

    answers = list(answers)
    bottom, top = min(a.low for a in answers), max(a.high for a in answers)
    values = [a.high if relation == "at most" and math.isinf(a.high) else a.value for a in answers]
    slack = tolerance + 1e-9 * max(abs(low), abs(high), tolerance)
    if all(outside(value, value) <= slack for value in values):
        return Judgement(HOLDS, bottom, top, None)
    by = outside(bottom, top)
    return Judgement(WITHIN, bottom, top, None) if by <= slack else Judgement(CONTRADICTED, bottom, top, by)


def check_claims(pack: Pack, panel: xr.Dataset) -> tuple[Verdict, ...]:
    """Judge every claim of a pack by its panel, as known on the pack's as-of day.

    A claim made after that day is judged if it speaks of a time that was over by then, and left out otherwise.

    Raises
    ------
    PackError
        If ``claims.toml`` has faults.
    """
    record = Record(pack, panel)
    day = pack.war.as_of
    claims = [c for c in read_claims(pack) if c.published <= day or c.query.end <= day]
    return tuple(_check_claim(claim, record) for claim in claims)


def _check_claim(claim: Claim, record: Record) -> Verdict:
    answers = ask(record, claim.query)
    if claim.query.name in ("level", "peak", "total"):
        for source in answers.keys() & set(claim.notes.lower_bound):
            answers[source] = replace(answers[source], high=math.inf)
    if answers:
        judged = judge(claim.low, claim.high, claim.tolerance, claim.relation, answers.values())
        why = _why(claim, judged, answers, record)
    else:
        judged = Judgement(NOT_CHECKABLE, math.nan, math.nan, None)
        why = _why_not(claim.query, record)
    low, high = (round(v, 6) if math.isfinite(v) else None for v in (judged.low, judged.high))
    by = None if judged.by is None else round(judged.by, 6)
    return Verdict(
        claim.id, claim.text, claim.claimant, claim.published, claim.source, claim.value, claim.unit,
        {s: round(a.value, 6) for s, a in answers.items()}, low, high, judged.verdict, by, why,
    )  # fmt: skip


# --- reasons ---------------------------------------------------------------------------------------------------------


def _why_not(query: Query, record: Record) -> str:
    war, title = record.war, QUANTITIES[query.quantity].title
    if query.end > war.as_of:
        return f"The period it speaks of ends on {query.end}, after {war.as_of}, the day of this record."
    known = record.spans(query)
    if not known and query.regions and len(record.rows(replace(query, regions=()))):
        regions = ", ".join(war.regions[r].name for r in query.regions)
        return f"The pack has figures on {title}, but none for {regions}."
    if not known:
        return f"The pack has no figures on {title} published by {war.as_of}."
    when = f"{query.end}" if query.start == query.end else f"{query.start} to {query.end}"
    spans = "; ".join(f"{producers(war, [s])} {first} to {last}" for s, (first, last) in known.items())
    return f"No source has figures on {title} for {when} published by {war.as_of}; there are: {spans}, with gaps."


def _why(claim: Claim, judged: Judgement, answers: Answers, record: Record) -> str:
    """The finding in plain words: who says what, what the sources have, how far apart they are."""
    war = record.war
    adjective = {b.id: b.adjective for b in war.belligerents}
    figures = ", ".join(_figure(claim, source, answer, war) for source, answer in answers.items())
    said = _exact(claim.value) if claim.low == claim.high else f"{_exact(claim.low)} to {_exact(claim.high)}"
    relation = "" if claim.relation == "equals" else f"{claim.relation} "
    finding = _finding(claim, judged, answers, war)
    sentences = [f"Claimed: {relation}{said}{_unit(claim.unit)}; found: {figures}; {finding}."]
    if claim.party:
        sentences.append(f"This is a claim by the {adjective[claim.party]} side.")
    own = sorted(answers.keys() & set(claim.own))
    if own and len(own) == len(answers):
        sentences.append("The only figures are the claimant's own, so this checks consistency and no more.")
    elif own:
        sentences.append(f"The figure of {producers(war, own)} is the claimant's own.")
    sentences += _missing(claim, answers, record)
    if claim.query.quantity == "control" and claim.query.name in ("level", "share") and judged.verdict != HOLDS:
        sentences += _ranges_no_longer_drawn(claim, answers, record)
    return " ".join(sentences + _beside(claim, record))


def _figure(claim: Claim, source: str, answer: Measured, war: War) -> str:
    """What one source has, and what a reader must know of it."""
    words, notes = _amount(answer.value, claim), [producers(war, [source])]
    if math.isinf(answer.high):
        words = f"at least {words}"
        notes.append("confirmed cases only")
    elif answer.high - answer.low > claim.tolerance:
        notes.append(f"range {rounded(answer.low, claim.tolerance)} to {rounded(answer.high, claim.tolerance)}")
    if side := claim.notes.party_of.get(source):
        notes += [f"a claim by the {b.adjective} side" for b in war.belligerents if b.id == side]
    return f"{words} ({'; '.join([*notes, answer.note] if answer.note else notes)})"


def _finding(claim: Claim, judged: Judgement, answers: Answers, war: War) -> str:
    """How the claim lies to the figures."""
    many = len(answers) > 1
    if judged.by is not None:
        return _distance(claim, judged, judged.by, answers)
    if judged.verdict == HOLDS:
        slack = f" within {_apart(_exact(claim.tolerance), claim.unit)}"
        told = claim.relation == "equals" and claim.tolerance > 1e-3 * abs(claim.value)
        return f"{'each figure' if many else 'the figure'} agrees{slack if told else ''}"
    agree = [s for s, a in answers.items() if _agrees(claim, a)]
    rest = [s for s in answers if s not in agree]
    if not rest:
        return "nothing speaks against it, and a count of confirmed cases cannot settle it"
    if agree:
        others = producers(war, rest) if len(rest) < 3 else f"the other {len(rest)}"
        return f"it agrees with {producers(war, agree)} but not with {others}"
    values = [a.value for a in answers.values()]
    if claim.relation == "equals" and min(values) <= claim.high and claim.low <= max(values):
        return "it lies between the figures"
    return "it lies inside the range of the sources, allowing for its precision"


def _distance(claim: Claim, judged: Judgement, by: float, answers: Answers) -> str:
    """By how much a contradicted claim lies outside the spread."""
    above = claim.low > judged.high
    edge = abs(judged.high if above else judged.low)
    percent = f" ({rounded(100 * by / edge, 1 if by > 0.1 * edge else 0.1)} %)" if edge else ""
    where = "only figure"
    if len(answers) > 1:
        drawn = edge in {abs(a.value) for a in answers.values()}
        where = f"{'highest' if above else 'lowest'} {'figure' if drawn else 'end of the ranges'}"
    return f"the claim lies {_amount(by, claim, apart=True)}{percent} {'above' if above else 'below'} the {where}"


def _agrees(claim: Claim, answer: Measured) -> bool:
    """Whether a claim agrees with one source, its range aside; a lower bound agrees with what is not below it."""
    alone = replace(answer, low=answer.value, high=answer.high if math.isinf(answer.high) else answer.value)
    return judge(claim.low, claim.high, claim.tolerance, claim.relation, [alone]).verdict != CONTRADICTED


def _missing(claim: Claim, answers: Answers, record: Record) -> list[str]:
    """Sources that a reader would look for, and that have no map for it or no figures at all."""
    spans, out = record.spans(claim.query), []
    for source, (first, last) in spans.items():
        wanted = source in claim.own or len(answers) == 1
        if claim.query.quantity == "control" and source not in answers and wanted:
            out.append(f"{producers(record.war, [source])} has no map for it (its maps: {first} to {last}).")
    for source in claim.own:
        if source not in spans:
            name = producers(record.war, [source])
            out.append(f"The claimant's own figures ({name}) are not in this copy of the pack.")
    return out


def _ranges_no_longer_drawn(claim: Claim, answers: Answers, record: Record) -> list[str]:
    """Sources that once drew land of unknown control: without it a late figure looks surer than it is."""
    query, out = claim.query, []
    series = record.series(query)
    for source in series.sources:
        drawn = series.last_range(source, query.end)
        if source not in answers or drawn is None or answers[source].high > answers[source].low:
            continue
        day, width = drawn
        if query.name == "share":
            width *= 100 / record.whole(query)
        if width > claim.tolerance:
            out.append(
                f"{producers(record.war, [source])} last drew land of unknown control here on {day}, when it came to "
                f"{_amount(width, claim, apart=True)}; its later figures have no such range."
            )
    return out


def _beside(claim: Claim, record: Record) -> list[str]:
    """Other counts of the last year, for comparison."""
    end, out = np.datetime64(claim.query.end, "s"), []
    for quantity in claim.beside:
        rows = record.rows(replace(claim.query, quantity=quantity, regions=()))
        rows = rows[(rows["end"] <= end) & (rows["end"] > end - np.timedelta64(366, "D"))].sort_values("end")
        for row in rows.groupby("source").tail(1).to_dict("records"):
            least = "at least " if row["source"] in claim.notes.lower_bound else ""
            size = f"{least}{rounded(row['value'])}{_unit(row['unit'])} ({producers(record.war, [row['source']])})"
            out.append(f"Beside it, {QUANTITIES[quantity].title} by {row['end']:%Y-%m-%d}: {size}.")
    return out


def _exact(value: float) -> str:
    """A number as somebody wrote it."""
    return f"{value:,.4f}".rstrip("0").rstrip(".").replace("-", "−")


def _unit(unit: str) -> str:
    """A unit after its number."""
    return {"ratio": "", "%": " %"}.get(unit, " " + unit.replace("km2", "km²"))


def _apart(number: str, unit: str) -> str:
    """How far two numbers lie apart; shares lie points apart."""
    return number + ((" point" if number == "1" else " points") if unit == "%" else _unit(unit))


def _amount(value: float, claim: Claim, apart: bool = False) -> str:
    number = rounded(value, claim.tolerance)
    return _apart(number, claim.unit) if apart else number + _unit(claim.unit)
