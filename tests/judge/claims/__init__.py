"""What a learner's checks are tried on, and what is said of them: stage "claims", a bonus."""

from tests.judge.claims import batches, descents, gradients  # noqa: F401, they fill the table
from tests.judge.claims.trial import must_tell_right_from_wrong

__all__ = ["must_tell_right_from_wrong"]
