"""Submissions made from the solution, with one function replaced: by a style, or by a mistake."""

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

from solution.checks.conftest import ROOT
from tests.judge.functions import STAGE_OF, STAGES

# What an implementation's own file needs of the project, found in the submission instead.
TRUSTED = """
class trusted:
    from .batching import sample_batch, shuffled_batches
    from .gradients import mse_gradients, mse_loss, predict, sgd_step
"""
COLLECT = """
collected = {}


def collect(function, *_):
    def add(implementation):
        collected[implementation.__name__] = implementation
        return implementation
    return add


mistake = right = collect
"""


def solved() -> dict[str, bytes]:
    """Return the solution's five modules."""
    return {f"{s}.py": (ROOT / "solution" / f"{s}.py").read_bytes() for s in STAGES}


def replaced(function: str, implementation: Callable[..., Any]) -> dict[str, bytes]:
    """Return the solution with another implementation of one function.

    Parameters
    ----------
    function : str
        Which function.
    implementation : callable
        From `tests.judge.mistakes` or from `solution.checks.styles`. All of its file is taken over.
    """
    files = solved()
    source = inspect.getsource(sys.modules[implementation.__module__])
    source = re.sub(r"from (tests|solution)[\w.]*catalogue import .*\n", "", source)
    source = source.replace("from tests.judge import trusted\n", TRUSTED)
    source = source.replace("from solution.", "from .")
    choose = f"\n{function} = collected[{implementation.__name__!r}]\n"
    stage = f"{STAGE_OF[function]}.py"
    files[stage] += (COLLECT + source + choose).encode()
    return files
