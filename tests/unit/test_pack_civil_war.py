"""The pack of the American Civil War: it reads, its land adds up, and it says what is well known of the war."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armistice.claims import CONTRADICTED, HOLDS, check_claims
from armistice.data.estimate import estimate_panel, holdings
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.deal.check import check_settlement
from armistice.deal.read import find_settlement, read_settlements

CIVIL_WAR = Path(__file__).parents[2] / "wars" / "civil-war"
FIVE = ("tennessee", "georgia", "north-carolina", "south-carolina", "virginia")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(CIVIL_WAR)


def union_share(pack: Pack, region: str, day: date) -> float:
    return holdings(pack, region, day)["memory"].share_a


def losses(pack: Pack, side: str, source: str) -> pd.Series:
    rows = pack.observations
    own = rows[
        (rows["quantity"] == "losses_with_captured") & (rows["belligerent"] == side) & (rows["source"] == source)
    ]
    return own.set_index("end")["value"].sort_index()


def test_the_states_and_the_steps_add_up(pack: Pack) -> None:
    regions = pack.war.regions
    states = [r for r in regions.values() if r.level == 1]
    assert len(states) == 12  # eleven, and the one that was made of a part of another
    assert sum(r.area_km2 for r in states) == regions["south"].area_km2
    assert sum(r.population or 0 for r in states) == regions["south"].population == 9_103_332
    (axis,) = pack.war.axes
    assert len(axis.steps) == 20
    for state in FIVE:
        own = [s for s in axis.steps if regions[s.region].parent == state]
        assert sum(s.area_km2 for s in own) == pytest.approx(regions[state].area_km2)
        assert sum(s.people for s in own) == pytest.approx(regions[state].population)


def test_land_held_is_the_sum_of_its_pieces_on_every_day(pack: Pack) -> None:
    control = (
        estimate_panel(pack)["control"].sel(source="memory", belligerent="union").sel(time=slice("1861-07-01", None))
    )
    assert np.isfinite(control.values).all()
    states = [r.id for r in pack.war.regions.values() if r.level == 1]
    apart = control.sel(region="south") - control.sel(region=states).sum("region")
    assert float(np.abs(apart).max()) <= len(states) / 2  # each state is rounded to a km²


def test_well_known_turns_of_the_war_are_seen(pack: Pack) -> None:
    assert union_share(pack, "tennessee", date(1862, 1, 31)) == 0
    assert union_share(pack, "tennessee", date(1862, 6, 30)) > 0.4
    assert union_share(pack, "tennessee", date(1864, 11, 30)) < union_share(pack, "tennessee", date(1865, 1, 31))
    assert union_share(pack, "mississippi", date(1863, 7, 31)) > union_share(pack, "mississippi", date(1863, 4, 30))
    assert union_share(pack, "georgia", date(1864, 9, 30)) > 3 * union_share(pack, "georgia", date(1864, 4, 30))
    assert union_share(pack, "texas", date(1865, 3, 31)) < 0.01
    ends = holdings(pack, "south", date(1865, 3, 31))["memory"]
    assert ends.high_a_km2 - ends.low_a_km2 > 0.5 * ends.held_by_a_km2, "land from memory has wide ends"


def test_the_front_stands_on_the_axis_and_moved_towards_its_high_end(pack: Pack) -> None:
    front = estimate_panel(pack)["front"].sel(axis="heartland", source="memory")
    ends = [float(front.sel(time=f"{year}-12-31")) for year in (1861, 1862, 1863, 1864)]
    assert ends == sorted(ends)
    assert ends[-1] < float(front[-1]) < len(pack.war.axes[0].steps)
    assert pack.game is not None
    assert {line.option for line in pack.game.lines} == {o.id for o in pack.war.issue("union").options}


def test_nothing_of_the_end_is_known_on_the_day_of_the_pack(pack: Pack) -> None:
    assert pack.observations["end"].max() <= np.datetime64("1865-03-31")
    told = [*pack.tables["events"]["title"], *pack.tables["positions"]["doc"], *pack.tables["responses"]["doc"]]
    assert not {"Appomattox", "Johnston surrenders", "sherman"} & set(told)
    assert "sherman-johnston-1865-04" not in {s.id for s in read_settlements(pack)}


def test_an_earlier_day_knows_less(pack: Pack) -> None:
    early = cut_pack(pack, date(1864, 8, 31))
    assert {s.id for s in read_settlements(early)} == {
        "amnesty-1863-12", "gilmore-jaquess-1864-07", "niagara-1864-07", "chicago-1864-08",
    }  # fmt: skip
    assert "Lincoln re-elected" not in set(early.tables["events"]["title"])


def test_losses_are_those_of_the_files(pack: Pack, raw_dir: Path) -> None:
    raw = pd.read_csv(raw_dir / "acw" / "greer2005_weekly_casualties.csv", parse_dates=["date"])
    for side, column in (("union", "union"), ("confederacy", "confederate")):
        told = losses(pack, side, "greer")
        assert (told.diff().dropna() >= 0).all()
        last = told.index[-1]
        assert told.iloc[-1] == pytest.approx(raw.loc[raw["date"] < last, column].sum())
        assert told.iloc[-1] > losses(pack, side, "nps").iloc[-1], "battles alone are fewer than battles and attrition"


def test_prices_are_the_means_of_the_files(pack: Pack, raw_dir: Path) -> None:
    rows = pack.observations[pack.observations["quantity"] == "market_price"]
    told = rows.set_index(["belligerent", "end"])["value"]
    weekly = pd.read_csv(raw_dir / "acw" / "fin_grayback_weidenmier_2002.csv")
    weekly = weekly[weekly["imputed"] == 0].groupby(weekly["date"].str[:7])["price"].mean()
    daily = pd.read_csv(raw_dir / "acw" / "fin_greenbacks.csv.gz")
    daily = daily.groupby(daily["date"].str[:7])["mean"].mean()
    for side, of_month in (("confederacy", 100 / weekly), ("union", daily)):
        for day, value in told[side].items():
            assert value == pytest.approx(of_month[f"{day:%Y-%m}"], abs=0.006), (side, day)
    assert told["union"].idxmin() == pd.Timestamp(1864, 7, 31)


def test_the_drafts_stand_without_contradictions_and_with_their_positions(pack: Pack) -> None:
    drafts = read_settlements(pack)
    assert len(drafts) == 6
    for draft in drafts:
        assert check_settlement(draft, pack).findings == (), draft.id
    (hampton,) = [s for s in drafts if s.id == "hampton-roads-1865-02"]
    (moved,) = check_settlement(hampton, pack).moved[""]
    assert moved.km2.central == pytest.approx(holdings(pack, "south", pack.war.as_of)["memory"].held_by_b_km2, abs=1)
    sherman = check_settlement(find_settlement(pack, "sherman-johnston-1865-04"), pack)
    assert sherman.silent == ("slavery",)
    kinds = {p.issue: p.kind for draft in drafts for p in draft.provisions if p.issue}
    assert (kinds["slavery"], kinds["armies"], kinds["compensation"]) == ("emancipation", "surrender", "reparations")
    assert set(sherman.silent_minor) == {"compensation", "west_virginia"}


def test_claims_are_judged_by_the_files(pack: Pack) -> None:
    found = {v.id: v.verdict for v in check_claims(pack, estimate_panel(pack))}
    assert found["overland"] == HOLDS
    assert found["half-lost-1863"] == CONTRADICTED
    assert len(found) == 6
