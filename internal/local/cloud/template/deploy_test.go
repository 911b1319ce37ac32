package template

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// parse makes SAM read a `sam deploy` command line with samconfig.toml, as it does before it calls AWS, and prints what it
// understood.
const parse = `
import json, shlex, sys
from samcli.commands.deploy.command import cli
for line in sys.stdin.read().splitlines():
    got = cli.make_context("deploy", shlex.split(line)[2:]).params
    print(json.dumps({k: got[k] for k in ("guided", "stack_name", "parameter_overrides", "capabilities", "resolve_s3", "confirm_changeset")}))
`

// runSAM runs a program with SAM's own code in the project's folder and returns what it prints.
func runSAM(t *testing.T, program, input string) string {
	t.Helper()
	python := ""
	for _, p := range []string{os.Getenv("SAM_PYTHON"), "python3"} {
		if p != "" && exec.Command(p, "-c", "import samcli").Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		t.Skip("no Python with the SAM CLI: pip install aws-sam-cli==1.170.0, or name one in SAM_PYTHON")
	}
	c := exec.Command(python, "-c", program)
	c.Dir, c.Stdin = filepath.Dir(project), strings.NewReader(input)
	c.Env = append(os.Environ(), "SAM_CLI_TELEMETRY=0")
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaint.String())
	}
	return string(out)
}

// However it is called, `sam build` works in the source folder: a copy of it would take along .local, the laptop's data and
// secrets.
func TestBuildCopiesNothing(t *testing.T) {
	t.Parallel()
	const program = `
import sys
from samcli.commands.build.command import cli
for line in sys.stdin.read().splitlines():
    print(cli.make_context("build", line.split()).params["build_in_source"])
`
	if out := runSAM(t, program, "--parallel\n--config-env dev\n--config-env prod"); out != "True\nTrue\nTrue\n" {
		t.Errorf("built in the source folder: %q", out)
	}
}

var deployLine = regexp.MustCompile(`(?m)^\s*(sam deploy\b.*)$`)

// The commands that the README and the runbook print are understood by SAM itself, ask nothing, and give the template
// what it takes.
func TestDeployCommandsAreSAMs(t *testing.T) {
	t.Parallel()
	root := filepath.Dir(project)
	var lines []string
	for _, file := range []string{"README.md", "docs/runbook.md"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range deployLine.FindAllStringSubmatch(string(text), -1) {
			lines = append(lines, strings.ReplaceAll(m[1], `"$(openssl rand -base64 33)"`, strings.Repeat("t", 44)))
		}
	}
	lines = append(lines, "sam deploy --config-env dev")
	if len(lines) < 3 {
		t.Fatalf("commands found: %q", lines)
	}
	out := runSAM(t, parse, strings.Join(lines, "\n"))
	answers := strings.Split(strings.TrimSpace(out), "\n")
	if len(answers) != len(lines) {
		t.Fatalf("%d answers to %d commands:\n%s", len(answers), len(lines), out)
	}
	for i, line := range lines {
		var got struct {
			Guided       bool
			Stack        string            `json:"stack_name"`
			Parameters   map[string]string `json:"parameter_overrides"`
			Capabilities []string
			ResolveS3    bool `json:"resolve_s3"`
			Confirm      bool `json:"confirm_changeset"`
		}
		if err := json.Unmarshal([]byte(answers[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.Guided || got.Confirm || !got.ResolveS3 || got.Stack == "" || len(got.Capabilities) == 0 {
			t.Errorf("%s: asks, or lacks something: %+v", line, got)
		}
		if sender := got.Parameters["Sender"]; !strings.HasPrefix(sender, "Example Shop ") || !strings.HasSuffix(sender, "<nps@example.com>") {
			t.Errorf("%s: the sender is %q", line, sender)
		}
		if _, err := Read(project, Inputs{Parameters: got.Parameters, Secret: inputs().Secret}); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}
