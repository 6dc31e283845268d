"""What locks strangers' code up, without root: Landlock, seccomp and resource limits.

The code keeps what computing needs: memory, its clocks, threads, one core, files of Python's own
libraries to read, and one folder to write into. All other system calls fail with "Operation not
permitted".
"""

import ctypes
import os
import platform
import resource
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

LANDLOCK = 3  # the version that also guards against cutting files off: Linux 6.2

# What Python, NumPy and PyTorch call once they are loaded. Not here: processes, signals to others,
# sockets, shared memory, other processes' memory, permissions and owners of files, mounts, keys,
# io_uring, BPF, namespaces; nor what a later submission could find out: locks on files that all may
# read, and which parts of these are in memory.
ALLOWED = (
    # files that Landlock lets it open, and what it has open already
    *("read", "readv", "write", "writev", "pread64", "pwrite64", "lseek", "close", "close_range"),
    *("creat", "fstat", "stat", "lstat", "newfstatat", "statx", "fstatfs", "chdir", "fchdir"),
    *("access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "getdents"),
    *("getdents64", "unlink", "unlinkat", "rename", "renameat", "renameat2", "ftruncate"),
    *("fsync", "fdatasync", "dup", "dup2", "dup3", "pipe", "pipe2", "mkdir", "mkdirat", "rmdir"),
    *("poll", "ppoll", "select", "pselect6", "umask"),
    # memory
    *("munmap", "mremap", "mprotect", "brk"),
    # threads, and signals within the process
    *("futex", "futex_waitv", "set_robust_list", "get_robust_list", "set_tid_address", "rseq"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "sigaltstack"),
    *("sched_yield", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "getcpu"),
    *("sched_get_priority_max", "sched_get_priority_min", "membarrier", "arch_prctl"),
    # time
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time"),
    *("times", "getitimer", "setitimer", "alarm", "pause", "restart_syscall"),
    # who and where it is, randomness, the end
    *("getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getpgrp"),
    *("getpgid", "getsid", "getrusage", "getrlimit", "uname", "sysinfo", "getrandom"),
    *("exit", "exit_group"),
)

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NAME = 1, 24, 15
CLONE_THREAD = 0x10000
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
TCGETS, FIOCLEX, FIONCLEX, FIONREAD, TIOCGWINSZ = 0x5401, 0x5451, 0x5450, 0x541B, 0x5413
MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE = 4, 8, 14, 15
MAP_SHARED, MAP_ANONYMOUS = 0x1, 0x20
O_TMPFILE = 0x400000
SIGKILL = 9


def obstacle() -> str:
    """Return why code cannot be locked up on this host, "" if it can."""
    if sys.platform != "linux":
        return f"that needs Linux, and this is {platform.system() or sys.platform}"
    try:
        import landlockpy
        import pyseccomp  # noqa: F401, finds libseccomp when it is imported
    except ImportError as error:
        return f"the package {error.name} is not installed"
    except RuntimeError:
        return "libseccomp is not installed (on Debian and Ubuntu: apt-get install libseccomp2)"
    try:
        version = landlockpy.abi_version()
    except OSError:
        return "this kernel has no Landlock, or it is switched off"
    if version < LANDLOCK:
        return (
            f"this kernel's Landlock has version {version}, and version {LANDLOCK} is needed "
            f"(Linux 6.2; this is {platform.release()})"
        )
    return ""


def readable() -> list[str]:
    """Return where Python's own libraries are, and the shared ones that they load."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    found = [sysconfig.get_path(name) for name in names]
    found += [sysconfig.get_config_var("LIBDIR"), f"{sys.base_prefix}/lib/python{VERSION}"]
    found += [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    found += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib/python" + VERSION]
    found += ["/etc/ld.so.cache", "/usr/share/zoneinfo", "/dev/urandom"]
    return sorted({path for path in found if path and Path(path).exists()})


VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def system_calls() -> Any:
    """Return the filter of system calls, to be loaded in each new process."""
    import pyseccomp as seccomp

    refused = seccomp.ERRNO(1)  # EPERM
    filter_ = seccomp.SyscallFilter(refused)

    def allow(name: str, *conditions: Any) -> None:
        try:
            filter_.add_rule(seccomp.ALLOW, name, *conditions)
        except OSError:  # this processor has no such system call
            if conditions:
                raise

    for name in ALLOWED:
        allow(name)
    # O_TMPFILE makes files that no listing shows, and mode 3 opens devices for ioctl alone
    for name, place in (("open", 1), ("openat", 2)):
        for mode in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
            allow(name, seccomp.Arg(place, seccomp.MASKED_EQ, os.O_ACCMODE | O_TMPFILE, mode))
    # what is written through a mapping, nobody counts
    allow("mmap", seccomp.Arg(3, seccomp.MASKED_EQ, MAP_SHARED, 0))
    allow("mmap", seccomp.Arg(3, seccomp.MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS))
    for advice in (MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE):
        allow("madvise", seccomp.Arg(2, seccomp.EQ, advice))
    allow("clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, CLONE_THREAD))
    filter_.add_rule(seccomp.ERRNO(38), "clone3")  # ENOSYS: clone is used then
    for command in (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC):
        allow("fcntl", seccomp.Arg(1, seccomp.EQ, command))
    for request in (TCGETS, FIOCLEX, FIONCLEX, FIONREAD, TIOCGWINSZ):
        allow("ioctl", seccomp.Arg(1, seccomp.EQ, request))
    allow("prctl", seccomp.Arg(0, seccomp.EQ, PR_SET_NAME))
    allow("prlimit64", seccomp.Arg(0, seccomp.EQ, 0), seccomp.Arg(2, seccomp.EQ, 0))  # only ask
    return filter_


def limit_memory(more: int, for_good: bool) -> None:
    """Limit this process's memory to what it has, and so many bytes more."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        lower(resource.RLIMIT_AS, pages * resource.getpagesize() + more, for_good)


def lower(what: int, value: int, for_good: bool = True) -> None:
    """Set a limit of this process, within those that it has."""
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value if for_good else hard))


