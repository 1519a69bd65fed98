"""The report's words on the game put into wars whose end is known: how its chances and its calls fared there."""

from __future__ import annotations

from markupsafe import Markup

from armistice.core.errors import QueryError
from armistice.core.packs import find_record
from armistice.core.retrospect import (
    LASTED_YEARS,
    SLOW,
    ForecastScore,
    Lasted,
    Retrospect,
    Tally,
    durability_scores,
    read_retrospect,
)
from armistice.forecasting import GAME, PAST
from armistice.past.record import DAYS_PER_MONTH
from armistice.report.chapter import Table
from armistice.report.words import chance, count_words, num, say


def kept_retrospect() -> Retrospect | None:
    """The result kept beside the record of past wars; None where none is, or none that can be read."""
    try:
        return read_retrospect(find_record())
    except QueryError:
        return None


def retrospect_words(found: Retrospect) -> Markup:
    """How the game fared on past wars, in a paragraph."""
    going = len({e.war for e in found.episodes if e.end is None})
    told = [
        say(
            "How would the game have fared in past wars? It was put into {wars}{open}, {months}, with the record up to each day and numbers that were written down before the first run; months overlap, and the wars are few. "
            "The tables give its scores beside past wars that had lasted as long and beside whoever says never; wars whose front lines are from memory stand apart.",
            open=say(" ({n} without an end so far)", n=going) if going else "",
            wars=num(count_words(len(found.titles), "war"), "; ".join(found.titles.values())),
            months=num(count_words(len(found.months), "month") + " of fighting", f"{found.draws} draws each"),
        )
    ]  # fmt: skip
    direction = [t for t in found.tallies if t.what == "direction"]
    first = [t for t in direction if (t.rule, t.rows) == (direction[0].rule, direction[0].rows)]
    told.append(_scored(found))
    if first:
        told.append(
            say("At turning points with a record of what became of a side's demands, the direction was called rightly by ")
            + Markup("; by ").join(_called(t) for t in first)
            + Markup(".")
            + _verdict(first)
        )  # fmt: skip
    missing = found.not_covered()
    if missing:
        told.append(
            say(
                "Of {n} the game says nothing, for want of a pack or of enough months.",
                n=num(count_words(len(missing), "decision"), "; ".join(d.id for d in missing)),
            )
        )
    return Markup(" ").join(t for t in told if t)


def _scored(found: Retrospect) -> Markup:
    """Scores over the groups of wars, for the longest span ahead."""
    longest = max((s.horizon for s in found.scores), default=0)
    rows = [s for s in found.scores if s.horizon == longest and s.of not in found.titles.values()]
    groups = {s.of: [t for t in rows if t.of == s.of] for s in rows}
    if not groups:
        return Markup("")
    told = [
        say("over {of} ", of=of)
        + Markup(", ").join(
            say("{who} {n}", who=s.forecaster, n=num(f"{s.brier:.3f}", f"{s.forecasts} forecasts, mean chance {chance(s.mean)}, came {chance(s.came)}; logarithmic score {s.log:.2f}"))
            for s in own if s.forecaster != SLOW
        )
        for of, own in groups.items()
    ]  # fmt: skip
    lead = say("Brier scores of a settlement within {h} months (lower is better): ", h=longest)
    return lead + Markup("; ").join(told) + Markup(".") + _better(groups) + _slowed(groups)  # fmt: skip


def _slowed(groups: dict[str, list[ForecastScore]]) -> Markup:
    """How the game with slower talks fared, and that it was an afterthought."""
    rows = [s for own in groups.values() for s in own if s.forecaster == SLOW]
    if not rows:
        return Markup("")
    told = Markup(", ").join(
        num(f"{s.brier:.3f}", f"{s.of}: {s.forecasts} forecasts, mean chance {chance(s.mean)}, came {chance(s.came)}; logarithmic score {s.log:.2f}")
        for s in rows
    )  # fmt: skip
    return say(
        " Where a deal that suits both is not signed at once, since talks take half a year, the game scores {n}; this was added after the scores of the others had been seen, and nothing else of it was chosen.",
        n=told,
    )  # fmt: skip


def _better(groups: dict[str, list[ForecastScore]]) -> Markup:
    """Whether the game or past wars had the better scores, where all groups of wars agree."""
    pairs = [{s.forecaster: s.brier for s in own} for own in groups.values()]
    if not all({GAME, PAST} <= set(p) for p in pairs):
        return Markup("")
    if all(p[PAST] < p[GAME] for p in pairs):
        return say(
            " There past wars did better than the game: whoever asks for the mere chance of a settlement is better served by them, and "
            "the game's chances in the chapters above are to be read so. What it is for is to say why there is no settlement, and what would bring one."
        )
    if all(p[PAST] > p[GAME] for p in pairs):
        return say(" There the game did better than past wars; so few wars do not tell whether that is more than luck.")
    return say(" Neither the game nor past wars did better everywhere.")


