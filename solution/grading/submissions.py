"""Finding and reading what learners handed in: strangers' folders and archives.

Nothing is ever unpacked to disk: the five modules are read, and nothing else is opened.
"""

import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from tests.judge.functions import STAGES

MODULES = [f"{stage}.py" for stage in STAGES]
MODULE_SIZE = 1_000_000  # bytes; the solution's longest module has 6 000
ARCHIVE_SIZE = 20_000_000
UNPACKED_SIZE = 200_000_000
MOST_ENTRIES = 10_000
DEEPEST = 4  # folders above a kata/
SUFFIXES = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)


NOTHING = "has none of the five modules: hand in the folder kata/"


class Unreadable(Exception):
    """A submission is not what can be graded, and says in one line why."""


def named(paths: Iterable[Path]) -> dict[str, Path]:
    """Return the submissions by name, sorted.

    The name is that of the folder or of the archive without its ending. Where several have
    the same, as much of the path comes before it as tells them apart.
    """
    groups: dict[str, list[Path]] = {}
    for path in dict.fromkeys(Path(os.path.abspath(path)) for path in paths):
        groups.setdefault(SUFFIXES.sub("", path.name) or path.name, []).append(path)
    found: dict[str, Path] = {}
    for name, group in groups.items():
        length = 0
        labels = [name] * len(group)
        while len(set(labels)) < len(group):
            length += 1
            labels = ["/".join(path.parts[-length:]) for path in group]
        found |= {printable(label): path for label, path in zip(labels, group, strict=True)}
    return dict(sorted(found.items()))


def printable(name: str) -> str:
    """Return a name that can be written to a file, whatever bytes it has on disk."""
    return name.encode("utf-8", "backslashreplace").decode()


def read(path: Path) -> dict[str, bytes]:
    """Read the modules of one submission.

    Parameters
    ----------
    path : Path
        A folder, a zip or a tar, with the modules at its top or in `kata/`, or with one folder
        that has them so; or a folder with one archive.

    Returns
    -------
    dict
        The text of each module that is there, by file name.

    Raises
    ------
    Unreadable
        If the submission is at fault.
    OSError
        If this machine is: no permission, say.
    """
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        raise Unreadable("is a link; name the folder or the archive itself")
    if stat.S_ISDIR(kind):
        return read_folder(path) or read_archive_in(path)
    if not stat.S_ISREG(kind):
        raise Unreadable("is neither a folder nor a file")
    if path.stat().st_size > ARCHIVE_SIZE:
        raise Unreadable(f"is larger than {ARCHIVE_SIZE // 10**6} MB: hand in kata/ only")
    try:
        found = read_zip(path) if zipfile.is_zipfile(path) else read_tar(path)
        if not found:
            raise Unreadable(NOTHING)
        return found
    except (Unreadable, PermissionError):
        raise
    except Exception as error:  # each compression has errors of its own
        raise Unreadable(f"is a broken archive ({type(error).__name__})") from error


# -- where the modules are --------------------------------------------------------------------


class Listing(Protocol):
    """What is in a folder or an archive, as far as the modules' place among it depends on it."""

    def folders(self) -> Sequence[str]:
        """Return the names of the folders at the top, but for hidden ones."""

    def modules(self, place: PurePosixPath) -> Sequence[str]:
        """Return the names of the modules in one folder."""

    def katas(self) -> Iterable[PurePosixPath]:
        """Return every `kata/` that is not too deep, nor in a hidden folder."""


def place_of_modules(listing: Listing) -> PurePosixPath | None:
    """Return the folder with the submission's modules, None if there is none.

    It is the top or its `kata/`, or the same of a folder that is alone there; if none of these
    has modules, a `kata/` further down. Of several, it is the one with most of the modules, and
    of these the one nearest to the top.
    """
    alone = listing.folders()
    tops = [PurePosixPath(), *map(PurePosixPath, alone if len(alone) == 1 else ())]
    near = [place for top in tops for place in (top, top / "kata")]
    return best(listing, near) or best(listing, listing.katas())


def best(listing: Listing, places: Iterable[PurePosixPath]) -> PurePosixPath | None:
    """Return the folder that has most of the modules, of those the one nearest to the top."""
    counts = {place: len(listing.modules(place)) for place in places}
    order = sorted(counts, key=lambda place: (-counts[place], len(place.parts), str(place)))
    return order[0] if order and counts[order[0]] else None


def hidden(name: str) -> bool:
    """Whether a folder is some tool's, not the learner's."""
    return name.startswith((".", "__"))


# -- folders ----------------------------------------------------------------------------------


def read_folder(top: Path) -> dict[str, bytes]:
    """Read the modules in a folder."""
    folder = Folder(top)
    place = place_of_modules(folder)
    if place is None:
        return {}
    for part in [place, *place.parents][:-1]:
        if (top / part).is_symlink():
            raise Unreadable(f"{part} is a link")
    return {name: read_file(top / place / name, name) for name in folder.modules(place)}


