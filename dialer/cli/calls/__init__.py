"""Commands about calls and probes."""
