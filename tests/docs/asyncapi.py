"""The AsyncAPI document of the socket, made of the shapes; `.venv/bin/python tests/docs/asyncapi.py` writes it anew."""

import inspect
from pathlib import Path
from typing import Any, get_args

import msgspec
import yaml

from todo import __version__
from todo.handlers.contract.schemas import portable
from todo.shapes import live

PAGE = Path(__file__).parents[2] / "docs" / "api" / "asyncapi.yaml"
_REF = "#/components/schemas/{name}"


def document() -> dict[str, Any]:
    """The whole document."""
    said, told = get_args(live.Said), get_args(live.Told)
    _, raw = msgspec.json.schema_components([*said, *told], ref_template=_REF)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "To-do: live updates",
            "version": __version__,
            "description": "What is said on the socket of `/v1/live`, either way. docs/api/live.md explains it.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "server": {
                "host": "127.0.0.1:8080",
                "pathname": "/v1/live",
                "protocol": "ws",
                "description": "`todo serve`. With TLS in front of it, or on AWS, the protocol is `wss`; the `url` of "
                "a ticket (`POST /v1/live/tickets`) is the address to connect to.",
            }
        },
        "channels": {
            "live": {
                "address": "/",
                "description": "One socket. Messages are text, JSON in UTF-8.",
                "messages": {_name(shape): _message_ref(shape) for shape in (*said, *told)},
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "query": {
                            "type": "object",
                            "required": ["ticket"],
                            "properties": {"ticket": {"type": "string", "description": "Good for one socket."}},
                        },
                    }
                },
            }
        },
        "operations": {
            "say": _operation("receive", "What a client says.", said),
            "tell": _operation("send", "What the service says.", told),
        },
        "components": {
            "messages": {_name(shape): _message(shape) for shape in (*said, *told)},
            "schemas": {name: portable(schema) for name, schema in sorted(raw.items())},
        },
    }


def text() -> str:
    """The document as it is in the file."""
    head = "# Made of src/todo/shapes/live.py by tests/docs/asyncapi.py, which writes it anew.\n"
    return head + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)


def _name(shape: type[msgspec.Struct]) -> str:
    return str(shape.__struct_config__.tag)


def _operation(action: str, summary: str, shapes: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/live"},
        "messages": [{"$ref": f"#/channels/live/messages/{_name(shape)}"} for shape in shapes],
    }


def _message_ref(shape: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/messages/{_name(shape)}"}


def _message(shape: type[msgspec.Struct]) -> dict[str, Any]:
    summary = inspect.cleandoc(shape.__doc__ or "").partition("\n")[0]
    return {"name": _name(shape), "summary": summary, "payload": {"$ref": _REF.format(name=shape.__name__)}}


if __name__ == "__main__":
    PAGE.write_text(text())
