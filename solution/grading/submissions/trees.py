"""The files in a stranger's folder or archive: nothing is ever unpacked to disk."""

import io
import os
import re
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO

MODULE_SIZE = 1_000_000  # bytes; the solution's longest module has 6 000
NESTED_SIZE = 50_000_000  # of an archive in an archive, which is held in memory
MOST_ENTRIES = 50_000  # but for those of libraries
DEEPEST = 30  # folders

ARCHIVE = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
LIBRARIES = ("venv", "env", "node_modules", "site-packages", "dist-packages")
OTHER_ARCHIVES = {b"7z\xbc\xaf\x27\x1c": "a 7z", b"Rar!": "a RAR"}


class Unreadable(Exception):
    """A submission is not what can be graded, and says in one line why."""


@dataclass(frozen=True)
class File:
    """A file of a submission.

    Parameters
    ----------
    path : PurePosixPath
        Where it is in the submission.
    time : float
        When it was changed.
    open : callable
        Opens it to be read, from any position.
    is_link : bool
        Whether it is a link, to a file or to a folder.
    """

    path: PurePosixPath
    time: float
    open: Callable[[], IO[bytes]]
    is_link: bool = False

    @property
    def is_archive(self) -> bool:
        """Whether it may have further files in it."""
        return bool(ARCHIVE.search(self.path.name)) and not self.is_link

    def text(self) -> bytes:
        """Read it, if it is a plain file that a module may be."""
        if self.is_link:
            raise Unreadable(f"{shown(self.path)} is a link")
        with self.open() as opened:
            return limited(opened, MODULE_SIZE, self.path)


def shown(path: PurePosixPath | str) -> str:
    """Return a stranger's path for a line of text."""
    text = str(path)
    short = text if len(text) <= 80 else f"{text[:40]}…{text[-39:]}"
    return repr(short.encode("utf-8", "backslashreplace").decode())


def limited(opened: IO[bytes], most: int, path: PurePosixPath) -> bytes:
    """Read a file, but no more than it may have."""
    text = opened.read(most + 1)
    if len(text) > most:
        raise Unreadable(f"{shown(path)} in it is larger than {most // 10**6} MB")
    return text


def is_passed_over(name: str) -> bool:
    """Whether a file or folder is some tool's or a library, not the learner's."""
    return name.startswith((".", "__")) or name in LIBRARIES


class Count:
    """Counts the entries of a folder or an archive."""

    def __init__(self) -> None:
        self.number = 0

    def one_more(self) -> None:
        """Count one, if that is not too many."""
        self.number += 1
        if self.number > MOST_ENTRIES:
            raise Unreadable(f"has more than {MOST_ENTRIES:,} files: hand in kata/ only")


# -- folders ----------------------------------------------------------------------------------


def files_in_folder(top: Path) -> Iterator[File]:
    """Yield the files in a folder, links to folders among them."""
    count, folders = Count(), [PurePosixPath()]
    while folders:
        place = folders.pop()
        with os.scandir(top / place) as listing:
            for entry in listing:
                if is_passed_over(entry.name):
                    continue
                count.one_more()
                path = place / entry.name
                if not entry.is_dir(follow_symlinks=False):
                    yield file_on_disk(Path(entry.path), path)
                elif len(path.parts) <= DEEPEST:
                    folders.append(path)


def file_on_disk(file: Path, path: PurePosixPath) -> File:
    """Return a file of this machine as one of a submission."""
    kind = file.lstat()

    def opened() -> IO[bytes]:
        if not stat.S_ISREG(kind.st_mode):
            raise Unreadable(f"{shown(path)} is no file")
        return os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")

    return File(path, kind.st_mtime, opened, stat.S_ISLNK(kind.st_mode))


# -- archives ---------------------------------------------------------------------------------


Wanted = Callable[[PurePosixPath], bool]


