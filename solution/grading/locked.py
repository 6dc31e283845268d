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
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from solution.grading import sandbox, wire
from solution.grading.clock import Clock
from tests.judged.submission import Submission
from tests.judged.values import Problem

LOOK_AGAIN = 0.05  # seconds between two looks at what a fork has written and started
MOST_FILES = 500  # and folders
MOST_THREADS = 33  # as many as a ThreadPoolExecutor has on a large host, and the first
FILE_SIZE = 4_000_000  # bytes of one file,
FILES_SIZE = 64_000_000  # of all,
MOST_WRITTEN = 500_000_000  # and of all that were ever written, as some may have no name any more


@dataclass
class Fork:
    """A process in which strangers' code runs."""

    process: int
    ends: int  # a file descriptor that becomes readable when it ends
    monitor: socket.socket
    folder: Path
    clock: Clock
    until: float  # when its time is over
    processor: float  # seconds of it that it may use
    killed_for: str = ""

    def kill(self, why: str) -> None:
        """End it, if that is not done yet."""
        if not self.killed_for:
            self.killed_for = why
            os.kill(self.process, signal.SIGKILL)

    def has_written_too_much(self) -> bool:
        """Whether it has written more than it may."""
        try:
            found = [*islice(sizes(self.folder), MOST_FILES + 1)]
        except OSError:  # deeper than a path may be long, or closed to others
            return True
        return (
            len(found) > MOST_FILES or sum(found) > FILES_SIZE or self.has_written() > MOST_WRITTEN
        )

    def has_written(self) -> int:
        """Return the bytes that it has written, into files and elsewhere."""
        try:
            counts = Path(f"/proc/{self.process}/io").read_text()
        except OSError:  # it has just ended, or the kernel does not count
            return 0
        return int(counts.partition("wchar: ")[2].split()[0])

    def has_too_many_threads(self) -> bool:
        """Whether it has more threads than it may: the kernel sets root no limit."""
        try:
            return os.stat(f"/proc/{self.process}/task").st_nlink - 2 > MOST_THREADS
        except OSError:  # it has just ended, or this is no Linux
            return False


def sizes(folder: Path) -> Iterator[int]:
    """Yield the sizes of all files and folders in a folder that may change meanwhile."""
    folders = [str(folder)]
    for path in folders:
        with contextlib.suppress(FileNotFoundError):  # it has just been removed
            for entry in os.scandir(path):
                with contextlib.suppress(FileNotFoundError):
                    yield entry.stat(follow_symlinks=False).st_size
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, however deep, whatever its permissions.

    What is further down is moved up first, as no path may be longer than 4096 characters.
    """
    folders, numbers = [str(folder)], count()
    for path in folders:
        with contextlib.suppress(OSError):  # without locks, it may have been removed
            for entry in [*os.scandir(path)]:
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.path, 0o700)
                    folders.append(f"{folder}-{next(numbers)}")
                    os.rename(entry.path, folders[-1])
                else:
                    os.unlink(entry.path)
            os.rmdir(path)


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
                    if fork.clock() > fork.until:
                        fork.kill("timeout")
                    elif fork.has_written_too_much():
                        fork.kill("files")
                    elif fork.has_too_many_threads():
                        fork.kill("threads")
        finally:
            for fork in [*self.forks.values()]:
                fork.kill("gone")
                self.reap(fork)
            remove(self.home)

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
        clock = Clock(process)
        until = clock() + spec["seconds"]
        ends = os.pidfd_open(process)
        fork = Fork(process, ends, monitor, folder, clock, until, spec["processor"])
        self.forks[process] = fork
        self.selector.register(fork.ends, selectors.EVENT_READ, fork)
        self.selector.register(monitor, selectors.EVENT_READ, fork)
        monitor.sendall(f"{process} {folder}\n".encode())
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
        remove(fork.folder)
        code = os.waitstatus_to_exitcode(status)
        with contextlib.suppress(OSError):  # nobody may listen any more
            fork.monitor.sendall(json.dumps([code, fork.killed_for]).encode())
        fork.monitor.close()
        fork.clock.close()
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
        clock = Clock()
        sandbox.stay_on_one_core()
        sandbox.limit(spec["memory"], processor, FILE_SIZE)
        if self.filter is not None:
            sandbox.lock(folder, self.libraries, self.filter)
        submission = Submission(folder / "kata", "kata", spec["stages"])
        submission.guard.limit.clock = clock
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
