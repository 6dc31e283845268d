"""Print which property catches which known mistake: `python -m solution.checks.matrix`.

A property that catches nothing, or a mistake that one property alone catches, is worth a look.
"""

import argparse
import contextlib
import sys
import warnings

import numpy as np
from hypothesis import settings

import conftest  # noqa: F401, has the profiles
from solution.grading.properties import Property, properties
from tests.boundary import Halted, Subject, Wrong
from tests.diagnosis import subject_of
from tests.mistakes import known
from tests.probes import STAGES


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
            caught[row] = [catches(judge, subject) for judge in judges]
    print(f"\n{function}")
    names = np.array([judge.name for judge in judges])
    for column, name in enumerate(names):
        print(f"  {column + 1:>3}  {name.removeprefix('test_').replace('_', ' ')}")
    print(" " * 45 + "".join(f"{column + 1:>3}" for column in range(len(judges))))
    for mistake, found in zip(mistakes, caught, strict=True):
        print(f"  {mistake.name[:42]:<43}" + "".join("  x" if one else "  ." for one in found))
    for name in names[~caught.any(axis=0)]:
        print(f"  catches none: {name}")
    for mistake, found in zip(mistakes, caught, strict=True):
        others = names[1:][found[1:]]  # the hand-picked cases, first, are tried by themselves
        if len(others) < 2:
            print(f"  {mistake.name}: only {others[0] if len(others) else names[0]}")


def main() -> None:
    """Print the matrix of some functions, or of all."""
    parser = argparse.ArgumentParser(prog="python -m solution.checks.matrix", description=__doc__)
    functions = [name for names in STAGES.values() for name in names]
    parser.add_argument("function", nargs="*", choices=[[], *functions], help="all by default")
    settings.load_profile("kata")
    for function in parser.parse_args().function or functions:
        write_matrix(function)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
