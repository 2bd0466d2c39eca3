"""Roles and tokens, and the rights they carry."""
