"""The house keeps its shape: imports, homes of dependencies, complete lists, sizes, names, and no real war in the code."""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "armistice"
MODULES = sorted(SRC.rglob("*.py"))
WARS = sorted(p.parent for p in (ROOT / "wars").glob("[!.]*/war.toml"))


def name_of(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {name_of(p): ast.parse(p.read_text(encoding="utf-8")) for p in MODULES}


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of all modules that a file imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


# --- imports -------------------------------------------------------------------------------------------------


def test_imports_run_downward() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "1 kept, 0 broken" in done.stdout


def test_no_import_is_relative_or_of_the_face(trees: dict[str, ast.Module]) -> None:
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert not node.level, f"{name} line {node.lineno}: a relative import"
                assert node.module != "armistice", f"{name} line {node.lineno}: imports the face of the package"


LATE = ("cli/", "report/__init__.py")
"""Files that may import inside functions, so that help and a kept report come at once."""


def test_imports_stand_at_the_top(trees: dict[str, ast.Module]) -> None:
    for name, tree in trees.items():
        if name.startswith(LATE):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.If)):
                inside = [n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom))]
                assert not inside, f"{name} line {node.lineno}: an import inside"


HOMES = {
    "pandas": ("data/", "past/"),
    "pyarrow": ("data/",),
    "shapely": ("data/", "show/maps.py"),
    "geopandas": ("data/",),
    "pyproj": ("data/",),
    "h3": ("data/", "show/maps.py"),
    "altair": ("show/",),
    "vl_convert": ("show/", "report/"),
    "jax": ("infer/", "game/"),
    "numpyro": ("infer/",),
    "blackjax": ("infer/",),
    "scipy": ("theory/", "deal/amend.py", "past/"),
    "lifelines": ("past/",),
    "jinja2": ("report/",),
    "markupsafe": ("report/",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "numpy": ("",),
    "xarray": ("",),
}
"""Library → the places that may import it; anywhere for an empty place."""

TABLES_OF_THE_PACK = "takes tables of the pack, which are data frames"
GUESTS = {
    ("pandas", "report/"): TABLES_OF_THE_PACK,
    ("shapely", "show/line.py"): "a drawn line on the maps of show/maps.py",
    ("shapely", "show/plans.py"): "outlines of regions, as on the maps of show/maps.py",
    ("pandas", "show/"): TABLES_OF_THE_PACK,
    ("shapely", "show/ground.py"): "what the maps of show/maps.py are drawn on",
    ("h3", "show/ground.py"): "what the maps of show/maps.py are drawn on",
}
"""Places that use a library outside its home, and why."""


def test_dependencies_stay_at_home(trees: dict[str, ast.Module]) -> None:
    wrong, used = [], set()
    for name, tree in trees.items():
        for library in {m.split(".")[0] for m in imported(tree)} - {"armistice", "__future__"}:
            if library in sys.stdlib_module_names:
                continue
            if library not in HOMES:
                wrong.append(f"{name} imports {library}, which has no home")
            elif not name.startswith(HOMES[library]):
                guest = {g for g in GUESTS if g[0] == library and name.startswith(g[1])}
                used |= guest
                if not guest:
                    wrong.append(f"{name} imports {library}, at home in {', '.join(HOMES[library])}")
    assert not wrong, wrong
    assert not set(GUESTS) - used, f"guests that have left: {set(GUESTS) - used}"


def test_every_dependency_is_used_and_declared(trees: dict[str, ast.Module]) -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        wanted = tomllib.load(stream)["project"]["dependencies"]
    declared = {re.split(r"[<>=!~ ]", d)[0].removesuffix("-python").replace("-", "_") for d in wanted}
    used = {m.split(".")[0] for tree in trees.values() for m in imported(tree)}
    assert declared - {"pyarrow"} <= used | {"pyarrow"}
    assert set(HOMES) - {"markupsafe"} <= declared, "markupsafe comes with jinja2"


# --- lists ---------------------------------------------------------------------------------------------------


def public_functions(module: object) -> dict[str, object]:
    return {
        name: thing
        for name, thing in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and thing.__module__ == getattr(module, "__name__", None)
    }


def test_the_gallery_lists_every_chart() -> None:
    gallery = importlib.import_module("armistice.show.gallery").GALLERY
    drawn = {
        thing
        for path in sorted((SRC / "show").glob("*.py"))
        for name, thing in public_functions(importlib.import_module(f"armistice.show.{path.stem}")).items()
        if name.startswith("draw_") and path.stem != "__init__"
    }
    listed = [entry.draw for entry in gallery.values()]
    assert {f.__name__ for f in drawn} == {f.__name__ for f in listed}
    assert len(listed) == len(set(listed))


DRAWN_BY = {
    "solution": "pictures.py",
    "line change": "cli/deals.py",
    "past wars": "past/figures.py",
    "retrospect": "cli/retrospect.py",
    "appraisals": "report/draft_figures.py",
}
"""Record → the file that draws its charts; the report's list of figures draws all others."""


def test_every_chart_has_a_figure() -> None:
    gallery = importlib.import_module("armistice.show.gallery").GALLERY
    for entry in gallery.values():
        name, where = entry.draw.__name__, DRAWN_BY.get(entry.needs[0], "report/figures.py")
        text = (SRC / where).read_text(encoding="utf-8")
        assert re.search(rf"\b{name}\b", text), f"{name} is not drawn by {where}"


def test_every_model_has_a_picture() -> None:
    from armistice.pictures import PICTURES
    from armistice.theory.models import MODELS

    assert list(PICTURES) == list(MODELS)


def test_the_story_shows_every_figure() -> None:
    from armistice.report.figures import FIGURES

    told = [p for p in sorted((SRC / "report").glob("*.py")) if p.name not in ("figures.py", "draft_figures.py")]
    story = "".join(p.read_text(encoding="utf-8") for p in told)
    assert [name for name in FIGURES if f'"{name}"' not in story] == []


def test_every_step_of_a_recipe_is_known() -> None:
    text = (SRC / "data" / "build.py").read_text(encoding="utf-8")
    for war in WARS:
        if (war / "build.toml").exists():
            with (war / "build.toml").open("rb") as stream:
                kinds = {step["kind"] for step in tomllib.load(stream)["step"]}
            assert all(f'"{kind}"' in text for kind in kinds)


# --- names ---------------------------------------------------------------------------------------------------

GENERIC = {
    "works", "names", "relief", "survey", "register", "gazette", "donors", "staffs", "league", "north", "south", "list",
    "republic", "south-korea", "mapwatch", "frontline", "memory", "union", "list of names", "georgia",
}  # fmt: skip
"""Words of the packs that are words of the language as well."""

EXEMPT_WORDS: dict[str, tuple[set[str], str]] = {}
"""File → (words of packs that it may use, and why)."""


def words_of_wars() -> set[str]:
    """Sides, capitals, third parties, sources and regions of all packs, in lower case."""
    words: set[str] = set()
    for war in WARS:
        with (war / "war.toml").open("rb") as stream:
            settings = tomllib.load(stream)
        words.add(war.name)
        for side in settings["belligerent"]:
            words |= {side[k].lower() for k in ("id", "name", "adjective", "capital")}
        for key, name in settings.get("third_parties", {}).items():
            words |= {key, name.lower()}
        for axis in settings.get("axis", ()):
            words.add(axis["id"])
        with (war / "sources.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                words |= {row["id"], row["producer"].lower()}
        with (war / "regions.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["level"] in ("0", "1"):
                    words |= {row["region"], row["name"].lower()}
    return {w for w in words if len(w) > 2 and w not in GENERIC} - {"toy"}


def test_no_war_state_or_person_is_named_in_the_code() -> None:
    people = {"putin", "zelensky", "zelenskyy", "trump", "biden", "witkoff", "lavrov", "macron", "merz", "starmer"}
    words = sorted(words_of_wars() | people, key=len, reverse=True)
    found = []
    for path in sorted(p for p in SRC.rglob("*") if p.suffix in (".py", ".html", ".js", ".css")):
        allowed = EXEMPT_WORDS.get(name_of(path), (set(), ""))[0]
        text = path.read_text(encoding="utf-8")
        small = text.lower()
        near = [re.escape(w) for w in words if w in small]  # few: a search for all words at once is slow
        if not near:
            continue
        banned = re.compile(r"(?<![\w-])(" + "|".join(near) + r")(?![\w-])", re.IGNORECASE)
        for number, line in enumerate(text.splitlines(), 1):
            found += [f"{name_of(path)} line {number}: {w}" for w in banned.findall(line) if w.lower() not in allowed]
    assert not found, found


def test_no_file_is_named_after_nothing() -> None:
    empty = {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "misc",
        "shared",
        "manager",
        "handler",
        "base",
        "legacy",
        "old",
    }
    named = {p.stem for p in MODULES} | {p.name for p in SRC.rglob("*") if p.is_dir()}
    assert not named & empty


EXEMPT_SIZE: dict[str, tuple[int, str]] = {}
"""File → (lines it may have, and why)."""


def test_no_file_is_longer_than_600_lines() -> None:
    long = {}
    for path in MODULES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > EXEMPT_SIZE.get(name_of(path), (600, ""))[0]:
            long[name_of(path)] = lines
    assert not long, long


def test_everything_public_is_documented(trees: dict[str, ast.Module]) -> None:
    bare = []
    for name, tree in trees.items():
        if tree.body and not ast.get_docstring(tree):
            bare.append(f"{name}: module")
        for scope in (tree, *(n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_"))):
            for node in scope.body:
                public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
                if public and not ast.get_docstring(node):
                    bare.append(f"{name} line {node.lineno}: {node.name}")
    assert not bare, bare


# --- what is committed ---------------------------------------------------------------------------------------


def committed() -> list[Path]:
    """Text files that belong to the repository: all but what is ignored."""
    skipped = {".git", ".venv", "out", "build", "dist", "local", "__pycache__", "node_modules", "shared"}
    found = []
    for folder in (ROOT / d for d in ("src", "tests", "docs", "wars", "benchmarks", ".ci")):
        for path in folder.rglob("*"):
            parts = path.relative_to(folder).parts
            if path.is_file() and not skipped & set(parts) and not any(p.startswith(".") for p in parts):
                found.append(path)
    found += [p for p in ROOT.iterdir() if p.is_file()]
    return [p for p in found if p.suffix not in (".parquet", ".png", ".pyc", ".lock")]


def test_the_lock_names_no_registry() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    machine = re.compile(r"(?<![\w./])/(?:work|home/\w+|Users|root|mnt|srv)/[\w.]")
    registry = re.compile(r"\b(pypi\.org|pythonhosted|artifactory|index-url|registry\.npm)", re.IGNORECASE)
    found = []
    for path in committed():
        if path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for what in (machine, registry):
            found += [f"{path.relative_to(ROOT)}: {m.group(0)}" for m in what.finditer(text)]
    assert not found, found


# --- the command comes at once -------------------------------------------------------------------------------


def test_help_is_instant() -> None:
    program = Path(sys.executable).with_name("armistice")
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([program, "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3, f"--help took {min(seconds):.2f} s of one core at best"


def test_the_command_line_loads_nothing_heavy() -> None:
    code = "import sys, armistice.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"numpy", "pandas", "pyarrow", "xarray", "geopandas", "altair", "rich"} & set(done.stdout.split())
