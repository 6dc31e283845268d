"""`python -m solution` and `python -m kata`: the table, the picture, and what they refuse."""

from pathlib import Path

import numpy as np
import pytest

from plots import comparison, experiment
from plots.experiment import Run
from solution.data import make_data
from solution.descent import minibatch_gd

SMALL = ["--epochs", "3", "--batch-sizes", "1000", "128"]


def test_pieces_of_a_run_are_one_run() -> None:
    x, y = make_data(50)
    values = {"batch_size": 7, "lr": 0.1, "epochs": 250}
    run = experiment.train(x, y, minibatch_gd, **values, seed=5)  # type: ignore[arg-type]
    w, b, losses = minibatch_gd(x, y, **values, rng=np.random.default_rng(5))  # type: ignore[arg-type]
    assert (run.w, run.b, run.losses.tolist()) == (w, b, losses)


def test_table_and_picture_come_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "picture.png"
    assert experiment.main("solution", 5, [*SMALL, "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [
        "method",
        "batch",
        "size",
        "updates",
        "w",
        "b",
        "final",
        "loss",
        "seconds",
    ]
    assert [line.split()[:3] for line in lines[1:3]] == [
        ["batch", "1000", "3"],
        ["mini-batch", "128", "24"],
    ]
    assert lines[-1] == f"picture: {out}"
    assert out.read_bytes().startswith(b"\x89PNG")
    assert list(out.parent.iterdir()) == [out]


def test_unwritten_function_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "picture.png"
    assert experiment.main("kata", 5, [*SMALL, "--out", str(out)]) == 1
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
        (["--out", "a.gif"], "argument --out: must end in .png, .pdf or .svg, not a.gif"),
        (
            ["--out", "/dev/null/a.png"],
            "argument --out: cannot write /dev/null/a.png: its folder is a file",
        ),
    ],
)
def test_bad_options_get_one_sentence(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        experiment.main("solution", 5, options)
    assert exit_.value.code == 2
    assert capsys.readouterr().err == f"python -m solution: {sentence}\n"


def test_picture_shows_the_runs_and_the_floor() -> None:
    runs = [
        Run(1000, 2, 0.0, 0.0, np.array([9.0, 4.0]), 0.0),
        Run(1, 2000, 0.0, 0.0, np.array([1.0, np.inf]), 0.0),
        Run(128, 16, 0.0, 0.0, np.array([5.0, 3.0]), 0.0),
    ]
    (axes,) = comparison.draw(runs, 0.25, 0.5).axes
    batch, stochastic, mini, floor = axes.get_lines()
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert axes.get_xlabel().startswith("epoch")
    assert axes.get_ylabel().startswith("loss")
    assert "0.5" in axes.get_title()
    assert np.array_equal(batch.get_xydata(), [[1, 9], [2, 4]])
    assert np.array_equal(stochastic.get_xydata(), [[1, 1]])  # what is infinite is left out
    assert np.array_equal(mini.get_xydata(), [[1, 5], [2, 3]])
    assert set(np.asarray(floor.get_ydata())) == {0.25}
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "batch (m = 1000)",
        "stochastic (m = 1, diverged)",
        "mini-batch (m = 128)",
    ]
    assert [line.get_color() for line in (batch, stochastic, mini)] == [
        "#d62728",  # red
        "#2ca02c",  # green
        "#1f77b4",  # blue
    ]
