"""Who is in the class, and whose a submission is."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from solution.grading.sheets import BadSheet, Sheet

# The columns of a roster, under the names that they go by (without case, spaces and hyphens).
ID = ("id", "studentid", "idnumber", "studentnumber", "matriculationnumber", "sisuserid", "学号")
NAME = ("name", "fullname", "student", "studentname", "姓名")
FIRST_NAME = ("firstname", "givenname", "forename")
LAST_NAME = ("lastname", "surname", "familyname")
EMAIL = ("email", "emailaddress", "mail", "电子邮件", "邮箱")
LOGIN = ("login", "loginid", "sisloginid", "username")
SUBMISSION = ("submission",)  # to say whose it is where nothing else does

# What platforms call what was handed in: with a number of the learner, and one of the submission.
MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_[a-z]+_?")
CANVAS = re.compile(r"(?P<name>[^_]+)(?:_late)?_(?P<number>\d+)(?:_\d+(?:_.*)?)?")


@dataclass(frozen=True)
class Student:
    """Somebody in the class.

    Parameters
    ----------
    row : int
        Where in the roster.
    id, name, email, login : str
        As they stand there, "" if not.
    number : str
        What the platform knows them by in the names of what they hand in.
    submission : str
        The submission's own name, if the roster says so.
    """

    row: int
    id: str = ""
    name: str = ""
    email: str = ""
    login: str = ""
    number: str = ""
    submission: str = ""


@dataclass
class Matching:
    """Which submission is whose.

    Parameters
    ----------
    students : sequence of Student
        The class.
    student_of : mapping
        The students, by the submissions that are theirs beyond doubt.
    """

    students: Sequence[Student] = ()
    student_of: Mapping[str, Student] = field(default_factory=dict)

    def submission_of(self, student: Student) -> str | None:
        """Return a student's submission, if there is one and no other."""
        own = [name for name, one in self.student_of.items() if one == student]
        return own[0] if len(own) == 1 else None

    def missing(self) -> list[Student]:
        """Return who has no submission."""
        present = {*self.student_of.values()}
        return [student for student in self.students if student not in present]

    def several(self) -> list[Student]:
        """Return who has more than one."""
        present = list(self.student_of.values())
        return [student for student in self.students if present.count(student) > 1]


def students_in(sheet: Sheet) -> list[Student]:
    """Return the class, of a table that somebody has made.

    Raises
    ------
    BadSheet
        If its columns are others, or two have the same id.
    """
    columns = {
        "id": sheet.column(*ID),
        "name": sheet.column(*NAME),
        "email": sheet.column(*EMAIL),
        "login": sheet.column(*LOGIN),
        "submission": sheet.column(*SUBMISSION),
    }
    first, last = sheet.column(*FIRST_NAME), sheet.column(*LAST_NAME)
    if {*columns.values(), first, last} == {None}:
        raise BadSheet("its first line must name the columns, such as: id,name,email")
    found = []
    for row in range(len(sheet.rows)):
        cells = {name: sheet.cell(row, column) for name, column in columns.items()}
        cells["name"] = cells["name"] or f"{sheet.cell(row, first)} {sheet.cell(row, last)}".strip()
        found.append(Student(row, **cells))
    ids = [student.id for student in found if student.id]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise BadSheet(f"the id {twice} is there twice")
    return found


# -- whose a submission is --------------------------------------------------------------------


def matched(submissions: Iterable[str], students: Sequence[Student]) -> Matching:
    """Find out whose each submission is: somebody's, if it can be nobody else's.

    Its name must have the id or the e-mail address in it, or must be the name, in any order, or
    the login or the e-mail's local part, or what Canvas or Moodle make of these.
    """
    named = {student.submission: student for student in students if student.submission}
    found = {}
    for submission in submissions:
        claims = [student for student in students if is_of(submission, student)]
        if submission in named:
            found[submission] = named[submission]
        elif len(claims) == 1 and not claims[0].submission:
            found[submission] = claims[0]
    return Matching(students, found)


def is_of(submission: str, student: Student) -> bool:
    """Whether something in a submission's name says that it is this student's."""
    name, text, number = parts(submission)
    logins = {folded(student.login), folded(student.email).partition("@")[0]} - {""}
    return (
        (bool(number) and number == student.number)
        or has(text, folded(student.id))
        or has(text, folded(student.email))
        or name in logins
        or text in logins
        or is_name(words(name), words(student.name))
    )


@functools.cache
def parts(submission: str) -> tuple[str, str, str]:
    """Return what may be a name, what else may hold an id, and a platform's number."""
    text = folded(submission.rpartition("/")[2])
    if moodle := MOODLE.fullmatch(text):  # its number is none that learners go by elsewhere
        return moodle["name"], moodle["name"], moodle["number"]
    if canvas := CANVAS.fullmatch(text):  # a second number is the file's
        return canvas["name"], f"{canvas['name']}_{canvas['number']}", canvas["number"]
    return text, text, ""


def has(text: str, own: str) -> bool:
    """Whether something stands in a text, and not as a part of a longer word or number."""
    if not own or own not in text:
        return False
    return bool(re.search(rf"(?<![0-9a-z]){re.escape(own)}(?![0-9a-z])", text))


def is_name(given: Sequence[str], own: Sequence[str]) -> bool:
    """Whether words are a name: in any order, or written as one, from any word of it on."""
    turned = ("".join((*own[start:], *own[:start])) for start in range(len(own)))
    return bool(own) and (sorted(given) == sorted(own) or "".join(given) in turned)


@functools.cache
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, as they are compared."""
    return tuple(re.findall(r"[^\W_]+", folded(text)))


@functools.cache
def folded(text: str) -> str:
    """Return a text without accents and case, as it is compared."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold().strip()
