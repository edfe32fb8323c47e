# One door: every target sets up what it needs in .venv from the extras of setup.cfg.
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin/python

.PHONY: demo test lint types bench clean

demo: $(VENV)/km2ipd.test
	$(VENV)/bin/km2ipd run samples/desmoid_pfs/figure.png --out out/desmoid_pfs --force

test: $(VENV)/km2ipd.test
	$(RUN) -m pytest

lint: $(VENV)/km2ipd.dev
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check

# Type checkers cannot follow the editable install (the checkout itself is the package): check a normal one.
types: $(VENV)/km2ipd.dev
	rm -rf build/types
	$(RUN) -m pip install --quiet --no-deps --target build/types .
	MYPYPATH=build/types $(RUN) -m mypy -p km2ipd

bench: $(VENV)/km2ipd.test
	$(RUN) benchmarks/run.py

$(VENV)/km2ipd.test $(VENV)/km2ipd.dev: $(VENV)/km2ipd.%: setup.cfg pyproject.toml
	.ci/environment $(VENV) $* $(PYTHON)
	touch $@

clean:
	rm -rf $(VENV) build out *.egg-info
