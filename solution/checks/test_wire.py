"""What crosses the pipe arrives as it was, and nothing else gets through."""

import io
import json
import math
import os
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from tests.probes import Description, Problem, Seed

from solution.grading import remote, wire
from solution.grading.wire import Buffer, Bytes, Malformed

texts = st.text(max_size=30).map(wire.short)
arrays = npst.arrays(
    st.one_of(
        npst.floating_dtypes(endianness="?"), npst.integer_dtypes(endianness="?"), st.just("?")
    ),
    npst.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4),
)
leaves = st.one_of(
    st.tuples(st.just("number"), st.floats()),
    st.tuples(st.just("array"), arrays),
    st.tuples(st.just("large"), texts, st.just((10**6, 3))),
    st.tuples(st.just("other"), texts, texts),
)


def sequences(items: st.SearchStrategy[Description]) -> st.SearchStrategy[Description]:
    several = st.one_of(
        st.lists(items, max_size=4),
        st.tuples(items, st.integers(2, 4)).map(lambda pair: [pair[0]] * pair[1]),  # of one form
    )
    return st.tuples(st.just("sequence"), texts, several, st.booleans())


descriptions = st.recursive(leaves, sequences, max_leaves=12)


def sent(description: Description) -> Description:
    buffer = Buffer()
    text = json.loads(json.dumps(wire.pack(description, buffer)))
    return wire.unpack(text, Bytes(b"".join(buffer.chunks)))


def same(one: Any, other: Any) -> bool:
    """Whether two descriptions are the same, with NaN, signs of 0 and dtypes."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, tuple | list):
        return (
            type(one) is type(other)
            and len(one) == len(other)
            and all(same(a, b) for a, b in zip(one, other, strict=True))
        )
    return type(one) is type(other) and repr(one) == repr(other)


@given(descriptions)
def test_descriptions_arrive_as_they_were(description: Description) -> None:
    assert same(sent(description), description)


def test_many_batches_arrive_as_they_were() -> None:
    """They are packed by columns."""

    def batch(rows: list[float]) -> Description:
        x = np.array(rows).reshape(-1, 1)
        return "sequence", "tuple", [("array", x), ("array", x + 1000)], True

    calls: list[Description] = [
        ("sequence", "list", [batch([k, 1.0]), batch([2.0, k]), batch([k])], True)
        for k in (0.0, 1.0, 2.0)
    ]
    description = ("sequence", "calls", calls, True)
    assert same(sent(description), description)
    buffer = Buffer()
    wire.pack(description, buffer)
    assert len(buffer.chunks) == 6  # not 18


@given(
    st.dictionaries(
        st.sampled_from(["x", "w", "rng", "loss"]),
        st.one_of(
            st.floats(),
            st.integers(-100, 100),
            st.none(),
            st.booleans(),
            texts,
            arrays,
            st.integers(0, 2**32 - 1).map(Seed),
            st.dictionaries(st.sampled_from(["x", "n"]), st.one_of(arrays, st.integers(0, 5))),
        ),
    )
)
def test_requests_arrive_as_they_were(request: dict[str, Any]) -> None:
    buffer = Buffer()
    text = json.loads(json.dumps(wire.pack_request(request, buffer)))
    found = wire.unpack_request(text, Bytes(b"".join(buffer.chunks)))
    assert found.keys() == request.keys()
    for name, value in request.items():
        if isinstance(value, dict):
            assert all(same(found[name][key], value[key]) for key in value)
        else:
            assert same(found[name], value)


def test_problems_arrive_as_they_were() -> None:
    problem = Problem(
        "raised",
        "ValueError: \ud800 no",
        ("/x/kata/data.py", 7),
        "raise",
        "ValueError",
        ("ValueError", "Exception"),
        "raised",
    )
    found = wire.unpack_problem(json.loads(json.dumps(wire.pack_problem(problem))))
    assert found.text == "ValueError: \\ud800 no"  # so that it can be written to a file
    assert found == Problem(**{**vars(problem), "text": found.text})


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
                "sequence",
                "other",
                "model",
                "items",
                "arrays",
                "numbers",
                "sequences",
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
def test_garbage_is_malformed_or_a_description(text: Any, data: bytes) -> None:
    for read in (lambda: wire.unpack(text, Bytes(data)), lambda: wire.unpack_problem(text)):
        try:
            found = read()
        except Malformed:
            continue
        assert isinstance(found, Problem) or found[0] in (
            "number",
            "array",
            "large",
            "sequence",
            "other",
            "model",
        )


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
        ["sequence", "list", ["items", [["array", ["<f8", [1], 0]]] * 2], True],  # bytes twice
        [
            "sequence",
            "list",
            ["sequences", "list", [["numbers", ["<f8", [1], 0]], ["items", []]], True],
            True,
        ],
        ["sequence", "list", ["numbers", ["<f4", [2], 0]], True],
        ["number", 10**400],
        ["number", "1.0"],
        ["sequence", "list", ["items", [["model", [], "", ["number", 1.0], []]]], True],
    ],
)
def test_refused(text: Any) -> None:
    with pytest.raises(Malformed):
        wire.unpack(text, Bytes(bytes(8)))


def test_deep_sequences_are_refused() -> None:
    text: Any = ["number", 1.0]
    for _ in range(wire.DEEPEST + 2):
        text = ["sequence", "list", ["items", [text]], True]
    with pytest.raises(Malformed):
        wire.unpack(text, Bytes(b""))


def test_no_short_message_stands_for_more_than_fits_into_memory() -> None:
    column = ["numbers", ["<f8", [8000], 0]]
    many = ["sequence", "list", ["sequences", "list", [column] * 1000, True], True]
    with pytest.raises(Malformed):
        wire.unpack(many, Bytes(bytes(64_000)))
    empty = ["sequence", "list", ["arrays", ["<f8", [10_000_000, 0], 0]], True]
    with pytest.raises(Malformed):
        wire.unpack(empty, Bytes(b""))


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


@pytest.mark.parametrize(
    ("probe", "times", "description"),
    [
        ("call", 2, ("number", 1.0)),
        ("call", 2, ("sequence", "calls", [("number", 1.0)], True)),
        ("call", 1, ("model", [], "", ("number", 1.0), [])),
        ("train", 1, ("number", 1.0)),
        ("train", 1, ("sequence", "trained", [("number", 1.0), ("number", 1.0)], True)),
        ("train_epoch", 1, ("sequence", "trained", [("number", 1.0)] * 3, True)),
        ("model", 1, ("sequence", "trained", [], True)),
        ("dataset", 1, ("number", 1.0)),
    ],
)
def test_answers_of_another_form_are_the_code_speaking_for_the_judge(
    probe: str, times: int, description: Description
) -> None:
    assert not remote.has_form(probe, description, {"times": times, "epochs": 1})


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
