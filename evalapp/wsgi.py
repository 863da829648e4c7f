"""The application for any WSGI server: `evalapp.wsgi:app`. Starts no worker; run `evalapp worker` beside it."""

from evalapp.factory import create_app

app = create_app()
