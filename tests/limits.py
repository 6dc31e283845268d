"""A time limit for code that may never return."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

REPEAT = 0.01  # seconds between two interruptions: a bare `except:` may swallow one of them


class OutOfTime(BaseException):
    """The limit is over. Not an `Exception`, so that `except Exception` lets it through."""


def being_debugged() -> bool:
    """Whether an editor's debugger or pdb is at work, when time must not run out."""
    trace = sys.gettrace()
    return trace is not None and getattr(trace, "__module__", "").split(".")[0] in {
        "bdb",
        "pdb",
        "pydevd",
        "_pydevd_bundle",
    }


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
        self.paused = False  # while a debugger waits for its user
        self.where: tuple[str, int] | None = None  # file and line that were interrupted

    @contextmanager
    def __call__(self, seconds: float) -> Iterator[None]:
        """Raise `OutOfTime` in the judged code once `seconds` are over."""
        self.where = None
        main = threading.current_thread() is threading.main_thread()
        limit = self._alarm if main and hasattr(signal, "setitimer") else self._watchdog
        with limit(seconds):
            yield

    def _interrupt(self, frame: FrameType | None) -> None:
        place = frame
        while place is not None and not self.is_judged(place):
            place = place.f_back
        if place is None or self.paused or being_debugged():
            return
        if self.where is None:
            self.where = place.f_code.co_filename, place.f_lineno
        raise OutOfTime

    @contextmanager
    def _alarm(self, seconds: float) -> Iterator[None]:
        started = time.monotonic()
        handler = signal.signal(signal.SIGALRM, lambda _, frame: self._interrupt(frame))
        outer, _ = signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
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
                pause = REPEAT
                with lock:
                    if over.is_set():
                        return
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
