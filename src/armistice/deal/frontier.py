"""The outcome space of all issues: what nobody could improve on without a loss to somebody, and where a plan lies beside it.

An outcome names one option for each issue. With utilities that add up but for bundles (`preferences`) the Pareto frontier is found in
two ways that know nothing of each other and agree to the last digit:

- `enumerate_frontier` goes through every outcome, in blocks, with any number of issues up to `MOST_OUTCOMES` outcomes;
- `merge_frontier` adds one issue after another and keeps what is not dominated: whatever dominates part of an outcome, the other
  issues being settled alike, dominates the whole. It reaches spaces far beyond enumeration. Issues that bundles tie together are
  added as one, whose options are the combinations of theirs.

`solutions` says what could be agreed there.

Reference: H. T. Kung, F. Luccio and F. P. Preparata, "On Finding the Maxima of a Set of Vectors", *Journal of the ACM* 22 (1975)
469–476 (the scan in the order of one coordinate).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from armistice.core.bargaining import ALIKE
from armistice.core.errors import QueryError, near
from armistice.deal.preferences import Joint, Preferences

Utilities = Sequence[float] | np.ndarray
"""One for each party."""
MOST_OUTCOMES = 20_000_000
"""Outcomes that are enumerated at most."""
MOST_POINTS = 500_000
"""Points that a frontier may have while it is built; three and more parties get there first."""
MOST_TIED = 100_000
"""Combinations of the options of issues that bundles tie together, at most."""

_BLOCK = 2**16
_BINS = 2**14
_CHAMPIONS = 64
_FEW = 256
_NARROWEST = 1e-100
_LARGEST_NUMBER = 2**62


_IN_ORDER = np.zeros((0, 0))


@dataclass(frozen=True)
class OutcomeSpace:
    """One draw of the parties' worth of every option of every issue.

    Attributes
    ----------
    parties, issues : tuple of str
    options : tuple of tuple of str
        Of each issue, in order.
    worth : tuple of ndarray, each of shape (options, parties)
        Weight times value; an outcome's utility is their sum over issues, and what its bundles add.
    allowed : tuple of ndarray of bool, each of shape (options,)
        Options that no party's hard red line bars; outcomes are made of these.
    bundles : tuple of Joint
        Of this one draw.
    """

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    worth: tuple[np.ndarray, ...]
    allowed: tuple[np.ndarray, ...]
    bundles: tuple[Joint, ...] = ()

    @property
    def size(self) -> int:
        """Number of outcomes."""
        return math.prod(int(keep.sum()) for keep in self.allowed)

    def utilities(self, outcomes: np.ndarray) -> np.ndarray:
        """Utilities of outcomes.

        Parameters
        ----------
        outcomes : ndarray of int, shape (n, issues)
            Options counted from 0, barred ones too.

        Returns
        -------
        ndarray, shape (n, parties)
        """
        rows = np.asarray(outcomes)
        total = np.zeros((len(rows), len(self.parties)))
        for k, worth in enumerate(self.worth):
            total += worth[rows[:, k]]
        for bundle in self.bundles:
            total[:, bundle.party] += bundle.worth[0] * _has_all(bundle, rows)
        return total

    def numbers(self, outcome: Mapping[str, str]) -> np.ndarray:
        """The options of an outcome, counted from 0: array of shape (issues,).

        Raises
        ------
        QueryError
            With the first issue that is unknown, not settled, or settled by an unknown option.
        """
        for issue in outcome:
            if issue not in self.issues:
                raise QueryError(
                    f'outcome: issue "{issue}" is not in this space; expected its issues only; {near(issue, self.issues)}'
                )
        out = np.zeros(len(self.issues), int)
        for k, (issue, names) in enumerate(zip(self.issues, self.options, strict=True)):
            if issue not in outcome:
                raise QueryError(
                    f'outcome: nothing on issue "{issue}"; expected an option of each issue; '
                    "name one, or take a space of the issues that it settles"
                )
            if outcome[issue] not in names:
                raise QueryError(
                    f'outcome: "{outcome[issue]}" is no option of issue "{issue}"; expected one of its options; '
                    f"{near(outcome[issue], names)}"
                )
            out[k] = names.index(outcome[issue])
        return out

    def named(self, numbers: np.ndarray) -> dict[str, str]:
        """Issue → option of an outcome."""
        return {issue: names[n] for issue, names, n in zip(self.issues, self.options, numbers, strict=True)}


@dataclass(frozen=True)
class Frontier:
    """Outcomes that no other one dominates, from what the first party likes best on.

    Attributes
    ----------
    space : OutcomeSpace
    reservation : ndarray, shape (parties,), or None
        Outcomes that give some party less were left out; None where none was.
    outcomes : ndarray of int, shape (n, issues)
        Options counted from 0; of outcomes that are alike to everybody, the first.
    utilities : ndarray, shape (n, parties)
    alike : ndarray, shape (n,)
        Outcomes with these utilities, this one included; exact below 2^53.
    """

    space: OutcomeSpace
    reservation: np.ndarray | None
    outcomes: np.ndarray
    utilities: np.ndarray
    alike: np.ndarray

    def __len__(self) -> int:
        return len(self.outcomes)

    def named(self, row: int) -> dict[str, str]:
        """Issue → option of one outcome of the frontier."""
        return self.space.named(self.outcomes[row])


def space_of(preferences: Preferences, draw: int = 0, issues: Iterable[str] | None = None) -> OutcomeSpace:
    """The outcome space of one draw.

    Parameters
    ----------
    preferences : Preferences
    draw : int
        Counted from 0; the first is central.
    issues : iterable of str, optional
        Some of the issues, in this order; weights then add up to 1 among these. All by default.

    Raises
    ------
    QueryError
        Where there is no such draw or issue, or every option of an issue is barred.
    """
    if not 0 <= draw < preferences.draws:
        raise QueryError(f"draw {draw}: not there; expected 0 to {preferences.draws - 1}; ask for one of these")
    held = preferences if issues is None else preferences.only(issues)
    held.possible()
    worth = tuple((held.weight[draw, :, k, None] * value[draw]).T for k, value in enumerate(held.value))
    return OutcomeSpace(
        held.parties, held.issues, held.options, worth, tuple(np.all(a, axis=0) for a in held.allowed),
        tuple(bundle.drawn_as(slice(draw, draw + 1)) for bundle in held.bundles),
    )  # fmt: skip


def most_salient(preferences: Preferences, limit: int = 10_000_000) -> tuple[str, ...]:
    """The issues that weigh most, as many as give no more than `limit` outcomes, in the order of the preferences.

    An issue weighs what it weighs on average over parties, in the central draw. Issues are taken from the weightiest on, up to the
    first that would make too many outcomes; options past hard red lines do not count.

    Raises
    ------
    QueryError
        Where not even one issue fits.
    """
    counts = [int(allowed.all(0).sum()) for allowed in preferences.allowed]
    order = np.argsort(-preferences.weight[0].mean(0), kind="stable")
    chosen: list[int] = []
    for k in order:
        if math.prod(counts[j] for j in chosen) * counts[k] > limit:
            break
        chosen.append(int(k))
    if not chosen:
        raise QueryError(f"limit: {limit} outcomes; expected room for one issue at least; ask for more")
    return tuple(preferences.issues[k] for k in sorted(chosen))


def enumerate_frontier(space: OutcomeSpace, reservation: Utilities | None = None) -> Frontier:
    """The Pareto frontier by going through every outcome.

    Memory holds a block of outcomes and what is left of the earlier ones, whatever the size of the space.

    Parameters
    ----------
    space : OutcomeSpace
    reservation : sequence of float, one for each party, optional
        Only outcomes that give nobody less than this stand.

    Raises
    ------
    QueryError
        Where there are more than `MOST_OUTCOMES` outcomes, or the frontier is too long.
    """
    if space.size > MOST_OUTCOMES:
        raise QueryError(
            f"outcome space: {space.size:.3g} outcomes; expected at most {MOST_OUTCOMES}; take fewer issues, or merge them one by one"
        )
    floor = None if reservation is None else least_accepted(space, reservation)
    index, points = np.zeros(0, np.int64), np.zeros((0, len(space.parties)))
    alike = np.zeros(0)
    waiting: list[tuple[np.ndarray, np.ndarray]] = []
    for start, block in _blocks(space):
        keep = np.ones(len(block[0]), bool)
        if floor is not None:
            for utility, least in zip(block, floor, strict=True):
                keep &= utility >= least
        place = np.flatnonzero(keep)
        found = np.stack([utility[place] for utility in block], axis=-1)
        rest = np.flatnonzero(~_surely_dominated(found, points))
        waiting.append((place[rest] + start, found[rest]))
        if not len(points) or sum(len(i) for i, _ in waiting) > max(_BLOCK, len(points)):
            index, points, alike = _joined(index, points, alike, waiting)
            waiting = []
    index, points, alike = _joined(index, points, alike, waiting)
    places = [np.flatnonzero(keep) for keep in space.allowed]
    numbers = np.unravel_index(index, [len(p) for p in places])
    outcomes = np.stack([p[n] for p, n in zip(places, numbers, strict=True)], axis=-1)
    return _ordered(space, reservation, outcomes, points, alike)


def merge_frontier(space: OutcomeSpace, reservation: Utilities | None = None) -> Frontier:
    """The Pareto frontier issue by issue: exact, and for spaces that cannot be enumerated.

    Parameters
    ----------
    space, reservation
        As in `enumerate_frontier`. With reservation utilities, what cannot reach them any more is dropped on the way.

    Raises
    ------
    QueryError
        Where the frontier is too long, or bundles tie too many issues together.
    """
    floor = None if reservation is None else least_accepted(space, reservation)
    groups = _tied(space)
    places = [_combined(space, group) for group in groups]
    parts = [_worth_of(space, group, place) for group, place in zip(groups, places, strict=True)]
    ranks = _ranks(space, groups, places)
    to_come = np.cumsum([part.max(0) for part in parts][::-1], axis=0)[::-1] - [part.max(0) for part in parts]
    points, alike = np.zeros((1, len(space.parties))), np.ones(1)
    outcomes, rank = np.zeros((1, 0), int), np.zeros((1, ranks[0].shape[1]), np.int64)
    for part, place, more, most in zip(parts, places, ranks, to_come, strict=True):
        sums = (points[:, None] + part).reshape(-1, points.shape[1])
        keep = np.ones(len(sums), bool) if floor is None else (sums + most >= floor).all(-1)
        if len(sums) > _FEW:
            # What the option with the largest sum makes of the earlier points is a good guess at the frontier to come.
            keep &= ~_surely_dominated(sums, points + part[part.sum(-1).argmax()])
        index = np.flatnonzero(keep)
        first = rank[index // len(part)] + more[index % len(part)]
        kept, alike = _undominated(sums[index], np.repeat(alike, len(part))[index], first)
        row = index[kept]
        points, rank = sums[row], first[kept]
        outcomes = np.column_stack([outcomes[row // len(part)], place[row % len(part)]])
    return _ordered(space, reservation, outcomes[:, np.argsort([k for group in groups for k in group])], points, alike)


def _tied(space: OutcomeSpace) -> list[list[int]]:
    """Issues in groups that bundles tie together, these first; every other issue by itself, in order."""
    group = list(range(len(space.issues)))
    for bundle in space.bundles:
        joined = {group[k] for k, _ in bundle.needs}
        group = [min(joined) if g in joined else g for g in group]
    found = [[k for k, g in enumerate(group) if g == first] for first in sorted(set(group))]
    return sorted(found, key=lambda issues: len(issues) == 1)


def _combined(space: OutcomeSpace, group: Sequence[int]) -> np.ndarray:
    """Combinations of the possible options of some issues: array of int, shape (combinations, issues)."""
    places = [np.flatnonzero(space.allowed[k]) for k in group]
    count = math.prod(len(place) for place in places)
    if count > MOST_TIED and len(group) > 1:
        names = ", ".join(space.issues[k] for k in group)
        raise QueryError(
            f"bundles tie {names} together: {count:.3g} combinations; expected at most {MOST_TIED}; take fewer of these issues"
        )
    return np.stack(np.meshgrid(*places, indexing="ij"), axis=-1).reshape(-1, len(group))


def _worth_of(space: OutcomeSpace, group: Sequence[int], combined: np.ndarray) -> np.ndarray:
    """What combinations of options are worth, with the bundles that need these issues: array of shape (combinations, parties)."""
    out = np.array(space.worth[group[0]][combined[:, 0]])
    for column, k in enumerate(group[1:], 1):
        out += space.worth[k][combined[:, column]]
    whole = np.zeros((len(combined), len(space.issues)), int)
    whole[:, group] = combined
    for bundle in space.bundles:
        if bundle.needs[0][0] in group:
            out[:, bundle.party] += bundle.worth[0] * _has_all(bundle, whole)
    return out


def _has_all(bundle: Joint, outcomes: np.ndarray) -> np.ndarray:
    """Which outcomes, shape (n, issues), give a party every good of a bundle."""
    return np.all([met[outcomes[:, k]] for k, met in bundle.needs], axis=0)


def _ranks(space: OutcomeSpace, groups: Sequence[Sequence[int]], places: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What combinations add to the place of an outcome in the order of all: arrays of shape (combinations, numbers).

    Groups are merged in another order than that of the issues, and of outcomes that are alike the first one counts. The place is the
    outcome read as digits, a number for as many issues as it holds, the last number counting most as `numpy.lexsort` has it. Without
    bundles the order is that of the issues, and no number is needed.
    """
    if not space.bundles:
        return [np.zeros((len(place), 0), np.int64) for place in places]
    number, digit = [0] * len(space.issues), [1] * len(space.issues)
    numbers, size = 1, 1
    for k in reversed(range(len(space.issues))):
        if size * len(space.options[k]) > _LARGEST_NUMBER:
            numbers, size = numbers + 1, 1
        number[k], digit[k] = numbers - 1, size
        size *= len(space.options[k])
    out = []
    for group, place in zip(groups, places, strict=True):
        rank = np.zeros((len(place), numbers), np.int64)
        for column, k in enumerate(group):
            rank[:, number[k]] += place[:, column] * digit[k]
        out.append(rank)
    return out


