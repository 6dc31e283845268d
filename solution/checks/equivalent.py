"""Mutants that are right, and why: which ones as patterns of their names, function and all."""

EQUIVALENT: list[tuple[str, str]] = [
    (
        r"sgd_step: steps twice \+ halves the step",
        "the two make up for each other",
    ),
    (
        r".*raise \w+\(.*-> raise \w+\(.*",
        "the words of an error are free",
    ),
    (
        r".*\bprint\(.*",
        "what is printed is free",
    ),
]
