"""What is said: the only place with English in it, a line for each code.

For each code there is a headline, and where a value does not say it, what was expected and what
came. In them `{name}` is a value of the finding, `{name:sample|samples}` a number with its noun,
`{name:words}` a list.
"""

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from tests.judge.functions import FUNCTIONS
from tests.judge.verdicts import Code, Finding, Verdict

Lines = list[tuple[str, str]]


HEADLINES: dict[Code, str] = {
    "not written": "is not written yet",
    "waits": "waits for {name}",
    "import": "{stage}.py cannot be imported: {error}",
    "missing": "there is no {name} in {stage}.py",
    "raised": "raises {error}",
    "calls unwritten": "calls {name}, which is not written yet",
    "exit": "ends the program ({text}) instead of returning",
    "input": "waits for input from the keyboard",
    "timeout": "is still running after {seconds:second|seconds}",
    "too slow": "is too slow: the calls so far took more than {seconds:g} seconds",
    "mutated": "changes its argument {name} in place",
    "global state": "draws from NumPy's global random state, or reseeds it",
    "pytorch state": "reseeds PyTorch's global generator",
    "time used up": "is still running after all the time that there is",
    "no turn": "does not get its turn: {seconds:g} seconds are used up",
    "memory": "needs more than {text} of memory",
    "killed": "is ended by the system, which has no more memory",
    "signal": "crashes ({text})",
    "ended": "ends the program (exit status {text}) instead of returning",
    "files": "writes more files than it may",
    "threads": "starts more threads than it may",
    "channel": "closes the judge's channel",
    "protocol": "answers in the place of the judge: nothing but return values counts",
    "too much": "returns more than any right result is made of",
    "no error": "raises no {error} {why}",
    "other error": "raises {name}, not {error}, {why}",
    "form": "returns {place}{found}, not {wanted}",
    "shape": "returns {place}an array of shape {shape}, not {wanted}",
    "dtype": "returns {place}an array of dtype {dtype}, not {wanted}",
    "endless": "returns {place}more than {count} {nouns}",
    "result shape": "returns an array of shape {shape}, not {wanted}",
    "rows": "{part} has {count:row|rows}, not n = {n}",
    "rows at some calls": "x has {x:row|rows} and y {y}, not n = {n}, at some calls",
    "call changes": (
        "gives {got} where the same call gave {before} before: something is kept between calls"
    ),
    "flaky": "at some calls, at others not",
    "seed twice": "the same seed gives another {part} at the second call",
    "equal generators": (
        "two equal generators give different results: the order comes from elsewhere"
    ),
    "equal": "{this} and {that} give the same {part}",
    "same noise": "{this} and {that} give the same noise",
    "right": "{part} {is} right",
    "value": "{part} {is} {got:.6g} where it should be {right:.6g}",
    "scaled": "{part} {is} {factor:factor}",
    "scaled by m": "{part} {is} {times}m times what {it} should be, for m samples",
    "divided by m": "{part} {is} {times}1/m of what {it} should be, for m samples",
    "rounded": "{part} {is} rounded{decimals}",
    "small lost": "{part} {is} 0 where it should be {right:g}: small numbers are lost",
    "truncated": "{part} {is} cut to whole numbers",
    "floored": "{part} {is} rounded down to whole numbers",
    "absolute": "{part} {is} the absolute value of what {it} should be, which is negative at times",
    "float32": "{part} {is} right to float32 only: keep float64",
    "cut off": "{part} {is} cut off at ±{most:g}",
    "constant": "{part} {is} always {value:g}",
    "offset": "{part} {is} always too {size} by {by:.6g}",
    "inexact": "{part} {is} not exact: off by up to {error:.1g} of {its} size",
    "wrong when": "{part} {is} wrong when {condition}, right otherwise",
    "wrong if negative": "{part} {is} wrong where it should be negative, right elsewhere",
    "wrong for samples": "{part} {is} wrong for {samples} samples, right for {right}",
    "not finite": "{part} {is} {value}",
    "lengths differ": "a batch has {x:row|rows} of x and {y} of y",
    "too many rows": "a batch has {count:row|rows}, of {n:sample|samples}",
    "foreign": "a batch holds x={x}, y={y}, which is not in the data",
    "unpaired": "x and y are no longer paired: x={x} comes with y={y}",
    "batch length": "the batch has {count:sample|samples}, not {right}",
    "repeated": "the same sample is drawn more than once",
    "samples missing": "{place}{missing} of {n:sample|samples} never {comes}",
    "samples repeated": "in one epoch {repeats} more than once{never}",
    "empty batch": "gives an empty batch",
    "batch sizes": "the batches have the sizes {sizes}, not {right}",
    "lost": "with repeated, unsorted x the samples are not kept: x={x} comes with y={y}",
    "all lost": "with repeated, unsorted x some samples never come",
    "never shuffled": (
        "the batches hold the same samples at every call, cut from the data in its order"
    ),
    "always the same": "every call gives the same {what}, though rng goes on",
    "seeds alike": "generators rng of {seeds} different seeds all give the same {what}",
    "uneven ways": (
        "not every {what} of {of}{samples} is equally likely: in {times} calls {way} comes "
        "{often}, not about {even:.0f} times"
    ),
    "uneven samples": (
        "not every sample is equally likely: in {calls} calls x={row} comes{place} {often}, not "
        "about {even:.0f}"
    ),
    "not random": (
        "the batches are not random: over {calls} calls, {found:.4g} {statistic}, not {right:.4g}"
    ),
    "few results": (
        "only {different} of {calls} calls differ from each other: {n} samples have more ways than "
        "any number of calls"
    ),
    "losses count": "returns {count:loss|losses} for {epochs:epoch|epochs}",
    "descent": "{part} {is} wrong {when}{right_part}",
    "inexact descent": "{part} not exact {when}: off by {error:.1g} of the largest term",
    "unmoved": "{part} {is} as {it} {was} at the start {when}",
    "step scaled": "the step of w and b {when} is {factor:factor}",
    "same move": "w and b move by the same {size:.4g} {when}, though their gradients differ",
    "losses": "w and b are right, but {losses} wrong {when}",
    "uneven use": "of {n} samples one epoch uses {uses}",
    "other sizes": "the batches have the sizes {sizes}, not {right}",
    "never used": "{unused} of {n:sample|samples} {are} never used",
    "no way": "b is the result of no way to put every sample into one batch of an epoch",
    "inexact b": "b is not exact: off by {error:.1g} of the samples' y",
    "unshuffled": "the samples are never shuffled",
    "same order": "every epoch takes the samples in the same order",
    "same batches": "every epoch has the same batches, only in another order",
    "seeds same batches": "generators of {seeds} different seeds all give the same batches",
    "other orders": "{relation}: in {runs} runs no other orders came",
    "no order": "b = {b:.6g} is the result of no order of the samples",
    "uneven orders": (
        "not every order of the samples is equally likely in every epoch: in {runs} runs {order} "
        "comes {often}, not about {even:.0f} times"
    ),
    "same order without generator": (
        "without a generator every run takes the samples in the same order"
    ),
    "not converged": (
        "does not converge: w = {w:.9g}, b = {b:.9g} after {epochs} epochs of {n} samples with "
        "batch_size={batch_size}, lr={lr}"
    ),
    "off the line": "without noise y is not w·x + b{line}",
    "outside": "x is not uniform on [0, 1)",
    "distribution": "{part} is not {kind}",
    "moment": "ε = (y − w·x − b)/noise has the {moment} {found:.3g}, not {right:g}{tails}",
    "correlated": (
        "{of} and {with_} depend on each other: over {sets} seeds their correlation is {found:.2f}"
    ),
    "dependent": (
        "{pair} depend on each other: they fall into one of 8 × 8 ranges {count} times, not about "
        "{even:.0f}"
    ),
    "repeats": "{part} takes only {different:different value|different values} in {draws} samples",
    "depends on number": "{part} depends on the sample's number: their correlation is {found:.2f}",
    "depends on neighbour": "{part} depends on the sample before: their correlation is {found:.2f}",
    "default": "{name} is not {value} when it is left out",
    "precision": "{part} has the precision of float32 only: draw in float64",
    "decimals": "{part} is rounded to 8 decimals or fewer",
    "no module": "is not an nn.Module: returns {found}",
    "no linear": "self.linear is not nn.Linear(1, 1): {linear}",
    "parameters": "the parameters are {found:words}",
    "no tensor": "forward returns no tensor",
    "tensor shape": "forward returns a tensor of shape {shape}, not {wanted}",
    "forward": "forward does not return w·x + b",
    "no graph": "gradients do not flow back from the prediction to weight and bias",
    "tensor values": "{part} does not hold the values of {part}",
    "before short batch": "they are those before the update of the short last batch",
    "after update": "they are those after update {update} of {of}",
    "swapped": "they are swapped: w is b, and b is w",
    "more updates": "they are those after {updates:update|updates}, not {of}",
    "by batch_size": "as if a short batch's gradient were divided by batch_size",
    "summed": "as if the gradients were summed over the batch, not averaged",
    "by n": "as if the gradients were divided by all n samples",
    "all samples": "as if every batch's gradient were that of all samples",
    "epoch's start": (
        "as if every gradient of an epoch were taken at the w and b that it began with"
    ),
    "every pair": (
        "as if every x were paired with every y of its batch (a shape (m,) against (m, 1))"
    ),
    "momentum": "as if {keep:g} of the step before were added to each step (momentum)",
    "last batch only": "as if each epoch had its last batch only",
    "lr shrinks": "as if the learning rate shrank by the factor {by:g} after each epoch",
    "decay": "as if {decay:g} times {of} were added to each gradient (weight decay)",
    "never cleared": (
        "as if the gradients of all earlier updates were still in each one (never cleared)"
    ),
    "cleared each epoch": (
        "as if each epoch's earlier gradients were still in each one (cleared once an epoch)"
    ),
    "start": "as if it started at w = {w:g}, b = {b:g}",
    "last step": "as if the last step were {factor:.6g} times what it should be",
    "losses are": "they are {what}",
}

