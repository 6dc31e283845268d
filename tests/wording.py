"""How values and differences are put into words."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_CHARACTERS = 400  # of an array's text,
MOST_ROWS = 12  # of an array, and
MOST_ITEMS = 6  # of a sequence are shown


def show(value: Any) -> str:
    """Write a plain value as Python code that gives it again."""
    if isinstance(value, np.ndarray):
        few = value.size <= MOST_CHARACTERS and (not value.ndim or len(value) <= MOST_ROWS)
        text = repr(value.tolist()) if few else ""  # of a large one it would take long
        shape = "×".join(map(str, value.shape))
        return text if text and len(text) <= MOST_CHARACTERS else f"<{shape} array>"
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, tuple):
        inner = ", ".join(show(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(show(item) for item in value)}]"
    return repr(value)


def show_call(function: str, arguments: Mapping[str, Any]) -> str:
    return f"{function}({', '.join(f'{name}={show(v)}' for name, v in arguments.items())})"


def paste(value: Any) -> str:
    """Write an argument so that it can be pasted into a Python prompt, "" if it is too long."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    counting = np.arange(float(len(value)))[:, None]
    if len(value) > MOST_ROWS and (value - value[0] == counting).all():
        start = f" + {value[0, 0]:g}" if value[0, 0] else ""
        return f"np.arange({len(value)}.0)[:, None]{start}"
    text = show(value)
    return "" if text.startswith("<") else f"np.array({text})"


def paste_call(module: str, function: str, arguments: Mapping[str, Any], times: int) -> str:
    """Write lines of Python that make these calls, "" if some argument is too long.

    Parameters
    ----------
    module : str
        Where the function is imported from.
    function : str
        Its name.
    arguments : mapping
        Its arguments. One that is a `range` takes another value in each call.
    times : int
        How many calls share the other arguments.
    """
    texts = {name: paste(value) for name, value in arguments.items()}
    if "" in texts.values():
        return ""
    before = [f"from {module} import {function}"]
    if any("np." in text for text in texts.values()):
        before.insert(0, "import numpy as np")
    turns = "_ in " + repr(range(times)).replace("(0, ", "(")
    for name, value in arguments.items():
        if isinstance(value, range):
            turns, texts[name] = f"{name} in range({len(value)})", name
        elif times > 1 and "rng(" in texts[name]:  # the calls go on with one generator
            before.append(f"{name} = {texts[name]}")
            texts[name] = name
    call = f"{function}({', '.join(f'{name}={text}' for name, text in texts.items())})"
    if function == "shuffled_batches":
        call = f"list({call})"
    return "; ".join([*before, f"[{call} for {turns}]" if times > 1 else call])


def paste_training(module: str, call: str, w: float, b: float, x: Array, y: Array) -> str:
    """Write lines of Python that make a call with a `model` from w and b, and `data` of x and y."""
    function = call.partition("(")[0]
    return "; ".join(
        [
            "import torch",
            "from torch import nn, optim",
            "from torch.utils.data import DataLoader, TensorDataset",
            f"from {module} import {function}",
            "model = nn.Sequential()",
            "model.linear = nn.Linear(1, 1)",
            f"nn.init.constant_(model.linear.weight, {w})",
            f"nn.init.constant_(model.linear.bias, {b})",
            f"data = TensorDataset(torch.tensor({show(x)}), torch.tensor({show(y)}))",
            f"{call}, model.linear.weight.item(), model.linear.bias.item()",
        ]
    )


def show_description(description: tuple[Any, ...]) -> str:
    """Write what came back, as the boundary describes it."""
    kind, *rest = description
    if kind in ("number", "array"):
        return show(rest[0])
    if kind == "large":
        return f"an array of shape {rest[1]} and dtype {rest[0]}"
    if kind == "sequence":
        name, items, complete = rest
        shown = [show_description(item) for item in items[:MOST_ITEMS]]
        if not complete or len(items) > MOST_ITEMS:
            shown.append("...")
        inner = ", ".join(shown)
        if name == "tuple":
            return f"({inner},)" if len(items) == 1 else f"({inner})"
        return f"[{inner}]"
    return str(rest[1])


def name_description(description: tuple[Any, ...]) -> str:
    """Say what kind of thing came back: "None", "an array of shape (3, 1)", "a tuple of 2"."""
    kind, *rest = description
    if kind == "number":
        return f"the number {show(rest[0])}"
    if kind == "array":
        dtype = "" if rest[0].dtype == np.float64 else f" and dtype {rest[0].dtype}"
        return f"an array of shape {rest[0].shape}{dtype}"
    if kind == "large":
        return f"an array of shape {rest[1]}"
    if kind == "sequence":
        return f"{article(rest[0])} of {len(rest[1])}" if rest[2] else f"an endless {rest[0]}"
    return "None" if rest[0] == "NoneType" else article(rest[0])


def article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def enumerate_words(words: Sequence[str], last: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


NAMED_RATIOS = {
    0.5: "exactly half of what {it} should be",
    2.0: "exactly twice what {it} should be",
    -1.0: "exactly the negative of what {it} should be",
    -0.5: "minus half of what {it} should be",
    -2.0: "minus twice what {it} should be",
    0.0: "always 0",
}


def common_factor(
    got: Sequence[float], expected: Sequence[float], tolerances: Sequence[float]
) -> float | None:
    """Return the one factor by which all of `got` differ from `expected`, if there is one.

    Cases in which both are 0 say nothing; at least two others must agree.
    """
    ratios = []
    for value, right, tolerance in zip(got, expected, tolerances, strict=True):
        if abs(right) <= tolerance:
            if abs(value) > tolerance:
                return None
        else:
            ratios.append(value / right)
    if len(ratios) < 2 or not all(math.isfinite(r) for r in ratios):
        return None
    factor = ratios[0]
    if any(abs(ratio - factor) > 1e-9 * max(1.0, abs(factor)) for ratio in ratios):
        return None
    return factor


def say_factor(factor: float, plural: bool) -> str:
    it = "they" if plural else "it"
    for named, text in NAMED_RATIOS.items():
        if abs(factor - named) <= 1e-9:
            return text.format(it=it)
    return f"{factor:.6g} times what {it} should be"
