# The commands of this project. `make demo` and `make test` need nothing but Python 3.11 to 3.13
# (and, without a display on a Debian or Ubuntu, root or the packages of tools/system-packages).

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Runs what follows in a window: the real one where there is a display, a virtual one elsewhere.
IN_A_WINDOW := tools/in-a-window

.PHONY: demo test test-databases lint types docs bench screenshots clean

demo: $(STAMP)
	$(IN_A_WINDOW) $(BIN)/napari-neuron demo $(if $(DISPLAY)$(WAYLAND_DISPLAY),,--output demo)

# MOD files are compiled.
test: $(STAMP)
	tools/system-packages g++ make
	$(IN_A_WINDOW) --virtual $(BIN)/python -m pytest

# Clients of databases hold pandas at version 2: they have an environment of their own.
test-databases: .venv-databases/.installed
	tools/system-packages openssl
	$(IN_A_WINDOW) --virtual .venv-databases/bin/python -m pytest tests/unit/test_database*.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

docs: $(STAMP)
	$(BIN)/mkdocs build --strict

bench: $(STAMP)
	$(IN_A_WINDOW) --virtual $(BIN)/python benchmarks/run_all.py

screenshots: $(STAMP)
	$(IN_A_WINDOW) --virtual $(BIN)/python docs/make_screenshots.py

$(STAMP): pyproject.toml tools/setup
	tools/setup $(VENV)

.venv-databases/.installed: pyproject.toml tools/setup
	tools/setup .venv-databases databases,qt,test

clean:
	rm -rf $(VENV) .venv-databases demo site dist build
