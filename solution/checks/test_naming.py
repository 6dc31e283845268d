"""As many results as submissions, whatever they are called, and whoever exported them."""

import shutil
import string
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solution import grade
from solution.checks.put import FILES, put_folder, put_zip, read
from solution.grading import results
from solution.grading.submissions import naming, reading
from solution.grading.submissions.sources import Piece, Source
from solution.grading.submissions.trees import Unreadable


def named(paths: Iterable[Path]) -> dict[str, Source]:
    return naming.named(Piece(path) for path in paths)


def paths(found: dict[str, Source]) -> dict[str, Path]:
    return {name: source.pieces[0].path for name, source in found.items()}


def test_learners_of_one_name_are_told_apart(tmp_path: Path) -> None:
    given = [tmp_path / part / "alice" for part in ("a", "b", "c")] + [tmp_path / "a" / "bob.zip"]
    assert list(named(given)) == ["a/alice", "b/alice", "bob", "c/alice"]
    assert paths(named([given[1], *given]))["b/alice"] == given[1]  # twice the same is once


def test_a_folder_and_archives_of_one_name_are_told_apart(tmp_path: Path) -> None:
    given = [tmp_path / name for name in ("alice", "alice.zip", "alice.zip.zip", "alice.tar.gz")]
    assert {*paths(named(given)).values()} == {*given}


def test_names_that_differ_in_case_are_told_apart_the_same_wherever_they_are(
    tmp_path: Path,
) -> None:
    there, here = (
        [*named(folder / name for name in ("Coll.zip", "coll.ZIP", "coll"))]
        for folder in (tmp_path, tmp_path / "elsewhere")
    )
    assert there == here
    assert [name.split()[0] for name in here] == ["Coll.zip", "coll", "coll.ZIP"]


@pytest.mark.parametrize("name", ["Łukasz Żółć", "李雷", "نور", "a\nb", "x" * 200, "\udcff", "🎉"])
def test_names_in_any_alphabet_can_be_written(tmp_path: Path, name: str) -> None:
    path = put_folder(tmp_path / name, FILES)
    ((shown, source),) = named([path]).items()
    assert source.pieces[0].path == path
    assert shown.encode() == name.encode("utf-8", "backslashreplace")
    assert read(path) == FILES


PARTS = ["a", "A", "é", "e\u0301", "a.", "a ", " a", "..", "a.zip", ".zip", ".tar.gz", "-", "_1_2_"]
PARTS += ["\udcff", "\\udcff", "\n", "_LATE_1_2_x.zip", "x_1_assignsubmission_file_", "-1234abcd"]
PARTS += ["submission", "x" * 60, "b_attempt_2024-01-01-00-00-00_", "data.py", *string.punctuation]
NAMES = (
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4)
    .map("".join)
    .map(lambda name: name.replace("/", "-").replace("\0", "-")[:250])
)
FOLDERS = st.sampled_from(["/c", "/c/a", "/C", "/d/a"])


@given(st.lists(st.builds(lambda *p: Path("/".join(p)), FOLDERS, NAMES), max_size=12))
@example([Path("/c/bo b"), Path("/c") / results.folder_of("bo b")])
@example([Path("/c/Alice"), Path("/c/alice"), Path("/c/alice.")])
@example([Path("/c/\udcff"), Path("/c/\\udcff")])
@settings(deadline=None)
def test_no_two_submissions_become_one(given: list[Path]) -> None:
    given = [path for path in given if path.name not in ("", ".", "..")]
    found = named(given)
    folders = [results.folder_of(name).casefold() for name in found]
    assert len({*folders}) == len(found)
    assert all(name.encode() for name in found)
    assert not any("/" in folder for folder in folders)
    pieces = [piece.path for source in found.values() for piece in source.pieces]
    assert len(pieces) == len({*pieces})
    exported = [path for path in {*given} if "_" in path.name]  # may belong to one student
    assert len(found) >= len({*given}) - len(exported)
    assert {*given} - {*exported} <= {*pieces}


# -- what platforms export ------------------------------------------------------------------------

