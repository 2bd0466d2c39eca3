"""Events of a PBX, in the domain's words."""
