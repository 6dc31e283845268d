"""Speaks for the judge: forged lines, messages and descriptions."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

forgery = partial(cheat, "forgeries")
REST = ["predict", "mse_loss", "mse_gradients"]

# Writes a message in the form of the pipe: a text, its number of bytes, and bytes behind it.
WRITES = """
import json
import os
import struct
import sys

def write(told, data=b"", file=3):
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    rest = struct.pack("<QQ", len(text), len(data)) + text + data
    while rest:
        rest = rest[os.write(file, rest) :]

def number():
    frame = sys._getframe()
    while "text" not in frame.f_locals or "number" not in frame.f_locals["text"]:
        frame = frame.f_back
    return frame.f_locals["text"]["number"]

PAIR = ["items", "tuple", ["each", [["number", 0.0], ["number", 0.0]]], True]

# All that a problem has.
PROBLEM = {"kind": "raised", "text": "", "name": "", "kinds": [], "where": None, "code": ""}
PROBLEM |= {"seconds": 0.0, "cause": None}
"""

forgery(
    "PASSED on its output",
    "prints what a test run prints when all is well",
    """
    import os, sys

    def sgd_step(w, b, dw, db, lr):
        text = "PASSED tests/test_gradients.py\\n==== 12 passed in 0.01s ====\\nall done\\n"
        print(text)
        print(text, file=sys.stderr)
        sys.__stdout__.write(text)
        sys.__stdout__.flush()
        for file in (0, 1, 2):
            os.write(file, text.encode())
        return 0.0, 0.0
    """,
    statuses=["wrong"],
)
forgery(
    "a line into every descriptor",
    "writes that all is well into whatever it has inherited",
    """
    import os

    def sgd_step(w, b, dw, db, lr):
        for file in range(1001):
            try:
                os.write(file, b'{"functions": {"sgd_step": {"status": "passed"}}}\\n')
            except OSError:
                pass
        return 0.0, 0.0
    """,
    statuses=["protocol"],
)
forgery(
    "answers in the judge's form",
    "answers the request itself, in the right form, then ends the process",
    WRITES
    + """
def sgd_step(w, b, dw, db, lr):
    write({"number": number(), "result": PAIR, "printed": ""})
    os._exit(0)
""",
    statuses=["wrong", "crashed", "protocol"],
)
forgery(
    "two answers to one request",
    "answers for the judge, then as usual",
    WRITES
    + """
def sgd_step(w, b, dw, db, lr):
    write({"number": number(), "result": PAIR, "printed": ""})
    return w, b
""",
    statuses=["wrong", "protocol"],
)
forgery(
    "answers before the questions",
    "writes a thousand answers while it is imported, and reads nothing",
    WRITES
    + """
for k in range(number(), number() + 1000):
    write({"number": k, "result": PAIR, "printed": ""})
while True:
    pass
""",
    seconds=6,
    spoils=REST,
    statuses=["wrong", "protocol", "timeout"],
)
forgery(
    "an answer to another question",
    "says that it was asked before",
    WRITES
    + """
def sgd_step(w, b, dw, db, lr):
    write({"number": number() - 1, "result": PAIR, "printed": ""})
    return w, b
""",
    statuses=["protocol"],
)
# texts that are none of the answers that there are
for _name, _told, _data in (
    ("no JSON", "b'passed'", "b''"),
    ("not UTF-8", "b'\\xff\\xfe'", "b''"),
    ("a list", "['passed']", "b''"),
    ("a verdict", "{**HEAD, 'functions': {'sgd_step': {'status': 'passed'}}}", "b''"),
    ("an unknown kind", "{**HEAD, 'result': ['passed', True]}", "b''"),
    ("nothing", "{**HEAD, 'result': None}", "b''"),
    ("a number of 4000 digits", "{**HEAD, 'result': ['number', 10**4000]}", "b''"),
    ("a text as a number", "{**HEAD, 'result': ['number', '1.0']}", "b''"),
    ("a deep JSON text", "b'[' * 900 + b']' * 900", "b''"),
    ("a very deep JSON text", "b'[' * 4_000_000", "b''"),
    (
        "a deep text beside the answer",
        "json.dumps({**HEAD, 'result': PAIR}).replace('\"p\"', '[' * 960 + ']' * 960).encode()",
        "b''",
    ),
    (
        "sequences in sequences",
        "{**HEAD, 'result': ['items', '', ['each', [PAIR] * 2], True]}",
        "b''",
    ),
    (
        "a million sequences",
        'b\'{"number": %d, "result": ["items", "", ["each", [\' % number()'
        " + b','.join([b'[\"items\",\"\",[\"each\",[]],true]'] * 200_000) + b']], true]}'",
        "b''",
    ),
    (
        "an array of enormous shape",
        "{**HEAD, 'result': ['array', ['<f8', [2**40, 2**40], 0]]}",
        "b''",
    ),
    (
        "an array without elements, of enormous shape",
        "{**HEAD, 'result': ['array', ['<f8', [2**62, 0], 0]]}",
        "b''",
    ),
    (
        "a million arrays without elements",
        "{**HEAD, 'result': ['items', '', ['arrays', ['<f8', [10**6, 0], 0]], True]}",
        "b''",
    ),
    ("an array of objects", "{**HEAD, 'result': ['array', ['|O', [1], 0]]}", "b'12345678'"),
    ("an array beyond its bytes", "{**HEAD, 'result': ['array', ['<f8', [2], 8]]}", "bytes(16)"),
    ("an array at a negative place", "{**HEAD, 'result': ['array', ['<f8', [1], -8]]}", "bytes(8)"),
    ("an array of negative length", "{**HEAD, 'result': ['array', ['<f8', [-1], 0]]}", "bytes(8)"),
    (
        "64 MB of numbers",
        "{**HEAD, 'result': ['items', '', ['numbers', ['<f8', [8_000_000], 0]], True]}",
        "bytes(64_000_000)",
    ),
    (
        "a problem that is none",
        "{**HEAD, 'problem': {'kind': 'passed'}}",
        "b''",
    ),
    (
        "a problem of an unknown kind",
        "{**HEAD, 'problem': {**PROBLEM, 'kind': 'passed'}}",
        "b''",
    ),
    (
        "a problem of an unknown cause",
        "{**HEAD, 'problem': {**PROBLEM, 'cause': '\\x1b[2Jpassed'}}",
        "b''",
    ),
    (
        "the results of several calls for one",
        "{**HEAD, 'result': ['calls', ['each', [PAIR]]]}",
        "b''",
    ),
):
    forgery(
        f"a message: {_name}",
        "answers with a message that is not in its form",
        WRITES
        + f"""
