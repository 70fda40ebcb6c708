"""The JSON API.

Each module of routes parses strictly (``arguments``), calls one use case, and shows it (``*_answer``).
``schemas`` documents the answers; ``openapi`` makes the document of all this.
"""
