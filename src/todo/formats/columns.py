"""Which column of a table holds which field of a task."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from todo.errors import Unreadable

# How each field's column is called here, elsewhere, and in Spanish: without accents, blanks and signs. The first that
# is there is taken, so that "due date" goes before "date".
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "taskid", "issuekey", "key", "cardid", "uid", "uuid", "issueid", "identificador"),
    "list": (
        "list", "listname", "listtitle", "project", "projectname", "projects", "board", "boardname", "folder", "bucket",
        "bucketname", "lista", "nombredelalista", "proyecto", "tablero",
    ),
    "title": (
        "title", "task", "taskname", "tasktitle", "name", "subject", "summary", "cardname", "content", "todo", "item",
        "what", "titulo", "tarea", "nombre", "nombredelatarea", "asunto", "resumen", "descripcionbreve",
    ),
    "notes": (
        "notes", "note", "description", "details", "content", "taskcontent", "carddescription", "body", "comments",
        "comment", "remarks", "memo", "notas", "nota", "descripcion", "detalles", "contenido", "comentarios",
        "observaciones",
    ),
    "completed": (
        "completed", "complete", "done", "iscompleted", "isdone", "finished", "checked", "closed", "status", "state",
        "progress", "completada", "completado", "hecho", "hecha", "terminada", "terminado", "estado",
    ),
    "completed_at": (
        "completedat", "completedtime", "completeddate", "completedon", "completiondate", "datecompleted", "doneat",
        "finishedat", "resolved", "completadael", "fechadefinalizacion", "fechadecompletado",
    ),
    "priority": ("priority", "importance", "urgency", "prio", "prioridad", "importancia", "urgencia"),
    "due": (
        "due", "duedate", "dueat", "dueon", "duedatetime", "deadline", "date", "when", "vence", "vencimiento",
        "fechadevencimiento", "fechalimite", "fechadeentrega", "plazo", "fecha", "cuando",
    ),
    "due_time_zone": ("duetimezone", "timezone", "tz", "zonahoraria", "husohorario"),
    "recurrence": (
        "recurrence", "rrule", "repeat", "repeats", "recurring", "recurrencerule", "repeticion", "repetir",
        "recurrencia", "serepite",
    ),
    "reminders": ("reminders", "reminder", "remindat", "alarm", "recordatorios", "recordatorio", "aviso", "avisos"),
    "labels": (
        "labels", "label", "tags", "tag", "categories", "category", "contexts", "context", "etiquetas", "etiqueta",
        "categorias", "categoria", "contexto",
    ),
    "parent_id": (
        "parentid", "parenttaskid", "parentkey", "parentuid", "parent", "idpadre", "iddelpadre", "padre",
        "tareapadreid",
    ),
    "assignee": (
        "assignee", "assigneeemail", "assignedto", "assigned", "responsible", "owner", "asignadaa", "asignadoa",
        "asignado", "responsable",
    ),
    "order": ("order", "position", "sortorder", "orden", "posicion"),
    "created_at": (
        "createdat", "created", "createdtime", "createddate", "createdon", "creationdate", "datecreated", "creada",
        "creado", "fechadecreacion",
    ),
    "updated_at": (
        "updatedat", "updated", "lastmodified", "modified", "modifiedat", "updatedtime", "lastupdated", "actualizada",
        "actualizado", "modificada", "fechademodificacion",
    ),
}  # fmt: skip
FIELDS = tuple(NAMES)


def folded(name: str) -> str:
    """A column's name as it is compared: letters and figures only."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", plain)


def guessed(header: Sequence[str]) -> dict[str, int]:
    """The place of each field's column, by the names; each column is that of one field."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(folded(name), place)
    if "assigneeemail" in places:
        places["assignee"] = places["assigneeemail"]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for field, names in NAMES.items():
        free = [places[name] for name in names if name in places and places[name] not in taken]
        if free:
            found[field] = free[0]
            taken.add(free[0])
    return found


def asked(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """The places by a mapping from fields to the names of columns. Raises Unreadable."""
    found = {}
    for field, name in mapping.items():
        if field not in NAMES:
            raise Unreadable(f"The mapping names {field!r:.60}, which is no field. The fields are {', '.join(FIELDS)}.")
        exact = [place for place, each in enumerate(header) if each == name]
        alike = [place for place, each in enumerate(header) if folded(each) == folded(name)]
        if not exact and not alike:
            raise Unreadable(f"The mapping names the column {name!r:.60}, which is not there. {_listed(header)}")
        found[field] = (exact or alike)[0]
    if "title" not in found:
        raise Unreadable(f"The mapping does not say which column holds the title. {_listed(header)}")
    return found


def _listed(header: Sequence[str]) -> str:
    more = f" and {len(header) - 20} more" if len(header) > 20 else ""
    return f"The columns are {', '.join(header[:20])}{more}."
