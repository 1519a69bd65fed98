"""The report's words on the war-termination game: what each side would settle for, why not now, what would open it.

Every number is a median over draws of judged inputs with the 10 to 90 % range beside it, or says that it is of one
set of inputs. No single chance is given where a range is honest, and each chapter names the engine that made it.
"""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from armistice.core.endings import MECHANISMS, OPEN, BargainingRange, Blockers, Ending, Lever, Weighed
from armistice.core.war import War
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.inputs import inputs_table
from armistice.report.weighed import (
    count,
    points,
    spread,
    stretches,
    weighed_cells,
    weighed_changes,
    weighed_gap,
    weighed_lever,
    weighed_levers,
)
from armistice.report.words import capital, listing, num, say
from armistice.show.bargaining import axis_title, month_index, over_draws, percent_words, range_words
from armistice.show.endings import account, sides_words, value_words
from armistice.theory.screening import ENGINE as COMPANION

Rows = tuple[tuple[str | Markup, ...], ...]


def tell_game(r: Records) -> list[Chapter]:
    """The chapters on the game, in order; none where there is no game."""
    ending = r.study.ending
    if ending is None:
        return []
    war = r.study.pack.war
    weighed = r.study.weighed
    return [_settle_for(war, ending), _why_not(war, ending, weighed), _levers(war, ending, weighed), _ahead(r, ending)]


# --- numbers ------------------------------------------------------------------------------------------------


def _now(along: BargainingRange) -> int:
    return int(np.argmin(np.abs(along.at)))


def _engine(ending: Ending, draws: str, other: str) -> Markup:
    """Which engine made a chapter, of how many draws, and where the companion would say something else."""
    return say(
        "Engine: {engine}; {draws}. Its companion for private information ({companion}) is not used here: {other}.",
        engine=num(ending.equilibrium.engine.partition(":")[0], ending.equilibrium.engine), draws=draws,
        companion=COMPANION.partition(";")[0], other=other,
    )  # fmt: skip


def _unsettled(ending: Ending) -> Markup:
    """What a solution that did not come to rest in every draw says of itself."""
    status = ending.equilibrium
    if status.converged:
        return Markup("")
    return say(
        "The solution did not come to rest in every draw: {status}. Those draws are counted with the others throughout and mean nothing by themselves.",
        status=num(status.status.partition(";")[0].removeprefix("not converged: "), "the solver's own words"),
    )  # fmt: skip


def _low(text: str) -> str:
    """Words as they stand inside a sentence."""
    return text[:1].lower() + text[1:]


def _text(*sentences: Markup) -> Markup:
    return Markup(" ").join(s for s in sentences if s)


# --- what each side would settle for --------------------------------------------------------------------------


def _settle_for(war: War, ending: Ending) -> Chapter:
    a, b, n = war.side("a").name, war.side("b").name, ending.draws
    steps, equilibrium = ending.by_steps, ending.equilibrium
    held = float(steps.held_a[_now(steps)])
    what = _text(
        say(
            "From here on this page does not report but computes: the war is put as a game on the axis {axis}. Each month one side proposes a line "
            "and a payment; the other accepts or both fight on. The stake is the land of that axis, worth 1. Each side weighs its pieces in its own "
            "way, and a share of the stake is a share of that worth; {a} holds {held} of it in its own eyes.",
            axis=axis_title(war, ending), a=a,
            held=num(percent_words(held), f"worth of the steps behind the line, by the weights of {a} at their central values"),
        ),
        say(
            "Every input is a judgement with a range, listed with its reason at the end of the last of these chapters. The judgements were made for the "
            "pack's own day, also where this page looks at an earlier one. Numbers are medians over {n} draws from these ranges, with the 10 to 90 per cent range "
            "in brackets; the game plays one axis only and knows nothing of the others.",
            n=num(f"{n}", "Latin hypercube over triangular ranges; the first draw is central throughout"),
        ),
    )  # fmt: skip
    now = _text(
        say(
            "Fighting on is worth so much that {a} would demand at least {ask} of the stake, and {b} would concede at most {give}. In {settle} they "
            "would settle at once.",
            a=a, b=b, ask=spread(equilibrium.reservation_a, f"what {a} expects of fighting on"),
            give=spread(1 - equilibrium.reservation_b, f"1 less what {b} expects of fighting on"),
            settle=count(equilibrium.settles, "draws in which some settlement suits both now"),
        ),
        _beyond(war, ending),
        say(
            "These are terms that would surely hold and that nobody at home would punish. A real settlement is worth less to whoever fears that it will "
            "not hold, so room between the two numbers is not yet a deal."
        ),
        _lines(war, ending),
    )  # fmt: skip
    table = Table(
        f"Terms at other positions of the line, steps won (+) or lost (−) by {a}, one a month",
        ("steps", f"held by {a}", f"{a} demands at least", f"{b} concedes at most", "draws that settle"),
        _rows_of(steps), folded=True,
    )  # fmt: skip
    paragraphs = (
        what,
        now,
        _waiting(war, ending),
        _text(
            _engine(
                ending,
                f"{n} draws",
                "there an offer or a refusal tells the other side something, so that demands would partly be bluff",
            ),
            _unsettled(ending),
        ),
    )
    return Chapter(
        "settle-for", "What each side would settle for", paragraphs, ("bargaining-range", "reservations"), (table,)
    )


