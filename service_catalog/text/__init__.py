"""Chinese text: folding, segmentation, pinyin.

Owns what a text looks like when it is matched: ``fold`` and ``fold_code`` give two spellings of one thing the
same form, ``Segmenter`` and ``bigrams`` cut a folded text into tokens, ``syllables``, ``initials`` and
``split_syllables`` go from names to pinyin and from Latin queries to syllables. Pure functions of their
arguments: same text, same dictionary, same result in every process. OpenCC, rjieba and pypinyin enter the
project here and nowhere else.

Must not: touch a text that is stored or shown, know records, fields or engines, read anything but the data
files beside the code, decide what a query means.
"""

from service_catalog.text.folding import fold, fold_code
from service_catalog.text.pinyin import initials, looks_like_pinyin, split_syllables, syllables
from service_catalog.text.segmentation import Segmenter, bigrams

__all__ = [
    "Segmenter",
    "bigrams",
    "fold",
    "fold_code",
    "initials",
    "looks_like_pinyin",
    "split_syllables",
    "syllables",
]