def limit(memory: int, seconds: float, file_size: int) -> None:
    """Limit this process: bytes of memory above what it has, seconds of processor, file size."""
    limit_memory(memory, for_good=True)
    lower(resource.RLIMIT_CPU, int(seconds) + 1)
    lower(resource.RLIMIT_FSIZE, file_size)
    lower(resource.RLIMIT_NOFILE, 64)
    lower(resource.RLIMIT_CORE, 0)


def stay_on_one_core() -> None:
    """Leave the other cores to others, however many threads this process may start.

    A process that has just been forked is on the core that had the least to do.
    """
    if sys.platform == "linux":
        os.sched_setaffinity(0, {ctypes.CDLL(None).sched_getcpu()})


def die_with_parent() -> None:
    """Let the kernel end this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)


def lock(folder: Path, libraries: Sequence[str], filter_: Any) -> None:
    """Lock this process up, for good.

    Parameters
    ----------
    folder : Path
        The one folder in which it may write: files and folders.
    libraries : sequence of str
        What it may read besides, from `readable`.
    filter_ : object
        From `system_calls`.
    """
    from landlockpy import AccessFS, Ruleset, Scope

    drop_capabilities(ctypes.CDLL(None, use_errno=True))
    look = AccessFS.READ_FILE | AccessFS.READ_DIR
    write = AccessFS.WRITE_FILE | AccessFS.TRUNCATE
    change = AccessFS.MAKE_REG | AccessFS.REMOVE_FILE | AccessFS.MAKE_DIR | AccessFS.REMOVE_DIR
    with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
        for path in libraries:
            rules.allow_path(path, look if os.path.isdir(path) else AccessFS.READ_FILE)
        rules.allow_path("/dev/null", AccessFS.READ_FILE | write)
        rules.allow_path(folder, look | write | change)
        rules.restrict()
    filter_.load()


def drop_capabilities(libc: Any) -> None:
    """Give up what root may do, if this is root: another layer, in case one has a hole."""
    if os.geteuid() != 0:
        return
    drop: Callable[..., int] = libc.prctl
    for capability in range(64):
        if drop(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # the kernel has no more
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capabilities could not be dropped")
