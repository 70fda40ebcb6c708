"""One generation on disk through tantivy: made, opened, brought up to date, checked and written.

Besides the definition's fields a tantivy document has the engine's own, with a leading underscore. The seq of
a generation is kept in a *checkpoint*: a document without any other field, rewritten in each commit, so that
documents and seq can never disagree.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import tantivy

from service_catalog.engines.definition import Definition, Field, Role
from service_catalog.engines.documents import encodable, newest, require_field, values_by_group
from service_catalog.engines.embedded_checks import Signature, segment_files, signature, verified
from service_catalog.engines.embedded_errors import failing_as
from service_catalog.engines.embedded_values import ANY_TEXT, content_number, order_numbers
from service_catalog.model import AppliedCounts, Document, Generation, Values
from service_catalog.model.errors import EngineBusyError, EngineDamagedError, EngineError

ROW = "_row"
"""Number made from a document's whole content; names it in the cache of parsed documents."""
SEQ = "_seq"
"""Log position of the document; in the checkpoint, of the generation."""
ORDER = ("_order0", "_order1", "_order2")
"""The id as numbers that sort as it does; reading them costs a tenth of reading the id."""
GROUP = "_group_"
"""Begins the names of the fields that hold, for each group of filter fields, a number made from a document's
values in them: documents are counted by it, none is read."""
VALUES = "_values"
"""Those values by group, as JSON; read once for each number."""
FACTS = "_facts"
"""Id and facts as JSON."""
FRAGMENT = "_fragment"
"""The fragment as it came, apart from the facts so that reading it takes no parsing."""
CHECKPOINT = "_checkpoint"
"""Only the checkpoint has a value here."""
OWN = {ROW, SEQ, *ORDER, VALUES, FACTS, FRAGMENT, CHECKPOINT}

TERMS = "basic"
"""What the index keeps of a term: only which documents have it, for a score never asks how often or where."""

APPLY_HEAP_BYTES = 15_000_000
"""The least that tantivy 0.27 accepts for one writing thread."""
BUILD_HEAP_BYTES = 50_000_000
"""Holds 50,000 documents in one or two segments, and leaves a 250 MB worker room while it rebuilds."""

