"""Alembic migrations, and bringing a database up to date with them."""
