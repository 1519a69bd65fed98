"""The search for sets of moves from a draft that both sides accept: all of them where they are few, a wide beam where not.

A set is good where both sides accept in the share of the draws that is wanted and the median peace lasts as asked. Its
*lead* says by how much: the surplus that the side worse off has in at least the wanted share of the draws, less what is
missing in durability. Sets grow by one move at a time, the leading ones of each size going on to the next; those of one and
two moves are all tried, so that the fewest changes are proved up to two. Every set that is handed back has been appraised
on all draws with the exact value, in which the danger of renewed war counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from armistice.deal.appraise import Stakes
from armistice.deal.straight import as_sums, failing_odds, straight
from armistice.deal.wordings import Room, judged

WIDTH = 30
"""Sets that go on to the next size."""
JUDGED = 100
"""Sets of each larger size that are appraised exactly: the likeliest."""
SCREENED = 200
"""Draws on which the likeliest are told, spread evenly over all of them."""
LARGEST = 14
"""Changes at most."""
ALL = 20_000
"""Sets of one size that are all appraised; combinations of all terms that are all tried."""
OVERLAP = 2 / 3
"""An alternative changes at most this share of the issues that a better one changes."""
_CHUNK = 128
_UNSAFE = 0.5
"""What one unit of survival that is missing counts for, in utility: only to rank sets that are not good yet."""

Moves = tuple[int, ...]


@dataclass(frozen=True)
class Aim:
    """What is asked of an amendment.

    Attributes
    ----------
    wanted : float
        Share of the draws in which both sides accept.
    lasting, years : float
    """

    wanted: float
    lasting: float
    years: float


@dataclass(frozen=True)
class Found:
    """A set of moves, judged.

    Attributes
    ----------
    moves : tuple of int
        Rising.
    share : float
        Of the draws in which both sides accept.
    survival : float
        Median.
    lead : float
    cost : float
    """

    moves: Moves
    share: float
    survival: float
    lead: float
    cost: float

    def good(self, aim: Aim) -> bool:
        """Whether it is enough."""
        return self.share >= aim.wanted and self.survival >= aim.lasting

    @property
    def rank(self) -> tuple[int, float, Moves]:
        """Fewest first, then cheapest."""
        return len(self.moves), round(self.cost, 12), self.moves


def judge(room: Room, stakes: Stakes, aim: Aim, sets: Iterable[Moves]) -> list[Found]:
    """Sets of moves appraised exactly, on all draws; sets that leave a clause past a hard red line are accepted by nobody."""
    out: list[Found] = []
    for some in _chunks(sorted(set(sets), key=lambda s: (len(s), s))):
        surplus, survival = judged(room, stakes, some, aim.years)
        least = surplus.min(0)
        median = np.median(survival, -1)
        for row, moves in enumerate(some):
            share = float((least[row] >= 0).mean()) if covers(room, moves) else 0.0
            lead = _at_share(least[row], aim.wanted) + _UNSAFE * min(median[row] - aim.lasting, 0.0)
            out.append(
                Found(moves, share, float(median[row]), float(lead), float(np.sort(room.cost[list(moves)]).sum()))
            )
    return out


def _chunks(sets: Sequence[Moves]) -> Iterator[Sequence[Moves]]:
    """Sets of one size, so many at a time that they fit into the processor's memory."""
    start = 0
    for end in range(1, len(sets) + 1):
        if end == len(sets) or len(sets[end]) != len(sets[start]) or end - start == _CHUNK:
            yield sets[start:end]
            start = end


def covers(room: Room, moves: Sequence[int]) -> bool:
    """Whether moves touch all issues on which the draft is past a hard red line."""
    return not room.bound or set(room.bound) <= set(room.issue[list(moves)].tolist())


def _at_share(least: np.ndarray, wanted: float) -> np.ndarray:
    """What is reached or passed in at least the wanted share of the draws, along the last axis."""
    draws = least.shape[-1]
    row = draws - min(max(int(np.ceil(wanted * draws - 1e-9)), 1), draws)
    return np.partition(least, row, axis=-1)[..., row]


def combinations(room: Room) -> float:
    """Number of combinations of all terms, the draft among them."""
    return float(np.prod([1.0 + np.sum(room.issue == k) for k in np.unique(room.issue)]))


def everything(room: Room) -> Iterator[Moves]:
    """All combinations of all terms."""
    each = [(-1, *map(int, np.flatnonzero(room.issue == k))) for k in np.unique(room.issue)]
    for chosen in product(*each):
        yield tuple(sorted(m for m in chosen if m >= 0))


# --- alternatives ----------------------------------------------------------------------------------------------------


