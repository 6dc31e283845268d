"""Who made the same mistake, where the catalogue has none: what their functions did is alike."""

import json
import re
from collections.abc import Sequence
from typing import Any

from solution.grading.scores import Result
from tests.judge.fingerprints import Feature, alike
from tests.judge.mistakes.record import from_plain


def alike_in(results: Sequence[Result], function: str) -> list[list[int]]:
    """Return groups of two learners or more whose wrong versions of a function do the same."""
    groups: list[tuple[Feature, list[int]]] = []
    by_text: dict[str, list[int]] = {}  # most of a group are equal to the last digit
    for learner, result in enumerate(results):
        plain = result["functions"][function]["features"]
        if not plain:
            continue
        text = json.dumps(plain)
        if text not in by_text:
            features = from_plain(plain)
            same = next((members for one, members in groups if alike(one, features)), None)
            if same is None:
                same = []
                groups.append((features, same))
            by_text[text] = same
        by_text[text].append(learner)
    return [members for _, members in groups if len(members) > 1]


def smallest_call(results: Sequence[Result], function: str, members: Sequence[int]) -> int:
    """Return the learner with the shortest failing call: what holds of one holds of all."""
    return min(members, key=lambda one: (len(call_of(results[one]["functions"][function])), one))


def call_of(cell: Result) -> str:
    """Return the call that failed, as the report shows it."""
    return next((text for label, text in cell["lines"] if label == "call"), "")


def example_of_code(
    results: Sequence[Result], function: str, members: Sequence[int]
) -> dict[str, Any]:
    """Return the code of one of a group, and the entry of the catalogue that is made of it.

    It is of middle length, as the shortest is rarely the one that is understood best. No name of
    theirs is in the entry: it is "" if all of them write theirs into their code.
    """
    names = {word for one in members for word in words(results[one]["submission"])}

    cells = {one: results[one]["functions"][function] for one in members}
    good = [one for one in members if usable(cells[one]["draft"], names)]
    ranked = sorted(good or members, key=lambda one: (len(cells[one]["code"]), one))
    chosen = ranked[(len(ranked) - 1) // 2]
    draft = cells[chosen]["draft"] if good else ""
    return {"code": cells[chosen]["code"], "draft": draft, "written_by": chosen}


def usable(draft: str, names: set[str]) -> bool:
    """Whether there is a draft, and none of the names is in what a learner wrote of it."""
    own = re.sub(r"@mistake\(.*|from tests\.judge.*|(?<=def )unnamed_\w+", "", draft)
    return bool(draft) and not words(own) & names


def words(text: str) -> set[str]:
    """Return the longer words of a text: of a submission's name, most of a learner's."""
    return {*re.findall(r"[^\W\d_]{4,}", text.lower())}
