"""Writes all files of a class, from one JSON a submission."""

from collections.abc import Sequence
from pathlib import Path

from plots.files import write_whole
from solution.grading import page
from solution.grading.gradebooks import Roster, moodle_feedback
from solution.grading.handed_back import classroom_variables, gradescope, report
from solution.grading.overrides import comments
from solution.grading.results import folder_of, to_json, write_text
from solution.grading.roster import Matching, Student, matched
from solution.grading.scores import Points, Result, score
from solution.grading.sheets import for_spreadsheets
from solution.grading.tables import junit, to_csv

MISSING = "missing.csv"
FEEDBACK = "moodle-feedback.zip"
GRADEBOOKS = {"canvas": "canvas.csv", "moodle": "moodle.csv"}


def write_class(
    results: Sequence[Result], points: Points, out: Path, roster: Roster | None = None
) -> Matching:
    """Write what there is of the class; return which submission is whose.

    Parameters
    ----------
    results : sequence of mappings
        The JSON of each submission.
    points : mapping
        What each function is worth.
    out : Path
        Where results go.
    roster : Roster, optional
        Who is in the class.
    """
    roster = roster or Roster()
    matching = matched([result["submission"] for result in results], roster.students)
    for result in results:
        write_submission(result, points, out)
    write_text(out / "results.csv", to_csv(results, points, matching.student_of))
    write_text(out / "junit.xml", junit(results))
    write_text(out / "class.html", page.render(results, points))
    write_for_platforms(results, points, out, roster, matching)
    return matching


def write_submission(result: Result, points: Points, out: Path) -> None:
    """Write what there is of one submission: for the learner, and for two platforms."""
    folder = out / "submissions" / folder_of(result["submission"])
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "report.txt", report(result, points))
    write_text(folder / "gradescope.json", to_json(gradescope(result, points)))
    write_text(folder / "classroom.env", classroom_variables(result, points))


def write_for_platforms(
    results: Sequence[Result], points: Points, out: Path, roster: Roster, matching: Matching
) -> None:
    """Write what the roster's platform takes back, and who has handed in nothing."""
    files = dict.fromkeys([MISSING, FEEDBACK, *GRADEBOOKS.values()], b"")
    if roster.students:
        lines = [("id", "name", "email")]
        lines += [(one.id, one.name, one.email) for one in matching.missing()]
        files[MISSING] = for_spreadsheets(lines).encode()
    reports = {
        result["submission"]: report(result, points)
        for result in results
        if score(result, points) is not None or result["problem"]
    }
    files[FEEDBACK] = moodle_feedback(reports, roster, matching)
    if roster.platform:
        said = {result["submission"]: "\n".join(comments(result)) for result in results}
        own = {
            student: said[submission]
            for student in matching.students
            if (submission := matching.submission_of(student))
        }
        scores = shares(results, points, matching)
        files[GRADEBOOKS[roster.platform]] = roster.filled(scores, own)
    for name, content in files.items():
        if content:
            write_whole(out / name, content)
        else:
            (out / name).unlink(missing_ok=True)  # of an earlier run, and no longer true


def shares(results: Sequence[Result], points: Points, matching: Matching) -> dict[Student, float]:
    """Return which share of all points each student has, of whom that is known."""
    most = sum(points.values()) or 1.0
    scores = {result["submission"]: score(result, points) for result in results}
    found = {}
    for student in matching.students:
        submission = matching.submission_of(student)
        total = None if submission is None else scores[submission]
        if total is not None:
            found[student] = total / most
    return found
