"""Grade a class: `python -m solution.grade SUBMISSION... --out DIR`."""

import argparse
import io
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from solution.grading import (
    gradebooks,
    one_grader,
    overrides,
    results,
    run,
    sandbox,
    sheets,
    submitters,
)
from solution.grading.closing import finish, status_of
from solution.grading.options import POINTS, add_options_of_judging, add_options_of_results
from solution.grading.submissions import naming, reading
from solution.grading.submissions.sources import Piece
from solution.grading.submissions.trees import Unreadable
from solution.grading.workers import Limits
from tests.judge.mistakes import UNUSABLE

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
Submissions that DIR has results of stay there though they are not named: so some can be judged
again, or come late. In overrides.csv there you may change points, and write comments.

  python -m solution.grade class/* --out results
  python -m solution.grade --all-in class --out results --jobs 8
  python -m solution.grade --all-in class.zip --out results
  python -m solution.grade class/ann late/bob.zip --out results     # the others stay as they are
  python -m solution.grade --all-in class --out part1 --shard 1/2   # on one machine
  python -m solution.grade --all-in class --out part2 --shard 2/2   # on another
  python -m solution.grade merge part1 part2 --out results

A submission that is called merge is ./merge.
"""
ENDING = """\
exit status: 0 all graded; 1 the grader itself failed on some, which have no score, or could not
write: run it again; 2 bad options, another grader at work on DIR, or a host that cannot lock code
up; 3 some could not be read, which have no score either; 130 interrupted
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
    # class/* names the results of an earlier run, too, if they are in there
    others = [path for path in options.submission if path.resolve() != options.out.resolve()]
    options.submission = [Piece(path) for path in others or options.submission]
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
        parser.error(f"there is no {results.on_one_line(str(missing[0]))}")


def check_results(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Read the table of points, and make the folder of the results."""
    try:
        # the project's own table need not have a function that is new
        own = results.POINTS if options.points == POINTS else {}
        options.points = results.read_points(options.points, own)
    except results.BadPoints as error:
        parser.error(f"--points: {error}")
    read_roster(parser, options)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        if not os.access(options.out, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        parser.error(f"--out {options.out}: {error.strerror}")


def read_roster(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Read who is in the class."""
    if options.roster is None:
        if options.assignment:
            parser.error("--assignment is for a gradebook of Canvas's, which --roster names")
        return
    most = sum(options.points.values())
    try:
        options.roster = gradebooks.read(options.roster, options.assignment, most)
    except sheets.BadSheet as error:
        parser.error(results.on_one_line(f"--roster {options.roster}: {error}"))


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    options = parse(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that has no Chinese, say
        sys.stdout.reconfigure(errors="backslashreplace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        with one_grader.alone_in(options.out):
            status: int = options.run(options)
            return status
    except (one_grader.AtWork, sheets.BadSheet) as error:
        return refuse(PROGRAM, results.on_one_line(str(error)))
    except KeyboardInterrupt:
        print("\ninterrupted: the same command goes on from here", file=sys.stderr)
        return 130
    except OSError as error:  # no space left, say: every file is whole, or as it was
        why = results.on_one_line(f"{error.strerror or error} ({error.filename or options.out})")
        print(f"{PROGRAM}: {why}: the same command goes on from here", file=sys.stderr)
        return 1


def interrupt(*_: Any) -> None:
    """End as with Ctrl-C."""
    raise KeyboardInterrupt


def grade(options: argparse.Namespace) -> int:
    """Judge what is missing, and write all results."""
    sources = naming.named(options.submission)
    limits = Limits(options.time_limit, options.memory_limit << 20)
    settings = run.Settings(not options.no_sandbox, limits)
    grading = run.Grading(sources, settings, options.out, "", options.take)
    grading.secret = options.secret or run.known_secret(options.out)
    if not grading.secret:
        grading.secret = grading.common_secret() if options.shard else secrets.token_hex(16)
    number, of = options.shard or (1, 1)
    names = list(sources)[number - 1 :: of]
    others = sorted({*run.known_names(options.out)} - {*sources})
    kept = [] if options.all_in or options.shard else others
    whole = sorted([*sources, *kept])
    if not options.shard:
        # what is wrong there is said before hours of judging
        overrides.read(options.out, whole, options.points)
    run.write_manifest(whole, settings, options.out, grading.secret)
    try:
        judge(grading, names, options)
    except (run.WrongPlace, run.NoCluster) as error:
        return refuse(PROGRAM, error)
    say_what_is_missing(grading, len(others), bool(kept))
    run.write_errors(grading.errors, options.out)
    if options.shard:
        print(
            f"judged {len(names)} of {len(sources)} submissions (part {number} of {of}); put the "
            f"parts together with: {PROGRAM} merge DIR... --out DIR"
        )
        return status_of(bool(grading.errors), bool(grading.unreadable))
    if options.roster:
        roster = options.roster
        roster.students = submitters.with_submissions(roster.students, options.submission)
    return finish(whole, options.points, options.roster, options.out)


def judge(grading: run.Grading, names: Sequence[str], options: argparse.Namespace) -> None:
    """Judge these submissions, here or on a cluster, with a progress bar."""
    jobs = options.jobs or len(os.sched_getaffinity(0))
    with (
        run.on_dask(options.scheduler) if options.scheduler else run.local(jobs) as place,
        tqdm(total=len(names), unit="submission", disable=None, dynamic_ncols=True) as bar,
    ):
        grading.run(*place, names, bar.update, options.anew)


def say_what_is_missing(grading: run.Grading, others: int, kept: bool) -> None:
    """Say how modules were found, what could not be read, and what becomes of who is not named."""
    for name, notes in grading.notes.items():
        for note in notes:
            print(results.on_one_line(f"{name}: {note}"))
    for name, problem in grading.unreadable.items():
        print(results.on_one_line(f"{name} {problem}"))
    if others:
        what = "stay in the results" if kept else "are left out of the results"
        print(f"{others} of an earlier run are not named now, and {what}")


def merge(options: argparse.Namespace) -> int:
    """Put the parts of a class together."""
    try:
        names = run.merge(options.part, options.out)
    except run.NoParts as error:
        return refuse(f"{PROGRAM} merge", error)
    return finish(names, options.points, options.roster, options.out)


def refuse(command: str, why: object) -> int:
    """Say why a command cannot be done, and return its exit status."""
    print(f"{command}: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