def _verdict(tallies: list[Tally]) -> Markup:
    """Whether the game called more decisions rightly than the best of the rules beside it."""
    game, others = [t for t in tallies if t.who == GAME], [t for t in tallies if t.who != GAME]
    if not game or not others:
        return Markup("")
    best = max(others, key=lambda t: t.right)
    if game[0].right > best.right:
        return say(" So few decisions do not tell whether that is more than luck.")
    return say(" That is no better than the simple rule “{rule}”.", rule=best.who)


def _called(t: Tally) -> Markup:
    note = f"exact interval with 19 chances in 20: {chance(t.low)} to {chance(t.high)}; window: {t.rule}"
    who = say("the rule “{who}”", who=t.who) if t.who != GAME else t.who
    return say("{who} {n}", who=who, n=num(f"{t.right} of {t.of}", note))


def retrospect_tables(found: Retrospect) -> tuple[Table, ...]:
    """Scores, calls at decisions, and what was called beside what happened."""
    tables = []
    if found.scores:
        scores = tuple(
            (s.of, "yes" if s.memory else "no", f"{s.horizon} months", s.forecaster, f"{s.forecasts}", chance(s.came), chance(s.mean), f"{s.brier:.3f}", f"{s.log:.3f}")
            for s in found.scores
        )  # fmt: skip
        heads = (
            "war",
            "lines from memory",
            "within",
            "forecaster",
            "forecasts",
            "came",
            "mean chance",
            "Brier",
            "log score",
        )
        tables.append(Table("The game on past wars: chances of a settlement month by month, scored (lower is better)", heads, scores, folded=True))  # fmt: skip
    if found.tallies:
        calls = tuple((t.what, t.rule, t.rows, t.who, f"{t.right} of {t.of}", f"{chance(t.low)} to {chance(t.high)}") for t in found.tallies)  # fmt: skip
        columns = ("what", "months compared", "decisions", "who", "right", "interval")
        tables.append(Table("Decisions at turning points: how often who called rightly, with exact intervals of 19 chances in 20", columns, calls, folded=True))  # fmt: skip
    if found.confusion:
        rule, counts = next(iter(found.confusion.items()))
        called = tuple(next(iter(counts.values()), {}))
        cells = tuple((happened, *(f"{row[c]}" for c in called)) for happened, row in counts.items())
        tables.append(Table(f"What became of the demands, by row, and what the game called, by column (window: {rule})", ("happened", *called), cells, folded=True))  # fmt: skip
    return tuple(tables)


def lasted_words(found: Retrospect) -> Markup:
    """How the rule of durability fares on texts that took effect; empty where none is on record."""
    scores = durability_scores(found.lasted)
    if not scores:
        return Markup("")
    broke = [t for t in found.lasted if t.broke]
    rule, base = scores["clauses"], scores["base rate"]
    verdict = (
        "The clauses told the texts apart better than the base rate alone, and so few texts do not tell whether that is more than luck."
        if rule < base
        else "That is no better than the base rate alone: what the clauses are judged to do to the danger has not stood a test, and the "
        "chances above are to be read as an order of drafts more than as chances."
    )
    return say(
        "How has this rule fared? Of {n} on record that took effect, {broke}. Set back to the day on which each did, and without the lean of its terms, which no pack tells for those days, the rule's chances score {rule}, "
        "and the base rate alone scores {base} (Brier scores over 1, 5 and 10 years; lower is better). {verdict}",
        n=num(count_words(len(found.lasted), "text"), "; ".join(t.title for t in found.lasted)),
        broke=num(f"{len(broke)} broke", "; ".join(f"{t.title}: after {_age(t)}" for t in broke) or "none"),
        rule=num(f"{rule:.3f}", "mean squared error of the chance that it holds"), base=num(f"{base:.3f}", "without the clauses"), verdict=verdict,
    )  # fmt: skip


def lasted_table(found: Retrospect) -> Table:
    """Texts that took effect, with what the rule gives each and what came."""
    rows = tuple(
        (
            t.title, found.titles[t.war], t.since.isoformat(), num(f"broke after {_age(t)}" if t.broke else f"held {_age(t)} so far", f"{t.why} Source: {t.source}."),
            *(
                num(chance(p), f"by the base rate alone {chance(plain)}; {_CAME[held]}")
                for p, plain, held in zip(t.chances, t.plain, t.held, strict=True)
            ),
        )
        for t in found.lasted
    )  # fmt: skip
    years = (f"chance to hold {y} year{'s' if y > 1 else ''}" for y in LASTED_YEARS)
    return Table("Texts that took effect, and the chances that the rule gives their clauses", ("text", "war", "since", "what came", *years), rows, folded=True)  # fmt: skip


_CAME = {True: "it held", False: "it broke before", None: "nobody can know yet"}


def _age(t: Lasted) -> str:
    months = (t.until - t.since).days / DAYS_PER_MONTH
    return f"{months:.0f} months" if months < 24 else f"{months / 12:.0f} years"
