"""Third parties: vertices of a small programme, every refusal of a liar, and play by play, as independent answers."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import linprog

from armistice.core.errors import QueryError
from armistice.core.model import Solution
from armistice.theory.models import solve_model
from armistice.theory.third_parties import MODELS, mediation_closed_form
from models_table import check_own_rows

BY_NAME = {model.name: model for model in MODELS}


def solved(name: str, **inputs: Any) -> Solution:
    return solve_model(BY_NAME[name], inputs)


# --- independent answers -------------------------------------------------------------------------------------------


def arbitration_by_vertices(p: float, theta: float, q: float) -> dict[str, float]:
    """The best arbitrator, by trying every vertex of what it may do.

    Sides are alike, so that four numbers say all: the chance of peace between the weak, between unequals and between the
    strong, and the share that the strong take on average where unequals agree, counted 0 in war.
    """
    lone, both_weak, both_strong = p * theta, theta / 2, theta / 2
    weak_loses = (1 - p) * theta
    # Columns: weak, unequal, share of the strong, strong. Gains over war, by type and report.
    strong_honest = np.array([0, -(1 - q) * lone, 1 - q, q * (0.5 - both_strong)])
    weak_honest = np.array([(1 - q) * (0.5 - both_weak), q * (1 - weak_loses), -q, 0])
    weak_as_strong = np.array([0, -(1 - q) * both_weak, 1 - q, q * (0.5 - weak_loses)])
    strong_as_weak = np.array([(1 - q) * (0.5 - lone), q * (1 - both_strong), -q, 0])
    units = np.eye(4)
    rows = np.array(
        [
            strong_honest, weak_honest, strong_honest - strong_as_weak, weak_honest - weak_as_strong,
            units[0], units[1], units[2], units[3], units[1] - units[2], -units[0], -units[1], -units[3],
        ]
    )  # fmt: skip
    least = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1.0])
    chosen = np.array(list(itertools.combinations(range(12), 4)))
    systems = rows[chosen]
    regular = np.abs(np.linalg.det(systems)) > 1e-12
    vertices = np.linalg.solve(systems[regular], least[chosen[regular]][..., None])[..., 0]
    allowed = vertices[(vertices @ rows.T >= least - 1e-10).all(axis=1)]
    peace = allowed @ np.array([(1 - q) ** 2, 2 * q * (1 - q), 0, q**2])
    best = allowed[np.argmax(peace)]
    return {"p_peace": float(peace.max()), "q_m": float(best[1]), "q_h": float(best[3])}


def mediation_by_refusals(p: float, theta: float, q: float) -> float:
    """A mediator who uses three splits only, with a row for each set of splits that a liar might accept."""
    splits = (p * theta, 0.5, 1 - p * theta)
    prior = (1 - q, q)
    war = ((theta / 2, (1 - p) * theta), (p * theta, theta / 2))
    place = {key: k for k, key in enumerate(itertools.product((0, 1), (0, 1), range(3)))}

    def gain(side: int, true: int, report: int, x: int) -> np.ndarray:
        row = np.zeros(12)
        for other in (0, 1):
            share = splits[x] if side == 0 else 1 - splits[x]
            reports = (report, other) if side == 0 else (other, report)
            row[place[*reports, x]] += prior[other] * (share - war[true][other])
        return row

    rows = []
    for side, true in itertools.product((0, 1), (0, 1)):
        honest = [gain(side, true, true, x) for x in range(3)]
        rows += [-row for row in honest]
        for size in range(4):
            for accepted in itertools.combinations(range(3), size):
                rows.append(sum((gain(side, true, 1 - true, x) for x in accepted), np.zeros(12)) - sum(honest))
    limits = [0.0] * len(rows)
    for first, second in itertools.product((0, 1), (0, 1)):
        rows.append(np.array([1.0 if key[:2] == (first, second) else 0.0 for key in place]))
        limits.append(1.0)
    weight = np.array([prior[first] * prior[second] for first, second, _ in place])
    return -linprog(-weight, A_ub=np.array(rows), b_ub=limits, bounds=(0, None), method="highs-ds").fun


def least_peaceful_pie(w_a: Any, w_b: Any, prior_a: Any, prior_b: Any) -> float:
    """The least pie that some mechanism can always split in peace, by linear programming over all its shares."""
    w_a, w_b, prior_a, prior_b = (np.asarray(v, dtype=float) for v in (w_a, w_b, prior_a, prior_b))
    n, m = w_a.shape
    # Variables: share of A by both reports, then the pie; B gets the rest.
    rows, limits, equal = [], [], []
    for t in range(n):
        row = np.zeros(n * m + 1)
        row[t * m : (t + 1) * m] = prior_b
        rows.append(-row)
        limits.append(-(w_a[t] @ prior_b))
        first = np.zeros(n * m + 1)
        first[:m] = prior_b
        equal.append(row - first)
    for s in range(m):
        row = np.zeros(n * m + 1)
        row[s : n * m : m] = -prior_a
        row[-1] = 1.0
        rows.append(-row)
        limits.append(-(prior_a @ w_b[:, s]))
        first = np.zeros(n * m + 1)
        first[0 : n * m : m] = -prior_a
        first[-1] = 1.0
        equal.append(row - first)
    aim = np.eye(n * m + 1)[-1]
    free = (None, None)
    best = linprog(aim, A_ub=rows, b_ub=limits, A_eq=equal, b_eq=np.zeros(n + m), bounds=free, method="highs-ds")
    return best.fun


def mediator_by_play(
    weight: float, cost: float, p_tough: float, p_weak: float, c_a: float, c_b: float, prior: float
) -> dict[str, Any]:
    """The mediator's game played out: every demand on a grid, every answer, every lie."""
    chance = {"tough": p_tough, "weak": p_weak}
    demands = [*np.linspace(0, 1, 201), *(min(1.0, x + c_b) for x in chance.values())]

    def outcome(demand: float, kind: str) -> tuple[float, float, float, bool]:
        """Payoffs of A, B and the mediator, and whether there is war."""
        fights = (1 - chance[kind]) - c_b > 1 - demand + 1e-12
        a, b = (chance[kind] - c_a, 1 - chance[kind] - c_b) if fights else (demand, 1 - demand)
        return a, b, weight * a + (1 - weight) * b - (cost if fights else 0), fights

    def best(belief: float) -> tuple[float, float]:
        """A's payoff from its best demand, and the demand; the most modest of equals."""
        values = [belief * outcome(x, "tough")[0] + (1 - belief) * outcome(x, "weak")[0] for x in demands]
        top = max(values)
        return top, min(x for x, v in zip(demands, values, strict=True) if v >= top - 1e-12)

    after = {"tough": best(1.0)[1], "weak": best(0.0)[1]}
    honest = {}
    for kind, lie in (("tough", "weak"), ("weak", "tough")):
        honest[kind] = outcome(after[kind], kind)[2] >= outcome(after[lie], kind)[2] - 1e-12
    truthful = honest["tough"] and honest["weak"]
    alone, demand = best(prior)
    mix = (("tough", prior), ("weak", 1 - prior))
    p_war_alone = sum(share for kind, share in mix if outcome(demand, kind)[3])
    with_words = sum(share * outcome(after[kind], kind)[0] for kind, share in mix)
    p_war_told = sum(share for kind, share in mix if outcome(after[kind], kind)[3])
    return {
        "truthful": truthful,
        "says_tough_truthful": honest["tough"],
        "says_weak_truthful": honest["weak"],
        "p_war": p_war_told if truthful else p_war_alone,
        "p_war_alone": p_war_alone,
        "value": with_words if truthful else alone,
        "value_alone": alone,
    }


