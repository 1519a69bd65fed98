"""Past wars: durations and endings against an independent implementation, published rows, analogues, severity and charts."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter
from scipy import stats
from scipy.optimize import minimize

from armistice.core.durations import ENDINGS, PastWars
from armistice.core.errors import PackError, QueryError
from armistice.past.analogues import WEIGHTS, likeness_of
from armistice.past.cases import read_cases
from armistice.past.duration import choose, fit_all, fit_family, given_lasted, lasts, not_ruled_out, survival_of
from armistice.past.endings import incidence_of
from armistice.past.families import FAMILIES
from armistice.past.figures import figures_of
from armistice.past.record import read_record
from armistice.past.severity import tail_of
from armistice.past.spells import Spells, measured, spells_of
from armistice.past.summary import past_of
from armistice.show.past import draw_analogues, draw_endings_by_type, draw_severity
from armistice.show.style import to_spec, to_svg

CASES = Path(__file__).parents[2] / "wars" / "record" / "cases.toml"


def some_wars(seed: int = 1, wars: int = 60, late: bool = False) -> Spells:
    """Made-up wars with whole quarters of months, so that some last the same; a covariate that lengthens them, and wars that go on."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=wars)
    entry = rng.uniform(0, 2, wars).round(1) if late else np.zeros(wars)
    months = np.ceil(4 * (entry + rng.weibull(0.8, wars) * 12 * np.exp(0.5 * x))) / 4
    ended = rng.random(wars) < 0.85
    ending = np.where(ended, rng.choice(ENDINGS, wars, p=(0.4, 0.3, 0.2, 0.1)), "")
    begun = rng.uniform(1900, 2000, wars)
    return Spells(months, ended, ending, begun, entry if late else None, {"x": x})


# --- curves, by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
def test_curves_are_those_made_by_hand(late: bool) -> None:
    wars = some_wars(late=late)
    found = survival_of(wars)
    share, hazard = 1.0, 0.0
    for t in sorted(set(wars.months[wars.ended])):
        at_risk = sum(m >= t and e < t for m, e in zip(wars.months, wars.entries, strict=True))
        ends = sum(m == t and d for m, d in zip(wars.months, wars.ended, strict=True))
        share *= 1 - ends / at_risk
        hazard += ends / at_risk
        place = found.months.index(t)
        assert found.survival[place] == pytest.approx(share, abs=1e-9)
        assert found.hazard[place] == pytest.approx(hazard, abs=1e-4)
        assert found.survival_low[place] <= share <= found.survival_high[place]
        assert found.hazard_low[place] <= found.hazard[place] <= found.hazard_high[place]
    assert found.at(found.median) <= 0.5 < found.at(found.median - 1e-6)


def test_the_band_is_greenwood_on_the_log_of_minus_the_log() -> None:
    wars = some_wars()
    found = survival_of(wars, level=0.9)
    variance, share, t = 0.0, 1.0, 6.0
    for u in sorted(set(wars.months[wars.ended & (wars.months <= t)])):
        n, d = (wars.months >= u).sum(), (wars.ended & (wars.months == u)).sum()
        share, variance = share * (1 - d / n), variance + d / (n * (n - d))
    reach = stats.norm.ppf(0.95) * np.sqrt(variance) / np.log(share)
    place = max(n for n, m in enumerate(found.months) if m <= t)
    assert found.survival_low[place] == pytest.approx(share ** np.exp(-reach), abs=1e-4)
    assert found.survival_high[place] == pytest.approx(share ** np.exp(reach), abs=1e-4)


def test_endings_are_those_made_by_hand_where_wars_lasted_the_same() -> None:
    wars = some_wars()
    found = {i.ending: i for i in incidence_of(wars, draws=20)}
    lasting, share = 1.0, dict.fromkeys(ENDINGS, 0.0)
    for t in sorted(set(wars.months[wars.ended])):
        n = (wars.months >= t).sum()
        for e in ENDINGS:
            share[e] += lasting * ((wars.months == t) & (wars.ending == e)).sum() / n
            assert found[e].share[found[e].months.index(t)] == pytest.approx(share[e], abs=1e-9)
        lasting *= 1 - ((wars.months == t) & wars.ended).sum() / n
    assert sum(share.values()) == pytest.approx(1 - survival_of(wars).survival[-1])
    assert all(lo <= s <= hi for i in found.values() for lo, s, hi in zip(i.low, i.share, i.high, strict=True))


