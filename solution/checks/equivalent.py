"""Mutants that are right, and why: which ones as patterns of their names, function and all."""

EQUIVALENT: list[tuple[str, str]] = []
