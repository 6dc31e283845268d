"""The question on the page, from its choice to its answer."""

from html import escape

from plots.lab.questions import EXPERIMENTS, Experiment
from plots.lab.seen import Seen

RIGHT, OTHER = "That is what the run did.", "The run did something else."


class Asking:
    """Which question is asked, and how far it has come.

    `chosen` is the word of its answer that was committed to, `seen` what the run of functions that
    are right has shown, and `trouble` a sentence if there is nothing to be seen.
    """

    def __init__(self) -> None:
        self.name = ""
        self.chosen = ""
        self.seen: Seen | None = None
        self.trouble = ""

    @property
    def experiment(self) -> Experiment | None:
        """The experiment that is asked about, if there is one."""
        return EXPERIMENTS.get(self.name)

    @property
    def hides(self) -> bool:
        """Whether nothing is to be shown yet."""
        return self.experiment is not None and not self.chosen

    @property
    def waits(self) -> bool:
        """Whether the runs have been started, and are to be looked at when they are over."""
        return bool(self.name and self.chosen) and self.seen is None and not self.trouble

    @property
    def busy(self) -> bool:
        """Whether the knobs are to stay where the question has put them."""
        return self.hides or self.waits

    def ask(self, name: str) -> None:
        """Ask another question, or none."""
        self.name, self.chosen, self.seen, self.trouble = name, "", None, ""

    def forget(self) -> None:
        """Take back an answer: the functions have been saved anew."""
        if self.seen is not None or self.trouble:
            self.seen, self.trouble = None, "Your functions have been saved since: ask again."

    def html(self) -> str:
        """Return what the page shows of it."""
        experiment = self.experiment
        if experiment is None:
            return self.choice()
        if self.hides:
            return self.question(experiment)
        return self.outcome(experiment) + self.choice()

    def choice(self) -> str:
        """Return the list of all questions."""
        names = list(EXPERIMENTS)
        following = names[(names.index(self.name) + 1) % len(names)] if self.name else names[0]
        options = "".join(
            f'<option value="{name}"{" selected" if name == following else ""}>'
            f"{number}. {escape(one.title)}</option>"
            for number, (name, one) in enumerate(EXPERIMENTS.items(), start=1)
        )
        return (
            '<p class="check"><label for="question">Eight questions. You commit to an answer, then '
            "it is run. Nothing is scored.</label></p>"
            f'<p class="check"><select id="question" name="question" style="width: auto">{options}'
            '</select><button type="button" name="do" value="ask">ask me</button></p>'
        )

    def question(self, experiment: Experiment) -> str:
        """Return a question, and the answers to choose from."""
        answers = "".join(
            f'<label><input type="radio" name="answer" value="{word}">{escape(text)}</label>'
            for word, text in experiment.options.items()
        )
        return (
            f'<fieldset class="options"><legend>{escape(experiment.question)}</legend>{answers}'
            '</fieldset><p class="check">'
            '<button type="button" class="main" name="do" value="commit">I commit: run it</button>'
            '<button type="button" name="do" value="leave">leave it</button></p>'
        )

    def outcome(self, experiment: Experiment) -> str:
        """Return what was predicted, and what the run did."""
        said = f"<p>{escape(experiment.question)}</p>"
        said += f"<p>You predicted: <b>{escape(experiment.options[self.chosen])}</b></p>"
        if self.trouble:
            return f'{said}<p class="trouble">{escape(self.trouble)}</p>'
        if self.seen is None:
            return f"{said}<p>Running, and waiting for what the tests say …</p>"
        seen = self.seen
        facts = escape(" ".join(seen.facts))
        if seen.answer not in experiment.options:
            verdict = "The run did none of that."
        elif seen.answer == self.chosen:
            verdict = f"<b>{RIGHT}</b>"
        else:
            verdict = f"<b>{OTHER}</b> {escape(experiment.options[seen.answer])}"
        if seen.answer == experiment.expected:
            reason = escape(" ".join(seen.reason))
        else:
            expected = escape(experiment.options[experiment.expected])
            reason = f"The reference solution answers: {expected}"
        return f'{said}<div class="answer"><p>{verdict} {facts}</p><p>{reason}</p></div>'
