"""Count what the judge says of thousands of implementations: `python -m solution.checks.scores`.

Right ones must be accepted, wrong ones refused, and a known mistake named only where it is made.
Ends with status 1 if anything else has happened.
"""

import argparse
import importlib
import itertools
import multiprocessing
import os
import resource
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from solution.checks import attempts
from solution.checks.attempts import Attempt
from solution.checks.elsewhere import are_both, does_the_same
from solution.checks.equivalent import why_equivalent
from solution.handout import record_of
from tests.judge import (
    diagnosis,
    mistakes,
    profiles,  # noqa: F401, Hypothesis' settings
    wording,
)
from tests.judge.functions import STAGE_OF
from tests.judge.mistakes.record import read, write
from tests.judge.verdicts import Verdict

PARTS = {
    "right": attempts.right,
    "catalogue": attempts.catalogue,
    "left-out": attempts.left_out,
    "pairs": attempts.pairs,
    "ranges": attempts.ranges,
    "mutants": attempts.mutated,
}
FORK = multiprocessing.get_context("fork")
MEMORY = 8 << 30  # bytes: no right implementation comes near it

# These say no more than that something is wrong, with the numbers of one call.
PLAIN = {"value", "wrong elsewhere", "descent", "losses", "distribution", "moment", "flaky"}


class Told(NamedTuple):
    """What one implementation was told.

    Parameters
    ----------
    outcome : str
        One of `OUTCOMES`.
    headline, likely : str
        As in the report.
    """

    outcome: str
    headline: str = ""
    likely: str = ""


# Not named: a fact is said that holds for all calls, or the numbers of one call.
OUTCOMES = ("accepted", "named truly", "named falsely", "fact", "example")


# -- judging ----------------------------------------------------------------------------------


def judge(attempt: Attempt) -> Told:
    """Judge one implementation, and the verdict."""
    implementation = diagnosis.sample(attempt.code)
    first = implementation.first_problem(attempt.function)
    if first is None:
        return Told("accepted")
    verdict = diagnosis.diagnosed(implementation, first)
    return Told(outcome(attempt, verdict), wording.headline(verdict), verdict.likely)


def outcome(attempt: Attempt, verdict: Verdict) -> str:
    names = tuple(filter(None, verdict.mistake.split(" + ")))
    if names:
        same = {*names} <= {*attempt.causes} or makes(attempt, names)
        return "named truly" if same else "named falsely"
    plain = all(one.code in PLAIN | {"right"} for one in verdict.findings)
    return "example" if plain and not verdict.resembles else "fact"


def makes(attempt: Attempt, names: Sequence[str]) -> bool:
    """Whether an implementation does what known mistakes do where neither was looked at."""
    known = mistakes.known(attempt.function)
    named = [entry for name in names for entry in known if entry.name == name]
    codes = [entry.implementation for entry in named]
    if len(codes) == 2:
        return are_both(attempt.function, attempt.code, *codes)
    return does_the_same(attempt.function, attempt.code, *codes)


# -- each in a process of its own, which may hang, exit or fill the memory -----------------------


def judge_all(tried: Iterable[Attempt], jobs: int, folder: Path) -> Iterator[tuple[Attempt, Told]]:
    """Yield each with what it was told, in the order in which they end.

    What the known mistakes do is written down once, into the folder, as learners have it.
    """
    running: dict[Connection, Attempt] = {}
    waiting = iter(tried)
    while True:
        for attempt in itertools.islice(waiting, jobs - len(running)):
            if STAGE_OF[attempt.function] == "training":
                importlib.import_module("torch")  # once, and not in each process
            if not record_file(folder, attempt.function).exists():
                started(write_record, folder, attempt.function).join()
            ours, theirs = FORK.Pipe(duplex=False)
            started(answer, attempt, folder, theirs)
            theirs.close()
            running[ours] = attempt
        if not running:
            return
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            try:
                told = ready.recv()
            except EOFError:
                told = Told("fact", "it ended the process")
            yield running.pop(ready), told


def started(work: Callable[..., None], *args: Any) -> BaseProcess:
    """Start a process; this one computes no gradients: threads of PyTorch forbid a fork."""
    process = FORK.Process(target=work, args=args, daemon=True)
    process.start()
    return process


def record_file(folder: Path, function: str) -> Path:
    return folder / f"{function}.json"


def write_record(folder: Path, function: str) -> None:
    entries = [entry for entry in mistakes.RIGHT.values() if entry.function == function]
    text = write(map(record_of, [*entries, *mistakes.known(function)]))
    record_file(folder, function).write_text(text, encoding="utf-8")


def answer(attempt: Attempt, folder: Path, connection: Connection) -> None:
    """Judge in this process, and send what was told."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    mistakes.RECORD = record_file(folder, attempt.function)
    known = read(mistakes.RECORD, attempt.function)
    known[:] = [entry for entry in known if entry.name not in attempt.without]
    connection.send(judge(attempt))


# -- the table --------------------------------------------------------------------------------


def main() -> int:
    """Count, and print the table and whatever should not be."""
    parser = argparse.ArgumentParser(
        prog="python -m solution.checks.scores", description=__doc__.splitlines()[0]
    )
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="all by default")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="try each K-th only")
    parser.add_argument("--function", help="try implementations of this one only")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--jobs", type=int, default=cores, metavar="J")
    parser.add_argument("--log", type=argparse.FileType("w"), help="what each was told")
    options = parser.parse_args()
    print(f"{'':<12}{'tried':>7}" + "".join(f"{name:>15}" for name in OUTCOMES))
    wrong = 0
    chosen = [options.function] if options.function else attempts.JUDGED
    with tempfile.TemporaryDirectory() as folder:
        for part in options.part or PARTS:
            some = itertools.islice(PARTS[part](chosen), None, None, options.every)
            counts: Counter[str] = Counter()
            for attempt, told in judge_all(some, options.jobs, Path(folder)):
                counts[told.outcome] += 1
                text = f"{part}: {attempt.function}: {attempt.name}: {told}"
                if options.log:
                    print(f"{text}\n{attempt.source}\n", file=options.log, flush=True)
                if is_wrong(part, attempt, told):
                    wrong += 1
                    print(text, file=sys.stderr, flush=True)
            shown = "".join(f"{counts[name]:>15}" for name in OUTCOMES)
            print(f"{part:<12}{counts.total():>7}{shown}", flush=True)
    return bool(wrong)


def is_wrong(part: str, attempt: Attempt, told: Told) -> bool:
    """Whether something is not as it should be."""
    if part == "right":
        return told.outcome != "accepted"
    if told.outcome == "accepted":
        return why_equivalent(f"{attempt.function}: {attempt.name}") is None
    return told.outcome == "named falsely" or (
        part == "catalogue" and told.outcome != "named truly"
    )


if __name__ == "__main__":
    sys.exit(main())
