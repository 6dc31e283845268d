"""Writes all files of a class, from one JSON a submission."""

from collections.abc import Sequence
from pathlib import Path

from solution.grading import page
from solution.grading.handed_back import classroom_variables, gradescope, report
from solution.grading.results import folder_of, to_json, write_text
from solution.grading.scores import Points, Result
from solution.grading.tables import junit, to_csv


def write_submission(result: Result, points: Points, out: Path) -> None:
    """Write what there is of one submission: for the learner, and for two platforms."""
    folder = out / "submissions" / folder_of(result["submission"])
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "report.txt", report(result, points))
    write_text(folder / "gradescope.json", to_json(gradescope(result, points)))
    write_text(folder / "classroom.env", classroom_variables(result, points))


def write_class(results: Sequence[Result], points: Points, out: Path) -> None:
    """Write what there is of the class."""
    for result in results:
        write_submission(result, points, out)
    write_text(out / "results.csv", to_csv(results, points))
    write_text(out / "junit.xml", junit(results))
    write_text(out / "class.html", page.render(results, points))
