"""Which characters are written without spaces between words. ``text`` cuts along this line."""

from __future__ import annotations

SUPPLEMENTARY_IDEOGRAPHS = "\U00020000-\U0003fffd"
"""Planes 2 and 3 whole. Named by range, since what is assigned there differs between Python versions."""

IDEOGRAPHIC = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b"  # 々 〆 〇, Suzhou numerals, kana repeat marks
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana but its combining marks
    "\u3105-\u312f\u31a0-\u31bf"  # bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han; the last block holds twelve that NFKC keeps
    + SUPPLEMENTARY_IDEOGRAPHS
)
"""The inside of a regular expression's character class: Han, kana, bopomofo. Not Hangul: it has spaces."""
