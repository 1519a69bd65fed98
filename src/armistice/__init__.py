"""Where each side of a war stands, and what it might take to end it."""

from armistice.core.errors import ArmisticeError, BuildError, Fault, PackError, QueryError
from armistice.core.results import Forecast, Holding, Verdict
from armistice.core.war import War

__all__ = ["ArmisticeError", "BuildError", "Fault", "Forecast", "Holding", "PackError", "QueryError", "Verdict", "War"]
