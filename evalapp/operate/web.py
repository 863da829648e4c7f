"""The application in a web process of `evalapp serve`. Other servers take `evalapp.wsgi:app`."""

from evalapp.operate.processes import become

become("evalapp-web")

from evalapp.wsgi import app  # noqa: E402  its first words are those above

__all__ = ["app"]
