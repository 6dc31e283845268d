"""What is handed back of one submission: to the learner, and to two platforms."""

import base64
import json
from typing import Any

from solution.grading.overrides import comments
from solution.grading.results import columns, number, on_lines, on_one_line
from solution.grading.scores import (
    GRADER_ERROR,
    UNREADABLE,
    Points,
    Result,
    found_of,
    gained,
    score,
)


def said(result: Result, name: str) -> str:
    """Return the lines that a learner reads about one function."""
    found = found_of(result, name)
    headline = found["headline"] or f"all {found['tests']} properties hold"
    lines = [f"    {label:<10}{text}".rstrip() for label, text in found["lines"]]
    return on_lines("\n".join([f"{name}: {headline}", *lines]))


def report(result: Result, points: Points) -> str:
    """Write what a learner gets to read."""
    total = score(result, points)
    most = number(sum(points.values()))
    points_text = "not graded yet" if total is None else f"{number(total)} of {most} points"
    if result["problem"] and total is None:
        points_text = "no score"
    by_hand = " (the teacher's)" if "points" in result else ""
    lines = [f"{on_one_line(result['submission'])}: {points_text}{by_hand}"]
    if not result["locked"]:
        lines.append("(judged without a sandbox)")
    if result["problem"]:
        lines.append(f"nothing could be read: this submission {on_one_line(result['problem'])}")
    lines += [f"note: {on_one_line(note)}" for note in result["notes"]]
    for name, value in points.items() if not result["problem"] else ():
        own = found_of(result, name)
        line = f"  {name:<18}{own['status']:<14}{number(gained(result, name, points)):>5}"
        by_hand = " (the teacher's)" if "points" in own else ""
        lines.append(f"{line} of {number(value)}{by_hand}")
    for name in columns([result], {}):
        if name not in points:
            lines.append(f"  {name:<18}{result['functions'][name]['status']:<14}bonus")
    if said_by_hand := comments(result):
        lines += [
            "",
            "comment:",
            *(f"  {line}" for text in said_by_hand for line in text.split("\n")),
        ]
    return on_lines("\n".join([*lines, "", result["report"]])).rstrip() + "\n"


def gradescope(result: Result, points: Points) -> dict[str, Any]:
    """Return the results in Gradescope's form.

    Without a score where the grader failed: then Gradescope shows that the autograder did.
    """
    tests = []
    for name, value in points.items():
        status = found_of(result, name)["status"]
        right = status == "passed"
        tests.append(
            {
                "name": name,
                "score": gained(result, name, points),
                "max_score": value,
                "status": "passed" if right else "failed",
                "output": f"{status}\n{said(result, name)}",
                "visibility": "visible",
            }
        )
    total = score(result, points)
    found: dict[str, Any] = {} if total is None else {"score": total}
    return found | {
        "execution_time": result["seconds"],
        "output": report(result, points),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def classroom(result: Result, points: Points) -> dict[str, dict[str, Any]]:
    """Return the results in the form, of version 3, that GitHub Classroom's reporter reads.

    Each function is a test runner of its own: within one, the reporter's table counts tests, not
    their points. One that is worth nothing would count as 1 there, and is left out.

    The reporter prints what it is given, and GitHub obeys some of what is printed: so there is no
    text of the learner's in it. The report is in `report.txt`.
    """
    states = {"passed": "pass", UNREADABLE: "error", GRADER_ERROR: "error"}
    runners = {}
    for name, value in points.items():
        state = states.get(found_of(result, name)["status"], "fail")
        test = {"name": name, "status": state, "score": gained(result, name, points)}
        test["line_no"] = 0
        if state == "error":
            test["message"] = "unreadable" if result["problem"] else "the grader failed"
        if value:
            runners[name] = {"version": 3, "status": state, "max_score": value, "tests": [test]}
    return runners


def classroom_variables(result: Result, points: Points) -> str:
    """Write the environment variables that hand the results to GitHub Classroom's reporter.

    `RUNNERS` has the names of its runners, and each of them a variable with its JSON, in base64.
    """
    runners = classroom(result, points)
    lines = [f"RUNNERS={','.join(runners)}"]
    for name, found in runners.items():
        encoded = base64.b64encode(json.dumps(found).encode()).decode()
        lines.append(f"{name.upper()}_RESULTS={encoded}")
    return "\n".join(lines) + "\n"
