"""The chapter on how the front moves: what is on record, what the chosen rule makes of it, and what-ifs as judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
from markupsafe import Markup

from armistice.core.panel import on_day
from armistice.core.posterior import LineEstimate
from armistice.core.results import AxisForecast, Forecast, FrontAhead, PlaceOnAxis, ScenarioFan, StepReach
from armistice.core.war import Range, War
from armistice.infer.ahead import liveliest
from armistice.infer.baseline import monthly_area
from armistice.infer.forecasters import usual_change
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.words import (
    LINE_NOTE,
    between,
    chance,
    engine_words,
    joined,
    listing,
    long_day,
    note_of,
    num,
    pace_words,
    place_words,
    say,
)

Lines = Mapping[str, LineEstimate]
JUMP = 5.0
"""A month is told as a jump where the line moved by this many times the usual movement of a month of today."""
MOST_REGIONS = 3
MOST_PLACES = 6


def tell_ahead(r: Records, ahead: FrontAhead) -> Chapter | None:
    """The chapter, or None where the record of the country is too short to forecast from.

    Parameters
    ----------
    r : Records
    ahead : FrontAhead
        Of the country, the regions that the front crosses, the axes and the scenarios of the pack.
    """
    war = r.study.pack.war
    country = ahead.fronts.get(war.root)
    if country is None:
        return None
    regions = _liveliest(r, ahead)
    paragraphs = [
        Markup(" ").join(_record(r, country)),
        Markup(" ").join(_expected(war, ahead, country)),
        *([Markup(" ").join(_whole(war, ahead, regions, r.lines))] if regions else []),
        *([Markup(" ").join(_places(war, ahead))] if ahead.axes else []),
        *([Markup(" ").join(_what_ifs(war, ahead))] if war.root in ahead.fans else []),
        _limits(),
    ]
    tables = [
        _regions_table(war, ahead, country, r.lines),
        *_places_tables(war, ahead),
        *_scenario_tables(war, ahead, regions),
    ]
    figures = (
        "monthly-gain",
        "control-change",
        "front-ahead-country",
        "front-ahead",
        "time-to-complete",
        *_axis_figures(ahead),
    )
    scenes = ("scenarios-country", "scenarios") if ahead.fans else ()
    return Chapter("front", "How the front moves", tuple(paragraphs), (*figures, *scenes), tuple(tables))


def _liveliest(r: Records, ahead: FrontAhead) -> list[str]:
    """The few regions that are told of: the one the story turns on, then the liveliest."""
    order = liveliest(r.study.pack.war, ahead)
    first = [r.focus] if r.focus in order else []
    return [*first, *(k for k in order if k not in first)][:MOST_REGIONS]


def _axis_figures(ahead: FrontAhead) -> tuple[str, ...]:
    return ("axis-reach", "axis-reach-2")[: len(ahead.axes)]


# --- what is on record ------------------------------------------------------------------------------------------


def _record(r: Records, country: Forecast) -> list[Markup]:
    """Pace, calendar years, jumps and seasons of the country."""
    war, panel = r.study.pack.war, r.study.panel
    a = war.side("a")
    days, area = monthly_area(panel, war.root)
    days, moved = days[np.isfinite(area)][1:], np.diff(area[np.isfinite(area)])
    sentences = [
        say(
            "Net, {a} forces took {one} over the last month, {three} a month over the last three and {twelve} a month over the last twelve{lost}.",
            a=a.adjective, one=pace_words(country, 1), three=pace_words(country, 3), twelve=pace_words(country, 12),
            lost="; a minus says that they lost land" if min(country.pace_km2_per_month[w] for w in (1, 3, 12)) < -0.5 else "",
        )
    ]  # fmt: skip
    years = _years(r)
    if years:
        sentences.append(
            say(
                "Net by calendar year, the first from the day before {baseline}, within {place}: {years}.",
                place=war.regions[war.root].name,
                baseline=long_day(war.baseline),
                years=Markup("; ").join(years),
            )
        )
    usual = usual_change(area[np.isfinite(area)])
    jumps = np.flatnonzero(np.abs(moved) > JUMP * usual)
    sentences.append(_jumps(days, moved, jumps, usual))
    sentences += _seasons(days, moved, int(jumps[-1]) + 1 if len(jumps) else 0)
    redraws = r.study.pack.tables["redraws"]
    if len(redraws):
        sentences.append(
            say(
                "A map can also jump because it was drawn anew: {n} on record which no other map shows; days on which a map was plainly "
                "spoiled are left out, other redraws are marked in the chart and still part of the sums.",
                n=num(f"{len(redraws)} such jump" + ("s are" if len(redraws) > 1 else " is"), _redraw_words(r)),
            )
        )
    return sentences


def _redraw_words(r: Records) -> str:
    rows = r.study.pack.tables["redraws"].head(12).itertuples()
    return "; ".join(f"{x.source} {x.region} {x.date:%Y-%m-%d} {x.change_km2:+,.0f} km²" for x in rows)


def _month_of(day: np.datetime64) -> date:
    """The month that ends on a day of the record, or holds most of it where months are counted from mid-month."""
    end: date = day.astype("datetime64[D]").astype(date)
    return end if end.day > 15 else end - timedelta(days=end.day)


def _years(r: Records) -> list[Markup]:
    """Net movement by calendar year, the first from the day before the baseline day, by the sources that map both ends."""
    war, panel = r.study.pack.war, r.study.panel
    out = []
    for year in range(war.baseline.year, war.as_of.year + 1):
        ends = max(date(year - 1, 12, 31), war.baseline - timedelta(days=1)), min(date(year, 12, 31), war.as_of)
        held = panel["control"].sel(region=war.root, belligerent=panel.attrs["side_a"])
        first, last = (on_day(held, np.datetime64(day)) for day in ends)
        change = {str(s): float(v) for s, v in (last - first).to_series().dropna().items()}
        if change:
            note = note_of(war, change, "{:+,.1f}", "km²", f"net, {year}")
            out.append(
                say("{year} {area}", year=year, area=num(between(list(change.values()), "{:+,.0f}", "km²"), note))
            )
    return out


def _jumps(days: np.ndarray, moved: np.ndarray, jumps: np.ndarray, usual: float) -> Markup:
    note = f"usual size of a month's net change of late: {usual:,.0f} km²; a jump is more than {JUMP:g} times that"
    if not len(jumps):
        return say(
            "In none of {n} months on record did the line jump, that is, move by more than five times the usual month of today.",
            n=num(f"{len(moved)}", note),
        )
    named = [
        say(
            "{month} ({change})",
            month=f"{_month_of(days[k]):%B %Y}",
            change=num(f"{moved[k]:+,.0f} km²", "net, mean of the sources"),
        )
        for k in jumps[np.argsort(-np.abs(moved[jumps]), kind="stable")][:6]
    ]
    return say(
        "In {j} of {n} months on record the line jumped, either way, by more than five times the usual month of today ({usual}): {list}. "
        "The last jump was in {last}; the front has broken and been broken before, so a forecast that rules it out is too sure.",
        j=num(f"{len(jumps)}", note), n=f"{len(moved)}", usual=num(f"{usual:,.0f} km²", note), list=joined(named),
        last=f"{_month_of(days[jumps[-1]]):%B %Y}",
    )  # fmt: skip


def _seasons(days: np.ndarray, moved: np.ndarray, start: int) -> list[Markup]:
    """Summer against winter months since the last jump; nothing where less than two years are on record."""
    months = np.array([_month_of(d).month for d in days[start:]])
    rest = moved[start:]
    summer = (months >= 5) & (months <= 10)
    if len(rest) < 24 or not summer.any() or summer.all():
        return []
    note = f"mean net change of a month, {len(rest)} months from {_month_of(days[start]):%B %Y} on"
    return [
        say(
            "Since {month} the mean month from May to October brought {summer}, from November to April {winter}; so few years do not tell a "
            "season from chance, and the forecast below knows none.",
            month=f"{_month_of(days[start]):%B %Y}", summer=num(f"{rest[summer].mean():+,.0f} km²", note), winter=num(f"{rest[~summer].mean():+,.0f} km²", note),
        )
    ]  # fmt: skip


# --- what the rule says -----------------------------------------------------------------------------------------


def _range(forecast: Forecast, months: int) -> str:
    found = forecast.months[months - 1].quantiles
    return f"{round(found['0.05']):,} to {round(found['0.95']):,}"


def _expected(war: War, ahead: FrontAhead, country: Forecast) -> list[Markup]:
    note, a, b = engine_words(country), war.side("a"), war.side("b")
    sentences = []
    for months in _told_months(country):
        found = country.months[months - 1].quantiles
        sentences.append(
            say(
                "{Within} {months} months of {day} {a} forces would take {mid} in {place}; half of the draws lie between {low} and {high}, nine in ten "
                "between {least} and {most}." if months == _told_months(country)[0] else
                "Within {months} months it would be {mid}; half of the draws lie between {low} and {high}, nine in ten between {least} and {most}.",
                Within="By the rule that has erred least on past months, within", months=months, day=long_day(country.as_of), a=a.adjective,
                place=war.regions[war.root].name,
                mid=num(f"{found['0.5']:,.0f} km²", note), low=num(f"{found['0.25']:,.0f}", note), high=num(f"{found['0.75']:,.0f} km²", note),
                least=num(f"{found['0.05']:,.0f}", note), most=num(f"{found['0.95']:,.0f} km²", note),
            )
        )  # fmt: skip
    fans = ahead.fans.get(war.root)
    if fans and fans[0].p_lost:
        last = max(fans[0].p_lost)
        sentences.append(
            say(
                "The chance that {b} then holds more than today is {p}.",
                b=b.name, p=num(chance(fans[0].p_lost[last]), f"share of draws in which side A holds less after {last} months; {note}"),
            )
        )  # fmt: skip
    return sentences


def _told_months(forecast: Forecast) -> list[int]:
    return [m for m in (12, 24) if m <= len(forecast.months)] or [len(forecast.months)]


def _whole(war: War, ahead: FrontAhead, regions: list[str], lines: Lines) -> list[Markup]:
    """How long until the regions are taken whole, the chance of not within the horizon first of all."""
    out = []
    for region in regions:
        f = ahead.fronts[region]
        n, note = len(f.months), engine_words(f)
        late = 1 - f.months[-1].p_complete
        place = war.regions[region]
        quantiles = [(k, v) for k, v in sorted(f.months_to_complete.items()) if v is not None]
        text = say(
            "Of {place}, {left} are left{line}; the chance that they are not all taken within {n} months is {late}",
            place=place_words(place.name, place.level), left=num(f"{f.left_km2:,.0f} km²", f"mean of the sources, {f.as_of}"), n=n,
            line=_left(war, lines, region),
            late=num(chance(late), f"a region counts as taken from 99.5 per cent of its area on; {note}"),
        )  # fmt: skip
        if quantiles:
            share, months = quantiles[-1]
            text += say(
                "; {share} of the draws see it taken within {months}",
                share=num(f"{share} per cent", note), months=num(f"{months:.0f} months", note),
            )  # fmt: skip
        out.append(text + ".")
    return out


def _left_range(war: War, lines: Lines, region: str) -> str:
    """How much is left beyond the true line; empty where that is not known."""
    if region not in lines:
        return ""
    left = lines[region].beyond(war.regions[region].area_km2)
    return f"{left.low:,.0f} to {left.high:,.0f}"


def _left(war: War, lines: Lines, region: str) -> Markup:
    """The same in brackets."""
    found = _left_range(war, lines, region)
    return (
        say(" (by the true line {range}, four chances in five)", range=num(found, LINE_NOTE)) if found else Markup("")
    )


def _left_note(war: War, lines: Lines, region: str) -> str:
    """The same as part of a note."""
    found = _left_range(war, lines, region)
    return f"; by the true line {found}, four chances in five" if found else ""


def _regions_table(war: War, ahead: FrontAhead, country: Forecast, lines: Lines) -> Table:
    marks = _told_months(country)
    rows = []
    for region in [war.root, *liveliest(war, ahead)]:
        f = ahead.fronts[region]
        note = engine_words(f)
        even = f.months_to_complete.get(50)
        rows.append(
            (
                war.regions[region].name, num(f"{f.left_km2:,.0f}", f"mean of the sources, {f.as_of}{_left_note(war, lines, region)}"),
                *(num(f"{f.pace_km2_per_month[w]:+,.0f}", f"net change a month over {w} months, mean of the sources") for w in (3, 12)),
                *(num(f"{round(f.months[m - 1].quantiles['0.5']):,} ({_range(f, m)})", note) for m in marks),
                *(num(chance(f.months[m - 1].p_complete), note) for m in marks),
                num(f"{even:.0f} months", note) if even is not None else f"not within {len(f.months)} months",
            )
        )  # fmt: skip
    return Table(
        f"What the chosen rule gives, as of {country.as_of}: central value and, in brackets, nine draws in ten. Areas in km².",
        ("where", "left", "pace, 3 months", "pace, 12 months", *(f"taken in {m} months" for m in marks),
         *(f"taken whole within {m} months" for m in marks), "even odds of whole"),
        tuple(rows),
    )  # fmt: skip


# --- places -----------------------------------------------------------------------------------------------------


def _on_steps(axis: AxisForecast) -> list[tuple[StepReach, PlaceOnAxis]]:
    found = [(s, p) for s in axis.reach for p in s.places]
    largest = sorted(found, key=lambda x: -x[1].people)[:MOST_PLACES]
    return sorted(largest, key=lambda x: (x[0].step, -x[1].people))


def _reach_words(step: StepReach, months: int) -> str:
    """The chance for a place on a step: between the step's near end and its far end."""
    low, high = chance(step.passed[months]), chance(step.reached[months])
    return low if low == high else f"{low.removesuffix(' %')} to {high}" if low[0].isdigit() else f"{low} to {high}"


