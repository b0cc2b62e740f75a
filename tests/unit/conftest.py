"""Settings of all unit tests."""

from hypothesis import settings

# No test depends on how fast the machine is.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
