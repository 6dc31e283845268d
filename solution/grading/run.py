"""Grading a class: what is missing is judged, on any executor, and all results are written."""

import contextlib
import functools
import hashlib
import hmac
import importlib
import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from solution.grading import results, sandbox, station
from solution.grading.scores import GRADER_ERROR, UNREADABLE
from solution.grading.submissions import reading
from solution.grading.submissions.places import Handed
from solution.grading.submissions.sources import Source
from solution.grading.submissions.trees import Unreadable
from solution.grading.workers import ROOT, Limits

JUDGED = "judged.json"
CLASS = "class.json"
ERRORS = "grader-errors.txt"


@dataclass(frozen=True)
class Settings:
    """How submissions are judged.

    Parameters
    ----------
    locks : bool
        Whether their code is locked up.
    limits : Limits
        What it may use.
    """

    locks: bool = True
    limits: Limits = field(default_factory=Limits)


class WrongPlace(Exception):
    """A worker cannot lock code up, or has other tests or packages."""


@functools.cache
def fingerprint() -> str:
    """Return a hash of all that a verdict depends on besides the submission and the settings."""
    found = hashlib.sha256()
    sources = [*(ROOT / "tests").rglob("*"), *Path(__file__).parent.rglob("*.py")]
    for path in sorted(sources):
        if path.suffix in (".py", ".json"):
            found.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
            found.update(path.read_bytes())
    # all packages that are installed: a submission may import any of them
    places = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    found_there = importlib.metadata.distributions(path=places)
    packages = {(one.name, one.version) for one in found_there}
    found.update(repr([results.FORMAT, platform.python_version(), *sorted(packages)]).encode())
    return found.hexdigest()


def drawn_from(files: Mapping[str, bytes], secret: str) -> bytes:
    """Return what the examples are drawn from: the same for the same code in the same class.

    Without the secret of the class, code could try at home under which comment it would pass.
    """
    text = b"\0".join(part for name in sorted(files) for part in (name.encode(), files[name]))
    return hmac.digest(secret.encode(), text, "sha256")


def key(handed: Handed, problem: str, settings: Settings, secret: str) -> str:
    """Return the key of a result: two of the same key are the same, but for the time they took."""
    found = hashlib.sha256(fingerprint().encode())
    found.update(drawn_from(handed.files, secret))
    found.update(json.dumps([problem, handed.notes, asdict(settings)], sort_keys=True).encode())
    for name, text in sorted(handed.files.items()):
        found.update(f"{name}\0{len(text)}\0".encode())
        found.update(text)
    return found.hexdigest()


# -- one submission -----------------------------------------------------------------------------


def judge(
    files: Mapping[str, bytes], settings: Mapping[str, Any], tests: str, number: int = 0
) -> dict[str, Any]:
    """Judge the modules of one submission: the unit of work, for any executor.

    Parameters
    ----------
    files : mapping
        The text of each module, by file name.
    settings : mapping
        How to judge them: the fields of `Settings`, as plain values.
    tests : str
        `fingerprint` of who asks.
    number : int
        Seed of the examples.

    Returns
    -------
    dict
        `functions`, `report`, `errors` and `seconds`, as `solution.grading.judge.judge` has them.

    Raises
    ------
    WrongPlace
        If that cannot be done here.
    """
    if tests != fingerprint():
        raise WrongPlace("a worker has other tests or packages: start it in the same project")
    if settings["locks"] and (obstacle := sandbox.obstacle()):
        raise WrongPlace(f"a worker cannot lock code up: {obstacle}")
    limits = Limits(**settings["limits"])
    why = ""
    for _ in range(2):  # once more where the machine has failed, and nowhere else: no code is to
        try:  # meet the same examples again because the judge has stumbled over its answers
            with station.station(settings["locks"]) as one:
                found = one.judge(files, number, limits)
                one.is_worn_out |= bool(found["errors"])
                return found
        except station.StationFailed as failure:
            why = str(failure)
            if isinstance(failure, station.Stuck) or station.is_closing():
                break
    return failed(why)


def failed(why: str) -> dict[str, Any]:
    """Return what is found where the grader itself fails."""
    functions = results.of_all(GRADER_ERROR, "the grader failed: grade this one again")
    return {"functions": functions, "report": "", "errors": [why], "seconds": 0.0}


# -- the class ----------------------------------------------------------------------------------


