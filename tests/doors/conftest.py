"""Fixtures of the tests of the doors."""

from doors.reports import toy_report

__all__ = ["toy_report"]
