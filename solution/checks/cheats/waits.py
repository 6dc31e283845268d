"""Never comes to an end, or uses up the time of others."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

wait = partial(cheat, "waits")
REST = ["predict", "mse_loss", "mse_gradients"]

wait(
    "an endless loop",
    "runs for ever",
    """
    def sgd_step(w, b, dw, db, lr):
        while True:
            pass
    """,
    statuses=["timeout"],
    seconds=5,
)
wait(
    "a loop that swallows every interruption",
    "catches whatever would end it",
    """
    def sgd_step(w, b, dw, db, lr):
        while True:
            try:
                while True:
                    pass
            except:
                pass
    """,
    statuses=["timeout"],
    seconds=2,
    alone=True,
)
wait(
    "a loop that ignores signals",
    "switches the alarm off, and every other signal that may be",
    """
    import signal

    def sgd_step(w, b, dw, db, lr):
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in signal.valid_signals():
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        signal.signal = signal.setitimer = lambda *_: None
        while True:
            pass
    """,
    seconds=2,
    alone=True,
    statuses=["timeout"],
)
wait(
    "a loop within a number",
    "computes a power in C that takes years",
    """
    def sgd_step(w, b, dw, db, lr):
        return 7 ** (10 ** 9)
    """,
    seconds=2,
    alone=True,
    statuses=["timeout", "memory"],
)
wait(
    "a loop within a regular expression",
    "backtracks in C for ever",
    """
    import re

    def sgd_step(w, b, dw, db, lr):
        return re.match("(a+)+$", "a" * 64 + "b")
    """,
    seconds=2,
    alone=True,
    statuses=["timeout"],
)
wait(
    "a loop within NumPy",
    "sorts 100 million numbers again and again, in C",
    """
    import signal

    def sgd_step(w, b, dw, db, lr):
        signal.setitimer(signal.ITIMER_REAL, 0)
        numbers = np.random.random(50_000_000)
        while True:
            np.sort(numbers)
    """,
    seconds=2,
    alone=True,
    statuses=["timeout"],
)
wait(
    "sleep",
    "waits without using the processor",
    """
    import time

    def sgd_step(w, b, dw, db, lr):
        time.sleep(10_000)
    """,
    seconds=2,
    statuses=["timeout"],
)
wait(
    "a lock that nobody opens",
    "waits for itself",
    """
    import threading

    def sgd_step(w, b, dw, db, lr):
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
    """,
    seconds=2,
    statuses=["timeout"],
)
wait(
    "an endless generator",
    "gives batches for ever",
    """
    def shuffled_batches(x, y, batch_size, rng):
        while True:
            yield x[:1], y[:1]
    """,
    function="shuffled_batches",
    statuses=["wrong"],
    alone=True,
)
wait(
    "a generator that stops halfway",
    "gives one batch, then never another",
    """
    def shuffled_batches(x, y, batch_size, rng):
        yield x[:batch_size], y[:batch_size]
        while True:
            pass
    """,
    function="shuffled_batches",
    statuses=["timeout"],
    alone=True,
)
wait(
    "a hang at import",
    "never lets its functions be called",
    """
    while True:
        pass
    """,
    loses=REST,
    seconds=4,
    statuses=["timeout"],
)
wait(
    "a hang in the module's attributes",
    "hangs where the harness looks whether a function is there",
    """
    def __getattr__(name):
        while True:
            pass

    def sgd_step(w, b, dw, db, lr):
        return w, b
    del sgd_step
    """,
    loses=REST,
    seconds=3,
    statuses=["timeout"],
)
wait(
    "slow, but finite",
    "takes a second for each call, so that everything together takes minutes",
    """
    import time

    def sgd_step(w, b, dw, db, lr):
        time.sleep(0.3)
        return w - lr * dw, b - lr * db
    """,
    seconds=2,
    statuses=["timeout"],
)
wait(
    "threads that use up the processor",
    "reaches the limit of its process's time in half of the time",
    """
    import threading

    def work():
        numbers = np.random.random(1_000_000)
        while True:
            np.sort(numbers)

    def sgd_step(w, b, dw, db, lr):
        import signal
        signal.setitimer(signal.ITIMER_REAL, 0)
        for _ in range(3):
            threading.Thread(target=work).start()
        work()
    """,
    seconds=2,
    alone=True,
    statuses=["timeout"],
)
wait(
    "the time of all functions",
    "hangs in every call of every function, so that the judge waits for each of them",
    """
    import time

    def sgd_step(*arguments):
        while True:
            time.sleep(1)

    predict = mse_loss = mse_gradients = sgd_step
    """,
    loses=REST,
    seconds=3,
    statuses=["timeout"],
)