def peace_by_steps(inputs: dict[str, float]) -> dict[str, float]:
    """The hazard by turning one dial after another in small steps, each by its part; survival by integration."""
    rate = math.log(inputs["h0"])
    dials = ((inputs["share"] - inputs["war_value"], "b1"), (inputs["shift"], "b4"), (inputs["imposed"], "b2"))
    for size, slope in dials:
        for _ in range(1000):
            rate += inputs[slope] * abs(size) / 1000
    for _ in range(1000):
        rate -= inputs["b3"] * inputs["strength"] / 1000
    hazard = math.exp(rate)
    path = solve_ivp(lambda t, y: -hazard * y, (0, inputs["years"]), [1.0], method="DOP853", rtol=1e-12, atol=1e-14)
    return {"hazard": hazard, "p_peace": float(path.y[0, -1])}


def own(name: str, inputs: dict[str, Any], output: str) -> Any:
    """The value of an own row of the table."""
    if name == "horner2015.mediation":
        asked = {k: inputs[k] for k in ("p", "theta", "q")}
        if output == "lp_mediation":
            return mediation_by_refusals(**asked)
        return arbitration_by_vertices(**asked)[output.replace("lp_arbitration", "p_peace")]
    if name == "fey_ramsay":
        pie = least_peaceful_pie(**inputs)
        return pie if output == "bound" else pie <= 1 + 1e-9
    if name == "kydd2003":
        return mediator_by_play(**inputs)[output]
    return peace_by_steps(inputs)[output]


