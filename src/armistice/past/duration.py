"""How long wars last: survival curves, accelerated-failure models, and the chance that a war of some age ends soon.

lifelines makes the estimates (Kaplan and Meier, Nelson and Aalen, and the five families of `armistice.past.families` with
covariates, wars that go on, and wars in the record only because they lasted). Ranges of the chances are from a bootstrap
over wars. The seed is an argument. D. S. Bennett and A. C. Stam, "The duration of interstate wars, 1816-1985", *American
Political Science Review* 90 (1996); B. L. Slantchev, "How initiators end their wars", *American Journal of Political
Science* 48 (2004).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from lifelines import (
    GeneralizedGammaRegressionFitter,
    KaplanMeierFitter,
    LogLogisticAFTFitter,
    LogNormalAFTFitter,
    NelsonAalenFitter,
    WeibullAFTFitter,
)
from lifelines.exceptions import ApproximationWarning, ConvergenceError
from lifelines.fitters import ParametricRegressionFitter

from armistice.core.durations import ENDINGS, LEVEL, Chance, DurationFit, Estimate, GivenLasted, Survival
from armistice.core.errors import QueryError
from armistice.past.families import EXTRA, FAMILIES, log_likelihood, log_survival, refit
from armistice.past.spells import Spells

HORIZONS = (3, 6, 12, 24)
"""Months ahead for which chances are given."""
AIC_REACH = 10.0
"""Difference in AIC beyond which a model has essentially no support (Burnham and Anderson, 2002, section 2.6)."""
FIRST_FOLD = 0.4
"""Share of the wars that the first fit of the hindcast has seen."""
FOLDS = 6
"""Fits of the hindcast."""


def survival_of(spells: Spells, level: float = LEVEL) -> Survival:
    """Kaplan and Meier's curve and Nelson and Aalen's cumulative hazard, with pointwise bands.

    Parameters
    ----------
    spells : Spells
    level : float
        Share of the sampling distribution inside the bands.
    """
    arguments: dict[str, Any] = {"event_observed": spells.ended, "entry": spells.entry, "alpha": 1 - level}
    with warnings.catch_warnings():
        # Where the curve reaches 0 its log of minus the log has no variance; lifelines then leaves the band at its edge.
        warnings.simplefilter("ignore", RuntimeWarning)
        curve = KaplanMeierFitter().fit(spells.months, **arguments)
        hazard = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(spells.months, **arguments)
    table = pd.concat(
        [curve.survival_function_, curve.confidence_interval_, hazard.cumulative_hazard_, hazard.confidence_interval_],
        axis=1,
    )
    table.columns = pd.Index(["s", "s_low", "s_high", "h", "h_low", "h_high"])
    table = table.fillna({"s_low": 0.0, "s_high": 1.0, "h_low": 0.0, "h_high": 0.0})
    rows = {name: tuple(float(v) for v in table[name]) for name in table}
    return Survival(
        tuple(float(t) for t in table.index), rows["s"], rows["s_low"], rows["s_high"], rows["h"], rows["h_low"],
        rows["h_high"], len(spells), int(spells.ended.sum()),
    )  # fmt: skip


# --- models --------------------------------------------------------------------------------------------------


class _ExponentialAFTFitter(ParametricRegressionFitter):
    """The exponential law, which lifelines offers without covariates only, by its own recipe for further models."""

    _fitted_parameter_names = ("lambda_",)

    def _cumulative_hazard(self, params: dict[str, Any], T: Any, Xs: dict[str, Any]) -> Any:
        return T * np.e ** (Xs["lambda_"] @ (-1 * params["lambda_"]))


def fit_family(spells: Spells, family: str, covariates: Sequence[str] = ()) -> DurationFit:
    """Fit one accelerated-failure family by greatest likelihood.

    Parameters
    ----------
    spells : Spells
        Wars with a covariate unknown are left out.
    family : str
        One of `FAMILIES`.
    covariates : sequence of str

    Raises
    ------
    QueryError
        If the family is not known, or there are too few ended wars, or the search does not converge.
    """
    if family not in FAMILIES:
        raise QueryError(f"family {family!r}: not known; expected one of {', '.join(FAMILIES)}; choose among them")
    kept, design = spells.design(covariates)
    ended = int(kept.ended.sum())
    count = design.shape[1] + EXTRA[family]
    if ended <= count:
        raise QueryError(
            f"{family} law: {ended} ended wars for {count} parameters; expected more; give fewer covariates or more wars"
        )
    found = _estimate(kept, family, list(covariates), design)
    # lifelines stops a few steps early for some laws, which shows in the fourth decimal of a chance.
    polished = refit(family, found, kept, design, np.ones(len(kept)))
    theta = found if polished is None else polished
    likelihood = float(log_likelihood(family, theta, kept, design).sum())
    line, rest = theta[: design.shape[1]], theta[design.shape[1] :]
    return DurationFit(
        family, tuple(covariates), tuple(float(b) for b in line[1:]), float(line[0]),
        float(np.exp(rest[0])) if EXTRA[family] else 1.0, float(rest[1]) if EXTRA[family] == 2 else None,
        likelihood, 2 * count - 2 * likelihood, len(kept), ended,
    )  # fmt: skip


def _estimate(spells: Spells, family: str, covariates: list[str], design: np.ndarray) -> np.ndarray:
    """Parameters by lifelines, in the form of `families`: line, log of the scale, shape."""
    frame = pd.DataFrame({f"x{i}": design[:, i + 1] for i in range(len(covariates))})
    frame["months"], frame["ended"] = spells.months, spells.ended.astype(int)
    arguments: dict[str, Any] = {"duration_col": "months", "event_col": "ended"}
    if spells.entry is not None:
        frame["entry"] = spells.entry
        arguments["entry_col"] = "entry"
    line = " + ".join(["1", *(f"x{i}" for i in range(len(covariates)))])
    fitters: dict[str, tuple[Any, str, dict[str, str]]] = {
        "exponential": (_ExponentialAFTFitter, "lambda_", {}),
        "weibull": (WeibullAFTFitter, "lambda_", {"rho_": "1"}),
        "log_logistic": (LogLogisticAFTFitter, "alpha_", {"beta_": "1"}),
        "log_normal": (LogNormalAFTFitter, "mu_", {"sigma_": "1"}),
        "generalised_gamma": (GeneralizedGammaRegressionFitter, "mu_", {"sigma_": "1", "lambda_": "1"}),
    }
    maker, place, others = fitters[family]
    if others and family != "generalised_gamma":
        arguments["formula"] = line
    else:
        arguments["regressors"] = {place: line, **others}
    with warnings.catch_warnings():
        # The gradient is taken by lifelines, the variance matrix is not used here; its approximation is no concern.
        warnings.simplefilter("ignore", ApproximationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            found = maker().fit(frame, **arguments).params_
        except ConvergenceError as error:
            raise QueryError(
                f"{family} law: the search for the greatest likelihood did not converge; expected that it does; give fewer covariates or another law"
            ) from error
    names = ["Intercept", *(f"x{i}" for i in range(len(covariates)))]
    theta = [float(found[place, n]) for n in names]
    if family in ("weibull", "log_logistic"):
        theta.append(-float(found[next(iter(others)), "Intercept"]))
    elif others:
        theta += [float(found[p, "Intercept"]) for p in others]
    return np.array(theta)


def theta_of(fit: DurationFit) -> np.ndarray:
    """Parameters of a fit in the form of `armistice.past.families`."""
    extra = [float(np.log(fit.scale))] if EXTRA[fit.family] else []
    return np.array([fit.intercept, *fit.slopes, *extra, *([fit.shape] if fit.shape is not None else [])])


def lasts(fit: DurationFit, months: Sequence[float] | np.ndarray, at: Mapping[str, float] | None = None) -> np.ndarray:
    """Chance that a war lasts longer than some months, by a fit.

    Parameters
    ----------
    fit : DurationFit
    months : array of shape (n,)
    at : mapping of str to float, optional
        Its covariates; each that the fit has.

    Raises
    ------
    QueryError
        If a covariate of the fit is not given.
    """
    row = np.array([1.0, *_covariates_at(fit, at)])
    return np.asarray(
        np.exp(log_survival(fit.family, theta_of(fit), np.asarray(months, float), np.tile(row, (len(months), 1))))
    )


def _covariates_at(fit: DurationFit, at: Mapping[str, float] | None) -> list[float]:
    missing = [n for n in fit.covariates if n not in (at or {})]
    if missing:
        raise QueryError(
            f"{fit.family} law: no value of {missing[0]!r} for the war at hand; expected {', '.join(fit.covariates)}; give it"
        )
    return [float((at or {})[n]) for n in fit.covariates]


def fit_all(
    spells: Spells, covariates: Sequence[str] = (), families: Sequence[str] = FAMILIES
) -> tuple[DurationFit, ...]:
    """All families on the same wars, by AIC, each with its score in the hindcast where years of beginning are known.

    Parameters
    ----------
    spells : Spells
    covariates : sequence of str
    families : sequence of str

    Raises
    ------
    QueryError
        As in `fit_family`.
    """
    fits = [fit_family(spells, family, covariates) for family in families]
    if spells.begun is not None:
        fits = [_scored(fit, spells) for fit in fits]
    return tuple(sorted(fits, key=lambda f: f.aic))


def not_ruled_out(fits: Sequence[DurationFit]) -> tuple[DurationFit, ...]:
    """Fits within `AIC_REACH` of the least AIC, in the order given."""
    least = min(f.aic for f in fits)
    return tuple(f for f in fits if f.aic <= least + AIC_REACH)


def choose(fits: Sequence[DurationFit]) -> DurationFit:
    """The fit to forecast with: the best in the hindcast among those that AIC does not rule out."""
    able = not_ruled_out(fits)
    scored = [f for f in able if f.log_score is not None]
    if not scored:
        return min(able, key=lambda f: f.aic)
    return max(scored, key=lambda f: (f.log_score if f.log_score is not None else -np.inf, -f.aic))


def _scored(fit: DurationFit, spells: Spells) -> DurationFit:
    """A fit with its mean predictive log score of later wars, fitted again on what was known before they began.

    Without a score where one of the earlier fits fails: scores on fewer wars could not be compared.
    """
    kept, design = spells.design(fit.covariates)
    years = np.sort(np.asarray(kept.begun))
    places = np.linspace(int(FIRST_FOLD * len(years)), len(years), FOLDS + 1).astype(int)[:-1]
    origins = np.unique(np.floor(years[np.minimum(places, len(years) - 1)]))
    scores: list[float] = []
    for origin, following in zip(origins, [*origins[1:], np.inf], strict=True):
        known = kept.known_by(float(origin))
        later = (np.asarray(kept.begun) >= origin) & (np.asarray(kept.begun) < following)
        if known is None or known.ended.sum() < 10 or not later.any():
            continue
        seen, columns = known.design(fit.covariates)
        theta = refit(fit.family, theta_of(fit), seen, columns, np.ones(len(seen)))
        if theta is None:
            return fit
        scores += list(log_likelihood(fit.family, theta, kept.take(later), design[later]))
    if not scores:
        return fit
    return DurationFit(**{**vars(fit), "log_score": float(np.mean(scores)), "scored": len(scores)})


# --- a war that has lasted -----------------------------------------------------------------------------------


def given_lasted(
    fit: DurationFit,
    spells: Spells,
    months: float,
    horizons: Sequence[float] = HORIZONS,
    *,
    others: Sequence[DurationFit] = (),
    at: Mapping[str, float] | None = None,
    draws: int = 200,
    seed: int = 0,
) -> GivenLasted:
    """Chance that a war which has lasted some months ends within further ones, all in all and by type of ending.

    The total is one less the ratio of the chances to last by the fitted law, or the mean over the laws where several are
    given: far out they differ, and the record does not say which is right. It is split as the endings of the wars
    that lasted longer were, each type given half a war more so that none is impossible: a split by how such wars ended at
    last, whatever the horizon. Ranges: wars are drawn anew with replacement, and the law and the split made again; the draws
    go round over the laws given, so that a range tells the choice of the law as well.

    Parameters
    ----------
    fit : DurationFit
    spells : Spells
        The wars of the fit.
    months : float
        For which the war has lasted, 0 or more.
    horizons : sequence of float
        Months from now, above 0.
    others : sequence of DurationFit
        Further laws with the same covariates that the record does not rule out.
    at : mapping of str to float, optional
        Covariates of the war.
    draws, seed : int
        Of the bootstrap.

    Raises
    ------
    QueryError
        If a number is out of range, or no past war lasted as long.
    """
    _check_given(spells, months, horizons, draws)
    kept, design = spells.design(fit.covariates)
    row = np.array([1.0, *_covariates_at(fit, at)])
    ahead = np.array(sorted(horizons), float)
    laws = [fit, *(f for f in others if f.family != fit.family)]
    if any(f.covariates != fit.covariates for f in laws):
        raise QueryError("laws: not with the same covariates; expected the same; fit them together")
    typed = (kept.months > months) & kept.ended & (kept.ending != "")
    kinds = np.array([typed & (kept.ending == e) for e in ENDINGS])
    rng = np.random.default_rng(seed)
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for turn in range(draws):
        law = laws[turn % len(laws)]
        weights = rng.multinomial(len(kept), np.full(len(kept), 1 / len(kept))).astype(float)
        theta = refit(law.family, theta_of(law), kept, design, weights)
        if theta is not None:
            found.append((_ends(law.family, theta, months, ahead, row), _split(kinds, weights)))
    if len(found) < 0.8 * draws:
        raise QueryError(
            f"{fit.family} law: {draws - len(found)} of {draws} draws of wars could not be fitted; expected few; choose a law with fewer parameters"
        )
    totals, splits = np.array([t for t, _ in found]), np.array([s for _, s in found])
    central = np.mean([_ends(f.family, theta_of(f), months, ahead, row) for f in laws], axis=0)
    split = _split(kinds, np.ones(len(kept)))
    curve = survival_of(kept)
    chances = tuple(
        Chance(
            float(h), _estimate_of(central[i], totals[:, i]),
            {e: _estimate_of(central[i] * split[j], totals[:, i] * splits[:, j]) for j, e in enumerate(ENDINGS)},
            1 - curve.at(months + h) / curve.at(months),
        )
        for i, h in enumerate(ahead)
    )  # fmt: skip
    return GivenLasted(
        months, fit, tuple(f.family for f in laws), chances, int((kept.months > months).sum()), int(typed.sum()), draws,
        seed,
    )  # fmt: skip


def settles_within(fits: Sequence[DurationFit], spells: Spells, lasted: float, within: float) -> float:
    """Chance of a settlement within some months, central, as `given_lasted` has it with these laws and no covariates.

    Parameters
    ----------
    fits : sequence of DurationFit
        Laws without covariates, over which the mean is taken.
    spells : Spells
        The wars of the fits.
    lasted, within : float
        Months so far, 0 or more, and from now, above 0.

    Raises
    ------
    QueryError
        If a number is out of range, or no past war lasted as long.
    """
    _check_given(spells, lasted, (within,), 1)
    ends = [_ends(f.family, theta_of(f), lasted, np.array([within]), np.ones(1))[0] for f in fits]
    typed = (spells.months > lasted) & spells.ended & (spells.ending != "")
    split = _split(np.array([typed & (spells.ending == e) for e in ENDINGS]), np.ones(len(spells)))
    return float(np.mean(ends) * split[ENDINGS.index("settlement")])


def _check_given(spells: Spells, months: float, horizons: Sequence[float], draws: int) -> None:
    if not 0 <= months < np.inf:
        raise QueryError(f"months {months:g}: no duration; expected 0 or more; give the months that the war has lasted")
    if not horizons or min(horizons) <= 0 or draws < 1:
        raise QueryError("horizons and draws: not above 0; expected at least one month and one draw; give such numbers")
    if not (spells.months > months).any():
        raise QueryError(
            f"months {months:g}: no past war lasted so long, the longest {spells.months.max():.0f}; expected fewer; nothing can be said from the record"
        )


def _ends(family: str, theta: np.ndarray, months: float, ahead: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Chance of ending within each horizon, given that the war has lasted."""
    at = np.concatenate([[months], months + ahead])
    logs = log_survival(family, theta, at, np.tile(row, (len(at), 1)))
    return np.asarray(-np.expm1(logs[1:] - logs[0]))


def _split(kinds: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Shares of the types of ending, half a war added to each (Jeffreys' prior)."""
    counts = kinds @ weights + 0.5
    return np.asarray(counts / counts.sum())


def _estimate_of(central: float, draws: np.ndarray) -> Estimate:
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(central), float(min(low, central)), float(max(high, central)))
