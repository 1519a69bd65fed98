"""Drafts of settlements: kinds of provision, reading with every fault at once, what provisions do, checks of a draft."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import PackError
from armistice.core.settlement import Effect, Either, Ground, Provision, Settlement
from armistice.core.war import War
from armistice.data.estimate import holdings
from armistice.data.pack import Pack, cut_pack, read_pack
from armistice.deal.check import check_settlement, contradictions, differences, land_moved, regions_of, unsettled_land
from armistice.deal.compare import compare_record
from armistice.deal.kinds import EFFECTS, KINDS, MOST_READINGS, effect_of, example_terms, readings
from armistice.deal.read import MOST_PROVISIONS, read_settlement, read_settlements
from armistice.deal.territory import moved_by, survey_ground, worth_of

UKRAINE = Path(__file__).parents[2] / "wars" / "ukraine"
HEAD = 'title = "T"\ndate = 2013-01-01\nby = ["league"]\nstatus = "offer"\nsource = "S"\n'
LINE = '[[provision]]\nkind = "control_line"\ntext = "x"\nterms = {regions = ["northreach"], line = "front"}\n'


@pytest.fixture(scope="module")
def pack(toy: Path) -> Pack:
    return read_pack(toy)


@pytest.fixture(scope="module")
def ground(pack: Pack) -> Ground:
    return survey_ground(pack, ["farreach-district"])


@pytest.fixture(scope="module")
def ukraine() -> Pack:
    return read_pack(UKRAINE)


@pytest.fixture(scope="module")
def drafts(ukraine: Pack) -> dict[str, Settlement]:
    return {s.id: s for s in read_settlements(ukraine)}


def read(folder: Path, body: str, war: War, head: str = HEAD) -> Settlement:
    file = folder / "draft.toml"
    file.write_text(head + body, encoding="utf-8")
    return read_settlement(file, war)


def faults(folder: Path, body: str, war: War, head: str = HEAD) -> list[str]:
    with pytest.raises(PackError) as caught:
        read(folder, body, war, head)
    return [str(f) for f in caught.value.faults]


def clause(kind: str, terms: str, more: str = "") -> str:
    return f'[[provision]]\nkind = "{kind}"\ntext = "x"\nterms = {{{terms}}}\n{more}'


def provision(kind: str, **terms: object) -> Provision:
    return Provision(1, kind, terms, "", "", "page")  # type: ignore[arg-type]


def done(kind: str, pack: Pack, ground: Ground, **terms: object) -> Effect:
    """What a provision does."""
    return effect_of(provision(kind, **terms), pack.war, ground)


# --- kinds -----------------------------------------------------------------------------------------------------------


def test_every_kind_has_an_effect_of_its_own() -> None:
    assert list(EFFECTS) == list(KINDS)
    assert {name: f.__name__ for name, f in EFFECTS.items()} == {name: name for name in KINDS}


def test_names_of_terms_are_plain_and_choices_have_words() -> None:
    for kind in KINDS.values():
        names = [t.name for t in kind.terms]
        assert len(set(names)) == len(names)
        assert set(kind.subject) <= set(names)
        for term in kind.terms:
            assert (term.kind == "choice") == bool(term.allowed)
            assert (term.kind in ("number", "whole")) == bool(term.unit)
        for name, value, other in kind.needs:
            assert value in kind.term(name).allowed
            assert other in names


@pytest.mark.parametrize("name", list(KINDS))
def test_the_example_of_a_kind_reads_and_is_compared(name: str, pack: Pack, ground: Ground, tmp_path: Path) -> None:
    def told(value: object) -> str:
        if isinstance(value, list):
            return "[" + ", ".join(told(v) for v in value) + "]"
        return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)

    terms = ", ".join(f"{k} = {told(v)}" for k, v in example_terms(KINDS[name], pack.war).items())
    draft = read(tmp_path, clause(name, terms), pack.war)
    effect = effect_of(draft.provisions[0], pack.war, ground)
    assert effect.hazard_factor.low > 0
    assert len(compare_record([draft], pack.war)["rows"]) >= 1


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_draft_is_read(tmp_path: Path, pack: Pack) -> None:
    body = LINE + clause(
        "demilitarised_zone", 'withdraws = "both", depth = {either = [5, 10]}', 'basis = "memory"\nsource = "M"\n'
    )
    draft = read(tmp_path, body, pack.war)
    one, two = draft.provisions
    assert (draft.id, draft.by, one.source, one.basis, two.source, two.basis) == (
        "draft", ("league",), "S", "page", "M", "memory",
    )  # fmt: skip
    assert one.terms == {"regions": ("northreach",), "line": "front"}
    assert two.terms["depth"] == Either((5.0, 10.0))


def test_an_empty_draft_changes_nothing(tmp_path: Path, pack: Pack, ground: Ground) -> None:
    draft = read(tmp_path, "", pack.war)
    checked = check_settlement(draft, pack, ground)
    assert draft.provisions == ()
    assert checked.findings == ()
    assert checked.moved == {"": ()}
    assert set(checked.silent) | set(checked.silent_minor) == {i.id for i in pack.war.issues}


PLANTED = {
    'kind = "control_lin"': "did you mean control_line?",
    'line = "fronts"': "did you mean front",
    'regions = ["nortreach"]': "did you mean northreach",
    "regions = []": "regions as a list of text, not empty",
    'lines = "front"': 'a term "lines"',
    'basis = "rumour"': "basis one of page, mixed, memory",
    'variant = "one"': "list it under [variants]",
    'issue = "northreech"\noption = "restored"': "did you mean northreach",
    'issue = "northreach"\noption = "returned"': 'an option of issue "northreach"',
    'issue = "northreach"': "one option, or the two ends",
    'option = "restored"': "name the issue",
    'issue = "tolls"\noption = "shared"': "answers issue",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found_at_its_line(planted: str, tmp_path: Path, pack: Pack) -> None:
    key = planted.split(" ")[0]
    if re.search(rf"^{key} = ", LINE, re.MULTILINE):
        body = re.sub(rf"^{key} = .*$", planted, LINE, flags=re.MULTILINE)
    elif f"{key} = " in LINE:
        body = re.sub(rf'{key} = (\[.*?\]|".*?")', planted, LINE)
    else:
        body = LINE + planted + "\n" if key != "lines" else LINE.replace("line =", "lines =")
    found = faults(tmp_path, body, pack.war)
    assert any(PLANTED[planted] in f and f.startswith("draft.toml line 6") for f in found), found


@pytest.mark.parametrize(
    ("kind", "terms", "said"),
    [
        ("control_line", 'regions = ["northreach"]', 'no term "line"'),
        ("control_line", 'regions = ["northreach"], line = "listed"', 'line is "listed" and there is no "held_a"'),
        ("control_line", 'regions = ["southreach"], line = "listed", held_a = ["farreach-district"]', "inside the regions"),
        ("security_guarantee", 'protects = "brelland", form = "automatic"', "a guarantee without a guarantor"),
        ("security_guarantee", 'protects = "corland", form = "open", others = "x"', "one of the belligerents"),
        ("security_guarantee", 'protects = "brelland", by = ["corlan"], form = "open"', "did you mean corland?"),
        ("force_cap", 'side = "brelland", cap = "number"', 'add "men"'),
        ("force_cap", 'side = "brelland", cap = "number", men = 1.5', "a whole number from 0 to 10,000,000 men"),
        ("force_cap", 'side = "brelland", cap = "number", men = -5', "check sign, size and unit"),
        ("force_cap", 'side = "brelland", cap = "number", men = "many"', "a whole number"),
        ("force_cap", 'side = "brelland", cap = "number", men = true', "a whole number"),
        ("missile_range", 'side = "brelland", range = nan', "a number from 0"),
        ("missile_range", 'side = "brelland", range = inf', "a number from 0"),
        ("missile_range", 'side = "brelland", range = {value = 40, unit = "miles"}', 'range is in "miles"; expected range in km'),
        ("missile_range", 'side = "brelland", range = {value = 40, unit = "km", about = 1}', "value and unit only"),
        ("missile_range", 'side = "brelland", range = {either = [40]}', "a list of 2 to"),
        ("demilitarised_zone", 'withdraws = "both", mirrored = "yes"', "true or false"),
    ],
)  # fmt: skip
def test_a_wrong_term_is_a_sentence(kind: str, terms: str, said: str, tmp_path: Path, pack: Pack) -> None:
    found = faults(tmp_path, clause(kind, terms), pack.war)
    assert any(said in f for f in found), found


def test_all_faults_come_at_once(tmp_path: Path, pack: Pack) -> None:
    body = LINE.replace("northreach", "nowhere") + clause("peace", "") + clause("force_cap", 'side = "brelland"')
    head = HEAD.replace("2013-01-01", '"soon"').replace('"league"', '"leage"')
    found = faults(tmp_path, body, pack.war, head)
    assert len(found) >= 5
    for word in ("nowhere", "peace", "cap", "soon", "leage"):
        assert any(word in f for f in found), word


def test_ten_thousand_provisions_are_refused_in_one_sentence(tmp_path: Path, pack: Pack) -> None:
    found = faults(tmp_path, LINE * 10_000, pack.war)
    assert found == [
        f"draft.toml: 10,000 provisions; expected at most {MOST_PROVISIONS}; split the text, or merge clauses that say the same"
    ]


def test_no_file_and_no_toml_are_sentences(tmp_path: Path, pack: Pack) -> None:
    with pytest.raises(PackError, match="no such file"):
        read_settlement(tmp_path / "none.toml", pack.war)
    assert "not TOML" in faults(tmp_path, "[[", pack.war)[0]
    assert any("provision" in f for f in faults(tmp_path, "provision = 3\n", pack.war))
    assert any("a table" in f for f in faults(tmp_path, "provision = [3]\n", pack.war))


def test_drafts_of_a_later_day_are_not_known(pack: Pack, toy: Path) -> None:
    assert [s.id for s in read_settlements(pack)] == ["second-draft", "paper"]
    earlier = cut_pack(pack, pack.war.as_of.replace(year=2012, month=12))
    assert [s.id for s in read_settlements(earlier)] == ["second-draft"]


def test_faults_of_all_files_come_at_once(toy_copy: Path) -> None:
    pack = read_pack(toy_copy)
    for name in ("one", "two"):
        (toy_copy / "settlements" / f"{name}.toml").write_text(HEAD + clause("peace", ""), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_settlements(pack)
    assert {f.where.split(" ")[0] for f in caught.value.faults} == {"one.toml", "two.toml"}


PIECES = (
    "",
    '"',
    "[",
    "]",
    "{",
    "}",
    "=",
    "either",
    "\n",
    "nan",
    "-1",
    "1e400",
    "é",
    "[[provision]]",
    "full_a",
    "true",
    "9" * 400,
)


@settings(max_examples=120)
@given(data=st.data())
def test_a_mutilated_file_never_ends_in_a_traceback(
    data: st.DataObject, toy: Path, pack: Pack, ground: Ground, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = (toy / "settlements" / data.draw(st.sampled_from(["paper.toml", "second-draft.toml"]))).read_text("utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        a = data.draw(st.integers(0, len(text)))
        b = min(len(text), a + data.draw(st.integers(0, 30)))
        text = text[:a] + data.draw(st.sampled_from(PIECES)) + text[b:]
    file = tmp_path_factory.getbasetemp() / "mutilated.toml"
    file.write_text(text, encoding="utf-8")
    try:
        draft = read_settlement(file, pack.war)
    except PackError:
        return
    check_settlement(draft, pack, ground)
    assert all(effect_of(p, pack.war, ground).hazard_factor.low > 0 for p in draft.provisions)
    compare_record([draft], pack.war)


# --- what provisions do ----------------------------------------------------------------------------------------------


def test_land_moved_is_what_the_maps_leave(pack: Pack, ground: Ground) -> None:
    held = holdings(pack, "northreach", pack.war.as_of).values()
    area = pack.war.regions["northreach"].area_km2
    (moved,) = moved_by({"regions": ("northreach",), "line": "full_a"}, pack.war, ground)
    assert moved.km2.low == pytest.approx(area - max(h.high_a_km2 for h in held))
    assert moved.km2.high == pytest.approx(area - min(h.low_a_km2 for h in held))
    (back,) = moved_by({"regions": ("northreach",), "line": "full_b"}, pack.war, ground)
    assert moved.km2.central - back.km2.central == pytest.approx(area)
    (still,) = moved_by({"regions": ("northreach",), "line": "front"}, pack.war, ground)
    assert (still.km2.low, still.km2.central, still.km2.high) == (0, 0, 0)


def test_districts_listed_move_as_a_whole(pack: Pack, ground: Ground) -> None:
    terms = {"regions": ("northreach",), "line": "listed", "held_a": ("farreach-district",)}
    (moved,) = moved_by(terms, pack.war, ground)
    now = ground.now["northreach"]
    aim = pack.war.regions["farreach-district"]
    assert moved.km2.central == pytest.approx(aim.area_km2 - now.a_km2.central)
    assert moved.people is not None
    assert now.people_a is not None
    assert moved.people.central == pytest.approx((aim.population or 0) - now.people_a.central)


def test_land_is_worth_what_the_weights_say(pack: Pack, ground: Ground) -> None:
    whole = [m for r in ground.contested for m in moved_by({"regions": (r,), "line": "full_a"}, pack.war, ground)]
    back = [m for r in ground.contested for m in moved_by({"regions": (r,), "line": "full_b"}, pack.war, ground)]
    for side, sign in (("a", 1), ("b", -1)):
        gain, loss = worth_of(whole, ground, side), worth_of(back, ground, side)
        assert sign * (gain.central - loss.central) == pytest.approx(1.0), "all of the stake is worth 1"
        assert gain.low <= gain.central <= gain.high


def test_land_that_one_side_leaves_and_the_other_may_not_enter(pack: Pack, ground: Ground) -> None:
    full = done("control_line", pack, ground, regions=("northreach",), line="full_a")
    neutral = done("control_line", pack, ground, regions=("northreach",), line="neutral")
    assert neutral.payoff_b == full.payoff_b
    assert neutral.payoff_a.central == pytest.approx(full.payoff_a.central / 2)
    assert (neutral.payoff_a.low, neutral.payoff_a.high) == (0, full.payoff_a.high)


def test_recognition_gains_what_the_other_loses_and_counts_half_by_others(pack: Pack, ground: Ground) -> None:
    terms = {"regions": ("northreach",), "of": "aldmark", "level": "de_jure"}
    full = done("recognition", pack, ground, **terms)
    half = done("recognition", pack, ground, **terms, by=("corland",))
    none = done("recognition", pack, ground, **(terms | {"level": "none"}))
    assert full.payoff_a.central > 0 > full.payoff_b.central
    assert half.payoff_a.central == pytest.approx(full.payoff_a.central / 2)
    assert (none.payoff_a.central, none.payoff_b.central) == (0, 0)


def test_recognition_of_every_region_by_itself_weighs_on_peace_like_one_for_all(pack: Pack, ground: Ground) -> None:
    terms: dict[str, object] = {"of": "aldmark", "level": "none"}
    one = done("recognition", pack, ground, regions=ground.contested, **terms).hazard_factor
    each = [done("recognition", pack, ground, regions=(r,), **terms).hazard_factor for r in ground.contested]
    assert len(each) > 1
    assert one.high == pytest.approx(1.3)
    for end in ("low", "central", "high"):
        assert math.prod(getattr(e, end) for e in each) == pytest.approx(getattr(one, end))
    nothing = done("status_later", pack, ground, regions=("westmoor",), by="talks").hazard_factor
    assert (nothing.low, nothing.high) == (1, 1), "no land in dispute there"


def test_guarantees_are_ordered_and_weakened_by_grounds_on_which_they_lapse(pack: Pack, ground: Ground) -> None:
    def hazard(form: str, *void: str) -> tuple[float, float]:
        terms: dict[str, object] = {"protects": "brelland", "by": ("corland",), "form": form}
        effect = done("security_guarantee", pack, ground, **terms, **({"void_if": void} if void else {}))
        return effect.hazard_factor.central, effect.power_shift.central

    assert hazard("automatic") < hazard("consultative") < hazard("veto")
    assert hazard("automatic")[1] < 0, "power moves towards the side that is protected, which is B"
    assert hazard("automatic") < hazard("automatic", "x") < hazard("automatic", "x", "y")
    assert hazard("automatic", "x", "y") == hazard("automatic", "x", "y", "z")


def test_a_cap_on_one_side_is_power_for_the_other(pack: Pack, ground: Ground) -> None:
    on_b = done("force_cap", pack, ground, side="brelland", cap="number", men=1)
    on_a = done("force_cap", pack, ground, side="aldmark", cap="number", men=1)
    none = done("force_cap", pack, ground, side="brelland", cap="none")
    assert on_b.power_shift.central > 0 == none.power_shift.central
    assert on_a.power_shift.high == -on_b.power_shift.low
    assert none.hazard_factor.central == 1


def test_either_spans_all_readings(pack: Pack, ground: Ground) -> None:
    plain = [done("control_line", pack, ground, regions=("northreach",), line=line) for line in ("front", "full_b")]
    both = done("control_line", pack, ground, regions=("northreach",), line=Either(("front", "full_b")))
    ends = [e.payoff_a for e in plain]
    assert both.payoff_a.low == min(e.low for e in ends)
    assert both.payoff_a.high == max(e.high for e in ends)
    assert both.payoff_a.central == pytest.approx(sum(e.central for e in ends) / 2)
    many = provision("x", **{f"t{n}": Either((1, 2, 3)) for n in range(8)})
    assert len(readings(many)) == MOST_READINGS


# --- checks of a draft -----------------------------------------------------------------------------------------------

CLASHING = {
    "two lines": (LINE + LINE.replace("front", "full_a"), "Line of control (northreach)"),
    "open and barred": (
        clause("alliance_membership", 'side = "brelland", alliance = "X", status = "open"')
        + clause("alliance_membership", 'side = "brelland", alliance = "X", status = "barred"'),
        "Membership of an alliance (brelland, X): status open and status barred",
    ),
    "two caps": (
        clause("force_cap", 'side = "brelland", cap = "number", men = 5')
        + clause("force_cap", 'side = "brelland", cap = "number", men = 6'),
        "men 5 and men 6",
    ),
    "steps": (
        clause("sequence", 'first = "ceasefire"')
        + clause("withdrawal", 'side = "brelland", regions = ["rivermark"], before = "ceasefire"'),
        "must precede the ceasefire",
    ),
    "other side first": (
        clause("withdrawal", 'side = "brelland", regions = ["rivermark"], before = "ceasefire"')
        + clause("sequence", 'first = "withdrawal_a"'),
        "One side withdraws first",
    ),
    "troops": (
        clause("foreign_troops", 'side = "brelland", permitted = "none"')
        + clause("monitoring", 'by = ["corland"], how = "forces"'),
        "foreign forces watch the line",
    ),
    "deterrent": (
        clause("foreign_troops", 'side = "brelland", permitted = "none"')
        + clause("security_guarantee", 'protects = "brelland", by = ["corland"], form = "deterrent"'),
        "places a deterrent",
    ),
    "status": (
        clause("recognition", 'regions = ["northreach"], of = "aldmark", level = "de_jure"')
        + clause("status_later", 'regions = ["northreach"], by = "talks"'),
        "left for later, and recognised in law",
    ),
    "borders": (
        clause("recognition", 'regions = ["northreach"], of = "aldmark", level = "de_jure"')
        + clause("border_principle", 'rule = "restored"'),
        "Recognised borders are restored",
    ),
    "sanctions": (
        clause("snap_back", 'what = ["sanctions"], against = "aldmark"')
        + clause("sanctions_relief", 'on = "aldmark", pace = "kept"'),
        "none are lifted",
    ),
    "issue": (
        clause("status_later", 'regions = ["southreach"], by = "talks"', 'issue = "southreach"\noption = "status-talks"\n')
        + clause("recognition", 'regions = ["southreach"], of = "aldmark", level = "de_facto"', 'issue = "southreach"\noption = "ceded"\n'),
        'Issue "southreach" is answered twice',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHING)
def test_clauses_that_contradict_each_other_are_found(name: str, tmp_path: Path, pack: Pack) -> None:
    body, said = CLASHING[name]
    (finding,) = contradictions(read(tmp_path, body, pack.war), pack.war)
    assert said in finding.sentence
    assert finding.clauses == (1, 2)


@pytest.mark.parametrize("name", CLASHING)
def test_the_same_clauses_in_two_variants_do_not_contradict(name: str, tmp_path: Path, pack: Pack) -> None:
    body = CLASHING[name][0]
    first, second = body.split("[[provision]]")[1:]
    body = f'[[provision]]{first}variant = "x"\n[[provision]]{second}variant = "y"\n'
    draft = read(tmp_path, body, pack.war, HEAD + '[variants]\nx = "X"\ny = "Y"\n')
    assert contradictions(draft, pack.war) == ()


def test_what_may_agree_is_no_contradiction(tmp_path: Path, pack: Pack) -> None:
    body = LINE + LINE.replace('"front"', '{either = ["front", "full_a"]}') + LINE.replace("northreach", "southreach")
    assert contradictions(read(tmp_path, body, pack.war), pack.war) == ()


def test_an_alliance_has_rules_of_its_own(tmp_path: Path, pack: Pack, ground: Ground) -> None:
    member = clause(
        "alliance_membership",
        'side = "brelland", alliance = "X", status = "open", consent = "unanimous", borders = "custom", rules_source = "R"',
    )
    kept = check_settlement(read(tmp_path, member + LINE, pack.war), pack, ground).findings
    assert [f.kind for f in kept] == ["rule", "rule"]
    assert re.search(r"consent of every member.*\(R\)", kept[0].sentence)
    assert "unsettled in Northreach (R)" in kept[1].sentence
    returned = read(tmp_path, member + LINE.replace("front", "full_b"), pack.war)
    assert len(check_settlement(returned, pack, ground).findings) == 1
    law = clause("recognition", 'regions = ["northreach"], of = "aldmark", level = "de_jure"')
    assert unsettled_land(read(tmp_path, LINE + law, pack.war), pack.war) == ()
    others = law.replace("level", 'by = ["corland"], level')
    assert unsettled_land(read(tmp_path, LINE + others, pack.war), pack.war) == ("northreach",)


def test_a_difference_from_the_record_is_found(pack: Pack, tmp_path: Path, toy: Path) -> None:
    text = (toy / "settlements" / "second-draft.toml").read_text(encoding="utf-8")
    draft = read(tmp_path, "", pack.war, text)
    assert differences(draft, pack) == ()
    other = read(tmp_path, "", pack.war, text.replace('option = "shared"', 'option = "brelland"'))
    assert [f.sentence for f in differences(other, pack)] == ['Issue "tolls": brelland here and shared in the record.']
    unknown = read(tmp_path, "", pack.war, text.replace('"draft2"', '"draft3"'))
    assert "no document" in differences(unknown, pack)[0].sentence


# --- the real drafts -------------------------------------------------------------------------------------------------


def test_the_shipped_drafts_read_and_say_what_the_record_says(ukraine: Pack, drafts: dict[str, Settlement]) -> None:
    assert len(drafts) >= 14
    for draft in drafts.values():
        assert draft.positions, draft.id
        assert [f.sentence for f in differences(draft, ukraine)] == [], draft.id
        assert [f.sentence for f in contradictions(draft, ukraine.war)] == [], draft.id
        assert len(draft.provisions) >= 10, draft.id


def test_the_bases_of_the_shipped_clauses_are_those_of_the_record(ukraine: Pack, drafts: dict[str, Settlement]) -> None:
    rows = {(r.doc, r.issue): set() for r in ukraine.tables["positions"].itertuples()}
    for row in ukraine.tables["positions"].itertuples():
        rows[row.doc, row.issue].add(row.basis)
    for draft in drafts.values():
        for p in draft.provisions:
            if p.issue and (draft.positions, p.issue) in rows:
                assert p.basis in rows[draft.positions, p.issue], (draft.id, p.issue)


def to_the_day_before(draft: Settlement, region: str) -> bool:
    """Whether a draft draws the line of a region as it was before the war."""
    clauses = [p for p in draft.provisions if p.kind == "control_line" and region in str(p.terms["regions"])]
    return any("before" in str(p.terms["line"]) for p in clauses)


def test_land_that_the_shipped_drafts_would_move(ukraine: Pack, drafts: dict[str, Settlement]) -> None:
    names = {r for d in drafts.values() for r in regions_of(d, ukraine.war)}
    ground = survey_ground(ukraine, names)
    assert {"donetsk", "lviv"} & set(ground.contested) == {"donetsk"}
    rest = {m.region: m for m in land_moved(drafts["us-28-2025-11"], ukraine.war, ground)}
    held = holdings(ukraine, "donetsk", ukraine.war.as_of).values()
    assert rest["donetsk"].km2.low == pytest.approx(
        ukraine.war.regions["donetsk"].area_km2 - max(h.high_a_km2 for h in held)
    )
    assert rest["kharkiv"].km2.high < 0 == rest["kherson"].km2.central
    far = drafts["ru-2024-06"]
    demanded = sum(m.km2.central for m in land_moved(far, ukraine.war, ground))
    assert demanded > 3 * rest["donetsk"].km2.central
    for draft in drafts.values():
        for variant in draft.variants or ("",):
            for one in land_moved(draft, ukraine.war, ground, variant):
                for value in (one.km2, one.people, one.assets):
                    assert value is None or value.low <= value.central <= value.high
                # A map of the day before the war may be one that the repository does not hold: then nobody is counted.
                assert (
                    one.people is not None
                    or one.region in ("crimea", "sevastopol")
                    or to_the_day_before(draft, one.region)
                )
