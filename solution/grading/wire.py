"""How plain values cross the pipe between the judge and the code that is judged.

A message is a JSON text and, behind it, the raw bytes of arrays that the text refers to by dtype,
shape and offset. What the judged side says is read as a result (`tests.judged.values.Result`) and
nothing else: other kinds, dtypes and shapes, and messages that are too long, are `Malformed`.
"""

import dataclasses
import json
import math
import os
import select
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast, get_args

import numpy as np

from tests.judged.values import (
    MOST_ELEMENTS,
    Array,
    Calls,
    Description,
    Items,
    Large,
    Model,
    Number,
    Other,
    Problem,
    ProblemKind,
    Request,
    Result,
    Seed,
    StandIn,
    Trained,
    Values,
)

READY = b"r"  # said once by a process that has started, before it runs anybody's code
LENGTHS = struct.Struct("<QQ")  # of the JSON text and of the bytes behind it
MOST_TEXT = 8_000_000  # bytes; the longest answer of right code has 0.3 MB of text,
MOST_BYTES = 64_000_000  # 4 MB of arrays,
MOST_ITEMS = 1_000_000  # and 200 000 items of lists
DEEPEST = 8  # levels of sequences in sequences; right answers have 4
MOST_AXES = 64  # of an array, more than NumPy has
MOST_TEXTS = 20  # in a list of names
LONGEST = 400  # characters of a text within a description

# All dtypes of numbers that NumPy has on this machine, in either byte order.
DTYPES = {
    turned.str
    for dtype in map(np.dtype, "?bBhHiIlLqQefdg")
    for turned in (dtype, dtype.newbyteorder("S"))
}


class Malformed(Exception):
    """A message is not what it should be."""


def write(file: int, text: Any, chunks: Sequence[bytes] = ()) -> None:
    """Write one message to a file descriptor, or raise `Malformed` if nobody would read it."""
    head, size = json.dumps(text).encode(), sum(map(len, chunks))
    if len(head) > MOST_TEXT or size > MOST_BYTES:
        raise Malformed("more than can be sent")
    rest = memoryview(b"".join([LENGTHS.pack(len(head), size), head, *chunks]))
    while rest:
        rest = rest[os.write(file, rest) :]


def read(receive: Callable[[int], bytes]) -> tuple[Any, bytes]:
    """Read one message.

    Parameters
    ----------
    receive : callable
        Returns as many bytes as it is asked for: see `receive_from`.

    Raises
    ------
    Malformed
        If the message is too long, or not in its form.
    """
    of_text, of_bytes = LENGTHS.unpack(receive(LENGTHS.size))
    if of_text > MOST_TEXT or of_bytes > MOST_BYTES:
        raise Malformed(f"a message of {of_text} + {of_bytes} bytes")
    try:
        text = json.loads(receive(of_text))
    except (ValueError, RecursionError):
        raise Malformed("a message that is no JSON") from None
    return text, receive(of_bytes)


def receive_from(
    file: int, until: float = math.inf, clock: Callable[[], float] = time.monotonic
) -> Callable[[int], bytes]:
    """Return a function that reads as many bytes as it is asked for from a file descriptor.

    It raises `EOFError` if there is an end before, and `TimeoutError` if the clock, which may stand
    still at times, reaches `until`.
    """

    def receive(number: int) -> bytes:
        found = bytearray()
        while len(found) < number:
            while until < math.inf and not is_ready(file, until - time.monotonic()):
                left = until - clock()  # which takes longer to ask
                if left <= 0:
                    raise TimeoutError
                if is_ready(file, left):
                    break
            piece = os.read(file, min(number - len(found), 1 << 20))
            if not piece:
                raise EOFError
            found += piece
        return bytes(found)

    return receive


def is_ready(file: int, seconds: float) -> bool:
    """Wait until there is something to read, and say whether there is."""
    return bool(select.select([file], [], [], max(seconds, 0))[0])


def pack_files(files: Mapping[str, bytes]) -> list[list[Any]]:
    """Return the JSON for files whose contents are the bytes of a message, one after the other."""
    places, end = [], 0
    for name, content in files.items():
        places.append([name, end, end + len(content)])
        end += len(content)
    return places


def unpack_files(places: Any, data: bytes) -> dict[str, bytes]:
    """Return the files that were packed."""
    return {name: data[start:end] for name, start, end in places}


# -- arrays -------------------------------------------------------------------------------------


