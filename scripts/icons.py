"""Draws the page's icons, as PNG and ICO, from the two SVGs beside them: `make icons`. Needs Chromium.

icon.svg has round corners and stands alone; icon-maskable.svg fills its square, for systems that cut their own shape.
"""

import struct
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from browsing import chromium, find_chromium

ICONS = Path(__file__).parents[1] / "src/todo/web/icons"
DRAWN = {
    "icon-192.png": ("icon.svg", 192),
    "icon-512.png": ("icon.svg", 512),
    "icon-maskable-512.png": ("icon-maskable.svg", 512),
    "apple-touch-icon.png": ("icon-maskable.svg", 180),
    "favicon.ico": ("icon.svg", 32),
}


def main() -> None:
    """Draw them all."""
    executable = find_chromium()
    if executable is None:
        sys.exit("there is no Chromium: apt-get install chromium")
    with chromium(executable) as (_playwright, browser):
        for name, (source, size) in DRAWN.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            drawing = (ICONS / source).read_text().replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{drawing}")
            picture = page.screenshot(omit_background=True)
            page.close()
            (ICONS / name).write_bytes(as_ico(picture, size) if name.endswith(".ico") else picture)
            print(name)


def as_ico(png: bytes, size: int) -> bytes:
    """One PNG as an icon file of Windows: a header, one entry of a directory, the picture."""
    header = struct.pack("<HHH", 0, 1, 1)
    return header + struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), len(header) + 16) + png


if __name__ == "__main__":
    main()
