"""`python -m kata lab` and `python -m solution lab`."""

import importlib.util
import sys
from collections.abc import Sequence

from plots.lab.track import Engine
from plots.options import Parser

INSTALL = 'python -m pip install -c constraints.txt -e ".[lab]"'


def main(package: str, engine: Engine | None, arguments: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    package : str
        Whose functions to look at.
    engine : Engine, optional
        Runs descents in the place of the package's `minibatch_gd`.
    arguments : sequence of str
        Those after "lab".

    Returns
    -------
    int
        Exit status: 0, or 1 if Bokeh is missing. Bad options exit with 2.
    """
    parser = Parser(
        prog=f"python -m {package} lab",
        description="Open a page on this machine, to turn learning rate and batch size and see "
        f"the functions in {package}/ descend. They are loaded again whenever you save a file.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, and open nothing"
    )
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("bokeh") is None:
        print(
            f"{parser.prog}: the lab draws with Bokeh: install it with {INSTALL}", file=sys.stderr
        )
        return 1
    from plots.lab.server import serve

    return serve(package, engine, browser=not options.no_browser)
