"""The report's words on what would have to change in a draft, and on whether the peace it makes would last.

A proof that nothing listed is enough is told as what it is: of the listed terms and the judged draws, not of all terms.
"""

from __future__ import annotations

import math

import numpy as np
from markupsafe import Markup

from armistice.core.amendment import Amended, Amendment, Change
from armistice.core.appraisal import SURVIVAL_YEARS, Appraisal
from armistice.core.settlement import Settlement
from armistice.core.war import Side, War
from armistice.report.chapter import Chapter, Table
from armistice.report.retrospect import kept_retrospect, lasted_table, lasted_words
from armistice.report.words import joined, listing, num, say, table_day
from armistice.settling import Settled
from armistice.show.appraisals import clause_words, draft_title, nearest, option_words
from armistice.show.bargaining import over_draws, percent_words, range_words
from armistice.show.style import signed_words

SIDES: tuple[Side, Side] = ("a", "b")
_NAMED = 3
"""Clauses that are named as making peace longer or shorter."""
_POINT = 0.001
"""Chance below which a clause is not named."""


# --- what would have to change ---------------------------------------------------------------------------------------


def tell_changes(war: War, settled: Settled) -> Chapter | None:
    """The chapter on amendments; none where none were looked for."""
    if not settled.amended:
        return None
    told = list(settled.amended.values())
    one = told[0]
    lead = say(
        "For {n} the question is turned round: which fewest changes of terms would make both sides prefer it to fighting on in at least {wanted} of the draws, with a peace that holds {years} years with a median chance "
        "of at least {lasting}? A change puts another option of an issue in the place of the draft's, worded as some draft on file words it; or strikes the issue out, so that all stays as it is.",
        n=num(_drafts(len(told)), "; ".join(_title(settled, x) for x in told)), wanted=num(percent_words(one.wanted), "chosen for this page"),
        years=f"{one.years:g}", lasting=num(percent_words(one.lasting), "chosen for this page"),
    )  # fmt: skip
    limits = say(
        "How this is known: searched on the draws of the sections above; every set of changes that is told was appraised again as a draft of its own, on all draws. Only terms that some draft on file words are tried, so that "
        "“no combination” means none of these. The thresholds are a choice; the judgements behind the draws bind here as everywhere; and a set of changes that both would prefer to fighting on is not one that both would sign. "
        "Engine: exact search and mixed-integer programming."
    )
    paragraphs = (lead, *(_amended(war, settled, x) for x in told), limits)
    tables = tuple(_alternatives(war, settled, x) for x in told if x.amendments)
    figures = ("changes", "changes-2", "changes-3")[: len(tables)]
    return Chapter("changes", "What would have to change", paragraphs, figures, tables)


def _drafts(count: int) -> str:
    return "one draft" if count == 1 else f"{count} drafts or variants"


def _title(settled: Settled, x: Amended) -> str:
    found = next((f for f in settled.appraisals if (f.id, f.variant) == (x.id, x.variant)), None)
    return x.title if found is None else draft_title(settled.drafts, found)


def _chance(share: float, what: str) -> Markup:
    return num(percent_words(share), f"{what}: share of the draws")


def _lasts(x: Amended | Amendment, years: float) -> Markup:
    return num(percent_words(x.survival), f"chance that peace still holds after {years:g} years, median over draws")


def _amended(war: War, settled: Settled, x: Amended) -> Markup:
    """What the search found for one draft, in words."""
    lead = say(
        "“{title}”: as it stands both accept in {p}, and the median chance of peace after {years} years is {s}.",
        title=_title(settled, x), p=_chance(x.p_accept_both, "both accept"), years=f"{x.years:g}", s=_lasts(x, x.years),
    )  # fmt: skip
    if x.status == "as it is":
        return lead + Markup(" ") + say("That is as much as was asked for: nothing has to change.")
    if x.amendments:
        return lead + Markup(" ") + _fewest(war, x)
    if x.status == "breaks":
        rest = say("No combination of the listed terms would make a peace that lasts as asked.")
    elif x.status == "impossible":
        rest = say(
            "No combination of the listed terms that lasts as asked is acceptable to both in more than {bound} of the draws; the largest share found is {best}.",
            bound=num(_most(x.bound), "proved by the bound of the search"), best=num(f"{100 * x.best_chance:.1f}".removesuffix(".0") + " %", "both accept: share of the draws"),
        )  # fmt: skip
    else:
        proved = say(", and it is proved that none reaches more than {bound}", bound=num(_most(x.bound), "bound of the search")) if x.bound < 1 else Markup("")  # fmt: skip
        rest = (
            say(
                "No set of changes was found that is enough, and none is ruled out: the largest share found is {best}",
                best=num(f"{100 * x.best_chance:.1f}".removesuffix(".0") + " %", "both accept: share of the draws"),
            )
            + proved
            + Markup(".")
        )
    return lead + Markup(" ") + rest + _binding(war, x)


