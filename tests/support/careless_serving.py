"""`evalapp` whose processes follow nobody: what a test shows to be noticed."""

from evalapp.cli import main
from evalapp.operate import processes

if __name__ == "__main__":
    processes._follow = lambda _name: None
    main()
