"""What Canvas and Moodle export comes back with scores, in the form that they import."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from solution.checks.test_class_files import POINTS, result
from solution.grading import gradebooks, sheets, telling
from solution.grading.class_files import FEEDBACK, MISSING, write_class
from solution.grading.gradebooks import Roster

# As Canvas writes it: a row says what is posted by hand, one what each is worth; some columns are
# calculated; a student for trying things out comes last.
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Kata (501),Essay (502),Current Score,Final Score
,,,,,,,Manual Posting,,
    Points Possible,,,,,,62.50,10.00,(read only),(read only)
"Lee, Ann",1000,20230001,alee,"M1, M2",likes maps,,7.00,70.00,35.00
"van der Berg, Bob",1001,20230002,bob@uni.edu,M1,,EX,,,
"李, 小明",1002,,xm,M1,,3.00,,,
"Poe, Cy",1003,,cy,M1,,,,,
"Student, Test",1999,,0a1b,M1,,,,,
"""
MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 12345","Ann Lee",ann@uni.edu,"Submitted for grading - ",,100.00,Yes,"-","-",
"Participant 12346","李 小明",xm@uni.edu,"Submitted for grading - ",3.00,100.00,Yes,"-","-",good
"Participant 12347","Cy Poe",cy@uni.edu,"No submission - ",,100.00,Yes,"-","-",
"""


def written(path: Path, text: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    return path


def cells(path: Path) -> list[list[str]]:
    return [*csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))]


def canvas(tmp_path: Path, text: str = CANVAS, assignment: str | None = "Kata") -> Roster:
    path = written(tmp_path / "export.csv", text, "utf-8-sig", "\r\n")
    return gradebooks.read(path, assignment, sum(POINTS.values()))


def moodle(tmp_path: Path, text: str = MOODLE) -> Roster:
    return gradebooks.read(written(tmp_path / "sheet.csv", text), None, sum(POINTS.values()))


def test_canvas_gets_its_own_table_back_with_the_scores_in_it(tmp_path: Path) -> None:
    names = ["leeann_1000", "vanderbergbob_1001", "李小明_1002", "who"]
    found = [result(names[0], predict="wrong"), *map(result, names[1:])]
    roster = canvas(tmp_path)
    matching = write_class(found, POINTS, tmp_path, roster)
    before, after = cells(tmp_path / "export.csv"), cells(tmp_path / "canvas.csv")
    changed = {
        (row[0], before[0][column]): now
        for row, new in zip(before, after, strict=True)
        for column, (old, now) in enumerate(zip(row, new, strict=True))
        if old != now
    }
    # who is excused stays so
    assert changed == {("Lee, Ann", "Kata (501)"): "57.5", ("李, 小明", "Kata (501)"): "62.5"}
    content = (tmp_path / "canvas.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfStudent,ID,")
    assert content.count(b"\r\n") == content.count(b"\n") == len(before)
    assert cells(tmp_path / MISSING) == [["id", "name", "email"], ["1003", "Poe, Cy", ""]]
    table = {row["submission"]: row for row in rows(tmp_path / "results.csv")}
    assert [table[name]["id"] for name in names] == ["20230001", "20230002", "1002", ""]
    assert table[names[1]]["email"] == "bob@uni.edu"
    assert [*telling.about_roster(roster, matching, names, POINTS)] == [
        "no student for: who (a column `submission` in the roster says whose it is)",
        "no submission (missing.csv): Poe, Cy",
        "for Canvas: canvas.csv",
    ]


def rows(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))]


def test_canvas_gets_scores_of_its_own_points(tmp_path: Path) -> None:
    roster = canvas(tmp_path, assignment="Essay (502)")
    found = [result("alee", make_data="wrong", predict="wrong", train="wrong")]  # 45 of 62.5
    matching = write_class(found, POINTS, tmp_path, roster)
    assert [row[7] for row in cells(tmp_path / "canvas.csv")][3] == "7.2"
    *_, told = telling.about_roster(roster, matching, ["alee"], POINTS)
    assert told == "for Canvas: canvas.csv, scaled from 62.5 to 10 points"


def test_the_only_assignment_need_not_be_named(tmp_path: Path) -> None:
    text = CANVAS.replace("Essay (502)", "Remarks")
    assert canvas(tmp_path, text, None).grades == 6


@pytest.mark.parametrize("assignment", [None, "Exam"])
def test_which_assignment_must_be_said(tmp_path: Path, assignment: str | None) -> None:
    with pytest.raises(sheets.BadSheet, match=r"--assignment .*: “Kata \(501\)”, “Essay \(502\)”"):
        canvas(tmp_path, assignment=assignment)


def test_names_in_two_columns_are_canvas_too(tmp_path: Path) -> None:
    lines = CANVAS.splitlines()
    text = "\n".join(
        ["LastName,FirstName" + lines[0].removeprefix("Student")]
        + [
            "," + line if "Possible" not in line else line.replace(",", ",,", 1)
            for line in lines[1:3]
        ]
        + ["Lee,Ann,1000,20230001,alee,M1,,,7.00,70.00,35.00", ""]
    )
    (student,) = canvas(tmp_path, text).students
    assert (student.name, student.number) == ("Lee Ann", "1000")


@pytest.mark.parametrize("comma", [False, True])
def test_moodle_gets_its_worksheet_back(tmp_path: Path, comma: bool) -> None:
    text = MOODLE.replace("100.00", '"62,50"' if comma else "62.50")
    names = ["Ann Lee_12345", "xm"]
    found = [result(names[0], make_data="wrong"), result(names[1], predict="wrong")]
    write_class(found, POINTS, tmp_path, moodle(tmp_path, text))
    after = cells(tmp_path / "moodle.csv")
    assert [row[4] for row in after] == ["Grade", "55", "57,5" if comma else "57.5", ""]
    before = cells(tmp_path / "sheet.csv")
    assert [row[:4] + row[5:] for row in after] == [row[:4] + row[5:] for row in before]


def importable(path: Path) -> dict[int, str]:
    """Return the text for each participant, read as Moodle reads the names in the zip."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            folder, file = name.split("/")
            _, number, kind, plugin, *_ = folder.split("_", 4)
            assert (kind, plugin, file) == ("assignsubmission", "file", "report.txt")
            found[int(number)] = archive.read(name).decode()
    return found


