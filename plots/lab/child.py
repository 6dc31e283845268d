"""The process in which functions run that may hang, exit or crash: it is ended from outside."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from plots.experiment import Array, least_squares
from plots.lab.settings import Setting
from plots.lab.track import Engine

STUCK_SECONDS = 3.0  # an epoch takes 0.03 s at most; one of slow code perhaps a second
LOST_SECONDS = 2.0  # more, after which a process that does not even say so is ended


class Samples(NamedTuple):
    """The data that a run is made on, and a sentence if they are not the package's own."""

    x: Array
    y: Array
    trouble: str


class Over(NamedTuple):
    """The end of a job.

    Parameters
    ----------
    trouble : str
        A sentence, if it ended before it was done.
    lost : bool
        Whether the process is of no use any more.
    """

    trouble: str = ""
    lost: bool = False


class Job(NamedTuple):
    """What the process is asked for.

    Parameters
    ----------
    kind : str
        "run", "right" (the same with right functions), "step", "spread" or "updates".
    setting : Setting
        Of the descent.
    seconds : float
        After which a run ends where it is.
    number : int
        Which step is wanted, or over how many batches the spread is taken.
    """

    kind: str
    setting: Setting
    seconds: float = 1.0
    number: int = 0


# -- in the process ---------------------------------------------------------------------------


def answers(job: Job, package: str, engine: Engine | None) -> Iterator[Any]:
    """Yield what a job gives, the data first, an `Over` last."""
    from plots.lab.functions import Functions, RightRun, Trouble, stand_in_data

    functions = Functions(package)
    try:
        x, y = functions.data(job.setting)
        yield Samples(x, y, "")
    except Trouble as trouble:
        x, y = stand_in_data(job.setting)
        yield Samples(x, y, str(trouble))
    try:
        if job.kind in ("run", "right"):
            run = RightRun().run if job.kind == "right" else engine or functions.run
            line = least_squares(x, y)
            until = time.perf_counter() + job.seconds
            for track in run(job.setting, x, y):
                yield track.thinned(line)
                if time.perf_counter() > until:
                    break
        elif job.kind == "step":
            steps = functions.steps(job.setting, x, y)
            for _ in range(job.number - 1):
                next(steps)
            yield next(steps)
        elif job.kind == "spread":
            yield functions.spread(job.setting, x, y, job.number)
        else:
            yield functions.updates_made(job.setting)
        yield Over()
    except Trouble as trouble:
        yield Over(str(trouble))


def serve(pipe: Connection, package: str, engine: Engine | None) -> None:
    """Do one job after the other, until there is nobody to do them for.

    Whatever arrives while a job is done says that it is no longer wanted.
    """
    lead_a_quiet_life()
    watch = Watch(pipe, package)
    while True:
        try:
            job = pipe.recv()
            if isinstance(job, Job):
                with watch:
                    for answer in answers(job, package, engine):
                        watch.send(answer)
                        if not isinstance(answer, Over) and pipe.poll():
                            pipe.recv()
                            watch.send(Over())
                            break
        except (EOFError, OSError):
            return


def lead_a_quiet_life() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.dont_write_bytecode = True  # a file that is saved twice in a second is read twice
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


class Watch:
    """Says in which line a job is stuck, from a second thread."""

    def __init__(self, pipe: Connection, package: str) -> None:
        self.pipe = pipe
        self.folder = str(Path(__file__).parent.parent.parent / package)
        self.package = package
        self.target = threading.get_ident()
        self.lock = threading.Lock()
        self.since: float | None = None
        threading.Thread(target=self.look, daemon=True).start()

    def __enter__(self) -> None:
        self.since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.since = None

    def send(self, answer: Any) -> None:
        """Send an answer: the job is alive."""
        with self.lock:
            self.since = time.monotonic()
            self.pipe.send(answer)

    def look(self) -> None:
        """Look every now and then."""
        while True:
            time.sleep(0.1)
            with self.lock:
                if self.since is None or time.monotonic() - self.since < STUCK_SECONDS:
                    continue
                frame = sys._current_frames().get(self.target)
                own = [
                    f"{self.package}/{Path(one.filename).name}, line {one.lineno}"
                    for one in traceback.extract_stack(frame)
                    if str(Path(one.filename).parent) == self.folder
                ]
                place = f" in {own[-1]}" if own else ""
                self.pipe.send(Over(no_end(STUCK_SECONDS, place), lost=True))
                self.since = None
                return


def no_end(seconds: float, place: str = "") -> str:
    """Say that a function does not return."""
    return f"no end after {seconds:g} s{place}: is there a loop that never ends?"


# -- outside ----------------------------------------------------------------------------------


class Child:
    """A process, and the pipe to it.

    Parameters
    ----------
    target : callable
        Runs in the process, and gets its end of the pipe.
    *arguments
        More for it.
    """

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")  # nothing of this process is in that one
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=target, args=(other, *arguments), daemon=True)
        self.process.start()
        other.close()

    def send(self, message: Any) -> None:
        """Send something, unless the process has ended."""
        with contextlib.suppress(OSError):
            self.pipe.send(message)

    def received(self) -> Iterator[Any]:
        """Yield what has arrived; an `Over` if the process has ended."""
        try:
            while self.pipe.poll():
                yield self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(1.0)
            status = self.process.exitcode
            yield Over(f"the process that runs your functions ended (status {status})", lost=True)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
