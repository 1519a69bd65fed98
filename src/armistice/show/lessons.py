"""Charts of single models: what two sides accept, risk and return, frontiers, groups, and forces by step.

Each arranges a solution, or plain numbers, on the share line, the bars or the plot of `armistice.show.models`; the words
that every picture of a model carries are here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from armistice.core.model import Solution
from armistice.show.models import Axis, Bar, Curve, Guide, Panel, Row, Spot, Story, Zone, chances, draw_plot, share_line
from armistice.show.style import Figure

Array = Any
Pair = tuple[float, float]
_SAME = 1e-9
_SHARE, _SHARES = "Share of the stake, side A's", "Shares of the stake, side A's."
_PREFER = ("Side A prefers it to war", "Side B prefers it to war")
_MOST = 40
"""Battles that a picture follows one by one."""
_LISTED = 400
"""Listed outcomes that are drawn."""


def number(value: float | None) -> str:
    """A number in a sentence, to four digits; ``none`` where there is none."""
    if value is None or not np.isfinite(value):
        return "none"
    text = f"{value:,.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:.4g}"
    return text.replace("-", "−")


def draw_risk_return(
    story: Story, demand: Array, chance: Array, payoff: Array, best: tuple[float, float, float], war: float,
    *, width: int = 760,
) -> Figure:  # fmt: skip
    """Payoff of every demand with the chance of war that it brings.

    Parameters
    ----------
    story : Story
    demand, chance, payoff : array
    best : tuple of float
        The best demand, its chance of war, and its payoff.
    war : float
        What war yields before its costs.
    width : int
        Of the picture, px.
    """
    left, low = float(demand[0]), float(np.clip(np.min(payoff), -1.0, 0.0))
    panel = Panel(
        Axis("Share that side A demands", left, 1.0),
        Axis("Side A's expected payoff, share of the stake, and the chance of war", low, 1.0),
        guides=(Guide(war, "war yields A, before costs"),) if left < war < 1 else (),
        curves=(Curve(demand, chance, "chance of war", "apart"), Curve(demand, payoff, "side A's payoff", "a")),
        spots=(Spot(best[0], best[2], "best demand", "a"), Spot(best[0], best[1], "", "apart")),
    )
    return draw_plot(story, (panel,), width=width)


def draw_frontier(
    story: Story, frontier: Array, listed: Array | None, solutions: Mapping[str, Pair], own: str, apart: Pair,
    *, width: int = 760,
) -> Figure:  # fmt: skip
    """What two sides can have at once, with solutions on it; those at one place are named together.

    Parameters
    ----------
    story : Story
    frontier : array, shape (points, 2)
        A line; nothing where there is none.
    listed : array, shape (outcomes, 2), or None
        Single outcomes.
    solutions : mapping
        Name → utilities of the sides.
    own : str
        The one that the figure is of; all alike where it is empty.
    apart : tuple of float
        Utilities without agreement; left out where they are far away.
    width : int
        Of the picture, px.
    """
    line = np.asarray(frontier, float).reshape(-1, 2)
    points = np.empty((0, 2)) if listed is None else np.asarray(listed, float)
    known = np.concatenate([line, points])
    low, high = known.min(axis=0), known.max(axis=0)
    span = np.maximum(high - low, 1e-9 * np.maximum(1.0, np.abs(high)))
    near = bool(((apart >= low - 2 * span) & (apart <= high + 2 * span)).all())
    if near:
        low, high = np.minimum(low, apart), np.maximum(high, apart)
    room = 0.06 * np.maximum(high - low, 1e-9 * np.maximum(1.0, np.abs(high)))
    ends = np.stack([low - room, high + room])
    spots = [Spot(float(a), float(b), "", "muted", False, 40) for a, b in points[:_LISTED]]
    spots += [Spot(*apart, "no agreement", "muted", False)] if near else []
    tied: dict[Pair, list[str]] = {}
    for name, (a, b) in solutions.items():
        tied.setdefault((round(a, 9), round(b, 9)), []).append(name)
    for place, names in sorted(tied.items(), key=lambda item: own in item[1]):
        shown = own in names or not own
        spots.append(Spot(*place, ", ".join(names), "ink" if shown else "b", shown))
    x, y = (Axis(f"Side {k}'s utility", float(ends[0, i]), float(ends[1, i])) for i, k in enumerate("AB"))
    curves = (Curve(line[:, 0], line[:, 1], "", "b"),) if len(line) > 1 else ()
    return draw_plot(story, (Panel(x, y, curves=curves, spots=tuple(spots)),), width=width)


def tell(s: Solution, title: str, unit: str, told: str) -> Story:
    """The words of a picture: what it shows, its unit and inputs, and how far the model was checked."""
    given = [f"{name} = {words(value)}" for name, value in s.inputs.items() if value is not None]
    caption = (
        f"{unit} {told} Inputs: {', '.join(given)}. A model, not data: {s.reference}. "
        f"Provenance: {'; '.join(s.provenance)}."
    )
    return Story(s.name.replace(".", "-").replace("_", "-"), title, caption, f"{title}. {told}")


def words(value: Any) -> str:
    """An input in a sentence; a long list is cut."""
    if isinstance(value, (int, float)):
        return f"{value:.6g}"
    text = str(value.round(6).tolist()) if isinstance(value, np.ndarray) else str(value)
    return text if len(text) < 60 else text[:57] + "…"


def _two_sides(
    s: Solution, width: int, title: str, says: tuple[str, str], marks: Sequence[Guide], told: str = "",
    unit: str = _SHARES, axis: str = _SHARE,
) -> Figure:  # fmt: skip
    low, high = float(s["low"]), float(s["high"])
    room = f"Both prefer shares from {number(low)} to {number(max(low, high))}"
    ends = room if low <= high + _SAME else f"No share suits both: the gap is {number(low - high)} wide"
    both = (
        Row("Both", ((low, max(low, high)),), "peace", f"{number(low)} to {number(max(low, high))}")
        if low <= high + _SAME
        else Row("Gap: no share suits both", ((high, low),), "apart", f"{number(low - high)} wide")
    )
    rows = (
        Row(says[0], ((low, 1.0),), "a", f"{number(low)} or more"),
        Row(says[1], ((0.0, high),), "b", f"{number(high)} or less"),
        both,
    )
    story = tell(s, title, unit, f"{ends}. {told}".strip())
    return share_line(story, Axis(axis), rows, marks, width=width)


def draw_range(s: Solution, width: int = 760) -> Figure:
    """The bargaining range of two sides that know each other."""
    marks = [Guide(s.inputs["p"], f"war yields A {number(s.inputs['p'])}")]
    told = "The marked share is what war yields side A on average, before its costs."
    return _two_sides(s, width, "The bargaining range: what both sides prefer to war", _PREFER, marks, told)


def draw_disagreement(s: Solution, width: int = 760) -> Figure:
    """The bargaining range of two sides that disagree about power."""
    seen = ((s.inputs["p_a"], "a"), (1 - s.inputs["p_b"], "b"))
    marks = [Guide(p, f"war as {side.upper()} sees it: {number(p)}", look=side) for p, side in seen]
    told = f"The two beliefs in victory sum to {number(1 + s['optimism'])}, where certainty is 1."
    return _two_sides(s, width, "The bargaining range when sides disagree about who would win", _PREFER, marks, told)


def draw_first_strike(s: Solution, width: int = 760) -> Figure:
    """Terms that are safe from a surprise attack."""
    struck = ((s.inputs["p_first"], "a"), (s.inputs["p_second"], "b"))
    marks = [Guide(p, f"{side.upper()} strikes first: {number(p)}", look=side) for p, side in struck]
    says = ("Side A does not strike", "Side B does not strike")
    told = "Marks: chance that side A wins, by who strikes first."
    return _two_sides(s, width, "Terms that neither side would break by a surprise attack", says, marks, told)


def draw_safe_divisions(s: Solution, width: int = 760) -> Figure:
    """Divisions of a flow that are safe from a first strike."""
    p, gain = s.inputs["p"], s.inputs["advantage"]
    marks = [Guide(p + gain, f"1 strikes first: {number(p + gain)}", look="a")]
    marks += [Guide(p - gain, f"2 strikes first: {number(p - gain)}", look="b")]
    told = f"The range is empty above an advantage of {number(s['threshold'])}; here it is {number(gain)}."
    says, unit = ("Side 1 does not strike", "Side 2 does not strike"), "Shares of the flow of pies, side 1's."
    return _two_sides(s, width, "Divisions that are safe from a first strike", says, marks, told, unit, unit[:-1])


def draw_worst_bargains(s: Solution, width: int = 760) -> Figure:
    """Terms between the worst equilibria of a proposer and a responder."""
    marks = [Guide(s["proposer_min"], "least of the proposer", look="a")]
    marks += [Guide(1 - s["responder_min"], "least of the responder", look="b")]
    told = f"The longest war that an equilibrium sustains has {number(s['longest_war'])} periods."
    says, unit = ("The proposer settles", "The responder settles"), "Shares of the flow, the proposer's."
    title = "Terms of an immediate settlement, between the worst equilibria of either side"
    return _two_sides(s, width, title, says, marks, told, unit, unit[:-1])


def draw_all_types(s: Solution, width: int = 760) -> Figure:
    """Shares that content every type of two sides."""
    v = s.inputs
    worth = ((v["w_a"] @ v["prior_b"], v["prior_a"], "a"), (1 - v["prior_a"] @ v["w_b"], v["prior_b"], "b"))
    marks = [
        Guide(float(np.clip(at, 0, 1)), f"{side.upper()}{i + 1}", look=side)
        for values, chance, side in worth
        for i, at in enumerate(values[:8])
        if chance[i] > 0
    ]
    told = f"The most demanding types want {number(s['bound'])} together. Marks: what war is worth to types of A, and what it leaves A by the types of B."
    says = ("All types of side A accept", "All types of side B accept")
    return _two_sides(s, width, "Whether one fixed share contents every type of both sides", says, marks, told)


def draw_indivisible(s: Solution, width: int = 760) -> Figure:
    """What a good of few parts leaves of the bargaining range."""
    low, high, alpha, parts = (s.inputs[k] for k in ("low", "high", "alpha", "parts"))
    start = np.unique(np.linspace(0, parts, min(parts, 200) + 1).round()) * alpha / parts
    offered = [(float(at), float(at + 1 - alpha)) for at in start]
    both = [(max(a, low), min(b, high)) for a, b in offered if max(a, low) <= min(b, high) + _SAME]
    ends = f"{number(s['lowest'])} to {number(s['highest'])} at the ends"
    lot = (float(s["lottery_low"]), float(s["lottery_high"]))
    drawn = f"chance for A of {number(lot[0])} to {number(lot[1])}" if lot[0] <= lot[1] + _SAME else "no chance does"
    rows = [
        Row("Both prefer it to war", ((low, high),), "peace", f"{number(low)} to {number(high)}"),
        Row("The good allows it", _merged(offered), "muted", f"in {parts} part{'s' * (parts > 1)}, worth {number(alpha)}"),
        Row("No division contents both", ((low, high),), "apart", "blocked")
        if s["blocked"]
        else Row("Feasible terms", _merged(both), "peace", ends),
        Row("The good by lot", (lot,) if lot[0] <= lot[1] + _SAME else (), "b", drawn),
    ]  # fmt: skip
    told = f"{'Terms are blocked' if s['blocked'] else 'Some terms remain'}; the lowest row is the chance with which A may get the good by lot."
    story = tell(s, "What a good that cannot be divided leaves of the bargaining range", _SHARES, told)
    return share_line(story, Axis(f"{_SHARE}; a chance in the lowest row"), rows, (), width=width)


def draw_states(s: Solution, width: int = 760) -> Figure:
    """Terms in every state of a war."""
    states = np.arange(s.inputs["n"] + 1)
    panel = Panel(
        Axis("State: net victories of player 1 towards total victory", 0, float(states[-1]), whole=True),
        Axis("Player 1's share of the flow"), zones=(Zone(states, s["w1"], 1 - s["w2"]),),
        curves=(
            Curve(states, s["w1"], "1 fights to the end", "a", dashed=True),
            Curve(states, 1 - s["w2"], "2 fights to the end", "b", dashed=True),
            Curve(states, s["x"], "terms, 1 proposes", "a"), Curve(states, 1 - s["y"], "terms, 2 proposes", "b"),
        ),
    )  # fmt: skip
    k = len(states) // 2
    told = f"In state {k} player 1 has {number(s['x'][k])} if it proposes and {number(1 - s['y'][k])} if the other does. The area is what both prefer to a fight to the end."
    return draw_plot(tell(s, "Terms in every state of the war, between what fighting to the end would give", "Shares of the flow, player 1's.", told), (panel,), width=width)  # fmt: skip


def draw_options(s: Solution, width: int = 760) -> Figure:
    """Chances of competing options."""
    uniform, incentive, places = s["p_uniform"], s["p_incentive"], s.inputs["positions"]
    shown = sorted(np.argsort(-np.maximum(uniform, incentive), kind="stable")[:20].tolist())
    name = [f"Option {i + 1}" if places is None else f"Actor {i + 1}" for i in range(len(uniform))]
    bars = [Bar(name[i], float(uniform[i]), float(incentive[i])) for i in shown]
    best = int(np.argmax(incentive))
    told = (
        f"Most likely where challenges follow incentives: {name[best].lower()}, with chance {number(incentive[best])}."
    )
    told += f" The {len(shown)} most likely of {len(uniform)} are shown." if len(shown) < len(uniform) else ""
    story = tell(s, "Which option prevails among competing coalitions", "Chances.", told)
    names = ("every option as likely to challenge", "challenges follow incentives")
    return chances(story, "Chance of each option", names, bars, width=width)


def _merged(spans: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Stretches in order, those that touch as one."""
    out: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1] + _SAME:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, max(low, high)))
    return tuple(out)