def _beyond(war: War, ending: Ending) -> Markup:
    """What a number beyond the stake means, where one is shown."""
    ask, give = over_draws(ending.equilibrium.reservation_a), over_draws(1 - ending.equilibrium.reservation_b)
    if max(ask[2], give[2]) <= 1 and min(ask[0], give[0]) >= 0:
        return Markup("")
    return say(
        "A number above 100 per cent, or below 0, is no misprint: total defeat is judged to cost more than the land, so that a side may do worse by "
        "fighting on than by giving up all of it."
    )


def _lines(war: War, ending: Ending) -> Markup:
    """The least and the furthest line that the sides would accept, in steps."""
    axis = next((x for x in war.axes if x.id == ending.axis), None)
    if axis is None:
        return Markup("")
    least, most = ending.equilibrium.least_line_a, ending.equilibrium.most_line_b
    told = []
    for side, line, end in ((war.side("a").name, least, "the least"), (war.side("b").name, most, "the furthest")):
        known = line[np.isfinite(line)]
        if len(known):
            low, middle, high = (f"{v:.0f}" for v in over_draws(known))
            note = f"median and 10 to 90 % range over the {len(known)} of {len(line)} draws with such a line"
            text = middle if low == high else f"{middle} ({low} to {high})"
            told.append(say("{end} line that {side} would accept lies after step {at}", end=end, side=side, at=num(text, note)))  # fmt: skip
        if len(known) < len(line):
            none = num(f"{len(line) - len(known)} of {len(line)} draws", "draws without an acceptable line")
            told.append(say("in {n} {side} would accept no line", n=none, side=side))
    lead = say("Of the {n} steps of the axis, payments included, ", n=len(axis.steps))
    return lead + Markup("; ").join(told) + Markup(".")


def _waiting(war: War, ending: Ending) -> Markup:
    """The price of waiting: the terms at other lines against the terms of today."""
    a, b, along = war.side("a").name, war.side("b").name, ending.by_steps
    i = _now(along)
    ask, give = over_draws(along.reservation_a), over_draws(1 - along.reservation_b)
    shown = [k for k in (int(np.argmin(np.abs(along.at - s))) for s in (-2, 3, float(along.at[-1]))) if k != i]
    told = []
    for k in dict.fromkeys(shown):
        number = abs(int(along.at[k]))
        told.append(
            say(
                "After {n} {steps} {how} by {a}, one a month, {a} would demand {ask} and {b} concede {give}; {settle} settle there.",
                n=number, steps="step" if number == 1 else "steps", how="won" if along.at[k] > 0 else "lost", a=a, b=b,
                ask=spread(along.reservation_a[:, k], f"{a} expects of fighting on there"),
                give=spread(1 - along.reservation_b[:, k], f"1 less what {b} expects of fighting on there"),
                settle=count(along.settles[:, k], "draws in which the game settles there"),
            )
        )  # fmt: skip
    back, on = max(i - 1, 0), min(i + 1, len(along.at) - 1)
    worse = {b: bool(give[1, on] > give[1, i]), a: bool(ask[1, back] < ask[1, i])}
    loser = [side for side, is_worse in worse.items() if is_worse]
    close = (
        say(
            "One more step lost makes the terms worse for {who}: that is the price of waiting.",
            who=" and for ".join(loser),
        )
        if loser
        else say("One more step lost does not make the median terms worse for either side.")
    )
    return _text(say("What waiting costs."), *told, close)


