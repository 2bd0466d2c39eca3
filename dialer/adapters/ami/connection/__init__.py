"""A connection to a PBX's manager interface."""
