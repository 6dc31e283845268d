"""`python -m solution` and `python -m kata`: the table, the picture, and what they refuse."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plots import command, experiment
from solution import __main__ as solution_command
from solution import reference
from solution.checks.conftest import ROOT
from solution.data import make_data
from solution.descent import minibatch_gd

SMALL = ["--epochs", "3", "--batch-sizes", "1000", "128"]


def test_pieces_of_a_run_are_one_run() -> None:
    x, y = make_data(50)
    values = {"batch_size": 7, "lr": 0.1, "epochs": 250}
    run = experiment.with_numpy("solution", x, y, **values, seed=5)  # type: ignore[arg-type]
    w, b, losses = minibatch_gd(x, y, **values, rng=np.random.default_rng(5))  # type: ignore[arg-type]
    assert (run.w, run.b, run.losses.tolist()) == (w, b, losses)
    assert run.at[:9].tolist() == list(range(9))  # each update of the first epoch
    assert run.at[-1] == run.updates == 250 * 8
    assert run.path.shape == (len(run.at), 2)


def test_scan_takes_the_path_of_the_loop() -> None:
    x, y = make_data(50)
    values = {"batch_size": 7, "lr": 0.1, "epochs": 30, "seed": 5}
    loop = experiment.with_numpy("solution", x, y, **values)  # type: ignore[arg-type]
    scan = reference.scan(x, y, **values)  # type: ignore[arg-type]
    np.testing.assert_allclose(scan.losses, loop.losses, rtol=1e-9)
    np.testing.assert_allclose(scan.path[loop.at], loop.path, rtol=1e-9, atol=1e-12)


def test_torch_engine_converges_to_the_least_squares_line() -> None:
    x, y = make_data(50)
    line = experiment.least_squares(x, y)
    run = experiment.with_torch("solution", x, y, batch_size=50, lr=0.5, epochs=300, seed=0)
    assert (run.w, run.b) == pytest.approx((line.w, line.b), abs=1e-3)
    assert line.excess(run.path[-1]) < 1e-5


def test_pytorch_is_beside_the_scan_on_the_same_batches() -> None:
    x, y = make_data(100)
    found = reference.beside_torch(x, y, batch_sizes=[100, 7], lr=0.1, epochs=50, seed=3)
    assert found.epochs == {100: 50, 7: 6}
    assert 0 < found.difference < 1e-5  # float32
    assert set(found.update_seconds) == {100, 7}


def test_second_process_works_after_pytorch_has_started_threads(tmp_path: Path) -> None:
    program = (
        "import sys, torch; from solution.__main__ import main;"
        "x = torch.ones(100_000, 1, requires_grad=True); w = torch.ones(1, 1, requires_grad=True);"
        "(x @ w).sum().backward();"
        "sys.exit(main(sys.argv[1:]))"
    )
    arguments = [*SMALL, "--out", str(tmp_path), "comparison"]
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, timeout=60)


def test_excess_is_the_loss_above_the_least() -> None:
    x, y = make_data(50)
    line = experiment.least_squares(x, y)
    path = np.array([[0.0, 0.0], [3.0, 2.0], [line.w, line.b]])
    losses = [float(np.mean((w * x + b - y) ** 2)) for w, b in path]
    np.testing.assert_allclose(line.losses(path), losses, rtol=1e-12)
    assert line.excess(path)[-1] == 0


def test_table_check_and_pictures_come_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new"
    assert solution_command.main([*SMALL, "--out", str(out), "comparison", "paths"]) == 0
    lines = capsys.readouterr().out.splitlines()
    head = "method batch size updates w b final loss seconds"
    assert " ".join(lines[0].split()) == head
    assert [line.split()[:3] for line in lines[1:3]] == [
        ["batch", "1000", "3"],
        ["mini-batch", "128", "24"],
    ]
    assert any(line.startswith("check: after the first epochs (3 of batch") for line in lines)
    assert sorted(path.name for path in out.iterdir()) == ["comparison.png", "paths.png"]
    for name in ("comparison", "paths"):
        assert f"picture: {out / name}.png" in lines
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_only_the_reference_solution_draws_over_the_pictures_of_the_readme(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    extras: Any = object()
    assert command.parse("solution", 5, extras, []).out == ROOT / "plots"
    assert command.parse("kata", 5, None, []).out.resolve() == tmp_path / "pictures"
    assert "pictures/\n" in (ROOT / ".gitignore").read_text(encoding="utf-8")


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_loops_draw_the_same_pictures(engine: str, tmp_path: Path) -> None:
    options = [*SMALL, "--engine", engine, "--out", str(tmp_path), "comparison"]
    assert solution_command.main(options) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["comparison.png"]


def test_unwritten_function_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main("kata", 5, [*SMALL, "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        "python -m kata: make_data in kata/data.py is not written yet\n"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--epochs", "0"], "argument --epochs: must be a whole number, at least 1, not 0"),
        (
            ["--batch-sizes", "1", "-1"],
            "argument --batch-sizes: must be a whole number, from 1 to 1000, not -1",
        ),
        (
            ["--batch-sizes", "1001"],
            "argument --batch-sizes: must be a whole number, from 1 to 1000, not 1001",
        ),
        (["--lr", "nan"], "argument --lr: must be a number above 0, not nan"),
        (["--seed", "x"], "argument --seed: must be a whole number, at least 0, not x"),
        (
            ["--out", "/dev/null/a"],
            "argument --out: cannot write to /dev/null/a: it is or is in a file",
        ),
        (["plan"], "there is no picture plan, only comparison, paths, landscape, cost"),
    ],
)
def test_bad_options_get_one_sentence(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        solution_command.main(options)
    assert exit_.value.code == 2
    assert capsys.readouterr().err == f"python -m solution: {sentence}\n"