def hull(best: Array) -> Array:
    """The upper edge of what lots between outcomes can give; the outcomes in order of A's utility."""
    kept: list[Array] = []
    for point in best:
        while len(kept) > 1:
            (x0, y0), (x1, y1) = kept[-2], kept[-1]
            if (x1 - x0) * (point[1] - y0) < (point[0] - x0) * (y1 - y0):
                break
            kept.pop()
        kept.append(point)
    return np.array(kept)


def draw_actors(s: Solution, width: int = 760) -> Figure:
    """Positions of actors by round, numbered from 1, with the weighted mean and median."""
    told = f"The weighted mean moves from {number(s['means'][0])} to {number(s['means'][-1])}, the weighted median from {number(s['medians'][0])} to {number(s['medians'][-1])}."
    story = tell(s, "Positions of the actors, round by round", "Positions in the unit of the issue.", told)
    path = np.asarray(s["rounds"], float)
    rounds, low, high = np.arange(len(path)), float(path.min()), float(path.max())
    room = 0.08 * (high - low) or 0.5
    last = max(float(rounds[-1]), 1.0)
    groups: dict[float, list[str]] = {}
    for actor, place in enumerate(path[-1]):
        # Actors nearer to each other than a point is wide share a name.
        groups.setdefault(round((float(place) - low) / (high - low or 1.0), 2), []).append(str(actor + 1))
    ends = [
        Spot(
            float(rounds[-1]), low + part * (high - low),
            ", ".join(who) if len(who) < 5 else f"{', '.join(who[:3])} and {len(who) - 3} more", "muted", False, 40,
        )
        for part, who in groups.items()
    ]  # fmt: skip
    panel = Panel(
        Axis("Rounds of challenges", 0, 1.3 * last, whole=True),
        Axis("Position on the issue, in its unit; numbers are actors in the order given", low - room, high + room),
        curves=(
            *(Curve(rounds, path[:, actor], "", "muted", thin=True) for actor in range(path.shape[1])),
            Curve(rounds, s["medians"], "weighted median", "a", dashed=True), Curve(rounds, s["means"], "weighted mean", "b"),
        ),
        ends=tuple(ends) if len(ends) <= 16 else (),
    )  # fmt: skip
    return draw_plot(story, (panel,), width=width)


