"""Grading that is interrupted, done in parts or again: the results are those of one run."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.checks.conftest import ROOT, descendants
from solution.checks.small_class import (  # noqa: F401, fixtures are used by name
    fixture_few,
    fixture_graded_few,
    fixture_learners,
    rows,
    without_times,
)
from solution.grading import run, sandbox
from solution.grading.submissions import naming
from solution.grading.submissions.places import Handed
from solution.grading.submissions.sources import Piece

pytestmark = pytest.mark.skipif(bool(sandbox.obstacle()), reason=sandbox.obstacle())

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


def test_results_among_the_submissions_are_none(
    graded_few: Path, few: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(few, tmp_path / "class")
    out = shutil.copytree(graded_few, folder / "results")
    (folder / "Thumbs.db").touch()
    assert grade.main(["--all-in", str(folder), "--out", str(out)]) == 3
    assert rows(out) == rows(graded_few)


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
