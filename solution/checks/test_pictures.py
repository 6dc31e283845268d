"""What the pictures show, read from the drawing: data, labels, scales."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plots import comparison, experiment, paths
from plots.experiment import Line, Run, least_squares
from solution import cost, landscape
from solution.data import make_data
from solution.landscape import Landscape

AT = np.array([0, 1, 10])
PATH = np.array([[0.0, 0.0], [1.0, 2.0], [2.9, 2.0]])


def run(batch_size: int, losses: Sequence[float], path: Any = PATH) -> Run:
    return Run(batch_size, 10, np.array(losses), AT, np.array(path), 0.0, 0.5)


@pytest.fixture
def line() -> Line:
    return least_squares(*make_data(100))


def test_three_clocks_show_the_runs_and_the_floor(line: Line) -> None:
    runs = [
        run(1000, [9.0, 4.0]),
        run(1, [1.0, np.inf]),
        run(128, [5.0, 1.05 * line.loss]),
    ]
    figure = comparison.draw(runs, line, 0.5, "PyTorch loop")
    by_epoch, by_update, by_second = figure.axes
    assert [axes.get_xscale() for axes in figure.axes] == ["linear", "log", "log"]
    assert {axes.get_yscale() for axes in figure.axes} == {"log"}
    assert by_epoch.get_xlabel().startswith("epoch")
    assert by_epoch.get_ylabel() == "mean of the epoch's batch losses"
    assert by_update.get_xlabel() == "updates"
    assert by_second.get_xlabel() == "seconds in a PyTorch loop"
    assert by_update.get_ylabel() == by_second.get_ylabel() == "loss on all samples"
    lines = by_epoch.get_lines()
    assert [(ln.get_color(), ln.get_linestyle()) for ln in lines[:3]] == [
        ("#d62728", "--"),  # red
        ("#2ca02c", "-"),  # green
        ("#1f77b4", "-."),  # blue
    ]
    assert np.array_equal(lines[0].get_xydata(), [[1, 9], [2, 4]])
    assert np.array_equal(
        lines[1].get_xydata(), [[1.0, 1.0], [2.0, 1e6]]
    )  # up and out of the picture
    assert np.array_equal(lines[3].get_xydata(), [[2, 1.05 * line.loss]])  # within 10 %
    assert set(np.asarray(lines[4].get_ydata())) == {line.loss}
    on_all: Any = by_update.get_lines()[0].get_xydata()
    assert on_all[:, 0].tolist() == [1, 10]  # the start has no place on a logarithmic scale
    np.testing.assert_allclose(on_all[:, 1], line.losses(PATH[1:]))
    assert np.asarray(by_second.get_lines()[0].get_xdata()).tolist() == [0.5, 5.0]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[0] == ("batch (m = 1000): ends at w = 2.900, b = 2.000, 500000 µs per update")
    assert labels[1].startswith("stochastic (m = 1, diverged): ")


@pytest.mark.parametrize("end", [1e6, 3e89, 1e308, np.inf, np.nan])
def test_runs_that_diverge_are_named_and_leave_the_picture(
    line: Line, end: float, tmp_path: Path
) -> None:
    far = [[0.0, 0.0], [end, -end], [end, -end]]
    gone = [run(1000, [end, end], far), run(1, [20.0, end, 5 * end], far)]
    for runs in (gone, [*gone, run(128, [5.0, 4.0, line.loss])]):
        figure = comparison.draw(runs, line, 10.0, "NumPy loop")
        paths.draw(runs, line, 10.0).savefig(tmp_path / "paths.png")
        figure.savefig(tmp_path / "comparison.png")
        at_once, later = (ln.get_xydata() for ln in figure.axes[0].get_lines()[:2])
        assert np.array_equal(at_once, [[1.0, 1e6]])
        assert np.array_equal(later, [[1.0, 20.0], [2.0, 1e6]])
        labels = [text.get_text() for text in figure.legends[0].get_texts()]
        assert all("diverged" in label and len(label) < 100 for label in labels[:2])
        assert not any("diverged" in label for label in labels[2:])
    columns = [text.split() for text in experiment.table(gone, line).splitlines()]
    assert [len(row) for row in columns[1:3]] == [7, 7]
    assert columns[-1][:5] == ["diverged:", "batch", "size", "1000,", "1"]


def test_paths_go_over_the_contours_and_into_the_inset(line: Line) -> None:
    far = [[0.0, 0.0], [1e9, -1e9], [np.nan, np.inf]]
    figure = paths.draw([run(1000, [1.0]), run(1, [1.0], far)], line, 0.01)
    (axes,) = figure.axes
    (inset,) = axes.child_axes
    for panel in (axes, inset):
        assert np.array_equal(panel.get_lines()[0].get_xydata(), PATH)
        assert len(panel.collections) >= 1  # contours
    low, high = inset.get_xlim()
    assert low < 2.9 < line.w < high
    assert axes.get_xlim()[1] < 10  # what diverged does not set the scale


def test_landscape_marks_what_diverged_and_what_is_best() -> None:
    excess = np.array([[1.0, 0.1, np.inf], [2.0, 0.01, np.inf]])
    rates = np.array([0.01, 0.1, 1.0])
    found = Landscape((1, 1000), rates, excess, 0.8)
    assert found.best == (1, 1)
    figure = landscape.draw(found)
    axes = figure.axes[0]
    limit, best = axes.get_lines()
    assert set(np.asarray(limit.get_xdata())) == {0.8}
    assert np.array_equal(best.get_xydata(), [[0.1, 1]])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == [
        "diverged",
        "limit of stability for the full batch, 2/λ = 0.8",
        "best: m = 1000, lr = 0.1",
    ]
    assert axes.get_xscale() == "log"


def test_landscape_has_cells_enough_and_diverges_above_the_limit(line: Line) -> None:
    found = landscape.compute(line, seed=0)
    assert found.excess.shape >= (12, 24)
    assert 0.5 < found.limit < 1.1  # 2/λ for x uniform on [0, 1) is 0.79
    full = found.excess[found.batch_sizes.index(1000)]
    assert np.isinf(full[found.rates > 1.2 * found.limit]).all()
    assert np.isfinite(full[found.rates < 0.9 * found.limit]).all()


def test_cost_shows_both_loops_and_the_theory(tmp_path: Path) -> None:
    found = cost.measure(samples=2000, seconds=0.001)
    assert found.batch_sizes == (1, 4, 16, 64, 256, 1024)
    enough = np.isfinite(found.spread)
    np.testing.assert_allclose(found.spread[enough][:4], found.theory[enough][:4], rtol=0.35)
    assert found.memory["NumPy"][-1] > 1024 * 8
    assert found.memory["PyTorch"][-1] >= 1024 * 4
    figure = cost.draw(found)
    assert [axes.get_title() for axes in figure.axes] == [
        "one update",
        "one epoch of 2,000 samples",
        "working memory of an update",
        "spread of the gradient dw at w = b = 0",
    ]
    assert {(axes.get_xscale(), axes.get_yscale()) for axes in figure.axes} == {("log", "log")}
    update, epoch = (axes.get_lines()[0] for axes in figure.axes[:2])
    ratio = np.asarray(epoch.get_ydata()) / np.asarray(update.get_ydata())
    np.testing.assert_allclose(ratio, np.ceil(2000 / np.array(found.batch_sizes)))
    figure.savefig(tmp_path / "cost.png")
