# The directory's commands. `make help` lists them; CONTRIBUTING.md says more.

SHELL := /bin/bash
PYTHON := .venv/bin/python
BROWSER ?= yes
.DEFAULT_GOAL := help
.PHONY: help run test check bench lock clean backup restore install install-dev

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 18

install: ## make .venv with what running needs
	@python3 requirements/install.py production

install-dev: ## … and what tests and checks need
	@python3 requirements/install.py dev

run: install ## start the registry (PORT=8000 DATA_DIR=var)
	@exec $(PYTHON) -m config.embedded.run

test: install-dev ## run every test, on both databases and in a browser (BROWSER=no leaves that out)
	@exec $(PYTHON) -m tests.run --browser=$(BROWSER)

check: install-dev ## lint, layers, types, complexity, migrations, messages, templates
	@exec $(PYTHON) -m tests.check

bench: install-dev ## measure, as ratios in one run; writes bench/results.json
	@exec $(PYTHON) -m bench

backup: install ## copy the running registry into one file (BACKUP=file)
	@exec $(PYTHON) -m config.embedded.backup save "$(BACKUP)"

restore: install ## put a registry back from such a file (BACKUP=file, into an empty DATA_DIR or database)
	@exec $(PYTHON) -m config.embedded.backup restore "$(BACKUP)"

lock: install-dev ## compile requirements/*.in to locked files (UPGRADE=1 takes newer versions)
	@for set in base production dev; do \
	  $(PYTHON) -m uv pip compile --quiet $(if $(UPGRADE),--upgrade) --generate-hashes --no-header --no-emit-index-url \
	    --python-version 3.11 $$( [ $$set = base ] || echo "-c requirements/base.txt" ) \
	    -o requirements/$$set.txt requirements/$$set.in || exit 1; \
	done
	@! grep -nE '^--|https?://|file:' requirements/*.txt || { echo "A lock names an index; see above."; exit 1; }

clean: ## remove what can be made again (.venv, caches); never DATA_DIR
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results build
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
	@find directory trials centres -name '*.mo' -delete