# --- the table -----------------------------------------------------------------------------------------------------


def test_own_rows_of_the_table_come_from_a_second_way() -> None:
    check_own_rows(BY_NAME, own)


# --- mediation and arbitration -------------------------------------------------------------------------------------


def settings_of_mediation(count: int, seed: int) -> list[tuple[float, float, float]]:
    rng = np.random.default_rng(seed)
    return [(rng.uniform(0.5, 1), rng.uniform(0.3, 0.98), rng.uniform(0.02, 0.9)) for _ in range(count)]


def test_closed_form_as_by_vertices_in_all_regions() -> None:
    regions = set()
    for p, theta, q in settings_of_mediation(300, 1):
        found, other = mediation_closed_form(p, theta, q), arbitration_by_vertices(p, theta, q)
        for output, value in other.items():
            assert found[output] == pytest.approx(value, abs=1e-9), (output, p, theta, q)
        regions.add(0 if found["lambda"] >= found["gamma"] else 1 if found["lambda"] >= found["gamma"] / 2 else 2)
    assert regions == {0, 1, 2}


def test_closed_form_as_by_refusals() -> None:
    for p, theta, q in settings_of_mediation(60, 2):
        assert mediation_closed_form(p, theta, q)["p_peace"] == pytest.approx(
            mediation_by_refusals(p, theta, q), abs=1e-9
        )


def test_programmes_reach_the_formula_off_the_even_grid() -> None:
    for p, theta, q in settings_of_mediation(12, 3):
        for grid in (2, 33):
            found = solved("horner2015.mediation", p=p, theta=theta, q=q, grid=grid)
            assert found["lp_arbitration"] == pytest.approx(found["p_peace"], abs=1e-9)
            assert found["lp_mediation"] == pytest.approx(found["p_peace"], abs=1e-9)


def test_mediation_is_quick() -> None:
    solved("horner2015.mediation", grid=2)
    start = time.perf_counter()
    solved("horner2015.mediation")
    assert time.perf_counter() - start < 2, "0.1 s where nothing else runs"


def test_peace_falls_with_odds_and_with_what_war_leaves() -> None:
    p, theta = np.linspace(0.51, 1, 40)[:, None, None], np.linspace(0.02, 0.98, 40)[:, None]
    peace = mediation_closed_form(p, theta, np.linspace(0.02, 0.98, 40))["p_peace"]
    assert (np.diff(peace, axis=0) <= 1e-12).all()
    assert (np.diff(peace, axis=1) <= 1e-12).all()
    assert peace.min() < 0.6
    assert peace.max() == 1


# --- no procedure can guarantee peace ------------------------------------------------------------------------------


def test_bound_as_the_least_peaceful_pie() -> None:
    rng = np.random.default_rng(4)
    verdicts = set()
    for _ in range(60):
        n, m = rng.integers(1, 4, 2)
        shares = rng.uniform(0, 1, (n, m))
        left = rng.uniform(0.3, 1, (n, m))
        tables = {"w_a": shares * left, "w_b": (1 - shares) * left}
        chances = {"prior_a": rng.dirichlet(np.ones(n)), "prior_b": rng.dirichlet(np.ones(m))}
        found = solved("fey_ramsay", **tables, **chances)
        pie = least_peaceful_pie(**tables, **chances)
        assert found["bound"] == pytest.approx(pie, abs=1e-9)
        assert found["always_peaceful"] == (pie <= 1)
        assert (found["low"] <= found["high"] + 1e-12) == found["always_peaceful"]
        verdicts.add(found["always_peaceful"])
    assert verdicts == {True, False}


