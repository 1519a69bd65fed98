"""What the panel tells about movement to come."""

from armistice.core.engine import prepare_engine

prepare_engine()
