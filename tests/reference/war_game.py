"""The war-termination game solved plainly: the oracle that the compiled solver must agree with.

Reads the same tables as a game file (a dictionary), fills the defaults, and walks backwards over the months with
NumPy, one line of code for each line of the mathematics. Nothing here is imported from the package.

State: position of the front (one axis, or the product of two), regime g, public statistic y, month t. Arrays are
laid out as [position, regime, statistic]. Phases: first the games after a shift of power, then the war itself,
whose settlements look at them.
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import erf, expit

ACCEPT = 1e-12
"""At indifference players accept; so much may be lost to rounding."""

DEFAULTS: dict[str, dict[str, Any]] = {
    "learning": {"kind": "gaussian", "sigma": 1.0},
    "time": {"discount": 0.995, "horizon": 96},
    "costs": {"a": 0.0, "b": 0.0, "growth": 0.0, "land_flow": 1.0},
    "bargaining": {"proposer_a": 0.5, "talks": 1.0, "transfer_cap": 0.05, "surrender": True, "lottery": False},
    "defeat": {"a": 0.0, "b": 0.0},
    "domestic": {"red_line_a": 0.0, "red_line_b": 0.0, "penalty_a": 0.0, "penalty_b": 0.0},
    "commitment": {"arrival": 0.0, "shift": 0.0, "guarantee": 0.0, "penalty": 0.0, "strategic_line": None,
                   "strategic_factor": 0.0, "smoothing": 0.01},
    "grid": {"displacement": [-2, -1, 0, 1, 2], "statistic_max": 12.0, "statistic_points": 49,
             "terminal": "stationary"},
}  # fmt: skip


def with_defaults(spec: dict[str, Any]) -> dict[str, Any]:
    """The tables of a game file with every default written out."""
    full = copy.deepcopy(spec)
    for table, keys in DEFAULTS.items():
        full[table] = {**keys, **full.get(table, {})}
    full["axes"] = full.pop("axis") if isinstance(full["axis"], list) else [full.pop("axis")]
    total = sum(axis["steps"] for axis in full["axes"])
    for axis in full["axes"]:
        axis.setdefault("value_a", [1 / total] * axis["steps"])
        axis.setdefault("value_b", [1 / total] * axis["steps"])
        axis.setdefault("barrier", [0.0] * (axis["steps"] + 1))
        axis.setdefault("blocks", [])
    regimes = full.get("regimes", {})
    number = len(regimes.get("drift", regimes.get("transition", [0])))
    full["regimes"] = {
        "drift": [0.0] * number, "cost_a": [full["costs"]["a"]] * number, "cost_b": [full["costs"]["b"]] * number,
        "transition": np.eye(number).tolist(), "start": 0, **regimes,
    }  # fmt: skip
    return full


@dataclass
class Land:
    """The positions of the front, what each is worth, and where battles lead."""

    at: np.ndarray  # [position, axis] steps held by A
    share: np.ndarray  # [side, position] value of the land held
    over: np.ndarray  # [position] whether every axis has come to an end
    end: np.ndarray  # [side, position] payoff where it has
    following: np.ndarray  # [outcome, position] next position
    outcomes: np.ndarray  # [outcome, axis] displacement on each axis
    barrier: np.ndarray  # [position, axis]


def lay_out(spec: dict[str, Any]) -> Land:
    """Positions, values, ends and moves; two axes make the product of their lines."""
    axes, moves = spec["axes"], spec["grid"]["displacement"]
    sizes = [axis["steps"] for axis in axes]
    at = np.array(list(itertools.product(*(range(n + 1) for n in sizes))))
    held = [np.concatenate([[0.0], np.cumsum(axis["value_a"])]) for axis in axes]
    left = [np.concatenate([[0.0], np.cumsum(axis["value_b"])]) for axis in axes]
    a = sum(h[at[:, k]] for k, h in enumerate(held))
    b = sum(v[-1] - v[at[:, k]] for k, v in enumerate(left))
    low, high = (at == 0).all(1), (at == np.array(sizes)).all(1)
    over = ((at == 0) | (at == np.array(sizes))).all(1)
    end_a = np.where(high, 1.0, np.where(low, -spec["defeat"]["a"], a))
    end_b = np.where(low, 1.0, np.where(high, -spec["defeat"]["b"], b))
    outcomes = np.array(list(itertools.product(moves, repeat=len(axes))))
    stuck = (at == 0) | (at == np.array(sizes))  # an axis at its end moves no more
    after = np.clip(at[None] + np.where(stuck[None], 0, outcomes[:, None]), 0, np.array(sizes))
    strides = np.cumprod([1] + [n + 1 for n in sizes[:0:-1]])[::-1]
    barrier = np.stack([np.asarray(axis["barrier"], float)[at[:, k]] for k, axis in enumerate(axes)], 1)
    return Land(at, np.stack([a, b]), over, np.stack([end_a, end_b]), (after * strides).sum(2), outcomes, barrier)


def normal_bins(mean: np.ndarray, sd: float, moves: list[int]) -> np.ndarray:
    """Chance of each displacement when the drift is normal: edges half-way between neighbours; shape [move, ...]."""
    edges = [(lo + hi) / 2 for lo, hi in itertools.pairwise(moves)]
    below = [0.5 * (1 + erf((edge - mean) / (sd * np.sqrt(2)))) for edge in edges]
    return np.diff([np.zeros_like(mean), *below, np.ones_like(mean)], axis=0)


def believed(spec: dict[str, Any], prior: dict[str, Any], y: np.ndarray, t: int) -> list[tuple[Any, Any, float]]:
    """Belief about the drift after t months as a mixture of normals: (weight, mean, sd), each by statistic.

    One axis and a normal prior need one normal; two axes share one drift, so that their displacements are independent
    only given it, and the belief is cut into nine points (Gauss–Hermite).
    """
    sigma, seen = spec["learning"]["sigma"], t * len(spec["axes"])
    if spec["learning"]["kind"] == "gaussian":
        precision = 1 / prior["sd"] ** 2 + seen / sigma**2
        mean = (prior["mean"] / prior["sd"] ** 2 + y / sigma**2) / precision
        if len(spec["axes"]) == 1:
            return [(1.0, mean, 1 / np.sqrt(precision))]
        nodes, weights = np.polynomial.hermite_e.hermegauss(9)
        return [(w, mean + n / np.sqrt(precision), 0.0) for n, w in zip(nodes, weights / weights.sum(), strict=True)]
    values = np.asarray(prior["values"], float)
    log_weight = np.log(prior["weights"]) + (values * y[:, None] - seen * values**2 / 2) / sigma**2
    weight = np.exp(log_weight - log_weight.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    return [(weight[:, h], v + 0 * y, 0.0) for h, v in enumerate(values)]


def predictive(spec: dict[str, Any], land: Land, prior: dict[str, Any], shift: float, y: np.ndarray, t: int) -> Any:
    """What a side expects of the next month: chances by [outcome, position, regime, statistic]."""
    moves, sigma = spec["grid"]["displacement"], spec["learning"]["sigma"]
    drift = np.asarray(spec["regimes"]["drift"], float)
    if spec["learning"]["kind"] == "beta":
        wins = np.clip((t + y) / 2, 0, t)
        p = (prior["a"] + wins) / (prior["a"] + prior["b"] + t)
        return np.broadcast_to(np.stack([1 - p, p])[:, None, None, :], (2, len(land.at), len(drift), len(y)))
    offset = land.barrier[:, :, None] + drift + shift  # [position, axis, regime]
    total = np.zeros((len(land.outcomes), len(land.at), len(drift), len(y)))
    for weight, mean, sd in believed(spec, prior, y, t):
        chance = np.ones((1, len(land.at), len(drift), len(y)))
        for k in range(len(spec["axes"])):
            one = normal_bins(mean + offset[:, k, :, None], np.sqrt(sd**2 + sigma**2), moves)
            chance = (chance[:, None] * one[None]).reshape(-1, *one.shape[1:])
        total += weight * chance
    return total


def split(spec: dict[str, Any], land: Land, shift: float, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the statistic goes: lower neighbour and weight of the upper, by [outcome, position, regime, statistic]."""
    drift = np.asarray(spec["regimes"]["drift"], float)
    offset = land.barrier[:, :, None] + drift + shift
    moved = land.outcomes[:, None, :, None] - offset[None]  # [outcome, position, axis, regime]
    step = y[1] - y[0]
    place = np.clip((y + moved.sum(2)[..., None] - y[0]) / step, 0, len(y) - 1)
    near = np.rint(place)
    place = np.where(np.abs(place - near) < 1e-9, near, place)
    lower = np.minimum(place.astype(int), len(y) - 2)
    return lower, place - lower


