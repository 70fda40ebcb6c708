"""Records in and out: their schemas (marshmallow), and the files that carry them.

``importing``, ``exporting`` and ``checking`` are what others call. ``reading`` takes files apart, ``sheets``
knows what their columns mean, ``rules`` what a record may have wrong, ``reports`` says it, ``writing`` makes
files.

Calls the catalogue's use cases and nothing below, but for the store's canonical form.
"""
