"""Submissions that cheat: none of them may earn what it did not write, nor do any harm."""

from solution.checks.cheats import (
    bombs,
    endings,
    folders,
    forgeries,
    inputs,
    lookalikes,
    outbreaks,
    patches,
    searches,
    waits,
)
from solution.checks.cheats.catalogue import CHEATS, MARK, Cheat

__all__ = [
    "CHEATS",
    "MARK",
    "Cheat",
    "bombs",
    "endings",
    "folders",
    "forgeries",
    "inputs",
    "lookalikes",
    "outbreaks",
    "patches",
    "searches",
    "waits",
]