def _rows_of(along: BargainingRange) -> Rows:
    rows = []
    for k, at in enumerate(along.at):
        steps = "now" if at == 0 else f"{at:+.0f}".replace("-", "−")
        n = len(along.settles)
        ask, give = over_draws(along.reservation_a[:, k]), over_draws(1 - along.reservation_b[:, k])
        rows.append(
            (steps, percent_words(float(along.held_a[k])), range_words(ask, n), range_words(give, n),
             f"{int(along.settles[:, k].sum())} of {n}")
        )  # fmt: skip
    return tuple(rows)


# --- why there is no peace now ----------------------------------------------------------------------------------


def _why_not(war: War, ending: Ending, weighed: Weighed | None) -> Chapter:
    blockers, common = ending.blockers, ending.blockers_common
    few = len(blockers.gap_without[()])
    settles = ending.equilibrium.settles
    gap = _text(
        say(
            "The gap is the smallest payment from outside with which some settlement would suit both sides; where it is 0 they settle. It is {gap} of the "
            "stake, and they settle at once in {settle}.",
            gap=points(ending.equilibrium.gap, "smallest outside payment"),
            settle=count(settles, "draws in which the gap is 0"),
        ),
        say(
            "With the analyst's belief given to both sides, so that no result rests on a bet between them, it is {gap} and they settle in {settle}.",
            gap=points(common.gap_without[()], "smallest outside payment with one belief for both"),
            settle=count(common.opens[()], "draws in which the gap is 0 with one belief for both"),
        ),
        say(
            "Whoever judged the inputs knew that both sides fight on, so that a gap today is put in as much as it is found; what this account can tell is what the gap rests on."
        ),
    )  # fmt: skip
    title = "Why a settlement is open now" if bool(np.all(settles)) else "Why there is no peace now"
    table = Table(
        "What each mechanism adds, as Shapley shares: the mean of what taking it out does, over all orders of taking out. A negative share helps peace, given the others.",
        ("mechanism", "share of the gap", "of the missing chance of a settlement within 12 months", "of the gap, with one belief for both", *(("of the gap, weighed by the record",) if weighed else ())),
        tuple(
            (
                say("{name}: {clause}", name=name, clause=MECHANISMS.get(name, name)),
                points(blockers.shapley_gap[name], name), points(blockers.shapley_p12[name], name, "points of chance"),
                points(common.shapley_gap[name], name), *((points(weighed.blockers.shapley_gap[name], f"{name}, weighed by the record"),) if weighed else ()),
            )
            for name in blockers.shapley_gap
        ),
    )  # fmt: skip
    caveats = say(
        "Two things these numbers are not. Disagreement counts here only as far as it is about the next month, set against what that month costs; it is not all that "
        "theory calls information, since beliefs are public and offers reveal nothing. And land that cannot be split is a statement about payments: if any payment could be "
        "made, it would never stand in the way."
    )
    paragraphs = (
        gap,
        _identity(blockers),
        _sets(blockers),
        weighed_gap(ending, weighed),
        caveats,
        _engine(
            ending,
            f"{few} draws, each solved without every set of mechanisms",
            "there a side that hides its strength is a reason to fight of its own, which this account does not hold",
        ),
    )
    return Chapter("why-not", title, tuple(p for p in paragraphs if p), ("blockers", "mechanisms"), (table,))


def _identity(blockers: Blockers) -> Markup:
    """The account of the gap in words, median by median."""
    parts = account(blockers)
    return say(
        "The account behind it: disagreement about the next month weighs {information}; the cost of another month to both, {cost}; what the best terms waste because "
        "they may not hold or are punished at home, {wedge}; waste that is to be expected later in any case, {future}. With free payments that would leave {total} "
        "(below 0 a deal exists); limits on payments and on dividing the land add {transfer}. Signs are as they bear on the gap, and medians need not add up.",
        information=points(parts["information"], "disagreement about the next month times what hangs on it"),
        cost=points(parts["cost"], "cost of one more month to both sides"),
        wedge=points(parts["wedge_now"], "1 less the best joint worth of a settlement"),
        future=points(parts["future"], "waste expected if they fight on, discounted"),
        total=points(parts["tu_gap"], "balance if any payment could be made"),
        transfer=points(parts["transferability"], "what limits on payments add"),
    )  # fmt: skip


