"""One grader works on a folder of results, and a full disk leaves nothing half-written."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.checks.conftest import ROOT
from solution.grading import one_grader, run, sandbox
from tests.judge.functions import STAGES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading needs Linux")

HOLDS = """
import sys
from pathlib import Path
from solution.grading.one_grader import alone_in
with alone_in(Path(sys.argv[1])):
    print("holds it", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Return another process, which works on the results."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    pipe: Any = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holds it\n"
        yield process
        process.kill()


@pytest.fixture
def submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a submission that is judged at once, and badly."""

    def judge(*_: Any) -> dict[str, Any]:
        return run.unjudged("is not looked at", "")

    monkeypatch.setattr(run, "judge", judge)
    monkeypatch.setattr(sandbox, "obstacle", lambda: "")
    folder = tmp_path / "ann"
    folder.mkdir()
    (folder / f"{next(iter(STAGES))}.py").touch()
    return folder


@pytest.mark.parametrize("merges", [False, True])
def test_the_second_of_two_graders_says_so(
    other: "subprocess.Popen[str]",
    submission: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    merges: bool,
) -> None:
    arguments = ["merge", str(tmp_path)] if merges else [str(submission)]
    assert grade.main([*arguments, "--out", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert f"another grader is at work in {tmp_path}" in line
    assert {path.name for path in tmp_path.iterdir()} == {one_grader.LOCK, "ann"}


def test_a_grader_that_was_killed_keeps_nobody_away(
    other: "subprocess.Popen[str]", submission: Path, tmp_path: Path
) -> None:
    other.kill()
    other.wait()
    assert grade.main([str(submission), "--out", str(tmp_path)]) == 0


def test_without_locks_it_works_all_the_same(
    submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    assert grade.main([str(submission), "--out", str(tmp_path)]) == 0


def test_a_full_disk_is_one_sentence_and_nothing_half_written(
    submission: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "results"
    write, room = Path.write_bytes, [0]

    def write_bytes(path: Path, content: bytes) -> int:
        written = write(path, content[: room[0]])
        room[0] -= written
        if written < len(content):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return written

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    whole: dict[Path, bytes] = {}
    for number in range(9):  # at each file in turn
        room[0] = 100 + 2000 * number
        status = grade.main([str(submission), "--out", str(out)])
        said = capsys.readouterr().err
        assert status == 1
        assert len(said.splitlines()) == 1
        assert "No space left on device" in said
        left = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
        assert not [path for path in left if path.suffix == ".part"]
        assert {path: left[path] for path in whole} == whole  # files of before are as they were
        whole = left
    room[0] = 10**9
    assert grade.main([str(submission), "--out", str(out)]) == 0
    assert len(whole) > 3
    assert {path: path.read_bytes() for path in whole} == whole
