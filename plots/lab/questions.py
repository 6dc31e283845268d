"""Eight questions to be answered before anything is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plots.experiment import SAMPLES, Line
from plots.lab import seen
from plots.lab.child import Job
from plots.lab.seen import Measured, Seen
from plots.lab.settings import Setting, limit


@dataclass(frozen=True)
class Experiment:
    """A question, the answers to choose from, what is run, and what is seen in it.

    Parameters
    ----------
    title, question : str
        What is asked.
    options : mapping
        The answers, by a word for each.
    expected : str
        The word of the answer that right functions give.
    runs : callable
        Takes the least-squares line, and returns the settings of the runs.
    see : callable
        Takes what was measured.
    probes : mapping
        What else is to be measured, by name.
    """

    title: str
    question: str
    options: Mapping[str, str]
    expected: str
    runs: Callable[[Line], tuple[Setting, ...]]
    see: Callable[[Measured], Seen]
    probes: Mapping[str, Job] = field(default_factory=dict)


BATCH, ONE, FEW = (Setting(batch_size=size) for size in (SAMPLES, 1, 128))


def of(setting: Setting, **changes: float) -> Setting:
    """Return a setting with some numbers changed."""
    return Setting(**{**vars(setting), **changes})


def fixed(*settings: Setting) -> Callable[[Line], tuple[Setting, ...]]:
    """Return what gives the same settings for all data."""
    return lambda line: settings


EXPERIMENTS = {
    "beyond": Experiment(
        "A rate beyond 2/λ",
        "Batch descent with a learning rate 8 % above 2/λ (λ: the largest curvature of the loss), "
        "for 100 epochs. What does it do?",
        {
            "reaches": "It reaches the minimum, on a zigzag.",
            "swings": "It swings from side to side, neither nearer nor further.",
            "grows": "It gets further away with each update.",
        },
        "grows",
        lambda line: (of(BATCH, lr=1.08 * limit(line), epochs=100),),
        seen.beyond,
    ),
    "floor": Experiment(
        "The end of stochastic descent",
        "Stochastic descent (m = 1) at 0.01 makes 30,000 updates, far more than it needs to get "
        "there. Where is its loss on all samples then, compared with the least-squares line?",
        {
            "below": "Below it.",
            "at": "At it: it has converged.",
            "above": "Above it, and it stays there.",
        },
        "above",
        fixed(of(ONE, epochs=30)),
        seen.floor,
    ),
    "counts": Experiment(
        "Updates and epochs",
        "At the rate 0.05, A goes 200 times over the data with m = 1000, B 20 times with m = 100. "
        "Which is nearer to the least-squares loss at the end?",
        {
            "whole": "A: it has seen each sample ten times as often.",
            "tenth": "B: small batches are faster.",
            "alike": "Neither: they are about as near.",
        },
        "alike",
        fixed(
            of(BATCH, lr=0.05, epochs=200),
            of(BATCH, lr=0.05, batch_size=100, epochs=20),
        ),
        seen.counts,
    ),
    "spread": Experiment(
        "Four times the batch",
        "Draw many batches of 16 samples, and look how much their gradients differ. "
        "With batches of 64, how large is that spread?",
        {"same": "As large.", "half": "Half as large.", "quarter": "A quarter."},
        "half",
        fixed(of(FEW, lr=0.1, batch_size=16, epochs=10), of(FEW, lr=0.1, batch_size=64, epochs=10)),
        seen.spread,
        {
            "m = 16": Job("spread", of(FEW, batch_size=16), number=seen.DRAWS),
            "m = 64": Job("spread", of(FEW, batch_size=64), number=seen.DRAWS),
        },
    ),
    "clocks": Experiment(
        "Who is first?",
        "Batch (A, m = 1000), stochastic (B, m = 1) and mini-batch descent (C, m = 128), all at "
        "0.01: which is the first to come within 10 % of the least-squares loss?",
        {
            "batch": "Batch descent, in updates: its steps are exact.",
            "stochastic": "Stochastic descent, by far, in epochs and in updates.",
            "mini": "Mini-batch descent, in updates: it has the best of both.",
            "alike": "Stochastic descent in epochs; in updates all three are alike.",
        },
        "alike",
        fixed(of(BATCH, epochs=4000), of(ONE, epochs=6), of(FEW, epochs=500)),
        seen.clocks,
    ),
    "crawl": Experiment(
        "A thousand epochs",
        "The data come from y = 3x + 2 and noise. Batch descent at 0.01 goes 1000 times over them. "
        "What has it reached?",
        {
            "true": "w = 3, b = 2, or nearly.",
            "least": "The least-squares line, or nearly.",
            "way": "Neither: it is still on its way.",
        },
        "way",
        fixed(of(BATCH, epochs=1000)),
        seen.crawl,
    ),
    "rates": Experiment(
        "A rate for another batch size",
        "At the rate 0.4, m = 128 (A) gets close to the least-squares loss within 20 epochs. "
        "m = 1 (B) makes 125 times as many updates in them. What does it do at this rate?",
        {
            "better": "It gets as close, or closer.",
            "swings": "It ends far above, and moves about.",
            "diverges": "It diverges.",
        },
        "swings",
        fixed(of(FEW, lr=0.4, epochs=20), of(ONE, lr=0.4, epochs=20)),
        seen.rates,
    ),
    "short": Experiment(
        "The short last batch",
        "1000 samples in batches of 128: the last batch of an epoch has 104. What happens to it?",
        {
            "dropped": "It is dropped: an epoch has 7 updates.",
            "scaled": "It is an update with a shorter step, 104/128 of the others'.",
            "own": "It is an update like the others, its mean taken over 104.",
        },
        "own",
        fixed(of(FEW, lr=0.1, epochs=20)),
        seen.short,
        {"updates": Job("updates", FEW)},
    ),
}
