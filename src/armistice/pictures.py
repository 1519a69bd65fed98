"""Models → pictures: each model of the library drawn the way a teacher would, from grids of its own answers.

The solution given is marked on the picture. Curves and regions come from the models themselves, solved on grids around
its inputs; where a picture needs more than a model answers (a payoff at a demand that is not the best one, a belief on
the way) it is written here from the payoffs and beliefs that the model's description states.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from armistice.core.bargaining import pareto
from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.show import lessons
from armistice.show.lessons import draw_frontier, draw_risk_return, hull, number, tell, words
from armistice.show.models import (
    Axis,
    Cells,
    Curve,
    Guide,
    Panel,
    Spot,
    Zone,
    draw_plot,
)
from armistice.show.style import Figure, join_words
from armistice.theory.models import MODELS, solve
from armistice.theory.screening import filson_werner, play, powell_power, solve_screening
from armistice.theory.slantchev import convergence
from armistice.theory.third_parties import mediation_closed_form

Array = Any
_SAME = 1e-9
_SHARES = "Shares of the stake, side A's."
_MOST = 40
"""Battles that a picture follows one by one."""


def draw_picture(solution: Solution, width: int = 760) -> Figure:
    """The picture of a model, around a solution of it.

    Raises
    ------
    QueryError
        If the solution is of a grid of inputs.
    """
    if solution.name not in PICTURES:
        raise QueryError(f"{solution.name}: no picture; expected a model of the list; draw another one")
    single = [i.name for i in MODELS[solution.name].inputs if i.kind in ("number", "integer")]
    grids = [name for name in single if np.ndim(solution.inputs[name])]
    if grids:
        raise QueryError(
            f"{solution.name} {join_words(grids)}: a grid; a picture wants single numbers; give one number for each"
        )
    return PICTURES[solution.name](solution, width)


# --- words and grids -----------------------------------------------------------------------------------------


def _plot(s: Solution, width: int, title: str, unit: str, told: str, *panels: Panel) -> Figure:
    return draw_plot(tell(s, title, unit, told), panels, width=width)


def _sweep(s: Solution, **grids: Array) -> tuple[dict[str, Any], Array]:
    """The model on grids of some inputs, the others as given; and where the inputs are possible."""
    names, arrays = list(grids), np.broadcast_arrays(*grids.values())
    model, values = MODELS[s.name], {**s.inputs, **dict(zip(names, arrays, strict=True))}
    possible = np.ones(arrays[0].shape, bool)
    for wanted in model.inputs:
        if wanted.name in grids:
            possible &= wanted.holds(values[wanted.name])
    for rule in model.rules:
        possible &= np.asarray(rule.holds(values), bool)
    kept = {name: np.where(possible, grid, s.inputs[name]) for name, grid in zip(names, arrays, strict=True)}
    return solve(s.name, **{**s.inputs, **kept}).values, possible


def _lines(s: Solution, name: str, at: Array) -> dict[str, Array]:
    """Outputs along one input; not a number where it is impossible."""
    values, possible = _sweep(s, **{name: at})
    numbers = {key: v for key, v in values.items() if np.ndim(v) < 2 and np.asarray(v).dtype.kind in "bif"}
    return {key: np.where(possible, np.asarray(v, float), np.nan) for key, v in numbers.items()}


def _map(
    s: Solution, x: tuple[str, float], y: tuple[str, float], kind: Callable[[dict[str, Any]], Array],
    *kinds: tuple[str, str],
) -> Cells:  # fmt: skip
    """Regions over two inputs, each from 0 to the end given with it."""
    along, up = ((np.arange(count) + 0.5) / count * high for (_, high), count in zip((x, y), (320, 168), strict=True))
    across, upright = np.meshgrid(along, up)
    values, possible = _sweep(s, **{x[0]: across, y[0]: upright})
    found = np.where(possible, np.asarray(kind(values)).astype(int), len(kinds))
    return Cells(found, (*kinds, ("not possible", "blank")))


def _until(s: Solution, name: str, tried: Array, flag: str, other: str, most: float) -> float:
    """An end for the axis of an input: beyond where it matters, and beyond the value given but not far from it."""
    values, possible = _sweep(s, **dict(zip((other, name), np.meshgrid(np.linspace(0, most, 41), tried), strict=True)))
    hit = (np.asarray(values[flag], bool) & possible).any(axis=1)
    last, own = (float(tried[np.flatnonzero(hit)[-1]]) if hit.any() else 0.0), float(s.inputs[name])
    bound = next(i.high for i in MODELS[s.name].inputs if i.name == name)
    return min(1.25 * max(min(last, max(6 * own, 0.5)), own, 0.04), bound)


def _top(*values: Array, least: float = 0.0, by: float = 1.12) -> float:
    """An end of an axis above all finite values."""
    flat = np.concatenate([np.ravel(np.asarray(v, float)) for v in values])
    flat = flat[np.isfinite(flat)]
    return max(float(flat.max()) * by if flat.size else 0.0, least) or 1.0


# --- hidden information --------------------------------------------------------------------------------------


def _risk_return(s: Solution, width: int) -> Figure:
    """Side A's payoff and the chance of war at every demand, from the chance of each type of side B."""
    v, p = s.inputs, s.inputs["p"]
    if s.name == "fearon1995.screening":
        steps, span = [p + v["low"]], v["high"] - v["low"]
        told = "Side B fights where its cost is below what the demand exceeds p by."
    else:
        steps = [p + v["c_tough"], p + v["c_weak"]]
        told = f"Side A plays safe from a chance of {number(s['cutoff'])} that B is tough; here it is {number(v['mu'])}."  # fmt: skip
    left = max(0.0, min(p - 0.1, 0.75))
    x = np.unique(np.concatenate([np.linspace(left, 1, 241), *([k, k + _SAME] for k in steps if left < k < 1)]))
    if s.name == "fearon1995.two_types":
        chance = np.where(x > steps[1], 1.0, np.where(x > steps[0], v["mu"], 0.0))
    else:
        chance = np.clip((x - steps[0]) / span, 0, 1) if span > 0 else (x > steps[0]).astype(float)
    payoff = chance * (p - v["c_a"]) + (1 - chance) * x
    best = (float(s["demand"]), float(s["p_war"]), float(s["value"]))
    told = f"The best demand is {number(best[0])}, worth {number(best[2])}, at a chance of war of {number(best[1])}. {told}"
    story = tell(s, "Risk and return: what a larger demand earns and risks", "Shares of the stake; chances.", told)
    return draw_risk_return(story, x, chance, payoff, best, p, width=width)


