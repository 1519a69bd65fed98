"""The report's words on past wars: how long they lasted, what that says of one as old as this, which were like it, and cases."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from armistice.core.durations import (
    COLUMN_WORDS,
    ENDINGS,
    LAW_WORDS,
    Case,
    Chance,
    Estimate,
    Incidence,
    PastWars,
    Skill,
    duration_words,
)
from armistice.core.war import War
from armistice.past.own import OwnPast
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.retrospect import kept_retrospect, retrospect_tables, retrospect_words
from armistice.report.words import chance, count_words, joined, listing, long_day, num, say, table_day
from armistice.show.style import number_words

FIGURES = ("past-survival", "past-chances", "past-endings", "past-analogues", "past-severity")
TITLE = "What past wars say"


def tell_past(r: Records) -> Chapter:
    """The chapter on past wars; a sentence where the record says nothing."""
    found, war = r.past, r.study.pack.war
    if isinstance(found, str):
        return Chapter("past", TITLE, (say("Past wars say nothing here: {why}.", why=found),))
    wars, kept = found.wars, kept_retrospect()
    paragraphs = (
        _standing(war, found),
        _ahead(wars),
        _endings(wars),
        _likeness(wars),
        _rests(wars),
        kept and retrospect_words(kept),
        _limits(found),
    )
    tables = (_chances(wars), *_analogues(wars), _laws(wars), *(retrospect_tables(kept) if kept else ()))
    return Chapter(
        "past", TITLE, tuple(p for p in paragraphs if p), _figures(wars), tables, tuple(filter(None, [_cases(wars)]))
    )


def _figures(wars: PastWars) -> tuple[str, ...]:
    known = {"past-endings": wars.incidence, "past-analogues": wars.likeness, "past-severity": wars.tail}
    return tuple(name for name in FIGURES if known.get(name, True))


# --- how long, and how it ends --------------------------------------------------------------------------------


def _standing(war: War, found: OwnPast) -> Markup:
    """Where this war stands among the durations of past ones."""
    wars, curve = found.wars, found.wars.survival
    lasted = wars.given.lasted
    told = [
        say(
            "This war has lasted {months}, counted from {day}. Of {n} between states whose days are on record, half were over "
            "after {median}; {share} lasted longer than this one so far, {k} in all.",
            months=num(duration_words(lasted), f"{found.since} to {war.as_of}, the last day counted"),
            day=long_day(found.since),
            n=num(count_words(curve.wars, "past war"), f"{wars.source}; {curve.ended} of them have ended"),
            median=num(duration_words(curve.median), "Kaplan and Meier's curve") if curve.median < float("inf") else "no duration on record",
            share=num(chance(curve.at(lasted)), "Kaplan and Meier's curve"),
            k=num(count_words(wars.given.at_risk, "war"), "wars on record that lasted longer than this one so far"),
        )
    ]  # fmt: skip
    if found.left_out:
        told.append(say("The war itself is in that record as {title} and is left out.", title=listing(found.left_out)))
    return Markup(" ").join(told)


def _ahead(wars: PastWars) -> Markup:
    """Chances that a war as old as this ends, and how they come about."""
    given = wars.given
    settled = [c.by_ending["settlement"] for c in given.chances]
    year = next((c for c in given.chances if c.within == 12), given.chances[-1])
    laws = listing([LAW_WORDS[f] for f in given.among])
    return Markup(" ").join(
        [
            say(
                "A war as old as this, of which nothing else is known, ends within {horizons} with chances of {all}; by an agreement or ceasefire with {some}.",
                horizons=listing([duration_words(c.within) for c in given.chances]),
                all=joined([_range(c.total, _note(wars)) for c in given.chances]), some=joined([_range(s, _split_note(wars)) for s in settled]),
            ),
            say(
                "This is a base rate: it knows no offers, no elections and no ammunition, and whoever says something else owes a "
                "reason. It is what the game's chances of a settlement are held against in the chapter on the record. The ranges, "
                "four chances in five, come of drawing the past wars anew and of the choice among the laws that the record does "
                "not rule out ({laws}); by counting alone, without a law, it would be {counted} within {h}.",
                laws=laws, h=duration_words(year.within),
                counted=num(chance(year.counted) if year.counted > 0 else "0 %", f"share of the {given.at_risk} wars that lasted longer; it jumps with so few"),
            ),
        ]
    )  # fmt: skip


def _note(wars: PastWars) -> str:
    given = wars.given
    return (
        f"mean over {count_words(len(given.among), 'law')} of durations; {given.draws} draws of the wars; {wars.source}"
    )


def _split_note(wars: PastWars) -> str:
    return (
        f"the same, split as the {wars.given.typed} wars ended that lasted longer and whose ending is known, "
        "each type given half a war more"
    )


def _range(found: Estimate, note: str) -> Markup:
    if chance(found.low) == chance(found.high):
        return num(_kept(chance(found.central)), note)
    low = chance(found.low) if found.low < 0.01 else f"{100 * found.low:.0f}"
    return num(_kept(f"{chance(found.central)} ({low} to {chance(found.high)})"), note)


def _kept(text: str) -> str:
    """A number that stays on one line with its sign of per cent, or with its months."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%").replace(" month", "\N{NO-BREAK SPACE}month")