class Grading:
    """The grading of a class.

    Parameters
    ----------
    sources : mapping
        The submissions, by name.
    settings : Settings
        How to judge them.
    out : Path
        Where results go.
    secret : str
        What the examples are drawn from, besides the code.
    take : str
        Which of several attempts in one submission to take: "newest", or "" for none.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        settings: Settings,
        out: Path,
        secret: str,
        take: str = "",
    ) -> None:
        self.sources = sources
        self.settings = settings
        self.out = out
        self.secret = secret
        self.take = take
        self.unreadable: dict[str, str] = {}
        self.notes: dict[str, list[str]] = {}  # of how modules were found
        self.errors: dict[str, list[str]] = {}  # the grader's own

    def run(
        self,
        executor: Executor,
        at_once: int,
        names: Iterable[str],
        done: Callable[[], object],
        anew: bool = False,
    ) -> None:
        """Judge what is not judged yet.

        Parameters
        ----------
        executor : Executor
            What runs `judge`.
        at_once : int
            How many submissions to give it at a time.
        names : iterable of str
            Which submissions.
        done : callable
            Called after each that is done.
        anew : bool
            Whether to judge again what is judged already.
        """
        running: dict[Future[dict[str, Any]], tuple[str, str]] = {}
        for name in names:
            handed, problem, error = self.read(name)
            own_key = key(handed, problem, self.settings, self.secret)
            self.notes[name] = handed.notes
            if problem:
                self.unreadable[name] = problem
            if error or problem:
                self.keep(name, own_key, unjudged(problem, error), problem)
                done()
            elif not anew and is_judged(self.out, name, own_key):
                done()
            else:
                number = int.from_bytes(drawn_from(handed.files, self.secret)[:4], "big")
                settings = asdict(self.settings)
                future = executor.submit(judge, handed.files, settings, fingerprint(), number)
                running[future] = name, own_key
            while len(running) >= at_once:
                self.collect(running, done)
        while running:
            self.collect(running, done)

    def collect(
        self, running: dict[Future[dict[str, Any]], tuple[str, str]], done: Callable[[], object]
    ) -> None:
        """Keep what has been judged meanwhile."""
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            name, own_key = running.pop(future)
            try:
                found = future.result()
            except WrongPlace:
                raise
            except Exception as error:  # the executor lost it: this says nothing of the submission
                found = failed(f"{type(error).__name__}: {error}")
            self.keep(name, own_key, found, "")
            done()

    def read(self, name: str) -> tuple[Handed, str, str]:
        """Return the files of a submission, or its problem, or this machine's."""
        source = self.sources[name]
        try:
            return reading.read(source, self.take, self.settings.locks), "", ""
        except Unreadable as unreadable:
            return Handed({}, [*source.notes]), str(unreadable), ""
        except OSError as error:
            place = source.pieces[0].path if source.pieces else name
            return Handed({}), "", f"{error.strerror or error} ({place})"

    def common_secret(self) -> str:
        """Return a secret that each machine makes of the same class.

        Nobody in it knows what all the others hand in.
        """
        found = hashlib.sha256()
        for name in self.sources:
            handed, problem, _ = self.read(name)
            found.update(repr([name, problem, sorted(handed.files.items())]).encode())
        return found.hexdigest()[:32]

    def keep(self, name: str, own_key: str, found: dict[str, Any], problem: str) -> None:
        """Write the JSON of a submission, all of it or none."""
        errors = found.pop("errors")
        if errors:
            self.errors[name] = errors
        result = {
            "format": results.FORMAT,
            "submission": name,
            "key": own_key,
            "locked": self.settings.locks,
            "problem": problem,
            "notes": self.notes[name],
            **found,
        }
        write_judged(result, self.out)


def write_judged(result: Mapping[str, Any], out: Path) -> None:
    """Write the JSON that all else is made from."""
    folder = out / "submissions" / results.folder_of(result["submission"])
    folder.mkdir(parents=True, exist_ok=True)
    results.write_text(folder / JUDGED, results.to_json(result))


def unjudged(problem: str, error: str) -> dict[str, Any]:
    """Return what is found of a submission that cannot be read."""
    if error:
        return failed(error)
    functions = results.of_all(UNREADABLE, f"this submission {problem}")
    return {"functions": functions, "report": "", "errors": [], "seconds": 0.0}


def load(out: Path, name: str) -> dict[str, Any] | None:
    """Return the result of a submission, None if there is none."""
    try:
        text = (out / "submissions" / results.folder_of(name) / JUDGED).read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
    except (OSError, ValueError):
        return None
    same = found.get("format") == results.FORMAT and found.get("submission") == name
    return found if same else None


def is_judged(out: Path, name: str, own_key: str) -> bool:
    """Whether there is a result, of this very code, in which the grader did not fail."""
    found = load(out, name)
    return found is not None and found["key"] == own_key and not has_grader_error(found)


