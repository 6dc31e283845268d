"""Wrong implementations that learners really write, and what to tell the learner.

The report compares a failing function with them: if exactly one explains everything that was
seen, its sentence follows `likely`. The project's own checks demand that the tests reject each.

The code of the wrong implementations is nearly that of right ones, so that learners get a record
of what it does in its place: `RECORD` is only in their copy, and this package reads it there.

Files in `own/` are an instructor's: mistakes of a class that the others did not have.
"""

import importlib
from collections.abc import Sequence
from pathlib import Path

from tests.judge.functions import FILES
from tests.judge.mistakes.catalogue import MISTAKES, RIGHT, Entry, Mistake, Recorded, known
from tests.judge.mistakes.record import RECORD, read

__all__ = [
    "MISTAKES",
    "OWN",
    "RECORD",
    "RIGHT",
    "UNUSABLE",
    "Entry",
    "Mistake",
    "Recorded",
    "entries",
    "known",
    "right_version",
]

OWN = Path(__file__).parent / "own"
UNUSABLE: list[str] = []  # what is wrong with files of the instructor's


def load_own() -> None:
    """Add the instructor's own mistakes to the catalogue."""
    for path in sorted(OWN.glob("*.py")):
        try:
            importlib.import_module(f"{__name__}.{OWN.name}.{path.stem}")
        except Exception as error:  # whoever needs all of them says it in a line
            UNUSABLE.append(f"tests/judge/mistakes/own/{path.name}: {error}")


if not RECORD.is_file():
    for _stage in FILES:
        if (Path(__file__).parent / f"{_stage}.py").is_file():
            importlib.import_module(f"tests.judge.mistakes.{_stage}")
    load_own()


def entries(function: str) -> Sequence[Mistake | Recorded]:
    """Return what to compare a function with: its known mistakes, or the record of them."""
    return [entry for entry in all_entries(function) if entry.name]


def right_version(function: str) -> Mistake | Recorded | None:
    """Return the entry without a mistake, or the record of it, if there is one."""
    return next((entry for entry in all_entries(function) if not entry.name), None)


def all_entries(function: str) -> Sequence[Mistake | Recorded]:
    if RECORD.is_file():
        return read(RECORD, function)
    return [entry for entry in (RIGHT.get(function), *known(function)) if entry]
