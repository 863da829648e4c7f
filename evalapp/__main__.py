"""`python -m evalapp` is the command `evalapp`."""

from evalapp.cli import main

main()
