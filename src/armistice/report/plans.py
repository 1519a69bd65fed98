"""The report's words on the drafts of a settlement: what each says, what it is silent on, and what it would move."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from armistice.core.appraisal import Appraisal
from armistice.core.settlement import Checked, Moved, Settlement
from armistice.core.war import Range, Side, War
from armistice.deal.check import check_settlement
from armistice.deal.compare import compare_table
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.words import joined, listing, long_day, num, people_range, say, table_day
from armistice.settling import Settled
from armistice.show.plans import km2_words, passing

SIDES: tuple[Side, Side] = ("a", "b")
COMPARED = 4
"""Newest drafts that are compared clause by clause."""
_FINDINGS = {"contradiction": "contradiction", "rule": "rule of an alliance", "record": "differs from the record"}
_BASES = {
    "page": "read on a page", "mixed": "read in part", "memory": "known from memory", "judgement": "judged",
}  # fmt: skip


def tell_plans(r: Records, settled: Settled) -> Chapter:
    """The chapter on what the drafts say."""
    war, drafts = r.study.pack.war, settled.drafts
    checked = {d.id: check_settlement(d, r.study.pack, settled.stakes.ground) for d in drafts}
    paragraphs = [_opening(war, drafts), *_land(war, settled), _found(drafts, checked), _known(drafts)]
    newest = [d for d in drafts if d.provisions][-COMPARED:]
    tables = [_table(war, drafts, checked), *_findings(drafts, checked)]
    if len(newest) > 1:
        head, *rows = compare_table(newest, war)
        titles = (head[0], *(f"{d.title}, {d.date}" for d in newest))
        caption = (
            f"The newest {len(newest)} drafts clause by clause: {len(rows)} rows; silence is never read as consent"
        )
        tables.append(Table(caption, titles, tuple(tuple(row) for row in rows), folded=True))
    return Chapter("plans", "The plans on the table", tuple(p for p in paragraphs if p), ("plans",), tuple(tables))


def _count(number: int, what: str, whats: str, note: str) -> Markup:
    return num(f"{number} {what if number == 1 else whats}", note)


def party_words(war: War, ids: Sequence[str]) -> str:
    """Parties of the war by their names, as a list in a sentence."""
    names = {b.id: b.name for b in war.belligerents} | war.third_parties
    return listing([names.get(i, i) for i in ids])


def _opening(war: War, drafts: Sequence[Settlement]) -> Markup:
    first, last = min(d.date for d in drafts), max(d.date for d in drafts)
    clauses = sum(len(d.provisions) for d in drafts)
    span = f"of {long_day(first)}" if first == last else f"from {long_day(first)} to {long_day(last)}"
    return say(
        "By {day} the pack holds {n} of a settlement, {span}, with {c} in all. A draft is what was published, leaked or reported; each clause has a "
        "type, terms and a source. All drafts are put to the same questions here and in the next sections, and none is recommended.",
        day=long_day(war.as_of), n=_count(len(drafts), "draft", "drafts", "files in the folder settlements of the pack"), span=span,
        c=_count(clauses, "clause", "clauses", "clauses of all drafts and variants"),
    )  # fmt: skip


def _land(war: War, settled: Settled) -> list[Markup]:
    """Which draft would move most land to each side."""
    told = []
    for side in SIDES:
        best = [(p, f) for f in settled.appraisals if (p := passing(f.moved, side)) is not None]
        if best:
            spread, found = max(best, key=lambda pair: pair[0].central)
            told.append(
                say(
                    "Most land would pass into the control of {name} by {title}: {km2}.", name=war.side(side).name, title=_quoted(found, settled.drafts),
                    km2=num(km2_words(spread), f"against the line of {war.as_of}; middle and range of the sources and of the readings that the draft allows"),
                )
            )  # fmt: skip
        elif settled.appraisals:
            told.append(say("No draft would pass land into the control of {name}.", name=war.side(side).name))
    if not told:
        return []
    told.append(
        say(
            "Lines of control and exchanges of land are counted; a withdrawal, or a status left for later, moves nothing by itself. The ranges hold the rival maps and, where reports of a "
            "clause differ, its readings; people are those of the count before the war, not of today."
        )
    )
    return [Markup(" ").join(told)]


def _quoted(found: Appraisal, drafts: Sequence[Settlement]) -> str:
    draft = next(d for d in drafts if d.id == found.id)
    variant = draft.variants.get(found.variant, "")
    return f"“{found.title}” ({variant})" if variant else f"“{found.title}”"


def _found(drafts: Sequence[Settlement], checked: dict[str, Checked]) -> Markup:
    parts = []
    words = {
        "contradiction": ("contradiction between clauses", "contradictions between clauses"),
        "rule": ("promise that stands against the rules of an alliance", "promises that stand against the rules of an alliance"),
        "record": ("difference from the negotiating record of the pack", "differences from the negotiating record of the pack"),
    }  # fmt: skip
    for kind, (one, more) in words.items():
        own = [(d.title, f) for d in drafts for f in checked[d.id].findings if f.kind == kind]
        where = ", ".join(dict.fromkeys(title for title, _ in own)) or "none"
        parts.append(_count(len(own), one, more, where))
    return say(
        "A check of the texts against each other, without judging their worth, finds {a}, {b} and {c}.",
        a=parts[0], b=parts[1], c=parts[2],
    )  # fmt: skip


def _known(drafts: Sequence[Settlement]) -> Markup:
    """How the clauses are known, and what made this section."""
    bases = [p.basis for d in drafts for p in d.provisions]
    told = [
        say("{how} {n}", n=num(f"{bases.count(basis)}", f"clauses with basis {basis} in the pack"), how=words)
        for basis, words in _BASES.items()
        if basis in bases
    ]
    lead = (
        say("How this is known, by number of clauses: ") + joined(told) + Markup(".")
        if told
        else say("How this is known: no draft has a clause on file.")
    )
    return lead + say(
        " Which option of an issue a clause amounts to is our coding. Engine: the checks of drafts; nothing in this section rests on the game."
    )


# --- tables ------------------------------------------------------------------------------------------------------


def _table(war: War, drafts: Sequence[Settlement], checked: dict[str, Checked]) -> Table:
    rows: list[tuple[str | Markup, ...]] = []
    issues = len(war.issues)
    for d in drafts:
        found = checked[d.id]
        silent = len(found.silent) + len(found.silent_minor)
        names = "; ".join(war.issue(i).title for i in (*found.silent, *found.silent_minor)) or "none"
        kinds = [f.kind for f in found.findings]
        notes = [f"{w}: {kinds.count(k)}" for k, w in _FINDINGS.items() if k in kinds]
        rows.append(
            (
                num(d.title, d.source), table_day(d.date), f"{party_words(war, d.by)}; {d.status}" if d.by else d.status, str(len(d.provisions)),
                num(f"{issues - silent} / {silent}", f"silent on: {names}"),
                *(_moves(war, d, found, side) for side in SIDES), "; ".join(notes) or "none",
            )
        )  # fmt: skip
    a, b = war.side("a").name, war.side("b").name
    return Table(
        f"Drafts by {war.as_of}, oldest first; land against the line of that day, at the middle of the sources, with its range on the number",
        ("draft", "date", "by; status", "clauses", f"of {issues} issues: answered / silent", f"would pass to {a}", f"would pass to {b}", "findings"),
        tuple(rows),
    )  # fmt: skip


def _moves(war: War, draft: Settlement, found: Checked, side: Side) -> str | Markup:
    """Land, people and assets that would pass to a side, by variant where variants differ."""
    by_text: dict[str, tuple[str, list[str]]] = {}
    for variant, moved in found.moved.items():
        spread = passing(moved, side)
        if spread is None:
            text, note = "none", "no line of control in the draft moves land that way"
        else:
            text, note = _moved_words(war, moved, side, spread)
        by_text.setdefault(text, (note, []))[1].append(draft.variants.get(variant, variant))
    told = [
        (f"{', '.join(variants)}: {text}" if len(by_text) > 1 else text, note)
        for text, (note, variants) in by_text.items()
    ]
    return Markup("; ").join(num(text, note) for text, note in told)


def _moved_words(war: War, moved: Sequence[Moved], side: Side, spread: Range) -> tuple[str, str]:
    """Amounts in words, and by region as a note."""
    sign = 1.0 if side == "a" else -1.0
    own = [m for m in moved if sign * m.km2.central >= 1.0]
    people = [sign * m.people.central for m in own if m.people is not None]
    assets = [sign * m.assets.central for m in own if m.assets is not None]
    parts = [f"{spread.central:,.0f} km²"]
    if people:
        parts.append(people_range([sum(people)]))
    count = round(float(sum(assets)))
    if count:
        parts.append("1 listed asset" if count == 1 else f"{count} listed assets")
    if len(people) < len(own):
        parts.append("people not counted everywhere" if people else "people not counted")
    regions = "; ".join(f"{war.regions[m.region].name} {abs(m.km2.central):,.0f} km²" for m in own)
    return ", ".join(parts), f"{km2_words(spread)}; {regions}"


def _findings(drafts: Sequence[Settlement], checked: dict[str, Checked]) -> list[Table]:
    rows = tuple(
        (d.title, table_day(d.date), _FINDINGS[f.kind], ", ".join(map(str, f.clauses)), f.sentence)
        for d in drafts
        for f in checked[d.id].findings
    )
    if not rows:
        return []
    return [
        Table(
            f"What a reader of the drafts should know: {len(rows)} findings of the checks",
            ("draft", "date", "kind", "clauses, by their place in the pack's file", "finding"), rows, folded=True,
        )
    ]  # fmt: skip
