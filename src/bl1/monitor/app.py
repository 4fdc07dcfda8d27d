"""The page over HTTP: its files, a WebSocket with the culture's life, and pictures of the game."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.middleware import Middleware
from starlette.requests import Request, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from bl1.monitor.access import COOKIE, Access
from bl1.monitor.stretch import PICTURE_KIND
from bl1.monitor.viewers import Viewers

STATIC = Path(__file__).parent / "static"
MOST_PICTURE_BYTES = 1 << 20
JPEG = b"\xff\xd8\xff"
ONLY_OWN = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'"
)


def page(access: Access, viewers: Viewers, asked: Callable[[Any], None]) -> Starlette:
    """The application.

    Args:
        access: who is let in.
        viewers: to whom each browser that comes is added.
        asked: told of what a browser asks for, a JSON object of its own.
    """

    async def live(socket: WebSocket) -> None:
        viewer = viewers.enter()
        if viewer is None:
            await socket.close(1013, "too many viewers")
            return
        await socket.accept()
        sender = asyncio.create_task(_send_all(socket, viewer.next))
        try:
            while True:
                asked(json.loads(await socket.receive_text()))
        except (WebSocketDisconnect, ValueError, KeyError, RecursionError):
            pass  # it has gone, or asks in no form
        finally:
            viewers.leave(viewer)
            sender.cancel()

    async def game(request: Request) -> Response:
        picture = b""
        async for part in request.stream():
            picture += part
            if len(picture) > MOST_PICTURE_BYTES:
                return PlainTextResponse("a picture of more than 1 MiB\n", 413)
        if not picture.startswith(JPEG):
            return PlainTextResponse("no JPEG\n", 415)
        viewers.show("game", PICTURE_KIND + picture)
        return Response(status_code=204)

    return Starlette(
        routes=[
            WebSocketRoute("/live", live),
            Route("/game", game, methods=["POST"]),
            Mount("/", StaticFiles(directory=STATIC, html=True)),
        ],
        middleware=[Middleware(_Door, access=access)],
    )


async def _send_all(socket: WebSocket, next_message: Callable[[], Any]) -> None:
    try:
        while True:
            message = await next_message()
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)
    except (WebSocketDisconnect, RuntimeError):  # of which the reading end hears, too
        pass


class _Door:
    """Lets in whom `Access` lets in, and nobody else, before anything is read of what they send."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        headers = Headers(scope=scope)
        shown = QueryParams(scope["query_string"]).get("token", "")
        may_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not self._access.is_named(headers.get("host", "")):
            await _refuse("this address is not served here", scope, receive, send)
        elif not may_read and not self._access.is_own_page(headers):
            await _refuse("a page of another origin asks", scope, receive, send)
        elif not self._access.knows_token(shown or _token_in(headers)):
            await _refuse("open the address with the token that was printed", scope, receive, send)
        elif shown and may_read:
            # From now on the cookie tells it, so that the token is in no address that is shown.
            response = RedirectResponse("/" + scope["path"].lstrip("/"))
            response.set_cookie(COOKIE, shown, httponly=True, samesite="strict")
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, _with_rules(send))


def _token_in(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token
    # Other programs of this machine may have left cookies in no form, which must do no harm.
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


def _with_rules(send: Send) -> Send:
    """Have browsers load nothing from elsewhere, and look for newer files each time."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message["headers"],
                (b"content-security-policy", ONLY_OWN.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"cache-control", b"no-cache"),
            ]
        await send(message)

    return sending


async def _refuse(why: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":  # closed before it is accepted, which becomes a 403
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse(f"refused: {why}\n", 403)(scope, receive, send)
