"""Hints, asked for with `pytest --hint NAME`: a question, an idea, nearly the answer."""

from tests.judge.functions import FUNCTIONS


def give(asked: str) -> str:
    """Return the hint for "NAME", or the steps up to the second or third for "NAME:2", "NAME:3".

    Raises
    ------
    ValueError
        If there is no such function or step.
    """
    name, _, step = asked.partition(":")
    if name not in FUNCTIONS:
        raise ValueError(f"no hint for {name!r}: the functions are {', '.join(FUNCTIONS)}")
    if step not in ("", "1", "2", "3"):
        raise ValueError(f"no step {step!r}: ask for {name}, {name}:2 or {name}:3")
    last = int(step or 1)
    lines = [f"{name} (in {FUNCTIONS[name].stage}.py)"]
    for number, text in enumerate(FUNCTIONS[name].hints[:last], start=1):
        lines += ["", f"{number}. {text}"]
    if last < 3:
        lines += ["", f"Still stuck? pytest --hint {name}:{last + 1}"]
    return "\n".join(lines)
