"""Every known mistake is rejected, and told from all others."""

import pytest

from tests.judge import diagnosis
from tests.judge.functions import STAGES
from tests.judge.mistakes import MISTAKES, Mistake, known


@pytest.mark.parametrize("function", [name for names in STAGES.values() for name in names])
def test_every_function_has_mistakes_of_its_own(function: str) -> None:
    names = [mistake.name for mistake in known(function)]
    sentences = {mistake.sentence for mistake in known(function)}
    assert len(set(names)) == len(names) == len(sentences) > 7


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.function}: {m.name}")
def test_mistake_is_rejected_and_told_from_all_others(mistake: Mistake) -> None:
    verdict = diagnosis.sample(mistake.implementation).first_problem(mistake.function)
    assert verdict is not None, "accepted"
    assert verdict.kind == "wrong"
    # So it gets its own name in the report; taken out of the catalogue, it would get none.
    assert diagnosis.explain(mistake.function, iter(diagnosis.of_mistake(mistake))) == [mistake]
