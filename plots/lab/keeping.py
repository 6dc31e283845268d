"""The page to keep: one file with the runs as they are, which needs no server."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bokeh.core.templates import get_env
from bokeh.document import Document
from bokeh.embed import file_html
from bokeh.io.doc import patch_curdoc
from bokeh.resources import INLINE

from plots.files import write_whole
from plots.lab.pictures import Pictures
from plots.lab.style import RUNS

if TYPE_CHECKING:
    from plots.lab.session import Session

OUT = Path("pictures")  # where those of a learner's functions are, too
CAPTIONS = {
    "path": "Paths over the contours of the loss",
    "close": "The same at the minimum (+)",
    "data": "Samples and lines",
    "by_epoch": "Loss per epoch",
    "by_update": "Loss per update",
    "by_second": "Loss per second",
}


def keep(session: "Session") -> str:
    """Write the page to keep, and say where it is."""
    path = OUT / f"lab-{datetime.now():%Y%m%d-%H%M%S}.html"
    try:
        OUT.mkdir(exist_ok=True)
        write_whole(path, kept(session).encode())
    except OSError as error:
        return f"cannot write to {path}: {error.strerror}"
    return f"kept as {path}"


def kept(session: "Session") -> str:
    """Return the page to keep."""
    setting = session.settings[0]
    pictures = Pictures()
    fill(pictures, session)
    experiment = session.asking.experiment
    answered = experiment is not None and session.asking.seen is not None
    own = Document()
    with patch_curdoc(own):  # else the page would have the scripts of the lab's
        return file_html(
            pictures.figures,
            resources=INLINE,
            title=f"Gradient descent with {session.bench.package}/",
            template=get_env().from_string(read("kept.html")),
            template_variables={
                "css": read("page.css"),
                "captions": CAPTIONS,
                "parts": session.display.parts,
                "answer": session.asking.outcome(experiment) if answered and experiment else "",
                "data": f"Data: seed {setting.seed}, noise {setting.noise:g}. "
                + "".join(starts(session)),
            },
        )


def fill(pictures: Pictures, session: "Session") -> None:
    """Draw what the session shows."""
    line = session.bench.line
    if line is None:
        return
    pictures.show_samples(line)
    tracks = [session.bench.track(name) for name in RUNS]
    for index, track in enumerate(tracks):
        pictures.show_run(index, track, line)
    pictures.set_ranges(pictures.frame([track for track in tracks if track is not None], line))
    pictures.show_right(session.bench.track("right"))


def starts(session: "Session") -> list[str]:
    """Say where each run starts."""
    return [
        f"Run {name} starts at w = {setting.w:g}, b = {setting.b:g}. "
        for name, setting in zip(RUNS, session.settings, strict=False)
    ]


def read(name: str) -> str:
    """Return the text of one of the page's files."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
