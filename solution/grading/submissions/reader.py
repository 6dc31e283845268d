"""The process in which strangers' folders and archives are read: one fork for each submission.

Run by `solution.grading.submissions.reading`. A fork has little memory and time, may look at its
own submission alone, and its answer is taken as plain text and bytes. Neither NumPy nor PyTorch
is loaded here, so that a fork is cheap.
"""

import gc
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

from solution.grading import sandbox
from solution.grading.submissions import places
from solution.grading.submissions.trees import (
    File,
    Unreadable,
    file_on_disk,
    files_in_archive,
    files_in_folder,
)

MEMORY = 256_000_000  # bytes above what this process has
PROCESSOR = 5  # seconds
SECONDS = 60.0  # for a slow disk
MOST_ANSWER = 20_000_000  # bytes
LATER = ("bz2", "gzip", "lzma", "encodings.cp437")  # what reading archives imports when it needs it
TOO_LARGE = f"needs more than {MEMORY // 10**6} MB of memory to be read: hand in kata/ only"


class Locks:
    """What lets a fork look at its submission and at Python's libraries, and do no more."""

    def __init__(self) -> None:
        import landlockpy  # noqa: F401, so that no fork has to

        self.filter = sandbox.system_calls()
        self.libraries = sandbox.readable()

    def lock(self, paths: Sequence[str]) -> None:
        """Lock this process up, for good."""
        from landlockpy import AccessFS, Ruleset, Scope

        look = AccessFS.READ_FILE | AccessFS.READ_DIR
        with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
            for path in (*self.libraries, *paths):
                if os.path.exists(path) and not (path in paths and os.path.islink(path)):
                    rules.allow_path(path, look if os.path.isdir(path) else AccessFS.READ_FILE)
            rules.restrict()
        self.filter.load()


# -- in the fork --------------------------------------------------------------------------------


def read(request: dict[str, Any]) -> dict[str, Any]:
    """Read what was handed in; `files` of the answer are bytes."""
    files = [file for piece in request["pieces"] for file in files_of(*piece)]
    found = places.handed_in(files, request["stages"], request["take"])
    return {"files": found.files, "notes": found.notes}


def members(request: dict[str, Any]) -> dict[str, Any]:
    """Return what an archive with a class has at its top, or in the one folder there."""
    ((path, _, _),) = request["pieces"]
    archive = file_on_disk(Path(path), PurePosixPath(os.path.basename(path)))
    names: list[tuple[str, ...]] = []

    def noted(path: PurePosixPath) -> bool:
        names.append(path.parts)
        return False

    for _ in files_in_archive(archive, noted):
        pass
    depth = 1
    while len({name[:depth] for name in names}) == 1 and max(map(len, names)) > depth:
        depth += 1
    found = {"/".join(name[:depth]): None for name in names if len(name) >= depth}
    return {"files": {}, "notes": [*found]}


def files_of(path: str, member: str, name: str) -> Iterable[File]:
    """Return the files of one piece of a submission.

    Parameters
    ----------
    path : str
        A folder or a file of this machine.
    member : str
        What of an archive is meant, "" for all.
    name : str
        What the file was called before a platform renamed it, "" if it was not renamed.
    """
    place = Path(path)
    if place.is_symlink():
        raise Unreadable("is a link; name the folder or the archive itself")
    if place.is_dir():
        return files_in_folder(place)
    file = file_on_disk(place, PurePosixPath(name or place.name))
    if not place.is_file():
        raise Unreadable("is neither a folder nor a file")
    if member:
        return files_in_member(file, PurePosixPath(member), name)
    if name or file.path.suffix.lower() == ".py":
        return [file]
    if file.path.suffix.lower() == ".ipynb":
        raise Unreadable("is a notebook: hand in the folder kata/")
    return files_in_archive(file)


def files_in_member(archive: File, member: PurePosixPath, name: str) -> Iterator[File]:
    """Yield the files of one submission in the archive of a class."""
    for file in files_in_archive(archive, lambda path: member in (path, *path.parents)):
        if file.path == member:
            whole = File(PurePosixPath(name or member.name), file.time, file.open, file.is_link)
            alone = not name and whole.is_archive
            yield from files_in_archive(whole) if alone else [whole]
        else:
            yield File(file.path.relative_to(member), file.time, file.open, file.is_link)


def answer(request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Return what is told of a request, and bytes that come after it."""
    try:
        found = {"read": read, "members": members}[request["what"]](request)
    except Unreadable as problem:
        return {"unreadable": str(problem)}, []
    except MemoryError:
        return {"unreadable": TOO_LARGE}, []
    except OSError as error:
        return {"error": error.strerror or type(error).__name__}, []
    except Exception as error:
        return {"unreadable": f"cannot be read ({type(error).__name__})"}, []
    sizes = [[name, len(text)] for name, text in found["files"].items()]
    return {**found, "files": sizes}, [*found["files"].values()]


def become_the_fork(request: dict[str, Any], told: int, locks: Locks | None) -> None:
    """Answer a request, locked up and with limits."""
    sandbox.die_with_parent()
    os.dup2(told, 1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 2):
        os.dup2(nowhere, standard)
    os.closerange(3, 4096)
    sandbox.limit_memory(MEMORY, for_good=True)
    sandbox.lower(resource.RLIMIT_CPU, PROCESSOR, for_good=False)  # a signal then says why it ends
    sandbox.lower(resource.RLIMIT_FSIZE, 0)
    sandbox.lower(resource.RLIMIT_CORE, 0)
    if locks is not None:
        locks.lock([path for path, _, _ in request["pieces"]])
    text, rest = answer(request)
    with os.fdopen(1, "wb", closefd=False) as out:
        out.write(json.dumps(text).encode() + b"\n")
        out.writelines(rest)


# -- the process that forks -----------------------------------------------------------------------


def serve(locks: Locks | None) -> None:
    """Fork for each request that comes in, and pass on what the fork answers."""
    for line in sys.stdin.buffer:
        ours, theirs = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                become_the_fork(json.loads(line), theirs, locks)
                os._exit(0)
            finally:
                os._exit(1)
        os.close(theirs)
        text = all_that_comes(ours)
        os.close(ours)
        os.kill(process, signal.SIGKILL)  # it has said all that is listened to
        _, status = os.waitpid(process, 0)
        head = {
            "status": os.waitstatus_to_exitcode(status),
            "size": len(text),
        }
        pass_on(sys.stdout.buffer, json.dumps(head).encode() + b"\n" + text)


def all_that_comes(pipe: int) -> bytes:
    """Read what a fork answers, if that does not take too long, nor is too much."""
    found, until = bytearray(), time.monotonic() + SECONDS
    while len(found) <= MOST_ANSWER:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        chunk = os.read(pipe, 1 << 16) if ready else b""
        if not chunk:
            break
        found += chunk
    return bytes(found)


def pass_on(out: IO[bytes], text: bytes) -> None:
    """Write an answer."""
    out.write(text)
    out.flush()


def main() -> None:
    """Load what forks need, then fork on demand. Called in a process of its own."""
    for library in LATER:
        importlib.import_module(library)
    time.localtime()
    locks = Locks() if sys.argv[1] == "1" else None
    gc.collect()
    gc.freeze()
    serve(locks)
