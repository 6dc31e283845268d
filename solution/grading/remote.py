"""The judge's end of the pipe: a submission whose code runs in a locked-up process.

It takes the place of `tests.judged.submission.Submission`, so that the same tests judge either.
Whatever comes back was written by strangers: it is read as plain values in a fixed form, or ends
the process that wrote it.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from solution.grading import wire
from solution.grading.submissions.places import is_helper
from solution.grading.wire import READY
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
    Trained,
    Values,
)

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0  # for all that is loaded at the start, on a busy machine
SLACK = 2.0  # seconds for the way there and back, and for a process to end
MODULES = {f"{stage}.py" for stage in FILES}
FRESH_AFTER: tuple[ProblemKind, ...] = (
    "timeout",
    "memory",
    "protocol",
)  # what is left of the process is unsure

# What the locked-up process gets of the environment: nothing that an instructor may keep there.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "TMPDIR")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Parameters
    ----------
    seconds : float
        For all calls of its code together, waiting and looking at its answers included.
    memory : int
        Bytes, above what Python, NumPy and PyTorch have.
    """

    seconds: float = 60.0
    memory: int = 1 << 30


class Gone(Exception):
    """The locked-up process has ended, or can no longer be trusted."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


class ForkServer:
    """The process that strangers' code is forked from, seen from the judge.

    Parameters
    ----------
    locks : bool
        Whether the code is locked up.
    """

    def __init__(self, locks: bool) -> None:
        self.locks = locks
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        start = (
            "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
            "from solution.grading.locked import main; main()"
        )
        path = [str(ROOT), *(p for p in sys.path if p and os.path.abspath(p) != str(ROOT))]
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= dict.fromkeys(ONE_THREAD, "1")
        environment |= {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        arguments = [json.dumps(path), str(theirs.fileno()), str(int(self.locks)), str(ROOT)]
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", start, *arguments],
                pass_fds=[theirs.fileno()],
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.control = ours

    def wait_until_ready(self) -> None:
        """Wait until everything is loaded."""
        self.control.settimeout(START_SECONDS)
        if self.control.recv(1) != READY:
            raise RuntimeError("the process for the learners' code did not start")

    def fork(
        self,
        files: Mapping[str, bytes],
        broken: Mapping[str, Problem],
        limits: Limits,
        seconds: float,
    ) -> "Worker":
        """Start a locked-up process with these files, for so many seconds at the most."""
        try:
            return self._fork(files, broken, limits, seconds)
        except (OSError, RuntimeError):  # what has ended it is not to end what comes after it
            self.process.kill()
            self.close()
            self._start()
            self.wait_until_ready()
            return self._fork(files, broken, limits, seconds)

    def _fork(
        self,
        files: Mapping[str, bytes],
        broken: Mapping[str, Problem],
        limits: Limits,
        seconds: float,
    ) -> "Worker":
        channel, theirs = socket.socketpair()
        monitor, other = socket.socketpair()
        with theirs, other:
            socket.send_fds(self.control, [b"f"], [theirs.fileno(), other.fileno()])
        spec = {
            "files": wire.pack_files(files),
            "broken": {stage: wire.pack_problem(problem) for stage, problem in broken.items()},
            "memory": limits.memory,
            "stages": FILES,
        }
        wire.write(monitor.fileno(), {"seconds": seconds, "processor": limits.seconds})
        # past the process that forks: what it had once read, later forks could find in its memory
        wire.write(channel.fileno(), spec, [*files.values()])
        monitor.settimeout(START_SECONDS)
        folder = monitor.makefile("rb").readline().decode().rstrip("\n")
        channel.settimeout(START_SECONDS)
        if not folder or channel.recv(1) != READY:
            raise RuntimeError("no process for the learner's code could be started")
        channel.settimeout(None)
        return Worker(channel, monitor, folder)

    def close(self) -> None:
        """Let it end, with all that it has forked."""
        self.control.close()
        self.process.wait()


class Worker:
    """One locked-up process, seen from the judge."""

    def __init__(self, channel: socket.socket, monitor: socket.socket, folder: str) -> None:
        self.channel = channel
        self.monitor = monitor
        self.folder = folder
        self.number = 0

    def ask(self, request: Request, seconds: float) -> tuple[dict[str, Any], wire.Bytes]:
        """Send a request and return the answer's text and bytes, or raise `Gone`."""
        self.number += 1
        buffer = wire.Buffer()
        text = {"number": self.number, "request": wire.pack_request(request, buffer)}
        end = time.monotonic() + seconds
        try:
            wire.write(self.channel.fileno(), text, buffer.chunks)
            told, data = wire.read(wire.receive_from(self.channel.fileno(), end))
            if not isinstance(told, dict) or told.get("number") != self.number:
                raise wire.Malformed("an answer to another question")
        except wire.Malformed:
            raise Gone(Problem("protocol")) from None
        except TimeoutError:
            raise Gone(Problem("timeout", seconds=float(f"{seconds:.3g}"))) from None
        except (EOFError, OSError):
            raise Gone(self._how_it_ended()) from None
        return told, wire.Bytes(data)

    def _how_it_ended(self) -> Problem:
        """Return the problem of a process that has closed its channel."""
        self.monitor.settimeout(SLACK)
        try:
            told = self.monitor.recv(1000)
        except TimeoutError:  # it lives on without its channel
            return Problem("channel")
        if not told:  # nobody is there to say: this is not the code's doing
            raise RuntimeError("the process that forks has ended")
        status, killed_for = json.loads(told)
        if killed_for in KILLED_FOR:
            return Problem(KILLED_FOR[killed_for])
        if -status == signal.SIGKILL:
            return Problem("killed")
        if status < 0:
            return Problem("signal", str(signal.strsignal(-status)))
        return Problem("ended", str(status))

    def close(self) -> None:
        """End it."""
        self.channel.close()
        self.monitor.close()


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
    waited = 0.0  # libraries are loaded before the fork

    def __init__(self, files: Mapping[str, bytes], fork_server: ForkServer, limits: Limits) -> None:
        # nothing else of a submission is used, nor written anywhere
        self.files = {n: text for n, text in files.items() if n in MODULES or is_helper(n)}
        self.fork_server = fork_server
        self.limits = limits
        self.printed = ""
        self.until = 0.0  # when its time is over, from the first request on
        self.broken: dict[str, Problem] = {}
        self._paths = {os.path.abspath(str(path)) for path in OURS} - {"/"}
        self._worker: Worker | None = None
        self._loaded: set[str] = set()

    def mentions(self, name: str, stage: str) -> bool:
        """Whether another function may use this one, as in `tests.judged.modules.Modules`."""
        return mentioned(name, f"{stage}.py", self.files)

    def run(self, request: Request) -> Result | Problem:
        """Answer one request, as `tests.judged.submission.Submission.run` does."""
        self.until = self.until or time.monotonic() + self.limits.seconds
        try:
            for stage in dict.fromkeys([*request.needs, request.stage]):
                self._load(stage)
            result = self._ask(request)
            if not isinstance(result, Problem) and not has_form(result, request):
                raise Gone(Problem("protocol"))
            return result
        except Gone as gone:
            self.close()
            return self._told(gone.problem)
        except RuntimeError:
            self.close()
            raise

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
        left = self.until - time.monotonic()
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
            self.printed = wire.short(told.get("printed"), kept="\n\t")
            if "problem" not in told:
                return wire.unpack(told.get("result"), data)
            problem = self._told(wire.unpack_problem(told["problem"]))
        except wire.Malformed:
            raise Gone(Problem("protocol")) from None
        if problem.kind in FRESH_AFTER:
            self.close()
        return problem

    def _told(self, problem: Problem) -> Problem:
        """Return a problem as a learner may read it."""
        where = problem.where
        if where is not None:
            name = os.path.basename(where[0])
            where = (f"kata/{name}", where[1]) if name in self.files else None
        kind, text = problem.kind, problem.text
        if kind == "raised" and ("MemoryError" in problem.kinds or "allocate memory" in text):
            kind = "memory"
            text = f"{self.limits.memory >> 20} MB"
        elif kind == "raised" and "PermissionError" in problem.kinds:
            text += f" ({NOT_ALLOWED})"
        return replace(problem, kind=kind, text=text, where=where)

    def without_paths(self, text: str) -> str:
        """Take the paths of this host out of a text, as the learner's code may have told some."""
        for path in sorted(self._paths, key=len, reverse=True):
            text = re.sub(re.escape(path) + "/?", "", text)
        return text

    def close(self) -> None:
        """End the process, if there is one."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


NOT_ALLOWED = "graded code gets no other processes, no network and no files but its own"
KILLED_FOR: dict[str, ProblemKind] = {
    "timeout": "time used up",
    "files": "files",
    "threads": "threads",
}
OURS = (
    *sys.path,
    sys.prefix,
    sys.base_prefix,
    ROOT,
    tempfile.gettempdir(),
    os.path.expanduser("~"),
)


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
