"""What a browser is told to call a file that it saves."""

import re
from urllib.parse import quote


def attachment(filename: str) -> str:
    """The Content-Disposition under which a file is saved as `filename`, whatever letters are in it (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
