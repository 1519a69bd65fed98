"""Places for names in a plot: beside points and lines, within regions, and never on another name.

Each function lists candidates, the best first; `Room` takes the one that is least in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from armistice.show.canvas import Label, overlaps, text_width

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, px."""


@dataclass
class Room:
    """Where names may stand: the frame, the boxes that are taken, and lines that had better be left free."""

    frame: Box
    taken: list[Box] = field(default_factory=list)
    lines: list[np.ndarray] = field(default_factory=list)

    def settle(self, candidates: Sequence[Label], own: int | None = None, most: float = np.inf) -> Label | None:
        """The candidate that covers no name, the fewest points of lines, and is near no line but its own.

        None where there is no such place, or the best is worse than `most`.
        """
        sizes = [len(line) for line in self.lines]
        spots = np.concatenate(self.lines) if self.lines else np.empty((0, 2))
        other = np.repeat(np.arange(len(sizes)), sizes) != (-1 if own is None else own)
        best, least = None, most
        for order, label in enumerate(candidates):
            left, top, right, bottom = label.box
            frame = self.frame
            if left < frame[0] or top < frame[1] or right > frame[2] or bottom > frame[3]:
                continue
            if any(overlaps((left - 3, top, right + 3, bottom), box) for box in self.taken):
                continue
            cost = 3.0 * _inside_box(spots, label.box, 1).sum() + 0.04 * order
            if own is not None:
                cost += float((_inside_box(spots, label.box, 9) & other).sum())
            if cost < least:
                best, least = label, cost
        if best is not None:
            self.taken.append(best.box)
        return best


def _inside_box(spots: np.ndarray, box: Box, edge: float) -> np.ndarray:
    left, top, right, bottom = box
    along = (spots[:, 0] > left - edge) & (spots[:, 0] < right + edge)
    return along & (spots[:, 1] > top - edge) & (spots[:, 1] < bottom + edge)


def dense(run: np.ndarray) -> np.ndarray:
    """Points at most 3 px apart along a line."""
    if len(run) < 2:
        return run
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(run, axis=0).T))])
    at = np.linspace(0, steps[-1], max(2, int(steps[-1] / 3)))
    return np.stack([np.interp(at, steps, run[:, 0]), np.interp(at, steps, run[:, 1])], axis=1)


def around(name: str, x: float, y: float, size: float) -> list[Label]:
    """Places for the name of a point."""
    places = [(11, 0, "left"), (-11, 0, "right"), (0, -17, "center"), (0, 17, "center"), (9, -12, "left")]
    places += [(9, 12, "left"), (-9, -12, "right"), (-9, 12, "right"), (9, -20, "left"), (9, 20, "left")]
    places += [(-9, -20, "right"), (-9, 20, "right"), (0, -30, "center"), (0, 30, "center"), (9, 30, "left")]
    return [Label(name, x + dx, y + dy, align, size, True) for dx, dy, align in places]


def beside(name: str, at: float, across: bool, frame: Box, size: float) -> list[Label]:
    """Places for the name of an upright line, or one across, at `at` px: along its ends, on either side of it."""
    if across:
        return [
            Label(name, x, at + dy, align, size)
            for dy in (-9, 9)
            for x, align in ((frame[2] - 4, "right"), (frame[0] + 4, "left"), ((frame[0] + frame[2]) / 2, "center"))
        ]
    tall = frame[3] - frame[1]
    return [
        Label(name, at + dx, frame[1] + 9 + part * (tall - 18), align, size)
        for part in (0.0, 0.08, 0.16, 1.0, 0.92, 0.84, 0.5, 0.3, 0.7)
        for dx, align in ((6, "left"), (-6, "right"))
    ]


def along(name: str, run: np.ndarray, size: float) -> list[Label]:
    """Places for the name of a curve, above, below or beside it; the right part is preferred."""
    if not name:
        return []
    line, tall = dense(run), size * 0.95
    places = [(0.0, -tall, "center"), (0.0, tall, "center"), (8.0, 0.0, "left"), (-8.0, 0.0, "right")]
    places += [(6.0, -tall, "left"), (-6.0, -tall, "right"), (6.0, tall, "left"), (-6.0, tall, "right")]
    parts = sorted(np.linspace(0.02, 0.98, 25), key=lambda part: abs(part - 0.75))
    spots = [line[int(part * (len(line) - 1))] for part in parts]
    return [Label(name, x + dx, y + dy, align, size) for x, y in spots for dx, dy, align in places]


def within(mask: np.ndarray, name: str, frame: Box, size: float) -> list[Label]:
    """Places where a name lies wholly in a region, the middle of it first."""
    down, across = mask.shape
    wide, tall = (frame[2] - frame[0]) / across, (frame[3] - frame[1]) / down
    half_x, half_y = int(text_width(name, size, True) / 2 / wide) + 2, int(size * 0.7 / tall) + 2
    if 2 * half_x >= across or 2 * half_y >= down:
        return []
    total = np.zeros((down + 1, across + 1), int)
    total[1:, 1:] = mask.cumsum(0).cumsum(1)
    h, w = 2 * half_y, 2 * half_x
    filled = total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w]
    rows, columns = np.nonzero(filled == h * w)
    if not len(rows):
        return []
    inner = (np.mean(rows), np.mean(columns))
    order = np.argsort(np.hypot((rows - inner[0]) * tall, (columns - inner[1]) * wide), kind="stable")
    chosen = order[np.unique(np.linspace(0, len(order) - 1, 160).astype(int))]
    return [
        Label(name, frame[0] + (columns[k] + half_x) * wide, frame[3] - (rows[k] + half_y) * tall, "center", size, True)
        for k in chosen
    ]


def inside(name: str, ring: np.ndarray, size: float) -> list[Label]:
    """Places in a zone where it is high enough for a name over the name's whole width, the highest first."""
    count = (len(ring) - 1) // 2
    x, one, two = ring[:count, 0], ring[:count, 1], ring[count : 2 * count, 1][::-1]
    upper, lower = np.minimum(one, two), np.maximum(one, two)
    half, out = text_width(name, size, True) / 2 + 3, []
    for middle in np.linspace(x[0] + half, x[-1] - half, 25) if x[-1] - x[0] > 2 * half else ():
        span = np.linspace(middle - half, middle + half, 9)
        top, bottom = np.interp(span, x, upper).max(), np.interp(span, x, lower).min()
        free = bottom - top - size * 1.3
        out += [
            (free, Label(name, float(middle), float(top + (part * free + size * 0.65)), "center", size, True))
            for part in (0.5, 0.2, 0.8)
            if free > 0
        ]
    return [label for _, label in sorted(out, key=lambda pair: -pair[0])]
