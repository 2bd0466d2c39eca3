"""The store on SQLite or PostgreSQL: SQLAlchemy Core, one file per port, one tree of migrations for both engines."""
