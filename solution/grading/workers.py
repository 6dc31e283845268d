"""Where strangers' code runs, seen from the judge: the process that forks, and its forks."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solution.grading import wire
from solution.grading.clock import Clock
from solution.grading.wire import READY
from tests.judge.functions import FILES
from tests.judged.values import Problem, ProblemKind, Request

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0  # for all that is loaded at the start, on a busy machine
SLACK = 2.0  # seconds for the way there and back,
END_SECONDS = 10.0  # and for a process to end, and who waits for it to say so, on a busy machine

# What the locked-up process gets of the environment: nothing that an instructor may keep there.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "TMPDIR")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

KILLED_FOR: dict[str, ProblemKind] = {
    "timeout": "time used up",
    "files": "files",
    "threads": "threads",
}


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


class MachineFailed(BaseException):
    """No process could be had for the code: this says nothing of it.

    Not an `Exception`: no test, and not Hypothesis, is to take it for a failure of the code.
    """


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
            raise MachineFailed("the process for the learners' code did not start")

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
        except (OSError, MachineFailed):  # what has ended it is not to end what comes after it
            self.process.kill()
            self.close()
            try:
                self._start()
                self.wait_until_ready()
                return self._fork(files, broken, limits, seconds)
            except OSError as error:
                raise MachineFailed(f"{type(error).__name__}: {error}") from None

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
        process, _, folder = monitor.makefile("rb").readline().decode().rstrip("\n").partition(" ")
        channel.settimeout(START_SECONDS)
        if not folder or channel.recv(1) != READY:
            raise MachineFailed("no process for the learner's code could be started")
        channel.settimeout(None)
        return Worker(channel, monitor, int(process), folder)

    def close(self) -> None:
        """Let it end, with all that it has forked."""
        self.control.close()
        self.process.wait()


class Worker:
    """One locked-up process, seen from the judge."""

    def __init__(
        self, channel: socket.socket, monitor: socket.socket, process: int, folder: str
    ) -> None:
        self.channel = channel
        self.monitor = monitor
        self.process = process
        self.folder = folder
        self.clock = Clock(process)
        self.number = 0

    def ask(self, request: Request, seconds: float) -> tuple[dict[str, Any], wire.Bytes]:
        """Send a request and return the answer's text and bytes, or raise `Gone`."""
        self.number += 1
        buffer = wire.Buffer()
        text = {"number": self.number, "request": wire.pack_request(request, buffer)}
        end = self.clock() + seconds
        try:
            wire.write(self.channel.fileno(), text, buffer.chunks)
            told, data = wire.read(wire.receive_from(self.channel.fileno(), end, self.clock))
            if not isinstance(told, dict) or told.get("number") != self.number:
                raise wire.Malformed("an answer to another question")
        except TimeoutError:
            raise Gone(Problem("timeout", seconds=float(f"{seconds:.3g}"))) from None
        except (EOFError, OSError):
            raise Gone(self._how_it_ended()) from None
        except Exception:  # whatever it is: strangers have written what is read here
            raise Gone(Problem("protocol")) from None
        return told, wire.Bytes(data)

    def _how_it_ended(self) -> Problem:
        """Return the problem of a process that has closed its channel."""
        if not wire.is_ready(self.monitor.fileno(), SLACK) and self._lives():
            return Problem("channel")
        self.monitor.settimeout(END_SECONDS)
        try:
            told = self.monitor.recv(1000)
        except TimeoutError:
            raise MachineFailed("nobody says how a process has ended") from None
        if not told:  # nobody is there to say: this is not the code's doing
            raise MachineFailed("the process that forks has ended")
        status, killed_for = json.loads(told)
        if killed_for in KILLED_FOR:
            return Problem(KILLED_FOR[killed_for])
        if -status == signal.SIGKILL:
            return Problem("killed")
        if status < 0:
            return Problem("signal", str(signal.strsignal(-status)))
        return Problem("ended", str(status))

    def _lives(self) -> bool:
        """Whether it goes on without its channel."""
        try:
            state = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state not in "ZX"

    def close(self) -> None:
        """End it."""
        self.clock.close()
        self.channel.close()
        self.monitor.close()