EXPECTED: dict[Code, str] = {
    "mutated": "{name} as it was",
    "global state": "NumPy's global random state as it was",
    "pytorch state": "PyTorch's global generator as it was",
    "rows": "arrays of shape ({n}, 1)",
    "rows at some calls": "arrays of shape ({n}, 1)",
    "equal": "another {part} than for {this}",
    "same noise": "other noise than for {this}",
    "lengths differ": "x and y of one length in each batch",
    "too many rows": "each sample once",
    "foreign": "samples of the data",
    "unpaired": "y={right} with x={x}",
    "batch length": "{right:different sample|different samples}",
    "repeated": "{right:different sample|different samples}",
    "samples missing": "batches of {right:words}: each sample once",
    "samples repeated": "batches of {right:words}: each sample once",
    "empty batch": "batches of {right:words}: each sample once",
    "batch sizes": "batches of {right:words}: each sample once",
    "lost": "pairs of {xs} and {ys}, as often as they are there",
    "all lost": "pairs of {xs} and {ys}, as often as they are there",
    "never shuffled": "another {what} at each call",
    "always the same": "another {what} at each call",
    "seeds alike": "another {what} for another seed",
    "uneven ways": "about {even:.0f} times each of the {ways} ways",
    "uneven samples": "about {even:.0f} times each sample{in_each}",
    "not random": "{right:.4g}, give or take {allowed:.2g}",
    "few results": "{calls} different results",
    "losses count": "one for each epoch",
    "uneven use": "one of b = {possible}",
    "other sizes": "one of b = {possible}",
    "never used": "one of b = {possible}",
    "no way": "one of b = {possible}",
    "inexact b": "one of b = {possible}",
    "unshuffled": "another order in each epoch",
    "same order": "a fresh shuffle for each epoch",
    "same batches": "a fresh shuffle for each epoch",
    "seeds same batches": "other batches for another seed",
    "other orders": "a fresh shuffle for each epoch",
    "no order": "one of {ways} values",
    "uneven orders": "about {even:.0f} times each of the {ways} ways",
    "same order without generator": "shuffles drawn from PyTorch's global generator",
    "not converged": "w = {w_right:.9g}, b = {b_right:.9g}, within {within:g}",
    "off the line": "y = w·x + b",
    "outside": "values from 0 to 1",
    "distribution": "a distribution function within {allowed:.3f} of the {kind} one",
    "moment": "{right:g}, give or take {allowed:.2g}, in {draws} samples",
    "correlated": "independent draws: a correlation of 0, give or take {allowed:.2f}",
    "dependent": "about {even:.0f} times in each",
    "repeats": "{draws} independent draws",
    "depends on number": "independent draws: a correlation of 0, give or take {allowed:.2f}",
    "depends on neighbour": "independent draws: a correlation of 0, give or take {allowed:.2f}",
    "default": "the same as {full}",
    "precision": "values of float64",
    "decimals": "all digits that were drawn",
    "no linear": "nn.Linear(1, 1)",
    "parameters": "{right:words}",
    "no graph": "gradients of its sum {right:g} and {n}",
}

