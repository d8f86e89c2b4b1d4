"""Hostile files are read in a child process with limits; the parent sees rows, counts and words, never the file's
content.

Source of the limits: a 1 KB workbook with a cell at XFD1048576 makes a parser ask for 512 GB and abort its process.
"""

from matchmaking.foundation.sandbox.limits import Limits
from matchmaking.foundation.sandbox.reader import ReadReport, positions_in, preview, read_statement

__all__ = ["Limits", "ReadReport", "positions_in", "preview", "read_statement"]
