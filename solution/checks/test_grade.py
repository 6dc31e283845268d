"""`python -m solution.grade`: a class is judged, and its results are written, come what may."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.checks.conftest import ROOT
from solution.checks.handed_in import replaced
from solution.checks.small_class import (  # noqa: F401, fixtures are used by name
    CHANGES,
    fixture_graded,
    fixture_learners,
    judged,
    rows,
    submission,
)
from solution.checks.test_class_files import runners
from solution.grading import results, run, sandbox, station
from solution.grading.judge import STATUS
from solution.grading.options import POINTS
from solution.grading.scores import GRADER_ERROR, UNREADABLE
from solution.grading.submissions import reading
from solution.grading.submissions.sources import Piece, Source
from solution.grading.tables import ABOUT
from tests.judge.functions import FUNCTIONS as TABLE
from tests.judge.functions import STAGE_OF, STAGES
from tests.judge.mistakes import known
from tests.judge.specification import properties

pytestmark = pytest.mark.skipif(bool(sandbox.obstacle()), reason=sandbox.obstacle())


def test_the_expected_tests_are_those_that_pytest_runs() -> None:
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "tests", "--collect-only", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = re.findall(r"tests/test_\w+\.py::(.+)", collected)
    expected = [
        test.name for name in (*results.FUNCTIONS, *results.BONUS) for test in properties(name)
    ]
    assert sorted(re.sub(r"\[.*", "", n) for n in names) == sorted(
        re.sub(r"\[.*", "", n) for n in expected
    )


# -- verdicts -----------------------------------------------------------------------------------


def test_table_has_a_row_for_each_submission(graded: Path, learners: Path) -> None:
    with (graded / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    functions = [name for names in STAGES.values() for name in names]
    assert header == ["submission", "score", "max_score", *functions, *ABOUT]
    assert len(rows(graded)) == len(list(learners.iterdir()))


@pytest.mark.parametrize("name", CHANGES)
def test_only_the_changed_function_fails_and_gets_its_status(graded: Path, name: str) -> None:
    _, _, _, function, status = CHANGES[name]
    row = rows(graded)[name]
    assert row.pop(function) == status
    assert {row[other] for other in results.FUNCTIONS if other in row} == {"passed"}
    lost = results.read_points(POINTS, {})[function] if status != "passed" else 0
    assert (row["score"], row["max_score"]) == (results.number(100 - lost), "100")


@pytest.mark.parametrize("function", results.FUNCTIONS)
def test_known_mistakes_go_by_their_names(function: str) -> None:
    mistake = known(function)[5]
    stage = STAGE_OF[function]
    needed = {stage, *(STAGE_OF[n] for own in STAGES[stage] for n in TABLE[own].builds_on)}
    files = replaced(function, mistake.implementation)
    files = {name: text for name, text in files.items() if name.removesuffix(".py") in needed}
    found = run.judge(files, asdict(run.Settings()), run.fingerprint())["functions"]
    assert found.pop(function)["mistake"] == mistake.name
    for name, own in found.items():
        assert own["status"] == ("passed" if STAGE_OF[name] in needed else "not started")


def test_what_cannot_be_read_has_no_score(graded: Path) -> None:
    for name, why in (
        ("broken", "is a broken archive (BadZipFile)"),
        ("empty", "has none of the five modules: hand in the folder kata/ (it is empty)"),
    ):
        assert judged(graded, name)["problem"] == why
        row = rows(graded)[name]
        assert row["score"] == ""
        assert {row[function] for function in results.FUNCTIONS} == {UNREADABLE}


def test_a_zip_is_judged_as_its_folder_is(graded: Path) -> None:
    one, two = judged(graded, "wrong"), judged(graded, "zipped")
    assert one["functions"] == two["functions"]
    assert one["functions"]["predict"]["mistake"] == "predicts without b"
    assert one["format"] == results.FORMAT == 3


def test_a_complaint_says_what_two_failures_have_in_common(graded: Path) -> None:
    found = {name: judged(graded, name)["functions"]["predict"]["complaint"] for name in CHANGES}
    assert found["right"] == []
    assert found["wrong"] == [["formula", "w·x", "w·x + b", "prediction"]]
    assert found["raises"] == [["raised", "NameError", "name 'c' is not defined", "", "gradients"]]


def test_a_report_says_what_a_learners_own_run_says(graded: Path, learners: Path) -> None:
    own = subprocess.run(
        [sys.executable, "-m", "pytest", f"--impl={learners / 'wrong'}", "tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    block = own[own.index("✗ predict") : own.index("    hint")].replace(str(learners), "")
    said = (graded / "submissions" / "wrong" / "report.txt").read_text(encoding="utf-8")
    assert [line for line in block.splitlines() if line] == [
        line
        for line in said[said.index("✗ predict") : said.index("    hint")].splitlines()
        if line and not line.startswith("    paste")
    ]


def test_nothing_that_learners_read_names_this_host_or_the_grader(graded: Path) -> None:
    for path in (graded / "submissions").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for secret in (str(ROOT), sys.prefix, sys.base_prefix, "/tmp", "Traceback", "grading"):
                assert secret not in text, path


# -- forms --------------------------------------------------------------------------------------


def test_junit_counts_and_escapes(graded: Path) -> None:
    suites = {suite.get("name"): suite for suite in ET.parse(graded / "junit.xml").getroot()}
    assert len(suites) == len(rows(graded))
    suite = suites["wrong"]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("12", "1", "0")
    (failure,) = suite.iter("failure")
    assert (failure.get("type"), failure.get("message")) == (
        "wrong",
        "the prediction is w·x, not w·x + b",
    )
    assert "=1+1\n<b>李" in suites


def test_gradescope_gets_its_form(graded: Path) -> None:
    for name, score in (("right", 100.0), ("wrong", 95.0)):
        text = (graded / "submissions" / name / "gradescope.json").read_text(encoding="utf-8")
        found = json.loads(text)
        assert found["score"] == score == sum(test["score"] for test in found["tests"])
        assert isinstance(found["execution_time"], float)
        assert [test["name"] for test in found["tests"]] == results.FUNCTIONS
        for test in found["tests"]:
            assert test.keys() == {"name", "score", "max_score", "status", "output", "visibility"}
            assert test["status"] == ("passed" if test["score"] else "failed")


def test_points_can_be_changed_without_judging_again(
    graded: Path, learners: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "points.csv"
    text = POINTS.read_text(encoding="utf-8")
    table.write_text(text.replace("predict,5", "predict,7.5"), encoding="utf-8")
    out = shutil.copytree(graded, tmp_path / "out")
    monkeypatch.setattr(run, "judge", never)
    arguments = ["--all-in", str(learners), "--out", str(out), "--points", str(table)]
    assert grade.main(arguments) == 3
    assert rows(out)["right"]["score"] == "102.5"
    assert rows(out)["wrong"]["score"] == "95"


def never(*_: Any) -> Any:
    raise AssertionError("judged again")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("predict,5", "", "predict is missing"),
        ("predict,5", "predict,-5", "the points of predict are '-5'"),
        ("predict,5", "predict,5\npredict,5", "'predict'"),
        ("predict,5", "prediction,5", "there is no function 'prediction'"),
        (",", ";", "its first line must be: function,points"),
    ],
)
def test_bad_points_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, why: str
) -> None:
    table = tmp_path / "points.csv"
    table.write_text(POINTS.read_text().replace(old, new))
    with pytest.raises(SystemExit, match="2"):
        grade.main([str(tmp_path), "--out", str(tmp_path / "out"), "--points", str(table)])
    assert why in capsys.readouterr().err


def test_code_that_is_not_allowed_something_is_told_so(graded: Path) -> None:
    found = judged(graded, "forks")["functions"]["predict"]
    assert found["headline"].endswith(
        "(graded code gets no other processes, no network and no files but its own)"
    )


def test_changed_code_is_judged_again(
    graded: Path, learners: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shutil.copytree(graded, tmp_path / "out")
    changed = shutil.copytree(learners / "right", tmp_path / "right")
    file = changed / "gradients.py"
    file.write_text(file.read_text(encoding="utf-8").replace("return w * x + b", "return w * x"))
    assert grade.main([str(changed), "--out", str(out)]) == 3  # others stay unreadable
    assert rows(out)["right"]["predict"] == "wrong"


# -- the grader's own failures --------------------------------------------------------------------


def test_a_failure_of_the_grader_is_nobodys_zero(
    learners: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(*given: Any) -> Any:
        tried.append(given)
        raise station.StationFailed("the judge has ended")

    arguments = [str(learners / "right"), "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr(station.Station, "judge", fail)
        assert grade.main(arguments) == 1
    assert len(tried) == 2  # once more, in a new process
    assert rows(tmp_path)["right"]["score"] == ""
    assert rows(tmp_path)["right"]["predict"] == GRADER_ERROR
    folder = tmp_path / "submissions" / "right"
    assert "score" not in json.loads((folder / "gradescope.json").read_text())
    assert {runner["status"] for runner in runners(folder).values()} == {"error"}
    assert "the judge has ended" in (tmp_path / run.ERRORS).read_text()
    assert grade.main(arguments) == 0  # the same command again
    assert rows(tmp_path)["right"]["score"] == "100"
    assert not (tmp_path / run.ERRORS).exists()


@pytest.mark.parametrize("stuck", [False, True])
def test_what_a_submission_may_have_caused_is_no_reason_to_judge_it_again(
    monkeypatch: pytest.MonkeyPatch, stuck: bool
) -> None:
    tried = []

    def stumble(*given: Any) -> Any:
        tried.append(given)
        if stuck:
            raise station.Stuck("the judge takes too long")
        return run.failed("ValueError in a test")

    monkeypatch.setattr(station.Station, "judge", stumble)
    found = run.judge({}, asdict(run.Settings()), run.fingerprint())
    assert len(tried) == 1
    assert run.has_grader_error(found)


def test_a_judge_that_dies_is_replaced(tmp_path: Path) -> None:
    files = reading.read(Source((Piece(submission(tmp_path / "right", "data", "", "")),))).files
    with station.station(locks=True) as one:
        os.kill(one.process.pid, signal.SIGKILL)
        one.is_worn_out = False
    found = run.judge(files, asdict(run.Settings()), run.fingerprint())
    assert {own["status"] for own in found["functions"].values()} == {"passed"}


def test_a_submission_that_this_user_may_not_read_is_nobodys_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reading, "read", refuse)
    assert grade.main([str(tmp_path), "--out", str(tmp_path / "out")]) == 1


def test_a_host_that_cannot_lock_up_refuses(
    learners: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sandbox, "obstacle", lambda: "this kernel has no Landlock")
    arguments = [str(learners / "wrong"), "--out", str(tmp_path)]
    with pytest.raises(SystemExit, match="2"):
        grade.main(arguments)
    assert "cannot be locked up on this host: this kernel has no Landlock" in (
        capsys.readouterr().err
    )
    assert grade.main([*arguments, "--no-sandbox"]) == 0
    assert rows(tmp_path)["wrong"]["score"] == "95"
    assert judged(tmp_path, "wrong")["locked"] is False
    for name in ("report.txt", "gradescope.json"):
        text = (tmp_path / "submissions" / "wrong" / name).read_text(encoding="utf-8")
        assert "(judged without a sandbox)" in text


def test_every_status_is_one_of_those_that_are_agreed() -> None:
    assert {*STATUS.values()} < {*results.STATUSES}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "name the submissions"),
        (["nothing-there"], "there is no nothing-there"),
        (["merge"], "name the folders with the results of the parts"),
        (["merge", "nothing-there"], "there is no nothing-there"),
        (["--all-in", "nothing-there"], "there is no such folder or archive"),
        (["--all-in", "empty"], "this is empty"),
        (["tests", "--shard", "3/2"], "is no part"),
        (["tests", "--jobs", "0"], "must be a whole number, at least 1, not 0"),
        (["tests", "--time-limit", "-1"], "is no number of seconds"),
    ],
)
def test_bad_options_are_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    why: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("tests", "empty"):
        (tmp_path / name).mkdir()
    with pytest.raises(SystemExit, match="2"):
        grade.main([*arguments, "--out", str(tmp_path)])
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["tests"], ["merge", "part1"]])
def test_where_results_go_must_be_said(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        grade.main(arguments)
    assert "required: --out" in capsys.readouterr().err