GOT: dict[Code, str] = {
    "import": "{error}{at}",
    "raised": "{error}{at}",
    "calls unwritten": "NotImplementedError: {text}{at}",
    "exit": "{text}{at}",
    "input": "no input{at}",
    "timeout": "no result{at}",
    "mutated": "another {name}",
    "global state": "another global random state",
    "pytorch state": "another global random state",
    "time used up": "no result{at}",
    "no turn": "no result{at}",
    "memory": "no result{at}",
    "killed": "no result{at}",
    "signal": "no result{at}",
    "ended": "no result{at}",
    "files": "no result{at}",
    "threads": "no result{at}",
    "channel": "no result{at}",
    "protocol": "no result{at}",
    "too much": "too much{at}",
    "rows at some calls": "x has {x:row|rows} and y {y}",
    "lost": "{pairs}",
    "all lost": "{pairs}",
    "never shuffled": "{times} times {batches}",
    "always the same": "{times} times {batches}",
    "uneven ways": "{way} {often}",
    "uneven samples": "{often}",
    "not random": "{found:.4g}",
    "few results": "{different} different results",
    "unshuffled": "batches of {batches} in epoch 1",
    "same order": "batches of {batches} in epoch 1",
    "same batches": "batches of {batches} in epoch 1",
    "seeds same batches": "batches of {batches} in epoch 1",
    "other orders": "{came} of {ways} ways through two epochs",
    "uneven orders": "{often}",
    "not converged": "w = {w:.9g}, b = {b:.9g}",
    "outside": "{value:.6g} among x",
    "distribution": (
        "{distance:.3f} off it; mean {mean:.3f}, from {least:.3f} to {most:.3f} in {draws} draws"
    ),
    "moment": "{found:.6g}",
    "correlated": "{found:.6g}",
    "dependent": "{count} times",
    "repeats": "{different:different value|different values} of {part}",
    "depends on number": "{found:.6g}",
    "depends on neighbour": "{found:.6g}",
    "precision": "{part} = {value!r}, which fits into float32",
    "decimals": "{part} = {value!r}",
    "no graph": "{slopes}",
}

