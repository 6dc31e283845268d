"""A package's own functions, called one after the other: what they give, or why they do not."""

import importlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from plots.experiment import SAMPLES, Array
from plots.failures import explain, own_line
from plots.lab.settings import Setting
from plots.lab.track import WHOLE, Track
from tests.judge import oracles, trusted

LOOK_SECONDS = 0.05  # between two looks at how far a descent has come


class Trouble(Exception):
    """A sentence about a function that gives no result, or none that can be drawn."""


class Step(NamedTuple):
    """One update: its batch, w and b before, the gradient, and w and b after.

    It is update `place` of `of` in its epoch, both counted from 1.
    """

    x: Array
    y: Array
    before: tuple[float, float]
    gradient: tuple[float, float]
    after: tuple[float, float]
    epoch: int
    place: int
    of: int


class Functions:
    """The functions of a package, by name.

    Parameters
    ----------
    package : str
        Its name; "" for the right functions that stand in where a learner's are missing.
    """

    def __init__(self, package: str) -> None:
        self.package = package

    def find(self, stage: str, name: str) -> Callable[..., Any]:
        """Return a function, which raises `Trouble` and nothing else."""

        def call(*arguments: Any, **options: Any) -> Any:
            try:
                module = importlib.import_module(f"{self.package}.{stage}")
                with np.errstate(all="ignore"):  # a run that diverges shows in its numbers
                    return getattr(module, name)(*arguments, **options)
            except BaseException as error:  # sys.exit(), too
                raise Trouble(self.said(error, stage, name)) from error

        return call if self.package else getattr(trusted, name)

    def said(self, error: BaseException, stage: str, name: str) -> str:
        """Say what kept a function from giving a result."""
        if isinstance(error, AttributeError) and f"has no attribute '{name}'" in str(error):
            return f"there is no {name} in {self.package}/{stage}.py"
        place = own_line(error, self.package)
        if place is None:
            return f"{name}: {type(error).__name__}: {error}"
        return explain(error, place, self.package)

    # what is drawn

    def data(self, setting: Setting) -> tuple[Array, Array]:
        """Return the samples."""
        make_data = self.find("data", "make_data")
        made = make_data(SAMPLES, noise=setting.noise, seed=setting.seed)
        try:
            x, y = (np.asarray(part, dtype=float) for part in made)
        except (TypeError, ValueError):
            raise Trouble(f"make_data returned {short(made)}, not x and y") from None
        if x.shape != (SAMPLES, 1) or y.shape != x.shape or not np.isfinite([x, y]).all():
            raise Trouble(f"make_data returned x of shape {x.shape} and y of shape {y.shape}")
        return x, y

    def run(self, setting: Setting, x: Array, y: Array) -> Iterator[Track]:
        """Run `minibatch_gd` an epoch at a time, and yield how far it has come."""
        minibatch_gd = self.find("descent", "minibatch_gd")
        rng = np.random.default_rng(setting.seed)
        options = {"batch_size": setting.batch_size, "lr": setting.lr, "epochs": 1, "rng": rng}
        at, path, losses = [0], [(setting.w, setting.b)], []
        each, steps, follows = setting.each, self.steps(setting, x, y), True
        shown, spent = time.perf_counter(), 0.0
        for epoch in range(1, setting.epochs + 1):
            started = time.perf_counter()
            result = minibatch_gd(x, y, w=path[-1][0], b=path[-1][1], **options)
            spent += time.perf_counter() - started
            w, b, loss = one_epoch(result)
            made = self.epoch_to((w, b), steps) if follows else []
            each = len(made) if epoch == 1 and made else each
            follows = len(made) > 1 and len(at) <= WHOLE
            made = [*made[:-1], (w, b)]
            at += range(epoch * each - len(made) + 1, epoch * each + 1)
            path += made
            losses.append(loss)
            if epoch == setting.epochs or time.perf_counter() - shown > LOOK_SECONDS:
                arrays = np.array(losses), np.array(at), np.array(path)
                yield Track(setting, *arrays, spent / at[-1])
                shown = time.perf_counter()

    def epoch_to(
        self, end: tuple[float, float], steps: Iterator[Step]
    ) -> list[tuple[float, float]]:
        """Return w and b after each update of the next epoch, if they lead to where it ended."""
        try:
            first = next(steps)
            made = [first, *itertools.islice(steps, first.of - 1)]
        except Trouble:
            return []
        same = np.allclose(made[-1].after, end, equal_nan=True)  # else the order is its own
        return [step.after for step in made] if same else []

    def steps(self, setting: Setting, x: Array, y: Array) -> Iterator[Step]:
        """Make updates with the functions of stages 2 and 3, without end."""
        shuffled_batches = self.find("batching", "shuffled_batches")
        mse_gradients = self.find("gradients", "mse_gradients")
        sgd_step = self.find("gradients", "sgd_step")
        rng = np.random.default_rng(setting.seed)
        w, b = setting.w, setting.b
        for epoch in itertools.count(1):
            batches = list(self.batches(shuffled_batches(x, y, setting.batch_size, rng)))
            for place, (xb, yb) in enumerate(batches, start=1):
                dw, db = two_numbers("mse_gradients", mse_gradients(xb, yb, w, b))
                after = two_numbers("sgd_step", sgd_step(w, b, dw, db, setting.lr))
                yield Step(xb, yb, (w, b), (dw, db), after, epoch, place, len(batches))
                w, b = after

    def batches(self, batches: Any) -> Iterator[tuple[Array, Array]]:
        """Yield the batches of an epoch: so many as there can be, and one at least."""
        count = 0
        try:
            for xb, yb in itertools.islice(batches, SAMPLES):
                yield np.asarray(xb, dtype=float), np.asarray(yb, dtype=float)
                count += 1
        except Trouble:
            raise
        except Exception as error:
            raise Trouble(self.said(error, "batching", "shuffled_batches")) from error
        if not count:
            raise Trouble("shuffled_batches gave no batch")

    def spread(self, setting: Setting, x: Array, y: Array, draws: int) -> float:
        """Return the standard deviation of dw over random batches, at the start."""
        sample_batch = self.find("batching", "sample_batch")
        mse_gradients = self.find("gradients", "mse_gradients")
        rng = np.random.default_rng(setting.seed)
        slopes = []
        for _ in range(draws):
            xb, yb = sample_batch(x, y, setting.batch_size, rng)
            dw, _ = two_numbers("mse_gradients", mse_gradients(xb, yb, setting.w, setting.b))
            slopes.append(dw)
        return float(np.std(slopes))

    def updates_made(self, setting: Setting) -> float:
        """Return how many whole updates an epoch of `minibatch_gd` amounts to.

        On samples that are all the same, each update takes the same share off the residual: what
        is left after an epoch counts them, however the samples are shuffled.
        """
        x, y = np.full((2, SAMPLES, 1), 0.5)
        options = {"batch_size": setting.batch_size, "epochs": 1, "lr": 1e-4}
        rng = np.random.default_rng(setting.seed)
        minibatch_gd = self.find("descent", "minibatch_gd")
        w, b, _ = one_epoch(minibatch_gd(x, y, rng=rng, w=0.0, b=0.0, **options))
        left = (y[0, 0] - w * x[0, 0] - b) / y[0, 0]
        with np.errstate(all="ignore"):
            return float(np.log(left) / np.log1p(-2e-4 * (1 + 0.5**2)))


