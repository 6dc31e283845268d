"""What the knobs are set to, within which limits, and how a slider stands for a number."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from plots.experiment import SAMPLES, Line


@dataclass(frozen=True)
class Setting:
    """All that a descent depends on, but for the functions.

    `seed` is that of the data and of the shuffles, `noise` the standard deviation of the data;
    w and b are where the descent starts.
    """

    lr: float = 0.01
    batch_size: int = 128
    epochs: int = 100
    w: float = 0.0
    b: float = 0.0
    seed: int = 42
    noise: float = 0.1

    @property
    def each(self) -> int:
        """Updates in an epoch."""
        return math.ceil(SAMPLES / self.batch_size)

    @property
    def updates(self) -> int:
        """Updates in all epochs."""
        return self.epochs * self.each

    @property
    def last_batch(self) -> int:
        """Samples in the last batch of an epoch."""
        return SAMPLES - (self.each - 1) * self.batch_size

    @property
    def method(self) -> str:
        """What this kind of descent is called."""
        return {SAMPLES: "batch", 1: "stochastic"}.get(self.batch_size, "mini-batch")


class Knob(NamedTuple):
    """A number that can be set: its label, its limits, and how its slider goes."""

    label: str
    least: float
    most: float
    whole: bool = False
    logarithmic: bool = False
    shared: bool = False  # by all runs
    slides: bool = True

    def parse(self, text: str) -> float:
        """Return the number.

        Raises
        ------
        ValueError
            If it is none, or beyond the limits.
        """
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not self.least <= value <= self.most or (self.whole and value != int(value)):
            kind = "a whole number" if self.whole else "a number"
            limits = f"from {self.text(self.least)} to {self.text(self.most)}"
            raise ValueError(f"{self.label}: {kind} {limits}, please")
        return int(value) if self.whole else value

    def text(self, value: float) -> str:
        """Return the number as its box shows it."""
        return f"{value:.0f}" if self.whole else f"{value:g}"

    def at(self, position: float) -> float:
        """Return the number for a place on the slider, from 0 to 1, as round as can be."""
        if not self.logarithmic:
            value = self.least + position * (self.most - self.least)
            return round(value) if self.whole else round(value, 2)
        value = self.least * (self.most / self.least) ** position
        digits = 2 if value < 0.1 or self.whole else 3
        value = float(f"{value:.{digits}g}") if position < 1 else self.most
        return round(value) if self.whole else value

    def position(self, value: float) -> float:
        """Return the place of a number on the slider, from 0 to 1."""
        if not self.logarithmic:
            return (value - self.least) / (self.most - self.least)
        return math.log(value / self.least) / math.log(self.most / self.least)


KNOBS = {
    "lr": Knob("learning rate α", 1e-4, 2.0, logarithmic=True),
    "batch_size": Knob("batch size m", 1, SAMPLES, whole=True, logarithmic=True),
    "epochs": Knob("epochs", 1, 10_000, whole=True, logarithmic=True),
    "w": Knob("start: w", -10.0, 10.0, slides=False),
    "b": Knob("start: b", -10.0, 10.0, slides=False),
    "seed": Knob("seed of data and shuffles", 0, 999_999, whole=True, shared=True, slides=False),
    "noise": Knob("noise of the data", 0.0, 1.0, shared=True),
}


def curvatures(line: Line) -> Any:
    """Return the two curvatures of the loss on all samples, the smaller first."""
    mean = float(line.x.mean())
    hessian = 2 * np.array([[np.mean(line.x**2), mean], [mean, 1.0]])
    return np.linalg.eigvalsh(hessian)


def limit(line: Line) -> float:
    """Return 2/λ, the rate beyond which batch descent diverges."""
    return 2 / float(curvatures(line)[-1])