def draw_meeting(s: Solution, width: int = 760) -> Figure:
    """The chance of a settlement by battles, and where on the line of forts the sides settle."""
    most, shown = s.inputs["battles"], min(s.inputs["battles"], _MOST)
    told = f"After {most} battles they have settled with chance {number(s['p_settle_by'][-1])}; {number(s['battles_fought'])} battles are fought on average."
    told += f" The plot of forts shows the first {shown} battles." if shown < most else ""
    story = tell(s, "When and where two sides that disagreed about the odds have learnt enough to settle", "Chances; forts.", told)  # fmt: skip
    settled, settles, start = s["p_settle_by"], s["settles"][: shown + 1], s.inputs["start"]
    never = s["p_victory_a"] + s["p_victory_b"]
    battles, n = np.arange(len(settled)), settles.shape[1] - 1
    spots = [
        Spot(m, x, "", "peace" if settles[m, x] else "ink" if x in (0, n) else "apart", False, 44 if n < 25 else 16)
        for m in range(shown + 1)
        for x in range(max(start - m, 0), min(start + m, n) + 1)
        if (x - start - m) % 2 == 0
    ]
    chance = Panel(
        Axis("Battles fought", 0, max(float(battles[-1]), 1.0), whole=True),
        Axis("Chance that they have settled"),
        guides=(Guide(1 - never, "all but wars that are won", True),) if never > _SAME else (),
        curves=(Curve(np.repeat(battles, 2)[1:], np.repeat(settled, 2)[:-1], "settled", "peace"),),
    )
    where = Panel(
        Axis("Battles fought", 0, max(shown, 1) * 1.02, whole=True),
        Axis("Forts held by A. Green: they settle; purple: they fight on; black: war won", 0, n, whole=True),
        spots=tuple(spots),
    )
    return draw_plot(story, (chance, where), width=width)


