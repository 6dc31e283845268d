"""Grade a class: `python -m solution.grade SUBMISSION... --out DIR`."""

import argparse
import os
import signal
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from solution.grading import page, results, run, sandbox, submissions
from solution.grading.remote import Limits
from tests import wording

POINTS = Path(__file__).parent / "points.csv"
DESCRIPTION = """\
Judge what learners handed in. A SUBMISSION is a folder, a zip or a tar with the five modules in
it, at the top or in kata/; nothing else in it is opened. Their code runs locked up: no network,
no files but Python's own, no other processes (Linux 6.2 or later).

DIR gets results.csv, class.html, junit.xml, and a folder for each submission with report.txt,
what Gradescope and GitHub Classroom read, and judged.json. What is judged there already, by the
same tests, is not judged again: a run that was interrupted goes on when it is started again.

  python -m solution.grade class/* --out results
  python -m solution.grade --all-in class --out results --jobs 8
  python -m solution.grade --all-in class --out part1 --shard 1/2   # on one machine
  python -m solution.grade --all-in class --out part2 --shard 2/2   # on another
  python -m solution.grade merge part1 part2 --out results
"""
ENDING = """\
exit status: 0 all graded; 1 the grader itself failed on some, which have no score: run it again;
2 bad options, or a host that cannot lock code up; 130 interrupted
"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; what is wrong there ends the program with status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m solution.grade",
        description=DESCRIPTION,
        epilog=ENDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("submission", nargs="*", type=Path, metavar="SUBMISSION")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results go")
    parser.add_argument(
        "--all-in", type=Path, metavar="FOLDER", help="take all that is in this folder"
    )
    parser.add_argument(
        "--points",
        type=Path,
        default=POINTS,
        metavar="FILE",
        help="points of each function, a CSV file (default: solution/points.csv)",
    )
    parser.add_argument(
        "--jobs",
        type=whole,
        metavar="N",
        help="submissions at a time (default: one for each core)",
    )
    parser.add_argument(
        "--time-limit",
        type=positive,
        default=60.0,
        metavar="S",
        help="seconds that one submission's code may take in all (default: 60)",
    )
    parser.add_argument(
        "--memory-limit",
        type=whole,
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
    parser.add_argument("--anew", action="store_true", help="judge again what is judged already")
    parser.add_argument(
        "--shard",
        type=fraction,
        metavar="I/N",
        help="judge only the I-th of N parts; put them together with merge",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="judge on a Dask cluster, such as tcp://10.0.0.1:8786 (needs the extra `dask`)",
    )
    options = parser.parse_intermixed_args(arguments)
    options.merge = options.submission[:1] == [Path("merge")]
    if options.merge:
        options.submission = options.submission[1:]
    if options.all_in is not None:
        if not options.all_in.is_dir():
            parser.error(f"--all-in {options.all_in}: there is no such folder")
        options.submission += found_in(options.all_in, options.out)
        if not options.submission:
            parser.error(f"--all-in {options.all_in}: this folder is empty")
    if not options.submission:
        parser.error("name the submissions, or the folder that they are in with --all-in")
    missing = [path for path in options.submission if not os.path.lexists(path)]
    if missing:
        parser.error(f"there is no {missing[0]}")
    try:
        options.points = results.read_points(options.points)
    except results.BadPoints as error:
        parser.error(f"--points: {error}")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        if not os.access(options.out, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        parser.error(f"--out {options.out}: {error.strerror}")
    if not options.merge and sys.platform != "linux":
        parser.error(
            "grading needs Linux, also without a sandbox (in WSL or a virtual machine, say)"
        )
    if not options.merge and not options.no_sandbox and (obstacle := sandbox.obstacle()):
        parser.error(
            f"the code cannot be locked up on this host: {obstacle}. With --no-sandbox it runs "
            "without, and may do whatever you may do"
        )
    return options


def found_in(folder: Path, out: Path) -> list[Path]:
    """Return the submissions in a folder: all but the results, and what file managers leave."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith((".", "__MACOSX"))
        and path.name not in ("Thumbs.db", "desktop.ini")
        and path.resolve() != out.resolve()
    )


