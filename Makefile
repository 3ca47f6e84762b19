# The commands of this project. `make demo` and `make test` need nothing but Python 3.11 to 3.13
# (and, without a display on a Debian or Ubuntu, root or the packages of tools/system-packages).

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Runs what follows in a window: the real one where there is a display, a virtual one elsewhere.
IN_A_WINDOW := tools/in-a-window

.PHONY: demo test lint types docs bench screenshots clean

demo: $(STAMP)
	$(IN_A_WINDOW) $(BIN)/napari-neuron demo $(if $(DISPLAY)$(WAYLAND_DISPLAY),,--output demo)

test: $(STAMP)
	$(IN_A_WINDOW) --virtual $(BIN)/python -m pytest

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

clean:
	rm -rf $(VENV) demo site dist build
