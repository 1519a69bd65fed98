"""Issues, options and utilities in the formats of other negotiation programs: written, and read back without loss.

Genius XML is a folder with `domain.xml`, a `negotiation_template` of discrete issues, and for each party
a `utility_space` with an evaluation of each option, a weight of each issue and a reservation value; `utility1-a.xml` is the first
party's, called a. The JSON is what NegMAS makes of its own objects: one file with the outcome space and a linear additive utility
function for each party. In both, utility is the sum of weight times evaluation, nothing rescaled and nothing discounted.
Bundles, goods that are worth something only together, do not fit into that sum and are refused. Neither format can bar an option, so that options past hard red lines are left out; the best one left of an
issue may then be evaluated below 1, and a program that divides evaluations by the largest of an issue would change what the issue weighs.

Numbers are written with all their digits, and read back equal.

References: R. Lin and others, "Genius: An Integrated Environment for Supporting the Design of Generic Automated Negotiators",
*Computational Intelligence* 30 (2014) 48–70; Y. Mohammad and others, "NegMAS: A Platform for Situated Negotiations" (2021).
"""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from armistice.core.errors import QueryError
from armistice.deal.frontier import Utilities, least_accepted, space_of
from armistice.deal.preferences import MOST_PARTIES, Preferences

LARGEST_BYTES = 20_000_000
"""Size of a file that is read at most."""

_CLASS = "__python_class__"
_SPACE = "negmas.outcomes.outcome_space.DiscreteCartesianOutcomeSpace"
_ISSUE = "negmas.outcomes.categorical_issue.CategoricalIssue"
_UTILITY = "negmas.preferences.crisp.linear.LinearAdditiveUtilityFunction"
_TABLE = "negmas.preferences.value_fun.TableFun"


@dataclass(frozen=True)
class Negotiation:
    """What is negotiated, by whom, and what each party falls back on.

    Attributes
    ----------
    name : str
    preferences : Preferences
        Of one draw, without barred options.
    reservation : tuple of float
        Utility of no agreement, for each party.
    """

    name: str
    preferences: Preferences
    reservation: tuple[float, ...]


@dataclass(frozen=True)
class _Side:
    """One party as a file has it."""

    party: str
    weight: list[float]
    value: list[list[float]]
    reservation: float


def negotiation_of(preferences: Preferences, reservation: Utilities, name: str, draw: int = 0) -> Negotiation:
    """One draw of the parties' preferences as a negotiation.

    Parameters
    ----------
    preferences : Preferences
    reservation : sequence of float
        Utility of fighting on, for each party.
    name : str
        Of the domain.
    draw : int
        Counted from 0; the first is central.

    Raises
    ------
    QueryError
        Where there is no such draw, nothing is left of an issue, reservation utilities do not fit, or utilities do not add up.
    """
    if preferences.bundles:
        raise QueryError(
            f"bundle {preferences.bundles[0].id}: worth something only together; expected utilities that add up over issues, as both "
            "formats have them; leave out one of its issues, or the bundle"
        )
    least_accepted(space_of(preferences, draw), reservation)
    left = preferences.possible()
    one = Preferences(
        left.parties, left.issues, left.options, left.weight[draw : draw + 1],
        tuple(value[draw : draw + 1] for value in left.value), left.allowed,
    )  # fmt: skip
    return Negotiation(name, one, tuple(float(v) for v in reservation))


def write_genius(negotiation: Negotiation, folder: Path) -> tuple[Path, ...]:
    """Write a negotiation as Genius XML.

    Parameters
    ----------
    negotiation : Negotiation
    folder : Path
        Made where it is not there.

    Returns
    -------
    tuple of Path
        The domain, then each party's utility space.

    Raises
    ------
    QueryError
        Where a party's identifier is no part of a file's name, or the folder holds another negotiation.
    """
    held = negotiation.preferences
    for party in held.parties:
        if not re.fullmatch(r"[\w.-]+", party):
            raise QueryError(
                f'party "{party}": no part of a file name; expected letters, digits, dots and dashes; rename it'
            )
    paths = (folder / "domain.xml", *(folder / f"utility{p + 1}-{party}.xml" for p, party in enumerate(held.parties)))
    others = sorted(set(folder.glob("*.xml")) - set(paths))
    if others:
        raise QueryError(
            f"{folder}: holds {others[0].name} of something else; expected a folder of its own, for all its files are read "
            "together; name another"
        )
    folder.mkdir(parents=True, exist_ok=True)
    _write_xml(_domain(negotiation), paths[0])
    for p, path in enumerate(paths[1:]):
        _write_xml(_utility_space(negotiation, p), path)
    return paths


