"""The pictures of the lab: paths, samples, and losses on three clocks, as Bokeh draws them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, Range1d
from bokeh.models.annotations import Span
from bokeh.plotting import figure

from plots.experiment import FAR, SAMPLES, Array, Line
from plots.lab.functions import Step
from plots.lab.style import DASHES, LIGHT, MARKERS, Colours
from plots.lab.track import Track

AROUND = 100.0  # paths further out have diverged, and are cut
LEVELS = 2.0 ** np.arange(-16, 14)  # contours: losses above the least
NAMES = ("path", "close", "data", "by_epoch", "by_update", "by_second")
Ranges = dict[str, list[float]]  # by figure: the ends of the x axis, then those of the y axis
TOOLS = "pan,wheel_zoom,reset"


class Pictures:
    """Six linked figures; each run is drawn in all of them from the same columns."""

    def __init__(self) -> None:
        self.loss_range = Range1d(start=0.005, end=20.0)
        self.path, self.close = (plane("w (slope)", "b (intercept)") for _ in range(2))
        self.data = plane("x", "y")
        clocks = (
            ("epoch", "mean of the epoch's batch losses", "linear"),
            ("updates", "loss on all samples", "log"),
            ("seconds in the loop of stage 4", "loss on all samples", "log"),
        )
        self.clocks = [self.clock(*labels) for labels in clocks]
        self.floors = [Span(dimension="width", line_dash="dotted", line_width=2) for _ in clocks]
        for each, floor in zip(self.clocks, self.floors, strict=True):
            each.add_layout(floor)
        self.contours = ColumnDataSource({"w": [], "b": []})
        self.best = ColumnDataSource({"w": [], "b": []})
        self.start = ColumnDataSource({"w": [], "b": []})
        self.samples = ColumnDataSource({"x": [], "y": []})
        self.batch = ColumnDataSource({"x": [], "y": []})
        self.arrow = ColumnDataSource({"w": [], "b": []})
        self.right = ColumnDataSource({"w": [], "b": []})
        self.fit = ColumnDataSource({"x": [], "y": []})
        self.paths = [ColumnDataSource({n: [] for n in PATH}) for _ in DASHES]
        self.losses = [ColumnDataSource({"epoch": [], "loss": []}) for _ in DASHES]
        self.ends = [ColumnDataSource({n: [] for n in END}) for _ in DASHES]
        self.lines = [ColumnDataSource({"x": [], "y": []}) for _ in DASHES]
        self.draw()
        for name, each in zip(NAMES, self.figures, strict=True):
            each.name = name

    @property
    def figures(self) -> list[Any]:
        """All figures, in their order on the page."""
        return [self.path, self.close, self.data, *self.clocks]

    def clock(self, label: str, loss: str, scale: str) -> Any:
        """Return a figure for losses."""
        each = plane(label, loss, y_axis_type="log", x_axis_type=scale, y_range=self.loss_range)
        if scale == "linear":
            each.add_tools(HoverTool(tooltips=[("epoch", "@epoch"), ("loss", "@loss{0.00000}")]))
        else:
            tips = [("updates", "@at"), ("loss", "@loss{0.00000}"), ("w", "@w"), ("b", "@b")]
            each.add_tools(HoverTool(tooltips=tips))
        return each

    def draw(self) -> None:
        """Add all glyphs: what changes later is in their columns."""
        self.glyphs: dict[str, list[Any]] = {name: [] for name in (*"ABC", *Colours._fields)}
        for each in (self.path, self.close):
            self.add("faint", each.multi_line("w", "b", source=self.contours, line_alpha=0.5))
            self.add("faint", each.line("w", "b", source=self.right, line_width=6, line_alpha=0.5))
        self.add("samples", self.data.scatter("x", "y", source=self.samples, size=4))
        self.add(
            "batch",
            self.data.scatter("x", "y", source=self.batch, size=7, fill_alpha=0, line_alpha=0.5),
        )
        self.add("ink", self.data.line("x", "y", source=self.fit, line_width=1.5))
        by_epoch, by_update, by_second = self.clocks
        for index, (dash, marker) in enumerate(zip(DASHES, MARKERS, strict=True)):
            style: dict[str, Any] = {"line_dash": dash, "line_width": 2.5}
            path, name = self.paths[index], "ABC"[index]
            for each in (self.path, self.close):
                self.add(name, each.line("w", "b", source=path, **style))
                end = each.scatter("w", "b", source=self.ends[index], marker=marker, size=12)
                self.add(name, end)
            self.add(name, self.data.line("x", "y", source=self.lines[index], **style))
            self.add(name, by_epoch.line("epoch", "loss", source=self.losses[index], **style))
            last = self.ends[index]
            self.add(name, by_epoch.scatter("epoch", "loss", source=last, marker=marker, size=9))
            self.add(name, by_update.line("at", "loss", source=path, **style))
            self.add(name, by_second.line("seconds", "loss", source=path, **style))
        for each in (self.path, self.close):
            self.add(
                "ink",
                each.scatter("w", "b", source=self.best, marker="cross", size=18, line_width=3),
                each.scatter("w", "b", source=self.start, marker="square_x", size=9),
                each.line("w", "b", source=self.arrow, line_width=4),
            )
        self.colour(LIGHT)

    def add(self, colour: str, *renderers: Any) -> None:
        """Note which colour some glyphs have."""
        self.glyphs[colour] += [renderer.glyph for renderer in renderers]

    def colour(self, colours: Colours) -> None:
        """Give everything its colour."""
        by_name = {**colours._asdict(), **dict(zip("ABC", colours.runs, strict=True))}
        for name, glyphs in self.glyphs.items():
            for glyph in glyphs:
                glyph.line_color = by_name[name]
                if hasattr(glyph, "fill_color"):
                    glyph.fill_color = by_name[name]
        for each in self.figures:
            each.background_fill_color = each.border_fill_color = colours.paper
            each.outline_line_color = colours.faint
            for axis in each.axis:
                axis.axis_label_text_color = axis.major_label_text_color = colours.ink
                axis.axis_line_color = axis.major_tick_line_color = colours.faint
                axis.minor_tick_line_color = None
            for grid in each.grid:
                grid.grid_line_color = colours.grid
        for floor in self.floors:
            floor.line_color = colours.ink

    # what is shown

    def show_samples(self, line: Line) -> None:
        """Show the samples, the contours of their loss, and its minimum."""
        self.samples.data = {"x": line.x[:, 0], "y": line.y[:, 0]}
        self.fit.data = {"x": [0.0, 1.0], "y": [line.b, line.w + line.b]}
        self.best.data = {"w": [line.w], "b": [line.b]} if line.determined else {"w": [], "b": []}
        ws, bs = ellipses(line) if line.determined else ((), ())
        self.contours.data = {"w": list(ws), "b": list(bs)}
        for floor in self.floors:
            floor.location = line.loss

    def show_run(self, index: int, track: Track | None, line: Line) -> None:
        """Show one run, or none."""
        columns, (ends, losses) = dict.fromkeys(PATH, np.empty(0)), np.empty((2, 0))
        w = b = np.empty(0)
        if track is not None:
            columns = columns_of(track, line)
            w, b = columns["w"][-1:], columns["b"][-1:]  # NaN, and so not drawn, if far away
            ends = np.arange(1.0, track.epochs + 1)
            losses = visible(track.losses)
        self.paths[index].data = columns
        self.ends[index].data = {"w": w, "b": b, "epoch": ends[-1:], "loss": losses[-1:]}
        kept = np.unique(np.linspace(0, max(len(ends) - 1, 0), 1000).astype(int))[: len(ends)]
        self.losses[index].data = {"epoch": ends[kept], "loss": losses[kept]}
        self.lines[index].data = {
            "x": [0.0, 1.0] if len(w) else [],
            "y": [b[0], w[0] + b[0]] if len(w) else [],
        }

    def show_right(self, track: Track | None) -> None:
        """Show the path of right functions, or none."""
        path = np.empty((0, 2)) if track is None else inside(track.path)
        self.right.data = {"w": path[:, 0], "b": path[:, 1]}

    def show_step(self, step: Step | None) -> None:
        """Show the batch and the move of one update, or none."""
        if step is None or len(step.x) == SAMPLES:
            self.batch.data = {"x": [], "y": []}
        else:
            self.batch.data = {"x": step.x.ravel(), "y": step.y.ravel()}
        ends = [] if step is None else [step.before, step.after]
        self.arrow.data = {"w": [w for w, _ in ends], "b": [b for _, b in ends]}

    def frame(self, tracks: Sequence[Track], line: Line) -> Ranges:
        """Return what the axes are to show, so that all runs are inside."""
        starts = {(track.setting.w, track.setting.b) for track in tracks}
        self.start.data = {"w": [w for w, _ in starts], "b": [b for _, b in starts]}
        ways = [inside(track.path) for track in tracks] or [np.zeros((1, 2))]
        best = np.array([[line.w, line.b]])
        near = [way[-1:] for way in ways if len(way) and np.abs(way[-1] - best).max() < 0.6]
        losses = loss_range(tracks, line)
        most = max((track.epochs for track in tracks), default=1)
        updates = max((track.updates for track in tracks), default=1)
        each = [track.update_seconds for track in tracks] or [1e-5]
        ends = [track.update_seconds * track.updates for track in tracks] or [1e-3]
        room = 0.15 * float(np.ptp(line.y)) + 0.01
        return {
            "path": around(np.concatenate([best, *ways]), np.array([0.1, 0.1])),
            "close": around(np.concatenate([best, *near]), np.array([0.1, 0.06])),
            "data": [-0.05, 1.05, float(line.y.min()) - room, float(line.y.max()) + room],
            "by_epoch": [-0.02 * most, 1.04 * most, *losses],
            "by_update": [*decades(1, updates), *losses],
            "by_second": [*decades(min(each), max(ends)), *losses],
        }

    def set_ranges(self, ranges: Ranges) -> None:
        """Set the ends of all axes, where "reset" goes back to, too."""
        for each in self.figures:
            low, high, bottom, top = ranges[each.name]
            each.x_range.update(start=low, end=high, reset_start=low, reset_end=high)
            each.y_range.update(start=bottom, end=top, reset_start=bottom, reset_end=top)


PATH = ("w", "b", "at", "seconds", "loss")
END = ("w", "b", "epoch", "loss")


def plane(x: str, y: str, **options: Any) -> Any:
    """Return an empty figure."""
    options.setdefault("y_range", Range1d(start=0.0, end=1.0))
    options.setdefault("x_range", Range1d(start=1e-3, end=1.0))
    each: Any = figure(
        x_axis_label=x,
        y_axis_label=y,
        tools=TOOLS,
        active_drag=None,  # a finger scrolls the page
        toolbar_location="above",
        sizing_mode="stretch_width",
        height=300,
        min_width=200,
        **options,
    )
    each.toolbar.logo = None
    for axis in each.axis:
        axis.ticker.update(desired_num_ticks=5)  # to place their labels takes half of the time
        axis.axis_label_text_font_size = axis.major_label_text_font_size = "14px"
        axis.axis_label_text_font_style = "normal"
    return each


def around(points: Array, room: Array) -> list[float]:
    """Return the ends of both axes around some points, with some room."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum(0.08 * (high - low), room)
    return [float(end) for pair in zip(low - room, high + room, strict=True) for end in pair]