def _most(bound: float) -> str:
    """A bound in per cent, rounded up so that it stays one."""
    return f"{min(math.ceil(1000 * bound - 1e-9) / 10, 100.0):g} %"


def _binding(war: War, x: Amended) -> Markup:
    if not x.binding:
        return Markup("")
    names = [war.issue(i).title for i in x.binding]
    what = (
        "The issue that stands most in the way is" if len(names) == 1 else "The issues that stand most in the way are"
    )
    return say(
        " {what} {names}: out of dispute, the share that can be reached rises most.", what=what, names=listing(names)
    )


def _fewest(war: War, x: Amended) -> Markup:
    first = x.amendments[0]
    count = len(first.changes)
    told = say(
        "The fewest changes found are {n}: ", n=num(f"{count}" if count != 1 else "one", "the first of the sets in the table")
    ) if count != 1 else say("One change is enough: ")  # fmt: skip
    after = say(
        ". Then {a} accepts in {pa} and {b} in {pb} of the draws, both in {p}, and the median chance of peace after {years} years is {s}.",
        a=war.side("a").name, b=war.side("b").name, pa=_chance(first.p_accept_a, "accepts"), pb=_chance(first.p_accept_b, "accepts"),
        p=_chance(first.p_accept_both, "both accept"), years=f"{x.years:g}", s=_lasts(first, x.years),
    )  # fmt: skip
    proof = (
        say(" No fewer changes would do, as the search proves.") if x.at_least == count and count > 1
        else say(" The search proves that it takes at least {n}.", n=num(f"{x.at_least}", "proved")) if 0 < x.at_least < count
        else Markup("")
    )  # fmt: skip
    words = Markup(" ").join(say("{w}", w=w if w.endswith(".") else w + ".") for w in _trades(war, first))
    return told + Markup("; ").join(_change(war, c) for c in first.changes) + after + proof + (Markup(" ") + words if words else Markup(""))  # fmt: skip


def _trades(war: War, m: Amendment) -> list[str]:
    """Sentences on trades and land; one that only says a single change again is left out."""
    titles = {war.issue(c.issue).title for c in m.changes}
    return [w for w in m.words if sum(f"{title} (" in w for title in titles) != 1]


def _change(war: War, c: Change) -> Markup:
    issue = war.issue(c.issue)
    serves = {"a": f" (serves {war.side('a').name})", "b": f" (serves {war.side('b').name})", "both": " (serves both)"}
    note = (
        f"gain of {war.side('a').name} {signed_words(100 * c.gain_a, 1)}, of {war.side('b').name} {signed_words(100 * c.gain_b, 1)} hundredths of all that matters to it, mean over draws; "
        + (f"worded as in {c.wording}" if c.wording else "struck out: all stays as it is today")
    )  # fmt: skip
    return say(
        "{what}, from {before} to {after}{serves}", what=num(issue.title, note), before=option_words(issue, c.before), after=option_words(issue, c.after), serves=serves.get(c.favours, "")
    )  # fmt: skip