def read_genius(folder: Path) -> Negotiation:
    """Read a negotiation written as Genius XML: discrete issues, additive utilities without discount.

    Parameters
    ----------
    folder : Path
        With one domain and a utility space for each party, whose order is that of the files' names.

    Raises
    ------
    QueryError
        Where a file is missing, is no such XML, or does not fit the domain.
    """
    found = {path: _read_xml(path) for path in sorted(folder.glob("*.xml"))}
    domains = [path for path, root in found.items() if root.tag == "negotiation_template"]
    if len(domains) != 1:
        raise QueryError(
            f"{folder}: {len(domains)} domain files; expected one with the root negotiation_template; keep one domain a folder"
        )
    where = str(domains[0])
    entries = list(found[domains[0]].iter("issue"))
    for entry in entries:
        if entry.get("type", "discrete") != "discrete":
            raise QueryError(
                f"{where}: an issue of type {entry.get('type')}; expected discrete ones; list its options instead"
            )
    issues = _distinct(
        [
            (_text(entry, "name", where), [_text(item, "value", where) for item in entry.iter("item")])
            for entry in entries
        ],
        where,
    )
    sides = [
        _side_of_xml(root, path.stem.partition("-")[2] or path.stem, issues, str(path))
        for path, root in found.items()
        if root.tag == "utility_space"
    ]
    root = found[domains[0]].find("utility_space/objective")
    name = "" if root is None else root.get("name", "")
    return _negotiation(name, issues, sides, str(folder))


