"""What the learner's code gets, and whether it leaves that as it is."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.judged.values import Array, Dress, Problem, Seed, Stopped


def given(
    values: Mapping[str, Any], dress: Dress, made: dict[Seed, np.random.Generator]
) -> dict[str, Any]:
    """Return what the learner's code gets for plain values: copies, and generators for seeds."""
    return {name: fresh(value, dress, made) for name, value in values.items()}


def fresh(value: Any, dress: Dress, made: dict[Seed, np.random.Generator]) -> Any:
    if isinstance(value, Seed):
        if value not in made:
            made[value] = np.random.Generator(getattr(np.random, value.bits)(value.value))
        return made[value]
    if isinstance(value, np.ndarray):
        return ARRAYS.get(dress, np.copy)(value)
    if isinstance(value, tuple):
        return tuple(fresh(item, dress, made) for item in value)
    is_number = isinstance(value, float) and dress == "NumPy numbers"
    return np.float64(value) if is_number else value


def view(array: Array) -> Array:
    """Return a part of a longer array."""
    return np.concatenate([array, array])[: len(array)]


def read_only(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array


def strided(array: Array) -> Array:
    """Return every second row of an array, so that its memory is not contiguous."""
    return np.repeat(array, 2, axis=0)[::2]


ARRAYS: dict[str, Callable[[Array], Array]] = {
    "views": view,
    "read-only arrays": read_only,
    "strided arrays": strided,
}


def must_be_unchanged(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Demand that the arrays are what they were."""
    for name, value in before.items():
        if not is_unchanged(value, after[name]):
            raise Stopped(Problem("mutated", name=name))


def is_unchanged(before: Any, after: Any) -> bool:
    """Whether an array, or all arrays of a tuple, are what they were."""
    if isinstance(before, tuple):
        return all(map(is_unchanged, before, after))
    if not isinstance(before, np.ndarray):
        return True
    # by its bytes: the code that was called may have changed NumPy's comparisons
    same = after.shape == before.shape and after.dtype == before.dtype
    return bool(same and after.tobytes() == before.tobytes())