def _alternatives(war: War, settled: Settled, x: Amended) -> Table:
    rows: list[tuple[str | Markup, ...]] = []
    for m in x.amendments:
        surplus = num(
            f"{signed_words(100 * m.surplus_a, 1)} / {signed_words(100 * m.surplus_b, 1)}",
            "median worth less that of fighting on, hundredths of all that matters to the side",
        )
        rows.append(
            (
                f"{len(m.changes)}", Markup("; ").join(_change(war, c) for c in m.changes) or "none",
                num(f"{100 * m.cost:.1f}", "sum over changes of what each side loses by it, hundredths, mean over draws"),
                _chance(m.p_accept_a, "accepts"), _chance(m.p_accept_b, "accepts"), _chance(m.p_accept_both, "both accept"), _lasts(m, x.years), surplus,
                " ".join(_trades(war, m)) or "none",
            )
        )  # fmt: skip
    a, b = war.side("a").name, war.side("b").name
    count = "One set of changes that is enough" if len(rows) == 1 else f"{len(rows)} sets of changes that are enough"
    return Table(
        f"{count} for “{_title(settled, x)}”, each different in kind from those above it: fewest first, then the cheapest to the sides",
        ("changes", "which", "given up, hundredths", f"{a} accepts", f"{b} accepts", "both accept", f"peace after {x.years:g} years", f"worth to {a} / {b}", "trades and land"),
        tuple(rows), folded=True,
    )  # fmt: skip


# --- would it last -----------------------------------------------------------------------------------------------


def tell_lasting(war: War, settled: Settled) -> Chapter:
    """The chapter on how long a peace might hold."""
    found, drafts = settled.appraisals, settled.drafts
    order = sorted(found, key=lambda f: (float(np.median(f.survival(10))), f.id, f.variant))
    low, high = order[0], order[-1]
    if low is high:
        span = say(
            "If {title} were signed and took effect, the chance that peace still holds after ten years is {p}.",
            title=f"“{draft_title(drafts, low)}”", p=_spread(low.survival(10), "chance of peace after ten years"),
        )  # fmt: skip
    else:
        span = say(
            "If a draft were signed and took effect, would the peace hold? After ten years the chance that it still does runs from {p} for {least} to {q} for {most}.",
            p=_spread(low.survival(10), "chance of peace after ten years"), least=f"“{draft_title(drafts, low)}”",
            q=_spread(high.survival(10), "chance of peace after ten years"), most=f"“{draft_title(drafts, high)}”",
        )  # fmt: skip
    (chosen,) = nearest(found, 1)
    limits = say(
        "How this is known: the danger starts from a judged base rate of the first year and falls as peace lasts; clauses, the lean of the terms to one side of what war would yield, a shift of power, and terms in which neither side had "
        "a hand multiply it. The directions follow published studies of past ceasefires, the numbers are judgements with wide ranges and no estimates of theirs. Three limits stand with every number here: the war that would "
        "follow a broken peace starts from today's line; worth, and with it the lean, adds up over issues and the goods that go together; and a draft that would last is not one that would be signed. Engine: the hazard of renewed war of the appraisal."
    )
    kept = kept_retrospect()
    fared = lasted_words(kept) if kept else Markup("")
    told = (span, _drivers(settled, chosen), _rests(war, settled, chosen), fared, limits)
    return Chapter(
        "lasting", "Would it last", tuple(t for t in told if t), ("peace-survival",),
        (_survival_table(settled), _drivers_table(settled), *((lasted_table(kept),) if kept and fared else ())),
    )  # fmt: skip


def _spread(values: np.ndarray, what: str) -> Markup:
    return num(
        range_words(over_draws(values), len(values)), f"{what}; median and 10 to 90 % range of {len(values)} draws"
    )


def hazard_parts(settled: Settled, found: Appraisal) -> dict[str, np.ndarray]:
    """What multiplies the base rate of the first year, by draw: the clauses, the lean, the shift of power, imposition.

    Together with the base rate they multiply to the hazard of the appraisal.
    """
    numbers = settled.stakes.numbers
    draft = next(d for d in settled.drafts if d.id == found.id)
    imposed = not {b.id for b in settled.stakes.war.belligerents} & set(draft.by)
    lean = np.exp(numbers["lean"] * found.lean)
    shift = np.exp(numbers["shift"] * np.abs(found.power_shift))
    without = np.exp(numbers["imposed"] * imposed)
    return {
        "clauses": found.hazard / (numbers["base"] * lean * shift * without), "lean": lean, "shift": shift, "imposed": without,
    }  # fmt: skip


