"""The application for any WSGI server: `evalapp.wsgi:app`. Starts no worker; run `evalapp worker` beside it."""

import gc
import sys

from evalapp.core.settings import BadSettings
from evalapp.factory import create_app

try:
    app = create_app()
except BadSettings as error:
    sys.exit(f"evalapp: {error}")
# What stands now stands until the end: without this the collector walks over all of it again and again.
gc.collect()
gc.freeze()
