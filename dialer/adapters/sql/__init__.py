"""The store on SQLite or PostgreSQL, with SQLAlchemy Core: one module a port.

One tree of migrations serves both engines.
"""
