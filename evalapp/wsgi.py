"""The application for any WSGI server: `evalapp.wsgi:app`. Starts no worker; run `evalapp worker` beside it."""

import gc

from evalapp.factory import create_app

app = create_app()
# What stands now stands until the end: without this the collector walks over all of it again and again.
gc.collect()
gc.freeze()