# Values that stand for words, by the code they are in ("" is any) and their name.
MEANINGS: dict[tuple[str, str], dict[Any, str]] = {
    ("form", "wanted"): {
        "number": "one number",
        "column": "an array of shape (m, 1)",
    },
    ("wrong when", "condition"): {
        "several samples": "there is more than one sample",
        "b": "b is not 0",
        "w": "w is not 0",
        "w not 1": "w is not 1",
        "lr not 1": "lr is not 1",
        "negative residual": "some residual is negative",
        "positive residual": "some residual is positive",
    },
    ("samples missing", "place"): {
        "short": "the short last batch is missing: ",
        "some": "",
        "all": "",
    },
    ("", "when"): {
        "single": "after a single update",
        "second epoch": "after a second epoch of one update, though right after the first",
        "third epoch": "after three epochs of one update, though right after two",
        "two updates": "after an epoch of two updates, though right with one in each epoch",
        "full batches": "with full batches",
        "short batch": "with a short last batch, though right with full ones",
        "above n": "with a batch_size above the number of samples",
        "one batch": "with all samples in one batch",
        "elsewhere": "when it starts elsewhere than at 0",
        "default start": "when w and b are left out, which means 0",
        "no generator": "without a generator",
        "its batches": "on the batches that it takes",
        "one batch of one": "after one batch of one sample",
        "batch": "after one batch",
        "two batches": "after two batches",
        "second pass": "in the second epoch",
        "large numbers": "on large numbers",
    },
    ("not random", "statistic"): {
        "again": "of the samples in a batch are in the same batch of the next call",
        "neighbours together": "pairs of neighbours in the data are together in a batch",
        "mean row": "is the mean row of a batch",
        "stay": "samples are in the batch that they are in unshuffled",
        "ascents": "neighbours in the new order are in the order of the data",
        "kept": "neighbours in the data come in their order",
    },
    ("other orders", "relation"): {
        "never shuffled": "the samples are never shuffled",
        "first epoch not": "the first epoch is not shuffled",
        "only first epoch": "only the first epoch is shuffled",
        "same": "every epoch takes the samples in the same order",
        "reverse": "the second epoch takes the first one's order in reverse",
        "rotated": "the second epoch's order is the first one's, rotated",
        "never in order": "no epoch takes the samples in the data's order",
        "rotations only": "every order is the data's, rotated",
        "two swapped": "only two samples change places",
    },
    ("distribution", "part"): {"noise": "the noise"},
    ("dependent", "pair"): {
        "x and ε": "x and ε of a sample",
        "x and next x": "the x of neighbouring samples",
        "ε and next ε": "the ε of neighbouring samples",
        "x and next ε": "x of a sample and ε of the next",
        "ε and next x": "ε of a sample and x of the next",
    },
    ("losses are", "what"): {
        "last batch": "those of the epoch's last batch",
        "first batch": "those of the epoch's first batch",
        "sums": "the sums of the batch losses, not their means",
        "by length": "means in which each batch counts by its length",
        "half": "half of what they should be",
        "roots": "the square roots of what they should be",
        "after update": "those of each batch after its update, not before",
        "all before": "those of all samples before the epoch",
        "all after": "those of all samples after the epoch",
        "totals": "the sums of all losses so far",
    },
}

