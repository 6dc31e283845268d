"""How far a descent has come: plain values, which go from one process to another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plots.experiment import FAR, Array, Line
from plots.lab.settings import Setting

NEAR = 1.1  # a run has come close when its loss is within 10 % of the least
POINTS = 1200  # of a path at most: more are not seen
WHOLE = 10_000  # updates from the start that are all looked at, before most are left out


@dataclass(frozen=True)
class Track:
    """A descent, or its beginning.

    Parameters
    ----------
    setting : Setting
        What was asked for.
    losses : ndarray, shape (epochs done,)
        The mean of each epoch's batch losses, as the functions returned them.
    at : ndarray of int, shape (points,)
        Numbers of updates, increasing from 0.
    path : ndarray, shape (points, 2)
        w and b after as many updates.
    update_seconds : float
        What an update took in the loop of stage 4.
    """

    setting: Setting
    losses: Array
    at: NDArray[np.int64]
    path: Array
    update_seconds: float

    @property
    def epochs(self) -> int:
        """Epochs done."""
        return len(self.losses)

    @property
    def updates(self) -> int:
        """Updates made."""
        return int(self.at[-1])

    @property
    def each(self) -> int:
        """Updates in an epoch."""
        return self.updates // self.epochs

    @property
    def complete(self) -> bool:
        """Whether all epochs that were asked for are done."""
        return self.epochs == self.setting.epochs

    @property
    def w(self) -> float:
        """The last slope."""
        return float(self.path[-1, 0])

    @property
    def b(self) -> float:
        """The last intercept."""
        return float(self.path[-1, 1])

    def diverged_at(self, line: Line) -> int | None:
        """Return after how many updates the loss on all samples is far away; None if it is not."""
        far = self.at[self.far(line)]
        return int(far[0]) if len(far) else None

    def near_at(self, line: Line) -> int | None:
        """Return after how many updates the loss is first within 10 % of the least, if it is."""
        near = self.at[self.near(line)]
        return int(near[0]) if len(near) else None

    def far(self, line: Line) -> NDArray[np.int64]:
        """Return which point is the first whose loss is far away, if one is."""
        return np.flatnonzero(~(line.losses(self.path) < FAR))[:1]

    def near(self, line: Line) -> NDArray[np.int64]:
        """Return which point is the first whose loss is within 10 % of the least, if one is."""
        return np.flatnonzero(line.losses(self.path) <= NEAR * line.loss)[:1]

    def thinned(self, line: Line) -> "Track":
        """Return the same track with so many points as can be seen, the two above among them."""
        kept = np.unique([*evenly(len(self.at)), *self.far(line), *self.near(line)])
        return replace(self, at=self.at[kept], path=self.path[kept])


def evenly(count: int) -> NDArray[np.int64]:
    """Return which of many points to keep: early ones and late ones more than those between."""
    if count <= POINTS:
        return np.arange(count)
    third = POINTS // 3
    early = np.geomspace(1, count - 1, third).astype(int)
    between = np.linspace(0, count - 1, third).astype(int)
    return np.unique([*early, *between, *range(count - third, count)])


Engine = Callable[[Setting, Array, Array], Iterator[Track]]  # x and y of shape (n, 1)
Message = Any  # what a process sends
