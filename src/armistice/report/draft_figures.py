"""The figures of drafts set against the war's game: which record each is drawn from."""

from __future__ import annotations

from collections.abc import Callable

from armistice.core.war import War
from armistice.settling import Settled
from armistice.show import appraisals, changes, lasting, plans
from armistice.show.ground import Ground
from armistice.show.style import Figure

DraftMaker = Callable[[War, Settled, Ground, int], Figure]


def _always(settled: Settled, ground: Ground) -> bool:
    return True


def _clauses(number: int, name: str) -> DraftMaker:
    """The clauses of the draft nearest to being accepted by both, or of the next."""

    def make(war: War, settled: Settled, ground: Ground, width: int) -> Figure:
        found = appraisals.nearest(settled.appraisals)[number]
        draft = next(d for d in settled.drafts if d.id == found.id)
        return appraisals.draw_clauses(war, draft, found, name=name, width=width)

    return make


def _changed(settled: Settled) -> list[tuple[str, str]]:
    """Drafts and variants for which changes were found that are enough."""
    return [key for key, amended in settled.amended.items() if amended.amendments]


def _has_changes(number: int) -> Callable[[Settled, Ground], bool]:
    return lambda settled, ground: len(_changed(settled)) > number


def _changes(number: int, name: str) -> DraftMaker:
    def make(war: War, settled: Settled, ground: Ground, width: int) -> Figure:
        key = _changed(settled)[number]
        found = next(f for f in settled.appraisals if (f.id, f.variant) == key)
        return changes.draw_changes(war, settled.drafts, found, settled.amended[key], name=name, width=width)

    return make


def _survival(war: War, settled: Settled, ground: Ground, width: int) -> Figure:
    found = settled.appraisals
    return lasting.draw_survival(war, settled.drafts, found, appraisals.nearest(found)[0], width=width)


DRAFT_FIGURES: dict[str, tuple[str, Callable[[Settled, Ground], bool], DraftMaker]] = {
    "plans": (
        "what each of the latest drafts would move", lambda settled, ground: bool(ground.layer("region")),
        lambda war, settled, ground, w: plans.draw_plans(
            war, ground, settled.drafts, settled.appraisals, day=settled.stakes.ground.day, width=w
        ),
    ),
    "acceptance": (
        "who prefers which draft to fighting on", _always,
        lambda war, settled, ground, w: appraisals.draw_acceptance(war, settled.drafts, settled.appraisals, width=w),
    ),
    "clauses": ("what the clauses weigh, of the draft nearest to being accepted by both", _always, _clauses(0, "clauses")),
    "clauses-2": (
        "what the clauses weigh, of the draft that is next",
        lambda settled, ground: len(appraisals.nearest(settled.appraisals)) > 1, _clauses(1, "clauses-2"),
    ),
    "changes": ("which changes of a draft would be enough for both sides", _has_changes(0), _changes(0, "changes")),
    "changes-2": ("the same for a second draft", _has_changes(1), _changes(1, "changes-2")),
    "changes-3": ("the same for a third draft", _has_changes(2), _changes(2, "changes-3")),
    "peace-survival": ("how long the peace of each draft might hold", _always, _survival),
}  # fmt: skip
"""Name → what it shows, whether there is anything to draw, and how it is drawn, once some draft is appraised."""
