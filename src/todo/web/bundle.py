"""Joins the page's ES modules into one script, so that a browser asks once (docs/decisions/0022-one-script.md).

Each module becomes a function that is called once, after those that it imports. What is understood is small, and
anything else is an error: relative imports by name at the top; `export` before a function, class or constant; lists of
exports. No cycles, no dynamic imports, no `await` outside a function.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NAMES = r"\{([^{}]*)\}"
_FROM = r"""\s*from\s*["']([^"']+)["'];?"""
_SPACE = re.compile(r"(?:\s|//[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
_IMPORT = re.compile(rf"import\s*(?:(\w+)|{_NAMES}){_FROM}")
_RE_EXPORT = re.compile(rf"export\s*{_NAMES}{_FROM}")
_DECLARED = re.compile(r"^export\s+((?:async\s+)?function\b\*?|class\b|const\b|let\b)\s*(\w+)", re.MULTILINE)
_LISTED = re.compile(rf"(?:^|(?<=;)|(?<=\}}))export\s*{_NAMES};?", re.MULTILINE)
_DEFAULT = re.compile(r"(?:^|(?<=;))export\s+default\s+", re.MULTILINE)
_LEFT_OVER = re.compile(r"^\s*(?:import\b(?!\.meta)|export\b).*|\bimport\(", re.MULTILINE)


class CannotJoin(Exception):
    """A module is not written so that it can be joined. The text names the file and what was found."""


@dataclass(slots=True)
class _Module:
    name: str
    imports: list[tuple[str, str]] = field(default_factory=list)  # (module, "a, b: c")
    exports: list[str] = field(default_factory=list)  # "a", "b: c"
    body: str = ""


def join(sources: Mapping[str, str], entry: str) -> str:
    """The modules that `entry` needs, as one script. `sources` has their text by path. Raises CannotJoin."""
    done: dict[str, str] = {}
    parts: list[str] = []

    def add(name: str, path: tuple[str, ...]) -> str:
        if name in path:
            raise CannotJoin(f"{name}: imports itself, by way of {' and '.join(path[path.index(name) + 1 :])}")
        if name not in done:
            if name not in sources:
                raise CannotJoin(f"{path[-1] if path else entry}: there is no module {name}")
            module = _parse(name, sources[name])
            bound = [f"const {{ {names} }} = {add(other, (*path, name))};" for other, names in module.imports]
            done[name] = f"m{len(done)}"
            returned = f"return {{ {', '.join(module.exports)} }};"
            parts.append(
                f"const {done[name]} = (() => {{ // {name}\n" + "\n".join((*bound, module.body, returned)) + "\n})();\n"
            )
        return done[name]

    add(entry, ())
    return "".join(parts)


def _parse(name: str, text: str) -> _Module:
    module = _Module(name)
    module.body = _exports(module, _head(module, text))
    if left := _LEFT_OVER.search(module.body):
        raise CannotJoin(f"{name}: cannot be joined, for {left[0].strip()!r}")
    return module


def _head(module: _Module, text: str) -> str:
    """Take the imports off the top."""
    position = _end(_SPACE.match(text))
    while True:
        if found := _IMPORT.match(text, position):
            default, names, target = found.groups()
            bound = f"default: {default}" if default else _renamed(names)
            module.imports.append((_resolved(module.name, target), bound))
        elif found := _RE_EXPORT.match(text, position):
            # Bound under a name of its own, and given on.
            target = _resolved(module.name, found[2])
            for inner, outer in _pairs(found[1]):
                private = f"_{len(module.imports)}_{outer}"
                module.imports.append((target, f"{inner}: {private}"))
                module.exports.append(f"{outer}: {private}")
        else:
            return text[position:]
        position = _end(_SPACE.match(text, found.end()))


def _exports(module: _Module, body: str) -> str:
    def declared(found: re.Match[str]) -> str:
        module.exports.append(found[2])
        return f"{found[1]} {found[2]}"

    def listed(found: re.Match[str]) -> str:
        module.exports.extend(f"{outer}: {inner}" for inner, outer in _pairs(found[1]))
        return ""

    def default(_found: re.Match[str]) -> str:
        module.exports.append("default: _default")
        return "const _default = "

    return _DEFAULT.sub(default, _LISTED.sub(listed, _DECLARED.sub(declared, body)))


def _pairs(names: str) -> list[tuple[str, str]]:
    """`a, b as c` as (inner, outer) names."""
    pairs = []
    for part in filter(None, (part.strip() for part in names.split(","))):
        inner, _, outer = part.partition(" as ")
        pairs.append((inner.strip(), (outer or inner).strip()))
    return pairs


def _renamed(names: str) -> str:
    return ", ".join(f"{outer}: {inner}" for outer, inner in _pairs(names))


def _resolved(name: str, target: str) -> str:
    if not target.startswith("."):
        raise CannotJoin(f"{name}: {target!r} is no relative path")
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0
