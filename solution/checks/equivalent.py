"""Mutants that are right, and why: no test can tell them from what they were made of."""

import re

# What may stand for what in a line: all that a pattern matches, as its replacement has it.
SAME = [
    (
        "there are as many of each",
        r"len\((x|y|xs|ys|xb|yb|order|rows|residuals?|batch|targets?|table|columns|points|pairs)\)"
        r"|(x|y|residual|prediction|order)\.size|(x|y|prediction)\.shape\[0\]",
        "n",
    ),
    ("there is one column", r"\b(x|y|xi|yi|xb|yb|theta)\[(\w+, |:, |)(0|-1)\]", r"\1[\2column]"),
    ("x and y may change places in a check of their lengths", r"must_match\((x, y|y, x), ", ""),
    ("a product", r"predict\((x, w|w, x), ", ""),
    ("the optimizer has all of the model's parameters", r"(optimizer|model)\.zero_grad\(\)", ""),
    ("ε and −ε have one distribution", r"[+-] (?=noise)", ""),
    ("u and 1 − u have one distribution, but for u = 0", r"1(\.0)? [-*] (?=u\b|rng\.random)", ""),
]
# Others: what was changed, as a pattern of function, style, the old and the new lines.
EQUIVALENT = [
    ("the two make up for each other", r"sgd_step: steps twice \+ halves the step"),
    ("the two make up for each other", r"minibatch_gd: one epoch too few \+ one epoch too many"),
    ("the two make up for each other", r"train: trains one epoch less \+ trains one epoch more"),
    ("the two make up for each other", r"make_data: noise as variance \+ noise squared"),
    ("the words of an error are free", r".*raise \w+\(.* -> raise \w+\(.*"),
    ("what is printed is free", r".*\bprint\(.*"),
    ("one generator will do for both", r"make_data: two spawned generators: .*"),
    ("a constant beside the residuals changes no covariance", r".*: covariance = .*"),
    ("both branches are right for every n", r".*: one of all combinations: if len.*"),
    ("batch sizes below 0 are refused by NumPy", r".*: errors left to numpy: if batch_size .*"),
    ("the last element may change places with itself", r".*: swaps from the end: for i in .*"),
    ("hstack refuses other lengths", r".*: one shuffled table: must_match.*"),
    (
        "whole numbers become float by the first step",
        r".*: theta = np\.array.* -> theta = np\.array.*",
    ),
    ("a range refuses steps of 0", r"shuffled_batches: .*if batch_size < 1: -> if batch_size < 0:"),
    ("one -1 or another length that fits", r".*\.reshape\(-2, 1\).*"),
    (
        "cos πu has the distribution of cos 2πu",
        r"make_data: normal draws by hand.*cos\(1 \*.*",
    ),
    ("a product", r"predict: universal functions: .*np\.multiply\(x, np\.full_like\(x, w\)\).*"),
    (
        "x and y have one length there",
        r".*zip\(.*, strict=True\).* -> .*zip\([^=]*(strict=False)?\).*",
    ),
    ("all of the one column", r"mse_loss: mean along the axis: .*"),
    ("there is one of them", r"mse_gradients: gradients by autograd: .*\)\[-1\]\.tolist\(\)"),
    (
        "points are x and y side by side",
        r"minibatch_gd: lists of numbers: .*-> .*w \* x\[i\]\[0\].*",
    ),
    ("epochs are never below 0", r".*if epochs == 0: -> if epochs <= 0:"),
    ("None is as good as 0", r"train_epoch: clearing by the model: .*"),
    (
        "fused or not, it is plain SGD",
        r"train: child generator: optimizer = .*, fused=True\) -> .*",
    ),
    ("how batches are fetched is free", r"train: loader with workers: options: .*"),
    ("how calls are counted is free", r".*: counting its calls: self.calls = .*"),
]


def why_equivalent(name: str) -> str | None:
    """Return why no test can refuse a mutant, None if there is no reason that is known."""
    old, arrow, new = name.split(": ", 2)[-1].partition(" -> ")
    if arrow and "!=" not in old:  # where lengths are compared, it matters whose they are
        for why, same, replacement in SAME:
            if re.sub(same, replacement, old) == re.sub(same, replacement, new):
                return why
    return next((why for why, names in EQUIVALENT if re.fullmatch(names, name)), None)
