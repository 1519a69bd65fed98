"""One game solved and told as plain values: what the command line prints, and what other programs read as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from armistice.core.endings import BargainingRange, BeliefMap, Blockers, Lever, LeverPair
from armistice.game.arrays import Method
from armistice.game.blockers import blockers, identity_of
from armistice.game.form import WarGame
from armistice.game.levers import belief_map, pairs, price_of_waiting, scan
from armistice.game.solve import solve
from armistice.game.terms import equilibrium_of, outlook_of

Record = dict[str, Any]
_IDENTITY = (
    "information",
    "cost",
    "wedge_now",
    "waste_future",
    "transferability",
    "flow_adjustment",
    "tu_gap",
    "discount",
)


LOOSE = "their numbers mean nothing by themselves; smooth accept-or-fight with --acceptance 0.001"
"""What to know of games that did not come to rest, and to do."""


def record_of(
    game: WarGame,
    months: int = 36,
    with_blockers: bool = False,
    with_levers: bool = False,
    method: Method | None = None,
    progress: Callable[[str, float], None] = lambda what, share: None,
) -> Record:
    """Solve a game and tell what was found, in plain values that JSON can hold (nothing where there is no number).

    Parameters
    ----------
    game : WarGame
    months : int
        Months ahead; at most to the horizon.
    with_blockers, with_levers : bool
        Whether to solve it again without each set of mechanisms, and over the range of each lever.
    method : Method, optional
    progress : callable
        Called with the name of the stage and the share of it that is done.
    """
    progress("solving", 0.0)
    found = solve(game, method=method, strict=False)
    at, ahead = equilibrium_of(found), outlook_of(found, months)
    identity = identity_of(found)
    common = equilibrium_of(solve(game.at_common_prior(), method=method, strict=False))
    out: Record = {
        "engine": at.engine,
        "status": at.status,
        "converged": at.converged,
        "reservation_a": at.reservation_a[0],
        "reservation_b": at.reservation_b[0],
        "value_a": at.value_a[0],
        "value_b": at.value_b[0],
        "settles_now": at.settles[0],
        "gap": at.gap[0],
        "gap_common_prior": common.gap[0],
        "net_share_a": at.net_share_a[0],
        "line": at.line[0],
        "least_line_a": at.least_line_a[0],
        "most_line_b": at.most_line_b[0],
        "regret": at.regret[0],
        "identity": {name: identity[name][0] for name in _IDENTITY},
        "expected_months": ahead.expected_months[0],
        "outlook": [
            {
                "month": int(month),
                "p_settlement": ahead.p_settlement[0, k],
                "p_victory_a": ahead.p_victory_a[0, k],
                "p_victory_b": ahead.p_victory_b[0, k],
                "p_ongoing": ahead.p_ongoing[0, k],
                "expected_share_a": ahead.expected_share_a[0, k],
            }
            for k, month in enumerate(ahead.months)
        ],
    }
    if with_blockers:
        out["blockers"] = {
            **_blockers(
                blockers(game, method=method, strict=False, progress=lambda s: progress("what stands in the way", s))
            ),
            "common_prior": _blockers(blockers(game, method=method, common_prior=True, strict=False)),
        }
    if with_levers:
        found_levers = scan(game, method=method, strict=False, progress=lambda s: progress("moving levers", s))
        joint = pairs(game, found_levers, method=method, strict=False, progress=lambda s: progress("moving pairs", s))
        beliefs = belief_map(game, method=method, strict=False, progress=lambda s: progress("mapping beliefs", s))
        out["levers"] = [_lever(lever) for lever in found_levers]
        out["lever_pairs"] = [_pair(pair) for pair in joint]
        out["price_of_waiting"] = _waiting(price_of_waiting(game, method, strict=False))
        out["belief_map"] = None if beliefs is None else _beliefs(beliefs)
    return _plain(out)


def _blockers(found: Blockers) -> Record:
    return {
        "minimal_sets": [list(subset) for subset in found.minimal_sets],
        "shapley_gap": {name: share[0] for name, share in found.shapley_gap.items()},
        "shapley_p12": {name: share[0] for name, share in found.shapley_p12.items()},
        "converged": found.converged,
        "gap_without": {"+".join(subset) or "nothing": gap[0] for subset, gap in found.gap_without.items()},
    }


def _lever(lever: Lever) -> Record:
    return {
        "key": lever.key, "title": lever.title, "unit": lever.unit, "now": lever.now, "values": lever.values,
        "gap": lever.gap, "gap_common_prior": lever.gap_common, "p_settlement_12": lever.p12,
        "intervals": [list(stretch) for stretch in lever.intervals], "least": lever.least, "converged": lever.converged,
    }  # fmt: skip


def _pair(pair: LeverPair) -> Record:
    return {"levers": [pair.first, pair.second], "values": [pair.first_value, pair.second_value], "effort": pair.effort}


def _waiting(found: BargainingRange) -> list[Record]:
    return [
        {
            "steps": int(steps), "reservation_a": found.reservation_a[0, k], "reservation_b": found.reservation_b[0, k],
            "settles": found.settles[0, k], "gap": found.gap[0, k], "least_line_a": found.least_line_a[0, k],
            "most_line_b": found.most_line_b[0, k],
        }
        for k, steps in enumerate(found.at)
    ]  # fmt: skip


def _beliefs(found: BeliefMap) -> Record:
    return {
        "mean_a": found.mean_a, "mean_b": found.mean_b, "gap": found.gap, "now_a": found.now_a, "now_b": found.now_b,
        "analyst": found.analyst, "converged": found.converged,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Values that JSON can hold: twelve digits, nothing in place of what is no number."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.12g}") + 0.0 if math.isfinite(value) else None
    return value


def in_words(told: dict[str, Any]) -> Iterator[str | list[dict[str, Any]]]:
    """A solved game for readers, sentences and tables: shares of the stake in per cent."""

    def share(value: float | None) -> str:
        return "none" if value is None else f"{100 * value:.1f} %"

    yield (f"{told['engine']}. {told['status'][:1].upper()}{told['status'][1:]}.")
    yield (
        f"Fighting on is worth {share(told['reservation_a'])} of the stake to A and {share(told['reservation_b'])} to B."
    )
    if told["settles_now"]:
        signed, lead = 1 - told["outlook"][0]["p_ongoing"], "They settle now"
        if signed < 1:
            lead = f"A deal suits both now, signed this month with chance {share(signed)}"
        yield f"{lead}: A has {share(told['net_share_a'])}, the line is drawn at {told['line']:g} steps."
    else:
        lines = [f"{told[k]:g}" if told[k] is not None else "none" for k in ("least_line_a", "most_line_b")]
        yield (
            f"They fight on: the best term is short by {share(told['gap'])} ({share(told['gap_common_prior'])} if both "
            f"believed what the analyst believes). Least line for A: {lines[0]}; furthest line for B: {lines[1]}."
        )
    rows = [
        {"term": name.replace("_", " "), "share of the stake": "none" if value is None else f"{100 * value:.2f} %"}
        for name, value in told["identity"].items()
        if name != "discount"
    ]
    yield rows
    ahead = [m for m in told["outlook"] if m["month"] % 6 == 0]
    yield (
        [
            {
                "month": m["month"], "settlement": share(m["p_settlement"]), "victory of A": share(m["p_victory_a"]),
                "victory of B": share(m["p_victory_b"]), "war goes on": share(m["p_ongoing"]),
                "A's share": share(m["expected_share_a"]),
            }
            for m in ahead
        ])  # fmt: skip
    if "blockers" in told:
        sets = [" and ".join(s) for s in told["blockers"]["minimal_sets"]]
        yield "Peace opens without: " + ("; or ".join(sets) if sets else "nothing that the game holds")
        if not told["blockers"]["converged"]:
            yield f"Some of the games behind these shares did not come to rest: {LOOSE}."
        gap, within = told["blockers"]["shapley_gap"], told["blockers"]["shapley_p12"]
        rows = [
            {"mechanism": k, "share of the gap": share(gap[k]), "of settling in 12 months": share(within[k])}
            for k in gap
        ]
        yield rows
    for lever in told.get("levers", []):
        stretches = ", ".join(f"{lo:.3g} to {hi:.3g}" for lo, hi in lever["intervals"])
        yield (
            f"{lever['title']} (now {lever['now']:.3g}, {lever['unit']}): "
            + (f"opens at {stretches}" if stretches else "does not open alone")
            + ("" if lever["converged"] else f"; not at rest at every value: {LOOSE}")
        )
    if "price_of_waiting" in told:
        rows = [
            {
                "steps won by A": f"{w['steps']:+d}", "A demands at least": share(w["reservation_a"]),
                "B concedes at most": share(1 - w["reservation_b"]), "settles": "yes" if w["settles"] else "no",
            }
            for w in told["price_of_waiting"]
        ]  # fmt: skip
        yield rows
    for pair in told.get("lever_pairs", [])[:5]:
        (one, other), (u, v) = pair["levers"], pair["values"]
        yield f"Together: {one} at {u:.3g} and {other} at {v:.3g}"
