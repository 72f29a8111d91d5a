# `make` alone lists the targets. Each target sets up what it needs, given Linux on x64 or arm64, and npm the first time; Node
# itself comes with the packages.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The Node of the lockfile takes precedence over the machine's.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

PACKAGES := node_modules/.package-lock.json

$(PACKAGES): package-lock.json .npmrc
	@scripts/node-packages.sh

##@ Run
.PHONY: run down
run: $(PACKAGES) ## create a cluster with the operator and a sample, and send traffic (docker, or root and Go; else without a cluster)
	@node scripts/run.ts $(ARGS)

down: $(PACKAGES) ## remove everything that `make run` created, except the cache (ARGS=--e2e: also what `make e2e` left)
	@node scripts/down.ts $(ARGS)

##@ Test
.PHONY: test lint types meta unit relay integration e2e verify bench bench-operator
test: lint types ## run all tests that need no cluster: style, types, conventions, units, relay, and a real API server (Go, once)
	@node scripts/test.ts

lint: $(PACKAGES) ## check style and common mistakes with Biome
	@scripts/step.sh lint node node_modules/@biomejs/biome/bin/biome check --error-on-warnings .

types: $(PACKAGES) ## check types with the TypeScript compiler
	@scripts/step.sh types node node_modules/typescript/bin/tsc -p .
	@scripts/step.sh 'types of the page' node node_modules/typescript/bin/tsc -p page

meta: $(PACKAGES) ## check the conventions of CONVENTIONS.md: imports, purity, sizes, words, documents
	@node scripts/test.ts meta

unit: $(PACKAGES) ## test each folder by itself
	@node scripts/test.ts unit

relay: $(PACKAGES) ## test the proxy as a process: bytes, closes, limits, reloads
	@node scripts/test.ts relay

integration: $(PACKAGES) ## test against a real kube-apiserver and etcd
	@node scripts/test.ts integration

e2e: $(PACKAGES) ## test in a real cluster with real nodes (docker, or root and Go); KEEP=1 keeps the cluster for the next run
	@node scripts/assets.ts helm >/dev/null
	@node scripts/images.ts >/dev/null
	@$(if $(KEEP),,trap 'node cluster/main.ts down e2e' EXIT;) \
	  node cluster/main.ts up e2e >/dev/null; node scripts/test.ts e2e

verify: $(PACKAGES) ## regenerate all generated files in a copy of the tree and compare; check the lockfile
	@node scripts/verify.ts

bench: $(PACKAGES) ## compare this relay with HAProxy, nginx and no balancer (root; haproxy, nginx, wrk)
	@node test/bench/main.ts $(ARGS)

bench-operator: $(PACKAGES) ## measure the operator with 1,000 L4Balancers on a real API server (Go, once); ARGS=--help
	@node test/bench/operator/main.ts $(ARGS)

soak: $(PACKAGES) ## run half an hour of mixed load, changes and killed endpoints; nothing may fail or leak (ARGS="--minutes 5"); attacks: ARGS=--hostile
	@FUZZ_INPUTS=1000000 node --test test/proxy/proxy-protocol/fuzz.test.ts test/proxy/quic/fuzz.test.ts \
		test/proxy/address-set/fuzz.test.ts test/proxy/health/check/fuzz.test.ts test/proxy/tls/fuzz.test.ts
	@FLOWS=10000 node --test test/proxy/relay/forecast.test.ts
	@PAGE_REPORTS=14400 node --test test/page/leaks.test.ts
	@node test/soak/main.ts $(ARGS)

##@ Build
.PHONY: generate images dist assets format clean
generate: $(PACKAGES) ## write the generated files: the CRD, the reference pages, the status page, install.yaml, tables of the documents
	@scripts/step.sh 'CRD, reference page' node crds/generate.ts
	@scripts/step.sh 'status reference page' node report/generate.ts
	@scripts/step.sh 'status page' node page/generate.ts
	@scripts/step.sh 'chart, install.yaml' node charts/generate.ts
	@scripts/step.sh 'documents' node scripts/docs/generate.ts

images: $(PACKAGES) ## build the images of the operator and the proxy (docker, or buildah as root)
	@node scripts/images.ts $(ARGS)

dist: $(PACKAGES) ## build what kubectl l4b is shipped as into build/dist: npm package, executables, krew manifest (Go, once); ARGS=--help
	@node scripts/dist.ts $(ARGS)

assets: $(PACKAGES) ## find the Kubernetes programs that tests start, or build them from source (Go; some minutes, once)
	@node scripts/assets.ts >/dev/null

format: $(PACKAGES) ## format the sources
	@node node_modules/@biomejs/biome/bin/biome check --write .

clean: ## remove node_modules; the cache in ~/.cache/l4balancer stays
	rm -rf node_modules build

##@ Other
.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":[^#]*## "} \
	  /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