def _status_quo(s: Solution, width: int) -> Figure:
    q, p, most = s.inputs["q"], s.inputs["p"], min(1.0, s.inputs["p"] + s.inputs["s"]) or 1.0
    x = np.linspace(0, most, 241)
    found = _lines(s, "q", x)
    panel = Panel(
        Axis("Share of the stake that side D holds", 0, most),
        Axis("Share of the stake that side S offers, and the chance of war"),
        guides=(Guide(p, "D's power, p"),) if 0 < p < most else (),
        curves=(
            Curve(x, x, "what D holds", "muted", thin=True), Curve(x, found["p_war"], "chance of war", "apart"),
            Curve(x, found["offer"], "S's offer", "b"),
        ),
        spots=(Spot(q, s["p_war"], "here", "apart"), Spot(q, s["offer"], "", "b")),
    )  # fmt: skip
    told = f"Where D holds {number(q)} the offer is {number(s['offer'])} and the chance of war {number(s['p_war'])}."
    return _plot(s, width, "The risk of war as benefits fall short of power", "Shares of the stake; chances.", told, panel)  # fmt: skip


def _offers(s: Solution, width: int) -> Figure:
    """The first offer over the belief; and offers and beliefs along the path while they are refused."""
    v = s.inputs
    start: tuple[int, ...]
    if s.name == "filson_werner2002":
        start, battles = (v["n_a"], v["n_d"]), "battles"
        game = filson_werner(start, (v["p_weak"], v["p_strong"]), (v["k_a"], v["k_d"]))
    else:
        start, battles = (v["rounds"],), "rounds"
        ends = [(v[f"a_{k}"], v[f"b_{k}"]) for k in ("weak", "strong")]
        game = powell_power(v["rounds"], weak=ends[0], strong=ends[1], costs=(v["s"], v["d"]))
    solution = solve_screening(game, points=401)
    node, x, mu = game.nodes.index(start), solution.beliefs, v["mu"]
    first = Panel(
        Axis("Belief that side D is strong"), Axis("First offer to side D, share of the stake, and chance that it is accepted"),
        guides=(Guide(float(s["cutoff"]), "both contented above"),) if 0 < s["cutoff"] < 1 else (),
        curves=(Curve(x, solution.p_accept[node], "chance accepted", "peace"), Curve(x, solution.offer[node], "offer", "b")),
        spots=(Spot(mu, s["offer"], "here", "b"), Spot(mu, s["p_accept"], "", "peace")),
    )  # fmt: skip
    turns = [t for t in play(solution, start, mu).turns if t.battles <= _MOST]
    at = sorted({t.battles for t in turns})
    weight = np.array([[t.p_reached * (t.battles == k) for t in turns] for k in at])
    share = weight / weight.sum(axis=1, keepdims=True)
    lines = (("belief", "ink", share @ [t.belief for t in turns]), ("offer", "b", share @ [t.offer for t in turns]))
    path = Panel(
        Axis(f"{battles.capitalize()} fought before the offer", 0, max(at[-1], 1), whole=True),
        Axis("On average where the war goes on: offer, and belief that side D is strong"),
        curves=tuple(Curve(at, y, name, look, name == "belief") for name, look, y in lines),
        spots=tuple(Spot(k, float(b), "", look, False, 50) for _, look, y in lines for k, b in zip(at, y, strict=True)),
    )  # fmt: skip
    later = f"The last offer drawn comes after {at[-1]} {battles if at[-1] > 1 else battles[:-1]}." if len(at) > 1 else "No second offer is made."  # fmt: skip
    told = f"At a belief of {number(mu)} the first offer is {number(s['offer'])}, accepted with chance {number(s['p_accept'])}; after a refusal the belief is {number(s['posterior'])}. {later}"
    panels = (first, path) if len(at) > 1 else (first,)
    return _plot(s, width, "Offers that test a side of hidden strength, and what refusals teach", "Shares of the stake, side D's; chances.", told, *panels)  # fmt: skip