def draw_forces(s: Solution, width: int = 760) -> Figure:
    """Forces of both sides and ground given up, day by day."""
    told = f"On day {len(s['attackers'])} {number(s['attackers'][-1])} attackers face {number(s['defenders'][-1])} defenders, and {number(s['ground_lost'][-1])} km are given up by its end."
    story = tell(s, "Ground traded for losses, day by day", "Units of force; km.", told)
    attackers, defenders, ground = (s[key] for key in ("attackers", "defenders", "ground_lost"))
    day = np.arange(1, len(attackers) + 1)
    axis = Axis("Day", 1, max(float(day[-1]), 2.0), whole=True)
    most = float(max(np.max(attackers), np.max(defenders))) * 1.1 or 1.0
    last, start = float(ground[-1]), ((attackers, "a"), (defenders, "b"))
    forces = Panel(
        axis, Axis("Force at the start of the day, in the unit given", 0, most),
        curves=(Curve(day, attackers, "attackers", "a"), Curve(day, defenders, "defenders", "b")),
        spots=tuple(Spot(1, float(force[0]), "", look, False, 60) for force, look in start),
    )  # fmt: skip
    lost = Panel(
        axis, Axis("Ground given up since day 1, km", 0, max(last * 1.1, 1.0)), curves=(Curve(day, ground, "", "b"),),
        spots=(Spot(float(day[-1]), last, f"{number(last)} km", "b"),),
    )  # fmt: skip
    return draw_plot(story, (forces, lost), width=width)


def draw_waiting(s: Solution, width: int = 760) -> Figure:
    """Chances over time that either of two sides has given in, and that both stand firm."""
    time = np.linspace(0, 4 * s["mean"], 201)
    over, chance = -np.expm1(-time / s["mean"]), s["p_1_quits"]
    told = (
        f"The war lasts {number(s['mean'])} on average, and side 1 is the one to give in with chance {number(chance)}."
    )
    story = tell(s, "A war of attrition: who has given in by when", "Chances over time.", told)
    first, second, mean = chance * over, (1 - chance) * over, s["mean"]
    firm = 1 - over
    panel = Panel(
        Axis("Time, in the unit of the rates", 0, float(time[-1])), Axis("Chance"), guides=(Guide(mean, "mean length"),),
        curves=(
            Curve(time, first, "side 1 has given in", "a"), Curve(time, second, "side 2 has given in", "b"),
            Curve(time, firm, "both stand firm"),
        ),
        spots=(Spot(mean, float(np.interp(mean, time, firm))),),
    )  # fmt: skip
    return draw_plot(story, (panel,), width=width)
