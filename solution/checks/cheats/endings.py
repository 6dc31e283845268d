"""Ends the process, or the test, before it can say that the code is wrong."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

ending = partial(cheat, "endings")
GRADIENTS = ("predict", "mse_loss", "mse_gradients")  # what falls with a module of stage 2

ending(
    "os._exit in a function",
    "ends the process with a status that means success",
    """
    def sgd_step(w, b, dw, db, lr):
        import os
        os._exit(0)
    """,
    statuses=["crashed"],
)
ending(
    "os._exit at import",
    "ends the process before any function is called",
    """
    import os
    os._exit(0)
    """,
    loses=GRADIENTS,
    beside=["batching"],
    statuses=["crashed"],
)
ending(
    "exit through ctypes",
    "ends the process where Python cannot stop it",
    """
    def sgd_step(w, b, dw, db, lr):
        import ctypes
        ctypes.CDLL(None).exit(0)
    """,
    statuses=["crashed"],
)
ending(
    "exit_group at import",
    "ends the process by a system call of its own",
    """
    import ctypes
    ctypes.CDLL(None).syscall(231, 0)
    """,
    loses=GRADIENTS,
    statuses=["crashed"],
)
ending(
    "SIGKILL to itself",
    "looks like a process that the system ended, which is nobody's fault",
    """
    def sgd_step(w, b, dw, db, lr):
        import ctypes, os, signal
        for kill in (os.kill, ctypes.CDLL(None).kill):
            kill(os.getpid(), signal.SIGKILL)
    """,
    statuses=["raised"],
)
ending(
    "sys.exit",
    "ends the program as if all were well",
    """
    def sgd_step(w, b, dw, db, lr):
        raise SystemExit(0)
    """,
    statuses=["raised"],
)
ending(
    "sys.exit at import",
    "ends the program as if all were well, before any function is called",
    """
    import sys
    sys.exit(0)
    """,
    loses=GRADIENTS,
    statuses=["raised"],
)
ending(
    "a segmentation fault",
    "crashes the interpreter, and the judge with it if they shared one",
    """
    def sgd_step(w, b, dw, db, lr):
        import ctypes
        return ctypes.string_at(0)
    """,
    statuses=["crashed"],
)
ending(
    "endless recursion",
    "runs out of stack",
    """
    def sgd_step(w, b, dw, db, lr):
        import sys
        sys.setrecursionlimit(10**9)
        return sgd_step(w, [b], dw, db, lr)
    """,
    statuses=["crashed", "memory", "raised", "timeout"],
    seconds=5,
    spoils=["all"],
)
for _number, (_imports, _raises) in enumerate(
    [
        ("import pytest", "pytest.skip('not today')"),
        ("import pytest", "pytest.xfail('expected')"),
        ("import pytest", "pytest.exit('done', returncode=0)"),
        ("import unittest", "raise unittest.SkipTest"),
        ("import hypothesis", "hypothesis.reject()"),
        ("import hypothesis.errors as e", "raise e.StopTest(0)"),
        ("import sys", "raise KeyboardInterrupt"),
    ]
):
    ending(
        f"skips the test {_number + 1}: {_raises}",
        "leaves the test by an exception that pytest or Hypothesis takes for no failure",
        f"""
        def sgd_step(w, b, dw, db, lr):
            {_imports}
            {_raises}
        """,
        statuses=["raised"],
        alone=_number > 0,
    )
ending(
    "skips the module at import",
    "lets pytest skip all tests of the file",
    """
    import pytest
    pytest.skip("not today", allow_module_level=True)
    """,
    loses=GRADIENTS,
    statuses=["raised"],
)
ending(
    "says that another function is not written",
    "blames predict, so that sgd_step would only wait for it",
    """
    def sgd_step(w, b, dw, db, lr):
        raise NotImplementedError("gradients: predict")
    """,
    statuses=["wrong"],
)
ending(
    "an exception whose text never ends",
    "hangs in the code that reports the exception, where no limit is",
    """
    class Endless(Exception):
        def __str__(self):
            while True:
                pass

    def sgd_step(w, b, dw, db, lr):
        raise Endless
    """,
    statuses=["timeout"],
    seconds=3,
    spoils=["all"],
)
ending(
    "raises the probes' own exception",
    "carries a result out of the call that no check has seen",
    """
    def sgd_step(w, b, dw, db, lr):
        import sys
        values = sys.modules["tests.judged.values"]
        stopped = values.Stopped(values.Problem("raised"))
        stopped.problem = values.Items("tuple", [values.Number(w), values.Number(b)], True)
        raise stopped
    """,
)
