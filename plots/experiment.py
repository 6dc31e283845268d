"""The experiment: batch, stochastic and mini-batch gradient descent on the same data.

`python -m solution` and `python -m kata` come here, each with its own functions.
"""

import argparse
import importlib
import math
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

Array = NDArray[np.float64]

SAMPLES = 1000
PICTURE = Path(__file__).with_name("comparison.png")


@dataclass(frozen=True)
class Run:
    """One descent from w = b = 0.

    `losses` has shape (epochs,): the mean of each epoch's batch losses.
    """

    batch_size: int
    updates: int
    w: float
    b: float
    losses: Array
    seconds: float

    @property
    def method(self) -> str:
        """What this kind of descent is called."""
        return {SAMPLES: "batch", 1: "stochastic"}.get(self.batch_size, "mini-batch")


def train(
    x: Array,
    y: Array,
    minibatch_gd: Callable[..., tuple[float, float, Sequence[float]]],
    *,
    batch_size: int,
    lr: float,
    epochs: int,
    seed: int,
) -> Run:
    """Run one descent, with a progress bar.

    It is run in pieces of some epochs each, which go on where the last one ended with the same
    generator, and so take the very steps of a single run.
    """
    rng = np.random.default_rng(seed)
    w = b = 0.0
    losses: list[float] = []
    piece = math.ceil(epochs / 100)
    started = time.perf_counter()
    name = f"batch size {batch_size:>4}"
    with tqdm(total=epochs, desc=name, unit="epoch", mininterval=0.5) as bar:
        while len(losses) < epochs:
            more = min(piece, epochs - len(losses))
            with np.errstate(all="ignore"):  # a run that diverges shows in its loss
                w, b, new = minibatch_gd(
                    x, y, batch_size=batch_size, lr=lr, epochs=more, rng=rng, w=w, b=b
                )
            if len(new) != more:
                raise ValueError(f"minibatch_gd gave {len(new)} losses for {more} epochs")
            losses += [float(loss) for loss in new]
            bar.update(more)
    seconds = time.perf_counter() - started
    updates = epochs * math.ceil(len(x) / batch_size)
    return Run(batch_size, updates, float(w), float(b), np.array(losses), seconds)


def least_squares(x: Array, y: Array) -> tuple[float, float, float]:
    """Return slope, intercept and loss of the line that no descent can beat on these data."""
    columns = np.hstack([x, np.ones_like(x)])  # (n, 2)
    (w, b), *_ = np.linalg.lstsq(columns, y[:, 0], rcond=None)
    return float(w), float(b), float(np.mean((columns @ [w, b] - y[:, 0]) ** 2))


def table(runs: Sequence[Run], floor: tuple[float, float, float]) -> str:
    """Return the results as text."""
    head = f"{'method':<13}{'batch size':>10}{'updates':>11}{'w':>9}{'b':>9}"
    lines = [f"{head}{'final loss':>12}{'seconds':>9}"]
    for run in runs:
        lines.append(
            f"{run.method:<13}{run.batch_size:>10}{run.updates:>11,}{run.w:>9.4g}{run.b:>9.4g}"
            f"{run.losses[-1]:>12.4g}{run.seconds:>9.2f}"
        )
    w, b, loss = floor
    lines.append(f"{'least squares':<34}{w:>9.4g}{b:>9.4g}{loss:>12.4g}")
    lines.append("final loss: the mean of the batch losses in the last epoch")
    return "\n".join(lines)


# -- the command ------------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """Says what is wrong with an option in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a parser of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"must be a whole number, {limits}, not {text}")
        return value

    return parse


