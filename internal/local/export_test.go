package local_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

// laptopFor is a laptop with nothing in it.
func laptopFor(t *testing.T) (*local.Stack, *drive.Company) {
	t.Helper()
	s, err := local.Start(t.Context(), local.Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, drive.New(s.Site(), s.Inbox(), s.Token())
}

// figuresOf are the figures of a workspace's campaigns by their names.
func figuresOf(t *testing.T, c *drive.Company) map[string]any {
	t.Helper()
	var list struct {
		Campaigns []struct{ ID, Name string }
	}
	if err := c.Call(t.Context(), "GET", "/campaigns?audience=customers", nil, &list); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for _, one := range list.Campaigns {
		var got map[string]any
		if err := c.Call(t.Context(), "GET", "/campaigns/"+one.ID+"/results?by=attr:Membership", nil, &got); err != nil {
			t.Fatal(err)
		}
		delete(got, "campaign")
		if by, ok := got["by"].(map[string]any); ok {
			delete(by, "at") // when it was counted
		}
		all[one.Name] = got
	}
	return all
}

// A workspace that is taken out as lines of JSON and brought into an empty one shows equal figures there, and brought in twice the same.
func TestWorkspaceComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two whole laptops: left out of the race run alone")
	}
	t.Parallel()
	ctx := t.Context()
	from, company := laptopFor(t)
	var list strings.Builder
	list.WriteString("date,score,comment,email,name,campaign,team,language,Membership,answer id\n")
	for i := range 700 {
		fmt.Fprintf(&list, "2026-%02d-%02d 10:%02d:00,%d,%s,person%d@example.com,Person %d,%s,Team %d,%s,Membership %d,a%d\n",
			1+i%9, 1+i%28, i%60, (i*i)%11, []string{"", "said, once", "«да»"}[i%3], i, i, []string{"Spring", "Summer"}[i%2], i%4, []string{"ru", "en"}[i%2], i%5, i)
	}
	list2 := strings.Replace(strings.ReplaceAll(list.String(), "said, once", "\"said, once\""), "answer id", "response id", 1)
	if err := company.Upload(ctx, "POST", "/history?audience=customers&into=column&create=yes&column=response%20id:answer_id", "text/csv", []byte(list2), nil); err != nil {
		t.Fatal(err)
	}
	if err := from.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	file := exported(t, company)
	kinds := map[string]int{}
	for line := range strings.Lines(file) {
		var one struct{ Kind string }
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%v: %.200s", err, line)
		}
		kinds[one.Kind]++
	}
	if kinds["answer"] != 700 || kinds["contact"] != 700 || kinds["campaign"] != 2 || kinds["onetap"] != 1 || kinds["settings"] != 1 || kinds["audit"] == 0 {
		t.Errorf("the lines are %v", kinds)
	}
	want := figuresOf(t, company)
	to, other := laptopFor(t)
	for n, outcome := range []struct{ fresh, unchanged float64 }{{700, 0}, {0, 700}} {
		var got map[string]any
		if err := other.Upload(ctx, "POST", "/history?audience=customers&into=column&create=yes", "application/json", []byte(file), &got); err != nil {
			t.Fatal(err)
		}
		if got["new"] != outcome.fresh || got["unchanged"] != outcome.unchanged || got["refused"] != 0.0 || got["from"] != "Onetap" {
			t.Errorf("time %d: %v", n+1, got)
		}
		if err := to.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		if got := figuresOf(t, other); len(got) != 2 || !reflect.DeepEqual(got, want) {
			t.Errorf("time %d, the figures are\n%v\nwant\n%v", n+1, got, want)
		}
	}
}

// exported takes a workspace out, as one file or by way of the bucket.
func exported(t *testing.T, c *drive.Company) string {
	t.Helper()
	file, err := c.Download(t.Context(), "/export", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// seenOf is what a workspace shows of its customers' campaigns: figures, response rates, ledgers and cases, by name.
func seenOf(t *testing.T, c *drive.Company) map[string]any {
	t.Helper()
	get := func(path string) (got map[string]any) {
		t.Helper()
		if err := c.Call(t.Context(), "GET", path, nil, &got); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return got
	}
	all := map[string]any{}
	for _, one := range get("/campaigns?audience=customers")["campaigns"].([]any) {
		id, name := one.(map[string]any)["id"].(string), one.(map[string]any)["name"].(string)
		for _, by := range []string{"location", "product", "tier"} {
			got := get("/campaigns/" + id + "/results?by=" + by)
			delete(got, "campaign")
			delete(got, "state") // an open one comes back as one that has ended
			if by, ok := got["by"].(map[string]any); ok {
				delete(by, "at")
			}
			all[name+" by "+by] = got
		}
		all[name+" ledger"] = get("/campaigns/" + id)["ledger"]
		for _, one := range get("/campaigns/" + id + "/cases")["cases"].([]any) {
			v := one.(map[string]any)
			one := get("/cases/" + v["id"].(string))
			delete(one, "version") // how often it was written there, and with which of those each event came: what is read back is told to nobody
			for _, event := range one["history"].([]any) {
				delete(event.(map[string]any), "version")
			}
			all[name+" case "+v["id"].(string)] = one
		}
	}
	return all
}

// A whole workspace is read back into an empty one, in parts, one of them twice: every figure, response rate, ledger and case is as it was, and nobody is
// written to.
func TestWholeWorkspaceComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two whole laptops: left out of the race run alone")
	}
	t.Parallel()
	ctx := t.Context()
	from, company := laptopFor(t)
	livedIn(t, from, company)
	file := exported(t, company)
	want := seenOf(t, company)
	to, other := laptopFor(t)
	lines := strings.SplitAfter(file, "\n")
	var got struct{ New, There, Passed map[string]int }
	for _, part := range []string{strings.Join(lines[:len(lines)/2], ""), strings.Join(lines[len(lines)/2:], ""), strings.Join(lines[:len(lines)/2], "")} {
		got.New, got.There, got.Passed = nil, nil, nil
		if err := other.Upload(ctx, "POST", "/workspace", "application/octet-stream", []byte(part), &got); err != nil {
			t.Fatal(err)
		}
		t.Logf("%v", got)
	}
	if err := to.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	seen := seenOf(t, other)
	for name, v := range want {
		if !reflect.DeepEqual(seen[name], v) {
			is, _ := json.Marshal(seen[name])
			was, _ := json.Marshal(v)
			at := 0
			for at < min(len(is), len(was)) && is[at] == was[at] {
				at++
			}
			at = max(0, at-200)
			t.Errorf("%s is\n…%.900s\nwant\n…%.900s", name, is[at:], was[at:])
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d things are seen, want %d", len(seen), len(want))
	}
	if letters, err := other.Letters(ctx); err != nil || len(letters) > 0 {
		t.Errorf("%d letters have gone out: %v", len(letters), err)
	}
}
