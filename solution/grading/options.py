"""The options of `python -m solution.grade`."""

import argparse
from pathlib import Path

from plots.options import whole

POINTS = Path(__file__).parent.parent / "points.csv"


def add_options_of_results(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where results go, and what a function is worth."""
    parser.add_argument("--out", type=Path, metavar="DIR", help="where results go")
    parser.add_argument(
        "--points",
        type=Path,
        default=POINTS,
        metavar="FILE",
        help="points of each function, a CSV file (default: solution/points.csv)",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="who is in the class: a CSV file with the columns id, name, email (or some of them), "
        "or what Canvas exports of a gradebook, or Moodle's grading worksheet: DIR gets that "
        "back, with the scores in it",
    )
    parser.add_argument(
        "--assignment",
        metavar="NAME",
        help="which of the assignments in Canvas's gradebook, if there are several",
    )


def add_options_of_judging(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is judged, and how."""
    add = parser.add_argument
    add(
        "--all-in",
        type=Path,
        metavar="CLASS",
        help="the class is all that is in this folder, zip or tar, and nothing graded before",
    )
    add(
        "--take",
        choices=["newest"],
        default="",
        help="of several folders with modules in one submission, take the one changed last, by the "
        "times in the folder or archive (default: none, such a submission is unreadable)",
    )
    add(
        "--jobs",
        type=whole(1),
        metavar="N",
        help="submissions at a time (default: one for each core)",
    )
    add("--anew", action="store_true", help="judge again what is judged already")
    add(
        "--shard",
        type=fraction,
        metavar="I/N",
        help="judge only the I-th of N parts; put them together with merge",
    )
    add(
        "--scheduler",
        metavar="ADDRESS",
        help="judge on a Dask cluster, such as tcp://10.0.0.1:8786 (needs the extra `dask`)",
    )
    add(
        "--secret",
        metavar="TEXT",
        help="what the examples are drawn from, besides the code (default: what the class was "
        "judged with before, or a new one; with --shard, one made of all that was handed in)",
    )
    add_options_of_limits(parser)


def add_options_of_limits(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the judged code may do."""
    parser.add_argument(
        "--time-limit",
        type=positive,
        default=60.0,
        metavar="S",
        help="seconds that one submission's code may take in all (default: 60)",
    )
    parser.add_argument(
        "--memory-limit",
        type=whole(1),
        default=1024,
        metavar="MB",
        help="memory that it may take, above what Python and PyTorch have (default: 1024)",
    )
    parser.add_argument(
        "--no-sandbox",
        action="store_true",
        help="do not lock the code up: only for code that you trust, or on a machine that may "
        "break; every result says so",
    )


def positive(text: str) -> float:
    """Read a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return value


def fraction(text: str) -> tuple[int, int]:
    """Read a part, "2/5"."""
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise argparse.ArgumentTypeError(f"{text!r} is no part such as 2/5")
    return int(number), int(of)
