"""What a draft is worth to each side beside fighting on, draw by draw and clause by clause.

Peace on the terms of a draft is worth to side i the sum over issues of weight times value (`preferences`), with the option
that the draft names, or where it is silent the option that holds today. Fighting on is worth

.. math:: d_i = \\sum_k w_{ik}\\,[\\,\\varphi_k R_i + (1 - \\varphi_k)\\, v_{ik}(\\text{today})\\,],

where R is the side's reservation value in the war-termination game (shares of its stake: 1 is to win all of it, 0 to lose
it, and what the fighting costs is counted) and φ says how far the outcome of the fighting settles an issue: wholly on the
axis of the game, by a judged share elsewhere; the rest stays as it is today. The value of a draft counts the danger that
it fails:

.. math:: V_i = a\\,u_i + (1 - a)\\,(d_i \\pm \\kappa_i s), \\qquad \\kappa_i = \\sum_k w_{ik} \\varphi_k,

with the share a of the discounted future in which peace still holds (`durability`) and the shift s of power that the
clauses bring, in favour of A. A side accepts where V is at least d. What a clause is worth is in the sides' preferences on the issue that
it answers; only a kind that answers no kind of issue the war has counts with the payoff of its own effect.

A bundle of worth β adds β to a peace in which the side has all its goods, and φ_b β to κ, with the least φ of its issues: fighting
settles all of it only where it settles each. Fighting on is worth β [φ_b R + (1 - φ_b) m(today)] more (`bundles`).

Limits: but for bundles, values add up over issues; the war that would follow a failed peace starts from today's line; the sides see the
danger alike.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from armistice.core.appraisal import Appraisal, BundleWorth, ClauseWorth, Fighting, SideAppraisal, survival_after
from armistice.core.errors import QueryError, near
from armistice.core.settlement import Ground, Provision, Settlement
from armistice.core.war import SIDES, Issue, Range, War
from armistice.deal.bundles import Bundles, bundles_of
from armistice.deal.check import land_moved
from armistice.deal.durability import dangers_of, renewal_hazard, renewal_numbers, share_in_peace
from armistice.deal.kinds import KINDS, effect_of
from armistice.deal.preferences import Preferences, drawn
from armistice.infer.match import resampled_rows

DRAWS = 500
DECIDED = Range(
    0.05, 0.3, 0.6, "judgement: fighting moves a line; laws, alliances, money and armies follow it only in part, unless "
    "one side loses altogether",
)  # fmt: skip
"""How far the fighting settles an issue where the pack does not say."""
ORDERS = 4
"""Orders of the clauses that are tried in each draw, half of them the reverse of the others."""
_YEARS = 10


@dataclass(frozen=True)
class Stakes:
    """What the sides have to gain and to lose, by draw; the same for every draft.

    Attributes
    ----------
    war : War
    ground : Ground
    fighting : Fighting
    preferences : Preferences
        Of sides ``a`` and ``b`` first.
    today : ndarray of int, shape (issues,)
        Option that holds while nothing is agreed.
    peace : ndarray, shape (2, draws)
        Utility of a peace in which all stays as it is.
    fights : ndarray, shape (2, draws)
        Utility of fighting on.
    decided : ndarray, shape (2, draws)
        Share κ of all that matters to a side that the fighting settles.
    discount : ndarray, shape (draws,)
    rows : ndarray of int, shape (draws,)
        Draw of the game that each draw takes.
    numbers : dict of str to ndarray, each of shape (draws,)
        Draws of `durability.RENEWAL`.
    seed : int
    """

    war: War
    ground: Ground
    fighting: Fighting
    preferences: Preferences
    today: np.ndarray
    peace: np.ndarray
    fights: np.ndarray
    decided: np.ndarray
    discount: np.ndarray
    rows: np.ndarray
    numbers: dict[str, np.ndarray]
    seed: int

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.preferences.draws

    @property
    def bundles(self) -> Bundles:
        """The bundles of the two sides."""
        return bundles_of(self.preferences, self.today)

    def together(self, met: np.ndarray) -> np.ndarray:
        """What the bundles add beside today, with such shares of their goods, shape (needs, ..., draws): (2, ..., draws)."""
        bundles = self.bundles
        now = bundles.utility(np.broadcast_to(bundles.today[:, None], (len(bundles.today), self.draws)))
        return bundles.utility(met) - now.reshape(2, *[1] * (met.ndim - 2), self.draws)

    def taken(self, draws: np.ndarray) -> Stakes:
        """The same stakes in some of the draws, which may stand more than once."""
        held = self.preferences
        preferences = replace(
            held, weight=held.weight[draws], value=tuple(v[draws] for v in held.value),
            bundles=tuple(bundle.drawn_as(draws) for bundle in held.bundles),
        )  # fmt: skip
        return replace(
            self, preferences=preferences, peace=self.peace[:, draws], fights=self.fights[:, draws],
            decided=self.decided[:, draws], discount=self.discount[draws], rows=self.rows[draws],
            numbers={name: values[draws] for name, values in self.numbers.items()},
        )  # fmt: skip

    def gain(self, issue: str, option: str) -> np.ndarray:
        """What an option is worth beside what holds today, bundles left out: array of shape (2, draws)."""
        k = self.preferences.issues.index(issue)
        n = self.preferences.options[k].index(option)
        value = self.preferences.value[k][:, :2]
        return (self.preferences.weight[:, :2, k] * (value[:, :, n] - value[:, :, self.today[k]])).T

    def value(self, utility: np.ndarray, hazard: np.ndarray, shift: np.ndarray) -> np.ndarray:
        """Value of a peace with the war that would follow: array of shape (2, ..., draws).

        Parameters
        ----------
        utility : ndarray, shape (2, ..., draws)
        hazard, shift : ndarray, shape (..., draws)
        """
        lasting = share_in_peace(hazard, self.numbers["shape"], self.discount)
        sign = np.array([1.0, -1.0]).reshape(2, *[1] * np.ndim(shift))
        between = (2, *[1] * (np.ndim(shift) - 1), self.draws)
        later = self.fights.reshape(between) + sign * self.decided.reshape(between) * shift
        return lasting * utility + (1 - lasting) * later

    def lean(self, utility: np.ndarray) -> np.ndarray:
        """How far terms lean to one side of what war would yield: half the difference of the two sides' gains."""
        between = (2, *[1] * (utility.ndim - 2), self.draws)
        gain_a, gain_b = utility - self.fights.reshape(between)
        return np.abs(gain_a - gain_b) / 2