@given(
    st.floats(0, 1),
    st.lists(st.floats(0, 2), min_size=2, max_size=4),
    st.lists(st.floats(0, 2), min_size=2, max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_private_costs_alone_never_rule_out_peace(p: float, c_a: list[float], c_b: list[float]) -> None:
    w_a = np.repeat((p - np.array(c_a))[:, None], len(c_b), axis=1)
    w_b = np.repeat((1 - p - np.array(c_b))[None, :], len(c_a), axis=0)
    alike = {"prior_a": np.full(len(c_a), 1 / len(c_a)), "prior_b": np.full(len(c_b), 1 / len(c_b))}
    found = solved("fey_ramsay", w_a=w_a, w_b=w_b, **alike)
    assert found["always_peaceful"]
    assert found["low"] - 1e-9 <= p <= found["high"] + 1e-9
    dearer = solved("fey_ramsay", w_a=w_a - 0.1, w_b=w_b, **alike)
    assert dearer["bound"] == pytest.approx(found["bound"] - 0.1, abs=1e-9)


def test_types_of_no_chance_do_not_count() -> None:
    found = solved("fey_ramsay", prior_a=(1, 0), prior_b=(1, 0))
    assert found["bound"] == pytest.approx(0.8)


@given(st.floats(0.51, 1), st.floats(0.05, 0.99), st.floats(0.01, 0.99))
@settings(max_examples=150, deadline=None)
def test_bound_agrees_with_mediation(p: float, theta: float, q: float) -> None:
    w_a = np.array([[theta / 2, (1 - p) * theta], [p * theta, theta / 2]])
    peaceful = solved("fey_ramsay", w_a=w_a, w_b=w_a.T, prior_a=(1 - q, q), prior_b=(1 - q, q))
    mediated = mediation_closed_form(p, theta, q)
    if abs(mediated["lambda"] - mediated["gamma"]) > 1e-6:
        assert peaceful["always_peaceful"] == (mediated["p_peace"] == 1)


# --- whom a mediator convinces -------------------------------------------------------------------------------------


def test_mediator_as_by_play() -> None:
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(120):
        p_tough, p_weak = np.sort(rng.uniform(0, 1, 2))
        inputs = {
            "weight": rng.uniform(), "cost": rng.uniform(0, 0.3), "p_tough": p_tough, "p_weak": p_weak,
            "c_a": rng.uniform(0, 0.3), "c_b": rng.uniform(0, 0.3), "prior": rng.uniform(),
        }  # fmt: skip
        found = solved("kydd2003", **inputs)
        for output, value in mediator_by_play(**inputs).items():
            assert found[output] == pytest.approx(value, abs=1e-9), (output, inputs)
        seen.add((found["truthful"], found["p_war"] > 0))
    assert seen == {(True, False), (False, True), (False, False)}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.5), st.floats(0.01, 0.4), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_only_a_leaning_mediator_is_believed(
    weight: float, cost: float, p_tough: float, gap: float, prior: float
) -> None:
    told = solved("kydd2003", weight=weight, cost=cost, p_tough=p_tough, p_weak=p_tough + gap, prior=prior)
    if abs(weight - 0.5) > 1e-9:
        assert told["truthful"] == (weight > 0.5)
    assert told["says_tough_truthful"]
    assert told["value"] >= told["value_alone"] - 1e-12
    assert told["p_war"] == (0 if told["truthful"] else told["p_war_alone"])
    assert told["p_war_alone"] in (0, prior)


# --- how long a ceasefire lasts ------------------------------------------------------------------------------------


def test_ceasefire_fails_as_said() -> None:
    grid = np.linspace(0, 1, 11)
    for name, sign in (("shift", 1), ("imposed", 1), ("strength", -1)):
        assert (np.sign(np.diff(solved("werner_yuen_fortna", **{name: grid})["hazard"])) == sign).all(), name
    by_share = solved("werner_yuen_fortna", share=grid, war_value=0.5)["hazard"]
    np.testing.assert_allclose(by_share, by_share[::-1], rtol=1e-12)
    assert (np.diff(by_share)[:5] < 0).all()
    longer = solved("werner_yuen_fortna", years=np.arange(20.0))
    assert (np.diff(longer["p_peace"]) < 0).all()


def test_ceasefire_as_by_steps() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        inputs = {i.name: rng.uniform(0, 1) * min(i.high, 3) for i in BY_NAME["werner_yuen_fortna"].inputs}
        inputs["h0"] = rng.uniform(0.01, 0.3)
        found = solved("werner_yuen_fortna", **inputs)
        for output, value in peace_by_steps(inputs).items():
            assert found[output] == pytest.approx(value, rel=1e-8, abs=1e-9), output
        assert found["mean_years"] * found["hazard"] == pytest.approx(1)


def test_coefficients_are_said_to_be_the_users() -> None:
    assert "not estimates" in " ".join(solved("werner_yuen_fortna").notes)


# --- inputs --------------------------------------------------------------------------------------------------------


def corners(name: str) -> st.SearchStrategy[dict[str, float]]:
    """Any inputs within their bounds, ends included."""
    drawn: dict[str, Any] = {}
    for i in BY_NAME[name].inputs:
        if i.kind == "integer":
            drawn[i.name] = st.integers(2, 12)
        else:
            ends = [v for v, is_open in ((i.low, i.open_low), (i.high, i.open_high)) if not is_open]
            anywhere = st.floats(i.low, i.high, exclude_min=i.open_low, exclude_max=i.open_high)
            drawn[i.name] = st.one_of(st.sampled_from([*ends, i.default]), anywhere)
    return st.fixed_dictionaries(drawn)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tries"), [("horner2015.mediation", 60), ("kydd2003", 250), ("werner_yuen_fortna", 250)]
)
def test_whatever_passes_has_a_finite_answer(name: str, tries: int) -> None:
    @given(corners(name))
    @settings(max_examples=tries, deadline=None)
    def check(inputs: dict[str, float]) -> None:
        if name == "kydd2003" and inputs["p_tough"] > inputs["p_weak"]:
            with pytest.raises(QueryError, match="p_tough"):
                solved(name, **inputs)
            return
        found = solved(name, **inputs)
        assert all(np.isfinite(float(v)) for v in found.values.values())
        if name == "horner2015.mediation":
            assert found["lp_arbitration"] == pytest.approx(found["p_peace"], abs=1e-9)
            assert found["lp_mediation"] == pytest.approx(found["p_peace"], abs=1e-9)
        for output in ("p_peace", "q_m", "q_h", "p_war", "lp_mediation"):
            assert 0 <= found.values.get(output, 0) <= 1

    check()


