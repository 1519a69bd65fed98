"""The report's words on drafts set against fighting on: who could accept which, and which clauses decide.

Every worth is in hundredths of all that matters to a side, as median with the 10 to 90 % range of the draws; a share of
draws is of judged inputs, and says so. Both sides are told of in the same words, and no draft is recommended.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from armistice.core.appraisal import Appraisal, ClauseWorth
from armistice.core.settlement import Settlement
from armistice.core.war import Side, War
from armistice.deal.read import read_settlements
from armistice.report.bundles import tell_bundles
from armistice.report.chapter import Chapter, Table
from armistice.report.figures import Records
from armistice.report.parties import tell_third_parties
from armistice.report.plans import tell_plans
from armistice.report.terms import clause_names, tell_changes, tell_lasting
from armistice.report.words import joined, listing, long_day, num, say, table_day
from armistice.settling import Settled
from armistice.show.appraisals import clause_words, draft_title, in_order, nearest
from armistice.show.bargaining import over_draws, percent_words
from armistice.show.style import signed_words

SIDES: tuple[Side, Side] = ("a", "b")
_NEVER = 0.005
"""Share of draws below which a draft counts as accepted in none."""
_HEAVY = 3
"""Clauses that are named in a sentence."""


def tell_settled(r: Records) -> list[Chapter]:
    """The chapters on the drafts; none where none is on file, or there is no game to set them against."""
    settled = r.study.settled
    if settled is None or not settled.drafts:
        return []
    war = r.study.pack.war
    chapters: list[Chapter | None] = [tell_plans(r, settled)]
    if settled.appraisals:
        chapters += [_acceptance(war, settled), _clauses(war, settled), tell_changes(war, settled), tell_lasting(war, settled)]  # fmt: skip
    return [c for c in chapters if c is not None]


def unsettled(r: Records) -> Markup:
    """Why there are no such chapters, as a sentence; empty where there are."""
    settled = r.study.settled
    if settled is not None and settled.drafts:
        return Markup("")
    drafts = read_settlements(r.study.pack)
    if not drafts:
        return say("No draft of a settlement is set against fighting on here: the pack holds none.")
    n = num("One draft" if len(drafts) == 1 else f"{len(drafts)} drafts", "; ".join(d.title for d in drafts))
    why = r.study.no_ending or "the pack does not say how every issue stands while nothing is agreed"
    return say("{n} of a settlement on file, but not set against fighting on here: {why}.", n=n, why=why)


# --- numbers ------------------------------------------------------------------------------------------------------


def _hundredths(values: np.ndarray, what: str) -> Markup:
    """Median with its range over draws, in hundredths of all that matters to a side."""
    low, middle, high = (signed_words(float(v), 1) for v in over_draws(100 * np.asarray(values, float)))
    text = middle if low == high else f"{middle} ({low} to {high})"
    return num(
        text, f"{what}, hundredths of all that matters to it; median and 10 to 90 % range of {len(values)} draws"
    )


def _share(share: float, what: str, draws: int) -> Markup:
    return num(percent_words(share), f"{what}: share of {draws} draws of the judged inputs")


def _text(*sentences: Markup) -> Markup:
    return Markup(" ").join(s for s in sentences if s)


def quoted(drafts: Sequence[Settlement], found: Appraisal) -> str:
    """A draft in a sentence, by its title and variant."""
    return f"“{draft_title(drafts, found)}”"


# --- who could accept what -----------------------------------------------------------------------------------------


def _acceptance(war: War, settled: Settled) -> Chapter:
    found, draws = settled.appraisals, len(settled.appraisals[0].hazard)
    a, b = war.side("a").name, war.side("b").name
    what = say(
        "Each draft is set against fighting on, in the eyes of {a} and of {b}. A side weighs all issues of the war; on each it gains or loses what the draft's option is worth to it beside what holds today, and "
        "where a draft is silent all stays as it is. Fighting on is worth what the war-termination game says, and so is the war that would follow if the peace failed. A side accepts where "
        "the draft is worth at least as much; a draft that goes past a red line resting on its own constitution or law it does not accept at all.",
        a=a, b=b,
    )  # fmt: skip
    beyond, asked = tell_third_parties(war, settled)
    paragraphs = (
        what, _best(war, settled, draws), _lines_crossed(war, settled), tell_bundles(war, settled), _record(settled), *beyond, _limits(war, settled, draws),
    )  # fmt: skip
    return Chapter(
        "acceptance", "Who could accept what", tuple(p for p in paragraphs if p), ("acceptance",), (_acceptance_table(war, settled, found), *asked, *_learnt(settled))
    )  # fmt: skip


def _best(war: War, settled: Settled, draws: int) -> Markup:
    """Which draft both would accept most often, and how many a side would hardly ever accept."""
    found, drafts = settled.appraisals, settled.drafts
    (best,) = nearest(found, 1)
    if best.p_accept_both < _NEVER:
        lead = say(
            "In hardly any of the {n} would both sides accept any of these drafts.", n=num(f"{draws} draws", "draws of the judged inputs")
        ) if best.p_accept_both > 0 else say(
            "In none of the {n} would both sides accept any of these drafts.", n=num(f"{draws} draws", "draws of the judged inputs")
        )  # fmt: skip
    else:
        lead = say(
            "The draft that both would accept in the largest share of draws is {title}: in {both}, {a} in {pa} and {b} in {pb}. Beside fighting on it is worth {sa} to {a} and {sb} to {b}, in hundredths of all that "
            "matters to each.",
            title=quoted(drafts, best), a=war.side("a").name, b=war.side("b").name, both=_share(best.p_accept_both, "both accept", draws),
            pa=_share(best.sides["a"].p_accept, "accepts", draws), pb=_share(best.sides["b"].p_accept, "accepts", draws),
            sa=_hundredths(best.sides["a"].surplus, f"worth to {war.side('a').name} less that of fighting on"),
            sb=_hundredths(best.sides["b"].surplus, f"worth to {war.side('b').name} less that of fighting on"),
        )  # fmt: skip
    told = []
    for side in SIDES:
        never = [f for f in found if f.sides[side].p_accept < _NEVER]
        names = "; ".join(draft_title(drafts, f) for f in never) or "none"
        told.append(
            say("{name} would accept {n} in next to no draw", name=war.side(side).name, n=num(f"{len(never)} of {len(found)}", names))
        )  # fmt: skip
    rest = say("Drafts and their variants counted one by one, ") + Markup(", and ").join(told) + Markup(".")
    return _text(lead, rest)


def _lines_crossed(war: War, settled: Settled) -> Markup:
    told = []
    for side in SIDES:
        own = [f for f in settled.appraisals if f.sides[side].barred]
        if own:
            issues = list(dict.fromkeys(i for f in own for i in f.sides[side].barred))
            note = "; ".join(draft_title(settled.drafts, f) for f in own)
            told.append(
                say(
                    "{n} past a hard red line of {name} ({issues})", n=num(f"{len(own)} go" if len(own) > 1 else "1 goes", note),
                    name=war.side(side).name, issues=listing([war.issue(i).title for i in issues]),
                )
            )  # fmt: skip
    if not told:
        return say("None of the drafts goes past a hard red line of either side.")
    return say("Of the drafts and variants ") + joined(told) + Markup(".")


def _record(settled: Settled) -> Markup:
    """What the weights of the record change."""
    pairs = list(zip(settled.appraisals, settled.unweighed, strict=True))
    if all(_same(one, other) for one, other in pairs):
        return say("There is no record to weigh these draws by: all numbers stand as judged.")
    (best,) = nearest(settled.appraisals, 1)
    plain = next(f for f in settled.unweighed if (f.id, f.variant) == (best.id, best.variant))
    (first,) = nearest(settled.unweighed, 1)
    other = (
        Markup("")
        if (first.id, first.variant) == (best.id, best.variant)
        else say("As judged, the first of them would be {title}.", title=quoted(settled.drafts, first))
    )
    return _text(
        say(
            "These draws are weighed by what the two sides did and stated. As judged, before that, both would accept {title} in {before}, weighed in {after}; the table gives both for every draft, and where they lie far "
            "apart the record carries the result.",
            title=quoted(settled.drafts, best), before=_share(plain.p_accept_both, "both accept, as judged", len(plain.hazard)),
            after=_share(best.p_accept_both, "both accept, weighed by the record", len(best.hazard)),
        ),
        other,
    )  # fmt: skip


def _same(one: Appraisal, other: Appraisal) -> bool:
    return all(np.array_equal(one.sides[s].surplus, other.sides[s].surplus) for s in SIDES)


def _limits(war: War, settled: Settled, draws: int) -> Markup:
    fighting = settled.stakes.fighting
    return say(
        "How this is known: {n} draws of judged saliences, acceptable ranges and effects, as of {day}; what fighting on is worth comes from {engine}. A share of draws says how far the judgements agree, not how likely "
        "a signature is. Worth adds up over issues, but for the goods that the pack says go together; both sides see the danger alike; and leaders may weigh what no pack holds. Engine: the appraisal of drafts.",
        n=num(f"{draws}", "draws of the preferences, paired with draws of the game"), day=long_day(war.as_of),
        engine=num("the war-termination game", fighting.engine),
    )  # fmt: skip


def _acceptance_table(war: War, settled: Settled, found: Sequence[Appraisal]) -> Table:
    plain = {(f.id, f.variant): f for f in settled.unweighed}
    beside = any(not _same(f, plain[f.id, f.variant]) for f in found if (f.id, f.variant) in plain)
    rows: list[tuple[str | Markup, ...]] = []
    for f in in_order(found):
        draws = len(f.hazard)
        barred = [f"{war.side(s).name}: {listing([war.issue(i).title for i in f.sides[s].barred])}" for s in SIDES if f.sides[s].barred]  # fmt: skip
        row: list[str | Markup] = [
            draft_title(settled.drafts, f), table_day(f.date),
            *(_hundredths(f.sides[s].surplus, f"worth to {war.side(s).name} less that of fighting on") for s in SIDES),
            *(_share(p, "accept", draws) for p in (*(f.sides[s].p_accept for s in SIDES), f.p_accept_both)),
        ]  # fmt: skip
        if beside:
            p = plain[f.id, f.variant]
            shares = (*(p.sides[s].p_accept for s in SIDES), p.p_accept_both)
            row.append(num(" / ".join(percent_words(x).removesuffix(" %") for x in shares) + " %", "as judged, before the record weighs the draws"))  # fmt: skip
        rows.append((*row, "; ".join(barred) or "none"))
    a, b = war.side("a").name, war.side("b").name
    return Table(
        "The numbers: worth beside fighting on in hundredths of all that matters to a side (median, 10 to 90 % of draws), share of draws in which each accepts, red lines crossed",
        ("draft", "date", f"worth to {a}", f"worth to {b}", f"{a} accepts", f"{b} accepts", "both accept", *((f"as judged: {a} / {b} / both",) if beside else ()), "hard red lines crossed"),
        tuple(rows), folded=True,
    )  # fmt: skip


def _learnt(settled: Settled) -> list[Table]:
    """What the statements of the sides changed in their weights."""
    if not settled.learnt:
        return []
    caption = (
        "What the sides stated and turned down teaches of their weights, by itself: 10th, 50th and 90th percentile before and after, what moved most "
        "first; moved is the largest distance between the two distributions, 0 for none and 1 for another world"
    )
    return [Table(caption, tuple(settled.learnt[0]), tuple(tuple(row.values()) for row in settled.learnt), folded=True)]


# --- the clauses that decide -----------------------------------------------------------------------------------------


def _clauses(war: War, settled: Settled) -> Chapter:
    chosen = nearest(settled.appraisals)
    drafts = {d.id: d for d in settled.drafts}
    lead = say(
        "Which clauses make a draft worth more or less to each side, and which make peace last? Told of here: {which}. A clause's share is what it adds on average over all orders in "
        "which the clauses could be agreed, so that the shares add up to the whole; what would be lost if it alone were struck out stands in the table, and does not add up.",
        which=_which(settled, chosen),
    )  # fmt: skip
    told = [_weighty(war, drafts[f.id], f) for f in chosen]
    known = say(
        "How this is known: from the judged weight of each issue and worth of each option, and from the effect judged for each kind of clause on power and on the danger of renewed war; clauses on one issue share what its "
        "option is worth. A clause that answers no issue counts by its effect alone. Engine: the appraisal of drafts; shares are means over draws, without a range of their own."
    )
    tables = tuple(_clause_table(war, drafts[f.id], f) for f in chosen)
    figures = ("clauses", "clauses-2")[: len(chosen)]
    return Chapter("clauses", "The clauses that decide", (lead, *told, known), figures, tables)


def _which(settled: Settled, chosen: Sequence[Appraisal]) -> Markup:
    names = [quoted(settled.drafts, f) for f in chosen]
    draws = len(chosen[0].hazard)
    if chosen[0].p_accept_both == 0:
        kind = "the latest draft" if len(names) == 1 else "the latest drafts"
        return say("{kind}, since none is accepted by both in any draw: {names}", kind=kind, names=listing(names))
    shares = [_share(f.p_accept_both, "both accept", draws) for f in chosen]
    told = [say("{name} ({share})", name=n, share=s) for n, s in zip(names, shares, strict=True)]
    return say("the drafts that both accept in the largest share of draws: " if len(told) > 1 else "the draft that both accept in the largest share of draws: ") + joined(told)  # fmt: skip


def _weighty(war: War, draft: Settlement, found: Appraisal) -> Markup:
    """What serves each side most, what costs it most, and what peace rests on."""
    names = clause_names(war, draft)
    told = []
    for side in SIDES:
        worth = [(100 * (c.shapley_a if side == "a" else c.shapley_b), c) for c in found.clauses]
        best, worst = max(worth, key=lambda w: w[0]), min(worth, key=lambda w: w[0])
        parts = []
        if best[0] >= 0.05:
            parts.append(say("gains most by {what} ({n})", what=names[best[1].number], n=_mean(best[0])))
        if worst[0] <= -0.05:
            parts.append(say("gives up most by {what} ({n})", what=names[worst[1].number], n=_mean(worst[0])))
        told.append(say("{name} ", name=war.side(side).name) + (joined(parts) or Markup("neither gains nor loses a tenth of a hundredth by any one clause")))  # fmt: skip
    order = sorted(found.clauses, key=lambda c: -abs(c.shapley_survival))
    lasting = [
        say("{what} ({n})", what=names[c.number], n=num(f"{signed_words(100 * c.shapley_survival, 1)} points", "on the chance that peace still holds after ten years; mean over orders and draws"))
        for c in order[:_HEAVY] if abs(c.shapley_survival) >= 0.0005
    ]  # fmt: skip
    peace = say("On the chance of peace after ten years most hangs on ") + joined(lasting) + Markup(".") if lasting else say("No clause moves the chance of peace after ten years by a tenth of a point.")  # fmt: skip
    return _text(say("{title}: ", title=quoted([draft], found)) + Markup("; ").join(told) + Markup("."), peace)


def _mean(value: float) -> Markup:
    return num(signed_words(value, 1), "hundredths of all that matters to the side; mean over orders and draws")


def _clause_table(war: War, draft: Settlement, found: Appraisal) -> Table:
    texts = {p.number: p for p in draft.provisions}
    a, b = war.side("a").name, war.side("b").name

    def weight(c: ClauseWorth) -> tuple[float, int]:
        return -round(abs(c.shapley_a) + abs(c.shapley_b) + abs(c.shapley_survival), 11), c.number

    rows: list[tuple[str | Markup, ...]] = []
    for c in sorted(found.clauses, key=weight):
        p = texts[c.number]
        if found.variant and p.variant not in ("", found.variant):
            continue
        rows.append(
            (
                num(clause_words(war, p), f"{p.source or draft.source} (basis: {p.basis})"),
                *(signed_words(100 * v, 1) for v in (c.shapley_a, c.shapley_b, c.shapley_survival)),
                *(_range(100 * v) for v in (c.without_a, c.without_b, c.without_survival)),
            )
        )
    return Table(
        f"{draft_title([draft], found)}: what each clause adds (mean over orders), and what is lost if it alone is struck out (median, 10 to 90 % of draws); worth in hundredths of all that matters to a side, "
        "peace in points on its chance after ten years",
        ("clause", f"gives {a}", f"gives {b}", "gives peace", f"{a} without it loses", f"{b} without it loses", "peace without it loses"), tuple(rows), folded=True,
    )  # fmt: skip


def _range(values: np.ndarray) -> str:
    low, middle, high = (signed_words(float(v), 1) for v in over_draws(values))
    return middle if low == high else f"{middle} ({low} to {high})"