def stakes_of(war: War, ground: Ground, fighting: Fighting, preferences: Preferences, seed: int = 0) -> Stakes:
    """What the sides have to gain and to lose, with the draws of the game paired with those of the preferences.

    Parameters
    ----------
    war : War
    ground : Ground
    fighting : Fighting
        Its draws are taken as often as they weigh, and shuffled: the two kinds of draws know nothing of each other.
    preferences : Preferences
    seed : int

    Raises
    ------
    QueryError
        If the pack does not say how an issue stands today.
    """
    unknown = [i.id for i in war.issues if not i.now]
    if unknown:
        raise QueryError(
            f"issues.toml: {', '.join(unknown)} without `now`; expected the option that holds while the war goes on, "
            "since a draft that is silent leaves it so; add it"
        )
    draws = preferences.draws
    rows = np.random.default_rng([seed, 1]).permutation(resampled_rows(fighting.weight, draws))
    reservation = fighting.reservation[rows].T
    today = np.array([preferences.options[k].index(war.issue(i).now) for k, i in enumerate(preferences.issues)])
    decided = np.stack([_decided(war.issue(i), fighting.decides, draws, seed) for i in preferences.issues])
    weight = np.moveaxis(preferences.weight[:, :2], 0, -1)
    held = np.stack([v[:, :2, n].T for v, n in zip(preferences.value, today, strict=True)], axis=1)
    bundles = bundles_of(preferences, today)
    settled, stays = bundles.fought_for(decided)
    share = np.einsum("skd,kd->sd", weight, decided) + settled
    return Stakes(
        war, ground, fighting, preferences, today,
        peace=(weight * held).sum(1) + bundles.utility(np.broadcast_to(bundles.today[:, None], (len(bundles.today), draws))),
        fights=share * reservation + np.einsum("skd,kd,skd->sd", weight, 1 - decided, held) + stays,
        decided=share,
        discount=fighting.discount[rows],
        rows=rows,
        numbers=renewal_numbers(draws, seed),
        seed=seed,
    )  # fmt: skip


def _decided(issue: Issue, wholly: Sequence[str], draws: int, seed: int) -> np.ndarray:
    if issue.id in wholly:
        return np.ones(draws)
    # Where the pack says nothing, one draw for all issues: the doubt is about war as such.
    return drawn(issue.decided or DECIDED, draws, seed, f"decided {issue.id if issue.decided else ''}")


