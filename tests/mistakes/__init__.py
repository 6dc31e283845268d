"""Wrong implementations that learners really write, and what to tell the learner.

The report compares a failing function with them: if exactly one explains everything that was
seen, its sentence follows `likely`. The project's own checks demand that the tests reject each.
"""

from tests.mistakes import batching, data, descent, gradients, training
from tests.mistakes.catalogue import MISTAKES, Mistake, known

__all__ = ["MISTAKES", "Mistake", "batching", "data", "descent", "gradients", "known", "training"]
