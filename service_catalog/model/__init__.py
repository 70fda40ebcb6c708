"""The values everything else speaks in, and the error tree. No third-party import, no I/O.

Glossary. One word per idea, in code, JSON, command line, pages and documents:

region 区划
    A district, named by its six-digit code (GB/T 2260): 110112 北京市通州区, 120105 天津市河北区. Data,
    never code.
record
    Anything the catalogue knows, as one JSON object with ``kind``, ``id``, ``owner`` and ``version``. Kinds:
    ``item``, ``scenario``, ``acceptance``, ``counterpart``, ``term``, ``region``.
owner
    The region whose record it is. Only the owner's writes change it.
item 事项
    One service item of a district's list.
guide 办事指南
    What an item's applicant must know: conditions, materials, steps, limits, fee. Each field may be unknown.
scenario 一件事
    What one life event needs, as steps over items.
acceptance 异地受理
    How a region handles an item of another region: its mode, note and windows. Owned by the accepting region.
mode 办理方式
    ``online`` 全程网办, ``agent`` 异地代收代办, ``joint`` 多地联办, ``remote_window`` 云窗口,
    ``kiosk`` 自助终端.
counterpart 对应事项
    The link between two districts' items of one matter.
term 日常用语
    An everyday word and what it points at: an object and an action, or a name; never an id.
provenance
    Where a record comes from: ``official``, ``reference`` or ``sample``, with a note. Shown wherever a record
    is shown.
version
    A record's own count, raised by one per change.
revision
    A record as it was at one version.
seq
    The position of a change in the one ordered log: 1, 2, 3, … in commit order, without gaps.
change
    One entry of the log: which record, which version, at which seq.
tombstone
    The revision that says a record is gone. A re-created record continues at the tombstone's version + 1.
head
    The seq of the newest change.
epoch
    The name of one log's life. A restored backup begins a new epoch.
content hash
    SHA-256 over the RFC 8785 canonical JSON of a record, without seq and times.
stale
    A delivered version that is older than or equal to the stored one. Counted, no error.
fork
    A delivered version equal to the stored one with another content hash.
document
    An item or scenario as the search engine holds it, derived from records and disposable.
generation
    One build of the search index: one mapping, one dictionary, one name.
dictionary
    The stored words a generation segments with, with their counts. Named by its hash.
lexicon
    Terms, places and regions at one seq, immutable, used to understand queries.
level
    An engine is level with the log when its seq equals the head. How far it is not is its lag, in changes and
    in seconds.
indexer
    The process that keeps a search server's index level with the log.
lease
    The right to do one kind of work alone, for a time: rebuilding an index, following the log for it.
rejection
    A document that an engine will never take, and why. It is found by no search until its record is mended.
spare index
    The embedded index of a machine whose searches a server answers. What it answers while the server fails is
    ``degraded``.
access key
    What lets somebody write over HTTP: an id, a secret told once, scopes, regions, an end.
scope
    What an access key allows: ``write``, ``read:history``.
receipt
    What a write answered, kept with it, for a client that asks again with the same token.
draft
    A record as a file gives it, not yet checked, with the cells it came from.
part
    A piece of a record that has a row of its own in a file: a material, a step, a window.
finding
    One thing to tell of a file: a fault, which must be mended, a doubt, which somebody should look at, or a
    note. What looks for it is a rule.
profile
    Which headings of a file stand for which fields, and which words for which values. A district's to edit.
plan
    What an import would do: an outcome for each record, and how much of a region it would touch.
held
    An import that would change more than it may without being asked.
suggestion 对应建议
    A pair of items that the program proposes as counterparts, for a person to accept or refuse.
confidence
    How far the first hit can be trusted: ``high``, ``medium``, ``low`` or ``none``.
"""

from service_catalog.model.errors import CatalogError
from service_catalog.model.records import (
    Change,
    Kind,
    Mode,
    Record,
    Revision,
    references,
)
from service_catalog.model.searching import (
    AppliedCounts,
    Candidate,
    Clause,
    Confidence,
    Document,
    EngineQuery,
    EngineStatus,
    FacetValue,
    Filter,
    Found,
    Freshness,
    Generation,
    Hit,
    Meaning,
    Reason,
    SearchPage,
    SearchRequest,
    Understanding,
    Values,
)

__all__ = [
    "AppliedCounts",
    "Candidate",
    "CatalogError",
    "Change",
    "Clause",
    "Confidence",
    "Document",
    "EngineQuery",
    "EngineStatus",
    "FacetValue",
    "Filter",
    "Found",
    "Freshness",
    "Generation",
    "Hit",
    "Kind",
    "Meaning",
    "Mode",
    "Reason",
    "Record",
    "Revision",
    "SearchPage",
    "SearchRequest",
    "Understanding",
    "Values",
    "references",
]
