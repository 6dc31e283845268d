"""A class is graded more than once: some of it anew, with what a teacher says, and what changed."""

import csv
import io
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.checks.test_class_files import POINTS, result
from solution.grading import changes, overrides, results, run, sandbox
from solution.grading.class_files import write_class
from solution.grading.gradebooks import read as read_roster
from solution.grading.handed_back import gradescope, report
from solution.grading.scores import score
from solution.grading.sheets import BadSheet

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading needs Linux")

Grade = Callable[..., int]


@pytest.fixture
def learners(tmp_path: Path) -> Path:
    """Return a class of three."""
    for name in ("ann", "bob", "李"):
        hand_in(tmp_path / "class" / name)
    return tmp_path / "class"


def hand_in(folder: Path, **statuses: str) -> Path:
    """Write a submission whose functions will have these statuses, passed if not said."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"# {name} {status}\n" for name, status in statuses.items())
    (folder / "data.py").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Grade:
    """Return a function that grades, and takes the submissions' word for how they are."""

    def judge(files: Mapping[str, bytes], *_: Any) -> dict[str, Any]:
        said = re.findall(r"# (\w+) (.*)", files["data.py"].decode())
        found = result("", **dict(said))
        return {name: found[name] for name in ("functions", "report", "seconds")} | {"errors": []}

    monkeypatch.setattr(run, "judge", judge)
    monkeypatch.setattr(sandbox, "obstacle", lambda: "")

    def main(*arguments: object) -> int:
        return grade.main([*map(str, arguments), "--out", str(tmp_path / "results")])

    return main


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results"


def table(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))]


def scores(out: Path) -> dict[str, str]:
    return {row["submission"]: row["score"] for row in table(out / "results.csv")}


# -- some of the class --------------------------------------------------------------------------


