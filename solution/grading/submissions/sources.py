"""What one submission consists of on this machine."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Piece:
    """A folder or a file of a submission.

    Parameters
    ----------
    path : Path
        Where it is, or the archive that it is in.
    member : str
        Where it is in that archive, "" for all of it.
    name : str
        What the file was called before a platform renamed it, "" if it was not renamed.
    """

    path: Path
    member: str = ""
    name: str = ""

    @property
    def place(self) -> Path:
        """Its path, as if the archive were a folder."""
        return self.path / self.member


@dataclass(frozen=True)
class Source:
    """A submission: mostly one piece, but several where a platform exports files one by one.

    Parameters
    ----------
    pieces : tuple of Piece
        What it consists of.
    notes : tuple of str
        What is to be said of how it was found.
    problem : str
        Why there is nothing to read, "" if there may be something.
    """

    pieces: tuple[Piece, ...]
    notes: tuple[str, ...] = ()
    problem: str = ""
