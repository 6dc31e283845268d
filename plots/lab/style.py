"""Colours of the lab, in the light and in the dark, and a line style for each run.

The colours are those of Okabe and Ito, which colour-blind people tell apart.
"""

from typing import NamedTuple

RUNS = ("A", "B", "C")
DASHES = ("solid", "dashed", "dotdash")
MARKERS = ("circle", "square", "triangle")


class Colours(NamedTuple):
    """What is drawn in which colour."""

    runs: tuple[str, str, str]
    paper: str
    ink: str
    faint: str
    grid: str
    samples: str
    batch: str


LIGHT = Colours(
    ("#0072B2", "#C24E00", "#00795A"), "#ffffff", "#1c1c1c", "#767676", "#e3e3e3", "#9a9a9a",
    "#1c1c1c",
)  # fmt: skip
DARK = Colours(
    ("#56B4E9", "#F0A030", "#2FCFA0"), "#16191d", "#f0f0f0", "#9a9a9a", "#33383e", "#6f757c",
    "#ffffff",
)  # fmt: skip
