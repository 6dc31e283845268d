"""Returns objects that say of themselves that they are right."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

lookalike = partial(cheat, "lookalikes")

lookalike(
    "equal to everything",
    "returns an object whose every comparison is true",
    """
    class Right:
        def yes(self, *_):
            return True
        __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = yes
        __hash__ = object.__hash__

        def itself(self, *_):
            return self
        __abs__ = __sub__ = __rsub__ = __add__ = __radd__ = __mul__ = __neg__ = itself

        def __float__(self):
            return 0.0

    def sgd_step(w, b, dw, db, lr):
        return Right(), Right()
    """,
    statuses=["wrong"],
)
lookalike(
    "a float that is always equal",
    "returns a float whose distance to anything is 0",
    """
    class Right(float):
        def __eq__(self, other):
            return True
        def __abs__(self):
            return 0.0
        def __sub__(self, other):
            return 0.0
        __rsub__ = __sub__
        __hash__ = float.__hash__

    def sgd_step(w, b, dw, db, lr):
        return Right(1), Right(1)
    """,
    statuses=["wrong"],
)
lookalike(
    "a NumPy number that is always equal",
    "returns a NumPy scalar whose distance to anything is 0",
    """
    class Right(np.float64):
        def __eq__(self, other):
            return np.True_
        def __abs__(self):
            return np.float64(0)
        def __sub__(self, other):
            return np.float64(0)
        __rsub__ = __sub__
        __hash__ = np.float64.__hash__

    def sgd_step(w, b, dw, db, lr):
        return Right(1), Right(1)
    """,
    statuses=["wrong"],
)
lookalike(
    "a lie about its class",
    "says that it is a float, and has none of its values",
    """
    class Right:
        __class__ = float
        def __float__(self):
            raise SystemExit(0)

    def sgd_step(w, b, dw, db, lr):
        return Right(), Right()
    """,
    statuses=["wrong"],
)
lookalike(
    "an array that is always equal",
    "returns a subclass of ndarray with its own comparisons",
    """
    class Right(np.ndarray):
        def __array_finalize__(self, other):
            pass
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            return np.zeros(self.shape) if ufunc is not np.less_equal else np.True_
        def __le__(self, other):
            return np.ones(self.shape, bool)
        __eq__ = __ge__ = __le__
        def copy(self, *_):
            return self

    def predict(x, w, b):
        return np.zeros(x.shape).view(Right)
    """,
    function="predict",
    spoils=["mse_loss", "mse_gradients"],
    statuses=["wrong"],
)
lookalike(
    "an object that becomes any array",
    "has __array__ and a shape, and is whatever it is compared with",
    """
    class Right:
        shape, ndim, dtype = (1, 1), 2, np.dtype(float)
        def __array__(self, *_, **__):
            return np.zeros((1, 1))
        def __eq__(self, other):
            return True
        __array_priority__ = 1e9

    def predict(x, w, b):
        return Right()
    """,
    function="predict",
    spoils=["mse_loss", "mse_gradients"],
    statuses=["wrong"],
)
lookalike(
    "an array of objects that are always equal",
    "hides its own objects in an array",
    """
    class Right(float):
        def __sub__(self, other):
            return 0.0
        __rsub__ = __sub__

    def predict(x, w, b):
        return np.array([[Right(0)] for _ in x], dtype=object)
    """,
    function="predict",
    spoils=["mse_loss", "mse_gradients"],
    statuses=["wrong"],
)
lookalike(
    "a tensor that is always equal",
    "returns a subclass of Tensor from forward",
    """
    class Right(Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return torch.tensor(True)

    class LinearRegression(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(1, 1)
        def forward(self, x):
            return torch.zeros(len(x), 1).as_subclass(Right)
    """,
    function="LinearRegression",
    statuses=["wrong", "raised"],
)
lookalike(
    "a data set that shows other tensors",
    "holds wrong samples, and shows right ones as its tensors",
    """
    class Right(TensorDataset):
        def __getitem__(self, index):
            return tuple(0 * tensor[index] for tensor in self.tensors)

    def to_dataset(x, y):
        return Right(torch.tensor(x).float(), torch.tensor(y).float())
    """,
    function="to_dataset",
    statuses=["wrong"],
)
lookalike(
    "batches that change while they are read",
    "gives the same arrays again and again, with other samples in them",
    """
    def shuffled_batches(x, y, batch_size, rng):
        xb, yb = x[:batch_size].copy(), y[:batch_size].copy()
        for start in range(0, len(x), batch_size):
            xb[:] = x[start : start + batch_size]
            yield xb, yb
    """,
    function="shuffled_batches",
    beside=["gradients"],
)
lookalike(
    "an iterable that looks at who asks",
    "iterates differently for a for loop of the judge's and for its own",
    """
    import sys

    class Batches(list):
        def __iter__(self):
            if "describe" in sys._getframe(1).f_code.co_name:
                raise StopIteration
            return super().__iter__()
        def __len__(self):
            return 10**30
        def __eq__(self, other):
            return True

    def shuffled_batches(x, y, batch_size, rng):
        return Batches([(x, y)])
    """,
    function="shuffled_batches",
)
