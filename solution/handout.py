"""Write what learners get: `python -m solution.handout OUT`.

That is the project without `solution/`, the project's checks and settings, and the code of the
known mistakes, of which there is a record instead. With it comes what grades on GitHub Classroom
and Gradescope.
"""

import argparse
import ast
import contextlib
import functools
import io
import random
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from plots.files import write_whole
from plots.options import Parser
from solution.packed import packed
from tests.judge import (
    diagnosis,
    profiles,  # noqa: F401, Hypothesis' settings: each handout records the same
)
from tests.judge.functions import FILES
from tests.judge.mistakes import MISTAKES, RIGHT, UNUSABLE, Mistake, Recorded, record
from tests.judged.stubs import is_stub

ROOT = Path(__file__).parent.parent
AUTOGRADING = Path(__file__).parent / "autograding"

# What learners get, by folder: nothing else that lies in the project goes out.
LEARNERS = (
    *("LICENSE", "README.md", "pyproject.toml", "constraints.txt", ".gitignore"),
    *("conftest.py", "minibatch_kata_pytest.py", "kata/*.py", "plots/*.py"),
    *(f"plots/{name}.png" for name in ("comparison", "cost", "lab", "landscape", "paths")),
    *(f"plots/lab/*.{ending}" for ending in ("py", "html", "css", "js")),
    *("tests/*.py", "tests/judge/*.py", "tests/judge/words.json", "tests/judged/*.py"),
    "tests/judge/claims/*.py",
    # no more of them: they are the mistakes
    *(f"tests/judge/mistakes/{name}.py" for name in ("__init__", "catalogue", "record")),
)
PACKED = ("tests/judge/trusted.py",)  # what stages ask for
WITH_BLOCKS = ("README.md", "pyproject.toml", "constraints.txt", ".gitignore")
MARKERS = re.compile(r"(?:# |<!-- )(end )?instructors(?: -->)?")

# What grades needs: nothing that is solved.
GRADER = (
    *("LICENSE", "README.md", "pyproject.toml", "constraints.txt", "conftest.py"),
    *("minibatch_kata_pytest.py", "plots/__init__.py", "plots/files.py", "plots/options.py"),
    *(pattern for pattern in LEARNERS if pattern.startswith("tests/")),
    "tests/judge/mistakes/recorded.json",
)
GRADER_OF_SOLUTION = (
    *("solution/__init__.py", "solution/grade.py", "solution/points.csv"),
    *(f"solution/grading/*.{ending}" for ending in ("py", "html", "css", "js")),
    "solution/grading/claims/*.py",
    "solution/grading/submissions/*.py",
)


class File(NamedTuple):
    """What a file holds, and whether it can be run."""

    content: bytes
    executable: bool = False

    @property
    def mode(self) -> int:
        """The file's permissions."""
        return 0o755 if self.executable else 0o644


Files = dict[str, File]  # by path, with slashes


class Refused(Exception):
    """The project cannot be handed out as it is."""


# -- what is handed out -----------------------------------------------------------------------


def handout() -> Files:
    """Return all files that learners get.

    Raises
    ------
    Refused
        If the stubs are solved, or a file is missing.
    """
    if UNUSABLE:
        raise Refused(UNUSABLE[0])
    project = project_files()
    for path, file in project.items():
        if path.startswith("kata/"):
            must_be_unsolved(path, file.content)
    files = {path: file for path, file in project.items() if matches(path, LEARNERS)}
    for path in WITH_BLOCKS:
        if path in files:
            files[path] = File(for_learners(files[path].content.decode()).encode())
    for path in PACKED:
        files[path] = File(packed(files[path].content))
    files[record.RECORD.relative_to(ROOT).as_posix()] = File(recorded().encode())
    return dict(sorted({**files, **autograding(project, files)}.items()))


def project_files() -> Files:
    """Return the files that learners get, or that grade them: of a git checkout, tracked ones."""
    patterns = (*LEARNERS, *GRADER_OF_SOLUTION)
    files = {}
    for path in tracked() or found(patterns):
        if matches(path, patterns):
            try:
                content = (ROOT / path).read_bytes()
            except OSError as error:
                raise Refused(f"{path} cannot be read: {error.strerror}") from None
            files[path] = File(content, bool((ROOT / path).stat().st_mode & stat.S_IXUSR))
    return files


def tracked() -> list[str]:
    """Return the paths that git tracks: none outside a git checkout, or without git."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    except OSError:
        return []
    return sorted(filter(None, listed.stdout.decode().split("\0")))


def found(patterns: Sequence[str]) -> list[str]:
    """Return the paths in the folder that match a pattern."""
    paths = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path is one of these, in which a star stands for a part of one name."""
    depth = path.count("/")
    return any(
        pattern.count("/") == depth and PurePosixPath(path).match(pattern) for pattern in patterns
    )


def must_be_unsolved(path: str, content: bytes) -> None:
    """Demand that a file of `kata/` is one of the stubs, and that nothing is written in it."""
    stage = Path(path).stem
    if path not in [f"kata/{name}.py" for name in ("__init__", "__main__", *FILES)]:
        raise Refused(f"{path} is none of the stubs: move it out of kata/")
    try:
        tree = ast.parse(content)
    except SyntaxError:
        raise Refused(f"{path} is no Python: put the stub back") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            raise Refused(f"{path} is not the stub: it has a lambda, line {node.lineno}")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_stub(node, stage):
            raise Refused(f"{path} is not the stub: {node.name} is written already")


