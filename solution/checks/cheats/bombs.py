"""Uses up the host's memory, disk, processes or patience."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

bomb = partial(cheat, "bombs")

for _name, _code in (
    ("a bytearray", "kept = bytearray(10**11)"),
    ("a list that grows", "kept = [0]\n        while True:\n            kept += kept"),
    ("a NumPy array", "kept = np.ones(10**11)"),
    ("many NumPy arrays", "kept = [np.ones(10**6) for _ in range(10**6)]"),
):
    bomb(
        f"memory: {_name}",
        "asks for more memory than the host has",
        f"""
    def sgd_step(w, b, dw, db, lr):
        {_code}
        return w, b
    """,
        memory=1 << 28,
        statuses=["memory", "crashed"],
        alone=_name != "a bytearray",
    )
bomb(
    "memory: a tensor",
    "asks PyTorch for more memory than the host has",
    """
    def to_dataset(x, y):
        return torch.ones(10**11)
    """,
    function="to_dataset",
    memory=1 << 28,
    statuses=["memory", "crashed"],
)
bomb(
    "memory: in threads",
    "lets a hundred threads ask for memory together",
    """
    import threading

    def sgd_step(w, b, dw, db, lr):
        kept = []
        def grow():
            while True:
                kept.append(bytearray(10**6))
        threads = [threading.Thread(target=grow) for _ in range(100)]
        for thread in threads:
            thread.start()
        while True:
            grow()
    """,
    memory=1 << 28,
    seconds=4,
    alone=True,
    statuses=["memory", "crashed", "raised", "timeout"],
)
bomb(
    "output",
    "prints for ever, and writes for ever",
    """
    import os

    def sgd_step(w, b, dw, db, lr):
        print("a" * 10**6)
        for _ in range(1000):
            print("a" * 1000)
            os.write(1, b"a" * 10**5)
        return w, b
    """,
    statuses=["wrong"],
)
bomb(
    "a huge text of an exception",
    "fills the report",
    """
    def sgd_step(w, b, dw, db, lr):
        raise ValueError("\\u2028".join("a" * 100 for _ in range(10**5)))
    """,
    statuses=["raised"],
)
bomb(
    "a deep and broad result",
    "returns lists of lists of lists, which no description can hold",
    """
    def sgd_step(w, b, dw, db, lr):
        result = [w, b]
        for _ in range(8):
            result = [result] * 60
        return result
    """,
    statuses=["wrong", "timeout"],
    seconds=2,
    alone=True,
)
bomb(
    "a result that holds itself",
    "returns a list that is its own only item",
    """
    def sgd_step(w, b, dw, db, lr):
        result = []
        result += [result, result]
        return result
    """,
    statuses=["wrong"],
)
bomb(
    "files: one huge",
    "writes into one file for ever",
    """
    def sgd_step(w, b, dw, db, lr):
        with open("cheat-was-here", "wb") as file:
            while True:
                file.write(bytes(10**6))
    """,
    statuses=["crashed", "raised"],
)
bomb(
    "files: many large",
    "writes files until the disk is full",
    """
    def sgd_step(w, b, dw, db, lr):
        for k in range(10**6):
            with open(f"cheat-was-here-{k}", "wb") as file:
                for _ in range(3):
                    file.write(bytes(10**6))
    """,
    statuses=["crashed"],
)
bomb(
    "files: many small, with long names",
    "uses up what the file system has of them",
    """
    import os

    def sgd_step(w, b, dw, db, lr):
        k = 0
        while True:
            k += 1
            os.close(os.open("cheat-was-here" + "a" * 220 + str(k), os.O_CREAT | os.O_WRONLY))
    """,
    statuses=["crashed"],
)
bomb(
    "files: deleted, but open",
    "fills the disk with files that no listing shows",
    """
    import os

    def sgd_step(w, b, dw, db, lr):
        for k in range(1000):
            file = os.open(f"cheat-was-here-{k}", os.O_CREAT | os.O_WRONLY)
            os.unlink(f"cheat-was-here-{k}")
            for _ in range(3):
                os.write(file, bytes(10**6))
    """,
    statuses=["raised", "crashed", "timeout"],
    alone=True,
)
# Maps one page of an open file, by hand: Python's mmap would keep the file open.
MAPS = """
    import ctypes, os

    libc = ctypes.CDLL(None)

    def map_page(file, protection, flags):
        libc.mmap.restype = ctypes.c_void_p
        page = libc.mmap(None, ctypes.c_size_t(4096), protection, flags, file, ctypes.c_long(0))
        if page in (None, 2**64 - 1):
            raise OSError("nothing is mapped")
        return page
