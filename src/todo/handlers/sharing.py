"""Sharing a list: its members, invitations to it, secret links."""

from uuid import UUID

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import invitations, links, members
from todo.shapes.sharing import (
    Acceptance,
    Invitation,
    Link,
    Member,
    NewInvitation,
    NewInvitationReply,
    NewLink,
    NewLinkReply,
    NewRole,
)
from todo.shapes.task_list import TaskList


class MembersHandler(ApiHandler):
    """`/v1/lists/{list_id}/members`."""

    @operation("Who sees a list", returns=tuple[Member, ...])
    async def get(self, list_id: UUID) -> None:
        """List the members by name; at most 500, in one page. Holders of links see no addresses."""
        self.reply(await self.read(members.of_list, list_id))


class MemberHandler(ApiHandler):
    """`/v1/lists/{list_id}/members/{account_id}`."""

    @operation("Change a role", body=NewRole, returns=Member, keyed=True, refusals=(409,))
    async def put(self, list_id: UUID, account_id: UUID) -> None:
        """Give a member another role, as an owner. A list may have several owners, and has one at least."""
        self.reply(await self.commit(members.set_role, list_id, account_id, self.body(NewRole)))

    @operation("Take somebody off a list, or leave it", status=204, keyed=True, refusals=(409,))
    async def delete(self, list_id: UUID, account_id: UUID) -> None:
        """Take a member off the list, as an owner; or leave it. What was assigned to them is assigned to nobody."""
        await self.commit(members.remove, list_id, account_id)
        self.reply_nothing()


class ListInvitationsHandler(ApiHandler):
    """`/v1/lists/{list_id}/invitations`."""

    @operation("Open invitations", returns=tuple[Invitation, ...])
    async def get(self, list_id: UUID) -> None:
        """List the invitations that are open, latest first, as an owner; at most 100, in one page."""
        self.reply(await self.read(invitations.of_list, list_id))

    @operation(
        "Invite somebody", body=NewInvitation, returns=NewInvitationReply, status=201, keyed=True, refusals=(409, 429)
    )
    async def post(self, list_id: UUID) -> None:
        """Mail an invitation, as an owner. It is good for 14 days, once, for whoever has its secret."""
        made = await self.commit(invitations.create, list_id, self.body(NewInvitation))
        await self.tell_of_jobs(made.id)
        self.reply_created(made)


class ListInvitationHandler(ApiHandler):
    """`/v1/lists/{list_id}/invitations/{invitation_id}`."""

    @operation("Withdraw an invitation", status=204, keyed=True)
    async def delete(self, list_id: UUID, invitation_id: UUID) -> None:
        """Withdraw it, as an owner; nobody can accept it any more."""
        await self.commit(invitations.withdraw, list_id, invitation_id)
        self.reply_nothing()


class InvitationsHandler(ApiHandler):
    """`/v1/invitations`."""

    @operation(
        "Accept an invitation",
        body=Acceptance,
        returns=TaskList,
        status=201,
        keyed=True,
        tagged=True,
        refusals=(404, 409),
    )
    async def post(self) -> None:
        """Join the list; the invitation is used up. Who is a member already keeps the higher of the two roles."""
        self.reply_created(await self.commit(invitations.accept, self.body(Acceptance)))


class LinksHandler(ApiHandler):
    """`/v1/lists/{list_id}/links`."""

    @operation("Secret links", returns=tuple[Link, ...])
    async def get(self, list_id: UUID) -> None:
        """List the links that still work, latest first, as an owner; at most 100, in one page."""
        self.reply(await self.read(links.of_list, list_id))

    @operation("Make a secret link", body=NewLink, returns=NewLinkReply, status=201, keyed=True, refusals=(409,))
    async def post(self, list_id: UUID) -> None:
        """Make a link, as an owner; its secret is shown this once, and is a bearer token for this list alone."""
        self.reply_created(await self.commit(links.create, list_id, self.body(NewLink)))


class LinkHandler(ApiHandler):
    """`/v1/lists/{list_id}/links/{link_id}`."""

    @operation("Revoke a secret link", status=204, keyed=True)
    async def delete(self, list_id: UUID, link_id: UUID) -> None:
        """Revoke it, as an owner; it stops working at once."""
        job_ids = await self.commit(links.revoke, list_id, link_id)
        await self.tell_of_jobs(*job_ids)
        self.reply_nothing()


ROUTES = {
    "/v1/lists/{list_id}/members": MembersHandler,
    "/v1/lists/{list_id}/members/{account_id}": MemberHandler,
    "/v1/lists/{list_id}/invitations": ListInvitationsHandler,
    "/v1/lists/{list_id}/invitations/{invitation_id}": ListInvitationHandler,
    "/v1/invitations": InvitationsHandler,
    "/v1/lists/{list_id}/links": LinksHandler,
    "/v1/lists/{list_id}/links/{link_id}": LinkHandler,
}