@dataclass
class Terms:
    """What can be agreed: lines, surrenders, and lots drawn between the ends of a block."""

    position: np.ndarray  # [term] where the front is drawn
    final: np.ndarray  # [term] whether it ends everything (a surrender)
    cap: np.ndarray  # [term] largest transfer
    pairs: list[tuple[int, int]] = field(default_factory=list)  # terms between which lots may be drawn


def list_terms(spec: dict[str, Any], land: Land) -> Terms:
    """Lines that no block forbids, then both surrenders; a transfer goes with a line only."""
    bargaining, axes = spec["bargaining"], spec["axes"]
    inside = np.zeros(len(land.at), bool)
    for k, axis in enumerate(axes):
        for lo, hi in axis["blocks"]:
            inside |= (land.at[:, k] > lo) & (land.at[:, k] < hi)
    lines = np.flatnonzero(~inside & ~land.over)
    position, final = list(lines), [False] * len(lines)
    if bargaining["surrender"]:
        position += [0, len(land.at) - 1]
        final += [True, True]
    cap = [0.0 if f else bargaining["transfer_cap"] for f in final]
    pairs = []
    if bargaining["lottery"]:
        where = {tuple(land.at[p]): n for n, p in enumerate(position)}
        for k, axis in enumerate(axes):
            for lo, hi in axis["blocks"]:
                for place in {tuple(np.delete(row, k)) for row in land.at}:
                    ends = [tuple(np.insert(np.array(place, int), k, at)) for at in (lo, hi)]
                    if ends[0] in where and ends[1] in where:
                        pairs.append((where[ends[0]], where[ends[1]]))
    return Terms(np.array(position), np.array(final), np.array(cap, float), sorted(pairs))


