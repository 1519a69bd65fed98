"""Preferences taught by stated positions: a side that stood on one bundle and turned another down is taken to like its own better.

For each document that a side refused or answered with another, its own bundle is what it had put forward, accepted or signed last on
each issue in the year up to the answer; an answer by another document takes in what it put next. On the issues S on which both speak,

.. math:: s = \\sum_{i \\in S} w_i\\, (v_i(\\text{own}) - v_i(\\text{refused})), \\qquad P = \\frac{1}{1 + e^{-s / \\tau}},

with the side's weights and values (`preferences`); a range of options is worth the mean of its ends. Weights of draws are the products
of these chances, smoothed and tempered as in `infer.match`. The chances of one side do not depend on the other's preferences, and the
prior has the two apart, so that each side's draws are weighed by its own choices.

What a text asks for is not what its author would settle for: where sides open high, weights move towards the issues on which they
ask for most. And the judged ranges were themselves made in knowledge of these texts, so that the record is not news twice over.

Reference: D. McFadden, "Conditional Logit Analysis of Qualitative Choice Behavior", in *Frontiers in Econometrics* (1974), 105–142.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from armistice.core.errors import QueryError
from armistice.core.matched import Learnt, Weights
from armistice.core.war import SIDES, Side, War
from armistice.data.pack import Pack
from armistice.deal.preferences import GRID, JUDGED, Preferences, Shape, drawn, on_grid, shares
from armistice.infer.match import LEAST_SHARE, learnt, log_acceptance, resampled_rows, weigh

TEMPERATURE = 0.05
"""Share of all that a side cares about by which its choice may stray from these utilities; a judgement, the same as in `infer.match`.

A whole issue of middling weight, among some thirty, is worth 0.03: a choice that hangs on it alone goes the right way in 65 cases of
100. Texts that differ by a fifth of everything are told apart in 98. Smaller, and one clause coded wrong decides; larger, and texts
that lie far apart say nothing.
"""
WINDOW = 365
"""Days for which a position stands that was not stated again; a judgement.

In the packs at hand four fifths of the texts of a side on one issue follow the one before within a year, and half within five months.
"""
NEXT = 31
"""Days after an answer by another document within which that document follows; a judgement."""
_TURNED_DOWN = ("refused", "countered")
_SHAPE = {
    "bend": "power of the distance",
    "outside": "cost of an option that it could not live with",
    "past_line": "cost of an option past a red line",
}
"""The numbers of a `Shape` in words."""

Ends = tuple[str, str]
"""The two ends of a stated range of options."""


@dataclass(frozen=True)
class StatedChoice:
    """One bundle taken before another, on the issues on which both speak.

    Attributes
    ----------
    date : date
        Of the answer.
    side : {"a", "b"}
    response : str
        ``refused`` or ``countered``.
    refused, title : str
        The document turned down: its id, and its title.
    own : tuple of str
        Documents in which the side put its own bundle forward, the latest first.
    issues : tuple of str
    own_options, refused_options : tuple of (str, str)
        For each issue the two ends of the range.
    source : str
        Of the answer, in words.
    """

    date: date
    side: Side
    response: str
    refused: str
    title: str
    own: tuple[str, ...]
    issues: tuple[str, ...]
    own_options: tuple[Ends, ...]
    refused_options: tuple[Ends, ...]
    source: str


@dataclass(frozen=True)
class Taught:
    """Draws of the two sides' preferences, each weighed by its own choices.

    Attributes
    ----------
    choices : tuple of StatedChoice
    log_likelihood : ndarray, shape (draws, choices)
    weights : dict
        Side → weights of its draws; even where it made no choice.
    """

    choices: tuple[StatedChoice, ...]
    log_likelihood: np.ndarray
    weights: dict[Side, Weights]


# --- the record ---------------------------------------------------------------------------------------------------


def stated_choices(pack: Pack) -> tuple[StatedChoice, ...]:
    """What the positions and responses of a pack say that the two sides chose, by day, side and document.

    Only what was known on the day of the pack counts. Of several answers of a side to one document the first counts; where the other
    side and third parties read a document differently, the other side's reading is what was turned down. Answers to documents that
    share no coded issue with a standing position of the side's own are left out.

    Parameters
    ----------
    pack : Pack
    """
    sides = {b.id: b.side for b in pack.war.belligerents}
    said, agreed = _said(pack), _agreed(pack)
    out: dict[tuple[Side, str], StatedChoice] = {}
    for row in pack.tables["responses"].sort_values("date", kind="stable").itertuples():
        if row.party not in sides or row.response not in _TURNED_DOWN:
            continue
        side, day = sides[row.party], row.date.date()
        last = day + timedelta(NEXT if row.response == "countered" else 0)
        refused = _reading(said, row.doc, row.party, set(sides), last)
        own = _standing(said, agreed, row.party, day - timedelta(WINDOW), last)
        issues = tuple(i.id for i in pack.war.issues if i.id in refused and i.id in own)
        if issues and (side, row.doc) not in out:
            texts = sorted({own[i][0] for i in issues}, reverse=True)
            out[side, row.doc] = StatedChoice(
                day, side, row.response, row.doc, row.document, tuple(doc for _, doc in texts), issues,
                tuple(own[i][1] for i in issues), tuple(refused[i] for i in issues), row.source,
            )  # fmt: skip
    return tuple(sorted(out.values(), key=lambda c: (c.date, c.side, c.refused)))


@dataclass(frozen=True)
class _Said:
    """One coded position."""

    day: date
    party: str
    doc: str
    issue: str
    ends: Ends


def _said(pack: Pack) -> list[_Said]:
    """Coded positions, by day."""
    known = {i.id: {o.id for o in i.options} for i in pack.war.issues}
    return [
        _Said(row.date.date(), row.party, row.doc, row.issue, (row.option_low, row.option_high))
        for row in pack.tables["positions"].sort_values("date", kind="stable").itertuples()
        if {row.option_low, row.option_high} <= known.get(row.issue, set())
    ]


def _agreed(pack: Pack) -> dict[tuple[str, str], date]:
    """Party and document → the day on which it accepted it."""
    rows = pack.tables["responses"].itertuples()
    return {(row.party, row.doc): row.date.date() for row in rows if row.response == "accepted"}


def _reading(said: Iterable[_Said], doc: str, party: str, sides: set[str], last: date) -> dict[str, Ends]:
    """What a document says on each issue, in the words of others than the one who answers."""
    others = [s for s in said if s.doc == doc and s.party != party and s.day <= last]
    enemy = [s for s in others if s.party in sides]
    return {s.issue: s.ends for s in enemy or others}


def _standing(
    said: Iterable[_Said], agreed: Mapping[tuple[str, str], date], party: str, first: date, last: date
) -> dict[str, tuple[tuple[date, str], Ends]]:
    """What a party's own words, and texts that it accepted, say on each issue: their day and document, and the range."""
    stood = [(s.day if s.party == party else agreed.get((party, s.doc)), s.party == party, s) for s in said]
    # On one day its own words outrank those of a text that it accepted.
    within = sorted(
        ((day, own, s) for day, own, s in stood if day is not None and first <= day <= last), key=lambda x: x[:2]
    )
    return {s.issue: ((day, s.doc), s.ends) for day, _, s in within}


