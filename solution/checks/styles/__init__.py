"""Right implementations in other styles than the solution's: the tests must accept them all."""

from solution.checks.styles import batching, data, descent, gradients, training
from solution.checks.styles.catalogue import STYLES, Style

__all__ = ["STYLES", "Style", "batching", "data", "descent", "gradients", "training"]