def _sets(blockers: Blockers) -> Markup:
    """The smallest sets of mechanisms without which peace opens, and how far that holds over the draws."""
    everything = tuple(sorted(MECHANISMS))
    all_out = count(blockers.opens[everything], "draws in which peace opens without any of the four")
    if blockers.minimal_sets == ((),):
        return say("With all inputs at their central values peace is open with every mechanism in place; without all of them, in {n}.", n=all_out)  # fmt: skip
    found = [
        say(
            "without {names} (in {n})", names=listing(list(s)),
            n=count(blockers.opens[s], "draws in which peace opens without " + listing(list(s))),
        )
        for s in blockers.minimal_sets
    ]  # fmt: skip
    game = say(
        "The game was solved again without every set of these: {all}.",
        all=listing([f"{k} ({v})" for k, v in MECHANISMS.items()]),
    )
    lead = (
        say("With all inputs at their central values peace opens ") + Markup("; or ").join(found) + Markup(", and without no smaller set.")
        if found
        else say("With all inputs at their central values peace does not open even without all of them.")
    )  # fmt: skip
    left = say("Without all four it opens in {n}.", n=all_out)
    if not blockers.opens[everything].all():
        left = say(
            "Without all four it opens in {n}; the gap that is left, {gap} of the stake, is of a step of the line that the largest payment cannot bridge, and closes with larger payments.",
            n=all_out, gap=points(blockers.gap_without[everything], "smallest outside payment without all four"),
        )  # fmt: skip
    return _text(
        game,
        lead,
        left,
        say(
            "Taking out more need not help: the fear that a settlement may not hold is also a bet that both sides can like."
        ),
    )


# --- what would open a deal -------------------------------------------------------------------------------------


def _levers(war: War, ending: Ending, weighed: Weighed | None) -> Chapter:
    levers = ending.levers
    alone = [x for x in levers if x.intervals and not _is_open(x)]
    uneven = [x for x in levers if not _is_monotone(x.gap)]
    lead = _text(
        say(
            "Each input was moved over its range while the others stayed at their central values; this chapter is therefore of one set of inputs, without a range. "
            "Alone, {k} of {n} levers would open a deal{names}.",
            k=num(f"{len(alone)}", "levers with a stretch in which the gap is 0"), n=len(levers),
            names=": " + listing([_low(sides_words(war, x.title)) for x in alone]) if alone else "",
        )
        if not any(map(_is_open, levers))
        else say("With all inputs at their central values a deal is open already; the list says where each lever would shut it."),
        say(
            "{k} of {n} are not monotone: further is not always better, and a stronger guarantee or a higher cost can widen the gap. So each was scanned over its whole "
            "range, and every stretch in which peace opens is given.",
            k=num(f"{len(uneven)}", "levers along which the gap both falls and rises"), n=len(levers),
        ),
        say(
            "A weakly guaranteed settlement is partly a bet that both sides like, since each believes that it will come out ahead; so the same is said with one "
            "belief for both, where no such bet is left."
        ),
    )  # fmt: skip
    items = tuple(_lever(war, lever) + weighed_lever(lever.key, weighed) for lever in levers)
    paragraphs = (
        lead,
        weighed_levers(war, ending, weighed),
        _pairs(war, ending),
        _belief(war, ending),
        _engine(
            ending,
            "one set of inputs",
            "there a lever would also work by what it lets the sides find out about each other",
        ),
    )
    return Chapter(
        "levers-words",
        "What would open a deal",
        tuple(p for p in paragraphs if p),
        ("levers", "belief-map"),
        lists=(items,),
    )


def _is_open(lever: Lever) -> bool:
    return any(low <= lever.now <= high for low, high in lever.intervals)


def _is_monotone(gap: np.ndarray) -> bool:
    change = np.diff(gap)
    return not (bool(np.any(change > OPEN)) and bool(np.any(change < -OPEN)))


def _lever(war: War, lever: Lever) -> Markup:
    """One lever: where it stands, where it opens a deal, and the same with one belief for both."""
    low, high = float(np.min(lever.values)), float(np.max(lever.values))
    best = int(np.argmin(lever.gap))
    scanned = f"scanned from {value_words(low)} to {value_words(high)}, all else central"
    if lever.intervals:
        result = say("opens a deal at {at}", at=num(stretches(lever.intervals), scanned))
    else:
        least = f"{100 * float(lever.gap[best]):.1f} %"
        result = say(
            "does not open a deal alone; the gap is smallest, {gap} of the stake, at {at}",
            gap=num(least, scanned), at=value_words(float(lever.values[best])),
        )  # fmt: skip
    shut = lever.gap_common >= OPEN
    both = (
        "open throughout" if not shut.any() else "open nowhere" if shut.all()
        else f"open at {int((~shut).sum())} of {len(shut)} values"
    )  # fmt: skip
    return say(
        "{title} ({unit}), now {now}: {result}. With one belief for both: {both}.", title=sides_words(war, lever.title),
        unit=sides_words(war, lever.unit), now=value_words(lever.now), result=result, both=num(both, scanned),
    )  # fmt: skip


