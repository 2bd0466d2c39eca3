"""Call-back probes."""
