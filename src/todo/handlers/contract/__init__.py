"""The OpenAPI 3.1 document, made of the operations, the shapes and the table of errors.

Imported when the document is first asked for: a function that serves tasks never pays for it.
"""

from todo.handlers.contract.document import Resources, document

__all__ = ["Resources", "document"]
