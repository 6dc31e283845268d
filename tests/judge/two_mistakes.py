"""Two known mistakes at once: the one pair that explains all that a function does.

What the function gives is compared with what is right, place by place. Of a function with one
right result, the factors of the two mistakes must multiply, or else their differences add up. Of
another function, each must show in places of its own, and do there what it does alone: numbers in
which both show could be any. Only which results come at all may be due to both.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from tests.judge.fingerprints import Feature, Support, alike
from tests.judge.record import Function

# After the first features, which take no time, it would take too long to look at more mistakes.
FIRST, MOST = 12, 25
ALONE = 3  # places: fewer are a coincidence at times

Place = tuple[int, ...]
Values = Mapping[Place, Any]  # the numbers, texts and arrays of a feature


class Does(Protocol):
    """What a known mistake does, and its entry in the catalogue."""

    mistake: Any

    def __getitem__(self, index: int) -> Feature:
        """Return one feature."""

    def differences(self, index: int) -> Values:
        """Return what of one feature is not right."""


def differences(feature: Feature, right: Feature) -> Values:
    """Return what of a feature is not right."""
    ours, theirs = dict(parts(feature)), dict(parts(right))
    return {p: ours.get(p) for p in {**ours, **theirs} if not alike(ours.get(p), theirs.get(p))}


def parts(feature: Feature, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield what a feature is made of, each with its place; a set of results is not divided."""
    if isinstance(feature, tuple | list) and not isinstance(feature, Support):
        yield (*place, -1), len(feature)
        for k, item in enumerate(feature):
            yield from parts(item, (*place, k))
    else:
        yield place, feature


def explain(
    function: Function, found: Iterable[Feature], right: Does, known: Sequence[Does]
) -> list[tuple[Does, Does]]:
    """Return the pairs of known mistakes that have all of the features that were found."""
    for kind in (Product, Sum) if function.exact else (Apart,):
        pairs = [kind(function, *two) for two in itertools.combinations(known, 2)]
        for index, feature in enumerate(found):
            due = right[index]
            wrong, values = differences(feature, due), dict(parts(due))
            pairs = [pair for pair in pairs if pair.explains(index, wrong, values)]
            if index == FIRST and len({one for pair in pairs for one in pair.both}) > MOST:
                pairs = []
            if not pairs:
                break
        complete = [pair.both for pair in pairs if pair.is_complete]
        if complete:
            return complete
    return []


class Pair:
    """Two mistakes, as long as they explain what was found."""

    is_complete = True

    def __init__(self, function: Function, one: Does, two: Does) -> None:
        self.function = function
        self.both = (one, two)

    def explains(self, index: int, found: Values, right: Values) -> bool:
        """Whether the two give what was found in one feature, of which `right` is all."""
        one, two = (mistake.differences(index) for mistake in self.both)
        return all(
            self.fits(index, place, one, two, found, right) for place in {**found, **one, **two}
        )

    def fits(
        self, index: int, place: Place, one: Values, two: Values, found: Values, right: Values
    ) -> bool:
        """Whether the two give what was found in one place."""
        raise NotImplementedError


class Product(Pair):
    """Two mistakes whose factors multiply."""

    rule: Callable[..., Any] = staticmethod(lambda a, b, found, right: a * b - found * right)
    is_complete = False  # as long as nothing but 0 came: two that cancel each other explain it all

    def fits(self, index: int, place: Place, *values: Values) -> bool:
        """Whether the rule holds for what the two give, what was found and what is right."""
        right = values[-1].get(place)
        given = [those.get(place, right) for those in values]
        if not all(isinstance(value, float | np.ndarray) for value in given):
            return all(alike(value, given[2]) for value in given[:2])
        exact = self.function.exact
        assert exact is not None
        base = exact.base(**exact.cases[index])[place[0]] if exact.base else 0.0
        numbers = [np.asarray(value) - base for value in given]
        if len({number.shape for number in numbers}) > 1:
            return False
        with np.errstate(all="ignore"):
            size = np.float64(max(np.abs(number).max() for number in numbers))
            near = 1e-9 * max(size, size * size)
            if not (np.isfinite(near) and (np.abs(self.rule(*numbers)) <= near).all()):
                return False
        self.is_complete |= bool(numbers[2].any())
        return True


class Sum(Product):
    """Two mistakes whose differences add up."""

    rule = staticmethod(lambda a, b, found, right: a + b - found - right)


class Apart(Pair):
    """Two mistakes that show in different places."""

    def __init__(self, function: Function, one: Does, two: Does) -> None:
        super().__init__(function, one, two)
        self.shown = [0, 0]
        self.mixed = False

    @property
    def is_complete(self) -> bool:  # type: ignore[override]
        """Whether each has shown by itself: more than once, if elsewhere both show."""
        return min(self.shown) >= (ALONE if self.mixed else 1)

    def fits(
        self, index: int, place: Place, one: Values, two: Values, found: Values, right: Values
    ) -> bool:
        """Whether the one that shows there gives what was found; of both, other results come."""
        if place not in found:
            return False
        if place in one and place in two:
            self.mixed = True
            return isinstance(found[place], Support)  # numbers of both could be any
        who, alone = (0, one) if place in one else (1, two)
        self.shown[who] += 1
        return place in alone and alike(found[place], alone[place])
