# Every Sector: the commands of the project. `make help` lists them.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
.DEFAULT_GOAL := help
PEOPLE ?= 10000
# Files that the application reads once at its start: the development server starts again when one changes.
WATCHED := lms/web/static/icons.svg:$(subst $() ,:,$(wildcard certificates/*.typ))
.PHONY: help run debug test test-under-load audit permissions editor messages lint content audio demonstration format screenshots bench bench-report lock clean python installed installed-dev

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

installed: python
	@$(PYTHON) bin/bootstrap.py requirements.txt

python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one:" \
	  "make run PYTHON=/path/to/python3"; exit 1; }

installed-dev: python
	@$(PYTHON) bin/bootstrap.py requirements.txt requirements-dev.txt

run: installed ## Start Every Sector on http://127.0.0.1:8000 (PORT=9000 and HOST= change that)
	@LMS_PUBLIC_ADDRESS="$${LMS_PUBLIC_ADDRESS:-http://$(if $(filter 0.0.0.0 ::,$(HOST)),127.0.0.1,$(HOST)):$(PORT)}" \
	  exec $(BIN)/flask --app wsgi serve --prepare --exit-with-parent --host $(HOST) --port $(PORT)

debug: installed-dev ## Start it for development: changes of code, templates and styles show at once
	@export FLASK_APP=wsgi LMS_LOG_FORMAT=console LMS_PUBLIC_ADDRESS="$${LMS_PUBLIC_ADDRESS:-http://127.0.0.1:$(PORT)}"; \
	  $(BIN)/flask prepare && exec $(BIN)/flask run --debug --host $(HOST) --port $(PORT) --extra-files "$(WATCHED)"

test: installed-dev ## Check everything, or only some tests: T=tests/people, T="tests/people -k merge"
	@$(if $(T),TEST_EXAMPLES=0.1 $(BIN)/pytest -q $(T),$(BIN)/python bin/check.py)

audit: installed-dev ## Ask the Python advisory database about every library of the locks (needs the network)
	@for list in requirements requirements-dev requirements-directory; do $(BIN)/uv tool run pip-audit==2.10.1 \
	  --strict --disable-pip --require-hashes -r $$list.txt || exit 1; done

permissions: installed-dev ## Update docs/handbook/permissions.md: what every address answers to whom
	@WRITE_PERMISSIONS=1 $(BIN)/pytest -q tests/architecture/test_permissions.py

test-under-load: installed-dev ## Run the tests N=5 times while all cores are kept busy; T=tests/kernel runs only these
	@$(BIN)/python bin/test_under_load.py $(or $(N),5) $(T)

messages: installed-dev ## Collect every text for translators into lms/translations/messages.pot
	@mkdir -p lms/translations && $(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext --project "Every Sector" \
	  -o lms/translations/messages.pot lms

lint: installed-dev ## Check style, types and layers only
	@$(BIN)/python bin/check.py --lint

content: installed-dev ## Check the course files and lint our curriculum
	@$(BIN)/flask --app wsgi content check && $(BIN)/python -m tools.curriculum lint

editor: ## Bundle the text editor of authors again, lms/web/static/editor.js (needs Node.js 20 and npm)
	@cd tools/editor && npm ci --silent && npm run --silent build

audio: installed-dev ## Encode recordings, modules/*/audio/*.wav, to Opus (needs opus-tools)
	@$(BIN)/python -m tools.curriculum encode

demonstration: installed-dev ## Update the demonstration's data file (after changes to courses or tools/demonstration)
	@$(BIN)/python -m tools.demonstration

format: installed-dev ## Format the Python code
	@$(BIN)/ruff check --fix --exit-zero --quiet . && $(BIN)/ruff format .

screenshots: installed-dev ## Take the README's screenshots from the demonstration
	@$(BIN)/python -m tools.screenshots

bench: installed-dev ## Measure speed and memory beside a bare Flask page; ROWS="my quiz" measures only these
	@$(BIN)/python -m bench $(ROWS)

bench-report: installed-dev ## Measure the report of very many people (PEOPLE=100000), on SQLite and PostgreSQL
	@$(BIN)/python -m bench.compliance $(PEOPLE)

lock: installed-dev ## Update the lock files from requirements.in, requirements-dev.in and requirements-directory.in
	@for list in requirements requirements-dev requirements-directory; do $(BIN)/uv pip compile --universal \
	  --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --custom-compile-command "make lock" \
	  --quiet $$list.in -o $$list.txt || exit 1; done

clean: ## Remove the environment, caches and the local database (asks first)
	@printf "This removes .venv, caches and the database in instance/. Go on? [y/N] "; \
	  read answer; [ "$$answer" = y ] && rm -rf .venv .venv.unfinished instance .mypy_cache .ruff_cache .pytest_cache .test-report \
	  .hypothesis .import_linter_cache || echo "Nothing removed."
