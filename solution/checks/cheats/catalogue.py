"""What a cheating submission is, and where all of them are kept.

Most are the reference solution with one function replaced: by code that is wrong, and tries to be
taken for right. So it is known what must not be earned, and what must be, all the same.
"""

import ast
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.judge.functions import STAGE_OF, STAGES

SOLUTION = Path(__file__).parents[2]

# Words in a cheat's code that the check replaces: a folder whose files it may neither read nor
# change, and a name for whatever it leaves behind.
OUTSIDE, MARK = "@OUTSIDE@", "cheat-was-here"


@dataclass(frozen=True)
class Cheat:
    """A submission that tries to be taken for better than it is, or to do harm.

    `tries` says what it tries; `files` are its modules, `extra` what else its folder holds, by
    path, `links` symbolic links there and where they lead. `statuses` are those that the functions
    in `must_not_pass` may get, any other than "passed" if there are none. `seconds` and `memory`
    are the limits that it is judged under.
    """

    name: str
    family: str
    tries: str
    files: Mapping[str, str]
    must_not_pass: frozenset[str]
    must_pass: frozenset[str]
    statuses: frozenset[str] = frozenset()
    seconds: float = 30.0
    memory: int = 1 << 30
    extra: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def code(self, outside: Path) -> dict[str, bytes]:
        """Return the modules as they are handed in, with a folder that they must not touch."""
        return {
            name: text.replace(OUTSIDE, str(outside)).encode() for name, text in self.files.items()
        }

    def write(self, folder: Path, outside: Path) -> None:
        """Write the whole submission into a folder."""
        texts = {**self.code(outside), **{k: v.encode() for k, v in self.extra.items()}}
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)
        for name, target in self.links.items():
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(target.replace(OUTSIDE, str(outside)))


CHEATS: list[Cheat] = []

# What a cheat gives where it does not say: nearly right, and never right.
WRONG = {
    "make_data": "def make_data(n=1000, *, w=3.0, b=2.0, noise=0.1, seed=42):\n"
    "    x = np.random.default_rng(seed).random((n, 1))\n    return x, w * x + b\n",
    "predict": "def predict(x, w, b):\n    return w * x - b\n",
    "mse_loss": "def mse_loss(x, y, w, b):\n    return float(np.mean(np.abs(w * x + b - y)))\n",
    "mse_gradients": "def mse_gradients(x, y, w, b):\n    r = w * x + b - y\n"
    "    return float(np.mean(r * x)), float(np.mean(r))\n",
    "sgd_step": "def sgd_step(w, b, dw, db, lr):\n    return w + lr * dw, b + lr * db\n",
    "sample_batch": "def sample_batch(x, y, batch_size, rng):\n"
    "    return x[:batch_size], y[:batch_size]\n",
    "shuffled_batches": "def shuffled_batches(x, y, batch_size, rng):\n"
    "    return [(x[i : i + batch_size], y[i : i + batch_size])\n"
    "            for i in range(0, len(x), batch_size)]\n",
    "minibatch_gd": "def minibatch_gd(x, y, *, batch_size, lr, epochs, rng, w=0.0, b=0.0):\n"
    "    return w, b, [1.0] * epochs\n",
    "to_dataset": "def to_dataset(x, y):\n"
    "    return TensorDataset(torch.tensor(x), torch.tensor(y))\n",
    "train_epoch": "def train_epoch(model, loader, loss_fn, optimizer):\n    return 0.25\n",
    "train": "def train(model, dataset, *, batch_size, lr, epochs, generator=None):\n"
    "    return [1.0] * epochs\n",
}


def cheat(
    family: str,
    name: str,
    tries: str,
    code: str,
    *,
    function: str = "sgd_step",
    beside: Iterable[str] = (),
    spoils: Iterable[str] = (),
    loses: Iterable[str] = (),
    statuses: Iterable[str] = (),
    seconds: float = 30.0,
    memory: int = 1 << 30,
    alone: bool = False,
    extra: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> None:
    """Add a submission to the catalogue.

    Parameters
    ----------
    family, name, tries
        As in `Cheat`.
    code : str
        Put in the place of the function in the reference solution. Where it does not define the
        function, a wrong one follows.
    function : str
        The function that must not pass.
    beside : iterable of str
        The stages that are handed in besides the function's own.
    spoils : iterable of str
        Other functions that the cheat may well spoil: they need not pass. "all" for all.
    loses : iterable of str
        Other functions that must not pass, either.
    alone : bool
        Whether the function is the only one that is handed in, where another cheat of its kind
        has shown that the rest is left alone.
    statuses, seconds, memory, extra, links
        As in `Cheat`.
    """
    stage = STAGE_OF[function]
    stages = [s for s in STAGES if s == stage or s in beside]
    files = {f"{s}.py": (SOLUTION / f"{s}.py").read_text(encoding="utf-8") for s in stages}
    files[f"{stage}.py"] = replaced(files[f"{stage}.py"], function, textwrap.dedent(code).strip())
    there = {name for s in stages for name in STAGES[s]}
    if alone:
        files, there = {f"{stage}.py": without_others(files[f"{stage}.py"], stage, function)}, set()
    lost, spoilt = {function, *loses}, there if "all" in spoils else {*spoils}
    CHEATS.append(
        Cheat(
            name,
            family,
            tries,
            files,
            frozenset(lost - spoilt),
            frozenset(there - lost - spoilt),
            frozenset(statuses),
            seconds,
            memory,
            extra or {},
            links or {},
        )
    )


def replaced(module: str, function: str, code: str) -> str:
    """Return a module's text with other code in the place of one function."""
    if not defines(code, function):
        code = f"{code}\n\n\n{WRONG[function]}"
    lines: list[str | None] = [*module.splitlines()]
    for node in ast.parse(module).body:
        name = getattr(node, "name", "")
        if name and defines(code, name):
            lines[node.lineno - 1 : node.end_lineno] = [None] * len(
                lines[node.lineno - 1 : node.end_lineno]
            )
            if name == function:
                lines[node.lineno - 1] = code
    return "\n".join(line for line in [*lines, ""] if line is not None)


def without_others(module: str, stage: str, function: str) -> str:
    """Return a module's text without the other functions of its stage."""
    tree = ast.parse(module)
    others = {*STAGES[stage]} - {function}
    tree.body = [node for node in tree.body if getattr(node, "name", "") not in others]
    return ast.unparse(tree)


def defines(code: str, function: str) -> bool:
    try:
        return any(getattr(node, "name", "") == function for node in ast.parse(code).body)
    except SyntaxError:
        return True  # that is the cheat
