"""The report's words on its own foresight: how forecasts made in the past have fared, and whether that is good enough.

All numbers come from one `Hindcast`. The goal was set before the later months were scored: an error at least a tenth
below that of the best single rule 3, 6 and 12 months ahead, and ranges of 80 % that hold 72 to 88 % of what came.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from markupsafe import Markup

from armistice.core.scores import Hindcast, Score, ScoreSummary
from armistice.core.war import War
from armistice.report.chapter import Chapter, Table
from armistice.report.words import joined, listing, long_day, num, say
from armistice.study import Study

GOAL = 0.9
"""Error beside the best single rule that the goal allows."""
COVER = (0.72, 0.88)
"""Share of outcomes that a range of 80 % is to hold."""
AHEAD = (3, 6, 12)
"""Horizons at which the goal is set, months."""
FIGURES = ("hindcast-scores", "calibration")
RULES = {
    "last month": "the pace of the last month goes on",
    "mean of 3 months": "the mean pace of three months goes on",
    "mean of 6 months": "the mean pace of six months goes on",
    "mean of 12 months": "the mean pace of twelve months goes on",
    "AR(1) on log pace": "the pace returns to its middle",
    "scaled pace": "the pace of the last months goes on, with errors in proportion",
    "latent pace": "a hidden pace that persists, shocks that pass",
    "mixture of means": "the four mean paces in equal parts",
    "ensemble": "in half of the draws the pace of the last months goes on, in half it returns to its middle",
    "pool of all": "all single rules in equal parts",
}
"""The forecasters of `armistice.infer.forecasters` in plain words."""


def foresight(study: Study, hindcast: Hindcast) -> Chapter:
    """The chapter on how far the page can see, drawn with the two charts of scores.

    Parameters
    ----------
    study : Study
        For the names of places and sides.
    hindcast : Hindcast
        Of the same war.
    """
    war, period = study.pack.war, _period(hindcast)
    scopes = [s for s in ("total", "regions") if _chosen(hindcast, period, s)]
    paragraphs = (
        _what_was_done(war, hindcast),
        Markup(" ").join([_measure(hindcast, period), *(_how_it_fared(war, hindcast, period, s) for s in scopes)]),
        Markup(" ").join(
            [
                say("A range of 80 per cent ought to hold what comes eight times in ten."),
                *(_ranges(war, hindcast, period, s) for s in scopes),
            ]
        ),
        Markup(" ").join([_goal(), *(_verdict(war, hindcast, period, s) for s in scopes)]),
        _limits(hindcast, period),
        say(
            "Engine: simple rules on the monthly record of the maps; not the war-termination game, which takes the pace of the front from "
            "such a rule but says nothing here."
        ),
    )
    return Chapter("foresight", "How far we can see", paragraphs, FIGURES, (_table(war, hindcast, period, scopes),))


# --- readings of the record -----------------------------------------------------------------------------------


def _period(hindcast: Hindcast) -> str:
    """Origins that count as a test: the later ones, or, where there are none, those on which the rule was chosen."""
    return "later" if any(s.period == "later" for s in hindcast.summaries) else "tuning"


def _chosen(hindcast: Hindcast, period: str, scope: str) -> list[ScoreSummary]:
    """Scores of the chosen rule, by horizon."""
    own = [s for s in hindcast.summaries if (s.period, s.scope, s.forecaster) == (period, scope, hindcast.chosen)]
    return sorted(own, key=lambda s: s.horizon)


def _rival(hindcast: Hindcast, own: ScoreSummary) -> ScoreSummary:
    """The best single rule on the same forecasts."""
    key = (own.period, own.scope, own.rival, own.horizon)
    return next(s for s in hindcast.summaries if (s.period, s.scope, s.forecaster, s.horizon) == key)


def _moved(hindcast: Hindcast, own: ScoreSummary) -> float:
    """What changed hands on average between origin and horizon, without sign: the error of saying that nothing will."""

    def same(s: Score) -> bool:
        later, total = s.origin > hindcast.tuned_to, s.region == hindcast.root
        alike = (later == (own.period == "later")) and (total == (own.scope == "total"))
        return alike and s.forecaster == own.forecaster and s.horizon == own.horizon

    return float(np.mean([abs(s.truth_km2) for s in hindcast.scores if same(s)]))


def _months_seen(hindcast: Hindcast, own: ScoreSummary) -> int:
    """Different months of which the forecasts of one horizon speak: those made a month apart share most of them."""
    later = own.period == "later"
    made = {s.origin for s in hindcast.scores if (s.origin > hindcast.tuned_to) == later and s.horizon == own.horizon}
    return len({o.year * 12 + o.month + ahead for o in made for ahead in range(1, own.horizon + 1)})


def _inside(own: ScoreSummary) -> float:
    """Share of outcomes inside the range of 80 %, as the page shows it."""
    return round(own.coverage[1], 2)


# --- words ------------------------------------------------------------------------------------------------------


def _place(war: War, hindcast: Hindcast, scope: str) -> str:
    return f"{war.regions[hindcast.root].name} as a whole" if scope == "total" else "the contested regions"


def _month(day: date) -> str:
    return f"{day:%B %Y}"


def _months(horizon: int) -> str:
    return f"{horizon} month" + ("s" if horizon > 1 else "")


def _at(horizons: Sequence[int]) -> str:
    return f"{listing([str(h) for h in horizons])} month" + ("" if list(horizons) == [1] else "s")


def _beside(ratio: float) -> str:
    """An error beside another, in per cent."""
    percent = round(100 * (ratio - 1))
    return "as much" if percent == 0 else f"{abs(percent)} % {'more' if percent > 0 else 'less'}"


def _range(own: ScoreSummary) -> str:
    if own.relative_low is None or own.relative_high is None:
        return "too few months for a range"
    return f"from {_beside(own.relative_low)} to {_beside(own.relative_high)}"


def _note(hindcast: Hindcast, own: ScoreSummary) -> str:
    words = "after" if own.period == "later" else "up to"
    return f"{own.forecasts} forecasts from {own.origins} months {words} {_month(hindcast.tuned_to)}, {_months(own.horizon)} ahead"


def _km2(value: float) -> str:
    return f"{value:,.0f} km²"


def _rule(name: str) -> str:
    return f"“{name}” ({RULES[name]})" if name in RULES else f"“{name}”"


def _what_was_done(war: War, hindcast: Hindcast) -> Markup:
    origins, later = hindcast.origins, [o for o in hindcast.origins if o > hindcast.tuned_to]
    rules = len({s.forecaster for s in hindcast.scores})
    own = sum(s.forecaster == hindcast.chosen for s in hindcast.scores)
    first = say(
        "A forecast deserves as much trust as its forerunners have earned. So this program was set back to the end of each of {n} past months, {first} to {last}, and "
        "shown only what had been published by then. Each of {rules} simple rules had to say how much land {a} forces would take, net, in the months that followed, in the "
        "country and in each region that the line crossed that day. Then came what came: {own} forecasts of each rule could be held against the maps of {day}.",
        n=num(f"{len(origins)}", f"ends of months, {origins[0]} to {origins[-1]}"), first=_month(origins[0]), last=_month(origins[-1]),
        rules=num(f"{rules}", listing(list(dict.fromkeys(s.forecaster for s in hindcast.scores)))), a=war.side("a").adjective,
        own=num(f"{own:,}", "months times places times horizons with a known outcome"), day=long_day(hindcast.as_of),
    )  # fmt: skip
    if later:
        second = say(
            "The rule to rely on was chosen on the months up to {tuned} alone: {rule}. The {n} months since then are the test, and what follows speaks of them.",
            tuned=_month(hindcast.tuned_to), rule=_rule(hindcast.chosen), n=num(f"{len(later)}", f"ends of months, {later[0]} to {later[-1]}"),
        )  # fmt: skip
    else:
        second = say(
            "The rule to rely on, {rule}, was chosen once for all packs, on the largest record that ships with the program and its months up to {tuned}; this record holds none after them, and what follows is no test of the choice.",
            rule=_rule(hindcast.chosen), tuned=_month(hindcast.tuned_to),
        )  # fmt: skip
    return first + Markup(" ") + second


def _measure(hindcast: Hindcast, period: str) -> Markup:
    rivals = {s.rival for s in hindcast.summaries if s.period == period}
    return say(
        "The error of a forecast is how far it lay from what came, as a whole: its middle and how sure it was of itself. It is set beside the error of the best "
        "{single}, picked afterwards for each place and horizon, which is a hard mark, since nobody knew beforehand which one it would be. The brackets say how far "
        "the comparison would go up or down, nine times in ten, had other months of the same kind been drawn.",
        single=num("single rule", f"here {listing(sorted(rivals))}; error: continuous ranked probability score, km²"),
    )  # fmt: skip


def _how_it_fared(war: War, hindcast: Hindcast, period: str, scope: str) -> Markup:
    told = []
    for own in (s for s in _chosen(hindcast, period, scope) if s.horizon in AHEAD):
        rival = _rival(hindcast, own)
        note = (
            f"{_note(hindcast, own)}; mean error {_km2(own.crps_km2)} against {_km2(rival.crps_km2)} of “{own.rival}”; "
            f"nine in ten resampled periods: {_range(own)}"
        )
        told.append(
            say(
                "{more} at {months} ({low})", more=num(_beside(own.relative), note), months=_months(own.horizon),
                low=_range(own),
            )
        )  # fmt: skip
    if not told:
        return Markup("")
    last = _chosen(hindcast, period, scope)[-1]
    still = say(
        " To say that nothing would move would have erred by {moved} at {months}, the chosen rule by {own}{each}.",
        moved=num(_km2(_moved(hindcast, last)), f"mean change without sign; {_note(hindcast, last)}"), months=_months(last.horizon),
        own=num(_km2(last.crps_km2), f"mean error; {_note(hindcast, last)}"), each="" if scope == "total" else " for each region",
    )  # fmt: skip
    words = say("For {place} the chosen rule erred ", place=_place(war, hindcast, scope))
    return words + joined(told) + Markup(".") + still


def _ranges(war: War, hindcast: Hindcast, period: str, scope: str) -> Markup:
    """Coverage and bias of one scope."""
    rows = [s for s in _chosen(hindcast, period, scope) if s.horizon in AHEAD]
    if not rows:
        return Markup("")
    inside = [
        say("{share} at {months}", share=num(f"{100 * s.coverage[1]:.0f} %", _note(hindcast, s)), months=_months(s.horizon))
        for s in rows
    ]  # fmt: skip
    bias = [
        say(
            "{km2} too {way} at {months}", way="low" if s.bias_km2 < 0 else "high", months=_months(s.horizon),
            km2=num(_km2(abs(s.bias_km2)), f"median forecast less outcome, mean of {_note(hindcast, s)}"),
        )
        for s in rows
    ]  # fmt: skip
    place, each = _place(war, hindcast, scope), "" if scope == "total" else " and per region"
    return (
        say("For {place} it held ", place=place)
        + joined(inside)
        + say(" of what came; the middle of the forecast was, on average{each}, ", each=each)
        + joined(bias)
        + Markup(".")
    )


def _goal() -> Markup:
    return say(
        "The goal set for this program was an error at least {less} below that of the best single rule at {months} months, and ranges of 80 per cent that hold "
        "{low} to {high} per cent.",
        less=f"{100 * (1 - GOAL):.0f} per cent", months=listing([str(h) for h in AHEAD]), low=f"{100 * COVER[0]:.0f}", high=f"{100 * COVER[1]:.0f}",
    )  # fmt: skip


def _verdict(war: War, hindcast: Hindcast, period: str, scope: str) -> Markup:
    """Whether the goal was met, in plain words."""
    rows = [s for s in _chosen(hindcast, period, scope) if s.horizon in AHEAD]
    open_ = [h for h in AHEAD if h not in {s.horizon for s in rows}]
    reasons = {
        "the error was too large": [s.horizon for s in rows if s.relative > GOAL],
        "the ranges were too narrow": [s.horizon for s in rows if _inside(s) < COVER[0]],
        "the ranges were too wide": [s.horizon for s in rows if _inside(s) > COVER[1]],
    }
    unsure = [s.horizon for s in rows if s.relative <= GOAL and (s.relative_high or 2.0) >= 1]
    missed = [say("{what} at {months}", what=what, months=_at(at)) for what, at in reasons.items() if at]
    place = _place(war, hindcast, scope)
    if missed:
        words = say("For {place} the goal is missed: ", place=place) + joined(missed) + Markup(".")
    elif open_:
        words = say(
            "For {place} the goal cannot be judged yet: no outcome is known at {at}.", place=place, at=_at(open_)
        )
    else:
        words = say("For {place} the goal is met.", place=place)
    if unsure:
        words += say(" At {months} the lead may be luck: its range reaches beyond none at all.", months=_at(unsure))
    return words


def _limits(hindcast: Hindcast, period: str) -> Markup:
    rows = _chosen(hindcast, period, "total") or _chosen(hindcast, period, "regions")
    longest = rows[-1]
    waiting = sum(hindcast.waiting.values())
    return say(
        "These are few months of one war. Forecasts made a month apart share most of a long horizon: those from {n} origins at {months} speak of {seen} different "
        "months in all, and the brackets above are still too narrow. What came is itself read off maps, which are redrawn. Rules of this kind know nothing of "
        "decisions, reserves, rivers, cities or talks; they cannot see a collapse, nor a ceasefire. Some of them were added when the later months "
        "had been scored already. {waiting} forecasts still wait for their outcome.",
        n=num(f"{longest.origins}", _note(hindcast, longest)), months=_months(longest.horizon),
        seen=num(f"{_months_seen(hindcast, longest)}", "months between the first such origin and the last outcome"),
        waiting=num(f"{waiting}", ", ".join(f"{n} at {_months(h)}" for h, n in hindcast.waiting.items() if n) or "none"),
    )  # fmt: skip


# --- the table --------------------------------------------------------------------------------------------------


def _table(war: War, hindcast: Hindcast, period: str, scopes: Sequence[str]) -> Table:
    rows = []
    for scope in scopes:
        for own in _chosen(hindcast, period, scope):
            rival, note = _rival(hindcast, own), _note(hindcast, own)
            moved = _moved(hindcast, own)
            signed = f"{own.bias_km2:+,.0f}".replace("-", "−")
            rows.append(
                (
                    _place(war, hindcast, scope), f"{own.horizon}", num(f"{own.forecasts}", note),
                    num(f"{moved:,.0f}", "mean change of what is held, without sign: the error of saying that nothing will move"),
                    num(f"{own.crps_km2:,.0f}", f"mean CRPS; {note}"), num(f"{rival.crps_km2:,.0f}", f"“{own.rival}”: {RULES.get(own.rival, own.rival)}"),
                    num(_beside(own.relative), f"nine in ten resampled periods: {_range(own)}"),
                    num(f"{100 * own.coverage[1]:.0f} %", note), signed,
                )
            )  # fmt: skip
    return Table(
        f"The chosen rule, “{hindcast.chosen}”, on months {f'after {_month(hindcast.tuned_to)}' if period == 'later' else f'up to {_month(min(hindcast.tuned_to, max(hindcast.origins)))}'}. "
        f"Areas in km², per place and forecast; record of {hindcast.as_of}.",
        ("place", "months ahead", "forecasts", "moved, mean", "error", "error of the best single rule", "beside it", "in the 80 % range", "middle less outcome"),
        tuple(rows),
    )  # fmt: skip
