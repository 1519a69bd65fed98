"""The report's words on forecasts of an end: how the game's chances would have fared, month by month, and why that says little."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from armistice.core.errors import QueryError
from armistice.core.history import History
from armistice.core.termination import TerminationForecast, placeholder_base_rate
from armistice.forecasting import GAME, OWN, PAST, PLACEHOLDER, public_comparisons, scores_by_horizon
from armistice.report.chapter import Table
from armistice.report.words import count_words, joined, num, say
from armistice.show.bargaining import percent_words

_COMPARED = 3
"""Comparisons with public forecasts that are told."""


def base_of(forecasts: Sequence[TerminationForecast]) -> str:
    """The base rate beside the game: that of past wars where they were asked, else the placeholder."""
    return PAST if any(f.forecaster == PAST for f in forecasts) else PLACEHOLDER


def foretold_words(history: History, forecasts: Sequence[TerminationForecast]) -> Markup:
    """How the game's chances, month by month, would have fared, and why that says little."""
    scores = scores_by_horizon(history, forecasts)
    if not scores:
        return say("The record is too short for a chance given in one of its months to have come true or not.")
    base = base_of(forecasts)
    told = [
        say(
            "within {h} months {chance} on average, score {brier} ({base} {other}, score {rival})", h=horizon, base=base,
            chance=num(percent_words(found[GAME].mean_probability), f"mean of {found[GAME].dates} months, weighed by the record up to each"),
            brier=num(f"{found[GAME].brier:.3f}", f"Brier score; logarithmic score {found[GAME].log_score:.2f}"),
            other=num(percent_words(found[base].mean_probability), f"mean of {found[base].dates} months"),
            rival=num(f"{found[base].brier:.3f}", f"Brier score; logarithmic score {found[base].log_score:.2f}"),
        )
        for horizon, found in scores.items()
    ]  # fmt: skip
    lead = say(
        "How its chances of a settlement would have fared. With the record up to the day and not beyond, at the end of each month whose outcome is known the game would have given a settlement the chances that follow, with their Brier scores (the mean squared error of a chance, from 0, best, to 1): "
    )
    beaten = sum(found[base].brier < found[GAME].brier for found in scores.values())
    came = sum(found[GAME].came > 0 for found in scores.values())
    moral = (
        Markup("")
        if came
        else say(" No settlement came. Such a record rewards whoever says never: a chance of 0 every month would have had the best score there is and have told nobody anything.")
    )  # fmt: skip
    return (
        lead + Markup("; ").join(told) + Markup(". ") + _base_words(base, beaten, len(scores)) + moral
        + say(" And the judgements were made at the end of the record, by people who knew that the war had gone on: the game's scores flatter it.")
    )  # fmt: skip


def _base_words(base: str, beaten: int, horizons: int) -> Markup:
    """What the base rate is, and where it has the better score."""
    k = num(f"{beaten}", "horizons at which the base rate's Brier score is below the game's")
    if base == PAST:
        return say(
            "Past wars, from which only the age of this war is taken, have the better score at {k} of {n} horizons. Their rate is that at which wars that had lasted as long by then were settled, this one left out; the record of "
            "them is that of today, so that it knows wars begun later. The chapter on past wars tells how it is made.",
            k=k, n=horizons,
        )  # fmt: skip
    rate = placeholder_base_rate(12)
    return say(
        "The placeholder, which knows nothing of this war, has the better score at {k} of {n} horizons. It gives every war {rate} within a year and stands in for the record of past wars, which is not at hand.",
        k=k, n=horizons,
        rate=num(f"{percent_words(rate.central)} ({percent_words(rate.low).removesuffix(' %')} to {percent_words(rate.high)})", rate.source),
    )  # fmt: skip


def public_words(forecasts: Sequence[TerminationForecast]) -> Markup:
    """How the game's chances compare with those that the public record of forecasts holds."""
    if not {f.forecaster for f in forecasts} - OWN:
        return say("The pack holds no public forecast of an end to set beside them.")
    try:
        groups = public_comparisons(forecasts)
    except QueryError as reason:
        return say("Public forecasts cannot be set beside them: {reason}.", reason=str(reason))
    if not groups:
        return say(
            "Public forecasts are in the pack, but none whose outcome is known is of a span that the game has a chance for."
        )
    told = []
    for group in groups[:_COMPARED]:
        scores = [
            say("{who} {brier}", who=s.forecaster, brier=num(f"{s.brier:.3f}", f"mean chance {percent_words(s.mean_probability)}, logarithmic score {s.log_score:.2f}"))
            for s in group
        ]  # fmt: skip
        told.append(say("on {n}: ", n=num(count_words(group[0].dates, "shared forecast"), "made on the same day for the same day")) + joined(scores))  # fmt: skip
    return (
        say("Beside public forecasts, Brier scores (lower is better) are, ") + Markup("; ").join(told) + Markup(". ")
        + say("Public forecasters gave their chances beforehand and were asked about a ceasefire or an agreement in their own words; the game's were computed afterwards. So few and overlapping forecasts rank nobody.")
    )  # fmt: skip


def score_table(history: History, forecasts: Sequence[TerminationForecast]) -> tuple[Table, ...]:
    """Chances and scores of the game and of the base rate by horizon; nothing where no outcome is known."""
    base, rows = base_of(forecasts), []
    for horizon, found in scores_by_horizon(history, forecasts).items():
        game, other = found[GAME], found[base]
        cells = [
            (percent_words(game.mean_probability), percent_words(other.mean_probability)),
            (f"{game.brier:.3f}", f"{other.brier:.3f}"), (f"{game.log_score:.2f}", f"{other.log_score:.2f}"),
        ]  # fmt: skip
        note = f"mean of {game.dates} forecasts a month apart, whose spans overlap"
        rows.append((f"{horizon} months", f"{game.dates}", percent_words(game.came), *(num(c, note) for pair in cells for c in pair)))  # fmt: skip
    if not rows:
        return ()
    heads = [f"{what}, {who}" for what in ("mean chance", "Brier", "log score") for who in (GAME, base)]
    return (
        Table(
            "Chances of a settlement given month by month with the record up to then, and how they fared (scores: lower is better)",
            ("within", "months", "came", *heads), tuple(rows), folded=True,
        ),
    )  # fmt: skip
