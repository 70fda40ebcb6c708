"""Cross-region government service catalogue.

The layers, from top to bottom; a module imports only from below (held by import-linter, see setup.cfg)::

    app
    web | cli
    exchange
    catalog
    search
    indexing
    engines | store | text
    config | observe
    model
"""

__version__ = "0.1.0"
