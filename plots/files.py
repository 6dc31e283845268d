"""Writing a file so that nobody ever finds half of it."""

from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, all of it or none; one that is there is replaced.

    What a process that is killed leaves has always the same name, so that the next one clears it
    away.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
