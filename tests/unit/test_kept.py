"""Texts that took effect: what is read of their fate, and the chances that the rule of durability gives them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from armistice.core.errors import PackError
from armistice.core.retrospect import LASTED_YEARS, Lasted, durability_scores
from armistice.core.settlement import Kept
from armistice.data.pack import read_pack
from armistice.deal.durability import renewal_numbers
from armistice.deal.kept import texts_in_effect
from armistice.deal.read import read_settlement

WARS = Path(__file__).parents[2] / "wars"
HEAD = 'title = "T"\ndate = 2013-01-01\nby = ["aldmark"]\nstatus = "signed"\nsource = "S"\n'
KEPT = '[kept]\nuntil = 2013-07-01\nbroke = true\nwhy = "W"\nsource = "S"\n'
DRAWS = 400


@pytest.fixture
def toy_copy(toy: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "toy"
    shutil.copytree(toy, copy)
    return copy


def lasted(folder: Path, body: str, draws: int = DRAWS) -> Lasted:
    """The text of a file added to a pack."""
    (folder / "settlements" / "signed.toml").write_text(HEAD + body, encoding="utf-8")
    (found,) = texts_in_effect(read_pack(folder), draws=draws)
    return found


def test_whether_a_text_held_is_known_only_as_far_as_days_go() -> None:
    broke = Kept(date(2000, 1, 1), date(2006, 1, 1), True, "", "")
    holds = Kept(date(2000, 1, 1), date(2006, 1, 1), False, "", "")
    assert [broke.held(y) for y in (1, 5, 10)] == [True, True, False]
    assert [holds.held(y) for y in (1, 5, 10)] == [True, True, None]


def test_an_empty_text_has_the_chances_of_the_base_rate(toy_copy: Path) -> None:
    found = lasted(toy_copy, KEPT)
    numbers = renewal_numbers(DRAWS, 0)
    wanted = [np.exp(-numbers["base"] * years ** numbers["shape"]).mean() for years in LASTED_YEARS]
    assert found.chances == pytest.approx(wanted)
    assert found.plain == found.chances
    assert found.held == (False, False, False)
    assert (found.since, found.until, found.broke) == (date(2013, 1, 1), date(2013, 7, 1), True)


def test_a_text_that_no_side_wrote_is_in_more_danger(toy_copy: Path) -> None:
    own = lasted(toy_copy, KEPT)
    text = (HEAD + KEPT).replace("aldmark", "league")
    (toy_copy / "settlements" / "signed.toml").write_text(text, encoding="utf-8")
    (imposed,) = texts_in_effect(read_pack(toy_copy), draws=DRAWS)
    assert all(a < b for a, b in zip(imposed.chances, own.chances, strict=True))
    assert imposed.plain == own.plain


def test_texts_that_never_took_effect_are_left_out(toy: Path) -> None:
    assert texts_in_effect(read_pack(toy)) == ()


def test_wordings_hold_in_as_many_draws_as_each_other(toy_copy: Path) -> None:
    def monitored(how: str, variant: str = "") -> str:
        named = f'variant = "{variant}"\n' if variant else ""
        return f'[[provision]]\nkind = "monitoring"\n{named}text = "x"\nterms = {{how = "{how}"}}\n'

    one, two = (lasted(toy_copy, KEPT + monitored(how)).chances[-1] for how in ("forces", "open"))
    variants = '[variants]\none = "One"\ntwo = "Two"\n'
    either = lasted(toy_copy, KEPT + variants + monitored("forces", "one") + monitored("open", "two")).chances[-1]
    assert one != two
    assert either == pytest.approx((one + two) / 2, abs=abs(one - two) / 3)


def test_days_out_of_order_and_missing_words_are_told_at_once(toy_copy: Path) -> None:
    war = read_pack(toy_copy).war
    file = toy_copy / "settlements" / "signed.toml"
    file.write_text(HEAD + "[kept]\nuntil = 2012-07-01\nbroke = true\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_settlement(file, war)
    told = [str(f) for f in caught.value.faults]
    assert any("signed 2013-01-01, in effect since 2013-01-01, until 2012-07-01" in t for t in told)
    assert any("why" in t for t in told)
    assert any("source" in t for t in told)


def test_scores_are_mean_squares_over_what_is_known() -> None:
    def text(chances: tuple[float, ...], held: tuple[bool | None, ...]) -> Lasted:
        day = date(2000, 1, 1)
        return Lasted("w", "i", "t", day, day, False, chances, (0.5, 0.5, 0.5), held, "", "")

    scores = durability_scores([text((0.9, 0.8, 0.7), (True, False, None)), text((0.6, 0.5, 0.4), (True, True, True))])
    assert scores["clauses"] == pytest.approx((0.01 + 0.64 + 0.16 + 0.25 + 0.36) / 5)
    assert scores["base rate"] == pytest.approx(0.25)
    assert durability_scores([text((0.9, 0.8, 0.7), (None, None, None))]) == {}


def test_the_shipped_texts_are_five_with_their_reasons() -> None:
    found = [t for slug in ("ukraine", "finland", "korea") for t in texts_in_effect(read_pack(WARS / slug), draws=100)]
    assert [(t.id, t.held) for t in found] == [
        ("minsk-1", (False, False, False)),
        ("minsk-2", (True, True, False)),
        ("moscow-1940-03", (True, False, False)),
        ("armistice-1944-09", (True, True, True)),
        ("armistice-1953-07", (True, True, True)),
    ]
    assert all(t.why and t.source for t in found)
    assert all(1 > a > b > c > 0 for t in found for a, b, c in (t.chances, t.plain))
