"""Settings of all unit tests."""

from hypothesis import settings

from tests.thorough import examples

# No test depends on how fast the machine is.
settings.register_profile("unhurried", max_examples=examples(50), deadline=None)
settings.load_profile("unhurried")
