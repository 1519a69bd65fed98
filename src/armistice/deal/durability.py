"""Whether a peace would last: the hazard of renewed war, by the terms of the peace.

The chance that peace still holds t years after a settlement is

.. math:: S(t) = e^{-h\\,t^k}, \\qquad h = h_0 \\prod_c f_c \\; e^{b_1 L + b_2 I + b_3 |s|},

with a hazard of the first year h\\ :sub:`0` from the past, a power k below 1 (the danger falls as peace lasts), the factors f of
the clauses (`kinds`), the lean L of the terms to one side of what war would yield, I = 1 where no belligerent had a hand in the
terms, and the shift s of power that the clauses bring. This is the hazard of Werner and Yuen (2005), who hold that peace fails
where terms drift from what war would yield and where it was imposed, with the strength of agreements after Fortna (2003).
The coefficients are judgements with wide ranges, **not** their estimates.

References: S. Werner and A. Yuen, "Making and Keeping Peace", *International Organization* 59 (2005) 261–292; V. P. Fortna,
"Scraps of Paper? Agreements and the Durability of Peace", *International Organization* 57 (2003) 337–372 (both from memory).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from armistice.core.settlement import Ground, Provision
from armistice.core.war import Range, War
from armistice.deal.kinds import effect_of
from armistice.deal.preferences import drawn

RENEWAL: Mapping[str, Range] = {
    "base": Range(
        0.02, 0.06, 0.15, "judgement: of the ceasefires between states since 1946 something like half broke sooner or "
        "later, most of them early (from memory of Fortna 2003)",
    ),
    "shape": Range(0.6, 0.8, 1.0, "judgement: most that break do so in the first years (from memory of Fortna 2003)"),
    "lean": Range(0.0, 2.0, 5.0, "judgement: terms a tenth of all that is at stake away from what war would yield raise the "
                  "danger by about a fifth"),
    "imposed": Range(0.0, 0.3, 0.8, "judgement, in the direction of Werner and Yuen (2005): by about a third"),
    "shift": Range(0.0, 2.0, 5.0, "judgement: a tenth more chance to prevail raises the danger by about a fifth"),
}  # fmt: skip
"""Numbers of the hazard: h₀ a year, the power k, and the coefficients of lean, imposition and shift."""
_STEP = 0.5
_S = np.exp(np.arange(-12.0, 4.0, _STEP))
_W = _STEP * _S * np.exp(-_S)


def renewal_numbers(draws: int, seed: int) -> dict[str, np.ndarray]:
    """Draws of `RENEWAL`, each of shape (draws,)."""
    return {name: drawn(spread, draws, seed, f"renewal {name}") for name, spread in RENEWAL.items()}


def dangers_of(
    clauses: Sequence[Provision], war: War, ground: Ground, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """What clauses do to the danger of renewed war and to power.

    Returns
    -------
    factors : ndarray, shape (clauses, draws)
        Logarithms of the factors on the hazard.
    shifts : ndarray, shape (clauses, draws)
        Change in side A's chance to prevail.
    """
    factors, shifts = np.zeros((len(clauses), draws)), np.zeros((len(clauses), draws))
    for c, clause in enumerate(clauses):
        effect = effect_of(clause, war, ground)
        # One draw for all clauses of a kind, in all drafts: who doubts a guarantee in one doubts it in the other.
        factors[c] = np.log(drawn(effect.hazard_factor, draws, seed, f"{clause.kind} hazard"))
        shifts[c] = drawn(effect.power_shift, draws, seed, f"{clause.kind} shift")
    return factors, shifts


def renewal_hazard(
    factors: np.ndarray, lean: np.ndarray, imposed: bool, shift: np.ndarray, numbers: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Hazard of the first year, in which the chance that peace holds is exp(-hazard).

    Parameters
    ----------
    factors : ndarray
        Sum of the logarithms of the factors of the clauses.
    lean, shift : ndarray
        In utility; in chance to prevail. Broadcast with `factors`.
    imposed : bool
    numbers : mapping of str to ndarray
        Draws of `RENEWAL`, which broadcast too.
    """
    exponent = factors + numbers["lean"] * lean + numbers["shift"] * np.abs(shift) + numbers["imposed"] * imposed
    return numbers["base"] * np.exp(exponent)


def share_in_peace(hazard: np.ndarray, shape: np.ndarray, discount: np.ndarray) -> np.ndarray:
    """Share of the discounted future in which peace still holds, 0 to 1.

    .. math:: a = \\int_0^\\infty r e^{-rt} S(t)\\,dt, \\qquad r = -12 \\ln \\delta,

    by the trapezoidal rule in the logarithm of time, whose error is below 0.0001.

    Parameters
    ----------
    hazard, shape : ndarray
        Of the first year; the power of time.
    discount : ndarray
        Weight of next month.
    """
    rate = -12 * np.log(discount)
    times = (_S[:, None] / np.atleast_1d(rate)) ** np.atleast_1d(shape)
    out = np.zeros(np.broadcast_shapes(np.shape(hazard), times.shape[1:]))
    for time, weight in zip(times, _W, strict=True):
        out += weight * np.exp(-hazard * time)
    return out
