"""Every known mistake is rejected, and told from all others."""

import pytest

from tests import diagnosis
from tests.mistakes import MISTAKES, Mistake, known
from tests.probes import STAGES


@pytest.mark.parametrize("function", [name for names in STAGES.values() for name in names])
def test_every_function_has_mistakes_of_its_own(function: str) -> None:
    names = [mistake.name for mistake in known(function)]
    sentences = {mistake.sentence for mistake in known(function)}
    assert len(set(names)) == len(names) == len(sentences) > 7


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.function}: {m.name}")
def test_mistake_is_rejected_and_told_from_all_others(mistake: Mistake) -> None:
    subject = diagnosis.subject_of(mistake.function, mistake.implementation)
    verdict = subject.first_problem()
    assert verdict is not None, "accepted"
    assert verdict.kind == "wrong"
    # So it gets its own name in the report; taken out of the catalogue, it would get none.
    assert diagnosis.explain(mistake.function, iter(diagnosis.of_mistake(mistake))) == [mistake]
