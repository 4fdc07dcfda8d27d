"""`python -m bl1` is `bl1`."""

from bl1.cli.main import main

main()
