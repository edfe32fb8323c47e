"""python -m km2ipd."""

from .cli import main

if __name__ == "__main__":  # worker processes of a batch load this file under another name
    raise SystemExit(main())
