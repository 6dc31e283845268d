"""No cheat earns what it did not write, none leaves anything behind, and none stops the judge."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from solution.checks.cheats import CHEATS, MARK, Cheat
from solution.checks.styles import STYLES
from solution.grading import sandbox
from solution.grading.remote import Limits
from solution.grading.station import Station, StationFailed
from solution.grading.submissions.places import is_helper
from tests.judge.functions import FILES, STAGES

SECRET = "this-is-nobodys-business-4711"
SLACK = 5.0  # seconds that a submission may take above its limit
GRACE = 3.0  # seconds until what has been ended is gone

pytestmark = pytest.mark.skipif(bool(sandbox.obstacle()), reason=sandbox.obstacle())


@dataclass
class Place:
    """Where all cheats are judged: by one station, beside files that are none of their business."""

    station: Station
    temporary: Path
    outside: Path
    at_rest: dict[str, Any] = field(default_factory=dict)

    def judge(self, cheat: Cheat) -> dict[str, Any]:
        limits = Limits(cheat.seconds, cheat.memory)
        files = {**cheat.code(self.outside), **{k: v.encode() for k, v in cheat.extra.items()}}
        modules = {n: text for n, text in files.items() if n in MODULES or is_helper(n)}
        for name in cheat.links:  # what no reader of submissions follows
            modules.pop(name, None)
        try:
            return self.station.judge(modules, 0, limits)
        except StationFailed:  # its answer may come later, and be taken for the next one's
            self.station.close()
            raise

    def around(self) -> dict[str, Any]:
        """Return what a cheat might change around it."""
        folders = [
            "/tmp",
            "/var/tmp",
            "/dev/shm",
            "/run",
            "/",
            os.path.expanduser("~"),
            os.getcwd(),
        ]
        folders += [os.path.dirname(os.path.dirname(json.__file__)), *map(str, LIBRARIES)]
        return {
            "left": [
                f"{folder}/{name}" for folder in folders for name in listed(folder) if MARK in name
            ],
            "temporary": [path for path, *_ in os.walk(self.temporary)],
            "outside": {
                p.name: (p.read_text(), p.stat().st_mode, p.stat().st_mtime_ns, p.stat().st_uid)
                for p in self.outside.iterdir()
            },
            "processes": sorted(self.processes()),
        }

    def processes(self) -> Iterator[int]:
        """Yield all processes that the judge started, and all that those started."""
        ours = f"TMPDIR={self.temporary}".encode()
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    environment = Path(f"/proc/{name}/environ").read_bytes().split(b"\0")
                except OSError:
                    continue
                if ours in environment:
                    yield int(name)


STYLES_FOLDER = Path(__file__).parent / "styles"
MODULES = {f"{stage}.py" for stage in FILES}
LIBRARIES = [Path(pytest.__file__).parents[1], Path(pytest.__file__).parents[1] / "numpy"]


def listed(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Start one station, which finds its temporary folder and a secret in its environment."""
    temporary, outside = tmp_path_factory.mktemp("temporary"), tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text(SECRET)
    (outside / "gradients.py").write_text(
        f"# {SECRET}\ndef sgd_step(w, b, dw, db, lr):\n    return w - lr * dw, b - lr * db\n"
    )
    with pytest.MonkeyPatch.context() as change:
        change.setenv("TMPDIR", str(temporary))
        change.setenv("KATA_SECRET", SECRET)
        change.setattr(tempfile, "tempdir", None)
        station = Station(locks=True)
    place = Place(station, temporary, outside)
    place.at_rest = place.around()
    yield place
    station.close()


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: f"{cheat.family}: {cheat.name}")
def test_cheat_earns_nothing_and_leaves_nothing(place: Place, cheat: Cheat) -> None:
    started = time.monotonic()
    found = place.judge(cheat)
    took = time.monotonic() - started
    statuses = {name: found["functions"][name]["status"] for name in found["functions"]}
    assert found["errors"] == []
    assert "grader error" not in statuses.values()
    assert took <= cheat.seconds + SLACK
    assert {name for name in cheat.must_not_pass if statuses[name] == "passed"} == set()
    assert {n: statuses[n] for n in cheat.must_pass} == dict.fromkeys(cheat.must_pass, "passed")
    if cheat.statuses:
        assert {statuses[name] for name in cheat.must_not_pass} <= cheat.statuses
    text = json.dumps(found)
    assert SECRET not in text
    assert len(text) < 100_000
    assert all(c.isprintable() or c == "\n" for c in found["report"])
    until = time.monotonic() + GRACE
    while (after := place.around()) != place.at_rest and time.monotonic() < until:
        time.sleep(0.02)
    assert after == place.at_rest


def test_no_submission_finds_an_earlier_one_in_its_memory(place: Place) -> None:
    right = b"def sgd_step(w, b, dw, db, lr):\n    return w - lr * dw, b - lr * db\n"
    for number in range(3):  # what is left of one is soon overwritten
        first = place.station.judge({"gradients.py": right * 1000}, number, Limits())
        assert first["functions"]["sgd_step"]["status"] == "passed"
    (cheat,) = (cheat for cheat in CHEATS if cheat.name == "its own memory")
    assert place.judge(cheat)["functions"]["sgd_step"]["status"] == "wrong"


# Takes the place of the catalogue where a file of styles is handed in.
COLLECTS = """
STYLES = {}
def right(function):
    return lambda style: STYLES.setdefault(function, []).append(style) or style
"""


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.9])
def test_honest_submissions_in_other_styles_pass_in_full(place: Place, part: float) -> None:
    files = {}
    for stage in STAGES:
        text = (STYLES_FOLDER / f"{stage}.py").read_text(encoding="utf-8")
        text = text.replace("from solution.checks.styles.catalogue import right", COLLECTS)
        for name in STAGES[stage]:
            known = sum(style.function == name for style in STYLES)
            text += f"\n{name} = STYLES[{name!r}][{int(part * known)}]"
        files[f"{stage}.py"] = text.replace("from solution.", "from .").encode()
    found = place.station.judge(files, 0, Limits())
    assert {name: f["headline"] for name, f in found["functions"].items() if f["headline"]} == {}
    assert {f["status"] for f in found["functions"].values()} == {"passed"}
