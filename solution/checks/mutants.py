"""Code with one or two things spoilt in it: operators, constants, names, statements, indentation.

cosmic-ray's operators spoil operators, constants, loops and exceptions. It has none for names,
arguments, statements and indentation: `SPOILERS` adds these.
"""

import ast
import contextlib
import copy
import difflib
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

# Between bits (a TypeError for every float), `is` beside a number, or in need of a variable's name.
NOT_TRIED = re.compile("Bit|LShift|RShift|Invert|_Is(Not)?$|Variable|RemoveDecorator")


def source_of(implementation: Callable[..., Any]) -> str:
    """Return the code of a function or class, without decorators, types, comments, docstrings."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(implementation)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = []
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(tree)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield the lines that were changed, and the code that came of it; no code comes twice."""
    seen = {source}
    for code in itertools.chain(by_operators(source), by_spoilers(source)):
        if code not in seen:
            seen.add(code)
            yield changed(source, code), code


def changed(one: str, other: str) -> str:
    """Return the lines in which two sources differ."""
    lines = list(difflib.ndiff(one.splitlines(), other.splitlines()))
    old, new = ([line[1:].strip() for line in lines if line[0] == sign] for sign in "-+")
    return f"{'; '.join(old)} -> {'; '.join(new)}"


def by_operators(source: str) -> Iterator[str]:
    # not installed where the tests are only run
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    for name in sorted(operator_names()):
        if NOT_TRIED.search(name):
            continue
        for occurrence in itertools.count():
            code = mutate_code(source, get_operator(name)(), occurrence)
            if code is None:
                break
            # `*` between parameters, or `**` before a dict, is no product
            with contextlib.suppress(SyntaxError):
                if code.count(", *, ") == source.count(", *, "):
                    yield ast.unparse(ast.parse(code))


# -- names, arguments, statements, indentation ------------------------------------------------

Edit = Callable[[Any], None]  # changes one node of a tree


def by_spoilers(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    names = sorted(
        {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        | {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    )
    for place, node in enumerate(ast.walk(tree)):
        for spoiler in SPOILERS:
            for edit in spoiler(node, names):
                other = copy.deepcopy(tree)
                edit(next(itertools.islice(ast.walk(other), place, None)))
                yield ast.unparse(ast.fix_missing_locations(other))


def name_replaced(node: ast.AST, names: list[str]) -> Iterator[Edit]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for name in names:
            yield lambda n, name=name: setattr(n, "id", name)  # type: ignore[misc]


def argument_left_out(node: ast.AST, _: list[str]) -> Iterator[Edit]:
    if isinstance(node, ast.Call):
        for k in range(len(node.keywords)):
            yield lambda n, k=k: n.keywords.pop(k)  # type: ignore[misc]
        if len(node.args) > 1:
            yield lambda n: n.args.insert(0, n.args.pop(1))


def sum_for_mean(node: ast.AST, _: list[str]) -> Iterator[Edit]:
    other = {"mean": "sum", "sum": "mean"}
    if isinstance(node, ast.Attribute) and node.attr in other:
        yield lambda n: setattr(n, "attr", other[n.attr])


def assigned_for_added(node: ast.AST, _: list[str]) -> Iterator[Edit]:
    for field, at, statement in statements(node):
        if isinstance(statement, ast.AugAssign):

            def assign(n: Any, field: str = field, at: int = at) -> None:
                old = getattr(n, field)[at]
                getattr(n, field)[at] = ast.Assign([old.target], old.value)

            yield assign


def statement_removed(node: ast.AST, _: list[str]) -> Iterator[Edit]:
    for field, at, _statement in statements(node):
        yield lambda n, f=field, k=at: getattr(n, f).__setitem__(k, ast.Pass())  # type: ignore[misc]


def statement_indented(node: ast.AST, _: list[str]) -> Iterator[Edit]:
    """Move what follows a block into it."""
    for field, at, statement in statements(node):
        if at + 1 < len(getattr(node, field)) and hasattr(statement, "body"):
            yield lambda n, f=field, k=at: getattr(n, f)[k].body.append(getattr(n, f).pop(k + 1))  # type: ignore[misc]


def statement_dedented(node: ast.AST, _: list[str]) -> Iterator[Edit]:
    """Move the last statement of a block behind it."""
    for field, at, statement in statements(node):
        if len(getattr(statement, "body", ())) > 1:
            yield lambda n, f=field, k=at: getattr(n, f).insert(k + 1, getattr(n, f)[k].body.pop())  # type: ignore[misc]


def statements(node: ast.AST) -> Iterator[tuple[str, int, ast.stmt]]:
    """Yield the statements in the blocks of a node, with their places."""
    for field in () if isinstance(node, ast.Module) else ("body", "orelse"):
        block = getattr(node, field, None)
        for at, statement in enumerate(block if isinstance(block, list) else ()):
            yield field, at, statement


SPOILERS = (
    *(name_replaced, argument_left_out, sum_for_mean, assigned_for_added),
    *(statement_removed, statement_indented, statement_dedented),
)


# -- two at once ------------------------------------------------------------------------------


@cache
def tokens(source: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+|\s+|[^\w\s]", source))


@cache
def edits(base: str, other: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """Return what is to be replaced in a source to make it another."""
    a, b = tokens(base), tokens(other)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return tuple(
        (i, j, b[k:end]) for code, i, j, k, end in matcher.get_opcodes() if code != "equal"
    )


def merged(base: str, one: str, two: str) -> str | None:
    """Return the base with the edits of both, or None if they meet or nothing comes of it."""
    found = sorted((*edits(base, one), *edits(base, two)))
    for (_, end, _), (start, _, _) in itertools.pairwise(found):
        if start <= end:
            return None
    text = list(tokens(base))
    for i, j, new in reversed(found):
        text[i:j] = new
    try:
        code = ast.unparse(ast.parse("".join(text)))
    except SyntaxError:
        return None
    return None if code in (one, two) else code
