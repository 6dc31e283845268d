"""Who handed in what Gradescope exports: its list says it, the names of the folders do not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from solution.grading.roster import Student, claims_on, parts_of, signs_of
from solution.grading.submissions.sources import Piece

LIST = "submission_metadata.yml"
LARGEST = 20_000_000  # bytes; a submitter takes 100
SUBMISSION = re.compile(r"(submission_\d+):\s*")
SUBMITTER = re.compile(r"\s*(?P<new>- )?\s*:(?:name|sid|email):\s*(?P<text>.*)")
# the list of submitters, its entries and their lines; what has another name ends it
ELSE = re.compile(r"  :(?!submitters:)\w+:.*")


def with_submissions(students: Sequence[Student], pieces: Iterable[Piece]) -> list[Student]:
    """Return the class, with the submission of each whom Gradescope's list names.

    It is read beside the submissions, and not in an archive, which has strangers' files, too.
    """
    found: dict[int, str] = {}
    signs = [(student, signs_of(student)) for student in students]
    for path in {piece.path.absolute().parent / LIST for piece in pieces}:
        if not path.is_file() or path.is_symlink():
            continue
        with path.open("rb") as file:
            text = file.read(LARGEST).decode("utf-8", "replace")
        for submission, people in submitters(text).items():
            for known in people:
                claims = [claims_on(parts_of(one), signs) for one in reversed(known) if one]
                one = next((claim[0] for claim in claims if len(claim) == 1), None)
                if one is not None:
                    found[one.row] = submission
    return [replace(one, submission=one.submission or found.get(one.row, "")) for one in students]


def submitters(text: str) -> Mapping[str, list[list[str]]]:
    """Return what each submitter of a submission is known by."""
    found: dict[str, list[list[str]]] = {}
    people: list[list[str]] = []
    for line in text.splitlines():
        if begin := SUBMISSION.fullmatch(line):
            people = found.setdefault(begin[1], [])
        elif ELSE.fullmatch(line):
            people = []
        elif said := SUBMITTER.fullmatch(line):
            if said["new"]:
                people.append([])
            if people:
                people[-1].append(said["text"].strip("'\" "))
    return found
