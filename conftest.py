"""pytest's side of the kata: its options, one fixture for each function, Hypothesis profiles."""

import gc
import os
from pathlib import Path
from typing import Any

import pytest

gc.disable()  # until all is imported: what stays need not be passed over again and again

from tests.judge import (
    hints,
    profiles,  # noqa: F401, Hypothesis' settings
)
from tests.judge.functions import FILES, FUNCTIONS, STAGES
from tests.judge.judging import Implementation
from tests.judge.report import Report, printable
from tests.judge.verdicts import Verdict
from tests.judge.watch import Watch
from tests.judged.submission import Submission

ROOT = Path(__file__).parent
IMPLEMENTATION = pytest.StashKey[Implementation]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kata", "the gradient descent kata")
    group.addoption(
        "--impl",
        default="kata",
        metavar="FOLDER",
        help="whose functions to judge: those of the five modules in this folder, yours (kata) "
        "by default",
    )
    group.addoption(
        "--hint",
        metavar="NAME",
        help="give a hint for the function NAME, without running any test; NAME:2 and NAME:3 "
        "say more",
    )
    group.addoption(
        "--draw",
        action="store_true",
        help="draw what a wrong function of stages 2 and 3 did, beside what is right",
    )


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    asked = config.getoption("hint")
    if asked is None:
        return None
    try:
        print(printable(hints.give(asked)))
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    return 0


def pytest_configure(config: pytest.Config) -> None:
    here = config.invocation_params.dir
    if config.args == [str(here)] and ROOT in here.parents:  # `pytest` in kata/: all the same
        config.args = [str(ROOT / "tests")]
    folder, package = find_implementation(config)
    refuse_what_has_no_report(config, folder)
    if folder == ROOT / "solution":  # the project's checks of its own tests run, too
        config.pluginmanager.import_plugin("pytester")
    submission = Submission(folder, package, FILES)
    implementation = Implementation(folder, package, submission)
    config.stash[IMPLEMENTATION] = implementation
    report = Report(implementation, submission, config, draw)
    config.pluginmanager.register(report, "kata-report")
    # in a process of pytest-xdist it is the one that started that which writes the report
    watch = Watch(report, speaks=not hasattr(config, "workerinput"))
    config.pluginmanager.register(watch, "kata-watch")


def refuse_what_has_no_report(config: pytest.Config, folder: Path) -> None:
    """Say what to run instead of a command in which no function would be judged."""
    if config.getoption("forked", False):
        raise pytest.UsageError(
            "with --forked each test runs in a process that knows nothing of the others: run "
            "pytest, or pytest -n 2 for two processes"
        )
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if path.parent == folder and path.stem in FILES:
            tests = os.path.relpath(ROOT / "tests" / f"test_{path.stem}.py")
            raise pytest.UsageError(f"{argument} has no tests, but is tested: run pytest {tests}")
        if path == folder:
            raise pytest.UsageError(f"{argument} has no tests, but is tested: run pytest")


def draw(verdict: Verdict) -> str:
    """Draw what a function did wrong, and return where the picture is."""
    if verdict.evidence is None:
        return "none: there is no result to draw"
    from plots import counterexample  # matplotlib takes a second to import

    values, value = verdict.evidence.values, verdict.evidence.value
    try:
        path = counterexample.save(verdict.about, values, value)
    except OSError as error:
        return f"none: cannot write to {counterexample.FOLDER}: {error.strerror}"
    if path is None:
        return "none: only stages 2 and 3 are drawn"
    return os.path.relpath(path)


def find_implementation(config: pytest.Config) -> tuple[Path, str]:
    """Return the folder of the five modules, and the name of the package they make up."""
    asked = config.getoption("impl")
    if asked in ("kata", "solution"):
        folder, package = ROOT / asked, asked
    else:
        folder, package = config.invocation_params.dir / Path(asked).expanduser(), "kata"
        if not has_stages(folder) and has_stages(folder / "kata"):
            folder = folder / "kata"
    if not has_stages(folder):
        names = ", ".join(f"{stage}.py" for stage in STAGES)
        raise pytest.UsageError(f"--impl {asked}: no folder with {names} at {folder}")
    if folder.resolve() == ROOT / "solution":
        package = "solution"
    return folder.resolve(), package


def has_stages(folder: Path) -> bool:
    return any((folder / f"{stage}.py").is_file() for stage in STAGES)


def subject_fixture(function: str) -> Any:
    """Return the fixture through which tests reach one function of the learner's."""

    @pytest.fixture(scope="session", name=function)
    def subject(request: pytest.FixtureRequest) -> Any:
        return request.config.stash[IMPLEMENTATION].subjects[function]

    return subject


for _function in FUNCTIONS:
    globals()[f"{_function}_fixture"] = subject_fixture(_function)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the project's own checks out of a learner's run."""
    is_check = collection_path.is_relative_to(ROOT / "solution" / "checks")
    return True if is_check and config.stash[IMPLEMENTATION].folder != ROOT / "solution" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the stages in the order in which they are solved."""
    files = [f"test_{stage}" for stage in FILES]

    def stage(item: pytest.Item) -> int:
        return files.index(item.path.stem) if item.path.stem in files else len(files)

    items.sort(key=stage)