def write_negmas(negotiation: Negotiation, path: Path) -> Path:
    """Write a negotiation as JSON: `outcome_space`, and `ufuns` with one utility function for each party.

    Either part, read with a JSON reader, is what NegMAS's `deserialize` takes.
    """
    held = negotiation.preferences
    space = {
        _CLASS: _SPACE,
        "name": negotiation.name,
        "issues": [
            {_CLASS: _ISSUE, "name": issue, "values": list(names)}
            for issue, names in zip(held.issues, held.options, strict=True)
        ],
    }
    utilities = [
        {
            _CLASS: _UTILITY, "name": party, "outcome_space": space, "reserved_value": least,
            "weights": held.weight[0, p].tolist(),
            "values": [
                {_CLASS: _TABLE, "mapping": dict(zip(names, value[0, p].tolist(), strict=True))}
                for names, value in zip(held.options, held.value, strict=True)
            ],
        }
        for p, (party, least) in enumerate(zip(held.parties, negotiation.reservation, strict=True))
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"outcome_space": space, "ufuns": utilities}, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_negmas(path: Path) -> Negotiation:
    """Read a negotiation from JSON of this layout.

    Raises
    ------
    QueryError
        Where the file is missing, is no such JSON, or its parts do not fit.
    """
    where = str(path)
    try:
        whole = json.loads(_content(path))
        space = whole["outcome_space"]
        listed = [(str(issue["name"]), [str(option) for option in issue["values"]]) for issue in space["issues"]]
        issues = _distinct(listed, where)
        sides = [
            _Side(
                str(entry["name"]), [float(w) for w in entry["weights"]],
                [
                    _evaluations(table["mapping"], names, issue, where)
                    for (issue, names), table in zip(issues.items(), entry["values"], strict=True)
                ],
                float(entry["reserved_value"]),
            )
            for entry in whole["ufuns"]
        ]  # fmt: skip
        name = str(space["name"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise QueryError(
            f"{where}: not a negotiation ({error}); expected an outcome_space and ufuns with weights, values and reserved_value; "
            "write it anew"
        ) from error
    return _negotiation(name, issues, sides, where)


def _domain(negotiation: Negotiation) -> ET.Element:
    held = negotiation.preferences
    root = ET.Element("negotiation_template")
    space = ET.SubElement(root, "utility_space", number_of_issues=str(len(held.issues)))
    objective = ET.SubElement(
        space, "objective", description="", etype="objective", index="0", name=negotiation.name, type="objective"
    )
    for k, (issue, names) in enumerate(zip(held.issues, held.options, strict=True)):
        entry = _issue(objective, k, issue)
        for n, option in enumerate(names):
            ET.SubElement(entry, "item", index=str(n + 1), value=option, cost="0", description=option)
    return root


def _utility_space(negotiation: Negotiation, p: int) -> ET.Element:
    held = negotiation.preferences
    root = ET.Element("utility_space", number_of_issues=str(len(held.issues)))
    objective = ET.SubElement(
        root, "objective", index="1", etype="objective", type="objective", description="", name="any"
    )
    for k, (issue, names) in enumerate(zip(held.issues, held.options, strict=True)):
        entry = _issue(objective, k, issue)
        for n, option in enumerate(names):
            worth = repr(float(held.value[k][0, p, n]))
            ET.SubElement(entry, "item", index=str(n + 1), value=option, evaluation=worth)
    for k in range(len(held.issues)):
        ET.SubElement(objective, "weight", index=str(k + 1), value=repr(float(held.weight[0, p, k])))
    ET.SubElement(root, "discount_factor", value="1.0")
    ET.SubElement(root, "reservation", value=repr(negotiation.reservation[p]))
    return root


def _issue(objective: ET.Element, k: int, name: str) -> ET.Element:
    return ET.SubElement(
        objective, "issue", index=str(k + 1), etype="discrete", type="discrete", vtype="discrete", name=name
    )


def _write_xml(root: ET.Element, path: Path) -> None:
    ET.indent(root, space="    ")
    path.write_text(ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def _content(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise QueryError(
                f"{path}: {path.stat().st_size} bytes; expected at most {LARGEST_BYTES}; give a smaller file"
            )
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise QueryError(f"{path}: {error.strerror}; expected a file; give its place") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{path}: not text in UTF-8; expected such text; save it so") from error


def _read_xml(path: Path) -> ET.Element:
    text = _content(path)
    # Entities could grow without limit, and neither kind of file has any.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise QueryError(f"{path}: declares a document type; expected plain XML; take the declaration out")
    try:
        return ET.fromstring(text)
    except (ET.ParseError, ValueError) as error:
        raise QueryError(f"{path}: not XML ({error}); expected a domain or a utility space; write it anew") from error


def _text(element: ET.Element, attribute: str, where: str) -> str:
    found = element.get(attribute)
    if found is None:
        raise QueryError(f"{where}: {element.tag} without {attribute}; expected one; add it")
    return found


def _number(element: ET.Element | None, attribute: str, what: str, where: str) -> float:
    text = "nothing" if element is None else element.get(attribute, "nothing")
    try:
        return float(text)
    except ValueError as error:
        raise QueryError(f"{where}: {what} is {text}; expected a number; write one") from error


def _side_of_xml(root: ET.Element, party: str, issues: dict[str, list[str]], where: str) -> _Side:
    factor = root.find("discount_factor")
    if factor is not None and _number(factor, "value", "discount_factor", where) != 1:
        raise QueryError(f"{where}: a discount factor other than 1; expected no discounting; leave it out")
    weights = {element.get("index"): element for element in root.iter("weight")}
    found = {_text(issue, "name", where): issue for issue in root.iter("issue")}
    weight, value = [], []
    for issue, names in issues.items():
        if issue not in found:
            raise QueryError(f'{where}: nothing on issue "{issue}"; expected every issue of the domain; add it')
        index = _text(found[issue], "index", where)
        weight.append(_number(weights.get(index), "value", f'weight of issue "{issue}"', where))
        items = {
            _text(item, "value", where): _number(item, "evaluation", f'evaluation on issue "{issue}"', where)
            for item in found[issue].iter("item")
        }
        value.append(_evaluations(items, names, issue, where))
    return _Side(party, weight, value, _number(root.find("reservation"), "value", "reservation", where))


def _distinct(issues: list[tuple[str, list[str]]], where: str) -> dict[str, list[str]]:
    out = dict(issues)
    if len(out) < len(issues):
        raise QueryError(f"{where}: an issue stands there twice; expected each once; take one of them out")
    return out


def _evaluations(table: Mapping[str, Any], names: list[str], issue: str, where: str) -> list[float]:
    if set(table) != set(names):
        odd = sorted(set(table) ^ set(names))[0]
        raise QueryError(
            f'{where}: option "{odd}" of issue "{issue}" is in one list and not in the other; expected the domain\'s options; '
            "name each once"
        )
    return [float(table[name]) for name in names]


def _negotiation(name: str, issues: dict[str, list[str]], sides: list[_Side], where: str) -> Negotiation:
    if not 2 <= len(sides) <= MOST_PARTIES:
        raise QueryError(
            f"{where}: utilities of {len(sides)} parties; expected 2 to {MOST_PARTIES}; give one for each party"
        )
    if len({side.party for side in sides}) < len(sides):
        raise QueryError(f"{where}: two parties of one name; expected different ones; rename one")
    if not issues or any(not names or len(set(names)) < len(names) for names in issues.values()):
        raise QueryError(
            f"{where}: no issues, or an issue without options or with one twice; expected distinct options; mend the domain"
        )
    numbers = [side.reservation for side in sides]
    for side in sides:
        numbers += side.weight + [v for row in side.value for v in row]
        if len(side.weight) != len(issues):
            raise QueryError(
                f"{where}: {len(side.weight)} weights of {side.party}; expected {len(issues)}; give one an issue"
            )
    if not all(math.isfinite(v) for v in numbers):
        raise QueryError(f"{where}: a number that is not finite; expected finite ones; write them out")
    preferences = Preferences(
        tuple(side.party for side in sides), tuple(issues), tuple(tuple(names) for names in issues.values()),
        np.array([[side.weight for side in sides]]),
        tuple(np.array([[side.value[k] for side in sides]]) for k in range(len(issues))),
        tuple(np.ones((len(sides), len(names)), bool) for names in issues.values()),
    )  # fmt: skip
    return Negotiation(name, preferences, tuple(side.reservation for side in sides))
