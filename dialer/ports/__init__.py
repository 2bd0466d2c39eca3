"""Needs of the services from outside: Protocols, by subject.

Adapters satisfy them by shape; each docstring is the contract.
"""
