"""`todo import` and `todo export`: files into a service and out of it, through the API like any other client."""

import asyncio
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

from tqdm import tqdm

from todo.client import Away, Service, printable
from todo.storage import CannotStart

_LOOK_SECONDS = 0.5
_BLOCK = 1024 * 1024
_SHOWN_TASKS = 20
_SHOWN_PROBLEMS = 50
_SHOWN_LISTS = 3
_ENDED = ("done", "failed", "cancelled", "checked")
_FILE_NAME = re.compile(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a file is to be read; None and empty is what the service does by itself."""

    list: str | None = None
    format: str | None = None
    mapping: Mapping[str, str] | None = None
    encoding: str | None = None
    separator: str | None = None
    dry_run: bool = False
    all_or_nothing: bool = False
    again: bool = False


def import_file(url: str, token: str, path: Path, wishes: Wishes) -> bool:
    """Bring a file in and say what became of it. Whether it went in. Raises CannotStart."""
    return _run(lambda service: _Import(service, path, wishes).run(), url, token)


def cancel_import(url: str, token: str, import_id: str) -> bool:
    """Stop an import that runs. Raises CannotStart."""

    async def cancel(service: Service) -> bool:
        ended, _ = await service.ask("POST", f"/v1/imports/{quote(import_id, safe='')}/cancel")
        _say("Cancelled." if ended["state"] == "cancelled" else f"It had ended before: it is {ended['state']}.")
        if ended["tasks"]:
            undo = f"POST /v1/operations/{ended['operation_id']}/undo"
            _say(f"What went in stays ({ended['tasks']:,} tasks); {undo} takes it back.")
        return True

    return _run(cancel, url, token)


def export(url: str, token: str, kind: str, wanted: str | None, output: str | None, *, replace: bool) -> bool:
    """Write everything, or one list, to a file, "-" being standard output. Raises CannotStart."""
    return _run(lambda service: _Export(service, kind, wanted, output, replace=replace).run(), url, token)


def _run(work: Any, url: str, token: str) -> bool:
    async def run() -> bool:
        try:
            return bool(await work(Service(url, token)))
        except Away as error:
            raise CannotStart(f"{error}. Is it running? `todo serve` starts it; --url says where it is.") from error

    return asyncio.run(run())


class _Import:
    """One file on its way in."""

    def __init__(self, service: Service, path: Path, wishes: Wishes) -> None:
        self._service = service
        self._path = path
        self._wishes = wishes

    async def run(self) -> bool:
        """Send the file, follow the import, print what came of it. False where it failed."""
        size, digest = _measure(self._path)
        made = await self._find_unfinished(size, digest) or await self._announce(size, digest)
        await self._send(made, size)
        ended = await self._follow(made["id"])
        self._report(ended)
        return ended["state"] in ("done", "checked")

    async def _find_unfinished(self, size: int, digest: str) -> dict[str, Any] | None:
        """The import of this very file whose upload stopped half-way, if there is one."""
        if self._wishes != Wishes():
            return None
        for each in await self._service.ask_patiently("GET", "/v1/imports"):
            if (each["state"], each["size"], each["sha256"]) == ("uploading", size, digest):
                _say("Going on with the upload that stopped.", sys.stderr)
                return dict(await self._service.ask_patiently("GET", f"/v1/imports/{each['id']}"))
        return None

    async def _announce(self, size: int, digest: str) -> dict[str, Any]:
        wishes = self._wishes
        wanted = {
            "name": self._path.name,
            "size": size,
            "sha256": digest,
            "list": None if wishes.list is None else (await self._service.find_list(wishes.list))["id"],
            "format": wishes.format,
            "mapping": wishes.mapping,
            "encoding": wishes.encoding,
            "separator": wishes.separator,
            "dry_run": wishes.dry_run,
            "all_or_nothing": wishes.all_or_nothing,
            "again": wishes.again,
        }
        given = {name: value for name, value in wanted.items() if value not in (None, False)}
        return dict(await self._service.ask_patiently("POST", "/v1/imports", given))

    async def _send(self, made: dict[str, Any], size: int) -> None:
        """Send the parts that are not there yet."""
        if (upload := made["upload"]) is None:
            return
        with _bar("Sending", size, unit="B", unit_scale=True, unit_divisor=1024) as bar, self._path.open("rb") as file:
            for number in range(1, upload["parts"] + 1):
                part = file.read(upload["part_size"])
                if number not in upload["received"]:
                    await self._service.post_part(upload, number, part)
                bar.update(len(part))

    async def _follow(self, import_id: str) -> dict[str, Any]:
        """The import once it has ended. Who interrupts this interrupts the looking and not the import."""
        path = f"/v1/imports/{import_id}"
        with _bar("Importing", None, unit=" rows") as bar:
            while True:
                now: dict[str, Any] = await self._service.ask_patiently("GET", path)
                bar.total = now["rows"]
                if (problems := now["problem_count"]) > 0:
                    bar.set_postfix_str(f"{problems} problems")
                bar.update(now["rows_done"] - bar.n)
                if now["state"] in _ENDED:
                    return now
                try:
                    await asyncio.sleep(_LOOK_SECONDS)
                except asyncio.CancelledError:
                    _say(f"The import goes on without you; `todo import --cancel {import_id}` stops it.", sys.stderr)
                    raise

    def _report(self, ended: dict[str, Any]) -> None:
        for problem in ended["problems"][:_SHOWN_PROBLEMS]:
            _say(_problem_line(problem), sys.stderr)
        if (more := ended["problem_count"] - min(len(ended["problems"]), _SHOWN_PROBLEMS)) > 0:
            _say(f"and {more} more: GET /v1/imports/{ended['id']}/problems", sys.stderr)
        if ended["state"] == "checked":
            self._preview(ended["preview"])
        elif ended["state"] == "failed":
            _say(f"Not imported: {ended['error']}", sys.stderr)
        else:
            stopped = "Cancelled after" if ended["state"] == "cancelled" else "Imported"
            unchanged = f" ({ended['unchanged']} there already)" if ended["unchanged"] else ""
            went_in = f"{_count(ended['tasks'], 'task')} of {_count(ended['rows_done'], 'row')}"
            _say(f"{stopped} {went_in}{unchanged}{_where(ended)}.")
            if ended["tasks"]:
                _say(f"POST /v1/operations/{ended['operation_id']}/undo takes all of it back.")

    def _preview(self, preview: dict[str, Any]) -> None:
        _say(f"{self._path.name} is {preview['format']} with {_count(preview['rows'], 'row')}. Nothing was changed.")
        for field, column in preview["mapping"].items():
            _say(f"  {field} is read from {column!r}")
        for task in preview["tasks"][:_SHOWN_TASKS]:
            _say(f"  {task['list']}: {task['task']['title']}")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _where(ended: dict[str, Any]) -> str:
    """In which lists the tasks are, as the end of a sentence; a service of an earlier version does not say."""
    lists: list[dict[str, Any]] = ended.get("lists", [])
    titles = [f"“{each['title']}”" for each in lists[:_SHOWN_LISTS]]
    if len(lists) > _SHOWN_LISTS:
        titles.append("others")
    last = titles.pop() if titles else ""
    return f" in {', '.join(titles)} and {last}" if titles else f" in {last}" if last else ""


def _problem_line(problem: dict[str, Any]) -> str:
    column = f", column {problem['column']}" if problem["column"] else ""
    item = f" ({problem['item']})" if problem["item"] else ""
    return f"row {problem['row']}{column}: {problem['detail']}{item}"


class _Export:
    """A file on its way out."""

    def __init__(self, service: Service, kind: str, wanted: str | None, output: str | None, *, replace: bool) -> None:
        self._service = service
        self._kind = kind
        self._wanted = wanted
        self._output = output
        self._replace = replace

    async def run(self) -> bool:
        """Ask for the file, wait until it is there, write it under its name only when it is whole."""
        query = {"format": self._kind}
        if self._wanted is not None:
            query["list"] = (await self._service.find_list(self._wanted))["id"]
        if self._output == "-":
            await self._fetch(f"/v1/export?{urlencode(query)}", sys.stdout.buffer)
            return True
        folder = Path(self._output).parent if self._output else Path()
        temporary = folder / f".todo-export-{os.getpid()}.part"
        try:
            with temporary.open("xb") as file:
                name = await self._fetch(f"/v1/export?{urlencode(query)}", file)
                file.flush()
                os.fsync(file.fileno())
            target = Path(self._output) if self._output else folder / _safe(name or f"todo.{self._kind}")
            if target.exists() and not self._replace:
                raise CannotStart(f"{target} is there already. Give another --output, or --replace.")
            temporary.replace(target)
        except OSError as error:
            raise CannotStart(f"Cannot write the export: {error.strerror or error}") from error
        finally:
            temporary.unlink(missing_ok=True)
        _say(f"Wrote {target} ({target.stat().st_size:,} bytes).")
        return True

    async def _fetch(self, path: str, file: BinaryIO) -> str | None:
        """Write the file's bytes. The name that the service gives it, if it does."""
        with _bar("Exporting", None, unit="B", unit_scale=True, unit_divisor=1024) as bar:

            def take(chunk: bytes) -> None:
                file.write(chunk)
                bar.update(len(chunk))

            reply = await self._service.download(path, take)
            if reply.status == 202:
                reply = await self._service.download(await self._wait(reply.headers["Location"]), take)
        match = _FILE_NAME.search(reply.headers.get("Content-Disposition", ""))
        return match[1] if match else None

    async def _wait(self, path: str) -> str:
        """Where the file is, once it was written. Raises CannotStart where it was given up."""
        while True:
            said = bytearray()
            reply = await self._service.download(path, said.extend)
            if reply.status == 303:
                return str(reply.headers["Location"])
            if (export := json.loads(said))["state"] == "failed":
                raise CannotStart(f"The export failed: {export['error']}")
            await asyncio.sleep(_LOOK_SECONDS)


def _measure(path: Path) -> tuple[int, str]:
    """The size of a file and its SHA-256. Raises CannotStart."""
    try:
        size, digest = path.stat().st_size, hashlib.sha256()
        with path.open("rb") as file, _bar("Reading", size, unit="B", unit_scale=True, unit_divisor=1024) as bar:
            for block in _blocks(file):
                digest.update(block)
                bar.update(len(block))
    except OSError as error:
        raise CannotStart(f"Cannot read {path}: {error.strerror or error}") from error
    return size, digest.hexdigest()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _safe(name: str) -> str:
    # It is the service's word for it; it goes nowhere else than into this folder.
    return Path(name.replace("\\", "/")).name.lstrip(".") or "todo-export"


def _bar(text: str, total: int | None, **options: Any) -> "tqdm[Any]":
    """A bar on standard error, where somebody looks at it."""
    return tqdm(desc=text, total=total, file=sys.stderr, disable=None, leave=False, **options)


def _say(line: str, to: Any = None) -> None:
    (to or sys.stdout).write(printable(line) + "\n")
