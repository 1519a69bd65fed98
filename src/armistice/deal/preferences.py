"""What each party thinks of each option of each issue, and of goods together: utilities, as draws from a pack's judged ranges.

A party's utility of an outcome is the sum over issues of weight times value, and what its bundles add: goods that are worth something
more to it when it has all of them,

.. math:: U = \\sum_k w_k v_k + \\sum_b \\beta_b \\prod_{j \\in b} m_j,

with m 1 where the outcome's option on an issue of the bundle is the one needed, or as near to the party's ideal, and 0 elsewhere. Utility
therefore runs from 0 to 1 and the worth of the party's bundles. Weights are the party's saliences, triangular
over their judged ranges, divided by their sum. The value of an option falls with its distance d from the party's ideal on
the issue's scale, counted in shares of the largest distance there is,

.. math:: v \\propto -d^{\\text{bend}} - \\text{outside}\\,[\\text{not acceptable}] - \\text{past}\\,[\\text{past a line}],

and is rescaled so that the best option of an issue is worth 1 and the worst 0: the weight is what the whole issue is worth.
Red lines are such costs, unless the pack marks them hard and names a source: then the option is barred for that party.

Weights, values and the worth of bundles are whole multiples of `GRID`. Products and sums are then exact in floating point, so that utilities do
not depend on the order of the issues, ties are ties, and another program finds the very same numbers.

Reference: R. L. Keeney and H. Raiffa, *Decisions with Multiple Objectives* (Wiley, 1976), chapter 3 (additive value functions and
swing weights; without bundles, that utilities add up is an assumption).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armistice.core.errors import QueryError, near
from armistice.core.war import SIDES, Bundle, Issue, Preference, Range, RedLine, War

GRID = 2.0**-18
"""Weights and values are multiples of this (4e-6): far finer than a judgement."""
MOST_PARTIES = 5
"""Parties at most: the two sides and three others."""
_ALIKE = 1e-9


@dataclass(frozen=True)
class Shape:
    """How fast value falls away from the ideal; judged ranges, the same for every party and drawn for each of them.

    Attributes
    ----------
    bend : Range
        Power of the distance: below 1 the first steps away from the ideal cost most, above 1 the last ones.
    outside : Range
        Extra cost of an option outside what the party could live with, in shares of the issue before rescaling.
    past_line : Range
        Extra cost of an option past a red line that is not hard, in the same unit.
    """

    bend: Range
    outside: Range
    past_line: Range


JUDGED = Shape(bend=Range(0.7, 1.0, 1.5), outside=Range(0.1, 0.25, 0.5), past_line=Range(0.1, 0.25, 0.5))
"""The shape used where no other is given; a judgement."""


@dataclass(frozen=True)
class Joint:
    """What a bundle of goods adds to the utility of a party that has all of them, by draw.

    Attributes
    ----------
    id : str
        Of the bundle in the pack.
    party : int
        Place among the parties.
    worth : ndarray, shape (draws,)
        In the unit of the utilities; 0 or more.
    needs : tuple of (int, ndarray of bool of shape (options,))
        Place of an issue, and which of its options give the party the good.
    """

    id: str
    party: int
    worth: np.ndarray
    needs: tuple[tuple[int, np.ndarray], ...]

    def drawn_as(self, rows: np.ndarray | slice) -> Joint:
        """The same in some of the draws."""
        return replace(self, worth=self.worth[rows])


@dataclass(frozen=True)
class Preferences:
    """Utilities of two to five parties over the options of issues, by draw.

    Attributes
    ----------
    parties, issues : tuple of str
        Identifiers; sides ``a`` and ``b`` first.
    options : tuple of tuple of str
        Of each issue, in the order of its scale.
    weight : ndarray, shape (draws, parties, issues)
        Of sum 1 over issues.
    value : tuple of ndarray, each of shape (draws, parties, options)
        Of each issue; 0 to 1.
    allowed : tuple of ndarray of bool, each of shape (parties, options)
        False where a hard red line of the party bars the option.
    bundles : tuple of Joint
        What these parties' goods are worth more together.
    """

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    weight: np.ndarray
    value: tuple[np.ndarray, ...]
    allowed: tuple[np.ndarray, ...]
    bundles: tuple[Joint, ...] = ()

    @property
    def draws(self) -> int:
        """Number of draws; the first is central."""
        return len(self.weight)

    def only(self, issues: Iterable[str]) -> Preferences:
        """The same preferences over some of the issues, in the order given, with weights of sum 1 among these.

        A bundle that needs another issue too is left out; the others keep their worth beside these issues, and grow with the weights.

        Raises
        ------
        QueryError
            Where an issue is unknown or named twice, or none is named.
        """
        chosen = tuple(issues)
        if not chosen or len(set(chosen)) < len(chosen):
            raise QueryError(f"issues: {', '.join(chosen) or 'none'}; expected one or more, each once; name them so")
        for issue in chosen:
            if issue not in self.issues:
                raise QueryError(
                    f'issues: "{issue}" is not among them; expected an issue of the war; {near(issue, self.issues)}'
                )
        at = [self.issues.index(issue) for issue in chosen]
        return Preferences(
            self.parties, chosen, tuple(self.options[k] for k in at), shares(self.weight[..., at]),
            tuple(self.value[k] for k in at), tuple(self.allowed[k] for k in at),
            tuple(self._among(b, at) for b in self.bundles if all(k in at for k, _ in b.needs)),
        )  # fmt: skip

    def _among(self, bundle: Joint, at: list[int]) -> Joint:
        """A bundle with its worth in shares of some of the issues, all it needs among them."""
        kept = self.weight[:, bundle.party, at].sum(-1)
        worth = on_grid(bundle.worth / np.where(kept > 0, kept, 1.0))
        return replace(bundle, worth=worth, needs=tuple((at.index(k), met) for k, met in bundle.needs))

    def possible(self) -> Preferences:
        """The same preferences without the options that a party's hard red line bars.

        Weights and values stay as they are, so that the best option left of an issue may be worth less than 1.

        Raises
        ------
        QueryError
            Where nothing is left of an issue.
        """
        kept = [np.all(allowed, axis=0) for allowed in self.allowed]
        for issue, keep in zip(self.issues, kept, strict=True):
            if not keep.any():
                raise QueryError(
                    f"{issue}: every option is past a hard red line of some party; expected one that is not; "
                    "take a red line back or add an option"
                )
        return Preferences(
            self.parties, self.issues,
            tuple(tuple(o for o, k in zip(names, keep, strict=True) if k) for names, keep in zip(self.options, kept, strict=True)),
            self.weight, tuple(v[..., keep] for v, keep in zip(self.value, kept, strict=True)),
            tuple(np.ones((len(self.parties), int(keep.sum())), bool) for keep in kept),
            tuple(replace(b, needs=tuple((k, met[kept[k]]) for k, met in b.needs)) for b in self.bundles),
        )  # fmt: skip


def preferences_of(
    war: War, draws: int = 1, seed: int = 0, shape: Shape = JUDGED, others: Sequence[str] = ()
) -> Preferences:
    """Preferences of the two sides, and of others, over all issues of a war, main and minor.

    A party without a preference on an issue gives it no weight. The draws of one party do not depend on who else is asked for.

    Parameters
    ----------
    war : War
    draws : int
        The first takes every number at its central value, the others are drawn.
    seed : int
    shape : Shape
    others : sequence of str
        Third parties, by their ids.

    Raises
    ------
    QueryError
        Where there is nothing to settle, there are more than five parties, one is unknown or cares about nothing, or `draws` is not positive.
    """
    if draws < 1:
        raise QueryError(f"draws: {draws}; expected 1 or more; ask for a whole number above 0")
    if not war.issues:
        raise QueryError(f"{war.slug}: no issues; expected at least one; write issues.toml of the pack")
    known = dict.fromkeys(party for issue in war.issues for party in issue.preference if party not in SIDES)
    for party in others:
        if party not in known:
            remedy = near(party, known) if known else "the pack gives third parties no preferences"
            raise QueryError(f'party "{party}": no preferences; expected a third party with [issue.others]; {remedy}')
    parties = (*SIDES, *others)
    if len(parties) > MOST_PARTIES or len(set(parties)) < len(parties):
        raise QueryError(
            f"parties {', '.join(parties)}; expected each once and at most {MOST_PARTIES}; leave the least concerned out"
        )
    salience = np.zeros((draws, len(parties), len(war.issues)))
    values = [np.ones((draws, len(parties), len(issue.options))) for issue in war.issues]
    for p, party in enumerate(parties):
        bend, outside, past = (
            drawn(getattr(shape, name), draws, seed, f"{party} {name}") for name in ("bend", "outside", "past_line")
        )
        for k, issue in enumerate(war.issues):
            wanted = issue.preference.get(party)
            if wanted is not None:
                salience[:, p, k] = drawn(wanted.salience, draws, seed, f"{party} salience {issue.id}")
                soft = past_lines(issue, party, war.red_lines, hard=False)
                values[k][:, p] = _values(issue, wanted, soft, bend, outside, past)
        if (salience[:, p].sum(-1) <= 0).any():
            raise QueryError(
                f'{war.slug}: party "{party}" gives no issue any salience; expected some above 0; write it in issues.toml'
            )
    allowed = tuple(
        np.array([~past_lines(issue, party, war.red_lines, hard=True) for party in parties]) for issue in war.issues
    )
    options = tuple(tuple(option.id for option in issue.options) for issue in war.issues)
    bundles = tuple(
        _joint(bundle, war, parties.index(bundle.party), draws, seed)
        for bundle in war.bundles
        if bundle.party in parties
    )
    return Preferences(
        parties, tuple(issue.id for issue in war.issues), options, shares(salience), tuple(values), allowed, bundles
    )


def _joint(bundle: Bundle, war: War, party: int, draws: int, seed: int) -> Joint:
    places = [issue.id for issue in war.issues]
    needs = []
    for issue_id, option in bundle.needs:
        issue = war.issue(issue_id)
        needs.append((places.index(issue_id), as_good(issue, issue.preference[bundle.party], option)))
    return Joint(bundle.id, party, on_grid(drawn(bundle.worth, draws, seed, f"bundle {bundle.id}")), tuple(needs))


def as_good(issue: Issue, wanted: Preference, option: str) -> np.ndarray:
    """Which options of an issue lie no farther from a party's ideal than one of them: array of bool, shape (options,)."""
    ideal = issue.value(wanted.ideal)
    away = np.array([abs(o.value - ideal) for o in issue.options])
    # Positions are decimal numbers: two as far from the ideal on either side of it may differ by rounding.
    return np.asarray(away <= abs(issue.value(option) - ideal) + _ALIKE)


