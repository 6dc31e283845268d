"""Count what the judge says of thousands of implementations: `python -m solution.checks.scores`.

Right ones must be accepted, wrong ones refused, and a known mistake named only where it is made.
Ends with status 1 if anything else has happened.
"""

import argparse
import itertools
import multiprocessing
import os
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from solution.checks import attempts
from solution.checks.attempts import Attempt, pair
from solution.checks.elsewhere import elsewhere
from solution.handout import record_of
from tests.judge import (
    diagnosis,
    mistakes,
    profiles,  # noqa: F401, Hypothesis' settings
    wording,
)
from tests.judge.fingerprints import alike
from tests.judge.verdicts import Verdict

PARTS = {
    "right": attempts.right,
    "catalogue": attempts.catalogue,
    "left-out": attempts.left_out,
    "pairs": attempts.pairs,
    "ranges": attempts.ranges,
    "mutants": attempts.mutated,
}
# Mutants that do what the function should: why no test can refuse them is beside each.
EQUIVALENT: dict[str, str] = {}

FORK = multiprocessing.get_context("fork")
MEMORY = 8 << 30  # bytes: no right implementation comes near it

# What is wrong is said by the finding itself, whatever the code looks like.
PLAIN = {"value", "descent", "losses", "step scaled", "distribution", "moment", "flaky"}


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
    return "example" if verdict.code in PLAIN and not verdict.resembles else "fact"


def makes(attempt: Attempt, names: Sequence[str]) -> bool:
    """Whether an implementation does what known mistakes do where neither was looked at."""
    named = [e for name in names for e in mistakes.known(attempt.function) if e.name == name]
    code = named[0].implementation if len(named) == 1 else pair(*named)[0]
    if code is None:
        return False
    ours, theirs = [list(elsewhere(attempt.function, c)) for c in (attempt.code, code)]
    return alike(ours, theirs)


# -- each in a process of its own, which may hang, exit or fill the memory -----------------------


def judge_all(tried: Iterable[Attempt], jobs: int) -> Iterator[tuple[Attempt, Told]]:
    """Yield each with what it was told, in the order in which they end."""
    running: dict[Connection, Attempt] = {}
    waiting = iter(tried)
    known: set[str] = set()
    while True:
        for attempt in itertools.islice(waiting, jobs - len(running)):
            if attempt.function not in known:
                known.add(attempt.function)
                record(attempt.function)
            ours, theirs = FORK.Pipe(duplex=False)
            process = FORK.Process(target=answer, args=(attempt, theirs), daemon=True)
            process.start()
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


def record(function: str) -> None:
    """Write down what the known mistakes of a function do, once, as learners have it.

    In a process of its own: where PyTorch has computed gradients, its threads forbid a fork.
    """
    ours, theirs = FORK.Pipe(duplex=False)

    def send() -> None:
        theirs.send(
            [record_of(entry) for entry in (mistakes.RIGHT[function], *mistakes.known(function))]
        )

    FORK.Process(target=send, daemon=True).start()
    mistakes.RECORDED.extend(ours.recv())


def answer(attempt: Attempt, connection: Connection) -> None:
    """Judge in this process, and send what was told."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    mistakes.RECORDED[:] = [
        entry
        for entry in mistakes.RECORDED
        if (entry.function, entry.name) not in [(attempt.function, n) for n in attempt.without]
    ]
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
    parser.add_argument("--log", type=argparse.FileType("w"), help="write a line for each")
    options = parser.parse_args()
    print(f"{'':<12}{'tried':>7}" + "".join(f"{name:>15}" for name in OUTCOMES) + "    seconds")
    wrong: list[str] = []
    for part in options.part or PARTS:
        started = time.monotonic()
        tried = (a for a in PARTS[part]() if options.function in (None, a.function))
        counts: Counter[str] = Counter()
        for attempt, told in judge_all(
            itertools.islice(tried, None, None, options.every), options.jobs
        ):
            counts[told.outcome] += 1
            text = f"{part}: {attempt.function}: {attempt.name}: {told}"
            if options.log:
                print(f"{text}\n{attempt.source}\n", file=options.log, flush=True)
            if is_wrong(part, attempt, told):
                wrong.append(text)
        shown = "".join(f"{counts[name]:>15}" for name in OUTCOMES)
        print(
            f"{part:<12}{counts.total():>7}{shown}{time.monotonic() - started:>11.0f}", flush=True
        )
    print(*wrong, sep="\n")
    return bool(wrong)


def is_wrong(part: str, attempt: Attempt, told: Told) -> bool:
    """Whether something is not as it should be."""
    if part == "right":
        return told.outcome != "accepted"
    if told.outcome == "accepted":
        return f"{attempt.function}: {attempt.name}" not in EQUIVALENT
    return told.outcome == "named falsely" or (
        part == "catalogue" and told.outcome != "named truly"
    )


if __name__ == "__main__":
    sys.exit(main())
