"""`python -m solution`: train with the functions of this folder, and draw the pictures."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plots import command
from plots.experiment import Line
from solution import lab, reference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Matplotlib takes a while to import: the pictures' modules are imported when they are drawn.


def draw_landscape(line: Line, seed: int) -> "Figure":
    """Compute and draw the landscape."""
    from solution import landscape

    return landscape.draw(landscape.compute(line, seed))


def draw_cost() -> "Figure":
    """Measure and draw the cost."""
    from solution import cost

    return cost.draw(cost.measure())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    extras = command.Extras(
        reference.scan, reference.beside_torch, draw_landscape, draw_cost, lab.scan
    )
    return command.main("solution", 1000, arguments, extras)


if __name__ == "__main__":
    sys.exit(main())