def loss_range(tracks: Sequence[Track], line: Line) -> list[float]:
    """Return the ends of the axis of the losses."""
    found = [line.losses(track.path) for track in tracks] + [track.losses for track in tracks]
    losses = np.concatenate([[line.loss], *found])
    seen = visible(losses[losses > line.loss / 10])  # an epoch's batches may well be below
    seen = seen[np.isfinite(seen)]
    low, high = (seen.min(), seen.max()) if len(tracks) and len(seen) else (0.01, 10.0)
    return [0.6 * float(low), 2 * float(high)]


def decades(low: float, high: float) -> tuple[float, float]:
    """Return the ends of a logarithmic axis: whole powers of 10."""
    first, last = np.floor(np.log10(low)), np.ceil(np.log10(high))
    return float(10**first), float(10 ** max(last, first + 1))


def ellipses(line: Line) -> tuple[Array, Array]:
    """Return the contours of the loss, each a closed curve of shape (points,)."""
    root = np.array([[float(line.x.std()), 0.0], [float(line.x.mean()), 1.0]])
    turn = np.linspace(0.0, 2 * np.pi, 121)
    circle = np.linalg.solve(root, np.stack([np.cos(turn), np.sin(turn)]))  # excess loss 1
    curves = np.sqrt(LEVELS)[:, None, None] * circle + np.array([[line.w], [line.b]])
    return curves[:, 0], curves[:, 1]


def inside(path: Array) -> Array:
    """Return the path up to where it is far away."""
    return path[: int(np.cumprod((np.abs(path) < AROUND).all(axis=1)).sum())]


def visible(losses: Array) -> Array:
    """Return losses that a logarithmic axis can show, NaN for the others."""
    with np.errstate(all="ignore"):
        return np.where((losses > 0) & (losses < FAR), losses, np.nan)


def columns_of(track: Track, line: Line) -> dict[str, Array]:
    """Return the columns of a run's path, cut where its loss is far away."""
    losses = line.losses(track.path)
    near = int(np.cumprod(losses < FAR).sum())
    path, at = track.path[:near], track.at[:near].astype(float)
    at[:1] = np.nan  # a logarithmic axis has no place for the start
    points = np.where(np.abs(path).max(axis=1, keepdims=True) < AROUND, path, np.nan)
    seconds = at * track.update_seconds
    return {"w": points[:, 0], "b": points[:, 1], "at": at, "seconds": seconds,
            "loss": visible(losses[:near])}  # fmt: skip
