"""Faults are sentences; the collector reports all of them, but no kind of fault without end."""

from __future__ import annotations

import pytest

from armistice.core.errors import ArmisticeError, BuildError, Fault, FaultCollector, PackError, QueryError


def test_a_fault_reads_as_a_sentence() -> None:
    fault = Fault("regions.csv line 3", 'owner is "c"', "owner one of a, b", "choose one")
    assert str(fault) == 'regions.csv line 3: owner is "c"; expected owner one of a, b; choose one'


def test_every_error_a_user_can_mend_is_of_one_kind() -> None:
    assert all(issubclass(kind, ArmisticeError) for kind in (QueryError, BuildError, PackError))


def test_nothing_is_raised_when_nothing_was_found() -> None:
    faults = FaultCollector()
    faults.raise_if_any()
    assert not faults
    assert faults.faults == ()


def test_faults_are_raised_together_in_the_order_found_one_a_line() -> None:
    faults = FaultCollector()
    for number in (7, 2):
        faults.add(f"a.csv line {number}", "x", "y", "z")
    with pytest.raises(PackError) as caught:
        faults.raise_if_any()
    assert [f.where for f in caught.value.faults] == ["a.csv line 7", "a.csv line 2"]
    assert str(caught.value).splitlines() == [str(f) for f in caught.value.faults]


def test_one_kind_of_fault_is_cut_short_and_counted_while_others_go_on() -> None:
    faults = FaultCollector(limit=3)
    for number in range(10):
        faults.add(f"a.csv line {number}", "x", "y", "z")
    faults.add("a.csv line 4", "x", "another thing", "z")
    faults.add("b.csv line 1", "x", "y", "z")
    found = faults.faults
    assert len(found) == 3 + 1 + 1 + 1
    assert found[-1].found == "7 further rows with the same fault"
    assert found[-1].where == "a.csv"
