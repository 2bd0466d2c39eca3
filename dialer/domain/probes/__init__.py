"""The call-back probe: a call to a shown number, to hear whether it reaches the sponsor's line."""