def _endings(wars: PastWars) -> Markup:
    """How past wars ended."""
    if not wars.incidence:
        return Markup("")
    first, *rest = sorted(wars.incidence, key=lambda i: -i.wars)
    told = [_ended(first, "ended by ", wars), *(_ended(i, "by ", wars) for i in rest)]
    known = sum(i.wars for i in wars.incidence)
    return say(
        "Of {n} wars of which the ending is known, {list} (the sides are those of the past wars, and no likeness of them to "
        "the sides of this one is meant). What counts as a settlement goes with the source: it is one in which most wars end "
        "by an agreement or ceasefire, and others have most of them won by one side.",
        n=num(f"{known}", wars.source), list=joined(told),
    )  # fmt: skip


def _ended(one: Incidence, verb: str, wars: PastWars) -> Markup:
    return num(f"{one.wars}", "wars on record") + say(" {verb}{how}", verb=verb, how=wars.words[one.ending])


# --- likeness -------------------------------------------------------------------------------------------------


def _likeness(wars: PastWars) -> Markup:
    """Which wars were like this one, on what that rests, and how far it may be trusted."""
    found = wars.likeness
    if found is None:
        return say(
            "No past war can be compared with this one: the record and the pack share too little of what they know."
        )
    rests = listing([COLUMN_WORDS[n] for n in found.weights])
    alike = len({round(a.distance, 6) for a in found.analogues}) == 1
    trusted = [s for s in found.skills if s.skill.low > 0]
    verdict = (
        "So they foretell better than the base rate where the range is above 0, and no more is claimed."
        if trusted
        else "That is no better than the base rate: the analogues are for reading, and do not move the forecast."
    )
    told = [
        say(
            "Which of them were like this one? The likeness rests on {rests} alone, since nothing else is known of this war and of enough others{unknown}.{alike}",
            rests=rests, unknown=say(" (not compared: {list})", list=listing([COLUMN_WORDS[n] for n in found.unknown])) if found.unknown else "",
            alike=say(" By it {n} are equally near, so that the list is of wars that lasted as long, and hardly of likeness.", n=num(f"all {len(found.analogues)}", "the same distance")) if alike and len(found.analogues) > 1 else "",
        ),
    ]  # fmt: skip
    if found.skills:
        told.append(
            say("Each past war was left out in turn and foretold from those nearest to it: ")
            + Markup("; ").join(_skilled(s) for s in found.skills)
            + say(" (0: no better than the base rate, 1: perfect). {verdict}", verdict=verdict)
        )
    return Markup(" ").join(told)


def _skilled(s: Skill) -> Markup:
    note = f"one less the ratio of Brier scores {s.brier:.3f} and {s.brier_base:.3f}; {s.asked} questions put to {s.wars} wars; range with four chances in five"
    text = f"{s.skill.central:+.2f} ({s.skill.low:+.2f} to {s.skill.high:+.2f})".replace("-", "−")
    return say("“{question}”, skill {skill}", question=s.question, skill=num(text, note))


def _analogues(wars: PastWars) -> tuple[Table, ...]:
    found = wars.likeness
    if found is None:
        return ()
    rows = []
    for a in found.analogues:
        rests = listing([f"{COLUMN_WORDS[n]} ({100 * w:.0f} %)" for n, w in a.rests_on.items()])
        apart = "; ".join(f"{COLUMN_WORDS[n]} {z:+.1f}".replace("-", "−") for n, z in a.apart.items())
        end = wars.words.get(a.ending, "not known") if a.ended else "goes on"
        title = num(a.title, a.note) if a.note else a.title
        rows.append((title, num(f"{a.distance:.2f}", f"in standard deviations; apart by: {apart}"), rests, f"{a.months:.0f}", num(f"{a.months_more:.0f}", "months from the duration of this war to its end" if a.ended else "months from the duration of this war to the last day of the source"), end))  # fmt: skip
    notes = "".join(f". {a.title}: {a.note.rstrip('.')}" for a in found.analogues if a.note)
    return (
        Table(
            f"Past wars most like this one when they had lasted as long, out of {found.among} that did{notes}",
            ("war", "distance", "likeness rests on", "months in all", "months more", "ended by"), tuple(rows),
        ),
    )  # fmt: skip