def _three_types(s: Solution, width: int) -> Figure:
    v, start = s.inputs, s.inputs["start"]
    refused = v["q_strong"] / (1 - v["q_weak"])
    known = convergence(v["n"], v["p_low"], v["discount"], v["b1"], v["b2"])["x"]
    branches = (("won", "a", s["q_win"], s["y_win"], start + 1), ("lost", "b", s["q_loss"], s["y_loss"], start - 1))
    belief = Panel(
        Axis("0 at first, 1 first demand refused, 2 after a battle, 3 second refusal", 0, 3, whole=True),
        Axis("Belief of player 1 that player 2 is strong"),
        curves=tuple(Curve([0, 1, 2, 3], [v["q_strong"], refused, q, 1], f"battle {end} by 1", look) for end, look, q, _, _ in branches),
        spots=tuple(Spot(k, y, "", "ink", False, 50) for k, y in enumerate((v["q_strong"], refused))),
    )  # fmt: skip
    terms = Panel(
        Axis("Battles fought before the settlement", -0.15, 2.15, whole=True),
        Axis("Player 1's share of the flow: its first demand, then what is agreed with each type left"),
        curves=tuple(
            Curve([0, 1, 2], [s["x0"], 1 - y, known[at]], "", look, thin=True)
            for _, look, _, y, state in branches for at in (state + 1, state - 1)
        ),
        spots=(
            Spot(0, s["x0"], "weak"), *(Spot(1, 1 - y, f"moderate, 1 {end}", look) for end, look, _, y, _ in branches),
            *(Spot(2, float(known[k]), "strong" if k == start + 2 else "", "ink", False, 60) for k in (start + 2, start, start - 2)),
        ),
    )  # fmt: skip
    told = f"The conditions hold: battles expected, {number(s['expected_battles'])}." if s["conditions"] else "A condition fails at these inputs: what is drawn is no equilibrium."  # fmt: skip
    return _plot(s, width, "Three types told apart by two refusals and two battles", "Shares of the flow; chances.", told, belief, terms)  # fmt: skip


def _beliefs_apart(s: Solution, width: int) -> Figure:
    k, large = s.inputs["k"], s.inputs["n"] > 20
    top = max(2.0 * k, 0.01)
    for _ in range(2 if large else 5):
        if top >= 50 or solve(s.name, **{**s.inputs, "k": top})["settles"]:
            break
        top *= 2
    x = np.unique(np.append(np.linspace(0, min(1.2 * top, 100.0), 5 if large else 17), k))
    found = _lines(s, "k", x)
    ask, give = found["reservation_a"], 1 - found["reservation_b"]
    low, high = float(min(0.0, ask.min(), give.min())), float(max(1.0, ask.max(), give.max()))
    panel = Panel(
        Axis(f"Cost of a battle to {'each side' if s.inputs['k_b'] is None else 'A'}, share of the prize", 0, float(x[-1])),
        Axis("Side A's share of the prize", low, high), zones=(Zone(x, ask, give),),
        curves=(Curve(x, ask, "A asks at least", "a"), Curve(x, give, "B gives at most", "b")),
        spots=(Spot(k, s["reservation_a"], "here", "a"), Spot(k, 1 - s["reservation_b"], "", "b")),
    )  # fmt: skip
    told = f"At a cost of {number(k)} A asks for {number(s['reservation_a'])} or more and B gives {number(1 - s['reservation_b'])} or less: they {'settle' if s['settles'] else 'fight'}."
    return _plot(s, width, "How costly battles must be for sides of different beliefs to settle at once", "Shares of the prize, side A's.", told, panel)  # fmt: skip


