"""Say by plain values what came back from the learner's code."""

import itertools
from typing import Any

import numpy as np

from tests.judged.values import (
    FLOAT64,
    MOST_ELEMENTS,
    MOST_ITEMS,
    Description,
    Items,
    Large,
    Number,
    Other,
    Values,
)

DEEPEST = 3  # sequences in sequences
NO_SEQUENCES = (str, bytes, bytearray, dict, set, frozenset, bool, np.generic, type(None))


def describe(value: Any, most: int = MOST_ITEMS, depth: int = DEEPEST) -> Description:
    """Describe a value; at most `most` items of a sequence are read."""
    kind = type(value)
    if (
        kind is np.ndarray
        and value.dtype is FLOAT64
        and value.ndim
        and 0 < value.size <= MOST_ELEMENTS
    ):
        return Values(value.copy())  # what nearly all are
    if (kind is tuple or kind is list) and depth and len(value) <= most:
        return Items(kind.__name__, [describe(item, most, depth - 1) for item in value], True)
    if kind is float or kind is int:
        try:
            return Number(float(value))
        except OverflowError:
            return Other("int", "an integer too large for float64")
    if issubclass(kind, float):
        return Number(float.__float__(value))  # whatever a class of the learner's makes of it
    if kind is np.ndarray and depth and holds_sequences(value):
        items = [describe(item, most, depth - 1) for item in value[:most]]
        return Items(f"array of dtype {value.dtype}", items, len(value) <= most)
    if kind is np.ndarray or isinstance(value, np.number):
        return describe_array(value)
    no_sequence = isinstance(value, (*NO_SEQUENCES, np.ndarray))
    if depth and not no_sequence and not type_name(value).startswith("torch."):
        try:
            iterator = iter(value)
        except TypeError:
            return Other(type_name(value), short_repr(value))
        # all items first: one that changes when the next is made is wrong in a list
        raw = list(itertools.islice(iterator, most + 1))
        items = [describe(item, most, depth - 1) for item in raw[:most]]
        return Items(type_name(value), items, len(raw) <= most)
    graph = " that requires grad" if getattr(value, "requires_grad", False) is True else ""
    return Other(type_name(value) + graph, short_repr(value))


def holds_sequences(array: Any) -> bool:
    """Whether the rows of an array of objects are batches, or pairs, and no numbers."""
    if array.dtype.kind != "O" or array.ndim not in (1, 2) or not array.size:
        return False
    return type(array.flat[0]) in (tuple, list, np.ndarray)


def describe_array(value: Any) -> Description:
    if value.dtype.kind not in "biuf":
        return Other(f"array of dtype {value.dtype}", short_repr(value))
    if value.ndim == 0 and value.dtype.kind != "b":
        return Number(float(value))
    if max([value.size, *value.shape]) > MOST_ELEMENTS:
        return Large(str(value.dtype), value.shape)
    return Values(np.array(value))


def describe_tensor(value: Any) -> Description:
    import torch

    if type(value) is not torch.Tensor:
        return Other(type_name(value), short_repr(value))
    array = value.detach().cpu().numpy()
    if array.dtype.kind not in "biuf":
        return Other(f"tensor of dtype {value.dtype}", short_repr(value))
    if array.size > MOST_ELEMENTS:
        return Large(str(value.dtype), array.shape)
    return Values(array.copy())


def type_name(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def short_repr(value: object) -> str:
    try:
        text = repr(value)
    except Exception as error:
        text = f"<its repr raises {type(error).__name__}>"
    return shortened(text, 80)


def exception_text(error: BaseException) -> str:
    """Return an exception's own words, on one line."""
    try:
        return shortened(str(error), 160)
    except Exception:
        return ""


def shortened(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."