def test_moodle_gets_the_reports_as_feedback(tmp_path: Path) -> None:
    names = ["Ann Lee_12345", "xm", "nobody"]
    write_class([*map(result, names)], POINTS, tmp_path, moodle(tmp_path))
    found = importable(tmp_path / FEEDBACK)
    assert list(found) == [12345, 12346]
    for row in rows(tmp_path / "results.csv")[:2]:
        text = (tmp_path / row["folder"] / "report.txt").read_text(encoding="utf-8")
        assert text in found.values()
    content = (tmp_path / FEEDBACK).read_bytes()
    write_class([*map(result, names)], POINTS, tmp_path, moodle(tmp_path))
    assert (tmp_path / FEEDBACK).read_bytes() == content


@pytest.mark.parametrize("platform", [canvas, moodle])
def test_a_column_says_whose_a_submission_is(
    tmp_path: Path, platform: Callable[[Path, str], Roster]
) -> None:
    lines = (CANVAS if platform is canvas else MOODLE).splitlines()
    text = "".join(
        f"{line},{'Submission' if line is lines[0] else 'who' if 'Poe' in line else ''}\n"
        for line in lines
    )
    roster = platform(tmp_path, text)
    matching = write_class([result("who")], POINTS, tmp_path, roster)
    assert "Poe" in matching.student_of["who"].name
    table = tmp_path / f"{roster.platform}.csv"
    assert "Submission" not in cells(table)[0]  # Canvas would make an assignment of it
    (row,) = (row for row in cells(table) if "Poe" in "".join(row))
    assert {"62.5", "100"} & {*row}


def test_a_group_with_one_submission_gets_its_score(tmp_path: Path) -> None:
    lines = MOODLE.splitlines()
    text = "".join(
        f"{line},{said}\n" for line, said in zip(lines, ["Submission", *"gg"], strict=False)
    )
    roster = moodle(tmp_path, text)
    matching = write_class([result("g")], POINTS, tmp_path, roster)
    assert [row[4] for row in cells(tmp_path / "moodle.csv")[1:]] == ["100", "100"]
    assert [*importable(tmp_path / FEEDBACK)] == [12345, 12346]
    assert not matching.missing()


def test_two_submissions_of_one_student_fill_in_nothing(tmp_path: Path) -> None:
    write_class([result("xm"), result("李小明")], POINTS, tmp_path, moodle(tmp_path))
    assert cells(tmp_path / "moodle.csv") == cells(tmp_path / "sheet.csv")
    assert not (tmp_path / FEEDBACK).exists()


def test_what_the_grader_failed_on_fills_in_nothing(tmp_path: Path) -> None:
    write_class([result("xm", train="grader error")], POINTS, tmp_path, moodle(tmp_path))
    assert cells(tmp_path / "moodle.csv") == cells(tmp_path / "sheet.csv")
    assert not (tmp_path / FEEDBACK).exists()


def test_who_handed_in_nothing_readable_gets_no_score_but_a_report(tmp_path: Path) -> None:
    found = result("xm", **dict.fromkeys(POINTS, "unreadable")) | {"problem": "is empty"}
    write_class([found], POINTS, tmp_path, moodle(tmp_path))
    assert cells(tmp_path / "moodle.csv") == cells(tmp_path / "sheet.csv")
    assert "nothing could be read" in importable(tmp_path / FEEDBACK)[12346]


def test_what_an_earlier_run_wrote_for_a_platform_does_not_stay(tmp_path: Path) -> None:
    write_class([result("xm")], POINTS, tmp_path, moodle(tmp_path))
    assert (tmp_path / "moodle.csv").exists()
    write_class([result("xm")], POINTS, tmp_path, canvas(tmp_path))
    assert (tmp_path / "canvas.csv").exists()
    assert not (tmp_path / "moodle.csv").exists()
    assert not (tmp_path / FEEDBACK).exists()
