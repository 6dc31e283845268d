"""Code that is the same in several submissions, up to names and layout: a hint for the instructor.

Short functions look alike by necessity. What counts was measured: of all right implementations
in `solution/checks/styles`, the solution and the trusted versions, no two of one function with
more than 24 nodes have the same shape.
"""

import ast
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from solution.grading.excerpt import Excerpt, Named, parsed, shape
from solution.grading.scores import Result

ROOT = Path(__file__).parents[2]
HANDED_OUT = ("tests/judge/trusted.py", "tests/judged/torch_probes.py", "plots/experiment.py")

LEAST = 40  # nodes of one function,
LEAST_IN_ALL = 100  # and of all that some have in common: of one that is usual, 82 at most
FEW = 2  # learners, or
MOST_SHARE = 1 / 3  # of the class: what more of them write is how one writes it


def of_handout(root: Path = ROOT) -> dict[str, str]:
    """Return which of the files that learners get has which shape."""
    found: dict[str, str] = {}
    for path in HANDED_OUT:
        statements = parsed((root / path).read_bytes() if (root / path).is_file() else b"")
        imports = tuple(one for one in statements if isinstance(one, ast.Import))
        for node in ast.walk(ast.Module(statements, [])):
            if isinstance(node, Named):
                found[shape(Excerpt("", imports, node)).digest] = path
    return found


def copies(results: Sequence[Result], handout: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return who have the same code, in which functions, those with most of it first.

    Parameters
    ----------
    results : sequence of mappings
        The result of each submission.
    handout : mapping
        The files in which learners find code, by its shape.

    Returns
    -------
    list of mappings
        `learners` who have the same code in `functions`, which is also in the file `source`, if
        that is not "".
    """
    sharing: dict[tuple[str, str], list[int]] = defaultdict(list)
    sizes: dict[tuple[str, str], int] = {}
    for learner, result in enumerate(results):
        for function, cell in result["functions"].items():
            if cell["status"] == "not started":
                continue
            digest, size = cell["shape"]
            if size >= LEAST:
                sharing[function, digest].append(learner)
                sizes[function, digest] = size
    most = max(FEW, MOST_SHARE * len(results))
    groups: dict[tuple[str, tuple[int, ...]], list[tuple[str, str]]] = defaultdict(list)
    for key, learners in sharing.items():
        source = handout.get(key[1], "")
        if len(learners) <= most and (source or len(learners) > 1):
            for who in [(one,) for one in learners] if source else [tuple(learners)]:
                groups[source, who].append(key)
    found = [
        (sum(sizes[key] for key in keys), source, who, [function for function, _ in keys])
        for (source, who), keys in groups.items()
    ]
    found = [one for one in found if one[0] >= LEAST_IN_ALL]
    found.sort(key=lambda one: (-one[0], one[2]))
    return [
        {"learners": list(who), "functions": functions, "source": source}
        for _, source, who, functions in found
    ]
