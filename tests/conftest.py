"""What every test shares: fixtures by name, and how chance is led."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.harness.crashes", "tests.harness.fixtures", "tests.harness.sharing"]

# How long an example takes is the machine's affair: no test is timed.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
