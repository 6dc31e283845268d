"""Where a submission is judged: two processes that are started once, and keep what is loaded."""

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from solution.grading import wire
from solution.grading.workers import ROOT, START_SECONDS, Limits

OWN_SECONDS = 120.0  # for what the judge does itself, in all; it takes some seconds at the most
RENEW_AFTER = 500  # submissions, so that whatever may pile up in a process does not


class StationFailed(Exception):
    """The judge did not come to an end: this says nothing of the submission."""


class Stuck(StationFailed):
    """The judge took too long, which may be the submission's doing."""


class Station:
    """A judge in a process of its own.

    Parameters
    ----------
    locks : bool
        Whether the submissions' code is locked up.
    """

    def __init__(self, locks: bool) -> None:
        self.locks = locks
        self.is_worn_out = False
        self._judged = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "solution.grading.judge", str(int(locks))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            start_new_session=True,  # Ctrl-C is for the process that started it
        )
        with _lock:
            _all.add(self)
        if _closing.is_set():
            self.process.kill()
        try:
            self._receive(time.monotonic() + 2 * START_SECONDS)  # until it is ready
        except StationFailed:
            discard(self)
            raise

    def judge(self, files: Mapping[str, bytes], number: int, limits: Limits) -> dict[str, Any]:
        """Judge one submission, as `solution.grading.judge.judge` does."""
        self._judged += 1
        self.is_worn_out = self._judged >= RENEW_AFTER
        packed = wire.pack_files(files)
        request = {"files": packed, "seed": number, "limits": asdict(limits)}
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # then there is no answer, either
            wire.write(self.process.stdin.fileno(), request, [*files.values()])
        found = self._receive(time.monotonic() + limits.seconds + OWN_SECONDS)
        if isinstance(found, str):
            raise StationFailed(found)
        judged: dict[str, Any] = found
        return judged

    def _receive(self, until: float) -> Any:
        assert self.process.stdout is not None
        try:
            return wire.read(wire.receive_from(self.process.stdout.fileno(), until))[0]
        except TimeoutError:
            raise Stuck("the judge takes too long") from None
        except EOFError:
            raise StationFailed("the judge has ended") from None
        except wire.Malformed:
            raise StationFailed("the judge says what nobody understands") from None

    def close(self) -> None:
        """End it, at once, with all that belongs to it."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()


_idle: "queue.SimpleQueue[Station]" = queue.SimpleQueue()
_all: set[Station] = set()
_lock = threading.Lock()
_closing = threading.Event()


def is_closing() -> bool:
    """Whether no more is to be judged."""
    return _closing.is_set()


@contextlib.contextmanager
def station(locks: bool) -> Iterator[Station]:
    """Lend a station of this process, a new one where none is free."""
    try:
        one = _idle.get_nowait()
        while one.locks != locks:
            discard(one)
            one = _idle.get_nowait()
    except queue.Empty:
        one = Station(locks)
    try:
        yield one
    except BaseException:
        discard(one)
        raise
    if one.is_worn_out:
        discard(one)
    else:
        _idle.put(one)


def discard(one: Station) -> None:
    """End a station."""
    with _lock:
        _all.discard(one)
    one.close()


@contextlib.contextmanager
def all_closed() -> Iterator[None]:
    """End all stations of this process, and start no new ones meanwhile."""
    _closing.set()
    try:
        with contextlib.suppress(queue.Empty):
            while True:
                discard(_idle.get_nowait())
        with _lock:
            at_work = [*_all]
        for one in at_work:
            one.process.kill()  # who waits for it discards it
        yield
    finally:
        _closing.clear()


@atexit.register
def close_all() -> None:
    """End all stations with this process."""
    for one in [*_all]:
        discard(one)
