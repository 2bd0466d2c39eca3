"""Oppositions, from whatever way they come to every PBX's lock."""
