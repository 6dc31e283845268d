"""What judged code cannot do to the process that it shares with the tests.

This keeps accidents from ending a learner's run. It is no protection against code that means
harm.
"""

import builtins
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

PASSED_ON = 200_000  # characters of output, in all, that reach the terminal or pytest
KEPT = 400  # characters of it, of each call, that the report may show


class ProcessEnd(BaseException):
    """The judged code asked the operating system to end the process."""


def kept_alive(end: Callable[..., NoReturn]) -> Callable[..., NoReturn]:
    """Return what raises an exception here, and ends a process that the code has forked."""
    here = os.getpid()

    def end_process(*status: int) -> NoReturn:
        if os.getpid() != here:  # one of a DataLoader's workers, say
            end(*status)
        raise ProcessEnd("os._exit")

    return end_process


python_print = builtins.print
start_thread = threading.Thread.start


def start_daemon(thread: threading.Thread) -> None:
    """Start a thread that does not keep the process alive."""
    thread.daemon = True
    start_thread(thread)


class Output:
    """Takes the place of `sys.stdout`: passes on what is written, up to a limit.

    Parameters
    ----------
    passed : list of int
        The number of characters passed on so far, over all calls.
    """

    def __init__(self, stream: TextIO, passed: list[int]) -> None:
        self.stream = stream
        self.passed = passed
        self.head = ""

    def write(self, text: str) -> int:
        """Write a text."""
        if len(self.head) < KEPT:
            self.head += text[: KEPT - len(self.head)]
        if self.passed[0] < PASSED_ON:
            self.passed[0] += len(text)
            self.stream.write(text[:PASSED_ON])
        return len(text)

    def print(self, *values: Any, file: Any = None, **options: Any) -> None:
        """Print as Python does, but for what nobody reads: to write arrays down takes long."""
        is_read = len(self.head) < KEPT or self.passed[0] < PASSED_ON
        if is_read or file not in (None, self) or sys.stdout is not self:
            python_print(*values, file=file, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def contained(passed: list[int]) -> Iterator[Output]:
    """Keep the code inside from ending the process, outliving it, or flooding its output."""
    output: Any = Output(sys.stdout, passed)
    kept = sys.stdout, builtins.print, os._exit, os.abort, threading.Thread.start
    sys.stdout, builtins.print = output, output.print
    os._exit, os.abort = kept_alive(os._exit), kept_alive(os.abort)
    threading.Thread.start = start_daemon  # type: ignore[method-assign, assignment]
    try:
        yield output
    finally:
        sys.stdout, builtins.print, os._exit, os.abort, threading.Thread.start = kept  # type: ignore[method-assign]
