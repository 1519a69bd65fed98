"""Claims: the verdict by its formula, the verdicts on the shipped pack, and faults of ``claims.toml``."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armistice.claims import (
    CONTRADICTED,
    HOLDS,
    NOT_CHECKABLE,
    RELATIONS,
    WITHIN,
    check_claims,
    judge,
    read_claims,
)
from armistice.core.errors import PackError
from armistice.data.ask import Measured
from armistice.data.estimate import estimate_panel
from armistice.data.pack import Pack, known_by, read_pack

ROOT = Path(__file__).resolve().parents[2]
with (ROOT / "tests/reference/claims.csv").open(encoding="utf-8") as _file:
    REFERENCE = list(csv.DictReader(_file))
RANK = {HOLDS: 0, WITHIN: 1, CONTRADICTED: 2}


# --- the verdict --------------------------------------------------------------------------------------------

numbers = st.integers(-1000, 1000)
spans = st.tuples(numbers, numbers).map(sorted)
measured = st.tuples(numbers, numbers, numbers).map(sorted).map(lambda v: Measured(v[1], v[0], v[2]))
answers = st.lists(measured, min_size=1, max_size=4)
relations = st.sampled_from(RELATIONS)
tolerances = st.integers(0, 500)


@given(spans, tolerances, tolerances, relations, answers)
def test_more_tolerance_never_worsens_a_verdict(claim, small, more, relation, found):
    strict = judge(*claim, small, relation, found)
    lenient = judge(*claim, small + more, relation, found)
    assert RANK[lenient.verdict] <= RANK[strict.verdict]


@given(answers, st.data(), tolerances, relations)
def test_a_claim_that_equals_a_source_is_never_contradicted(found, data, tolerance, relation):
    value = data.draw(st.sampled_from(found)).value
    assert judge(value, value, tolerance, relation, found).verdict != CONTRADICTED


@given(spans, tolerances, relations, answers, st.randoms())
def test_the_order_of_sources_does_not_matter(claim, tolerance, relation, found, random):
    shuffled = random.sample(found, len(found))
    assert judge(*claim, tolerance, relation, shuffled) == judge(*claim, tolerance, relation, found)


@given(spans, tolerances, relations, answers, st.sampled_from([0.0625, 0.5, 4.0, 1024.0]))
def test_another_unit_changes_nothing_but_the_unit(claim, tolerance, relation, found, k):
    low, high = claim
    scaled = [Measured(a.value * k, a.low * k, a.high * k) for a in found]
    before, after = (
        judge(low, high, tolerance, relation, found),
        judge(low * k, high * k, tolerance * k, relation, scaled),
    )
    assert after.verdict == before.verdict
    assert after.by == (None if before.by is None else before.by * k)


@given(spans, tolerances, answers)
def test_at_most_and_at_least_mirror_each_other(claim, tolerance, found):
    low, high = claim
    mirrored = [Measured(-a.value, -a.high, -a.low) for a in found]
    most, least = judge(low, high, tolerance, "at most", found), judge(-high, -low, tolerance, "at least", mirrored)
    assert (most.verdict, most.by) == (least.verdict, least.by)


@given(spans, tolerances, relations, answers)
def test_a_contradicted_claim_lies_further_out_than_its_tolerance(claim, tolerance, relation, found):
    judged = judge(*claim, tolerance, relation, found)
    assert (judged.by is not None) == (judged.verdict == CONTRADICTED)
    assert judged.by is None or judged.by > tolerance


@pytest.mark.parametrize(
    ("claimed", "relation", "verdict"),
    [
        (3.0, "equals", CONTRADICTED),
        (10.0, "equals", HOLDS),
        (30.0, "equals", WITHIN),
        (30.0, "at most", WITHIN),
        (3.0, "at most", CONTRADICTED),
        (30.0, "at least", WITHIN),
    ],
)
def test_a_count_of_confirmed_cases_contradicts_only_claims_below_it(claimed, relation, verdict):
    assert judge(claimed, claimed, 0.0, relation, [Measured(10.0, 10.0, np.inf)]).verdict == verdict


# --- the shipped pack ---------------------------------------------------------------------------------------


pytestmark = pytest.mark.xdist_group("ukraine")  # so that one worker reads the pack, and once


@pytest.fixture(scope="session")
def pack() -> Pack:
    return read_pack(ROOT / "wars/ukraine")


@pytest.fixture(scope="session")
def shipped(pack) -> Pack:
    """The pack as published, without the figures that are computed only where the user has the raw files."""
    rows = pack.observations
    return replace(pack, observations=rows[rows["source"] != "isw"].reset_index(drop=True))


@pytest.fixture(scope="session")
def verdicts(pack, shipped):
    panel = estimate_panel(pack)
    out = {"shipped": {v.id: v for v in check_claims(shipped, panel.sel(source=panel["source"] != "isw"))}}
    if len(pack.observations) > len(shipped.observations):
        out["local"] = {v.id: v for v in check_claims(pack, panel)}
    return out


def cut(pack: Pack, day: date) -> Pack:
    """The pack as of an earlier day, as `read_pack` cuts it."""
    redraws = pack.tables["redraws"]
    tables = {**pack.tables, "redraws": redraws[redraws["date"] <= np.datetime64(day, "s")]}
    return replace(pack, war=replace(pack.war, as_of=day), observations=known_by(pack.observations, day), tables=tables)


@pytest.mark.parametrize("row", REFERENCE, ids=lambda r: f"{r['id']}-{r['data']}-{r['source']}")
def test_verdicts_on_the_shipped_pack(verdicts, row):
    if row["data"] not in verdicts:
        pytest.skip("no local figures here")
    found = verdicts[row["data"]][row["id"]]
    assert found.verdict == row["verdict"], found.why
    if row["source"]:
        assert found.values[row["source"]] == pytest.approx(float(row["value"]), abs=float(row["within"]) + 1e-9)
    else:
        assert found.values == {}


def test_every_claim_has_a_verdict_with_a_reason(verdicts, shipped):
    found = verdicts["shipped"]
    assert len(found) == len(read_claims(shipped)) >= 30
    assert {v.verdict for v in found.values()} == {HOLDS, WITHIN, CONTRADICTED, NOT_CHECKABLE}
    for verdict in found.values():
        assert verdict.why.endswith(".")
        assert (verdict.verdict == NOT_CHECKABLE) == (not verdict.values)
        assert (verdict.verdict == CONTRADICTED) == (verdict.by is not None)


def test_the_official_figure_for_2025_is_contradicted_in_both_readings(verdicts):
    for name, by in {"official-gain-2025": 2193, "official-gain-2025-with-kursk": 1714}.items():
        found = verdicts["shipped"][name]
        assert found.verdict == CONTRADICTED
        assert found.by == pytest.approx(by, abs=1)
        assert f"{by:,} km²" in found.why
        assert "claim by the Russian side" in found.why


def test_a_sides_own_count_is_marked_as_such(verdicts):
    losses = verdicts["shipped"]["russian-losses-general-staff"].why
    assert "claim by the Ukrainian side" in losses
    assert "consistency" in losses
    assert "soldiers estimated dead" in losses
    tanks = verdicts["shipped"]["tanks-russia-general-staff"]
    assert set(tanks.values) == {"general-staff-ua", "oryx"}


def test_a_range_no_longer_drawn_is_told(verdicts):
    assert "1.6 points" in verdicts["shipped"]["donetsk-share-left"].why


def test_reasons_why_a_claim_cannot_be_checked_are_computed(verdicts):
    found = verdicts["shipped"]
    assert "ends on 2026-12-31, after 2025-12-31" in found["donetsk-in-a-year"].why
    assert "none for Donetsk" in found["half-the-people-gone"].why
    assert "to 2025-10-31" in found["russian-dead-named-end-2025"].why
    assert "DeepState 2022-02-23 to 2025-12-31" in found["peak-march-2022"].why


def test_an_earlier_day_sees_nothing_published_later(shipped):
    day = date(2024, 12, 31)
    changed = shipped.observations.copy()
    later = changed["published"] > np.datetime64(day, "s")
    changed.loc[later, ["low", "value", "high"]] *= 0.5
    plain, scrambled = cut(shipped, day), cut(replace(shipped, observations=changed), day)
    first = check_claims(plain, estimate_panel(plain))
    assert first == check_claims(scrambled, estimate_panel(scrambled))
    found = {v.id: v for v in first}
    assert "gain-2025" not in found, "not yet made, and of a period that was not over"
    assert found["gain-2024-about-4000"].verdict == WITHIN, "published later, of a period that is over"
    assert set(found["shells-ukraine-2024-essay"].values) == {"cnn-2024"}, "the essay's own figure came out in 2025"


# --- faults -------------------------------------------------------------------------------------------------

FAULTS = """
lower_bound = ["nobody"]