def _factor(values: np.ndarray, what: str) -> Markup:
    low, middle, high = over_draws(values)
    text = (
        f"{middle:.2f}" if round(float(low), 2) == round(float(high), 2) else f"{middle:.2f} ({low:.2f} to {high:.2f})"
    )
    return num(text, f"{what}; median and 10 to 90 % range of {len(values)} draws")


def _drivers(settled: Settled, chosen: Appraisal) -> Markup:
    parts = hazard_parts(settled, chosen)
    base = settled.stakes.numbers["base"]
    last = say(", and terms in which neither side had a hand by {v}", v=_factor(parts["imposed"], "factor of imposition")) if np.any(parts["imposed"] != 1) else Markup("")  # fmt: skip
    return say(
        "What drives it, for {title}: the base rate of renewed war in the first year, {base}, is multiplied by {clauses} for the clauses, by {lean} for the lean of the terms and by {shift} for the shift of power",
        title=f"“{draft_title(settled.drafts, chosen)}”", base=_spread(1 - np.exp(-base), "chance of renewed war in the first year"),
        clauses=_factor(parts["clauses"], "factor of all clauses"), lean=_factor(parts["lean"], "factor of the lean"),
        shift=_factor(parts["shift"], "factor of the shift of power"),
    ) + last + Markup(". Medians need not multiply to the median of the whole.")  # fmt: skip


def clause_names(war: War, draft: Settlement) -> dict[int, Markup]:
    """Clauses by number as they stand in a sentence: the issue or the kind, with the words of the clause as the note."""
    out = {}
    for p in draft.provisions:
        about, _, words = clause_words(war, p).partition(": ")
        out[p.number] = num(f"“{about}”", words)
    return out


def _rests(war: War, settled: Settled, chosen: Appraisal) -> Markup:
    """Which clauses make the peace of one draft longer or shorter."""
    names = clause_names(war, next(d for d in settled.drafts if d.id == chosen.id))
    told = []
    for sign, lead in ((1.0, "To its chance after ten years most is added by"), (-1.0, "From it most is taken by")):
        order = sorted(chosen.clauses, key=lambda c: -sign * c.shapley_survival)
        named = [
            say("{what} ({n} points)", what=names[c.number], n=num(signed_words(100 * c.shapley_survival, 1), "on the chance of peace after ten years; mean over draws and orders of the clauses"))
            for c in order[:_NAMED] if sign * c.shapley_survival >= _POINT
        ]  # fmt: skip
        if named:
            told.append(say("{lead} ", lead=lead) + joined(named) + Markup("."))
    if not told:
        return say("No single clause of it moves the chance after ten years by a tenth of a point.")
    return Markup(" ").join(told)


def _survival_table(settled: Settled) -> Table:
    rows = tuple(
        (
            draft_title(settled.drafts, f), table_day(f.date),
            *(_spread(f.survival(year), f"chance that peace still holds after {_years(year)}") for year in SURVIVAL_YEARS),
        )
        for f in sorted(settled.appraisals, key=lambda f: (-float(np.median(f.survival(10))), f.id, f.variant))
    )  # fmt: skip
    return Table(
        f"Chance that peace still holds after {listing([str(y) for y in SURVIVAL_YEARS])} years, median with the 10 to 90 % range of the draws; what would last longest first",
        ("draft", "date", *(f"after {_years(year)}" for year in SURVIVAL_YEARS)), rows, folded=True,
    )  # fmt: skip


def _years(year: int) -> str:
    return "1 year" if year == 1 else f"{year} years"


def _drivers_table(settled: Settled) -> Table:
    words = {
        "clauses": "clauses",
        "lean": "lean of the terms",
        "shift": "shift of power",
        "imposed": "no hand in the terms",
    }
    rows = []
    for f in settled.appraisals:
        parts = hazard_parts(settled, f)
        rows.append(
            (
                draft_title(settled.drafts, f), _spread(1 - np.exp(-f.hazard), "chance of renewed war in the first year"),
                *(_factor(parts[k], w) if np.any(parts[k] != 1) else "1" for k, w in words.items()),
            )
        )  # fmt: skip
    return Table(
        "What multiplies the base rate of renewed war in the first year, by draft: medians with the 10 to 90 % range of the draws",
        ("draft", "danger of the first year", *words.values()), tuple(rows), folded=True,
    )  # fmt: skip
