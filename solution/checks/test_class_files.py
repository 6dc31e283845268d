"""What is written of a class: by whoever reads it, a spreadsheet, a terminal or a platform."""

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.grading import results, run
from solution.grading.class_files import write_class, write_submission
from solution.grading.handed_back import gradescope, report
from solution.grading.tables import to_csv

POINTS = dict.fromkeys(results.FUNCTIONS, 5.0) | {"make_data": 7.5}
CLEARS = "\x1b[2J\x9b31m\r\u202e"  # the screen; colours; goes back; writes from right to left


def result(name: str, **changed: Any) -> dict[str, Any]:
    """Return the JSON of a submission that has every function right."""
    found = results.of_all("passed", "")
    for function, status in changed.items():
        found[function] |= {"status": status, "headline": f"{function} is {status}"}
    return {
        "format": results.FORMAT,
        "submission": name,
        "key": "",
        "locked": True,
        "problem": "",
        "notes": [],
        "functions": found,
        "report": "what pytest says",
        "seconds": 1.0,
    }


# -- terminals ----------------------------------------------------------------------------------


def test_no_text_of_strangers_steers_the_terminal_of_who_reads_a_report() -> None:
    found = result(f"ann{CLEARS}\n", predict="wrong")
    found["functions"]["predict"]["headline"] += CLEARS
    found["functions"]["predict"]["lines"] = [["got", f"李 {CLEARS}"]]
    found["report"] += CLEARS
    said = [report(found, POINTS), *(test["output"] for test in gradescope(found, POINTS)["tests"])]
    for text in said:
        assert all(results.is_shown(c) for c in text.replace("\n", "")), text
    assert said[0].startswith("ann\\x1b[2J\\x9b31m\\r\\u202e\\n: ")
    assert "李" in "".join(said)


def test_what_cannot_be_read_does_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    grading = run.Grading({}, run.Settings(), tmp_path, "secret")
    grading.unreadable[f"ann{CLEARS}"] = f"holds {CLEARS}"
    grading.notes[f"ann{CLEARS}"] = [CLEARS]
    grade.say_what_is_missing(grading, 0, False)
    assert all(map(results.is_shown, capsys.readouterr().out.replace("\n", "")))


def test_errors_of_the_grader_do_not_steer_the_terminal(tmp_path: Path) -> None:
    run.write_errors({f"ann{CLEARS}": ["line 1\nline 2"]}, tmp_path)
    text = (tmp_path / run.ERRORS).read_text(encoding="utf-8")
    assert text == "ann\\x1b[2J\\x9b31m\\r\\u202e: line 1\nline 2"


def test_a_wide_space_in_a_name_is_a_space() -> None:
    assert results.on_one_line("李\u3000明") == "李\u3000明"


# -- spreadsheets -------------------------------------------------------------------------------


def test_excel_reads_chinese_names_and_scripts_read_ascii_as_ever(tmp_path: Path) -> None:
    for name, begin in (("李小明", b"\xef\xbb\xbfsubmission,"), ("ann", b"submission,")):
        write_class([result(name)], POINTS, tmp_path)
        content = (tmp_path / "results.csv").read_bytes()
        assert content.startswith(begin)
        assert name in content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *((f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@＝＋－＠"),
        ("ann;=cmd()", "ann;'=cmd()"),
        ("ann; =cmd()", "ann;' =cmd()"),
        ("ann\n@cmd()", "ann\n'@cmd()"),
        ("ann\t=cmd()", "ann\\t=cmd()"),
        ("\r=cmd()", "\\r=cmd()"),
        ("ann-lee a@b.c 李", "ann-lee a@b.c 李"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_name_is_a_formula_wherever_a_spreadsheet_is_opened(
    name: str, cell: str, separator: str
) -> None:
    text = to_csv([result(name)], POINTS).removeprefix("\ufeff")
    rows = [*csv.DictReader(io.StringIO(text, newline=""))]
    assert [row["submission"] for row in rows] == [cell]
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        assert not [one for one in line if one.lstrip()[:1] and one.lstrip()[0] in "=+-@＝＋－＠"]


def test_a_row_says_where_the_report_is(tmp_path: Path) -> None:
    write_class([result("ann"), result("b/ann")], POINTS, tmp_path)
    with (tmp_path / "results.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            assert (
                (tmp_path / row["folder"] / "report.txt").read_text().startswith(row["submission"])
            )


# -- GitHub Classroom ---------------------------------------------------------------------------


def runners(folder: Path) -> dict[str, Any]:
    """Return what GitHub Classroom's reporter is given, by the names of its runners."""
    lines = (folder / "classroom.env").read_text(encoding="utf-8").splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    names = variables["RUNNERS"].split(",")
    return {
        name: json.loads(base64.b64decode(variables[f"{name.upper()}_RESULTS"])) for name in names
    }


def test_the_points_that_github_classroom_counts_are_those_of_the_table(tmp_path: Path) -> None:
    points = POINTS | {"predict": 0.0}
    found = result("ann", make_data="wrong", predict="raised", train="timeout")
    write_submission(found, points, tmp_path)
    given = runners(tmp_path / "submissions" / "ann")
    assert list(given) == [name for name in points if name != "predict"]
    for runner in given.values():
        assert runner["version"] == 3
        assert all(test.keys() >= {"name", "status", "score"} for test in runner["tests"])
    # what it reports, and what its table shows: a share of a runner's points for each test
    reported = sum(test["score"] for runner in given.values() for test in runner["tests"])
    shown = 0.0
    for runner in given.values():
        statuses = [test["status"] for test in runner["tests"]]
        shown += statuses.count("pass") / len(statuses) * runner["max_score"]
    assert reported == shown == 45
    assert sum(runner["max_score"] for runner in given.values()) == 57.5
    assert {name for name, runner in given.items() if runner["status"] == "fail"} == {
        "make_data",
        "train",
    }


def test_github_classroom_gets_no_text_of_the_learners(tmp_path: Path) -> None:
    found = result("::error::", predict="raised")
    write_submission(found, POINTS, tmp_path)
    folder = tmp_path / "submissions" / results.folder_of("::error::")
    assert "error" not in json.dumps(runners(folder))
    assert "predict is raised" not in json.dumps(runners(folder))
