"""Where among a submission's files its modules are, and which files are theirs."""

import re
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from solution.grading.submissions.trees import File, Unreadable, files_in_archive, shown, under
from tests.judged.stubs import is_untouched

Stages = Mapping[str, Sequence[str]]  # the functions of each stage

MOST_NESTED = 3  # archives in one another
MOST_ARCHIVES = 100
MOST_PLACES = 1000
MOST_HELPERS = 30
LONGEST_NAME = 200  # bytes: file systems have 255
LARGEST_STUB = 100_000  # bytes
A_CLASS = 3  # folders with work of their own are nobody's attempts any more
OURS = re.compile(r"(^|/)tests/judge/")  # where the whole handout was handed in
CLOSED = (".rar", ".7z", ".ipynb")  # what work may be in that nobody can look into
NOTHING = "has none of the five modules: hand in the folder kata/"
# what browsers and file managers add to the name of a copy: "gradients (1).py"
COPIED = re.compile(r"( ?\(\d+\)|-\d+|[ _-]+copy( ?\d+)?)$", re.IGNORECASE)


@dataclass
class Handed:
    """What was handed in: the text of each module by file name, and what is to be said of it."""

    files: dict[str, bytes]
    notes: list[str] = field(default_factory=list)


@dataclass
class Place:
    """A folder with modules in it.

    Parameters
    ----------
    path : PurePosixPath
        Where it is.
    modules, helpers : mapping
        The texts of the modules, and of others that they may import.
    written : set of str
        The modules in which something was written.
    time : float
        When the last of them was changed.
    notes : list of str
        What is to be said of how they were found.
    """

    path: PurePosixPath
    modules: dict[str, bytes] = field(default_factory=dict)
    helpers: dict[str, bytes] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    time: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What to call it."""
        return shown(self.path) if self.path.parts else "the top"

    def covers(self, other: "Place") -> bool:
        """Whether all that was written in another place is here, too, byte by byte."""
        theirs = {name: other.modules[name] for name in other.written} | other.helpers
        ours = self.modules | self.helpers
        return all(ours.get(name) == text for name, text in theirs.items())


def handed_in(files: Iterable[File], stages: Stages, take: str) -> Handed:
    """Return the modules of a submission.

    They are in the one folder in which something was written; copies of it do not count. Archives
    are looked into where no folder has that.

    Parameters
    ----------
    files : iterable of File
        All that was handed in.
    stages : mapping
        The functions of each module, by its name.
    take : str
        Which to take of several folders: "newest", or "" for none.

    Raises
    ------
    Unreadable
        If there is no module, or several places have some.
    """
    level = top = [*files]
    places: list[Place] = []
    for _ in range(MOST_NESTED + 1):
        places += places_in(level, stages)
        if any(place.written for place in places):
            break
        level = files_in_archives(level)
    if not places:
        raise Unreadable(nothing_in(top))
    chosen = the_one(places, take)
    return Handed(chosen.modules | chosen.helpers, [*chosen.notes, *passed_over(level)])


def passed_over(files: Sequence[File]) -> list[str]:
    """Say which files beside the modules may hold others, and were not looked into."""
    names = sorted(
        shown(file.path) for file in files if file.is_archive or file.path.suffix.lower() in CLOSED
    )
    return [f"nobody has looked into {several(names)}"] if names else []


def the_one(places: Sequence[Place], take: str) -> Place:
    """Return the place that was handed in."""
    order = sorted(places, key=lambda p: (-len(p.modules), len(p.path.parts), str(p.path)))
    work: list[Place] = []
    for place in sorted(order, key=lambda p: -len(p.written)):
        if place.written and not any(other.covers(place) for other in work):
            work.append(place)
    if not take:
        refuse_class(places)
    if not work:
        return order[0]
    chosen = work[0]
    if len(work) > 1:
        chosen = newest(work) if take else refuse_all(work)
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(chosen.time))
        chosen.notes.insert(0, f"{chosen.name} was taken of {len(work)} places, changed {when}")
    stubs = [place.name for place in order if not place.written]
    if stubs:
        chosen.notes.insert(0, f"{chosen.name} was taken: nothing is written in {stubs[0]}")
    return chosen


def newest(work: Sequence[Place]) -> Place:
    """Return the place that was changed last."""
    ordered = sorted(work, key=lambda place: place.time)
    if ordered[-1].time == ordered[-2].time:
        raise Unreadable(f"has modules of one time in {ordered[-1].name} and {ordered[-2].name}")
    return ordered[-1]


def refuse_class(places: Sequence[Place]) -> None:
    """Refuse a class that is named as one submission: folders with modules each, and none above."""
    tops = {"".join(place.path.parts[:1]) for place in places}
    if len(tops) >= A_CLASS and tops.isdisjoint({"", "kata"}):
        names = several([*map(shown, tops)])
        raise Unreadable(
            f"looks like a class of {len(tops)} submissions ({names}): grade it with --all-in; or "
            "choose one of them with --take newest"
        )


def refuse_all(work: Sequence[Place]) -> Place:
    """Refuse a submission that has several places with work in it."""
    names = several([place.name for place in work])
    raise Unreadable(
        f"has modules in {len(work)} places ({names}): which was handed in? Choose with --take "
        "newest, or grade a class with --all-in"
    )


def several(names: Sequence[str]) -> str:
    """Return some names for a line of text."""
    return ", ".join(sorted(names)[:3]) + (", …" if len(names) > 3 else "")


# -- one place --------------------------------------------------------------------------------


def stage_of(name: str, stages: Stages) -> str:
    """Return the stage that a file is the module of, whatever a computer made of its name."""
    stem, dot, end = name.rpartition(".")
    stem = COPIED.sub("", stem).lower()
    return stem if dot and end.lower() == "py" and stem in stages else ""


def places_in(files: Sequence[File], stages: Stages) -> list[Place]:
    """Return every folder that has modules."""
    found: dict[PurePosixPath, dict[str, list[File]]] = {}
    beside: dict[PurePosixPath, dict[str, File]] = {}
    for file in files:
        folder = file.path.parent
        if OURS.search(str(file.path)):
            continue
        if stage := stage_of(file.path.name, stages):
            found.setdefault(folder, {}).setdefault(stage, []).append(file)
        elif is_helper(name := unicodedata.normalize("NFC", file.path.name)):
            beside.setdefault(folder, {})[name] = file
    if len(found) > MOST_PLACES:
        raise Unreadable(f"has modules in {len(found)} places: grade a class with --all-in")
    return [place(path, found[path], beside.get(path, {}), stages) for path in found]


def is_helper(name: str) -> bool:
    """Whether a module of this name could be imported by those of the kata."""
    stem = name.removesuffix(".py")
    is_module = stem != name and stem.isidentifier() and not stem.startswith("__")
    return is_module and len(name.encode()) <= LONGEST_NAME


def place(
    path: PurePosixPath,
    named: Mapping[str, Sequence[File]],
    beside: Mapping[str, File],
    stages: Stages,
) -> Place:
    """Read the modules of a folder, and others beside them that they name."""
    found = Place(path)
    for stage in stages:
        if stage in named:
            add_module(found, stage, named[stage], stages[stage])
    unread, texts = dict(beside), [*found.modules.values()]
    while texts:
        text = texts.pop().decode("utf-8", "replace")
        for name in [n for n in unread if re.search(rf"\b{n.removesuffix('.py')}\b", text)]:
            found.helpers[name] = unread.pop(name).text()
            texts.append(found.helpers[name])
    if len(found.helpers) > MOST_HELPERS:
        raise Unreadable(f"imports more than {MOST_HELPERS} modules of its own")
    return found


def add_module(found: Place, stage: str, files: Sequence[File], functions: Sequence[str]) -> None:
    """Read the module of a stage: the file of that name, or a copy in which more is written."""
    name = f"{stage}.py"
    texts = {file: file.text() for file in files}
    if len({file.path for file in files}) < len(files):
        raise Unreadable(f"holds {shown(files[0].path)} twice")
    written = [file for file in files if is_written(texts[file], stage, functions)]
    exact = next((file for file in files if file.path.name == name), None)
    if exact in written or not written:
        chosen = exact or files[0]
    else:
        chosen = written[0]
        if len({texts[file] for file in written}) > 1:
            copies = " and ".join(sorted(shown(file.path.name) for file in written))
            raise Unreadable(f"has {copies}: which of them is {name}?")
    others = [file for file in written if texts[file] != texts[chosen]]
    if chosen is not exact or others:
        found.notes.append(taken(chosen, name, others))
    found.modules[name] = texts[chosen]
    found.time = max(found.time, chosen.time)
    if chosen in written:
        found.written.add(name)


def taken(file: File, name: str, others: Sequence[File]) -> str:
    """Say which file was taken for a module."""
    told = shown(file.path.name) if file.path.name != name else name
    beside = f", not {shown(others[0].path.name)} beside it" if others else ""
    return f"{told} was taken as {name}{beside}"


def is_written(text: bytes, stage: str, functions: Sequence[str]) -> bool:
    """Whether a module may have one of its functions, and is not as it was handed out."""
    if not re.search(rb"\b(%s)\b" % "|".join(functions).encode(), text):
        return False
    may_be_stub = b"NotImplementedError" in text and len(text) <= LARGEST_STUB
    return not (may_be_stub and is_untouched(text, stage, functions))


# -- archives, and nothing ----------------------------------------------------------------------


def files_in_archives(files: Iterable[File]) -> list[File]:
    """Return all that is in archives among a submission's files."""
    archives = [file for file in files if file.is_archive]
    if len(archives) > MOST_ARCHIVES:
        raise Unreadable(f"has {len(archives)} archives: grade a class with --all-in")
    return [inner for archive in archives for inner in unpacked(archive)]


def unpacked(archive: File) -> Iterator[File]:
    """Yield the files in an archive by their paths in the submission."""
    try:
        for file in files_in_archive(archive):
            yield under(archive.path, file)
    except Unreadable as problem:
        raise Unreadable(f"has {shown(archive.path)}, which {problem}") from None


def nothing_in(files: Sequence[File]) -> str:
    """Say that a submission has no module, and what it has instead."""
    for file in files:
        if file.is_link and (file.path.name == "kata" or file.path.suffix == ".py"):
            return f"has no module, and {shown(file.path)} is a link"
    names = sorted({file.path.parts[0] for file in files})
    some = ", ".join(map(shown, names[:5])) + (", …" if len(names) > 5 else "")
    return f"{NOTHING} (it has {some})" if names else f"{NOTHING} (it is empty)"
