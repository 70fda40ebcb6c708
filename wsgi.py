"""The application for any WSGI server: ``gunicorn wsgi:app``. ``catalog serve`` needs no such file."""

from service_catalog.app import create_app

app = create_app()
