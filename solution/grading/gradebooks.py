"""Gradebooks: a platform's own table comes back with the scores filled in.

Canvas: "Export" and "Import" of the gradebook. Moodle: "Download grading worksheet" and "Upload
grading worksheet" of an assignment, and "Upload multiple feedback files in a zip".
"""

import html
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from solution.grading import sheets
from solution.grading.roster import SUBMISSION, Matching, Student, students_in
from solution.grading.sheets import BadSheet, Sheet

CANVAS_COLUMN = re.compile(r"(?P<title>.*\S)\s*\(\d+\)")  # an assignment, and its number in Canvas
NOT_GRADED = ("EX", "N/A")  # in Canvas: excused, not assigned


@dataclass
class Roster:
    """The class, and where its scores go.

    Parameters
    ----------
    students : sequence of Student
        The class.
    sheet : Sheet
        The table that they were read from.
    platform : str
        "canvas" or "moodle", "" if it is nobody's.
    grades, comments : int or None
        The columns that are filled in.
    most : list of float or None
        What the platform's assignment is worth, None if it does not say.
    comma : bool
        Whether numbers there have a decimal comma.
    """

    students: Sequence[Student] = ()
    sheet: Sheet = field(default_factory=lambda: Sheet([], []))
    platform: str = ""
    grades: int | None = None
    comments: int | None = None
    most: float | None = None
    comma: bool = False

    def filled(self, scores: Mapping[Student, float], comments: Mapping[Student, str]) -> bytes:
        """Return the platform's table with scores, as shares of 1, and comments filled in.

        What is known of nobody stays as it was.
        """
        assert self.grades is not None
        for student, share in scores.items():
            row = self.sheet.rows[student.row]
            if row[self.grades].strip().upper() not in NOT_GRADED:
                row[self.grades] = self.number(share)
        for student, text in comments.items():
            if self.comments is not None and text:
                row = self.sheet.rows[student.row]
                row[self.comments] = html.escape(text, quote=False).replace("\n", "<br>")
        # the teacher's own column, of which Canvas would make an assignment
        return self.sheet.written(self.sheet.column(*SUBMISSION))

    def number(self, share: float) -> str:
        """Write points as the platform does, of what it says that the assignment is worth."""
        text = f"{share * (self.most or 0):.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.comma else text


def read(path: Path, assignment: str | None, points: float) -> Roster:
    """Read a roster, or what Canvas or Moodle have exported.

    Parameters
    ----------
    path : Path
        The file.
    assignment : str or None
        The assignment's name, where Canvas has several.
    points : float
        What the kata is worth here.

    Raises
    ------
    BadSheet
        If it cannot be used.
    """
    sheet = sheets.read(path)
    if sheet.column("id") and any(row[0].strip() == "Points Possible" for row in sheet.rows):
        roster = canvas(sheet, assignment)
    elif {"identifier", "grade", "lastmodifiedgrade"} <= {*sheet.columns}:
        roster = moodle(sheet)
    else:
        roster = Roster(students_in(sheet), sheet)
    if assignment and roster.platform != "canvas":
        raise BadSheet("--assignment is for the export of a Canvas gradebook, and this is none")
    if roster.most is None:
        roster.most = points
    return roster


# -- Canvas -----------------------------------------------------------------------------------


def canvas(sheet: Sheet, assignment: str | None) -> Roster:
    """Return the class and the column of its scores, of Canvas's export of a gradebook."""
    students, worth = [], {}
    for row, cells in enumerate(sheet.rows):
        if cells[0].strip() == "Points Possible":
            worth = dict(enumerate(map(str.strip, cells)))
        number = sheet.cell(row, sheet.column("id"))
        sis, login = (sheet.cell(row, sheet.column(name)) for name in ("sisuserid", "sisloginid"))
        name = sheet.cell(row, sheet.column("student")) or " ".join(cells[:2])
        if number.isdecimal() and name != "Student, Test":  # not what describes the columns
            email = login if "@" in login else ""
            own = sheet.cell(row, sheet.column(*SUBMISSION))
            students.append(Student(row, sis or number, name, email, login, number, own))
    grades = canvas_column(sheet, assignment, worth)
    most, comma = number_in(worth.get(grades, ""))
    return Roster(students, sheet, "canvas", grades, None, most, comma)


def canvas_column(sheet: Sheet, assignment: str | None, worth: Mapping[int, str]) -> int:
    """Return the column of the assignment."""
    columns = {
        number: (title, found["title"])
        for number, title in enumerate(sheet.header)
        if (found := CANVAS_COLUMN.fullmatch(title)) and "read only" not in worth.get(number, "")
    }
    chosen = [number for number, names in columns.items() if assignment in (None, *names)]
    if len(chosen) != 1:
        titles = ", ".join(f"“{title}”" for title, _ in columns.values()) or "none"
        raise BadSheet(f"say with --assignment which is the kata's; there are: {titles}")
    return chosen[0]


# -- Moodle -----------------------------------------------------------------------------------


def moodle(sheet: Sheet) -> Roster:
    """Return the class and the columns of its scores, of Moodle's grading worksheet."""
    students = []
    for row in range(len(sheet.rows)):
        identifier = sheet.cell(row, sheet.column("identifier"))  # "Participant 12345"
        found = re.search(r"\d+$", identifier)
        if not found:
            raise BadSheet(f"{identifier!r} is no identifier of Moodle's")
        student = Student(
            row,
            sheet.cell(row, sheet.column("idnumber")) or identifier,
            sheet.cell(row, sheet.column("fullname")),
            sheet.cell(row, sheet.column("emailaddress")),
            sheet.cell(row, sheet.column("username")),
            found[0],
            sheet.cell(row, sheet.column(*SUBMISSION)),
        )
        students.append(student)
    worth = {sheet.cell(row, sheet.column("maximumgrade")) for row in range(len(sheet.rows))}
    most, comma = number_in(worth.pop() if len(worth) == 1 else "")
    comments = sheet.column("feedbackcomments")
    return Roster(students, sheet, "moodle", sheet.column("grade"), comments, most, comma)


def moodle_feedback(reports: Mapping[str, str], roster: Roster, matching: Matching) -> bytes:
    """Return a zip that hands reports back to whom they are about, b"" if there is nobody.

    Moodle knows them by the number in a folder's name, which it has itself in "Download all
    submissions".
    """
    files = {}
    for student in roster.students if roster.platform == "moodle" else ():
        submission = matching.submission_of(student)
        if submission is not None and submission in reports:
            name = re.sub(r"[_/\\\s]+", " ", student.name) or "Participant"
            folder = f"{name}_{student.number}_assignsubmission_file_"
            files[f"{folder}/report.txt"] = reports[submission]
    return zipped(files)


def zipped(files: Mapping[str, str]) -> bytes:
    """Return a zip: equal files make equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in sorted(files.items()):
            entry = zipfile.ZipInfo(path)  # of 1980: no time of today
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue() if files else b""


def number_in(text: str) -> tuple[float | None, bool]:
    """Read a number, and say whether it has a decimal comma."""
    if not re.fullmatch(r"\d+([.,]\d+)?", text):
        return None, False
    return float(text.replace(",", ".")) or None, "," in text
