"""What is written of each submission, and of the class: all of it from one JSON a submission."""

import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from plots.files import write_whole
from solution.grading import page
from solution.grading.scores import GRADER_ERROR, UNREADABLE, Points, Result, all_of, score
from tests.judge.functions import BONUS as BY_STAGE
from tests.judge.functions import FUNCTIONS as TABLE
from tests.judge.functions import STAGE_OF, STAGES

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


def of_all(status: str, headline: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Return results of all functions that are the same: nothing could be judged."""
    cell = {
        "status": status,
        "headline": headline,
        "lines": [],
        "mistake": "",
        "complaint": [],
        "tests": 0,
        "passed": 0,
        **FOR_THE_INSTRUCTOR,
    }
    return {
        "functions": {name: {**cell} for name in FUNCTIONS},
        "bonus": {name: {**cell} for name in BONUS},
    }


def reported(result: Result) -> list[str]:
    """Return the functions that there is something to say of: those of a bonus once begun."""
    nothing = ("not started", UNREADABLE, GRADER_ERROR)
    bonus = result.get("bonus", {})
    return [*FUNCTIONS, *(name for name in bonus if bonus[name]["status"] not in nothing)]


def columns(results: Sequence[Result], points: Points) -> list[str]:
    """Return the functions of the class's table: of a bonus, if it gives points or one began it."""
    begun = {name for result in results for name in reported(result)}
    return [*FUNCTIONS, *(name for name in BONUS if name in points or name in begun)]


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


def write_submission(result: Result, points: Points, out: Path) -> None:
    """Write what there is of one submission: for the learner, and for two platforms."""
    folder = out / "submissions" / folder_of(result["submission"])
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "report.txt", report(result, points))
    write_text(folder / "gradescope.json", to_json(gradescope(result, points)))
    write_text(folder / "classroom.json", to_json(classroom(result, points)))


def write_class(results: Sequence[Result], points: Points, out: Path) -> None:
    """Write what there is of the class."""
    for result in results:
        write_submission(result, points, out)
    write_text(out / "results.csv", to_csv(results, points))
    write_text(out / "junit.xml", junit(results))
    write_text(out / "class.html", page.render(results, points))


def to_json(value: Any) -> str:
    """Write JSON to be read by people, too."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def on_one_line(name: str) -> str:
    """Return a stranger's text that a terminal shows, and does not obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


# -- one submission ---------------------------------------------------------------------------


def said(result: Result, name: str) -> str:
    """Return the lines that a learner reads about one function."""
    found = all_of(result)[name]
    headline = found["headline"] or f"all {found['tests']} properties hold"
    lines = [f"    {label:<10}{text}".rstrip() for label, text in found["lines"]]
    return "\n".join([f"{name}: {headline}", *lines])


def report(result: Result, points: Points) -> str:
    """Write what a learner gets to read."""
    total = score(result, points)
    most = number(sum(points.values()))
    points_text = "not graded yet" if total is None else f"{number(total)} of {most} points"
    if result["problem"]:
        points_text = "no score"
    lines = [f"{on_one_line(result['submission'])}: {points_text}"]
    if not result["locked"]:
        lines.append("(judged without a sandbox)")
    if result["problem"]:
        lines.append(f"nothing could be read: this submission {on_one_line(result['problem'])}")
    lines += [f"note: {on_one_line(note)}" for note in result["notes"]]
    for name, value in points.items() if not result["problem"] else ():
        status = all_of(result)[name]["status"]
        own = value if status == "passed" else 0
        lines.append(f"  {name:<18}{status:<14}{number(own):>5} of {number(value)}")
    for name in reported(result):
        if name not in points:
            lines.append(f"  {name:<18}{all_of(result)[name]['status']:<14}bonus")
    return "\n".join([*lines, "", result["report"]]).rstrip() + "\n"


def gradescope(result: Result, points: Points) -> dict[str, Any]:
    """Return the results in Gradescope's form.

    Without a score where the grader failed: then Gradescope shows that the autograder did.
    """
    tests = []
    for name, value in points.items():
        status = all_of(result)[name]["status"]
        right = status == "passed"
        tests.append(
            {
                "name": name,
                "score": value if right else 0.0,
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


def classroom(result: Result, points: Points) -> dict[str, Any]:
    """Return the results in the form, of version 3, that GitHub Classroom's reporter reads.

    It prints what it is given, and GitHub obeys some of what is printed: so there is no text of the
    learner's in it. The report is in `report.txt`.
    """
    states = {"passed": "pass", UNREADABLE: "error", GRADER_ERROR: "error"}
    tests = []
    for name, value in points.items():
        state = states.get(all_of(result)[name]["status"], "fail")
        gained = value if state == "pass" else 0.0
        tests.append({"name": name, "status": state, "score": gained, "line_no": 0})
        if state == "error":
            tests[-1]["message"] = "unreadable" if result["problem"] else "the grader failed"
    found = {test["status"] for test in tests}
    status = "error" if "error" in found else "fail" if "fail" in found else "pass"
    return {"version": 3, "status": status, "max_score": sum(points.values()), "tests": tests}


# -- the class --------------------------------------------------------------------------------


def to_csv(results: Sequence[Result], points: Points) -> str:
    """Write the table of the class, one row a submission."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    names = columns(results, points)
    rows.writerow(["submission", "score", "max_score", *names])
    for result in results:
        total = score(result, points)
        rows.writerow(
            [
                harmless(result["submission"]),
                "" if total is None else number(total),
                number(sum(points.values())),
                *(all_of(result)[name]["status"] for name in names),
            ]
        )
    return text.getvalue()


def harmless(name: str) -> str:
    """Return a name that a spreadsheet does not take for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name


def junit(results: Sequence[Result]) -> str:
    """Write JUnit's XML: a suite for each submission, a case for each function."""
    root = ET.Element("testsuites", name="minibatch-gradient-descent-kata")
    for result in results:
        names = [*result["functions"], *(n for n in reported(result) if n in BONUS)]
        statuses = [all_of(result)[name]["status"] for name in names]
        errors = statuses.count(GRADER_ERROR) + statuses.count(UNREADABLE)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=for_xml(result["submission"]),
            tests=str(len(statuses)),
            failures=str(len(statuses) - statuses.count("passed") - errors),
            errors=str(errors),
            skipped="0",
            time=f"{result['seconds']:.3f}",
        )
        for name in names:
            add_case(suite, result, name)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode() + "\n"


def add_case(suite: ET.Element, result: Result, name: str) -> None:
    """Add what JUnit's XML has of one function."""
    found = all_of(result)[name]
    place = for_xml(f"{result['submission']}.{STAGE_OF[name]}")
    case = ET.SubElement(suite, "testcase", classname=place, name=name)
    if found["status"] != "passed":
        kind = "error" if found["status"] in (GRADER_ERROR, UNREADABLE) else "failure"
        message = for_xml(found["headline"])
        outcome = ET.SubElement(case, kind, type=found["status"], message=message)
        outcome.text = for_xml(said(result, name))


def for_xml(text: str) -> str:
    """Return a text in which what XML cannot hold is written as an escape."""
    return re.sub(
        "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
        lambda found: found[0].encode("unicode_escape").decode(),
        text,
    )
