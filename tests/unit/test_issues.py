"""What holds while nothing is agreed, and how far fighting decides: what is read of ``issues.toml``, and what is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from armistice.core.errors import Fault, FaultCollector, PackError
from armistice.core.war import Issue, Range
from armistice.data.issues import read_issues
from armistice.data.pack import read_pack

WARS = Path(__file__).parents[2] / "wars"
TOY = (WARS / "toy" / "issues.toml").read_text(encoding="utf-8")
THIRD = ("corland", "usa", "europe")


def read(text: str) -> tuple[dict[str, Issue], tuple[Fault, ...]]:
    faults = FaultCollector()
    found = read_issues(tomllib.loads(text), THIRD, faults)
    return {i.id: i for i in found.issues}, faults.faults


def changed(pattern: str, replacement: str, text: str = TOY) -> str:
    """The issues of the toy war with the first match changed."""
    new, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert count == 1
    return new


@pytest.mark.parametrize("slug", ["toy", "ukraine"])
def test_shipped_packs_say_what_holds_now_on_every_issue(slug: str) -> None:
    issues, faults = read((WARS / slug / "issues.toml").read_text(encoding="utf-8"))
    assert faults == ()
    assert len(issues) == {"toy": 4, "ukraine": 35}[slug]
    for issue in issues.values():
        assert issue.now in {o.id for o in issue.options}, issue.id
        assert issue.decided is None or issue.decided.source.startswith("judgement: "), issue.id


def test_now_and_decided_are_read() -> None:
    issues, _ = read(TOY)
    northreach = issues["northreach"]
    assert northreach.now == "line-unrecognised"
    assert northreach.now_why.startswith("The front stands")
    assert northreach.decided is not None
    assert (northreach.decided.low, northreach.decided.central, northreach.decided.high) == (0.3, 0.55, 0.8)
    assert issues["alliance"].decided is None


def test_a_pack_may_leave_them_out() -> None:
    kept = [line for line in TOY.splitlines() if not line.startswith(("now", "decided"))]
    issues, faults = read("\n".join(kept))
    assert faults == ()
    for issue in issues.values():
        assert (issue.now, issue.now_why, issue.decided) == ("", "", None)


def test_they_change_nothing_else_that_is_read() -> None:
    kept = [line for line in TOY.splitlines() if not line.startswith(("now", "decided"))]
    bare, whole = read("\n".join(kept))[0], read(TOY)[0]
    for name, issue in whole.items():
        assert (issue.options, issue.preference) == (bare[name].options, bare[name].preference)


@pytest.mark.parametrize(
    ("pattern", "replacement", "sentence"),
    [
        (
            '^now = "line-unrecognised"', 'now = "line-unrecognized"',
            'issues.toml issue "northreach": now is "line-unrecognized"; expected an option of the issue; '
            "did you mean line-unrecognised?",
        ),
        ("^now = .*$", "now = 3", 'issues.toml issue "northreach": now is "3"; expected now as text'),
        ("^now = .*\n", "", 'issues.toml issue "northreach": now_why without now; expected both or neither'),
        ("low = 0.3, central = 0.55", "low = 0.6, central = 0.55", "decided 0.6, 0.55, 0.8; expected low ≤ central ≤ high"),
        ("central = 0.55, high = 0.8", "central = 0.55, high = 1.8", "high as a number between 0 and 1"),
        ("central = 0.55, high = 0.8", "central = 0.55", '[decided]: no key "high"'),
        ('source = "judgement: the front[^"]*"', 'source = " "', "[decided]: source is"),
        ("(?<=decided = {)low = 0.3", "last = 1, low = 0.3", '[decided]: an unknown key "last"'),
        ("^decided = .*$", "decided = 0.5", '[decided]: "0.5"; expected a table'),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(pattern: str, replacement: str, sentence: str) -> None:
    _, faults = read(changed(pattern, replacement))
    assert sentence in "\n".join(map(str, faults))


def test_all_faults_are_told_at_once_and_the_pack_is_refused(toy_copy: Path) -> None:
    text = changed('^now = "line-unrecognised"', 'now = "nowhere"')
    text = changed("low = 0.0, central = 0.1, high = 0.3", "low = 0.4, central = 0.1, high = 0.3", text)
    text = changed('^now = "neutral-armed"', 'now = "armed"', text)
    (toy_copy / "issues.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as told:
        read_pack(toy_copy)
    assert [f.where for f in told.value.faults] == [
        f'issues.toml issue "{i}"' for i in ("northreach", "southreach", "alliance")
    ]


def test_the_judgement_may_have_any_width_and_source() -> None:
    given = 'decided = {low = 0, central = 0, high = 1, source = "nobody knows"}'
    assert read(changed("^decided = .*$", given))[0]["northreach"].decided == Range(0.0, 0.0, 1.0, "nobody knows")


BUNDLE = """
[[bundle]]
id = "river"
title = "The region with its river"
party = "a"
needs = [{issue = "northreach", option = "line-de-facto"}, {issue = "tolls", option = "shared"}]
worth = {low = 0.01, central = 0.02, high = 0.03, source = "judgement"}
why = "The river runs through it."
"""


def test_bundles_and_third_parties_are_read() -> None:
    faults = FaultCollector()
    found = read_issues(tomllib.loads(TOY + BUNDLE), THIRD, faults)
    assert faults.faults == ()
    (bundle,) = found.bundles
    assert (bundle.id, bundle.party, bundle.why) == ("river", "a", "The river runs through it.")
    assert bundle.needs == (("northreach", "line-de-facto"), ("tolls", "shared"))
    assert bundle.worth == Range(0.01, 0.02, 0.03, "judgement")
    wanted = next(i for i in found.issues if i.id == "northreach").preference
    assert list(wanted) == ["a", "b", "corland"]
    assert (wanted["corland"].ideal, wanted["corland"].salience) == (
        "line-unrecognised",
        Range(0.15, 0.3, 0.45, "judgement"),
    )


@pytest.mark.parametrize(
    ("pattern", "replacement", "sentence"),
    [
        ('^party = "a"', 'party = "c"', 'issues.toml bundle "river": party "c"; expected a, b or a third party of war.toml; '),
        ('^party = "a"', 'party = "usa"', 'bundle "river": needs issue "northreach", on which "usa" wants nothing; expected an issue '),
        ('issue = "tolls"', 'issue = "toll"', 'issue "toll"; expected an issue of the war; did you mean tolls?'),
        ('option = "shared"', 'option = "share"', 'option "share"; expected an option of the issue; did you mean shared?'),
        (', {issue = "tolls", option = "shared"}', "", "needs on northreach; expected two or more issues, each once"),
        ('issue = "tolls", option = "shared"', 'issue = "northreach", option = "restored"', "needs on northreach, northreach; expected two"),
        ("central = 0.02", "central = 0.04", "worth 0.01, 0.04, 0.03; expected low ≤ central ≤ high"),
        ("low = 0.01, central = 0.02", "low = 0, central = 0", "worth 0; expected a share above 0; say what it adds, or remove it"),
        ("high = 0.03", "high = 1.5", "high as a number between 0 and 1"),
        ("^why = ", "because = ", 'bundle "river": an unknown key "because"'),
        (r"\Z", BUNDLE, 'issues.toml: bundle "river" twice; expected each bundle once'),
    ],
)  # fmt: skip
def test_a_bundle_that_cannot_be_meant_is_refused(pattern: str, replacement: str, sentence: str) -> None:
    _, faults = read(TOY + changed(pattern, replacement, BUNDLE))
    assert sentence in "\n".join(map(str, faults))


@pytest.mark.parametrize(
    ("pattern", "replacement", "sentence"),
    [
        ("others.corland", "others.korland", 'issue "northreach": [others.korland]; expected a third party of war.toml; did you mean corland?'),
        ('^ideal = "line-unrecognised"', 'ideal = "line"', 'option "line"; expected an option of the issue'),
        ("low = 0.15, central = 0.3, high = 0.45", "low = 0.35, central = 0.3, high = 0.45", "salience 0.35, 0.3, 0.45; expected low"),
        ('"restored", "line-de-facto".(?=\nsource = "judgement"\nwhy = "Corland)', '"restored"]', "acceptable has 1 entries; expected two options"),
        ('^why = "Corland\'s envoy.*$', "", 'no key "why"'),
    ],
)  # fmt: skip
def test_a_third_party_that_cannot_be_meant_is_refused(pattern: str, replacement: str, sentence: str) -> None:
    _, faults = read(changed(pattern, replacement))
    assert sentence in "\n".join(map(str, faults))
