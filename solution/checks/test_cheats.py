"""No cheat earns what it did not write, none leaves anything behind, and none stops the judge."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from solution.checks.cheats import CHEATS, MARK, Cheat
from solution.checks.cheats.catalogue import SOLUTION
from solution.checks.styles import STYLES
from solution.grading import sandbox, wire
from solution.grading.remote import RemoteSubmission
from solution.grading.station import Station, StationFailed
from solution.grading.submissions.places import is_helper
from solution.grading.workers import ForkServer, Limits, MachineFailed
from tests.judge.functions import FILES, STAGES
from tests.judge.judging import Implementation
from tests.judged.values import Problem, Request

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
    found = place.judge(cheat)
    statuses = {name: found["functions"][name]["status"] for name in found["functions"]}
    assert found["errors"] == []
    assert "grader error" not in statuses.values()
    assert found["seconds"] <= cheat.seconds + SLACK
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


def test_no_answer_makes_the_judge_use_up_the_hosts_memory(place: Place) -> None:
    most, _ = resource.prlimit(place.station.process.pid, resource.RLIMIT_AS)
    assert most != resource.RLIM_INFINITY


def test_no_submission_finds_an_earlier_one_in_its_memory(place: Place) -> None:
    right = b"def sgd_step(w, b, dw, db, lr):\n    return w - lr * dw, b - lr * db\n"
    for number in range(3):  # what is left of one is soon overwritten
        first = place.station.judge({"gradients.py": right * 1000}, number, Limits())
        assert first["functions"]["sgd_step"]["status"] == "passed"
    (cheat,) = (cheat for cheat in CHEATS if cheat.name == "its own memory")
    assert place.judge(cheat)["functions"]["sgd_step"]["status"] == "wrong"


RIGHT = {"gradients.py": (SOLUTION / "gradients.py").read_bytes()}
STEP = Request(
    probe="call",
    function="sgd_step",
    stage="gradients",
    positional={"w": 1.0, "b": 2.0, "dw": 3.0, "db": 4.0, "lr": 0.5},
    seconds=1.0,
)


@pytest.fixture(scope="module")
def fork_server() -> Iterator[ForkServer]:
    server = ForkServer(locks=True)
    server.wait_until_ready()
    yield server
    server.close()


@pytest.mark.parametrize("reader", ["unpack", "unpack_all", "short", "read"])
@pytest.mark.parametrize("error", [KeyError, MemoryError, RecursionError])
def test_whatever_goes_wrong_while_an_answer_is_read_is_its_own_doing(
    fork_server: ForkServer,
    monkeypatch: pytest.MonkeyPatch,
    reader: str,
    error: type[Exception],
) -> None:
    def stumble(*_: Any, **__: Any) -> Any:
        raise error

    submission = RemoteSubmission(RIGHT, fork_server, Limits())
    assert not isinstance(submission.run(STEP), Problem)
    with monkeypatch.context() as change:
        change.setattr(wire, reader, stumble)
        found = submission.run(STEP)
    assert isinstance(found, Problem)
    assert found.kind == "protocol"
    submission.close()


def test_a_machine_that_fails_is_no_failure_of_the_code(fork_server: ForkServer) -> None:
    """Not even Hypothesis, which tries a failure again, may take it for one."""

    class Failing(RemoteSubmission):
        asked = 0

        def _ask(self, request: Request) -> Any:
            self.asked += 1
            if self.asked == 30:  # among the drawn examples
                raise MachineFailed
            return super()._ask(request)

    failing = Failing(RIGHT, fork_server, Limits())
    implementation = Implementation(Path("kata"), "kata", failing)
    with pytest.raises(MachineFailed):
        implementation.first_problem("sgd_step")
    failing.close()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1.0/root", "1.0/root"),
        ("f(x)/root + n[0]/root", "f(x)/root + n[0]/root"),
        ("'/root/kata/data.py' is not there", "'kata/data.py' is not there"),
        ("no such file: /root/a/b", "no such file: a/b"),
        ("/root", ""),
        ("in /tmp/kata-1/root/x", "in root/x"),
        ("/rooted and /root-2", "/rooted and /root-2"),
    ],
)
def test_paths_of_this_host_are_hidden_where_they_are_paths(
    fork_server: ForkServer, text: str, shown: str
) -> None:
    submission = RemoteSubmission({}, fork_server, Limits())
    submission._paths = {"/root", "/tmp", "/tmp/kata-1"}
    assert submission.without_paths(text) == shown


def test_reports_quote_code_as_it_is(place: Place) -> None:
    line = f"scale = 1.0/root + {os.path.expanduser('~')!r}"
    code = f"def sgd_step(w, b, dw, db, lr):\n    {line}\n    return w * scale, b"
    found = place.station.judge({"gradients.py": code.encode()}, 0, Limits())
    assert f"        {line}\n" in found["report"]
    assert ["", f"    {line}"] in found["functions"]["sgd_step"]["lines"]


BUSY = 12  # others on the same core


def test_a_busy_machine_takes_no_time_from_a_submission() -> None:
    code = b"""
import time

def sgd_step(w, b, dw, db, lr):
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    return w - lr * dw, b - lr * db
"""
    server = ForkServer(locks=True)
    server.wait_until_ready()
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(server.process.pid, {core})
    others = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import os; os.sched_setaffinity(0, {{{core}}})\nwhile 1: pass",
            ],
            start_new_session=True,  # the kernel may share a core between sessions
        )
        for _ in range(BUSY)
    ]
    submission = RemoteSubmission({"gradients.py": code}, server, Limits(seconds=3))
    try:
        assert not isinstance(submission.run(STEP), Problem)
        assert submission.waited > 1
    finally:
        submission.close()
        for other in others:
            other.kill()
            other.wait()
        server.close()


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


# What right code may do beside computing, at import or in a call.
HABITS = {
    "a folder for plots": """
    os.makedirs("plots/of/losses", exist_ok=True)
    np.save("plots/of/losses/w.npy", np.array([w]))
    np.load("plots/of/losses/w.npy")
    """,
    "a temporary folder": """
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/w.txt", "w") as file:
            file.write(str(w))
        os.replace(f"{folder}/w.txt", f"{folder}/b.txt")
    """,
    "temporary files": """
    with tempfile.TemporaryFile() as file, tempfile.NamedTemporaryFile("w") as named:
        file.write(b"w")
        named.write("w")
    """,
    "its own folder": """
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    with open("losses.txt", "a") as file:
        file.write(f"{w}\\n")
    """,
    "a folder that is removed": """
    os.makedirs("out/a/b", exist_ok=True)
    shutil.rmtree("out")
    """,
    "threads": """
    with ThreadPoolExecutor(32) as executor:
        assert sum(executor.map(abs, range(100))) == 4950
    """,
    "shared memory of its own": """
    with mmap.mmap(-1, 4096) as memory:
        memory.write(b"w")
    """,
}


@pytest.mark.parametrize("habit", HABITS)
def test_honest_submissions_may_use_their_folder_and_threads(place: Place, habit: str) -> None:
    code = f"""
import mmap, os, shutil, tempfile
import numpy as np
from concurrent.futures import ThreadPoolExecutor

def sgd_step(w, b, dw, db, lr):
{HABITS[habit]}
    return w - lr * dw, b - lr * db
"""
    found = place.station.judge({"gradients.py": code.encode()}, 0, Limits())
    assert found["functions"]["sgd_step"]["headline"] == ""
