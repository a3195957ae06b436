"""Tickets: a browser can give a socket no header, so what proves who it is goes through its address, once."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from todo.errors import Unauthenticated
from todo.models import Ticket
from todo.services.actor import Actor, Authority, digest_of
from todo.services.tokens import new_secret

GOOD_FOR = timedelta(minutes=1)
_MOST_SECRET = 200


def issue(session: Session, actor: Actor) -> tuple[str, datetime]:
    """The secret of a ticket for one socket, and until when it can be used."""
    secret, expires_at = new_secret("todoticket"), actor.now + GOOD_FOR
    session.add(
        Ticket(
            digest=digest_of(secret),
            token_id=actor.authority.token_id,
            link_id=actor.authority.link_id,
            created_at=actor.now,
            expires_at=expires_at,
        )
    )
    return secret, expires_at


def redeem(session: Session, secret: str, now: datetime) -> Authority:
    """Use a ticket up: what whoever asked for it had proved. Raises Unauthenticated."""
    used = None
    if secret and len(secret) <= _MOST_SECRET:
        used = session.execute(
            delete(Ticket)
            .where(Ticket.digest == digest_of(secret), Ticket.expires_at > now)
            .returning(Ticket.token_id, Ticket.link_id)
        ).one_or_none()
    if used is None:
        raise Unauthenticated("The ticket is unknown, expired or used. Ask for another one: POST /v1/live/tickets.")
    return Authority(token_id=used.token_id, link_id=used.link_id)
