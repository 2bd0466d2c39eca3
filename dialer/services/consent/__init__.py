"""Contacts and consents: recorded one by one or imported, proved and withdrawn."""
