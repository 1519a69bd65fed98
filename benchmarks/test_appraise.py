"""One appraisal of the longest draft of the shipped war, against plain loops over draws and clauses in the same process."""

from __future__ import annotations

import itertools
import math
import time
from pathlib import Path

import numpy as np
import pytest

from armistice.core.appraisal import Fighting
from armistice.core.settlement import Settlement
from armistice.data.pack import read_pack
from armistice.deal.amend import amend
from armistice.deal.appraise import DRAWS, Clauses, Stakes, appraise, clauses_of, stakes_of
from armistice.deal.check import ground_for
from armistice.deal.preferences import preferences_of
from armistice.deal.read import read_settlements

WAR = Path(__file__).parents[1] / "wars" / "ukraine"
FEW = 5
"""Draws of the loops, which are slow; their time is taken times as many as there are."""
NODES = np.exp(np.arange(-12.0, 4.0, 0.5))


def plain(draft: Settlement, stakes: Stakes, brought: Clauses, draw: int) -> list[tuple[float, float, float]]:
    """Values of both sides and peace after ten years, of the draft and of it without each clause, in plain Python."""
    out = []
    imposed = not {b.id for b in stakes.war.belligerents} & set(draft.by)
    at = {name: float(values[draw]) for name, values in stakes.numbers.items()}
    rate = -12 * math.log(stakes.discount[draw])
    for struck in (None, *range(len(draft.provisions))):
        utility = [
            float(stakes.peace[n, draw])
            + sum(float(g) for g in brought.gains[n, :, draw])
            - (0.0 if struck is None else float(brought.alone[n, struck, draw]))
            for n in (0, 1)
        ]
        kept = [c for c in range(len(draft.provisions)) if c != struck]
        shift = sum(float(brought.shifts[c, draw]) for c in kept)
        fights = [float(stakes.fights[n, draw]) for n in (0, 1)]
        lean = abs((utility[0] - fights[0]) - (utility[1] - fights[1])) / 2
        factors = sum(float(brought.factors[c, draw]) for c in kept)
        raised = factors + at["lean"] * lean + at["shift"] * abs(shift) + at["imposed"] * imposed
        hazard = at["base"] * math.exp(raised)
        lasting = sum(0.5 * s * math.exp(-s) * math.exp(-hazard * (s / rate) ** at["shape"]) for s in map(float, NODES))
        later = [fights[n] + (1, -1)[n] * float(stakes.decided[n, draw]) * shift for n in (0, 1)]
        values = [lasting * utility[n] + (1 - lasting) * later[n] for n in (0, 1)]
        out.append((values[0], values[1], math.exp(-hazard * 10 ** at["shape"])))
    return out


@pytest.fixture(scope="module")
def drafts_and_stakes() -> tuple[tuple[Settlement, ...], Stakes]:
    pack = read_pack(WAR)
    drafts = read_settlements(pack)
    rng = np.random.default_rng(0)
    reservation = np.column_stack([rng.normal(0.9, 0.05, 200), rng.normal(0.1, 0.2, 200)])
    fighting = Fighting(pack.war.as_of, "made up", reservation, np.full(200, 0.995), np.full(200, 1 / 200))
    ground = ground_for(drafts, pack)
    return drafts, stakes_of(pack.war, ground, fighting, preferences_of(pack.war, DRAWS, 0), 0)


def test_one_appraisal_against_plain_loops(benchmark, drafts_and_stakes) -> None:  # type: ignore[no-untyped-def]
    drafts, stakes = drafts_and_stakes
    longest = max(drafts, key=lambda d: (not d.variants, len(d.provisions)))
    found = appraise(longest, stakes)
    benchmark(appraise, longest, stakes)
    brought = clauses_of(longest, stakes)
    start = time.perf_counter()
    told = [plain(longest, stakes, brought, draw) for draw in range(FEW)]
    slow = (time.perf_counter() - start) * DRAWS / FEW
    for draw, (whole, *without) in enumerate(told):
        here = (found.sides["a"].value[draw], found.sides["b"].value[draw], found.survival(10)[draw])
        assert np.allclose(here, whole, atol=1e-12)
        for one, rest in zip(found.clauses, without, strict=True):
            lost = (one.without_a[draw], one.without_b[draw], one.without_survival[draw])
            assert np.allclose(lost, np.subtract(whole, rest), atol=1e-12)
    ratio = slow / benchmark.stats.stats.mean
    benchmark.extra_info |= {"ratio": round(ratio, 1), "clauses": len(longest.provisions)}
    print(
        f"\n{len(longest.provisions)} clauses, {DRAWS} draws: loops {slow:.1f} s without the orders of the clauses, "
        f"appraised with them in {benchmark.stats.stats.mean:.3f} s, ratio {ratio:.0f}"
    )
    assert ratio > 1


def test_amendments_against_appraising_every_pair_of_changes(benchmark, drafts_and_stakes) -> None:  # type: ignore[no-untyped-def]
    drafts, stakes = drafts_and_stakes
    longest = max(drafts, key=lambda d: (not d.variants, len(d.provisions)))
    found = benchmark.pedantic(amend, (longest, stakes, drafts), {"wanted": 0.8}, rounds=1)
    start = time.perf_counter()
    appraise(longest, stakes)
    one = time.perf_counter() - start
    others = [len(issue.options) - 1 for issue in stakes.war.issues]
    pairs = sum(a * b for a, b in itertools.combinations(others, 2))
    ratio = pairs * one / benchmark.stats.stats.mean
    benchmark.extra_info |= {"ratio": round(ratio, 1), "status": found.status, "alternatives": len(found.amendments)}
    print(
        f"\n{found.status}, {len(found.amendments)} alternatives in {benchmark.stats.stats.mean:.1f} s; every one of {pairs} pairs "
        f"of changes appraised as a draft {pairs * one:.0f} s, ratio {ratio:.0f}"
    )
    assert ratio > 1
