"""The outcome space of a war told: its frontier, what could be agreed there, and where a draft stands beside it.

A draft becomes an outcome: where it allows several options of an issue, the one nearest the middle of what it allows, and of two as near
the one nearer to what holds now; where it is silent, the option that holds while nothing is agreed. `frontier` and `solutions` do the arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from armistice.core.errors import QueryError, near
from armistice.core.settlement import Settlement
from armistice.core.war import Issue, Option, War
from armistice.deal.frontier import Frontier, least_accepted, merge_frontier, space_of
from armistice.deal.preferences import Preferences
from armistice.deal.solutions import SOLUTIONS, Point, Standing, solution_points, standing

PICKS = {
    "nash": "the largest product of gains (Nash)",
    "kalai_smorodinsky": "the largest smallest share of what each could hope for (Kalai–Smorodinsky)",
    "egalitarian": "the largest smallest gain (egalitarian)",
    "utilitarian": "the largest sum (utilitarian)",
}
"""What each solution picks, in words."""
_SHORT = {
    "nash": "Nash",
    "kalai_smorodinsky": "Kalai–Smorodinsky",
    "egalitarian": "egalitarian",
    "utilitarian": "utilitarian",
}
_LEVELS = (0.1, 0.5, 0.9)

Row = dict[str, str]


@dataclass(frozen=True)
class DraftOutcome:
    """A draft as one option for each issue.

    Attributes
    ----------
    id, title, variant : str
    outcome : dict
        Issue → option.
    silent : tuple of str
        Issues on which the draft says nothing: what holds now is taken.
    loose : tuple of str
        Issues on which it allows several options: the one nearest the middle is taken.
    """

    id: str
    title: str
    variant: str
    outcome: dict[str, str]
    silent: tuple[str, ...]
    loose: tuple[str, ...]


@dataclass(frozen=True)
class ByDraw:
    """The same questions asked in every draw of the preferences.

    Attributes
    ----------
    draws : int
    p_open : float
        Share of draws in which some outcome gives everybody its least.
    points : dict
        Solution → utilities, shape (draws, parties); not a number where there is none.
    utilities, left : ndarray, shape (draws, parties), or None
        Of the draft, and what each party alone could have more at most.
    p_efficient : float or None
        Share of draws in which the draft is on the frontier.
    """

    draws: int
    p_open: float
    points: dict[str, np.ndarray]
    utilities: np.ndarray | None
    left: np.ndarray | None
    p_efficient: float | None


@dataclass(frozen=True)
class SpaceTold:
    """The outcome space at central preferences, and by draw where there are several.

    Attributes
    ----------
    frontier : Frontier
        Of all outcomes, least or not.
    least : tuple of float
        What each party must have at least.
    points : dict
        Solution → its point; None where nobody's least can be met.
    draft : DraftOutcome or None
    standing : Standing or None
        Of the draft.
    by_draw : ByDraw or None
    """

    frontier: Frontier
    least: tuple[float, ...]
    points: dict[str, Point | None]
    draft: DraftOutcome | None
    standing: Standing | None
    by_draw: ByDraw | None


def outcome_of(settlement: Settlement, war: War, variant: str = "") -> DraftOutcome:
    """A draft as one option for each issue of the war.

    Parameters
    ----------
    settlement : Settlement
    war : War
    variant : str
        One of the draft's variants; the first by default.

    Raises
    ------
    QueryError
        Where there is no such variant, or the pack does not say what holds now on an issue that the draft leaves out.
    """
    names = tuple(settlement.variants)
    if variant and variant not in names:
        known = f"expected one of {', '.join(names)}; {near(variant, names)}" if names else "it has none; leave it out"
        raise QueryError(f'{settlement.id}: no variant "{variant}"; {known}')
    chosen = variant or next(iter(names), "")
    outcome: dict[str, str] = {}
    silent, loose = [], []
    for issue in war.issues:
        spoken = [
            issue.value(option)
            for clause in settlement.provisions
            if clause.issue == issue.id and clause.variant in ("", chosen)
            for option in clause.options or ()
        ]
        if not spoken:
            if not issue.now:
                raise QueryError(
                    f'issues.toml issue "{issue.id}": no `now`; expected the option that holds while nothing is agreed, since '
                    f"{settlement.id} is silent on it; add it"
                )
            silent.append(issue.id)
            outcome[issue.id] = issue.now
            continue
        low, high = min(spoken), max(spoken)
        within = [o for o in issue.options if low <= o.value <= high]
        outcome[issue.id] = _nearest(within, (low + high) / 2, issue)
        if len(within) > 1:
            loose.append(issue.id)
    return DraftOutcome(settlement.id, settlement.title, chosen, outcome, tuple(silent), tuple(loose))


def _nearest(options: Sequence[Option], middle: float, issue: Issue) -> str:
    """The option nearest a place on the scale; of two as near, the one nearer to what holds now."""
    now = issue.value(issue.now) if issue.now else 0.0
    return min(options, key=lambda o: (round(abs(o.value - middle), 9), abs(o.value - now))).id


def tell_space(preferences: Preferences, least: Sequence[float], draft: DraftOutcome | None = None) -> SpaceTold:
    """The frontier of the outcome space, what could be agreed on it, and where a draft stands.

    Parameters
    ----------
    preferences : Preferences
        Over the issues of interest. With more than one draw, the whole is told by draw too.
    least : sequence of float, one for each party
        What each must have, in shares of all it cares about.
    draft : DraftOutcome, optional
        On these issues at least.

    Raises
    ------
    QueryError
        Where `least` does not fit, or the frontier is too long.
    """
    outcome = None if draft is None else {issue: draft.outcome[issue] for issue in preferences.issues}
    frontier = merge_frontier(space_of(preferences))
    least_accepted(frontier.space, least)
    where = None if outcome is None else standing(frontier, outcome)
    by_draw = _by_draw(preferences, least, outcome) if preferences.draws > 1 else None
    return SpaceTold(frontier, tuple(least), solution_points(frontier, least), draft, where, by_draw)


def _by_draw(preferences: Preferences, least: Sequence[float], outcome: dict[str, str] | None) -> ByDraw:
    shape = (preferences.draws, len(preferences.parties))
    points = {name: np.full(shape, np.nan) for name in SOLUTIONS}
    found: list[Standing] = []
    for draw in range(preferences.draws):
        frontier = merge_frontier(space_of(preferences, draw))
        for name, point in solution_points(frontier, least).items():
            if point is not None:
                points[name][draw] = point.utilities
        if outcome is not None:
            found.append(standing(frontier, outcome))
    p_open = float(np.mean(~np.isnan(points["nash"][:, 0])))
    if not found:
        return ByDraw(preferences.draws, p_open, points, None, None, None)
    utilities, left = np.array([s.utilities for s in found]), np.array([s.left for s in found])
    return ByDraw(preferences.draws, p_open, points, utilities, left, float(np.mean([s.efficient for s in found])))


# --- in words -----------------------------------------------------------------------------------------------------


def space_in_words(told: SpaceTold, war: War) -> list[str | list[Row]]:
    """Sentences and tables: size, solutions, the draft, the range by draw."""
    space, names = told.frontier.space, _names(told, war)
    least = ", ".join(f"{name} {value:g}" for name, value in zip(names, told.least, strict=True))
    out: list[str | list[Row]] = [
        f"{war.title}: {len(space.issues)} issues, {_many(space.size)} outcomes; {len(told.frontier):,} on the frontier, where "
        "none can have more without another having less.",
        f"Utilities are shares of all that a party cares about, from 0 (the worst for it on every issue) to 1 (the best). At least: {least}.",
        *_bundles_in_words(told, war),
    ]
    picked = {name: point for name, point in told.points.items() if point is not None}
    if picked:
        out += ["What could be agreed:", _solution_rows(picked, names), *_issue_rows(picked, told, war)]
    else:
        out.append("Nothing could be agreed: no outcome gives everybody its least.")
    if told.draft is not None and told.standing is not None:
        out += _draft_in_words(told.draft, told.standing, told, war)
    if told.by_draw is not None:
        out += _draws_in_words(told.by_draw, names)
    return out


def _bundles_in_words(told: SpaceTold, war: War) -> list[str]:
    """What is worth something only together; nothing where no bundle has all its issues in the space."""
    space, names = told.frontier.space, _names(told, war)
    titles = {bundle.id: bundle.title for bundle in war.bundles}
    said = [f"{titles[b.id]}, {b.worth[0]:.3f} to {names[b.party]}" for b in space.bundles]
    return [f"On top comes what is worth something to a party only together: {'; '.join(said)}."] if said else []


def _names(told: SpaceTold, war: War) -> list[str]:
    sides = {str(b.side): b.name for b in war.belligerents}
    return [sides.get(p) or war.third_parties.get(p, p) for p in told.frontier.space.parties]


def _many(count: int) -> str:
    return f"{count:,}" if count < 10**9 else f"about 10^{len(str(count)) - 1}"


def _solution_rows(picked: dict[str, Point], names: list[str]) -> list[Row]:
    return [
        {
            "picks": PICKS[solution],
            **{name: f"{u:.3f}" for name, u in zip(names, point.utilities, strict=True)},
            "as good": str(point.ties - 1) if point.ties > 1 else "none",
        }
        for solution, point in picked.items()
    ]


def _issue_rows(picked: dict[str, Point], told: SpaceTold, war: War) -> list[str | list[Row]]:
    """What the solutions say on each issue: a column for those that agree on all."""
    columns: list[tuple[str, dict[str, str]]] = []
    for solution, point in picked.items():
        same = next((n for n, (_, outcome) in enumerate(columns) if outcome == point.outcome), None)
        if same is None:
            columns.append((_SHORT[solution], point.outcome))
        else:
            columns[same] = (f"{columns[same][0]}, {_SHORT[solution]}", columns[same][1])
    alike, apart = [], []
    for issue in told.frontier.space.issues:
        chosen = [outcome[issue] for _, outcome in columns]
        if len(set(chosen)) == 1:
            alike.append({"issue": war.issue(issue).title, "all": _label(war, issue, chosen[0])})
        else:
            cells = {head: _label(war, issue, o) for (head, _), o in zip(columns, chosen, strict=True)}
            apart.append({"issue": war.issue(issue).title, **cells})
    out: list[str | list[Row]] = []
    if apart:
        out += ["Where they differ:", apart]
    return [*out, "Where they agree:", alike] if alike else out


def _label(war: War, issue: str, option: str) -> str:
    return next(o.label for o in war.issue(issue).options if o.id == option)


def _draft_in_words(draft: DraftOutcome, where: Standing, told: SpaceTold, war: War) -> list[str | list[Row]]:
    issues, names = told.frontier.space.issues, _names(told, war)
    silent = [war.issue(i).title for i in issues if i in draft.silent]
    loose = [i for i in issues if i in draft.loose]
    title = draft.title + (f" (variant {draft.variant})" if draft.variant else "")
    out: list[str | list[Row]] = [f"{title}:"]
    if silent:
        out.append(f"It is silent on {', '.join(silent)}; there, what holds now is taken to stay.")
    if loose:
        taken = "; ".join(f"{war.issue(i).title}: {_label(war, i, draft.outcome[i])}" for i in loose)
        out.append(f"It leaves a choice, of which the middle is taken: {taken}.")
    for issue in where.barred:
        out.append(f"{war.issue(issue).title}: the option is past a hard red line.")
    rows = []
    for name, u, left, gain in zip(names, where.utilities, where.left, where.gains, strict=True):
        row = {"party": name, "utility": f"{u:.3f}", "left for it alone": f"{left:.3f}"}
        rows.append(row if where.better is None else row | {"gain in the better outcome": f"{gain:.3f}"})
    out.append(rows)
    if where.better is None:
        better = "It is on the frontier." if where.efficient else "No possible outcome is better for all."
        return [*out, better]
    changed = [
        {"issue": war.issue(i).title, "in the draft": _label(war, i, draft.outcome[i]), "better for all": _label(war, i, o)}
        for i, o in where.better.items()
        if draft.outcome[i] != o
    ]  # fmt: skip
    return [*out, "It is not on the frontier. Better for all, with these changes together:", changed]


def _draws_in_words(by_draw: ByDraw, names: list[str]) -> list[str | list[Row]]:
    out: list[str | list[Row]] = [
        f"Over {by_draw.draws} draws of the preferences, everybody can have its least in {by_draw.p_open:.0%}. "
        "Utilities, median and 10th to 90th percentile:"
    ]
    rows = [{"what": PICKS[s], **_spread_cells(u, names)} for s, u in by_draw.points.items() if by_draw.p_open > 0]
    if by_draw.utilities is not None and by_draw.left is not None:
        rows.append({"what": "the draft", **_spread_cells(by_draw.utilities, names)})
        rows.append({"what": "left beside the draft, for each alone", **_spread_cells(by_draw.left, names)})
    if rows:
        out.append(rows)
    if by_draw.p_efficient is not None:
        out.append(f"The draft is on the frontier in {by_draw.p_efficient:.0%} of draws.")
    return out


def _spread_cells(values: np.ndarray, names: list[str]) -> Row:
    low, middle, high = _levels(values)
    return {n: f"{m:.3f} ({a:.3f} to {b:.3f})" for n, a, m, b in zip(names, low, middle, high, strict=True)}


def _levels(values: np.ndarray) -> np.ndarray:
    levels: np.ndarray = np.quantile(values[~np.isnan(values[:, 0])], _LEVELS, axis=0)
    return levels


# --- as plain values ----------------------------------------------------------------------------------------------


def space_record(told: SpaceTold, war: War) -> dict[str, Any]:
    """The same as plain values, for JSON."""
    space = told.frontier.space
    record: dict[str, Any] = {
        "war": war.slug, "as_of": war.as_of.isoformat(), "parties": list(space.parties), "issues": list(space.issues),
        "bundles": [
            {"id": b.id, "party": space.parties[b.party], "worth": float(b.worth[0])} for b in space.bundles
        ],
        "outcomes": space.size, "frontier": len(told.frontier), "least": list(told.least),
        "points": {
            name: None if p is None else {
                "utilities": _numbers(p.utilities), "gains": _numbers(p.gains), "ties": p.ties, "outcome": p.outcome,
            }
            for name, p in told.points.items()
        },
    }  # fmt: skip
    if told.draft is not None and told.standing is not None:
        draft, where = told.draft, told.standing
        record["draft"] = {
            "id": draft.id, "variant": draft.variant or None, "outcome": {i: draft.outcome[i] for i in space.issues},
            "silent": [i for i in space.issues if i in draft.silent], "loose": [i for i in space.issues if i in draft.loose],
            "barred": list(where.barred), "utilities": _numbers(where.utilities), "efficient": where.efficient,
            "left": _numbers(where.left), "better": where.better, "gains": _numbers(where.gains),
        }  # fmt: skip
    if told.by_draw is not None:
        found = told.by_draw
        record["by_draw"] = {
            "draws": found.draws, "p_open": found.p_open, "levels": list(_LEVELS),
            "points": {
                name: [_numbers(row) for row in _levels(u)] if found.p_open > 0 else None
                for name, u in found.points.items()
            },
        }  # fmt: skip
        if found.utilities is not None and found.left is not None:
            record["by_draw"]["draft"] = {
                "utilities": [_numbers(row) for row in _levels(found.utilities)],
                "left": [_numbers(row) for row in _levels(found.left)], "p_efficient": found.p_efficient,
            }  # fmt: skip
    return record


def _numbers(values: np.ndarray) -> list[float]:
    return [float(v) for v in values]
