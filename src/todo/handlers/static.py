"""What the page loads, and what browsers and crawlers ask for at addresses of their own."""

import json

from tornado.web import HTTPError

from todo.handlers.api_handler import ApiHandler
from todo.handlers.page import chosen_language

_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_DAY = "public, max-age=86400"
_ROBOTS = "User-agent: *\nAllow: /$\nAllow: /static/\nDisallow: /\n"


class FileHandler(ApiHandler):
    """A file that is the same for everybody."""

    def reply_file(self, name: str, cache: str) -> None:
        """Send a file of the page, compressed where the client says that it takes that. Raises HTTPError."""
        from todo.web import assets

        asset = assets.service_worker() if name == "service-worker.js" else assets.find_asset(name)
        if asset is None:
            raise HTTPError(404)
        self.set_header("Content-Type", asset.media_type)
        self.set_header("Cache-Control", cache)
        self.set_header("Vary", "Accept-Encoding")
        if asset.gzipped is not None and takes_gzip(self.request.headers.get("Accept-Encoding", "")):
            self.set_header("Content-Encoding", "gzip")
            self.finish(asset.gzipped)
        else:
            self.finish(asset.body)


class StaticHandler(FileHandler):
    """`/static/{version}/{name}`."""

    def get(self, version: str, name: str) -> None:
        """Send a file of the page.

        While a new release goes live, a document of one is loaded from the other: the file of this name then comes
        from here, whatever version is asked for, and nobody keeps it.
        """
        from todo.web import assets

        self.reply_file(name, _FOR_EVER if version == assets.static_hash() else "no-store")


class ServiceWorkerHandler(FileHandler):
    """`/service-worker.js`: at the top, since it may act only for addresses below its own."""

    def get(self) -> None:
        """Send the script that opens the page without a network. Browsers look for a new one by themselves."""
        self.set_header("Content-Security-Policy", "default-src 'none'; connect-src 'self'")
        self.reply_file("service-worker.js", "no-cache")


class IconHandler(FileHandler):
    """`/favicon.ico` and `/apple-touch-icon.png`, which are asked for without being named anywhere."""

    def get(self) -> None:
        """Send the icon."""
        self.reply_file(self.request.path.removeprefix("/"), _FOR_A_DAY)


class ManifestHandler(ApiHandler):
    """`/manifest.webmanifest`: what the page is called, and looks like, once it is installed."""

    def get(self) -> None:
        """Send the manifest, in the language of whoever asks."""
        from todo.web import assets
        from todo.web.catalogue import get_catalogue

        catalogue = get_catalogue(chosen_language(self))
        static = f"/static/{assets.static_hash()}"
        manifest = {
            "id": "/",
            "name": "To-do",
            "short_name": "To-do",
            "description": catalogue.t("To-do lists for yourself and with others."),
            "lang": catalogue.language,
            "dir": catalogue.direction,
            "start_url": "/today",
            "scope": "/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#ffffff",
            "categories": ["productivity"],
            "icons": [
                {"src": f"{static}/icon.svg", "sizes": "any", "type": "image/svg+xml"},
                {"src": f"{static}/icon-192.png", "sizes": "192x192", "type": "image/png"},
                {"src": f"{static}/icon-512.png", "sizes": "512x512", "type": "image/png"},
                {
                    "src": f"{static}/icon-maskable-512.png",
                    "sizes": "512x512",
                    "type": "image/png",
                    "purpose": "maskable",
                },
            ],
            "shortcuts": [
                {"name": catalogue.t("Today"), "url": "/today"},
                {"name": catalogue.t("Upcoming"), "url": "/upcoming"},
                {"name": catalogue.t("Search"), "url": "/search"},
            ],
        }
        self.set_header("Content-Type", "application/manifest+json; charset=utf-8")
        self.set_header("Vary", "Cookie, Accept-Language")
        self.finish(json.dumps(manifest, ensure_ascii=False))


class RobotsHandler(ApiHandler):
    """`/robots.txt`."""

    def get(self) -> None:
        """Tell crawlers that what the service is may be found, and nothing else."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", _FOR_A_DAY)
        self.finish(_ROBOTS)


def takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding takes gzip (RFC 9110, section 12.5.3): named, or by `*`, with no weight of zero."""
    weights: dict[str, bool] = {}
    for item in header.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        weight = next((part[2:].strip() for part in parameters if part.startswith("q=")), "1")
        weights[coding] = weight.strip("0.") != "" or weight == ""
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


ROUTES: dict[str, type[ApiHandler]] = {
    "/static/{version}/{name}": StaticHandler,
    "/service-worker.js": ServiceWorkerHandler,
    "/manifest.webmanifest": ManifestHandler,
    "/favicon.ico": IconHandler,
    "/apple-touch-icon.png": IconHandler,
    "/robots.txt": RobotsHandler,
}