def one_epoch(result: Any) -> tuple[float, float, float]:
    """Return w, b and the loss of a descent of one epoch."""
    try:
        w, b, losses = result
        (loss,) = losses
        return float(w), float(b), float(loss)
    except (TypeError, ValueError):
        raise Trouble(
            f"minibatch_gd returned {short(result)} for one epoch, not w, b and one loss"
        ) from None


def two_numbers(name: str, result: Any) -> tuple[float, float]:
    """Return the two numbers that a function should have returned."""
    try:
        one, two = result
        return float(one), float(two)
    except (TypeError, ValueError):
        raise Trouble(f"{name} returned {short(result)}, not two numbers") from None


def short(value: Any) -> str:
    """Return a value as Python writes it, or its beginning."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def stand_in_data(setting: Setting) -> tuple[Array, Array]:
    """Return samples for functions to be looked at before there are any."""
    return oracles.reference_data(SAMPLES, setting.noise)


class RightRun(Functions):
    """What right functions do: their own updates, a few at a time."""

    def __init__(self) -> None:
        super().__init__("")

    def run(self, setting: Setting, x: Array, y: Array) -> Iterator[Track]:
        """Make the updates of a descent, and yield how far it has come."""
        path: list[Sequence[float]] = [(setting.w, setting.b)]
        started = shown = time.perf_counter()
        for step in itertools.islice(self.steps(setting, x, y), setting.updates):
            path.append(step.after)
            last = len(path) > setting.updates
            if last or time.perf_counter() - shown > LOOK_SECONDS:
                each = (time.perf_counter() - started) / (len(path) - 1)
                done = np.empty((len(path) - 1) // setting.each)  # its losses are not shown
                yield Track(setting, done, np.arange(len(path)), np.array(path), each)
                shown = time.perf_counter()
