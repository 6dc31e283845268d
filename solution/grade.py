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

from plots.options import whole
from solution.grading import results, run, sandbox
from solution.grading.remote import Limits
from solution.grading.scores import Points, Result, all_of, score
from solution.grading.submissions import naming, reading
from solution.grading.submissions.sources import Piece
from solution.grading.submissions.trees import Unreadable
from tests.judge import wording
from tests.judge.mistakes import UNUSABLE

POINTS = Path(__file__).parent / "points.csv"
PROGRAM = "python -m solution.grade"
USAGE = f"""{PROGRAM} SUBMISSION... --out DIR [options]
       {PROGRAM} merge DIR... --out DIR [--points FILE]"""
DESCRIPTION = """\
Judge what learners handed in. A SUBMISSION is a folder, a zip or a tar with the five modules in
one folder, wherever that is, or one of the modules; what Canvas, Moodle, Blackboard and Gradescope
export is known by its names. Modules beside the five that these import come along; nothing else is
opened. Their code runs locked up: no network, no files but Python's own, no other processes
(Linux 6.2 or later).

DIR gets results.csv, class.html, junit.xml, and a folder for each submission with report.txt,
what Gradescope and GitHub Classroom read, and judged.json. What is judged there already, by the
same tests, is not judged again: a run that was interrupted goes on when it is started again.

  python -m solution.grade class/* --out results
  python -m solution.grade --all-in class --out results --jobs 8
  python -m solution.grade --all-in class.zip --out results
  python -m solution.grade --all-in class --out part1 --shard 1/2   # on one machine
  python -m solution.grade --all-in class --out part2 --shard 2/2   # on another
  python -m solution.grade merge part1 part2 --out results

A submission that is called merge is ./merge.
"""
ENDING = """\
exit status: 0 all graded; 1 the grader itself failed on some, which have no score: run it again;
2 bad options, or a host that cannot lock code up; 3 some could not be read, which have no score
either; 130 interrupted
"""
MERGE_ENDING = """\
exit status: 0 all graded; 1 some are not judged, or the grader itself failed on them; 2 bad
options, or no parts of one class; 3 some could not be read
"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; what is wrong there ends the program with status 2.

    `run` of what is returned is the function that does what was asked for.
    """
    given = sys.argv[1:] if arguments is None else [*arguments]
    words = from_first_word(given)
    if words[:1] == ["merge"]:  # this very word: ./merge is a submission
        options_before = given[: len(given) - len(words)]
        return parse_merge([*options_before, *words[1:]])
    return parse_grade(given)


def from_first_word(arguments: Sequence[str]) -> list[str]:
    """Return the command line from the first word that is no option and no option's value."""
    parser = argparse.ArgumentParser(prog=PROGRAM, usage=USAGE, add_help=False)
    add_options_of_results(parser)
    add_options_of_judging(parser)
    parser.add_argument("words", nargs=argparse.REMAINDER)
    found: list[str] = parser.parse_known_args(arguments)[0].words
    return found