class Buffer:
    """The bytes of a message's arrays, while it is put together."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.size = 0
        self.items = 0

    def add(self, array: Array) -> list[Any]:
        """Append an array, and return what the text says of it: dtype, shape and offset."""
        self.chunks.append(array.tobytes())
        self.size += array.nbytes
        if self.size > MOST_BYTES:
            raise Malformed("more than can be sent")
        return [array.dtype.str, list(array.shape), self.size - array.nbytes]

    def take(self, number: int) -> None:
        """Count items of lists."""
        self.items += number
        if self.items > MOST_ITEMS:
            raise Malformed("more than can be sent")


class Bytes:
    """The bytes of a message's arrays, while it is read: each may be used once.

    So that no short message stands for more than the memory can hold.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = len(data)
        self.items = MOST_ITEMS

    def array(self, place: Any, most: int = MOST_BYTES) -> Array:
        """Return the array that a text refers to, of at most that many elements."""
        try:
            dtype, shape, offset = place
            if dtype not in DTYPES or len(shape) > MOST_AXES:
                raise Malformed("an array that is not allowed")
            if {type(number) for number in (offset, *shape)} != {int}:  # a text can be multiplied
                raise Malformed("an array whose sizes are no numbers")
            count = math.prod(shape)
            if min([0, *shape]) < 0 or max([count, *shape]) > most:
                raise Malformed("an array that is too large")
            self.left -= count * np.dtype(dtype).itemsize
            if self.left < 0:
                raise Malformed("more arrays than bytes")
            found: Array = np.empty(shape, dtype)
            if count:
                found[...] = np.frombuffer(self.data, dtype, count, offset).reshape(shape)
            return found
        except (TypeError, ValueError, OverflowError):
            raise Malformed("an array that is not there") from None

    def take(self, number: int) -> None:
        """Count items of lists."""
        self.items -= number
        if self.items < 0:
            raise Malformed("more items than any answer has")


# -- requests: the judge writes them ----------------------------------------------------------


def pack_request(request: Request, buffer: Buffer) -> Any:
    """Return the JSON for a request."""
    own = {field.name: getattr(request, field.name) for field in dataclasses.fields(request)}
    return {name: pack_value(value, buffer) for name, value in own.items()}


def pack_value(value: Any, buffer: Buffer) -> Any:
    """Return the JSON for a plain value of a request."""
    if isinstance(value, np.ndarray):
        return {"array": buffer.add(value)}
    if isinstance(value, Seed):
        return {"seed": [value.value, value.bits]}
    if isinstance(value, StandIn):
        return {"stand-in": list(value)}
    if isinstance(value, Mapping):
        return {"map": {name: pack_value(item, buffer) for name, item in value.items()}}
    return value


def unpack_request(text: Any, data: Bytes) -> Request:
    """Return the request that the judge packed."""
    return Request(**{name: unpack_value(value, data) for name, value in text.items()})


def unpack_value(text: Any, data: Bytes) -> Any:
    """Return the value that the judge packed."""
    if isinstance(text, list):
        return tuple(text)
    if not isinstance(text, dict):
        return text
    ((kind, value),) = text.items()
    if kind == "array":
        return data.array(value)
    if kind == "seed":
        return Seed(*value)
    if kind == "stand-in":
        return StandIn(*value)
    return {name: unpack_value(item, data) for name, item in value.items()}


# -- results: the judged side writes them -----------------------------------------------------


def pack(result: Result, buffer: Buffer) -> list[Any]:
    """Return the JSON for a result."""
    match result:
        case Values(array):
            return ["array", buffer.add(array)]
        case Number(value):
            return ["number", value]
        case Large(dtype, shape):
            return ["large", dtype, list(shape)]
        case Items(name, items, complete):
            return ["items", name, pack_all(items, buffer), complete]
        case Calls(items):
            return ["calls", pack_all(items, buffer)]
        case Model(parameters, linear, prediction, slopes, again):
            described = [pack(one, buffer) for one in (prediction, again)]
            return ["model", parameters, linear, slopes, *described]
        case Trained(w, b, returned, has_gradients):
            return ["trained", w, b, pack_all(returned, buffer), has_gradients]
        case Other(name, text):
            return ["other", name, text]


def pack_all(items: Sequence[Description], buffer: Buffer) -> list[Any]:
    """Return the JSON for a list of descriptions; many of one form become one array.

    Some tests look at 60 000 batches of one sample: one by one they would take longer than all
    the rest.
    """
    buffer.take(len(items))
    arrays = [item.array for item in items if isinstance(item, Values)]
    numbers = [item.value for item in items if isinstance(item, Number)]
    several = [item for item in items if isinstance(item, Items)]
    many = len(items) if len(items) > 1 else -1
    if len(arrays) == many and len({(a.shape, a.dtype) for a in arrays}) == 1:
        return ["arrays", buffer.add(np.array(arrays, arrays[0].dtype))]
    if len(numbers) == many:
        return ["numbers", buffer.add(np.array(numbers))]
    if len(several) == many and len({(i[0], len(i.items), i.complete) for i in several}) == 1:
        name, first, complete = several[0]
        if first:
            columns = [pack_all([i.items[k] for i in several], buffer) for k in range(len(first))]
            return ["columns", name, columns, complete]
    return ["each", [pack(item, buffer) for item in items]]


