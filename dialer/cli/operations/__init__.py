"""Commands that set up, run and check the machine."""
