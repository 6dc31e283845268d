"""One function of a learner's, cut out of its module: to be read, compared, put into the catalogue.

The text is a stranger's: it is parsed, and never run.
"""

import ast
import hashlib
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.judge.functions import FILES, FUNCTIONS, STAGES

LARGEST_MODULE = 100_000  # bytes that are parsed; the solution's longest has 6 000
LONGEST = 8_000  # characters of code that is kept; the solution's longest function has 1 500
HEADER = "from tests.judge.mistakes.catalogue import mistake"
TODO = "one sentence: what is wrong in the code, then why"

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Excerpt(NamedTuple):
    """A function, and what it needs of its module.

    Parameters
    ----------
    code : str
        The function as it was written.
    needs : tuple of ast.stmt
        Statements of its module that bind what it uses, imports among them, in their order.
    own : Named
        Its definition.
    """

    code: str
    needs: tuple[ast.stmt, ...]
    own: Named


def excerpts(files: Mapping[str, bytes]) -> dict[str, Excerpt]:
    """Return the functions of a submission that can be cut out."""
    found = {}
    for stage, names in STAGES.items():
        module = Module(files.get(f"{stage}.py", b""))
        for name in names:
            one = module.cut(name)
            if one is not None:
                found[name] = one
    return found


class Module:
    """The text of a module, and which of its statements bind and use which names."""

    def __init__(self, text: bytes) -> None:
        self.lines = re.split("\r\n|\r|\n", text.decode("utf-8", "replace"))
        self.statements = parsed(text)
        self.binding: dict[str, list[int]] = {}
        for place, statement in enumerate(self.statements):
            for name in bound(statement):
                self.binding.setdefault(name, []).append(place)

    def cut(self, name: str) -> Excerpt | None:
        """Return a function, if it is defined at the top of the module."""
        if name not in self.binding:
            return None
        place = self.binding[name][-1]
        statement = self.statements[place]
        own = definition(statement, name)
        if own is None:
            return None
        needed = {*self.binding.get("*", ())}
        todo = [place]
        while todo:
            for other in used(self.statements[todo.pop()]):
                more = {*self.binding.get(other, ())} - needed - {place}
                needed |= more
                todo += more
        needs = tuple(self.statements[number] for number in sorted(needed))
        return Excerpt(self.code(statement, own), needs, own)

    def code(self, statement: ast.stmt, own: Named) -> str:
        """Return the text of a definition, without the docstring that its stub has."""
        first = min([statement.lineno, *(d.lineno for d in own.decorator_list)])
        lines = dict(enumerate(self.lines[first - 1 : statement.end_lineno], start=first))
        if ast.get_docstring(own) is not None and len(own.body) > 1:
            text, after = own.body[:2]
            assert text.end_lineno is not None
            if statement.lineno < text.lineno and text.end_lineno < after.lineno:
                for number in range(text.lineno, text.end_lineno + 1):
                    del lines[number]
        return "\n".join(lines.values()).expandtabs(4)


def parsed(text: bytes) -> list[ast.stmt]:
    """Return the statements of a module, none if it is no module, or no reasonable one."""
    try:
        return ast.parse(text if len(text) <= LARGEST_MODULE else b"").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []


def definition(statement: ast.stmt, name: str) -> Named | None:
    """Return a definition; that of a lambda with a name is written as one."""
    if isinstance(statement, Named):
        return statement
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
        (made,) = ast.parse(f"def {name}():\n    return None").body
        assert isinstance(made, ast.FunctionDef)
        made.args = statement.value.args
        made.body = [ast.copy_location(ast.Return(statement.value.body), statement)]
        return made
    return None


def bound(statement: ast.stmt) -> set[str]:
    """Return the names that a statement at the top of a module binds."""
    if isinstance(statement, Named):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return {
        name
        for node in ast.walk(statement)
        for name in (
            [node.id]
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            else bound(node)
            if isinstance(node, Named | ast.Import | ast.ImportFrom)
            else []
        )
    }


def used(node: ast.AST) -> set[str]:
    """Return the names that are read somewhere in a statement, but for its annotations."""
    nodes = [*ast.walk(node)]
    hints = [getattr(one, field, None) for one in nodes for field in ("annotation", "returns")]
    left_out = {id(inner) for hint in hints if hint is not None for inner in ast.walk(hint)}
    return {
        one.id
        for one in nodes
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and id(one) not in left_out
    }


class Bare(ast.NodeTransformer):
    """Leaves out docstrings and annotations, which do nothing."""

    def visit(self, node: ast.AST) -> ast.AST:
        """Return a node without them."""
        super().generic_visit(node)
        if isinstance(node, Named) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):
            same = ast.Assign([node.target], node.value) if node.value else ast.Pass()
            return ast.copy_location(same, node)
        return node


def bare(statement: ast.stmt) -> ast.stmt:
    """Return a copy of a statement without docstrings and annotations."""
    (copy,) = ast.parse(ast.unparse(statement)).body
    made = Bare().visit(copy)
    assert isinstance(made, ast.stmt)
    return ast.fix_missing_locations(made)


# -- an entry of the catalogue ------------------------------------------------------------------


class NotAlone(Exception):
    """A function needs what the catalogue does not have."""


