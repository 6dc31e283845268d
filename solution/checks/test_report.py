"""What pytest says to a learner, in every state that their files can be in."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from solution.checks.conftest import ROOT, Change, Judge
from tests.judge.functions import BONUS
from tests.judge.specification import properties

ONE_TEST = "tests/test_gradients.py::test_prediction_for_one_sample"
HALF = ("dw = 2 * np.mean(residual * x)", "db = 2 * np.mean(residual) ")


def report(result: pytest.RunResult) -> str:
    """Return what stands below the line that names the folder."""
    return result.stdout.str().split(" kata: ")[1].split("\n", 1)[1]


def halve_the_gradients(change: Change) -> None:
    for line in HALF:
        change("gradients", line, line.replace("2 * ", ""))


def test_fresh_checkout_says_what_to_write_and_no_more(judge: Judge) -> None:
    result = judge(ROOT / "kata")
    assert result.ret == 1
    assert "Traceback" not in result.stdout.str()
    assert "NotImplementedError" not in result.stdout.str()
    lines = report(result).splitlines()
    assert lines[:5] == [
        "  1 data       not started  to write: make_data",
        "  2 gradients  not started  to write: predict, mse_loss, mse_gradients, sgd_step",
        "  3 batching   not started  to write: sample_batch, shuffled_batches",
        "  4 descent    not started  to write: minibatch_gd",
        "  5 training   not started  to write: LinearRegression, to_dataset, train_epoch, train",
    ]
    assert re.fullmatch(
        r"next: write make_data in \S*data.py \(for a hint: pytest --hint make_data\)", lines[5]
    )


def test_wrong_function_gets_one_block(judge: Judge, modules: Path, change: Change) -> None:
    halve_the_gradients(change)
    result = judge(modules, file="tests/test_gradients.py")
    assert result.ret == 1
    lines = report(result).splitlines()
    assert lines[:8] == [
        "✗ mse_gradients: both gradients are exactly half of what they should be",
        "    call      mse_gradients(x=[[1.0]], y=[[0.0]], w=1.0, b=0.0)",
        "    got       (1.0, 1.0)",
        "    expected  (2.0, 2.0)",
        "    likely    the 2 from differentiating the square is missing: "
        "the derivative of r² is 2·r",
        "    more      2 further properties fail",
        "    hint      pytest --hint mse_gradients",
        "",
    ]
    assert lines[8] == "  2 gradients  wrong        to correct: mse_gradients"
    assert lines[9].startswith("next: correct mse_gradients in ")


def test_two_functions_that_make_up_for_each_other(
    judge: Judge, modules: Path, change: Change
) -> None:
    halve_the_gradients(change)
    change("gradients", "w - lr * dw, b - lr * db", "w - 2 * lr * dw, b - 2 * lr * db")
    lines = report(judge(modules, file="tests/test_gradients.py")).splitlines()
    note = "    note      this makes up for mse_gradients, which is wrong, too: correct both"
    assert [line for line in lines if line.startswith("    note")] == [note]
    assert lines.index(note) > lines.index(
        "✗ sgd_step: both steps are exactly twice what they should be"
    )


def test_stage_is_started_then_done(judge: Judge, modules: Path, change: Change) -> None:
    change(
        "gradients",
        "return w - lr * dw, b - lr * db",
        'raise NotImplementedError("gradients: sgd_step")',
    )
    result = judge(modules, file="tests/test_gradients.py")
    assert result.ret == 1
    done = judge(ROOT / "solution", file="tests/test_gradients.py")
    assert done.ret == 0
    assert report(done).splitlines()[0] == "  2 gradients  done"
    assert report(result).splitlines()[0] == "  2 gradients  started      to write: sgd_step"


def test_exception_shows_the_learners_own_line(judge: Judge, modules: Path, change: Change) -> None:
    change("gradients", "return w * x + b", "return w * x + c")
    result = judge(modules, file=ONE_TEST)
    lines = report(result).splitlines()
    assert lines[0] == "✗ predict: raises NameError: name 'c' is not defined"
    assert lines[1] == "    call      predict(x=[[1.0]], w=2.0, b=0.0)"
    assert re.fullmatch(
        r"    got       NameError: name 'c' is not defined, in submission/gradients.py, line \d+",
        lines[2],
    )
    assert lines[3] == " " * 18 + "return w * x + c  # (m, 1)"
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    ("old", "new", "headline"),
    [
        (
            "return w * x + b",
            "return (w * x + b",
            "✗ gradients: gradients.py cannot be imported: SyntaxError: '(' was never closed",
        ),
        (
            "Array = NDArray",
            "import nothing_of_this_name\nArray = NDArray",
            "✗ gradients: gradients.py cannot be imported: ModuleNotFoundError: "
            "No module named 'nothing_of_this_name'",
        ),
        (
            "Array = NDArray",
            "import sys; sys.exit(0)\nArray = NDArray",
            "✗ gradients: gradients.py cannot be imported: sys.exit",
        ),
        (
            "Array = NDArray",
            "n = input()\nArray = NDArray",
            "✗ gradients: gradients.py cannot be imported: it waits for input from the keyboard",
        ),
        ("def predict(", "def forecast(", "✗ predict: there is no predict in gradients.py"),
        (
            "return w * x + b",
            "while True: pass",
            "✗ predict: is still running after 0.2 seconds",
        ),
        (
            "return w * x + b",
            "raise SystemExit(0)",
            "✗ predict: ends the program (sys.exit) instead of returning",
        ),
        (
            "return w * x + b",
            "x *= w; x += b; return x.copy()",
            "✗ predict: changes its argument x in place",
        ),
        (
            "return w * x + b",
            "return None",
            "✗ predict: returns None, not an array of shape (m, 1)",
        ),
    ],
    ids=lambda text: text[:20],
)
def test_first_line_says_what_happened(
    judge: Judge,
    modules: Path,
    change: Change,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    headline: str,
) -> None:
    monkeypatch.setattr("tests.judge.boundary.SMALL_SECONDS", 0.2)
    change("gradients", old, new)
    result = judge(modules, file=ONE_TEST)
    assert result.ret == 1
    assert report(result).splitlines()[0] == headline
    assert "Traceback" not in result.stdout.str()


def test_a_mistake_is_reported_once_at_its_stage(
    judge: Judge, modules: Path, change: Change
) -> None:
    halve_the_gradients(change)
    result = judge(modules, "-k", "derivatives or update or shuffled_anew")
    text = report(result)
    assert [line for line in text.splitlines() if line.startswith("✗")] == [
        "✗ mse_gradients: both gradients are exactly half of what they should be"
    ]
    assert "  4 descent    passes" in text


def test_no_batches_are_shown_as_their_call_shows_them(
    judge: Judge, modules: Path, change: Change
) -> None:
    change(
        "batching", "    if batch_size < 1:\n        raise", "    if batch_size < 0:\n        raise"
    )
    change("batching", "range(0, n, batch_size)", "range(0, n, batch_size or n + 1)")
    change("batching", "    order = ", "    if not batch_size:\n        return\n    order = ")
    text = report(judge(modules, "-k", "refused or below", file="tests/test_batching.py"))
    assert "✗ shuffled_batches: raises no ValueError" in text
    assert "\n    got       []\n" in text


@pytest.mark.parametrize("is_halved", [False, True])
def test_what_stands_in_is_named_and_cannot_be_pasted(
    judge: Judge, modules: Path, change: Change, is_halved: bool
) -> None:
    if is_halved:
        halve_the_gradients(change)
    change("descent", "return w, b", "return w, 2 * b")
    folder = modules.rename(modules.parent / "kata")
    text = report(judge(folder, file="tests/test_descent.py"))
    block = text.partition("✗ minibatch_gd")[2].partition("hint")[0]
    with_ = "\n    with      a right mse_gradients in place of yours\n"
    assert (with_ in block, "    paste " in block) == (is_halved, not is_halved)


@pytest.mark.parametrize(
    ("stage", "old", "new", "function"),
    [
        ("gradients", "return w * x + b", "return w * x", "predict"),
        ("training", "return total / len(loader)", "return total", "train_epoch"),
    ],
)
def test_functions_of_the_same_file_do_not_suffer(
    judge: Judge, modules: Path, change: Change, stage: str, old: str, new: str, function: str
) -> None:
    change(stage, old, new)
    text = report(judge(modules, file=f"tests/test_{stage}.py"))
    wrong = [line for line in text.splitlines() if line.startswith("✗")]
    assert [line.partition(":")[0] for line in wrong] == [f"✗ {function}"]


@pytest.mark.parametrize(
    "options", [[], ["-k", "loss or derivatives"], ["-x"]], ids=["all", "some", "first"]
)
def test_counts_are_those_of_pytest(
    judge: Judge, modules: Path, change: Change, options: list[str]
) -> None:
    halve_the_gradients(change)
    ours = judge(modules, *options, file="tests/test_gradients.py")
    plain = judge(
        modules, *options, "-p", "no:kata-report", "--tb=no", file="tests/test_gradients.py"
    )
    assert ours.ret == plain.ret
    assert ours.parseoutcomes() == plain.parseoutcomes()


def test_tests_may_run_in_two_processes(
    pytester: pytest.Pytester, modules: Path, change: Change
) -> None:
    halve_the_gradients(change)
    result = pytester.run(
        sys.executable,
        "-m",
        "pytest",
        "-n2",
        "-pno:cacheprovider",
        f"--rootdir={ROOT}",
        f"--config-file={ROOT / 'pyproject.toml'}",
        f"--impl={modules}",
        str(ROOT / "tests" / "test_gradients.py"),
    )
    assert result.ret == 1
    result.assert_outcomes(passed=8, failed=3)
    assert "✗ mse_gradients: both gradients are exactly half" in report(result)


def test_traceback_is_there_for_those_who_ask(judge: Judge, modules: Path, change: Change) -> None:
    halve_the_gradients(change)
    one = "tests/test_gradients.py::test_gradients_of_one_sample"
    result = judge(modules, "--tb=short", file=one)
    assert "= FAILURES =" in result.stdout.str()
    assert "tests/test_gradients.py:" in result.stdout.str()


def test_hints_come_in_steps(judge: Judge) -> None:
    first = judge(ROOT / "kata", "--hint", "predict").stdout.str()
    assert "1. What does NumPy do" in first
    assert "2. " not in first
    assert "pytest --hint predict:2" in first
    assert "3. The formula" in judge(ROOT / "kata", "--hint", "predict:3").stdout.str()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
@pytest.mark.parametrize("command", ["pytest --hint mse_gradients:3", "kata --help"])
def test_terminals_without_unicode_are_written_to(command: str, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    arguments = [sys.executable, "-m", *command.split()]
    said = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (said.returncode, b"ERROR" in said.stdout + said.stderr) == (0, False)


def test_unknown_names_are_refused(judge: Judge, tmp_path: Path) -> None:
    result = judge(ROOT / "kata", "--hint", "nothing")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "no hint for 'nothing'" in result.stderr.str()
    result = judge(tmp_path / "nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "no folder with data.py" in result.stderr.str()


@pytest.mark.parametrize(
    ("argument", "instead"),
    [
        ("kata/gradients.py", "pytest tests/test_gradients.py"),
        ("kata/scan.py::compose", "pytest tests/test_scan.py"),
        ("kata", "pytest"),
    ],
)
def test_files_without_tests_are_refused(argument: str, instead: str) -> None:
    command = [sys.executable, "-m", "pytest", argument]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == pytest.ExitCode.USAGE_ERROR
    sentence = f"{argument} has no tests, but is tested: run {instead.replace('/', os.sep)}\n"
    assert said.stderr.strip() == f"ERROR: {sentence}".strip()


def test_processes_that_know_nothing_of_each_other_are_refused(
    pytester: pytest.Pytester, judge: Judge
) -> None:
    option = "def pytest_addoption(parser): parser.addoption('--forked', action='store_true')"
    pytester.makepyfile(as_pytest_forked=option)
    pytester.syspathinsert()
    result = judge(ROOT / "kata", "-p", "as_pytest_forked", "--forked")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "run pytest, or pytest -n 2" in result.stderr.str()


def test_a_save_runs_the_tests_again(tmp_path: Path) -> None:
    pytest.importorskip("pytest_watcher")
    (tmp_path / "kata").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text("def test_one(): pass")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    out = tmp_path / "out.txt"
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    with out.open("w") as file:
        watcher = subprocess.Popen(
            [sys.executable, "-m", "pytest_watcher", ".", "--now"],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        until = time.monotonic() + 60
        while (runs := out.read_text().count("1 passed")) < 2:
            assert time.monotonic() < until, out.read_text()
            time.sleep(1)
            if runs == 1:  # a save while the first run ends is not noticed
                (tmp_path / "kata" / "gradients.py").write_text("# saved")
    finally:
        watcher.kill()
        watcher.wait()


def test_modules_may_import_each_other_absolutely(
    judge: Judge, modules: Path, change: Change
) -> None:
    change("descent", "from .gradients import", "from kata.gradients import")
    assert judge(modules, file="tests/test_descent.py::test_one_update_on_one_sample").ret == 0


def test_bonus_is_skipped_until_it_is_written(judge: Judge, modules: Path) -> None:
    result = judge(modules, file="tests/test_scan.py")  # there is no scan.py in this folder
    assert result.ret == 0
    result.assert_outcomes(skipped=sum(len(properties(name)) for name in BONUS["scan"]))
    assert "scan" not in result.stdout.str().replace("test_scan", "")


def test_bonus_is_judged_once_it_is_written(judge: Judge, modules: Path, change: Change) -> None:
    shutil.copy(ROOT / "solution" / "scan.py", modules)
    assert judge(modules, file="tests/test_scan.py").ret == 0
    change("scan", "= first\n", "= second\n")
    result = judge(modules, file="tests/test_scan.py")
    assert result.ret == 1
    assert report(result).startswith("✗ compose: ")
    assert "  + scan       wrong        to correct: compose" in result.stdout.str()


SCAN = """
import numpy as np