def peace_value(spec: dict[str, Any], land: Land, terms: Terms, after: dict[int, np.ndarray] | None) -> np.ndarray:
    """U_i of every term: [side, term, regime, statistic]; `after` holds V of the games after the shift (11.5)."""
    domestic, commitment = spec["domestic"], spec["commitment"]
    regimes = len(spec["regimes"]["drift"])
    points = spec["grid"]["statistic_points"]
    share = np.where(terms.final, land.end[:, terms.position], land.share[:, terms.position])
    worth = np.broadcast_to(share[:, :, None, None], (2, len(terms.position), regimes, points)).copy()
    if after is not None:
        delta, rho, s = spec["time"]["discount"], commitment["arrival"], commitment["smoothing"]
        weight = delta * rho / (1 - delta * (1 - rho)) * (1 - commitment["guarantee"])
        good = has_good(spec, land, terms)
        then = np.where(
            good[None, :, None, None], after[1][:, terms.position], after[0][:, terms.position]
        )  # V+ at the line
        gain = then - commitment["penalty"] - worth
        if s > 0:
            broken, by_whom = expit(gain.max(0) / s), expit(gain / s)
        else:
            broken, by_whom = (gain.max(0) > 0).astype(float), (gain > 0).astype(float)
        change = weight * (broken * (then - worth) - commitment["penalty"] * by_whom)
        worth += np.where(terms.final[None, :, None, None], 0.0, change)
    for side, name in enumerate("ab"):
        past = (land.share[side, terms.position] < domestic[f"red_line_{name}"] - 1e-9) & ~terms.final
        worth[side] -= domestic[f"penalty_{name}"] * past[:, None, None]
    return worth


def has_good(spec: dict[str, Any], land: Land, terms: Terms) -> np.ndarray:
    """Terms by which the side that fears the shift holds the strategic line (on the first axis)."""
    line = spec["commitment"]["strategic_line"]
    at = land.at[terms.position, 0]
    if line is None:
        return np.zeros(len(at), bool)
    return at <= line if spec["commitment"]["shift"] > 0 else at >= line


