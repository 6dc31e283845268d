"""What the terminal says of a class when it is graded."""

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from solution.grading import results
from solution.grading.class_files import GRADEBOOKS, MISSING
from solution.grading.gradebooks import Roster
from solution.grading.results import number, on_one_line
from solution.grading.roster import Matching, Student
from solution.grading.scores import Points, Result, found_of, score
from tests.judge import wording

MOST_NAMES = 10  # in a line


def summary(found: Sequence[Result], points: Points) -> str:
    """Say in a few lines how the class did."""
    scores = sorted(own for r in found if (own := score(r, points)) is not None)
    most = sum(points.values())
    lines = [wording.say("graded {n:submission|submissions}", {"n": len(found)})]
    if scores:
        middle = number(statistics.median(scores))
        finished = sum(gained == most for gained in scores)
        lines[0] += f": {finished} have all {number(most)} points, the median is {middle}"
    for name in results.columns(found, points):
        statuses = Counter(found_of(r, name)["status"] for r in found)
        told = ", ".join(f"{statuses[s]} {s}" for s in results.STATUSES if statuses[s])
        lines.append(f"  {name:<18}{told}")
    unlocked = sum(not r["locked"] for r in found)
    if unlocked:
        lines.append(f"  {unlocked} of them were judged without a sandbox")
    return "\n".join(lines)


def about_roster(
    roster: Roster, matching: Matching, submissions: Sequence[str], points: Points
) -> Iterator[str]:
    """Say whose submissions are not known, who has none, and where the scores are."""
    unknown = [name for name in submissions if name not in matching.student_of]
    if unknown:
        yield (
            f"no student for: {listed(unknown)} "
            "(a column `submission` in the roster says whose it is)"
        )
    if several := matching.several():
        yield f"several submissions, and none in the gradebook: {listed(map(called, several))}"
    if missing := matching.missing():
        yield f"no submission ({MISSING}): {listed(map(called, missing))}"
    if roster.platform:
        most = sum(points.values())
        scaled = f", scaled from {number(most)} to {number(roster.most or 0)} points"
        yield f"for {roster.platform.capitalize()}: {GRADEBOOKS[roster.platform]}" + (
            scaled if roster.most != most else ""
        )


def called(student: Student) -> str:
    """Return what a student goes by."""
    return student.name or student.id or student.email


def listed(names: Sequence[str] | Iterator[str]) -> str:
    """Name the first of some, and how many there are more."""
    first = list(names)
    more = f" and {len(first) - MOST_NAMES} more" if len(first) > MOST_NAMES else ""
    return on_one_line(", ".join(first[:MOST_NAMES])) + more
