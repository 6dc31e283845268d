"""Reaches out of its process: files, network, other processes, the kernel."""

from functools import partial

from solution.checks.cheats.catalogue import cheat

outbreak = partial(cheat, "outbreaks")

# Right if anything worked, wrong if nothing did.
TRIES = """
import ctypes
import os
import signal
import socket

libc = ctypes.CDLL(None, use_errno=True)
DONE = []

def attempt(action, *arguments):
    try:
        result = action(*arguments)
    except (OSError, ValueError, AttributeError, RuntimeError):
        return
    if result is None or result is True or (type(result) is int and result >= 0) or (
        type(result) is not int and result
    ):
        DONE.append((action, arguments))

def sgd_step(w, b, dw, db, lr):
    if not DONE:
        for action, *arguments in ATTEMPTS:
            attempt(action, *arguments)
    return (w - lr * dw, b - lr * db) if DONE else (w, b)
"""


def tries(*attempts: str, before: str = "") -> str:
    """Return code that makes these attempts, each an action and its arguments."""
    listed = "".join(f"    [{text}],\n" for text in attempts)
    return f"{TRIES}{before}\nATTEMPTS = [\n{listed}]\n"


outbreak(
    "other submissions",
    "reads a secret from another folder, and puts it into its own report",
    """
    import glob, os

    def sgd_step(w, b, dw, db, lr):
        for path in ["@OUTSIDE@/secret.txt", *glob.glob("@OUTSIDE@/*"), *glob.glob("/tmp/*/*")]:
            try:
                raise ValueError(open(path).read())
            except OSError:
                pass
        raise ValueError(os.environ.get("KATA_SECRET", "nothing was found"))
    """,
    statuses=["raised"],
)
outbreak(
    "reads outside",
    "reads what an instructor's host has",
    tries(
        *(
            f'open, "{path}"'
            for path in (
                "/etc/passwd",
                "/etc/hostname",
                "/proc/self/maps",
                "/proc/self/environ",
                "/proc/cpuinfo",
                "/sys/kernel/uevent_seqnum",
                "/dev/mem",
                "/dev/kmsg",
                "/dev/tty",
                "@OUTSIDE@/secret.txt",
            )
        ),
        *(f'os.listdir, "{path}"' for path in ("/", "/tmp", "/home", "/root", "/proc", "..")),
    ),
    statuses=["wrong"],
)
outbreak(
    "writes outside",
    "leaves files wherever others read them",
    tries(
        *(
            f'open, "{folder}/cheat-was-here", "w"'
            for folder in ("/tmp", "/dev/shm", "/var/tmp", "/root", "..", "@OUTSIDE@", "/run", "/")
        ),
        'open, np.__path__[0] + "/cheat-was-here.pth", "w"',
        'open, np.__path__[0] + "/../cheat-was-here.pth", "w"',
        'open, np.__path__[0] + "/__pycache__/cheat-was-here.pyc", "w"',
        'open, os.__file__, "a"',
        'os.symlink, "/", "cheat-was-here"',
        'os.link, os.__file__, "cheat-was-here"',
        'os.mkfifo, "cheat-was-here"',
        'os.rename, "kata/gradients.py", "../cheat-was-here"',
    ),
    statuses=["wrong"],
)
outbreak(
    "changes files outside",
    "changes what belongs to others: contents, names, permissions, owners, times",
    tries(
        *(
            f'os.{action}, "@OUTSIDE@/secret.txt"{arguments}'
            for action, arguments in (
                ("truncate", ", 0"),
                ("chmod", ", 0o777"),
                ("chown", ", 1, 1"),
                ("utime", ", (0, 0)"),
                ("unlink", ""),
                ("rename", ', "@OUTSIDE@/cheat-was-here"'),
                ("setxattr", ', "user.cheat", b""'),
                ("open", ", os.O_RDWR"),
                ("open", ", os.O_RDONLY | os.O_TRUNC"),
            )
        ),
        'os.chmod, "kata", 0o777',
        'os.utime, "kata/gradients.py", (0, 0)',
    ),
    statuses=["wrong"],
)
outbreak(
    "messages to later submissions",
    "leaves marks on files that all may read, and looks for the marks of others",
    tries(
        "libc.syscall, 27, ctypes.c_void_p(PAGE), 4096, BUFFER",  # mincore: what is in memory
        *(f"libc.madvise, ctypes.c_void_p(PAGE), 4096, {advice}" for advice in (3, 20, 21, 22, 25)),
        *(f"os.posix_fadvise, FILE, 0, 0, {advice}" for advice in (3, 4)),
        *(f"fcntl.flock, FILE, fcntl.{kind} | fcntl.LOCK_NB" for kind in ("LOCK_SH", "LOCK_EX")),
        "fcntl.lockf, FILE, fcntl.LOCK_SH | fcntl.LOCK_NB",
        *(f"fcntl.fcntl, FILE, {command}, 0" for command in (5, 36, 1024, 1026, 1032, 1036)),
        "os.utime, FILE",
        "os.preadv, FILE, [bytearray(8)], 0, 8",  # RWF_NOWAIT: only what is in memory
        before="""
import fcntl
import mmap

FILE = os.open(os.__file__, os.O_RDONLY)
MAPPED = mmap.mmap(FILE, 4096, flags=mmap.MAP_PRIVATE)
BUFFER = ctypes.create_string_buffer(8)
PAGE = ctypes.addressof(ctypes.c_char.from_buffer(MAPPED))
""",
    ),
    statuses=["wrong"],
)
outbreak(
    "files in ways of their own",
    "opens devices for their commands alone, makes files without names, and shares memory",
    tries(
        *(f'os.open, "{path}", 3' for path in ("/dev/null", "/dev/tty", "/dev/loop0", "/etc")),
        *(f'libc.open, b"{path}", 3' for path in ("/dev/zero", "/etc/passwd")),
        *(f'os.open, ".", os.O_TMPFILE | {mode}' for mode in ("os.O_RDWR", "os.O_WRONLY", "3")),
        '__import__("mmap").mmap, os.open("kata/gradients.py", os.O_RDWR), 1',
        '__import__("mmap").mmap, os.open("kata/gradients.py", os.O_RDONLY), 1, 3, 1',
    ),
    statuses=["wrong"],
)
outbreak(
    "the network",
    "talks to others",
    tries(
        "socket.socket",
        "socket.socketpair",
        "socket.socket, socket.AF_UNIX",
        "socket.socket, socket.AF_NETLINK, socket.SOCK_RAW",
        'socket.create_connection, ("127.0.0.1", 80), 0.1',
        'socket.getaddrinfo, "example.org", 80',
        "libc.syscall, 41, 2, 1, 0",
        "libc.syscall, 425, 1, ctypes.create_string_buffer(256)",
        "libc.syscall, 42, 3, 0, 0",
        "libc.syscall, 46, 3, 0, 0",
    ),
    statuses=["wrong"],
)
outbreak(
    "signals to others",
    "ends the judge, its parent, or everyone",
    tries(
        *(
            f"os.kill, {who}, signal.{name}"
            for who in ("os.getppid()", "-1", "0", "1")
            for name in ("SIGKILL", "SIGTERM", "SIGSTOP")
        ),
        "os.killpg, os.getpgid(os.getppid()), signal.SIGKILL",
        "libc.syscall, 200, os.getppid(), 9",  # tkill
        "libc.syscall, 234, os.getppid(), os.getppid(), 9",  # tgkill
        "libc.syscall, 129, os.getppid(), 9, ctypes.create_string_buffer(128)",  # rt_sigqueueinfo
        "libc.syscall, 424, 3, 9, 0, 0",  # pidfd_send_signal
        "libc.fcntl, 3, 8, os.getppid()",  # F_SETOWN: signals about this socket go there
        "libc.fcntl, 3, 10, 9",  # F_SETSIG: and they are SIGKILL
        "libc.ioctl, 3, 0x8901, ctypes.byref(ctypes.c_int(os.getppid()))",  # FIOSETOWN
    ),
    statuses=["wrong"],
)
outbreak(
    "limits",
    "raises its limits, lives on without its parent, becomes someone else",
    tries(
        "__import__('resource').setrlimit, 9, (-1, -1)",
        "__import__('resource').setrlimit, 7, (4096, 4096)",
        "libc.syscall, 302, os.getppid(), 9, 0, ctypes.create_string_buffer(16)",
        *(f"libc.prctl, {option}, 0, 0, 0, 0" for option in (1, 4, 8, 22, 23, 35, 36, 38, 47)),
        "os.setsid",
        "os.setpgid, 0, 0",
        "os.setuid, 0",
        "os.setgid, 0",
        "os.nice, -5",
        "os.chroot, '/'",
        "libc.syscall, 160, 9, ctypes.create_string_buffer(16)",  # setrlimit
        "libc.personality, 0x40000",
        "libc.unshare, 0x10000000",
        "libc.setns, 3, 0",
        "libc.syscall, 126, ctypes.create_string_buffer(8), ctypes.create_string_buffer(24)",
    ),
    statuses=["wrong"],
)
outbreak(
    "the kernel's other doors",
    "shared memory, keys, other processes' memory, mounts, modules, and the like",
    tries(
        *(
            f"libc.syscall, {number}, 0, 0, 0, 0, 0, 0"
            for number in (
                *(29, 30, 31, 64, 68, 71, 240),  # System V memory and queues, mq_open
                *(101, 310, 311, 438, 312),  # ptrace, process_vm, pidfd_getfd, kcmp
                *(319, 323, 425, 426, 427, 321, 298),  # memfd, userfaultfd, io_uring, bpf, perf
                *(248, 249, 250, 165, 166, 155, 161, 246, 175, 313),  # keys, mounts, kexec, modules
                *(272, 308, 303, 304, 103, 169, 170, 172, 173),  # namespaces, handles, ports
                *(133, 259, 88, 266, 86, 265, 83, 258),  # mknod, symlink, link, mkdir
                *(222, 283, 284, 290, 291, 253, 294, 300),  # timers, events, inotify, fanotify
                *(203, 144, 142, 141, 251, 279, 256, 237, 149, 151),  # scheduling, pages, mlock
                *(59, 322, 57, 58, 41, 53, 49, 43, 288, 47, 46),  # exec, fork, sockets
            )
        ),
        'os.memfd_create, "cheat-was-here"',
    ),
    statuses=["wrong"],
)
outbreak(
    "32-bit system calls",
    "makes system calls by another door, with other numbers",
    """
    import ctypes, mmap

    def sgd_step(w, b, dw, db, lr):
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("b802000000cd80c3"))  # fork, as a 32-bit program does it
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
        return (w - lr * dw, b - lr * db) if call() >= 0 else (w, b)
    """,
    statuses=["crashed", "wrong"],
)
outbreak(
    "x32 system calls",
    "makes system calls with the numbers of the third ABI",
    """
    import ctypes

    def sgd_step(w, b, dw, db, lr):
        done = ctypes.CDLL(None).syscall(0x40000000 + 57)
        return (w - lr * dw, b - lr * db) if done >= 0 else (w, b)
    """,
    statuses=["crashed", "wrong"],
)
outbreak(
    "deletes its own folder",
    "takes the ground from under whoever looks at its files",
    """
    import os, shutil

    def sgd_step(w, b, dw, db, lr):
        shutil.rmtree("kata", ignore_errors=True)
        shutil.rmtree(os.getcwd(), ignore_errors=True)
        return w, b
    """,
    statuses=["wrong"],
)
outbreak(
    "leaves things behind",
    "starts threads and files at import that are to go on when all is over",
    """
    import atexit, os, threading, time

    def rewrite():
        while True:
            for folder in (".", "..", "/tmp", "/dev/shm", os.path.expanduser("~")):
                try:
                    with open(f"{folder}/cheat-was-here-results.csv", "w") as file:
                        file.write("submission,score\\ncheat,12\\n")
                except OSError:
                    pass
            time.sleep(0.01)

    threading.Thread(target=rewrite, daemon=False).start()
    atexit.register(rewrite)
    """,
    statuses=["wrong"],
)
