"""What past wars say, as plain values and as sentences for a terminal."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any

from armistice.core.durations import COLUMN_WORDS, ENDINGS, LAW_WORDS, Estimate, PastWars, duration_words


def record_of(wars: PastWars, **beside: Any) -> dict[str, Any]:
    """All of it as plain values for JSON, with further entries first; what is no number is null.

    Parameters
    ----------
    wars : PastWars
    beside
        Of the war at hand: plain values.
    """
    plain: dict[str, Any] = _plain({**beside, **dataclasses.asdict(wars)})
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def in_words(wars: PastWars, left_out: tuple[str, ...] = ()) -> Iterator[str | list[dict[str, Any]]]:
    """The same in sentences and rows for a terminal.

    Parameters
    ----------
    wars : PastWars
    left_out : tuple of str
        Titles of rows of the record that are the war at hand.
    """
    curve, given = wars.survival, wars.given
    median = f"half were over after {duration_words(curve.median)}" if math.isfinite(curve.median) else "no median"
    yield f"{wars.source[:1].upper()}{wars.source[1:]}."
    yield f"{curve.wars} wars whose days are known, {curve.ended} of them ended: {median}; {given.at_risk} lasted longer than {duration_words(given.lasted)}."
    if left_out:
        yield f"Left out as the war at hand: {', '.join(left_out)}."
    yield [
        {"ended by": wars.words[i.ending], "wars": str(i.wars), "share of all by the longest": f"{i.share[-1]:.2f} ({i.low[-1]:.2f} to {i.high[-1]:.2f})"}
        for i in wars.incidence
    ]  # fmt: skip
    laws = ", ".join(LAW_WORDS[f] for f in given.among)
    yield f"A war that has lasted {duration_words(given.lasted)} ends within further months with these chances (mean over the laws {laws}; ranges of four chances in five, {given.draws} draws):"
    yield [
        {"within": duration_words(c.within), "ends": _range(c.total), **{wars.words[e]: _range(c.by_ending[e]) for e in ENDINGS}, "by counting": f"{c.counted:.2f}"}
        for c in given.chances
    ]  # fmt: skip
    yield f"The split by type rests on {given.typed} wars. A base rate knows nothing else of the war."
    yield from _likeness(wars)
    if wars.cases:
        yield "Remembered wars, from the day on which the front came to rest to the end:"
        yield [
            {"case": c.title, "at rest": c.stabilised, "end": c.over, "months": f"{c.final_months:.1f}", "basis": c.basis}
            for c in wars.cases
        ]  # fmt: skip


def _range(found: Estimate) -> str:
    return f"{found.central:.2f} ({found.low:.2f} to {found.high:.2f})"


def _likeness(wars: PastWars) -> Iterator[str | list[dict[str, Any]]]:
    found = wars.likeness
    if found is None:
        yield "No past war is compared: too little is known of the war at hand, or nothing is asked of one."
        return
    yield f"Most like it when they had lasted as long, by {', '.join(COLUMN_WORDS[n] for n in found.weights)}:"
    yield [
        {
            "war": a.title, "distance": f"{a.distance:.2f}", "months": f"{a.months:.0f}", "months more": f"{a.months_more:.0f}",
            "ended by": wars.words.get(a.ending, "not known") if a.ended else "goes on",
        }
        for a in found.analogues
    ]  # fmt: skip
    for s in found.skills:
        better = "better than the base rate" if s.skill.low > 0 else "no better than the base rate"
        yield f"Asked “{s.question}”, past wars left out in turn: skill {s.skill.central:+.2f} ({s.skill.low:+.2f} to {s.skill.high:+.2f}), {better}."