def least_accepted(space: OutcomeSpace, reservation: Utilities) -> np.ndarray:
    """The least that each party accepts, with room for rounding: at indifference it agrees. Shape (parties,).

    Raises
    ------
    QueryError
        Where there is not one finite number for each party.
    """
    given = np.asarray(tuple(reservation), float)
    if given.shape != (len(space.parties),) or not np.isfinite(given).all():
        raise QueryError(
            f"reservation utilities: {given.tolist()}; expected a number for each of {', '.join(space.parties)}; give as many"
        )
    return given - ALIKE * np.maximum(np.abs(given), 1.0)


def _blocks(space: OutcomeSpace) -> Iterator[tuple[int, list[np.ndarray]]]:
    """Number of the first outcome and the utilities of each party, block by block; the last issue changes fastest."""
    parts = [worth[keep] for worth, keep in zip(space.worth, space.allowed, strict=True)]
    first = len(parts)
    while first and math.prod(len(part) for part in parts[first - 1 :]) <= _BLOCK:
        first -= 1
    # Sums run over issues in order, within a block too, so that every sum is rounded as in `OutcomeSpace.utilities`.
    heads = [_sums(np.zeros(1), [part[:, p] for part in parts[:first]]) for p in range(len(space.parties))]
    width = math.prod(len(part) for part in parts[first:])
    together = [_both_ends(bundle, space, first) for bundle in space.bundles]
    for k in range(len(heads[0])):
        block = [_sums(head[k : k + 1], [part[:, p] for part in parts[first:]]) for p, head in enumerate(heads)]
        for bundle, (head, tail) in zip(space.bundles, together, strict=True):
            block[bundle.party] = block[bundle.party] + bundle.worth[0] * (head[k] & tail)
        yield k * width, block


