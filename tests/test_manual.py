"""The manual is true: what is documented exists, what exists is documented, and every block of code runs.

Blocks of a page run in order in one folder with a copy of the toy war. What runs: ``python`` blocks, and ``armistice``
lines of ``sh`` blocks about small packs. What is checked only: lines about the shipped war and about raw files (their
arguments must parse), ``make`` lines (the target must exist), ``python FILE`` lines (the file must exist). Blocks that
name a file (``toml wars/small/war.toml``) are written there. A ``text`` block is what the line of code before it printed,
with ``...`` for anything.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

import click
import pytest
from click.testing import CliRunner

from armistice.cli import main
from armistice.pictures import PICTURES
from armistice.theory import MODELS
from doors.reports import Written, earlier_report, toy_report  # noqa: F401

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *(ROOT / n for n in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "wars/ukraine/README.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
MODEL_FOLDER = ROOT / "docs/explanation/models"
MODEL_PAGES = [p for p in PAGES if p.parent == MODEL_FOLDER and p.name != "index.md"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
LANGUAGES = {"sh", "python", "text", "toml", "csv"}
UNRUN = {"build", "fetch"}
"""Commands that need raw files: their lines are parsed and not run."""
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[tuple[str, str, str]]:
    """Language, file (or nothing) and text of each block."""
    out = []
    for head, body in FENCE.findall(path.read_text(encoding="utf-8")):
        language, _, file = head.partition(" ")
        out.append((language, file.strip(), body))
    return out


def lines_of(body: str) -> Iterator[list[str]]:
    """Commands of a block, as words."""
    for line in body.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words


def parse(words: list[str]) -> click.Context:
    """Parse a line of ``armistice`` without running it."""
    name, *arguments = words[1:]
    assert name in main.commands, f"no command {name!r}"
    return main.commands[name].make_context(name, arguments)


WITH_CODE = [p for p in PAGES if blocks(p)]


def test_pages_have_code() -> None:
    assert len(WITH_CODE) >= 8


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_block_is_of_a_kind_that_is_checked(page: Path) -> None:
    for language, file, body in blocks(page):
        assert language in LANGUAGES, f"a block of kind {language!r}"
        assert body.strip(), "an empty block"
        if language == "toml":
            tomllib.loads(body)
        if language in ("toml", "csv"):
            assert file, "a block of data that names no file"
    assert page.read_text(encoding="utf-8").count("```") == 2 * len(blocks(page))


@dataclass
class Reader:
    """Somebody who follows a page word by word, in a folder with the toy war."""

    folder: Path
    names: dict = field(default_factory=dict)
    printed: str = ""

    def sh(self, body: str) -> None:
        for words in lines_of(body):
            if words[0] == "make":
                assert set(words[1:]) <= TARGETS, f"make {words[1:]}"
            elif words[0] == "python":
                assert (ROOT / words[1]).exists(), words[1]
            elif words[0] == "armistice":
                self.armistice(words)
            else:
                raise AssertionError(f"nothing known of {words[0]!r}")

    def armistice(self, words: list[str]) -> None:
        context = parse(words)
        about_pack = context.params.get("pack") is not None
        if words[1] in UNRUN or (about_pack and not (self.folder / str(context.params["pack"])).is_dir()):
            assert (self.folder / "wars" / "toy").is_dir()
            assert (ROOT / str(context.params["pack"])).is_dir(), words
            return
        done = CliRunner().invoke(main, words[1:], prog_name="armistice", catch_exceptions=False)
        assert done.exit_code == 0, done.output
        self.printed = done.output

    def python(self, body: str) -> None:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(body, "<page>", "exec"), self.names)
        self.printed = out.getvalue()

    def text(self, body: str) -> None:
        options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        found = doctest.OutputChecker().check_output(body, self.printed, options)
        assert found, f"the page says\n{body}\nthe program says\n{self.printed}"

    def write(self, file: str, body: str) -> None:
        place = self.folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(body, encoding="utf-8")


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("page", WITH_CODE, ids=page_name)
def test_every_block_runs(
    page: Path,
    tmp_path: Path,
    toy: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = page.read_text(encoding="utf-8")
    if "toy" in told or "wars/" in told:
        shutil.copytree(toy, tmp_path / "wars" / "toy")
    if "armistice report wars/toy" in told:
        kept: Written = request.getfixturevalue("toy_report")
        request.getfixturevalue("earlier_report")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / ".cache").symlink_to(kept.cache)
    monkeypatch.chdir(tmp_path)
    reader = Reader(tmp_path)
    for language, file, body in blocks(page):
        if file:
            reader.write(file, body)
        else:
            getattr(reader, language)(body)


def test_examples_are_shown_as_they_are() -> None:
    shown = {file: body for page in PAGES for _, file, body in blocks(page) if file}
    examples = sorted(p for p in (ROOT / "docs/examples").rglob("*") if p.is_file())
    assert examples
    for example in examples:
        assert shown[page_name(example)] == example.read_text(encoding="utf-8")


# --- documented = existing ---------------------------------------------------------------------------------------


def spans() -> Iterator[tuple[str, str]]:
    """Page and text of each piece of code inside a sentence or table."""
    for page in PAGES:
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        for code in re.findall(r"`([^`\n]+)`", text):
            yield page_name(page), code.replace("\\|", "|")


def test_commands_in_sentences_exist() -> None:
    seen = 0
    for page, code in spans():
        words = shlex.split(code) if code.startswith(("armistice", "make ")) else []
        if words[:1] == ["make"]:
            assert set(words[1:]) <= TARGETS, f"{page}: {code}"
        elif words[:1] == ["armistice"] and len(words) > 1 and words[1] not in ("--version", "-h", "--help"):
            assert words[1] in main.commands, f"{page}: {code}"
            seen += 1
            if len(words) > 2:
                parse(words)
    assert seen > 20


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    chapters = dict(re.findall(r"^## ([a-z]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert set(main.commands) == set(chapters), "commands and chapters differ"
    for name, command in main.commands.items():
        options = {o for p in command.params if isinstance(p, click.Option) for o in p.opts}
        documented = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", chapters[name].split("| --- |")[-1]))
        mentioned = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", command.help or ""))
        assert options == documented, name
        assert mentioned <= options, name


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in main.commands if f"`armistice {name}" not in text] == []


def test_every_option_has_help() -> None:
    for name, command in main.commands.items():
        assert command.help, name
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{name} {param.opts}"


def test_options_in_sentences_exist() -> None:
    known = {o for c in main.commands.values() for p in c.params for o in p.opts} | {"--version", "--help"}
    for page, code in spans():
        if code.startswith("--"):
            assert code.split()[0] in known, f"{page}: {code}"


def test_files_and_packages_in_sentences_exist() -> None:
    for page, code in spans():
        if re.fullmatch(
            r"(core|data|infer|game|theory|show|report|cli)/[\w.]*|(study|claims|history|ending|hindcast)\.py", code
        ):
            assert (ROOT / "src/armistice" / code).exists(), f"{page}: {code}"
        if re.fullmatch(r"(wars|docs|tests)/[\w/.-]+", code) and "mine" not in code:
            assert (ROOT / code).exists(), f"{page}: {code}"


def test_links_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target:
                continue
            file, _, anchor = target.partition("#")
            place = (page.parent / file).resolve() if file else page
            if not place.exists():
                broken.append(f"{page_name(page)}: {target}")
            elif anchor and anchor not in anchors(place):
                broken.append(f"{page_name(page)}: {target} (no such heading)")
    assert not broken, broken


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}


def test_every_page_is_reached_from_the_readme() -> None:
    """By a link in it; pages of single models by the list of models."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md") if p not in MODEL_PAGES]
    assert [p for p in pages if f"({p})" not in text] == []
    listed = (MODEL_FOLDER / "index.md").read_text(encoding="utf-8")
    assert [p.name for p in MODEL_PAGES if f"({p.name})" not in listed] == []


