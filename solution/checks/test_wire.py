"""What crosses the pipe arrives as it was, and nothing else gets through."""

import dataclasses
import io
import json
import math
import os
import time
import tracemalloc
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from solution.grading import remote, wire
from solution.grading.wire import Buffer, Bytes, Malformed
from tests.judged.values import (
    Calls,
    Description,
    Dress,
    Items,
    Large,
    Model,
    Number,
    Other,
    Probe,
    Problem,
    Request,
    Result,
    Seed,
    StandIn,
    Trained,
    Values,
)

texts = st.text(max_size=30).map(wire.short)
arrays = npst.arrays(
    st.one_of(
        npst.floating_dtypes(endianness="?"), npst.integer_dtypes(endianness="?"), st.just("?")
    ),
    npst.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4),
)
leaves = st.one_of(
    st.builds(Number, st.floats()),
    st.builds(Values, arrays),
    st.builds(Large, texts, st.just((10**6, 3))),
    st.builds(Other, texts, texts),
)


def several(items: st.SearchStrategy[Description]) -> st.SearchStrategy[list[Description]]:
    return st.one_of(
        st.lists(items, max_size=4),
        st.tuples(items, st.integers(2, 4)).map(lambda pair: [pair[0]] * pair[1]),  # of one form
    )


def sequences(items: st.SearchStrategy[Description]) -> st.SearchStrategy[Description]:
    return st.builds(Items, texts, several(items), st.booleans())


descriptions = st.recursive(leaves, sequences, max_leaves=12)
results = st.one_of(
    descriptions,
    st.builds(Calls, several(descriptions)),
    st.builds(
        Model,
        st.lists(texts, max_size=3),
        texts,
        descriptions.filter(lambda found: deep(found) < 2),
        st.lists(st.floats(), max_size=3),
        descriptions.filter(lambda found: deep(found) < 2),
    ),
    st.builds(Trained, st.floats(), st.floats(), several(descriptions), st.booleans()),
)


def deep(description: Description) -> int:
    """Return how many sequences in sequences there are."""
    if not isinstance(description, Items):
        return 0
    return 1 + max(map(deep, description.items), default=0)


def sent(result: Result) -> Result:
    buffer = Buffer()
    text = json.loads(json.dumps(wire.pack(result, buffer)))
    return wire.unpack(text, Bytes(b"".join(buffer.chunks)))


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, with NaN, signs of 0, dtypes and classes."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, tuple | list):
        return (
            type(one) is type(other)
            and len(one) == len(other)
            and all(same(a, b) for a, b in zip(one, other, strict=True))
        )
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and list(one) == list(other)
            and all(same(value, other[name]) for name, value in one.items())
        )
    return type(one) is type(other) and repr(one) == repr(other)


@given(results)
def test_results_arrive_as_they_were(result: Result) -> None:
    assert same(sent(result), result)


def test_many_batches_arrive_as_they_were() -> None:
    """They are packed by columns."""

    def batch(rows: list[float]) -> Description:
        x = np.array(rows).reshape(-1, 1)
        return Items("tuple", [Values(x), Values(x + 1000)], True)

    calls = Calls(
        [
            Items("list", [batch([k, 1.0]), batch([2.0, k]), batch([k])], True)
            for k in (0.0, 1.0, 2.0)
        ]
    )
    assert same(sent(calls), calls)
    buffer = Buffer()
    wire.pack(calls, buffer)
    assert len(buffer.chunks) == 6  # not 18


names = st.sampled_from(["x", "w", "rng", "loss"])
values = st.one_of(
    st.floats(),
    st.integers(-100, 100),
    st.none(),
    st.booleans(),
    texts,
    arrays,
    st.lists(st.floats(), max_size=6).map(tuple),
    st.builds(Seed, st.integers(0, 2**63), st.sampled_from(["PCG64", "Philox"])),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "probe": st.sampled_from(get_args(Probe)),
    "function": texts,
    "stage": texts,
    "positional": st.dictionaries(names, values),
    "keywords": st.dictionaries(names, values),
    "needs": st.lists(texts, max_size=3).map(tuple),
    "stand_ins": st.dictionaries(texts, st.builds(StandIn, texts, st.text(max_size=50))),
    "seconds": st.floats(),
    "times": st.integers(),
    "sweep": texts,
    "most": st.integers(),
    "first_only": st.booleans(),
    "dress": st.sampled_from(get_args(Dress)),
    "global_seed": st.none() | st.integers(),
    "watch": st.booleans(),
    "draws": st.booleans(),
}


