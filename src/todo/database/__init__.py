"""Connections and units of work. Imports no model: any application can take this package for its own."""

from todo.database.build import build_database
from todo.database.deadline import deadline_in, seconds_left
from todo.database.insert import InsertBlocked, insert_missing
from todo.database.unit import Database, StaleRead

__all__ = ["Database", "InsertBlocked", "StaleRead", "build_database", "deadline_in", "insert_missing", "seconds_left"]
