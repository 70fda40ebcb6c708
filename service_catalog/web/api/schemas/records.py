"""Histories, and what a write answers."""

from __future__ import annotations

from marshmallow import fields as f
from marshmallow.validate import OneOf

from service_catalog.model import Kind
from service_catalog.web.api.schemas.base import Closed, boolean, integer, many, string


class FieldChangeSchema(Closed):
    field = string("字段，例如 guide.materials.0.copies")
    before = f.Raw(required=True, allow_none=True)
    after = f.Raw(required=True, allow_none=True)


class HistoryEntrySchema(Closed):
    version = integer("版本")
    seq = integer("变更序号")
    hash = string("内容摘要（SHA-256）")
    changed_at = string("变更时间（UTC，ISO 8601）")
    deleted = boolean("是否已撤回")
    record = f.Dict(required=True, metadata={"description": "该版本的记录"})
    changes = many(FieldChangeSchema)
    author = f.String(metadata={"description": "谁修改；须有 read:history 权限"})
    reason = f.String(metadata={"description": "为何修改；须有 read:history 权限"})


class HistoryAnswerSchema(Closed):
    kind = string("种类", validate=OneOf([str(kind) for kind in Kind]))
    id = string("编号")
    revisions = many(HistoryEntrySchema)
    next = f.String(required=True, allow_none=True, metadata={"description": "下一页（更早的版本）的 cursor"})


class DoubtSchema(Closed):
    field = string("字段，例如 guide.visits")
    message = string("哪里可疑")
    hint = string("建议；没有时为空")


class WrittenSchema(Closed):
    kind = string("种类", validate=OneOf([str(kind) for kind in Kind]))
    id = string("编号")
    version = integer("现在的版本")
    seq = integer("该版本的变更序号")
    changed = boolean("是否有变化；内容与已存的相同时不产生新版本")
    doubts = many(DoubtSchema)