def sgd_step(w, b, dw, db, lr):
    HEAD = {{"number": number(), "printed": "p"}}
    write({_told}, {_data})
    os._exit(0)
""",
        statuses=["protocol"] + ["wrong"] * (_name in ("sequences in sequences",)),
        alone=_name != "no JSON",
    )
forgery(
    "a message: endless",
    "announces a short message, and writes on and on",
    WRITES
    + """
def sgd_step(w, b, dw, db, lr):
    while True:
        os.write(3, b"\\x00" * 65536)
""",
    statuses=["protocol"],
)
forgery(
    "a message: endless, by drops",
    "announces a long message, and writes a byte of it now and then",
    WRITES
    + """
import signal
import time

def sgd_step(w, b, dw, db, lr):
    signal.setitimer(signal.ITIMER_REAL, 0)
    os.write(3, struct.pack("<QQ", 8_000_000, 0))
    while True:
        os.write(3, b" ")
        time.sleep(0.01)
""",
    seconds=3,
    statuses=["timeout"],
)
forgery(
    "a message: announced as longer than anything",
    "announces 2^63 bytes",
    WRITES
    + """
def sgd_step(w, b, dw, db, lr):
    os.write(3, struct.pack("<QQ", 2**63, 2**63))
    return w, b
""",
    statuses=["protocol"],
)
forgery(
    "closes the channel",
    "says nothing any more, and lives on",
    """
    import os, time

    def sgd_step(w, b, dw, db, lr):
        os.close(3)
        while True:
            time.sleep(1)
    """,
    statuses=["protocol"],
)
forgery(
    "control characters in its report",
    "writes over the report's lines in a terminal, and adds some of its own",
    WRITES
    + """
def sgd_step(w, b, dw, db, lr):
    text = "\\x1b[2J\\x1b[1;1H\\nall done\\n\\u202e\\x00\\x9b1A"
    problem = {**PROBLEM, "text": text, "code": text, "name": text, "kinds": [text]}
    problem["where"] = [text, 1]
    write({"number": number(), "problem": problem, "printed": text})
    os._exit(0)
""",
    statuses=["wrong", "raised"],
)
forgery(
    "a training that did not happen",
    "forges the model's parameters and the losses at the end of train",
    WRITES
    + """
def train(model, dataset, *, batch_size, lr, epochs, generator=None):
    losses = ["items", "list", ["each", [["number", 0.01]] * epochs], True]
    result = ["trained", 3.0, 2.0, ["each", [losses]], False]
    write({"number": number(), "result": result, "printed": ""})
    os._exit(0)
""",
    function="train",
    statuses=["wrong"],
)
forgery(
    "a model with one gradient",
    "forges a model whose right description ends too early",
    WRITES
    + """
class LinearRegression(nn.Module):
    def __init__(self):
        import numpy as np
        frame = sys._getframe()
        while not hasattr(frame.f_locals.get("request"), "keywords"):
            frame = frame.f_back
        x, w, b = (frame.f_locals["request"].keywords[k] for k in ("x", "w", "b"))
        value = (w * x + b).astype(np.float32)
        told, again = (
            ["array", ["<f4", list(value.shape), start]] for start in (0, value.nbytes)
        )
        names = ["linear.bias (1,)", "linear.weight (1, 1)"]
        result = ["model", names, "torch.nn.modules.linear.Linear", [float(x.sum())], told, again]
        write({"number": number(), "result": result, "printed": ""}, value.tobytes() * 2)
        os._exit(0)
""",
    function="LinearRegression",
)
forgery(
    "a model that predicts a number",
    "forges a model whose prediction is a number, where no right model's is one",
    WRITES
    + """
class LinearRegression(nn.Module):
    def __init__(self):
        names = ["linear.bias (1,)", "linear.weight (1, 1)"]
        two = ["number", 2.0]
        result = ["model", names, "torch.nn.modules.linear.Linear", [1.0, 1.0], two, two]
        write({"number": number(), "result": result, "printed": ""})
        os._exit(0)
""",
    function="LinearRegression",
    statuses=["wrong", "protocol"],
)
