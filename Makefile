# Targets: build check test-system crash bench results study generate, and each step of check by itself: fmt vet lint tidy generated test
# cover fuzz race noasm arm64 nocgo.
# Every step says what it runs and how long it took.

GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# A few packages have a step of their own; dirs leaves out those that do not exist.
dirs = $(patsubst %/.,./%/...,$(wildcard $(addsuffix /.,$(1))))

# The race detector costs a factor of ten, of thirty where pictures are drawn: it runs, in plain Go and short, where goroutines meet.
# Short or not, env/catalog checks every world.
RACE  = $(call dirs,internal/team internal/run nn f32blas policy agent env viz cli)
NOASM = $(call dirs,internal/f32 nn)
QEMU  = qemu-aarch64-static
COVER = $(patsubst ./%/...,./%,$(call dirs,agent policy auxtasks replay))
FLOOR = 90
FUZZRUNS = 2000x

# $(call step,name,command) says the command, runs it, and says how long it took. Make stops when it fails.
define step
$(info == $(1): $(2))@start=$$(date +%s); { $(2); }; status=$$?; \
echo "== $(1): $$(($$(date +%s) - start)) s, status $$status"; exit $$status
endef

.PHONY: all build check test-system crash bench results study generate generated fmt vet lint tidy test cover fuzz race noasm arm64 nocgo
.NOTPARALLEL:

all: build

check: fmt vet lint tidy generated test fuzz race noasm arm64 nocgo

# rlrun is one static binary.
build:
	$(call step,build,CGO_ENABLED=0 go build ./...)
	$(if $(wildcard cmd/rlrun/.),$(call step,rlrun,CGO_ENABLED=0 go build -o rlrun ./cmd/rlrun))

fmt:
	$(call step,fmt,files=$$(gofmt -s -l .) && if [ -n "$$files" ]; then echo "run gofmt -s -w" $$files; false; fi)

vet:
	$(call step,vet,go vet ./...)

lint:
	$(call step,lint,go run $(GOLANGCI) run)

tidy:
	$(call step,tidy,go mod tidy -diff)

# The assembly of internal/f32 is generated and committed; generated checks that it is what the generator writes.
generate:
	$(call step,generate,go generate ./internal/f32)

generated: generate
	$(call step,generated,git diff --exit-code --stat -- internal/f32)

# The packages of COVER are tested by cover.
test: cover
	$(call step,test,go test $$(go list ./... | grep -v $(patsubst ./%,-e /%$$,$(COVER))))

# The share of statements that a package's own tests reach, which has a floor.
cover:
	$(if $(COVER),$(call step,cover,$(cover)))

define cover
go test -cover $(COVER) | awk '{ print } /^(FAIL|---)/ { bad = 1 } /^ok/ { n++ } \
match($$0, /coverage: [0-9.]+/) && substr($$0, RSTART + 10, RLENGTH - 10) + 0 < $(FLOOR) \
{ print "below $(FLOOR) %"; bad = 1 } END { exit bad || n != $(words $(COVER)) }'
endef

# Every decoder, and whatever else has a fuzz target, meets inputs that nobody wrote, for a moment each.
fuzz:
	$(call step,fuzz,$(fuzz))

define fuzz
grep -r --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | sed 's|/[^/]*:func | |' | sort | while read -r dir name; do \
go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZRUNS) -fuzzminimizetime 10x "$$dir" || exit 1; done
endef

race:
	$(if $(RACE),$(call step,race,go test -race -tags noasm -short -timeout 30m -run '^Test' $(RACE)))

noasm:
	$(if $(NOASM),$(call step,noasm,go test -tags noasm $(NOASM)))

# Where the emulator is there, the engine's short tests run too: plain Go, compiled for arm64, half a minute.
arm64:
	$(call step,arm64,GOARCH=arm64 go build ./...)
	$(if $(shell command -v $(QEMU)),$(call step,arm64 tests,GOARCH=arm64 go test -exec $(QEMU) -short $(NOASM)))

nocgo:
	$(call step,nocgo,CGO_ENABLED=0 go build ./...)

# What go test leaves out: killed processes, full disks, displays, terminals, browsers.
test-system:
	$(call step,test-system,AUXRL_SYSTEM=1 go test -count=1 -timeout 10m -v ./internal/systest/...)
	$(call step,test-system faults,AUXRL_SYSTEM=1 go test -count=1 -v -run 'TestEveryBit|TestInjectedFaults' ./internal/run ./agent)

# Runs that are killed N times: minutes. test-system has ten kills.
N = 200
crash:
	$(call step,crash,AUXRL_SYSTEM=1 AUXRL_CRASHES=$(N) go test -count=1 -timeout 60m -v -run 'TestCrash$$|TestCompareKilled$$' ./internal/systest)

bench:
	$(call step,bench,go test -run '^$$' -bench . ./...)

# One study of docs/results, by the name of its file in studies: what is missing of it is trained, then the page is made. It may be stopped,
# and goes on. J is how many runs at a time.
J = $(shell nproc)
study: rlrun
	@test -n "$(NAME)" || { echo "make study NAME=memory: the name is missing"; exit 2; }
	./rlrun compare studies/$(NAME).toml --out runs/studies/$(NAME) --publish docs/results --jobs $(J)

# The pages of docs/results, from the raw lines that are there: nothing is trained.
results: rlrun
	@bad=0; for raw in $(filter-out %.times.jsonl,$(wildcard docs/results/*.jsonl)); do \
	  name=$$(basename $$raw .jsonl); echo "== results: $$name"; \
	  ./rlrun compare studies/$$name.toml --out runs/studies/$$name --publish docs/results --report >/dev/null || bad=1; \
	done; exit $$bad

.PHONY: rlrun
rlrun:
	CGO_ENABLED=0 go build -o rlrun ./cmd/rlrun