def has_grader_error(result: Mapping[str, Any]) -> bool:
    """Whether the grader failed on some function."""
    return GRADER_ERROR in {own["status"] for own in result["functions"].values()}


# -- files of the class -------------------------------------------------------------------------


class NoParts(Exception):
    """Results cannot be put together."""


def write_manifest(names: Sequence[str], settings: Settings, out: Path, secret: str) -> None:
    """Write which submissions the class has, and how they are judged."""
    found = {"submissions": list(names), "settings": asdict(settings), "tests": fingerprint()}
    results.write_text(out / CLASS, results.to_json(found | {"secret": secret}))


def known_names(out: Path) -> list[str]:
    """Return the submissions of the class that was graded there before, if one was."""
    found: list[str] = known(out, "submissions", [])
    return found


def known_secret(out: Path) -> str:
    """Return the secret of the class that was graded there before, "" if none was."""
    return str(known(out, "secret", ""))


def known(out: Path, what: str, otherwise: Any) -> Any:
    """Return what is written of the class that was graded there before."""
    try:
        return json.loads((out / CLASS).read_text(encoding="utf-8"))[what]
    except (OSError, ValueError, KeyError, TypeError):
        return otherwise


def is_part(folder: Path) -> bool:
    """Whether a folder holds results of a class, or of a part of one."""
    return (folder / CLASS).is_file()


def write_errors(errors: Mapping[str, Sequence[str]], out: Path) -> None:
    """Write what went wrong in the grader, for those who mend it."""
    path = out / ERRORS
    path.unlink(missing_ok=True)
    if errors:
        texts = [f"{name}: {text}" for name in sorted(errors) for text in errors[name]]
        results.write_text(path, results.on_lines("\n".join(texts)))


def merge(parts: Sequence[Path], out: Path) -> list[str]:
    """Bring the parts of a class together in one folder.

    Returns
    -------
    list of str
        All submissions of the class, judged or not.

    Raises
    ------
    NoParts
        If a folder holds no results, or of another class, or judged in another way.
    """
    texts = {}
    for part in parts:
        try:
            texts[part] = (part / CLASS).read_text(encoding="utf-8")
        except OSError:
            raise NoParts(f"there are no results in {part}") from None
    for part, text in texts.items():
        if text != texts[parts[0]]:
            raise NoParts(f"{part} is of another class than {parts[0]}, or judged in another way")
    results.write_text(out / CLASS, texts[parts[0]])
    names: list[str] = json.loads(texts[parts[0]])["submissions"]
    errors = []
    for name in names:
        found = [result for part in parts if (result := load(part, name)) is not None]
        if found:
            write_judged(min(found, key=has_grader_error), out)
    for part in parts:
        with contextlib.suppress(FileNotFoundError):
            errors.append((part / ERRORS).read_text(encoding="utf-8"))
    if errors:
        results.write_text(out / ERRORS, "".join(errors))
    return names


# -- executors ----------------------------------------------------------------------------------


class NoCluster(Exception):
    """There is no Dask cluster to be used."""


@contextlib.contextmanager
def local(jobs: int) -> Iterator[tuple[Executor, int]]:
    """Run on this machine: each thread has a judge in a process of its own."""
    executor = ThreadPoolExecutor(jobs)
    try:
        yield executor, 2 * jobs
    finally:
        with station.all_closed():  # so that the threads come to an end at once
            executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def on_dask(address: str) -> Iterator[tuple[Executor, int]]:
    """Run on a Dask cluster, whose workers need the same project and libraries.

    Raises
    ------
    NoCluster
        If Dask is not installed, or there is no scheduler at this address.
    """
    try:
        distributed = importlib.import_module("distributed")
        connected = distributed.Client(address, timeout="10s", set_as_default=False)
    except ModuleNotFoundError:
        raise NoCluster("Dask is not installed: python -m pip install -e .[dask]") from None
    except (OSError, ValueError) as error:
        raise NoCluster(f"no scheduler at {address}: {error}") from None
    with connected as client:
        threads = sum(client.nthreads().values()) or 1
        yield DaskExecutor(client), 2 * threads


class DaskExecutor(Executor):
    """Dask's own executor, but for workers that were not started in the project's folder."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.executor = client.get_executor(pure=False, retries=3)

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Start a call on the cluster."""
        root, module, name = str(ROOT), function.__module__, function.__qualname__

        def call(*arguments: Any) -> Any:  # sent as it is, so that it needs no import there
            if root not in sys.path and os.path.isdir(root):
                sys.path.append(root)
            return getattr(importlib.import_module(module), name)(*arguments)

        future: Future[Any] = self.executor.submit(call, *given, **named)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of what has not begun."""
        self.executor.shutdown(wait=wait)
