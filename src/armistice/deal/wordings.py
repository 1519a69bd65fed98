"""Terms that a draft could have instead of its own: what the drafts of a pack have worded, issue by issue.

A move takes one issue of a draft to another option: the clauses on it, with those that follow about the same regions, give
way to the clauses of the newest draft that names exactly this option, or are struck out, so that what holds today stays.
An option that no draft has worded is left out: without a clause nothing could be said of the danger it brings.

Everything that moves bring adds up (`appraise.Clauses`), since clauses share what an option is worth only among those on
the same issue; so do the shares of the goods of bundles, from which follows what a set completes or breaks. A set of moves is
therefore appraised exactly, and thousands of sets at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armistice.core.appraisal import survival_after
from armistice.core.settlement import Either, Provision, Settlement, Value
from armistice.core.war import War
from armistice.deal.appraise import Stakes, allowed_options, clauses_of, shares_met
from armistice.deal.durability import renewal_hazard
from armistice.deal.kinds import KINDS

SEVERAL = " / "
"""Between the options of a draft that allows several."""


@dataclass(frozen=True)
class Wording:
    """Clauses that bring one option of an issue.

    Attributes
    ----------
    issue, option : str
    draft : str
        From which they are taken; empty where there are none and what holds today stays.
    clauses : tuple of Provision
    """

    issue: str
    option: str
    draft: str
    clauses: tuple[Provision, ...]


@dataclass(frozen=True)
class Room:
    """A draft and every move that could be made from it.

    Attributes
    ----------
    draft : Settlement
        In one text, without variants that were not chosen.
    imposed : bool
    surplus : ndarray, shape (2, draws)
        Utility of the draft less that of fighting on.
    met : ndarray, shape (needs, draws)
        Share of each good of the bundles that it gives.
    factors, shift : ndarray, shape (draws,)
        Of the draft: logarithm of the factor on the hazard, and shift of power.
    has : ndarray, shape (issues, 2, draws)
        What the clauses on each issue are worth beside what holds today, bundles left out.
    must : tuple of str
        Issues on which the draft is past a hard red line.
    bound : tuple of int
        Places of these in the war.
    wordings : tuple of Wording
        One for each move.
    issue : ndarray of int, shape (moves,)
        Place of its issue in the war.
    before : tuple of str
        What the draft has on it.
    gains : ndarray, shape (moves, 2, draws)
        Change in utility, bundles left out.
    more_met : ndarray, shape (moves, needs, draws)
        Change in the shares of goods.
    by_itself : ndarray, shape (moves, 2, draws)
        Change in utility with what the move alone does to bundles.
    more_factors, more_shift : ndarray, shape (moves, draws)
    cost : ndarray, shape (moves,)
        What the sides lose by it alone, mean over draws.
    """

    draft: Settlement
    imposed: bool
    surplus: np.ndarray
    met: np.ndarray
    factors: np.ndarray
    shift: np.ndarray
    has: np.ndarray
    must: tuple[str, ...]
    bound: tuple[int, ...]
    wordings: tuple[Wording, ...]
    issue: np.ndarray
    before: tuple[str, ...]
    gains: np.ndarray
    more_met: np.ndarray
    by_itself: np.ndarray
    more_factors: np.ndarray
    more_shift: np.ndarray
    cost: np.ndarray


def wordings(settlements: Iterable[Settlement], stakes: Stakes) -> dict[tuple[str, str], Wording]:
    """How each option has been worded: (issue, option) → clauses of the newest draft that names exactly this option.

    Parameters
    ----------
    settlements : iterable of Settlement
    stakes : Stakes
    """
    found: dict[tuple[str, str], Wording] = {}
    for settlement in sorted(settlements, key=lambda s: (s.date, s.id)):
        for variant in tuple(settlement.variants) or ("",):
            text = one_text(settlement, variant)
            for issue in sorted(text.issues()):
                named = options_of(text, issue, stakes.war)
                if len(named) == 1:
                    clauses = tuple(text.provisions[c] for c in clauses_on(text, issue))
                    found[issue, named[0]] = Wording(issue, named[0], settlement.id, clauses)
    return found


def one_text(settlement: Settlement, variant: str = "") -> Settlement:
    """A draft with one of its variants as its only text; the draft itself without one."""
    if not variant:
        return settlement
    kept = tuple(replace(p, variant="") for p in settlement.provisions if p.variant in ("", variant))
    return replace(settlement, provisions=kept, variants={})


def options_of(settlement: Settlement, issue: str, war: War) -> tuple[str, ...]:
    """Options that a draft allows on an issue, in the order of its scale; none where it is silent."""
    clauses = [p for p in settlement.provisions if p.issue == issue and p.options is not None]
    allowed = {option for clause in clauses for option in allowed_options(war.issue(issue), clause)}
    return tuple(o.id for o in war.issue(issue).options if o.id in allowed)


def clauses_on(settlement: Settlement, issue: str) -> tuple[int, ...]:
    """Places of the clauses on an issue, with those that name no issue but follow one on it about the same regions."""
    out: list[int] = []
    for c, clause in enumerate(settlement.provisions):
        if clause.issue:
            owner = clause.issue
        else:
            regions = _regions(clause)
            before = (p for p in reversed(settlement.provisions[:c]) if p.issue and regions and regions <= _regions(p))
            owner = next((p.issue for p in before), "")
        if owner == issue:
            out.append(c)
    return tuple(out)


def _regions(clause: Provision) -> set[str]:
    named: set[str] = set()
    for term in KINDS[clause.kind].terms:
        if term.kind == "regions" and term.name in clause.terms:
            value: Value = clause.terms[term.name]
            for plain in value.options if isinstance(value, Either) else (value,):
                named |= set(plain) if isinstance(plain, tuple) else set()
    return named


def amended_text(settlement: Settlement, chosen: Iterable[Wording]) -> Settlement:
    """A draft with other clauses on some issues: at the place of the old ones, or at the end."""
    clauses: list[Provision] = list(settlement.provisions)
    for wording in chosen:
        old = clauses_on(replace(settlement, provisions=tuple(clauses)), wording.issue)
        at = old[0] if old else len(clauses)
        kept = [c for n, c in enumerate(clauses) if n not in old]
        clauses = [*kept[:at], *wording.clauses, *kept[at:]]
    return replace(settlement, provisions=tuple(replace(c, number=n) for n, c in enumerate(clauses, 1)))


def room_of(
    settlement: Settlement, stakes: Stakes, listed: Mapping[tuple[str, str], Wording], variant: str = ""
) -> Room:
    """Every move that could be made from a draft, with what it brings.

    Options past a hard red line of either side are left out, and so is what would change nothing.

    Parameters
    ----------
    settlement : Settlement
    stakes : Stakes
    listed : mapping of (str, str) to Wording
        As of `wordings`.
    variant : str
    """
    draft = one_text(settlement, variant)
    brought = clauses_of(draft, stakes)
    met = shares_met(brought.speaks.sum(1), brought.met.sum(1), stakes)
    needs = stakes.bundles.needs
    on = [clauses_on(draft, issue) for issue in stakes.preferences.issues]
    parts: list[tuple[int, Wording, str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    for k, issue in enumerate(stakes.preferences.issues):
        now = stakes.war.issue(issue).now
        named = options_of(draft, issue, stakes.war)
        old = list(on[k])
        gone = brought.gains[:, old].sum(1), brought.factors[old].sum(0), brought.shifts[old].sum(0)
        for option in stakes.preferences.options[k]:
            wording = listed.get((issue, option)) if _free(stakes, k, (option,)) else None
            if wording is None and option == now and named:
                wording = Wording(issue, option, "", ())
            if wording is None or named == (option,):
                continue
            gain, factor, shift, after = _brought(draft, wording, stakes)
            more_met = np.where(np.array([at == k for at, _ in needs], bool)[:, None], after - met, 0.0)
            delta = gain - gone[0], factor - gone[1], shift - gone[2], more_met
            if any(d.any() for d in delta):
                parts.append((k, wording, SEVERAL.join(named) or now, *delta))
    must = _must(draft, stakes)
    gains = np.array([p[3] for p in parts]).reshape(-1, 2, stakes.draws)
    more_met = np.array([p[6] for p in parts]).reshape(len(parts), *met.shape)
    completed = stakes.together(met[:, None] + np.moveaxis(more_met, 0, 1)) - stakes.together(met)[:, None]
    by_itself = gains + np.moveaxis(completed, 1, 0)
    return Room(
        draft, not {b.id for b in stakes.war.belligerents} & set(draft.by),
        stakes.peace + brought.gains.sum(1) + stakes.together(met) - stakes.fights, met, brought.factors.sum(0), brought.shifts.sum(0),
        np.stack([brought.gains[:, list(rows)].sum(1) for rows in on]), must,
        tuple(stakes.preferences.issues.index(issue) for issue in must),
        tuple(p[1] for p in parts), np.array([p[0] for p in parts], int), tuple(p[2] for p in parts), gains, more_met, by_itself,
        np.array([p[4] for p in parts]).reshape(-1, stakes.draws), np.array([p[5] for p in parts]).reshape(-1, stakes.draws),
        np.maximum(-by_itself.mean(-1), 0).sum(-1),
    )  # fmt: skip


def _must(draft: Settlement, stakes: Stakes) -> tuple[str, ...]:
    """Issues on which some clause goes past a hard red line, in the order of the war."""
    past = {
        clause.issue
        for clause in draft.provisions
        if clause.options is not None
        and not _free(
            stakes,
            stakes.preferences.issues.index(clause.issue),
            allowed_options(stakes.war.issue(clause.issue), clause),
        )
    }
    return tuple(issue for issue in stakes.preferences.issues if issue in past)


def _free(stakes: Stakes, k: int, options: Sequence[str]) -> bool:
    """Whether each side's hard red lines leave it some of the options."""
    at = [stakes.preferences.options[k].index(o) for o in options]
    return bool(stakes.preferences.allowed[k][:2, at].any(1).all())


