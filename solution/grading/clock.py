"""A clock that a busy machine does not let run: what a process only waits for is not its time."""

import contextlib
import os
import time


class Clock:
    """The monotonic clock, but for the time in which a process could run, and did not get to.

    Parameters
    ----------
    process : int, optional
        Which process, else this one. Of its threads, the first counts.
    """

    def __init__(self, process: int | None = None) -> None:
        self._waited = 0.0
        try:  # once: a process that is locked up could not open it
            place = "self" if process is None else process
            self._file = os.open(f"/proc/{place}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # this kernel does not count it
            self._file = -1

    def __call__(self) -> float:
        """Return the seconds."""
        return time.monotonic() - self.waited()

    def waited(self) -> float:
        """Return how many seconds it has not got to run so far."""
        with contextlib.suppress(OSError):  # the process has ended
            self._waited = int(os.pread(self._file, 100, 0).split()[1]) / 1e9
        return self._waited

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