def _fight_to_screen(s: Solution, width: int) -> Figure:
    v, rounds = s.inputs, s["rounds"]
    stay_s, stay_w = (max(1 - v[f"win_{k}"] - v[f"elim_{k}"], 0.0) for k in ("strong", "weak"))
    most = min(max(10.0, 1.3 * (40 if rounds is None else rounds)), 10_000.0)
    ends = rounds is not None and rounds <= most
    t = np.union1d(np.linspace(0, most, 201).round(), [rounds] if ends else [])
    strong, weak = v["mu"] * stay_s**t, (1 - v["mu"]) * stay_w**t
    on = strong + weak
    belief = np.divide(strong, on, out=np.full_like(on, np.nan), where=on > 0)
    mark = float(belief[t == rounds][0]) if ends else math.nan
    panel = Panel(
        Axis("Periods of war that the rebel has survived", 0, most, whole=True),
        Axis("Belief that the rebel is strong, and the chance that the war has lasted so long"),
        guides=(Guide(float(s["cutoff"]), "the government concedes above", True), *((Guide(rounds, "concession"),) if ends else ())),
        curves=(Curve(t, on, "war goes on", "muted"), Curve(t, belief, "belief", "b")),
        spots=(Spot(rounds, mark, "", "b"),) if math.isfinite(mark) else (Spot(0, v["mu"], "here", "b"),),
    )  # fmt: skip
    told = "Fighting never leads to a concession." if rounds is None else f"The government concedes after {rounds} periods of war{'' if ends else ', beyond the picture'}."  # fmt: skip
    return _plot(s, width, "Fighting as a screen: survival speaks for strength until the government concedes", "Chances, by periods.", told, panel)  # fmt: skip


# --- power that shifts ---------------------------------------------------------------------------------------


def _fearon_preventive(s: Solution, width: int) -> Figure:
    p1, p2 = s.inputs["p1"], s.inputs["p2"]
    panel = Panel(
        Axis("Chance that side A wins a war now, p1"), Axis("Chance that side A wins a war later, p2"),
        _map(s, ("p1", 1), ("p2", 1), lambda v: v["war"], ("peace", "peace"), ("side B fights now", "apart")),
        curves=(Curve([0, 1], [0, 1], "no shift", "muted", dashed=True),), spots=(Spot(p1, p2, "here"),),
    )  # fmt: skip
    told = f"At p1 = {number(p1)} there is war from a p2 above {number(s['threshold'])}; here p2 is {number(p2)}: {'war' if s['war'] else 'peace'}."
    return _plot(s, width, "Preventive war: how fast side A may rise before side B fights", "Chances.", told, panel)


def _shift_and_destruction(s: Solution, width: int) -> Figure:
    shift, most = s.inputs["shift"], max(1 - s.inputs["p"], 0.02)
    high = _until(s, "destruction", np.linspace(0, 1, 101), "war", "shift", most)
    panel = Panel(
        Axis("Rise of side 1's chance of victory", 0, most), Axis("Fraction of the flow that war destroys", 0, high),
        _map(s, ("shift", most), ("destruction", high), lambda v: v["war"], ("peace", "peace"), ("war", "apart")),
        spots=(Spot(shift, s.inputs["destruction"], "here"),),
    )  # fmt: skip
    told = f"At this destruction peace is impossible above a shift of {number(s['threshold'])}; here it is {number(shift)}: {'war' if s['war'] else 'peace'}."
    return _plot(s, width, "Preventive war over the shift of power and what war destroys", "Chances; fractions of the flow.", told, panel)  # fmt: skip


def _factions(s: Solution, width: int) -> Figure:
    panel = Panel(
        Axis("Chance that the faction is in power without a victory"), Axis("Chance that it is in power after a victory"),
        _map(s, ("r", 1), ("r_other", 1), lambda v: ~v["peace"], ("the faction keeps the peace", "peace"), ("war", "apart")),
        curves=(Curve([0, 1], [0, 1], "victory changes nothing", "muted", dashed=True),),
        spots=(Spot(s.inputs["r"], s.inputs["r_other"], "here"),),
    )  # fmt: skip
    told = f"Here destruction costs the faction {number(s['left'])} and the hope of power gains it {number(s['right'])}: {'peace' if s['peace'] else 'war'}."
    return _plot(s, width, "When a faction goes to war for power at home", "Chances; payoffs in shares of the pie.", told, panel)  # fmt: skip


def _growing_rival(s: Solution, width: int) -> Figure:
    k, most = s.inputs["k"], max(s.inputs["p"], 0.02)
    high = _until(s, "k", np.geomspace(0.01, 1000, 121), "war", "shift", most)
    panel = Panel(
        Axis("Fall of A's chance of victory that a settlement allows", 0, most), Axis("Cost of the battle to A, share of the stake", 0, high),
        _map(s, ("shift", most), ("k", high), lambda v: v["war"], ("A settles", "peace"), ("A fights on", "apart")),
        spots=(Spot(s.inputs["shift"], k, "here"),),
    )  # fmt: skip
    told = f"At this cost A bears a fall of up to {number(s['threshold'])}; here it is {number(s.inputs['shift'])}: A {'fights on' if s['war'] else 'settles'}."
    return _plot(s, width, "How far a rival may grow after a settlement before it is fought instead", "Chances; shares of the stake.", told, panel)  # fmt: skip


