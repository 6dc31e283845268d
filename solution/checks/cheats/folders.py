"""Brings files along that are to be taken for the judge's own, and links to others'."""

from functools import partial

from solution.checks.cheats.catalogue import OUTSIDE, cheat

folder = partial(cheat, "folders", code="")

PASSES = "def pytest_runtest_makereport():\n    raise SystemExit(0)\n"
folder(
    name="a conftest.py",
    tries="lets pytest run hooks of its own",
    extra={
        "conftest.py": "import os\nos._exit(0)\n",
        "kata/conftest.py": PASSES,
        "tests/conftest.py": PASSES,
    },
    statuses=["wrong"],
)
folder(
    name="settings of pytest",
    tries="lets pytest find no test, or take failures for passes",
    extra={
        "pytest.ini": "[pytest]\naddopts = --collect-only -p no:kata\n",
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--co'\n",
        "tox.ini": "[pytest]\naddopts = --co\n",
        "setup.cfg": "[tool:pytest]\naddopts = --co\n",
    },
    statuses=["wrong"],
)
folder(
    name="modules with the names of libraries",
    tries="is imported instead of NumPy, PyTorch and the standard library",
    extra={
        f"{name}.py": "raise SystemExit(0)\n"
        for name in ("numpy", "torch", "json", "hypothesis", "typing", "random", "struct")
    },
    statuses=["wrong"],
)
folder(
    name="start-up files of Python",
    tries="is run whenever Python starts",
    extra={
        "sitecustomize.py": "import os\nos._exit(0)\n",
        "usercustomize.py": "import os\nos._exit(0)\n",
        "cheat-was-here.pth": "import os; os._exit(0)\n",
        "pyvenv.cfg": "home = .\n",
        "python._pth": ".\n",
    },
    statuses=["wrong"],
)
folder(
    name="tests and a solution of its own",
    tries="is taken for the project",
    extra={
        "tests/__init__.py": "",
        "tests/judge/oracles.py": "raise SystemExit(0)\n",
        "tests/judged/values.py": "raise SystemExit(0)\n",
        "solution/__init__.py": "raise SystemExit(0)\n",
        "__init__.py": "raise SystemExit(0)\n",
        "kata/__init__.py": "raise SystemExit(0)\n",
    },
    statuses=["wrong"],
)
folder(
    name="a compiled module",
    tries="brings bytecode along that differs from its text",
    extra={"__pycache__/gradients.cpython-311.pyc": "nothing", "gradients.so": "nothing"},
    statuses=["wrong"],
)
folder(
    name="a module that is a link",
    tries="hands in the file of someone else",
    links={"batching.py": f"{OUTSIDE}/batching.py", "gradients.py": f"{OUTSIDE}/gradients.py"},
    loses=["predict", "mse_loss", "mse_gradients"],
    statuses=["not started", "wrong", "raised"],
)

helper = partial(cheat, "folders")
helper(
    name="helpers with the names of the judge's modules",
    tries="puts its own folder first, and lets the judge's side be loaded from there",
    code="""
    import os as _os, sys as _sys
    _sys.path.insert(0, _os.path.dirname(_os.path.abspath(__file__)))
    for _name in [name for name in _sys.modules if name.partition(".")[0] in ("tests", "json")]:
        del _sys.modules[_name]
    import tests, json
    from . import numpy as _own
    """,
    extra={
        "tests.py": "class Everything:\n    def __eq__(self, other):\n        return True\n",
        "json.py": "loads = dumps = lambda *_, **__: '{}'\n",
        "numpy.py": "allclose = array_equal = lambda *_, **__: True\n",
    },
    spoils=["all"],
    statuses=["wrong", "raised", "protocol", "crashed"],
)
helper(
    name="a helper that keeps the trusted version",
    tries="returns what a stand-in of the judge's returns, once one has been seen",
    code="""
    from . import keeper

    def sgd_step(w, b, dw, db, lr):
        return keeper.right(w, b, dw, db, lr)
    """,
    beside=["descent", "batching", "data"],
    extra={
        "keeper.py": """
import gc
import types


def right(*arguments):
    for found in gc.get_objects():
        if isinstance(found, types.FunctionType) and found.__name__ == "sgd_step":
            if not found.__module__ or not found.__module__.startswith("kata"):
                return found(*arguments)
    return arguments[0], arguments[1]
""",
    },
    statuses=["wrong"],
)