def test_endings_are_those_of_lifelines_where_no_two_wars_lasted_the_same() -> None:
    wars = some_wars()
    wars = dataclasses.replace(wars, months=wars.months + np.linspace(0, 0.5, len(wars)))
    codes = np.array([ENDINGS.index(e) + 1 if e else 0 for e in wars.ending])
    for k, one in enumerate(incidence_of(wars, draws=5)):
        other = AalenJohansenFitter(calculate_variance=False).fit(wars.months, codes, k + 1).cumulative_density_
        there = [float(other.iloc[other.index.searchsorted(m, side="right") - 1, 0]) for m in one.months]
        assert one.share == pytest.approx(there, abs=1e-4)


# --- models, by scipy's own laws -----------------------------------------------------------------------------

LAWS: dict[str, tuple[Callable[..., tuple], int]] = {
    "exponential": (lambda: (stats.weibull_min, (1.0,)), 0),
    "weibull": (lambda s: (stats.weibull_min, (np.exp(-s),)), 1),
    "log_logistic": (lambda s: (stats.fisk, (np.exp(-s),)), 1),
    "log_normal": (lambda s: (stats.lognorm, (np.exp(s),)), 1),
    "generalised_gamma": (lambda a, c: (stats.gengamma, (np.exp(a), np.exp(c))), 2),
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_fits_are_those_of_scipy(family: str, late: bool) -> None:
    wars = some_wars(late=late)
    law, extra = LAWS[family]

    def loss(p: np.ndarray) -> float:
        kind, shape = law(*p[2:])
        scale = np.exp(p[0] + p[1] * wars.covariates["x"])
        with np.errstate(all="ignore"):
            own = np.where(
                wars.ended, kind.logpdf(wars.months, *shape, scale=scale), kind.logsf(wars.months, *shape, scale=scale)
            )
            value = -np.sum(own - kind.logsf(wars.entries, *shape, scale=scale))
        return value if np.isfinite(value) else 1e9

    other = minimize(loss, [2.5, 0.0, *([0.3] * extra)], method="BFGS", options={"gtol": 1e-5})
    found = fit_family(wars, family, ["x"])
    assert found.log_likelihood == pytest.approx(-other.fun, abs=1e-4)
    assert found.aic == pytest.approx(2 * (2 + extra) + 2 * other.fun, abs=1e-3)
    assert found.slopes[0] == pytest.approx(other.x[1], abs=2e-3)
    kind, shape = law(*other.x[2:])
    at = np.array([1.0, 10.0, 40.0])
    survival = kind.sf(at, *shape, scale=np.exp(other.x[0] + 0.7 * other.x[1]))
    assert lasts(found, at, {"x": 0.7}) == pytest.approx(survival, abs=2e-3 if extra == 2 else 1e-4)


def test_the_covariate_that_lengthens_is_found() -> None:
    found = fit_family(some_wars(wars=400), "weibull", ["x"])
    assert found.slopes[0] == pytest.approx(0.5, abs=0.15)
    assert found.scale == pytest.approx(1 / 0.8, abs=0.15)


def test_models_are_ordered_by_aic_and_chosen_by_the_hindcast() -> None:
    fits = fit_all(some_wars(wars=120), families=FAMILIES[:4])
    assert [f.aic for f in fits] == sorted(f.aic for f in fits)
    assert len({f.scored for f in fits if f.log_score is not None}) == 1
    able = not_ruled_out(fits)
    assert choose(fits).log_score == max(f.log_score for f in able if f.log_score is not None)
    without = fit_all(dataclasses.replace(some_wars(), begun=None), families=("exponential", "weibull"))
    assert all(f.log_score is None for f in without)
    assert choose(without) == without[0]


def test_what_was_known_by_a_year_knows_nothing_later() -> None:
    wars = some_wars(wars=200)
    over = wars.begun + wars.months / 12 <= 1950
    longer = dataclasses.replace(
        wars,
        months=np.where(over, wars.months, wars.months * 3),
        ending=np.where(over | ~wars.ended, wars.ending, "stalemate"),
    )
    known, same = wars.known_by(1950), longer.known_by(1950)
    assert known is not None
    assert same is not None
    for name in ("months", "ended", "ending", "begun"):
        assert np.array_equal(getattr(known, name), getattr(same, name)), name
    assert known.ended.sum() < (wars.ended & (wars.begun < 1950)).sum()
    assert np.all(known.begun + known.months / 12 <= 1950 + 1e-9)


# --- a war that has lasted -----------------------------------------------------------------------------------


def test_a_constant_hazard_has_no_memory() -> None:
    wars = some_wars(wars=150)
    fit = fit_family(wars, "exponential")
    young, old = (given_lasted(fit, wars, m, draws=10).chances for m in (0, 20))
    for one, other in zip(young, old, strict=True):
        assert one.total.central == pytest.approx(other.total.central)
        assert one.total.central == pytest.approx(1 - np.exp(-one.within / np.exp(fit.intercept)))


def test_a_falling_hazard_makes_old_wars_last() -> None:
    wars = some_wars(wars=150)
    fit = fit_family(wars, "log_normal")
    young, old = (given_lasted(fit, wars, m, draws=10).chances[2].total.central for m in (2, 30))
    assert old < young


def test_chances_add_up_rise_and_lie_in_their_ranges() -> None:
    wars = some_wars(wars=90)
    fits = fit_all(wars, families=FAMILIES[:4])
    found = given_lasted(choose(fits), wars, 10, others=not_ruled_out(fits), draws=40, seed=3)
    totals = [c.total.central for c in found.chances]
    chance_by = [lasts(f, np.array([10.0, 22.0])) for f in not_ruled_out(fits)]
    assert totals[2] == pytest.approx(np.mean([1 - late / now for now, late in chance_by]))
    assert set(found.among) == {f.family for f in not_ruled_out(fits)}
    assert totals == sorted(totals)
    for chance in found.chances:
        parts = chance.by_ending
        assert sum(p.central for p in parts.values()) == pytest.approx(chance.total.central)
        assert all(0 <= p.low <= p.central <= p.high <= 1 for p in (chance.total, *parts.values()))
        assert chance.total.low < chance.total.high
        over = (wars.months > 10) & (wars.months <= 10 + chance.within) & wars.ended
        assert abs(chance.counted - over.sum() / (wars.months > 10).sum()) < 0.15
    assert found.at_risk == (wars.months > 10).sum()
    kept = wars.ending[(wars.months > 10) & wars.ended]
    settled = ((kept == "settlement").sum() + 0.5) / (len(kept) + 2)
    last = found.chances[-1]
    assert last.by_ending["settlement"].central == pytest.approx(last.total.central * settled)


def test_the_seed_decides_the_range_and_nothing_else() -> None:
    wars = some_wars()
    fit = fit_family(wars, "weibull")
    one, same, other = (given_lasted(fit, wars, 5, draws=30, seed=s) for s in (1, 1, 2))
    assert one == same
    assert one.chances[0].total.central == other.chances[0].total.central
    assert one.chances[0].total.low != other.chances[0].total.low


def test_what_cannot_be_asked_is_refused() -> None:
    wars = some_wars()
    fit = fit_family(wars, "weibull", ["x"])
    for bad in (
        lambda: fit_family(wars, "gamma"),
        lambda: fit_family(wars, "weibull", ["y"]),
        lambda: fit_family(wars.take(np.arange(3)), "generalised_gamma", ["x"]),
        lambda: given_lasted(fit, wars, 5),
        lambda: given_lasted(fit, wars, -1, at={"x": 0}),
        lambda: given_lasted(fit, wars, 1e6, at={"x": 0}),
        lambda: given_lasted(fit, wars, 5, (0,), at={"x": 0}),
        lambda: given_lasted(fit, wars, 5, others=(fit_family(wars, "log_normal"),), at={"x": 0}),
        lambda: Spells(np.array([1.0, -1.0]), np.array([True, True]), np.array(["", ""])),
        lambda: Spells(np.array([1.0]), np.array([True, True]), np.array([""])),
        lambda: Spells(np.array([1.0]), np.array([True]), np.array(["draw"])),
        lambda: incidence_of(dataclasses.replace(wars, ending=np.full(len(wars), ""))),
        lambda: tail_of(np.array([1.0, 2.0])),
        lambda: spells_of(pd.DataFrame({"months": [1.0]})),
    ):
        with pytest.raises(QueryError, match="; expected ") as caught:
            bad()
        assert "\n" not in str(caught.value)


# --- published figures, where the raw files are --------------------------------------------------------------


@pytest.fixture(scope="module")
def numbered(raw_dir: Path) -> pd.DataFrame:
    """Wars between states as published durations count them: first phases, missing days as the 15th, first to last day."""
    rows = pd.read_csv(raw_dir / "cow" / "Inter-StateWarData_v4.0.csv")
    for name in ("Start", "End"):
        parts = zip(*(rows[f"{name}{p}1"].clip(lower=0) for p in ("Year", "Month", "Day")), strict=True)
        rows[name] = [date(y, m or 6, d or 15) for y, m, d in parts]
    rows["BatDeath"] = rows["BatDeath"].where(rows["BatDeath"] > 0)
    wars = rows.groupby("WarNum").agg(start=("Start", "min"), end=("End", "max"), deaths=("BatDeath", "sum"))
    wars["months"] = [(e - s).days / (365.25 / 12) for s, e in zip(wars["start"], wars["end"], strict=True)]
    return wars


@pytest.mark.raw
def test_published_model_choice_is_reproduced(numbered: pd.DataFrame) -> None:
    months = numbered["months"].to_numpy()
    wars = Spells(months, np.ones(len(months), bool), np.full(len(months), ""))
    found = {f.family: f for f in fit_all(wars)}
    published = {"log_normal": 651.7, "log_logistic": 655.0, "weibull": 661.2, "exponential": 685.2}
    for family, aic in published.items():
        assert round(found[family].aic, 1) == aic, family
    assert 1 / found["weibull"].scale == pytest.approx(0.702, abs=5e-4)
    assert 1 / found["log_logistic"].scale == pytest.approx(1.147, abs=5e-4)
    assert np.exp(found["log_logistic"].intercept) == pytest.approx(4.86, abs=5e-3)
    median = np.exp(found["weibull"].intercept) * np.log(2) ** found["weibull"].scale
    assert median == pytest.approx(6.09, abs=0.005)
    assert survival_of(wars).median == pytest.approx(139 / (365.25 / 12), abs=1e-3)


@pytest.mark.raw
def test_the_published_tail_is_reproduced(numbered: pd.DataFrame) -> None:
    found = tail_of(numbered["deaths"].to_numpy(float), draws=100, seed=1)
    assert found.least == 7061
    assert found.in_tail == 51
    assert found.exponent.central == pytest.approx(1.53, abs=0.01)
    assert found.exponent.low > 1.53 - 0.14
    assert found.exponent.high < 1.53 + 0.14
    assert found.p_value > 0.5


# --- severity ------------------------------------------------------------------------------------------------


def test_a_tail_is_found_again() -> None:
    rng = np.random.default_rng(5)
    deaths = np.concatenate([rng.uniform(100, 1000, 100), 1000 * rng.random(200) ** (-1 / 0.8)])
    found = tail_of(deaths, draws=50)
    assert found.exponent.low < 1.8 < found.exponent.high
    assert found.exponent.central == pytest.approx(1.8, abs=0.15)
    assert found.p_value >= 0.1
    above = np.array(found.deaths)[np.array(found.deaths) >= found.least]
    assert found.exponent.central == pytest.approx(1 + len(above) / np.log(above / found.least).sum())
    assert found.p_larger(found.least) == pytest.approx(found.in_tail / 300)
    assert found.p_larger(100.0) == 1
    assert tail_of(deaths, draws=50) == found


def test_what_is_no_power_law_is_ruled_out() -> None:
    deaths = np.repeat([5000.0, 6000.0, 20000.0], 40)
    assert tail_of(deaths, draws=60).p_value < 0.1


# --- analogues -----------------------------------------------------------------------------------------------


def table_of(months: np.ndarray, **columns: object) -> pd.DataFrame:
    count = len(months)
    plain = {
        "war": [f"w{i}" for i in range(count)], "title": [f"War {i}" for i in range(count)], "start": pd.NaT, "months": months,
        "ended": True, "ending": "settlement", "year": 1950 + np.arange(count), "initiator": "x", "deaths": np.nan,
    }  # fmt: skip
    return pd.DataFrame(plain | columns)


def test_distance_and_what_it_rests_on_are_those_made_by_hand() -> None:
    share = np.array([0.2, 0.4, 0.5, 0.6, np.nan, 0.9])
    territory = np.array([1.0, 0.0, 1.0, 1.0, 0.0, np.nan])
    table = table_of(np.array([5.0, 20, 30, 40, 50, 60]), capability_share_a=share, territory=territory)
    found = likeness_of(table, {"months": 10, "capability_share_a": 0.5, "territory": 1.0, "rivals": 1.0}, draws=5)
    spread, other = np.nanstd(share), np.nanstd(territory)
    want = {
        "w1": np.sqrt(((0.1 / spread) ** 2 + (1 / other) ** 2) / 2), "w2": 0.0, "w3": np.sqrt((0.1 / spread) ** 2 / 2),
        "w4": 1 / other, "w5": 0.4 / spread,
    }  # fmt: skip
    assert {a.war: a.distance for a in found.analogues} == pytest.approx(want)
    assert [a.distance for a in found.analogues] == pytest.approx(sorted(want.values()))
    assert "w0" not in want
    by = {a.war: a for a in found.analogues}
    assert by["w5"].rests_on == {"capability_share_a": 1.0}
    assert by["w1"].rests_on == {"capability_share_a": 0.5, "territory": 0.5}
    assert by["w1"].apart["territory"] == pytest.approx(-1 / other)
    assert by["w3"].months_more == 30
    assert found.p_ends == pytest.approx(1 / 5)
    assert set(found.unknown) == set(WEIGHTS) - {"capability_share_a", "territory"}
    assert found.among == 5


def test_skill_is_found_where_there_is_something_to_find_and_not_where_there_is_none() -> None:
    rng = np.random.default_rng(2)
    sign = np.repeat([0.0, 1.0], 40) + rng.normal(0, 0.05, 80)
    months = np.where(sign > 0.5, 50.0, 4.0) + rng.random(80)
    ending = np.where(sign > 0.5, "settlement", "victory_a")
    told = likeness_of(table_of(months, capability_share_a=sign, ending=ending), {"months": 2, "capability_share_a": 1.0}, draws=50)  # fmt: skip
    assert all(s.skill.low > 0.7 for s in told.skills)
    assert told.p_ends == 0
    noise = likeness_of(table_of(months, capability_share_a=rng.random(80), ending=ending), {"months": 2, "capability_share_a": 1.0}, draws=50)  # fmt: skip
    assert all(s.skill.central < 0.1 for s in noise.skills)
    assert len(noise.skills) == 2


def test_deaths_are_compared_by_month_and_battles_by_share() -> None:
    columns = {"deaths": [1e3, 1e4, 1e5, 1e6, 1e4], "battles_a": [1, 2, 3, 0, 0], "battles_b": [1, 0, 1, 2, 0]}
    table = table_of(np.array([20.0, 30, 40, 50, 60])).assign(**columns)
    found = likeness_of(table, {"months": 10, "deaths": 1e4 / 3, "battles_a": 4, "battles_b": 0}, draws=5)
    assert found.analogues[0].war == "w1"
    assert found.analogues[0].distance == pytest.approx(0, abs=1e-9)
    assert next(a for a in found.analogues if a.war == "w4").rests_on == {"deaths_per_month": 1.0}


def test_a_war_like_no_other_is_refused() -> None:
    table = table_of(np.array([5.0, 20, 30, 40, 50]), territory=[1.0, 0, 1, 0, 1])
    for described in ({"territory": 1.0}, {"months": 100, "territory": 1.0}, {"months": 3}, {"months": 3, "rivals": 1}):
        with pytest.raises(QueryError, match="; expected "):
            likeness_of(table, described)


# --- cases ---------------------------------------------------------------------------------------------------


def test_the_shipped_cases_are_written_out() -> None:
    cases = {c.id: c for c in read_cases(CASES)}
    assert {"alsace-lorraine-1918", "karelia-1944", "korea-1953"} <= set(cases)
    assert cases["korea-1953"].final_months == pytest.approx(24.6, abs=0.05)
    assert all(c.basis == "page" or "memory" in c.source for c in cases.values())


def test_faults_of_cases_are_told_together(tmp_path: Path) -> None:
    text = CASES.read_text(encoding="utf-8")
    file = tmp_path / "cases.toml"
    file.write_text(
        text.replace('basis = "memory"', 'basis = "rumour"').replace("over = 1953-07-27", "over = 1951-07-01"), "utf-8"
    )
    with pytest.raises(PackError) as caught:
        read_cases(file)
    assert len(caught.value.faults) == 2
    file.write_text("[[case]]\nid = 3\nold = 1\n", "utf-8")
    with pytest.raises(PackError, match="unquoted"):
        read_cases(file)
    with pytest.raises(PackError, match="cannot be read"):
        read_cases(tmp_path / "none.toml")


# --- all of it, and its charts -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def past() -> PastWars:
    rng = np.random.default_rng(4)
    wars = some_wars(wars=60)
    table = table_of(
        wars.months, ended=wars.ended, ending=wars.ending, deaths=1000 * rng.random(60) ** -1.5, capability_share_a=rng.random(60)
    )  # fmt: skip
    described = {"deaths": 50000.0, "capability_share_a": 0.7}
    return past_of(table, 9.0, described, source="a made-up record", cases=CASES, draws=20)


@pytest.mark.parametrize("width", [760, 360])
def test_every_chart_draws_at_its_width_with_its_words(past: PastWars, width: int) -> None:
    found = figures_of(past, name="the war of the valley", deaths=50000.0, width=width)
    assert list(found) == ["past-survival", "past-chances", "past-endings", "past-analogues", "past-severity"]
    for figure in found.values():
        svg = to_svg(figure)
        assert float(svg.split(' width="')[1].split('"')[0]) <= width + 1
        assert "NaN" not in svg
        assert "Source: a made-up record, 60 wars begun 1950 to 2009." in figure.caption
        assert figure.alt.endswith(".")
        assert len(json.dumps(to_spec(figure))) < 250_000
    chance = past.given.chances[2]
    assert f"within 12 months {100 * chance.total.central:.0f} %" in found["past-chances"].alt
    assert "the war of the valley" in to_svg(found["past-survival"])
    assert all(a.title in found["past-analogues"].alt for a in past.likeness.analogues)


def test_a_side_is_called_the_beginner_only_where_that_is_known(past: PastWars) -> None:
    unsure = dataclasses.replace(past, initiators_known=False)
    for one, word in ((past, "began it"), (unsure, "listed first")):
        assert word in draw_endings_by_type(one).alt
    assert "began it" not in draw_endings_by_type(unsure).alt


def test_what_the_record_does_not_know_is_not_drawn(past: PastWars) -> None:
    bare = dataclasses.replace(past, likeness=None, tail=None)
    assert list(figures_of(bare)) == ["past-survival", "past-chances", "past-endings"]
    for draw in (draw_analogues, draw_severity):
        with pytest.raises(QueryError, match="; expected "):
            draw(bare)


def test_the_shipped_record_says_something_of_a_long_war() -> None:
    record = read_record()
    wars = measured(record)
    longest = wars.loc[wars["months"].idxmax(), "war"]
    found = past_of(record, 46.0, {"territory": 1.0}, source="the shipped record", leave_out=longest, draws=20, seed=1)
    assert found.survival.wars == len(wars) - 1
    assert found.given.at_risk == (wars["months"] > 46).sum() - 1 >= 2
    assert 0.02 < found.given.chances[2].total.low < found.given.chances[2].total.high < 0.9
    assert found.likeness is not None
    assert all(a.months > 46 and a.war != longest for a in found.likeness.analogues)
    assert set(record["basis"]) > {"dates"}, "wars known by their battles or years alone are left out"