def test_the_readme_opens_with_picture_and_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    body = text.split("\n", 2)[2]
    assert body.startswith("!["), "a picture first"
    assert [b.strip() for _, _, b in blocks(ROOT / "README.md")[:2]] == ["make report", "make test"]


# --- generated pages ---------------------------------------------------------------------------------------------


@pytest.fixture
def generators(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    monkeypatch.syspath_prepend(ROOT / "docs")
    return importlib.import_module("generate"), importlib.import_module("generate_models")


def test_generated_pages_are_current(generators: tuple[Any, Any], tmp_path: Path) -> None:
    generate, _ = generators
    written = {f.relative_to(tmp_path).as_posix(): f.read_bytes() for f in generate.write(tmp_path, generate.pages())}
    kept = {
        p.relative_to(ROOT / "docs").as_posix(): p.read_bytes()
        for d in ("reference", "gallery", "explanation/models")
        for p in sorted((ROOT / "docs" / d).rglob("*"))
        if p.is_file() and p not in MODEL_PAGES and p.suffix != ".svg"
    }
    assert sorted(written) == sorted(kept), "run make docs"
    assert [name for name in written if written[name] != kept[name]] == [], "run make docs"


def test_pages_of_models_are_current(generators: tuple[Any, Any]) -> None:
    """But for their pictures, which are taken as they are."""
    _, generate = generators
    assert sorted(p.stem for p in MODEL_PAGES) == sorted(MODELS), "run make docs"
    for page in MODEL_PAGES:
        text = page.read_text(encoding="utf-8")
        shown = re.search(r"^!\[.+\n\n.+\n", text, re.MULTILINE)
        assert generate.model_page(MODELS[page.stem], shown[0] if shown else "") == text, f"{page.name}: run make docs"


def test_every_model_answers_a_question() -> None:
    text = (ROOT / "docs/explanation/which-model.md").read_text(encoding="utf-8")
    assert [name for name in MODELS if f"(models/{name}.md)" not in text] == []


def test_every_picture_stands_on_its_page_and_says_the_same() -> None:
    drawn = {p.stem: p.read_text(encoding="utf-8") for p in MODEL_FOLDER.glob("*.svg")}
    assert set(drawn) == set(PICTURES), "run make docs"
    for name, svg in drawn.items():
        shown = re.findall(r"^!\[(.+)\]\((.+)\)$", (MODEL_FOLDER / f"{name}.md").read_text("utf-8"), re.MULTILINE)
        label = re.match(r'<svg role="img" aria-label="([^"]*)"', svg)
        assert label is not None, name
        assert shown == [(unescape(label[1], {"&quot;": '"'}), f"{name}.svg")], name


@pytest.mark.parametrize(
    "name",
    [
        n if n in ("fearon1995.range", "powell2006.preventive") else pytest.param(n, marks=pytest.mark.slow)
        for n in PICTURES
    ],
)
def test_pictures_are_current(generators: tuple[Any, Any], name: str) -> None:
    for file, text in generators[1].model_pages([name]).items():
        assert (ROOT / "docs" / file).read_text(encoding="utf-8") == text, f"{file}: run make docs"


def test_judged_numbers_of_the_three_reasons_are_those_of_the_pack() -> None:
    text = (ROOT / "docs/explanation/three-reasons.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \|[^|]*\| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", text, re.MULTILINE)
    judged = tomllib.loads((ROOT / "wars/ukraine/game.toml").read_text(encoding="utf-8"))
    assert len(rows) >= 5
    for key, *numbers in rows:
        table, _, name = key.partition(".")
        assert [float(n) for n in numbers] == [judged[table][name][end] for end in ("low", "central", "high")], key


def test_the_json_of_a_game_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = ["game", "docs/examples/contested-valley.toml", "--months", "1", "--json"]
    told = json.loads(CliRunner().invoke(main, words, prog_name="armistice", catch_exceptions=False).output)
    keys = {*told, *told["identity"], *told["outlook"][0]}
    page = (ROOT / "docs/reference/game.md").read_text(encoding="utf-8").split("## What the program says in JSON")[1]
    assert keys <= set(re.findall(r"`(\w+)`", page))


# --- words -------------------------------------------------------------------------------------------------------


def glossary() -> list[str]:
    text = (ROOT / "docs/explanation/glossary.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_the_glossary_is_in_order_and_in_use() -> None:
    words = glossary()
    assert words == sorted(words)
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/armistice").rglob("*.py")).lower()
    code += (ROOT / "wars/ukraine/war.toml").read_text(encoding="utf-8")
    unused = [w for w in words if not re.search(rf"\b{w.replace(' ', '[ _]?')}s?\b", code)]
    assert not [w for w in unused if w not in ("red_line", "gap")], unused


def test_the_glossary_has_every_noun_of_the_ground_floor() -> None:
    words = {w.replace("_", "") for w in glossary()}
    war = (ROOT / "src/armistice/core/war.py").read_text(encoding="utf-8")
    nouns = {n.lower() for n in re.findall(r"^class (\w+)", war, re.MULTILINE)}
    assert nouns - words <= {"war", "range", "option", "preference", "axisstep"}


def test_nothing_shouts() -> None:
    """Sober words: no exclamation marks, no words of advertising."""
    for page in PAGES:
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        text = re.sub(r"`[^`\n]+`|!\[|<!--.*?-->", "", text)
        assert "!" not in text, page_name(page)
        assert not re.search(r"\b(powerful|seamless|cutting-edge|blazing|leverages?|robust)\b", text, re.IGNORECASE)
