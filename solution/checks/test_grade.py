"""`python -m solution.grade`: a class is judged, and its results are written, come what may."""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.checks.conftest import ROOT, descendants
from solution.checks.handed_in import replaced
from solution.checks.test_class_files import runners
from solution.grading import results, run, sandbox, station
from solution.grading.judge import STATUS
from solution.grading.options import POINTS
from solution.grading.scores import GRADER_ERROR, UNREADABLE
from solution.grading.submissions import naming, reading
from solution.grading.submissions.places import Handed
from solution.grading.submissions.sources import Piece, Source
from solution.grading.tables import ABOUT
from tests.judge.functions import FUNCTIONS as TABLE
from tests.judge.functions import STAGE_OF, STAGES
from tests.judge.mistakes import known
from tests.judge.specification import properties

pytestmark = pytest.mark.skipif(bool(sandbox.obstacle()), reason=sandbox.obstacle())

# What replaces a line of the solution, and the status that the function of that line gets then.
CHANGES: dict[str, tuple[str, str, str, str, str]] = {
    "right": ("gradients", "", "", "predict", "passed"),
    "wrong": ("gradients", "return w * x + b", "return w * x", "predict", "wrong"),
    "raises": ("gradients", "return w * x + b", "return w * x + c", "predict", "raised"),
    "exits": ("gradients", "return w * x + b", "import sys; sys.exit(0)", "predict", "raised"),
    "hangs": ("gradients", "return w * x + b", "while True: pass", "predict", "timeout"),
    "crashes": (
        "gradients",
        "return w * x + b",
        "import ctypes; ctypes.string_at(0)",
        "predict",
        "crashed",
    ),
    "devours": ("gradients", "return w * x + b", "x = bytes(10**10)", "predict", "memory"),
    "forges": (
        "gradients",
        "return w * x + b",
        "import os; os.write(3, b'{}' * 99)",
        "predict",
        "protocol",
    ),
    "lost": (
        "data",
        "return x, w * x + b + noise * epsilon",
        "return open('/etc/passwd').read()",
        "make_data",
        "raised",
    ),
    "stub": (
        "gradients",
        "return w * x + b",
        'raise NotImplementedError("gradients: predict")',
        "predict",
        "not started",
    ),
    "plots": (
        "descent",
        "import numpy as np",
        "import numpy as np\nfrom matplotlib import pyplot",
        "minibatch_gd",
        "passed",
    ),
    "forks": ("gradients", "return w * x + b", "import os; os.fork()", "predict", "raised"),
    "typo": ("descent", "def minibatch_gd(", "def minibatch_gd((", "minibatch_gd", "raised"),
}


