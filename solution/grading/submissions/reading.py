"""Reading a submission: in another process, which is limited and locked up."""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from solution.grading.submissions.places import Handed, is_helper
from solution.grading.submissions.reader import MOST_ANSWER, PROCESSOR, SECONDS, TOO_LARGE
from solution.grading.submissions.sources import Piece, Source
from solution.grading.submissions.trees import MODULE_SIZE, Unreadable
from tests.judge.functions import FILES

ROOT = Path(__file__).parents[3]
MODULES = [f"{stage}.py" for stage in FILES]
LONGEST = 500  # of a line that a fork tells


class Reader:
    """The process that reads, seen from the grader.

    Parameters
    ----------
    locks : bool
        Whether it is locked up.
    """

    def __init__(self, locks: bool) -> None:
        start = (
            "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
            "from solution.grading.submissions.reader import main; main()"
        )
        path = [str(ROOT), *(p for p in sys.path if p and os.path.abspath(p) != str(ROOT))]
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, json.dumps(path), str(int(locks))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the process that started it
        )

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Return how the fork ended that answered, and what it has answered."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        head = json.loads(self.process.stdout.readline())
        return head, self.process.stdout.read(head["size"])

    def close(self) -> None:
        """End it."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()


_readers: dict[bool, Reader] = {}
_one_at_a_time = threading.Lock()


def ask(request: dict[str, Any], locks: bool) -> tuple[dict[str, Any], bytes]:
    """Ask the reader, a new one if it has ended."""
    with _one_at_a_time:
        for is_last in (False, True):
            reader = _readers.pop(locks, None) or Reader(locks)
            try:
                told = reader.ask(request)
            except (OSError, ValueError):
                reader.close()
                if is_last:
                    raise OSError("the process that reads submissions has ended") from None
            except BaseException:  # what it still answers would be taken for the next one's
                reader.close()
                raise
            else:
                _readers[locks] = reader
                return told
    raise AssertionError


@atexit.register
def close_all() -> None:
    """End all readers with this process."""
    while _readers:
        _readers.popitem()[1].close()


def read(source: Source, take: str = "", locks: bool = True) -> Handed:
    """Read the modules of one submission.

    Parameters
    ----------
    source : Source
        Where it is: folders, archives, or single modules.
    take : str
        Which to take if there are several: "newest", or "" to refuse that.
    locks : bool
        Whether what reads is locked up.

    Raises
    ------
    Unreadable
        If the submission is at fault.
    OSError
        If this machine is: no permission, say.
    """
    if source.problem:
        raise Unreadable(source.problem)
    told, rest = answered("read", source.pieces, take, locks)
    files, start = {}, 0
    for name, size in told["files"]:
        is_known = name in MODULES or (is_helper(name) and "/" not in name)
        if not is_known or not 0 <= size <= MODULE_SIZE or name in files:
            raise Unreadable("cannot be read")
        files[name] = rest[start : start + size]
        start += size
    return Handed(files, [*source.notes, *(str(note)[:LONGEST] for note in told["notes"])])


def members(archive: Path, locks: bool = True) -> list[str]:
    """Return what a class's archive has at its top, or in the one folder there."""
    return [*map(str, answered("members", [Piece(archive)], "", locks)[0]["notes"])]


def answered(
    what: str, pieces: Sequence[Piece], take: str, locks: bool
) -> tuple[dict[str, Any], bytes]:
    """Return what a fork tells of these pieces, and the bytes after it."""
    # the reader works in another folder
    places = [(str(piece.path.absolute()), piece.member, piece.name) for piece in pieces]
    head, text = ask({"what": what, "pieces": places, "take": take, "stages": FILES}, locks)
    line, _, rest = text.partition(b"\n")
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict) or head["status"]:
        raise ended(head)
    if "error" in told:
        raise OSError(str(told["error"])[:LONGEST])
    if "unreadable" in told:
        raise Unreadable(str(told["unreadable"])[:LONGEST])
    return told, rest


def ended(head: dict[str, Any]) -> Exception:
    """Return what is raised for a fork that has ended without an answer."""
    status = head["status"]
    if status == -signal.SIGXCPU:
        return Unreadable(f"takes more than {PROCESSOR} s to be read: hand in kata/ only")
    if head["size"] > MOST_ANSWER or status == -signal.SIGABRT:
        return Unreadable(TOO_LARGE)
    if status == -signal.SIGKILL:
        return OSError(f"could not be read in {SECONDS:.0f} s")
    return Unreadable(f"cannot be read (status {status})")