def bargain(mine: np.ndarray, theirs: np.ndarray, reserve: np.ndarray, terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """Best that a proposer can have, and what its answerer then gets.

    `mine`, `theirs`: U of proposer and answerer, [term, regime, statistic]; `reserve`: R of the answerer,
    [position, regime, statistic]. Among terms that the proposer likes alike, the one that the answerer likes best.
    """

    def had(u: np.ndarray, v: np.ndarray, cap: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        fits = v + cap >= reserve - ACCEPT
        own = np.where(fits, u + np.minimum(cap, v - reserve), -np.inf)
        return own, np.where(fits, np.maximum(v - cap, reserve), -np.inf)

    offers = [had(mine[:, None], theirs[:, None], terms.cap[:, None, None, None])]
    for lo, hi in terms.pairs:
        cap = min(terms.cap[lo], terms.cap[hi])
        for target in {-cap, cap} if np.isfinite(cap) else set():
            gap = theirs[hi] - theirs[lo]
            flat = np.abs(gap) < 1e-300
            q = np.clip((reserve + target - theirs[lo]) / np.where(flat, 1.0, gap), 0, 1) * ~flat
            offers.append(had((mine[lo] + q * (mine[hi] - mine[lo]))[None], (theirs[lo] + q * gap)[None], cap))
    own, other = (np.concatenate(part) for part in zip(*offers, strict=True))
    best = own.max(axis=0)
    answer = np.where(own >= best - ACCEPT, other, -np.inf).max(axis=0)
    return best, answer


@dataclass
class Step:
    """One month of one phase: [side, position, regime, statistic] values, and who settles where."""

    value: np.ndarray
    reserve: np.ndarray
    settle: np.ndarray
    margin: np.ndarray
    peace: np.ndarray


def stage(spec: dict[str, Any], land: Land, terms: Terms, worth: np.ndarray, reserve: np.ndarray) -> Step:
    """Who proposes what and who accepts, given what fighting on is worth to each (11.6)."""
    lam = spec["bargaining"]["proposer_a"]
    best_a, answer_b = bargain(worth[0], worth[1], reserve[1], terms)
    best_b, answer_a = bargain(worth[1], worth[0], reserve[0], terms)
    margin = best_a - reserve[0]
    settle = margin >= -ACCEPT
    signed = spec["bargaining"]["talks"] * settle  # chance of a signature; the war goes on without one
    agreed_a = np.where(settle, lam * best_a + (1 - lam) * answer_a, 0.0)
    agreed_b = np.where(settle, (1 - lam) * best_b + lam * answer_b, 0.0)
    value_a = signed * agreed_a + (1 - signed) * reserve[0]
    value_b = signed * agreed_b + (1 - signed) * reserve[1]
    value = np.where(land.over[None, :, None, None], land.end[:, :, None, None], np.stack([value_a, value_b]))
    return Step(value, reserve, settle & ~land.over[:, None, None], margin, worth)


class Phase:
    """The war, or the war after a shift of power: beliefs, moves and flows of one drift offset."""

    def __init__(self, spec: dict[str, Any], land: Land, shift: float) -> None:
        self.spec, self.land, self.shift = spec, land, shift
        grid = spec["grid"]
        self.y = np.linspace(-grid["statistic_max"], grid["statistic_max"], grid["statistic_points"])
        self.lower, self.upper_weight = split(spec, land, shift, self.y)

    def expected(self, value: np.ndarray, chances: np.ndarray, learn: bool) -> np.ndarray:
        """E[V(next)] for one side: chances [outcome, position, regime, statistic], value [position, regime, statistic]."""
        mixed = np.einsum("gh,xhy->xgy", np.asarray(self.spec["regimes"]["transition"], float), value)
        place = self.land.following
        if learn:
            place, regime = place[:, :, None, None], np.arange(value.shape[1])[:, None]
            low, up = self.lower, self.upper_weight
            then = (1 - up) * mixed[place, regime, low] + up * mixed[place, regime, low + 1]
        else:
            then = mixed[place]
        return (chances * then).sum(axis=0)

    def reserve(self, value: np.ndarray, chances: list[np.ndarray], t: int, learn: bool) -> np.ndarray:
        """R_i = flow + delta E_i V (11.6)."""
        spec, land = self.spec, self.land
        delta, costs = spec["time"]["discount"], spec["costs"]
        grown = 1 + costs["growth"] * t
        out = []
        for side, name in enumerate("ab"):
            cost = np.asarray(spec["regimes"][f"cost_{name}"], float) * grown
            flow = (1 - delta) * (costs["land_flow"] * land.share[side][:, None, None] - cost[None, :, None])
            fought = flow + delta * self.expected(value[side], chances[side], learn)
            out.append(np.where(land.over[:, None, None], land.end[side][:, None, None], fought))
        return np.stack(out)

    def chances(self, t: int) -> list[np.ndarray]:
        """Both sides' predictive chances in month t."""
        learning = self.spec["learning"]
        return [predictive(self.spec, self.land, learning[f"prior_{s}"], self.shift, self.y, t) for s in "ab"]

    def fight(self, t: int) -> np.ndarray:
        """Fight to the finish at the frozen belief of month t: one linear system for each statistic and side."""
        spec, land = self.spec, self.land
        delta = spec["time"]["discount"]
        transition = np.asarray(spec["regimes"]["transition"], float)
        size, regimes, points = len(land.at), len(transition), len(self.y)
        nothing = np.zeros((2, size, regimes, points))
        flow, chances = self.reserve(nothing, self.chances(t), t, learn=False), self.chances(t)
        out = np.empty_like(flow)
        for side in range(2):
            for k in range(points):
                move = np.zeros((size, regimes, size, regimes))
                for outcome, chance in enumerate(chances[side]):
                    for g in range(regimes):
                        move[np.arange(size), g, land.following[outcome]] += chance[:, g, k, None] * transition[g]
                move[land.over] = 0
                system = np.eye(size * regimes) - delta * move.reshape(size * regimes, -1)
                out[side, :, :, k] = np.linalg.solve(system, flow[side, :, :, k].ravel()).reshape(size, regimes)
        return out


@dataclass
class Reference:
    """The solved game: what happens in each month of the war, [month] → Step; and the terms."""

    spec: dict[str, Any]
    land: Land
    terms: Terms
    steps: list[Step]
    y: np.ndarray
    sweeps: int


def solve_reference(tables: dict[str, Any], tolerance: float = 1e-12, most_sweeps: int = 20_000) -> Reference:
    """Solve a game backwards from its horizon; `tables` as in a game file."""
    spec = with_defaults(tables)
    land = lay_out(spec)
    terms = list_terms(spec, land)
    commitment, horizon = spec["commitment"], spec["time"]["horizon"]
    war = Phase(spec, land, 0.0)
    later = []
    if commitment["arrival"] > 0:
        later = [Phase(spec, land, commitment["shift"] * f) for f in (1.0, commitment["strategic_factor"])]
        if commitment["strategic_line"] is None:
            later = later[:1]
    plain = peace_value(spec, land, terms, None)
    sweeps = 0

    def rest(phase: Phase, worth: np.ndarray) -> np.ndarray:
        """Value at the horizon: fight to the finish, or the limit of bargaining month by month before it."""
        nonlocal sweeps
        value, chances = phase.fight(horizon), phase.chances(horizon)
        if spec["grid"]["terminal"] == "fight":
            return value
        for _ in range(most_sweeps):
            sweeps += 1
            new = stage(spec, land, terms, worth, phase.reserve(value, chances, horizon, learn=False)).value
            change, value = np.abs(new - value).max(), new
            if change < tolerance:
                break
        return value

    def of_peace(values: list[np.ndarray]) -> np.ndarray:
        return peace_value(spec, land, terms, {0: values[0], 1: values[-1]}) if values else plain

    after = [rest(phase, plain) for phase in later]
    value = rest(war, of_peace(after))
    steps: list[Step] = []
    for t in range(horizon - 1, -1, -1):
        after = [
            stage(spec, land, terms, plain, phase.reserve(v, phase.chances(t), t, learn=True)).value
            for phase, v in zip(later, after, strict=True)
        ]
        step = stage(spec, land, terms, of_peace(after), war.reserve(value, war.chances(t), t, learn=True))
        value = step.value
        steps.append(step)
    return Reference(spec, land, terms, steps[::-1], war.y, sweeps)
