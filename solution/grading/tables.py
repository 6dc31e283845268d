"""The tables of a class, one entry a submission: results.csv, and JUnit's XML."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from solution.grading.handed_back import said
from solution.grading.overrides import comments
from solution.grading.results import columns, folder_of, number
from solution.grading.roster import Student
from solution.grading.scores import GRADER_ERROR, UNREADABLE, Points, Result, found_of, score
from solution.grading.sheets import for_spreadsheets
from tests.judge.functions import STAGE_OF

NOBODY = Student(-1)
# behind the functions, where scripts may not look
ABOUT = ("id", "name", "email", "folder", "comment")


def to_csv(
    results: Sequence[Result], points: Points, student_of: Mapping[str, Student] | None = None
) -> str:
    """Write the table of the class, one row a submission; whose each is, as far as it is known."""
    functions = columns(results, points)
    lines = [["submission", "score", "max_score", *functions, *ABOUT]]
    for result in results:
        total = score(result, points)
        student = (student_of or {}).get(result["submission"], NOBODY)
        lines.append(
            [
                result["submission"],
                "" if total is None else number(total),
                number(sum(points.values())),
                *(found_of(result, name)["status"] for name in functions),
                *(student.id, student.name, student.email),
                f"submissions/{folder_of(result['submission'])}",
                "; ".join(comments(result)),
            ]
        )
    return for_spreadsheets(lines)


def junit(results: Sequence[Result]) -> str:
    """Write JUnit's XML: a suite for each submission, a case for each function."""
    root = ET.Element("testsuites", name="minibatch-gradient-descent-kata")
    for result in results:
        statuses = [found["status"] for found in result["functions"].values()]
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
        for name in result["functions"]:
            add_case(suite, result, name)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode() + "\n"


def add_case(suite: ET.Element, result: Result, name: str) -> None:
    """Add what JUnit's XML has of one function."""
    found = result["functions"][name]
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
