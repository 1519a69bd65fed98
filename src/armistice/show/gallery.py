"""The list of all charts: each figure function by name, with what it shows and what it is drawn from.

A plain dictionary; a test walks the wing and fails if a public figure function is missing here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from armistice.show import (
    ahead,
    aid,
    appraisals,
    bargaining,
    beliefs,
    changes,
    converge,
    deals,
    endings,
    lasting,
    lessons,
    line,
    losses,
    maps,
    markets,
    matched,
    models,
    past,
    plans,
    retrospect,
    scores,
    series,
    talks,
)
from armistice.show.style import Figure


@dataclass(frozen=True)
class Entry:
    """One chart of the gallery.

    Attributes
    ----------
    draw : callable
        The function that draws it.
    shows : str
        What a reader sees, in a sentence.
    needs : tuple of str
        What it is drawn from, beside the war: panel, ground, tables of the pack, records; a solution of a published model
        is drawn without a war.
    """

    draw: Callable[..., Figure]
    shows: str
    needs: tuple[str, ...]


GALLERY: dict[str, Entry] = {
    "control-map": Entry(maps.draw_control_map, "Who holds what on a day, with the front line.", ("ground",)),
    "control-change": Entry(maps.draw_control_change, "What changed hands between two days.", ("ground",)),
    "density-map": Entry(maps.draw_density_map, "Where people lived, and the front line.", ("ground",)),
    "area-held": Entry(series.draw_area_held, "Land held in a region over time, by source.", ("panel",)),
    "area-by-region": Entry(series.draw_area_by_region, "Share of each region held, over time.", ("panel",)),
    "monthly-gain": Entry(series.draw_monthly_gain, "Net land gained month by month, by source.", ("panel", "redraws")),
    "losses": Entry(losses.draw_losses, "Losses of both sides by kind and source.", ("panel",)),
    "market-prices": Entry(
        markets.draw_market_prices, "What markets paid for the money or bonds of each side.", ("panel", "events")
    ),
    "front-ahead": Entry(ahead.draw_front_ahead, "Land that may be taken in a region.", ("forecast", "panel")),
    "axis-reach": Entry(
        ahead.draw_axis_reach, "How far the line may reach along an axis, and when.", ("axis forecast",)
    ),
    "time-to-complete": Entry(
        ahead.draw_time_to_complete, "When regions may be taken whole, if they are.", ("forecasts",)
    ),
    "scenarios": Entry(ahead.draw_scenarios, "The forecast under what-ifs, side by side.", ("fans",)),
    "aid-by-donor": Entry(aid.draw_aid_by_donor, "Aid by donor and kind.", ("panel",)),
    "aid-by-month": Entry(aid.draw_aid_by_month, "Aid received month by month.", ("panel",)),
    "donor-map": Entry(aid.draw_donor_map, "Where the aid came from.", ("panel", "countries")),
    "positions": Entry(
        deals.draw_positions, "Positions on one issue over time, and the distance left.", ("positions",)
    ),
    "position-paths": Entry(deals.draw_position_paths, "Positions on all main issues over time.", ("positions",)),
    "distances": Entry(deals.draw_distances, "What is left between the sides, issue by issue.", ("positions",)),
    "convergence": Entry(
        converge.draw_convergence, "How far the sides have come together, issue by issue.", ("convergence",)
    ),
    "line-change": Entry(line.draw_line_change, "What a line drawn by hand would move.", ("line change", "ground")),
    "timeline": Entry(talks.draw_timeline, "Proposals and answers in order.", ("positions", "responses")),
    "claims": Entry(talks.draw_claims, "Published claims beside the record.", ("verdicts",)),
    "hindcast-scores": Entry(
        scores.draw_hindcast_scores, "How past forecasts fared beside the best single baseline.", ("hindcast",)
    ),
    "calibration": Entry(
        scores.draw_calibration, "Whether the ranges of past forecasts cover as they claim.", ("hindcast",)
    ),
    "bargaining-range": Entry(
        bargaining.draw_bargaining_range, "What each side would settle for, month by month.", ("ending",)
    ),
    "reservations": Entry(
        bargaining.draw_reservations, "What each side would settle for if the line were elsewhere.", ("ending",)
    ),
    "outlook": Entry(bargaining.draw_outlook, "How the war may end, month by month.", ("ending",)),
    "terms": Entry(bargaining.draw_terms, "Terms of the settlements that the game foresees.", ("ending",)),
    "what-if": Entry(bargaining.draw_what_if, "Changes of the game beside the game as judged.", ("ending",)),
    "blockers": Entry(endings.draw_blockers, "What makes up the gap between the sides, as a waterfall.", ("ending",)),
    "mechanisms": Entry(endings.draw_mechanisms, "What each mechanism adds to the gap.", ("ending",)),
    "levers": Entry(endings.draw_levers, "What would open peace, one lever at a time.", ("ending",)),
    "belief-map": Entry(endings.draw_belief_map, "For which beliefs a settlement exists.", ("ending",)),
    "lesson-ranges": Entry(
        matched.draw_lesson_ranges, "Judged numbers before and after the negotiating record.", ("matched",)
    ),
    "evidence-timeline": Entry(
        matched.draw_evidence_timeline, "Which events of the negotiating record weigh most.", ("matched",)
    ),
    "belief-paths": Entry(
        beliefs.draw_belief_paths, "What each side expected of the front, month by month.", ("history",)
    ),
    "termination-scores": Entry(
        matched.draw_termination_scores, "Forecasts of the end of the fighting, scored.", ("terminations",)
    ),
    "plans": Entry(
        plans.draw_plans, "What each draft of a settlement would move, on small maps.", ("appraisals", "ground")
    ),
    "acceptance": Entry(
        appraisals.draw_acceptance, "Who prefers which draft to fighting on.", ("appraisals", "settlements")
    ),
    "clauses": Entry(
        appraisals.draw_clauses, "What each clause of a draft gives each side and peace.", ("appraisals", "settlements")
    ),
    "changes": Entry(
        changes.draw_changes,
        "Which changes of a draft would be enough for both sides.",
        ("appraisals", "settlements", "amended"),
    ),
    "peace-survival": Entry(
        lasting.draw_survival, "How long the peace of each draft might hold.", ("appraisals", "settlements")
    ),
    "past-survival": Entry(past.draw_war_survival, "How long past wars lasted.", ("past wars",)),
    "past-chances": Entry(
        past.draw_chances_ahead, "How soon a war that has lasted so long ends, and how.", ("past wars",)
    ),
    "past-endings": Entry(past.draw_endings_by_type, "How past wars ended, and when.", ("past wars",)),
    "past-analogues": Entry(past.draw_analogues, "Past wars most like the one at hand.", ("past wars",)),
    "past-severity": Entry(past.draw_severity, "How deadly past wars were.", ("past wars",)),
    "retrospect-scores": Entry(
        retrospect.draw_retrospect_scores, "How the game's chances of a settlement fared in past wars.", ("retrospect",)
    ),
    "retrospect-decisions": Entry(
        retrospect.draw_decisions, "What the game called at turning points, and what happened.", ("retrospect",)
    ),
    "model-plot": Entry(models.draw_plot, "Curves and regions of a model over its inputs.", ("solution",)),
    "model-range": Entry(lessons.draw_range, "What two sides prefer to war.", ("solution",)),
    "model-disagreement": Entry(
        lessons.draw_disagreement, "The same when they disagree about who would win.", ("solution",)
    ),
    "model-first-strike": Entry(
        lessons.draw_first_strike, "Terms that are safe from a surprise attack.", ("solution",)
    ),
    "model-safe-divisions": Entry(
        lessons.draw_safe_divisions, "Divisions of a flow that are safe from a first strike.", ("solution",)
    ),
    "model-indivisible": Entry(
        lessons.draw_indivisible, "What a good of few parts leaves of the terms.", ("solution",)
    ),
    "model-worst-bargains": Entry(
        lessons.draw_worst_bargains, "Terms between the worst equilibria of either side.", ("solution",)
    ),
    "model-all-types": Entry(lessons.draw_all_types, "Shares that content every type of two sides.", ("solution",)),
    "model-risk-return": Entry(lessons.draw_risk_return, "What a larger demand earns and risks.", ("solution",)),
    "model-states": Entry(lessons.draw_states, "Terms in every state of a war.", ("solution",)),
    "model-meeting": Entry(lessons.draw_meeting, "When and where battles have taught enough.", ("solution",)),
    "model-waiting": Entry(lessons.draw_waiting, "Who has given in by when.", ("solution",)),
    "model-forces": Entry(lessons.draw_forces, "Forces and ground, day by day.", ("solution",)),
    "model-frontier": Entry(lessons.draw_frontier, "What two sides can have, and what they agree on.", ("solution",)),
    "model-actors": Entry(lessons.draw_actors, "Positions of actors, round by round.", ("solution",)),
    "model-options": Entry(lessons.draw_options, "Chances of competing options.", ("solution",)),
}
