"""Connections and units of work. Imports no model: any application can take this package for its own."""

from todo.database.build import build_database
from todo.database.bulk import insert_all
from todo.database.deadline import deadline_in, seconds_left
from todo.database.deferral import execute_later
from todo.database.insert import InsertBlocked, insert_later, insert_missing
from todo.database.login import FixedLogin, Login, LoginUnavailable, SecretLogin, TokenLogin
from todo.database.unit import Database, StaleRead

__all__ = [
    "Database",
    "FixedLogin",
    "InsertBlocked",
    "Login",
    "LoginUnavailable",
    "SecretLogin",
    "StaleRead",
    "TokenLogin",
    "build_database",
    "deadline_in",
    "execute_later",
    "insert_all",
    "insert_later",
    "insert_missing",
    "seconds_left",
]
