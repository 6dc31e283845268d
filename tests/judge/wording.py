"""What is said: English is written from data here, with the words of `words.json`.

There each code has a headline, and where a value does not say it, what was expected and what came.
In them `{name}` is a value of the finding, `{name:sample|samples}` a number with its noun,
`{name:words}` a list. "meanings" are the words for values that are names themselves.
"""

import json
import string
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from tests.judge.functions import FUNCTIONS
from tests.judge.verdicts import Code, Finding, Verdict

Lines = list[tuple[str, str]]


WORDS: Any = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
CODES: dict[Code, list[str]] = WORDS["codes"]
MEANINGS: dict[str, dict[str, str]] = WORDS["meanings"]
OTHERWISE = {"when": "with {}"}  # of a value without a meaning: "with lr=1"

FACTORS = {
    0.5: "exactly half of what {it} should be",
    2.0: "exactly twice what {it} should be",
    -1.0: "exactly the negative of what {it} should be",
    -0.5: "minus half of what {it} should be",
    -2.0: "minus twice what {it} should be",
    0.0: "always 0",
}

NOUNS = {"all": "w and b", "both": "dw and db", "loss": "the loss"}  # of a descent

if {*CODES} != {*get_args(Code)}:
    raise ValueError(f"codes without words, or the reverse: { ({*CODES} ^ {*get_args(Code)}) }")


def words(code: Code, which: int) -> str:
    """Return the headline of a code (0), what is expected (1), what came (2), or more (3)."""
    said = CODES[code]
    return said[which] if which < len(said) else ""


# -- a verdict ------------------------------------------------------------------------------------


def headline(verdict: Verdict) -> str:
    """Return the fact in a line."""
    facts = context(verdict)

    def said(findings: Sequence[Finding]) -> list[str]:
        return [say(words(one.code, 0), facts | values_of(verdict, one)) for one in findings]

    facts_said, like = ", ".join(said(verdict.findings)), ", or ".join(said(verdict.resembles))
    return f"{facts_said}: {like}" if like else facts_said


def lines(verdict: Verdict) -> Lines:
    """Return the labelled lines below the headline, but for the call to be pasted."""
    first = verdict.findings[0]
    values = context(verdict) | values_of(verdict, first)
    found = [
        ("call", verdict.call),
        ("with", replacing(verdict.stand_ins)),
        ("got", say(words(first.code, 2), values) or verdict.got),
        ("", f"    {verdict.source}" if verdict.source else ""),
        ("expected", verdict.expected or say(words(first.code, 1), values)),
    ]
    printed = verdict.printed.splitlines()
    shown = [*printed[:5], "..."] if len(printed) > 5 else printed
    found += [("printed" if k == 0 else "", text) for k, text in enumerate(shown)]
    found += zip(("likely", "and"), verdict.likely.splitlines(), strict=False)
    found.append(("more", say(words(first.code, 3), values)))
    return [(label, text) for label, text in found if text]


def replacing(stand_ins: Sequence[str]) -> str:
    """Say whose functions a call was made with."""
    if not stand_ins:
        return ""
    article = "a " if len(stand_ins) == 1 else ""
    return f"{article}right {enumerate_words(stand_ins)} in place of yours"


class Saying(string.Formatter):
    """Formats numbers with their nouns, lists and factors, too."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one value."""
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{value:g} {one if value == 1 else many}"
        if format_spec == "words":
            return enumerate_words([str(item) for item in value])
        if format_spec == "factor":
            named = next((text for f, text in FACTORS.items() if abs(value - f) <= 1e-9), "")
            return named or f"{value:.6g} times what {{it}} should be"
        return str(super().format_field(value, format_spec))


def say(text: str, values: Mapping[str, Any]) -> str:
    """Fill values into words; those of a factor ask for more."""
    said = Saying().vformat(text, (), values)
    return said.replace("{it}", values.get("it", "it"))


def context(verdict: Verdict) -> dict[str, Any]:
    return {"at": f", in {verdict.where}" if verdict.where else "", "got": verdict.got}


def values_of(verdict: Verdict, found: Finding) -> dict[str, Any]:
    """Return what stands for the names in a finding's words."""
    values: dict[str, Any] = dict(found.values)
    for name, value in found.values.items():
        meanings = MEANINGS.get(f"{found.code}.{name}") or MEANINGS.get(name)
        if meanings:
            values[name] = meanings.get(str(value), OTHERWISE.get(name, "{}").format(value))
    for name in ("shape", "wanted"):
        if isinstance(values.get(name), list | tuple):
            values[name] = shape(values[name])
    values |= agreeing(verdict, values)
    make = DERIVED.get(found.code)
    return values | (make(values) if make else {})