def test_all_fields_of_a_request_are_tried() -> None:
    assert {*FIELDS} == {field.name for field in dataclasses.fields(Request)}


@given(st.builds(Request, **FIELDS))
def test_requests_arrive_as_they_were(request: Request) -> None:
    buffer = Buffer()
    text = json.loads(json.dumps(wire.pack_request(request, buffer)))
    found = wire.unpack_request(text, Bytes(b"".join(buffer.chunks)))
    assert same(vars(found), vars(request))


def test_problems_arrive_as_they_were() -> None:
    problem = Problem(
        kind="raised",
        text="\ud800 no",
        name="ValueError",
        kinds=("ValueError", "Exception"),
        where=("/x/kata/data.py", 7),
        code="raise",
        seconds=0.25,
        cause="raised",
    )
    found = wire.unpack_problem(json.loads(json.dumps(wire.pack_problem(problem))))
    assert found.text == "\\ud800 no"  # so that it can be written to a file
    assert found == dataclasses.replace(problem, text=found.text)


# -- what strangers may send ------------------------------------------------------------------

garbage = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(),
        st.integers(),
        texts,
        st.sampled_from(
            [
                "number",
                "array",
                "large",
                "items",
                "other",
                "calls",
                "model",
                "trained",
                "each",
                "arrays",
                "numbers",
                "columns",
                "<f8",
                "|O",
                "kind",
                "where",
            ]
        ),
    ),
    lambda items: st.one_of(st.lists(items, max_size=5), st.dictionaries(texts, items, max_size=4)),
)


@given(garbage, st.binary(max_size=64))
def test_garbage_is_malformed_or_a_result(text: Any, data: bytes) -> None:
    for read in (lambda: wire.unpack(text, Bytes(data)), lambda: wire.unpack_problem(text)):
        try:
            found = read()
        except Malformed:
            continue
        assert isinstance(found, Problem | Result)


@pytest.mark.parametrize(
    "text",
    [
        ["array", ["|O", [1], 0]],  # would be read as addresses of objects
        ["array", ["<f8", [-1], 0]],
        ["array", ["<f8", [2], 0]],  # more than there is
        ["array", ["<f8", [1], 8]],
        ["array", ["<f8", [1], -8]],
        ["array", ["<f8", [10**9, 0], 0]],  # who counts its rows takes for ever
        ["array", ["<f8", [1] * 70, 0]],
        ["array", ["<M8[s]", [1], 0]],
        ["items", "list", ["each", [["array", ["<f8", [1], 0]]] * 2], True],  # bytes twice
        [
            "items",
            "list",
            ["columns", "list", [["numbers", ["<f8", [1], 0]], ["each", []]], True],
            True,
        ],
        ["items", "list", ["numbers", ["<f4", [2], 0]], True],
        ["number", 10**400],
        ["number", "1.0"],
        # what only a whole result may be
        [
            "items",
            "list",
            ["each", [["model", [], "", [], ["number", 1.0], ["number", 1.0]]]],
            True,
        ],
        ["items", "list", ["each", [["trained", 0.0, 0.0, ["each", []], False]]], True],
        ["items", "list", ["each", [["calls", ["each", []]]]], True],
        ["calls", ["each", [["calls", ["each", []]]]]],
        [
            "model",
            [],
            "",
            [],
            ["model", [], "", [], ["number", 1.0], ["number", 1.0]],
            ["number", 1.0],
        ],
    ],
)
def test_refused(text: Any) -> None:
    with pytest.raises(Malformed):
        wire.unpack(text, Bytes(bytes(8)))


def test_deep_sequences_are_refused() -> None:
    text: Any = ["number", 1.0]
    for _ in range(wire.DEEPEST + 2):
        text = ["items", "list", ["each", [text]], True]
    with pytest.raises(Malformed):
        wire.unpack(text, Bytes(b""))


def test_no_short_message_stands_for_more_than_fits_into_memory() -> None:
    column = ["numbers", ["<f8", [8000], 0]]
    many = ["items", "list", ["columns", "list", [column] * 1000, True], True]
    with pytest.raises(Malformed):
        wire.unpack(many, Bytes(bytes(64_000)))
    empty = ["items", "list", ["arrays", ["<f8", [10_000_000, 0], 0]], True]
    with pytest.raises(Malformed):
        wire.unpack(empty, Bytes(b""))


