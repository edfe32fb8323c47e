"""python -m km2ipd."""

from .cli import main

raise SystemExit(main())