def rate(text: str) -> float:
    """Parse a learning rate."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return value


def parse(package: str, epochs: int, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command."""
    whose = "your own functions" if package == "kata" else "the reference solution"
    parser = Parser(
        prog=f"python -m {package}",
        description="Compare batch, stochastic and mini-batch gradient descent on "
        f"{SAMPLES} samples of y = 3x + 2 + noise, trained with {whose}.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--epochs", type=whole(1), default=epochs, metavar="N", help="passes over the data"
    )
    parser.add_argument("--lr", type=rate, default=0.01, metavar="RATE", help="learning rate α")
    parser.add_argument(
        "--seed", type=whole(0), default=42, metavar="N", help="seed of data and shuffles"
    )
    parser.add_argument(
        "--batch-sizes",
        type=whole(1, SAMPLES),
        nargs="+",
        default=[SAMPLES, 1, 128],
        metavar="M",
        help="samples in each update, one run for each",
    )
    parser.add_argument(
        "--out", type=Path, default=PICTURE, metavar="FILE", help="the picture: png, pdf or svg"
    )
    options = parser.parse_args(arguments)
    if options.out.is_dir():
        options.out /= PICTURE.name
    if options.out.suffix not in (".png", ".pdf", ".svg"):
        parser.error(f"argument --out: must end in .png, .pdf or .svg, not {options.out}")
    try:  # now, not after minutes of training
        options.out.parent.mkdir(parents=True, exist_ok=True)
        partial(options.out).touch()
        partial(options.out).unlink()
    except FileExistsError:
        parser.error(f"argument --out: cannot write {options.out}: its folder is a file")
    except OSError as error:
        parser.error(f"argument --out: cannot write {options.out}: {error.strerror}")
    return options


def partial(out: Path) -> Path:
    """Return where a picture is written before it takes its name."""
    return out.with_name(f".{out.name}.part")


def compare(package: str, options: argparse.Namespace) -> None:
    """Train all runs with the functions of a package, print the table, draw the picture."""
    make_data = importlib.import_module(f"{package}.data").make_data
    minibatch_gd = importlib.import_module(f"{package}.descent").minibatch_gd
    x, y = make_data(SAMPLES, seed=options.seed)
    runs = [
        train(
            x,
            y,
            minibatch_gd,
            batch_size=batch_size,
            lr=options.lr,
            epochs=options.epochs,
            seed=options.seed,
        )
        for batch_size in options.batch_sizes
    ]
    floor = least_squares(x, y)
    print(table(runs, floor))

    from plots import comparison  # Matplotlib takes a while, and only now is it needed

    try:
        comparison.draw(runs, floor[2], options.lr).savefig(
            partial(options.out), format=options.out.suffix[1:], dpi=150
        )
        partial(options.out).replace(options.out)
    finally:
        partial(options.out).unlink(missing_ok=True)
    print(f"picture: {options.out}")


def main(package: str, epochs: int, arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    package : str
        Whose functions to train with: "kata" or "solution".
    epochs : int
        Default number of epochs.
    arguments : sequence of str, optional
        In place of those of the command line.

    Returns
    -------
    int
        Exit status: 0, or 1 if the functions are not written or fail. Bad options exit with 2.
    """
    options = parse(package, epochs, arguments)
    try:
        compare(package, options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        place = own_line(error, package)
        if place is None:
            raise
        print(f"python -m {package}: {explain(error, place, package)}", file=sys.stderr)
        return 1
    return 0


def explain(error: Exception, place: tuple[str, int], package: str) -> str:
    """Say what is missing, or what failed where."""
    stage, _, function = str(error).partition(": ")
    if isinstance(error, NotImplementedError) and function:
        return f"{function} in {package}/{stage}.py is not written yet"
    said = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"{said}, in {place[0]}, line {place[1]} (pytest says more)"


def own_line(error: Exception, package: str) -> tuple[str, int] | None:
    """Return the last line of the package's code on the way to an error."""
    folder = Path(__file__).parent.parent / package
    if isinstance(error, SyntaxError) and error.filename:
        frames: list[Any] = [(error.filename, error.lineno)]
    else:
        frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    own = [(name, number) for name, number in frames if Path(name).parent == folder]
    return (f"{package}/{Path(own[-1][0]).name}", own[-1][1]) if own else None