@dataclass(frozen=True)
class Clauses:
    """What the clauses of a draft bring, by draw; every array adds up over clauses, and bundles follow from their sums.

    Attributes
    ----------
    gains : ndarray, shape (2, clauses, draws)
        Utility beside what holds today; clauses on one issue share what its option is worth.
    alone : ndarray, shape (2, clauses, draws)
        What is lost if the clause alone goes: nothing where another clause says the same.
    factors : ndarray, shape (clauses, draws)
        Logarithms of the factors on the hazard.
    shifts : ndarray, shape (clauses, draws)
        Of power, towards side A.
    speaks, met : ndarray, shape (needs, clauses, draws)
        1 where the clause speaks on the issue of a need; 1 where the option that it takes meets the need too.
    """

    gains: np.ndarray
    alone: np.ndarray
    factors: np.ndarray
    shifts: np.ndarray
    speaks: np.ndarray
    met: np.ndarray


def clauses_of(settlement: Settlement, stakes: Stakes, variant: str = "") -> Clauses:
    """What the clauses of a draft bring.

    Parameters
    ----------
    settlement : Settlement
    stakes : Stakes
    variant : str
        Without one, each variant holds in as many draws as the others.
    """
    shape = (len(settlement.provisions), stakes.draws)
    gains, alone = np.zeros((2, *shape)), np.zeros((2, *shape))
    factors, shifts = dangers_of(settlement.provisions, stakes.war, stakes.ground, stakes.draws, stakes.seed)
    holds = _holding(settlement, stakes, variant)
    asked = {issue.kind for issue in stakes.war.issues}
    for c, clause in enumerate(settlement.provisions):
        if not clause.issue and not asked & set(KINDS[clause.kind].issues):
            effect = effect_of(clause, stakes.war, stakes.ground)
            gains[:, c] = alone[:, c] = [
                drawn(payoff, stakes.draws, stakes.seed, f"{clause.kind} payoff")
                for payoff in (effect.payoff_a, effect.payoff_b)
            ]
    needs = stakes.bundles.needs
    speaks, met = np.zeros((2, len(needs), *shape))
    for issue in settlement.issues():
        k = stakes.preferences.issues.index(issue)
        rows = [c for c, clause in enumerate(settlement.provisions) if clause.issue == issue and clause.options]
        present = holds[rows]
        taken = [_taken(settlement.provisions[c], stakes) for c in rows]
        worth = np.stack([_gain(k, option, stakes) for option in taken], axis=1)
        count = np.maximum(present.sum(0), 1)
        gains[:, rows] = worth * present / count
        total = gains[:, rows].sum(1, keepdims=True)
        rest = np.where(present.sum(0) > 1, (total * count - worth) / np.maximum(count - 1, 1), 0.0)
        alone[:, rows] = (total - rest) * present
        for n, (at, good) in enumerate(needs):
            if at == k:
                speaks[n, rows], met[n, rows] = present, good[np.stack(taken)] & present
    return Clauses(gains * holds, alone * holds, factors * holds, shifts * holds, speaks, met)


def shares_met(speaks: np.ndarray, met: np.ndarray, stakes: Stakes) -> np.ndarray:
    """Share of each good that some clauses give, by their sums: the mean of those that speak, and today's where none does.

    Parameters
    ----------
    speaks, met : ndarray, shape (needs, ..., draws)
        Sums over these clauses.
    """
    today = stakes.bundles.today.reshape(-1, *[1] * (met.ndim - 1))
    return np.where(speaks > 0, met / np.maximum(speaks, 1), today)


@dataclass(frozen=True)
class Peace:
    """A peace on the terms of a draft, by draw.

    Attributes
    ----------
    brought : Clauses
    imposed : bool
        Whether no belligerent had a hand in the terms.
    met : ndarray, shape (needs, draws)
        Share of each good of the bundles that is there.
    utility, value : ndarray, shape (2, draws)
        While it is kept; with the war that would follow if it failed.
    hazard, lean, shift : ndarray, shape (draws,)
    """

    brought: Clauses
    imposed: bool
    met: np.ndarray
    utility: np.ndarray
    value: np.ndarray
    hazard: np.ndarray
    lean: np.ndarray
    shift: np.ndarray


