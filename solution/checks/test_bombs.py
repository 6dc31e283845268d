"""Reading is locked up: no archive takes the grader's time, its memory, or what lies beside it."""

import bz2
import gzip
import io
import resource
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from solution.checks.put import FILES, put_folder, read
from solution.grading.submissions.trees import Unreadable

MUCH = 300_000_000  # more than a reader gets


def module_in_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("data.py", bytes(MUCH))
    return path


def header(kind: bytes, size: int) -> bytes:
    entry = tarfile.TarInfo("data.py")
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.GNU_FORMAT)


def long_name(path: Path) -> Path:
    path.write_bytes(bz2.compress(header(tarfile.GNUTYPE_LONGNAME, MUCH) + bytes(MUCH)))
    return path


def long_header(path: Path) -> Path:
    records = b"6 a=b\n" * 15_000_000
    path.write_bytes(gzip.compress(header(tarfile.XHDTYPE, len(records)) + records, 1))
    return path


def many_folders(path: Path) -> Path:
    one = tarfile.TarInfo("x")
    one.type = tarfile.DIRTYPE
    path.write_bytes(gzip.compress(one.tobuf() * 1_000_000, 1))
    return path


def large_inside(path: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kata.zip", bytes(MUCH))
    path.write_bytes(inner.getvalue())
    return path


BOMBS: dict[Callable[[Path], Path], str] = {
    module_in_zip: "needs more than 256 MB of memory",
    long_name: "needs more than 256 MB of memory",
    # whichever comes first on this machine
    long_header: "takes more than 5 s to be read|needs more than 256 MB of memory",
    many_folders: "has more than 50,000 files",
    large_inside: "'kata.zip' in it is larger than 50 MB",
}


@pytest.mark.parametrize("make", BOMBS, ids=lambda make: make.__name__)
def test_a_bomb_ends_in_a_line_and_costs_little(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path / "alice")
    read(put_folder(tmp_path / "bob", FILES))  # so that all is loaded
    memory, started = grown(), time.process_time()
    with pytest.raises(Unreadable, match=BOMBS[make]) as refused:
        read(path)
    assert "\n" not in str(refused.value)
    assert grown() - memory < 30_000_000
    assert time.process_time() - started < 1
    assert read(tmp_path / "bob") == FILES  # the next one is read as ever


def grown() -> int:
    """Return how many bytes of memory this process has had at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