[party_of]
oryx = "mars"

[[claim]]
id = "one"
text = "A"
claimant = "B"
source = "C"
basis = "hearsay"
published = 2025-01-01
value = 1
tolerance = -1
colour = "red"
own = ["orix"]
query = {name = "level", quantity = "control", belligerent = "rusia", regions = ["donezk"], to = 1950-01-01}

[[claim]]
id = "one"
text = "A"
claimant = "B"
party = "usa"
source = "C"
basis = "page"
published = 2025-01-01
value = 1
low = 2
unit = "acres"
tolerance = 1
relation = "about"
query = {name = "change", quantity = "control", belligerent = "russia", regions = ["donetsk"], to = 2025-01-01, from = 2025-02-01}

[[claim]]
id = "two"
text = "A"
claimant = "B"
source = "C"
basis = "page"
published = 2025-01-01
value = 1
unit = "%"
tolerance = 1
query = {name = "share", quantity = "losses_tank", belligerent = "russia", to = 2025-01-01}

[[claim]]
id = "three"
text = "A"
claimant = "B"
source = "C"
basis = "page"
published = 2025-01-01
value = 1
unit = "items"
tolerance = 1
query = {name = "total", quantity = "losses_tanks", belligerent = "russia", from = 2024-01-01, to = 2024-12-31}
"""


def test_all_faults_are_reported_at_once(shipped, tmp_path):
    (tmp_path / "claims.toml").write_text(FAULTS, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_claims(replace(shipped, path=tmp_path))
    text = str(caught.value)
    for found in (
        'source "nobody"', 'party "mars"', "hearsay", 'no key "unit"', "tolerance is", 'unknown key "colour"',
        'own source "orix"', 'belligerent "rusia"', 'region "donezk"', "1950-01-01, before the war", 'claim "one" 2 times',
        'party "usa"', "low 2, value 1", 'unit "acres"', "relation is", "from 2025-02-01 after", "losses_tank", 'query "total"',
    ):  # fmt: skip
        assert found in text
    assert 'claims.toml line 7 claim "one"' in text
    for fault in caught.value.faults:
        assert fault.where.startswith("claims.toml")
        assert fault.expected
        assert fault.remedy


def test_a_file_that_is_not_toml_is_one_fault_with_its_line(shipped, tmp_path):
    (tmp_path / "claims.toml").write_text("a = 1\n[[claim\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"claims\.toml line 2"):
        read_claims(replace(shipped, path=tmp_path))


def test_a_pack_without_claims_has_none(shipped, tmp_path):
    assert read_claims(replace(shipped, path=tmp_path)) == []
