"""``--confirm``: one word for one meaning in every command that would otherwise ask or hold back."""

from __future__ import annotations

import click

CONFIRM = click.option("--confirm", is_flag=True, help="已核对：不询问、不因改动过多而停下，直接写入")


def agreed(question: str, *, default: bool) -> bool:
    """Asks on standard error, so that standard output holds results only."""
    return click.confirm(question, default=default, err=True)
