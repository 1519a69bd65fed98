"""The command line: a thin shell over the library. Each command imports what it needs when it runs.

Exit status: 0 done; 1 something went wrong in the program; 2 something to mend in what was given to it.
"""

from __future__ import annotations

from armistice.cli import ahead, amend, deals, library, pages, past, records, retrospect, space
from armistice.cli.shell import main

__all__ = ["ahead", "amend", "deals", "library", "main", "pages", "past", "records", "retrospect", "space"]