def _both_ends(bundle: Joint, space: OutcomeSpace, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Which settlements of the issues before one give all goods of a bundle that are among them, and which of the others do."""
    needed = dict(bundle.needs)
    ends = [np.ones(1, bool), np.ones(1, bool)]
    for k, keep in enumerate(space.allowed):
        met = needed[k][keep] if k in needed else np.ones(int(keep.sum()), bool)
        ends[k >= first] = (ends[k >= first][:, None] & met).ravel()
    return ends[0], ends[1]


def _sums(start: np.ndarray, parts: list[np.ndarray]) -> np.ndarray:
    out = start
    for part in parts:
        out = (out[:, None] + part).ravel()
    return out


def _surely_dominated(found: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which of the points found are dominated, as far as a quick look tells; others may be too."""
    if not len(points) or not len(found):
        return np.zeros(len(found), bool)
    if points.shape[1] > 2:
        champions = points[np.argsort(-points.sum(-1), kind="stable")[:_CHAMPIONS]]
        out = np.zeros(len(found), bool)
        for champion in champions:
            rest = np.flatnonzero(~out)
            out[rest] = (champion >= found[rest]).all(-1) & (champion > found[rest]).any(-1)
        return out
    low = min(float(points[:, 0].min()), float(found[:, 0].min()))
    width = max(float(points[:, 0].max()), float(found[:, 0].max())) - low
    if width < _NARROWEST:
        return np.zeros(len(found), bool)
    best = np.full(_BINS + 2, -np.inf)
    np.maximum.at(best, _bin(points[:, 0], low, width), points[:, 1])
    # The best of all bins above: whoever is there has more for the first party.
    above = np.append(np.maximum.accumulate(best[::-1])[::-1][1:], -np.inf)
    return found[:, 1] <= above[_bin(found[:, 0], low, width)]


def _bin(values: np.ndarray, low: float, width: float) -> np.ndarray:
    return ((values - low) * (_BINS / width)).astype(np.int64)


def _joined(
    index: np.ndarray, points: np.ndarray, alike: np.ndarray, waiting: list[tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    index = np.concatenate([index, *(i for i, _ in waiting)])
    points = np.concatenate([points, *(p for _, p in waiting)])
    alike = np.concatenate([alike, np.ones(len(index) - len(alike))])
    kept, alike = _undominated(points, alike)
    return index[kept], points[kept], alike


def _undominated(points: np.ndarray, alike: np.ndarray, first: np.ndarray = _IN_ORDER) -> tuple[np.ndarray, np.ndarray]:
    """Which points nothing dominates, the first of equal ones, in their order; and how many outcomes each stands for.

    Which of equal ones is the first is said by columns of `first`, the last counting most; without any, by their order.
    """
    if not len(points):
        return np.zeros(0, int), np.zeros(0)
    # From the best for the first party, then for the second, and so on: nothing is dominated by what comes after it.
    order = np.lexsort([*first.T, *-points.T[::-1]]) if first.size else np.lexsort(-points.T[::-1])
    held = points[order]
    new = np.append(True, (held[1:] != held[:-1]).any(-1))
    count = np.add.reduceat(alike[order], np.flatnonzero(new))
    order, held = order[new], held[new]
    if points.shape[1] == 1:
        stands = np.arange(len(held)) == 0
    elif points.shape[1] == 2:
        best = np.maximum.accumulate(held[:, 1])
        stands = np.append(True, held[1:, 1] > best[:-1])
    else:
        stands = _undominated_in_order(held)
    if stands.sum() > MOST_POINTS:
        raise QueryError(
            f"frontier: more than {MOST_POINTS} points; expected fewer; take fewer issues or parties, or give reservation utilities"
        )
    order, count = order[stands], count[stands]
    back = np.argsort(order)
    return order[back], count[back]


def _undominated_in_order(points: np.ndarray, step: int = 256) -> np.ndarray:
    """The same for distinct points in falling lexicographic order, of any number of parties."""
    stands = ~_surely_dominated(points, points)
    rows = np.flatnonzero(stands)
    kept = np.zeros((0, points.shape[1]))
    for start in range(0, len(rows), step):
        place = rows[start : start + step]
        block = points[place]
        beaten = _beaten(block, kept)
        earlier = np.tri(len(block), k=-1, dtype=bool)
        within = np.ones((len(block), len(block)), bool)
        for p in range(points.shape[1]):
            within &= block[None, :, p] >= block[:, None, p]
        beaten |= (within & earlier).any(-1)
        stands[place[beaten]] = False
        kept = np.concatenate([kept, block[~beaten]])
    return stands


def _beaten(block: np.ndarray, kept: np.ndarray) -> np.ndarray:
    out = np.zeros((len(block), len(kept)), bool)
    if len(kept):
        out |= True
        for p in range(block.shape[1]):
            out &= kept[None, :, p] >= block[:, None, p]
    return np.any(out, axis=-1)


def _ordered(
    space: OutcomeSpace,
    reservation: Utilities | None,
    outcomes: np.ndarray,
    points: np.ndarray,
    alike: np.ndarray,
) -> Frontier:
    order = np.lexsort(-points.T[::-1])
    least = None if reservation is None else np.asarray(tuple(reservation), float)
    return Frontier(space, least, outcomes[order], points[order], alike[order])