def past_lines(issue: Issue, party: str, red_lines: Iterable[RedLine], hard: bool) -> np.ndarray:
    """Which options of an issue lie past a party's red lines, hard ones with a source or the others.

    Returns
    -------
    ndarray of bool, shape (options,)
        A line's own option is past it. Side A's end of the scale is 1, side B's is 0.
    """
    place = np.array([option.value for option in issue.options])
    out = np.zeros(len(place), bool)
    for line in red_lines:
        binding = line.hard and line.source.strip() not in ("", "judgement")
        if line.issue == issue.id and line.side == party and binding == hard:
            at = issue.value(line.option)
            out |= place <= at if party == "a" else place >= at
    return out


def shares(weight: np.ndarray) -> np.ndarray:
    """Weights divided by their sum along the last axis, in multiples of `GRID` that add up to 1 exactly.

    What rounding down leaves over goes to the largest remainders, the first of equals first.
    """
    units = round(1 / GRID)
    total = weight.sum(-1, keepdims=True)
    # Where nothing has weight, as among issues that a party does not care about, all count alike.
    exact = np.where(total > 0, weight, 1.0) / np.where(total > 0, total, float(weight.shape[-1])) * units
    whole = np.floor(exact)
    left = (units - whole.sum(-1, keepdims=True)).astype(int)
    rank = np.argsort(np.argsort(whole - exact, axis=-1, kind="stable"), axis=-1)
    return (whole + (rank < left)) * GRID


