"""What each party thinks of each option of each issue: additive utilities, as draws from a pack's judged ranges.

A party's utility of an outcome is the sum over issues of weight times value. Weights are the party's saliences, triangular
over their judged ranges, divided by their sum. The value of an option falls with its distance d from the party's ideal on
the issue's scale, counted in shares of the largest distance there is,

.. math:: v \\propto -d^{\\text{bend}} - \\text{outside}\\,[\\text{not acceptable}] - \\text{past}\\,[\\text{past a line}],

and is rescaled so that the best option of an issue is worth 1 and the worst 0: the weight is what the whole issue is worth.
Red lines are such costs, unless the pack marks them hard and names a source: then the option is barred for that party.

Weights and values are whole multiples of `GRID`. Products and sums are then exact in floating point, so that utilities do
not depend on the order of the issues, ties are ties, and another program finds the very same numbers.

Reference: R. L. Keeney and H. Raiffa, *Decisions with Multiple Objectives* (Wiley, 1976), chapter 3 (additive value functions and
swing weights). That utilities add up is an assumption: nothing here is worth more, or less, together with something else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from armistice.core.errors import QueryError, near
from armistice.core.war import Issue, Preference, Range, RedLine, War

GRID = 2.0**-18
"""Weights and values are multiples of this (4e-6): far finer than a judgement."""
MOST_PARTIES = 5
"""Parties at most: the two sides and three others."""


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
class Preferences:
    """Additive utilities of two to five parties over the options of issues, by draw.

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
    """

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    weight: np.ndarray
    value: tuple[np.ndarray, ...]
    allowed: tuple[np.ndarray, ...]

    @property
    def draws(self) -> int:
        """Number of draws; the first is central."""
        return len(self.weight)

    def only(self, issues: Iterable[str]) -> Preferences:
        """The same preferences over some of the issues, in the order given, with weights of sum 1 among these.

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
        )  # fmt: skip

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
        )  # fmt: skip


def preferences_of(war: War, draws: int = 1, seed: int = 0, shape: Shape = JUDGED) -> Preferences:
    """Preferences over all issues of a war, main and minor.

    Parties are the sides and whoever else the issues give preferences; a party without a preference on an issue gives it no weight.

    Parameters
    ----------
    war : War
    draws : int
        The first takes every number at its central value, the others are drawn.
    seed : int
    shape : Shape

    Raises
    ------
    QueryError
        Where there is nothing to settle, there are more than five parties, one cares about nothing, or `draws` is not positive.
    """
    if draws < 1:
        raise QueryError(f"draws: {draws}; expected 1 or more; ask for a whole number above 0")
    if not war.issues:
        raise QueryError(f"{war.slug}: no issues; expected at least one; write issues.toml of the pack")
    seen = [str(party) for issue in war.issues for party in issue.preference]
    parties = tuple(dict.fromkeys(["a", "b", *seen]))
    if len(parties) > MOST_PARTIES:
        raise QueryError(
            f"{war.slug}: preferences of {len(parties)} parties; expected at most {MOST_PARTIES}; leave the least concerned out"
        )
    salience = np.zeros((draws, len(parties), len(war.issues)))
    values = [np.ones((draws, len(parties), len(issue.options))) for issue in war.issues]
    for p, party in enumerate(parties):
        bend, outside, past = (
            drawn(getattr(shape, name), draws, seed, f"{party} {name}") for name in ("bend", "outside", "past_line")
        )
        for k, issue in enumerate(war.issues):
            wanted = {str(name): preference for name, preference in issue.preference.items()}.get(party)
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
    return Preferences(
        parties, tuple(issue.id for issue in war.issues), options, shares(salience), tuple(values), allowed
    )


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
    return np.round(value / GRID) * GRID


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
