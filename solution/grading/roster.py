"""Who is in the class, and whose a submission is."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from solution.grading.sheets import BadSheet, Sheet

# The columns of a roster, under the names that they go by (without case, spaces and hyphens).
ID = ("id", "studentid", "idnumber", "studentnumber", "matriculationnumber", "sisuserid", "学号")
NAME = ("name", "fullname", "student", "studentname", "姓名")
FIRST_NAME = ("firstname", "givenname", "forename")
LAST_NAME = ("lastname", "surname", "familyname")
EMAIL = ("email", "emailaddress", "mail", "电子邮件", "邮箱")
LOGIN = ("login", "loginid", "sisloginid", "username")
SUBMISSION = ("submission",)  # to say whose it is where nothing else does

# as platforms name submissions, and Canvas each file
NUMBERED = re.compile(r"(?P<name>.+?)_(?P<number>\d+)(?:_\d+_.+)?", re.DOTALL)


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
    partners : mapping
        Of a group with one submission: that, by each of the students after the first.
    """

    students: Sequence[Student] = ()
    student_of: Mapping[str, Student] = field(default_factory=dict)
    partners: Mapping[Student, str] = field(default_factory=dict)

    @functools.cached_property
    def submissions_of(self) -> dict[Student, list[str]]:
        """The submissions of each student who has some."""
        found: dict[Student, list[str]] = {}
        for submission, student in self.student_of.items():
            found.setdefault(student, []).append(submission)
        for student, submission in self.partners.items():
            found.setdefault(student, []).append(submission)
        return found

    def submission_of(self, student: Student) -> str | None:
        """Return a student's submission, if there is one and no other."""
        own = self.submissions_of.get(student, [])
        return own[0] if len(own) == 1 else None

    def missing(self) -> list[Student]:
        """Return who has no submission."""
        return [student for student in self.students if student not in self.submissions_of]

    def several(self) -> list[Student]:
        """Return who has more than one."""
        return [one for one in self.students if len(self.submissions_of.get(one, ())) > 1]


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
    the login or the e-mail's local part, or one of these and a number of Canvas's or Moodle's.
    Of namesakes it is whose number or id it has.
    """
    named: dict[str, list[Student]] = {}
    for student in students:
        named.setdefault(student.submission, []).append(student)
    named.pop("", None)
    signs = [(student, signs_of(student)) for student in students]
    found: dict[str, Student] = {}
    partners: dict[Student, str] = {}
    for submission in submissions:
        parts = parts_of(submission)
        claims = claims_on(parts, signs)
        if submission in named:
            found[submission], *others = named[submission]
            partners |= dict.fromkeys(others, submission)
        elif len(claims) == 1 and not claims[0].submission:
            found[submission] = claims[0]
    return Matching(students, found, partners)


def claims_on(parts: "Parts", signs: Sequence[tuple[Student, "Signs"]]) -> list[Student]:
    """Return whose a submission may be."""
    if numbered := [one for one, own in signs if parts.number and parts.number == own.number]:
        return numbered  # a platform has written it
    by_name = [student for student, own in signs if has_name(parts, own)]
    by_id = [student for student, own in signs if has_id(parts, own)]
    return [one for one in by_name if one in by_id] or [*dict.fromkeys(by_name + by_id)]


class Parts(NamedTuple):
    """What a submission's name says of whose it is."""

    name: str  # all of it may be a name
    text: str  # may have an id in it
    words: list[str]  # of the name, sorted
    letters: str  # of the name, without what is between its words
    number: str  # a platform's


class Signs(NamedTuple):
    """What a student is known by."""

    inside: tuple[str, ...]
    wholes: frozenset[str]
    words: list[str]
    letters: frozenset[str]  # of the name, from any word of it on
    number: str


def parts_of(submission: str) -> Parts:
    """Take a submission's name apart."""
    text = folded(submission.rpartition("/")[2])
    numbered = NUMBERED.fullmatch(text)
    name, number = numbered.groups() if numbered else (text, "")
    own = words(name)
    return Parts(name, text, sorted(own), "".join(own), number)


def signs_of(student: Student) -> Signs:
    """Return what a student is known by."""
    identity, email = folded(student.id), folded(student.email)
    own = words(student.name)
    turned = frozenset("".join(own[start:] + own[:start]) for start in range(len(own)))
    wholes = frozenset({folded(student.login), email.partition("@")[0]} - {""})
    inside = tuple(filter(None, (identity, email)))
    return Signs(inside, wholes, sorted(own), turned, student.number)


def has_name(parts: Parts, signs: Signs) -> bool:
    """Whether a submission's name is this student's, or the login."""
    return (
        parts.name in signs.wholes
        or parts.text in signs.wholes
        or parts.letters in signs.letters
        or (bool(parts.words) and parts.words == signs.words)
    )


def has_id(parts: Parts, signs: Signs) -> bool:
    """Whether a submission's name has this student's id or e-mail address in it."""
    return any(own in parts.text and stands_alone(own, parts.text) for own in signs.inside)


def stands_alone(own: str, text: str) -> bool:
    """Whether something stands in a text, and not as a part of a longer word or number."""
    return bool(re.search(rf"(?<![0-9a-z]){re.escape(own)}(?![0-9a-z])", text))


def words(text: str) -> list[str]:
    """Return the words of a text, as they are compared."""
    return re.findall(r"[^\W_]+", folded(text))


def folded(text: str) -> str:
    """Return a text without accents and case, as it is compared."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold().strip()
