# make run   opens the window, make test checks everything; both set up what they need first.

SHELL := /bin/sh
PYTHON ?=
export PYTHON

VENV := .venv/bin/python
BARE := .venv-bare/bin/python
ARGS ?=
TESTS ?= tests
# As many test processes as cores; one that has nothing left takes over what waits for another. The tests keep to
# folders of their own.
PARALLEL ?= -n auto --dist worksteal
# The checks take one core for minutes, so the first tests run beside them; what each says is printed in one piece.
TOGETHER := -j 2 $(if $(filter output-sync,$(.FEATURES)),-O)
# What `make bare` does not run.
REST := $(filter-out tests/graph_tests/,$(sort $(wildcard tests/*_tests/)))
BENCH ?= $(sort $(wildcard benchmarks/[a-z]*.py))

.DEFAULT_GOAL := help
.PHONY: help run test check unit bare fuzz mutants bench screenshots format lock fresh clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: ## open the window, or train in the terminal where there is no display (ARGS="train digits_mlp")
	@./setup.sh run
	@$(VENV) main.py $(ARGS)

test: ## check and all tests; those of graph/ where neither Qt nor torch is installed
	@./setup.sh test
	@$(MAKE) --no-print-directory $(TOGETHER) check bare
	@$(MAKE) --no-print-directory unit TESTS="$(REST)"

check: ## ruff, formatting, strict types, import contracts
	@./setup.sh check
	$(VENV) -m ruff check
	$(VENV) -m ruff format --check
	$(VENV) -m mypy
	.venv/bin/lint-imports --no-logo

unit: ## the tests alone (TESTS=tests/graph_tests ARGS="-k undo")
	@./setup.sh test
	$(VENV) -m pytest $(PARALLEL) $(TESTS) $(ARGS)

bare: ## the graph tests where neither Qt nor torch is installed
	@./setup.sh test
	NEUROWIRE_TEST_BARE=1 $(BARE) -m pytest $(PARALLEL) tests/graph_tests $(ARGS)

fuzz: ## 20,000 damaged boards, and 400 in the window (FUZZ=100000)
	@./setup.sh test
	$(VENV) -m tests.graph_tests.mutations $(or $(FUZZ),20000)
	NEUROWIRE_FUZZ=400 $(VENV) -m pytest tests/gui_tests/window_tests/test_mutations.py --timeout 7200

mutants: ## change single lines at random and print what no test notices (MUTANTS=200 SEED=0 ARGS="--only graph/infer")
	@./setup.sh test
	$(VENV) -m tests.mutants --count $(or $(MUTANTS),200) --seed $(or $(SEED),0) $(ARGS)

bench: ## speed and size, as ratios taken in one run (BENCH=benchmarks/canvas.py)
	@./setup.sh run
	@set -e; for script in $(BENCH); do echo "$$script"; $(VENV) "$$script" $(ARGS); done

screenshots: ## draw the pictures of the README anew
	@./setup.sh run
	QT_QPA_PLATFORM=offscreen $(VENV) docs/screenshots.py $(ARGS)

format: ## sort imports, mend what ruff can, format
	@./setup.sh check
	$(VENV) -m ruff check --fix
	$(VENV) -m ruff format

lock: ## write requirements.lock anew from pyproject.toml
	./setup.sh lock

fresh: ## clone the last commit into an empty folder and run its tests there
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	git clone -q . "$$folder/neurowire"; \
	if [ -d ../shared/data ] && [ -z "$$NEUROWIRE_DATA" ]; then export NEUROWIRE_DATA="$$(cd ../shared/data && pwd)"; fi; \
	$(MAKE) -C "$$folder/neurowire" test

clean: ## remove environments, caches and builds
	rm -rf .venv .venv-bare build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