def alternatives(room: Room, stakes: Stakes, aim: Aim, most: int, known: Sequence[Found] | None = None) -> list[Found]:
    """Good sets that differ in kind, the fewest changes first and then the cheapest.

    Parameters
    ----------
    room : Room
    stakes : Stakes
    aim : Aim
    most : int
    known : sequence of Found, optional
        All combinations, judged, where they are few enough for that.
    """
    complete = known is not None
    pairs = judge(room, stakes, aim, _up_to_two(room)) if known is None else known
    pool = {found.moves: found for found in pairs if found.good(aim)}
    chosen: list[Found] = []
    while len(chosen) < most:
        cuts = [_issues(room, found.moves) for found in chosen]
        apart = [found for found in pool.values() if differs(room, found.moves, cuts)]
        if not complete and not any(len(found.moves) <= 2 for found in apart):
            apart += _beam(room, stakes, aim, cuts, pairs)
        if not apart:
            break
        pool.update((found.moves, found) for found in apart)
        best = min(apart, key=lambda f: f.rank)
        chosen.append(best if complete or len(best.moves) <= 2 else trimmed(room, stakes, aim, best, cuts))
    return sorted(chosen, key=lambda f: f.rank)


def _up_to_two(room: Room) -> Iterator[Moves]:
    moves = range(len(room.issue))
    yield ()
    yield from ((m,) for m in moves)
    if _all_pairs(room):
        yield from ((m, n) for m in moves for n in moves[m + 1 :] if room.issue[m] != room.issue[n])


def _all_pairs(room: Room) -> bool:
    return len(room.bound) <= 2 and len(room.issue) ** 2 <= 2 * ALL


def ruled_out(room: Room, found: Sequence[Found]) -> int:
    """Number of changes up to which every set was tried before the first of those found."""
    fewest = len(found[0].moves)
    if combinations(room) <= ALL:
        return fewest - 1
    return min(fewest - 1, 2 if _all_pairs(room) else 1)


def _issues(room: Room, moves: Sequence[int]) -> frozenset[int]:
    return frozenset(room.issue[list(moves)].tolist()) - frozenset(room.bound)


def differs(room: Room, moves: Sequence[int], cuts: Sequence[frozenset[int]]) -> bool:
    """Whether at most two thirds of the issues that each earlier set changes are changed again.

    Issues past a hard red line do not count: every good set changes them.
    """
    if not cuts:
        return True
    touched = _issues(room, moves)
    return all(len(touched & cut) <= int(OVERLAP * len(cut) + 1e-9) and (cut or touched) for cut in cuts)


def _beam(room: Room, stakes: Stakes, aim: Aim, cuts: Sequence[frozenset[int]], pairs: Sequence[Found]) -> list[Found]:
    """Good sets of the smallest size at which the beam finds any; none up to `LARGEST`."""
    must = room.bound
    first = 0 if must else max(len(found.moves) for found in pairs)
    level = _leading([found for found in pairs if len(found.moves) == first and differs(room, found.moves, cuts)])
    for size in range(first + 1, min(LARGEST, len(np.unique(room.issue))) + 1):
        # Issues past a red line come first: nothing is accepted before they are all changed.
        among = np.flatnonzero(room.issue == must[size - 1]) if size <= len(must) else np.arange(len(room.issue))
        found = judge(room, stakes, aim, _grown(room, stakes, aim, level, among, cuts) if level else ())
        good = [f for f in found if f.good(aim)]
        if good or not found:
            return good
        level = _leading(found)
    return []


def _leading(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=lambda f: (-round(f.lead, 12), f.moves))[:WIDTH]


def _grown(
    room: Room, stakes: Stakes, aim: Aim, level: Sequence[Found], among: np.ndarray, cuts: Sequence[frozenset[int]]
) -> list[Moves]:
    """The likeliest sets of one move more, by their value with the danger of renewed war held at that of the leading set."""
    grown: dict[Moves, float] = {}
    start, each = straight(room, stakes, failing_odds(room, stakes, level[0].moves))
    some = np.unique(np.linspace(0, stakes.draws - 1, min(SCREENED, stakes.draws)).astype(int))
    start, each = start[:, some], each[:, :, some]
    allowed: dict[frozenset[int], bool] = {}
    for found in level:
        taken = set(room.issue[list(found.moves)])
        free = []
        for m in among:
            if room.issue[m] not in taken:
                touched = frozenset((*taken, room.issue[m]))
                if touched not in allowed:
                    allowed[touched] = differs(room, (*found.moves, int(m)), cuts)
                if allowed[touched]:
                    free.append(int(m))
        new = [(tuple(sorted((*found.moves, m))), m) for m in free]
        new = [(moves, m) for moves, m in new if moves not in grown]
        if new:
            least = (start + each[list(found.moves)].sum(0) + each[[m for _, m in new]]).min(1)
            for (moves, _), lead in zip(new, _at_share(least, aim.wanted), strict=True):
                grown[moves] = float(lead)
    return sorted(grown, key=lambda moves: (-round(grown[moves], 12), moves))[:JUDGED]


