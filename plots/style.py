"""What the pictures share: a colour and a line style for each method."""

from collections.abc import Iterator, Sequence
from typing import Any

from plots.experiment import Run

COLOURS = {"batch": "#d62728", "stochastic": "#2ca02c", "mini-batch": "#1f77b4"}
STYLES = {"batch": "--", "stochastic": "-", "mini-batch": "-."}  # told apart in grey, too
MORE_BLUES = ("#1f77b4", "#08306b", "#6baed6", "#00bcd4", "#7986cb")


def styled(runs: Sequence[Run]) -> Iterator[tuple[Run, dict[str, Any]]]:
    """Yield each run with its style; several mini-batch runs get shades of blue."""
    blues = iter(MORE_BLUES * len(runs))
    for run in runs:
        mini = run.method == "mini-batch"
        colour = next(blues) if mini else COLOURS[run.method]
        yield run, {"color": colour, "linestyle": STYLES[run.method]}