class Folder:
    """What is in a folder: no more of it is looked at than is asked for."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def folders(self) -> list[str]:
        """Return the names of the folders at the top, but for hidden ones."""
        inside = entries(self.top, MOST_ENTRIES)
        return [path.name for path in inside if path.is_dir() and not hidden(path.name)]

    def modules(self, place: PurePosixPath) -> list[str]:
        """Return the names of the modules in one folder."""
        return [name for name in MODULES if os.path.lexists(self.top / place / name)]

    def katas(self) -> Iterator[PurePosixPath]:
        """Yield every `kata/` that is not too deep, nor in a hidden folder."""
        left, folders = MOST_ENTRIES, [self.top]
        while folders:
            inside = entries(folders.pop(), left)
            left -= len(inside)
            for path in inside:
                if path.is_dir() and not path.is_symlink() and not hidden(path.name):
                    place = PurePosixPath(path.relative_to(self.top).as_posix())
                    if path.name == "kata":
                        yield place
                    if len(place.parts) <= DEEPEST:
                        folders.append(path)


def entries(folder: Path, most: int) -> list[Path]:
    """Return what is in a folder, if that is not too much."""
    found: list[Path] = []
    with os.scandir(folder) as listing:
        for entry in listing:
            if len(found) >= most:
                raise Unreadable(f"has more than {MOST_ENTRIES:,} files: hand in kata/ only")
            found.append(Path(entry.path))
    return found


def read_archive_in(top: Path) -> dict[str, bytes]:
    """Read the one archive in a folder that has no modules: a platform may have put it there."""
    inside = entries(top, MOST_ENTRIES)
    archives = [path for path in inside if SUFFIXES.search(path.name) and not path.is_dir()]
    if len(archives) == 1:
        return read(archives[0])
    names = sorted(path.name for path in inside if not hidden(path.name))
    there = f" (it has {', '.join(map(shown, names[:5]))})" if names else " (it is empty)"
    raise Unreadable(NOTHING + there)


def read_file(path: Path, name: str) -> bytes:
    """Read one module, if it is a plain file of reasonable size."""
    kind = path.lstat()
    if stat.S_ISLNK(kind.st_mode):
        raise Unreadable(f"{name} is a link")
    if not stat.S_ISREG(kind.st_mode):
        raise Unreadable(f"{name} is no file")
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(file, "rb") as opened:
        return limited(opened.read, name)


def limited(read_bytes: Callable[[int], bytes], name: str) -> bytes:
    """Read a module, but no more than a module can have."""
    text = read_bytes(MODULE_SIZE + 1)
    if len(text) > MODULE_SIZE:
        raise Unreadable(f"{name} is larger than {MODULE_SIZE // 10**6} MB")
    return text


# -- archives ---------------------------------------------------------------------------------


class Contents:
    """The names in an archive, in its order."""

    def __init__(self) -> None:
        self.tops: set[str] = set()
        self.places: dict[PurePosixPath, dict[str, int]] = {}
        self.links: set[PurePosixPath] = set()
        self.count = 0

    def add(self, name: str, is_link: bool) -> None:
        """Take note of the next entry."""
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise Unreadable(f"holds the path {shown(name)}, which leads out of the archive")
        if self.count >= MOST_ENTRIES:
            raise Unreadable(f"has more than {MOST_ENTRIES:,} files: hand in kata/ only")
        if len(path.parts) > 1:
            self.tops.add(path.parts[0])
        if is_link:
            self.links.add(path)
        if path.name in MODULES and len(path.parts) <= DEEPEST + 2:
            modules = self.places.setdefault(path.parent, {})
            if path.name in modules:
                raise Unreadable(f"holds {shown(name)} twice")
            modules[path.name] = self.count
        self.count += 1

    def folders(self) -> list[str]:
        """Return the names of the folders at the top, but for hidden ones."""
        return [name for name in self.tops if not hidden(name)]

    def modules(self, place: PurePosixPath) -> list[str]:
        """Return the names of the modules in one folder."""
        return [*self.places.get(place, ())]

    def katas(self) -> list[PurePosixPath]:
        """Return every `kata/` that is not too deep, nor in a hidden folder."""
        return [
            place
            for place in self.places
            if place.name == "kata" and not any(map(hidden, place.parts))
        ]

    def chosen(self) -> dict[str, int]:
        """Return the numbers of the entries that are the submission's modules."""
        place = place_of_modules(self)
        if place is None:
            return {}
        modules = self.places[place]
        for path in [place, *place.parents, *(place / name for name in modules)]:
            if path in self.links:
                raise Unreadable(f"{shown(str(path))} is a link")
        return modules


def read_zip(path: Path) -> dict[str, bytes]:
    """Read the modules in a zip."""
    with zipfile.ZipFile(path) as archive:
        entries, contents = archive.infolist(), Contents()
        for entry in entries:
            is_link = stat.S_ISLNK(entry.external_attr >> 16)
            if not entry.is_dir():
                contents.add(entry.filename, is_link)
        files = [entry for entry in entries if not entry.is_dir()]
        chosen = {name: files[number] for name, number in contents.chosen().items()}
        if any(entry.flag_bits & 1 for entry in chosen.values()):
            raise Unreadable("is encrypted")
        found = {}
        for name, entry in chosen.items():
            with archive.open(entry) as opened:
                found[name] = limited(opened.read, name)
        return found


def read_tar(path: Path) -> dict[str, bytes]:
    """Read the modules in a tar, compressed or not."""
    try:
        archive = tarfile.open(path)  # noqa: SIM115, closed below
    except tarfile.ReadError:
        raise Unreadable("is neither a folder nor a zip or tar archive") from None
    with archive:
        contents, members, unpacked = Contents(), [], 0
        for member in archive:
            unpacked += member.size
            if unpacked > UNPACKED_SIZE:
                raise Unreadable(f"holds more than {UNPACKED_SIZE // 10**6} MB")
            if not member.isdir():
                contents.add(member.name, member.issym() or member.islnk())
                members.append(member)
        found = {}
        for name, number in contents.chosen().items():
            opened = archive.extractfile(members[number])
            if opened is None:
                raise Unreadable(f"{name} is no file")
            found[name] = limited(opened.read, name)
        return found


def shown(name: str) -> str:
    """Return a stranger's file name for a line of text."""
    return repr(printable(name[:80]))