def for_learners(text: str) -> str:
    """Leave out the blocks between the markers for instructors."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        marker = MARKERS.fullmatch(line.strip())
        if marker:
            inside = not marker[1]
        elif not inside and (line or kept[-1:] != [""]):  # blocks leave no two empty lines
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


# -- known mistakes ---------------------------------------------------------------------------


@functools.cache  # it takes most of the time
def recorded() -> str:
    """Run all known mistakes, and return the record of what they do."""
    return record.write(map(record_of, [*RIGHT.values(), *MISTAKES]))


def record_of(mistake: Mistake) -> Recorded:
    """Run a known mistake, and return what it does."""
    with without_chance(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        known = diagnosis.Known(mistake)
        return Recorded(
            mistake.name, mistake.function, mistake.sentence, known.complaint, list(known)
        )


@contextmanager
def without_chance() -> Iterator[None]:
    """Let generators that nobody seeds draw the same in every recording."""
    seeded = np.random.default_rng
    made = iter(range(10**9))

    def default_rng(seed: Any = None) -> np.random.Generator:
        return seeded(next(made) if seed is None else seed)

    random.seed(0)
    np.random.seed(0)
    np.random.default_rng = default_rng
    try:
        yield
    finally:
        np.random.default_rng = seeded


# -- grading ----------------------------------------------------------------------------------


def autograding(project: Files, files: Files) -> Files:
    """Return what grades learners' repositories on GitHub, and submissions on Gradescope."""
    scripts = {name: File(read(name), executable=True) for name in ("setup.sh", "run_autograder")}
    grader = {path: file for path, file in files.items() if matches(path, GRADER)}
    grader |= {path: file for path, file in project.items() if matches(path, GRADER_OF_SOLUTION)}
    upload = {**scripts, "grader.zip": File(zipped(grader))}
    own = {f"autograding/{name}": file for name, file in upload.items()}
    return {
        **own,
        "autograding/gradescope.zip": File(zipped(upload)),
        ".github/workflows/classroom.yml": File(read("classroom.yml")),
    }


def read(name: str) -> bytes:
    """Return a script as Linux needs it, also where git has written other line ends."""
    return (AUTOGRADING / name).read_text(encoding="utf-8").encode()


# -- writing ----------------------------------------------------------------------------------


def zipped(files: Files) -> bytes:
    """Return a zip: equal files make equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, file in sorted(files.items()):
            entry = zipfile.ZipInfo(path)  # of 1980: no time of today
            entry.create_system = 3  # Unix, so that modes are kept
            entry.external_attr = (stat.S_IFREG | file.mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content)
    return buffer.getvalue()


def write_zip(files: Files, out: Path) -> None:
    """Write a zip, all of it or none."""
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, zipped(files))


def write_folder(files: Files, out: Path) -> None:
    """Write a folder, all of it or none; what else is in it stays."""
    with staged(out) as staging:
        for path, file in files.items():
            target = staging / "new" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
            target.chmod(file.mode)
        if not out.exists():
            (staging / "new").rename(out)
            return
        moved: list[tuple[Path, Path]] = []
        try:
            (staging / "old").mkdir()
            for new in sorted((staging / "new").iterdir()):
                for source, target in (
                    (out / new.name, staging / "old" / new.name),
                    (new, out / new.name),
                ):
                    if source.exists():
                        source.rename(target)
                        moved.append((source, target))
        except OSError:
            for source, target in reversed(moved):
                target.rename(source)
            raise


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Make a folder beside the result, in which it is put together."""
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield staging
    finally:
        shutil.rmtree(staging)


def why_not(out: Path, force: bool) -> str:
    """Say what keeps a handout from being written there, "" if nothing does."""
    whole = out.resolve()
    if whole == ROOT or whole in ROOT.parents or (out / "solution").exists():
        return "it holds the project, or a part of it that is not handed out"
    if out.suffix == ".zip":
        if out.is_dir():
            return "it is a folder"
        return "it exists (--force replaces it)" if out.exists() and not force else ""
    if out.exists() and not out.is_dir():
        return "it is a file"
    if out.is_dir() and any(out.iterdir()) and not force:
        return "it is not empty (--force replaces what the handout has, too)"
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        In place of those of the command line.

    Returns
    -------
    int
        Exit status: 0, or 1 if the project cannot be handed out. Bad options exit with 2.
    """
    parser = Parser(
        prog="python -m solution.handout",
        description="Write what learners get: the kata without its solution, and what grades it.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="a folder, or a file whose name ends in .zip"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace an earlier handout that is there"
    )
    options = parser.parse_args(arguments)
    reason = why_not(options.out, options.force)
    if reason:
        parser.error(f"cannot write to {options.out}: {reason}")
    try:
        files = handout()
        write = write_zip if options.out.suffix == ".zip" else write_folder
        write(files, options.out)
    except Refused as refused:
        print(f"python -m solution.handout: {refused}", file=sys.stderr)
        return 1
    except OSError as error:
        parser.error(f"cannot write to {options.out}: {error.strerror}")
    print(f"{len(files)} files, {len(MISTAKES)} known mistakes as a record: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
