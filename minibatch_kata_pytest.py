"""Lets pytest understand `--impl PATH` for a folder outside the project.

pytest takes the word after an option that it does not know yet for a test path, and looks for
its configuration there, not here. The option is known only once the project's `conftest.py` is
read, which such a path keeps it from finding. As an installed plugin this module comes first:
it writes the two words as one, `--impl=PATH`, and starts again.
"""

import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Start again with `--impl=PATH`, where the project is what pytest was called in."""
    given = [str(argument) for argument in early_config.invocation_params.args]
    if "--impl" not in given[:-1] or not in_project(early_config.invocation_params.dir):
        return
    at = given.index("--impl")
    if given[at + 1] in ("kata", "solution"):  # folders here: the configuration is found
        return
    joined = [*given[:at], f"--impl={given[at + 1]}", *given[at + 2 :]]
    capture: Any = early_config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    # what this attempt has put in the way of imports would rewrite all of Hypothesis
    sys.meta_path[:] = [f for f in sys.meta_path if "pytest" not in type(f).__module__]
    raise SystemExit(pytest.main(joined))


def in_project(folder: Path) -> bool:
    """Whether pytest was called in the kata's folder, or in one inside it."""
    return any((parent / "tests" / "judge").is_dir() for parent in (folder, *folder.parents))