META = "meta.json"
"""tantivy's list of what the newest commit consists of, replaced with every commit."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

READ_ATTEMPTS = 5
"""Commits take longer than reads: five reads in a row are not disturbed. If they are, the next look mends
it."""


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """One generation, open at one commit. Immutable, so that any number of threads may search it."""

    generation: Generation
    folder: str
    names: frozenset[str]
    """Fields this generation has; a definition that has grown since may know more."""
    groups: Sequence[str]
    """The groups of filter fields that it was built with."""
    index: tantivy.Index
    searcher: tantivy.Searcher
    seq: int
    documents: int
    commit: Signature | None
    """Signature of ``META`` at that commit."""
    files: Mapping[str, Signature]

    @property
    def meta_file(self) -> str:
        return os.path.join(self.folder, META)


def create(
    folder: Path, generation: Generation, definition: Definition, documents: Iterable[Document]
) -> int:
    """Write a new generation's files into an empty folder; returns how many documents it holds.

    Of several documents with one id the last one counts. Errors of ``documents`` itself come through.
    """
    with failing_as(EngineError, "无法建立索引"):
        index = tantivy.Index(_schema(definition), str(folder), reuse=False)
    names = frozenset((*definition.fields, *_numbered(definition)))
    held: set[str] = set()
    with _writer(index, BUILD_HEAP_BYTES) as writer:
        for document in documents:
            with failing_as(EngineError, f"无法写入 {document.id}"):
                if document.id in held:
                    _delete(writer, definition, document.id)
                    held.discard(document.id)
                if not document.deleted:
                    writer.add_document(_as_tantivy(document, definition, names))
                    held.add(document.id)
        with failing_as(EngineError, "无法写入索引"):
            writer.add_document(_checkpoint(generation.seq))
            writer.commit()
    return len(held)


def open_index(folder: Path, generation: Generation) -> OpenIndex:
    """Open a generation at its newest commit. Raises EngineDamagedError if it is not whole."""
    return _undisturbed(os.path.join(folder, META), lambda commit: _opened(str(folder), generation, commit))


def reloaded(opened: OpenIndex) -> OpenIndex:
    """The same generation at its newest commit. Raises EngineDamagedError if that is not whole."""
    return _undisturbed(opened.meta_file, lambda commit: _at_newest_commit(opened, commit))


def _undisturbed(meta_file: str, read: Callable[[Signature | None], OpenIndex]) -> OpenIndex:
    """What ``read`` returns when no commit of another process falls into it.

    A commit deletes the files it replaces, which looks like damage to whoever has just read their names.
    """
    for _ in range(READ_ATTEMPTS - 1):
        commit = signature(meta_file)
        try:
            opened = read(commit)
        except EngineDamagedError:
            if signature(meta_file) == commit:
                raise
        else:
            if signature(meta_file) == commit:
                return opened
    return read(signature(meta_file))


def _opened(folder: str, generation: Generation, commit: Signature | None) -> OpenIndex:
    files = verified(folder, segment_files(folder), {})
    with failing_as(EngineDamagedError, "无法打开搜索索引"):
        index = tantivy.Index.open(folder)
        # The default watches meta.json with a thread of its own and makes every reload 100 ms long.
        index.config_reader("manual")
        with open(os.path.join(folder, META), "rb") as file:
            names = frozenset(field["name"] for field in json.load(file)["schema"])
        groups = [name.removeprefix(GROUP) for name in sorted(names) if name.startswith(GROUP)]
        opened = OpenIndex(generation, folder, names, groups, index, index.searcher(), 0, 0, None, files)
    if not names >= OWN:
        raise EngineDamagedError("索引由本程序的另一版本建立，需要重建")
    return _at_newest_commit(opened, commit)


def _at_newest_commit(opened: OpenIndex, commit: Signature | None) -> OpenIndex:
    files = verified(opened.folder, segment_files(opened.folder), opened.files)
    with failing_as(EngineDamagedError, "无法读取搜索索引"):
        opened.index.reload()
        searcher = opened.index.searcher()
        seq = _seq(searcher, opened.index.schema, CHECKPOINT, CHECKPOINT)
        documents = searcher.num_docs - 1
    if seq is None:
        raise EngineDamagedError("搜索索引没有检查点")
    return replace(opened, searcher=searcher, seq=seq, documents=documents, commit=commit, files=files)


def checked(opened: OpenIndex) -> OpenIndex:
    """The same after a look at its files, or the newest commit if there was one.

    Raises EngineDamagedError.
    """
    try:
        return replace(opened, files=verified(opened.folder, opened.files, opened.files))
    except EngineDamagedError:
        if signature(opened.meta_file) == opened.commit:
            raise
        return reloaded(opened)


def write(
    opened: OpenIndex, definition: Definition, documents: Sequence[Document], seq: int
) -> AppliedCounts:
    """Write documents and seq in one commit. A document older than the one held is stale and left out."""
    with failing_as(EngineError, "无法更新索引"):
        fresh = [each for each in newest(documents) if each.seq >= _held_seq(opened, definition, each.id)]
        with _writer(opened.index, APPLY_HEAP_BYTES) as writer:
            # A killed writer may have left a file of deletions. Its name, segment and number of operation,
            # comes again with the same batch, and tantivy refuses to write it for as long as it is there.
            writer.garbage_collect_files()
            for document in fresh:
                _delete(writer, definition, document.id)
                if not document.deleted:
                    writer.add_document(_as_tantivy(document, definition, opened.names))
            writer.delete_documents_by_term(CHECKPOINT, CHECKPOINT)
            writer.add_document(_checkpoint(seq))
            writer.commit()
    return AppliedCounts(applied=len(fresh), stale=len(documents) - len(fresh))


@contextmanager
def _writer(index: tantivy.Index, heap_bytes: int) -> Iterator[tantivy.IndexWriter]:
    """tantivy's writer with one thread: two save nothing, for Python feeds them one document at a time."""
    try:
        writer = index.writer(heap_bytes, 1)
    except ValueError as error:
        if "LockBusy" in str(error):
            raise EngineBusyError("另一进程正在更新索引") from error
        raise EngineError(f"无法写入索引（{error}）") from error
    try:
        yield writer
    finally:
        # tantivy merges segments behind an open writer, and dropping the writer kills the merge: 500 single
        # changes then left 498 segments and 3,500 files, and a commit took 95 instead of 15 ms. Waiting keeps
        # them below 10. It also frees tantivy's lock now, which a kept traceback would hold with the writer.
        with failing_as(EngineError, "无法完成索引写入"):
            writer.wait_merging_threads()
        _return_memory()


