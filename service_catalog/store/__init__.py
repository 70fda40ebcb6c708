"""Where records live. SQLAlchemy enters the project only here."""
