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
