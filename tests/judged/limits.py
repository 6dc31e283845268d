"""A time limit for code that may never return."""

import builtins
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

PATIENCE = 4.0  # seconds that code may take without using the processor
IMPORT_PATIENCE = 120.0  # seconds that importing libraries may take: from a cold disk it is long
LOOK_AGAIN = 0.02  # seconds until a call that was not at work is looked at again

# Seconds between two interruptions. A loop around a bare `except:` swallows one of them, but the
# next may come while it is outside its `try`: with so many it soon does.
REPEAT = 100e-6
WATCHDOG_REPEAT = 0.01  # each has a price here

LAST_RESORT = 8.0  # seconds after which a call that cannot be interrupted ends the process


class OutOfTime(BaseException):
    """The limit is over. Not an `Exception`, so that `except Exception` lets it through."""


def being_debugged() -> bool:
    """Whether an editor's debugger or pdb is at work, when time must not run out."""
    monitoring: Any = getattr(sys, "monitoring", None)  # what editors use since Python 3.12
    if monitoring is not None and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None:
        return True
    trace = sys.gettrace()
    return trace is not None and getattr(trace, "__module__", "").split(".")[0] in {
        "bdb",
        "pdb",
        "pydevd",
        "_pydevd_bundle",
    }


def is_loaded(name: str, fromlist: Sequence[str] | None) -> bool:
    """Whether all that an import statement asks for is there already."""
    module = sys.modules.get(name)
    return module is not None and all(part in vars(module) for part in fromlist or ())


def is_import(frame: FrameType) -> bool:
    """Whether a frame is one of an import."""
    code = frame.f_code
    return "importlib" in code.co_filename or code is Limit._import.__code__


class Limit:
    """Interrupts the code that runs under it when the time is over.

    Parameters
    ----------
    is_judged : callable
        Tells from a frame whether the judged code is running in it. Only there is it
        interrupted, never in the code around it.
    """

    def __init__(self, is_judged: Callable[[FrameType], bool]) -> None:
        self.is_judged = is_judged
        self.paused = False
        # Is told after how many seconds a call that is stuck shall end the process; 0: never.
        self.last_resort: Callable[[float], None] = lambda seconds: None
        self.clock = time.monotonic  # graders have one that stands still on a busy machine
        self.waited = 0.0  # seconds that were no call's own, but went into importing libraries
        self.where: tuple[str, int] | None = None  # file and line that were interrupted
        self._busy = False
        self._seconds = 0.0
        self._started = 0.0, 0.0
        self._called = 0.0

    @contextmanager
    def __call__(self, seconds: float) -> Iterator[None]:
        """Raise `OutOfTime` in the judged code once `seconds` are over.

        On a machine that is busy with something else a call may stand still for a while: until
        `PATIENCE` is over, only the time in which it was at work counts.
        """
        self.where = None
        self._seconds = seconds
        self._started = self.clock(), time.process_time()
        self._called = time.monotonic()
        process = os.getpid()
        main = threading.current_thread() is threading.main_thread()
        limit = self._alarm if main and hasattr(signal, "setitimer") else self._watchdog
        if not being_debugged():
            self.last_resort(seconds + LAST_RESORT)
        try:
            with self._importing(), limit(seconds):
                yield
        finally:
            if os.getpid() != process:  # a copy that the judged code made: one of them goes on
                os._exit(0)
            self.last_resort(0.0)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Count the time that this takes as nobody's."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.waited += time.monotonic() - started

    @contextmanager
    def _importing(self) -> Iterator[None]:
        """Let time stand still while a library is imported: its disk may be slow."""
        self._import_of_python = builtins.__import__
        builtins.__import__ = self._import
        try:
            yield
        finally:
            builtins.__import__ = self._import_of_python

    def _import(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Import as Python does, and put the limit off by what that takes."""
        if level or is_loaded(name, fromlist):
            return self._import_of_python(name, globals, locals, fromlist, level)
        self.last_resort(IMPORT_PATIENCE + LAST_RESORT)
        wall, processor = self._own_time()
        try:
            with self.apart():
                return self._import_of_python(name, globals, locals, fromlist, level)
        finally:
            self._started = self.clock() - wall, time.process_time() - processor
            self.last_resort(self._seconds + LAST_RESORT)

    def _on_alarm(self, frame: FrameType | None) -> None:
        if self._busy or not self._is_over():  # busy: another alarm is being looked at
            return
        self._busy = True
        try:
            self._interrupt(frame)
        except OutOfTime:
            signal.setitimer(signal.ITIMER_REAL, REPEAT, REPEAT)  # until it is out of the way
            raise
        finally:
            self._busy = False

    def pause(self) -> None:
        """Let time stand still from now on: a debugger waits for its user."""
        self.paused = True
        self.last_resort(0.0)

    def _is_over(self) -> bool:
        wall, at_work = self._own_time()
        return wall > PATIENCE or at_work > 0.8 * self._seconds

    def _own_time(self) -> tuple[float, float]:
        """Return how long the call has been running, and how long the processor was at work."""
        wall, processor = self._started
        return self.clock() - wall, time.process_time() - processor

    def _interrupt(self, frame: FrameType | None) -> None:
        place, importing = None, False
        while frame is not None:
            if self.is_judged(frame):
                place = frame  # the outermost: in the function that was called
            elif place is None and is_import(frame):
                importing = True  # a library, which may well take seconds
            frame = frame.f_back
        if place is None or self.paused or being_debugged():
            return
        if importing and time.monotonic() - self._called < IMPORT_PATIENCE:
            self._started = self.clock(), time.process_time()  # the call's own time is to come
            self.last_resort(IMPORT_PATIENCE + LAST_RESORT)
            return
        if self.where is None:
            self.where = place.f_code.co_filename, place.f_lineno
        raise OutOfTime

    @contextmanager
    def _alarm(self, seconds: float) -> Iterator[None]:
        started = time.monotonic()
        handler = signal.signal(signal.SIGALRM, lambda _, frame: self._on_alarm(frame))
        outer, _ = signal.setitimer(signal.ITIMER_REAL, seconds, LOOK_AGAIN)
        try:
            yield
        finally:  # give the timer back to whoever had set it, with what is left of it
            left = max(outer - (time.monotonic() - started), 0.001) if outer else 0.0
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, left)

    @contextmanager
    def _watchdog(self, seconds: float) -> Iterator[None]:
        """Do the same from a second thread, where there is no alarm (Windows).

        It interrupts Python code, but not a call that is stuck outside Python.
        """
        import ctypes

        target = threading.get_ident()
        over, lock = threading.Event(), threading.Lock()

        def watch() -> None:
            pause = seconds
            while not over.wait(pause):
                pause = WATCHDOG_REPEAT
                with lock:
                    if over.is_set():
                        return
                    if not self._is_over():
                        continue
                    try:
                        self._interrupt(sys._current_frames().get(target))
                    except OutOfTime:
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(
                            ctypes.c_ulong(target), ctypes.py_object(OutOfTime)
                        )

        threading.Thread(target=watch, daemon=True).start()
        try:
            yield
        finally:
            with lock:
                over.set()
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), None)
