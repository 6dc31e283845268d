"""Whose time is counted: a learner's own, and neither a library's import nor the judge's work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from solution.checks.conftest import ROOT, Change, Judge
from tests.judged.containment import PASSED_ON, contained

# A plugin: limits are short, and the import of PyTorch is longer than all of them.
SLOW_DISK = """
import sys, time
from tests.judge import boundary
from tests.judged import limits, modules

boundary.SMALL_SECONDS = boundary.CALL_SECONDS = modules.IMPORT_SECONDS = 0.5
boundary.TOTAL_SECONDS = 1.5
limits.PATIENCE = limits.LAST_RESORT = 0.5


class SlowDisk:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            sys.meta_path.remove(self)
            start = time.monotonic()
            while time.monotonic() - start < 2.0:
                sum(range(1_000_000))  # as a library that is read, it cannot be interrupted


sys.meta_path.insert(0, SlowDisk())
"""


def run(
    modules: Path, *options: str, plugin: str = "", typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run pytest on a folder, in a process of its own, with a plugin and a keyboard."""
    (modules.parent / "plugged.py").write_text(plugin)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "plugged", f"--impl={modules}", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{modules.parent}{os.pathsep}{ROOT}"},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "use",
    [
        "import torch",
        "import math, torch",
        "from .helper import torch",
        "def predict(x, w, b):\n    import math, torch\n    return w * x + b",
        "def predict(x, w, b):\n    import importlib\n    importlib.import_module('torch')\n"
        "    return w * x + b",
    ],
)
def test_import_of_a_library_is_nobodys_time(modules: Path, use: str) -> None:
    (modules / "helper.py").write_text("import math, torch\n")
    with (modules / "gradients.py").open("a") as file:
        file.write(f"\n{use}\n")
    done = run(modules, "tests/test_gradients.py", "-k", "predict", plugin=SLOW_DISK)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_import_of_the_judges_own_is_nobodys_time(modules: Path) -> None:
    (modules / "training.py").rename(modules / "helper.py")
    (modules / "training.py").write_text(
        "def to_dataset(x, y):\n    from .helper import to_dataset\n    return to_dataset(x, y)\n"
    )
    done = run(modules, "tests/test_training.py", "-k", "dataset", plugin=SLOW_DISK)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_an_endless_loop_after_a_slow_import_is_over_soon(modules: Path) -> None:
    with (modules / "gradients.py").open("a") as file:
        file.write("\ndef predict(x, w, b):\n    import torch\n    while True: pass\n")
    done = run(modules, "tests/test_gradients.py", "-k", "predict", plugin=SLOW_DISK)
    assert "✗ predict: is still running after 0.5 seconds" in done.stdout


# -- printing -----------------------------------------------------------------------------------


def test_what_nobody_reads_is_not_written_down() -> None:
    written = []

    class Text:
        def __str__(self) -> str:
            written.append("nine char")
            return written[-1]

    with contained([PASSED_ON - 1000]) as output:
        for _ in range(1000):
            print(Text())
    assert len(written) == 100  # with the ends of their lines, 1000 characters
    assert output.head.startswith("nine char\nnine char\n")


def test_right_code_may_print_in_every_call(modules: Path, change: Change, judge: Judge) -> None:
    lines = "    for i in range(200): print(i, x, y)\n"
    change("batching", "    rows = rng", f"{lines}    rows = rng")
    change("batching", "    order = ", f"{lines}    order = ")
    judge(modules, file="tests/test_batching.py").assert_outcomes(passed=24)


# -- processes of the learner's -----------------------------------------------------------------


def test_a_process_that_is_forked_may_end(modules: Path, change: Change) -> None:
    change("gradients", "import numpy as np", "import os, sys\nimport numpy as np")
    body = """
    child = os.fork()
    if not child:
        os._exit(7)
    x = x if os.waitpid(child, 0)[1] == 7 << 8 else None
    return w * x + b"""
    change("gradients", "\n    return w * x + b", body)
    done = run(modules, "tests/test_gradients.py", "-k", "predict")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


# -- what nothing can interrupt -----------------------------------------------------------------

STUCK = """
from tests.judge import boundary
from tests.judged import limits

boundary.SMALL_SECONDS = 0.2
limits.LAST_RESORT = 0.8
"""


def test_a_call_that_cannot_be_interrupted_ends_in_a_report(modules: Path, change: Change) -> None:
    change("gradients", "return float(np.mean(residual**2))", "return sum(range(10**12))")
    change("data", "w: float = 3.0", "w: float = 4.0")
    options = ["tests/test_data.py", "tests/test_gradients.py", "-k", "left_out or predict or loss"]
    done = run(modules, *options, plugin=STUCK)
    assert done.returncode not in (0, 1)
    lines = done.stdout.split(" kata: ")[1].splitlines()[1:]
    assert lines[0].startswith("✗ make_data: ")
    at = next(k for k, line in enumerate(lines) if line.startswith("✗ mse_loss"))
    assert lines[at].startswith("✗ mse_loss: is still running after 1 second, and nothing can")
    assert lines[at + 1].startswith("    got       no result, in submission/gradients.py, line ")
    assert lines[-3].split()[:3] == ["1", "data", "wrong"]
    assert lines[-2].split() == ["2", "gradients", "wrong", "to", "correct:", "mse_loss"]
    assert lines[-1].startswith("next: correct make_data")


# -- a debugger ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["p 6 * 7\nq\n", "c\nc\np 6 * 7\nq\n"], ids=["first", "later"])
def test_leaving_the_debugger_ends_the_run(modules: Path, change: Change, typed: str) -> None:
    change("gradients", "    return w * x + b", "    breakpoint()\n    return w * x + b")
    done = run(modules, "tests/test_gradients.py", typed=typed)
    assert done.stdout.count("(Pdb) ") == typed.count("\n")  # each prompt is seen
    assert "(Pdb) 42" in done.stdout
    assert done.stdout.count("Quitting debugger") == 1
    assert "✗" not in done.stdout
    assert done.returncode == pytest.ExitCode.INTERRUPTED


def test_a_copy_that_the_code_makes_of_the_process_ends_with_the_call(
    modules: Path, change: Change
) -> None:
    once = "import os; hasattr(os, 'forked') or (setattr(os, 'forked', True), os.fork())"
    change("gradients", "    return w * x + b", f"    {once}\n    return w * x + b")
    result = run(modules, "tests/test_gradients.py")
    assert result.stdout.count("gradients  done") == 1, result.stdout
