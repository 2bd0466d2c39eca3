"""Campaigns, contacts, imports and prompts, as services need them."""
