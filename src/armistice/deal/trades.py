"""Amendments in words: who moves on what, trades across issues, land both ways, and what stands in the way of any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from armistice.core.amendment import Amended, Amendment, Change
from armistice.core.settlement import Ground, Moved, Settlement
from armistice.core.war import Range, War
from armistice.deal.check import land_moved
from armistice.deal.wordings import SEVERAL


def words_of(
    changes: Sequence[Change], draft: Settlement, text: Settlement, war: War, ground: Ground
) -> tuple[str, ...]:
    """Changes as trades in words: pairs that both sides gain by, what is left to either, land both ways.

    Parameters
    ----------
    changes : sequence of Change
    draft, text : Settlement
        Before and after.
    war : War
    ground : Ground
    """
    names = {side: war.side(side).name for side in ("a", "b")}
    out, left = [], list(changes)
    for for_a, for_b in _pairs(changes):
        left.remove(for_a)
        left.remove(for_b)
        out.append(
            f"{names['a']} gives way on {told(for_b, war)}, {names['b']} on {told(for_a, war)}; together both gain by it."
        )
    for change in left:
        if change.favours in names:
            giver = names["b" if change.favours == "a" else "a"]
            # A change may serve one side and leave the other as well off as before.
            loss = change.gain_b if change.favours == "a" else change.gain_a
            verb = "gives way" if loss < 0 else "loses nothing"
            out.append(f"{giver} {verb} on {told(change, war)}.")
        elif change.favours == "both":
            out.append(f"Both gain by {told(change, war)}.")
        else:
            out.append(f"Neither gains by {told(change, war)} in itself: it bears on the danger of renewed war.")
    return (*out, *_land(draft, text, war, ground))


def told(change: Change, war: War) -> str:
    """One change in words: the issue, with its terms before and after."""
    issue = war.issue(change.issue)
    labels = {option.id: option.label for option in issue.options}
    before = " or ".join(f'"{labels[option]}"' for option in change.before.split(SEVERAL))
    if change.before == change.after:
        return f'{issue.title} ("{labels[change.after]}", as today, but written down)'
    return f'{issue.title} (from {before} to "{labels[change.after]}")'


def _pairs(changes: Iterable[Change]) -> Iterator[tuple[Change, Change]]:
    """A change for A and one for B by which both gain on balance; the largest first."""
    for_a = sorted((c for c in changes if c.favours == "a"), key=lambda c: (-c.gain_a, c.issue))
    for_b = sorted((c for c in changes if c.favours == "b"), key=lambda c: (-c.gain_b, c.issue))
    for one in for_a:
        for other in for_b:
            if one.gain_a + other.gain_a > 0 and one.gain_b + other.gain_b > 0:
                for_b.remove(other)
                yield one, other
                break


def _land(draft: Settlement, text: Settlement, war: War, ground: Ground) -> Iterator[str]:
    """Land that the amended draft moves otherwise than the draft, by who gains it."""
    variant = next(iter(draft.variants), "")
    old = {moved.region: moved for moved in land_moved(draft, war, ground, variant)}
    new = {moved.region: moved for moved in land_moved(text, war, ground, variant)}
    more: dict[str, list[str]] = {"a": [], "b": []}
    for region in (region for region in war.regions if region in old or region in new):
        km2 = _difference(old.get(region), new.get(region), "km2") or 0.0
        if abs(km2) >= 1:
            amounts = [f"{abs(km2):,.0f} km²"]
            for attribute, unit in (("people", "people"), ("assets", "listed assets")):
                amount = _difference(old.get(region), new.get(region), attribute)
                if amount is not None and abs(amount) >= 1:
                    amounts.append(f"{abs(amount):,.0f} {unit}")
            more["a" if km2 > 0 else "b"].append(f"{', '.join(amounts)} in {war.regions[region].name}")
    parts = [f"{war.side(side).name} {'; '.join(more[side])}" for side in ("a", "b") if more[side]]
    if parts:
        yield f"Land beside the draft: to {', and to '.join(parts)} (central values)."


def _difference(old: Moved | None, new: Moved | None, attribute: str) -> float | None:
    """Of central values, to side A; None where nobody counted."""
    total = 0.0
    for moved, sign in ((new, 1), (old, -1)):
        if moved is not None:
            value: Range | None = getattr(moved, attribute)
            if value is None:
                return None
            total += sign * value.central
    return total


def summary(amended: Amended, war: War) -> str:
    """What a search for amendments found, in one or two sentences.

    Parameters
    ----------
    amended : Amended
    war : War
    """
    both = " and ".join(war.side(side).name for side in ("a", "b"))
    lasts = f"lasts {amended.years:g} years with a median chance of {_percent(amended.survival)}"
    if amended.status == "as it is":
        return f"{both} both prefer the draft to fighting on in {_percent(amended.p_accept_both)} of the draws, and it {lasts}: no change is needed."
    if amended.status == "amended":
        least = min(len(a.changes) for a in amended.amendments)
        proof = "the fewest there can be" if amended.at_least == least else f"at least {amended.at_least} are needed"
        return (
            f"{both} both prefer the draft to fighting on in {_percent(amended.p_accept_both)} of the draws, and it {lasts}. "
            f"For {_percent(amended.wanted)} and {_percent(amended.lasting)}, {_count(least)} would be enough ({proof})."
        )
    if amended.status == "breaks":
        return f"No combination of the listed terms lasts {amended.years:g} years with a median chance of {_percent(amended.lasting)}."
    issues = [war.issue(issue).title for issue in amended.binding]
    way = f" The binding issue is {issues[0]}." if len(issues) == 1 else f" The binding issues are {', '.join(issues)}."
    if amended.status == "impossible":
        said = f"No combination of the listed terms is acceptable to both in more than {_percent(amended.bound)} of the draws"
        found = (
            ""
            if amended.bound == amended.best_chance
            else f"; the best one found is in {_percent(amended.best_chance)}"
        )
    else:
        said = f"No combination that was tried is acceptable to both in more than {_percent(amended.best_chance)} of the draws"
        found = f"; that none is in more than {_percent(amended.bound)} is proved" if amended.bound < 1 else ""
    return f"{said}{found}.{way if issues else ''}"


def _count(number: int) -> str:
    return "one change" if number == 1 else f"{number} changes"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def amended_record(amended: Amended, war: War) -> dict[str, object]:
    """What a search found as plain values for JSON."""
    return {
        "draft": amended.id,
        "title": amended.title,
        "variant": amended.variant,
        "asked": {"chance": amended.wanted, "lasting": amended.lasting, "years": amended.years},
        "draft_as_it_is": {"p_accept_both": amended.p_accept_both, "survival": amended.survival},
        "status": amended.status,
        "summary": summary(amended, war),
        "best_chance": amended.best_chance,
        "bound": amended.bound,
        "at_least": amended.at_least,
        "binding": list(amended.binding),
        "amendments": [_plain(amendment) for amendment in amended.amendments],
    }


def _plain(amendment: Amendment) -> dict[str, object]:
    names = ("cost", "p_accept_a", "p_accept_b", "p_accept_both", "survival", "surplus_a", "surplus_b")
    return {
        "changes": [
            {
                name: getattr(change, name)
                for name in ("issue", "before", "after", "favours", "gain_a", "gain_b", "wording")
            }
            for change in amendment.changes
        ],
        **{name: getattr(amendment, name) for name in names},
        "words": list(amendment.words),
    }


def changes_table(amendment: Amendment, war: War) -> list[list[str]]:
    """Changes of an amendment, a row each; gains in per cent of all that matters to the side."""
    names = [war.side(side).name for side in ("a", "b")]
    rows = [["issue", "from", "to", *(f"gain of {name}, %" for name in names), "worded in"]]
    for change in amendment.changes:
        rows.append([
            war.issue(change.issue).title, change.before, change.after,
            *(f"{100 * gain:+.1f}".replace("-", "−") for gain in (change.gain_a, change.gain_b)),
            change.wording or "struck out",
        ])  # fmt: skip
    return rows
