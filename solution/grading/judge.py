"""Judges one submission after another: the tests run here, the submissions' code elsewhere.

Run by `solution.grading.station` in a process of its own, which reads submissions from its
standard input, and writes what it found to its standard output.
"""

import functools
import gc
import hashlib
import json
import os
import queue
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import settings

from solution.grading import (
    claims,  # noqa: F401, what checks are tried on
    excerpt,
    results,
    sandbox,
    wire,
)
from solution.grading.remote import RemoteSubmission
from solution.grading.results import BONUS, FUNCTIONS
from solution.grading.scores import GRADER_ERROR
from solution.grading.workers import ForkServer, Limits, MachineFailed
from tests.judge import (
    diagnosis,
    profiles,  # noqa: F401, Hypothesis' settings
    wording,
)
from tests.judge.functions import STAGE_OF
from tests.judge.judging import Implementation
from tests.judge.mistakes import record
from tests.judge.specification import Property, properties
from tests.judge.summary import Outcome, Summary
from tests.judge.verdicts import Verdict, from_plain, to_plain
from tests.judged.values import ProblemKind

MEMORY = 2 << 30  # bytes that the judge may use for answers, and for what it makes of them

# What kept a call from giving a result, and so the status of the function.
STATUS: dict[ProblemKind | None, str] = {
    **dict.fromkeys(("raised", "input", "exit"), "raised"),
    **dict.fromkeys(("timeout", "time used up", "no turn"), "timeout"),
    **dict.fromkeys(("memory", "killed"), "memory"),
    **dict.fromkeys(("signal", "ended", "files", "threads"), "crashed"),
    **dict.fromkeys(("channel", "protocol"), "protocol"),
}

MOST_FEATURES = 200_000  # characters; those of the known mistakes have 20 000


@functools.cache
def expected_tests() -> dict[str, tuple[Property, ...]]:
    """Return the tests of each function. All of them must run, and pass, for its points."""
    settings.load_profile("grading")  # before the tests are imported
    return {name: properties(name) for name in (*FUNCTIONS, *BONUS)}


def judge(
    files: Mapping[str, bytes], number: int, fork_server: ForkServer, limits: Limits
) -> dict[str, Any]:
    """Put a submission through all tests.

    Parameters
    ----------
    files : mapping
        The text of each module, by file name.
    number : int
        Seed of the examples that the properties are tried on.
    fork_server : ForkServer
        Where the processes for the submission's code come from.
    limits : Limits
        What its code may use.

    Returns
    -------
    dict
        `functions`, for each its status, headline, lines, mistake, complaint, tests, passed, those
        of a bonus only if they are begun;
        `report`, the text that the learner gets; `errors`, the judge's own; `seconds` that it
        took, without those that a busy machine let it wait.

    Raises
    ------
    MachineFailed
        If no process could be had for the code.
    """
    submission = RemoteSubmission(files, fork_server, limits)
    started = submission.clock()
    implementation = Implementation(submission.folder, submission.package, submission, number)
    outcomes: list[Outcome] = []
    functions: dict[str, dict[str, Any]] = {}
    errors: list[str] = []
    try:
        for tests in expected_tests().values():  # before any of them runs for another one's sake
            for test in tests:
                test.seed(number)
        for function, tests in expected_tests().items():
            own, failures = judge_function(implementation, tests, submission)
            is_there = f"{STAGE_OF[function]}.py" in files
            found = result(own, len(tests), is_there)
            errors += [f"{function}: {failure}" for failure in failures]
            if function in FUNCTIONS or (is_there and found["status"] != "not started"):
                functions[function] = found
                outcomes += own
        for function, cutting in excerpt.excerpts(files).items():  # last: it calls the code again
            functions[function] |= for_the_instructor(implementation, function, cutting)
    finally:
        submission.close()
    lines = [text for text, _ in Summary(outcomes, "kata", "pytest", "kata").lines()]
    return {
        "functions": functions,
        "report": "\n".join(lines),
        "errors": errors,
        "seconds": submission.clock() - started,
    }


def for_the_instructor(
    implementation: Implementation, function: str, cutting: excerpt.Excerpt
) -> dict[str, Any]:
    """Return what finds those who did the same: no learner is told of it."""
    found = {"shape": [*excerpt.shape(cutting)]}
    features = record.to_plain(diagnosis.unexplained(implementation, function))
    text = json.dumps(features)
    if not features or len(text) > MOST_FEATURES:
        return found
    name = f"unnamed_{function}_{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    draft = excerpt.draft(cutting, function, name)
    return found | {"features": features, "code": cutting.code[: excerpt.LONGEST], "draft": draft}


