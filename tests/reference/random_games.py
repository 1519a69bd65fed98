"""Random small games of a few forms, as tables of a game file; for agreement with the reference solver."""

from __future__ import annotations

from typing import Any

import numpy as np

FORMS = ("plain", "commitment", "strategic", "regimes", "hypotheses", "counts", "two axes", "lots")


def random_game(form: str, rng: np.random.Generator) -> dict[str, Any]:
    """A small game of one form; games of one form have arrays of one size."""
    steps = 6

    def worth() -> list[float]:
        value = rng.uniform(0.2, 1.0, steps)
        return list(value / value.sum())

    def prior() -> dict[str, float]:
        return {"mean": float(rng.normal(0, 0.3)), "sd": float(rng.uniform(0.1, 0.6))}

    tables: dict[str, Any] = {
        "axis": {
            "steps": steps, "start": int(rng.integers(1, steps)), "value_a": worth(), "value_b": worth(),
            "blocks": [[1, 4]] if rng.random() < 0.4 else [],
        },
        "learning": {"sigma": float(rng.uniform(0.5, 1.5)), "prior_a": prior(), "prior_b": prior(), "analyst": prior()},
        "time": {"discount": float(rng.choice([0.9, 0.97, 0.99])), "horizon": 8},
        "costs": {
            "a": float(rng.uniform(0, 3)), "b": float(rng.uniform(0, 3)), "growth": float(rng.choice([0, 0.05])),
            "land_flow": float(rng.choice([1.0, 0.5])),
        },
        "bargaining": {
            "proposer_a": float(rng.uniform(0, 1)), "transfer_cap": float(rng.choice([0.0, 0.05, 0.2])),
            "surrender": bool(rng.random() < 0.7),
        },
        "defeat": {"a": float(rng.uniform(0, 0.5)), "b": float(rng.uniform(0, 0.5))},
        "domestic": {
            "red_line_a": float(rng.uniform(0, 0.6)), "red_line_b": float(rng.uniform(0, 0.6)),
            "penalty_a": float(rng.choice([0, 0.2])), "penalty_b": float(rng.choice([0, 0.2])),
        },
        "commitment": {},
        "grid": {"displacement": [-1, 0, 1], "statistic_max": 4.0, "statistic_points": 17},
    }  # fmt: skip
    shaken = {
        "arrival": float(rng.uniform(0.01, 0.3)), "shift": float(rng.normal(0, 0.8)),
        "guarantee": float(rng.uniform(0, 1)), "penalty": float(rng.choice([0.0, 0.05])),
        "smoothing": float(rng.choice([0.0, 0.01])),
    }  # fmt: skip
    if form in ("commitment", "strategic", "regimes", "two axes"):
        tables["commitment"] = shaken
        tables["axis"]["barrier"] = list(rng.normal(0, 0.3, steps + 1))
    if form == "strategic":
        tables["commitment"] |= {"strategic_line": 3, "strategic_factor": float(rng.choice([0.0, 0.5]))}
    if form == "regimes":
        stay = rng.uniform(0.5, 1.0, 2)
        tables["regimes"] = {
            "drift": list(rng.normal(0, 0.4, 2)), "cost_a": list(rng.uniform(0, 3, 2)), "cost_b": list(rng.uniform(0, 3, 2)),
            "transition": [[stay[0], 1 - stay[0]], [1 - stay[1], stay[1]]], "start": 1,
        }  # fmt: skip
    if form == "hypotheses":
        values = sorted(rng.normal(0, 0.5, 3))
        for who in ("prior_a", "prior_b", "analyst"):
            tables["learning"][who] = {"values": list(values), "weights": list(rng.dirichlet([2, 2, 2]))}
        tables["learning"]["kind"] = "hypotheses"
    if form == "counts":
        tables["grid"] = {"displacement": [-1, 1], "statistic_max": 8.0, "statistic_points": 17, "terminal": "fight"}
        for who in ("prior_a", "prior_b", "analyst"):
            tables["learning"][who] = {"a": float(rng.uniform(1, 8)), "b": float(rng.uniform(1, 8))}
        tables["learning"]["kind"] = "beta"
    if form == "two axes":
        axes = []
        for size in (3, 2):
            value = np.full(size, 0.2)
            axes.append({
                "steps": size, "start": 1, "value_a": list(value), "value_b": list(value),
                "barrier": list(rng.normal(0, 0.3, size + 1)), "blocks": [],
            })  # fmt: skip
        tables["axis"] = axes
    if form == "lots":
        tables["axis"]["blocks"] = [[1, 4]]
        tables["bargaining"] |= {"lottery": True, "transfer_cap": float(rng.choice([0.0, 0.05]))}
    return tables
