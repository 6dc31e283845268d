"""Print which property catches which known mistake: `python -m solution.checks.matrix`.

A property that catches nothing, or a mistake that one property alone catches, is worth a look.
"""

import argparse
import contextlib
import sys
import warnings

import numpy as np

import conftest
from solution.checks.properties import Property, properties
from tests.boundary import Halted, Subject, Wrong
from tests.diagnosis import subject_of
from tests.mistakes import known
from tests.probes import STAGE_OF


def catches(judge: Property, subject: Subject) -> bool:
    try:
        judge(subject)
    except (Wrong, Halted):
        return True
    return False


def write_matrix(function: str) -> None:
    """Print one row for each mistake, one column for each property, and what stands out."""
    judges, mistakes = properties(function), known(function)
    caught = np.zeros((len(mistakes), len(judges)), dtype=bool)
    for row, mistake in enumerate(mistakes):
        subject = subject_of(function, mistake.implementation)
        with warnings.catch_warnings(), contextlib.redirect_stdout(None):
            warnings.simplefilter("ignore")
            caught[row] = [catches(judge, subject) for judge in judges.values()]
    print(f"\n{function}")
    for column, name in enumerate(judges):
        print(f"  {column + 1:>3}  {name.removeprefix('test_').replace('_', ' ')}")
    print(" " * 45 + "".join(f"{column + 1:>3}" for column in range(len(judges))))
    for mistake, row in zip(mistakes, caught, strict=True):
        print(f"  {mistake.name[:42]:<43}" + "".join("  x" if found else "  ." for found in row))
    names = list(judges)
    for column in np.flatnonzero(~caught.any(axis=0)):
        print(f"  catches none: {names[column]}")
    # the ladder, first, is what the others are taken from
    for row in np.flatnonzero(caught[:, 1:].sum(axis=1) == 1):
        (column,) = np.flatnonzero(caught[row, 1:]) + 1
        print(f"  {mistakes[row].name}: only {names[column]}")
    for row in np.flatnonzero(caught[:, 1:].sum(axis=1) == 0):
        print(f"  {mistakes[row].name}: only the hand-picked cases")


def main() -> None:
    """Print the matrix of some functions, or of all."""
    parser = argparse.ArgumentParser(prog="python -m solution.checks.matrix", description=__doc__)
    parser.add_argument("function", nargs="*", choices=[[], *STAGE_OF], help="all by default")
    functions = parser.parse_args().function or list(STAGE_OF)
    conftest.settings.load_profile("kata")
    for function in functions:
        write_matrix(function)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
