"""What the reference's checks catch: each wrong implementation, by each claim alone, and by luck.

`python -m solution.checks.claims` prints for each claim of `solution.claims` which of the wrong
implementations it catches by itself; `--runs 200` how often a check lets a wrong one through, or
refuses a right one, over so many runs with other luck.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

import solution.grading.claims  # noqa: F401, those of grading, too
from solution import claims
from tests.judge.claims.catalogue import HELPERS, IMPLEMENTATIONS, Made
from tests.judged.check_probe import chance, implementation

Claim = Callable[[Any], None]

CHECKS: dict[str, Claim] = {
    "mse_gradients": claims.check_gradients,
    "shuffled_batches": claims.check_batches,
    "minibatch_gd": claims.check_descent,
}
CLAIMS: dict[str, Sequence[Claim]] = {
    "mse_gradients": (
        claims.gradients_of_two_samples,
        claims.gradients_are_derivatives_of_the_loss,
    ),
    "shuffled_batches": (
        claims.every_sample_comes_once,
        claims.what_makes_no_sense_is_refused,
        claims.the_generator_decides,
        claims.every_split_is_equally_likely,
    ),
    "minibatch_gd": (
        claims.one_batch_needs_no_order,
        claims.equal_samples_need_no_order,
        claims.a_run_that_diverges_goes_on,
        claims.every_order_comes_and_no_other_result,
    ),
}


def made_anew(made: Made, number: int) -> Any:
    """Return an implementation, as a check is given it."""
    the, given = implementation(made.function, HELPERS[made.function], made.text)
    the.number = number
    return given


def catches(claim: Claim, made: Made, luck: int) -> bool:
    """Whether a check, or one claim of it, raises AssertionError for an implementation."""
    with chance(luck), np.errstate(all="ignore"):
        try:
            claim(made_anew(made, number=luck))
        except AssertionError:
            return True
        except Exception:  # a claim by itself may rely on those before it
            return False
    return False


def of(function: str, is_right: bool) -> list[Made]:
    """Return all implementations of a function, those of grading, too."""
    return [m for m in IMPLEMENTATIONS if m.function == function and m.is_right == is_right]


def matrix(function: str) -> Iterator[str]:
    """Yield a line for each wrong implementation: which claims catch it by themselves."""
    for number, claim in enumerate(CLAIMS[function], start=1):
        yield f"{number}: {claim.__name__}"
    for made in of(function, is_right=False):
        marks = ["x" if catches(claim, made, luck=1) else "." for claim in CLAIMS[function]]
        yield f"  {' '.join(marks)}  {made.name}"


def misjudged(function: str, luck: int) -> list[Made]:
    """Return the implementations that the reference does not judge as it should."""
    return [
        made
        for made in (*of(function, is_right=True), *of(function, is_right=False))
        if catches(CHECKS[function], made, luck) == made.is_right
    ]


def main() -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m solution.checks.claims", description=__doc__)
    parser.add_argument("--runs", type=int, default=0, help="runs with other luck (default: none)")
    parser.add_argument("function", nargs="*", choices=[[], *CHECKS], help="all by default")
    options = parser.parse_args()
    for function in options.function or CHECKS:
        if not options.runs:
            print("\n".join(matrix(function)))
            continue
        found = [made for luck in range(options.runs) for made in misjudged(function, luck)]
        tried = sum(len(of(function, is_right)) for is_right in (True, False))
        right = sum(made.is_right for made in found)
        print(
            f"{CHECKS[function].__name__}: {tried} implementations, {options.runs} runs: "
            f"{right} right ones refused, {len(found) - right} wrong ones let through"
        )
        for made in found[:10]:
            print(f"  {made.name}: {made.idea}")


if __name__ == "__main__":
    main()
