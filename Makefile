# `make` alone prints what there is. Every target does its own set-up: it needs Linux on x64 or arm64, and npm for the first
# time; Node itself comes with the packages.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The Node of the lockfile comes before the one of the machine.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

PACKAGES := node_modules/.package-lock.json

$(PACKAGES): package-lock.json .npmrc
	@scripts/node-packages.sh

##@ See it work
.PHONY: run down
run: $(PACKAGES) ## a cluster, the operator, a sample and traffic through it (root and Go, or docker; else what can be had)
	@node scripts/run.ts $(ARGS)

down: $(PACKAGES) ## removes everything that `make run` made, except the cache (ARGS=--e2e: and what `make e2e` left)
	@node scripts/down.ts $(ARGS)

##@ Check it
.PHONY: test lint types meta unit relay integration e2e verify bench bench-operator
test: lint types ## everything without a cluster: style, types, habits, rooms, relay, and a real API server (Go, once)
	@node scripts/test.ts

lint: $(PACKAGES) ## style and common mistakes, by Biome
	@scripts/step.sh lint node node_modules/@biomejs/biome/bin/biome check --error-on-warnings .

types: $(PACKAGES) ## types, by the TypeScript compiler
	@scripts/step.sh types node node_modules/typescript/bin/tsc -p .

meta: $(PACKAGES) ## the habits of CONVENTIONS.md: imports, purity, sizes, words, documents
	@node scripts/test.ts meta

unit: $(PACKAGES) ## each room by itself
	@node scripts/test.ts unit

relay: $(PACKAGES) ## the proxy as a process: bytes, endings, limits, reloads
	@node scripts/test.ts relay

integration: $(PACKAGES) ## against a real kube-apiserver and etcd
	@node scripts/test.ts integration

e2e: $(PACKAGES) ## against a real cluster with real nodes (root and Go, or docker); KEEP=1 leaves the cluster for the next
	@node scripts/assets.ts helm >/dev/null
	@node scripts/images.ts >/dev/null
	@$(if $(KEEP),,trap 'node cluster/main.ts down e2e' EXIT;) \
	  node cluster/main.ts up e2e >/dev/null; node scripts/test.ts e2e

verify: $(PACKAGES) ## writes all generated files anew, elsewhere, and compares; checks the lockfile
	@node scripts/verify.ts

bench: $(PACKAGES) ## this relay, HAProxy, nginx and no balancer side by side (root; haproxy, nginx, wrk)
	@node test/bench/main.ts $(ARGS)

bench-operator: $(PACKAGES) ## the operator with 1,000 L4Balancers against a real API server (Go, once); ARGS=--help
	@node test/bench/operator/main.ts $(ARGS)

soak: $(PACKAGES) ## half an hour of mixed load, changes and dying endpoints; nothing may fail or leak (ARGS="--minutes 5")
	@node test/soak/main.ts $(ARGS)

##@ Make it
.PHONY: generate images assets format clean
generate: $(PACKAGES) ## writes the generated files: the CRD, its reference page, install.yaml, tables of the documents
	@scripts/step.sh 'CRD, reference page' node crds/generate.ts
	@scripts/step.sh 'status reference page' node report/generate.ts
	@scripts/step.sh 'chart, install.yaml' node charts/generate.ts
	@scripts/step.sh 'documents' node scripts/docs/generate.ts

images: $(PACKAGES) ## the operator's and the proxy's image (docker, or buildah as root)
	@node scripts/images.ts $(ARGS)

assets: $(PACKAGES) ## the programs of Kubernetes that tests start: found, else built from source (Go; some minutes, once)
	@node scripts/assets.ts >/dev/null

format: $(PACKAGES) ## rewrites the sources in the project's style
	@node node_modules/@biomejs/biome/bin/biome check --write .

clean: ## removes node_modules; the cache in ~/.cache/l4balancer stays
	rm -rf node_modules build

##@ Other
.PHONY: help
help: ## this text
	@awk 'BEGIN {FS = ":[^#]*## "} \
	  /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