def _places(war: War, ahead: FrontAhead) -> list[Markup]:
    out = []
    for axis in ahead.axes.values():
        title = next(a.title for a in war.axes if a.id == axis.axis)
        note = f"{axis.engine}; steps of about {axis.step_km2:,.0f} km²; {axis.origins} months of record, as of {axis.as_of}"
        marks = [m for m in (12, 24) if axis.reach and m in axis.reach[0].reached]
        told = _on_steps(axis)
        if not marks:
            continue
        if not told:
            out.append(
                say(
                    "On the axis {title} no listed place could be put on a step, so that steps alone are told.",
                    title=title,
                )
            )
        else:
            named = [
                say(
                    "{place}{country} {p}",
                    place=p.name, country=f" ({war.side(p.owner).name})" if len({x.owner for _, x in told}) > 1 else "", p=num(_reach_words(s, marks[-1]), note),
                )
                for s, p in sorted(told, key=lambda x: -x[1].people)[:3]
            ]  # fmt: skip
            out.append(
                say(
                    "On the axis {title} the chance that the line comes to the land around a place within {n} months is: {list}.",
                    title=title, n=marks[-1], list=joined(named),
                )
            )  # fmt: skip
        out += _barrier(war, axis, marks[-1], note)
    return out


def _barrier(war: War, axis: AxisForecast, months: int, note: str) -> list[Markup]:
    if not axis.barriers:
        return []
    first = axis.barriers[0]
    at = next((s for s in axis.reach if s.step == first), None)
    if at is None:
        return []
    steps = next(a for a in war.axes if a.id == axis.axis).steps
    push = next(s.barrier for s in steps if s.number == first)
    judged = "column barrier of axis.csv; a judgement of the pack"
    return [
        say(
            "From step {k} on a barrier takes {push} a month off any advance; the chance that the line comes up to it within {n} months is {up}, "
            "and over its first step {over}.",
            k=first, push=num(f"{-push * axis.step_km2:,.0f} km²", judged), n=months, up=num(chance(at.reached[months]), note),
            over=num(chance(at.passed[months]), note),
        )
    ]  # fmt: skip


