"""Every resource of the API by its path; each file beside this one owns its own."""

import re

from tornado.routing import PathMatches, Rule

from todo.handlers import (
    accounts,
    activity,
    batch,
    docs,
    exports,
    feeds,
    health,
    import_parts,
    imports,
    index,
    labels,
    lists,
    live,
    me,
    openapi,
    password_resets,
    quick_add,
    sharing,
    sync,
    tasks,
    trash,
    undo,
)
from todo.handlers.api_handler import ApiHandler

RESOURCES: dict[str, type[ApiHandler]] = {
    path: handler
    for module in (
        index,
        accounts,
        password_resets,
        me,
        lists,
        sharing,
        tasks,
        quick_add,
        trash,
        labels,
        activity,
        sync,
        batch,
        undo,
        imports,
        import_parts,
        live,
        exports,
        feeds,
        openapi,
        docs,
        health,
    )
    for path, handler in module.ROUTES.items()
}


def rules(resources: dict[str, type[ApiHandler]]) -> list[Rule]:
    """Tornado's rules for the resources. A name in braces stands for one segment of the path."""
    return [Rule(PathMatches(_pattern(path)), handler, name=path) for path, handler in resources.items()]


def _pattern(path: str) -> str:
    literal = path.replace(".", r"\.")
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", literal) + "$"