def _armed_peace(s: Solution, width: int) -> Figure:
    v, peace = s.inputs, np.asarray(s["peace"], bool)
    t = np.arange(len(peace))
    worth = v["y0"] * (1 - v["harm"]) ** t / 2
    lasting = s["lasting_from"] < len(peace)
    panel = Panel(
        Axis("Period", -0.5, len(peace) - 0.5, whole=True),
        Axis("Worth of peace to each side: half the stake, in its unit", min(0.0, float(s["value"])), _top(worth)),
        Cells(np.where(peace, 0, 1)[None, :], (("peace is credible", "peace"), ("war", "apart"))),
        guides=(Guide(s["lasting_from"] - 0.5, "peace for good", look="peace"),) if lasting else (),
        curves=(Curve(t, worth, "half of the stake"),), spots=(Spot(0, s["value"], "expected payoff"),),
    )  # fmt: skip
    told = f"Peace is credible in {int(peace.sum())} of {len(peace)} periods, first in period {s['first_peace']}, and for good from period {s['lasting_from']}. The ring is what each side expects at the start: {number(s['value'])}."
    return _plot(s, width, "When peace becomes credible as war destroys what is fought over", "Worth in the unit of the stake; periods.", told, panel)  # fmt: skip


def _secret_arming(s: Solution, width: int) -> Figure:
    sigma, x = (
        s.inputs["sigma"],
        np.union1d(np.linspace(0, 1, 401), [s["sigma_peace"] - _SAME, s["sigma_peace"] + _SAME]),
    )
    x = x[(x >= 0) & (x <= 1)]
    found = _lines(s, "sigma", x)
    named = (("p_war", "a strike", "apart"), ("strike", "a strike without a sign", "ink"), ("arm", "arming", "b"))
    panel = Panel(
        Axis("Chance that arming is seen"), Axis("Chance of arming, and of a strike"),
        guides=(Guide(s["sigma_peace"], "peace from here", look="peace"),),
        curves=tuple(Curve(x, found[key], name, look, key == "strike") for key, name, look in named),
        spots=tuple(Spot(sigma, s[key], "here" if key == "p_war" else "", look) for key, _, look in named),
    )  # fmt: skip
    told = f"There is neither arming nor war from a chance of {number(s['sigma_peace'])} of being seen; here it is {number(sigma)}, and a strike has the chance {number(s['p_war'])}."
    return _plot(s, width, "Strikes on the suspicion of arming, by how well arming is seen", "Chances.", told, panel)


def _long_shift(s: Solution, width: int) -> Figure:
    v = s.inputs
    most = min(max(2.5 * v["step"], 4 * s["threshold"] if s["any_step"] else 0, 0.01), 1.0)
    high = min(_until(s, "destruction", np.linspace(0, 0.99, 100), "war", "step", most), 0.999)
    where = Panel(
        Axis("Rise of the chance of victory per period", 0, most), Axis("Share of the flow that war destroys", 0, high),
        _map(s, ("step", most), ("destruction", high), lambda found: found["war"], ("peace", "peace"), ("war", "apart")),
        spots=(Spot(v["step"], v["destruction"], "here"),),
    )  # fmt: skip
    last = max(2.5 * s["best_horizon"], 10.0)
    t = np.union1d(np.linspace(0, last, 201), [1.0, s["best_horizon"]])
    gain = (1 - v["destruction"]) * (v["discount"] ** t * np.minimum(1, v["p"] + v["step"] * t) - v["p"])
    when = Panel(
        Axis("Periods over which the rise counts", 0, last),
        Axis("What the rising side gains over them, share of the flow", min(0.0, float(gain.min())), _top(gain, v["destruction"])),
        guides=(Guide(v["destruction"], "what war destroys", True),), curves=(Curve(t, gain, "gain", "b"),),
        spots=(Spot(s["best_horizon"], s["left"], "most", "b"), Spot(1, s["left_one"], "one period", "b", False, 60)),
    )  # fmt: skip
    told = f"The gain is largest over {number(s['best_horizon'])} periods, {number(s['left'])}, where war destroys {number(s['right'])}: {'war' if s['war'] else 'peace'}. Over one period it is {number(s['left_one'])}."
    return _plot(s, width, "A slow rise of power, and the war that its sum over many periods brings", "Shares of the flow; chances per period.", told, where, when)  # fmt: skip


# --- at home, and third parties ------------------------------------------------------------------------------


def _goemans(s: Solution, width: int) -> Figure:
    penalty = s.inputs["penalty"]
    x = np.linspace(0, min(max(2.0 * penalty, 1.0), 1e6), 241)
    found = _lines(s, "penalty", x)
    panel = Panel(
        Axis("Loss of the leader under a poor settlement, share of the stake", 0, float(x[-1])), Axis("Side A's share of the stake"),
        zones=(Zone(x, found["minimum"], found["top"]),), guides=(Guide(s.inputs["tau"], "punished below", True),),
        curves=(
            Curve(x, found["unitary"], "minimum without penalty", "muted", dashed=True),
            Curve(x, found["top"], "side B leaves at most", "b"), Curve(x, found["minimum"], "leader's minimum", "a"),
        ),
        spots=(Spot(penalty, s["minimum"], "here", "a"),),
    )  # fmt: skip
    told = f"The leader accepts {number(s['minimum'])} or more and side B leaves {number(s['top'])} or less; a leader without penalties would accept {number(s['unitary'])}."
    return _plot(s, width, "What a leader who is punished for poor terms accepts", _SHARES, told, panel)