def appraise(settlement: Settlement, stakes: Stakes, variant: str = "") -> Appraisal:
    """What a draft is worth to each side beside fighting on, whether both would accept, and whether it would last.

    Parameters
    ----------
    settlement : Settlement
    stakes : Stakes
    variant : str
        Of the draft; without one, each of several holds in as many draws as the others.

    Raises
    ------
    QueryError
        If the draft is empty, or has no such variant.
    """
    if not settlement.provisions:
        raise QueryError(
            f"{settlement.id}: no clauses; expected at least one; an empty draft changes nothing, and the war goes on"
        )
    if variant and variant not in settlement.variants:
        known = (
            f"expected one of its variants; {near(variant, settlement.variants)}"
            if settlement.variants
            else "it has none"
        )
        raise QueryError(f"{settlement.id}: no variant {variant!r}; {known}")
    found = peace_on(settlement, stakes, variant)
    barred = _barred(settlement, stakes, variant)
    spoken = settlement.issues()
    return Appraisal(
        settlement.id, settlement.title, variant, settlement.date, stakes.fighting.as_of,
        {s: SideAppraisal(found.utility[n], found.value[n], stakes.fights[n], barred[n]) for n, s in enumerate(SIDES)},
        found.hazard, stakes.numbers["shape"], found.lean, found.shift, _worths(settlement, found, stakes),
        land_moved(settlement, stakes.war, stakes.ground, variant or next(iter(settlement.variants), "")),
        tuple(i.id for i in stakes.war.issues if i.id not in spoken), stakes.fighting.weighed, _bundles(found, stakes),
    )  # fmt: skip


def peace_on(settlement: Settlement, stakes: Stakes, variant: str = "") -> Peace:
    """A peace on the terms of a draft; what the parameters are is said at `appraise`."""
    brought = clauses_of(settlement, stakes, variant)
    imposed = not {b.id for b in stakes.war.belligerents} & set(settlement.by)
    met = shares_met(brought.speaks.sum(1), brought.met.sum(1), stakes)
    utility = stakes.peace + brought.gains.sum(1) + stakes.together(met)
    shift = brought.shifts.sum(0)
    lean = stakes.lean(utility)
    hazard = renewal_hazard(brought.factors.sum(0), lean, imposed, shift, stakes.numbers)
    return Peace(brought, imposed, met, utility, stakes.value(utility, hazard, shift), hazard, lean, shift)


def _bundles(found: Peace, stakes: Stakes) -> tuple[BundleWorth, ...]:
    """What a peace does to the bundles of the two sides."""
    held = stakes.bundles
    issues = stakes.preferences.issues
    return tuple(
        BundleWorth(
            bundle.id, SIDES[bundle.party], bundle.worth, float(before.prod()), met.prod(0),
            tuple(issues[k] for (k, _), share in zip(bundle.needs, met, strict=True) if (share < 1).any()),
        )
        for (bundle, met), (_, before) in zip(held.among(found.met), held.among(held.today), strict=True)
    )  # fmt: skip


def _worths(settlement: Settlement, whole: Peace, stakes: Stakes) -> tuple[ClauseWorth, ...]:
    """What each clause adds, alone and on average over orders."""
    brought = whole.brought
    speaks, met = (each.sum(1, keepdims=True) - each for each in (brought.speaks, brought.met))
    broken = stakes.together(whole.met)[:, None] - stakes.together(shares_met(speaks, met, stakes))
    utility = whole.utility[:, None] - brought.alone - broken
    found = _peace(
        stakes, utility, brought.factors.sum(0) - brought.factors, whole.shift - brought.shifts, whole.imposed
    )
    kept = survival_after(whole.hazard, stakes.numbers["shape"], _YEARS)
    without = np.stack([*whole.value, kept])[:, None] - found
    shapley = _shapley(brought, stakes, whole.imposed)
    return tuple(
        ClauseWorth(clause.number, *without[:, c], *map(float, shapley[:, c]))
        for c, clause in enumerate(settlement.provisions)
    )


def _peace(stakes: Stakes, utility: np.ndarray, factors: np.ndarray, shift: np.ndarray, imposed: bool) -> np.ndarray:
    """Values of both sides and the chance that peace still holds after ten years: array of shape (3, ..., draws)."""
    hazard = renewal_hazard(factors, stakes.lean(utility), imposed, shift, stakes.numbers)
    return np.stack([*stakes.value(utility, hazard, shift), survival_after(hazard, stakes.numbers["shape"], _YEARS)])