from .batching import shuffled_batches
from .gradients import mse_gradients, mse_loss


def update_map(xb, yb, alpha):
    xx, x, xy, y = (2 * alpha * np.mean(part) for part in (xb * xb, xb, xb * yb, yb))
    return 1 - xx, -x, xy, -x, 1 - 2 * alpha, y


def compose(first, second):
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    to_w = p * a + q * d, p * b + q * e, p * c + q * f + r
    return *to_w, s * a + t * d, s * b + t * e, s * c + t * f + u


def minibatch_gd_scan(x, y, *, batch_size, lr, epochs, rng, w=0.0, b=0.0):
    drawn = [list(shuffled_batches(x, y, batch_size, rng)) for _ in range(epochs)]
    maps = np.array([[update_map(*batch, lr) for batch in epoch] for epoch in drawn])
    losses = np.zeros((epochs, len(drawn[0])))
    whole = tuple(maps[:, 0].T)  # of each epoch, composed for all of them side by side
    for place in range(1, len(drawn[0])):
        whole = compose(whole, tuple(maps[:, place].T))
    for epoch, batches in enumerate(drawn):
        at = w, b
        for place, (xb, yb) in enumerate(batches):
            losses[epoch, place] = mse_loss(xb, yb, *at)
            at = moved(maps[epoch, place], *at)
        w, b = moved([part[epoch] for part in whole], w, b)
    return w, b, losses.mean(axis=1)


