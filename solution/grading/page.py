"""One HTML page for a class: how it is doing, which mistakes were made, what to explain next.

All numbers are computed here; `page.js` only draws, filters and sorts. The page holds each text
once: cells of the table, and lines of reports, are numbers that point to it.
"""

import base64
import hashlib
import json
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from string import Template
from typing import Any

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
        How many points each function of the five stages gives, in order.

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
    lines: list[tuple[str, str]]  # call, got and expected of the first learner
    example: int  # that learner
    learners: int = 0
    others: bool = False  # have other numbers in their headlines

    @property
    def title(self) -> str:
        """What it goes by."""
        others = ", or with other numbers" if self.others else ""
        return self.mistake or f"{self.headline}{others}"


def summary(results: Sequence[Result], points: Points) -> dict[str, Any]:
    """Return everything that the page shows."""
    failures = common_failures(results, points)
    scores = [score(result, points) for result in results]
    where = [place(result) for result in results]
    places = [where.count(number) for number in range(len(PLACES))]
    topics, least = worth_a_lesson(list(failures.values()), places, len(results))
    return {
        "stages": list(STAGES),
        "functions": [[name, list(STAGES).index(STAGE_OF[name]), points[name]] for name in points],
        "place_names": PLACES,
        "most": math.fsum(points.values()),
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
        **numbered(results, points, failures),
    }


def numbered(
    results: Sequence[Result], points: Points, failures: Iterable[Hashable]
) -> dict[str, Any]:
    """Return each learner's cells and report as numbers, and what the numbers mean."""
    failure_numbers = {key: number for number, key in enumerate(failures)}
    cells, lines, reports = Numbering(), Numbering(), Numbering()

    def cell_number(function: str, cell: Result) -> int:
        failure = failure_numbers.get(failure_key(function, cell), -1)
        keys = ("status", "headline", "tests", "passed")
        return cells.number((*(cell[key] for key in keys), failure))

    return {
        "rows": [
            [cell_number(name, result["functions"][name]) for name in points] for result in results
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
        sum(cell["status"] == "passed" for cell in result["functions"].values())
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


def failure_key(function: str, cell: Result) -> tuple[str, str, str] | None:
    """Return what a failing cell has in common with others, None if no lesson could help."""
    if cell["status"] not in FAILED:
        return None
    if cell["mistake"]:
        return function, cell["mistake"], ""
    return function, "", json.dumps([cell["status"], cell["complaint"]])


def common_failures(
    results: Sequence[Result], points: Points
) -> dict[tuple[str, str, str], Failure]:
    """Return the failures by what they have in common, the most frequent first."""
    found: dict[tuple[str, str, str], Failure] = {}
    for learner, result in enumerate(results):
        for function in points:
            cell = result["functions"][function]
            key = failure_key(function, cell)
            if key is None:
                continue
            if key not in found:
                lines = [(label, text) for label, text in cell["lines"]]
                shown = [pair for pair in lines if pair[0] in ("call", "got", "expected")]
                likely = "; and ".join(text for label, text in lines if label in ("likely", "and"))
                headline = cell["headline"] or cell["status"]
                found[key] = Failure(function, cell["mistake"], headline, likely, shown, learner)
            elif not cell["mistake"] and cell["headline"] != found[key].headline:
                found[key].others = True
            found[key].learners += 1
    order = list(points)
    ranked = sorted(found, key=lambda key: (-found[key].learners, order.index(key[0])))
    return {key: found[key] for key in ranked}


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
