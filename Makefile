# make run    the whole system on this machine      make test   every test
#             ARGS=-empty: without the sample workspace; laptop run -h lists the flags
# make demo   the main job, told as a story         make bench  the numbers of docs/benchmarks.md
# make cost   what a campaign costs on AWS          make fuzz   what strangers send, FUZZTIME=2m each
# make chaos  campaigns under faults, SEED= RUNS=   make chaos-big  100,000 recipients, the sender killed twice
# make race   the race detector                    make check-all  what takes longer than the gate
# make replay dead letters once more, QUEUE= on AWS  make screens  pictures of every page of the desk
# make build  the packages for AWS, in bin/         make clean  forget builds and the laptop's data (.local/)
# make generate  the Go code of the pages, *_templ.go, after a change of a .templ file

FUNCTIONS := respond desk sheets report send feedback recompute notify clock ballots analyse
# lambda.norpc leaves the RPC mode of the retired go1.x runtime out of the binaries.
GOBUILD := go build -tags lambda.norpc -trimpath -ldflags "-s -w"
LOCAL := .local

.PHONY: run build generate local skewed screens chaos chaos-big replay test demo bench cost fuzz fmt vet lint race vulnerabilities check-all clean

run: local
	@exec $(LOCAL)/bin/laptop run $(ARGS)

# The functions for linux/arm64, as they go to AWS: bin/<name>/bootstrap. One go command builds them side by side and
# only what changed.
build:
	@mkdir -p bin/.all $(FUNCTIONS:%=bin/%)
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GOBUILD) -o bin/.all/ $(FUNCTIONS:%=./functions/%)
	@for f in $(FUNCTIONS); do ln -f bin/.all/$$f bin/$$f/bootstrap || exit 1; done

# The Go code of the pages. It is committed; a test says when it is stale.
generate:
	go tool -modfile=tools.mod templ fmt internal
	go tool -modfile=tools.mod templ generate

# `sam build` calls make build-RespondFunction and so on (BuildMethod: makefile in template.yaml), each with its ARTIFACTS_DIR.
build-%Function:
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GOBUILD) -o $(ARTIFACTS_DIR)/bootstrap ./functions/$(shell echo $* | tr A-Z a-z)

# The same functions for this machine, and the laptop itself.
local:
	@mkdir -p $(LOCAL)/bin $(FUNCTIONS:%=$(LOCAL)/functions/%)
	@$(GOBUILD) -o $(LOCAL)/bin/ ./cmd/laptop $(FUNCTIONS:%=./functions/%)
	@for f in $(FUNCTIONS); do ln -f $(LOCAL)/bin/$$f $(LOCAL)/functions/$$f/bootstrap || exit 1; done

# The tests' processes are short and the machine has memory: the collector runs less often. Many tests wait for a browser or a clock:
# of their packages twice as many run side by side as there are processors.
test: local
	GOGC=400 go test -timeout 15m -p $$((2 * $$(getconf _NPROCESSORS_ONLN))) ./...

demo: skewed
	@exec $(LOCAL)/bin/laptop demo

# Pictures of every page of the desk: both languages, widths and themes.
screens:
	go test ./internal/console -run '^TestEveryPage$$' -count 1 -timeout 20m -screens $(CURDIR)/docs/screens

bench: local
	@exec $(LOCAL)/bin/laptop bench

# What AWS would bill for a campaign of 20,000, scaled to a million invitations.
cost: local
	@exec $(LOCAL)/bin/laptop cost

# The functions with a clock that the laptop can set wrong, for chaos and the demo: see internal/local/clocks.
skewed: local
	@sh internal/local/clocks/overlay.sh $(LOCAL)/skewed/clocks
	@mkdir -p $(LOCAL)/skewed/bin $(FUNCTIONS:%=$(LOCAL)/skewed/%)
	@$(GOBUILD) -overlay $(LOCAL)/skewed/clocks/overlay.json -o $(LOCAL)/skewed/bin/ $(FUNCTIONS:%=./functions/%)
	@for f in $(FUNCTIONS); do ln -f $(LOCAL)/skewed/bin/$$f $(LOCAL)/skewed/$$f/bootstrap || exit 1; done

RUNS ?= 200
chaos: skewed
	@exec $(LOCAL)/bin/laptop chaos -runs $(RUNS) $(if $(SEED),-seed $(SEED))

# The case to beat: 100,000 recipients, the sender killed at 40 % and again at 70 %.
chaos-big: skewed
	@exec $(LOCAL)/bin/laptop chaos -big 100000

# The dead letters of a laptop that runs; with QUEUE=<DeadLettersUrl of the stack> those of AWS.
replay: local
	@exec $(LOCAL)/bin/laptop replay $(if $(QUEUE),-queue $(QUEUE))

# Everything that strangers send, for FUZZTIME each. Tests over real HTTP reach other lines each time, hence the short
# minimizing: else it takes all the time.
FUZZTIME ?= 2m
fuzz:
	@mkdir -p $(LOCAL)
	@set -e; for file in $$(grep -l '^func Fuzz' $$(git ls-files --cached --others --exclude-standard '*_test.go')); do \
	for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
	echo "$$(dirname $$file) $$name, $(FUZZTIME)"; \
	go test ./$$(dirname $$file) -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x >$(LOCAL)/fuzz.log 2>&1 || { cat $(LOCAL)/fuzz.log; exit 1; }; \
	grep elapsed $(LOCAL)/fuzz.log | tail -n 1; \
	done; done

fmt:
	go tool -modfile=tools.mod gofumpt -l -w $(HANDWRITTEN)

vet:
	go vet ./...

# gofumpt (gofmt, and stricter) and staticcheck are pinned in tools.mod, apart from what the program itself needs. templ writes
# its files its own way.
HANDWRITTEN = $$(git ls-files --cached --others --exclude-standard '*.go' ':!*_templ.go')
lint: vet
	@out=$$(go tool -modfile=tools.mod gofumpt -l $(HANDWRITTEN)) && test -z "$$out" || { echo "gofumpt would change: $$out"; exit 1; }
	go tool -modfile=tools.mod staticcheck ./...

# The packages that run things at once. Under the race detector they take several times as long, so without the tests that
# take long (-short), and one after the other.
RACE := ./internal/local/dynamo ./internal/local/ses ./internal/local/cloud ./internal/local/faults ./internal/store/... ./internal/counting ./internal/handlers/recompute \
	./internal/handlers/feedback ./internal/handlers/clock ./internal/mailing/... ./internal/awsenv ./internal/web ./internal/public/... ./internal/auth/... ./internal/logs ./internal/tmpl
race: local
	GOGC=400 go test -race -short -timeout 15m $(RACE)

# Known faults of modules that are really called. Without a way to the database this cannot be told, which is said and is no failure.
vulnerabilities:
	@out=$$(go tool -modfile=tools.mod govulncheck ./... 2>&1); code=$$?; echo "$$out"; \
	case "$$code $$out" in 0*) ;; *"fetching vulnerabilities"*) echo "NOT CHECKED: govulncheck's database cannot be reached from here";; *) exit 1;; esac

# What takes too long for the gate: an hour and more.
check-all:
	$(MAKE) chaos RUNS=200
	$(MAKE) chaos-big
	$(MAKE) fuzz
	$(MAKE) cost
	$(MAKE) bench

clean:
	rm -rf $(LOCAL) bin .aws-sam
