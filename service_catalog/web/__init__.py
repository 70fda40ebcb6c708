"""HTTP: the JSON API (``api``), the pages (``pages``), and how failures look in both (``problems``).

Views parse, call one use case of ``service_catalog.catalog`` and show what it returns. They hold no rule of
their own."""
