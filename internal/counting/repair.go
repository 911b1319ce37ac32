package counting

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"onetap/internal/survey"
)

// repair adds what is missing of a scope's figures and reports by how much they were wrong.
func (r *Recounter) repair(ctx context.Context, want, have survey.Deltas, state survey.Recount, scope string) (survey.Recount, error) {
	missing := survey.Deltas{}
	missing.Merge(want)
	for k, c := range have {
		negative := survey.Counts{}
		for f, n := range c {
			negative[f] = -n
		}
		missing.Merge(survey.Deltas{k: negative})
	}
	drift := 0
	for _, c := range missing {
		for _, n := range c {
			drift += int(max(n, -n))
		}
	}
	if drift > 0 {
		var err error
		if state, err = r.Store.Repair(ctx, missing, state); err != nil {
			return state, err
		}
	}
	r.report(scope, drift, 0)
	return state, nil
}

// report writes the metrics that the alarm of template.yaml looks at.
func (r *Recounter) report(scope string, drift, mended int) {
	if drift > 0 || mended > 0 {
		r.Log.Error("figures differed from the answers and were repaired", "scope", scope, "drift", drift, "mended", mended)
	}
	line, err := json.Marshal(map[string]any{
		"_aws": map[string]any{"Timestamp": r.Now().UnixMilli(), "CloudWatchMetrics": []any{map[string]any{
			"Namespace": "Onetap", "Dimensions": [][]string{{}},
			"Metrics": []any{map[string]string{"Name": "RecountDrift", "Unit": "Count"}, map[string]string{"Name": "RecountMended", "Unit": "Count"}},
		}}},
		"RecountDrift": drift, "RecountMended": mended, "scope": scope,
	})
	if err == nil {
		fmt.Fprintf(r.Metrics, "%s\n", line)
	}
}

// digest tells whether figures are the same.
func digest(d survey.Deltas) string {
	lines := make([]string, 0, len(d))
	for k, c := range d {
		b, _ := json.Marshal(c) // a map of numbers, its keys sorted
		lines = append(lines, k.Kind+"\x00"+k.Value+"\x00"+string(b))
	}
	slices.Sort(lines)
	h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:16])
}
