"""Joins the page's ES modules into a few scripts, so that a browser asks seldom (docs/decisions/0024-one-script.md).

Each module becomes a function that is called once, after those that it imports. What is understood is small, and
anything else is an error that names the file and the line:

- at the top, imports by name (or of a default, which libraries have) from relative paths;
- `export` at the beginning of a line, before a function, a class or one constant; lists of exports, also of what other
  modules have.

Comments that have lines of their own are left out, and the white space that lines begin with.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_NAMES = r"\{([^{}]*)\}"
_FROM = r"""\s*from\s*["']([^"'\n]+)["'];?"""
_SPACE = re.compile(r"(?:\s|//[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
_IMPORT = re.compile(rf"import\s*(?:([\w$]+)|{_NAMES}){_FROM}")
_RE_EXPORT = re.compile(rf"export\s*{_NAMES}{_FROM}")
_DECLARED = re.compile(r"^export\s+((?:async\s+)?function\b\s*\*?|class\b|const\b|let\b)\s*([\w$]+)", re.MULTILINE)
# Libraries are written without line breaks.
_LISTED = re.compile(rf"(?:^|(?<=;)|(?<=\}}))export\s*{_NAMES}(?!\s*from\b);?", re.MULTILINE)
_DEFAULT = re.compile(r"(?:^|(?<=;))export\s+default\s+", re.MULTILINE)
_LEFT_OVER = re.compile(
    r"^\s*(?:import|export)\b(?!\s*\().*|\bimport\s*\(\s*[\"'`].*|\bimport\.meta\b|^(?!.*\basync\b)(?:[^\s/*].*)?(?<![\w$.])await\b(?!\s*:).*",
    re.MULTILINE,
)
# A module that is joined sees what a variable held when it was loaded, and nothing of later.
_ASSIGNED = (
    r"(?<![\w$.])(?<!let ){name}\s*(?:(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=(?![=>])|\+\+|--)|(?:\+\+|--){name}\b"
)
_COMMENT_LINES = re.compile(r"^[ \t]*(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*)(?:\n|\Z)", re.MULTILINE)
# In these modules white space at the beginning of a line is never part of a text: htm leaves it out of templates.
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_DROPPED = "\0\n"  # stands for a line that is left out, so that lines can be counted


class CannotJoin(Exception):
    """A module is not written so that it can be joined. The text names the file, the line, and what was found."""


@dataclass(frozen=True, slots=True)
class _Import:
    line: int
    module: str
    name: str  # as the other module calls it
    bound: str  # as it is called here


@dataclass(slots=True)
class _Module:
    name: str
    imports: list[_Import] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)  # what others call it: what it is called here
    variables: list[str] = field(default_factory=list)  # those among them that might be assigned to
    body: str = ""

    def export(self, outer: str, inner: str, line: int) -> None:
        if outer in self.exports:
            raise CannotJoin(f"{self.name}:{line}: {outer} is exported twice")
        self.exports[outer] = inner


def join(sources: Mapping[str, str], entry: str) -> str:
    """The modules that `entry` needs, as one script. `sources` has their text by path. Raises CannotJoin."""
    return join_parts(sources, entry)[0]


def join_parts(sources: Mapping[str, str], *entries: str, names: Sequence[str] = ()) -> tuple[str, ...]:
    """A script for each entry, of what it needs and no earlier one has. Raises CannotJoin.

    A later script imports the modules that it needs from the earlier ones, which lie beside it under `names`, and
    exports what its entry does: the first loads it by `import()`, when it is time.
    """
    modules, parts = _parts(sources, entries)
    numbers = {name: f"m{number}" for number, name in enumerate(name for part in parts for name in part)}
    part_of = {name: number for number, part in enumerate(parts) for name in part}
    shared: list[dict[str, None]] = [{} for _ in parts]  # what later parts need of each, in order
    heads = []
    for number, part in enumerate(parts):
        wanted: dict[int, dict[str, None]] = {}
        for other in (each.module for name in part for each in modules[name].imports):
            if part_of[other] != number:
                wanted.setdefault(part_of[other], {})[numbers[other]] = None
        for earlier, found in wanted.items():
            shared[earlier].update(found)
        heads.append("".join(f"import {{ {', '.join(found)} }} from './{names[n]}';\n" for n, found in wanted.items()))
    scripts = []
    for number, (entry, part, head) in enumerate(zip(entries, parts, heads, strict=True)):
        scopes = "".join(_scope(modules[name], numbers) for name in part)
        given = ", ".join(shared[number])
        tail = f"export {{ {given} }};\n" if given else ""
        if number:
            tail += f"export const {{ {', '.join(modules[entry].exports)} }} = {numbers[entry]};\n"
        scripts.append(head + scopes + tail)
    return tuple(scripts)


def modules_of(sources: Mapping[str, str], *entries: str) -> tuple[tuple[str, ...], ...]:
    """The names of the modules that go into each script. Raises CannotJoin."""
    return _parts(sources, entries)[1]


def _parts(
    sources: Mapping[str, str], entries: Sequence[str]
) -> tuple[dict[str, "_Module"], tuple[tuple[str, ...], ...]]:
    modules: dict[str, _Module] = {}
    return modules, tuple(tuple(_needed(sources, entry, modules)) for entry in entries)


def _needed(sources: Mapping[str, str], entry: str, modules: dict[str, "_Module"]) -> Iterator[str]:
    """What `entry` needs that is not among `modules` yet, each after what it imports; it is among them then."""

    def add(name: str, path: tuple[str, ...], line: int) -> Iterator[str]:
        if name in path:
            ring = " imports ".join((*path[path.index(name) :], name))
            raise CannotJoin(f"{path[-1]}:{line}: a circle: {ring}")
        if name in modules:
            return
        if name not in sources:
            raise CannotJoin(f"{path[-1]}:{line}: there is no {name}" if path else f"there is no {name}")
        module = _parse(name, sources[name])
        for each in module.imports:
            yield from add(each.module, (*path, name), each.line)
            if each.name not in modules[each.module].exports:
                raise CannotJoin(f"{name}:{each.line}: {each.module} exports no {each.name}")
        modules[name] = module
        yield name

    yield from add(entry, (), 0)


def without_comments(text: str) -> str:
    """The module without the comments that have lines of their own."""
    return _COMMENT_LINES.sub("", text)


def _scope(module: _Module, numbers: Mapping[str, str]) -> str:
    bound: dict[str, list[str]] = {}
    for each in module.imports:
        bound.setdefault(numbers[each.module], []).append(_pair(each.name, each.bound))
    lines = [f"const {{ {', '.join(pairs)} }} = {number};\n" for number, pairs in bound.items()]
    exported = ", ".join(_pair(outer, inner) for outer, inner in module.exports.items())
    returned = f"return {{ {exported} }};\n" if exported else ""
    return f"const {numbers[module.name]} = (() => {{\n{''.join(lines)}{module.body}{returned}}})();\n"


def _pair(name: str, value: str) -> str:
    return name if name == value else f"{name}: {value}"


@lru_cache(maxsize=512)
def _parse(name: str, text: str) -> _Module:
    module = _Module(name)
    counted = _COMMENT_LINES.sub(lambda found: _DROPPED * max(1, found[0].count("\n")), text)
    if not counted.endswith("\n"):
        counted += "\n"
    rest, first_line = _head(module, counted.replace("\0", "//\0"))
    body = _exports(module, rest, first_line)
    if left := _LEFT_OVER.search(body):
        line = first_line + body.count("\n", 0, left.start() + len(left[0]) - len(left[0].lstrip()))
        raise CannotJoin(f"{name}:{line}: cannot be joined: {left[0].strip()[:80]}")
    for variable in module.variables:
        if assigned := re.search(_ASSIGNED.format(name=re.escape(variable)), body):
            line = first_line + body.count("\n", 0, assigned.start())
            raise CannotJoin(f"{name}:{line}: others do not see what {variable} becomes")
    module.body = _INDENT.sub("", body.replace("//" + _DROPPED, "")).lstrip("\n")
    return module


def _head(module: _Module, text: str) -> tuple[str, int]:
    """Take the imports off the top. What is left, and the line that it begins on."""
    position = _end(_SPACE.match(text))
    while True:
        line = text.count("\n", 0, position) + 1
        if found := _IMPORT.match(text, position):
            target = _resolved(module.name, found[3], line)
            pairs = [("default", found[1])] if found[1] else _pairs(found[2])
            module.imports += [_Import(line, target, inner, outer) for inner, outer in pairs]
        elif found := _RE_EXPORT.match(text, position):
            # Bound under a name of its own, and given on.
            target = _resolved(module.name, found[2], line)
            for inner, outer in _pairs(found[1]):
                private = f"_{len(module.imports)}_{outer}"
                module.imports.append(_Import(line, target, inner, private))
                module.export(outer, private, line)
        else:
            return text[position:], line
        position = _end(_SPACE.match(text, found.end()))


def _exports(module: _Module, body: str, first_line: int) -> str:
    def line(found: re.Match[str]) -> int:
        return first_line + found.string.count("\n", 0, found.start())

    def declared(found: re.Match[str]) -> str:
        module.export(found[2], found[2], line(found))
        if found[1] == "let":
            module.variables.append(found[2])
        return f"{found[1]} {found[2]}"

    def listed(found: re.Match[str]) -> str:
        for inner, outer in _pairs(found[1]):
            module.export(outer, inner, line(found))
        return "\n" * found[0].count("\n")

    def default(found: re.Match[str]) -> str:
        module.export("default", "_default", line(found))
        return "const _default = "

    return _DEFAULT.sub(default, _LISTED.sub(listed, _DECLARED.sub(declared, body)))


def _pairs(names: str) -> list[tuple[str, str]]:
    """`a, b as c` as (inner, outer) names."""
    pairs = []
    for part in filter(None, (part.strip() for part in names.split(","))):
        inner, _, outer = part.partition(" as ")
        pairs.append((inner.strip(), (outer or inner).strip()))
    return pairs


def _resolved(name: str, target: str, line: int) -> str:
    if not target.startswith("."):
        raise CannotJoin(f"{name}:{line}: {target!r} is no relative path")
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0
