"""The report's words on the negotiating record: what the sides' own deeds teach about the judged numbers, and what not.

Every number is of the draws before or after they were weighed by the record, or of single months; each says which. A
record that rests on a few draws is told with a warning, and a number that chance could have moved is told as unmoved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from markupsafe import Markup

from armistice.core.endings import Ending
from armistice.core.history import History
from armistice.core.matched import Learnt, Matched, RecordEvent, Weights
from armistice.core.parameters import TALKS
from armistice.core.war import War
from armistice.history import ANSWER
from armistice.infer.match import CHANCE, TEMPERATURE, weighted_quantiles
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.foretold import foretold_words, public_words, score_table
from armistice.report.words import joined, long_day, num, say
from armistice.show.bargaining import month_index, over_draws, percent_words, range_words
from armistice.show.beliefs import Lead, expected, leads_of, offers_of, side_name
from armistice.show.endings import value_words
from armistice.show.matched import parameter_words
from armistice.show.style import signed_words

FIGURES = ("lesson-ranges", "evidence-timeline", "belief-paths", "termination-scores")
_NAMED = 6
"""Events that are listed."""
_LEAST = 0.01
"""Distance below which an event is not listed."""
_FEW = 50
"""Effective draws below which the ends of a range are rough."""


def tell_lessons(r: Records) -> list[Chapter]:
    """The chapter on what the negotiating record teaches; none where the game was not put in past months."""
    history = r.study.history
    if history is None:
        return []
    pack = r.study.pack
    war, matched = pack.war, history.matched
    judged = pack.game.ranges if pack.game is not None else {}
    leads = leads_of(history, judged)
    forecasts = r.terminations
    beside, table = _beside(war, matched.weights, r.study.ending)
    paragraphs = (
        _done(history), _judgements(), _text(_standing(matched.weights), _taught(war, matched)), _weighty(war, matched), beside,
        _beliefs(war, history, leads), _demands(war, history), foretold_words(history, forecasts), public_words(forecasts), _limits(war, history),
    )  # fmt: skip
    tables = (*table, _all_numbers(war, matched), _paths(war, history, leads), *_offers(war, history, leads), *score_table(history, forecasts))  # fmt: skip
    figures = tuple(name for name in FIGURES if name != "termination-scores" or forecasts)
    lists = tuple(found for found in (_events(war, matched),) if found)
    return [Chapter("lessons", "What the record teaches about each side", paragraphs, figures, tables, lists)]


def _text(*sentences: Markup) -> Markup:
    return Markup(" ").join(s for s in sentences if s)


def _count(number: int, what: str, whats: str) -> str:
    return f"{number} {what if number == 1 else whats}"


# --- what was done ----------------------------------------------------------------------------------------------


def _done(history: History) -> Markup:
    """Which game was put in which months, and what it was held against."""
    kinds = [event.kind for event in history.matched.events]
    months, offers = kinds.count("no settlement"), kinds.count("offered")
    draws = len(history.matched.weights.weight)
    loose = (
        Markup("")
        if history.converged
        else say("In some draws the solution did not come to rest; they are counted with the others and mean nothing by themselves.")
    )  # fmt: skip
    return _text(
        say(
            "The game above rests on judged numbers. Here these are held against what the two sides did. The game was put at the end of every month from {first} to {last}: the front where it then "
            "stood, its pace as the record then had it, and the judged numbers as they are judged today. In each of the {n} draws of these numbers, what happened then had a chance: {m} without a settlement, {k} to texts that "
            "draw a line on the axis, and {o} that a side put forward itself.",
            first=long_day(history.days[0]), last=long_day(history.days[-1]),
            n=num(f"{draws}", "the same draws as in the chapters above, where these were made with as many"),
            m=num(_count(months, "month", "months"), "ends of months on record"),
            k=num(_count(len(kinds) - months - offers, "answer", "answers"), "accepted, refused or countered; conditions and silence are not counted"),
            o=num(_count(offers, "such text", "such texts"), "a side is taken to prefer its own line to fighting on"),
        ),
        say("Draws under which the sides would have done what they did count for more from here on, the others for less. Nothing else is changed."),
        loose,
    )  # fmt: skip


def _judgements() -> Markup:
    """How much a single event can tell, with the reasons."""
    return say(
        "How much an event can tell is itself judged, three times. A side may stray from the game's reckoning by about {t} of the stake, since leaders answer under pressure and see terms that "
        "the game does not; with a gain three times as large it agrees nineteen times in twenty. Where both would gain, talks end the war in {c} of the months, since they take half a year. And an answer or an "
        "offer counts {w} as much as a month without a settlement, since a text is more than its line.",
        t=num(percent_words(TEMPERATURE), "temperature of the logit; a judgement: the price of some ten months of war"),
        c=num(percent_words(CHANCE), f"a judgement; {percent_words(TALKS.low)} to {percent_words(TALKS.high)} would be as defensible"),
        w=num(f"{ANSWER:g} times", "a judgement; its likelihood is raised to this power"),
    )  # fmt: skip


# --- what it teaches --------------------------------------------------------------------------------------------


def _standing(w: Weights) -> Markup:
    """How many draws carry the result, and whether that is enough."""
    draws = len(w.weight)
    carry = num(
        f"{w.effective:.1f} of {draws} draws",
        f"1 / Σ w², the draws that would say as much if all counted alike; {w.status}",
    )
    if w.power == 1:
        told = say("So weighed, {carry} carry the result, with the record at its full weight.", carry=carry)
    elif w.power > 0:
        told = say(
            "At full weight only {full} would carry the result. So the record is given {power} of its weight, with which {carry} do: what is left is too wide rather than too narrow.",
            full=num(f"{w.effective_full:.1f} of {draws}", "effective draws at power 1"), carry=carry,
            power=num(f"{w.power:.2g}", "power to which the likelihood is raised, so that a tenth of the draws counts"),
        )  # fmt: skip
    else:
        told = say(
            "The record rules out some draws altogether; the others count alike, and {carry} carry the result.",
            carry=carry,
        )
    return _text(told, _reliance(w))


def _reliance(w: Weights) -> Markup:
    """What the tail of the weights says of their worth; a warning where they may not be relied on."""
    limit = f"shape of the tail of the weights; they may be relied on up to {w.k_limit:.2f}"
    if np.isneginf(w.pareto_k):
        return say("No draw stands out from the others.")
    if np.isposinf(w.pareto_k):
        return say(
            "A warning: too few draws are possible under the record to tell whether other draws would say the same. What follows is no finding."
        )
    k = num(f"Pareto k {w.pareto_k:.2f}", limit)
    if w.reliable:
        few = ", as far as so few can tell" if w.effective < _FEW else ""
        return say(
            "No handful of draws decides it ({k}), so that other draws from the same ranges would say much the same{few}.",
            k=k, few=few,
        )  # fmt: skip
    return say(
        "A warning: the result rests on a few of the draws ({k}, where at most {most} would do), and other draws from the same ranges might say something else. Read what follows as a sign at most.",
        k=k, most=num(f"{w.k_limit:.2f}", "limit for this number of draws"),
    )  # fmt: skip


def _taught(war: War, matched: Matched) -> Markup:
    """The numbers that moved beyond chance, and that all others stay as judged."""
    if not matched.learnt:
        return say("No number of the game was judged with a range, so there was nothing to teach.")
    taught, total = [x for x in matched.learnt if x.taught], len(matched.learnt)
    level = matched.learnt[0].by_chance
    bar = num(f"{level:.2f}", "largest distance of any number in 95 of 100 records that had nothing to do with it")
    if not taught:
        return say(
            "None of {n} moved farther than chance alone might move one of them (a distance of {bar}): all stay as judged. That does not show them right; it shows that this record cannot tell.",
            n=num(_count(total, "judged number", "judged numbers"), "those with a range"), bar=bar,
        )  # fmt: skip
    lead = say(
        "Of {n}, {k} moved farther than chance alone might move any of them (a distance of {bar}): ",
        n=num(_count(total, "judged number", "judged numbers"), "those with a range"),
        k=num(f"{len(taught)}", "; ".join(parameter_words(war, x.name)[0] for x in taught)), bar=bar,
    )  # fmt: skip
    rest = (
        say("All others stay as judged: the record does not speak of them, or too softly.")
        if len(taught) < total
        else Markup("")
    )
    return _text(lead + joined([_moved(war, x) for x in taught]) + Markup("."), rest)


def _moved(war: War, x: Learnt) -> Markup:
    title, unit = parameter_words(war, x.name)
    note = f"median and 10 to 90 % range; distance moved {x.distance:.2f}"
    return say(
        "{title}, from {before} to {after}{unit}", title=title, before=num(_three(x.prior), f"as judged: {note}"),
        after=num(_three(x.posterior), f"after the record: {note}"), unit=f" ({unit})" if unit else "",
    )  # fmt: skip


def _three(values: tuple[float, float, float]) -> str:
    low, middle, high = map(value_words, values)
    return middle if low == high else f"{middle} ({low} to {high})"


def _all_numbers(war: War, matched: Matched) -> Table:
    rows = []
    for x in matched.learnt:
        title, unit = parameter_words(war, x.name)
        verdict = "beyond chance" if x.taught else "not beyond chance"
        rows.append(
            (title, unit, num(_three(x.prior), "as judged"), num(_three(x.posterior), "after the record"),
             num(f"{x.distance:.2f}", f"largest distance between the two distributions; chance: {x.by_chance:.2f}"), verdict)
        )  # fmt: skip
    return Table(
        "All judged numbers before and after the record: medians with the 10 to 90 % range of the draws, what moved most first",
        ("number", "unit", "as judged", "after the record", "distance", "verdict"), tuple(rows), folded=True,
    )  # fmt: skip


# --- what weighs most -------------------------------------------------------------------------------------------


def _order(matched: Matched) -> list[int]:
    order = np.argsort(-matched.influence, kind="stable")[:_NAMED]
    return [int(i) for i in order if matched.influence[i] >= _LEAST]


def _weighty(war: War, matched: Matched) -> Markup:
    """The event that weighs most, and how months and answers weigh in sum."""
    order = _order(matched)
    if order:
        event = matched.events[order[0]]
        first = say(
            "Of single events the one that moves the ranges most is of {day}: {what}. Without it, the range of some number would lie {far} from where it lies, on a scale from 0 to 1. The list below has {n}, with the sources.",
            day=long_day(event.date), what=_deed(war, event),
            far=num(f"{matched.influence[order[0]]:.2f}", "largest distance between two distributions, 0 to 1"),
            n="this one alone" if len(order) == 1 else f"the first {len(order)}",
        )  # fmt: skip
    else:
        first = say(
            "No single event moves the ranges by {least}.",
            least=num(f"{_LEAST:g}", "largest distance between two distributions, 0 to 1"),
        )
    quiet = np.array([event.kind == "no settlement" for event in matched.events])
    spread = {flag: float(matched.log_likelihood[:, quiet == flag].sum(axis=1).std()) for flag in (True, False)}
    if quiet.all() or not np.isfinite(list(spread.values())).all():
        return first
    if max(spread.values()) < _LEAST:
        return first
    note = "e to the standard deviation, over draws, of the logarithm of its chance"
    both = say(
        "In sum, the chance of all months without a settlement differs from draw to draw by a factor of {months}, that of all answers and offers by {deeds}.",
        months=num(_factor(spread[True]), note), deeds=num(_factor(spread[False]), note),
    )  # fmt: skip
    return _text(first, both)


def _factor(spread: float) -> str:
    """A spread of logarithms as a factor, without false precision where it is large."""
    factor = math.exp(min(spread, 7.0))
    return "more than 1,000" if factor > 1000 else f"{factor:.0f}" if factor >= 10 else f"{factor:.1f}"


_VERBS = {"accepted": "accepts", "refused": "refuses", "offered": "puts forward"}


def _deed(war: War, event: RecordEvent) -> str:
    """What was done, as a clause."""
    if not event.side:
        return event.text.rstrip(".")[:1].lower() + event.text.rstrip(".")[1:]
    what = event.document or "a text"
    return f"{side_name(war, event.side)} {_VERBS.get(event.kind, event.kind)} “{what}”"


def _events(war: War, matched: Matched) -> tuple[Markup, ...]:
    """The events that weigh most, each with its words, its source and its weight."""
    items = []
    for i in _order(matched):
        event = matched.events[i]
        quote = f" ({event.text.rstrip('.')})" if event.side and event.text else ""
        items.append(
            say(
                "{day}: {deed}{quote}. It moves the ranges by {far}. Source: {source}.", day=long_day(event.date), deed=_deed(war, event), quote=quote,
                far=num(f"{matched.influence[i]:.2f}", "largest distance over all numbers between the ranges with and without it"), source=event.source.rstrip("."),
            )
        )  # fmt: skip
    return tuple(items)


# --- with and without -------------------------------------------------------------------------------------------


def _beside(war: War, w: Weights, ending: Ending | None) -> tuple[Markup, tuple[Table, ...]]:
    """What the weights change in the outputs of the game, and the table of it."""
    if ending is None:
        return say("There is no game of today to weigh: what the weights would change in it cannot be told."), ()
    draws = len(w.weight)
    if len(ending.equilibrium.gap) != draws:
        return (
            say(
                "The game of today was solved on {n}, the past on {m}: they are not the same draws, so the weights cannot be put on its results.",
                n=num(_count(len(ending.equilibrium.gap), "draw", "draws"), "of the chapters above"), m=num(f"{draws}", "of this chapter"),
            ),
            (),
        )  # fmt: skip
    table = _table(war, w.weight, ending)
    i = month_index(ending.outlook, 12)
    chances = ending.outlook.p_settlement[:, i]
    told = say(
        "The table puts the weights on what the chapters above say. The mean chance of a settlement within {m} months is {before} as judged and {after} with the weights{tail}.",
        m=int(ending.outlook.months[i]), before=num(percent_words(float(chances.mean())), f"mean of {draws} draws; their range is in the table"),
        after=num(percent_words(float(w.weight @ chances)), f"weighted mean of {draws} draws; their range is in the table"),
        tail="" if w.reliable else "; the warning above holds for every number in its last column",
    )  # fmt: skip
    return told, (table,)


def _table(war: War, weight: np.ndarray, ending: Ending) -> Table:
    a, b, equilibrium, outlook = war.side("a").name, war.side("b").name, ending.equilibrium, ending.outlook
    months = list(dict.fromkeys(month_index(outlook, m) for m in (12, 24, 36)))
    last = months[-1]
    settles = equilibrium.settles.astype(float)
    rows: list[tuple[str | Markup, ...]] = [
        (
            f"chance of a settlement within {int(outlook.months[i])} months",
            *_two(outlook.p_settlement[:, i], weight, True),
        )
        for i in months
    ]
    rows.append(
        ("share of the draws in which they would settle now",
         num(percent_words(float(settles.mean())), "draws with a settlement that suits both"),
         num(percent_words(float(weight @ settles)), "the same, weighed"))
    )  # fmt: skip
    rows += [
        (f"{a} demands at least, share of the stake", *_two(equilibrium.reservation_a, weight)),
        (f"{b} concedes at most, share of the stake", *_two(1 - equilibrium.reservation_b, weight)),
        ("gap between them, share of the stake", *_two(equilibrium.gap, weight)),
        (f"share of {a} where they settle within {int(outlook.months[last])} months", *_two(outlook.expected_share_a[:, last], weight)),
        ("line of a settlement now, steps of the axis", *_two(equilibrium.line, weight, form=_steps)),
        (f"chance of a victory of {a} within {int(outlook.months[last])} months", *_two(outlook.p_victory_a[:, last], weight, True)),
        (f"chance of a victory of {b} within {int(outlook.months[last])} months", *_two(outlook.p_victory_b[:, last], weight, True)),
    ]  # fmt: skip
    return Table(
        f"The game of today with and without the weights: medians over {len(weight)} draws with their 10 to 90 % range; means of chances beside them",
        ("what", "as judged", "weighed by the record"), tuple(rows),
    )  # fmt: skip


def _two(
    values: np.ndarray, weight: np.ndarray, mean: bool = False, form: Callable[[np.ndarray, int], str] = range_words
) -> tuple[Markup, Markup]:
    """A number over draws without and with their weights; draws that have none are left out of both."""
    known = np.isfinite(values)
    counted = known & (weight > 0)
    if not counted.any():
        none = num("none", "does not exist in any draw that counts")
        return none, none
    share = weight[counted] / weight[counted].sum()
    found = (
        ("as judged", over_draws(values[known]), float(values[known].mean())),
        ("weighed by the record", weighted_quantiles(values[counted], share), float(share @ values[counted])),
    )
    left = f"{int(known.sum())} of {len(values)} draws"
    cells = []
    for how, three, middle in found:
        told = form(three, int(known.sum()))
        note = f"{how}; median and 10 to 90 % range of {left}"
        cells.append(num(f"{told}; mean {percent_words(middle)}" if mean else told, note))
    return cells[0], cells[1]


def _steps(three: np.ndarray, draws: int) -> str:
    low, middle, high = (f"{v:.1f}" for v in three)
    return middle if low == high or draws == 1 else f"{middle} ({low} to {high})"


# --- beliefs ------------------------------------------------------------------------------------------------------


def _beliefs(war: War, history: History, leads: Mapping[str, Lead]) -> Markup:
    """What each side expects of the front, where that stood, and that it bends only with the record."""
    a, drift, days = war.side("a").name, history.all_drift, history.all_days
    axis = next((x for x in war.axes if x.id == history.axis), None)
    step = float(np.mean([s.area_km2 for s in axis.steps])) if axis is not None else math.nan
    size = say(" (a step of the axis is {km2} on average)", km2=num(f"{step:,.0f} km²", "mean area of the steps")) if math.isfinite(step) else Markup("")  # fmt: skip
    begin = min(history.unrecorded, len(days) - 1)
    low, high = begin + int(np.argmin(drift[begin:])), begin + int(np.argmax(drift[begin:]))
    record = say(
        "What each side expects. In steps a month towards {a}{size}, the record promised {first} for the year ahead on {from_day}, least on {low_day} ({low}), most on {high_day} ({high}), and {now} now.",
        a=a, size=size, first=_pace(drift[begin]), from_day=long_day(days[begin]), low_day=long_day(days[low]), low=_pace(drift[low]),
        high_day=long_day(days[high]), high=_pace(drift[high]), now=_pace(drift[-1]),
    )  # fmt: skip
    sides = [
        say(
            "{who} is judged to expect {lead} a month more in its own favour than the record shows, {after} once the talks are weighed; so it expects {then} now, or {weighed}.",
            who=side_name(war, side), lead=num(_three(leads[side].prior), "judged lead over the record, steps; median and 10 to 90 % range"),
            after=num(_three(leads[side].posterior), "the same after the record"), then=_pace(expected(history, side, leads[side].prior)[1, -1]),
            weighed=_pace(expected(history, side, leads[side].posterior)[1, -1]),
        )
        for side in "ab"
    ]  # fmt: skip
    return _text(
        record,
        *sides,
        _early(history),
        say("The leads are judged once, for all months: between one month and the next a path bends only where the front did."),
    )  # fmt: skip


def _early(history: History) -> Markup:
    """How far back beliefs are told, on what, and from when on a game stands behind them."""
    if not history.earlier:
        return say(
            "The record here begins on {day}: that hopes began elsewhere, and broke, is not in it.",
            day=long_day(history.days[0]),
        )
    blank = history.unrecorded
    alone = (
        say(
            " Until {day} no month of movement was on record: what is told of those days is the judged lead alone, and not what either side then hoped.",
            day=long_day(history.all_days[blank]),
        )
        if blank
        else Markup("")
    )
    return say(
        "These paths begin on {first}, the day from which the war is counted; games, and with them the weights, only on {game}.{alone}",
        first=long_day(history.earlier[0]), game=long_day(history.days[0]), alone=alone,
    )  # fmt: skip


def _pace(value: float) -> Markup:
    return num(signed_words(float(value), 2), "steps of the axis a month; below 0 the other way")


def _demands(war: War, history: History) -> Markup:
    """What fighting on was worth to both sides in the first month and in the last, by the weights of the record."""
    weight = history.matched.weights.weight
    ask, give = (
        [_share(weighted_quantiles(values[:, month], weight), len(weight)) for month in (0, -1)]
        for values in (history.reservation_a, 1 - history.reservation_b)
    )
    return say(
        "What each would have settled for. By the weights of the record, {a} would in the first of these months have demanded at least {ask0} of the stake, and would now demand {ask1}; {b} would have conceded at most {give0}, and now {give1}. The stake here takes in what {a} has won since, "
        "so that these shares are not those of the chapters above; beyond 0 or 100 per cent they say that defeat is judged to cost more than the land.",
        a=war.side("a").name, b=war.side("b").name, ask0=ask[0], ask1=ask[1], give0=give[0], give1=give[1],
    )  # fmt: skip


def _share(three: np.ndarray, draws: int) -> Markup:
    return num(range_words(three, draws), f"weighed; median and 10 to 90 % range of {draws} draws")


def _paths(war: War, history: History, leads: Mapping[str, Lead]) -> Table:
    """The record's pace and what both sides expect, at the first month, the lowest, the highest and today."""
    drift, days = history.all_drift, history.all_days
    begin = min(history.unrecorded, len(days) - 1)
    low, high = (begin + int(found(drift[begin:])) for found in (np.argmin, np.argmax))
    early = (("first day, nothing on record", 0),) if history.unrecorded else ()
    marked = (*early, ("first on record", begin), ("lowest", low), ("highest", high), ("today", -1))
    rows = []
    for name, at in marked:
        cells = [
            num(
                _signed(expected(history, side, lead)[:, at]),
                f"{side_name(war, side)}, {how}: median and 10 to 90 % range",
            )
            for side in "ab"
            for how, lead in (("as judged", leads[side].prior), ("after the record", leads[side].posterior))
        ]
        rows.append((name, str(days[at]), _pace(drift[at]), *cells))
    heads = [f"{side_name(war, s)} expects, {how}" for s in "ab" for how in ("as judged", "after the talks")]
    return Table(
        f"Movement of the front a month towards {war.side('a').name}, in steps: on record, and as each side expects it",
        ("", "day", "on record", *heads), tuple(rows),
    )  # fmt: skip


