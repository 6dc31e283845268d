"""How Hypothesis tries the properties: the same way in each run, on any machine."""

from hypothesis import HealthCheck, Phase, settings

# A learner's run is the same every time: fixed random numbers, nothing remembered on disk, and
# no verdict that depends on the speed of the machine.
settings.register_profile(
    "kata",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=20,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile(
    "thorough", settings.get_profile("kata"), derandomize=False, max_examples=250
)
# Other examples than those of a learner's own run, so that they cannot be known in advance.
settings.register_profile("grading", settings.get_profile("kata"), derandomize=False)
settings.load_profile("kata")
