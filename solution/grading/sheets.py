"""Tables that teachers and platforms write: CSV, as spreadsheets in any country save it."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from solution.grading.results import on_lines

DELIMITERS = (",", ";", "\t")
# Where a cell begins with one of these, whatever separates cells in the reader's country, a
# spreadsheet takes it for a formula: also the wide ones of a Chinese or Japanese keyboard.
FORMULA = re.compile(r"(^|[;\n])(?=\s*[=+\-@＝＋－＠])")


class BadSheet(ValueError):
    """A table cannot be read, or is not what it should be."""


@dataclass
class Sheet:
    """A table, and how it was written.

    Parameters
    ----------
    header : list of str
        The names of its columns.
    rows : list of list of str
        What is below, each row as long as the header.
    delimiter, newline, encoding : str
        How it was written, and will be again.
    """

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    newline: str = "\n"
    encoding: str = "utf-8"
    columns: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Find the columns by their names, however these are written."""
        names = [plain(name) for name in self.header]
        self.columns = {name: names.index(name) for name in names if name}

    def column(self, *names: str) -> int | None:
        """Return which column has the first of these names that there is, None if none has."""
        return next((self.columns[name] for name in names if name in self.columns), None)

    def cell(self, row: int, column: int | None) -> str:
        """Return the text of a cell, "" of a column that is not there."""
        return "" if column is None else self.rows[row][column].strip()

    def written(self, but: int | None = None) -> bytes:
        """Write the table as it was, but for one column."""
        lines = [
            [cell for column, cell in enumerate(line) if column != but]
            for line in (self.header, *self.rows)
        ]
        return table(lines, self.delimiter, self.newline).encode(self.encoding)


def read(path: Path) -> Sheet:
    """Read a table.

    Raises
    ------
    BadSheet
        If it cannot be read. What is said does not name the file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSheet(error.strerror) from None
    encoding = encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise BadSheet("it is no UTF-8: save it as “CSV UTF-8”") from None
    try:
        delimiter = max(DELIMITERS, key=lambda one: len(next(rows(text, one), [])))
        header, *below = filter(any, rows(text, delimiter))
    except (ValueError, csv.Error):
        raise BadSheet("it is no table: its first line must name the columns") from None
    longest = max(map(len, [header, *below]))
    if longest > len(header):
        raise BadSheet("a line has more cells than the first one, which names the columns")
    below = [row + [""] * (longest - len(row)) for row in below]
    return Sheet(header, below, delimiter, "\r\n" if "\r\n" in text else "\n", encoding)


def encoding_of(content: bytes) -> str:
    """Return how a table is encoded: spreadsheets that write no UTF-8 say so at its beginning."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"


def rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Return the rows of a text."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def table(lines: Iterable[Sequence[str]], delimiter: str = ",", newline: str = "\n") -> str:
    """Write rows."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(lines)
    return text.getvalue()


def for_spreadsheets(lines: Iterable[Sequence[str]]) -> str:
    """Write rows of strangers' texts, for spreadsheets and for scripts.

    Only with a byte order mark does Excel read UTF-8; scripts that know of none need none in a
    table that is ASCII.
    """
    text = table([[harmless(cell) for cell in line] for line in lines])
    return text if text.isascii() else f"\ufeff{text}"


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, and no terminal for an order."""
    return FORMULA.sub(r"\1'", on_lines(text))  # in which a tab, too, is an escape


def plain(name: str) -> str:
    """Return the name of a column without what is written now this way, now that."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())
