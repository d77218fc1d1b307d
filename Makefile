# Textkin. `make demo` shows the main job, `make test` proves it; both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROTOS := $(wildcard protos/textkin/v1/*.proto)
GENERATED := client
COMPILE := $(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
  --python-version 3.11 --no-emit-index-url

# Those of bench and fuzz are not among them: their packages are installed for `make bench` and `make fuzz` alone.
LOCKS := requirements.lock requirements-build.lock requirements-dev.lock

.PHONY: help setup warm demo test check docs reference notebook audit sbom format protos release-protos lock bench fuzz walls clean

help: ## Shows this list.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready ## Makes .venv with all that development needs, from the lock.

$(VENV)/.ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

warm: setup ## Compiles the kernels for this machine.
	@$(BIN)/textkin-service warm

demo: warm ## Starts a service, ingests the sample articles, shows matches with aligned passages.
	$(BIN)/python samples/demo.py

test: warm ## Runs the tests.
	$(BIN)/python -m pytest

check: setup ## Lints, types, generated code, protos, documents, image, manifests, dependencies.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/hadolint Dockerfile
	$(BIN)/python .ci/manifests.py
	$(BIN)/python .ci/image.py
	$(BIN)/buf breaking --against protos/released.binpb
	rm -rf build/protos && mkdir -p build/protos
	$(MAKE) --no-print-directory protos GENERATED=build/protos
	diff -r -x __pycache__ build/protos/textkin/v1 client/textkin/v1
	$(MAKE) --no-print-directory docs
	$(BIN)/python .ci/audit.py $(LOCKS)

# Built anew each time: what was built before would not be warned of again.
docs: setup ## Builds the documentation site into build/docs.
	rm -rf build/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky --quiet --builder html docs build/docs

reference: setup ## Writes the pages of docs/reference that are made of the protos, the commands and the settings.
	$(BIN)/python docs/tools/reference.py

notebook: warm ## Runs docs/walkthrough.ipynb and stores what it shows.
	$(BIN)/python docs/tools/notebooks.py

audit: setup ## Audits the dependencies, and fails if no advisory service can be asked.
	$(BIN)/python .ci/audit.py --strict $(LOCKS)

sbom: setup ## Writes the bill of materials of the image's Python packages, build/sbom.cdx.json (CycloneDX).
	@$(BIN)/python .ci/sbom.py build/sbom.cdx.json

format: setup ## Formats the code.
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/buf format -w

protos: setup ## Generates client/textkin/v1 from protos/.
	$(BIN)/python -m grpc_tools.protoc -Iprotos --python_out=$(GENERATED) --pyi_out=$(GENERATED) $(PROTOS)
	$(BIN)/python -m grpc_tools.protoc -Iprotos --plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc \
	  --grpc_python_out=$(GENERATED) --mypy_grpc_out=$(GENERATED) protos/textkin/v1/textkin_service.proto

lock: setup ## Pins every dependency with its hashes.
	$(COMPILE) --group build -o requirements-build.lock
	$(COMPILE) pyproject.toml --extra service --extra tracing -o requirements.lock
	$(COMPILE) pyproject.toml --all-extras --group dev -c requirements.lock -c requirements-build.lock -o requirements-dev.lock
	$(COMPILE) --group bench -c requirements-dev.lock -o requirements-bench.lock
	$(COMPILE) --group fuzz -c requirements-dev.lock -o requirements-fuzz.lock

release-protos: setup ## Takes the protos as they are for released: later changes must not break their callers.
	$(BIN)/buf build --exclude-source-info -o protos/released.binpb

bench: warm $(VENV)/.peers ## Prints the benchmark tables.
	$(BIN)/python bench/run.py

$(VENV)/.peers: requirements-bench.lock $(VENV)/.ready
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

FUZZ_RUNS ?= 100000
FUZZ_REQUESTS ?= 5000

fuzz: warm $(VENV)/.fuzz ## Fuzzes parsers and RPCs for some minutes. FUZZ_RUNS and FUZZ_REQUESTS say how much.
	$(BIN)/python fuzz/campaign.py --runs $(FUZZ_RUNS) --requests $(FUZZ_REQUESTS)

$(VENV)/.fuzz: requirements-fuzz.lock $(VENV)/.ready
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	@touch $@

walls: warm ## Runs the tests of the kernels with a page behind each array that nobody may touch. Needs gcc, and takes ten minutes.
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o $(VENV)/walls.so fuzz/walls.c -ldl
	@[ $$(cat /proc/sys/vm/max_map_count) -ge 1000000 ] || { echo "run first: sysctl -w vm.max_map_count=4000000"; exit 1; }
	LD_PRELOAD=$(CURDIR)/$(VENV)/walls.so $(BIN)/python -X faulthandler -m pytest -q -p no:cacheprovider tests/core

clean: ## Removes what setup and the tools made.
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
