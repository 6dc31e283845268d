"""What the command lines of the project have in common."""

import argparse
from collections.abc import Callable
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """Says what is wrong with an option in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a parser of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"must be a whole number, {limits}, not {text}")
        return value

    return parse
