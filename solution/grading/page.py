"""One HTML page for a class: how it is doing, which mistakes were made, what to explain next.

All numbers are computed here; `page.js` only draws, filters and sorts. The page holds each text
once: cells of the table, and lines of reports, are numbers that point to it.
"""

import base64
import hashlib
import json
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from string import Template
from typing import Any

from solution.grading import groups
from solution.grading.copies import copies, of_handout
from solution.grading.scores import GRADER_ERROR, Points, Result, score
from tests.judge.functions import STAGE_OF, STAGES

KINDS = ("passed", "wrong", "not started")  # all else is "other"
FAILED = ("wrong", "raised", "timeout", "memory", "crashed")  # what a lesson could help with
PLACES = [
    *(f"{state} {stage}" for stage in STAGES for state in ("about to begin", "working on")),
    "finished",
    "no score yet: run again",
    "unreadable",
]
Key = tuple[str, str, str]  # of a failure: the function, the known mistake, what else is alike
SAME = "does the same"  # as others do: no JSON begins so
FINISHED, NO_SCORE, UNREADABLE = range(2 * len(STAGES), len(PLACES))

MOST_TOPICS = 5  # fit into one lesson
LEAST_SHARE = 0.05  # of the class, and
LEAST_LEARNERS = 2  # make a topic for everybody


def render(results: Sequence[Result], points: Points) -> str:
    """Return one self-contained HTML page about a class.

    Parameters
    ----------
    results : sequence of mappings
        The result of each submission, as the grader wrote it, in the order of the page's rows.
    points : mapping
        How many points each function gives, in order; the page shows those of the five stages.

    Returns
    -------
    str
        The page. The same results give the same text; how long they took is not in it.
    """
    script, style = read("page.js"), read("page.css")
    return Template(read("page.html")).substitute(
        script=script,
        script_hash=digest(script),
        style=style,
        style_hash=digest(style),
        data=embed(summary(results, points)),
    )


def read(name: str) -> str:
    """Return the text of a file beside this one."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """Return what a Content-Security-Policy calls a script or a style by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def embed(data: Any) -> str:
    """Write JSON that cannot end the script element it stands in; all of it is ASCII."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


class Numbering:
    """Gives equal values the same number, in the order in which they are first seen."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        """Return the number of a value, a new one if it was not seen before."""
        return self.numbers.setdefault(value, len(self.numbers))


@dataclass
class Failure:
    """What some learners have in common: a known mistake, or else a headline."""

    function: str
    mistake: str  # "" if the catalogue has none
    headline: str
    sentence: str  # the likely cause
    lines: list[tuple[str, str]]  # call, got and expected of one learner
    example: int  # that learner
    learners: int = 0
    others: bool = False  # have other numbers in their headlines
    same: bool = False  # their functions do the same, and it is not in the catalogue
    code: str = ""  # of one of these,
    written_by: int = 0  # who is this learner,
    draft: str = ""  # and the entry made of it

    @property
    def title(self) -> str:
        """What it goes by."""
        others = ", or with other " + ("words" if self.same else "numbers") if self.others else ""
        return self.mistake or f"{self.headline}{others}"


def summary(results: Sequence[Result], points: Points) -> dict[str, Any]:
    """Return everything that the page shows."""
    scores = [score(result, points) for result in results]
    most = math.fsum(points.values())
    points = {name: points[name] for name in points if STAGE_OF[name] in STAGES}  # no bonus
    keys = failure_keys(results, points)
    failures = common_failures(results, points, keys)
    where = [place(result) for result in results]
    places = [where.count(number) for number in range(len(PLACES))]
    topics, least = worth_a_lesson(list(failures.values()), places, len(results))
    return {
        "stages": list(STAGES),
        "functions": [[name, list(STAGES).index(STAGE_OF[name]), points[name]] for name in points],
        "place_names": PLACES,
        "most": most,
        "median": median([s for s in scores if s is not None] or [0]),
        "finished": places[FINISHED],
        "no_score": places[NO_SCORE],
        "unreadable": places[UNREADABLE],
        "places": places,
        "histogram": histogram(results, points),
        "stage_counts": [kinds_of(results, names) for names in STAGES.values()],
        "function_counts": [kinds_of(results, [name]) for name in points],
        "failures": [{**asdict(each), "title": each.title} for each in failures.values()],
        "topics": topics,
        "least": least,
        # one entry for each learner
        "names": [result["submission"] for result in results],
        "scores": scores,
        "where": where,
        "problems": [result["problem"] for result in results],
        "notes": [result["notes"] for result in results],
        "locked": [result["locked"] for result in results],
        **numbered(results, points, keys, failures),
        "copies": copies(results, of_handout()),
    }


def numbered(
    results: Sequence[Result],
    points: Points,
    keys: Mapping[str, Sequence[Key | None]],
    failures: Iterable[Hashable],
) -> dict[str, Any]:
    """Return each learner's cells and report as numbers, and what the numbers mean."""
    failure_numbers = {key: number for number, key in enumerate(failures)}
    cells, lines, reports = Numbering(), Numbering(), Numbering()

    def cell_number(learner: int, function: str) -> int:
        cell = results[learner]["functions"][function]
        failure = failure_numbers.get(keys[function][learner], -1)
        shown = ("status", "headline", "tests", "passed")
        return cells.number((*(cell[key] for key in shown), failure))

    return {
        "rows": [
            [cell_number(learner, name) for name in points] for learner in range(len(results))
        ],
        "reports": [
            reports.number(tuple(map(lines.number, result["report"].split("\n"))))
            for result in results
        ],
        "cells": list(cells.numbers),
        "report_lines": list(reports.numbers),
        "lines": list(lines.numbers),
    }


