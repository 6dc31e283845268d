"""`python -m solution` and `python -m kata` come here, each with its own functions."""

import argparse
import importlib
import io
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from plots import experiment
from plots.experiment import SAMPLES, Array, Line, Run
from plots.failures import explain, own_line
from plots.files import write_whole
from plots.options import Parser, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from plots.lab.track import Engine as LabEngine

FOLDER = Path(__file__).parent
PICTURES = ("comparison", "paths")  # of the runs
Engine = Callable[..., Run]  # x, y, batch_size, lr, epochs, seed -> one descent


class Beside(Protocol):
    """The usual loop beside the runs: `str` of it says how they compare."""

    @property
    def update_seconds(self) -> Mapping[int, float]:
        """What an update takes in that loop, for each batch size."""


@dataclass(frozen=True)
class Extras:
    """What the reference solution can do, and a learner's functions cannot.

    Parameters
    ----------
    scan : callable
        One more engine, and the one to be used unless another is asked for.
    beside : callable
        Runs in a second process, while the scan's pictures are drawn; takes what an engine takes,
        but `batch_sizes`.
    draw_landscape : callable
        Draws one more picture, from the least-squares line and the seed of the shuffles.
    draw_cost : callable
        Draws one more picture, if that is asked for.
    lab_scan : callable
        Runs the descents of the lab.
    """

    scan: Engine
    beside: Callable[..., Beside]
    draw_landscape: Callable[[Line, int], "Figure"]
    draw_cost: Callable[[], "Figure"]
    lab_scan: "LabEngine"


def rate(text: str) -> float:
    """Parse a learning rate."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return value


def parse(
    package: str, epochs: int, extras: Extras | None, arguments: Sequence[str] | None
) -> argparse.Namespace:
    """Return the options of the command."""
    pictures = [*PICTURES, *(("landscape", "cost") if extras else ())]
    parser = parser_of(package, epochs, extras)
    parser.add_argument(
        "pictures",
        nargs="*",
        metavar="PICTURE",
        help=f"which to draw, of {', '.join(pictures)}"
        + ("; cost measures for a minute, and is drawn only if named" if extras else ""),
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.pictures if name not in pictures]
    if unknown:
        parser.error(f"there is no picture {unknown[0]}, only {', '.join(pictures)}")
    options.pictures = options.pictures or [name for name in pictures if name != "cost"]
    must_be_writable(parser, options.out)
    return options


def parser_of(package: str, epochs: int, extras: Extras | None) -> Parser:
    """Return a parser of the options, but for the names of the pictures."""
    whose = "the reference solution" if extras else "your own functions"
    parser = Parser(
        prog=f"python -m {package}",
        description="Compare batch, stochastic and mini-batch gradient descent on "
        f"{SAMPLES} samples of y = 3x + 2 + noise, trained with {whose}.",
        epilog=f"python -m {package} lab opens a page with knobs instead (--help says more).",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--epochs", type=whole(1), default=epochs, metavar="N", help="passes over the data")
    add("--lr", type=rate, default=0.01, metavar="RATE", help="learning rate")
    add("--seed", type=whole(0), default=42, metavar="N", help="seed of data and shuffles")
    add(
        "--batch-sizes",
        type=whole(1, SAMPLES),
        nargs="+",
        default=[SAMPLES, 1, 128],
        metavar="M",
        help="samples in each update, one run for each",
    )
    add(
        "--engine",
        choices=["scan", "numpy", "torch"] if extras else ["numpy", "torch"],
        default="scan" if extras else "numpy",
        help="what trains: the loops of stage 4 (numpy) or 5 (torch)"
        + (", or the scan, which takes the same steps at once" if extras else ""),
    )
    # the pictures in plots/ are those of the README
    out = FOLDER if extras else Path("pictures")
    add("--out", type=Path, default=out, metavar="FOLDER", help="where the pictures go")
    return parser


def must_be_writable(parser: Parser, out: Path) -> None:
    """Make the folder of the pictures, and refuse it now if that fails, not after the training."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except (FileExistsError, NotADirectoryError):
        parser.error(f"argument --out: cannot write to {out}: it is or is in a file")
    except OSError as error:
        parser.error(f"argument --out: cannot write to {out}: {error.strerror}")


def save(figure: "Figure", out: Path, name: str) -> None:
    """Write a picture."""
    path = out / f"{name}.png"
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    write_whole(path, picture.getvalue())
    print(f"picture: {path}")


def compare(package: str, options: argparse.Namespace, extras: Extras | None) -> None:
    """Train all runs, print the table, draw the pictures."""
    make_data = importlib.import_module(f"{package}.data").make_data
    x, y = make_data(SAMPLES, seed=options.seed)
    line = experiment.least_squares(x, y)
    wanted = set(options.pictures)
    runs: list[Run] = []
    with helper() as start:
        beside: Future[Beside] | None = None
        if wanted & {*PICTURES}:
            if extras and options.engine == "scan":
                sizes = {"batch_sizes": options.batch_sizes}
                beside = start(extras.beside, x, y, **sizes, **settings(options))
            runs = train(package, options, extras, x, y)
            print(experiment.table(runs, line))
        # Matplotlib takes a while to import, and only now is it needed
        if "paths" in wanted:
            from plots import paths

            save(paths.draw(runs, line, options.lr), options.out, "paths")
        if extras and "landscape" in wanted:
            save(extras.draw_landscape(line, options.seed), options.out, "landscape")
        if beside is not None:
            found = beside.result()
            print(found)
            runs = [replace(r, update_seconds=found.update_seconds[r.batch_size]) for r in runs]
        if "comparison" in wanted:
            from plots import comparison

            loop = "NumPy loop" if options.engine == "numpy" else "PyTorch loop"
            save(comparison.draw(runs, line, options.lr, loop), options.out, "comparison")
    if extras and "cost" in wanted:
        save(extras.draw_cost(), options.out, "cost")


def settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return what all runs have in common."""
    return {"lr": options.lr, "epochs": options.epochs, "seed": options.seed}


def train(
    package: str, options: argparse.Namespace, extras: Extras | None, x: Array, y: Array
) -> list[Run]:
    """Run all descents with the engine that was asked for."""
    engine: Engine
    if extras and options.engine == "scan":
        engine = extras.scan
    else:
        loop = experiment.with_numpy if options.engine == "numpy" else experiment.with_torch
        engine = partial(loop, package)
    return [engine(x, y, batch_size=size, **settings(options)) for size in options.batch_sizes]


@contextmanager
def helper() -> Iterator[Callable[..., "Future[Any]"]]:
    """Start work in a second process: PyTorch takes seconds to import and to warm up."""
    with ProcessPoolExecutor(1) as pool:
        yield pool.submit


def main(
    package: str,
    epochs: int,
    arguments: Sequence[str] | None = None,
    extras: Extras | None = None,
) -> int:
    """Run the command.

    Parameters
    ----------
    package : str
        Whose functions to train with: "kata" or "solution".
    epochs : int
        Default number of epochs.
    arguments : sequence of str, optional
        In place of those of the command line.
    extras : Extras, optional
        What only the reference solution has.

    Returns
    -------
    int
        Exit status: 0, or 1 if the functions are not written or fail. Bad options exit with 2.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["lab"]:
        from plots.lab import command as lab

        return lab.main(package, extras.lab_scan if extras else None, arguments[1:])
    options = parse(package, epochs, extras, arguments)
    try:
        compare(package, options, extras)
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
