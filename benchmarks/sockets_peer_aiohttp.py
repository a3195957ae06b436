"""The peer on aiohttp, as its own example of a chat sends to everybody: a loop that awaits `send_str`."""

import asyncio
import json
import os

from aiohttp import WSMsgType, web

SUBSCRIBERS = web.AppKey("subscribers", dict[str, set[web.WebSocketResponse]])


async def live(request: web.Request) -> web.WebSocketResponse:
    """Hold one socket."""
    if request.headers.get("Authorization") != f"Bearer {os.environ['SOCKETS_TOKEN']}":
        raise web.HTTPUnauthorized
    opened = web.WebSocketResponse(compress=False)
    await opened.prepare(request)
    lists: set[str] = set()
    try:
        async for message in opened:
            if message.type != WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            if said["type"] == "subscribe":
                lists.update(each["id"] for each in said["lists"])
                for list_id in lists:
                    request.app[SUBSCRIBERS].setdefault(list_id, set()).add(opened)
                await opened.send_str('{"type":"hello"}')
    finally:
        for list_id in lists:
            request.app[SUBSCRIBERS][list_id].discard(opened)
    return opened


async def change(request: web.Request) -> web.Response:
    """Send the body to everybody on the list."""
    text = await request.text()
    for opened in list(request.app[SUBSCRIBERS].get(request.match_info["list_id"], ())):
        await opened.send_str(text)
    return web.Response(status=201)


async def serve() -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app[SUBSCRIBERS] = {}
    app.add_routes([web.get("/live", live), web.post("/lists/{list_id}", change)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()
