"""Oppositions, from their arrival by any channel to every PBX's lock."""
