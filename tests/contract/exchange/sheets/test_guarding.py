"""Cells of CSV: made safe, and read as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_catalog.exchange.sheets.guarding import guarded, unguarded


@given(st.text(st.sampled_from("'=+-@\t\r01239./eE甲"), max_size=14) | st.text())
def test_cell_when_guarded_and_read_then_it_is_as_before(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["=1", "+86", "-1", "@a", "\tb", "\rb", "010", "1" * 12, "12E3", "3-1", "1/12", "1.10", "'=1"]
)
def test_cell_when_a_spreadsheet_would_run_or_spoil_it_then_it_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "110112", "TZ0915", "2026-03-01", "'引文'", "12.5", "80元/件"])
def test_cell_when_it_is_harmless_then_it_stays(text: str) -> None:
    assert guarded(text) == text