def _places_tables(war: War, ahead: FrontAhead) -> list[Table]:
    out = []
    for axis in ahead.axes.values():
        told = _on_steps(axis)
        if not told or not told[0][0].reached:
            continue
        marks = list(told[0][0].reached)
        note = f"{axis.engine}; as of {axis.as_of}"
        title = next(a.title for a in war.axes if a.id == axis.axis)
        rows = tuple(
            (
                p.name,
                war.side(p.owner).name,
                f"{p.people:,.0f}",
                f"{s.step}",
                *(num(_reach_words(s, m), note) for m in marks),
            )
            for s, p in told
        )
        out.append(
            Table(
                f"{title}: chance that the line comes to the step of about {axis.step_km2:,.0f} km² on which a place lies, from its far to its near end; "
                f"{axis.position:.1f} steps are held on {axis.as_of}. People as listed, at the last count where that is what was listed.",
                ("place", "country", "people", "step", *(f"within {m} months" for m in marks)), rows,
            )
        )  # fmt: skip
    return out


# --- what-ifs ---------------------------------------------------------------------------------------------------


def _what_ifs(war: War, ahead: FrontAhead) -> list[Markup]:
    fans = ahead.fans[war.root]
    last = max(fans[0].p_lost, default=len(fans[0].forecast.months))
    parts = [
        say(
            "{title}: {change} against {mid} as it is" if number == 0 else "{title}: {change}",
            title=f.scenario.title, change=num(_signed(f.difference_km2.get(last, 0.0)), _judged_words(f)),
            mid=num(f"{fans[0].forecast.months[last - 1].quantiles['0.5']:,.0f} km²", engine_words(fans[0].forecast)),
        )
        for number, f in enumerate(fans[1:])
        if f.scenario is not None
    ]  # fmt: skip
    return [
        say(
            "What would change it? Each what-if multiplies the same draws by a factor that somebody judged; the numbers say what follows from the judgement, "
            "not what is likely. By {n} months, the middle change in the land taken: {list}.",
            n=last, list=Markup("; ").join(parts),
        )
    ]  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:+,.0f} km²"