def shape(lengths: Sequence[int]) -> str:
    return str(tuple(lengths))


def agreeing(verdict: Verdict, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the part's noun, and the verbs and pronouns that go with it."""
    if "part" not in values:
        return {"it": "it"}
    many = values["part"] in ("all", "both") or isinstance(values["part"], list)
    return {
        "part": noun(verdict, values["part"]),
        "is": "are" if many else "is",
        "was": "were" if many else "was",
        "it": "they" if many else "it",
        "its": "their" if many else "its",
    }


def noun(verdict: Verdict, part: Any) -> str:
    """Return what a report calls a part of a result, or several."""
    if isinstance(part, list):
        return enumerate_words([noun(verdict, one) for one in part])
    function = FUNCTIONS.get(verdict.about)
    if function is None or function.exact is None:
        return NOUNS.get(part, str(part))
    nouns = function.exact.nouns
    return nouns[-1] if part == "all" else nouns[function.parts.index(part)]


# -- words that depend on several values ------------------------------------------------------


def say_found(found: Mapping[str, Any]) -> str:
    """Say what kind of thing came back: "None", "an array of shape (3, 1)", "a tuple of 2"."""
    if found["kind"] == "number":
        return f"the number {float(found['value'])!r}"
    if found["kind"] == "array":
        dtype = "" if found["dtype"] == "float64" else f" and dtype {found['dtype']}"
        return f"an array of shape {shape(found['shape'])}{dtype}"
    name = found["name"]
    if found["kind"] == "items":
        known = found["count"] >= 0
        return f"{article(name)} of {found['count']}" if known else f"an endless {name}"
    return "None" if name == "NoneType" else article(name)


def say_place(values: Mapping[str, Any]) -> dict[str, str]:
    """Say in which part of a result something is, and what it should be."""
    place = values.get("place", ())
    said = {"place": f"for {' of '.join(place)} " if place else ""}
    if "found" in values:
        said["found"] = say_found(values["found"])
    if "shape" in values and "wanted" not in values:
        said["wanted"] = "(m, 1)"
    return said


def say_shapes(values: Mapping[str, Any]) -> dict[str, str]:
    """Say which shape an array has, and which it should have; that of a number is ()."""
    found, wanted = values["shape"], values["wanted"]
    if "()" in (found, wanted):
        wanted = "one number" if wanted == "()" else f"an array of shape {wanted}"
    found = "one number" if found == "()" else f"an array of shape {found}"
    return {**say_place(values), "found": found, "wanted": wanted}


def say_error(values: Mapping[str, Any]) -> dict[str, str]:
    """Write an exception as Python does."""
    texts = [values["name"], values["text"]]
    if values.get("cause") == "exit":
        texts = [values["text"]]
    if values.get("cause") == "missing":
        texts = ["there is no such file"]
    if values.get("cause") == "timeout":
        texts = [f"it is still running after {values['seconds']:g} seconds"]
    if values.get("cause") == "input":
        texts = ["it waits for input from the keyboard"]
    return {"error": ": ".join(text for text in texts if text)}


def say_trial(values: Mapping[str, Any]) -> dict[str, str]:
    """Say how a check ended, and how many implementations it judges as it should."""
    counts = "{caught} of {wrong} are caught, {accepted} of {right} right ones are accepted"
    missed = {
        "through": "{through:gets|get} through",
        "raising": "{raising:ends|end} in another exception",
        "lucky": "{lucky:is|are} caught in one run only",
    }
    rest = [how for name, how in missed.items() if values[name]]
    return {**say_error(values), "counts": say("; ".join([counts, *rest]), values)}


def say_why(values: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with arguments that must be refused."""
    n, n_y, batch_size = (values[name] for name in ("n", "n_y", "batch_size"))
    if n != n_y:
        return {"why": f"when x and y have {n} and {n_y} rows"}
    if batch_size < 1:
        return {"why": f"for batch_size={batch_size}"}
    return {"why": say("for batch_size={batch_size} of {n:sample|samples}", values)}


def say_numbers(values: Mapping[str, Any]) -> dict[str, str]:
    """Write what came and what is due, with as many digits as tell them apart."""
    found, right = values["got"], values["right"]
    digits = next((d for d in range(6, 17) if f"{found:.{d}g}" != f"{right:.{d}g}"), 17)
    return {"came": f"{found:.{digits}g}", "due": f"{right:.{digits}g}"}


def say_times(values: Mapping[str, Any]) -> dict[str, str]:
    """Write a factor as it stands before m or 1/m."""
    named = {1.0: "", -1.0: "−"}
    factor = values["factor"]
    return {
        "times": next((s for f, s in named.items() if abs(factor - f) < 1e-9), f"{factor:.6g}·")
    }


def say_line(values: Mapping[str, Any]) -> dict[str, str]:
    """Say on which line the points are."""
    if "slope" not in values:
        return {"line": ""}
    sign = "−" if values["intercept"] < 0 else "+"
    rest = f" {sign} {abs(values['intercept']):.6g}" if values["intercept"] else ""
    return {"line": f": the points lie on the line {values['slope']:.6g}·x{rest}"}


def say_tails(values: Mapping[str, Any]) -> dict[str, str]:
    """Say what a kurtosis means."""
    if values["moment"] != "kurtosis":
        return {"tails": ""}
    kind = "lighter tails" if values["found"] < values["right"] else "heavier tails"
    uniform = ", about those of a uniform one" if abs(values["found"] - 1.8) < 0.1 else ""
    return {"tails": f": {kind} than a normal distribution{uniform}"}


def say_pair(values: Mapping[str, Any]) -> dict[str, str]:
    """Name two quantities, and the samples that they are of."""
    named = {
        name: "the fractional part of " + values[name].removesuffix(" mod 1")
        if values[name].endswith(" mod 1")
        else values[name]
        for name in ("of", "with_")
    }
    if not values["i"]:
        return {"of": named["of"], "with_": f"{named['with_']} of a sample"}
    return {
        "of": f"{named['of']} of sample {values['i']}",
        "with_": f"{named['with_']} of sample {values['j']}",
    }


def say_often(values: Mapping[str, Any]) -> dict[str, str]:
    """Say how often something came."""
    return {"often": "never" if values["count"] == 0 else f"{values['count']} times"}


def say_repeats(values: Mapping[str, Any]) -> dict[str, str]:
    repeated, missing = values["repeated"], values["missing"]
    return {
        "repeats": "a sample comes" if repeated == 1 else f"{repeated} samples come",
        "never": f", {missing} never" if missing else "",
    }


def say_uses(values: Mapping[str, Any]) -> dict[str, str]:
    often, never = values["often"], values["never"]
    said = [f"{often} more than once"] * (often > 0) + [f"{never} never"] * (never > 0)
    return {"uses": ", ".join(said)}


DERIVED: dict[Code, Callable[[Mapping[str, Any]], dict[str, str]]] = {
    **dict.fromkeys(("form", "shape", "dtype", "endless", "no module"), say_place),
    "result shape": say_shapes,
    **dict.fromkeys(("raised", "import"), say_error),
    **dict.fromkeys(("no error", "other error"), say_why),
    **dict.fromkeys(("refuses", "lets through", "other exception"), say_trial),
    **dict.fromkeys(("refused by luck", "caught by luck"), say_trial),
    **dict.fromkeys(("scaled by m", "divided by m"), say_times),
    "value": say_numbers,
    "exchanged": lambda v: {
        "scale": "" if abs(v["factor"] - 1) < 1e-9 else say(", and {factor:factor}", v)
    },
    "rounded": lambda v: {
        "decimals": f" to {v['decimals']} decimals" if v["decimals"] >= 0 else ""
    },
    "offset": lambda v: {"size": "large" if v["by"] > 0 else "small", "by": abs(v["by"])},
    "samples missing": lambda v: {"comes": "comes" if v["missing"] == 1 else "come"},
    "samples repeated": say_repeats,
    "uneven ways": lambda v: say_often(v) | {"samples": "" if v["what"] == "set" else " samples"},
    "uneven samples": lambda v: {
        **say_often(v),
        "place": f" in batch {v['place']}" if v["place"] else "",
        "in_each": " in each batch" if v["place"] else "",
    },
    "uneven orders": say_often,
    "uneven use": say_uses,
    "step scaled": lambda v: {"it": "it"},
    "losses": lambda v: {"losses": "the loss is" if v["count"] == 1 else "the losses are"},
    "never used": lambda v: {"are": "is" if v["unused"] == 1 else "are"},
    "descent": lambda v: {
        "right_part": {"w": " (b is right)", "b": " (w is right)"}.get(v["part"], "")
    },
    # what went before may have been off by nearly as much
    "inexact descent": lambda v: {"when": v["when"].partition(",")[0]},
    "off the line": say_line,
    "distribution": lambda v: {
        "kind": "normal" if v["part"] == "the noise" else "uniform on [0, 1)"
    },
    "moment": say_tails,
    "correlated": say_pair,
    "no linear": lambda v: {
        "linear": f"it is {v['found']}" if v["found"] else "there is no such attribute"
    },
}


def article(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def enumerate_words(words: Sequence[str]) -> str:
    """Write words as a sentence does."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
