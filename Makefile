CONTRACT := internal/playground/contract
DESCRIPTION := $(CONTRACT)/node_modules/.package-lock.json

# Linters and generators run at these versions, whatever is installed. Go's
# checksum database vouches for them. sqlc's parser exists in C too, which only
# takes longer to build.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
SQLC := github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1

.DEFAULT_GOAL := help
.PHONY: help build test lint generate bench demo deps

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: need-go ## Build the program: bin/hindsight
	CGO_ENABLED=0 go build -trimpath -o bin/hindsight ./cmd/hindsight

test: deps ## Run all tests, with the race detector where there is a C compiler
	@set -e; race=-race; \
	if [ "$$(go env CGO_ENABLED)" != 1 ]; then \
		race=; \
		echo "No C compiler is here, so the tests run without the race detector: sudo apt-get install gcc libc6-dev brings one." >&2; \
	fi; \
	echo "go test $$race -timeout 30m ./..."; \
	go test $$race -timeout 30m ./...; \
	if [ -n "$$race" ]; then \
		echo "go test -timeout 30m -run TestCrashAtEvery ./cmd/hindsight ./internal/wiki"; \
		go test -timeout 30m -run TestCrashAtEvery ./cmd/hindsight ./internal/wiki; \
	fi

lint: need-go ## Check code, formatting, modules and generated code
	go mod verify
	go mod tidy -diff
	go vet ./...
	go run $(GOLANGCI_LINT) run --allow-parallel-runners
	CGO_ENABLED=0 go run $(SQLC) diff -f internal/store/sqlc.yaml

generate: need-go ## Write the generated code anew
	CGO_ENABLED=0 go run $(SQLC) generate -f internal/store/sqlc.yaml

bench: need-go-git ## Print throughput, latency, memory, start-up and requests to GitHub
	go run ./cmd/bench

demo: need-go-git ## Run the app beside a stand-in for GitHub, and print where to click
	go run ./cmd/hindsight demo

deps: need-go-git-npm $(DESCRIPTION) ## Install what the tests need and git does not bring along

need-%:
	@.ci/need $(subst -, ,$*)

$(DESCRIPTION): $(CONTRACT)/package.json $(CONTRACT)/package-lock.json | need-go-git-npm
	@echo "Installing GitHub's description of its API, which the tests hold requests and answers to."
	npm ci --prefix $(CONTRACT) --ignore-scripts --no-audit --no-fund
	@touch $@
