"""Fixtures that every test may name."""

pytest_plugins = ["tests.harness.fixtures"]