OTHERWISE = {"when": "with {}"}  # of a value without a meaning: "with lr=1"

FACTORS = {
    0.5: "exactly half of what {it} should be",
    2.0: "exactly twice what {it} should be",
    -1.0: "exactly the negative of what {it} should be",
    -0.5: "minus half of what {it} should be",
    -2.0: "minus twice what {it} should be",
    0.0: "always 0",
}

if {*HEADLINES} != {*get_args(Code)} or not {*HEADLINES} >= {*EXPECTED, *GOT}:
    raise ValueError(f"codes without words: {({*get_args(Code)} ^ {*HEADLINES}) or 'see EXPECTED'}")


# -- a verdict ------------------------------------------------------------------------------------


def headline(verdict: Verdict) -> str:
    """Return the fact in a line."""
    facts = context(verdict)

    def said(findings: Sequence[Finding]) -> list[str]:
        return [say(HEADLINES[one.code], facts | values_of(verdict, one)) for one in findings]

    facts_said, like = ", ".join(said(verdict.findings)), ", or ".join(said(verdict.resembles))
    return f"{facts_said}: {like}" if like else facts_said


def lines(verdict: Verdict) -> Lines:
    """Return the labelled lines below the headline, but for the call to be pasted."""
    first = verdict.findings[0]
    values = context(verdict) | values_of(verdict, first)
    found = [
        ("call", verdict.call),
        ("got", say(GOT.get(first.code, ""), values) or verdict.got),
        ("", f"    {verdict.source}" if verdict.source else ""),
        ("expected", verdict.expected or say(EXPECTED.get(first.code, ""), values)),
    ]
    printed = verdict.printed.splitlines()
    shown = [*printed[:5], "..."] if len(printed) > 5 else printed
    found += [("printed" if k == 0 else "", text) for k, text in enumerate(shown)]
    found.append(("likely", verdict.likely))
    return [(label, text) for label, text in found if text]


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


def say(words: str, values: Mapping[str, Any]) -> str:
    """Fill values into words; those of a factor ask for more."""
    said = Saying().vformat(words, (), values)
    return said.replace("{it}", values.get("it", "it"))


def context(verdict: Verdict) -> dict[str, Any]:
    return {"at": f", in {verdict.where}" if verdict.where else "", "got": verdict.got}


def values_of(verdict: Verdict, found: Finding) -> dict[str, Any]:
    """Return what stands for the names in a finding's words."""
    values: dict[str, Any] = dict(found.values)
    for (code, name), meanings in MEANINGS.items():
        if name in values and code in ("", found.code):
            values[name] = meanings.get(
                values[name], OTHERWISE.get(name, "{}").format(values[name])
            )
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
    many = values["part"] == "all"
    return {
        "part": noun(verdict, values["part"]),
        "is": "are" if many else "is",
        "was": "were" if many else "was",
        "it": "they" if many else "it",
        "its": "their" if many else "its",
    }


def noun(verdict: Verdict, part: str) -> str:
    """Return what a report calls a part of a result."""
    function = FUNCTIONS.get(verdict.about)
    if function is None or function.exact is None:
        return "w and b" if part == "all" else part
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


def say_error(values: Mapping[str, Any]) -> dict[str, str]:
    """Write an exception as Python does."""
    texts = [values["name"], values["text"]]
    if values.get("cause") == "exit":
        texts = [values["text"]]
    if values.get("cause") == "missing":
        texts = ["there is no such file"]
    if values.get("cause") == "timeout":
        texts = [f"it is still running after {values['seconds']:g} seconds"]
    return {"error": ": ".join(text for text in texts if text)}


def say_why(values: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with arguments that must be refused."""
    n, n_y, batch_size = (values[name] for name in ("n", "n_y", "batch_size"))
    if n != n_y:
        return {"why": f"when x and y have {n} and {n_y} rows"}
    if batch_size < 1:
        return {"why": f"for batch_size={batch_size}"}
    return {"why": say("for batch_size={batch_size} of {n:sample|samples}", values)}


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
    **dict.fromkeys(("raised", "import"), say_error),
    **dict.fromkeys(("no error", "other error"), say_why),
    **dict.fromkeys(
        ("scaled by m", "divided by m"),
        lambda v: {"times": "" if abs(v["factor"] - 1) < 1e-9 else f"{v['factor']:.6g}·"},
    ),
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
