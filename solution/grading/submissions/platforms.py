"""How platforms name the files that they export for a class.

Canvas    lastfirst_1000_77000_data.py, lastfirst_LATE_1000_77000_data.py, LATE_anon_x7Q_77000_…:
          student, user's number, file's number; data-1.py if handed in again. A student's name,
          too, may have an underscore and a number in it
Moodle    Name_12345_assignsubmission_file_ (a folder), or the same and the file's name
Blackboard  assignment_username_attempt_2024-03-01-12-30-45_data.py, and a receipt, …-45.txt
Gradescope  submission_1234 (a folder), submission_metadata.yml
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from solution.grading.submissions.places import stage_of
from solution.grading.submissions.trees import ARCHIVE
from tests.judge.functions import FILES

CANVAS = [  # the shortest name that a student may have, and the longest
    re.compile(
        rf"(?P<student>(?:LATE_)?anon_[^\W_]+|{name}_\d+)"
        r"(?:_(?P<number>\d+)_(?P<name>.+)|_(?:text|link)\.html)",
        re.DOTALL,
    )
    for name in (r"\w+?", r"\w+")
]
MOODLE = re.compile(r"(?P<student>.+_\d+)_assignsubmission_[a-z]+(?:_(?P<name>.*))?", re.DOTALL)
BLACKBOARD = re.compile(
    r"(?P<student>.+)_attempt_(?P<number>\d{4}(?:-\d\d){5})(?:_(?P<name>.+)|\.txt)", re.DOTALL
)
AGAIN = re.compile(r"-\d+(?=(\.tar)?\.\w+$)")
NO_FILE = {  # what is said where there is only what the platform has written itself
    "Canvas": "is a text or a link typed into Canvas, and no file: hand in the folder kata/",
    "Blackboard": "has only Blackboard's receipt, maybe with a text in it, and no file: hand in "
    "the folder kata/",
}
NO_STUDENTS = ("submission_metadata.yml", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Export:
    """What the name of an exported file says.

    Parameters
    ----------
    platform, student : str
        Whose it is.
    name : str
        What the student called it, "" for what the platform has written itself.
    number : str
        The file, or the attempt: what was handed in later has a higher one.
    is_late : bool
        Whether the platform calls it late.
    """

    platform: str
    student: str
    name: str
    number: str = ""
    is_late: bool = False

    @property
    def own_name(self) -> str:
        """What the student called it, without what Canvas adds to a name that was there before."""
        return AGAIN.sub("", self.name) if self.platform == "Canvas" else self.name

    @property
    def is_of_kata(self) -> bool:
        """Whether only a platform can have named it so: a module, or the archive of one."""
        return not self.name or bool(stage_of(ARCHIVE.sub(".py", self.own_name), FILES))


def exports(name: str) -> list[Export]:
    """Return what a file's name may say, the likeliest first; nothing if no platform named it."""
    if found := BLACKBOARD.fullmatch(name):
        return [Export("Blackboard", found["student"], found["name"] or "", found["number"])]
    if found := MOODLE.fullmatch(name):
        return [Export("Moodle", found["student"], found["name"] or "")]
    matches = filter(None, (pattern.fullmatch(name) for pattern in CANVAS))
    return [*dict.fromkeys(map(canvas, matches))]


def canvas(found: re.Match[str]) -> Export:
    """Return what the name of one of Canvas's files says."""
    student = re.sub(r"^LATE_|_LATE(?=_\d+$)", "", found["student"])
    is_late = student != found["student"]
    return Export("Canvas", student, found["name"] or "", found["number"] or "", is_late)


def belong_together(exports: Sequence[Export], beside: bool) -> bool:
    """Whether files can be one student's: "hw_1_2_alice.zip" and "…_3_bob.zip" are not Canvas's.

    Parameters
    ----------
    exports : sequence of Export
        The files.
    beside : bool
        Whether there are files beside them that only Canvas can have named.
    """
    if exports[0].platform != "Canvas" or any(export.is_of_kata for export in exports):
        return True
    archives = [export for export in exports if ARCHIVE.search(export.name)]
    if not archives or beside:
        return beside or (len(exports) == 1 and "." in exports[0].name)
    # one, or the same again: kata.zip and kata-1.zip
    is_again = len({export.name for export in archives}) == len(archives)
    return is_again and len({export.own_name for export in archives}) == 1


def without_assignment(students: Sequence[str]) -> dict[str, str]:
    """Return the names of Blackboard's users without the assignment's, where all have the same."""
    parts = {student: student.rpartition("_") for student in students}
    if len({assignment for assignment, _, _ in parts.values()}) > 1:
        return {student: student for student in students}
    return {student: user for student, (_, _, user) in parts.items()}


def newest(exports: Sequence[Export]) -> tuple[list[Export], list[str]]:
    """Return those of one student's files that count, and what is to be said of it."""
    notes = ["Canvas calls it late"] if any(export.is_late for export in exports) else []
    if exports[0].platform == "Moodle":
        return [*exports], notes
    given = [export for export in exports if export.name]
    if exports[0].platform == "Canvas":
        return latest(given, notes), notes
    attempts = sorted({export.number for export in exports})
    with_files = sorted({export.number for export in given})
    if with_files and with_files[-1] != attempts[-1]:
        notes.append(
            f"the newest of {len(attempts)} attempts, {attempts[-1]}, has no file: that of "
            f"{with_files[-1]} was taken"
        )
    elif len(attempts) > 1:
        notes.append(f"of {len(attempts)} attempts the newest was taken, {attempts[-1]}")
    return [export for export in given if export.number == with_files[-1]], notes


def latest(exports: Sequence[Export], notes: list[str]) -> list[Export]:
    """Return the latest of Canvas's files of each name: data-1.py is data.py, handed in again."""
    found: dict[str, Export] = {}
    for one in sorted(exports, key=lambda export: int(export.number)):
        if earlier := found.get(one.own_name):
            notes.append(f"{one.name!r} was taken, and not {earlier.name!r} of an earlier time")
        found[one.own_name] = one
    return [*found.values()]