"""
bomb(
    "files: deleted and closed, but mapped",
    "fills the disk with files that neither a listing nor a descriptor shows",
    MAPS
    + """
    def sgd_step(w, b, dw, db, lr):
        for k in range(1000):
            file = os.open("cheat-was-here", os.O_CREAT | os.O_RDWR)
            os.unlink("cheat-was-here")
            os.write(file, bytes(3 * 10**6))
            map_page(file, 1, 2)  # PROT_READ, MAP_PRIVATE
            os.close(file)
        return w, b
    """,
    statuses=["crashed"],
    alone=True,
)
bomb(
    "files: written through a mapping",
    "fills the disk with files that it never writes into",
    MAPS
    + """
    def sgd_step(w, b, dw, db, lr):
        for k in range(1000):
            file = os.open("cheat-was-here", os.O_CREAT | os.O_RDWR)
            os.unlink("cheat-was-here")
            os.ftruncate(file, 4096)
            ctypes.memset(map_page(file, 3, 1), 1, 4096)  # MAP_SHARED
            os.close(file)
        return w, b
    """,
    statuses=["raised"],
    alone=True,
)
bomb(
    "folders",
    "makes folders in folders, deeper than any path is long",
    """
    import os

    def sgd_step(w, b, dw, db, lr):
        while True:
            os.mkdir("cheat-was-here" + "a" * 200)
            os.chdir("cheat-was-here" + "a" * 200)
    """,
    statuses=["crashed"],
)
bomb(
    "folders that are closed",
    "hides files in a folder that nobody may look into",
    """
    import os

    def sgd_step(w, b, dw, db, lr):
        os.mkdir("cheat-was-here", 0o300)
        k = 0
        while True:
            k += 1
            with open(f"cheat-was-here/{k}", "wb") as file:
                file.write(bytes(3 * 10**6))
    """,
    statuses=["crashed"],
    alone=True,
)
for _name, _code in (
    ("os.fork", "os.fork()"),
    ("subprocess", "subprocess.Popen(['/bin/sleep', '1000'])"),
    ("multiprocessing", "multiprocessing.Process(target=print).start()"),
    ("posix_spawn", "os.posix_spawn('/bin/sleep', ['sleep', '1000'], {})"),
    ("os.system", "assert os.system('sleep 1000 &') == 0"),
    ("exec", "os.execv('/bin/sleep', ['sleep', '1000'])"),
    ("the system call fork", "assert ctypes.CDLL(None).syscall(57) >= 0"),
    ("the system call vfork", "assert ctypes.CDLL(None).syscall(58) >= 0"),
    ("the system call clone", "assert ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) >= 0"),
    (
        "the system call clone3",
        "assert ctypes.CDLL(None).syscall(435, (ctypes.c_uint64 * 11)(), 88) >= 0",
    ),
):
    bomb(
        f"processes: {_name}",
        "starts processes that outlive it",
        f"""
        import ctypes, multiprocessing, os, subprocess

        def sgd_step(w, b, dw, db, lr):
            while True:
                {_code}
        """,
        statuses=["raised"],
        alone=_name != "os.fork",
    )
bomb(
    "processes: a DataLoader's",
    "loads its batches in four processes",
    """
    def train(model, dataset, *, batch_size, lr, epochs, generator=None):
        loader = DataLoader(dataset, batch_size=batch_size, shuffle=True)
        loader.num_workers, loader.prefetch_factor = 4, 2  # as an option they would be left out
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        return [train_epoch(model, loader, nn.MSELoss(), optimizer) for _ in range(epochs)]
    """,
    function="train",
    statuses=["raised"],
)
bomb(
    "threads",
    "starts threads with tiny stacks until the host has no more",
    """
    import threading, time

    def sgd_step(w, b, dw, db, lr):
        threading.stack_size(32768)
        while True:
            threading.Thread(target=time.sleep, args=[1000]).start()
    """,
    statuses=["raised", "crashed", "timeout"],
    seconds=4,
    alone=True,
)
bomb(
    "threads: at work",
    "starts a hundred threads that leave nothing of the processor to others",
    """
    import threading, time

    def work():
        while True:
            np.sort(np.random.random(100_000))

    def sgd_step(w, b, dw, db, lr):
        threading.stack_size(1 << 18)
        while threading.active_count() < 100:
            threading.Thread(target=work).start()
        time.sleep(0.5)
        return w, b
    """,
    statuses=["crashed"],
    alone=True,
)
bomb(
    "threads of the kernel's only",
    "starts threads by system calls, that need no memory at all",
    """
    import ctypes, mmap

    def sgd_step(w, b, dw, db, lr):
        libc = ctypes.CDLL(None)
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        # pause() for ever; the thread starts where clone returns, with its own small stack
        code.write(bytes.fromhex("b8220000000f05ebf7"))
        pause = ctypes.addressof(ctypes.c_char.from_buffer(code))
        stack = (ctypes.c_uint64 * 512)(*[pause] * 512)
        while True:
            libc.syscall(56, 0x10F00, ctypes.c_void_p(ctypes.addressof(stack) + 2048), 0, 0, 0)
    """,
    statuses=["raised", "crashed", "timeout"],
    seconds=4,
    alone=True,
)