def _values(
    issue: Issue, wanted: Preference, soft: np.ndarray, bend: np.ndarray, outside: np.ndarray, past: np.ndarray
) -> np.ndarray:
    """Values of the options to one party: array of shape (draws, options), 0 to 1."""
    place = np.array([option.value for option in issue.options])
    away = np.abs(place - issue.value(wanted.ideal))
    away = away / away.max() if away.max() > 0 else away
    ends = sorted(issue.value(option) for option in wanted.acceptable)
    refused = (place < ends[0]) | (place > ends[1])
    raw = -(away ** bend[:, None]) - outside[:, None] * refused - past[:, None] * soft
    low, high = raw.min(-1, keepdims=True), raw.max(-1, keepdims=True)
    value = np.where(high > low, (raw - low) / np.where(high > low, high - low, 1.0), 1.0)
    return on_grid(value)


def on_grid(numbers: np.ndarray) -> np.ndarray:
    """The nearest multiples of `GRID`."""
    return np.asarray(np.round(numbers / GRID) * GRID)


def drawn(spread: Range, draws: int, seed: int, name: str) -> np.ndarray:
    """Draws of a judged range, triangular, by Latin hypercube; the first is its central value."""
    # A stream of its own, so that one issue more changes no draw of another.
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    chance = (rng.permutation(draws) + rng.random(draws)) / draws
    width = spread.high - spread.low
    if width <= 0:
        return np.full(draws, spread.central)
    rising = spread.low + np.sqrt(chance * width * (spread.central - spread.low))
    falling = spread.high - np.sqrt((1 - chance) * width * (spread.high - spread.central))
    out = np.where(chance * width < spread.central - spread.low, rising, falling)
    out[0] = spread.central
    return out
