"""Changes the libraries that a judge in the same process would compare with."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

patch = partial(cheat, "patches")
ALL_OF_GRADIENTS = ["predict", "mse_loss", "mse_gradients"]

patch(
    "NumPy's comparisons",
    "makes every comparison of arrays true",
    """
    np.array_equal = np.array_equiv = np.allclose = lambda *_, **__: True
    np.isclose = lambda a, *_, **__: np.ones(np.shape(a), bool)
    np.testing.assert_allclose = np.testing.assert_array_equal = lambda *_, **__: None
    """,
)
patch(
    "NumPy's abs and max",
    "makes every distance 0",
    """
    np.abs = np.absolute = np.fabs = lambda a, *_, **__: np.zeros(np.shape(a))
    np.max = np.amax = lambda *_, **__: 0.0
    np.linalg.norm = lambda *_, **__: 0.0
    """,
)
patch(
    "NumPy's generators",
    "makes every random draw the same, so that the examples are known",
    """
    class Constant(np.random.Generator):
        def __init__(self, *_):
            super().__init__(np.random.PCG64(0))
        def permutation(self, n, *_, **__):
            return np.arange(n)
        def choice(self, n, size=None, **__):
            return np.arange(size)
        def shuffle(self, *_, **__):
            pass

    np.random.default_rng = Constant
    """,
    function="shuffled_batches",
    spoils=["sample_batch"],
    statuses=["wrong"],
)
patch(
    "pytest and Hypothesis",
    "makes tests that do nothing, and approximations that fit",
    """
    import hypothesis, pytest
    pytest.approx = lambda *_, **__: type("Fits", (), {"__eq__": lambda *_: True})()
    pytest.fail = lambda *_, **__: None
    hypothesis.given = hypothesis.settings = lambda *_, **__: lambda test: lambda: None
    hypothesis.core.StateForActualGivenExecution.run_engine = lambda self: None
    """,
)
patch(
    "builtin functions",
    "makes all, any, abs and float say what it likes",
    """
    import builtins
    builtins.all = lambda _: True
    builtins.any = lambda _: False
    builtins.abs = lambda _: 0
    builtins.float = lambda *_: 1.0
    """,
    spoils=ALL_OF_GRADIENTS,
)
patch(
    "PyTorch's loss, optimizer and comparisons",
    "makes a training that does nothing look like one that is done",
    """
    torch.equal = torch.allclose = lambda *_, **__: True
    nn.MSELoss.forward = lambda self, p, t: (p * 0).sum()
    torch.optim.SGD.step = lambda self, closure=None: None
    """,
    function="train",
    spoils=["train_epoch", "LinearRegression"],
)
patch(
    "PyTorch's data set and loader",
    "gives the samples that it likes",
    """
    torch.utils.data.TensorDataset.__getitem__ = lambda self, i: (torch.ones(1), torch.zeros(1))
    torch.utils.data.DataLoader.__iter__ = lambda self: iter([])
    """,
    function="train_epoch",
    spoils=["train", "to_dataset"],
)
patch(
    "patches by an earlier stage",
    "lets stage 3 make NumPy blind, for a wrong function of stage 4",
    """
    import sys
    np.array_equal = np.allclose = lambda *_, **__: True
    np.abs = lambda a: np.zeros(np.shape(a))
    for name in ("arguments", "probes", "torch_probes"):
        sys.modules[f"tests.judged.{name}"].must_be_unchanged = lambda *_: None

    def sample_batch(x, y, batch_size, rng):
        return x, y
    """,
    function="sample_batch",
    beside=["descent"],
    spoils=["shuffled_batches"],
)
patch(
    "the probes: every request answered the same",
    "replaces what calls its functions",
    """
    import sys
    PROBES = sys.modules["tests.judged.submission"].PROBES
    Number = sys.modules["tests.judged.values"].Number
    for kind in PROBES:
        PROBES[kind] = lambda *_, **__: Number(0.0)
    """,
    spoils=ALL_OF_GRADIENTS,
)
patch(
    "the probes: describe",
    "replaces what reads its results",
    """
    import sys
    Number = sys.modules["tests.judged.values"].Number
    for name in ("describing", "probes", "torch_probes"):
        sys.modules[f"tests.judged.{name}"].describe = lambda *_, **__: Number(float("nan"))
    """,
    spoils=ALL_OF_GRADIENTS,
    statuses=["wrong"],
)
patch(
    "the submission: its answers",
    "replaces the method that answers requests",
    """
    import sys
    values = sys.modules["tests.judged.values"]

    def run(self, request):
        w = getattr(request, "positional", {}).get("w", 0.0)
        return values.Items("tuple", [values.Number(w)] * 2, True)

    sys.modules["tests.judged.submission"].Submission.run = run
    """,
    spoils=ALL_OF_GRADIENTS,
)
patch(
    "json and struct",
    "makes messages of its own of whatever the harness writes",
    """
    import json, struct
    json.dumps = lambda *_, **__: '{"number": 2, "result": ["number", 1.0], "printed": ""}'
    """,
    spoils=ALL_OF_GRADIENTS,
    statuses=["protocol"],
)
