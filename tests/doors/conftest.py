"""Fixtures of the tests of the doors."""

from doors.reports import earlier_report, game_report, toy_report

__all__ = ["earlier_report", "game_report", "toy_report"]
