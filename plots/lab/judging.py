"""What the tests say of the functions that the lab shows, in a process of its own."""

import contextlib
import io
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from plots.lab.child import lead_a_quiet_life

STAGES = ("data", "gradients", "batching", "descent")  # what the lab calls


class Found(NamedTuple):
    """What the tests have found: a sentence, and the functions that are not right or not there.

    Parameters
    ----------
    text : str
        One line.
    state : str
        "right", "wrong" or "unwritten".
    """

    text: str
    state: str


def serve(pipe: Connection, folder: Path, package: str) -> None:
    """Judge the functions of stages 1 to 4, and send what was found."""
    lead_a_quiet_life()
    with contextlib.redirect_stdout(io.StringIO()):  # the descent's own prints are to be seen
        found = judge(folder, package)
    pipe.send(found)


def judge(folder: Path, package: str) -> Found:
    """Return what is to be said of the functions in one line."""
    from tests.judge import (
        profiles,  # noqa: F401, Hypothesis' settings
        wording,
    )
    from tests.judge.diagnosis import diagnosed
    from tests.judge.functions import FILES, FUNCTIONS
    from tests.judge.judging import Implementation
    from tests.judged.submission import Submission

    implementation = Implementation(folder, package, Submission(folder, package, FILES))
    names = [name for name, function in FUNCTIONS.items() if function.stage in STAGES]
    wrong, unwritten = [], []
    for name in names:
        verdict = implementation.first_problem(name)
        if verdict is None:
            continue
        if verdict.kind == "wrong" or (verdict.kind == "import" and verdict.problem != "missing"):
            wrong.append(diagnosed(implementation, verdict))
        elif verdict.kind != "waiting":
            unwritten.append(name)
    if wrong:
        first = wrong[0]
        text = f"✗ {first.about}: {wording.headline(first)}"
        text += f". Likely: {first.likely.splitlines()[0]}" if first.likely else ""
        others = list(dict.fromkeys(one.about for one in wrong[1:] if one.about != first.about))
        text += f" (and {', '.join(others)})" if others else ""
        return Found(text, "wrong")
    if unwritten:
        rest = " The others are right." if len(unwritten) < len(names) else ""
        return Found(f"Not written yet: {', '.join(unwritten)}.{rest}", "unwritten")
    return Found("All functions of stages 1 to 4 pass their tests.", "right")
