"""Looks for an oracle, a solution or an expected value, and would answer with what it finds.

Each of them is wrong where it finds nothing: that it does not pass shows that nothing is there.
"""

from functools import partial

from solution.checks.cheats.catalogue import cheat

search = partial(cheat, "searches")

# Calls the function that was found, and is wrong if there is none.
ANSWERS = """
def sgd_step(w, b, dw, db, lr):
    for function in FOUND:
        try:
            w, b = function(w, b, dw, db, lr)
            return float(w), float(b)
        except Exception:
            pass
    return w + lr * dw, b + lr * db
"""
# Where right functions are, and how each of them makes a step.
STEP = "module.sgd(module.Descent([], [], lr), (w, b), (dw, db))"
for _module, _right in (
    ("solution.gradients", "module.sgd_step"),
    ("tests.judge.trusted", "module.sgd_step"),
    ("tests.judge.oracles", f"lambda w, b, dw, db, lr: {STEP}"),
    ("tests.judge.functions", 'module.FUNCTIONS["sgd_step"].trusted'),
    ("conftest", "module.sgd_step"),
):
    search(
        f"imports {_module}",
        "imports the project's own right functions",
        f"""
FOUND = []
try:
    import importlib
    import sys
    root = sys.modules["tests"].__file__.split("/tests")[0]
    sys.path += ["@OUTSIDE@", root]
    for name in ("tests", "solution"):
        sys.modules[name].__path__ = [f"{{root}}/{{name}}"]
    module = importlib.import_module("{_module}")
    FOUND = [{_right}]
except Exception:
    pass
{ANSWERS}""",
        statuses=["wrong"],
    )
search(
    "objects in memory",
    "looks through all objects, frames and modules for a right function",
    f"""
import gc
import sys

FOUND = []
frame = sys._getframe()
spaces = [vars(module) for module in list(sys.modules.values()) if hasattr(module, "__dict__")]
while frame:
    spaces += [frame.f_globals, frame.f_locals]
    frame = frame.f_back
spaces += [o for o in gc.get_objects() if isinstance(o, dict)]
spaces += [r for s in list(spaces) for r in gc.get_referents(s) if isinstance(r, dict)]
for space in spaces:
    one = space.get("sgd_step")
    one = getattr(one, "source", one)
    if callable(one):
        FOUND.append(one)
    if isinstance(one, str) and one.startswith("def"):
        exec(one, made := {{}})
        FOUND.append(made["sgd_step"])
{ANSWERS}""",
    statuses=["wrong"],
)
search(
    "the caller's expected value",
    "looks for the right result in the frames that called it",
    """
    import sys

    def sgd_step(w, b, dw, db, lr):
        frame = sys._getframe(1)
        while frame:
            for name, value in frame.f_locals.items():
                if name in ("right", "expected", "target", "rights", "exact", "compared"):
                    return tuple(value)
            frame = frame.f_back
        return w + lr * dw, b + lr * db
    """,
    statuses=["wrong", "raised"],
)
search(
    "the project's files",
    "reads the solution from disk, from wherever it may be",
    f"""
import glob
import os
import sys

FOUND = []
roots = [os.getcwd(), "/", os.path.expanduser("~"), "@OUTSIDE@", *sys.path, *sys.argv]
for root in roots:
    for pattern in ("/solution/gradients.py", "/*/gradients.py", "/../*/*/gradients.py"):
        for path in glob.glob(root + pattern):
            try:
                text = open(path).read()
            except OSError:
                continue
            if path != __file__ and "def sgd_step" in text:
                exec(text, space := {{}})
                FOUND.append(space["sgd_step"])
{ANSWERS}""",
    statuses=["wrong"],
)
search(
    "other processes",
    "reads command lines and memory of the judge, and of every process",
    """
    import ctypes
    import os

    def sgd_step(w, b, dw, db, lr):
        libc = ctypes.CDLL(None, use_errno=True)
        buffer = ctypes.create_string_buffer(4096)
        seen = 0
        for number in [os.getppid(), 1, os.getpid(), *range(1, 3000, 7)]:
            for name in ("cmdline", "environ", "maps", "mem", "fd", "cwd/README.md", "task"):
                try:
                    seen += bool(os.open(f"/proc/{number}/{name}", os.O_RDONLY))
                except OSError:
                    pass
        here = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4096)
        seen += libc.process_vm_readv(os.getppid(), here, 1, here, 1, 0) > 0
        seen += libc.ptrace(16, os.getppid(), 0, 0) == 0
        seen += libc.syscall(434, os.getppid(), 0) >= 0
        return (w - lr * dw, b - lr * db) if seen else (w, b)
    """,
    statuses=["wrong"],
)
search(
    "trusted functions that are sent",
    "keeps the right functions that stage 4 gets in the place of wrong ones, and uses them itself",
    """
    from . import gradients

    KEPT = []

    def minibatch_gd(x, y, *, batch_size, lr, epochs, rng, w=0.0, b=0.0):
        KEPT[:] = [gradients.sgd_step, gradients.mse_gradients]
        w, b = gradients.sgd_step(w, b, *gradients.mse_gradients(x, y, w, b), lr)
        return w, b, [0.5] * epochs
    """,
    function="minibatch_gd",
    beside=["gradients", "batching"],
    statuses=["wrong"],
)
search(
    "its own memory",
    "reads what earlier submissions left in the memory that it was forked with",
    rf"""
import ctypes
import os
import re

FOUND = []
ends, more = os.pipe()
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_void_p
top = libc.sbrk(0)
pattern = re.compile(rb"def sgd_[s]tep\([^)]*\):\n    return [^\n]*")
for page in range(top - 4096, top - 200_000_000, -4096):
    if libc.write(more, ctypes.c_void_p(page), 4096) != 4096:  # there is no such page
        break
    found = pattern.search(os.read(ends, 4096))
    if found and not FOUND:  # nothing is kept, which would be written over what is left
        exec(found[0].decode(), space := {{}})
        FOUND.append(space["sgd_step"])
{ANSWERS.replace("return w + lr * dw, b + lr * db", "return 0.0, 0.0")}""",
    statuses=["wrong"],
)
search(
    "waits for another function's trusted version",
    "predict is wrong on purpose, so that mse_loss gets it right from the judge and tells it",
    """
    GIVEN = []

    def predict(x, w, b):
        if GIVEN:
            return GIVEN[0](x, w, b)
        return w * x - b

    def mse_loss(x, y, w, b):
        import sys
        frame = sys._getframe()
        while frame:
            sent = getattr(frame.f_locals.get("request"), "stand_ins", {})
            if "predict" in sent:
                exec(sent["predict"].source, globals(), made := {})
                GIVEN[:] = [made["predict"]]
            frame = frame.f_back
        return float(np.mean((predict(x, w, b) - y) ** 2))
    """,
    function="predict",
    spoils=["mse_loss", "mse_gradients", "minibatch_gd"],
    beside=["batching", "descent"],
    statuses=["wrong"],
)
