"""The report's words on goods that are worth something to a side only together, and which drafts give or break them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from armistice.core.appraisal import Appraisal, BundleWorth
from armistice.core.war import War
from armistice.report.words import num, say
from armistice.settling import Settled
from armistice.show.appraisals import draft_title
from armistice.show.bargaining import over_draws
from armistice.show.style import signed_words

_ALL_OF_IT = 0.995


def tell_bundles(war: War, settled: Settled) -> Markup:
    """What each bundle is worth, whether it is held today, and how many drafts give all of it; empty where the pack has none."""
    found = settled.appraisals
    told = [_one(war, settled, [f.bundles[n] for f in found]) for n in range(len(found[0].bundles))]
    if not told:
        return Markup("")
    lead = say(
        "Some goods are worth something more to a side when it has all of them; that comes on top of the issues, in hundredths of all that matters to it: "
    )
    return lead + Markup("; ").join(told) + Markup(".")


def _one(war: War, settled: Settled, by_draft: Sequence[BundleWorth]) -> Markup:
    first = by_draft[0]
    given = [f for f, one in zip(settled.appraisals, by_draft, strict=True) if one.after.mean() >= _ALL_OF_IT]
    low, middle, high = (signed_words(float(v), 1) for v in over_draws(100 * first.worth))
    title = next(bundle.title for bundle in war.bundles if bundle.id == first.id)
    return say(
        "{title}, {worth} to {side}, {held} {n} of the drafts and variants",
        title=title, worth=num(f"{middle} ({low} to {high})", "judged; median and 10 to 90 % range of the draws"), side=war.side(first.side).name,
        held="which it has today and keeps under" if first.before else "which it lacks today and would have under",
        n=num(f"{len(given)}", _titles(settled, given)),
    )  # fmt: skip


def _titles(settled: Settled, given: Sequence[Appraisal]) -> str:
    return "; ".join(draft_title(settled.drafts, f) for f in given) or "none"
