"""Every stub is a stub, and matches its solution; every function has its hints."""

import ast
import doctest
import importlib
import inspect

import pytest

from solution.checks.conftest import ROOT
from tests.judge import hints
from tests.judge.functions import BONUS, FILES, FUNCTIONS, STAGE_OF, STAGES


def parse(package: str, stage: str) -> ast.Module:
    return ast.parse((ROOT / package / f"{stage}.py").read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("stage", FILES)
def test_every_stub_says_what_to_do_and_raises_its_own_error(stage: str) -> None:
    tree = parse("kata", stage)
    source = (ROOT / "kata" / f"{stage}.py").read_text(encoding="utf-8").splitlines()
    owners = {
        method: node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for method in node.body
    }
    for function in functions(tree):
        name = function.name
        if function in owners:
            name = owners[function] + ("" if name == "__init__" else f".{name}")
        docstring, only = function.body
        assert ast.get_docstring(function), f"{name} has no docstring"
        assert ast.unparse(only) == f"raise NotImplementedError('{stage}: {name}')"
        between = source[docstring.end_lineno or 0 : only.lineno - 1]
        assert [line.strip()[:7] for line in between] == ["# TODO:"], name


@pytest.mark.parametrize("name", [name for name in STAGE_OF if STAGE_OF[name] != "training"])
def test_calling_a_stub_raises_its_own_error(name: str) -> None:
    function = getattr(importlib.import_module(f"kata.{STAGE_OF[name]}"), name)
    parameters = inspect.signature(function).parameters.values()
    positional = [None for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    keywords = {p.name: None for p in parameters if p.kind is p.KEYWORD_ONLY}
    with pytest.raises(NotImplementedError, match=f"^{STAGE_OF[name]}: {name}$"):
        function(*positional, **keywords)


@pytest.mark.parametrize("stage", STAGES)
def test_stub_and_solution_differ_in_their_bodies_alone(stage: str) -> None:
    trees = [parse(package, stage) for package in ("kata", "solution")]
    for tree in trees:
        for function in functions(tree):
            del function.body[1:]  # the docstring stays
    assert ast.unparse(trees[0]) == ast.unparse(trees[1])


@pytest.mark.parametrize("bonus", BONUS)
def test_bonus_and_its_solution_differ_in_their_bodies_alone(bonus: str) -> None:
    """The solution has functions of its own beside those of the bonus."""
    described = []
    for package in ("kata", "solution"):
        found = {}
        for function in functions(parse(package, bonus)):
            if function.name in BONUS[bonus]:
                del function.body[1:]
                found[function.name] = ast.unparse(function)
        described.append(found)
    assert list(described[0]) == BONUS[bonus]
    assert described[0] == described[1]


@pytest.mark.parametrize("stage", STAGES)
def test_modules_have_exactly_the_functions_of_their_stage(stage: str) -> None:
    tree = parse("solution", stage)
    defined = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assert defined == STAGES[stage]


@pytest.mark.parametrize("stage", FILES)
def test_examples_in_docstrings_come_out_as_printed(stage: str) -> None:
    result = doctest.testmod(importlib.import_module(f"solution.{stage}"))
    assert result.attempted >= len(FILES[stage])
    assert result.failed == 0


@pytest.mark.parametrize("name", STAGE_OF)
def test_every_function_has_three_hints(name: str) -> None:
    first, second, third = FUNCTIONS[name].hints
    assert first.endswith("?")  # a question
    for step, text in (("", first), (":2", second), (":3", third)):
        assert text in hints.give(name + step)
    assert third not in hints.give(f"{name}:2")


def test_there_are_no_hints_for_anything_else() -> None:
    with pytest.raises(ValueError, match="no hint for 'nothing'"):
        hints.give("nothing")