def judge_function(
    implementation: Implementation, tests: Sequence[Property], submission: RemoteSubmission
) -> tuple[list[Outcome], list[str]]:
    """Run the tests of a function; return what they find, and where the judge itself failed."""
    outcomes, errors = [], []
    for line, test in enumerate(tests):
        verdict, passed = None, False
        try:
            verdict = implementation.run(test)
            passed = verdict is None
            if verdict is not None:
                verdict = without_paths(diagnosis.diagnosed(implementation, verdict), submission)
        except MachineFailed:
            raise
        except BaseException:  # whatever it is, it says nothing of the submission
            errors.append(traceback.format_exc())
        name = test.test.__name__
        outcomes.append(Outcome(test.function, name, line, verdict, passed))
    return outcomes, errors


def result(outcomes: Sequence[Outcome], expected: int, is_there: bool) -> dict[str, Any]:
    """Return the result of one function, from what is known of its tests."""
    passed = sum(outcome.passed for outcome in outcomes)
    verdict = next((o.verdict for o in outcomes if o.verdict is not None), None)
    found: dict[str, Any] = {"headline": "", "lines": [], "mistake": "", "complaint": []}
    found |= results.FOR_THE_INSTRUCTOR
    status = "passed"
    if verdict is not None:
        status = status_of(verdict, is_there)
        lines = [*wording.lines(verdict), ("paste", verdict.paste)]
        found |= {
            "headline": wording.headline(verdict),
            "lines": [[label, text] for label, text in lines if text],
            "mistake": verdict.mistake,
            "complaint": verdict.complaint,
        }
    elif passed != expected or not expected:
        status, found["headline"] = GRADER_ERROR, "the grader failed: grade this submission again"
    return {"status": status, **found, "tests": expected, "passed": passed}


def status_of(verdict: Verdict, is_there: bool) -> str:
    """Return the status of a function that is not right."""
    if verdict.kind == "not started" or (verdict.kind == "import" and not is_there):
        return "not started"
    if verdict.kind == "waiting":
        return STATUS.get(verdict.problem, "not started")
    if verdict.problem == "exit" and verdict.findings[0].values["name"] == "ProcessEnd":
        return "crashed"
    return STATUS.get(verdict.problem, "wrong")


def without_paths(verdict: Verdict, submission: RemoteSubmission) -> Verdict:
    """Return a verdict without the paths of this host; the line of code in it stays as it is."""
    plain: dict[str, Any] = hidden(to_plain(verdict), submission)
    return from_plain(plain | {"source": verdict.source})


def hidden(value: Any, submission: RemoteSubmission) -> Any:
    """Return the same plain value without the paths of this host in its texts."""
    if isinstance(value, str):
        return submission.without_paths(value)
    if isinstance(value, dict):
        return {name: hidden(item, submission) for name, item in value.items()}
    if isinstance(value, list):
        return [hidden(item, submission) for item in value]
    return value


def main() -> None:
    """Judge submissions until there are no more, or until who sends them is gone."""
    told = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what prints here is none of the answer
    warnings.simplefilter("ignore")  # of code in the catalogue of mistakes
    fork_server = ForkServer(locks=sys.argv[1] == "1")
    import torch  # noqa: F401, while the other process loads it, too

    expected_tests()
    gc.disable()  # between two submissions is soon enough, and takes a sixth of the time
    gc.collect()
    gc.freeze()
    fork_server.wait_until_ready()
    sandbox.limit_memory(MEMORY, for_good=False)  # another process that forks needs its own
    wire.write(told, "ready")
    requests: queue.Queue[tuple[Any, bytes]] = queue.Queue()
    threading.Thread(target=take_requests, args=[requests], daemon=True).start()
    while True:
        request, code = requests.get()
        files = wire.unpack_files(request["files"], code)
        try:
            found = judge(files, request["seed"], fork_server, Limits(**request["limits"]))
        except MachineFailed as failure:
            wire.write(told, str(failure))
            return
        wire.write(told, found)
        gc.collect()


def take_requests(requests: "queue.Queue[tuple[Any, bytes]]") -> None:
    """Put what comes in into the queue; end this process when there is nobody to answer."""
    receive = wire.receive_from(0)
    while True:
        try:
            requests.put(wire.read(receive))
        except (EOFError, wire.Malformed):
            os._exit(0)  # at once: the other process, and its forks, end with this one


if __name__ == "__main__":
    main()
