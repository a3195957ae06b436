"""hypercorn serves the to-do service over HTTP/2, through the bridge: encrypted, and in the clear."""

import asyncio
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from examples.places import served

PASSWORD = "correct horse battery"
STREAMS = 100  # as many as hypercorn allows on one connection
LARGER_THAN_THE_WINDOW = 65_535  # what a client takes of a reply unless it says more (RFC 9113, section 6.9.2)


@dataclass(frozen=True)
class Server:
    """Where hypercorn listens, and the certificate that it shows there, if any."""

    address: str
    certificate: Path | None

    def client(self) -> httpx.AsyncClient:
        """A client that speaks HTTP/2 and nothing else, over one connection."""
        trusted = ssl.create_default_context(cafile=self.certificate) if self.certificate else False
        return httpx.AsyncClient(
            base_url=self.address,
            http1=False,
            http2=True,
            verify=trusted,
            timeout=20,
            limits=httpx.Limits(max_connections=1),
        )


@pytest.fixture(scope="module", params=["tls", "cleartext"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """hypercorn with the to-do service on a new SQLite file."""
    folder = tmp_path_factory.mktemp("http2")
    command = ["-m", "hypercorn", "todo_asgi:app", "--bind", "127.0.0.1:PORT"]
    certificate = folder / "certificate.pem"
    if request.param == "tls":
        key = folder / "key.pem"
        make_certificate(key, certificate)
        command += ["--keyfile", str(key), "--certfile", str(certificate)]
    with served(tuple(command), {"TODO_DATABASE_URL": f"sqlite:///{folder}/todo.db"}) as port:
        if request.param == "tls":
            yield Server(f"https://localhost:{port}", certificate)
        else:
            yield Server(f"http://127.0.0.1:{port}", None)


def make_certificate(key: Path, certificate: Path) -> None:
    """A certificate of this machine's own making, as docs/tornado-lambda.md says."""
    options = "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    command = ["openssl", *options.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=20)


def run(server: Server, story: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async def told() -> None:
        async with asyncio.timeout(25), server.client() as client:
            await story(client)

    asyncio.run(told())


async def sign_up(client: httpx.AsyncClient, name: str) -> None:
    """Make an account, and send its token from now on."""
    reply = await client.post("/v1/accounts", json={"email": f"{name}@example.org", "password": PASSWORD})
    assert (reply.status_code, reply.http_version) == (201, "HTTP/2"), reply.text
    client.headers["Authorization"] = f"Bearer {reply.json()['token']['secret']}"


async def make_list(client: httpx.AsyncClient) -> str:
    """The path of the tasks of a new list."""
    reply = await client.post("/v1/lists", json={"title": "Garden"})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["url"]) + "/tasks"


def test_a_person_signs_up_and_keeps_lists(server: Server) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/lists")).status_code == 401
        await sign_up(client, "ann")
        tasks = await make_list(client)
        made = await client.post(tasks, json={"title": "Säen 🌱"})
        path = made.json()["url"]
        done = await client.patch(path, json={"completed": True}, headers={"If-Match": made.headers["ETag"]})
        late = await client.patch(path, json={"title": "Old"}, headers={"If-Match": made.headers["ETag"]})
        unchanged = await client.get(path, headers={"If-None-Match": done.headers["ETag"]})
        gone = await client.delete(path)

        assert [reply.status_code for reply in (made, done, late, unchanged, gone)] == [201, 200, 412, 304, 204]
        assert {reply.http_version for reply in (made, done, late, unchanged, gone)} == {"HTTP/2"}
        assert made.json()["title"] == "Säen 🌱"
        assert (await client.get(tasks)).json() == []

    run(server, story)


def test_a_hundred_streams_of_one_connection_are_open_at_once(server: Server) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await sign_up(client, "bob")
        tasks = await make_list(client)
        begun = 0
        all_begun = asyncio.Event()

        async def late_body(number: int) -> AsyncIterator[bytes]:
            # Asked for when the headers have been sent: no body follows before all streams are open.
            nonlocal begun
            begun += 1
            if begun == STREAMS:
                all_begun.set()
            await all_begun.wait()
            yield json.dumps({"title": f"Row {number}"}).encode()

        async def add(number: int) -> httpx.Response:
            headers = {"Content-Type": "application/json"}
            return await client.post(tasks, content=late_body(number), headers=headers)

        replies = await asyncio.gather(*(add(number) for number in range(STREAMS)))

        assert [reply.status_code for reply in replies] == [201] * STREAMS
        assert [reply.json()["title"] for reply in replies] == [f"Row {number}" for number in range(STREAMS)]
        assert len({reply.extensions["stream_id"] for reply in replies}) == STREAMS
        ends = {reply.extensions["network_stream"].get_extra_info("client_addr") for reply in replies}
        assert len(ends) == 1
        found = await client.get(tasks, params={"limit": STREAMS + 1})
        assert {row["title"] for row in found.json()} == {f"Row {number}" for number in range(STREAMS)}

    run(server, story)


def test_a_long_reply_waits_for_the_client_and_other_streams_pass_it(server: Server) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        await sign_up(client, "eve")
        tasks = await make_list(client)
        notes = "Whatever there is to say." * 600
        for number in range(20):
            made = await client.post(tasks, json={"title": f"Row {number}", "notes": notes})
            assert made.status_code == 201
        async with client.stream("GET", tasks) as reply:
            others = await asyncio.gather(*(client.get("/v1/me") for _ in range(10)))
            body = await reply.aread()

        assert [other.status_code for other in others] == [200] * 10
        assert len(body) > 4 * LARGER_THAN_THE_WINDOW
        assert [row["notes"] for row in json.loads(body)] == [notes] * 20

    run(server, story)
