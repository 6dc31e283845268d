"""What the learner's code gets, and whether it leaves that as it is."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.judged.values import Problem, Seed, Stopped


def fresh(value: Any, made: dict[Seed, np.random.Generator]) -> Any:
    """Return what the learner's code gets for a plain value: a copy, a generator for a seed."""
    if isinstance(value, Seed):
        return made.setdefault(value, np.random.default_rng(value.value))
    return value.copy() if isinstance(value, np.ndarray) else value


def must_be_unchanged(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name, value in before.items():
        if isinstance(value, np.ndarray):
            now = after[name]
            # by its bytes: the code that was called may have changed NumPy's comparisons
            same = now.shape == value.shape and now.dtype == value.dtype
            if not same or now.tobytes() != value.tobytes():
                raise Stopped(Problem("mutated", name=name))
