"""python -m km2ipd."""

from .cli import main

main()
