# `make` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help run first-day up down watch invoke test browser screenshots bench simulate check advisories build deploy dist size clean

LOCAL := python3 -B infra/local
ARCHITECTURE ?= arm64
# The cargo profile of size, bench, build, dist and deploy. `debug` takes the binaries that the tests use; empty takes the target's default.
PROFILE ?=
# The file in which `make deploy` keeps its answers, and the section of it.
SAMCONFIG ?= samconfig.toml
ENVIRONMENT ?= default
# `no` deploys without showing the changes first, as a workflow does.
CONFIRM ?= yes

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "make %-11s %s\n", $$1, $$2 }'

run: ## play a working week on a local cloud of its own, with a simulated Recall (PICTURE=1 draws the dashboard)
	@$(LOCAL) run $(if $(PICTURE),--picture)

first-day: ## run each command of docs/first-day.md on a local cloud of its own and compare (WRITE=1 writes the page)
	@$(LOCAL) first-day $(if $(WRITE),--write)

up: ## start a local cloud, deploy to it, and leave it running (CALLSHEET_PORT picks its port)
	@$(LOCAL) up

down: ## end the processes that `make up` left running
	@$(LOCAL) down

watch: ## like up, with the functions under `cargo lambda watch`, rebuilt as they change; Ctrl-C ends it
	@$(LOCAL) watch

invoke: ## call a function of the running local cloud: make invoke FUNCTION=webhook [EVENT=name]
	@$(LOCAL) invoke $(FUNCTION) $(EVENT)

test: ## run all tests, also against a deployed stack, and every target (TESTS="…": only cargo test, with these arguments)
	@$(if $(TESTS),,python3 -B -m unittest discover --quiet --start-directory infra/tests)
	@$(LOCAL) test $(TESTS)
	@$(if $(TESTS),,$(LOCAL) targets)

browser: ## run the tests in a browser against a local cloud of its own, as a part of `make test` (BROWSER="-k agenda": arguments of pytest)
	@$(LOCAL) browser $(BROWSER)

screenshots: ## draw the pages of the console in docs/images (IMAGES=folder), as a sample owner and an operator see them
	@$(LOCAL) screenshots $(IMAGES)

bench: ## measure on a local cloud of its own, with Recall's limits: make bench BENCH=storm|paging|drain|overtake|allhands|push|quiet|dropped|faults|console|cost
	@$(LOCAL) bench $(if $(PROFILE),--profile=$(PROFILE)) $(BENCH)

simulate: ## simulate a week of a workspace of any size, without a cloud: make simulate SIMULATE="--calendars 10000"
	@$(LOCAL) simulate $(if $(PROFILE),--profile=$(PROFILE)) $(SIMULATE)

check: ## check formatting, lints, documents, retired terms, circles of modules, template, dependencies, licences and workflows
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet
	python3 -B infra/checks
	@$(LOCAL) check

advisories: ## compare the dependencies with the published advisories; needs the network, and says so if a database cannot be reached
	@$(LOCAL) advisories

build: ## build for AWS (ARCHITECTURE=arm64, or x86_64)
	@$(LOCAL) build $(ARCHITECTURE) $(PROFILE)

deploy: build ## deploy to AWS (ENVIRONMENT=dev|staging|prod); asks for the settings the first time, and keeps the answers in samconfig.toml
	@$(LOCAL) deploy $(abspath $(SAMCONFIG)) $(ENVIRONMENT) $(if $(filter no,$(CONFIRM)),--no-confirm-changeset)

dist: ## make what a release ships, in dist/: functions, template, command line, licences, checksums; needs no AWS
	@$(LOCAL) dist $(PROFILE)

size: ## print sizes and start times of the functions, built for release and this machine (or with PROFILE=debug)
	@$(LOCAL) size $(PROFILE)

clean: down ## end the local cloud and remove build results
	rm -rf target .aws-sam .local dist
