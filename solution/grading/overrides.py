"""What a teacher says otherwise: points and comments, in a file that survives all gradings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from solution.grading import sheets
from solution.grading.results import BONUS, FUNCTIONS, write_text
from solution.grading.scores import Points, Result, found_of
from solution.grading.sheets import BadSheet, harmless

FILE = "overrides.csv"
COLUMNS = ("submission", "function", "points", "comment")


@dataclass(frozen=True)
class Override:
    """One line of the file.

    Parameters
    ----------
    function : str
        What it is about, "" for the submission as a whole.
    points : float or None
        What stands in place of the points, None if they stay.
    comment : str
        What the learner reads.
    """

    function: str
    points: float | None
    comment: str


Overrides = Mapping[str, Sequence[Override]]  # by submission


def write_template(out: Path) -> None:
    """Write a file with nothing but its columns, if there is none."""
    if not (out / FILE).exists():
        write_text(out / FILE, ",".join(COLUMNS) + "\n")


def read(out: Path, submissions: Sequence[str], points: Points) -> Overrides:
    """Read the file.

    Parameters
    ----------
    out : Path
        Where results go.
    submissions : sequence of str
        The class.
    points : mapping
        What each function is worth: others can be given none.

    Raises
    ------
    BadSheet
        If something in it is about nothing that there is: it would have no effect.
    """
    if not (out / FILE).exists():
        return {}
    names = {written: name for name in submissions for written in (name, harmless(name))}
    found: dict[str, list[Override]] = {}
    try:
        sheet = sheets.read(out / FILE)
        for row in range(len(sheet.rows)):
            name, *cells = (sheet.cell(row, sheet.column(column)) for column in COLUMNS)
            if name not in names:
                raise BadSheet(f"there is no submission {name!r}")
            own = found.setdefault(names[name], [])
            own.append(override(*cells))
            if own[-1].points is not None and own[-1].function not in ("", *points):
                raise BadSheet(f"{cells[0]} gives no points: give it some with --points FILE")
            if len({one.function for one in own}) < len(own):
                raise BadSheet(f"{name}: the same function, or none, is there twice")
    except BadSheet as error:
        raise BadSheet(f"{out / FILE}: {error}") from None
    return found


def override(function: str, points: str, comment: str) -> Override:
    """Read a line."""
    if function not in ("", *FUNCTIONS, *BONUS):
        raise BadSheet(f"there is no function {function!r}")
    if not re.fullmatch(r"(\d+([.,]\d+)?)?", points):
        raise BadSheet(f"the points are {points!r}, not a number from 0")
    return Override(function, float(points.replace(",", ".")) if points else None, comment)


def applied(result: Result, overrides: Overrides) -> Result:
    """Return a result as the teacher wants it: with `points` and `comment` where they say so."""
    whole = {**result, "functions": dict(result["functions"])}
    for one in overrides.get(result["submission"], ()):
        said = {"comment": one.comment}
        changed = said if one.points is None else {**said, "points": one.points}
        if one.function:
            whole["functions"][one.function] = {**found_of(whole, one.function), **changed}
        else:
            whole |= changed
    return whole


def comments(result: Result) -> list[str]:
    """Return what the teacher says: of all, and of functions."""
    found = [result.get("comment", "")]
    for name, own in result["functions"].items():
        if own.get("comment"):
            found.append(f"{name}: {own['comment']}")
    return [text for text in found if text]
