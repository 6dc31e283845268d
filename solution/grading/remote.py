"""The judge's end of the pipe: a submission whose code runs in a locked-up process.

It takes the place of `tests.judged.submission.Submission`, so that the same tests judge either.
Whatever comes back was written by strangers: it is read as plain values in a fixed form, or ends
the process that wrote it.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from solution.grading import wire
from solution.grading.clock import Clock
from solution.grading.submissions.places import is_helper
from solution.grading.workers import ROOT, SLACK, ForkServer, Gone, Limits, MachineFailed, Worker
from tests.judge.functions import FILES
from tests.judged.describing import DEEPEST
from tests.judged.limits import PATIENCE
from tests.judged.modules import mentioned
from tests.judged.values import (
    IMPORT_SECONDS,
    MOST_ELEMENTS,
    MOST_ITEMS,
    Calls,
    Items,
    Model,
    Number,
    Other,
    Problem,
    ProblemKind,
    Request,
    Result,
    Seed,
    Trained,
    Values,
)

MODULES = {f"{stage}.py" for stage in FILES}
# What is left of the process is unsure then.
FRESH_AFTER: tuple[ProblemKind, ...] = ("timeout", "memory", "protocol")
HERE = Clock()


class RemoteSubmission:
    """The modules of a submission, as the tests see them; the code runs elsewhere.

    Parameters
    ----------
    files : mapping
        The text of each module, by file name.
    fork_server : ForkServer
        Where its processes come from.
    limits : Limits
        What the code may use.
    """

    package = "kata"
    folder = Path("kata")
    paused = False

    def __init__(self, files: Mapping[str, bytes], fork_server: ForkServer, limits: Limits) -> None:
        # nothing else of a submission is used, nor written anywhere
        self.files = {n: text for n, text in files.items() if n in MODULES or is_helper(n)}
        self.fork_server = fork_server
        self.limits = limits
        self.printed = ""
        self.until = 0.0  # when its time is over, from the first request on
        self.waited = 0.0  # seconds of all calls so far, because the machine was busy
        self._waited = -HERE.waited()  # of processes that have ended, since now
        self.broken: dict[str, Problem] = {}
        self._paths = {os.path.abspath(str(path)) for path in OURS} - {"/"}
        self._worker: Worker | None = None
        self._loaded: set[str] = set()
        self._confirmed_functions: set[str] = set()

    def clock(self) -> float:
        """Return the seconds of a clock that stands still while a busy machine lets this wait."""
        return time.monotonic() - self.waited

    def _count_waiting(self) -> None:
        worker = 0.0 if self._worker is None else self._worker.clock.waited()
        self.waited = self._waited + worker + HERE.waited()

    def mentions(self, name: str, stage: str) -> bool:
        """Whether another function may use this one, as in `tests.judged.modules.Modules`."""
        return mentioned(name, f"{stage}.py", self.files)

    def run(self, request: Request) -> Result | Problem:
        """Answer one request, as `tests.judged.submission.Submission.run` does."""
        self.until = self.until or self.clock() + self.limits.seconds
        try:
            for stage in dict.fromkeys([*request.needs, request.stage]):
                self._load(stage)
            result = self._ask(request)
            if not isinstance(result, Problem) and self._is_unconfirmed(request):
                return self._confirmed(request, result)
            return result
        except Gone as gone:
            self.close()
            return self._told(gone.problem)
        except MachineFailed:
            self.close()
            raise
        finally:
            self._count_waiting()

    def _load(self, stage: str) -> None:
        """Import a stage's module on the other side, unless that has failed before."""
        if stage in self._loaded or stage in self.broken:
            return
        try:
            self._ask(Request(probe="load", function="", stage=stage, seconds=IMPORT_SECONDS))
            self._loaded.add(stage)
        except Gone as gone:
            self.close()
            problem = self._told(gone.problem)
            self.broken[stage] = replace(problem, kind="import", cause=problem.kind)

    def _ask(self, request: Request) -> Result | Problem:
        left = self.until - self.clock()
        if left <= 0:
            raise Gone(Problem("no turn", seconds=self.limits.seconds))
        if self._worker is None:
            self._loaded = set()
            self._worker = self.fork_server.fork(self.files, self.broken, self.limits, left + SLACK)
            self._paths |= {self._worker.folder, os.path.dirname(self._worker.folder)}
        # the other side keeps to its limit by itself, if it is honest
        seconds = min(max(request.seconds, PATIENCE) + SLACK, left)
        told, data = self._worker.ask(request, seconds)
        try:
            found = self._read(told, data, request)
        except Exception:  # whatever it is: strangers have written what is read here
            raise Gone(Problem("protocol")) from None
        if isinstance(found, Problem) and found.kind in FRESH_AFTER:
            self.close()
        return found

    def _is_unconfirmed(self, request: Request) -> bool:
        """Whether this is a function's first result on which arrays alone decide."""
        values = [*request.positional.values(), *request.keywords.values()]
        return (
            request.function not in self._confirmed_functions
            and request.probe == "call"
            and request.times == 1
            and any(isinstance(value, np.ndarray) for value in values)
            and not any(isinstance(value, Seed) for value in values)
        )

    def _confirmed(self, request: Request, result: Result) -> Result | Problem:
        """Ask for the same twice with the same arrays: who has changed them gives another then.

        The other side looks at them itself, but could say of that what it likes.
        """
        self._confirmed_functions.add(request.function)
        match self._ask(replace(request, times=2)):
            case Calls([first, second]) if as_sent(first) == as_sent(result) != as_sent(second):
                values = {**request.positional, **request.keywords}
                arrays = [name for name in values if isinstance(values[name], np.ndarray)]
                return Problem("mutated", name=", ".join(arrays))
        return result

    def _read(self, told: dict[str, Any], data: wire.Bytes, request: Request) -> Result | Problem:
        """Return what an answer says."""
        self.printed = wire.short(told.get("printed"), kept="\n\t")
        if "problem" in told:
            return self._told(wire.unpack_problem(told["problem"]))
        result = wire.unpack(told.get("result"), data)
        if not has_form(result, request):
            raise wire.Malformed("an answer in another form")
        return result

    def _told(self, problem: Problem) -> Problem:
        """Return a problem as a learner may read it."""
        where = problem.where
        if where is not None:
            name = os.path.basename(where[0])
            where = (f"kata/{name}", where[1]) if name in self.files else None
        code = "" if where is None else self._line(name, where[1])
        kind, text = problem.kind, problem.text
        if kind == "raised" and ("MemoryError" in problem.kinds or "allocate memory" in text):
            kind = "memory"
            text = f"{self.limits.memory >> 20} MB"
        elif kind == "raised" and "PermissionError" in problem.kinds:
            text += f" ({NOT_ALLOWED})"
        return replace(problem, kind=kind, text=text, where=where, code=code)

    def _line(self, name: str, number: int) -> str:
        """Return a line of the code, from here: the other side may say of it what it likes."""
        lines = self.files[name].decode(errors="replace").split("\n")
        return wire.short(lines[number - 1].strip()) if 0 < number <= len(lines) else ""

    def without_paths(self, text: str) -> str:
        """Take the paths of this host out of a text, as the learner's code may have told some.

        Where they are paths: in "1.0/root" there is none, whatever this user's home is.
        """
        for path in sorted(self._paths, key=len, reverse=True):
            text = re.sub(rf"(?<![\w.)\]]){re.escape(path)}(?:/|(?![\w-]))", "", text)
        return text

    def close(self) -> None:
        """End the process, if there is one."""
        if self._worker is not None:
            self._waited += self._worker.clock.waited()
            self._worker.close()
            self._worker = None