def files_in_archive(archive: File, wanted: Wanted = lambda _: True) -> Iterator[File]:
    """Yield the files in an archive, by their paths in it, and say what is wrong with it."""
    try:
        with archive.open() as opened:
            begin = opened.read(8)
            opened.seek(0)
            for magic, kind in OTHER_ARCHIVES.items():
                if begin.startswith(magic):
                    raise Unreadable(f"is {kind} archive: hand in a zip")
            is_zip = begin[:2] == b"PK"
            yield from files_in_zip(archive, wanted) if is_zip else files_in_tar(opened, wanted)
    except Exception as error:
        raise blamed(error) from error


def blamed(error: Exception) -> Exception:
    """Return what an archive that cannot be read is refused with: compressions have many errors."""
    if isinstance(error, Unreadable | MemoryError) or getattr(error, "errno", None):
        return error
    return Unreadable(f"is a broken archive ({type(error).__name__})")


def checked(name: str, count: Count, wanted: Wanted) -> PurePosixPath | None:
    """Return the path of an archive's next entry, None for what does not count."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        raise Unreadable(f"holds the path {shown(name)}, which leads out of the archive")
    if any(map(is_passed_over, path.parts)) or not wanted(path):
        return None
    count.one_more()
    return path if len(path.parts) <= DEEPEST + 1 else None


def files_in_zip(archive: File, wanted: Wanted) -> Iterator[File]:
    """Yield the files in a zip."""
    count = Count()
    opened = archive.open()  # for as long as its files may be asked for
    contents = zipfile.ZipFile(opened)
    for entry in contents.infolist():
        path = checked(entry.filename, count, wanted)
        if path is None or entry.is_dir():
            continue
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        yield File(path, time_of(entry), opener_in_zip(contents, entry, path), is_link)


def time_of(entry: zipfile.ZipInfo) -> float:
    """Return when a zip's entry was changed, in the time zone of whoever asks."""
    try:
        return time.mktime((*entry.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def opener_in_zip(
    contents: zipfile.ZipFile, entry: zipfile.ZipInfo, path: PurePosixPath
) -> Callable[[], IO[bytes]]:
    """Return what opens a zip's entry."""

    def opened() -> IO[bytes]:
        if entry.flag_bits & 1:
            raise Unreadable("is encrypted")
        try:
            with contents.open(entry) as found:
                return io.BytesIO(limited(found, most_of(path), path))
        except Exception as error:
            raise blamed(error) from error

    return opened


def most_of(path: PurePosixPath) -> int:
    """Return how many bytes a file in an archive may have."""
    return NESTED_SIZE if ARCHIVE.search(path.name) else MODULE_SIZE


def files_in_tar(opened: IO[bytes], wanted: Wanted) -> Iterator[File]:
    """Yield the files in a tar, compressed or not; what counts is read on the way."""
    try:
        contents = tarfile.open(fileobj=opened)  # noqa: SIM115, whoever has opened it closes it
    except tarfile.ReadError:
        raise Unreadable("is neither a folder nor a zip or tar archive") from None
    count = Count()
    while (member := contents.next()) is not None:
        path = checked(member.name, count, wanted)
        if path is None or member.isdir():
            continue
        is_link = member.issym() or member.islnk()
        yield File(path, member.mtime, opener_in_tar(contents, member, path), is_link)


def opener_in_tar(
    contents: tarfile.TarFile, member: tarfile.TarInfo, path: PurePosixPath
) -> Callable[[], IO[bytes]]:
    """Return what opens a tar's entry: a compressed tar is read but once, so it is read now."""
    if not (path.suffix.lower() == ".py" or ARCHIVE.search(path.name)) or not member.isfile():
        return lambda: refuse(f"{shown(path)} is no file")
    found = contents.extractfile(member)
    assert found is not None
    text = found.read(most_of(path) + 1)
    return lambda: io.BytesIO(text)


def refuse(why: str) -> IO[bytes]:
    """Refuse a submission."""
    raise Unreadable(why)


def under(folder: PurePosixPath, file: File) -> File:
    """Return a file as one of what its folder or archive is in."""
    return replace(file, path=folder / file.path)
