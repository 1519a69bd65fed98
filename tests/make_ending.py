"""A made-up ending of the toy war: what the war-termination game might say, without solving it."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from armistice.core.endings import (
    MECHANISMS,
    BargainingRange,
    BeliefMap,
    Blockers,
    Ending,
    Equilibrium,
    Lever,
    LeverPair,
    Outlook,
    WhatIf,
)
from armistice.core.war import Range

ENGINE = "war-termination game with public beliefs, solved backward from a horizon of 96 months"
PARAMETERS = {
    "costs.a": Range(0.5, 1.0, 2.0, "made up: a month of war"),
    "beliefs.lead_b": Range(0.0, 0.2, 0.4, "made up"),
    "value.a.northreach": Range(0.2, 0.4, 0.6, "made up"),
    "record.drift": Range(0.3, 0.5, 0.7, "pace of the front on record, 36 months"),
}


def _equilibrium(rng: np.random.Generator, n: int, settles: np.ndarray) -> Equilibrium:
    ask = rng.uniform(0.5, 0.7, n)
    give = np.where(settles, ask + 0.05, ask - 0.1)
    missing = np.where(settles, 0.6, np.nan)
    gap = np.where(settles, 0.0, 0.1)
    return Equilibrium(
        ENGINE,
        "converged after 96 sweeps",
        True,
        ask,
        1 - give,
        ask,
        1 - give,
        settles,
        gap,
        missing,
        20 * missing,
        20 * ask,
        20 * give,
        np.zeros(n),
    )


def _outlook(rng: np.random.Generator, n: int, months: int, settled: float) -> Outlook:
    t = np.arange(months + 1)
    pace = rng.uniform(0.5, 1.5, (n, 1))
    settlement = settled * (1 - np.exp(-0.04 * pace * t)) if settled < 1 else np.ones((n, months + 1))
    rest = 1 - settlement
    win_a, win_b = rest * np.minimum(0.004 * pace * t, 0.5), rest * np.minimum(0.001 * t / pace, 0.4)
    edges = np.linspace(0, 1, 21)
    bins = np.exp(-(((edges[:-1] + 0.025 - rng.uniform(0.55, 0.75, (n, 1))) / 0.08) ** 2))
    bins /= bins.sum(axis=1, keepdims=True)
    share = np.where(settlement > 0, 0.65 + 0.1 * (pace - 1), np.nan)
    return Outlook(
        t, settlement, win_a, win_b, rest - win_a - win_b, share, np.zeros((n, months + 1, 21)), edges,
        settlement[:, :, None] * bins[:, None, :], rest.sum(axis=1),
    )  # fmt: skip


def _range(rng: np.random.Generator, n: int, along: str, case: str) -> BargainingRange:
    at = np.arange(0, 49, 2) if along == "months" else np.arange(-6, 7)
    noise = rng.normal(0, 0.03, (n, 1))
    if along == "months":
        held, ask, give = np.full(len(at), 0.62), 0.74 - 0.002 * at + noise, 0.60 + 0.002 * at - noise / 2
    else:
        held = 0.62 + 0.03 * at
        ask, give = held + 0.09 + 0.008 * at + noise, held - 0.02 - 0.004 * at + noise / 2
    give = ask + 0.04 if case == "all settle" else ask - 0.12 if case == "none settle" else give
    settles = give > ask
    line = np.where(settles, 20 * ask, np.nan)
    return BargainingRange(along, at, held, ask, 1 - give, settles, np.maximum(ask - give, 0), line, line)


def _blockers(rng: np.random.Generator, n: int, case: str, common: bool) -> Blockers:
    lift = {"all settle": -0.25, "none settle": 0.1}.get(case, 0.0)
    info = np.zeros(n) if common else rng.uniform(0.04, 0.12, n)
    cost, wedge, waste = rng.uniform(0.005, 0.02, n), rng.uniform(0.05, 0.35, n) + lift, rng.uniform(0.0, 0.15, n)
    flow, delta = rng.normal(0.0, 0.01, n), 0.995
    tu = info - cost + wedge - delta * waste + flow
    transfer = np.zeros(n) if case == "all settle" else rng.uniform(0.01, 0.05, n)
    tu = np.minimum(tu, -0.01) if case == "all settle" else tu
    flow = tu - (info - cost + wedge - delta * waste)
    gap = np.maximum(tu, 0) + transfer
    identity = {
        "information": info, "cost": cost, "wedge_now": wedge, "waste_future": waste, "flow_adjustment": flow, "transferability": transfer,
        "tu_gap": tu, "discount": np.full(n, delta),
    }  # fmt: skip
    sets = [s for k in range(5) for s in combinations(sorted(MECHANISMS), k)]
    parts = dict(zip(MECHANISMS, (0.15, 0.6, 0.05, 0.2), strict=True))
    minimal = {"all settle": ((),), "none settle": ()}.get(
        case, (("commitment", "information"), ("commitment", "domestic", "indivisibility"))
    )
    without = {s: gap * (1 - sum(parts[m] for m in s)) for s in sets}
    return Blockers(
        identity, without, {s: 1 - g for s, g in without.items()}, minimal, {s: g <= 0 for s, g in without.items()},
        {m: gap * p * (not common or m != "information") for m, p in parts.items()}, {m: np.full(n, p) for m, p in parts.items()}, common,
    )  # fmt: skip


def _levers(case: str) -> tuple[Lever, ...]:
    def lever(key: str, title: str, unit: str, now: float, values: np.ndarray, gap: np.ndarray) -> Lever:
        gap = {"all settle": np.zeros_like(gap), "none settle": gap + 0.05}.get(case, gap)
        runs = np.flatnonzero(np.diff(np.concatenate([[0], (gap <= 0).astype(int), [0]])))
        stretches = tuple((float(values[i]), float(values[j - 1])) for i, j in zip(runs[::2], runs[1::2], strict=True))
        ends = [e for s in stretches for e in s]
        least = min(ends, key=lambda v: abs(v - now)) if ends else None
        return Lever(key, title, unit, now, values, gap, np.maximum(gap - 0.03, 0), np.exp(-20 * gap), stretches, least)

    one = np.linspace(0, 1, 21)
    return (
        lever("commitment.guarantee", "Chance that a guarantor prevents a broken settlement", "probability", 0.25, one, np.maximum(0.3 - 0.4 * one, 0)),
        lever("costs.a", "What a month of fighting costs side A", "share of the stake’s monthly flow", 1.0, 8 * one, 0.3 - 0.15 * one),
        lever("bargaining.transfer_cap", "Largest payment", "share of the stake", 0.05, 0.5 * one, np.where((one > 0.3) & (one < 0.5) | (one > 0.9), 0.0, 0.2)),
        lever("commitment.shift", "Change of the drift after a settlement", "steps per month", -0.8, 2 * one - 1, np.maximum(0.2 - one / 4, 0.001)),
        lever("drift", "Drift that the sides expect", "steps per month", 1.4, one, np.where(one == 0.5, 0.0, 0.1)),
    )  # fmt: skip


def _beliefs(case: str) -> BeliefMap:
    mean_a, mean_b = np.linspace(-0.6, 0.9, 16), np.linspace(-0.8, 0.6, 15)
    gap = np.maximum(0.4 * (mean_a[:, None] - mean_b[None, :]) - 0.05, 0)
    gap = {"all settle": 0 * gap, "none settle": gap + 0.1}.get(case, gap)
    return BeliefMap(mean_a, mean_b, gap, 0.45, -0.2, 0.12)


def make_ending(case: str) -> Ending:
    """A made-up ending: `mixed` is the ordinary one, the others are edges."""
    rng = np.random.default_rng(7)
    n, months = (1 if case == "one draw" else 24), (10 if case == "short" else 60)
    settles = {"all settle": np.ones(n, bool), "none settle": np.zeros(n, bool)}.get(case, rng.random(n) < 0.3)
    settled = {"all settle": 1.0, "none settle": 0.0}.get(case, 0.8)
    equilibrium = _equilibrium(rng, n, settles)
    outlook = _outlook(rng, n, months, settled)
    titles = (
        "The game as judged",
        "A guarantee that prevents nine breaches in ten",
        "Aid to the defender stops and does not come back",
        "No red lines",
    )
    levels = (settled, min(settled * 1.2, 1.0), settled * 0.4, 0.0)
    what_if = [WhatIf(t, equilibrium, _outlook(rng, n, months, s)) for t, s in zip(titles, levels, strict=True)]
    what_if[0] = WhatIf(titles[0], equilibrium, outlook)
    pairs = (
        ()
        if case == "none settle"
        else (LeverPair("commitment.guarantee", "costs.a", 0.5, 2.0, 0.3), LeverPair("drift", "costs.a", 0.5, 2.0, 0.2))
    )
    return Ending(
        "north", PARAMETERS, n, equilibrium, outlook, _range(rng, n, "steps", case), _range(rng, n, "months", case), _blockers(rng, n, case, False),
        _blockers(rng, n, case, True), _levers(case), pairs, _beliefs(case), tuple(what_if),
    )  # fmt: skip
