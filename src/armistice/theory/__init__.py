"""The published models of war, peace and bargaining, each solved, checked and labelled with its provenance."""

from armistice.core.model import Solution
from armistice.theory.models import MODELS, solve

__all__ = ["MODELS", "Solution", "solve"]
