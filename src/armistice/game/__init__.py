"""The war-termination game: the problem, the solver, what lies ahead, why there is no peace, what would open it."""

from armistice.core.engine import prepare_engine

prepare_engine()
