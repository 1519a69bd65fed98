"""Draws weighed by how the two sides answered whole drafts: who turned one down probably preferred fighting on to it.

A side that answered a draft with value V, while fighting on was worth d to it that month, accepts with the chance that
`infer.match` gives to a surplus of V - d; what it turned down counts with the chance of refusal. Utilities are shares of
all that matters to a side. The judged numbers are those of today: what is past is the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from armistice.core.history import History
from armistice.core.matched import Weights
from armistice.core.settlement import Settlement
from armistice.core.war import SIDES, Side
from armistice.data.pack import Pack
from armistice.deal.appraise import Stakes, peace_on
from armistice.infer.match import log_acceptance, log_refusal, weigh

ACCEPTED: dict[str, bool] = {"accepted": True, "refused": False, "countered": False}
"""Answer → whether it took the draft; others, such as a conditional one, say too little."""
TEMPERATURE = 0.05
"""Share of all that matters to a side by which its own reckoning may stray from the program's; a judgement, as for lines."""


@dataclass(frozen=True)
class Answer:
    """How one side answered one draft.

    Attributes
    ----------
    date : date
    side : {"a", "b"}
    draft : Settlement
    accepted : bool
    document, source : str
        The draft's name in the record, and where the answer was reported.
    """

    date: date
    side: Side
    draft: Settlement
    accepted: bool
    document: str
    source: str


def answers_of(pack: Pack, drafts: Sequence[Settlement]) -> tuple[Answer, ...]:
    """Answers of the two sides to the drafts of a pack, by day; the first of each side to each draft counts."""
    known = {draft.positions: draft for draft in drafts if draft.positions and draft.provisions}
    sides = {b.id: b.side for b in pack.war.belligerents}
    out: dict[tuple[Side, str], Answer] = {}
    for row in pack.tables["responses"].sort_values("date", kind="stable").itertuples():
        draft = known.get(row.doc)
        if draft is None or row.party not in sides or row.response not in ACCEPTED:
            continue
        side = sides[row.party]
        found = Answer(row.date.date(), side, draft, ACCEPTED[row.response], row.document, row.source)
        out.setdefault((side, row.doc), found)
    return tuple(out.values())


def weights_without(history: History, answers: Sequence[Answer]) -> Weights:
    """Weights of the game's draws by the record without the answers to whole drafts, so that none counts twice."""
    told = {answer.document for answer in answers}
    events = history.matched.events
    keep = [e.kind in ("no settlement", "offered") or e.document not in told for e in events]
    return weigh(history.matched.log_likelihood[:, keep].sum(1))


def likelihood_of(
    stakes: Stakes, answers: Sequence[Answer], history: History, temperature: float = TEMPERATURE
) -> np.ndarray:
    """Logarithm of the chance of each answer in each draw, shape (draws, answers).

    Parameters
    ----------
    stakes : Stakes
        Of the same draws of the game as `history`.
    answers : sequence of Answer
        One from before the first month of the history says nothing: 0.
    history : History
        For what fighting on was worth at the time.
    temperature : float
    """
    out = np.zeros((stakes.draws, len(answers)))
    now = stakes.fighting.reservation[stakes.rows].T
    for n, answer in enumerate(answers):
        month = sum(day <= answer.date for day in history.days) - 1
        if month < 0:
            continue
        then = np.stack([history.reservation_a[stakes.rows, month], history.reservation_b[stakes.rows, month]])
        at = replace(stakes, fights=stakes.fights + stakes.decided * (then - now))
        side = SIDES.index(answer.side)
        surplus = peace_on(answer.draft, at).value[side] - at.fights[side]
        out[:, n] = (log_acceptance if answer.accepted else log_refusal)(surplus, temperature)
    return out
