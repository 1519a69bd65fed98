"""The game on past wars in sentences and rows for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armistice.core.retrospect import LASTED_YEARS, RULES, SLOW, Retrospect, durability_scores


def in_words(found: Retrospect) -> Iterator[str | list[dict[str, Any]]]:
    """A result in sentences and rows for a terminal."""
    yield (
        f"The game on {len(found.titles)} wars, {len(found.months)} months of fighting, {found.draws} draws each. "
        "Chances of a settlement, scored against what happened; lower is better. Months overlap: the wars are few."
    )
    yield [
        {
            "war": s.of, "rests on memory": "yes" if s.memory else "no", "months ahead": str(s.horizon),
            "forecaster": s.forecaster, "forecasts": str(s.forecasts), "came": f"{s.came:.2f}",
            "mean chance": f"{s.mean:.2f}", "Brier": f"{s.brier:.3f}", "log": f"{s.log:.3f}",
        }
        for s in found.scores
    ]  # fmt: skip
    if any(s.forecaster == SLOW for s in found.scores):
        yield (
            f"“{SLOW}” was added after the scores of the others had been seen; nothing else of it was chosen: the same draws, "
            "and for each a chance that a deal that suits both is signed within the month."
        )
    if found.terms:
        yield "The line nearest to suiting both beside the front of the day: mean distance from the line of the settlement, steps."
        yield [
            {
                "episode": t.of, "rests on memory": "yes" if t.memory else "no", "months": str(t.months),
                "settled on": f"{t.settled:g}", "expected, mean": f"{t.expected:.1f}", "the game": f"{t.game_error:.1f}",
                "front of the day": f"{t.front_error:.1f}",
            }
            for t in found.terms
        ]  # fmt: skip
    yield from _decisions_in_words(found)
    yield from _lasted_in_words(found)


def _lasted_in_words(found: Retrospect) -> Iterator[str | list[dict[str, Any]]]:
    if not found.lasted:
        return
    scores = ", ".join(f"{who} {score:.3f}" for who, score in durability_scores(found.lasted).items())
    yield (
        "Texts that took effect: the chance that each holds so many years, by its clauses and by the base rate alone, and "
        f"whether it did. Brier scores, lower is better: {scores}."
    )
    yield [
        {
            "war": t.war, "text": t.title, "since": t.since.isoformat(), "until": t.until.isoformat() + ("" if t.broke else " and on"),
            **{
                f"{years} years": f"{chance:.2f}, {plain:.2f}: " + {True: "held", False: "broke", None: "not known"}[held]
                for years, chance, plain, held in zip(LASTED_YEARS, t.chances, t.plain, t.held, strict=True)
            },
        }
        for t in found.lasted
    ]  # fmt: skip


def _decisions_in_words(found: Retrospect) -> Iterator[str | list[dict[str, Any]]]:
    by_rule = {(c.id, c.rule): c for c in found.called}
    rows = [(d, by_rule[d.id, RULES[0]]) for d in found.decisions if (d.id, RULES[0]) in by_rule]
    if rows:
        yield "Decisions: what became of the demands, and what the game called over the period."
        yield [
            {
                "id": d.id, "decider": d.decider, "from": c.first.isoformat(), "to": c.last.isoformat(),
                "change of demand": f"{c.change:+.3f}", "called": c.call, "happened": d.happened,
                "right": "yes" if c.call == d.happened else "no", "extent called": c.extent, "extent": d.extent or "unclear",
                "basis": "source" if d.basis == "s" else "memory",
            }
            for d, c in rows
        ]  # fmt: skip
        yield "What happened, by row, and what the game called, by column, over the period."
        yield [{"happened": h, **{c: str(n) for c, n in row.items()}} for h, row in found.confusion[RULES[0]].items()]
        yield [
            {
                "what": t.what, "window": t.rule, "rows": t.rows, "who": t.who, "right": f"{t.right} of {t.of}",
                "exact 95 % interval": f"{t.low:.2f} to {t.high:.2f}",
            }
            for t in found.tallies
        ]  # fmt: skip
    missing = found.not_covered()
    if missing:
        yield f"Not covered, for want of a pack or of its months: {', '.join(d.id for d in missing)}."
