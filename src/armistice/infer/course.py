"""How a front is carried on from a state: the equations of `armistice.infer.process`, in plain arrays, without sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armistice.infer.process import HEAVY, MOST_LOG_PACE

MOST_MONTHS = 60
"""Longest horizon."""


@dataclass(frozen=True)
class Course:
    """The state from which paths set out; arrays [draw, front], or [draw] for what the fronts share."""

    log_pace: np.ndarray
    long_run: np.ndarray
    innovation: np.ndarray
    shock: np.ndarray
    persistence: np.ndarray
    common: np.ndarray
    season: np.ndarray
    unit: np.ndarray
    held: np.ndarray
    whole: np.ndarray

    def walk(self, months: Sequence[int], rng: np.random.Generator) -> np.ndarray:
        """Movement of the months ahead, given as months of the year, km²; shape (draws, months, fronts)."""
        now, held = self.log_pace, self.held
        draws, fronts = now.shape
        angle = 2 * np.pi * np.asarray(months) / 12
        waves = np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])
        factor = np.exp(self.season @ waves)
        out = np.empty((draws, len(months), fronts))
        for at in range(len(months)):
            push = np.sqrt(self.common)[:, None] * rng.standard_normal((draws, 1))
            push = push + np.sqrt(1 - self.common)[:, None] * rng.standard_normal((draws, fronts))
            now = self.long_run + self.persistence[:, None] * (now - self.long_run) + self.innovation * push
            pace = now + self.shock * np.sinh(HEAVY * rng.standard_normal((draws, fronts))) / HEAVY
            raw = self.unit * factor[:, at, None] * np.sinh(np.clip(pace, -MOST_LOG_PACE, MOST_LOG_PACE))
            out[:, at] = bounded(raw, held, self.whole - held)
            held = held + out[:, at]
        return out


def bounded(raw: np.ndarray, held: np.ndarray, left: np.ndarray) -> np.ndarray:
    """The slow-down of `armistice.infer.process.bounded`, where nothing held or left means no movement."""
    room = np.maximum(np.where(raw > 0, left, held), 0.0)
    share = np.abs(raw) / np.maximum(room, 1e-9)
    return np.sign(raw) * room * -np.expm1(-share)