def _return_memory() -> None:
    """Give freed memory back to the system, where the C library can (glibc).

    Every writer has threads of its own, and glibc keeps what each of them freed: a process stood at 190 MB
    after 100 changes, with this at 45 MB. It takes 2 ms.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _schema(definition: Definition) -> tantivy.Schema:
    """Whole values are kept untokenised, so any may hold a space; ready-made tokens are joined by one.

    A value of its own for each token, about 150 a document, took a third of a build.
    """
    builder = tantivy.SchemaBuilder()
    for field in definition.fields.values():
        tokenizer = "whitespace" if field.role is Role.TEXT else "raw"
        is_key = field.role is Role.KEY
        builder.add_text_field(field.name, tokenizer_name=tokenizer, index_option=TERMS, fast=is_key)
    builder.add_text_field(CHECKPOINT, tokenizer_name="raw", index_option=TERMS)
    for number in (ROW, SEQ, *ORDER, *_numbered(definition)):
        builder.add_unsigned_field(number, fast=True)
    for text in (VALUES, FACTS, FRAGMENT):
        builder.add_bytes_field(text, stored=True)
    return builder.build()


def _numbered(definition: Definition) -> list[str]:
    return [GROUP + group for group in definition.groups]


def _as_tantivy(document: Document, definition: Definition, names: frozenset[str]) -> tantivy.Document:
    """Fields that ``names`` lacks are left out: a generation older than a field goes on without it."""
    made = tantivy.Document()
    for name, tokens in document.fields.items():
        require_field(name, definition)
        field = definition.fields[name]
        if name in names and field.role is not Role.KEY:
            _add_tokens(made, field, tokens)
    made.add_text(definition.key, encodable((document.id,))[0])
    made.add_unsigned(SEQ, document.seq)
    for name, number in zip(ORDER, order_numbers(document.id), strict=True):
        made.add_unsigned(name, number)
    _add_values(made, values_by_group(document, definition), names)
    _add_content(made, document)
    return made


def _add_tokens(made: tantivy.Document, field: Field, tokens: Sequence[str]) -> None:
    if field.role is Role.TEXT:
        if tokens:
            made.add_text(field.name, " ".join(encodable(tokens)))
        return
    for token in encodable(tokens):
        made.add_text(field.name, token)


def _add_values(made: tantivy.Document, values: Mapping[str, Values], names: frozenset[str]) -> None:
    parts = {group: _json_bytes(held) for group, held in values.items()}
    for group, part in parts.items():
        if GROUP + group in names:
            made.add_unsigned(GROUP + group, content_number(group.encode(), part))
    made.add_bytes(
        VALUES, b"{%b}" % b",".join(b'"%b":%b' % (group.encode(), part) for group, part in parts.items())
    )


def _add_content(made: tantivy.Document, document: Document) -> None:
    facts = _json_bytes([document.id, document.facts])
    fragment = document.fragment.encode(*ANY_TEXT)
    made.add_unsigned(ROW, content_number(facts, fragment))
    made.add_bytes(FACTS, facts)
    made.add_bytes(FRAGMENT, fragment)


def _json_bytes(content: object) -> bytes:
    return _encode(content).encode(*ANY_TEXT)


def _checkpoint(seq: int) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text(CHECKPOINT, CHECKPOINT)
    made.add_unsigned(SEQ, seq)
    return made


def _delete(writer: tantivy.IndexWriter, definition: Definition, document_id: str) -> None:
    writer.delete_documents_by_term(definition.key, encodable((document_id,))[0])


def _held_seq(opened: OpenIndex, definition: Definition, document_id: str) -> int:
    seq = _seq(opened.searcher, opened.index.schema, definition.key, encodable((document_id,))[0])
    return -1 if seq is None else seq


def _seq(searcher: tantivy.Searcher, schema: tantivy.Schema, field: str, value: str) -> int | None:
    query = tantivy.Query.term_query(schema, field, value, TERMS)
    hits = searcher.search(query, 1, count=False).hits
    if not hits:
        return None
    seq = searcher.fast_field_values(SEQ, [hits[0][1]])[0]
    return None if seq is None else int(seq)