def _bias(s: Solution, width: int) -> Figure:
    v = s.inputs
    # For country j the model is the same with the countries exchanged.
    swap = {"w_i": v["w_j"], "w_j": v["w_i"], "p": 1 - v["p"]}
    other = solve(s.name, **{**v, **swap})["bias"] if v["p"] <= 0.999 else math.nan
    tops = [_top([1.0, v[f"bias_{k}"], bias], by=1.6) for k, bias in (("i", s["bias"]), ("j", other))]
    kinds = (("peace", "peace"), ("i wants war", "a"), ("j wants war", "b"), ("both want war", "apart"))
    panel = Panel(
        Axis("Bias of country i (1: none)", 0, tops[0]), Axis("Bias of country j (1: none)", 0, tops[1]),
        _map(s, ("bias_i", tops[0]), ("bias_j", tops[1]), lambda f: 1 * f["wants_war_i"] + 2 * f["wants_war_j"], *kinds),
        curves=(Curve([1, 1], [0, tops[1]], "", "muted", True, True), Curve([0, tops[0]], [1, 1], "", "muted", True, True)),
        spots=(Spot(v["bias_i"], v["bias_j"], "here"),),
    )  # fmt: skip
    told = f"Country i wants war above a bias of {number(s['bias'])}; here it is {number(v['bias_i'])}, and {'neither wants war' if s['peace'] else 'there is war'}. Dashed lines: no bias."
    return _plot(s, width, "Political bias and war: which country wants it", "Ratios: the decision makers' part of spoils over that of risk.", told, panel)  # fmt: skip


def _mediation(s: Solution, width: int) -> Figure:
    v, ends = s.inputs, (0.0001, 0.9999)
    q, theta = (ends[0] + (np.arange(count) + 0.5) / count * (ends[1] - ends[0]) for count in (320, 168))
    chance = mediation_closed_form(v["p"], *reversed(np.meshgrid(q, theta)))["p_peace"]
    kind = np.select([chance > 1 - _SAME, chance > 0.9, chance > 0.75, chance > 0.5], range(4), 4)
    names = ("peace for certain", "over 90 %", "75 to 90 %", "50 to 75 %", "under 50 %")
    looks = ("peace", "shade0", "shade1", "shade2", "shade3")
    panel = Panel(
        Axis("Chance that a side is strong", *ends), Axis("Part of the stake that war leaves", *ends),
        Cells(kind, tuple(zip(names, looks, strict=True))), spots=(Spot(v["q"], v["theta"], "here"),),
    )  # fmt: skip
    told = f"Here the best chance of peace is {number(s['p_peace'])}, for a mediator as for an arbitrator."
    return _plot(s, width, "The best chance of peace that a mediator can reach", "Chances.", told, panel)


def _biased_mediator(s: Solution, width: int) -> Figure:
    def kind(v: dict[str, Any]) -> Array:
        return np.where(v["p_war_alone"] == 0, 0, np.where(v["truthful"], 1, 2))

    kinds = (("A plays safe unasked", "blank"), ("believed: no war", "peace"), ("not believed: A risks war", "apart"))
    panel = Panel(
        Axis("Weight of side A's share in the mediator's payoff"), Axis("Chance that side B is tough"),
        _map(s, ("weight", 1), ("prior", 1), kind, *kinds), spots=(Spot(s.inputs["weight"], s.inputs["prior"], "here"),),
    )  # fmt: skip
    told = f"Here the chance of war is {number(s['p_war'])} with the mediator and {number(s['p_war_alone'])} without; the mediator {'is' if s['truthful'] else 'is not'} believed."
    return _plot(s, width, "Which mediator is believed: one that leans to the side it talks to", "Chances and weights.", told, panel)  # fmt: skip


def _ceasefire(s: Solution, width: int) -> Figure:
    v, shares = s.inputs, np.linspace(0, 1, 201)
    last = max(1.6 * v["years"], 1.0)
    t = np.union1d(np.linspace(0, min(last, 1000.0), 121), [v["years"]])
    other = {
        "no measures": ("apart", {"strength": 0.0}),
        "terms at the value of war": ("peace", {"share": v["war_value"]}),
    }
    held = [
        Curve(t, solve(s.name, **{**v, **change, "years": t})["p_peace"], name, look, True)
        for name, (look, change) in other.items()
    ]
    hold = Panel(
        Axis("Years after the ceasefire", 0, float(t[-1])), Axis("Chance that peace still holds"),
        curves=(*held, Curve(t, _lines(s, "years", t)["p_peace"], "as given")), spots=(Spot(v["years"], s["p_peace"], "here"),),
    )  # fmt: skip
    hazard = _lines(s, "share", shares)["hazard"]
    rate = Panel(
        Axis("Share of side A under the terms"), Axis("Rate at which peace breaks, per year", 0, _top(hazard)),
        guides=(Guide(v["war_value"], "value of war"),), curves=(Curve(shares, hazard, "rate"),),
        spots=(Spot(v["share"], s["hazard"], "here"),),
    )  # fmt: skip
    told = f"Peace holds for {number(v['years'])} years with chance {number(s['p_peace'])}; it breaks at a rate of {number(s['hazard'])} a year. All coefficients are judgements of the user."
    return _plot(s, width, "How long a ceasefire holds, and how that depends on its terms", "Chances; rates per year.", told, hold, rate)  # fmt: skip


