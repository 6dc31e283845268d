"""Right code is accepted, in whatever style it is written."""

import pytest

from solution.checks.styles import STYLES, Style
from tests.judge import diagnosis
from tests.judge.fingerprints import features
from tests.judge.functions import COMPARED
from tests.judge.specification import properties


@pytest.mark.parametrize("function", COMPARED)
def test_there_are_eight_styles_or_more_of_every_function(function: str) -> None:
    assert len({style.name for style in STYLES if style.function == function}) >= 8


@pytest.mark.filterwarnings("ignore:Converting a tensor")  # by float(loss): right, all the same
@pytest.mark.parametrize("style", STYLES, ids=lambda s: f"{s.function}: {s.name}")
def test_style_has_all_properties(style: Style) -> None:
    subject = diagnosis.sample(style.implementation).subjects[style.function]
    for judge in properties(style.function):
        judge.all_cases(subject)


@pytest.mark.parametrize("function", COMPARED)
def test_right_code_looks_like_no_known_mistake(function: str) -> None:
    styles = [style for style in STYLES if style.function == function]
    for style in styles[:3]:  # features do not depend on the style
        subject = diagnosis.sample(style.implementation).subjects[function]
        found = diagnosis.explain(features(subject), diagnosis.known_mistakes(function))
        assert [known.mistake.name for known in found] == []
