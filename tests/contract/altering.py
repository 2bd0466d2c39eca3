"""A change of the database behind the program's back."""

from sqlalchemy import create_engine

from dialer.adapters.sql.db.engine import parse_url


def alter(url: str, statement: str) -> None:
    """Run a statement as a person with a database client would."""
    parsed = parse_url(url)
    plain = parsed.set(drivername="sqlite") if parsed.get_backend_name() == "sqlite" else parsed
    engine = create_engine(plain)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
