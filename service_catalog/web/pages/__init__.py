"""HTML pages for people, rendered on the server; everything works without script.

``views`` has the addresses, ``errors`` the pages of failures. Each page is a frozen context made from what
the catalogue answers (``start``, ``results``, ``item``, ``scenario``, ``comparison``) and a template of the
same name; templates decide nothing but markup. ``places``, ``words``, ``ways`` and ``guide`` turn values into
plain Chinese; ``rendering`` adds what every page needs.
"""
