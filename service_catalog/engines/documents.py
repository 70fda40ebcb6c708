"""What every engine does with a document before it writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service_catalog.engines.definition import Definition, Role
from service_catalog.model import Document, Values
from service_catalog.model.errors import EngineError


def encodable(values: Sequence[str]) -> Sequence[str]:
    """The values, lone surrogates made question marks, for engines take only UTF-8. Both sides do it."""
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return [value.encode(errors="replace").decode() for value in values]
    return values


def newest(documents: Iterable[Document]) -> list[Document]:
    """Each document once: of several with one id the newest, of equally new ones the last."""
    found: dict[str, Document] = {}
    for document in documents:
        if document.id not in found or document.seq >= found[document.id].seq:
            found[document.id] = document
    return list(found.values())


def require_field(name: str, definition: Definition) -> None:
    """Raise EngineError for a field that the definition lacks."""
    if name not in definition.fields:
        raise EngineError(f"索引定义中没有字段 {name}")


def values_by_group(document: Document, definition: Definition) -> dict[str, Values]:
    """The values of a document's filter fields, by the group they are counted in."""
    values: dict[str, dict[str, tuple[str, ...]]] = {group: {} for group in definition.groups}
    for name, held in document.fields.items():
        field = definition.fields[name]
        if field.role is Role.FILTER and held:
            values[field.group][name] = held
    return dict(values)
