"""Pictures of what a function did wrong: `pytest --draw`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tests.judge import oracles
from tests.judged.values import Array

FOLDER = Path(__file__).parent
RIGHT: dict[str, Any] = {"color": "#1f77b4", "linestyle": "-"}
WRONG: dict[str, Any] = {"color": "#d62728", "linestyle": "--"}  # told apart in grey, too


def draw(function: str, values: Mapping[str, Any], value: Any) -> Figure | None:
    """Draw a wrong result beside the right one.

    Parameters
    ----------
    function : str
        The name of the function.
    values : mapping
        Its arguments.
    value : object
        What it returned, or a list of what its calls returned.

    Returns
    -------
    Figure or None
        None if this function's results are not drawn.
    """
    if function not in DRAWINGS:
        return None
    figure = Figure(figsize=(8, 4), layout="constrained")
    DRAWINGS[function](figure, function, values, value)
    return figure


def save(function: str, values: Mapping[str, Any], value: Any) -> Path | None:
    """Draw as `draw` does, and return the picture's file, if there is one."""
    figure = draw(function, values, value)
    if figure is None:
        return None
    path = FOLDER / f"counterexample-{function}.png"
    figure.savefig(path, dpi=120)
    return path


# -- the line and its step --------------------------------------------------------------------


def draw_line(figure: Figure, function: str, values: Mapping[str, Any], value: Any) -> None:
    """Draw the samples, and the predictions or residuals that were asked for."""
    x, w, b = values["x"], values["w"], values["b"]
    axes = figure.add_subplot()
    draw_model(axes, x, w, b, f"the line w·x + b, w = {w:g}, b = {b:g}", **RIGHT)
    if function == "predict":
        axes.plot(x, w * x + b, "o", color="#1f77b4", label="right predictions")
        if value.shape == x.shape:
            axes.plot(x, value, "x", color="#d62728", markersize=9, label="your predictions")
        else:
            axes.set_title(f"your predictions have the shape {value.shape}, not {x.shape}")
    else:
        y = values["y"]
        axes.plot(x, y, "ko", label="samples")
        axes.vlines(x, y, w * x + b, color="0.5", linestyle=":", label="residuals")
        right = oracles.mse_loss(x, y, w, b).real
        axes.set_title(f"mean of the squared residuals: {right:.4g}; yours: {value:.4g}")
    axes.set(xlabel="x", ylabel="y")
    axes.legend()


def draw_model(axes: Axes, x: Array, w: float, b: float, label: str, **style: Any) -> None:
    """Draw a line over the range of the samples."""
    ends = np.array([min(x.min(), 0.0) - 0.5, x.max() + 0.5])
    axes.plot(ends, w * ends + b, label=label, **style)


def draw_gradients(figure: Figure, function: str, values: Mapping[str, Any], value: Any) -> None:
    """Draw a step along the right and along the wrong gradients, on the data and on the loss."""
    x, y, w, b = (values[name] for name in ("x", "y", "w", "b"))
    right = oracles.mse_gradients(x, y, w, b)
    hessian = 2 * np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]])
    lr = 0.7 / np.linalg.eigvalsh(hessian)[-1]  # a step that nearly reaches the valley
    steps = {"the right step": (right, RIGHT), "your step": (value, WRONG)}
    data, plane = figure.subplots(1, 2)
    data.plot(x, y, "ko", label="samples")
    draw_model(data, x, w, b, "the line before the step", color="0.5", linestyle=":")
    if np.ptp(x):
        line = oracles.least_squares(x, y)
        draw_model(data, x, *line, "the least-squares line", color="k", linewidth=0.8)
    reach = np.full(2, 1e-9)
    for name, ((dw, db), style) in steps.items():
        after = w - lr * dw, b - lr * db
        plane.plot([], [], label=f"{name}: −({dw:.4g}, {db:.4g})·{lr:.3g}", **style)
        if not max(abs(dw), abs(db)) < 1e4 * (1 + np.abs(right).max()):  # NaN, too
            continue
        draw_model(data, x, *after, f"after {name}", **style)
        plane.annotate(
            "", after, (w, b), arrowprops={"arrowstyle": "->", "linewidth": 1.8, **style}
        )
        reach = np.maximum(reach, np.abs([lr * dw, lr * db]))
    draw_loss(plane, values, np.maximum(reach, 0.3 * reach.max()))
    data.set(xlabel="x", ylabel="y", title="the samples")
    for axes in (data, plane):
        axes.legend(fontsize=8)


