"""Campaigns and their contacts, stored."""