def submission(folder: Path, stage: str, old: str, new: str, note: str = "") -> Path:
    """Copy the solution, and change it in one place."""
    folder.mkdir(parents=True)
    for name in STAGES:
        text = (ROOT / "solution" / f"{name}.py").read_text(encoding="utf-8")
        if name == stage and old:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (folder / f"{name}.py").write_text(f"{text}\n# {note}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def learners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small class."""
    folder = tmp_path_factory.mktemp("learners")
    for name, (stage, old, new, _, _) in CHANGES.items():
        submission(folder / name, stage, old, new)
    shutil.make_archive(str(folder / "zipped"), "zip", folder / "wrong")
    (folder / "broken.zip").write_bytes(b"PK\3\4 and no more")
    (folder / "empty").mkdir()
    submission(folder / "=1+1\n<b>李", "gradients", "return w * x + b", "return '<script>'")
    return folder


@pytest.fixture(scope="module")
def graded(learners: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of the class."""
    out = tmp_path_factory.mktemp("graded")
    assert grade.main(["--all-in", str(learners), "--out", str(out)]) == 3
    return out


@pytest.fixture(scope="module")
def few(learners: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with those of the class that are judged fast, without what takes longest."""
    folder = tmp_path_factory.mktemp("few")
    for name in ("right", "wrong", "raises", "exits", "stub", "typo"):
        left_out = shutil.ignore_patterns("training.py", "batching.py")
        shutil.copytree(learners / name, folder / name, ignore=left_out)
    shutil.copy(learners / "broken.zip", folder)
    return folder


@pytest.fixture(scope="module")
def graded_few(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return their results."""
    out = tmp_path_factory.mktemp("graded_few")
    assert grade.main(["--all-in", str(few), "--out", str(out)]) == 3
    return out


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def judged(out: Path, name: str) -> dict[str, Any]:
    found = run.load(out, name)
    assert found is not None
    return found


def without_times(out: Path) -> dict[str, str]:
    """Return the text of every file, without the times in them."""
    return {
        str(path.relative_to(out)): re.sub(
            r'("(seconds|execution_time)": |time=")[0-9.e-]+', "", path.read_text(encoding="utf-8")
        )
        for path in out.rglob("*")
        if path.is_file()
    }


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


# -- going on -----------------------------------------------------------------------------------


def test_only_what_is_missing_is_judged(
    graded_few: Path, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shutil.copytree(graded_few, tmp_path / "out")
    (out / "submissions" / "wrong" / run.JUDGED).unlink()
    (out / "submissions" / "raises" / run.JUDGED).write_text("{}")  # written by something else
    (out / "results.csv").write_text("half")
    asked = []
    judge = run.judge

    def counted(*given: Any) -> dict[str, Any]:
        asked.append(given)
        return judge(*given)

    monkeypatch.setattr(run, "judge", counted)
    assert grade.main(["--all-in", str(few), "--out", str(out)]) == 3
    assert len(asked) == 2
    assert without_times(out) == without_times(graded_few)


def test_code_that_is_not_allowed_something_is_told_so(graded: Path) -> None:
    found = judged(graded, "forks")["functions"]["predict"]
    assert found["headline"].endswith(
        "(graded code gets no other processes, no network and no files but its own)"
    )


def test_results_among_the_submissions_are_none(
    graded_few: Path, few: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(few, tmp_path / "class")
    out = shutil.copytree(graded_few, folder / "results")
    (folder / "Thumbs.db").touch()
    assert grade.main(["--all-in", str(folder), "--out", str(out)]) == 3
    assert rows(out) == rows(graded_few)


def test_changed_code_is_judged_again(
    graded: Path, learners: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shutil.copytree(graded, tmp_path / "out")
    changed = shutil.copytree(learners / "right", tmp_path / "right")
    file = changed / "gradients.py"
    file.write_text(file.read_text(encoding="utf-8").replace("return w * x + b", "return w * x"))
    assert grade.main([str(changed), "--out", str(out)]) == 3  # others stay unreadable
    assert rows(out)["right"]["predict"] == "wrong"


def start(learners: Path, out: Path, *options: str) -> "subprocess.Popen[str]":
    arguments = ["--all-in", str(learners), "--out", str(out), *options]
    return subprocess.Popen(
        [sys.executable, "-m", "solution.grade", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Ctrl-C is ignored by what is started in the background, as these checks may be
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def wait_for_results(out: Path, number: int) -> None:
    until = time.monotonic() + 120
    while len(list(out.glob(f"submissions/*/{run.JUDGED}"))) < number:
        assert time.monotonic() < until, "no results come"
        time.sleep(0.05)


# SIGTERM raises what Ctrl-C does
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_interrupted_it_leaves_no_process_and_goes_on(
    graded_few: Path, few: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    process = start(few, out, "--secret", run.known_secret(graded_few))
    wait_for_results(out, 2)
    started = descendants(process.pid)
    assert started
    process.send_signal(number)
    _, said = process.communicate(timeout=10)
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert "the same command goes on from here" in said
        assert "Traceback" not in said
    until = time.monotonic() + 10
    while [p for p in started if Path(f"/proc/{p}").exists()]:
        assert time.monotonic() < until, "processes are left"
        time.sleep(0.05)
    before = {path: path.stat().st_mtime_ns for path in out.glob(f"submissions/*/{run.JUDGED}")}
    assert 0 < len(before) < len(list(few.iterdir()))
    assert grade.main(["--all-in", str(few), "--out", str(out)]) == 3
    kept = [path for path, changed in before.items() if path.stat().st_mtime_ns == changed]
    assert len(kept) >= len(before) - 2  # broken and empty ones are looked at each time
    assert without_times(out) == without_times(graded_few)


# -- what the examples are drawn from -----------------------------------------------------------


def test_the_same_code_meets_the_same_examples_in_the_same_class_and_no_other() -> None:
    one, other = {"data.py": b"x = 1"}, {"data.py": b"x = 1  # lucky"}
    assert run.drawn_from(one, "a") == run.drawn_from({**one}, "a")
    assert len({run.drawn_from(files, of) for files in (one, other) for of in "ab"}) == 4
    keys = [run.key(Handed(one), "", run.Settings(), of) for of in "aab"]
    assert keys[0] == keys[1] != keys[2]


def test_a_class_keeps_its_secret_and_tells_it_to_nobody(
    graded_few: Path, few: Path, tmp_path: Path
) -> None:
    secret = run.known_secret(graded_few)
    assert len(secret) == 32
    out = shutil.copytree(graded_few, tmp_path / "out")
    assert (
        grade.main([str(few / "right"), "--out", str(out)]) == 3
    )  # one of the others is unreadable
    assert run.known_secret(out) == secret
    texts = {path.name: path.read_text(encoding="utf-8") for path in out.rglob("*.*")}
    assert {name for name, text in texts.items() if secret in text} == {run.CLASS}


def test_examples_differ_with_the_secret(
    graded_few: Path, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []

    def noted(files: Any, settings: Any, tests: str, number: int) -> dict[str, Any]:
        numbers.append(number)
        return run.failed("")

    monkeypatch.setattr(run, "judge", noted)
    for secret in ("a", "a", "b"):
        arguments = [str(few / "right"), "--out", str(tmp_path), "--secret", secret, "--anew"]
        assert grade.main(arguments) == 1
    assert numbers[0] == numbers[1] != numbers[2]


def test_what_a_submission_may_import_is_part_of_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run.fingerprint.__wrapped__()
    place = tmp_path / "site-packages"
    (place / "pandas-1.0.dist-info").mkdir(parents=True)
    (place / "pandas-1.0.dist-info" / "METADATA").write_text("Name: pandas\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(place)
    assert run.fingerprint.__wrapped__() != before


# -- more machines ------------------------------------------------------------------------------


def test_parts_put_together_are_the_whole(graded_few: Path, few: Path, tmp_path: Path) -> None:
    parts, secret = [], run.known_secret(graded_few)
    for k, status in ((1, 3), (2, 0)):  # one of the first part cannot be read
        parts.append(str(tmp_path / f"part{k}"))
        arguments = ["--all-in", str(few), "--out", parts[-1], "--shard", f"{k}/2"]
        assert grade.main([*arguments, "--secret", secret]) == status
        assert grade.main(arguments) == status  # it knows it by now
    out = tmp_path / "out"
    assert grade.main(["merge", *parts, "--out", str(out)]) == 3
    assert without_times(out) == without_times(graded_few)
    half = tmp_path / "half"
    assert grade.main(["merge", parts[0], "--out", str(half)]) == 1  # says what is missing
    assert 0 < len(rows(half)) < len(rows(out))


def test_each_machine_makes_the_same_secret_of_all_that_was_handed_in(
    few: Path, tmp_path: Path
) -> None:
    def secret(folder: Path) -> str:
        sources = naming.named(naming.in_folder(folder, tmp_path))
        return run.Grading(sources, run.Settings(), tmp_path, "").common_secret()

    again = shutil.copytree(few, tmp_path / "again")
    assert secret(again) == secret(few)
    (again / "right" / "data.py").open("a").write("# changed")
    assert secret(again) != secret(few)


def test_parts_of_different_classes_are_not_put_together(
    graded_few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run.write_manifest(["alice"], run.Settings(), other, "secret")
    out = str(tmp_path / "out")
    assert grade.main(["merge", str(graded_few), str(other), "--out", out]) == 2
    assert "is of another class" in capsys.readouterr().err
    assert grade.main(["merge", str(tmp_path), "--out", out]) == 2
    assert "there are no results in" in capsys.readouterr().err


def test_options_may_come_before_the_word_merge(graded_few: Path, tmp_path: Path) -> None:
    for before in (["--out", str(tmp_path / "merge")], [f"--o={tmp_path / 'merge'}"]):
        assert grade.main([*before, "merge", str(graded_few)]) == 3
        assert without_times(tmp_path / "merge") == without_times(graded_few)


@pytest.mark.parametrize("path", ["./merge", "merge/", "class/merge"])
def test_a_submission_may_be_called_merge(
    few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(few / "wrong", path)
    options = grade.parse([path, "--out", "results"])
    assert (options.run, options.submission) == (grade.grade, [Piece(Path(path))])
    options = grade.parse(["--out", "merge", path, "merge" if path != "class/merge" else path])
    assert (options.run, options.submission[0]) == (grade.grade, Piece(Path(path)))


def test_who_has_a_submission_called_merge_is_told_what_to_write(
    graded_few: Path,
    few: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(few / "wrong", "merge")
    for others in ([], [str(few / "right")]):
        with pytest.raises(SystemExit, match="2"):
            grade.main(["merge", *others, "--out", "results"])
        assert "write ./merge to grade it" in capsys.readouterr().err.splitlines()[-1]
    shutil.rmtree("merge")
    shutil.copytree(graded_few, "merge")  # results may be called so
    assert grade.main(["merge", "merge", "--out", "results"]) == 3


@pytest.mark.parametrize(
    "option", [["--jobs", "2"], ["--shard", "1/2"], ["--no-sandbox"], ["--all-in", "."]]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_merge_refuses_options_of_judging(
    graded_few: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: list[str],
    place: int,
) -> None:
    arguments = ["merge", str(graded_few), "--out", str(tmp_path / "out")]
    arguments[place:place] = option
    with pytest.raises(SystemExit, match="2"):
        grade.main(arguments)
    assert f"unrecognized arguments: {option[0]}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["merge", "--help"], ["--help", "merge"]])
def test_each_command_has_its_own_help(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        grade.main(arguments)
    said = capsys.readouterr().out
    assert "merge DIR... --out DIR" in said
    assert ("--jobs" in said) == ("merge" not in arguments)
    assert "--points" in said


def test_a_dask_cluster_gives_the_same_results_though_a_worker_dies(
    graded_few: Path, few: Path, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    address_file = tmp_path / "scheduler.json"
    with contextlib.ExitStack() as stack:

        def begin(*arguments: str) -> "subprocess.Popen[bytes]":
            command = [sys.executable, "-m", *arguments]
            process = subprocess.Popen(command, cwd=tmp_path, env=environment, **quiet)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        begin(
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(address_file),
        )
        while not address_file.exists():
            time.sleep(0.05)
        address = json.loads(address_file.read_text())["address"]
        workers = [
            begin(
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(tmp_path),
            )
            for _ in range(2)
        ]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        out = tmp_path / "out"
        arguments = ["--all-in", str(few), "--out", str(out), "--scheduler", address]
        arguments += ["--secret", run.known_secret(graded_few)]
        with ThreadPoolExecutor(1) as beside:

            def kill_one() -> None:
                wait_for_results(out, 2)
                workers[0].kill()

            killed = beside.submit(kill_one)
            assert grade.main(arguments) == 3
            killed.result()
        assert workers[1].poll() is None
    assert without_times(out) == without_times(graded_few)


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
