"""A whole campaign on one machine: real Asterisk, fictional callees, pretended time."""
