"""Negotiations in other programs' formats: what is written is read back equal, and what is wrong gets a sentence."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armistice.core.errors import QueryError
from armistice.data.pack import read_pack
from armistice.deal.exchange import (
    Negotiation,
    negotiation_of,
    read_genius,
    read_negmas,
    write_genius,
    write_negmas,
)
from armistice.deal.frontier import merge_frontier, space_of
from armistice.deal.preferences import Preferences, preferences_of, shares

FIGHT = (0.4375, 0.1 + 0.2)


@pytest.fixture(scope="module")
def talks() -> Negotiation:
    return negotiation_of(
        preferences_of(read_pack(Path(__file__).parents[2] / "wars" / "toy").war, 3, 8), FIGHT, "toy", 2
    )


def assert_equal(one: Negotiation, two: Negotiation) -> None:
    assert (one.name, one.reservation) == (two.name, two.reservation)
    a, b = one.preferences, two.preferences
    assert (a.parties, a.issues, a.options) == (b.parties, b.issues, b.options)
    assert np.array_equal(a.weight, b.weight)
    for k in range(len(a.issues)):
        assert np.array_equal(a.value[k], b.value[k])
        assert np.array_equal(a.allowed[k], b.allowed[k])


names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@st.composite
def negotiations(draw: st.DrawFn) -> Negotiation:
    """Of two to five parties, with names that want escaping and numbers with all their digits."""
    parties = tuple("abcde"[: draw(st.integers(2, 5))])
    issues = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    options = [tuple(draw(st.lists(names, min_size=1, max_size=4, unique=True))) for _ in issues]
    number = st.floats(0, 1)
    rows = [draw(st.lists(number, min_size=len(issues), max_size=len(issues))) for _ in parties]
    value = tuple(
        np.array([[draw(st.lists(number, min_size=len(o), max_size=len(o))) for _ in parties]]) for o in options
    )
    held = Preferences(
        parties, tuple(issues), tuple(options), shares(np.array([rows])), value,
        tuple(np.ones((len(parties), len(o)), bool) for o in options),
    )  # fmt: skip
    fight = draw(st.lists(st.floats(-1, 1), min_size=len(parties), max_size=len(parties)))
    return Negotiation(draw(names), held, tuple(fight))


@settings(max_examples=40)
@given(negotiations())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, held: Negotiation) -> None:
    folder = tmp_path_factory.mktemp("talks")
    write_genius(held, folder)
    assert_equal(read_genius(folder), held)
    assert_equal(read_negmas(write_negmas(held, folder / "talks.json")), held)


def test_the_toy_war_goes_out_and_comes_back(talks: Negotiation, tmp_path: Path) -> None:
    paths = write_genius(talks, tmp_path / "genius")
    assert [path.name for path in paths] == ["domain.xml", "utility1-a.xml", "utility2-b.xml"]
    one, two = read_genius(tmp_path / "genius"), read_negmas(write_negmas(talks, tmp_path / "new" / "talks.json"))
    for back in (one, two):
        assert_equal(back, talks)
        ours, theirs = (merge_frontier(space_of(n.preferences), n.reservation) for n in (talks, back))
        assert np.array_equal(ours.utilities, theirs.utilities)
        assert len(ours) > 3
    # The option that a law bars is not among them.
    assert talks.preferences.options[0] == ("restored", "line-unrecognised", "line-de-facto", "whole-de-facto")


def test_utilities_are_weight_times_evaluation(talks: Negotiation, tmp_path: Path) -> None:
    """Read by hand, as any other program would."""
    write_genius(talks, tmp_path)
    outcome = {"northreach": "line-de-facto", "southreach": "status-talks", "alliance": "guarantee", "tolls": "shared"}
    space = space_of(talks.preferences)
    wanted = space.utilities(space.numbers(outcome)[None])[0]
    for p, name in enumerate(("utility1-a.xml", "utility2-b.xml")):
        root = ET.parse(tmp_path / name).getroot()
        weights = {w.get("index"): float(w.get("value", "")) for w in root.iter("weight")}
        total = sum(
            weights[issue.get("index")] * float(item.get("evaluation", ""))
            for issue in root.iter("issue")
            for item in issue.iter("item")
            if item.get("value") == outcome[issue.get("name", "")]
        )
        assert total == wanted[p]
        assert float(root.find("reservation").get("value")) == FIGHT[p]  # type: ignore[union-attr, arg-type]


def test_same_input_same_bytes(talks: Negotiation, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_genius(talks, tmp_path / folder)
        write_negmas(talks, tmp_path / folder / "talks.json")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


XML_FAULTS = [
    ("domain.xml", "<negotiation_template>", "<something>", "not XML"),
    ("domain.xml", "<negotiation_template>", "<!DOCTYPE x []><negotiation_template>", "declares a document type"),
    ("domain.xml", 'name="southreach"', 'name="northreach"', "an issue stands there twice"),
    ("domain.xml", 'type="discrete" vtype="discrete" name="tolls"', 'type="real" name="tolls"', "an issue of type real"),
    ("domain.xml", 'value="ceded"', 'other="ceded"', "item without value"),
    ("domain.xml", 'value="ceded"', 'value="given"', 'option "ceded" of issue "southreach"'),
    ("utility1-a.xml", 'name="tolls"', 'name="dues"', 'nothing on issue "tolls"'),
    ("utility2-b.xml", '<weight index="1"', '<weight index="9"', "is nothing; expected a number"),
    ("utility2-b.xml", 'evaluation="1.0"', 'evaluation="high"', "is high; expected a number"),
    ("utility2-b.xml", 'evaluation="1.0"', 'evaluation="nan"', "not finite"),
    ("utility2-b.xml", 'discount_factor value="1.0"', 'discount_factor value="0.9"', "discount factor other than 1"),
    ("utility2-b.xml", "reservation value", "reservation amount", "reservation is nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), XML_FAULTS, ids=[said for *_, said in XML_FAULTS])
def test_faults_of_genius_files_get_a_sentence(
    name: str, old: str, new: str, said: str, talks: Negotiation, tmp_path: Path
) -> None:
    write_genius(talks, tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(QueryError, match=said) as caught:
        read_genius(tmp_path)
    assert "expected" in str(caught.value)


def test_a_folder_without_a_domain_or_a_party(talks: Negotiation, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="0 domain files"):
        read_genius(tmp_path / "nowhere")
    write_genius(talks, tmp_path)
    (tmp_path / "utility2-b.xml").rename(tmp_path / "again-a.xml")
    with pytest.raises(QueryError, match="two parties of one name"):
        read_genius(tmp_path)
    (tmp_path / "again-a.xml").unlink()
    with pytest.raises(QueryError, match="utilities of 1 parties; expected 2 to 5"):
        read_genius(tmp_path)
    (tmp_path / "utility1-a.xml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(QueryError, match="not text in UTF-8"):
        read_genius(tmp_path)


JSON_FAULTS = [
    (lambda d: d.pop("ufuns"), "not a negotiation \\('ufuns'\\)"),
    (lambda d: d["ufuns"].pop(), "utilities of 1 parties"),
    (lambda d: d["ufuns"][0]["weights"].pop(), "3 weights of a; expected 4"),
    (lambda d: d["ufuns"][0]["values"].pop(), "not a negotiation"),
    (lambda d: d["ufuns"][0]["values"][0]["mapping"].pop("restored"), 'option "restored"'),
    (lambda d: d["ufuns"][1].update(name="a"), "two parties of one name"),
    (lambda d: d["ufuns"][1].update(reserved_value=1e999), "not finite"),
    (lambda d: d["outcome_space"]["issues"].append(d["outcome_space"]["issues"][0]), "an issue stands there twice"),
    (lambda d: d["outcome_space"]["issues"].clear(), "not a negotiation"),
    (lambda d: d.update(ufuns=3), "not a negotiation"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), JSON_FAULTS, ids=[said for _, said in JSON_FAULTS])
def test_faults_of_json_get_a_sentence(spoil: object, said: str, talks: Negotiation, tmp_path: Path) -> None:
    path = write_negmas(talks, tmp_path / "talks.json")
    whole = json.loads(path.read_text(encoding="utf-8"))
    spoil(whole)  # type: ignore[operator]
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(QueryError, match=said) as caught:
        read_negmas(path)
    assert "expected" in str(caught.value)


def test_other_mistakes(talks: Negotiation, tmp_path: Path) -> None:
    held = talks.preferences
    with pytest.raises(QueryError, match="draw 1: not there"):
        negotiation_of(held, FIGHT, "toy", 1)
    with pytest.raises(QueryError, match="expected a number for each of a, b"):
        negotiation_of(held, (0.1,), "toy")
    odd = Preferences(("a", "../b"), held.issues, held.options, held.weight, held.value, held.allowed)
    with pytest.raises(QueryError, match="no part of a file name"):
        write_genius(Negotiation("toy", odd, FIGHT), tmp_path)
    (tmp_path / "utility3-c.xml").write_text("<utility_space/>", encoding="utf-8")
    with pytest.raises(QueryError, match=r"holds utility3-c\.xml of something else"):
        write_genius(talks, tmp_path)
    with pytest.raises(QueryError, match="No such file"):
        read_negmas(tmp_path / "nothing.json")
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(QueryError, match="not a negotiation"):
        read_negmas(tmp_path / "deep.json")
