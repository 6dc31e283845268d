"""The bonus "claims": checks that the learner writes, skipped while they are not written.

Each is run twice on every right implementation, which it must accept, and on every wrong one,
which it must catch: `tests/judge/claims/` has them.
"""

from tests.judge.boundary import Subject
from tests.judge.claims import must_tell_right_from_wrong


def test_check_gradients_tells_right_from_wrong(check_gradients: Subject) -> None:
    must_tell_right_from_wrong(check_gradients, "mse_gradients")


def test_check_batches_tells_right_from_wrong(check_batches: Subject) -> None:
    must_tell_right_from_wrong(check_batches, "shuffled_batches")


def test_check_descent_tells_right_from_wrong(check_descent: Subject) -> None:
    must_tell_right_from_wrong(check_descent, "minibatch_gd")
