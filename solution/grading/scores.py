"""What a submission's result and the points are, and how they make a score."""

import math
from collections.abc import Mapping
from typing import Any

Result = Mapping[str, Any]  # the JSON of one submission, as `solution.grading.run` writes it
Points = Mapping[str, float]  # of each function, in order

GRADER_ERROR = "grader error"  # the status of a function on which the grader itself failed
UNREADABLE = "unreadable"  # the status of all functions where nothing could be read


def all_of(result: Result) -> dict[str, dict[str, Any]]:
    """Return what was found of each function, those of a bonus included, where it was judged."""
    return {**result["functions"], **result.get("bonus", {})}


def score(result: Result, points: Points) -> float | None:
    """Return the points of the functions that passed, None if one was not judged."""
    statuses = {name: all_of(result)[name]["status"] for name in points}
    if not {GRADER_ERROR, UNREADABLE}.isdisjoint(statuses.values()):
        return None
    return math.fsum(points[name] for name, status in statuses.items() if status == "passed")
