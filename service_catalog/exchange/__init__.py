"""Records in and out: their schemas (marshmallow), and the files that carry them (NDJSON).

Calls the catalogue's use cases and nothing below, but for the store's canonical form.
"""
