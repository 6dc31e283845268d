"""What learners hand in, made on the spot: folders and archives, and how they are read."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from solution.checks.conftest import ROOT
from solution.grading.submissions import reading
from solution.grading.submissions.sources import Piece, Source
from tests.judge.functions import STAGES

FILES = {
    f"{stage}.py": "".join(f"def {name}(): pass\n" for name in names).encode()
    for stage, names in STAGES.items()
}

Put = Callable[[Path, dict[str, bytes]], Path]


def put_folder(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(text)
    return path


def put_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def put_tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    return path


def read(path: Path, take: str = "") -> dict[str, bytes]:
    return reading.read(Source((Piece(path),)), take).files


def notes(path: Path, take: str = "") -> list[str]:
    return reading.read(Source((Piece(path),)), take).notes


def under(folder: str) -> dict[str, bytes]:
    return {folder + name: text for name, text in FILES.items()}


def stubs() -> dict[str, bytes]:
    """Return the five modules as they are handed out."""
    return {name: (ROOT / "kata" / name).read_bytes() for name in FILES}
