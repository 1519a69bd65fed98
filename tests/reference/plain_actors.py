"""The two models of many actors in plain loops, for reading: the oracle of the tests and the baseline of the benchmark.

Written from the formulas before the fast versions, on lists of numbers and without arrays; one term of the published
formula is one line here.
"""

from __future__ import annotations

import math

Numbers = list[float]
Matrix = list[list[float]]
NOTHING = 1e-12
"""What counts as zero for an expected utility or a distance in shares of the range."""


# --- expected utility -----------------------------------------------------------------------------------------


def weighted_median(positions: Numbers, weights: Numbers) -> float:
    reached, half = 0.0, math.fsum(weights) / 2
    for position, weight in sorted(zip(positions, weights, strict=True)):
        reached += weight
        if reached >= half * (1 - NOTHING):
            return position
    raise AssertionError("no weights")


def votes_between(x: Numbers, w: Numbers, i: int, j: int) -> Numbers:
    """What each actor throws in for the position of i against that of j, in shares of the range."""
    return [w[k] * (abs(x[k] - x[j]) - abs(x[k] - x[i])) for k in range(len(x))]


def chance(x: Numbers, w: Numbers, i: int, j: int) -> float:
    votes = votes_between(x, w, i, j)
    cast = math.fsum(abs(v) for v in votes)
    return 0.5 if cast <= 1e-13 * sum(w) else math.fsum(max(0.0, v) for v in votes) / cast


def challenge(x: Numbers, s: Numbers, p: Matrix, i: int, j: int, r: float, median: float, q: float, t: float) -> float:
    """Expected utility of a challenge of i to j, with the risk exponent r; positions in shares of the range."""
    apart, from_median = abs(x[i] - x[j]), abs(x[i] - median)
    success = 2 - 4 * (0.5 - 0.5 * apart) ** r
    failure = 2 - 4 * (0.5 + 0.5 * apart) ** r
    same = 2 - 4 * 0.5**r
    better = 2 - 4 * max(0.5 - 0.25 * (from_median + apart), 0.0) ** r
    worse = 2 - 4 * (0.5 + 0.25 * (from_median + apart)) ** r
    contested = s[j] * (p[i][j] * success + (1 - p[i][j]) * failure) + (1 - s[j]) * success
    return contested - q * same - (1 - q) * (t * better + (1 - t) * worse)


def risk_exponents(x: Numbers, s: Numbers, p: Matrix, median: float, q: float, t: float) -> Numbers:
    actors = range(len(x))
    danger = [sum(challenge(x, s, p, j, i, 1.0, median, q, t) for j in actors if j != i) for i in actors]
    span = max(danger) - min(danger)
    if span <= NOTHING:
        return [1.0 for _ in actors]
    taken = [(2 * d - max(danger) - min(danger)) / span for d in danger]
    return [(1 - a / 3) / (1 + a / 3) for a in taken]


def moved(x: Numbers, s: Numbers, p: Matrix, r: Numbers, median: float, q: float, t: float) -> Numbers:
    """Positions after each actor has taken the offer that asks it to move least; of two alike, the lower position."""
    after = []
    for i in range(len(x)):
        offers = []
        for j in range(len(x)):
            if abs(x[i] - x[j]) <= NOTHING:
                continue
            mine = challenge(x, s, p, i, j, r[i], median, q, t)
            theirs = challenge(x, s, p, j, i, r[i], median, q, t)
            if theirs <= NOTHING:
                continue
            if mine > NOTHING and theirs > mine + NOTHING:  # a confrontation that i would lose
                offers.append(x[j] - x[i])
            elif mine < -NOTHING:  # a compromise, or all of the way
                offers.append((x[j] - x[i]) * min(abs(mine / theirs), 1.0))
        least = min((abs(o) for o in offers), default=0.0)
        best = [o for o in offers if abs(o) <= least + NOTHING]
        after.append(x[i] + min(best, default=0.0))
    return after