# --- weights ------------------------------------------------------------------------------------------------------


def surplus_of(preferences: Preferences, choice: StatedChoice) -> np.ndarray:
    """What a side's own bundle is worth to it more than the one turned down, shape (draws,), in shares of all it cares about.

    Raises
    ------
    QueryError
        Where the preferences do not know the side, an issue or an option.
    """
    if choice.side not in preferences.parties:
        raise QueryError(
            f'{choice.refused}: side "{choice.side}" has no preferences; expected one of {", ".join(preferences.parties)}; give it some'
        )
    p = preferences.parties.index(choice.side)
    total = np.zeros(preferences.draws)
    for issue, own, refused in zip(choice.issues, choice.own_options, choice.refused_options, strict=True):
        unknown = "" if issue in preferences.issues else f'issue "{issue}"'
        k = -1 if unknown else preferences.issues.index(issue)
        options = preferences.options[k]
        unknown = unknown or next((f'option "{o}" of {issue}' for o in (*own, *refused) if o not in options), "")
        if unknown:
            raise QueryError(
                f"{choice.refused}: {unknown} has no value; expected issues and options of the preferences; use those of one pack"
            )
        worth = preferences.value[k][:, p]
        ours, theirs = (sum(worth[:, options.index(o)] for o in ends) / 2 for ends in (own, refused))
        total += preferences.weight[:, p, k] * (ours - theirs)
    return total


def likelihood_of(
    preferences: Preferences, choices: Sequence[StatedChoice], temperature: float = TEMPERATURE
) -> np.ndarray:
    """Logarithm of the chance of each choice in each draw, shape (draws, choices).

    Parameters
    ----------
    preferences : Preferences
        Over all issues, so that weights are shares of all that a side cares about.
    choices : sequence of StatedChoice
    temperature : float
        As in `TEMPERATURE`.

    Raises
    ------
    QueryError
        Where a choice does not fit the preferences, or the temperature is not above 0.
    """
    out = np.empty((preferences.draws, len(choices)))
    for at, choice in enumerate(choices):
        out[:, at] = log_acceptance(surplus_of(preferences, choice), temperature)
    return out