def moved(step, w, b):
    return step[0] * w + step[1] * b + step[2], step[3] * w + step[4] * b + step[5]
"""


@pytest.mark.parametrize(
    ("function", "old", "new", "headline"),
    [
        (
            "update_map",
            "(2 * alpha * np",
            "(alpha * np",
            "ww − 1, wb, w1, bw and b1 are exactly half",
        ),
        ("compose", "= first", "= second", "ww and bb are 4 where they should be 2, and wb"),
        (
            "compose",
            "return *to_w, s * a + t * d, s * b + t * e, s * c + t * f + u",
            "to_b = s * a + t * d, s * b + t * e, s * c + t * f + u\n"
            "    return tuple(np.mean(part) for part in to_w + to_b)",
            "returns for ww one number, not an array of shape (2,)",
        ),
        ("compose", "*to_w, s * a", "*map(float, to_w), s * a", "raises TypeError"),
    ],
)
def test_what_the_scan_builds_on_is_blamed_alone(
    judge: Judge, modules: Path, function: str, old: str, new: str, headline: str
) -> None:
    assert SCAN.count(old) == 1
    (modules / "scan.py").write_text(SCAN.replace(old, new), encoding="utf-8")
    result = judge(modules, file="tests/test_scan.py")
    assert result.ret == 1
    assert report(result).startswith(f"✗ {function}: {headline}")
    assert f"  + scan       wrong        to correct: {function}\n" in result.stdout.str()


def test_the_scan_may_be_any(judge: Judge, modules: Path) -> None:
    (modules / "scan.py").write_text(SCAN, encoding="utf-8")
    assert judge(modules, file="tests/test_scan.py").ret == 0


def test_bonus_may_be_a_loop(judge: Judge, modules: Path) -> None:
    (modules / "scan.py").write_text(
        """
from .descent import minibatch_gd
from .gradients import mse_gradients


def update_map(xb, yb, alpha):
    def after(w, b):
        dw, db = mse_gradients(xb, yb, w, b)
        return w - alpha * dw, b - alpha * db

    zero, w, b = after(0.0, 0.0), after(1.0, 0.0), after(0.0, 1.0)
    return [value for i in (0, 1) for value in (w[i] - zero[i], b[i] - zero[i], zero[i])]


def compose(first, second):
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    to_w = p * a + q * d, p * b + q * e, p * c + q * f + r
    return *to_w, s * a + t * d, s * b + t * e, s * c + t * f + u


minibatch_gd_scan = minibatch_gd
""",
        encoding="utf-8",
    )
    assert judge(modules, file="tests/test_scan.py").ret == 0