# --- tables and cases -----------------------------------------------------------------------------------------


def _chances(wars: PastWars) -> Table:
    def row(c: Chance) -> tuple[str | Markup, ...]:
        kinds = (_range(c.by_ending[e], _split_note(wars)) for e in ENDINGS)
        return (_kept(duration_words(c.within)), _range(c.total, _note(wars)), *kinds)

    return Table(
        f"Chance that a war which has lasted {duration_words(wars.given.lasted)} ends within further months, with ranges of four chances in five",
        ("within", "ends", *(wars.words[e] for e in ENDINGS)), tuple(row(c) for c in wars.given.chances),
    )  # fmt: skip


def _laws(wars: PastWars) -> Table:
    """The laws of duration, with what decides among them."""
    used = set(wars.given.among)
    rows = tuple(
        (LAW_WORDS[f.family], f"{f.aic:.1f}", "not scored" if f.log_score is None else f"{f.log_score:.2f}".replace("-", "−"), "used" if f.family in used else "ruled out")
        for f in wars.fits
    )  # fmt: skip
    scored = max((f.scored for f in wars.fits), default=0)
    return Table(
        f"Laws of duration fitted to the past wars: AIC (less is better; ruled out where more than 10 above the least) and the mean log density that each gave to {scored} later wars (more is better)",
        ("law", "AIC", "score of later wars", "here"), rows, folded=True,
    )  # fmt: skip


def _rests(wars: PastWars) -> Markup:
    """How long remembered wars went on after their front had come to rest."""
    if not wars.cases:
        return Markup("")
    told = [say("{title} {months}", title=c.title, months=_rest(c)) for c in wars.cases]
    return say(
        "How long does a war go on after its front has come to rest? In remembered wars over a good that could not be divided it was: {list}. They are told at the end of this chapter, and were chosen because "
        "they are remembered: their mean would mean nothing.",
        list=joined(told),
    )  # fmt: skip


def _rest(c: Case) -> Markup:
    first, last = (table_day(date.fromisoformat(day)) for day in (c.stabilised, c.over))
    basis = "from memory" if c.basis == "memory" else "from pages read, in part from memory"
    return num(duration_words(c.final_months), f"{first} to {last}; {basis}: {c.source}")


def _cases(wars: PastWars) -> tuple[Markup, ...]:
    """Written cases: the good, how the war over it ended, and what made that possible."""
    return tuple(
        say(
            "{title}. The good: {good} How it ended, {months} after the front had come to rest: {ended} What made that possible: {enabled} The front: {front} ({basis})",
            title=Markup("<strong>{}</strong>").format(c.title), good=_sentence(c.good), months=_rest(c), ended=_sentence(c.ended), enabled=_sentence(c.enabled), front=_sentence(c.front),
            basis="All of it from memory." if c.basis == "memory" else "From pages read, in part from memory.",
        )
        for c in wars.cases
    )  # fmt: skip


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


# --- limits ---------------------------------------------------------------------------------------------------


def _limits(found: OwnPast) -> Markup:
    wars = found.wars
    columns = [_PLAIN_COLUMNS[n] for n in _PLAIN_COLUMNS if n in found.empty]
    told = [
        say(
            "Engine: survival curves, five laws of duration and competing risks on a record of wars, not the game. Its limits: only {k} lasted "
            "longer than this one, so that the laws reach beyond what was seen; a duration runs from first to last day of an episode of fighting, "
            "clashes before the war proper and the last day counted, and this war's from the day given above, pauses included; how wars ended is a matter of coding; whether old wars are a guide to this one is not in "
            "the ranges; the record is that of today, also for earlier days; and what ended is the fighting on record, not the quarrel.",
            k=num(count_words(wars.given.at_risk, "past war"), wars.source),
        )
    ]  # fmt: skip
    if columns:
        told.append(
            say(
                "The record is small in columns as well: of {list} it knows nothing, since those who hold such figures do not allow passing them on; whoever has them builds a fuller one.",
                list=listing(columns),
            )
        )
    if "deaths" in found.described and wars.tail is not None:
        told.append(
            say(
                "The dead of this war on both sides, {n}, are the largest estimate or list of names of each side.",
                n=num(number_words(found.described["deaths"]), "as in the pack; a list of names is too short"),
            )
        )
    told.append(say("Source: {source}.", source=wars.source))
    return Markup(" ").join(told)


_PLAIN_COLUMNS = {
    "deaths": "deaths", "capability_share_a": "strength", "democracy_a": "regimes", "contiguous": "common borders",
    "rivals": "rivalries",
}  # fmt: skip
"""Column of the record → word, for those that may be empty."""