def expected_utility(
    positions: Numbers, salience: Numbers, capability: Numbers, rounds: int = 1, risk: bool = True,
    q: float = 1.0, t: float = 0.5,
) -> dict[str, object]:  # fmt: skip
    n = len(positions)
    low, span = min(positions), (max(positions) - min(positions)) or 1.0
    w = [c * s for c, s in zip(capability, salience, strict=True)]
    x = [(position - low) / span for position in positions]
    walked, first = [list(positions)], {}
    for _ in range(rounds + 1):
        p = [[chance(x, w, i, j) for j in range(n)] for i in range(n)]
        median = weighted_median(x, w)
        r = risk_exponents(x, salience, p, median, q, t) if risk else [1.0] * n
        if not first:
            first = {"p": p, "r": r, "votes": [[sum(votes_between(x, w, i, j)) for j in range(n)] for i in range(n)]}
        x = moved(x, salience, p, r, median, q, t)
        walked.append([low + span * position for position in x])
    walked = walked[: rounds + 1]
    return {
        "mean": sum(a * b for a, b in zip(w, positions, strict=True)) / sum(w),
        "median": weighted_median(positions, w),
        "rounds": walked,
        "means": [sum(a * b for a, b in zip(w, row, strict=True)) / sum(w) for row in walked],
        "medians": [weighted_median(row, w) for row in walked],
        **first,
    }  # fmt: skip


def moved_once(positions: Numbers, salience: Numbers, capability: Numbers) -> Numbers:
    """Positions after one round, and nothing else."""
    low, span = min(positions), (max(positions) - min(positions)) or 1.0
    x = [(position - low) / span for position in positions]
    w = [c * s for c, s in zip(capability, salience, strict=True)]
    p = [[chance(x, w, i, j) for j in range(len(x))] for i in range(len(x))]
    median = weighted_median(x, w)
    r = risk_exponents(x, salience, p, median, 1.0, 0.5)
    return [low + span * position for position in moved(x, salience, p, r, median, 1.0, 0.5)]


# --- the central position of KTAB -----------------------------------------------------------------------------


def coalitions(
    positions: Numbers, salience: Numbers, capability: Numbers, risk: Numbers, span: float | None = None
) -> Matrix:
    """Strength of the coalition for each actor's position against each other's, with votes in proportion to stakes."""
    n, span = len(positions), span or (max(positions) - min(positions)) or 1.0

    def utility(k: int, i: int) -> float:
        apart = salience[k] * abs(positions[k] - positions[i]) / span
        return (1 - apart) * (1 + apart * risk[k])

    out = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                out[i][j] += max(0.0, capability[k] * (utility(k, i) - utility(k, j)))
    return out


def victories(coalition: Matrix, n: float) -> Matrix:
    size = len(coalition)
    out = [[0.5] * size for _ in range(size)]
    for i in range(size):
        for j in range(size):
            top = max(coalition[i][j], coalition[j][i])
            if i != j and top > 0:
                for_i, for_j = (coalition[i][j] / top) ** n, (coalition[j][i] / top) ** n
                out[i][j] = for_i / (for_i + for_j)
    return out


def challenges(coalition: Matrix, victory: Matrix, incentive: bool) -> Matrix:
    """Chance that option a challenges option b where b stands, [a][b]; columns sum to 1."""
    size = len(coalition)
    if not incentive:
        return [[1 / size] * size for _ in range(size)]
    drawn = [[coalition[a][b] * victory[a][b] if a != b else 0.0 for b in range(size)] for a in range(size)]
    out = [[0.0] * size for _ in range(size)]
    for b in range(size):
        total = sum(drawn[a][b] for a in range(size))
        for a in range(size):
            out[a][b] = drawn[a][b] / total if total > 0 else float(a == b)
    return out


def central(victory: Matrix, challenge_of: Matrix, steps: int = 200_000) -> Numbers:
    """Chance of each option, by repeated challenges from the uniform start."""
    size = len(victory)
    p = [1 / size] * size
    for _ in range(steps):
        after = [
            sum(victory[a][b] * (p[a] * challenge_of[b][a] + p[b] * challenge_of[a][b]) for b in range(size))
            for a in range(size)
        ]
        after = [(a + b) / 2 for a, b in zip(after, p, strict=True)]
        if max(abs(a - b) for a, b in zip(after, p, strict=True)) < 1e-14:
            return after
        p = after
    return p


def smp(coalition: Matrix, n: float = 2) -> dict[str, object]:
    victory = victories(coalition, n)
    return {
        "victory": victory,
        "p_uniform": central(victory, challenges(coalition, victory, False)),
        "p_incentive": central(victory, challenges(coalition, victory, True)),
    }