# --- attrition -----------------------------------------------------------------------------------------------


def _lanchester(s: Solution, width: int, power: int) -> Figure:
    """The plane of both forces: who wins where, and paths to the end, along which a A^power - b B^power stays as it is."""
    v, part, ratio = s.inputs, np.linspace(0, 1, 101), s.inputs["b"] / s.inputs["a"]
    tops = {"a": min(_top([v["a0"]]), 1e9), "b": min(_top([v["b0"]]), 1e9)}

    def path(a0: float, b0: float) -> tuple[Array, Array]:
        end = solve(s.name, **{**v, "a0": a0, "b0": b0})
        if end["winner"] == "a":
            return (end["survivors"] ** power + ratio * (b0 * part) ** power) ** (1 / power), b0 * part
        if end["winner"] == "b":
            return a0 * part, (end["survivors"] ** power + (a0 * part) ** power / ratio) ** (1 / power)
        return a0 * part, b0 * part

    starts = [(tops["a"], tops["b"] * f) for f in (0.2, 0.5, 0.8)] + [
        (tops["a"] * f, tops["b"]) for f in (0.2, 0.5, 0.8)
    ]
    winner, left = s["winner"], s["survivors"]
    look, x, y = {"a": ("a", left, 0.0), "b": ("b", 0.0, left)}.get(winner, ("ink", 0.0, 0.0))

    def kind(found: dict[str, Any]) -> Array:
        return np.select([found["winner"] == "a", found["winner"] == "b"], [0, 1], 2)

    panel = Panel(
        Axis("Units of side A", 0, tops["a"]), Axis("Units of side B", 0, tops["b"]),
        _map(s, ("a0", tops["a"]), ("b0", tops["b"]), kind, ("side A wins", "a"), ("side B wins", "b"), ("draw", "blank")),
        curves=(*(Curve(*path(*one), "", "muted", thin=True) for one in starts), Curve(*path(v["a0"], v["b0"]), "", look)),
        spots=(Spot(v["a0"], v["b0"], "start"), Spot(x, y, f"{number(left)} left" if look != "ink" else "", look, False)),
    )  # fmt: skip
    ends = "it is a draw" if look == "ink" else f"side {winner.upper()} wins with {number(left)} left"
    told = f"From {number(v['a0'])} against {number(v['b0'])} units {ends}. Thin lines: other starts."
    law = "square" if power == 2 else "linear"
    return _plot(s, width, f"Lanchester's {law} law: the way to the end from every start", "Units.", told, panel)


def _single_losses(s: Solution, width: int) -> Figure:
    v, own = s.inputs, s.inputs["b0"]
    even = v["a0"] * math.sqrt(v["a"] / v["b"])
    most = int(min(max(2 * own, min(2 * even, 4 * own), 6), 1000))
    count = min(most, 41 if v["a0"] * most < 40_000 else 13)
    x = np.unique(np.append(np.linspace(1, most, count).round(), own)).astype(int)
    panel = Panel(
        Axis("Units of side B at the start", 1, most, whole=True), Axis("Chance that side A outlasts side B"),
        guides=(Guide(even, "even by the square law"),) if 1 < even < most else (),
        curves=(Curve(x, _lines(s, "b0", x)["p_a"], "side A outlasts B", "a"),), spots=(Spot(own, s["p_a"], "here", "a"),),
    )  # fmt: skip
    told = f"Units of side A: {v['a0']}. They outlast {own} units of side B with chance {number(s['p_a'])}."
    return _plot(s, width, "Chance in single losses: who outlasts whom", "Chances, by units.", told, panel)


# --- bargaining solutions, and groups ------------------------------------------------------------------------


_SOLUTIONS = {"nash": "Nash", "kalai_smorodinsky": "Kalai–Smorodinsky", "egalitarian": "egalitarian"}


def _agreement(s: Solution, width: int) -> Figure:
    v, own = s.inputs, _SOLUTIONS[s.name.split(".")[1]]
    listed, share = v["utilities"], np.linspace(0, 1, 201)
    line = (
        np.stack([share ** v["power_a"], (1 - share) ** v["power_b"]], axis=1) if listed is None else np.empty((0, 2))
    )
    if listed is not None and v["lotteries"] == "yes":
        best = listed[np.asarray(pareto(listed), bool)]
        line = hull(best[np.argsort(best[:, 0], kind="stable")])
    solved = {name: solve(f"bargaining.{key}", **v) for key, name in _SOLUTIONS.items()}
    found = {name: (one["utility_a"], one["utility_b"]) for name, one in solved.items() if one["agreement"]}
    told = f"The solution is {number(s['utility_a'])} for A and {number(s['utility_b'])} for B." if s["agreement"] else "Nothing is at least as good for both as disagreement: there is no agreement."  # fmt: skip
    story = tell(s, f"What can be agreed on, and the {own} solution", "Utilities of the sides.", told)
    return draw_frontier(story, line, listed, found, own, (v["disagreement_a"], v["disagreement_b"]), width=width)


