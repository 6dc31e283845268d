"""Turn whatever the learner's code does wrong into a `Problem`."""

import linecache
import os
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType

from tests.judged.containment import ProcessEnd, contained
from tests.judged.describing import exception_text
from tests.judged.limits import Limit, OutOfTime
from tests.judged.values import Problem, Stopped

# pytest's own words are about its options; elsewhere there is nothing to read
NO_INPUT = ("reading from stdin", "EOF when reading a line")

LEAVES = ("Exit", "BdbQuit")  # what pytest's debugger raises when its user leaves it, and pdb


class DebuggerLeft(BaseException):
    """The user has left the debugger. Not an `Exception`: nobody is to try the call again."""


class Guard:
    """Runs a learner's code with a time limit, and without harm to the process around it.

    Parameters
    ----------
    folder : Path
        Where the learner's files are.
    functions : set of str
        The functions whose stubs say that they are not written.
    """

    def __init__(self, folder: Path, functions: Set[str]) -> None:
        self.folder = folder
        self.functions = functions
        self.limit = Limit(self._is_own_frame)
        self.printed = ""  # what the last call wrote, or its beginning
        self._passed_on = [0]

    @contextmanager
    def __call__(self, seconds: float) -> Iterator[None]:
        """Raise nothing but `Stopped`, and what the user does: Ctrl-C, or to leave the debugger."""
        try:
            with contained(self._passed_on) as output:
                try:
                    with self.limit(seconds):
                        yield
                finally:
                    self.printed = output.head
        except Stopped:
            raise
        except OutOfTime:
            problem, where = Problem("timeout", seconds=seconds), self.limit.where
            raise Stopped(self._located(problem, where)) from None
        except BaseException as error:
            if self.limit.paused and type(error).__name__ in LEAVES:
                raise DebuggerLeft from None
            where = self._last_own_line(error.__traceback__)
            if isinstance(error, KeyboardInterrupt) and not raises(where, error):
                raise  # it was the user's
            if isinstance(error, SyntaxError):
                where = error.filename or "", error.lineno or 0
            raise Stopped(self._located(self._problem_of(error), where)) from error

    def _problem_of(self, error: BaseException) -> Problem:
        """Return what an exception means; a stub's NotImplementedError names its function."""
        text, name = exception_text(error), type(error).__name__
        kinds = tuple(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
        if isinstance(error, SystemExit | ProcessEnd):
            return Problem(
                "exit", "sys.exit" if isinstance(error, SystemExit) else text, name, kinds
            )
        if any(said in text for said in NO_INPUT):
            return Problem("input", name=name, kinds=kinds)
        if isinstance(error, NotImplementedError):
            stub = text.partition(": ")[2].partition(".")[0]
            if stub in self.functions:
                return Problem("not started", text, stub, kinds)
        if isinstance(error, SyntaxError):
            text = error.msg
        return Problem("raised", text, name, kinds)

    def _is_own_frame(self, frame: FrameType) -> bool:
        return self.owns(frame.f_code.co_filename)

    def owns(self, filename: str) -> bool:
        return filename.startswith(f"{self.folder}{os.sep}")

    def _last_own_line(self, traceback: TracebackType | None) -> tuple[str, int] | None:
        where = None
        while traceback is not None:
            if self.owns(traceback.tb_frame.f_code.co_filename):
                where = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
            traceback = traceback.tb_next
        return where

    def _located(self, problem: Problem, where: tuple[str, int] | None) -> Problem:
        if where is None or not self.owns(where[0]):
            return problem
        linecache.checkcache(where[0])
        return replace(problem, where=where, code=linecache.getline(*where).strip())


def raises(where: tuple[str, int] | None, error: BaseException) -> bool:
    """Whether a line of the learner's raises this exception by name."""
    return where is not None and type(error).__name__ in linecache.getline(*where)