def _signed(three: np.ndarray) -> str:
    low, middle, high = (signed_words(float(v), 2) for v in three)
    return middle if low == high else f"{middle} ({low} to {high})"


def _offers(war: War, history: History, leads: Mapping[str, Lead]) -> tuple[Table, ...]:
    """What each side put forward on the line, beside what it then expected; nothing where neither did."""
    rows = []
    for event in offers_of(history):
        at = max(sum(day <= event.date for day in history.all_days) - 1, 0)
        then = expected(history, event.side, leads[event.side].posterior)[:, at]
        note = f"after the record; at the end of the month before, {history.all_days[at]}"
        rows.append((str(event.date), side_name(war, event.side), event.document, event.text, num(_signed(then), note), event.source))  # fmt: skip
    if not rows:
        return ()
    return (
        Table(
            f"What each side put forward on the line, and the movement that it then expected (steps a month towards {war.side('a').name})",
            ("day", "side", "document", "what it says of the line", "expected then", "source"), tuple(rows), folded=True,
        ),
    )  # fmt: skip


# --- limits -----------------------------------------------------------------------------------------------------


def _limits(war: War, history: History) -> Markup:
    axis = next((x.title for x in war.axes if x.id == history.axis), history.axis)
    return say(
        "Engine: the war-termination game at past months, answers by a logit, draws weighed by importance sampling. Its limits: one axis only ({axis}); the judgements of today stand for all months; a text counts by its line alone, though it may be "
        "refused for any other clause; deeds are taken as independent given the numbers, though one refusal often is the echo of another; conditions, silence and what was said in private are not in it. And whoever judged the numbers knew "
        "what the sides had done, so that part of what the record says was in the judgements before it was asked.",
        axis=axis,
    )  # fmt: skip
