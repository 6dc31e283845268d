"""What learners hand in is found and read, in whatever form, and nothing else is touched."""

import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from solution.checks.put import FILES, put_folder, put_tar, put_zip, read, under
from solution.grading.submissions import trees
from solution.grading.submissions.trees import Unreadable


@pytest.mark.parametrize(
    "folder", ["", "kata/", "alice/", "alice/kata/", "a/b/c/kata/", "a/b/c/d/e/f/g/kata/"]
)
@pytest.mark.parametrize("put", [put_folder, put_zip, put_tar])
def test_modules_are_found_at_the_top_or_in_kata(
    tmp_path: Path, put: Callable[[Path, dict[str, bytes]], Path], folder: str
) -> None:
    path = put(tmp_path / "alice", under(folder))
    assert read(path) == FILES


@pytest.mark.parametrize("put", [put_folder, put_zip, put_tar])
def test_nothing_but_the_modules_is_read(
    tmp_path: Path, put: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    others = {"conftest.py": b"", "numpy.py": b"", "kata/unused.py": b"", "tests/data.py": b"no"}
    path = put(tmp_path / "alice", {**others, **under("kata/")})
    assert read(path) == FILES


@pytest.mark.parametrize("put", [put_folder, put_zip, put_tar])
def test_the_folder_with_most_modules_is_meant(
    tmp_path: Path, put: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = put(tmp_path / "alice", {"data.py": b"a stray file", **under("kata/")})
    assert read(path) == FILES


@pytest.mark.parametrize("put", [put_folder, put_zip, put_tar])
def test_a_folder_is_alone_whatever_files_lie_beside_it(
    tmp_path: Path, put: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    others = {"README.md": b"", ".git/HEAD": b"", "__MACOSX/alice/._data.py": b""}
    assert read(put(tmp_path / "alice", {**others, **under("alice/")})) == FILES


@pytest.mark.parametrize("folder", [".old/kata/", "__old/kata/", "a/.b/kata/", "x/" * 31 + "kata/"])
@pytest.mark.parametrize("put", [put_folder, put_zip, put_tar])
def test_what_is_hidden_or_too_deep_is_not_looked_at(
    tmp_path: Path, put: Callable[[Path, dict[str, bytes]], Path], folder: str
) -> None:
    with pytest.raises(Unreadable, match="has none of the five modules"):
        read(put(tmp_path / "alice", under(folder)))


def test_what_is_missing_is_not_there(tmp_path: Path) -> None:
    assert read(put_folder(tmp_path / "alice", {"data.py": b"x"})) == {"data.py": b"x"}


def test_zips_of_windows_and_of_macs_are_read(tmp_path: Path) -> None:
    path = put_zip(tmp_path / "a.zip", {f"alice\\kata\\{n}": t for n, t in FILES.items()})
    assert read(path) == FILES
    path = put_zip(tmp_path / "b.zip", {**under("kata/"), "__MACOSX/kata/._data.py": b"\0"})
    assert read(path) == FILES


def test_an_archive_that_a_platform_has_put_into_a_folder_is_read(tmp_path: Path) -> None:
    put_zip(put_folder(tmp_path / "alice_file", {}) / "my work.zip", under("kata/"))
    assert read(tmp_path / "alice_file") == FILES


def test_what_lies_beside_kata_may_be_much(tmp_path: Path) -> None:
    path = put_folder(tmp_path / "alice", under("kata/"))
    (path / "venv" / "lib").mkdir(parents=True)
    for number in range(trees.MOST_ENTRIES + 1):
        (path / "venv" / "lib" / str(number)).touch()
    assert read(path) == FILES


def nested(path: Path) -> Path:
    inner = path
    for _ in range(300):
        inner = inner / "x.zip"
    inner.mkdir(parents=True)
    return path


def other_names(path: Path) -> Path:
    return put_folder(path, {"dataset.py": b"", "gradient.py": b""})


def other_names_in_zip(path: Path) -> Path:
    return put_zip(path, {"dataset.py": b"", "batching (one).py": b""})


# -- what is refused, in one line that is true --------------------------------------------------


def broken(path: Path) -> Path:
    put_zip(path, FILES)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def corrupt(path: Path) -> Path:
    put_zip(path, {"data.py": os.urandom(5000)})
    text = bytearray(path.read_bytes())
    text[500:600] = bytes(100)
    path.write_bytes(text)
    return path


def plain_file(path: Path) -> Path:
    path.write_text("def make_data(): ...\n")
    return path


def leading_out(path: Path) -> Path:
    return put_zip(path, {**FILES, "../evil.py": b""})


def absolute(path: Path) -> Path:
    return put_tar(path, {"/etc/data.py": b""})


def link_in_folder(path: Path) -> Path:
    put_folder(path, {n: t for n, t in FILES.items() if n != "data.py"})
    (path / "data.py").symlink_to("/etc/passwd")
    return path


def linked_kata(path: Path) -> Path:
    put_folder(path.parent / "victim", FILES)
    path.mkdir()
    (path / "kata").symlink_to(path.parent / "victim")
    return path


def link_itself(path: Path) -> Path:
    path.symlink_to(put_folder(path.parent / "victim", FILES))
    return path


def link_in_tar(path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo("data.py")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    return path


def link_in_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("data.py")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return path


def pipe_in_folder(path: Path) -> Path:
    path.mkdir()
    os.mkfifo(path / "data.py")
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def huge_module(path: Path) -> Path:
    path.mkdir()
    with (path / "data.py").open("wb") as file:
        file.truncate(5_000_000_000)  # takes no room on the disk
    return path


def huge_in_zip(path: Path) -> Path:
    return put_zip(path, {"data.py": bytes(2_000_000)})


def huge_in_tar(path: Path) -> Path:
    entry = tarfile.TarInfo("notes")
    entry.size = 5_000_000_000
    path.write_bytes(entry.tobuf() + bytes(100_000))
    return path


def many_files(path: Path) -> Path:
    return put_zip(path, {**FILES, **{f"f{k}": b"" for k in range(trees.MOST_ENTRIES + 1)}})


def many_files_in_tar(path: Path) -> Path:
    return put_tar(path, {**FILES, **{f"f{k}": b"" for k in range(trees.MOST_ENTRIES + 1)}})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def twice(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for text in (b"right", b"wrong"):
            archive.writestr("data.py", text)
    return path


REFUSED: dict[Callable[[Path], Path], str] = {
    broken: "is a broken archive|is neither",
    corrupt: "is a broken archive",
    plain_file: "is neither a folder nor a zip or tar archive",
    leading_out: "holds the path '../evil.py', which leads out of the archive",
    absolute: "holds the path '/etc/data.py', which leads out of the archive",
    link_in_folder: "'data.py' is a link",
    linked_kata: "'kata' is a link",
    link_itself: "is a link",
    link_in_tar: "'data.py' is a link",
    link_in_zip: "'data.py' is a link",
    pipe_in_folder: "'data.py' is no file",
    pipe: "is neither a folder nor a file",
    huge_module: "'data.py' in it is larger than 1 MB",
    huge_in_zip: "'data.py' in it is larger than 1 MB",
    huge_in_tar: "is a broken archive",
    many_files: "has more than 50,000 files",
    many_files_in_tar: "has more than 50,000 files",
    twice: "holds 'data.py' twice",
    nested: "has none of the five modules",
    other_names: "has none of the five modules.*it has 'dataset.py', 'gradient.py'",
    other_names_in_zip: "has none of the five modules",
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_refused_in_one_line(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / "alice")
    with pytest.raises(Unreadable, match=REFUSED[make]) as refused:
        read(path)
    assert "\n" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
