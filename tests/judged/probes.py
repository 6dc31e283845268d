"""The probe of plain functions: calls them, and describes what came back."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from tests.judged.arguments import fresh, must_be_unchanged
from tests.judged.describing import describe
from tests.judged.modules import Modules
from tests.judged.values import (
    Calls,
    Problem,
    Request,
    Result,
    Seed,
    Stopped,
)


def call(submission: Modules, request: Request) -> Result:
    """Call a function, and describe each result."""
    learners = submission.find(request)
    made: dict[Seed, np.random.Generator] = {}
    before = {**request.positional, **request.keywords}
    given = {name: fresh(value, made) for name, value in before.items()}
    arguments = [given[name] for name in request.positional]
    options = {name: given[name] for name in request.keywords}
    results = []
    with global_state(request.global_seed, request.watch):
        with (
            submission.guard(request.seconds),
            submission.trusting(request.stand_ins),
            np.errstate(all="ignore"),
        ):
            for turn in range(request.times):
                if request.sweep:
                    options[request.sweep] = turn
                value = learners(*arguments, **options)
                if request.first_only and hasattr(value, "__iter__"):
                    value = next(iter(value), None)
                results.append(describe(value, request.most))
        must_be_unchanged(before, given)
    return results[0] if request.times == 1 else Calls(results)


@contextmanager
def global_state(seed: int | None, watch: bool) -> Iterator[None]:
    """Seed the global generators, see whether NumPy's is left alone, and put it back."""
    if seed is None and not watch:
        yield
        return
    kept = np.random.get_state(legacy=False)
    try:
        if seed is not None:
            random.seed(seed)
            np.random.seed(seed)
        before = np.random.get_state(legacy=False) if watch else {}
        yield
        if watch and not same_state(before, np.random.get_state(legacy=False)):
            raise Stopped(Problem("global state"))
    finally:
        np.random.set_state(kept)


def same_state(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    a, b = dict(one["state"]), dict(other["state"])
    return (
        np.array_equal(a.pop("key"), b.pop("key"))
        and a == b
        and one["has_gauss"] == other["has_gauss"]
    )
