"""Print which property catches which known mistake: `python -m solution.checks.matrix`.

A property that catches nothing, or a mistake that one property alone catches, is worth a look.
"""

import argparse
import contextlib
import io
import sys
import warnings

import numpy as np

from tests.judge import (
    profiles,  # noqa: F401, Hypothesis' settings
)
from tests.judge.diagnosis import sample
from tests.judge.functions import COMPARED
from tests.judge.mistakes import known
from tests.judge.specification import properties


def write_matrix(function: str) -> None:
    """Print one row for each mistake, one column for each property, and what stands out."""
    judges, mistakes = properties(function), known(function)
    caught = np.zeros((len(mistakes), len(judges)), dtype=bool)
    for row, mistake in enumerate(mistakes):
        implementation = sample(mistake.implementation)
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            caught[row] = [implementation.run(judge) is not None for judge in judges]
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
        if found.sum() == 1:
            print(f"  {mistake.name}: only {names[found][0]}")


def main() -> None:
    """Print the matrix of some functions, or of all."""
    parser = argparse.ArgumentParser(prog="python -m solution.checks.matrix", description=__doc__)
    parser.add_argument("function", nargs="*", choices=[[], *COMPARED], help="all by default")
    for function in parser.parse_args().function or COMPARED:
        write_matrix(function)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