def _spread(judged: Range) -> str:
    if judged.low == judged.high:
        return f"{judged.central:g}"
    return f"{judged.low:g} – {judged.central:g} – {judged.high:g}"


def _judged_words(fan: ScenarioFan) -> str:
    assert fan.scenario is not None, "only what-ifs are judged"
    s = fan.scenario
    text = f"pace × {_spread(s.pace)}, {s.pace.source}"
    if s.recapture is not None:
        text += f"; retaken a month, in usual months: {_spread(s.recapture)}, {s.recapture.source}"
    return text


def _scenario_tables(war: War, ahead: FrontAhead, regions: list[str]) -> list[Table]:
    """One table for the country and one for the first of the regions."""
    out = []
    for region in [war.root, *regions[:1]]:
        fans = ahead.fans.get(region)
        if not fans:
            continue
        marks = _told_months(fans[0].forecast)
        rows = tuple(_scenario_row(f, marks) for f in fans)
        out.append(
            Table(
                f"What-ifs: {war.regions[region].name}, land taken in km², central value and nine draws in ten. Factors are judged, low – central – high; the "
                "reason is the note of the factor.",
                ("what if", "from month", "driver", "factor on pace", "retaken, usual months", *(f"taken in {m} months" for m in marks),
                 f"chance of less than today in {marks[-1]} months", f"taken whole within {marks[-1]} months"),
                rows, folded=region != war.root,
            )
        )  # fmt: skip
    return out


def _scenario_row(fan: ScenarioFan, marks: list[int]) -> tuple[str | Markup, ...]:
    f, s, note = fan.forecast, fan.scenario, engine_words(fan.forecast)
    head: tuple[str | Markup, ...] = ("as it is", "", "", "", "")
    if s is not None:
        back = num(_spread(s.recapture), s.recapture.source) if s.recapture is not None else "0"
        head = (s.title, f"{s.from_month}", listing(s.drivers), num(_spread(s.pace), s.pace.source), back)
    taken = (num(f"{round(f.months[m - 1].quantiles['0.5']):,} ({_range(f, m)})", note) for m in marks)
    lost = fan.p_lost.get(marks[-1])
    return (
        *head, *taken, num(chance(lost), note) if lost is not None else "", num(chance(f.months[marks[-1] - 1].p_complete), note),
    )  # fmt: skip


def _limits() -> Markup:
    return say(
        "The rule sees the record of land and nothing else: no reserves, weather, rivers (but for the barriers named), new weapons or decisions. Its draws keep the "
        "jumps of the past in their tails, so that its outer range is wide on purpose. A chance told for a place is one for the land around it: nothing here says "
        "where units are or which street is held. How the rule has fared on past months is told in the chapter on how far one can see."
    )