def place(result: Result) -> int:
    """Return where a learner is, as an index of `PLACES`: at the first stage not passed."""
    if result["problem"]:
        return UNREADABLE
    if any(cell["status"] == GRADER_ERROR for cell in result["functions"].values()):
        return NO_SCORE
    for number, names in enumerate(STAGES.values()):
        statuses = {result["functions"][name]["status"] for name in names}
        if statuses != {"passed"}:
            return 2 * number + (statuses != {"not started"})
    return FINISHED


def histogram(results: Sequence[Result], points: Points) -> list[int]:
    """Return how many learners have 0, 1, 2 … functions passed, of those who have a score."""
    passed = Counter(
        sum(result["functions"][name]["status"] == "passed" for name in points)
        for result in results
        if score(result, points) is not None
    )
    return [passed[number] for number in range(len(points) + 1)]


def kinds_of(results: Sequence[Result], names: Sequence[str]) -> list[int]:
    """Return how many learners passed, are wrong, did not start, or are none of these.

    Of several functions, one that is wrong makes all wrong, then one that is "other", then one
    that was not started.
    """
    counts: Counter[str] = Counter()
    for result in results:
        statuses = {result["functions"][name]["status"] for name in names}
        if "wrong" in statuses:
            counts["wrong"] += 1
        elif not statuses <= set(KINDS):
            counts["other"] += 1
        elif "not started" in statuses:
            counts["not started"] += 1
        else:
            counts["passed"] += 1
    return [counts[kind] for kind in (*KINDS, "other")]


def failure_keys(results: Sequence[Result], points: Points) -> dict[str, list[Key | None]]:
    """Return what each failing cell of a function has in common with others, learner by learner."""
    found = {}
    for function in points:
        keys = [failure_key(function, result["functions"][function]) for result in results]
        for members in groups.alike_in(results, function):
            for learner in members:
                keys[learner] = function, "", f"{SAME} {members[0]}"
        found[function] = keys
    return found


def failure_key(function: str, cell: Result) -> Key | None:
    """Return what a failing cell has in common with others, None if no lesson could help."""
    if cell["status"] not in FAILED:
        return None
    if cell["mistake"]:
        return function, cell["mistake"], ""
    return function, "", json.dumps([cell["status"], cell["complaint"]])


def common_failures(
    results: Sequence[Result], points: Points, keys: Mapping[str, Sequence[Key | None]]
) -> dict[Key, Failure]:
    """Return the failures by what they have in common, the most frequent first."""
    members: dict[Key, list[int]] = {}
    for learner in range(len(results)):
        for function in points:
            key = keys[function][learner]
            if key is not None:
                members.setdefault(key, []).append(learner)
    order = list(points)
    ranked = sorted(members, key=lambda key: (-len(members[key]), order.index(key[0])))
    return {key: failure(results, key, members[key]) for key in ranked}


def failure(results: Sequence[Result], key: Key, members: Sequence[int]) -> Failure:
    """Return what some learners have in common."""
    function, mistake, complaint = key
    same = complaint.startswith(SAME)
    example = groups.smallest_call(results, function, members) if same else members[0]
    cell = results[example]["functions"][function]
    lines = [(label, text) for label, text in cell["lines"]]
    headlines = {results[one]["functions"][function]["headline"] for one in members}
    return Failure(
        function,
        mistake,
        headline=cell["headline"] or cell["status"],
        sentence="; and ".join(text for label, text in lines if label in ("likely", "and")),
        lines=[pair for pair in lines if pair[0] in ("call", "got", "expected")],
        example=example,
        learners=len(members),
        others=not mistake and len(headlines) > 1,
        same=same,
        **(groups.example_of_code(results, function, members) if same else {}),
    )


def worth_a_lesson(
    failures: Sequence[Failure], places: Sequence[int], learners: int
) -> tuple[list[dict[str, Any]], int]:
    """Return what to talk about, and how many learners a topic must help at least.

    A topic has a sentence, and the filter that shows whom it would help.
    """
    stages = list(STAGES)
    found: list[tuple[int, int, str, dict[str, int]]] = []  # learners, stage, sentence, filter
    for number, failure in enumerate(failures):
        stage = stages.index(STAGE_OF[failure.function])
        at = f"{failure.function} (stage {stage + 1}, {stages[stage]})"
        if failure.mistake:
            cause = failure.sentence or failure.headline
            text = f"made the same mistake in {at}, “{failure.mistake}”: {cause}"
        else:
            text = f"fail at {at} alike: {failure.title}"
        found.append((failure.learners, stage, text, {"mistake": number}))
    for stage, name in enumerate(stages):
        text = f"are about to begin stage {stage + 1}, {name}: nothing of it is written yet"
        found.append((places[2 * stage], stage, text, {"where": 2 * stage}))
    found.sort(key=lambda topic: (-topic[0], topic[1]))
    least = max(LEAST_LEARNERS, math.ceil(LEAST_SHARE * learners))
    topics = [
        {"learners": helped, "text": text, "filter": chosen}
        for helped, _, text, chosen in found[:MOST_TOPICS]
        if helped >= least
    ]
    return topics, least
