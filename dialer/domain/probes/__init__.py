"""The call-back probe: whether the numbers that are shown reach the sponsor's line."""