CANVAS = {
    "adamsamy_1000": [f"adamsamy_1000_{77000 + k}_{name}" for k, name in enumerate(FILES)],
    "bakerbo_1001": [f"bakerbo_LATE_1001_{78000 + k}_{name}" for k, name in enumerate(FILES)],
    "anon_x7Q": [f"anon_x7Q_{79000 + k}_{name}" for k, name in enumerate(FILES)],
    "chocathy_1002": ["chocathy_1002_80000_my work.zip", "chocathy_1002_80001_report.pdf"],
    "dandan_1003": ["dandan_1003_text.html"],
    # what browsers make of names, names with underscores, and one archive for each stage
    "eveeve_1004": [f"eveeve_1004_{81000 + k}_{n[:-3]} (1).py" for k, n in enumerate(FILES)],
    "fayfay_1005": [f"fayfay_1005_{82000 + k}_{n.title()}" for k, n in enumerate(FILES)],
    "o_brien_1006": [f"o_brien_LATE_1006_{83000 + k}_{name}" for k, name in enumerate(FILES)],
    "team_3_1007": [f"team_3_1007_{84000 + k}_{name}" for k, name in enumerate(FILES)]
    + ["team_3_1007_84009_notes.txt"],
    "gusgus_1008": [f"gusgus_1008_{85000 + k}_{n[:-3]}.zip" for k, n in enumerate(FILES)],
    "hanhan_1009": ["hanhan_1009_86000_kata.pdf"],
}
MOODLE = {
    "Amy Adams_12345": [f"Amy Adams_12345_assignsubmission_file_{name}" for name in FILES],
    "Bo_b_12346": ["Bo_b_12346_assignsubmission_file_kata.zip"],
    "Participant_12347": [
        "Participant_12347_assignsubmission_file_",
        "Participant_12347_assignsubmission_onlinetext_",
    ],
}
WHEN = "2024-03-01-12-30-45"
BLACKBOARD = {
    "aadams": [f"HW 1_aadams_attempt_{WHEN}_{name}" for name in FILES]
    + [f"HW 1_aadams_attempt_{WHEN}.txt"],
    "bbaker": [f"HW 1_bbaker_attempt_{WHEN}_k.zip", f"HW 1_bbaker_attempt_{WHEN}.txt"],
    "cchoc": [f"HW 1_cchoc_attempt_{WHEN}.txt"],
}
GRADESCOPE = {"submission_1": ["submission_1"], "submission_2": ["submission_2"]}


@pytest.mark.parametrize("platform", [CANVAS, MOODLE, BLACKBOARD, GRADESCOPE])
def test_each_student_of_an_export_is_one(tmp_path: Path, platform: dict[str, list[str]]) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "submission_metadata.yml").write_text(":submission_1: {}")
    for name in (name for names in platform.values() for name in names):
        stage = next((own for own in FILES if own[:-3] in name.lower()), "")
        if name.endswith(".zip"):
            put_zip(folder / name, {stage: FILES[stage]} if stage else FILES)
        elif stage:
            (folder / name).write_bytes(FILES[stage])
        elif name.endswith((".html", ".pdf", ".txt")):
            (folder / name).write_text("what the platform says")
        else:
            put_folder(folder / name, {} if "onlinetext" in name else FILES)
    found = naming.named(naming.in_folder(folder, tmp_path))
    assert {*found} == {*platform}
    empty = {"dandan_1003", "gusgus_1008", "hanhan_1009", "cchoc"}
    assert {name: reading.read(one).files for name, one in found.items() if name not in empty} == {
        name: FILES for name in found if name not in empty
    }
    # and the same download, not unpacked
    shutil.make_archive(str(tmp_path / "down"), "zip", folder)
    shutil.make_archive(str(tmp_path / "down"), "gztar", tmp_path, "class")
    for archive in (tmp_path / "down.zip", tmp_path / "down.tar.gz"):
        members = naming.named(Piece(archive, name) for name in reading.members(archive))
        assert {*members} == {*platform}
        for name in {*platform} - empty:
            assert reading.read(members[name]).files == FILES


def test_an_archive_may_be_named_from_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_folder(tmp_path / "class" / "ann", FILES)
    shutil.make_archive(str(tmp_path / "class"), "zip", tmp_path / "class")
    monkeypatch.chdir(tmp_path)
    found = reading.members(Path("class.zip"))
    assert sorted(found) == [f"ann/{name}" for name in sorted(FILES)]


