"""One node of screening between two types, on a grid of beliefs: an oracle that shares nothing with the library."""

from __future__ import annotations

import numpy as np


def offers_on_a_grid(
    beliefs: np.ndarray, refuse: np.ndarray, fight: np.ndarray, strong: float
) -> dict[str, np.ndarray]:
    """The best of all beliefs that a refusal can leave, or of contenting both types, for every belief at once."""
    points = len(beliefs)
    share = np.divide(beliefs[:, None], beliefs, out=np.full((points, points), np.inf), where=beliefs > 0)
    share[0, 0] = 1.0
    kept = np.minimum(share, 1)
    payoff = np.where(share <= 1, (1 - kept) * (1 - np.maximum(refuse, 0)) + kept * fight, -np.inf)
    # Where R steps over zero the next offer is mixed so that fighting is worth nothing, as much as the offer.
    payoff[:, np.append(refuse[1:], np.inf) < 0] = -np.inf
    best, at = payoff.max(1), payoff.argmax(1)
    pools = 1 - strong >= best
    return {
        "value": np.where(pools, 1 - strong, best),
        "offer": np.where(pools, strong, np.maximum(refuse, 0)[at]),
        "p_accept": np.where(pools, 1.0, 1 - kept[np.arange(points), at]),
        "posterior": np.where(pools, 1.0, beliefs[at]),
        "cutoff": np.full(points, beliefs[np.argmax(pools)]),
    }