def whole(text: str) -> int:
    """Read a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    options = parse(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        return merge(options) if options.merge else grade(options)
    except KeyboardInterrupt:
        print("\ninterrupted: the same command goes on from here", file=sys.stderr)
        return 130


def interrupt(*_: Any) -> None:
    """End as with Ctrl-C."""
    raise KeyboardInterrupt


def grade(options: argparse.Namespace) -> int:
    """Judge what is missing, and write all results."""
    paths = submissions.named(options.submission)
    limits = Limits(options.time_limit, options.memory_limit << 20)
    settings = run.Settings(not options.no_sandbox, limits)
    names = list(paths)
    if options.shard:
        number, of = options.shard
        names = names[number - 1 :: of]
    dropped = {*run.known_names(options.out)} - {*paths}
    try:
        run.write_manifest(list(paths), settings, options.out)
    except OSError as error:
        print(f"python -m solution.grade: --out {options.out}: {error.strerror}", file=sys.stderr)
        return 2
    grading = run.Grading(paths, settings, options.out)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    try:
        with (
            run.on_dask(options.scheduler) if options.scheduler else run.local(jobs) as place,
            tqdm(total=len(names), unit="submission", disable=None, dynamic_ncols=True) as bar,
        ):
            grading.run(*place, names, bar.update, options.anew)
    except (run.WrongPlace, run.NoCluster) as error:
        print(f"python -m solution.grade: {error}", file=sys.stderr)
        return 2
    for name, problem in grading.unreadable.items():
        print(f"{results.on_one_line(name)} {problem}")
    if dropped:
        left_out = f"{len(dropped)} of an earlier run are not named now, and"
        print(f"{left_out} are left out of the results")
    run.write_errors(grading.errors, options.out)
    if options.shard:
        print(
            f"judged {len(names)} of {len(paths)} submissions (part {number} of {of}); put the "
            f"parts together with: python -m solution.grade merge DIR... --out DIR"
        )
        return int(bool(grading.errors))
    return finish(list(paths), options)


def merge(options: argparse.Namespace) -> int:
    """Put the parts of a class together."""
    try:
        names = run.merge(options.submission, options.out)
    except run.NoParts as error:
        print(f"python -m solution.grade merge: {error}", file=sys.stderr)
        return 2
    return finish(names, options)


def finish(names: Sequence[str], options: argparse.Namespace) -> int:
    """Write the results of the class, and say how it did."""
    found = [result for name in names if (result := run.load(options.out, name)) is not None]
    results.write_class(found, options.points, options.out)
    print(summary(found, options.points))
    print(f"results: {options.out / 'class.html'}, {options.out / 'results.csv'}")
    failed = [r["submission"] for r in found if page.score(r, options.points) is None]
    for name in failed[:10]:
        print(f"{results.on_one_line(name)} has no score: the grader failed", file=sys.stderr)
    missing = len(names) - len(found)
    if missing:
        print(f"{missing} of {len(names)} submissions are not judged", file=sys.stderr)
    if failed:
        print("run the same command again (grader-errors.txt says more)", file=sys.stderr)
    return int(bool(failed or missing))


def summary(found: Sequence[results.Result], points: results.Points) -> str:
    """Say in a few lines how the class did."""
    scores = sorted(s for r in found if (s := page.score(r, points)) is not None)
    most = sum(points.values())
    lines = [f"graded {wording.count(len(found), 'submission')}"]
    if scores:
        middle = results.number(statistics.median(scores))
        finished = sum(score == most for score in scores)
        lines[0] += f": {finished} have all {results.number(most)} points, the median is {middle}"
    for name in points:
        statuses = Counter(r["functions"][name]["status"] for r in found)
        told = ", ".join(f"{statuses[s]} {s}" for s in results.STATUSES if statuses[s])
        lines.append(f"  {name:<18}{told}")
    unlocked = sum(not r["locked"] for r in found)
    if unlocked:
        lines.append(f"  {unlocked} of them were judged without a sandbox")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