def _pairs(war: War, ending: Ending) -> Markup:
    """The least joint changes of two levers that do not open a deal alone."""
    title = {x.key: sides_words(war, x.title) for x in ending.levers}
    best = sorted(ending.pairs, key=lambda p: p.effort)[:3]
    if not best:
        return say(
            "Of the levers that do not open a deal alone, no two together do, at the few values of each that were tried."
        )
    told = [
        say(
            "{one} at {u} with {other} at {v}", one=title.get(p.first, p.first), other=title.get(p.second, p.second),
            u=num(value_words(p.first_value), f"length of the joint change: {p.effort:.2f} of the levers' ranges"),
            v=num(value_words(p.second_value), f"length of the joint change: {p.effort:.2f} of the levers' ranges"),
        )
        for p in best
    ]  # fmt: skip
    lead = say("Of the levers that do not open a deal alone, these do in pairs, the smallest joint change first, at the few values of each that were tried: ")  # fmt: skip
    return lead + Markup("; ").join(told) + Markup(".")


def _belief(war: War, ending: Ending) -> Markup:
    """What one must believe: where on the map of beliefs a settlement exists."""
    a, b, beliefs = war.side("a").name, war.side("b").name, ending.beliefs
    is_open = np.asarray(beliefs.gap) < OPEN
    row, column = (
        int(np.argmin(np.abs(beliefs.mean_a - beliefs.now_a))),
        int(np.argmin(np.abs(beliefs.mean_b - beliefs.now_b))),
    )
    told = [
        _where(is_open[:, column], beliefs.mean_a, a, b),
        _where(is_open[row, :], beliefs.mean_b, b, a),
    ]
    return _text(
        say(
            "What one must believe. {first} is judged to expect {now_a} steps a month, {b} {now_b}, both towards {a}; the record, and with it the analyst, says {analyst}. Over the map of "
            "pairs of such beliefs a settlement exists for {part}.",
            first=capital(a), a=a, b=b, now_a=num(f"{beliefs.now_a:+.2f}", "judged lead over the pace on record"),
            now_b=num(f"{beliefs.now_b:+.2f}", "judged lead over the pace on record"), analyst=num(f"{beliefs.analyst:+.2f}", "pace of the front on record"),
            part=num(percent_words(float(is_open.mean())), f"of {is_open.size} pairs, all else central"),
        ),
        *told,
    )  # fmt: skip


def _where(is_open: np.ndarray, means: np.ndarray, who: str, other: str) -> Markup:
    """For which beliefs of one side, the other's as they are, a settlement exists."""
    stay = say("With {other}'s belief as it is, ", other=other)
    if not is_open.any():
        return stay + say("no belief of {who} on the map gives one.", who=who)
    if is_open.all():
        return stay + say("every belief of {who} on the map gives one.", who=who)
    found = means[is_open]
    if int(is_open.sum()) == int(np.ptp(np.flatnonzero(is_open))) + 1:
        ends = dict.fromkeys(f"{mean:+.2f}".replace("-", "−") for mean in (found[0], found[-1]))
        words = ("about " if len(ends) == 1 else "") + " to ".join(ends)
        return stay + say(
            "it takes that {who} expects {range} steps a month.", who=who, range=num(words, "on the points of the map")
        )
    return stay + say(
        "{k} of {n} beliefs of {who} give one, with gaps between them.",
        k=num(f"{int(is_open.sum())}", "points of the map, not one stretch"), n=len(means), who=who,
    )  # fmt: skip


# --- when, and on what terms -------------------------------------------------------------------------------------