@pytest.mark.parametrize("shape", [["a", 10**9], [["a"], 10**9], [True, 10**9], "aaa", {"a": 1}])
def test_sizes_of_arrays_are_looked_at_before_they_are_multiplied(shape: Any) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            wire.unpack(["array", ["<f8", shape, 0]], Bytes(bytes(8)))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        ((wire.MOST_TEXT + 1, 0), b""),
        ((2, wire.MOST_BYTES + 1), b"[]"),
        ((3, 0), b"[1,"),
        ((400_000, 0), b"[" * 400_000),
        ((2, 0), b"\xff\xff"),
    ],
)
def test_long_and_broken_messages_are_refused(lengths: tuple[int, int], text: bytes) -> None:
    message = io.BytesIO(wire.LENGTHS.pack(*lengths) + text)
    with pytest.raises(Malformed):
        wire.read(message.read)


X = np.zeros((2, 1))
WHO: dict[str, Any] = {"function": "", "stage": ""}
STEPS: dict[str, Any] = {"x": X, "y": X, "batch_size": 1, "lr": 0.1, "w": 0.0, "b": 0.0}
ONCE = Request(probe="call", **WHO)
TWICE = dataclasses.replace(ONCE, times=2)
MODEL = Request(probe="model", **WHO, keywords={"w": 0.0, "b": 0.0, "x": X})
DATASET = Request(probe="dataset", **WHO, keywords={"x": X, "y": X})
EPOCH = Request(probe="pass", **WHO, keywords={**STEPS, "loss": "mse", "calls": 2})
TRAIN = Request(probe="training", **WHO, keywords={**STEPS, "epochs": 1, "generator": None})
ONE = Number(1.0)
MANY: list[Description] = [ONE] * 11


@pytest.mark.parametrize(
    ("request_", "right"),
    [
        (ONCE, ONE),
        (TWICE, Calls([ONE, ONE])),
        (MODEL, Model([], "", ONE, [], ONE)),
        (DATASET, Items("TensorDataset", [Values(X), Values(X)], True)),
        (EPOCH, Trained(0.0, 0.0, [ONE, ONE], False)),
        (TRAIN, Trained(0.0, 0.0, [Items("list", [ONE], True)], False)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_right_answers_have_their_form(request_: Request, right: Result) -> None:
    assert remote.has_form(right, request_)


@pytest.mark.parametrize(
    ("request_", "result"),
    [
        (TWICE, ONE),
        (TWICE, Calls([ONE])),
        (TWICE, Items("list", [ONE, ONE], True)),
        (ONCE, Calls([ONE])),
        (ONCE, Model([], "", ONE, [], ONE)),
        (ONCE, Trained(0.0, 0.0, [], False)),
        (dataclasses.replace(ONCE, most=2), Items("list", [ONE] * 3, True)),  # more than is read
        (dataclasses.replace(ONCE, most=2), Items("list", [ONE], False)),  # more was to be read
        (ONCE, Items("", [Items("", [Items("", [Items("", [], True)], True)], True)], True)),
        (MODEL, ONE),
        (MODEL, Trained(0.0, 0.0, [], False)),
        (MODEL, Model([], "", ONE, [1.0], ONE)),  # one gradient of two
        (MODEL, Model([], "", Items("list", [ONE], True), [], ONE)),
        (DATASET, ONE),
        (DATASET, Items("TensorDataset", [ONE], False)),
        (EPOCH, ONE),
        (EPOCH, Trained(0.0, 0.0, [ONE], False)),  # one call of two
        (EPOCH, Trained(0.0, 0.0, [ONE] * 3, False)),
        (TRAIN, ONE),
        (TRAIN, Trained(0.0, 0.0, [], False)),
        (TRAIN, Trained(0.0, 0.0, [ONE, ONE], False)),
        (TRAIN, Trained(0.0, 0.0, [Items("list", MANY, True)], False)),
        (Request(probe="load", **WHO), ONE),
    ],
)
def test_answers_of_another_form_are_the_code_speaking_for_the_judge(
    request_: Request, result: Result
) -> None:
    assert not remote.has_form(result, request_)


def test_waiting_for_a_message_ends_with_the_time_or_the_other_side() -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"four")
    receive = wire.receive_from(ours, until=time.monotonic() + 0.05)
    assert receive(3) == b"fou"
    with pytest.raises(TimeoutError):  # but not before all is read that is there
        receive(2)
    os.close(theirs)
    for until in (time.monotonic() - 1, math.inf):
        with pytest.raises(EOFError):
            wire.receive_from(ours, until)(1)
    os.close(ours)