def _shapley(brought: Clauses, stakes: Stakes, imposed: bool) -> np.ndarray:
    """What each clause adds to a peace in which all stays as it is, mean over orders and draws: shape (3, clauses).

    Each draw has orders of its own, and the reverse of each, so that few a draw are many in all; what is told of the
    clauses adds up to the whole exactly.
    """
    clauses, draws = brought.factors.shape
    rng = np.random.default_rng([stakes.seed, 3])
    out = np.zeros((3, clauses))
    for _ in range(ORDERS // 2):
        order = rng.permuted(np.tile(np.arange(clauses)[:, None], (1, draws)), axis=0)
        for way in (order, order[::-1]):
            gains = np.take_along_axis(brought.gains, np.broadcast_to(way, brought.gains.shape), 1)
            factors, shifts = (np.take_along_axis(x, way, 0) for x in (brought.factors, brought.shifts))
            start = np.zeros((1, draws))
            met = shares_met(_summed(brought.speaks, way), _summed(brought.met, way), stakes)
            found = _peace(
                stakes,
                stakes.peace[:, None] + np.concatenate([np.zeros((2, 1, draws)), gains.cumsum(1)], 1) + stakes.together(met),
                np.concatenate([start, factors.cumsum(0)]), np.concatenate([start, shifts.cumsum(0)]), imposed,
            )  # fmt: skip
            each = np.diff(found, axis=1)
            for row, total in zip(each, out, strict=True):
                np.add.at(total, way, row)
    return out / (ORDERS * draws)


def _summed(each: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Sums along an order of the clauses, from none of them on: shape (needs, clauses + 1, draws)."""
    along = np.take_along_axis(each, np.broadcast_to(way, each.shape), 1).cumsum(1)
    return np.concatenate([np.zeros((len(each), 1, each.shape[-1])), along], 1)


def _holding(settlement: Settlement, stakes: Stakes, variant: str) -> np.ndarray:
    """In which draws each clause holds: array of bool, shape (clauses, draws)."""
    names = (variant,) if variant else tuple(settlement.variants) or ("",)
    chosen = np.random.default_rng([stakes.seed, 4]).permutation(np.arange(stakes.draws) % len(names))
    out = np.ones((len(settlement.provisions), stakes.draws), bool)
    for c, clause in enumerate(settlement.provisions):
        if clause.variant:
            out[c] = chosen == names.index(clause.variant) if clause.variant in names else False
    return out


def _taken(clause: Provision, stakes: Stakes) -> np.ndarray:
    """Option that a clause names, counted from 0; where it allows several, each in as many draws: shape (draws,)."""
    options = stakes.preferences.options[stakes.preferences.issues.index(clause.issue)]
    allowed = np.array([options.index(name) for name in allowed_options(stakes.war.issue(clause.issue), clause)])
    chosen = np.arange(stakes.draws) % len(allowed)
    if len(allowed) > 1:
        chosen = np.random.default_rng([stakes.seed, 5, zlib.crc32(clause.issue.encode())]).permutation(chosen)
    return np.asarray(allowed[chosen])


def _gain(k: int, taken: np.ndarray, stakes: Stakes) -> np.ndarray:
    """What options of an issue, one for each draw, are worth beside what holds today: array of shape (2, draws)."""
    held = stakes.preferences
    value = held.value[k][np.arange(stakes.draws), :2, taken]
    return np.asarray((held.weight[:, :2, k] * (value - held.value[k][:, :2, stakes.today[k]])).T)


def allowed_options(issue: Issue, clause: Provision) -> list[str]:
    """Options of an issue that a clause allows: those between the least and the most favourable for side A."""
    assert clause.options is not None
    ends = sorted(issue.value(option) for option in clause.options)
    return [option.id for option in issue.options if ends[0] <= option.value <= ends[1]]


def _barred(settlement: Settlement, stakes: Stakes, variant: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Issues on which each side's hard red line bars every option that the draft allows."""
    out: tuple[list[str], list[str]] = ([], [])
    held = stakes.preferences
    for clause in settlement.provisions:
        if not clause.issue or clause.options is None or (variant and clause.variant not in ("", variant)):
            continue
        k = held.issues.index(clause.issue)
        at = [held.options[k].index(o) for o in allowed_options(stakes.war.issue(clause.issue), clause)]
        for side in range(2):
            if not held.allowed[k][side, at].any() and clause.issue not in out[side]:
                out[side].append(clause.issue)
    return tuple(out[0]), tuple(out[1])
