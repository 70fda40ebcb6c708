"""Counterparts of two districts: which rows may be one matter, and what a person decided on it.

``suggesting`` reads the store and asks ``proposing``, which is pure; ``likeness`` says how alike two rows
are, with ``rows`` and ``words``; ``decisions`` writes down what was accepted or refused."""
