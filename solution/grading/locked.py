"""The process that strangers' code is forked from, and what the code runs in.

It has NumPy and PyTorch loaded, and a first optimizer made, which together take seconds. It has
never loaded a test, a trusted value or a solution, so that none lies in the memory of its forks.
For each fork it gets two sockets from the judge: the channel, over which the fork answers
requests, and the monitor: what the judge has to say of the fork, and, when it is let go of, the
fork's end.
"""

import contextlib
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solution.grading import sandbox, wire
from tests.judged.submission import Submission
from tests.judged.values import Problem

LOOK_AGAIN = 0.05  # seconds between two looks at what a fork has written and started
MOST_FILES = 500
MOST_THREADS = 200  # right code starts none; a host has room for some ten thousand
FILE_SIZE = 4_000_000  # bytes of one file, 64 of which may be open without a name,
FILES_SIZE = 64_000_000  # and of all


@dataclass
class Fork:
    """A process in which strangers' code runs."""

    process: int
    ends: int  # a file descriptor that becomes readable when it ends
    monitor: socket.socket
    folder: Path
    until: float  # when its time is over
    processor: float  # seconds of it that it may use
    killed_for: str = ""

    def kill(self, why: str) -> None:
        """End it, if that is not done yet."""
        if not self.killed_for:
            self.killed_for = why
            os.kill(self.process, signal.SIGKILL)

    def has_filled_its_folder(self) -> bool:
        """Whether it has written more than it may."""
        sizes = []
        for folder in (self.folder, self.folder / "kata", self.folder / "matplotlib"):
            with contextlib.suppress(FileNotFoundError):  # without locks, it may remove that
                for file in os.scandir(folder):
                    with contextlib.suppress(FileNotFoundError):  # it has just been removed
                        sizes.append(file.stat(follow_symlinks=False).st_size)
        return len(sizes) > MOST_FILES or sum(sizes) > FILES_SIZE

    def has_too_many_threads(self) -> bool:
        """Whether it has more threads than it may: the kernel sets root no limit."""
        try:
            return os.stat(f"/proc/{self.process}/task").st_nlink - 2 > MOST_THREADS
        except OSError:  # it has just ended, or this is no Linux
            return False


