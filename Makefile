# The commands of this project. Each makes what it needs; none needs anything installed by hand but Python 3.11+.
PYTHON ?= python3
PORT   ?= 8080
DATA   ?= var
VENV   := .venv
BIN    := $(VENV)/bin

# Bytecode is worth a second at every start; an inherited switch must not take it away.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test prove check fix translations icons build sam-local bench bench-bridge bench-storm bench-sockets bench-page bench-imports bench-cold-start lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run     serve the to-do API on this machine   [PORT=8080] [DATA=var]"
	@echo "make test    run every test in its short form"
	@echo "make prove   run the long forms of the same proofs  [WHAT=rest for those that make test leaves out]"
	@echo "make check   lint, types, import contracts, the stack's templates"
	@echo "make fix     format and repair what can be repaired by a tool"
	@echo "make translations   let every language have every text  [LANGUAGE=fr for a new one]"
	@echo "make icons   draw the page's icons anew from their SVGs  (needs chromium)"
	@echo "make screenshots   take docs/screenshots anew       [ONLY=name]"
	@echo "make build   build what is deployed to AWS Lambda  [ARCHITECTURE=arm64] [ACCEPT_SIZE=1]"
	@echo "make sam-local   run what was built under sam local, in containers (as root)"
	@echo "make bench   measure this project and its peers side by side  [OPTIONS=--help]"
	@echo "make bench-storm   as many environments at once on one PostgreSQL  [OPTIONS=--help]"
	@echo "make bench-sockets   15,000 idle WebSockets, and a change for all of them  [OPTIONS=--help]"
	@echo "make bench-page   how quick the page is, in Chromium  [OPTIONS=--help]"
	@echo "make bench-imports   how quick an import is, and what others notice  [OPTIONS=--help]"
	@echo "make lock    pin the newest allowed dependencies, with hashes"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# What running needs, and what developing needs besides.
$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing what the service needs (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "installing what the tests and checks need (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/.run
	@exec $(BIN)/todo serve --port $(PORT) --data $(DATA)

test: $(VENV)/.dev
	$(BIN)/pytest --numprocesses 2 --dist worksteal

prove: $(VENV)/.dev
	PROVE=$(or $(WHAT),1) $(BIN)/pytest --numprocesses 2 --dist worksteal

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@PYTHON="$(PYTHON)" scripts/check-stack

fix: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

translations: $(VENV)/.dev
	@$(BIN)/python scripts/translations.py $(LANGUAGE)

icons: $(VENV)/.dev
	@$(BIN)/python scripts/icons.py

# Pictures of every page, in Chromium. ONLY=today takes those whose names begin so.
screenshots: $(VENV)/.dev
	$(BIN)/python scripts/screenshots.py $(ONLY)

# ARCHITECTURE=x86_64 for `sam local`; arm64 is what is deployed unless told otherwise.
build: $(VENV)/.dev
	@PYTHON="$(PYTHON)" scripts/build

sam-local: $(VENV)/.dev
	@PYTHON="$(PYTHON)" scripts/sam-local-test

# The peers are pinned, and kept away from what the service runs with.
.venv-bench/.done: requirements-bench.txt
	@echo "installing what is measured (once)"
	@$(PYTHON) -m venv --clear .venv-bench
	@echo '*' > .venv-bench/.gitignore
	@.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

bench: bench-bridge

# What a request costs on Lambda before any work is done. OPTIONS="--seconds 2 --json FILE", or --profile
bench-bridge: .venv-bench/.done
	@.venv-bench/bin/python benchmarks/bridge.py $(OPTIONS)

# A storm of environments on one PostgreSQL, with Debian's pgbouncer where it is installed: a quarter of an hour.
# OPTIONS="--environments 25 --contenders ours-invocation,ours-proxy" is the short form, of half a minute.
bench-storm: .venv-bench/.done
	@.venv-bench/bin/python benchmarks/storm.py $(OPTIONS)

# 15,000 idle WebSockets on one server process, and a change that is delivered to all: some minutes; 15,300 open files.
# OPTIONS="--sockets 500 --contenders ours" is the short form, of half a minute.
bench-sockets: .venv-bench/.done
	@.venv-bench/bin/python benchmarks/sockets.py $(OPTIONS)

# A list of 1,000 tasks in a browser; needs Chromium.
bench-page: $(VENV)/.dev
	@$(BIN)/python benchmarks/page.py $(OPTIONS)

# 100,000 rows on each database: rows a second, memory over time, and what others notice. OPTIONS="--rows 10000" is short.
bench-imports: .venv-bench/.done
	@.venv-bench/bin/python benchmarks/imports.py $(OPTIONS)

# Needs an artifact for this machine: make build ARCHITECTURE=x86_64
bench-cold-start: $(VENV)/.dev
	$(BIN)/python benchmarks/cold_start.py

lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements.txt pyproject.toml benchmarks/requirements.in -o requirements-bench.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group sam -o requirements-sam.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group checkov -o requirements-checkov.txt

clean:
	rm -rf $(VENV) .venv-* .aws-sam build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
