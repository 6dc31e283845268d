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


def tries(*attempts: str) -> str:
    """Return code that makes these attempts, each an action and its arguments."""
    return TRIES + "\nATTEMPTS = [\n" + "".join(f"    [{text}],\n" for text in attempts) + "]\n"


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
        'os.mkdir, "cheat-was-here"',
        'os.symlink, "/", "cheat-was-here"',
        'os.link, os.__file__, "cheat-was-here"',
        'os.mkfifo, "cheat-was-here"',
        'os.rename, "kata", "cheat-was-here"',
        'os.rename, "kata/gradients.py", "../cheat-was-here"',
        'os.rmdir, "kata"',
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
        "os.chdir, '/'",
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
        for name in os.listdir("kata"):
            os.unlink(f"kata/{name}")
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