def unpack(text: Any, data: Bytes) -> Result:
    """Return the result that a text and its bytes stand for.

    Raises
    ------
    Malformed
        If they stand for none.
    """
    match text:
        case ["calls", items]:
            return Calls(unpack_all(items, data, DEEPEST))
        case ["model", [*names], str(linear), [*slopes], prediction, again]:
            return Model(
                parameters=texts(names),
                linear=short(linear),
                prediction=unpack_description(prediction, data, 1),
                slopes=[real(value) for value in slopes[:3]],
                again=unpack_description(again, data, 1),
            )
        case ["trained", w, b, returned, bool(has_gradients)]:
            return Trained(real(w), real(b), unpack_all(returned, data, DEEPEST), has_gradients)
    return unpack_description(text, data, DEEPEST)


def unpack_description(text: Any, data: Bytes, depth: int) -> Description:
    """Return the description of one value."""
    match text:
        case ["number", value]:
            return Number(real(value))
        case ["array", place]:
            return Values(data.array(place, MOST_ELEMENTS))
        case ["large", str(dtype), [*shape]]:
            lengths = [length for length in shape[:8] if type(length) is int]
            return Large(short(dtype), tuple(lengths))
        case ["other", str(name), str(shown)]:
            return Other(short(name), short(shown))
        case ["items", str(name), items, bool(complete)] if depth:
            return Items(short(name), unpack_all(items, data, depth - 1), complete)
    raise Malformed("a description of an unknown kind")


def unpack_all(text: Any, data: Bytes, depth: int) -> list[Description]:
    """Return a list of descriptions."""
    match text:
        case ["each", [*items]]:
            data.take(len(items))
            return [unpack_description(item, data, depth) for item in items]
        case ["arrays", place]:
            arrays = data.array(place)
            if arrays.ndim < 1 or math.prod(arrays.shape[1:]) > MOST_ELEMENTS:
                raise Malformed("an array that is too large")
            data.take(len(arrays))
            return [Values(np.asarray(array)) for array in arrays]
        case ["numbers", place]:
            numbers = data.array(place)
            if numbers.dtype != np.float64 or numbers.ndim != 1:
                raise Malformed("numbers that are none")
            data.take(len(numbers))
            return [Number(value) for value in numbers.tolist()]
        case ["columns", str(name), [first, *others], bool(complete)] if depth:
            columns = [unpack_all(column, data, depth - 1) for column in (first, *others)]
            if len({len(column) for column in columns}) > 1:
                raise Malformed("sequences of different lengths")
            data.take(len(columns[0]))
            return [
                Items(short(name), list(items), complete) for items in zip(*columns, strict=True)
            ]
    raise Malformed("a list of an unknown kind")


def real(value: Any) -> float:
    """Return a number, whatever JSON made of it."""
    if not isinstance(value, int | float):
        raise Malformed("no number where one should be")
    try:
        return float(value)
    except OverflowError:
        raise Malformed("a number that is too large") from None


def short(text: Any, kept: str = "") -> str:
    """Return a text cut off where it is too long, on one line, and with nothing hidden in it.

    Control characters could write over the report, or over the terminal it is read in; those in
    `kept` stay.
    """
    if not isinstance(text, str):
        raise Malformed("no text where one should be")
    cut: str = text[:LONGEST]
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() or c in kept else repr(c)[1:-1] for c in cut)


def texts(found: Sequence[Any]) -> list[str]:
    """Return the first texts of a list."""
    return [short(text) for text in found[:MOST_TEXTS]]


# -- problems -----------------------------------------------------------------------------------

KINDS = get_args(ProblemKind)


def pack_problem(problem: Problem) -> dict[str, Any]:
    """Return the JSON for a problem."""
    return dataclasses.asdict(problem)


def unpack_problem(text: Any) -> Problem:
    """Return the problem that a text stands for."""
    match text:
        case {"kind": str(kind), "cause": cause, "seconds": seconds, "where": place} if (
            text.keys() == {field.name for field in dataclasses.fields(Problem)}
            and kind in KINDS
            and cause in (None, *KINDS)
            and isinstance(text["kinds"], list)
        ):
            where = None
            match place:
                case [str(file), int(line)]:
                    where = short(file), min(max(line, 0), 10**6)
            return Problem(
                kind=cast(ProblemKind, kind),
                text=short(text["text"]),
                name=short(text["name"]),
                kinds=tuple(texts(text["kinds"])),
                where=where,
                code=short(text["code"]),
                seconds=real(seconds),
                cause=cause,
            )
    raise Malformed("a problem that is none")
