"""The central position of a scalar market of positions: how likely each of several options is to come out of a bargain.

Option i is backed against option j by a coalition of strength C_ij and prevails with the chance
:math:`V_{ij} = C_{ij}^n / (C_{ij}^n + C_{ji}^n)`. From the option b that stands, a challenge comes from option a with the
chance K(a|b): one over the number of options, or in proportion to the incentive C_ab V_ab. The chance of each option is
the limit of

.. math:: P'(a) = \\sum_b V_{ab} (P(a) K(b|a) + P(b) K(a|b)),

each step averaged with the one before, from equal chances. For actors on a line, actor k likes the position of i by
:math:`u = (1 - d)(1 + d R_k)` with its risk attitude R_k and its salience times the distance, d, in shares of the scale,
and :math:`C_{ij} = \\sum_k c_k [u_{ki} - u_{kj}]^+`.

Reference: B. P. Wise, L. Lester and B. Efird, documentation of the KAPSARC Toolkit for Behavioral Analysis (KTAB), King
Abdullah Petroleum Studies and Research Center.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from armistice.core.model import CHECKED, DERIVED, PRINTED, Input, Model, Output, Rule

REFERENCE = (
    "B. P. Wise, L. Lester and B. Efird, documentation of the KAPSARC Toolkit for Behavioral Analysis (KTAB), "
    "King Abdullah Petroleum Studies and Research Center"
)
Array = Any
"""A number or an array of numbers."""
ROUNDING = 1e-14
"""Coalitions below this share of all capability are none."""
SQUARINGS = 60
"""Of the matrix of steps, at most; each doubles the number of steps taken."""
AT_REST = 1e-15
"""Change of a chance by which the last doubling counts as none."""


def smp(
    coalition: Array, n: Array, positions: Array = None, salience: Array = None, capability: Array = None,
    risk: Array = None, span: Array = None,
) -> dict[str, Array]:  # fmt: skip
    """How likely each option is, where coalitions form for and against each pair of options.

    Players: actors with positions; or the coalitions that they form, given as a matrix.
    Timing: the option that stands is challenged by one other at a time, again and again.
    Information: complete.
    Payoffs: an actor likes an option by (1 - d)(1 + d R), with salience times distance d and risk attitude R.
    Equilibrium: the limit of P'(a) = sum_b V_ab (P(a) K(b|a) + P(b) K(a|b)), with V_ab = C_ab^n / (C_ab^n + C_ba^n).
    Comparative statics: an option's chance rises with the coalition for it; as n grows the stronger of two prevails more surely.
    Cannot say: in which order challenges come, or that talks end; a chance here is a share of a long bargain.

    `coalition` is an array [..., options, options]; positions, salience, capability and risk are arrays [..., actors]
    with any leading axes that broadcast, say draws of uncertain inputs. Where positions are given, coalitions are found
    from them.
    """
    at = None if positions is None else np.asarray(positions, float)
    if at is not None:
        alone = {"salience": 1.0, "capability": 1.0, "risk": 0.0}
        given = {"salience": salience, "capability": capability, "risk": risk}
        coalition = coalitions(at, span=span, **{k: alone[k] if v is None else v for k, v in given.items()})
    strength = np.asarray(coalition, float)
    victory = _victories(strength, np.asarray(n, float))
    size = strength.shape[-1]
    off = ~np.eye(size, dtype=bool)
    uniform = _central(victory, np.full((size, size), 1 / size))
    incentive = _central(victory, _incentives(np.where(off, strength * victory, 0.0)))
    return {
        "p_uniform": uniform, "p_incentive": incentive, "victory": victory, "coalitions": strength,
        "mean_uniform": None if at is None else (uniform * at).sum(-1),
        "mean_incentive": None if at is None else (incentive * at).sum(-1),
    }  # fmt: skip


def coalitions(positions: Array, salience: Array, capability: Array, risk: Array, span: Array = None) -> Array:
    """Strength of the coalition for each actor's position against each other's.

    An actor backs the nearer of two positions, so that sums over the actors to the left of the midpoint are enough:
    n² log n steps for n actors rather than n³.

    Parameters
    ----------
    positions, salience, capability, risk : array, [..., actors]
        Salience from 0 to 1, capability at least 0, risk attitude from -1 to 1. They broadcast.
    span : float or array, [...], optional
        Length of the scale; by default the range of the positions.

    Returns
    -------
    ndarray, [..., actors, actors]
        In units of capability.
    """
    x, s, c, risk = np.broadcast_arrays(*(np.asarray(v, float) for v in (positions, salience, capability, risk)))
    low, high = x.min(-1, keepdims=True), x.max(-1, keepdims=True)
    length = high - low if span is None else np.asarray(span, float)[..., None]
    x = (x - low) / np.where(length > 0, length, 1.0)
    shape, n = x.shape, x.shape[-1]
    x, s, c, risk = (v.reshape(-1, n) for v in (x, s, c, risk))
    order = np.argsort(x, axis=-1, kind="stable")
    at, s, c, risk = (np.take_along_axis(v, order, -1) for v in (x, s, c, risk))
    # u = 1 - linear |x_k - x| - square (x_k - x)^2, weighted by capability
    linear, square = c * s * (1 - risk), c * s**2 * risk
    terms = np.stack([linear, linear * at, square, square * at, square * at**2])
    sums = np.concatenate([np.zeros((5, len(x), 1)), np.cumsum(terms, axis=-1)], axis=-1)
    one, two = np.triu_indices(n, 1)
    offset = 2.0 * np.arange(len(x))[:, None]
    middle = (at[:, one] + at[:, two]) / 2
    place = np.searchsorted((at + offset).ravel(), (middle + offset).ravel(), side="right").reshape(middle.shape)
    place += np.arange(len(x))[:, None]  # each row of sums has one entry more than there are actors
    under = sums.reshape(5, -1)[:, place]
    for_left, for_right = _backing(sums, under, at, one, two)
    out = np.zeros((len(x), n, n))
    rows = np.arange(len(x))[:, None]
    least = ROUNDING * c.sum(-1, keepdims=True)  # what the sums leave where nobody cares
    out[rows, order[:, one], order[:, two]] = np.where(for_left > least, for_left, 0.0)
    out[rows, order[:, two], order[:, one]] = np.where(for_right > least, for_right, 0.0)
    return out.reshape(*shape, n)


def _backing(sums: Array, under: Array, at: Array, one: Array, two: Array) -> tuple[Array, Array]:
    """Coalitions for the left and for the right of each pair, from sums up to the midpoint.

    With w actors' linear weight and z = x_k, the sum of w |z - x| to the left of the midpoint is S - 2 S(x), where
    S = sum of w z - x sum of w up to the midpoint and S(x) the same up to x.
    """
    left, right = at[:, one], at[:, two]
    total = sums[:, :, -1][:, :, None]

    def short(part: Array, place: Array) -> Array:
        return part[1] - place * part[0]

    def squared(part: Array, place: Array) -> Array:
        return part[4] - 2 * place * part[3] + place**2 * part[2]

    n = at.shape[-1]
    own = sums[:, :, :n][0:2]
    own = own[1] - at * own[0]  # minus the weighted distance of all to the left of each actor
    over = total - under
    for_left = -short(under, right) - (short(under, left) - 2 * own[:, one])
    for_left += squared(under, right) - squared(under, left)
    beyond = (total[1] - at * total[0]) - own  # weighted distance of all to the right of each actor
    for_right = short(over, left) - (2 * beyond[:, two] - short(over, right))
    for_right += squared(over, left) - squared(over, right)
    return for_left, for_right


def _victories(strength: Array, n: Array) -> Array:
    """Chance that the row's option prevails over the column's; one half where neither has a coalition."""
    other = np.swapaxes(strength, -1, -2)
    top = np.maximum(strength, other)
    scale = np.where(top > 0, top, 1.0)
    n = n[..., None, None]
    mine, theirs = (strength / scale) ** n, (other / scale) ** n
    out = np.where(top > 0, mine / np.where(top > 0, mine + theirs, 1.0), 0.5)
    return np.where(np.eye(strength.shape[-1], dtype=bool), 0.5, out)


def _incentives(drawn: Array) -> Array:
    """Columns in shares; an option that nobody would gain by challenging is not challenged."""
    total = drawn.sum(-2, keepdims=True)
    return np.where(total > 0, drawn / np.where(total > 0, total, 1.0), np.eye(drawn.shape[-1]))


def _central(victory: Array, challenge: Array) -> Array:
    """Limit of repeated challenges from equal chances, by doubling the number of steps."""
    size = victory.shape[-1]
    unit = np.eye(size)
    step = victory * challenge
    stays = (victory * np.swapaxes(challenge, -1, -2)).sum(-1)
    step = (step + unit * (stays[..., None] + 1)) / 2
    p = step.mean(-1)
    for _ in range(SQUARINGS):
        step = step @ step
        step /= step.sum(-2, keepdims=True)
        after = step.mean(-1)
        moved, p = np.abs(after - p).max(), after
        if moved < AT_REST:
            break
    return p


def _alike(values: Any) -> bool:
    given = [values[name] for name in ("positions", "salience", "capability", "risk") if values[name] is not None]
    return len({len(v) for v in given}) <= 1


_MATRIX = ((0.0, 12.099, 54.921), (10.333, 0.0, 27.079), (5.007, 55.047, 0.0))
MODELS = (
    Model(
        "ktab.smp", "The central position of competing coalitions", smp,
        (
            Input("coalition", "strength of the coalition for the row's option against the column's", _MATRIX, 0, 1e9, kind="matrix"),
            Input("n", "power of the coalitions in the chance to prevail; KTAB has 1, 2, 4 and 8", 2.0, 1, 16),
            Input("positions", "where each actor stands; with these, coalitions are found and `coalition` is not used", None, -1e9, 1e9, kind="vector"),
            Input("salience", "how much each actor cares, 1 for all by default", None, 0, 1, kind="vector"),
            Input("capability", "of each actor, in any unit, 1 for all by default", None, 0, 1e9, kind="vector"),
            Input("risk", "attitude R of each actor to risk, 0 for all by default", None, -1, 1, kind="vector"),
            Input("span", "length of the scale of positions; their range by default", None, 0, 1e10, open_low=True),
        ),
        (
            Output("p_uniform", "chance of each option where every option is as likely to challenge", "probability"),
            Output("p_incentive", "chance of each option where challenges follow incentives", "probability"),
            Output("victory", "chance that the row's option prevails over the column's", "probability"),
            Output("coalitions", "strength of the coalition for the row's option against the column's", "capability"),
            Output("mean_uniform", "expected position by p_uniform, where there are positions", "as positions"),
            Output("mean_incentive", "expected position by p_incentive, where there are positions", "as positions"),
        ),
        REFERENCE, (CHECKED, PRINTED, DERIVED), "third parties", elementwise=True,
        rules=(
            Rule("a square matrix", ("coalition",), lambda v: v["coalition"].shape[0] == v["coalition"].shape[1]),
            Rule("one number per actor in each that is given", ("positions", "salience", "capability", "risk"), _alike),
            Rule("positions, where other numbers of actors are given", ("positions", "salience", "capability", "risk", "span"),
                 lambda v: v["positions"] is not None or all(v[name] is None for name in ("salience", "capability", "risk", "span"))),
            Rule("a scale at least as long as the range of the positions", ("positions", "span"),
                 lambda v: v["positions"] is None or v["span"] is None or v["span"] >= np.ptp(v["positions"])),
        ),
        notes=(
            "Chances from the matrix reproduce a published run to four digits; coalitions found from actors use votes in proportion to what is at stake, on one line.",
            "An option that no other has an incentive to challenge stays where it is.",
        ),
    ),
)  # fmt: skip
"""The models of this family."""
