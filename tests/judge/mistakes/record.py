"""Known mistakes as plain data: JSON that holds what they do, and none of their code."""

import functools
import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tests.judge.fingerprints import Loose, Support
from tests.judge.mistakes.catalogue import Recorded

RECORD = Path(__file__).parent / "recorded.json"


def write(entries: Iterable[Recorded]) -> str:
    """Return the text of a record, a line for each entry."""
    lines = [
        json.dumps(
            asdict(entry) | {"features": to_plain(entry.features)},
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        for entry in entries
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


@functools.cache
def read(path: Path, function: str) -> list[Recorded]:
    """Return the entries about one function: what is wrong is rarely in many."""
    _, *lines, _, _ = path.read_text(encoding="utf-8").split("\n")
    mine = f'"function":"{function}"'
    found = [json.loads(line.removesuffix(",")) for line in lines if mine in line]
    return [Recorded(**entry | {"features": from_plain(entry["features"])}) for entry in found]


def to_plain(feature: Any) -> Any:
    """Return what JSON can hold of a feature, so that nothing that tells two apart is lost.

    Raises
    ------
    TypeError
        If a feature is neither a number, a text, None, an array nor a sequence of them.
    """
    if isinstance(feature, Loose):
        return {"loose": to_plain(float(feature))}
    if isinstance(feature, float):
        return float(feature) if math.isfinite(feature) else {"float": repr(float(feature))}
    if feature is None or isinstance(feature, bool | int | str):
        return feature
    if isinstance(feature, np.ndarray):
        values = to_plain(feature.ravel().tolist())
        return {"array": values, "shape": feature.shape, "dtype": str(feature.dtype)}
    if isinstance(feature, tuple | list):
        items = [to_plain(item) for item in feature]
        return {"support": items} if isinstance(feature, Support) else items
    raise TypeError(f"a feature cannot be recorded: {feature!r}")


def from_plain(plain: Any) -> Any:
    """Return the feature that was recorded; a tuple comes back as a list."""
    if isinstance(plain, list):
        return [from_plain(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if "loose" in plain:
        return Loose(from_plain(plain["loose"]))
    if "support" in plain:
        return Support(from_plain(plain["support"]))
    if "float" in plain:
        return float(plain["float"])
    return np.array(from_plain(plain["array"]), plain["dtype"]).reshape(plain["shape"])
