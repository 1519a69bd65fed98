"""The report in a browser: offline, on a phone and on a desk, by keyboard, with living charts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doors.reports import Written

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run",
    "--disable-component-update", "--disable-default-apps", "--disable-dev-shm-usage", "--disable-extensions",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next((p for name in NAMES if (p := shutil.which(name))), None)
    if path is None:
        message = "no Chromium on this machine: install the system package chromium to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """A page opened from its file, with all that it asked for and complained of."""

    def __init__(self, browser: Any, file: Path, width: int) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.goto(file.as_uri())
        self.page.wait_for_load_state("load")

    @property
    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file://", "blob:", "data:"))]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def visit(browser: Any, toy_report: Written) -> Iterator[Any]:
    opened: list[Visit] = []

    def go(width: int) -> Visit:
        opened.append(Visit(browser, toy_report.file, width))
        return opened[-1]

    yield go
    for one in opened:
        one.context.close()


@pytest.mark.parametrize("width", [360, 760, 1280])
def test_it_opens_offline_and_fits(visit: Any, width: int) -> None:
    seen = visit(width)
    assert seen.outside == []
    assert len([u for u in seen.requests if u.startswith("file://")]) == 1, "the page is one file"
    assert seen.complaints == []
    assert seen.overflow() <= 0
    wide, narrow = (seen.page.locator(f".picture.{kind}").first for kind in ("wide", "narrow"))
    assert wide.is_visible() == (width > 620)
    assert narrow.is_visible() == (width <= 620)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_chapters_on_the_game_fit(browser: Any, game_report: Path, width: int) -> None:
    seen = Visit(browser, game_report, width)
    assert (seen.outside, seen.complaints) == ([], [])
    assert seen.overflow() <= 0
    for name in ("bargaining-range", "blockers", "levers", "what-if"):
        kind = "narrow" if width <= 620 else "wide"
        assert seen.page.locator(f"#figure-{name} .picture.{kind} svg").first.is_visible()
    seen.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert seen.overflow() <= 0
    seen.context.close()


def test_pictures_are_drawn_and_described(visit: Any) -> None:
    seen = visit(1280)
    pictures = seen.page.locator(".picture.wide")
    assert pictures.count() >= 8
    for number in range(pictures.count()):
        picture = pictures.nth(number)
        box = picture.locator("svg").first.bounding_box()
        assert box is not None
        assert box["width"] > 300
        assert box["height"] > 60
        assert len(picture.get_attribute("aria-label") or "") > 30


@pytest.mark.parametrize("width", [360, 1280])
def test_notes_of_numbers_show_on_focus(visit: Any, width: int) -> None:
    seen = visit(width)
    numbers = seen.page.locator(".num")
    read = "(e) => getComputedStyle(e, '::after').content"
    for number in range(0, numbers.count(), max(1, numbers.count() // 12)):
        one = numbers.nth(number)
        if not one.is_visible():
            continue
        assert one.get_attribute("tabindex") == "0"
        assert one.evaluate(read) in ("none", "normal")
        one.focus()
        note = one.get_attribute("data-note") or ""
        assert note
        assert note.split('"')[0][:40] in one.evaluate(read)
        assert seen.overflow() <= 0, f"the note of number {number} makes the page wider"


def test_the_first_tab_stop_is_reached_by_keyboard(visit: Any) -> None:
    seen = visit(1280)
    for _ in range(6):
        seen.page.keyboard.press("Tab")
        if seen.page.evaluate("document.activeElement.classList.contains('num')"):
            return
    pytest.fail("no number is reached with the tabulator key")


def test_show_values_brings_a_chart_to_life(visit: Any) -> None:
    seen = visit(1280)
    buttons = seen.page.locator("button.live:visible")
    assert buttons.count() >= 8
    names = [buttons.nth(n).get_attribute("data-figure") for n in range(buttons.count())]
    for name in (names[0], "area-held" if "area-held" in names else names[1]):
        button = seen.page.locator(f'button.live[data-figure="{name}"]')
        assert button.inner_text() == "Show values"
        button.click()
        seen.page.wait_for_selector(f'.picture.wide[data-figure="{name}"][data-live]', timeout=60_000)
        assert button.inner_text() != "Show values"
        drawn = seen.page.locator(f'.picture.wide[data-figure="{name}"] svg').first
        box = drawn.bounding_box()
        assert box is not None
        assert box["width"] > 300
    assert seen.complaints == []
    assert seen.outside == []
    assert seen.overflow() <= 0
