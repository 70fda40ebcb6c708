"""The use cases. HTTP, the command line and the exchange call these and nothing below.

``Catalog`` (catalog.py) is the one object they hold; each group of use cases has a module of its own.
"""

from service_catalog.catalog.catalog import Catalog

__all__ = ["Catalog"]
