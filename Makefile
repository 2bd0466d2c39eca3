# Two commands matter: `make demo` shows a whole campaign on this machine; `make test` proves the program on real parts.
# Both install what they need (as root, or with sudo), and say so; a second run finds everything in place.
.DEFAULT_GOAL := help
.PHONY: help demo test quick check bench setup-demo setup-test clean
VENV := .venv
BIN := $(VENV)/bin

help:
	@echo "make demo    set up, start Asterisk in Docker and fictional callees, run a whole campaign"
	@echo "make test    set up and run every test, real Asterisk and SIPp included"
	@echo "make quick   the tests that need neither Docker nor a database server, without the long proofs"
	@echo "make check   ruff, mypy, import-linter"
	@echo "make bench   measure, as ratios within one run"
	@echo "make clean   stop what was started and remove what was made"

demo: setup-demo
	@$(BIN)/dialer demo

test: setup-test
	@$(BIN)/pytest

quick: $(VENV)/.complete
	@$(BIN)/pytest -m 'not slow' tests/docs tests/unit

check: $(VENV)/.complete
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# Contacts and seconds of the halt: without them it lasts ten minutes over 100,000.
HALT := 20000 60

bench: setup-test
	@for bench in $(filter-out %/bench_halt.py,$(wildcard tests/bench/bench_*.py)); do \
		echo "== $$bench"; $(BIN)/python $$bench || exit 1; done
	@echo "== tests/bench/bench_halt.py $(HALT)"; $(BIN)/python tests/bench/bench_halt.py $(HALT)

setup-demo setup-test: setup-%: $(VENV)/.complete
	@docker/setup.sh $*

# The system's own Python may lack venv; docker/setup.sh installs it.
$(VENV)/.complete: pyproject.toml constraints.txt
	@python3 -c 'import ensurepip, venv' 2>/dev/null || docker/setup.sh demo
	@python3 -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	@docker/clean.sh
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
