"""The guestbook of examples/ under `sam local`: the same handlers as anywhere else."""

import re
import shutil
from pathlib import Path

import httpx

# A picture in text: the emulator of an HTTP API answers 502 to a body that is not UTF-8, where API Gateway encodes it.
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'


def fill(artifact: Path, folder: Path) -> Path:
    """Put the example and what it imports into a folder, as docs/tornado-lambda.md says; its template.

    What it imports is taken from the built function, which spares an installation.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree("examples", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for package in ("mangum", "tornado", "tornado_lambda", "typing_extensions.py"):
        copy = shutil.copytree if (artifact / package).is_dir() else shutil.copy2
        copy(artifact / package, folder / package)
    return folder / "template.yaml"


def options(template: Path) -> tuple[str, ...]:
    """What `sam local` is told."""
    return (
        *("--template", str(template)),
        "--skip-pull-image",
        *("--parameter-overrides", "ParameterKey=CookieSecret,ParameterValue=for-this-test-and-nothing-else-ever"),
    )


def visit(address: str) -> None:
    """Sign the book with a picture, and read it."""
    with httpx.Client(base_url=address, timeout=60) as client:
        page = client.get("/").raise_for_status().text
        fields = {"_xsrf": found(r'name="_xsrf" value="([^"]+)"', page), "name": "Ann", "text": "Grüße, 世界 <b>"}
        signed = client.post("/", data=fields, files={"picture": ("me.svg", PICTURE, "image/svg+xml")})
        expect((signed.status_code, signed.headers["Location"]), (302, "/"))

        page = client.get("/").raise_for_status().text
        expect(found(r"<b>Ann</b>: (.*)", page), "Grüße, 世界 &lt;b&gt;")
        expect(found(r"<p>(.*)</p>", page), "Welcome back, Ann!")
        expect(client.get("/pictures/1").content, PICTURE)
        expect(client.get("/export").json(), {"name": "Ann", "text": "Grüße, 世界 <b>"})
        style = client.get(found(r'href="(/static/[^"]+)"', page))
        expect((style.status_code, style.headers["Content-Type"]), (200, "text/css"))
        expect(client.get("/nowhere").status_code, 404)
        expect(client.post("/", data={"name": "Eve", "text": "No token"}).status_code, 403)
    print("     the guestbook was signed, and read")


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise AssertionError(f"{pattern} is not in {text}")
    return match[1]


def expect(got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{got!r:.500}, not {wanted!r:.500}")
