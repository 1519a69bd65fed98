"""The report's words: paragraphs in plain English, made from the records, every number with its source.

No sentence holds a number of its own: each comes from a record, carries its unit, and shows on hover or focus
which source says what, on which day.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr
from markupsafe import Markup, escape

from armistice.core.panel import MAP_REACH, on_day
from armistice.core.war import Issue
from armistice.report.ahead import tell_ahead
from armistice.report.bargain import tell_game
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.foresight import foresight
from armistice.report.lessons import tell_lessons
from armistice.report.markets import tell_markets
from armistice.report.past import tell_past
from armistice.report.settle import tell_settled, unsettled
from armistice.report.theory import tell_theory
from armistice.report.words import (
    between,
    capital,
    count_words,
    joined,
    line_clause,
    line_words,
    listing,
    long_day,
    months_words,
    none_or,
    note_of,
    num,
    pace_words,
    people_range,
    place_words,
    say,
)
from armistice.show.positions import distance, latest_positions, stated_positions

NO_GAP = "–"
"""Where one side has stated nothing, so that no distance can be told."""


def tell(records: Records) -> list[Chapter]:
    """All chapters of the report, in order; a chapter without data is left out."""
    chapters = [
        _opening(records), _holdings(records), _people(records), tell_ahead(records, records.study.ahead),
        _foresight(records), _losses(records), tell_markets(records), _aid(records), _demands(records), _talks(records), *tell_game(records),
        *tell_lessons(records), tell_past(records), *tell_settled(records), *tell_theory(records), _claims(records), _unknown(records),
    ]  # fmt: skip
    return [c for c in chapters if c is not None]


def _foresight(r: Records) -> Chapter | None:
    return None if r.hindcast is None else foresight(r.study, r.hindcast)


# --- readings of the panel --------------------------------------------------------------------------------


def held(panel: xr.Dataset, region: str, day: date, side: str, name: str = "control") -> dict[str, float]:
    """What each source says is held on a day, by its map of that day or of the seven days before."""
    last = on_day(panel[name].sel(region=region, belligerent=side), np.datetime64(day))
    return {str(s): float(v) for s, v in zip(last["source"].values, last.values, strict=True) if np.isfinite(v)}


def change(panel: xr.Dataset, region: str, start: date, end: date, side: str) -> dict[str, float]:
    """Net area taken between two days, by each source that maps both."""
    first, last = held(panel, region, start, side), held(panel, region, end, side)
    return {s: last[s] - first[s] for s in last if s in first}


# --- chapters ---------------------------------------------------------------------------------------------


def _opening(r: Records) -> Chapter:
    war, panel = r.study.pack.war, r.study.panel
    a, b = war.side("a"), war.side("b")
    whole = war.regions[war.root]
    day = war.as_of
    total = held(panel, war.root, day, a.id)
    shares = {s: 100 * v / whole.area_km2 for s, v in total.items()}
    paragraphs = []
    if total:
        paragraphs.append(
            say(
                "On {day}, {a} forces held {share} of {country}: {area}. {sources}{line}",
                day=long_day(day), a=a.adjective, country=whole.name, sources=_maps(len(total)),
                share=num(between(list(shares.values()), "{:.1f}", "per cent"), note_of(war, shares, "{:.2f}", "per cent", str(day))),
                area=num(between(list(total.values()), "{:,.0f}", "km²"), note_of(war, total, "{:,.0f}", "km²", str(day))),
                line=Markup(" ") + say("By the true line, which no map shows, it was {area}.", area=line_clause(r.lines[war.root])),
            )
        )  # fmt: skip
    if r.contested:
        focus = war.regions[r.focus]
        left = held(panel, r.focus, day, b.id)
        part = {s: 100 * v / focus.area_km2 for s, v in left.items()}
        forecast = r.study.forecasts.get(r.focus)
        if left and forecast is not None:
            paragraphs.append(
                say(
                    "In {focus} {b} forces still held {part} of the region, {left}; by the true line, {line}. At the pace of the "
                    "last twelve months, {pace} a month, the rest would take {months}; but a pace has seldom lasted, and the "
                    "chapters on the front say what is expected instead, and how such forecasts have fared.",
                    focus=place_words(focus.name, focus.level), b=b.adjective,
                    part=num(between(list(part.values()), "{:.1f}", "per cent"), note_of(war, part, "{:.2f}", "per cent", str(day))),
                    left=num(between(list(left.values()), "{:,.0f}", "km²"), note_of(war, left, "{:,.0f}", "km²", str(day))),
                    line=line_words(r.lines[r.focus].beyond(focus.area_km2)),
                    pace=pace_words(forecast, 12), months=months_words(forecast, 12),
                )
            )  # fmt: skip
    contradicted = [v for v in r.verdicts if v.verdict == "contradicted"]
    if r.verdicts:
        checked = [v for v in r.verdicts if v.verdict != "not checkable"]
        unchecked = len(r.verdicts) - len(checked)
        paragraphs.append(
            say(
                "Of {n} published numbers about this war that could be checked against the record, {c} contradicted by it{x}. All are listed below with the reason.",
                n=num(f"{len(checked)}", f"of {len(r.verdicts)} claims in the pack"),
                c=num(
                    f"{none_or(len(contradicted))} {'is' if len(contradicted) < 2 else 'are'}",
                    "; ".join(f"{v.claimant}: {v.text}" for v in contradicted) or "none",
                ),
                x=say(
                    "; {n} more could not be checked",
                    n=num(f"{unchecked}", "the table of claims gives the reason for each"),
                )
                if unchecked
                else "",
            )
        )
    return Chapter("opening", "", tuple(paragraphs), ("control-map",))


def _maps(sources: int) -> str:
    if sources == 1:
        return "One source maps it; nothing here tells how far another would differ."
    return "The sources are rival maps drawn by different people; where they differ, this page gives the range and names them."


def _holdings(r: Records) -> Chapter:
    war, panel = r.study.pack.war, r.study.panel
    a, b = war.side("a"), war.side("b")
    rows = []
    for region in r.contested:
        place = war.regions[region]
        mine, theirs = held(panel, region, war.as_of, a.id), held(panel, region, war.as_of, b.id)
        year = change(panel, region, war.as_of - timedelta(days=365), war.as_of, a.id)
        if mine:
            shares = [100 * v / place.area_km2 for v in mine.values()]
            rows.append(
                (
                    place.name,
                    num(between(shares, "{:.1f}", "%"), note_of(war, mine, "{:,.0f}", "km²", str(war.as_of))),
                    num(
                        between(list(mine.values()), "{:,.0f}", ""),
                        note_of(war, mine, "{:,.1f}", "km²", str(war.as_of)),
                    ),
                    line_words(r.lines[region], ""),
                    num(
                        between(list(theirs.values()), "{:,.0f}", ""),
                        note_of(war, theirs, "{:,.1f}", "km²", str(war.as_of)),
                    ),
                    num(
                        between(list(year.values()), "{:+,.0f}", ""),
                        note_of(war, year, "{:+,.1f}", "km²", "twelve months"),
                    )
                    if year
                    else "no map",
                )
            )
    table = Table(
        f"Regions crossed by the line on {war.as_of}; ranges are between sources, and of the true line four chances in five. Areas in km².",
        (
            "region",
            f"share held by {a.adjective} forces",
            f"{a.adjective} forces",
            f"{a.adjective} forces, by the true line",
            f"{b.name}",
            "change in twelve months",
        ),
        tuple(rows),
    )
    abroad = [x for x in war.regions.values() if x.level == 1 and x.owner == "a"]
    beyond = {x: held(panel, x.id, war.as_of, b.id) for x in abroad if x.id in panel["region"].values}
    beyond = {k: v for k, v in beyond.items() if v and max(v.values()) > 1}
    wholly = [war.regions[x].name for x in r.held_whole]
    sentences = [
        say(
            "The line runs through {n} of the regions of {country}.",
            n=num(
                f"{len(r.contested)}",
                f"regions of which between 0.5 and 99.5 per cent is held by {a.adjective} forces, by the mean of the sources",
            ),
            country=war.regions[war.root].name,
        )
    ]
    if wholly:
        sentences.append(say("Held as a whole: {names}.", names=listing(wholly)))
    for place, values in beyond.items():
        sentences.append(
            say(
                "Beyond the border, in {name}, {b} forces held {area}; by the true line, {line}.", name=place.name, b=b.adjective,
                line=line_words(r.lines[place.id].beyond(place.area_km2)),
                area=num(between(list(values.values()), "{:,.0f}", "km²"), note_of(war, values, "{:,.1f}", "km²", str(war.as_of))),
            )
        )  # fmt: skip
    if "borders" in war.notes:
        sentences.append(escape(war.notes["borders"]))
    return Chapter(
        "holdings", "Who holds what", (Markup(" ").join(sentences),), ("area-by-region", "area-held"), (table,)
    )


def _people(r: Records) -> Chapter | None:
    war, panel = r.study.pack.war, r.study.panel
    a, b = war.side("a"), war.side("b")
    sentences = []
    for region, side, phrase in (
        (war.root, a, "In the part of {place} held by {name} forces"),
        (r.focus, b, "In the part of {place} still held by {name}"),
    ):
        low = held(panel, region, war.as_of, side.id, "people_low")
        high = held(panel, region, war.as_of, side.id, "people_high")
        if not low:
            continue
        values = [*low.values(), *high.values()]
        note = "; ".join(f"{war.sources[s].producer}: {low[s]:,.0f} to {high[s]:,.0f}" for s in low)
        place = war.regions[region]
        sentences.append(
            say(
                phrase + " lived {people} at the last count.",
                place=place_words(place.name, place.level), name=side.adjective if side is a else side.name,
                people=num(people_range(values), note + f" ({war.as_of}; population of the count, not of today)"),
            )
        )  # fmt: skip
    if not sentences:
        return None
    if any(region.level == 3 for region in war.regions.values()):
        sentences.append(
            say(
                "Where the line cuts a community its people are split in two ways, by land and by where its towns and villages lie; "
                "the range covers both."
            )
        )
    if "population" in war.notes:
        sentences.append(escape(war.notes["population"]))
    sentences += _assets(r)
    return Chapter("people", "Who lived there", (Markup(" ").join(sentences),), ("density-map",))


def _assets(r: Records) -> list[Markup]:
    """How many of the listed mines, plants and the like lie in the land held, by source."""
    war, rows = r.study.pack.war, r.study.pack.observations
    listed = len(r.study.pack.tables["assets"])
    day = np.datetime64(war.as_of, "s")
    near = (rows["start"] <= day) & (rows["end"] > day - np.timedelta64(MAP_REACH, "D"))
    own = rows[(rows["quantity"] == "assets") & (rows["belligerent"] == war.side("a").id) & near]
    last = own.sort_values("end").groupby(["source", "region"])["value"].last()
    if last.empty:
        return []
    held_ = {str(s): float(v) for s, v in last.groupby("source").sum().items()}
    return [
        say(
            "Of {n} listed mines, plants, power stations and terminals, {held} lie in land held by {a} forces; the list tells what stood "
            "there before most of the damage was recorded.",
            n=num(f"{listed}", "assets.csv of the pack"),
            held=num(
                between(list(held_.values()), "{:.0f}", ""), note_of(war, held_, "{:.0f}", "assets", str(war.as_of))
            ),
            a=war.side("a").adjective,
        )
    ]


def _losses(r: Records) -> Chapter | None:
    war, panel = r.study.pack.war, r.study.panel
    sentences = []
    kinds = {
        "losses_personnel": "killed and wounded", "losses_with_captured": "killed, wounded, captured and missing", "losses_dead_named": "dead by name", "losses_dead_estimated": "dead by estimate",
        "losses_missing_named": "missing by name", "losses_equipment": "items of heavy equipment",
    }  # fmt: skip
    for side in (war.side("a"), war.side("b")):
        found = []
        for quantity, words in kinds.items():
            if quantity not in panel:
                continue
            series = panel[quantity].sel(belligerent=side.id)
            for source in panel["source"].values:
                known = series.sel(source=source).dropna("time")
                if known.sizes["time"]:
                    day = str(known["time"].values[-1])[:10]
                    producer = war.sources[str(source)].producer
                    found.append(
                        say(
                            "{n} {words} ({who})",
                            n=num(f"{float(known[-1]):,.0f}", f"{producer}, up to {day}"),
                            words=words,
                            who=producer,
                        )
                    )
        if found:
            sentences.append(say("{name}: ", name=capital(side.name)) + Markup("; ").join(found) + Markup("."))
    if not sentences:
        return None
    sentences += _what_losses_are(r)
    return Chapter("losses", "What it has cost", (Markup(" ").join(sentences),), ("losses",))


def _what_losses_are(r: Records) -> list[Markup]:
    """What the numbers of losses that the panel has do and do not count."""
    panel, words = r.study.panel, []
    if "losses_personnel" in panel or "losses_with_captured" in panel:
        words.append("claims and estimates of killed and wounded are not counts of the dead")
    if "losses_with_captured" in panel:
        words.append("where captured and missing are counted, many of them came back")
    if "losses_dead_named" in panel or "losses_missing_named" in panel:
        words.append("lists of names are always too short")
    if "losses_equipment" in panel:
        words.append("equipment is counted where a picture of it was found")
    return [say("These numbers do not measure the same thing: {words}.", words="; ".join(words))] if words else []


def _aid(r: Records) -> Chapter | None:
    war, panel = r.study.pack.war, r.study.panel
    kinds = [k for k in ("aid_military", "aid_financial", "aid_humanitarian") if k in panel]
    if not kinds:
        return None
    b = war.side("b")
    sentences = []
    for year in (war.as_of.year - 1, war.as_of.year):
        parts = []
        for kind in kinds:
            flows = panel[kind].sel(belligerent=b.id).sel(time=slice(f"{year}-01-01", f"{year}-12-31"))
            by_source = {str(s): flows.sel(source=s).dropna("time") for s in flows["source"].values}
            by_source = {s: v for s, v in by_source.items() if v.sizes["time"]}
            for source, v in by_source.items():
                note = f"{war.sources[source].producer}: sum of {v.sizes['time']} months to {str(v['time'].values[-1])[:7]}"
                parts.append(
                    say(
                        "{n} {kind}",
                        n=num(f"{float(v.sum()) / 1000:,.1f} billion euros", note),
                        kind=kind.removeprefix("aid_"),
                    )
                )
        if parts:
            sentences.append(
                say("In {year}, as far as published, {b} was allocated ", year=year, b=b.name)
                + joined(parts)
                + Markup(" aid.")
            )
    return Chapter(
        "aid", "Who helps, and how much", (Markup(" ").join(sentences),), ("aid-by-month", "aid-by-donor", "donor-map")
    )


def _demands(r: Records) -> Chapter | None:
    war = r.study.pack.war
    positions = r.study.pack.tables["positions"]
    if positions.empty or not war.issues:
        return None
    a, b = war.side("a"), war.side("b")
    rows = []
    for issue in (i for i in war.issues if not i.minor):
        stated = stated_positions(war, positions, issue.id)
        last = {side: own.iloc[-1] for side in ("a", "b") if len(own := stated[stated["side"] == side])}
        left = distance(latest_positions(war, positions, issue.id))
        if last:
            gap = NO_GAP if left is None else f"{left:.2f}"
            rows.append((issue.title, _stated(last.get("a"), issue), _stated(last.get("b"), issue), gap))
    table = Table(
        f"Latest stated position of each side by issue, as of {war.as_of}. Distance runs from 0 (no gap) to 1 (the whole scale); the scale is a judgement.",
        ("issue", a.name, b.name, "distance"),
        tuple(rows),
    )
    closed = [row for row in rows if row[3] == "0.00"]
    open_ = sorted((row for row in rows if row[3] not in (NO_GAP, "0.00")), key=lambda row: -float(row[3]))
    sentences = [
        say(
            "Both sides have spoken on {n}. Their latest stated positions meet or cross on {c} of them{widest}.",
            n=num(
                count_words(len(closed) + len(open_), "main issue"), "issues on which both sides have a coded position"
            ),
            c=num(none_or(len(closed)), "; ".join(str(row[0]) for row in closed) or "none"),
            widest="; the widest gaps are on " + listing([str(row[0]) for row in open_[:4]]) if open_ else "",
        ),
        say(
            "Positions are coded from published texts and reports of leaked ones; how far apart two options lie is a judgement, written down in the pack."
        ),
    ]
    hard = [line for line in war.red_lines if line.hard]
    if hard:
        sentences.append(
            say(
                "{n} red lines rest on a side's own constitution or law; all others are treated as costs, not walls.",
                n=num(
                    f"{len(hard)}",
                    "; ".join(f"{war.side(x.side).name}, {war.issue(x.issue).title}: {x.source}" for x in hard),
                ),
            )
        )
    return Chapter(
        "demands",
        "What each side demands",
        (Markup(" ").join(sentences),),
        ("distances", "convergence", "positions-on-land", "positions"),
        (table,),
    )


def _talks(r: Records) -> Chapter | None:
    war = r.study.pack.war
    events = r.study.pack.tables["events"]
    responses = r.study.pack.tables["responses"]
    if events.empty:
        return None
    recent = events.sort_values("date").tail(12)
    items = tuple(
        say(
            "{day}: {text}",
            day=num(f"{e.date:%Y-%m-%d}", f"{e.source} (basis: {e.basis})"),
            text=f"{e.title}. {e.text}" if e.text else e.title,
        )
        for e in recent.itertuples()
    )
    counts = responses["response"].value_counts()
    sentence = say(
        "The record holds {n} answers to proposals: {list}. The last events are listed under the chart; the source of each is on its date.",
        n=num(f"{len(responses)}", "responses.csv of the pack"),
        list=listing([f"{count} {name}" for name, count in counts.items()]),
    )
    return Chapter("talks", "How the talks have gone", (sentence,), ("timeline",), lists=(items,)) if war else None


def _claims(r: Records) -> Chapter | None:
    if not r.verdicts:
        return None

    def rows(verdict: str) -> tuple[tuple[str | Markup, ...], ...]:
        own = sorted((v for v in r.verdicts if v.verdict == verdict), key=lambda v: v.published)
        return tuple((v.text, f"{v.claimant}, {v.published}", v.why) for v in own)

    captions = {
        "contradicted": "Contradicted by the record",
        "not checkable": "Not checkable, and why",
        "within the spread of sources": "Within the spread of the sources",
        "holds": "Hold",
    }
    tables = tuple(
        Table(f"{caption}: {len(found)}", ("claim", "by, on", "finding"), found, folded=verdict != "contradicted")
        for verdict, caption in captions.items()
        if (found := rows(verdict))
    )
    text = say(
        "A claim holds if it agrees with every source to the precision of its own wording; it lies within the spread if the sources "
        "themselves disagree around it; it is contradicted if it lies outside what any of them shows. Both sides are held to the same rule."
    )
    return Chapter("claims", "Which published claims hold", (text,), ("claims",), tables)


def _unknown(r: Records) -> Chapter:
    war, panel = r.study.pack.war, r.study.panel
    items = []
    total = panel["control"].sel(region=war.root, belligerent=panel.attrs["side_a"])
    for source in panel["source"].values:
        known = total.sel(source=source).dropna("time")
        if not known.sizes["time"]:
            continue
        days = known["time"].values.astype("datetime64[D]")
        missing = int((days[-1] - days[0]).astype(int)) + 1 - len(days)
        items.append(
            say(
                "{who}: maps from {first} to {last}; {n} without one.",
                who=war.sources[str(source)].producer, first=long_day(days[0].astype(date)), last=long_day(days[-1].astype(date)),
                n=num(f"{count_words(missing, 'day')} in between" if missing else "no day in between", "days without a map are left as gaps"),
            )
        )  # fmt: skip
    for key in ("grey_zone", "scope"):
        if key in war.notes:
            items.append(escape(war.notes[key]))
    positions = r.study.pack.tables["positions"]
    if len(positions):
        counts = positions["basis"].value_counts()
        recalled = int(counts.get("memory", 0) + counts.get("mixed", 0))
        items.append(
            say(
                "Of {n}, {m} wholly or partly on memory, marked so in the pack.",
                n=num(count_words(len(positions), "coded position"), "positions.csv"),
                m=num(f"{'all' if recalled == len(positions) else none_or(recalled)} {'rests' if recalled == 1 else 'rest'}", "basis memory or mixed"),
            )
        )  # fmt: skip
    if r.study.no_ending:
        items.append(say("Nothing is computed here of what the sides would settle for: {why}.", why=r.study.no_ending))
    items += [sentence for sentence in (unsettled(r),) if sentence]
    items.append(
        say(
            "What either side privately expects or would accept is not observed by anybody; the saliences and acceptable ranges in the pack are judgements."
        )
    )
    return Chapter("unknown", "What is not known", (), lists=(tuple(items),))


# --- phrases ----------------------------------------------------------------------------------------------


def _stated(row: pd.Series | None, issue: Issue) -> str | Markup:
    """A stated position as the labels of its options, with the document that states it as the note."""
    if row is None:
        return "nothing stated"
    labels = {o.value: o.label for o in issue.options}
    text = labels[row["low"]] if row["low"] == row["high"] else f"{labels[row['low']]} — to — {labels[row['high']]}"
    return num(text, f"{row['document']}, {row['date']:%Y-%m-%d}; {row['source']} (basis: {row['basis']})")
