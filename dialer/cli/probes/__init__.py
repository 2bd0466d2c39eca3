"""Commands about call-back probes."""
