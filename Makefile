# Thin names for one command each. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# The first Python that is new enough; choose another one with `make install PYTHON=/path/to/python3`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
STAMP := .venv/.installed
PARTS := sdk kernel $(wildcard plugins/*) examples/noticeboard examples/data
EDITABLE := $(foreach part,$(PARTS),-e $(part))
# The headless shell is Chromium without windows: pages are the same, and each takes a quarter less time.
BROWSER := $(or $(CHROMIUM),$(shell command -v chromium-headless-shell || command -v chromium || \
	command -v chromium-browser || command -v google-chrome))
# Processes of tests, and of browser tests: one a core.
JOBS ?= 2
BROWSERS ?= 2
ARGS ?=
# Where modules may not be kept compiled, every start of a process compiles all of them again: two seconds each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test e2e thorough pictures lint format lock bench docs clean

help:
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## make .venv with everything at the versions of requirements.lock

$(STAMP): requirements.lock Makefile $(addsuffix /pyproject.toml,$(PARTS)) \
		kernel/build_assets.py kernel/assets/package-lock.json kernel/assets/build.mjs kernel/assets/icons.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Huitang needs Python 3.11 or newer; here is: $$(python3 --version 2>&1 || echo none)."; \
		echo "Install one (Debian: apt-get install python3 python3-venv), or name it: make install PYTHON=/path/to/python3"; \
		exit 1; fi
	@if [ ! -x $(BIN)/python ]; then echo "→ .venv with $$($(PYTHON) --version)"; $(PYTHON) -m venv .venv || { \
		rm -rf .venv; echo "Cannot make .venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }; fi
	@echo "→ packages of requirements.lock (the first time this takes a minute or two)"
	# The lock names everything that is needed: pip must not look for more (a newer pydantic for "pydantic[email]", say).
	# Modules are compiled when they are first imported, by whoever needs them: most never are.
	@$(BIN)/python -m pip install --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock
	@echo "→ Huitang's own parts, and the portal's assets"
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation $(EDITABLE)
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

demo: install ## serve the sample city on http://127.0.0.1:8000 (ARGS="--port 8080 --data-dir D --password W")
	@exec $(BIN)/huitang demo $(ARGS)

test: install ## run every test
ifeq ($(BROWSER),)
	@if [ "$(CI)" = true ]; then echo "No Chromium here, and CI=true: the browser tests cannot be left out."; exit 1; fi
	@echo "No Chromium here: the browser tests are left out. To run them too: apt-get install chromium fonts-noto-cjk"
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --ignore tests/e2e $(ARGS)
	@echo "The browser tests were left out: no Chromium. To run them too: apt-get install chromium fonts-noto-cjk"
else
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --ignore tests/e2e $(ARGS)
	CHROMIUM=$(BROWSER) $(BIN)/python -m pytest -n $(BROWSERS) --dist loadscope tests/e2e
endif

e2e: install ## run the browser tests alone
	CHROMIUM=$(BROWSER) $(BIN)/python -m pytest -n $(BROWSERS) --dist loadscope tests/e2e $(ARGS)

thorough: install ## what takes long: 10,000 matters through 120 days, faults again and again, the API with many examples
	SIMULATED_MATTERS=10000 FAULT_ROUNDS=20 API_EXAMPLES=200 $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --timeout 14400 \
		tests/plugins/petitions/register/test_simulation.py tests/plugins/petitions/api/test_contract.py tests/faults $(ARGS)

pictures: install ## take pictures of every page in every look into var/screenshots
	EVERY_PICTURE=1 CHROMIUM=$(BROWSER) $(BIN)/python -m pytest -n $(BROWSERS) --dist loadscope \
		tests/e2e/test_screenshots.py tests/e2e/test_staff_pictures.py tests/e2e/test_meeting.py $(ARGS)

lint: install ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: install ## put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: install ## write requirements.lock anew from requirements.in
	$(BIN)/python -m venv .venv/lock
	.venv/lock/bin/python -m pip install --disable-pip-version-check --quiet "uv>=0.9,<1"
	.venv/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-emit-index-url --no-emit-find-links requirements.in -o requirements.lock

bench: install ## measure, each row against its bare counterpart
	$(BIN)/python -m tests.bench $(ARGS)

docs: install ## write docs/reference anew from the code
	$(BIN)/python -m tests.docs.generate

clean: ## remove what was built; the data in var/ stay
	rm -rf .venv build dist kernel/assets/node_modules \
		kernel/huitang_kernel/portal/static/portal/vendor kernel/huitang_kernel/fonts/noto