def draft(excerpt: Excerpt, function: str, name: str) -> str:
    """Return the text of a file that adds a wrong function to the catalogue, but for its sentence.

    Other functions of the kata are the trusted ones, as they were when it was judged. There are
    neither comments nor docstrings in it.

    Parameters
    ----------
    excerpt : Excerpt
        The function.
    function : str
        Which one of the kata it is.
    name : str
        What the entry is called.

    Returns
    -------
    str
        "" if the function needs more of the submission than its own module has.
    """
    try:
        names = set().union(*map(used, (*excerpt.needs, excerpt.own)))
        needs = [one for statement in excerpt.needs for one in of_project(statement, names)]
        own = bare(excerpt.own)
        assert isinstance(own, Named)
        calls_itself = function in used(own)
        own.name = name
        futures = [one for one in needs if one.startswith("from __future__")]
        imports = [one for one in needs if one.startswith(("import ", "from "))]
        rest = [one for one in needs if one not in imports]
        first = "\n".join([*futures, *(one for one in imports if one not in futures), HEADER])
        entry = f'@mistake("{function}", "")  # {TODO}\n{ast.unparse(own)}'
        alias = [f"{function} = {name}"] if calls_itself else []
        text = "\n\n\n".join([first, *rest, entry, *alias]) + "\n"
    except (NotAlone, RecursionError, MemoryError, ValueError):
        return ""
    return text if len(text) <= LONGEST else ""


def of_project(statement: ast.stmt, names: Container[str]) -> list[str]:
    """Return the text of a statement, with what is trusted in the place of the kata's functions.

    Of an import, only `names` are taken.
    """
    if isinstance(statement, Named) and statement.name in FUNCTIONS:
        return [trusted(ast.alias(statement.name))]
    if not isinstance(statement, ast.Import | ast.ImportFrom):
        return [ast.unparse(bare(statement))]
    aliases = [
        alias
        for alias in statement.names
        if alias.name == "*" or (alias.asname or alias.name).split(".")[0] in names
    ]
    if isinstance(statement, ast.Import):
        return [of_import(alias) for alias in aliases]
    if is_own(statement):
        return [trusted(alias) for alias in aliases]
    return [ast.unparse(ast.ImportFrom(statement.module, aliases, 0))]


def of_import(alias: ast.alias) -> str:
    """Return the text that imports one module."""
    if alias.name.split(".")[0] != "kata":
        return ast.unparse(ast.Import([alias]))
    if alias.asname is None:
        raise NotAlone
    return trusted(ast.alias(alias.name.rpartition(".")[2], alias.asname))


def is_own(statement: ast.ImportFrom) -> bool:
    """Whether a statement imports from the submission."""
    return statement.level > 0 or (statement.module or "").split(".")[0] == "kata"


def trusted(alias: ast.alias) -> str:
    """Return the text that imports what is trusted, for a function or a stage's module."""
    if alias.name in FILES:
        alias = ast.alias("trusted", alias.asname or alias.name)
        return ast.unparse(ast.ImportFrom("tests.judge", [alias], 0))
    if alias.name != "*" and (alias.name not in FUNCTIONS or not FUNCTIONS[alias.name].trusted):
        raise NotAlone
    return ast.unparse(ast.ImportFrom("tests.judge.trusted", [alias], 0))


# -- comparing ----------------------------------------------------------------------------------


class Shape(NamedTuple):
    """What two functions share that are the same up to names and layout.

    Parameters
    ----------
    digest : str
        Equal for these, and for no others.
    size : int
        The nodes of the syntax tree: how much there is that could differ.
    """

    digest: str
    size: int


NO_SHAPE = Shape("", 0)


def shape(excerpt: Excerpt) -> Shape:
    """Return the shape of a function, with the helpers that it uses."""
    helpers = [
        one
        for one in excerpt.needs
        if not isinstance(one, ast.Import | ast.ImportFrom) and not bound(one) & {*FUNCTIONS}
    ]
    imports = [one for one in excerpt.needs if isinstance(one, ast.Import)]
    try:
        tree = ast.Module([bare(one) for one in (*helpers, excerpt.own)], [])
        Renamed(tree, imports).visit(tree)
        text = ast.dump(tree, annotate_fields=False)
        size = sum(not isinstance(node, ast.expr_context) for node in ast.walk(tree))
    except (RecursionError, MemoryError, ValueError):
        return NO_SHAPE
    return Shape(hashlib.sha256(text.encode()).hexdigest()[:16], size)


class Renamed(ast.NodeTransformer):
    """Gives what is bound in some code names by their order; what is imported keeps its own."""

    def __init__(self, tree: ast.Module, imports: Sequence[ast.Import]) -> None:
        aliases = [alias for one in imports for alias in one.names]
        self.modules = {alias.asname: alias.name for alias in aliases if alias.asname}
        names = dict.fromkeys(own_names(tree))
        self.numbers = {name: f"_{number}" for number, name in enumerate(names)}

    def visit(self, node: ast.AST) -> ast.AST:
        """Rename a node, and what is in it."""
        for field in NAMES:
            name = getattr(node, field, None)
            if isinstance(name, str) and not isinstance(node, ast.keyword | ast.alias):
                setattr(node, field, self.numbers.get(name) or self.modules.get(name, name))
        return super().generic_visit(node)


NAMES = ("id", "arg", "name")


def own_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are bound in some code, in the order of the text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, Named | ast.ExceptHandler) and node.name:
            yield node.name
