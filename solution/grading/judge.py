"""Judges one submission after another: the tests run here, the submissions' code elsewhere.

Run by `solution.grading.station` in a process of its own, which reads submissions from its
standard input, and writes what it found to its standard output.
"""

import functools
import gc
import os
import queue
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import seed, settings

import conftest  # noqa: F401, has the settings of the tests
from solution.grading import wire
from solution.grading.properties import Property, properties
from solution.grading.remote import Limits, Nursery, RemoteSubmission
from solution.grading.results import FUNCTIONS, GRADER_ERROR
from tests.boundary import Implementation, Subject, settle
from tests.probes import STAGE_OF
from tests.report import count_tests
from tests.summary import Summary

# What kept a call from giving a result, and so the status of the function.
STATUS = {
    "raised": "raised",
    "input": "raised",
    "exit": "raised",
    "timeout": "timeout",
    "memory": "memory",
    "crashed": "crashed",
    "protocol": "protocol",
}


@functools.cache
def expected_tests() -> dict[str, list[Property]]:
    """Return the tests of each function. All of them must run, and pass, for its points."""
    # Other examples than those of a learner's own run, so that they cannot be known in advance.
    settings.register_profile("grading", settings.get_profile("kata"), derandomize=False)
    settings.load_profile("grading")  # before the tests are imported
    return {name: properties(name) for name in FUNCTIONS}


def judge(
    files: Mapping[str, bytes], number: int, nursery: Nursery, limits: Limits
) -> dict[str, Any]:
    """Put a submission through all tests.

    Parameters
    ----------
    files : mapping
        The text of each module, by file name.
    number : int
        Seed of the examples that the properties are tried on.
    nursery : Nursery
        Where the processes for the submission's code come from.
    limits : Limits
        What its code may use.

    Returns
    -------
    dict
        `functions`, for each its status, headline, lines, mistake, tests, passed; `report`, the
        text that the learner gets; `errors`, the judge's own.
    """
    submission = RemoteSubmission(files, nursery, limits)
    implementation = Implementation(submission.folder, submission.package, submission)
    facts: list[dict[str, Any]] = []
    functions: dict[str, dict[str, Any]] = {}
    errors: list[str] = []
    try:
        for function, tests in expected_tests().items():
            subject = implementation.subjects[function]
            own = [judge_test(test, subject, number) for test in tests]
            is_there = f"{STAGE_OF[function]}.py" in files
            functions[function] = result(own, len(tests), is_there)
            errors += [f"{function}: {fact.pop('error')}" for fact in own if "error" in fact]
            facts += own
    finally:
        submission.close()
    lines = [text for text, _ in Summary(facts, "kata", "pytest", "kata").lines()]
    found = {"functions": functions, "report": "\n".join(lines)}
    cleaned: dict[str, Any] = without_paths(found, submission)
    return cleaned | {"errors": errors}


def judge_test(test: Property, subject: Subject, number: int) -> dict[str, Any]:
    """Run one test, and return what is known then, as `tests.summary` wants it.

    Besides, a failed test has the verdict's `cause` and `mistake`, and one that the judge itself
    failed in has an `error`.
    """
    module = sys.modules[test.test.__module__]
    fact: dict[str, Any] = {
        "function": test.function,
        "test": test.test.__name__,
        "of": count_tests(module, STAGE_OF[test.function]),
        "passed": False,
    }
    try:
        try:
            seed(number)(test.test)
            test(subject)
            fact["passed"] = True
        except BaseException as error:
            settled = settle(subject, error)
            if settled is None:
                raise
            verdict = settled.verdict
            fact |= verdict.facts() | {"cause": verdict.cause, "mistake": verdict.mistake}
    except BaseException:  # whatever it is, it says nothing of the submission
        fact["error"] = traceback.format_exc()
    return fact


def result(facts: Sequence[Mapping[str, Any]], expected: int, is_there: bool) -> dict[str, Any]:
    """Return the result of one function, from what is known of its tests."""
    passed = sum(fact["passed"] is True for fact in facts)
    verdicts = [fact for fact in facts if "kind" in fact]
    status, headline, lines, mistake = "passed", "", [], ""
    if verdicts:
        first = verdicts[0]
        kind, headline = first["kind"], first["headline"]
        lines, mistake = first["lines"], first["mistake"]
        status = STATUS.get(first["cause"], "wrong")
        if kind == "not started" or (kind == "import" and not is_there):
            status = "not started"
        elif kind == "waiting":
            status = STATUS.get(first["cause"], "not started")
            headline = f"waits for {headline}"
    elif passed != expected or not expected:
        status, headline = GRADER_ERROR, "the grader failed: grade this submission again"
    return {
        "status": status,
        "headline": headline,
        "lines": lines,
        "mistake": mistake,
        "tests": expected,
        "passed": passed,
    }


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
    nursery = Nursery(locks=sys.argv[1] == "1")
    import torch  # noqa: F401, while the other process loads it, too

    expected_tests()
    gc.collect()
    gc.freeze()
    nursery.wait_until_ready()
    wire.write(told, "ready")
    requests: queue.Queue[tuple[Any, bytes]] = queue.Queue()
    threading.Thread(target=take_requests, args=[requests], daemon=True).start()
    while True:
        request, code = requests.get()
        files = wire.unpack_files(request["files"], code)
        started = time.monotonic()
        found = judge(files, request["seed"], nursery, Limits(**request["limits"]))
        wire.write(told, found | {"seconds": time.monotonic() - started})


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