def taught(
    preferences: Preferences,
    choices: Iterable[StatedChoice],
    temperature: float = TEMPERATURE,
    least_share: float = LEAST_SHARE,
) -> Taught:
    """Draws of preferences weighed by what the sides chose, each side's by its own choices.

    Parameters
    ----------
    preferences : Preferences
        Draws from the judged ranges; some thousands.
    choices : iterable of StatedChoice
    temperature, least_share : float
        As in `TEMPERATURE` and in `infer.match.weigh`.

    Raises
    ------
    QueryError
        As `likelihood_of`.
    """
    made = tuple(choices)
    logs = likelihood_of(preferences, made, temperature)
    weights = {side: weigh(logs[:, [c.side == side for c in made]].sum(1), least_share) for side in SIDES}
    return Taught(made, logs, weights)


def resampled(preferences: Preferences, taught: Taught, draws: int, seed: int = 0) -> Preferences:
    """Preferences of draws that count alike, each side's taken by its own weights and joined at random.

    The first draw is central again: weighted means of a side's weights, and of its values brought back to between 0 and 1. It is the
    old central draw for a side that made no choice, and for third parties, whose other draws are taken evenly.

    Parameters
    ----------
    preferences : Preferences
        Those that were weighed.
    taught : Taught
    draws, seed : int

    Raises
    ------
    QueryError
        Where the weights are of other draws, or `draws` is not positive.
    """
    if draws < 1:
        raise QueryError(f"draws: {draws}; expected 1 or more; ask for a whole number above 0")
    if any(len(w.weight) != preferences.draws for w in taught.weights.values()):
        raise QueryError(
            f"weights of {len(taught.weights['a'].weight)} draws for {preferences.draws}; expected as many; weigh these preferences"
        )
    rng = np.random.default_rng(seed)
    chose = {str(c.side) for c in taught.choices}
    by_party = {str(side): weights.weight for side, weights in taught.weights.items()}
    weight = np.empty((draws, *preferences.weight.shape[1:]))
    value = [np.empty((draws, *v.shape[1:])) for v in preferences.value]
    bundles = list(preferences.bundles)
    for p, party in enumerate(preferences.parties):
        share = by_party.get(party, np.full(preferences.draws, 1 / preferences.draws))
        rows = rng.permutation(resampled_rows(share, draws))
        weight[:, p] = preferences.weight[rows, p]
        weight[0, p] = shares(share @ preferences.weight[:, p]) if party in chose else preferences.weight[0, p]
        for new, old in zip(value, preferences.value, strict=True):
            new[:, p] = old[rows, p]
            new[0, p] = _rescaled(share @ old[:, p]) if party in chose else old[0, p]
        for n, bundle in enumerate(bundles):
            if bundle.party == p:
                worth = bundle.worth[rows]
                worth[0] = on_grid(share @ bundle.worth) if party in chose else bundle.worth[0]
                bundles[n] = replace(bundle, worth=worth)
    return replace(preferences, weight=weight, value=tuple(value), bundles=tuple(bundles))


def _rescaled(value: np.ndarray) -> np.ndarray:
    """Values of the options of an issue with the best at 1 and the worst at 0, on the grid; as they are where all are alike."""
    low, high = value.min(), value.max()
    even: np.ndarray = np.round((value - low) / (high - low) / GRID) * GRID if high > low else np.ones_like(value)
    return even


# --- what was learnt ----------------------------------------------------------------------------------------------


def lessons_of(
    preferences: Preferences, taught: Taught, seed: int = 0, shape: Shape = JUDGED
) -> dict[Side, tuple[Learnt, ...]]:
    """What its choices taught of each side's weights and of the shape of its values, that which moved most first.

    Parameters
    ----------
    preferences : Preferences
        Those that were weighed, as `preferences_of` drew them.
    taught : Taught
    seed, shape
        With which they were drawn.

    Returns
    -------
    dict
        Side → numbers named ``weight.<issue>`` and ``shape.<name>``.
    """
    out: dict[Side, tuple[Learnt, ...]] = {}
    for side, weights in taught.weights.items():
        p = preferences.parties.index(side)
        numbers = {f"weight.{i}": preferences.weight[:, p, k] for k, i in enumerate(preferences.issues)}
        numbers |= {
            f"shape.{name}": drawn(getattr(shape, name), preferences.draws, seed, f"{side} {name}") for name in _SHAPE
        }
        out[side] = learnt(numbers, weights, seed)
    return out


def lesson_rows(war: War, lessons: Mapping[Side, Sequence[Learnt]], most: int = 5) -> list[dict[str, str]]:
    """The numbers of each side that moved most, as rows of a table: 10th, 50th and 90th percentile before and after.

    `moved` is the largest distance between the two distribution functions: 0 for none, 1 for another world.
    """
    words = {f"weight.{i.id}": f"weight of {i.title}" for i in war.issues}
    words |= {f"shape.{name}": said for name, said in _SHAPE.items()}
    rows = []
    for side, found in lessons.items():
        for item in found[:most]:
            before, after = (", ".join(f"{x:.3f}" for x in three) for three in (item.prior, item.posterior))
            head = {"side": war.side(side).name, "number": words.get(item.name, item.name)}
            rows.append(head | {"before": before, "after": after, "moved": f"{item.distance:.3f}"})
    return rows
