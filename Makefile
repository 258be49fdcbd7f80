# `make demo` and `make test` set everything up by themselves: Python 3.11+ and make are all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CORE := model compare judge policy.conditions policy.verdicts
CORE_TESTS := tests/unit/model tests/unit/compare tests/unit/policy tests/unit/kinds tests/unit/test_judge*.py \
	tests/contract/test_plan_oracle.py tests/contract/test_plan_states.py tests/rules

.PHONY: help install demo pictures test rest coverage check golden permissions lock bench soak wheel clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## create .venv with everything in it

$(INSTALLED): setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/python -m compileall -q auditor
	touch $@

demo: $(INSTALLED) ## audit a changed estate on a local AWS stand-in; prints the report's path
	@$(BIN)/audit demo; code=$$?; [ $$code -eq 4 ] || exit $$code

pictures: demo ## take the pictures of README anew
	npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
	profile=$$(mktemp -d) && node tests/browser/pictures.mjs "$$(command -v chromium)" "$$profile" \
		"file://$$(ls -d "$$PWD"/reports/out/demo/prod/*/ | tail -1)report.html" reports; rm -rf "$$profile"

test: $(INSTALLED) ## run the test-suite
	$(BIN)/python -m pytest -n auto --dist worksteal

rest: $(INSTALLED) ## the tests that `make coverage` does not run
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=25 $(addprefix --ignore=,$(wildcard $(CORE_TESTS)))

coverage: $(INSTALLED) ## branch coverage of the core, which must be whole
	$(BIN)/python -m pytest -n auto -q $(CORE_TESTS) $(addprefix --cov=auditor.,$(CORE)) --cov-branch --cov-fail-under=100

check: $(INSTALLED) ## lint, format, types, import floors, rule examples
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/audit rules test

golden: $(INSTALLED) ## rewrite the golden files; review them as a diff
	$(BIN)/python -m pytest tests/golden --golden-update

permissions: $(INSTALLED) ## rewrite the policies of the roles that audit at night
	for file in terraform/nightly/auditing_role/policies/*.json; do \
		$(BIN)/audit permissions --env "$$(basename "$$file" .json)" > "$$file.new" && mv "$$file.new" "$$file" || exit 1; \
	done

lock: $(INSTALLED) ## pin what the image depends on, by digest
	cd deploy/image && for lock in "requirements.lock ../../setup.cfg" "tools.lock tools.in"; do \
		CUSTOM_COMPILE_COMMAND="make lock" ../../$(BIN)/pip-compile --quiet --upgrade --strip-extras --generate-hashes \
			--allow-unsafe --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
			--output-file $$lock || exit 1; \
	done

bench: $(INSTALLED) ## measure; ratios within one run
	$(BIN)/python tests/bench/run.py

soak: $(INSTALLED) ## the long searches that `make test` samples
	$(BIN)/python -m pytest -m soak --soak

wheel: $(INSTALLED) ## build the wheel into dist/
	$(BIN)/python -m build --wheel

clean: ## remove what the build made
	rm -rf build dist $(VENV) *.egg-info reports/out
