"""What a PBX tells, in our words."""
