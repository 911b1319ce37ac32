# make run    the whole system on this machine      make test   every test
# make demo   the main job, told as a story         make bench  the numbers of docs/benchmarks.md
# make build  the packages for AWS, in bin/         make clean  forget builds and the laptop's data (.local/)

FUNCTIONS := respond desk send feedback recompute notify clock
# lambda.norpc leaves the RPC mode of the retired go1.x runtime out of the binaries.
GOBUILD := go build -tags lambda.norpc -trimpath -ldflags "-s -w"
LOCAL := .local

.PHONY: run build local test demo bench fmt vet lint clean

run: local
	@exec $(LOCAL)/bin/laptop run

# The functions for linux/arm64, as they go to AWS: bin/<name>/bootstrap. One go command builds them side by side and
# only what changed.
build:
	@mkdir -p bin/.all $(FUNCTIONS:%=bin/%)
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GOBUILD) -o bin/.all/ $(FUNCTIONS:%=./functions/%)
	@for f in $(FUNCTIONS); do ln -f bin/.all/$$f bin/$$f/bootstrap || exit 1; done

# `sam build` calls make build-RespondFunction and so on (BuildMethod: makefile in template.yaml), each with its ARTIFACTS_DIR.
build-%Function:
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GOBUILD) -o $(ARTIFACTS_DIR)/bootstrap ./functions/$(shell echo $* | tr A-Z a-z)

# The same functions for this machine, and the laptop itself.
local:
	@mkdir -p $(LOCAL)/bin $(FUNCTIONS:%=$(LOCAL)/functions/%)
	@$(GOBUILD) -o $(LOCAL)/bin/ ./cmd/laptop $(FUNCTIONS:%=./functions/%)
	@for f in $(FUNCTIONS); do ln -f $(LOCAL)/bin/$$f $(LOCAL)/functions/$$f/bootstrap || exit 1; done

test: local
	go test ./...

demo: local
	@exec $(LOCAL)/bin/laptop demo

bench: local
	@exec $(LOCAL)/bin/laptop bench

fmt:
	gofmt -l -w $$(git ls-files --cached --others --exclude-standard '*.go')

vet:
	go vet ./...

# staticcheck is pinned in tools.mod, apart from what the program itself needs.
lint: vet
	@test -z "$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go'); exit 1; }
	go tool -modfile=tools.mod staticcheck ./...

clean:
	rm -rf $(LOCAL) bin .aws-sam
