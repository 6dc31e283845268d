"""What is set on the page."""

from plots.lab.asking import Asking
from plots.lab.settings import Setting


class State:
    """What is set on the page, and which question is asked.

    `settings` has a setting for each run, and the knobs turn that of run `active`, of which update
    `step` is looked at. `right` is whether the path of right functions is shown, `errors` what is
    wrong with what was set, by the name of its control, and `kept` where the page was kept.
    `before` is what was set, and looked at, before a question was asked.
    """

    def __init__(self) -> None:
        self.settings = [Setting()]
        self.active = 0
        self.step = 1
        self.right = False
        self.errors: dict[str, str] = {}
        self.asking = Asking()
        self.kept = ""
        self.before = self.settings, self.active, self.step
