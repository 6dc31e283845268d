"""Of several places with modules none is taken without a word, and each file has its own name."""

import os
import zipfile
from pathlib import Path

import pytest

from solution import handout
from solution.checks.put import FILES, Put, notes, put_folder, put_tar, put_zip, read, stubs, under
from solution.grading.submissions.trees import Unreadable

OTHERS = {name: text + b"# by another hand\n" for name, text in FILES.items()}
EACH = pytest.mark.parametrize("put", [put_folder, put_zip, put_tar])


def two(one: str, other: str, files: dict[str, bytes] = OTHERS) -> dict[str, bytes]:
    return {**under(one), **{other + name: text for name, text in files.items()}}


@EACH
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("attempt1/kata/", "attempt2/kata/"),
        ("hw1/kata/", "hw1 (copy)/kata/"),
        ("", "kata/"),
        ("kata/", "old/week 1/kata/"),
    ],
)
def test_two_places_with_work_in_them_are_refused(
    tmp_path: Path, put: Put, one: str, other: str
) -> None:
    path = put(tmp_path / "alice", two(one, other))
    with pytest.raises(Unreadable, match="has modules in 2 places") as refused:
        read(path)
    for place in (one, other):
        assert repr(place.rstrip("/")) in str(refused.value).replace("the top", "''")


@EACH
def test_one_with_nothing_but_stubs_is_none_of_them(tmp_path: Path, put: Put) -> None:
    path = put(tmp_path / "alice", two("my work/kata/", "kata/", stubs()))
    assert read(path) == FILES
    assert notes(path) == ["'my work/kata' was taken: nothing is written in 'kata'"]


@EACH
def test_copies_are_no_other_place(tmp_path: Path, put: Put) -> None:
    path = put(tmp_path / "alice", two("hw1/kata/", "hw1 (copy)/kata/", FILES))
    assert read(path) == FILES
    part = {"data.py": FILES["data.py"]}
    assert read(put(tmp_path / "bob", two("hw1/kata/", "", part))) == FILES
    assert notes(path) == []


@EACH
def test_the_whole_handout_may_be_handed_in(tmp_path: Path, put: Put) -> None:
    project = handout.project_files().items()
    ours = {name: file.content for name, file in project if name[:9] != "solution/"}
    beside = {name: text for name, text in ours.items() if name[:5] != "kata/"}
    for folder in ("", "project/"):
        work = {folder + name: text for name, text in {**beside, **under("kata/")}.items()}
        path = put(tmp_path / f"alice{len(folder)}", work)
        assert (read(path), notes(path)) == (FILES, [])
    path = put(tmp_path / "eve", ours)
    assert read(path).items() >= stubs().items()
    assert notes(path) == []


@pytest.mark.parametrize("name", ["kata.zip", "kata.RAR", "kata.7z", "gradients.ipynb"])
def test_what_may_hold_other_work_is_named(tmp_path: Path, name: str) -> None:
    put_folder(tmp_path / "alice", under("kata/"))
    put_zip(tmp_path / "alice" / name, OTHERS)
    assert read(tmp_path / "alice") == FILES
    assert notes(tmp_path / "alice") == [f"nobody has looked into {name!r}"]


def test_copies_with_other_helpers_are_another_place(tmp_path: Path) -> None:
    helped = {**FILES, "descent.py": FILES["descent.py"] + b"from . import utils\n"}
    for number in (1, 2):
        put_folder(tmp_path / f"alice/{number}", {**helped, "utils.py": b"x = %d\n" % number})
    with pytest.raises(Unreadable, match="has modules in 2 places"):
        read(tmp_path / "alice")


def test_the_newest_is_taken_if_asked_for(tmp_path: Path) -> None:
    put_folder(tmp_path / "alice", two("1/kata/", "2/kata/"))
    for number, name in enumerate([*FILES] * 2):
        os.utime(tmp_path / f"alice/{1 if number < 5 else 2}/kata/{name}", (0, 10**9 + number))
    assert read(tmp_path / "alice", "newest") == OTHERS
    assert notes(tmp_path / "alice", "newest")[0].startswith("'2/kata' was taken of 2 places")
    with zipfile.ZipFile(tmp_path / "bob.zip", "w") as archive:
        for name in FILES:
            archive.writestr(zipfile.ZipInfo(f"1/{name}", (2026, 3, 2, 0, 0, 0)), FILES[name])
            archive.writestr(zipfile.ZipInfo(f"2/{name}", (2026, 3, 1, 0, 0, 0)), OTHERS[name])
    assert read(tmp_path / "bob.zip", "newest") == FILES


def test_of_one_time_none_is_the_newest(tmp_path: Path) -> None:
    put_folder(tmp_path / "alice", two("1/kata/", "2/kata/"))
    for path in (tmp_path / "alice").rglob("*.py"):
        os.utime(path, (0, 10**9))
    with pytest.raises(Unreadable, match=r"has modules of one time in '[12]/kata' and"):
        read(tmp_path / "alice", "newest")


@EACH
@pytest.mark.parametrize("kind", ["{}/kata/", "{}/"])
@pytest.mark.parametrize("alike", [False, True])
def test_a_class_is_known_as_one(tmp_path: Path, put: Put, kind: str, alike: bool) -> None:
    files: dict[str, bytes] = {}
    for number in range(4):
        own = b"" if alike else b"# %d" % number
        files |= {kind.format(number) + n: t + own for n, t in FILES.items()}
    with pytest.raises(Unreadable, match=r"looks like a class of 4 submissions .* with --all-in"):
        read(put(tmp_path / "class", files))


