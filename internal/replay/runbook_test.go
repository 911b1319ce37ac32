package replay

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"onetap/internal/local/localtest"
)

// Whoever gets an alarm finds it in the runbook by its name.
func TestRunbookKnowsEveryAlarm(t *testing.T) {
	t.Parallel()
	template := localtest.Template(t)
	text, err := os.ReadFile(template)
	must(t, err)
	runbook, err := os.ReadFile(filepath.Join(filepath.Dir(template), "docs", "runbook.md"))
	must(t, err)
	alarms := regexp.MustCompile(`(?m)^  (\w+):\n    Type: AWS::CloudWatch::Alarm$`).FindAllStringSubmatch(string(text), -1)
	if len(alarms) < 7 {
		t.Fatalf("%d alarms found in the template", len(alarms))
	}
	for _, a := range alarms {
		if !strings.Contains(string(runbook), "| "+a[1]+" |") {
			t.Errorf("docs/runbook.md does not say what %s means", a[1])
		}
	}
}
