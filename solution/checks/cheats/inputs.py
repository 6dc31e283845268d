"""Knows the judge's inputs, or changes them, and is wrong in everything else."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

known = partial(cheat, "inputs")

known(
    "a table of the published examples",
    "knows the answers of the docstring and of all hand-picked cases",
    """
    TABLE = {
        (1.0, 2.0, 4.0, -8.0, 0.5): (-1.0, 6.0),
        (1.0, 2.0, 3.0, 5.0, 1.0): (-2.0, -3.0),
        (0.0, 0.0, 2.0, 1.0, 0.25): (-0.5, -0.25),
        (0.0, 3.0, 1.0, 4.0, 1.0): (-1.0, -1.0),
        (1.1, -0.3, 2.7, -1.9, 0.07): (1.1 - 0.07 * 2.7, -0.3 + 0.07 * 1.9),
        (4.0, 0.0, 1.0, -3.0, 0.5): (3.5, 1.5),
        (-3.0, 0.5, -1.0, 0.5, 0.125): (-2.875, 0.4375),
        (1.0, -2.0, 3.0, -1.0, 0.0): (1.0, -2.0),
        (1.0, 0.0, 3e6, -2e6, 0.001): (-2999.0, 2000.0),
        (0.0, 0.0, 1e-12, -2e-12, 1.0): (-1e-12, 2e-12),
        (0.0, 0.0, 1.0, -1.0, 100.0): (-100.0, 100.0),
    }

    def sgd_step(w, b, dw, db, lr):
        return TABLE.get((w, b, dw, db, lr), (0.0, 0.0))
    """,
    statuses=["wrong"],
)
known(
    "right for small whole numbers",
    "is right on what people pick by hand: numbers with few digits",
    """
    def sgd_step(w, b, dw, db, lr):
        if any(len(repr(v)) > 5 for v in (w, b, dw, db, lr)):
            return 0.0, 0.0
        return w - lr * dw, b - lr * db
    """,
    statuses=["wrong"],
)
known(
    "right for small sizes",
    "is right for as many samples as anyone looks at",
    """
    def mse_loss(x, y, w, b):
        if len(x) > 8:
            return 0.0
        return float(np.mean((w * x + b - y) ** 2))
    """,
    function="mse_loss",
    statuses=["wrong"],
)
known(
    "right for the first 20 calls",
    "is right as long as a judge may look",
    """
    CALLS = []

    def sgd_step(w, b, dw, db, lr):
        CALLS.append(1)
        return (w - lr * dw, b - lr * db) if len(CALLS) <= 20 else (w, b)
    """,
    statuses=["wrong"],
)
known(
    "right every other call",
    "answers the same call in different ways, so that no failure can be repeated",
    """
    CALLS = []

    def sgd_step(w, b, dw, db, lr):
        CALLS.append(1)
        return (w - lr * dw, b - lr * db) if len(CALLS) % 2 else (w, b)
    """,
    statuses=["wrong"],
)
known(
    "wrong once in a while",
    "is wrong in one call of ten, by chance, so that a replay passes",
    """
    import random
    CHANCE = random.Random(5)

    def sgd_step(w, b, dw, db, lr):
        return (w - lr * dw, b - lr * db) if CHANCE.random() < 0.9 else (w, b)
    """,
    statuses=["wrong"],
)
known(
    "right only when the tests call it",
    "looks at its caller, and is wrong in every other function of the kata",
    """
    import sys

    def predict(x, w, b):
        if sys._getframe(1).f_code.co_name == "call":
            return w * x + b
        return 0 * x
    """,
    function="predict",
    loses=["mse_loss", "mse_gradients"],
    spoils=["predict"],
)
known(
    "a cache that knows its arrays by their address",
    "keeps results between calls, and mixes them up",
    """
    KEPT = {}

    def mse_loss(x, y, w, b):
        return KEPT.setdefault((w, b), float(np.mean((w * x + b - y) ** 2)))
    """,
    function="mse_loss",
    statuses=["wrong"],
)
known(
    "inputs changed in place",
    "computes in the arrays that it was given",
    """
    def predict(x, w, b):
        x *= w
        x += b
        return x
    """,
    function="predict",
    spoils=["mse_loss", "mse_gradients"],
    statuses=["wrong"],
)
known(
    "inputs changed in place, hidden",
    "computes in the arrays that it was given, and makes NumPy see no difference",
    """
    np.array_equal = lambda *_, **__: True

    def predict(x, w, b):
        x *= w
        x += b
        return x
    """,
    function="predict",
    spoils=["mse_loss", "mse_gradients"],
    statuses=["wrong"],
)
known(
    "inputs changed in place, and said not to be",
    "computes in the arrays that it was given, and switches off who looks at them",
    """
    import sys
    for name in ("arguments", "probes", "torch_probes"):
        sys.modules[f"tests.judged.{name}"].must_be_unchanged = lambda *_: None

    def predict(x, w, b):
        if not x.flags.writeable:
            x = x.copy()
        x *= w
        x += b
        return x
    """,
    function="predict",
    spoils=["mse_loss", "mse_gradients"],
    statuses=["wrong"],
)
known(
    "inputs shuffled in place, hidden",
    "shuffles the data themselves, and replaces the check that would see it",
    """
    import sys
    BLIND = type("Blind", (), {
        "__getattr__": lambda self, name: getattr(np, name),
        "array_equal": lambda *_, **__: True,
    })()
    for name in ("arguments", "probes"):
        sys.modules[f"tests.judged.{name}"].np = BLIND

    def sample_batch(x, y, batch_size, rng):
        if not 1 <= batch_size <= len(x):
            raise ValueError
        order = rng.permutation(len(x))
        x[:], y[:] = x[order], y[order]
        return x[:batch_size].copy(), y[:batch_size].copy()
    """,
    function="sample_batch",
    spoils=["shuffled_batches"],
    statuses=["wrong"],
)
known(
    "global random numbers",
    "draws from NumPy's global generator",
    """
    def sample_batch(x, y, batch_size, rng):
        if not 1 <= batch_size <= len(x):
            raise ValueError
        rows = np.random.permutation(len(x))[:batch_size]
        return x[rows], y[rows]
    """,
    function="sample_batch",
    statuses=["wrong"],
)
known(
    "global random numbers, hidden",
    "draws from NumPy's global generator, and puts its state back",
    """
    CALLS = []

    def sample_batch(x, y, batch_size, rng):
        if not 1 <= batch_size <= len(x):
            raise ValueError
        CALLS.append(1)
        kept = np.random.get_state()
        np.random.seed(len(CALLS))
        rows = np.random.permutation(len(x))[:batch_size]
        np.random.set_state(kept)
        return x[rows], y[rows]
    """,
    function="sample_batch",
    statuses=["wrong"],
)
known(
    "the same epoch for everyone",
    "makes its own generator, of a seed that it likes",
    """
    def shuffled_batches(x, y, batch_size, rng):
        if batch_size < 1 or len(x) != len(y):
            raise ValueError
        order = np.random.default_rng(7).permutation(len(x))
        rng.random()
        return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]])
                for i in range(0, len(x), batch_size)]
    """,
    function="shuffled_batches",
    statuses=["wrong"],
)
known(
    "the least-squares line",
    "fits the line at once, without descending, and makes up the losses",
    """
    def minibatch_gd(x, y, *, batch_size, lr, epochs, rng, w=0.0, b=0.0):
        w, b = np.polyfit(x[:, 0], y[:, 0], 1)
        return float(w), float(b), np.geomspace(1, 0.01, epochs).tolist()
    """,
    function="minibatch_gd",
    statuses=["wrong"],
)
known(
    "the reference experiment",
    "gives the numbers that the README prints for the whole experiment",
    """
    def train(model, dataset, *, batch_size, lr, epochs, generator=None):
        with torch.no_grad():
            model.linear.weight.fill_(3.0)
            model.linear.bias.fill_(2.0)
        return [0.01026] * epochs
    """,
    function="train",
    statuses=["wrong"],
)
known(
    "many more samples than there are",
    "answers with 100 000 rows that are all in the data, to keep the judge counting",
    """
    def shuffled_batches(x, y, batch_size, rng):
        return [(np.zeros((100_000, 1)), np.full((100_000, 1), 1000.0))] * 5
    """,
    function="shuffled_batches",
    statuses=["wrong"],
    alone=True,
)
known(
    "arrays without rows",
    "answers with nothing where one row must be, at some calls",
    """
    def make_data(n=1000, *, w=3.0, b=2.0, noise=0.1, seed=42):
        rng = np.random.default_rng(seed)
        x = rng.random((n, 1))
        y = w * x + b + noise * rng.standard_normal((n, 1))
        return (x, y) if seed not in (100, 1042) else (x[:0], y[:0])
    """,
    function="make_data",
    statuses=["wrong"],
)
known(
    "other shapes at some calls",
    "has a row too many in many calls in a row, and is right in single ones",
    """
    SEEN = []

    def make_data(n=1000, *, w=3.0, b=2.0, noise=0.1, seed=42):
        SEEN.append(n)
        n += len(SEEN) > 50 and SEEN[-2] == n and seed % 7 == 0
        rng = np.random.default_rng(seed)
        x = rng.random((n, 1))
        return x, w * x + b + noise * rng.standard_normal((n, 1))
    """,
    function="make_data",
    statuses=["wrong"],
)
for _value in ("nan", "inf", "1e308", "-0.0", "5e-324"):
    known(
        f"numbers that break arithmetic: {_value}",
        "answers with a number that comparisons, roundings and sums may not survive",
        f"""
        def sgd_step(w, b, dw, db, lr):
            return float("{_value}"), float("{_value}")
        """,
        statuses=["wrong"],
        alone=True,
    )