def test_who_is_graded_again_leaves_the_others_in_the_results(
    graded: Grade, learners: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert graded("--all-in", learners) == 0
    hand_in(learners / "bob", predict="wrong")
    assert graded(learners / "bob") == 0
    assert scores(out) == {"ann": "100", "bob": "95", "李": "100"}
    assert "2 of an earlier run are not named now, and stay in the results" in (
        capsys.readouterr().out
    )
    assert graded(hand_in(learners.parent / "late" / "zoe", train="raised")) == 0
    assert scores(out) == {"ann": "100", "bob": "95", "zoe": "95", "李": "100"}


def test_all_in_a_folder_is_the_class(
    graded: Grade, learners: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert graded("--all-in", learners, hand_in(learners.parent / "zoe")) == 0
    assert graded("--all-in", learners) == 0
    assert list(scores(out)) == ["ann", "bob", "李"]
    assert "1 of an earlier run are not named now, and are left out" in capsys.readouterr().out


def test_a_part_of_a_class_keeps_nobody(graded: Grade, learners: Path, out: Path) -> None:
    assert graded("--all-in", learners) == 0
    assert graded(learners / "ann", "--shard", "1/1", "--secret", "s") == 0
    assert run.known_names(out) == ["ann"]


# -- what changed -------------------------------------------------------------------------------


def test_what_changed_is_told_and_written(
    graded: Grade, learners: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert graded("--all-in", learners) == 0
    assert "changed since" not in capsys.readouterr().out
    assert not (out / changes.FILE).exists()
    hand_in(learners / "李", predict="wrong")
    hand_in(learners / "ann", train="raised", predict="wrong")
    hand_in(learners / "zoe", train="grader error")
    (learners / "bob" / "data.py").unlink()
    (learners / "bob").rmdir()
    assert graded("--all-in", learners) == 1
    said = capsys.readouterr().out
    assert (
        "changed since the last grading (changes.csv): 4 of 3\n"
        "  ann: score 100 -> 90; predict passed -> wrong; train passed -> raised\n"
        "  bob: not there any more\n"
        "  zoe: new, score none\n"
        "  李: score 100 -> 95; predict passed -> wrong\n"
    ) in said
    found = [tuple(row.values()) for row in table(out / changes.FILE)]
    assert found == [
        ("ann", "score", "100", "90"),
        ("ann", "predict", "passed", "wrong"),
        ("ann", "train", "passed", "raised"),
        ("bob", "score", "100", ""),
        ("李", "score", "100", "95"),
        ("李", "predict", "passed", "wrong"),
    ]
    graded("--all-in", learners)
    assert "changed since" not in capsys.readouterr().out
    assert len(table(out / changes.FILE)) == 6  # what changed last


def test_a_terminal_need_not_have_the_letters_of_a_name(
    graded: Grade, learners: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert graded("--all-in", learners) == 0
    hand_in(learners / "李", predict="wrong")
    terminal = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(terminal, encoding="ascii"))
    assert graded("--all-in", learners) == 0
    sys.stdout.flush()
    assert rb"  \u674e: score 100 -> 95" in terminal.getvalue()


def test_many_changes_are_told_in_a_few_lines() -> None:
    before = {str(n): dict.fromkeys(["score", *results.FUNCTIONS], "1") for n in range(50)}
    after = {name: {**row, "score": "2"} for name, row in before.items()}
    lines = [*changes.told(changes.between(before, after), before, after)]
    assert len(lines) == 22
    assert lines[-1] == "  and 30 more"


@pytest.mark.parametrize("text", ["half", "", "submission,score\nann,5\n"])
def test_what_is_no_table_is_not_compared(
    graded: Grade, learners: Path, out: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    out.mkdir()
    (out / "results.csv").write_text(text)
    assert graded("--all-in", learners) == 0
    assert "changed since" not in capsys.readouterr().out


# -- what a teacher says ------------------------------------------------------------------------


def test_the_teachers_points_and_comments_survive_a_grading(
    graded: Grade, learners: Path, out: Path
) -> None:
    assert graded("--all-in", learners) == 0
    file = out / overrides.FILE
    assert file.read_text() == "submission,function,points,comment\n"
    own = "submission;function;points;comment\nann;;50;late\n李;predict;2,5;\n李;train;;很好\n"
    file.write_bytes(own.encode("utf-8-sig"))
    hand_in(learners / "李", predict="wrong")
    for _ in range(2):
        assert graded("--all-in", learners, "--anew") == 0
        assert scores(out) == {"ann": "50", "bob": "100", "李": "97.5"}
        assert file.read_bytes() == own.encode("utf-8-sig")
    rows = {row["submission"]: row for row in table(out / "results.csv")}
    assert [row["comment"] for row in rows.values()] == ["late", "", "train: 很好"]
    assert rows["李"]["predict"] == "wrong"
    text = (out / rows["ann"]["folder"] / "report.txt").read_text(encoding="utf-8")
    assert text.startswith("ann: 50 of 100 points (the teacher's)\n")
    assert "\ncomment:\n  late\n" in text
    text = (out / rows["李"]["folder"] / "report.txt").read_text(encoding="utf-8")
    assert "  predict           wrong           2.5 of 5 (the teacher's)\n" in text
    assert "\ncomment:\n  train: 很好\n" in text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("zoe,,5,", "there is no submission 'zoe'"),
        ("ann,predictions,5,", "there is no function 'predictions'"),
        ("ann,compose,5,", "compose gives no points: give it some with --points FILE"),
        ("ann,,-5,", "the points are '-5', not a number from 0"),
        ("ann,,5,\nann,,6,", "ann: the same function, or none, is there twice"),
    ],
)
def test_what_would_have_no_effect_is_refused_before_anything_is_judged(
    graded: Grade,
    learners: Path,
    out: Path,
    capsys: pytest.CaptureFixture[str],
    line: str,
    why: str,
) -> None:
    out.mkdir()
    (out / overrides.FILE).write_text(f"submission,function,points,comment\n{line}\n")
    assert graded("--all-in", learners) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said == f"python -m solution.grade: {out / overrides.FILE}: {why}"
    assert not (out / "submissions").exists()


def with_overrides(tmp_path: Path, lines: str, *found: Mapping[str, Any]) -> list[Any]:
    text = f"submission,function,points,comment\n{lines}"
    (tmp_path / overrides.FILE).write_text(text, encoding="utf-8")
    own = overrides.read(tmp_path, [one["submission"] for one in found], POINTS)
    return [overrides.applied(one, own) for one in found]


def test_points_by_hand_stand_where_the_grader_failed(tmp_path: Path) -> None:
    one, two = result("ann", train="grader error"), result("bob", train="grader error")
    three = result("cy", train="grader error", predict="grader error")
    lines = "ann,,40,\nbob,train,1,\ncy,train,5,\n"
    found = with_overrides(tmp_path, lines, one, two, three)
    assert [score(each, POINTS) for each in found] == [40, 58.5, None]
    assert not [each for each in (one, two, three) if score(each, POINTS) is not None]  # as it was


def test_a_name_may_be_written_as_the_table_has_it(tmp_path: Path) -> None:
    (found,) = with_overrides(tmp_path, "'=1+1,,40,\n", result("=1+1"))
    assert score(found, POINTS) == 40


def test_platforms_get_the_teachers_points_and_comments(tmp_path: Path) -> None:
    lines = 'ann,predict,2,\nann,,,"a < b\nand more"\n'
    (found,) = with_overrides(tmp_path, lines, result("ann", predict="wrong"))
    given = gradescope(found, POINTS)
    assert given["score"] == sum(test["score"] for test in given["tests"]) == 59.5
    assert "comment:\n  a < b\n  and more\n" in given["output"] == report(found, POINTS)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
        "Participant 1,Ann,,62.50,-,\n"
    )
    write_class([found], POINTS, tmp_path, read_roster(sheet, None, 62.5))
    (row,) = table(tmp_path / "moodle.csv")
    assert (row["Grade"], row["Feedback comments"]) == ("59.5", "a &lt; b<br>and more")


def test_what_a_teacher_says_of_a_bonus_is_no_code_of_anybody(tmp_path: Path) -> None:
    lines = "ann,check_gradients,3,well begun\n"
    (tmp_path / overrides.FILE).write_text(f"submission,function,points,comment\n{lines}")
    points = {**POINTS, "check_gradients": 5.0}
    own = overrides.read(tmp_path, ["ann"], points)
    found = overrides.applied(result("ann"), own)
    write_class([found], points, tmp_path)
    (row,) = table(tmp_path / "results.csv")
    assert (row["score"], row["comment"]) == ("65.5", "check_gradients: well begun")


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / overrides.FILE).write_bytes("李".encode("gbk"))
    with pytest.raises(BadSheet, match=r"overrides\.csv: it is no UTF-8"):
        overrides.read(tmp_path, [], POINTS)
