"""What all files of a class share: names, numbers, texts, and the table of points."""

import csv
import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from plots.files import write_whole
from solution.grading.scores import GRADER_ERROR, UNREADABLE, Points, Result
from tests.judge.functions import BONUS as BY_STAGE
from tests.judge.functions import FUNCTIONS as TABLE
from tests.judge.functions import STAGES

FUNCTIONS = [name for names in STAGES.values() for name in names]
BONUS = [name for names in BY_STAGE.values() for name in names]
POINTS = {name: one.points for name, one in TABLE.items() if one.points is not None}
FORMAT = 3  # of the JSON
FOR_THE_INSTRUCTOR: dict[str, Any] = {  # of each function: what finds those who did the same
    "shape": ["", 0],
    "features": [],
    "code": "",
    "draft": "",
}
STATUSES = (
    *("passed", "wrong", "not started", "raised", "timeout", "memory", "crashed", "protocol"),
    UNREADABLE,
    GRADER_ERROR,
)


class BadPoints(ValueError):
    """The table of points is not what it should be."""


def read_points(path: Path, others: Points) -> dict[str, float]:
    """Read the table of points: a CSV file with a line for each function.

    Those of a bonus give no points where they are left out.

    Parameters
    ----------
    path : Path
        The file.
    others : mapping
        The points of functions that it may leave out.

    Raises
    ------
    BadPoints
        If a function is missing, unknown or there twice, or its points are not a number from 0.
    """
    points: dict[str, float] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames != ["function", "points"]:
                raise BadPoints("its first line must be: function,points")
            for row in rows:
                name, text = (row.get("function") or "").strip(), (row.get("points") or "").strip()
                if name not in (*FUNCTIONS, *BONUS) or name in points:
                    raise BadPoints(f"there is no function {name!r}, or it is there twice")
                if not re.fullmatch(r"\d+(\.\d+)?", text):
                    raise BadPoints(f"the points of {name} are {text!r}, not a number from 0")
                points[name] = float(text)
    except OSError as error:
        raise BadPoints(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadPoints(str(error)) from None
    points = {**others, **points}
    missing = [name for name in FUNCTIONS if name not in points]
    if missing:
        raise BadPoints(f"{missing[0]} is missing")
    return {name: points[name] for name in (*FUNCTIONS, *BONUS) if name in points}


def of_all(status: str, headline: str) -> dict[str, dict[str, Any]]:
    """Return results of all functions that are the same: nothing could be judged."""
    return {
        name: {
            "status": status,
            "headline": headline,
            "lines": [],
            "mistake": "",
            "complaint": [],
            "tests": 0,
            "passed": 0,
            **FOR_THE_INSTRUCTOR,
        }
        for name in FUNCTIONS
    }


def columns(results: Sequence[Result], points: Points) -> list[str]:
    """Return the functions of a table: of a bonus, where it gives points or was begun."""
    named = {*points}.union(*(result["functions"] for result in results))
    return [*FUNCTIONS, *(name for name in BONUS if name in named)]


def number(value: float) -> str:
    """Write points: whole ones without a decimal point."""
    return f"{value:.10g}"


# -- files ------------------------------------------------------------------------------------


def folder_of(name: str) -> str:
    """Return the name of a submission's folder: its own, where that is plain enough.

    Others get a part of their hash, so that no two are the same; so do those that look as if they
    had one.
    """
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:40]
    if plain == name and not re.search(r"-[0-9a-f]{8}$", name, re.IGNORECASE):
        return name
    return f"{plain or 'submission'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def write_text(path: Path, text: str) -> None:
    """Write a text, all of it or none."""
    write_whole(path, text.encode())


def to_json(value: Any) -> str:
    """Write JSON to be read by people, too."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def on_one_line(text: str) -> str:
    """Return a stranger's text that a terminal shows, and does not obey."""
    return "".join(c if is_shown(c) else ascii(c)[1:-1] for c in text)


def on_lines(text: str) -> str:
    """Return the same of a text of several lines."""
    return "\n".join(map(on_one_line, text.split("\n")))


def is_shown(character: str) -> bool:
    """Whether a terminal only shows a character: also the wide space in a Chinese name."""
    return character.isprintable() or unicodedata.category(character) == "Zs"
