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
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import settings

from solution.grading import (
    claims,  # noqa: F401, what checks are tried on
    excerpt,
    results,
    wire,
)
from solution.grading.remote import ForkServer, Limits, RemoteSubmission
from solution.grading.results import BONUS, FUNCTIONS
from solution.grading.scores import GRADER_ERROR
from tests.judge import (
    diagnosis,
    profiles,  # noqa: F401, Hypothesis' settings
    wording,
)
from tests.judge.functions import STAGE_OF
from tests.judge.judging import Implementation
from tests.judge.mistakes.record import to_plain
from tests.judge.specification import Property, properties
from tests.judge.summary import Outcome, Summary
from tests.judge.verdicts import Verdict
from tests.judged.values import ProblemKind

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
        `functions`, for each its status, headline, lines, mistake, complaint, tests, passed;
        `bonus`, the same of those that nothing waits for;
        `report`, the text that the learner gets; `errors`, the judge's own.
    """
    submission = RemoteSubmission(files, fork_server, limits)
    implementation = Implementation(submission.folder, submission.package, submission, number)
    outcomes: list[Outcome] = []
    functions: dict[str, dict[str, Any]] = {}
    bonus: dict[str, dict[str, Any]] = {}
    errors: list[str] = []
    try:
        for tests in expected_tests().values():  # before any of them runs for another one's sake
            for test in tests:
                test.seed(number)
        for function, tests in expected_tests().items():
            own, failures = judge_function(implementation, tests)
            is_there = f"{STAGE_OF[function]}.py" in files
            found = result(own, len(tests), is_there)
            (bonus if function in BONUS else functions)[function] = found
            errors += [f"{function}: {failure}" for failure in failures]
            if function in functions or found["status"] != "not started":
                outcomes += own
        for function, cutting in excerpt.excerpts(files).items():  # last: it calls the code again
            functions[function] |= for_the_instructor(implementation, function, cutting)
    finally:
        submission.close()
    lines = [text for text, _ in Summary(outcomes, "kata", "pytest", "kata").lines()]
    told = {"functions": functions, "bonus": bonus, "report": "\n".join(lines)}
    cleaned: dict[str, Any] = without_paths(told, submission)
    return cleaned | {"errors": errors}


def for_the_instructor(
    implementation: Implementation, function: str, cutting: excerpt.Excerpt
) -> dict[str, Any]:
    """Return what finds those who did the same: no learner is told of it."""
    found = {"shape": [*excerpt.shape(cutting)]}
    features = to_plain(diagnosis.unexplained(implementation, function))
    text = json.dumps(features)
    if not features or len(text) > MOST_FEATURES:
        return found
    name = f"unnamed_{function}_{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    draft = excerpt.draft(cutting, function, name)
    return found | {"features": features, "code": cutting.code[: excerpt.LONGEST], "draft": draft}


def judge_function(
    implementation: Implementation, tests: Sequence[Property]
) -> tuple[list[Outcome], list[str]]:
    """Run the tests of a function; return what they find, and where the judge itself failed."""
    outcomes, errors = [], []
    for line, test in enumerate(tests):
        verdict, passed = None, False
        try:
            verdict = implementation.run(test)
            passed = verdict is None
            if verdict is not None:
                verdict = diagnosis.diagnosed(implementation, verdict)
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


def without_paths(value: Any, submission: RemoteSubmission) -> Any:
    """Return the same plain value without the paths of this host in its texts."""
    if isinstance(value, str):
        return submission.without_paths(value)
    if isinstance(value, dict):
        return {name: without_paths(item, submission) for name, item in value.items()}
    if isinstance(value, list):
        return [without_paths(item, submission) for item in value]
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
    wire.write(told, "ready")
    requests: queue.Queue[tuple[Any, bytes]] = queue.Queue()
    threading.Thread(target=take_requests, args=[requests], daemon=True).start()
    while True:
        request, code = requests.get()
        files = wire.unpack_files(request["files"], code)
        started = time.monotonic()
        found = judge(files, request["seed"], fork_server, Limits(**request["limits"]))
        wire.write(told, found | {"seconds": time.monotonic() - started})
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
