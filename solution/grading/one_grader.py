"""One grader at a time works on a folder of results."""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"
NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


class AtWork(Exception):
    """Another grader works on the same folder."""


@contextlib.contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Keep other graders away from a folder of results.

    The system lets go of the lock when this process ends, however it ends; the file stays. NFS
    makes it hold for other machines, too, if its server has locks. Where there are none, nothing
    is kept away: better than no grading at all.

    Raises
    ------
    AtWork
        If there is one already.
    """
    if sys.platform == "win32":  # where parts are put together, but nothing is judged
        yield
        return
    import fcntl

    file = os.open(out / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise AtWork(
            f"another grader is at work in {out}: wait until it is done, or take another --out"
        ) from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            os.close(file)
            raise
    try:
        yield
    finally:
        os.close(file)
