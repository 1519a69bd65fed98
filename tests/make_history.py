"""A made-up history of the toy war: what the game at every month of the record might say, without solving it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from armistice.core.history import History
from armistice.core.matched import Matched, RecordEvent
from armistice.core.parameters import JUDGED
from armistice.infer import match

DRAWS, MONTHS = 24, 25
LAST = date(2013, 6, 30)
"""As of which the toy war is told."""
STRENGTH = {"taught": 0.6, "several": 0.6, "no offers": 0.3, "nothing": 0.0, "unreliable": 0.0, "tempered": 0.0}
CASES = tuple(STRENGTH)
"""`taught` is the ordinary one: one number beyond chance, weights to rely on."""
_TOLD = (
    (date(2012, 5, 22), "offered", "a", "Statement in the Herald", "Northreach is ours to its last field"),
    (date(2012, 5, 22), "refused", "b", "Statement in the Herald", "Answered with silence & scorn"),
    (date(2012, 9, 20), "offered", "b", "Second draft", "Frozen at the line, nothing recognised"),
    (date(2013, 2, 18), "offered", "a", "Paper of Aldmark", "The line at least, the whole at best"),
    (date(2013, 5, 29), "accepted", "b", "League's proposal", "On condition of a guarantee"),
)


def month_ends() -> tuple[date, ...]:
    """The last days of the months up to `LAST`, oldest first."""
    out = [LAST]
    while len(out) < MONTHS:
        out.append(out[-1].replace(day=1) - timedelta(days=1))
    return tuple(reversed(out))


def make_events(case: str) -> tuple[RecordEvent, ...]:
    """Months without a settlement, answers and offers, by day."""
    months = [
        RecordEvent(day, "no settlement", "", "", "The month ends, and the war goes on.", "the record")
        for day in month_ends()
    ]
    told = [RecordEvent(*row, "Brellhaven Gazette") for row in _TOLD if case != "no offers" or row[1] != "offered"]
    return tuple(sorted([*months, *told], key=lambda e: (e.date, e.kind, e.side, e.document)))


def make_draws(draws: int = DRAWS) -> dict[str, np.ndarray]:
    """Draws of the judged numbers, as many as the made-up ending has."""
    rng = np.random.default_rng(3)
    out = {name: rng.random(draws) for name in (*JUDGED, "value.a.people", "value.b.northreach")}
    return {**out, "beliefs.lead_a": 0.1 + 0.3 * rng.random(draws), "beliefs.lead_b": 0.2 + 0.4 * rng.random(draws)}


def make_matched(case: str, draws: int = DRAWS) -> Matched:
    """A record that speaks of what a month costs side A; for `several`, of its discount too; in the others of nothing or of too much."""
    rng = np.random.default_rng(1)
    numbers, events = make_draws(draws), make_events(case)
    logs = np.zeros((draws, len(events)))
    noise = 0.0 if case == "nothing" else 0.0002
    for at, event in enumerate(events):
        slope = STRENGTH[case] * (numbers["costs.a"] - 0.5) * (1 if event.kind == "no settlement" else 2)
        if case == "several":
            slope = slope + 1.2 * STRENGTH[case] * (numbers["time.discount"] - 0.5)
        logs[:, at] = match.log_acceptance(0.05 * slope + noise * rng.standard_normal(draws))
    if case == "unreliable":
        logs[:, 3] = np.log(rng.pareto(0.6, draws) + 1e-3)
        return match.match_record(events, logs, numbers, least_share=0.0)
    if case == "tempered":
        logs[:, 3] = -(((numbers["costs.a"] - 0.7) / 0.01) ** 2)
    return match.match_record(events, logs, numbers)


def make_history(case: str = "taught", draws: int = DRAWS) -> History:
    """A made-up history; see `CASES`."""
    rng = np.random.default_rng(5)
    at = np.linspace(0, 1, MONTHS)
    need = 0.05 - 0.03 * at + 0.05 * rng.standard_normal((draws, 1))
    p12 = np.clip(0.3 - need + 0.1 * at, 0.02, 0.95)
    within = {h: 1 - (1 - p12) ** (h / 12) for h in (3, 6, 12)}
    ask = 0.55 + 0.1 * at + 0.04 * rng.standard_normal((draws, 1))
    return History(
        "north", month_ends(), -2 + 9 * at, 0.4 * np.sin(5 * at) + 0.1, ask, 1 - ask + need, need, within,
        make_matched(case, draws), True,
    )  # fmt: skip