def test_what_is_handed_in_again_is_taken(tmp_path: Path) -> None:
    again = {"a_1_70_data.py": b"", "a_1_71_data-1.py": b"", "a_1_72_data-2.py": FILES["data.py"]}
    put_folder(tmp_path / "canvas", again)
    (one,) = named((tmp_path / "canvas").iterdir()).values()
    assert reading.read(one).files == {"data.py": FILES["data.py"]}
    assert one.notes[-1] == "'data-2.py' was taken, and not 'data-1.py' of an earlier time"
    attempts = {f"hw_al_attempt_2024-03-0{day}-00-00-00_data.py": b"%d" % day for day in (3, 1, 2)}
    put_folder(tmp_path / "blackboard", attempts)
    (one,) = named((tmp_path / "blackboard").iterdir()).values()
    assert reading.read(one).files == {"data.py": b"3"}
    assert one.notes == ("of 3 attempts the newest was taken, 2024-03-03-00-00-00",)


def test_a_newest_attempt_without_a_file_is_said() -> None:
    days = ("1_data.py", "1.txt", "2.txt")
    given = [Path(f"/c/hw_al_attempt_2024-03-01-00-00-0{day}") for day in days]
    (one,) = named(given).values()
    assert one.notes == (
        "the newest of 2 attempts, 2024-03-01-00-00-02, has no file: that of 2024-03-01-00-00-01 "
        "was taken",
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ted_114_text.html", "is a text or a link typed into Canvas, and no file"),
        ("ted_LATE_114_link.html", "is a text or a link typed into Canvas, and no file"),
        (f"hw_al_attempt_{WHEN}.txt", "has only Blackboard's receipt, maybe with a text in it"),
    ],
)
def test_a_text_is_not_said_to_be_empty(name: str, why: str) -> None:
    (one,) = named([Path("/c") / name]).values()
    with pytest.raises(Unreadable, match=why):
        reading.read(one)


def test_an_archive_that_is_handed_in_again_is_taken(tmp_path: Path) -> None:
    put_zip(tmp_path / "zed_108_1_kata.zip", {"data.py": b"old"})
    put_zip(tmp_path / "zed_108_2_kata-1.zip", FILES)
    ((name, one),) = named(tmp_path.iterdir()).items()
    assert (name, reading.read(one).files) == ("zed_108", FILES)
    assert one.notes == ("'kata-1.zip' was taken, and not 'kata.zip' of an earlier time",)


def test_what_lies_beside_an_export_may_have_the_name_of_a_student(tmp_path: Path) -> None:
    given = [tmp_path / name for name in ("al_7_assignsubmission_file_", "al_7")]
    assert [*named(given)] == ["al_7", "al_7_assignsubmission_file_"]


def test_late_is_said() -> None:
    (one,) = named([Path("/c/a_LATE_1_70_data.py")]).values()
    assert one.notes == ("Canvas calls it late",)


def test_numbers_in_a_name_are_not_canvas_s() -> None:
    given = [Path(f"/c/hw_1_{number}_{name}.zip") for number, name in ((2, "al"), (2, "bo"))]
    assert [*named(given)] == ["hw_1_2_al", "hw_1_2_bo"]


# -- a class --------------------------------------------------------------------------------------


def test_one_submission_is_no_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_folder(tmp_path / "alice", FILES)
    put_zip(tmp_path / "alice.zip", FILES)
    for name in ("alice", "alice.zip"):
        with pytest.raises(SystemExit, match="2"):
            grade.main(["--all-in", str(tmp_path / name), "--out", str(tmp_path / "out")])
        assert "so this is one submission: name it without --all-in" in capsys.readouterr().err


def test_results_among_the_submissions_are_none(tmp_path: Path) -> None:
    for name in ("alice", "results"):
        put_folder(tmp_path / name, FILES)
    given = [str(tmp_path / name) for name in ("alice", "results")]
    out = ["--out", str(tmp_path / "alice" / ".." / "results"), "--no-sandbox"]
    assert grade.parse([*given, *out]).submission == [Piece(tmp_path / "alice")]
    assert grade.parse([given[1], *out]).submission == [Piece(tmp_path / "results")]


def test_a_class_that_is_no_archive_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "class.7z").write_bytes(b"7z\xbc\xaf\x27\x1c")
    with pytest.raises(SystemExit, match="2"):
        grade.main(["--all-in", str(tmp_path / "class.7z"), "--out", str(tmp_path / "out")])
    assert "is a 7z archive: hand in a zip" in capsys.readouterr().err