class Server:
    """Forks a process for each submission, and sees to its end.

    Parameters
    ----------
    control : socket
        Where the judge asks for forks.
    locks : bool
        Whether to lock them up.
    """

    def __init__(self, control: socket.socket, locks: bool) -> None:
        self.control = control
        self.filter = sandbox.system_calls() if locks else None
        self.libraries = sandbox.readable() if locks else []
        self.home = Path(tempfile.mkdtemp(prefix="kata-"))
        self.forks: dict[int, Fork] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)

    def run(self) -> None:
        """Fork on demand until the judge is gone, and leave nothing behind."""
        try:
            while True:
                for key, _ in self.selector.select(LOOK_AGAIN if self.forks else None):
                    if key.fileobj is self.control:
                        if not self.start():
                            return
                    elif isinstance(key.data, Fork) and key.data.process in self.forks:
                        self.attend(key.data, ended=key.fd == key.data.ends)
                for fork in self.forks.values():
                    if time.monotonic() > fork.until:
                        fork.kill("timeout")
                    elif fork.has_filled_its_folder():
                        fork.kill("files")
                    elif fork.has_too_many_threads():
                        fork.kill("threads")
        finally:
            for fork in [*self.forks.values()]:
                fork.kill("gone")
                self.reap(fork)
            shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> bool:
        """Fork once; False if the judge is gone."""
        message, files, _, _ = socket.recv_fds(self.control, 1, 2)
        if not message:
            return False
        channel, monitor = files[0], socket.socket(fileno=files[1])
        spec, _ = wire.read(wire.receive_from(files[1]))
        folder = Path(tempfile.mkdtemp(dir=self.home))
        (folder / "kata").mkdir()
        process = os.fork()
        if process == 0:
            try:
                self.become_the_fork(channel, folder, spec["processor"])
            finally:
                os._exit(1)
        os.close(channel)
        until = time.monotonic() + spec["seconds"]
        ends = os.pidfd_open(process)
        fork = Fork(process, ends, monitor, folder, until, spec["processor"])
        self.forks[process] = fork
        self.selector.register(fork.ends, selectors.EVENT_READ, fork)
        self.selector.register(monitor, selectors.EVENT_READ, fork)
        monitor.sendall(f"{folder}\n".encode())
        return True

    def attend(self, fork: Fork, ended: bool) -> None:
        """Reap a fork that has ended, end one that the judge has let go of."""
        if not ended:
            fork.kill("gone")  # the judge never says more
        self.reap(fork)

    def reap(self, fork: Fork) -> None:
        """Wait for the end of a fork, tell the judge, and remove its files."""
        _, status, used = os.wait4(fork.process, 0)
        if not fork.killed_for and used.ru_utime + used.ru_stime > fork.processor:
            fork.killed_for = "timeout"  # by the kernel, when its limit was reached
        del self.forks[fork.process]
        self.selector.unregister(fork.ends)
        self.selector.unregister(fork.monitor)
        shutil.rmtree(fork.folder, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        with contextlib.suppress(OSError):  # nobody may listen any more
            fork.monitor.sendall(json.dumps([code, fork.killed_for]).encode())
        fork.monitor.close()
        os.close(fork.ends)

    def become_the_fork(self, channel: int, folder: Path, processor: float) -> None:
        """Put the code into the folder and answer requests with it, until the channel is closed."""
        sandbox.die_with_parent()
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):
            os.dup2(nowhere, standard)
        os.dup2(channel, 3)
        os.closerange(4, 4096)
        spec, code = wire.read(wire.receive_from(3))
        for name, content in wire.unpack_files(spec["files"], code).items():
            (folder / "kata" / name).write_bytes(content)
        os.chdir(folder)
        (folder / "matplotlib").mkdir()
        places = dict.fromkeys(("HOME", "TMPDIR"), str(folder))
        os.environ.update(places, MPLCONFIGDIR=str(folder / "matplotlib"))
        tempfile.tempdir = None
        sandbox.limit(spec["memory"], processor, FILE_SIZE)
        if self.filter is not None:
            sandbox.lock(folder, self.libraries, self.filter)
        submission = Submission(folder / "kata", "kata", spec["stages"])
        for stage, text in spec["broken"].items():
            submission.broken[stage] = wire.unpack_problem(text)
        os.write(3, wire.READY)
        answer_all(submission)


def answer_all(submission: Submission, channel: int = 3) -> None:
    """Answer requests one by one until there are no more."""
    receive = wire.receive_from(channel)
    while True:
        try:
            text, data = wire.read(receive)
        except EOFError:
            return
        buffer = wire.Buffer()
        result = submission.run(wire.unpack_request(text["request"], wire.Bytes(data)))
        head = {"number": text["number"], "printed": submission.printed}
        try:
            told: dict[str, Any] = {}
            if isinstance(result, Problem):
                told["problem"] = wire.pack_problem(result)
            else:
                told["result"] = wire.pack(result, buffer)
            wire.write(channel, head | told, buffer.chunks)
        except wire.Malformed:
            problem = Problem("too much")
            wire.write(channel, head | {"problem": wire.pack_problem(problem)})


def main() -> None:
    """Load what takes long, then fork on demand. Called in a process of its own, by the judge."""
    control, locks, project = (
        socket.socket(fileno=int(sys.argv[1])),
        sys.argv[2] == "1",
        sys.argv[3],
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with the judge, after its forks
    import hypothesis
    import torch

    hypothesis.settings.load_profile("checks")  # for what a learner's check imports
    parameter = torch.zeros(1, requires_grad=True)
    (parameter * 1.0).sum().backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD([parameter], lr=0.1).step()
    sys.path[:] = [path for path in sys.path if path != project]
    for name in ("tests", "tests.judged", "solution", "solution.grading"):
        sys.modules[name].__path__ = []  # nothing more comes from there
    gc.collect()
    gc.freeze()
    server = Server(control, locks)
    control.send(wire.READY)
    server.run()
