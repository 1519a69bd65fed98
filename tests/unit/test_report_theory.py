"""The report's words on published models: what stands on the page is what the command beside it gives."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from armistice.cli import main
from armistice.ending import draw_games
from armistice.findings import findings_of
from armistice.infer.pace import front_pace
from armistice.report.chapter import Chapter
from armistice.report.figures import Records
from armistice.report.theory import tell_theory
from armistice.study import Study, run_study
from make_ending import make_ending

DRAWS = 12


@pytest.fixture(scope="module")
def study(toy: Path) -> Study:
    """The toy war with published models asked, and a made-up ending in place of the game, which takes minutes."""
    bare = run_study(toy, draws=0)
    assert bare.pack.game is not None
    drawn = draw_games(bare.pack, front_pace(bare.panel, bare.pack.war, bare.pack.game.axis), 0, DRAWS)
    assert drawn is not None
    games = drawn.games
    return replace(bare, ending=make_ending("mixed"), no_ending="", findings=findings_of(games))


@pytest.fixture(scope="module")
def chapter(study: Study) -> Chapter:
    (found,) = tell_theory(Records(study))
    return found


def text_of(cell: object) -> str:
    return re.sub(r"<[^>]*>", "", str(cell))


def test_every_finding_stands_with_its_model_its_standing_and_its_count(study: Study, chapter: Chapter) -> None:
    rows = chapter.tables[0].rows
    assert len(rows) == len(study.findings) >= 7
    for row, finding in zip(rows, study.findings, strict=True):
        question, model, condition, count = map(text_of, row)
        assert finding.solution.name in model
        assert all(label in model for label in finding.solution.provenance)
        assert count == f"{int(finding.holds.sum())} of {DRAWS} draws"
        assert "side A" not in question + condition


def test_the_commands_give_the_numbers_of_the_first_draw(study: Study, chapter: Chapter) -> None:
    commands = [text_of(row[2]) for row in chapter.tables[1].rows if "run it" in text_of(row[1])]
    assert len(commands) == len(study.findings)
    for command, finding in zip(commands, study.findings, strict=True):
        done = CliRunner().invoke(main, [*command.split()[1:], "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        for name, value in json.loads(done.output)["values"].items():
            first = np.asarray(finding.solution[name])[0]
            if value is not None:
                assert value == pytest.approx(first, abs=2e-3), (command, name)


def test_the_words_name_the_sides_and_hold_no_holes(chapter: Chapter) -> None:
    told = " ".join(map(text_of, chapter.paragraphs)) + " ".join(
        text_of(cell) for table in chapter.tables for row in table.rows for cell in row
    )
    assert "side A" not in told
    assert not re.search(r"\bnan\b|\bNone\b", told)
    assert "which no record can promise" in told
    assert "our own reduction" in told


def test_without_a_game_there_is_no_such_chapter(study: Study) -> None:
    assert tell_theory(Records(replace(study, findings=()))) == []
    assert tell_theory(Records(replace(study, ending=None))) == []
