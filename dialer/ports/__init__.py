"""Needs of the services from outside: Protocols, by purpose.

Adapters satisfy them by shape; each docstring is the contract.
"""
