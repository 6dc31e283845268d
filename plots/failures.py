"""Saying in a sentence why a package's functions gave no result."""

import traceback
from pathlib import Path
from typing import Any


def explain(error: BaseException, place: tuple[str, int], package: str) -> str:
    """Say what is missing, or what failed where."""
    stage, _, function = str(error).partition(": ")
    if isinstance(error, NotImplementedError) and function:
        return f"{function} in {package}/{stage}.py is not written yet"
    said = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
    return f"{said}, in {place[0]}, line {place[1]} (pytest says more)"


def own_line(error: BaseException, package: str) -> tuple[str, int] | None:
    """Return the last line of the package's code on the way to an error."""
    folder = Path(__file__).parent.parent / package
    if isinstance(error, SyntaxError) and error.filename:
        frames: list[Any] = [(error.filename, error.lineno)]
    else:
        frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    own = [(name, number) for name, number in frames if Path(name).parent == folder]
    return (f"{package}/{Path(own[-1][0]).name}", own[-1][1]) if own else None
