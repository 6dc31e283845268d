"""How values and calls are shown: as Python that gives them again."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.judged.values import Array, Calls, Items, Large, Model, Number, Result, Trained, Values

MOST_CHARACTERS = 400  # of an array's text,
MOST_ROWS = 12  # of an array, and
MOST_ITEMS = 6  # of a sequence are shown

Shown = Callable[[str, Mapping[str, Any]], str]  # from a function's name and its arguments
Paste = Callable[[str, str, Mapping[str, Any], int], str]  # from the module, too, and the times


def column(values: Any) -> Array:
    """Return numbers as an array of shape (m, 1)."""
    return np.array(values, dtype=np.float64).reshape(-1, 1)


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


def show_result(result: Result) -> str:
    """Write what came back."""
    match result:
        case Number(value) | Values(value):
            return show(value)
        case Large(dtype, shape):
            return f"an array of shape {shape} and dtype {dtype}"
        case Calls(items):
            return show_items("list", items, True)
        case Items(name, items, complete):
            return show_items(name, items, complete)
        case Model(names):
            return ", ".join(names)
        case Trained(_, _, [returned], _):
            return show_result(returned)
        case Trained(_, _, returned, _):
            return show_items("list", returned, True)
    return str(result[1])


def show_items(name: str, items: list[Any], complete: bool) -> str:
    shown = [show_result(item) for item in items[:MOST_ITEMS]]
    if not complete or len(items) > MOST_ITEMS:
        shown.append("...")
    inner = ", ".join(shown)
    if name == "tuple":
        return f"({inner},)" if len(items) == 1 else f"({inner})"
    return f"[{inner}]"


def show_rows(batches: Any) -> str:
    """Write which samples are in each batch."""
    return " ".join("x=" + str([float(row) for row in batch]) for batch in batches)


# -- calls ------------------------------------------------------------------------------------


def show_call(function: str, values: Mapping[str, Any]) -> str:
    return f"{function}({', '.join(f'{name}={show(v)}' for name, v in values.items())})"


def show_model(function: str, values: Mapping[str, Any]) -> str:
    return f"{function}()(x={show(values['x'])}), with w={values['w']}, b={values['b']}"


def show_epoch(function: str, values: Mapping[str, Any]) -> str:
    v: dict[str, Any] = {**values, "x": show(values["x"]), "y": show(values["y"])}
    calls = f", {v['calls']} times" if v["calls"] > 1 else ""
    sgd = f"lr={v['lr']}" + (f", momentum={v['momentum']}" if v["momentum"] else "")
    return (
        f"{function}(model, loader, {v['loss']}, SGD({sgd})){calls}, from w={v['w']}, "
        f"b={v['b']} on batches of {v['batch_size']} of x={v['x']}, y={v['y']}"
    )


def show_training(function: str, values: Mapping[str, Any]) -> str:
    seed = values["generator"]
    hidden = ("w", "b", "generator")
    own = {name: value for name, value in values.items() if name not in hidden}
    own["seed"] = None if seed is None else seed.value
    return f"{show_call(function, own)} from w={values['w']}, b={values['b']}"


# -- calls to be pasted into a Python prompt ----------------------------------------------------


def paste(value: Any) -> str:
    """Write an argument so that it can be pasted, "" if it is too long."""
    if isinstance(value, tuple):
        items = [paste(item) for item in value]
        return f"({', '.join(items)})" if all(items) else ""
    if not isinstance(value, np.ndarray):
        return repr(value)
    counting = np.arange(float(len(value)))[:, None]
    if len(value) > MOST_ROWS and (value - value[0] == counting).all():
        start = f" + {value[0, 0]:g}" if value[0, 0] else ""
        return f"np.arange({len(value)}.0)[:, None]{start}"
    text = show(value)
    return "" if text.startswith("<") else f"np.array({text})"


def paste_call(
    module: str, function: str, values: Mapping[str, Any], times: int, around: str = "{}"
) -> str:
    """Write lines of Python that make these calls, "" if some argument is too long.

    Parameters
    ----------
    module, function : str
        Where the function is imported from, and its name.
    values : mapping
        Its arguments. One that is a `range` takes another value in each call.
    times : int
        How many calls share the other arguments.
    around : str
        What stands around each call, in place of the braces.
    """
    texts = {name: paste(value) for name, value in values.items()}
    if "" in texts.values():
        return ""
    before = [f"from {module} import {function}"]
    if any("np." in text for text in texts.values()):
        before.insert(0, "import numpy as np")
    turns = f"_ in range({times})"
    for name, value in values.items():
        if isinstance(value, range):
            turns, texts[name] = f"{name} in range({len(value)})", name
        elif times > 1 and "rng(" in texts[name]:  # the calls go on with one generator
            before.append(f"{name} = {texts[name]}")
            texts[name] = name
    call = f"{function}({', '.join(f'{name}={text}' for name, text in texts.items())})"
    call = around.replace("{}", call)
    return "; ".join([*before, f"[{call} for {turns}]" if times > 1 else call])


def paste_model(module: str, function: str, values: Mapping[str, Any], times: int) -> str:
    return (
        f"import torch; from torch import nn; from {module} import {function}; "
        f"model = {function}(); nn.init.constant_(model.linear.weight, {values['w']}); "
        f"nn.init.constant_(model.linear.bias, {values['b']}); "
        f"model(torch.tensor({show(values['x'])}))"
    )


def paste_epoch(module: str, function: str, values: Mapping[str, Any], times: int) -> str:
    if values["loss"] == "Lopsided()":  # PyTorch does not have it
        return ""
    sgd = ", ".join(f"{name}={values[name]}" for name in ("lr", "momentum"))
    call = (
        f"{function}(model, DataLoader(data, batch_size={values['batch_size']}), "
        f"nn.{values['loss']}, optim.SGD(model.parameters(), {sgd}))"
    )
    return paste_with_model(module, "; ".join([call] * values["calls"]), values)


def paste_training(module: str, function: str, values: Mapping[str, Any], times: int) -> str:
    if len(values["x"]) > MOST_ROWS:
        return ""
    options = {name: values[name] for name in ("batch_size", "lr", "epochs")}
    said = "".join(f", {name}={value}" for name, value in options.items())
    if values["generator"] is not None:
        said += f", generator=torch.Generator().manual_seed({values['generator'].value})"
    return paste_with_model(module, f"{function}(model, data{said})", values)


def paste_with_model(module: str, call: str, values: Mapping[str, Any]) -> str:
    """Write lines that make a call with a `model` from w and b, and `data` of x and y."""
    x, y, w, b = (values[name] for name in ("x", "y", "w", "b"))
    return "; ".join(
        [
            "import torch",
            "from torch import nn, optim",
            "from torch.utils.data import DataLoader, TensorDataset",
            f"from {module} import {call.partition('(')[0]}",
            "model = nn.Sequential()",
            "model.linear = nn.Linear(1, 1)",
            f"nn.init.constant_(model.linear.weight, {w})",
            f"nn.init.constant_(model.linear.bias, {b})",
            f"data = TensorDataset(torch.tensor({show(x)}), torch.tensor({show(y)}))",
            f"{call}, model.linear.weight.item(), model.linear.bias.item()",
        ]
    )