def _logroll(s: Solution, width: int) -> Figure:
    v, listed, line = s.inputs, None, np.empty((0, 2))
    a, b = np.asarray(v["weights_a"], float), np.asarray(v["weights_b"], float)
    if v["divisible"] == "yes":
        order = np.argsort(np.arctan2(b, a), kind="stable")
        line = np.stack([np.append(0.0, np.cumsum(a[order])), np.append(np.cumsum(b[order][::-1])[::-1], 0.0)], axis=1)
    else:
        whole = (np.arange(2 ** len(a))[:, None] >> np.arange(len(a))) & 1
        listed = np.stack([whole @ a, (1 - whole) @ b], axis=-1)
        listed = listed if len(listed) <= 128 else np.unique(listed[np.asarray(pareto(listed), bool)], axis=0)
    found = {name: (s[f"{key}_a"], s[f"{key}_b"]) for key, name in _SOLUTIONS.items()} if s["agreement"] else {}
    found["all split in half"] = (s["split_a"], s["split_b"])
    told = f"By the Nash solution side A has the shares {words(s['nash_x'])} of the issues, worth {number(s['nash_a'])} to it and {number(s['nash_b'])} to side B." if s["agreement"] else "There is no agreement."  # fmt: skip
    story = tell(s, "Issues traded: what both can have at once", "Utilities of the sides.", told)
    return draw_frontier(story, line, listed, found, "", (v["disagreement_a"], v["disagreement_b"]), width=width)


def _patience(s: Solution, width: int) -> Figure:
    own, other, x = s.inputs["discount_a"], s.inputs["discount_b"], np.linspace(0.005, 0.995, 199)
    found = _lines(s, "discount_a", x)
    panel = Panel(
        Axis("Side A's discount factor"), Axis("Side A's share of the stake"), guides=(Guide(other, "side B's factor"),),
        curves=(
            Curve(x, found["limit_share_a"], "offers in no time", "muted", dashed=True),
            Curve(x, found["second_share_a"], "B offers first", "b"), Curve(x, found["share_a"], "A offers first", "a"),
        ),
        spots=(Spot(own, s["share_a"], "here", "a"), Spot(own, s["second_share_a"], "", "b")),
    )  # fmt: skip
    told = f"Side A has {number(s['share_a'])} if it offers first, {number(s['second_share_a'])} if B does, and {number(s['limit_share_a'])} as the time between offers vanishes."
    return _plot(s, width, "What patience is worth in alternating offers", _SHARES, told, panel)


PICTURES: dict[str, Callable[[Solution, int], Figure]] = {
    "fearon1995.range": lessons.draw_range, "fearon1995.disagreement": lessons.draw_disagreement,
    "fearon1995.screening": _risk_return, "fearon1995.two_types": _risk_return,
    "fearon1995.preventive": _fearon_preventive, "fearon1995.first_strike": lessons.draw_first_strike,
    "fearon1995.indivisible": lessons.draw_indivisible, "powell1999.status_quo": _status_quo,
    "powell2004.learning": _offers, "powell2006.preventive": _shift_and_destruction,
    "powell2006.first_strike": lessons.draw_safe_divisions, "powell2006.factions": _factions,
    "filson_werner2002": _offers, "slantchev2003.convergence": lessons.draw_states,
    "slantchev2003.screening": _three_types, "slantchev2003.power_to_hurt": lessons.draw_worst_bargains,
    "smith_stam2004": _beliefs_apart, "smith_stam2004.duration": lessons.draw_meeting,
    "leventoglu_slantchev2007": _armed_peace, "wolford_reiter_carrubba2011": _growing_rival,
    "fearon2013": _fight_to_screen, "debs_monteiro2014": _secret_arming,
    "krainin2017": _long_shift, "goemans2000": _goemans,
    "jackson_morelli2007": _bias, "horner2015.mediation": _mediation,
    "fey_ramsay": lessons.draw_all_types, "kydd2003": _biased_mediator,
    "werner_yuen_fortna": _ceasefire, "lanchester.square": partial(_lanchester, power=2),
    "lanchester.linear": partial(_lanchester, power=1), "lanchester.stochastic": _single_losses,
    "langlois2009": lessons.draw_waiting, "epstein1985": lessons.draw_forces,
    "bargaining.nash": _agreement, "bargaining.kalai_smorodinsky": _agreement,
    "bargaining.egalitarian": _agreement, "bargaining.rubinstein": _patience,
    "bargaining.logroll": _logroll, "expected_utility": lessons.draw_actors,
    "ktab.smp": lessons.draw_options,
}  # fmt: skip
"""Model → the function that draws it from a solution, for a width in px."""
