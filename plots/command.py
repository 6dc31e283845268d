"""`python -m solution` and `python -m kata` come here, each with its own functions."""

import argparse
import importlib
import math
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from plots import experiment
from plots.experiment import SAMPLES, Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from plots.reference import Beside

FOLDER = Path(__file__).parent


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
    own = package == "kata"
    parser.add_argument(
        "--engine",
        choices=["numpy", "torch"] if own else ["scan", "numpy", "torch"],
        default="numpy" if own else "scan",
        help="what trains: the loops of stage 4 (numpy) or 5 (torch)"
        + ("" if own else ", or the scan, which takes the same steps at once"),
    )
    parser.add_argument(
        "--out", type=Path, default=FOLDER, metavar="FOLDER", help="where the pictures go"
    )
    pictures = ["comparison", "paths"] if own else ["comparison", "paths", "landscape", "cost"]
    parser.add_argument(
        "pictures",
        nargs="*",
        metavar="PICTURE",
        help=f"which to draw, of {', '.join(pictures)}"
        + ("" if own else "; cost measures for a minute, and is drawn only if named"),
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.pictures if name not in pictures]
    if unknown:
        parser.error(f"there is no picture {unknown[0]}, only {', '.join(pictures)}")
    options.pictures = options.pictures or [name for name in pictures if name != "cost"]
    try:  # now, not after minutes of training
        options.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=options.out):
            pass
    except (FileExistsError, NotADirectoryError):
        parser.error(f"argument --out: cannot write to {options.out}: it is or is in a file")
    except OSError as error:
        parser.error(f"argument --out: cannot write to {options.out}: {error.strerror}")
    return options


def save(figure: "Figure", out: Path, name: str) -> None:
    """Write a picture, all of it or none."""
    path = out / f"{name}.png"
    partial = out / f".{name}.{os.getpid()}.part"
    try:
        figure.savefig(partial, format="png", dpi=110)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    print(f"picture: {path}")


def compare(package: str, options: argparse.Namespace) -> None:
    """Train all runs, print the table, draw the pictures."""
    make_data = importlib.import_module(f"{package}.data").make_data
    x, y = make_data(SAMPLES, seed=options.seed)
    line = experiment.least_squares(x, y)
    common = {"lr": options.lr, "epochs": options.epochs, "seed": options.seed}
    wanted = set(options.pictures)
    with helper() as start:
        beside: Future[Beside] | None = None
        if options.engine == "scan" and wanted & {"comparison", "paths"}:
            sizes = {"batch_sizes": options.batch_sizes}
            from plots import reference  # a learner's copy does not have it

            beside = start(reference.beside_torch, x, y, **sizes, **common)
        runs: list[Run] = []
        if wanted & {"comparison", "paths"}:
            runs = train(package, options, x, y)
            print(experiment.table(runs, line))
        # Matplotlib takes a while to import, and only now is it needed
        if "paths" in wanted:
            from plots import paths

            save(paths.draw(runs, line, options.lr), options.out, "paths")
        if "landscape" in wanted:
            from plots import landscape

            save(landscape.draw(landscape.compute(line, options.seed)), options.out, "landscape")
        loop = {"numpy": "NumPy loop", "torch": "PyTorch loop"}.get(options.engine, "PyTorch loop")
        if beside is not None:
            found = beside.result()
            print(check(found))
            runs = [replace(r, update_seconds=found.update_seconds[r.batch_size]) for r in runs]
        if "comparison" in wanted:
            from plots import comparison

            save(comparison.draw(runs, line, options.lr, loop), options.out, "comparison")
    if "cost" in wanted:
        from plots import cost

        save(cost.draw(cost.measure()), options.out, "cost")


def train(package: str, options: argparse.Namespace, x: Any, y: Any) -> list[Run]:
    """Run all descents with the engine that was asked for."""
    runs = []
    for batch_size in options.batch_sizes:
        values = {
            "batch_size": batch_size,
            "lr": options.lr,
            "epochs": options.epochs,
            "seed": options.seed,
        }
        if options.engine == "scan":
            from plots import reference

            runs.append(reference.scan(x, y, **values))
        elif options.engine == "numpy":
            runs.append(experiment.with_numpy(package, x, y, **values))
        else:
            runs.append(experiment.with_torch(package, x, y, **values))
    return runs


def check(found: "Beside") -> str:
    """Say how far the scan is from the PyTorch loop."""
    few = ", ".join(f"{epochs} of batch size {size}" for size, epochs in found.epochs.items())
    return (
        f"check: after the first epochs ({few}) on the same batches, w and b of the PyTorch loop\n"
        f"(float32) and of the scan (float64) differ by {found.difference:.1g} at most"
    )


@contextmanager
def helper() -> Iterator[Callable[..., "Future[Any]"]]:
    """Start work in a second process: PyTorch takes seconds to import and to warm up."""
    with ProcessPoolExecutor(1) as pool:
        yield pool.submit


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
