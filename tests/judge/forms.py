"""The forms that results have: from a description to a plain value."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.judge.verdicts import Code, Finding, Value
from tests.judged.values import (
    Array,
    Description,
    Items,
    Large,
    Model,
    Number,
    Other,
    Result,
    Trained,
    Values,
)

Form = Callable[[Any], Any]  # from a `Result` to a plain value, or `Malformed`


class Malformed(Exception):
    """A result has not the form that it should have."""

    def __init__(self, code: Code, **values: Value) -> None:
        super().__init__(code)
        self.code: Code = code
        self.values = values
        self.place: list[str] = []  # from the inside out: "xb", "batch 2"

    @property
    def finding(self) -> Finding:
        """The fact."""
        return Finding(self.code, {**self.values, "place": self.place})


def found(result: Result) -> dict[str, Value]:
    """Return what kind of thing came back, as plain values."""
    match result:
        case Number(value):
            return {"kind": "number", "value": value}
        case Values(array):
            return {"kind": "array", "shape": list(array.shape), "dtype": str(array.dtype)}
        case Large(dtype, shape):
            return {"kind": "array", "shape": list(shape), "dtype": dtype}
        case Items(name, items, complete):
            return {"kind": "items", "name": name, "count": len(items) if complete else -1}
        case Other(name, _):
            return {"kind": "other", "name": name}
    return {"kind": "other", "name": "object"}


def number(result: Description) -> float:
    """Demand one number."""
    if not isinstance(result, Number):
        raise Malformed("form", found=found(result), wanted="number")
    return float(result.value)


def numbers(result: Description) -> Any:
    """Demand one number, or an array of them, of any shape."""
    if isinstance(result, Number):
        return float(result.value)
    if not isinstance(result, Values):
        raise Malformed("form", found=found(result), wanted="numbers")
    if result.array.dtype != np.float64:
        raise Malformed("dtype", dtype=str(result.array.dtype), wanted="float64")
    return result.array


def column(result: Description, dtype: type = np.float64) -> Array:
    """Demand an array of shape (m, 1), whatever m."""
    if not isinstance(result, Values):
        raise Malformed("form", found=found(result), wanted="column")
    array = result.array
    if array.ndim != 2 or array.shape[1] != 1:
        raise Malformed("shape", shape=list(array.shape))
    if array.dtype != dtype:
        raise Malformed("dtype", dtype=str(array.dtype), wanted=str(np.dtype(dtype)))
    return array


def float32_column(result: Description) -> Array:
    """Demand an array of float32, shape (m, 1)."""
    return column(result, np.float32)


def parts(whole: str = "", /, **forms: Form) -> Form:
    """Return the form of a result with several parts, in any sequence that unpacks.

    `whole` is what a report calls all of it, if that says more than the names of the parts.
    """
    names, own = [*forms], [*forms.values()]

    def form(result: Description) -> tuple[Any, ...]:
        items = items_of(result)
        if items is None or len(items) != len(forms):
            raise Malformed("form", found=found(result), wanted=whole or ", ".join(forms))
        values = []
        try:
            for part, item in zip(own, items, strict=True):
                values.append(part(item))
        except Malformed as malformed:
            malformed.place.append(names[len(values)])
            raise
        return tuple(values)

    return form


def sequence(of: Form, noun: str, nouns: str) -> Form:
    """Return the form of a sequence of any length."""

    def form(result: Description) -> list[Any]:
        if isinstance(result, Items) and not result.complete:
            raise Malformed("endless", count=len(result.items), nouns=nouns)
        items = items_of(result)
        if items is None:
            raise Malformed("form", found=found(result), wanted=f"a sequence of {nouns}")
        values: list[Any] = []
        try:
            for item in items:
                values.append(of(item))
        except Malformed as malformed:
            malformed.place.append(f"{noun} {len(values) + 1}")
            raise
        return values

    return form


def items_of(result: Description) -> list[Description] | None:
    """Return the items of a sequence or of an array's first axis, None for anything else."""
    if isinstance(result, Items) and result.complete:
        return result.items
    if isinstance(result, Values) and result.array.ndim:
        return [Values(row) if np.ndim(row) else Number(float(row)) for row in result.array]
    return None


def ran(result: Description) -> Description:
    """Return what is known of a check's run: `tests.judge.claims` looks at it."""
    return result


PARAMETERS = parts(w=number, b=number)
LOSSES = sequence(number, "epoch", "losses")
DESCENT = parts(w=number, b=number, losses=LOSSES)
BATCH = parts(xb=column, yb=column)
EPOCH = sequence(BATCH, "batch", "batches")
MAP_PARTS = ("ww", "wb", "w1", "bw", "bb", "b1")
MAP = parts(**dict.fromkeys(MAP_PARTS, number))
MAPS = parts(**dict.fromkeys(MAP_PARTS, numbers))  # one of them, or many at once


def model(result: Result) -> Model:
    """Demand an `nn.Module`."""
    if not isinstance(result, Model):
        raise Malformed("no module", found=found(result))
    return result


def trained_epoch(result: Trained) -> tuple[float, float, list[float], bool]:
    """Return w, b, what each call returned, and whether gradients are left."""
    losses = [number(returned) for returned in result.returned]
    return result.w, result.b, losses, result.has_gradients


def training(result: Trained) -> tuple[float, float, list[float]]:
    """Return w, b, and the losses."""
    return result.w, result.b, LOSSES(result.returned[0])
