"""Which record each figure is drawn from; the report and the command line draw the same ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from armistice.claims import check_claims
from armistice.core.durations import PastWars
from armistice.core.endings import Ending
from armistice.core.errors import QueryError
from armistice.core.history import History
from armistice.core.posterior import LineEstimate
from armistice.core.results import Verdict
from armistice.core.scores import Hindcast
from armistice.core.termination import TerminationForecast
from armistice.data.convergence import convergence
from armistice.data.pack import Pack
from armistice.forecasting import termination_forecasts
from armistice.hindcast import run_hindcast
from armistice.infer.ahead import liveliest
from armistice.infer.line import Biases, learn_biases, line_over, lines_of, listed_redraws
from armistice.past.own import OwnPast, base_rate_of, past_of_pack
from armistice.report.draft_figures import DRAFT_FIGURES, DraftMaker
from armistice.settling import Settled
from armistice.show import (
    ahead,
    aid,
    bargaining,
    beliefs,
    converge,
    deals,
    endings,
    losses,
    maps,
    markets,
    matched,
    past,
    scores,
    series,
    talks,
)
from armistice.show.ground import Ground
from armistice.show.style import ENDINGS, Figure, save_figure
from armistice.study import WHOLE, Study, contested_regions, shares_of_a

Found = TypeVar("Found")


def ground_of(pack: Pack) -> Ground:
    """What maps of a pack are drawn on."""
    path = pack.path / "outlines.geojson"
    outlines = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"features": []}
    tables = pack.tables
    return Ground(tables["cells"], tables["control_cells"], tables["places"], tables["assets"], outlines)


@dataclass(frozen=True)
class Records:
    """A study with what the figures and the story ask of it more than once."""

    study: Study
    since: date | None = None
    kept: Path | None = None
    progress: Callable[[str, float], None] = lambda what, share: None

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Published claims beside the record."""
        return check_claims(self.study.pack, self.study.panel)

    @cached_property
    def contested(self) -> list[str]:
        """Regions that the front crosses."""
        return contested_regions(self.study.panel)

    @cached_property
    def held_whole(self) -> list[str]:
        """Regions of side B's country that side A holds as a whole."""
        regions = self.study.pack.war.regions
        return [k for k, v in shares_of_a(self.study.panel).items() if v >= WHOLE and regions[k].owner == "b"]

    @cached_property
    def focus(self) -> str:
        """The region the story turns on: the one that the first axis runs through, else the most contested."""
        war = self.study.pack.war
        for axis in war.axes:
            parent = war.regions[axis.steps[0].region].parent
            if parent in self.contested:
                return parent
        return self.contested[0] if self.contested else war.root

    @cached_property
    def ground(self) -> Ground:
        """What maps are drawn on."""
        return ground_of(self.study.pack)

    @cached_property
    def donors(self) -> dict[str, Any]:
        """Outlines of the donors' countries, if the pack has them."""
        path = self.study.pack.path / "donors.geojson"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    @cached_property
    def biases(self) -> Biases:
        """How far the sources stand from the true line."""
        pack = self.study.pack
        return learn_biases(self.study.panel, pack.war, listed_redraws(pack.tables["redraws"]))

    @cached_property
    def lines(self) -> dict[str, LineEstimate]:
        """The true line of the as-of day in every region of the panel; none where no source has a map of it."""
        panel, war = self.study.panel, self.study.pack.war
        try:
            return lines_of(panel, [str(r) for r in panel["region"].values], war.as_of, self.biases)
        except QueryError:
            return {}

    @cached_property
    def line_by_week(self) -> tuple[LineEstimate, ...]:
        """The true line of the country week by week, from the first map on."""
        panel, war = self.study.panel, self.study.pack.war
        weeks = range((war.as_of - war.baseline).days // 7, -1, -1)
        return line_over(panel, war.root, [war.as_of - timedelta(days=7 * n) for n in weeks], self.biases)

    @property
    def ending(self) -> Ending:
        """What the war-termination game says; a `QueryError` where there is no game."""
        return self._of_the_game(self.study.ending)

    @property
    def history(self) -> History:
        """The game in past months; a `QueryError` where there is no game."""
        return self._of_the_game(self.study.history)

    def _of_the_game(self, found: Found | None) -> Found:
        if found is None:
            raise QueryError(f"no game of {self.study.pack.war.title}: {self.study.no_ending}; choose another figure")
        return found

    @property
    def settled(self) -> Settled:
        """The drafts, appraised.

        Raises
        ------
        QueryError
            If none is.
        """
        if self.study.settled is None or not self.study.settled.appraisals:
            raise QueryError(
                f"no draft of {self.study.pack.war.title} is appraised; expected one; choose another figure"
            )
        return self.study.settled

    @cached_property
    def terminations(self) -> tuple[TerminationForecast, ...]:
        """What the game, the base rate and public forecasts said of the end of the fighting."""
        if self.study.history is None:
            return ()
        try:
            rate = base_rate_of(self.study.pack)
        except QueryError:
            rate = None
        return termination_forecasts(self.study.pack, self.study.history, rate)

    @cached_property
    def past(self) -> OwnPast | str:
        """What past wars say of this one, or why they say nothing, as a sentence without its full stop."""
        self.progress("asking past wars", 0.08)
        try:
            return past_of_pack(self.study.pack, seed=self.study.seed)
        except QueryError as reason:
            return str(reason)

    @cached_property
    def hindcast(self) -> Hindcast | None:
        """How forecasts of past months fared; None where the record is too short to score one."""
        pack = self.study.pack
        try:
            return run_hindcast(
                pack.path, self.study.seed, cache=self.kept, progress=self.progress, as_of=pack.war.as_of
            )
        except QueryError:
            return None

    @cached_property
    def lively(self) -> list[str]:
        """The two regions that moved most over twelve months."""
        return liveliest(self.study.pack.war, self.study.ahead)[:2]

    @cached_property
    def map_day(self) -> date:
        """The last day with a map of hexagons."""
        days = self.study.pack.tables["control_cells"]["date"]
        return self.study.pack.war.as_of if days.empty else _day(days.max())

    @cached_property
    def change_from(self) -> date:
        """The day that the map of changes starts from: the last mapped one by `since`, or a year before the last map."""
        days = self.study.pack.tables["control_cells"]["date"].drop_duplicates()
        start = self.since or self.map_day - timedelta(days=360)
        earlier = days[days <= np.datetime64(start, "s")]
        if self.since and earlier.empty:
            raise QueryError(
                f"{start}: no map of hexagons by then; expected a day from {_day(days.min())} on; choose one"
            )
        return _day(earlier.max() if len(earlier) else days.min())


def _day(value: pd.Timestamp) -> date:
    return value.date()


Maker = Callable[[Records, int], Figure]


def _has(table: str) -> Callable[[Records], bool]:
    return lambda r: len(r.study.pack.tables[table]) > 0


def _measured(*quantities: str) -> Callable[[Records], bool]:
    return lambda r: any(q in r.study.panel for q in quantities)


def _always(r: Records) -> bool:
    return True


def _played(r: Records) -> bool:
    return r.study.ending is not None


def _settled(r: Records) -> bool:
    return r.study.ending is not None and bool(np.any(r.study.ending.outlook.p_settlement[:, -1] > 0))


def _matched(r: Records) -> bool:
    return r.study.history is not None


def _of_drafts(has: Callable[[Settled, Ground], bool]) -> Callable[[Records], bool]:
    return lambda r: (s := r.study.settled) is not None and bool(s.appraisals) and has(s, r.ground)


def _drawn(make: DraftMaker) -> Maker:
    return lambda r, w: make(r.study.pack.war, r.settled, r.ground, w)


def _past(r: Records) -> PastWars | None:
    return None if isinstance(r.past, str) else r.past.wars


def _of_the_past(make: Callable[..., Figure]) -> Maker:
    def draw(r: Records, w: int) -> Figure:
        found = _past(r)
        assert found is not None, "figures of past wars are drawn where there are some"
        return make(found, width=w)

    return draw


def _past_with(part: Callable[[PastWars], object]) -> Callable[[Records], bool]:
    return lambda r: (found := _past(r)) is not None and bool(part(found))


def _past_survival(r: Records, w: int) -> Figure:
    return _of_the_past(partial(past.draw_war_survival, name=r.study.pack.war.title))(r, w)


def _past_severity(r: Records, w: int) -> Figure:
    deaths = None if isinstance(r.past, str) else r.past.described.get("deaths")
    return _of_the_past(partial(past.draw_severity, deaths=deaths))(r, w)


def _scored(r: Records) -> Hindcast:
    assert r.hindcast is not None, "figures of past forecasts are drawn where there are some"
    return r.hindcast


def _leads(r: Records) -> dict[str, beliefs.Lead]:
    judged = r.study.pack.game
    return beliefs.leads_of(r.history, judged.ranges if judged else {})


def _on_axis(number: int) -> Callable[[Records], bool]:
    def ahead_of_it(r: Records) -> bool:
        axes = list(r.study.ahead.axes.values())
        return len(axes) > number and ahead.has_reach(axes[number])

    return ahead_of_it


def _reach(number: int) -> Maker:
    return lambda r, w: ahead.draw_axis_reach(r.study.pack.war, list(r.study.ahead.axes.values())[number], width=w)


def _of_the_game(make: Callable[..., Figure]) -> Maker:
    return lambda r, w: make(r.study.pack.war, r.ending, width=w)


FIGURES: dict[str, tuple[str, Callable[[Records], bool], Maker]] = {
    "control-map": (
        "who holds what, on the last mapped day",
        _has("control_cells"),
        lambda r, w: maps.draw_control_map(
            r.study.pack.war, r.ground, r.map_day, width=w, line=r.lines.get(r.study.pack.war.root)
        ),
    ),
    "control-change": (
        "what changed hands between two days, a year apart if not told otherwise",
        _has("control_cells"),
        lambda r, w: maps.draw_control_change(r.study.pack.war, r.ground, r.change_from, r.map_day, width=w),
    ),
    "density-map": (
        "where people lived, with the line",
        _has("control_cells"),
        lambda r, w: maps.draw_density_map(r.study.pack.war, r.ground, r.map_day, width=w),
    ),
    "area-held": (
        "area held in the country, by source, with the true line",
        _always,
        lambda r, w: series.draw_area_held(
            r.study.pack.war, r.study.panel, r.study.pack.war.root, width=w, lines=r.line_by_week
        ),
    ),
    "area-by-region": (
        "share of each contested region held, by source",
        _always,
        lambda r, w: series.draw_area_by_region(r.study.pack.war, r.study.panel, r.contested, width=w),
    ),
    "monthly-gain": (
        "net area taken by month, by source",
        _always,
        lambda r, w: series.draw_monthly_gain(
            r.study.pack.war, r.study.panel, r.study.pack.war.root, r.study.pack.tables["redraws"], width=w
        ),
    ),
    "front-ahead": (
        "land that may be taken in the region the war turns on",
        lambda r: r.focus in r.study.forecasts,
        lambda r, w: ahead.draw_front_ahead(r.study.pack.war, r.study.panel, r.study.forecasts[r.focus], width=w),
    ),
    "front-ahead-country": (
        "land that may be taken in the country",
        lambda r: r.study.pack.war.root in r.study.forecasts,
        lambda r, w: ahead.draw_front_ahead(
            r.study.pack.war, r.study.panel, r.study.forecasts[r.study.pack.war.root], width=w
        ),
    ),
    "time-to-complete": (
        "when the liveliest regions may be taken whole",
        lambda r: bool(r.lively),
        lambda r, w: ahead.draw_time_to_complete(
            r.study.pack.war, [r.study.forecasts[k] for k in r.lively], width=w
        ),
    ),
    "axis-reach": ("how far the line may reach along the first axis", _on_axis(0), _reach(0)),
    "axis-reach-2": ("how far the line may reach along the second axis", _on_axis(1), _reach(1)),
    "scenarios": (
        "scenarios side by side, in the region the war turns on",
        lambda r: r.focus in r.study.ahead.fans,
        lambda r, w: ahead.draw_scenarios(r.study.pack.war, r.study.ahead.fans[r.focus], width=w),
    ),
    "scenarios-country": (
        "scenarios side by side, in the country",
        lambda r: r.study.pack.war.root in r.study.ahead.fans,
        lambda r, w: ahead.draw_scenarios(r.study.pack.war, r.study.ahead.fans[r.study.pack.war.root], width=w),
    ),
    "hindcast-scores": (
        "how past forecasts of the front fared",
        lambda r: r.hindcast is not None,
        lambda r, w: scores.draw_hindcast_scores(r.study.pack.war, _scored(r), width=w),
    ),
    "calibration": (
        "whether the ranges of past forecasts cover as they claim",
        lambda r: r.hindcast is not None,
        lambda r, w: scores.draw_calibration(r.study.pack.war, _scored(r), width=w),
    ),
    "losses": (
        "losses of both sides, by source",
        lambda r: losses.has_losses(r.study.pack.war, r.study.panel),
        lambda r, w: losses.draw_losses(r.study.pack.war, r.study.panel, width=w),
    ),
    "market-prices": (
        "what markets paid for the money or bonds of each side",
        lambda r: bool(markets.market_prices(r.study.pack.war, r.study.panel)),
        lambda r, w: markets.draw_market_prices(
            r.study.pack.war, r.study.panel, r.study.pack.tables["events"], width=w
        ),
    ),
    "aid-by-month": (
        "aid by month",
        _measured("aid_military", "aid_financial"),
        lambda r, w: aid.draw_aid_by_month(r.study.pack.war, r.study.panel, width=w),
    ),
    "aid-by-donor": (
        "aid by donor",
        _measured("aid_given_military", "aid_given_financial"),
        lambda r, w: aid.draw_aid_by_donor(r.study.pack.war, r.study.panel, width=w),
    ),
    "donor-map": (
        "who gives aid, on a map",
        lambda r: bool(r.donors) and _measured("aid_given_military", "aid_given_financial")(r),
        lambda r, w: aid.draw_donor_map(r.study.pack.war, r.study.panel, r.donors, width=w),
    ),
    "positions": (
        "positions of both sides by issue over time",
        _has("positions"),
        lambda r, w: deals.draw_position_paths(
            r.study.pack.war, r.study.pack.tables["positions"], as_of=r.study.pack.war.as_of, width=w
        ),
    ),
    "positions-on-land": (
        "positions of both sides on the region the war turns on",
        lambda r: any(i.id == r.focus for i in r.study.pack.war.issues) and _has("positions")(r),
        lambda r, w: deals.draw_positions(
            r.study.pack.war, r.study.pack.tables["positions"], r.focus, as_of=r.study.pack.war.as_of, width=w
        ),
    ),
    "distances": (
        "what is left between the sides, by issue",
        _has("positions"),
        lambda r, w: deals.draw_distances(
            r.study.pack.war, r.study.pack.tables["positions"], as_of=r.study.pack.war.as_of, width=w
        ),
    ),
    "convergence": (
        "how far the sides have come together, issue by issue",
        _has("positions"),
        lambda r, w: converge.draw_convergence(r.study.pack.war, convergence(r.study.pack), width=w),
    ),
    "timeline": (
        "proposals and the answers to them",
        _has("positions"),
        lambda r, w: talks.draw_timeline(
            r.study.pack.war, r.study.pack.tables["positions"], r.study.pack.tables["responses"],
            since=r.study.pack.war.baseline, as_of=r.study.pack.war.as_of, width=w,
        ),
    ),
    "claims": (
        "published claims beside the record",
        lambda r: bool(r.verdicts),
        lambda r, w: talks.draw_claims(r.study.pack.war, r.verdicts, width=w),
    ),
    "bargaining-range": (
        "what each side would settle for, month by month", _played, _of_the_game(bargaining.draw_bargaining_range),
    ),
    "reservations": (
        "what each side would settle for if the line were elsewhere", _played, _of_the_game(bargaining.draw_reservations),
    ),
    "blockers": ("what makes up the gap between the sides", _played, _of_the_game(endings.draw_blockers)),
    "mechanisms": ("what each mechanism adds to the gap", _played, _of_the_game(endings.draw_mechanisms)),
    "levers": ("what would open peace, one lever at a time", _played, _of_the_game(endings.draw_levers)),
    "belief-map": ("for which beliefs a settlement exists", _played, _of_the_game(endings.draw_belief_map)),
    "outlook": ("how the war may end, month by month", _played, _of_the_game(bargaining.draw_outlook)),
    "terms": ("terms of the settlements that the game foresees", _settled, _of_the_game(bargaining.draw_terms)),
    "what-if": ("changes of the game beside the game as judged", _played, _of_the_game(bargaining.draw_what_if)),
    "lesson-ranges": (
        "what the negotiating record teaches of the judged numbers", _matched,
        lambda r, w: matched.draw_lesson_ranges(r.study.pack.war, r.history.matched, width=w),
    ),
    "evidence-timeline": (
        "which events of the record weigh most", _matched,
        lambda r, w: matched.draw_evidence_timeline(r.study.pack.war, r.history.matched, width=w),
    ),
    "belief-paths": (
        "what each side expected of the front, month by month", _matched,
        lambda r, w: beliefs.draw_belief_paths(r.study.pack.war, r.history, _leads(r), width=w),
    ),
    "termination-scores": (
        "forecasts of the end of the fighting, scored", lambda r: bool(r.terminations),
        lambda r, w: matched.draw_termination_scores(r.study.pack.war, r.terminations, width=w),
    ),
    **{name: (shows, _of_drafts(has), _drawn(make)) for name, (shows, has, make) in DRAFT_FIGURES.items()},
    "past-survival": (
        "how long past wars lasted, with this war where it stands", _past_with(lambda p: p.survival), _past_survival,
    ),
    "past-chances": (
        "chances that a war as old as this one ends, by type of ending", _past_with(lambda p: p.given),
        _of_the_past(past.draw_chances_ahead),
    ),
    "past-endings": (
        "how past wars ended, by how long they had lasted", _past_with(lambda p: p.incidence),
        _of_the_past(past.draw_endings_by_type),
    ),
    "past-analogues": (
        "past wars most like this one when they had lasted as long", _past_with(lambda p: p.likeness),
        _of_the_past(past.draw_analogues),
    ),
    "past-severity": (
        "how deadly past wars were, where the record knows it", _past_with(lambda p: p.tail), _past_severity,
    ),
}  # fmt: skip

OF_THE_DRAFTS = tuple(DRAFT_FIGURES)
"""Figures of drafts of a settlement set against the game."""
OF_THE_GAME = (
    "bargaining-range", "reservations", "blockers", "mechanisms", "levers", "belief-map", "outlook", "terms", "what-if",
    "lesson-ranges", "evidence-timeline", "belief-paths", "termination-scores", *OF_THE_DRAFTS,
)  # fmt: skip
"""Figures for which the war-termination game has to be solved, which takes minutes."""


def figure_names() -> dict[str, str]:
    """Names of all figures, with what each shows."""
    return {name: shows for name, (shows, _, _) in FIGURES.items()}


def check_wanted(name: str | None, out: Path) -> None:
    """Refuse what cannot be drawn before anything is computed for it.

    Raises
    ------
    QueryError
        If there is no such figure, or the file does not suit it.
    """
    if name is not None and name not in FIGURES:
        raise QueryError(f"figure {name!r}: no such figure; expected one of {', '.join(FIGURES)}; choose one")
    single = _is_single(out)
    if out.suffix and not single and not out.is_dir():
        raise QueryError(f"{out}: ending {out.suffix}; expected {', '.join(ENDINGS)} or a folder; change the ending")
    if single and name is None:
        raise QueryError(f"{out}: one file for all figures; expected a folder, or one figure; name either")


def _is_single(out: Path) -> bool:
    return out.suffix.lower() in ENDINGS


def draw_figures(study: Study, name: str | None, out: Path, width: int, since: date | None = None) -> list[Path]:
    """Draw one figure into a file, or all that the pack has data for into a folder.

    Parameters
    ----------
    name : str or None
        One of `figure_names`; None for all.
    out : Path
        A file ending in .svg, .png or .html, or a folder (SVG).
    width : int
        Pixels.
    since : date, optional
        First day of the map of changes.

    Raises
    ------
    QueryError
        If there is no such figure, the pack has no data for it, or the ending is not one of the three.
    """
    check_wanted(name, out)
    records = Records(study, since)
    wanted = [name] if name else [n for n, (_, has, _) in FIGURES.items() if has(records)]
    single = _is_single(out)
    files = []
    for item in wanted:
        _, has, make = FIGURES[item]
        if not has(records):
            if item in OF_THE_GAME and study.ending is None:
                raise QueryError(f"figure {item!r}: there is no game: {study.no_ending}; choose another")
            raise QueryError(
                f"figure {item!r}: the pack has no data for it as of {study.pack.war.as_of}; choose another"
            )
        figure = make(records, width)
        file = out if single else out / f"{item}.svg"
        save_figure(figure, file)
        files.append(file)
    return files
