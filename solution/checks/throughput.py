"""Measure how fast a class is graded: `python -m solution.checks.throughput`.

A class of right, wrong, hostile and unfinished submissions is graded, and a part of it is judged
by one fresh `pytest --impl` each, as many at a time, in the same run: half before, half after. The
hostile ones are left out of that part: nothing would hold them.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from solution.checks.cheats import CHEATS
from solution.checks.conftest import ROOT, descendants
from solution.checks.handed_in import replaced, solved
from solution.checks.styles import STYLES
from solution.grading import run
from solution.grading.submissions.sources import Piece, Source
from tests.judge.functions import STAGES
from tests.judge.mistakes import MISTAKES

GRADED = {name for names in STAGES.values() for name in names}  # no bonus

Files = Mapping[str, bytes]
Item = TypeVar("Item")


def unfinished(stages: int) -> dict[str, bytes]:
    """Return the solution's first stages, and the stubs of the others."""
    files = solved()
    for stage in list(STAGES)[stages:]:
        files[f"{stage}.py"] = (ROOT / "kata" / f"{stage}.py").read_bytes()
    return files


def make_class(number: int) -> dict[str, Files]:
    """Return submissions: half right, a third wrong, the rest hostile and unfinished in turn."""
    styles = [style for style in STYLES if style.function in GRADED]
    mistakes = [entry for entry in MISTAKES if entry.function in GRADED]
    right = (replaced(style.function, style.implementation) for style in spread(styles))
    wrong = (replaced(entry.function, entry.implementation) for entry in spread(mistakes))
    hostile = (cheat.code(Path("/nowhere")) for cheat in spread(CHEATS))
    begun = (unfinished(stages) for stages in itertools.cycle(range(1, 5)))
    found: dict[str, Files] = {}
    for k in range(number):
        kind, source = (
            ("right", right)
            if k % 6 < 3
            else ("wrong", wrong)
            if k % 6 < 5
            else ("hostile", hostile)
            if k % 12 == 5
            else ("unfinished", begun)
        )
        files = dict(next(source))
        files["data.py"] = files.get("data.py", b"") + f"\n# {k}\n".encode()  # all are different
        found[f"{k:05}-{kind}"] = files
    return found


def spread(items: Sequence[Item]) -> Iterator[Item]:
    """Yield items from all over a list, again and again."""
    step = 37  # shares no factor with the lengths of the lists, or with what is near
    return itertools.cycle(items[k * step % len(items)] for k in range(len(items)))


def with_pytest(folders: Sequence[Path], jobs: int) -> float:
    """Judge each folder with a fresh pytest, and return the seconds that all of them took."""

    def judge(folder: Path) -> None:
        command = [sys.executable, "-m", "pytest", "-q", f"--impl={folder}", "tests"]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=600)

    started = time.perf_counter()
    with ThreadPoolExecutor(jobs) as executor:
        list(executor.map(judge, folders))
    return time.perf_counter() - started


def grade(paths: Mapping[str, Path], jobs: int, out: Path, done: Callable[[], object]) -> float:
    """Grade all, and return the seconds that it took, the start included."""
    started = time.perf_counter()
    sources = {name: Source((Piece(path),)) for name, path in paths.items()}
    grading = run.Grading(sources, run.Settings(), out, secret="measured")
    with run.local(jobs) as (executor, at_once):
        grading.run(executor, at_once, list(paths), done)
    return time.perf_counter() - started


def memory() -> float:
    """Return the megabytes of this process's descendants; shared pages count once."""
    total = 0
    for process in descendants(os.getpid()):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(li.split()[1]) for li in rollup.splitlines() if li.startswith("Pss:"))
    return total / 1024


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m solution.checks.throughput")
    parser.add_argument("--submissions", type=int, default=100, metavar="N")
    parser.add_argument("--pytest", type=int, default=24, metavar="K", help="0: do not compare")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument(
        "--jobs",
        type=int,
        default=cores,
        metavar="J",
        help="submissions, or pytests, at a time (default: one for each core)",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, files in make_class(options.submissions).items():
            paths[name] = Path(folder) / "class" / name
            paths[name].mkdir(parents=True)
            for file, text in files.items():
                (paths[name] / file).write_bytes(text)
        harmless = [path for name, path in paths.items() if "hostile" not in name]
        part = harmless[: options.pytest]
        seconds = with_pytest(part[::2], options.jobs)
        count = itertools.count(1)
        every = max(options.submissions // 10, 1)

        def report() -> None:
            if (number := next(count)) % every == 0:
                print(f"{number:>6} graded, {memory():.0f} MB", flush=True)

        graded = grade(paths, options.jobs, Path(folder) / "out", report)
        seconds += with_pytest(part[1::2], options.jobs)
    rate = len(paths) / graded
    print(f"{options.jobs} at a time")
    print(f"grader: {len(paths)} in {graded:.1f} s, {rate:.2f} a second")
    if part:
        slow = len(part) / seconds
        print(f"pytest: {len(part)} in {seconds:.1f} s, {slow:.2f} a second")
        print(f"ratio: {rate / slow:.1f}")
    print(f"100 000 submissions would take {100_000 / rate / 3600:.1f} hours on this machine")


if __name__ == "__main__":
    main()
