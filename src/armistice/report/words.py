"""How the report says numbers: with unit and range, each with the note that says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

from armistice.core.posterior import LineEstimate
from armistice.core.results import Forecast
from armistice.core.war import War

_MINUS = re.compile(r"(?<![\w.,-])-(?=\d)")
_SIGNED_ZERO = re.compile(r"(?<![\w.,])[+-](?=0(?:\.0+)?(?![\d.,]*\d))")


def num(text: str, note: str) -> Markup:
    """A number in a sentence, with the note that says where it comes from; a minus before it is set as one, nought has no sign."""
    set_ = _MINUS.sub("−", _SIGNED_ZERO.sub("", text))
    return Markup('<span class="num" tabindex="0" data-note="{}">{}</span>').format(note, set_)


def say(template: str, **parts: object) -> Markup:
    """A sentence with its numbers put in; text is escaped, numbers with notes are not escaped twice."""
    return Markup(template).format(**{k: v if isinstance(v, Markup) else escape(str(v)) for k, v in parts.items()})


def between(values: Sequence[float], form: str, unit: str) -> str:
    """Several sources' values as one phrase: one number if they agree as shown, else a range."""
    low, high = form.format(min(values)), form.format(max(values))
    gap = " " if unit else ""
    return f"{low}{gap}{unit}" if low == high else f"{low} to {high}{gap}{unit}"


def note_of(war: War, values: dict[str, float], form: str, unit: str, when: str) -> str:
    """What each source says, as the note of a number."""
    parts = [f"{war.sources[s].producer}: {form.format(v)} {unit}" for s, v in values.items()]
    return "; ".join(parts) + f" ({when})"


LINE_NOTE = (
    "the true line as the maps together tell it: their differences over the months on record say how far one of them "
    "may stand from it; what all of them get wrong alike is not in it"
)


def line_words(line: LineEstimate, unit: str = " km²") -> Markup:
    """An area by the true line, with its range; `unit` may be empty in a table."""
    note = f"{LINE_NOTE} ({line.day}, from {count_words(len(line.sources), 'map')})"
    return num(f"{line.central:,.0f}{unit} ({line.low:,.0f} to {line.high:,.0f})", note)


def line_clause(line: LineEstimate) -> Markup:
    """The same as a clause that says what the range means."""
    note = f"{LINE_NOTE} ({line.day})"
    return say(
        "{area} (between {low} and {high} with four chances in five, from {n})", area=num(f"{line.central:,.0f} km²", note),
        low=num(f"{line.low:,.0f}", "10th percentile"), high=num(f"{line.high:,.0f}", "90th percentile"),
        n=count_words(len(line.sources), "map"),
    )  # fmt: skip


def count_words(number: int, what: str) -> str:
    """A count with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def none_or(number: int) -> str:
    """A count in a sentence, where nought is none."""
    return f"{number}" if number else "none"


def capital(words: str) -> str:
    """Words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def chance(p: float) -> str:
    """A probability in per cent; its ends in words, since no forecast is certain."""
    if p < 0.01:
        return "under 1 %"
    return "over 99 %" if p > 0.99 else f"{100 * p:.0f} %"


def people_range(values: Sequence[float]) -> str:
    """A range of people, rounded to thousands or tenths of a million."""
    low, high = min(values), max(values)
    if high >= 1e6:
        a, b = f"{low / 1e6:.1f}", f"{high / 1e6:.1f}"
        return f"{a} million people" if a == b else f"{a} to {b} million people"
    a, b = f"{round(low, -3):,.0f}", f"{round(high, -3):,.0f}"
    return f"{a} people" if a == b else f"{a} to {b} people"


def place_words(name: str, level: int) -> str:
    """A region as it stands in a sentence; a name of one word could be taken for a town."""
    return f"the {name} region" if level == 1 and " " not in name else name


def listing(words: Sequence[str]) -> str:
    """Words as a list in a sentence."""
    words = list(words)
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def joined(parts: Sequence[Markup]) -> Markup:
    """Phrases as a list in a sentence."""
    return Markup(", ").join(parts[:-1]) + Markup(" and ") + parts[-1] if len(parts) > 1 else Markup("").join(parts)


def long_day(day: date) -> str:
    """A day as it stands in a sentence."""
    return f"{day.day} {day:%B %Y}"


def table_day(day: date) -> str:
    """A day for a cell of a table, which does not break: ``2 Jun 2025``."""
    return f"{day.day}\N{NO-BREAK SPACE}{day:%b}\N{NO-BREAK SPACE}{day.year}"


def pace_words(forecast: Forecast, window: int) -> Markup:
    """The pace of a window, with the window as its note."""
    words = f"net change over the last {window} month{'s' if window > 1 else ''}, mean of the sources, as of {forecast.as_of}"
    return num(f"{forecast.pace_km2_per_month[window]:,.0f} km²", words)


def months_words(forecast: Forecast, window: int) -> Markup:
    """How many months the rest would take at the pace of a window, and nothing else."""
    pace = forecast.pace_km2_per_month[window]
    if pace <= 0:
        return num("for ever", "the pace is not positive")
    months = forecast.left_km2 / pace
    return num(f"about {months:,.0f} months", f"{forecast.left_km2:,.0f} km² left divided by {pace:,.0f} km² a month")


def engine_words(forecast: Forecast) -> str:
    """What made a forecast, as the note of its numbers."""
    return f"{forecast.engine}; {forecast.origins} past months, as of {forecast.as_of}"
