"""Drafts side by side: complete, silent where a draft is silent, in words, and the same as a record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from armistice.core.settlement import Either, Ground, Provision, Settlement
from armistice.data.pack import Pack, read_pack
from armistice.deal.check import check_settlement
from armistice.deal.compare import SILENT, compare_record, compare_settlements, compare_table, words_of_clause
from armistice.deal.kinds import KINDS
from armistice.deal.read import read_settlements
from armistice.deal.tables import check_record, effects_table, findings_table, land_table, silence_table
from armistice.deal.territory import survey_ground


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def drafts(pack: Pack) -> tuple[Settlement, ...]:
    return read_settlements(pack)


def test_every_clause_is_in_a_row_and_no_other(pack: Pack, drafts: tuple[Settlement, ...]) -> None:
    rows = compare_settlements(drafts, pack.war)
    for column, draft in enumerate(drafts):
        shown = {number for row in rows for number in row.clauses[column]}
        assert shown == {p.number for p in draft.provisions}
        for row in rows:
            assert (row.cells[column] == SILENT) == (row.clauses[column] == ())
            assert all(draft.provisions[n - 1].kind == row.kind for n in row.clauses[column])
    assert [KINDS[r.kind].group for r in rows] == [r.group for r in rows]
    places = [list(KINDS).index(r.kind) for r in rows]
    assert places == sorted(places)


def test_the_table_says_what_the_drafts_say(pack: Pack, drafts: tuple[Settlement, ...]) -> None:
    table = compare_table(drafts, pack.war)
    assert table[0] == ["clause", "second-draft", "paper"]
    cells = {row[0]: row[1:] for row in table[1:]}
    assert len(cells) == len(table) - 1, "each title once"
    assert cells["Line of control: Northreach"] == [
        "the line of contact or all of it to Brelland",
        "the line at least: the line of contact | the whole at best: all of it to Aldmark",
    ]
    assert cells["Recognition: Northreach (Aldmark)"] == ["not recognised", "the whole at best: recognised in law"]
    assert cells["Status left for later: Southreach"] == ["talks; time set for it: 10 years", SILENT]
    assert cells["Cap on forces (Brelland)"] == [SILENT, "capped; ceiling: 40,000 men"]


def test_clauses_about_the_two_sides_stand_in_two_rows(pack: Pack) -> None:
    both = tuple(
        Provision(n, "force_cap", {"side": side, "cap": "none"}, "", "", "page")
        for n, side in enumerate(("aldmark", "brelland"), 1)
    )
    draft = Settlement("d", "D", pack.war.as_of, (), "", "", both, {})
    titles = [row.title for row in compare_settlements([draft], pack.war)]
    assert titles == ["Cap on forces (Aldmark)", "Cap on forces (Brelland)"]


def test_words_of_a_clause(pack: Pack) -> None:
    def words(kind: str, **terms: object) -> str:
        return words_of_clause(Provision(1, kind, terms, "", "", "page"), pack.war)  # type: ignore[arg-type]

    assert words("demilitarised_zone", withdraws="both", depth=Either((5.0, 10.0))) == (
        "both sides pull back; depth on each side: 5 km or 10 km"
    )
    assert words("prisoners", rule="all", civilians=False) == "all for all; not: detained civilians too"
    assert words("monitoring", by=("corland", "dovia"), how="presence") == "Corland, Dovia; observers"
    assert words("non_aggression", by=("aldmark",)) == "Aldmark"


def test_the_record_is_the_table_and_goes_through_json(pack: Pack, drafts: tuple[Settlement, ...]) -> None:
    record = compare_record(drafts, pack.war)
    assert json.loads(json.dumps(record)) == record
    assert [[row["title"], *(row["cells"][d.id]["text"] for d in drafts)] for row in record["rows"]] == compare_table(
        drafts, pack.war
    )[1:]
    assert [s["provisions"] for s in record["settlements"]] == [len(d.provisions) for d in drafts]


def test_nothing_compared_is_a_head_alone(pack: Pack) -> None:
    assert compare_table([], pack.war) == [["clause"]]


# --- a single draft in rows ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ground(pack: Pack) -> Ground:
    return survey_ground(pack)


def test_land_in_rows_adds_up(pack: Pack, drafts: tuple[Settlement, ...], ground: Ground) -> None:
    paper = drafts[1]
    checked = check_settlement(paper, pack, ground)
    rows = land_table(paper, checked, pack.war)
    assert rows[0] == ["variant", "region", "km² to Aldmark", "people to Aldmark", "assets to Aldmark"]
    assert [row[:2] for row in rows[1:]] == [
        ["the line at least", "Northreach"], ["the line at least", "Southreach"], ["the line at least", "all"],
        ["the whole at best", "Northreach"], ["the whole at best", "Southreach"], ["the whole at best", "all"],
    ]  # fmt: skip
    assert rows[1][2:] == ["0", "0", "0"]
    record = check_record(paper, checked, pack.war, ground)
    land = record["land"]["whole"]
    assert land["all"]["km2"]["central"] == pytest.approx(sum(r["km2"]["central"] for r in land["regions"].values()))
    assert json.loads(json.dumps(record)) == record


def test_no_land_and_no_silence_leave_heads_alone(pack: Pack, ground: Ground) -> None:
    empty = Settlement("e", "E", pack.war.as_of, (), "", "", (), {})
    checked = check_settlement(empty, pack, ground)
    assert len(land_table(empty, checked, pack.war)) == 1
    assert len(findings_table(checked)) == 1
    assert [row[0] for row in silence_table(checked, pack.war)[1:]] == [i.title for i in pack.war.issues]
    assert check_record(empty, checked, pack.war, ground)["land"][""]["all"]["km2"]["central"] == 0


def test_effects_in_rows_are_those_of_the_clauses(pack: Pack, drafts: tuple[Settlement, ...], ground: Ground) -> None:
    rows = effects_table(drafts[0], pack.war, ground)
    assert len(rows) == len(drafts[0].provisions) + 1
    by_kind = {row[1]: row for row in rows[1:]}
    assert by_kind["Waterways"][3:] == ["0.0", "0.0", "0.0", "1.00"]
    assert by_kind["Security guarantee"][3:] == ["0.0", "0.0", "−10.0 (−25.0 to −3.0)", "0.50 (0.20 to 0.90)"]
    record = check_record(drafts[0], check_settlement(drafts[0], pack, ground), pack.war, ground)
    assert "preferences" in record["clauses"][-1]["effect"]["hazard_factor"]["source"]