def _brought(draft: Settlement, wording: Wording, stakes: Stakes) -> tuple[np.ndarray, ...]:
    """What the clauses of a wording bring alone: utility, factors, shift, and the shares of goods that are there."""
    found = clauses_of(replace(draft, provisions=wording.clauses, variants={}), stakes)
    met = shares_met(found.speaks.sum(1), found.met.sum(1), stakes)
    return found.gains.sum(1), found.factors.sum(0), found.shifts.sum(0), met


def surpluses(room: Room, stakes: Stakes, moves: Sequence[Sequence[int]]) -> np.ndarray:
    """Utility less that of fighting on, after some moves and while peace is kept: array of shape (2, sets, draws).

    Parameters
    ----------
    room : Room
    stakes : Stakes
    moves : sequence of sequence of int
        Sets of moves; every set as long as the others.
    """
    rows = np.asarray(moves, int).reshape(len(moves), -1)
    met = room.met[:, None] + np.moveaxis(room.more_met[rows].sum(1), 1, 0)
    completed = stakes.together(met) - stakes.together(room.met)[:, None]
    return np.asarray(room.surplus[:, None] + np.moveaxis(room.gains[rows].sum(1), 1, 0) + completed)


def judged(room: Room, stakes: Stakes, moves: Sequence[Sequence[int]], years: float) -> tuple[np.ndarray, np.ndarray]:
    """Surplus of both sides and the chance that peace lasts, after some moves.

    Parameters
    ----------
    room : Room
    stakes : Stakes
    moves : sequence of sequence of int
        As in `surpluses`.
    years : float

    Returns
    -------
    surplus : ndarray, shape (2, sets, draws)
    survival : ndarray, shape (sets, draws)
    """
    rows = np.asarray(moves, int).reshape(len(moves), -1)
    gain = surpluses(room, stakes, moves)
    factors = room.factors + room.more_factors[rows].sum(1)
    shift = room.shift + room.more_shift[rows].sum(1)
    utility = gain + stakes.fights[:, None]
    hazard = renewal_hazard(factors, stakes.lean(utility), room.imposed, shift, stakes.numbers)
    surplus = stakes.value(utility, hazard, shift) - stakes.fights[:, None]
    return surplus, survival_after(hazard, stakes.numbers["shape"], years)