@pytest.mark.parametrize(
    ("name", "grids"),
    [
        ("horner2015.mediation", {"p": np.array([[0.6], [0.8], [1.0]]), "q": np.array([0.2, 0.45, 0.9])}),
        ("kydd2003", {"weight": np.array([[0.2], [0.5], [1.0]]), "prior": np.array([0.0, 0.3, 0.9])}),
        ("werner_yuen_fortna", {"share": np.array([[0.2], [0.5], [1.0]]), "strength": np.array([0.0, 1, 9])}),
    ],
)
def test_grids_are_as_single_numbers(name: str, grids: dict[str, np.ndarray]) -> None:
    few = {"grid": 5} if name == "horner2015.mediation" else {}
    found = solved(name, **grids, **few)
    wide = dict(zip(grids, np.broadcast_arrays(*grids.values()), strict=True))
    for place in np.ndindex(3, 3):
        one = solved(name, **{k: v[place] for k, v in wide.items()}, **few)
        for output, value in found.values.items():
            assert np.broadcast_to(value, (3, 3))[place] == pytest.approx(one[output], abs=1e-13), output


def test_closed_form_takes_grids() -> None:
    q = np.linspace(0.05, 0.95, 7)
    whole = mediation_closed_form(0.8, 0.8, q)
    for k, one in enumerate(q):
        for output, value in mediation_closed_form(0.8, 0.8, one).items():
            assert np.broadcast_to(whole[output], 7)[k] == value, output


@pytest.mark.parametrize(
    ("name", "inputs", "said"),
    [
        ("horner2015.mediation", {"p": 0.5}, "p"),
        ("horner2015.mediation", {"theta": 1}, "theta"),
        ("horner2015.mediation", {"q": 0}, "q"),
        ("horner2015.mediation", {"grid": 1}, "grid"),
        ("fey_ramsay", {"prior_a": (0.8, 0.3)}, "prior_a"),
        ("fey_ramsay", {"prior_b": (0.5, 0.3)}, "prior_b"),
        ("fey_ramsay", {"prior_a": (0.5, 0.3, 0.2)}, "w_a"),
        ("fey_ramsay", {"w_a": ((0.4, 0.4), (0.64, 0.4))}, "w_a"),
        ("fey_ramsay", {"w_a": ((0.4, 0.4),)}, "w_a"),
        ("fey_ramsay", {"w_b": (0.4, 0.4)}, "w_b"),
        ("kydd2003", {"weight": 1.2}, "weight"),
        ("kydd2003", {"p_tough": 0.9}, "p_tough 0.9"),
        ("werner_yuen_fortna", {"h0": 0}, "h0"),
        ("werner_yuen_fortna", {"imposed": 2}, "imposed"),
    ],
)
def test_impossible_inputs_are_refused_by_name(name: str, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=f"{name}:? {said}"):
        solved(name, **inputs)