def test_a_class_of_archives_is_known_as_one(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    for number in range(4):
        files = {name: text + b"# %d" % number for name, text in FILES.items()}
        put_zip(tmp_path / "class" / f"{number}.zip", files)
    with pytest.raises(Unreadable, match="looks like a class of 4 submissions"):
        read(tmp_path / "class")


# -- archives in one another, and what lies beside ------------------------------------------------


def test_an_archive_in_an_archive_is_read(tmp_path: Path) -> None:
    inner = put_zip(tmp_path / "kata.zip", under("kata/")).read_bytes()
    outer = put_zip(tmp_path / "handed.zip", {"hw/kata.zip": inner}).read_bytes()
    assert read(put_zip(tmp_path / "alice.zip", {"handed.zip": outer})) == FILES
    assert read(put_tar(tmp_path / "bob.tar.gz", {"kata.zip": inner, "kata/data.py": b""})) == FILES
    two = put_zip(
        tmp_path / "2.zip", {"1.zip": inner, "2.zip": put_zip(tmp_path / "x", OTHERS).read_bytes()}
    )
    with pytest.raises(Unreadable, match=r"2 places \('1.zip/kata', '2.zip'"):
        read(two)


def test_a_broken_archive_in_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    put_folder(tmp_path / "alice", {"final.zip": b"PK\3\4", **stubs()})
    with pytest.raises(Unreadable, match=r"has 'final.zip', which is a broken archive"):
        read(tmp_path / "alice")


@EACH
@pytest.mark.parametrize(
    "folder", [".venv/", "venv/", "node_modules/", "__MACOSX/", "my env/lib/site-packages/"]
)
def test_libraries_beside_the_modules_do_not_count(tmp_path: Path, put: Put, folder: str) -> None:
    many = 60_000 if (put, folder) in ((put_zip, ".venv/"), (put_tar, "venv/")) else 10
    libraries = {f"{folder}x/{number}.py": bytes(100) for number in range(many)}
    path = put(tmp_path / "alice", {**under("kata/"), **libraries, f"{folder}data.py": b"no"})
    assert read(path) == FILES


def test_a_large_library_in_a_zip_does_not_count(tmp_path: Path) -> None:
    large = {".venv/torch.so": os.urandom(30_000_000)}
    assert read(put_zip(tmp_path / "alice.zip", {**under("kata/"), **large})) == FILES


# -- names of files -------------------------------------------------------------------------------


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_module_may_be_alone(tmp_path: Path, as_folder: bool) -> None:
    one = {"gradients.py": FILES["gradients.py"]}
    put_folder(tmp_path / "alice", one)
    assert read(tmp_path / "alice" / ("" if as_folder else "gradients.py")) == one


@pytest.mark.parametrize(
    "name",
    ["Gradients.py", "GRADIENTS.PY", "gradients (1).py", "gradients-1.py", "gradients copy.py"],
)
@EACH
def test_a_name_that_a_computer_has_changed_is_known(tmp_path: Path, put: Put, name: str) -> None:
    one = {name: FILES["gradients.py"]}
    for number, beside in enumerate([{}, {"gradients.py": stubs()["gradients.py"]}]):
        path = put(tmp_path / f"alice{number}", {**one, **beside})
        assert read(path) == {"gradients.py": FILES["gradients.py"]}
        assert notes(path) == [f"{name!r} was taken as gradients.py"]


def test_the_name_that_is_imported_comes_first(tmp_path: Path) -> None:
    path = put_folder(tmp_path / "alice", {**FILES, "data (1).py": OTHERS["data.py"]})
    assert read(path) == FILES
    assert notes(path) == ["data.py was taken as data.py, not 'data (1).py' beside it"]


def test_two_copies_and_no_module_are_refused(tmp_path: Path) -> None:
    files = {"data (1).py": FILES["data.py"], "data (2).py": OTHERS["data.py"]}
    path = put_folder(tmp_path / "alice", {**files, "data.py": stubs()["data.py"]})
    with pytest.raises(
        Unreadable, match=r"'data \(1\).py' and 'data \(2\).py': which of them is data.py"
    ):
        read(path)


# -- modules beside the five ----------------------------------------------------------------------


@EACH
def test_what_the_modules_import_comes_along(tmp_path: Path, put: Put) -> None:
    files = {**FILES, "descent.py": b"from .utils import norm\ndef minibatch_gd(): pass\n"}
    beside = {
        "utils.py": b"from kata import more\n",
        "more.py": b"",
        "unused.py": b"",
        "numbers.txt": b"utils",
        "__init__.py": b"utils",
    }
    given = {f"kata/{name}": text for name, text in {**files, **beside}.items()}
    path = put(tmp_path / "alice", {**given, "utils.py": b"not this one"})
    assert read(path) == {**files, "utils.py": beside["utils.py"], "more.py": b""}


def test_too_many_modules_are_refused(tmp_path: Path) -> None:
    names = [f"part{number}" for number in range(40)]
    beside = {f"{name}.py": b"" for name in names}
    files = {"data.py": f"from . import {', '.join(names)}\n".encode()}
    with pytest.raises(Unreadable, match="imports more than 30 modules of its own"):
        read(put_folder(tmp_path / "alice", {**files, **beside}))
