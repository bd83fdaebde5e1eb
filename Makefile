# Everything is installed into .venv, nothing elsewhere; `make clean` leaves .workervoice alone.
PYTHON ?= python3
PIP := .venv/bin/python -m pip -qq --disable-pip-version-check --no-input install
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(if $(UPGRADE),--upgrade)
.PHONY: help venv demo test fuzz faults oracle bench bench-crypto bench-triage lock clean
help:  ## list what make can do
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
venv: .venv/product  ## install the product, pinned and by hash
demo: .venv/product  ## start a demo hotline (STORY=1: play one story in the terminal, and end)
	.venv/bin/$(if $(STORY),python -m workervoice.app.story,workervoice up --demo)
test: .venv/dev  ## everything that must pass: style, types, imports, tests
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/lint-imports --no-logo
	.venv/bin/mypy
	.venv/bin/pytest -n auto --dist loadfile
oracle: .venv/dev  ## who may open what: many long lives of a hotline (EXAMPLES=200)
	.venv/bin/pytest -n 0 --examples=$(or $(EXAMPLES),200) tests/hotline/test_who_may_open_what.py
fuzz: .venv/dev  ## what strangers may send, generated: for an hour or so (EXAMPLES=1000)
	.venv/bin/pytest --timeout=0 -n 2 --fuzz=$(or $(EXAMPLES),1000) tests/hostile
faults: .venv/dev  ## kills and faults under load, and the count after each (KILLS=500)
	.venv/bin/python -m tests.faults --kills $(or $(KILLS),500) $(if $(ONLY),--only $(ONLY))
bench-crypto: .venv/product  ## what the cryptography costs: a table of medians, 1 if over a limit
	.venv/bin/python benchmarks/crypto.py
bench: .venv/dev  ## how fast a message becomes safe (ONLY="intake behind growth"), on an idle machine
	.venv/bin/python -m benchmarks.intake $(if $(ONLY),--only $(ONLY))
bench-triage: .venv/dev  ## how well messages are understood, and how fast (HALF=grow: the other half)
	.venv/bin/python -m benchmarks.triage --half $(or $(HALF),score)
lock: .venv/product  ## resolve the requirements again (UPGRADE=1: to the newest versions)
	$(PIP) uv
	for list in -build "" -dev; do $(LOCK) requirements$$list.in -o requirements$$list.lock || exit; done
clean:  ## remove what make and the tools made
	rm -rf .venv .hypothesis .*_cache *.egg-info tests/peers/node_modules
	find . -name __pycache__ -prune -exec rm -rf {} +
.venv/product: requirements-build.lock requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	"Workervoice needs Python 3.11 or newer: name one, as in make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements-build.lock
	$(PIP) --require-hashes --no-build-isolation -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	WORKERVOICE_ENV_FILE= .venv/bin/workervoice packs compile
	@touch $@
.venv/dev: .venv/product requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
