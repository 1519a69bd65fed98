r"""The laws of duration: survival, density and likelihood of five accelerated-failure families.

In all of them the log of the duration T is a line plus scaled noise, :math:`\log T = x'\beta + \sigma\varepsilon`, so that
with :math:`z = (\log t - x'\beta)/\sigma` the chance to last longer than t is

==================  =====================================================================
exponential         :math:`\exp(-e^{z})` with :math:`\sigma = 1`
Weibull             :math:`\exp(-e^{z})`
log-logistic        :math:`1/(1+e^{z})`
log-normal          :math:`\Phi(-z)`
generalised gamma   :math:`Q(1/q^2, e^{qz}/q^2)`, and :math:`P` for negative q (Prentice 1974)
==================  =====================================================================

with P and Q the regularised incomplete gamma functions. lifelines makes the estimates; these forms let them be used, scored
and, with weights for the wars, fitted again from there: a bootstrap needs hundreds of fits. Kalbfleisch and Prentice, *The
Statistical Analysis of Failure Time Data* (2nd ed., 2002), chapters 2 and 3.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammainc, gammaincc, gammaln, log_expit, log_ndtr

from armistice.past.spells import Spells

FAMILIES = ("exponential", "weibull", "log_logistic", "log_normal", "generalised_gamma")
"""Names of the laws, from few parameters to many."""
EXTRA = {"exponential": 0, "weibull": 1, "log_logistic": 1, "log_normal": 1, "generalised_gamma": 2}
"""Parameters beside the line: the log of the scale, and the shape."""
_TINY = 1e-300


def log_survival(family: str, theta: np.ndarray, months: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Log of the chance to last longer than some months.

    Parameters
    ----------
    family : str
    theta : array
        Line, then the log of the scale and the shape where the family has them.
    months : array of shape (wars,)
        Not negative; 0 gives 0.
    design : array of shape (wars, line)
    """
    z, _, q = _standard(family, theta, months, design)
    if family == "log_logistic":
        return np.asarray(log_expit(-z))
    if family == "log_normal" or (family == "generalised_gamma" and abs(q) < 1e-4):
        return np.asarray(log_ndtr(-z))
    if family == "generalised_gamma":
        left = gammaincc if q > 0 else gammainc
        return np.asarray(np.log(np.maximum(left(q**-2, np.exp(np.clip(q * z, -700, 600)) / q**2), _TINY)))
    return np.asarray(-np.exp(np.minimum(z, 700)))


def log_density(family: str, theta: np.ndarray, months: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Log of the density of ending after some months, per month; shapes as in `log_survival`, months above 0."""
    z, log_scale, q = _standard(family, theta, months, design)
    if family == "log_logistic":
        own = log_expit(z) + log_expit(-z)
    elif family == "log_normal" or (family == "generalised_gamma" and abs(q) < 1e-4):
        own = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    elif family == "generalised_gamma":
        k, w = q**-2, np.clip(q * z, -700, 700)
        own = np.log(abs(q)) + k * (np.log(k) + w - np.exp(w)) - gammaln(k)
    else:
        own = z - np.exp(np.minimum(z, 700))
    return np.asarray(own - log_scale - np.log(months))


def _standard(
    family: str, theta: np.ndarray, months: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, float, float]:
    """The standardised log duration, the log of the scale, and the shape."""
    line = theta[: design.shape[1]]
    rest = theta[design.shape[1] :]
    log_scale = float(rest[0]) if EXTRA[family] else 0.0
    with np.errstate(divide="ignore"):
        z = (np.log(months) - design @ line) / np.exp(log_scale)
    return z, log_scale, float(rest[1]) if EXTRA[family] == 2 else 1.0


def log_likelihood(family: str, theta: np.ndarray, spells: Spells, design: np.ndarray) -> np.ndarray:
    """Contribution of each war: density where it ended, survival where not, given that it lasted to its entry."""
    last = log_survival(family, theta, spells.months, design)
    end = log_density(family, theta, spells.months, design)
    own = np.where(spells.ended, end, last)
    if spells.entry is not None:
        own = own - log_survival(family, theta, spells.entry, design)
    return own


def refit(family: str, start: np.ndarray, spells: Spells, design: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
    """Parameters of greatest weighted likelihood, from a start nearby; None where the search finds none.

    Parameters
    ----------
    family : str
    start : array
        Parameters found on all wars.
    spells : Spells
    design : array of shape (wars, line)
    weights : array of shape (wars,)
        How often each war counts.
    """
    total = weights.sum()

    def loss(theta: np.ndarray) -> float:
        # The search may step where numbers overflow; such a step is refused below.
        with np.errstate(all="ignore"):
            value = -float(np.sum(weights * log_likelihood(family, theta, spells, design))) / total
        return value if np.isfinite(value) else 1e10

    with np.errstate(all="ignore"):
        found = minimize(loss, start, method="BFGS", options={"gtol": 1e-5})
    kept = np.all(np.isfinite(found.x)) and found.fun < 1e9 and np.max(np.abs(found.x - start)) < 20
    return np.asarray(found.x) if kept else None
