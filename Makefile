# `make help` lists the targets. DESKMESH_HOME is the folder of the run's data, PYTHON the interpreter to build on.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin

.PHONY: help
help: ## List every target
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: up
up: ## Run Deskmesh on this machine: http://127.0.0.1:8080, demo tenants inside; Ctrl-C stops it
	@tools/install run
	@tools/web try-build
	@exec $(BIN)/deskmesh up --stop-with-parent

.PHONY: reset
reset: ## Remove the data of the run
	@tools/install run
	@$(BIN)/deskmesh reset

.PHONY: test
test: ## Run all tests on real PostgreSQL and NATS
	@tools/install dev
	@tools/test

.PHONY: test-browser
test-browser: ## Walk through the web UI in a real Chromium; DESKMESH_CHROMIUM names one
	@tools/install dev
	@tools/test browser

.PHONY: test-containers
test-containers: ## Run the component tests on PostgreSQL and NATS in containers
	@tools/install dev
	@tools/test containers

.PHONY: test-images
test-images: ## Build the images, look into each, and walk the main job through them; needs podman or docker
	@tools/install dev
	@tools/test images

.PHONY: images
images: ## Build the six images by podman or docker; tools/images says what can be set
	@tools/images

.PHONY: test-pg15
test-pg15: ## Run the component and contract tests on PostgreSQL 15
	@tools/install dev
	@tools/test pg15

.PHONY: web
web: ## Build the web UI, which the gateway serves
	@tools/web build

.PHONY: screens
screens: ## Take the pictures in docs/screens from the desk at http://127.0.0.1:8080
	@tools/install dev
	PYTHONPATH=tests/support $(BIN)/python tools/screens.py

.PHONY: bench
bench: ## Measure tickets, reading, rules, bulk work, timers and the check of clocks, prove the clocks and timers, and that no update is lost, measure the web UI; see bench/README.md
	@tools/install dev
	$(BIN)/python bench/create.py
	$(BIN)/python bench/read.py
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/bulk.py
	$(BIN)/python bench/timers.py
	$(BIN)/python bench/clock_check.py
	PYTHONPATH=tests/support $(BIN)/python bench/timer_faults.py
	PYTHONPATH=tests/support $(BIN)/python bench/clock_oracle.py
	PYTHONPATH=tests/support $(BIN)/python bench/eight_writers.py
	@tools/web build
	PYTHONPATH=tests/support $(BIN)/python bench/web.py

.PHONY: check
check: ## Formatting, lint, types, import rules, protobuf, generated code, charts, locks
	@tools/install dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	tools/check_proto
	$(BIN)/python tools/generate_proto.py --check
	tools/check_charts
	$(BIN)/python tools/check_locks.py
	tools/web check

.PHONY: audit
audit: ## Look up known vulnerabilities of the locked packages; needs the services that know them
	@tools/install dev
	@tools/audit

.PHONY: fmt
fmt: ## Format the code and mend what lint can mend
	@tools/install dev
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

.PHONY: proto
proto: ## Generate proto/gen/python from proto/deskmesh
	@tools/install dev
	$(BIN)/python tools/generate_proto.py

.PHONY: lock
lock: ## Lock requirements/*.in anew, newest versions allowed by them
	@tools/install dev
	@tools/lock

.PHONY: install
install: ## Make .venv with all that run, tests and checks need
	@tools/install dev
