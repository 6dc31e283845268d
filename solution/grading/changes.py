"""What changed between two gradings of a class: by the tables of both."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from solution.grading.results import BONUS, FUNCTIONS, on_one_line, write_text
from solution.grading.sheets import table

FILE = "changes.csv"
MOST_LINES = 20  # in the terminal

Rows = Mapping[str, Mapping[str, str]]  # of results.csv, by submission
Changes = Mapping[str, list[tuple[str, str, str]]]  # by submission: a column, before, after


def read(out: Path) -> Rows:
    """Read the table of a class; there are no rows if there is no such table."""
    try:
        with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if {"submission", "score", *FUNCTIONS} - {*(rows.fieldnames or ())}:
                return {}
            return {row["submission"]: row for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}


def between(before: Rows, after: Rows) -> Changes:
    """Return what is not as it was; of who is new or gone, the score."""
    found = {}
    for name in sorted({*before, *after}):
        old, new = before.get(name, {}), after.get(name, {})
        columns = ("score", *FUNCTIONS, *BONUS) if old and new else ("score",)
        absent = dict.fromkeys(BONUS, "not started")  # the table has those that were begun
        pairs = [(c, *(row.get(c) or absent.get(c, "") for row in (old, new))) for c in columns]
        changed = [(column, was, now) for column, was, now in pairs if was != now]
        if changed or not (old and new):
            found[name] = changed
    return found


def write(changes: Changes, out: Path) -> None:
    """Write the changes. If there are none, those of before stay."""
    lines = [(name, *change) for name, own in changes.items() for change in own]
    if lines:
        text = table([("submission", "column", "before", "after"), *lines])
        write_text(out / FILE, text if text.isascii() else f"\ufeff{text}")


def told(changes: Changes, before: Rows, after: Rows) -> Iterator[str]:
    """Say what changed, in a line for each submission."""
    if changes:
        yield f"changed since the last grading ({FILE}): {len(changes)} of {len(after)}"
    for name in list(changes)[:MOST_LINES]:
        if name not in before:
            text = f"new, score {after[name]['score'] or 'none'}"
        elif name not in after:
            text = "not there any more"
        else:
            text = "; ".join(
                f"{column} {was or 'none'} -> {now or 'none'}" for column, was, now in changes[name]
            )
        yield on_one_line(f"  {name}: {text}")
    if len(changes) > MOST_LINES:
        yield f"  and {len(changes) - MOST_LINES} more"
