"""Formulas that are nearly the right one: another operator, name, sign, order, or less of it.

A result that follows one of them wherever it was looked at is said to be that formula.
"""

import ast
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any, Literal, NamedTuple

import numpy as np

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)
SIGNS = {" * ": "·", " - ": " − ", "-": "−", " ** ": "^", " // ": " // "}


class Formula(NamedTuple):
    """What a part of a result is made of.

    Parameters
    ----------
    code : str
        How a report says that it is another one.
    text : str
        As Python writes it, with the function's parameters.
    result : callable
        From the formula's value and the arguments: what it makes of this part.
    """

    code: Literal["formula", "mean", "residuals", "becomes"]
    text: str
    result: Callable[[Any, Mapping[str, Any]], Any]


class Variant(NamedTuple):
    """A formula that is nearly the right one, as it is shown and as it is computed."""

    shown: str
    code: CodeType


Fits = Callable[[Any, int], bool]  # whether the result in one of the cases is this one


def nearest(formula: Formula, cases: Sequence[Mapping[str, Any]], fits: Fits) -> str | None:
    """Return the first formula, by the number of changes, that gives all results, as it is shown.

    Parameters
    ----------
    formula : Formula
        The right one.
    cases : sequence of mapping
        The arguments of the calls.
    fits : callable
        From what a formula gives and the place of the case: whether the result is the same.
    """
    with np.errstate(all="ignore"):
        for variant in variants(formula.text, tuple(cases[0])):
            if all(fits(value(formula, variant, case), k) for k, case in enumerate(cases)):
                return variant.shown
    return None


def value(formula: Formula, variant: Variant, case: Mapping[str, Any]) -> Any:
    """Return what a part of the result would be, NaN if there is no such number."""
    try:
        return formula.result(eval(variant.code, {"__builtins__": {}}, dict(case)), case)
    except (ArithmeticError, ValueError):
        return np.nan


def shown(text: str) -> str:
    """Write a formula as a report does."""
    for python, sign in SIGNS.items():
        text = text.replace(python, sign)
    return text


@functools.cache
def variants(text: str, names: Sequence[str]) -> tuple[Variant, ...]:
    """Return the formulas with one change, then those with two."""
    found = dict.fromkeys([text])
    for _ in range(2):
        found = dict.fromkeys([*found, *(new for old in found for new in changed(old, names))])
    return tuple(
        Variant(shown(new), compile(new, "<formula>", "eval")) for new in found if new != text
    )


@functools.cache
def changed(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return a formula with one change, in every way."""
    return tuple(map(ast.unparse, with_change(ast.parse(text, mode="eval").body, names)))


def with_change(node: ast.expr, names: Sequence[str]) -> Iterator[ast.expr]:
    """Yield a node with one change in it."""
    if isinstance(node, ast.Name):
        yield from (ast.Name(name) for name in names if name != node.id)
        yield ast.UnaryOp(ast.USub(), node)
    if isinstance(node, ast.Constant):
        yield from (ast.Constant(node.value + more) for more in (1, -1))  # type: ignore[operator]
    if isinstance(node, ast.BinOp):
        left, op, right = node.left, node.op, node.right
        yield from (ast.BinOp(left, new(), right) for new in OPERATORS if not isinstance(op, new))
        yield from (left, right, ast.BinOp(right, op, left))
        yield from (ast.BinOp(new, op, right) for new in with_change(left, names))
        yield from (ast.BinOp(left, op, new) for new in with_change(right, names))
        if isinstance(left, ast.BinOp):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
        if isinstance(right, ast.BinOp):
            yield ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)
