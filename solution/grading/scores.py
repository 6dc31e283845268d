"""What a submission's result and the points are, and how they make a score."""

import math
from collections.abc import Mapping
from typing import Any

Result = Mapping[str, Any]  # the JSON of one submission, as `solution.grading.run` writes it
Points = Mapping[str, float]  # of each function, in order

GRADER_ERROR = "grader error"  # the status of a function on which the grader itself failed
UNREADABLE = "unreadable"  # the status of all functions where nothing could be read


NOT_BEGUN: Mapping[str, Any] = {  # a bonus that nothing was written of: results do not have it
    "status": "not started",
    "headline": "is not written yet",
    "lines": [],
}


def found_of(result: Result, name: str) -> Mapping[str, Any]:
    """Return what was found of a function."""
    found: Mapping[str, Any] = result["functions"].get(name, NOT_BEGUN)
    return found


def gained(result: Result, name: str, points: Points) -> float:
    """Return the points of one function: the teacher's, if these are others."""
    own = found_of(result, name)
    given: float = own.get("points", points[name] if own["status"] == "passed" else 0.0)
    return given


def score(result: Result, points: Points) -> float | None:
    """Return the points of a submission: the teacher's, if these are others.

    There are none if a function was not judged, and the teacher does not say what it is worth.
    """
    if "points" in result:
        total: float = result["points"]
        return total
    open_ones = [name for name in points if "points" not in found_of(result, name)]
    statuses = {found_of(result, name)["status"] for name in open_ones}
    if not {GRADER_ERROR, UNREADABLE}.isdisjoint(statuses):
        return None
    return math.fsum(gained(result, name, points) for name in points)