NOT_ALLOWED = "graded code gets no other processes, no network and no files but its own"
OURS = (
    *sys.path,
    sys.prefix,
    sys.base_prefix,
    ROOT,
    tempfile.gettempdir(),
    os.path.expanduser("~"),
)


def as_sent(result: Result) -> tuple[str, list[bytes]]:
    """Return a result as it crosses the pipe, where it can be compared with another."""
    buffer = wire.Buffer()
    return repr(wire.pack(result, buffer)), buffer.chunks


def has_form(result: Result, request: Request) -> bool:
    """Whether an answer has the form that the request gives it."""
    match request.probe, result:
        case "call", Calls(items):
            many = request.times > 1 and len(items) == request.times
            return many and all(is_described(item, request.most) for item in items)
        case "call", _:
            return request.times == 1 and is_described(result, request.most)
        case "check", Items(_, [Number(), Other(), Number()], True):
            return True
        case "model", Model(_, _, prediction, slopes, again):
            both = is_described(prediction, 0) and is_described(again, 0)
            return both and len(slopes) in (0, 2)
        case "dataset", Items("TensorDataset", items, True):
            return all(is_described(item, 0) for item in items)
        case "model" | "dataset" | "load", Other():
            return True
        case "pass", Trained(_, _, returned, _):
            counted = len(returned) == request.keywords["calls"]
            return counted and all(is_described(item, MOST_ITEMS) for item in returned)
        case "training", Trained(_, _, [losses], _):
            return is_described(losses, 2 * int(request.keywords["epochs"]) + 8)
    return False


def is_described(result: Result, most: int, depth: int = DEEPEST) -> bool:
    """Whether `tests.judged.describing.describe` may have said this of a value.

    More, or more deeply nested, than it ever says would keep the judge busy.
    """
    match result:
        case Items(_, items, complete):
            if not depth or len(items) > most or (len(items) < most and not complete):
                return False
            return all(is_described(item, most, depth - 1) for item in items)
        case Values(array):
            return bool(array.size <= MOST_ELEMENTS)
    return not isinstance(result, Calls | Model | Trained)