def parse_grade(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line that judges submissions."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=USAGE,
        description=DESCRIPTION,
        epilog=ENDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("submission", nargs="*", type=Path, metavar="SUBMISSION")
    add_options_of_results(parser)
    add_options_of_judging(parser)
    parser.set_defaults(run=grade)
    options = parsed(parser, arguments)
    options.submission = [Piece(path) for path in options.submission]
    add_all_in(parser, options)
    if not options.submission:
        parser.error("name the submissions, or the folder that they are in with --all-in")
    must_exist(parser, [piece.path for piece in options.submission])
    check_catalogue(parser)
    check_results(parser, options)
    check_host(parser, options.no_sandbox)
    return options


def parse_merge(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line that puts parts together, without the word `merge`."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} merge",
        usage="%(prog)s DIR... --out DIR [--points FILE]",
        description="Put together the parts of a class that were judged with --shard.",
        epilog=MERGE_ENDING,
    )
    parser.add_argument("part", nargs="*", type=Path, metavar="DIR", help="results of one part")
    add_options_of_results(parser)
    parser.set_defaults(run=merge)
    options = parsed(parser, arguments)
    if os.path.lexists("merge") and not run.is_part(Path("merge")):
        parser.error(
            "there is a file or folder merge here: write ./merge to grade it, or move it away"
        )
    if not options.part:
        parser.error("name the folders with the results of the parts")
    must_exist(parser, options.part)
    check_results(parser, options)
    return options


def parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; --out is asked for here, as it may also stand behind the first word."""
    options = parser.parse_intermixed_args(arguments)
    if options.out is None:
        parser.error("the following arguments are required: --out")
    return options


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


def add_options_of_judging(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is judged, and how."""
    add = parser.add_argument
    add(
        "--all-in",
        type=Path,
        metavar="CLASS",
        help="grade all submissions in this folder, zip or tar",
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


def add_all_in(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Add what is in the folder or archive of --all-in to the submissions that are named."""
    if options.all_in is None:
        return
    if options.all_in.is_dir():
        found = naming.in_folder(options.all_in, options.out)
    elif options.all_in.is_file():
        found = members_of(parser, options)
    else:
        parser.error(f"--all-in {options.all_in}: there is no such folder or archive")
    if not found:
        parser.error(f"--all-in {options.all_in}: this is empty")
    modules = [piece.place.name for piece in found if piece.place.name in reading.MODULES]
    if modules:
        parser.error(
            f"--all-in {options.all_in}: {modules[0]} is in it, so this is one submission: name it "
            "without --all-in"
        )
    options.submission += found


def members_of(parser: argparse.ArgumentParser, options: argparse.Namespace) -> list[Piece]:
    """Return the submissions in the archive of a class."""
    archive = options.all_in
    try:
        members = reading.members(archive, locks=not options.no_sandbox)
    except (Unreadable, OSError) as error:
        parser.error(f"--all-in {archive}: {error}")
    return [Piece(archive, member) for member in members]


def must_exist(parser: argparse.ArgumentParser, paths: Sequence[Path]) -> None:
    """Refuse what is not there."""
    missing = [path for path in paths if not os.path.lexists(path)]
    if missing:
        parser.error(f"there is no {missing[0]}")


def check_results(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Read the table of points, and make the folder of the results."""
    try:
        # the project's own table need not have a function that is new
        own = results.POINTS if options.points == POINTS else {}
        options.points = results.read_points(options.points, own)
    except results.BadPoints as error:
        parser.error(f"--points: {error}")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        if not os.access(options.out, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        parser.error(f"--out {options.out}: {error.strerror}")


def check_catalogue(parser: argparse.ArgumentParser) -> None:
    """Refuse to judge while an entry of the instructor's cannot be used."""
    if UNUSABLE:
        parser.error(UNUSABLE[0])


def check_host(parser: argparse.ArgumentParser, no_sandbox: bool) -> None:
    """Refuse to judge on a host that cannot, or that cannot lock code up."""
    if sys.platform != "linux":
        parser.error(
            "grading needs Linux, also without a sandbox (in WSL or a virtual machine, say)"
        )
    if not no_sandbox and (obstacle := sandbox.obstacle()):
        parser.error(
            f"the code cannot be locked up on this host: {obstacle}. With --no-sandbox it runs "
            "without, and may do whatever you may do"
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    options = parse(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        status: int = options.run(options)
        return status
    except KeyboardInterrupt:
        print("\ninterrupted: the same command goes on from here", file=sys.stderr)
        return 130


def interrupt(*_: Any) -> None:
    """End as with Ctrl-C."""
    raise KeyboardInterrupt


def grade(options: argparse.Namespace) -> int:
    """Judge what is missing, and write all results."""
    sources = naming.named(options.submission)
    limits = Limits(options.time_limit, options.memory_limit << 20)
    settings = run.Settings(not options.no_sandbox, limits)
    number, of = options.shard or (1, 1)
    names = list(sources)[number - 1 :: of]
    dropped = {*run.known_names(options.out)} - {*sources}
    try:
        run.write_manifest(list(sources), settings, options.out)
    except OSError as error:
        return refuse(PROGRAM, f"--out {options.out}: {error.strerror}")
    grading = run.Grading(sources, settings, options.out, options.take)
    try:
        judge(grading, names, options)
    except (run.WrongPlace, run.NoCluster) as error:
        return refuse(PROGRAM, error)
    say_what_is_missing(grading, len(dropped))
    run.write_errors(grading.errors, options.out)
    if options.shard:
        print(
            f"judged {len(names)} of {len(sources)} submissions (part {number} of {of}); put the "
            f"parts together with: {PROGRAM} merge DIR... --out DIR"
        )
        return status_of(bool(grading.errors), bool(grading.unreadable))
    return finish(list(sources), options)


def judge(grading: run.Grading, names: Sequence[str], options: argparse.Namespace) -> None:
    """Judge these submissions, here or on a cluster, with a progress bar."""
    jobs = options.jobs or len(os.sched_getaffinity(0))
    with (
        run.on_dask(options.scheduler) if options.scheduler else run.local(jobs) as place,
        tqdm(total=len(names), unit="submission", disable=None, dynamic_ncols=True) as bar,
    ):
        grading.run(*place, names, bar.update, options.anew)


def say_what_is_missing(grading: run.Grading, dropped: int) -> None:
    """Say how modules were found, what could not be read, and how many are not named any more."""
    for name, notes in grading.notes.items():
        for note in notes:
            print(results.on_one_line(f"{name}: {note}"))
    for name, problem in grading.unreadable.items():
        print(results.on_one_line(f"{name} {problem}"))
    if dropped:
        left_out = f"{dropped} of an earlier run are not named now, and"
        print(f"{left_out} are left out of the results")


def merge(options: argparse.Namespace) -> int:
    """Put the parts of a class together."""
    try:
        names = run.merge(options.part, options.out)
    except run.NoParts as error:
        return refuse(f"{PROGRAM} merge", error)
    return finish(names, options)


def refuse(command: str, why: object) -> int:
    """Say why a command cannot be done, and return its exit status."""
    print(f"{command}: {why}", file=sys.stderr)
    return 2


def finish(names: Sequence[str], options: argparse.Namespace) -> int:
    """Write the results of the class, and say how it did."""
    found = [result for name in names if (result := run.load(options.out, name)) is not None]
    results.write_class(found, options.points, options.out)
    print(summary(found, options.points))
    print(f"results: {options.out / 'class.html'}, {options.out / 'results.csv'}")
    unreadable = [r["submission"] for r in found if r["problem"]]
    failed = [r["submission"] for r in found if run.has_grader_error(r)]
    for name in failed[:10]:
        print(f"{results.on_one_line(name)} has no score: the grader failed", file=sys.stderr)
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


def summary(found: Sequence[Result], points: Points) -> str:
    """Say in a few lines how the class did."""
    scores = sorted(own for r in found if (own := score(r, points)) is not None)
    most = sum(points.values())
    lines = [wording.say("graded {n:submission|submissions}", {"n": len(found)})]
    if scores:
        middle = results.number(statistics.median(scores))
        finished = sum(gained == most for gained in scores)
        lines[0] += f": {finished} have all {results.number(most)} points, the median is {middle}"
    for name in results.columns(found, points):
        statuses = Counter(all_of(r)[name]["status"] for r in found)
        told = ", ".join(f"{statuses[s]} {s}" for s in results.STATUSES if statuses[s])
        lines.append(f"  {name:<18}{told}")
    unlocked = sum(not r["locked"] for r in found)
    if unlocked:
        lines.append(f"  {unlocked} of them were judged without a sandbox")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
