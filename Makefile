# Commands for people: `make help` lists them.
PYTHON ?= python3
RUN := .venv
DEV := .venv-dev
MINUTES := 5
REPORT := runs/reports
PYTEST := $(DEV)/bin/python -m pytest --numprocesses 3 --dist worksteal

.PHONY: help run check test test-web fuzz faults reliability screens page bench bench-train bench-ask models clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: $(RUN)/ready ## set up and open the console
	@$(RUN)/bin/rumi-tui

check: $(DEV)/ready ## in a minute: lint, types, imports, and the tests without a console, a process or training
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports --no-logo
	$(PYTEST) -m 'not slow and not web'

test: $(DEV)/ready ## all that check does, and all tests: what decides whether a change may land
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports --no-logo
	$(PYTEST)

test-web: $(DEV)/ready export/page/node_modules ## test in a real browser, and JavaScript (Debian: chromium, chromium-driver, npm)
	$(DEV)/bin/python -m pytest -m web tests/rumi_tui/console/web tests/export/page
	$(DEV)/bin/python -m pytest tests/export/test_standard.py tests/export/page

fuzz: $(DEV)/ready ## for MINUTES=5, read files made wrong and press random keys in the console; tells the seed of what fails
	@fifth=$$(awk 'BEGIN { print $(MINUTES) / 5 }'); rest=$$(awk 'BEGIN { print $(MINUTES) * 4 / 5 }'); status=0; \
	$(DEV)/bin/python tests/fuzz/readers.py --minutes $$rest --report $(REPORT) || status=1; \
	$(DEV)/bin/python tests/fuzz/random_keys.py --minutes $$fifth --report $(REPORT) || status=1; exit $$status

faults: $(DEV)/ready ## kill, starve and cut off every program for MINUTES=5; run each without a network; tells the seed
	@status=0; $(DEV)/bin/python tests/faults/offline.py --report $(REPORT) || status=1; \
	$(DEV)/bin/python tests/faults/faults.py --minutes $(MINUTES) --report $(REPORT) || status=1; exit $$status

reliability: $(DEV)/ready ## write docs/reliability.md from what make fuzz and make faults told last
	$(DEV)/bin/python docs/reliability.py $(REPORT)

screens: $(DEV)/ready ## draw the pictures of the console in docs/screens anew
	$(DEV)/bin/python docs/screens.py

page: $(DEV)/ready export/page/node_modules ## put together the page that writes in a browser, in dist/page (needs npm)
	$(DEV)/bin/python -m export.page.build dist/page

bench: $(DEV)/ready ## measure how quickly verse is written, beside PyTorch and other graphs
	$(DEV)/bin/python benchmarks/generation.py
	$(DEV)/bin/python benchmarks/keeping.py

bench-train: $(DEV)/ready ## train on tiny Shakespeare beside a plain GPT-2: 1, 10 and 30 minutes each (RUMI_CORPUS_DIR)
	$(DEV)/bin/python benchmarks/tiny_shakespeare.py

bench-ask: $(DEV)/ready ## measure how well questions find couplets, and how long one waits (RUMI_CORPUS_DIR, and fetch --ask first)
	$(DEV)/bin/python benchmarks/ask.py
	$(DEV)/bin/python benchmarks/waiting.py

models: $(DEV)/ready ## make the models that ship again, from the texts, into runs/models: days without a GPU
	for recipe in training/recipes/*.sh; do PATH="$(CURDIR)/$(DEV)/bin:$$PATH" bash $$recipe runs/models || exit; done

clean: ## remove the environments that run and test made
	rm -rf $(RUN) $(DEV)

# Makes an environment, anew where there is one without pip, or whose Python is too old or gone.
define environment
$(PYTHON) -c '$(SUPPORTED)' || { echo "Rumi TUI needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.13, say."; exit 1; }
$(1)/bin/python -c 'import pip; $(SUPPORTED)' 2> /dev/null || $(PYTHON) -m venv --clear $(1)
endef
SUPPORTED := import sys; sys.exit(sys.version_info < (3, 11))

SOURCES := $(shell find models training export rumi_tui -not -path '*/__pycache__/*' -type f)

$(RUN)/ready: pyproject.toml constraints.txt $(SOURCES)
	@echo "Rumi TUI writes verse in your terminal. It is being set up in $(RUN), in this"
	@echo "folder: onnxruntime, which runs the models, Textual, which draws the console,"
	@echo "and what these need. The first time this takes about a minute and downloads"
	@echo "some 60 MB. Then the console opens."
	@$(call environment,$(RUN))
	@$(RUN)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt .
	@echo "Done. The console opens; Ctrl+Q leaves it."
	@touch $@

$(DEV)/ready: pyproject.toml constraints.txt
	@$(call environment,$(DEV))
	$(DEV)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[train,web,pictures,dev]'
	@touch $@

export/page/node_modules: export/page/package-lock.json
	npm ci --prefix export/page --ignore-scripts --no-audit --no-fund
	@touch $@
