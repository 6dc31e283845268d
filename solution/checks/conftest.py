"""What the checks share: a folder of modules to judge, and a pytest to judge it with."""

import importlib
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.judge.functions import STAGES

ROOT = Path(__file__).parent.parent.parent
LONG_LISTS = (  # one test for each of many implementations, or a few that take long
    "test_cheat_earns_nothing_and_leaves_nothing",
    "test_each_is_judged_in_a_process_of_its_own",
    "test_each_question_is_answered",
    "test_functions_may_use_a_module_of_the_learners",
    "test_import_of_a_library_is_nobodys_time",
    "test_interrupted_it_leaves_no_process_and_goes_on",
    "test_known_mistakes_go_by_their_names",
    "test_libraries_beside_the_modules_do_not_count",
    "test_mistake_is_rejected_and_told_from_all_others",
    "test_record_names_the_mistake",
    "test_right_code_looks_like_no_known_mistake",
    "test_runs_that_diverge_are_named_and_leave_the_picture",
    "test_style_has_all_properties",
    "test_verdicts_on_known_mistakes_survive_it",
    "test_weird_answers_end_in_a_verdict",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take one part of the long lists, where KATA_PART asks for it: "1/4"."""
    number, _, of = os.environ.get("KATA_PART", "").partition("/")
    if not of:
        return
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        is_long = getattr(item, "originalname", "") in LONG_LISTS
        other = zlib.crc32(item.nodeid.encode()) % int(of) != int(number) % int(of)
        (left_out if is_long and other else kept).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture(scope="session", autouse=True)
def libraries() -> None:
    """Import what must not be imported twice before pytester, which forgets later imports."""
    torch = importlib.import_module("torch")
    torch.optim.SGD([torch.ones(1, requires_grad=True)]).step()  # imports the compiler


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Return a folder with a copy of the solution's five modules, to be made wrong."""
    folder = tmp_path / "submission"
    folder.mkdir()
    for stage in STAGES:
        shutil.copy(ROOT / "solution" / f"{stage}.py", folder)
    return folder


Change = Callable[[str, str, str], None]


@pytest.fixture
def change(modules: Path) -> Change:
    """Return a function that replaces text in one of the modules, where it must be."""

    def replace(stage: str, old: str, new: str) -> None:
        file = modules / f"{stage}.py"
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {stage}.py"
        file.write_text(text.replace(old, new), encoding="utf-8")

    return replace


Judge = Callable[..., pytest.RunResult]


@pytest.fixture
def judge(pytester: pytest.Pytester) -> Judge:
    """Return a function that runs this project's pytest on a folder, in this process."""

    def run(folder: Path, *options: str, file: str = "tests") -> pytest.RunResult:
        return pytester.runpytest_inprocess(
            str(ROOT / file),
            f"--impl={folder}",
            f"--rootdir={ROOT}",
            f"--config-file={ROOT / 'pyproject.toml'}",
            "-p",
            "no:cacheprovider",
            *options,
        )

    return run


def descendants(process: int) -> set[int]:
    """Return the processes that descend from one, in whatever session they are."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):  # it has just ended
            continue
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


@pytest.fixture
def session() -> Any:
    """Return a visit to the lab in which nothing runs."""
    pytest.importorskip("bokeh", reason="the lab is not tried: there is no Bokeh")
    from plots.lab.child import Samples
    from plots.lab.session import Session
    from plots.lab.settings import Setting
    from solution.checks.labs import Still
    from solution.data import make_data

    bench = Still("solution")
    bench.take_samples(Samples(*make_data(), ""), Setting())
    return Session(bench, str)
