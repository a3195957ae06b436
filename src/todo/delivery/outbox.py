"""stub"""

from typing import Any


class OutboxMailer:
    def __init__(self, folder: Any, sender: str, clock: Any) -> None: ...
    def send(self, message: Any) -> None: ...
