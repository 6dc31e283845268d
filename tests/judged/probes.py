"""The probe of plain functions: calls them, and describes what came back."""

import itertools
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from tests.judged.arguments import given, must_be_unchanged
from tests.judged.describing import describe
from tests.judged.modules import Modules
from tests.judged.values import Calls, Problem, Request, Result, Stopped


def call(submission: Modules, request: Request) -> Result:
    """Call a function, and describe each result."""
    learners = submission.find(request)
    before = {**request.positional, **request.keywords}
    values = given(before, request.dress, {})
    by_position = () if request.dress == "by name" else request.positional
    arguments = [values[name] for name in by_position]
    options = {name: value for name, value in values.items() if name not in by_position}
    results, states = [], generator_states(values) if request.draws else []
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
                if request.first_only and is_lazy(value):
                    value = list(itertools.islice(value, 1))
                results.append(describe(value, request.most))
        must_be_unchanged(before, values)
    if request.draws and generator_states(values) == states:
        raise Stopped(Problem("generator state"))
    return results[0] if request.times == 1 else Calls(results)


def is_lazy(value: Any) -> bool:
    """Say whether items are made only when they are asked for."""
    return hasattr(value, "__iter__") and not isinstance(value, list | tuple | np.ndarray)


def generator_states(values: Mapping[str, Any]) -> list[str]:
    """Return where each generator among the arguments is."""
    made = [value for value in values.values() if isinstance(value, np.random.Generator)]
    return [repr(generator.bit_generator.state) for generator in made]


@contextmanager
def global_state(seed: int | None, watch: bool) -> Iterator[None]:
    """Seed the global generators, see whether they are left alone, and put NumPy's back."""
    if seed is None and not watch:
        yield
        return
    kept = np.random.get_state(legacy=False)
    try:
        if seed is not None:
            random.seed(seed)
            np.random.seed(seed)
        before = {name: state() for name, state in STATES.items()} if watch else {}
        yield
        for name, state in before.items():
            if state is not None and state != STATES[name]():
                raise Stopped(Problem("global state", name=name))
    finally:
        np.random.set_state(kept)


def of_numpy() -> object:
    state: Any = np.random.get_state(legacy=False)
    own = state["state"]
    return own["key"].tobytes(), own["pos"], state["has_gauss"]


def of_torch() -> object:
    torch = sys.modules.get("torch")  # as long as nobody has imported it, nobody draws from it
    return None if torch is None else torch.get_rng_state().numpy().tobytes()


STATES: dict[str, Callable[[], object]] = {
    "NumPy": of_numpy,
    "Python": random.getstate,
    "PyTorch": of_torch,
}
