"""The store on SQLite or PostgreSQL, with SQLAlchemy Core.

There is one file per port, and one tree of migrations for both engines.
"""