def trimmed(room: Room, stakes: Stakes, aim: Aim, found: Found, cuts: Sequence[frozenset[int]] = ()) -> Found:
    """The same issues or fewer, at less cost, as long as the set stays good: one change at a time."""
    for _ in range(2 * len(found.moves) + LARGEST):
        tried: list[Moves] = []
        for m in found.moves:
            rest = tuple(x for x in found.moves if x != m)
            others = [int(o) for o in np.flatnonzero(room.issue == room.issue[m]) if o != m]
            tried += [rest, *(tuple(sorted((*rest, o))) for o in others)]
        better = [
            f
            for f in judge(room, stakes, aim, tried)
            if f.good(aim) and f.rank < found.rank and differs(room, f.moves, cuts)
        ]
        if not better:
            break
        found = min(better, key=lambda f: f.rank)
    return found


# --- the most that can be reached ------------------------------------------------------------------------------------


def climb(room: Room, stakes: Stakes, aim: Aim, start: Iterable[Moves] = (), steps: int = 40) -> Found:
    """The set that both sides accept most often among those that last as asked, by steps of one move from several starts.

    Parameters
    ----------
    room : Room
    stakes : Stakes
    aim : Aim
    start : iterable of tuple of int
        Where to start; by default combinations that weigh the two sides and the danger of renewed war in many ways.
    steps : int
        At most.
    """
    found = max(judge(room, stakes, aim, list(start) or _weighings(room, stakes)), key=lambda f: _height(f, aim))
    for _ in range(steps):
        around = max(judge(room, stakes, aim, _beside(room, found.moves)), key=lambda f: _height(f, aim))
        if _height(around, aim) <= _height(found, aim):
            break
        found = around
    return found


def _height(found: Found, aim: Aim) -> tuple[float, float, float, Moves]:
    # Survival counts only up to what is asked.
    missing = round(min(found.survival - aim.lasting, 0.0), 9)
    return missing, found.share, round(found.lead, 9), tuple(-m for m in found.moves)


def _beside(room: Room, moves: Moves) -> list[Moves]:
    """Sets that differ by the terms on one issue."""
    out = []
    for k in np.unique(room.issue):
        rest = tuple(m for m in moves if room.issue[m] != k)
        out += [tuple(sorted((*rest, int(m)))) for m in np.flatnonzero(room.issue == k) if m not in moves]
        if len(rest) < len(moves):
            out.append(rest)
    return [m for m in out if covers(room, m)] or [moves]


def _weighings(room: Room, stakes: Stakes) -> list[Moves]:
    """For several weights, the best terms on each issue by the sides' mean gains and the danger, weighed so."""
    gain, danger = as_sums(room, stakes)[1].mean(-1), room.more_factors.mean(-1)
    out: set[Moves] = set()
    for share, care in product(np.linspace(0, 1, 21), (0.0, 0.01, 0.03, 0.1)):
        worth = share * gain[:, 0] + (1 - share) * gain[:, 1] - care * danger
        best = [max(map(int, np.flatnonzero(room.issue == k)), key=lambda m: worth[m]) for k in np.unique(room.issue)]
        out.add(tuple(sorted(m for m in best if worth[m] > 0 or room.issue[m] in room.bound)))
    return sorted(out)


def out_of_dispute(room: Room, stakes: Stakes, issue: str) -> Room:
    """The same room, but each side has its best on one issue, whatever the other has."""
    k = stakes.preferences.issues.index(issue)
    best = np.max([stakes.gain(issue, option) for option in stakes.preferences.options[k]], axis=0)
    kept = np.flatnonzero(room.issue != k)
    met = room.met.copy()
    met[[n for n, (at, _) in enumerate(stakes.bundles.needs) if at == k]] = 1.0
    completed = stakes.together(met) - stakes.together(room.met)
    return replace(
        room, surplus=room.surplus + best - room.has[k] + completed, met=met, must=tuple(i for i in room.must if i != issue), bound=tuple(i for i in room.bound if i != k),
        wordings=tuple(room.wordings[m] for m in kept), issue=room.issue[kept],
        before=tuple(room.before[m] for m in kept), gains=room.gains[kept],
        more_met=room.more_met[kept], by_itself=room.by_itself[kept], more_factors=room.more_factors[kept],
        more_shift=room.more_shift[kept], cost=room.cost[kept],
    )  # fmt: skip
