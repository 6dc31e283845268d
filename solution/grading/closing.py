"""Ends a grading: what is judged becomes the files of the class, and the terminal is told."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from solution.grading import changes, class_files, overrides, run, telling
from solution.grading.gradebooks import Roster
from solution.grading.results import on_one_line
from solution.grading.scores import Points, score


def finish(names: Sequence[str], points: Points, roster: Roster | None, out: Path) -> int:
    """Write the results of a class, say how it did, and return the exit status.

    Parameters
    ----------
    names : sequence of str
        All submissions of the class.
    points : mapping
        What each function is worth.
    roster : Roster or None
        Who is in the class.
    out : Path
        Where the results are.
    """
    own = overrides.read(out, names, points)
    overrides.write_template(out)
    judged = [result for name in names if (result := run.load(out, name)) is not None]
    found = [overrides.applied(result, own) for result in judged]
    before = changes.read(out)
    matching = class_files.write_class(found, points, out, roster)
    print(telling.summary(found, points))
    for line in what_changed(before, out):
        print(line)
    if roster:
        submissions = [result["submission"] for result in found]
        for line in telling.about_roster(roster, matching, submissions, points):
            print(line)
    print(f"results: {out / 'class.html'}, {out / 'results.csv'}")
    open_ones = [result for result in found if score(result, points) is None]
    failed = [one["submission"] for one in open_ones if run.has_grader_error(one)]
    unreadable = [one["submission"] for one in open_ones if one["problem"]]
    for name in failed[:10]:
        print(f"{on_one_line(name)} has no score: the grader failed", file=sys.stderr)
    missing = len(names) - len(found)
    if missing:
        print(f"{missing} of {len(names)} submissions are not judged", file=sys.stderr)
    if failed:
        print("run the same command again (grader-errors.txt says more)", file=sys.stderr)
    if unreadable:
        print(f"{len(unreadable)} of {len(names)} could not be read: no score", file=sys.stderr)
    return status_of(bool(failed or missing), bool(unreadable))


def status_of(failed: bool, unreadable: bool) -> int:
    """Return the exit status."""
    return 1 if failed else 3 if unreadable else 0


def what_changed(before: changes.Rows, out: Path) -> Iterator[str]:
    """Write what is not as it was at the last grading, if there was one, and say it."""
    if before:
        after = changes.read(out)
        changed = changes.between(before, after)
        changes.write(changed, out)
        yield from changes.told(changed, before, after)