def draw_loss(axes: Axes, values: Mapping[str, Any], reach: Array) -> None:
    """Draw the contours of the loss around w and b, somewhat further than the steps reach."""
    x, y, w, b = (values[name] for name in ("x", "y", "w", "b"))
    around = [
        np.linspace(at - 1.5 * r, at + 1.5 * r, 60) for at, r in zip((w, b), reach, strict=True)
    ]
    losses = [[oracles.mse_loss(x, y, p, q).real for p in around[0]] for q in around[1]]
    axes.contour(*around, losses, levels=12, colors="0.75", linewidths=0.8)
    axes.plot(w, b, "ko")
    axes.set(xlabel="w", ylabel="b", title="contours of the loss")


def draw_step(figure: Figure, function: str, values: Mapping[str, Any], value: Any) -> None:
    """Draw the right and the wrong step in the plane of w and b."""
    w, b, dw, db, lr = (values[name] for name in ("w", "b", "dw", "db", "lr"))
    axes = figure.add_subplot()
    for name, after, style in (
        ("the right step", (w - lr * dw, b - lr * db), RIGHT),
        ("your step", value, WRONG),
    ):
        axes.plot([w, after[0]], [b, after[1]], marker="o", label=name, **style)
    axes.plot(w, b, "ko", label=f"before: w = {w:g}, b = {b:g}")
    axes.set(xlabel="w", ylabel="b", title=f"gradient ({dw:g}, {db:g}), learning rate {lr:g}")
    axes.margins(0.2)
    axes.legend()


# -- batches ----------------------------------------------------------------------------------

MOST_CALLS = 6  # drawn one by one; more are counted


def draw_batches(figure: Figure, function: str, values: Mapping[str, Any], value: Any) -> None:
    """Draw which samples each batch took: a row for each batch, a column for each sample."""
    n, single = len(values["x"]), function == "sample_batch"
    calls = value if isinstance(value, list) and value and is_call(value[0], single) else [value]
    epochs = [[call] if single else call for call in calls]
    axes = figure.add_subplot()
    if len(epochs) > MOST_CALLS:
        counts = np.zeros((max(map(len, epochs)), n))
        for epoch in epochs:
            for place, (xb, _) in enumerate(epoch):
                rows = xb[:, 0].astype(int)
                np.add.at(counts[place], rows[(rows >= 0) & (rows < n)], 1)
        image = axes.imshow(counts, aspect="auto", cmap="cividis", interpolation="nearest")
        figure.colorbar(image, label=f"how often, in {len(epochs)} calls")
        axes.set_yticks(range(len(counts)), [f"batch {i + 1}" for i in range(len(counts))])
    else:
        draw_each_batch(axes, epochs, 0 if single else n)
        axes.set_xlim(-0.5, n - 0.5)  # samples that never come leave their column empty
    axes.set(xlabel="sample (x = 0, 1, 2, …)", title="which samples each batch took")


def is_call(value: Any, single: bool) -> bool:
    """Whether a value is what one of several calls gave: a pair, or a list of pairs."""
    return isinstance(value, tuple if single else list)


def draw_each_batch(axes: Axes, epochs: list[list[tuple[Array, Array]]], due: int) -> None:
    """Mark each sample of each batch, those that should not be there, and which of `due` are not.

    What is left out has no batch: it stands in a row of its own.
    """
    labels: list[str] = []
    for call, epoch in enumerate(epochs, start=1):
        of_call = f"call {call}, " if len(epochs) > 1 else ""
        seen: set[float] = set()
        for place, (xb, yb) in enumerate(epoch, start=1):
            height = len(labels)
            labels.append(f"{of_call}batch {place}")
            for xi, yi in zip(xb[:, 0].tolist(), yb[:, 0].tolist(), strict=False):
                wrong = xi in seen or yi != xi + 1000
                axes.plot(
                    xi, height, "X" if wrong else "o", color="#d62728" if wrong else "#1f77b4", ms=9
                )
                if wrong:
                    text = "again" if xi in seen else f"y = {yi:g}"
                    axes.annotate(text, (xi, height), (4, 6), textcoords="offset points", size=8)
                seen.add(xi)
        missing = [i for i in range(due) if i not in seen]
        if missing:
            heights = [len(labels)] * len(missing)
            labels.append(f"{of_call}in no batch")
            axes.plot(missing, heights, "o", color="#d62728", fillstyle="none", ms=9)
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.margins(0.1)
    axes.grid(axis="x", alpha=0.25)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


DRAWINGS: dict[str, Callable[[Figure, str, Mapping[str, Any], Any], None]] = {
    "predict": draw_line,
    "mse_loss": draw_line,
    "mse_gradients": draw_gradients,
    "sgd_step": draw_step,
    "sample_batch": draw_batches,
    "shuffled_batches": draw_batches,
}
