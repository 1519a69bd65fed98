"""``python -m armistice.cli`` does what ``armistice`` does."""

from __future__ import annotations

from armistice.cli.shell import main

main()
