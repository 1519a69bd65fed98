"""The report's words on what the game says of few draws, run again by the weights of the negotiating record.

Each stands beside what is said without weights, on as many draws; levers at central values moved by the record.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from armistice.core.endings import MECHANISMS, OPEN, Blockers, Ending, Lever, Weighed, WhatIf
from armistice.core.war import War
from armistice.report.words import listing, num, say
from armistice.show.bargaining import month_index, over_draws, percent_words, range_words
from armistice.show.endings import sides_words, value_words
from armistice.show.matched import parameter_words

_MOVED = 0.1
"""A central value is named where the record moves it by more than this part of its range."""
_NAMED = 4
"""Central values that are named, what moved most first."""


def count(flags: np.ndarray, what: str) -> Markup:
    """In how many draws something holds."""
    return num(f"{int(np.sum(flags))} of {len(flags)} draws", what)


def points(values: np.ndarray, what: str, unit: str = "share of the stake") -> Markup:
    """Median of a share of the stake, or of a chance, with one digit and its sign, and its range over draws."""
    low, middle, high = (f"{100 * v:.1f}".replace("-0.0", "0.0").replace("-", "−") for v in over_draws(values))
    text = f"{middle} %" if low == high else f"{middle} % ({low} to {high} %)"
    return num(text, f"{what}, {unit}; median and 10 to 90 % range of {len(values)} draws")


def spread(values: np.ndarray, what: str) -> Markup:
    """Median of a share or chance with its range over draws."""
    known = int(np.isfinite(values).sum())
    note = f"{what}; median of {known} draws of the judged inputs, with their 10 to 90 % range" if known > 1 else what
    return num(range_words(over_draws(values), known), note)


# --- why there is no peace now ----------------------------------------------------------------------------------


def weighed_gap(ending: Ending, weighed: Weighed | None) -> Markup:
    """The account of the gap once more, on draws taken by the weights of the record."""
    if weighed is None:
        return Markup("")
    plain, again, common = ending.blockers, weighed.blockers, weighed.blockers_common
    draws = len(again.gap_without[()])
    everything = tuple(sorted(MECHANISMS))
    return say(
        "By the negotiating record. The same was run on {n} taken in proportion to the weights that the chapter on the record gives them. There the gap is {gap} (without weights, on as many draws, {plain}) and {common} with one belief for both; peace opens "
        "without all four mechanisms in {opens}. {alone}",
        n=num(f"{draws} draws", "by systematic resampling; a draw of much weight may stand more than once"),
        gap=points(again.gap_without[()], "smallest outside payment, weighed"), plain=points(plain.gap_without[()], "smallest outside payment"),
        common=points(common.gap_without[()], "smallest outside payment with one belief for both, weighed"),
        opens=count(again.opens[everything], "draws, by weight, in which peace opens without any of the four"), alone=_alone(again),
    )  # fmt: skip


def _alone(blockers: Blockers) -> Markup:
    """In how many draws each mechanism alone stands in the way."""
    told = [
        say("without {name} alone in {n}", name=name, n=count(blockers.opens[name,], f"draws in which peace opens where {clause} no longer"))
        for name, clause in MECHANISMS.items()
        if blockers.opens[name,].any()
    ]  # fmt: skip
    return say("It opens {list}.", list=Markup(", ").join(told)) if told else say("Without one alone it opens in none.")


# --- what would open a deal -------------------------------------------------------------------------------------


def weighed_levers(war: War, ending: Ending, weighed: Weighed | None) -> Markup:
    """Which levers open a deal alone where central values stand as the record moves them."""
    if weighed is None:
        return Markup("")
    before, after = ({x.key for x in levers if _opens(x)} for levers in (ending.levers, weighed.levers))
    names = {x.key: sides_words(war, x.title) for x in ending.levers}
    told = listing([_low(names[k]) for k in names if k in after])
    lead = say(
        "By the negotiating record. The levers were moved once more with every central value shifted by as much as the record moves the mean of its draws{moved}; the last words of each line of the list say what comes of it. ",
        moved=_moved(war, ending, weighed),
    )  # fmt: skip
    if any(map(_is_open, weighed.levers)):
        return lead + say("There a deal is open already.")
    number = num(f"{len(after)}", "levers with a stretch in which the gap is 0, all else at the moved central values")
    same = "the same as without the record" if before == after else f"against {len(before)} without the record"
    names_of = say(": {names}", names=told) if after and before != after else Markup("")
    return lead + say("Alone, {k} of {n} would open a deal, {same}{names}.", k=number, n=len(names), same=same, names=names_of)  # fmt: skip


def _moved(war: War, ending: Ending, weighed: Weighed) -> Markup:
    """The central values that move most, in brackets."""
    part = {}
    for key, value in weighed.central.items():
        known = ending.parameters.get(key)
        if known is not None and known.high > known.low:
            part[key] = abs(value - known.central) / (known.high - known.low)
    first = sorted((k for k, v in part.items() if v > _MOVED), key=lambda k: (-part[k], k))[:_NAMED]
    if not first:
        return say(" (none moves by a tenth of its range)")
    told = [
        say(
            "{name} from {old} to {new}", name=_low(parameter_words(war, key)[0]), old=value_words(ending.parameters[key].central),
            new=num(value_words(weighed.central[key]), "central value and the shift of the mean, kept within the range"),
        )
        for key in first
    ]  # fmt: skip
    return say(" (most of all {list})", list=Markup(", ").join(told))


def weighed_lever(key: str, weighed: Weighed | None) -> Markup:
    """Where one lever opens a deal by the record, as the last sentence of its line."""
    lever = next((x for x in weighed.levers if x.key == key), None) if weighed is not None else None
    if lever is None:
        return Markup("")
    if not lever.intervals:
        least = int(np.argmin(lever.gap))
        return say(
            " By the record: does not open one alone; the gap is smallest, {gap}, at {at}.",
            gap=num(f"{100 * float(lever.gap[least]):.1f} %", "central values moved by the negotiating record"), at=value_words(float(lever.values[least])),
        )  # fmt: skip
    return say(" By the record: at {at}.", at=num(stretches(lever.intervals), "central values moved by the negotiating record"))  # fmt: skip


def stretches(pairs: Sequence[tuple[float, float]]) -> str:
    """Stretches of a lever as a list."""
    return listing([value_words(lo) if lo == hi else f"{value_words(lo)} to {value_words(hi)}" for lo, hi in pairs])


def _opens(lever: Lever) -> bool:
    return bool(lever.intervals) and not _is_open(lever)


def _is_open(lever: Lever) -> bool:
    return any(low <= lever.now <= high for low, high in lever.intervals)


def _low(text: str) -> str:
    return text[:1].lower() + text[1:]


# --- what if ----------------------------------------------------------------------------------------------------


def weighed_cells(what: WhatIf, month: int) -> tuple[Markup, Markup]:
    """In how many draws a change settles at once and its chance of a settlement within some months, weighed."""
    at = month_index(what.outlook, month)
    return (
        count(what.equilibrium.settles, "draws, taken by the weights of the record, in which they settle at once"),
        spread(what.outlook.p_settlement[:, at], "chance of a settlement, weighed by the record"),
    )


def weighed_changes(ending: Ending, weighed: Weighed | None, month: int) -> Markup:
    """Which changes bring a settlement nearer by the record, in a sentence."""
    if weighed is None:
        return Markup("")
    base, *others = weighed.what_if
    at = month_index(base.outlook, month)
    middle = [float(over_draws(what.outlook.p_settlement[:, at])[1]) for what in (base, *others)]
    plain = float(over_draws(ending.what_if[0].outlook.p_settlement[:, at])[1])
    moved = [(v - middle[0], what.title) for v, what in zip(middle[1:], others, strict=True)]
    best = max(moved, default=(0.0, ""))
    tail = (
        say("; the change that adds most to it is “{name}”, by {far}", name=_low(best[1]), far=num(percent_words(best[0]), "difference of medians"))
        if best[0] > OPEN
        else say("; no change adds to it")
    )  # fmt: skip
    return say(
        "By the negotiating record, on {n} taken in proportion to their weights ({k} of them different), the median chance of a settlement within {m} months is {p} (without weights, on as many draws, {plain}){tail}.",
        n=num(f"{len(weighed.order)} draws", "by systematic resampling"), k=len(np.unique(weighed.order)), m=month,
        p=num(percent_words(middle[0]), "as judged, weighed by the record"), plain=num(percent_words(plain), "as judged"), tail=tail,
    )  # fmt: skip