def _ahead(r: Records, ending: Ending) -> Chapter:
    war, outlook = r.study.pack.war, ending.outlook
    a, b = war.side("a").name, war.side("b").name
    told = []
    for month in dict.fromkeys(int(outlook.months[month_index(outlook, m)]) for m in (12, 36)):
        i = month_index(outlook, month)
        told.append(
            say(
                "Within {m} months a settlement is made with a chance of {settled}; outright victory of {a} comes to {wins_a}, of {b} to {wins_b}; the war goes on with {on}.",
                m=month, a=a, b=b, settled=spread(outlook.p_settlement[:, i], f"chance of a settlement by month {month}"),
                wins_a=spread(outlook.p_victory_a[:, i], "a surrender of the other side included"),
                wins_b=spread(outlook.p_victory_b[:, i], "a surrender of the other side included"),
                on=spread(outlook.p_ongoing[:, i], f"chance that neither has happened by month {month}"),
            )
        )  # fmt: skip
    spike = say(
        "These are chances under the analyst's belief, the record's pace, and only as good as the judgements; the range is the message, not its middle. The dates bunch, since "
        "disagreement fades on a schedule in this game; a steep rise in the chart is not a forecast of a month."
    )
    share = outlook.expected_share_a[:, -1]
    held = float(ending.by_steps.held_a[_now(ending.by_steps)])
    terms = (
        say(
            "Where they settle, {a} would have {share} of the stake, land and payments together, against {held} held now. A settlement may be anything short of "
            "surrender, so that its chance says little without its terms.",
            a=a, share=spread(share, f"expected over the settlements made by month {int(outlook.months[-1])}"),
            held=num(percent_words(held), "worth of the land behind the line of the day"),
        )
        if np.isfinite(share).any()
        else say("No settlement is made in any draw, so there are no terms to show.")
    )  # fmt: skip
    few = len(ending.what_if[0].equilibrium.gap)
    paragraphs = (
        _text(*told, spike),
        _text(terms, _changes(war, ending), weighed_changes(ending, r.study.weighed, 12)),
        _engine(
            ending,
            f"{ending.draws} draws, and {few} for each change",
            "there settlements would come as offers are refused and battles sort the strong from the weak, at other times than here",
        ),
    )
    tables = (_what_if(war, ending, r.study.weighed), inputs_table(r, ending))
    return Chapter("ahead", "When, and on what terms", paragraphs, ("outlook", "terms", "what-if"), tables)


def _changes(war: War, ending: Ending) -> Markup:
    """What the changes run beside the game are, and which ones bring a settlement nearer or put it off."""
    base, *others = ending.what_if
    last = month_index(base.outlook, 12)
    middle = float(over_draws(base.outlook.p_settlement[:, last])[1])
    nearer: list[str] = []
    later: list[str] = []
    for what in others:
        moved = float(over_draws(what.outlook.p_settlement[:, last])[1]) - middle
        if abs(moved) >= 0.02:
            (nearer if moved > 0 else later).append(_low(what.title))
    lead = say(
        "Changes were run beside the game as judged, on {n} draws each; what aid stopping or resuming would do is told by what it does to the front.",
        n=num(f"{len(base.equilibrium.gap)}", "the same draws for every change"),
    )
    month = int(base.outlook.months[last])
    sides = [
        say(
            "{word} likely within {m} months, by the median: {names}.",
            word=word,
            m=month,
            names="; ".join(f"“{name}”" for name in names),
        )
        for word, names in (("A settlement becomes more", nearer), ("It becomes less", later))
        if names
    ]
    tail = (
        say("The median chance moves by less than two points for the others.")
        if len(nearer) + len(later) < len(others)
        else Markup("")
    )
    return _text(lead, *sides, tail)


def _what_if(war: War, ending: Ending, weighed: Weighed | None) -> Table:
    first = ending.what_if[0].outlook
    near, far = (int(first.months[month_index(first, m)]) for m in (12, 36))
    rows = []
    by_record = {what.title: weighed_cells(what, near) for what in weighed.what_if} if weighed else {}
    for what in ending.what_if:
        i, j = month_index(what.outlook, near), month_index(what.outlook, far)
        rows.append(
            (
                what.title, count(what.equilibrium.settles, "draws in which they settle at once"),
                spread(what.outlook.p_settlement[:, i], "chance of a settlement"), spread(what.outlook.p_settlement[:, j], "chance of a settlement"),
                spread(what.outlook.p_ongoing[:, j], "chance that the war goes on"), spread(what.outlook.expected_share_a[:, j], "expected over the settlements made"),
                *by_record.get(what.title, ()),
            )
        )  # fmt: skip
    loose = [what.title for what in ending.what_if if not what.equilibrium.converged]
    note = f" Not at rest in every draw: {listing(loose)}." if loose else ""
    return Table(
        f"What if: changes of the game beside the game as judged, on {len(ending.what_if[0].equilibrium.gap)} draws each; medians with 10 to 90 % of the draws.{note}",
        ("change", "settles at once", f"settled within {near} months", f"within {far}", f"at war after {far}", f"share of {war.side('a').name} if settled",
         *(("settles at once, weighed by the record", f"settled within {near} months, weighed") if weighed else ())),
        tuple(rows),
    )  # fmt: skip
