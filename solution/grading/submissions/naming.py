"""Which submissions there are, and what they are called: as many as were handed in."""

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from solution.grading.submissions import platforms
from solution.grading.submissions.platforms import Export
from solution.grading.submissions.sources import Piece, Source
from solution.grading.submissions.trees import ARCHIVE

Key = tuple[Path, str, str]  # the folder, the platform, the student
Exported = tuple[Piece, Export]


@dataclass(frozen=True, eq=False)
class Entry:
    """A submission, while a name is sought for it.

    `short` is the name it gets if nobody else has that; `place` is a path of its own.
    """

    short: str
    place: Path
    source: Source

    def label(self, length: int) -> str:
        """Return its name with so much of its path as tells it from others."""
        parts = self.place.parts
        name = self.short if not length else "/".join(parts[-length:])
        if length >= len(parts):  # some file systems would take it for another: "Al" and "al"
            own = os.fsencode("/".join(parts[-(length - len(parts) + 1) :]))
            name = f"{self.place.name} {hashlib.sha256(own).hexdigest()[:8]}"
        return printable(name)


def named(pieces: Iterable[Piece]) -> dict[str, Source]:
    """Return the submissions by name, sorted.

    The name is that of the folder or of the archive without its ending, or the student's where a
    platform named them. Where several have the same, as much of the path comes before it as tells
    them apart.
    """
    entries = entries_of([*{one.place: one for one in map(absolute, pieces)}.values()])
    lengths = dict.fromkeys(entries, 0)
    while True:
        labels = {entry: entry.label(length) for entry, length in lengths.items()}
        count = Counter(map(folded, labels.values()))
        alike = [entry for entry in entries if count[folded(labels[entry])] > 1]
        if not alike:
            return dict(sorted((labels[entry], entry.source) for entry in entries))
        for entry in alike:
            lengths[entry] += 1


def absolute(piece: Piece) -> Piece:
    """Return a piece with its whole path."""
    return Piece(Path(os.path.abspath(piece.path)), piece.member, piece.name)


def printable(name: str) -> str:
    """Return a name that can be written to a file, whatever bytes it has on disk."""
    return name.encode("utf-8", "backslashreplace").decode()


def folded(name: str) -> str:
    """Return what some file system may take a name for."""
    return unicodedata.normalize("NFC", name).casefold().rstrip(". ")


def entries_of(pieces: Sequence[Piece]) -> list[Entry]:
    """Return the submissions, those together that a platform exports in several files."""
    groups, alone = grouped([p for p in pieces if p.place.name not in platforms.NO_STUDENTS])
    users = platforms.without_assignment([key[2] for key in groups if key[1] == "Blackboard"])
    entries = [
        Entry(ARCHIVE.sub("", p.place.name) or p.place.name, p.place, Source((p,))) for p in alone
    ]
    for (_, platform, student), group in groups.items():
        counted, notes = platforms.newest([export for _, export in group])
        files = [
            Piece(piece.path, piece.member, export.own_name)
            for piece, export in group
            if export in counted
        ]
        short = users[student] if platform == "Blackboard" else student
        problem = "" if files else platforms.NO_FILE[platform]
        source = Source(tuple(files), tuple(notes), problem)
        entries.append(Entry(short, group[0][0].place, source))
    return entries


def grouped(pieces: Sequence[Piece]) -> tuple[dict[Key, list[Exported]], list[Piece]]:
    """Return the files that platforms have named, by whose they are, and all others."""
    readings = {piece: platforms.exports(piece.place.name) for piece in pieces}
    sure = {
        key_of(piece, export)
        for piece, exports in readings.items()
        for export in exports
        if export.is_of_kata
    }
    groups: dict[Key, list[Exported]] = {}
    for piece, exports in readings.items():
        # of two names that a student may have, the one that a module tells
        ranked = sorted(exports, key=lambda e: (not e.is_of_kata, key_of(piece, e) not in sure))
        for export in ranked[:1]:
            groups.setdefault(key_of(piece, export), []).append((piece, export))
    folders = {key[:2] for key in sure}
    for key, group in [*groups.items()]:
        is_clear = all(len(readings[piece]) == 1 for piece, _ in group)
        beside = is_clear and key[:2] in folders
        if not platforms.belong_together([export for _, export in group], beside):
            del groups[key]
    together = {piece for group in groups.values() for piece, _ in group}
    return groups, [piece for piece in pieces if piece not in together]


def key_of(piece: Piece, export: Export) -> Key:
    """Return what is the same for all files of one student."""
    return piece.place.parent, export.platform, export.student


def in_folder(folder: Path, out: Path) -> list[Piece]:
    """Return what is in a class's folder: all but the results, and what file managers leave."""
    return [
        Piece(path)
        for path in sorted(folder.iterdir())
        if not path.name.startswith((".", "__MACOSX")) and path.resolve() != out.resolve()
    ]
