package history_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

func file(t *testing.T, name string) (body []byte, kind string) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".json") {
		return body, "application/json"
	}
	return body, csv
}

// What each service exports comes in without a correction. The files are made by hand after the services' public documentation; who is in them is invented.
func TestExportsOfServices(t *testing.T) {
	t.Parallel()
	type got struct {
		From               string
		New, Refused       float64
		Campaigns          []string
		Scores             []int
		First              string // when the first was given
		Whys, Wishes, Mine int    // with a comment, a wish; of the contact ann@example.com or anna@example.ru
	}
	for name, want := range map[string]got{
		"delighted.json":    {"Delighted", 3, 1, []string{"April 2024", "June 2024", "May 2024"}, []int{0, 9, 10}, "2024-04-18T05:34:20Z", 2, 0, 1},
		"delighted.csv":     {"Delighted", 3, 0, []string{"April 2024", "June 2024", "May 2024"}, []int{0, 9, 10}, "2024-04-18T05:34:20Z", 2, 0, 1},
		"customergauge.csv": {"CustomerGauge", 3, 0, []string{"Q1 relationship", "Q2 relationship"}, []int{6, 7, 9}, "2024-02-05T00:00:00Z", 2, 0, 1},
		"retently.csv":      {"Retently", 2, 0, []string{"Customers"}, []int{4, 10}, "2024-03-04T10:15:00Z", 2, 0, 1},
		"formbricks.csv":    {"Formbricks", 2, 1, []string{"July 2024"}, []int{3, 9}, "2024-07-01T08:12:44Z", 2, 2, 1},
		// As its source has written them: with days alone at first, without notes later.
		"formbricks-2023.csv": {"Formbricks", 2, 1, []string{"July 2023"}, []int{2, 10}, "2023-07-01T00:00:00Z", 2, 0, 1},
		"formbricks-2026.csv": {"Formbricks", 2, 0, []string{"March 2026"}, []int{0, 9}, "2026-03-01T08:12:44Z", 2, 1, 1},
		"googleforms.csv":     {"", 3, 0, []string{"September 2024"}, []int{6, 8, 10}, "2024-09-02T07:15:30Z", 2, 1, 1},
		"googleforms-us.csv":  {"", 2, 0, []string{"September 2024"}, []int{6, 10}, "2024-09-02T10:15:30Z", 2, 0, 1},
		"list.ru.csv":         {"", 3, 0, []string{"Зима 2024", "Осень 2024"}, []int{3, 9, 10}, "2024-09-02T10:15:00Z", 2, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Must("POST", "/api/v1/contacts?audience=customers", csv, []byte("email\nann@example.com\nanna@example.ru\n"))
			body, kind := file(t, name)
			look := w.Must("POST", "/api/v1/history?audience=customers&look=yes", kind, body)
			if look["new"] != want.New || len(campaigns(t, w)) > 0 {
				t.Errorf("looked at: %v", look)
			}
			out := w.Must("POST", "/api/v1/history?audience=customers", kind, body)
			is := got{From: out["from"].(string), New: out["new"].(float64), Refused: out["refused"].(float64)}
			var first time.Time
			contacts := w.Contacts()
			for _, c := range campaigns(t, w) {
				is.Campaigns = append(is.Campaigns, c.Name)
				for _, r := range answers(t, w, c.ID) {
					is.Scores = append(is.Scores, r.Score)
					if first.IsZero() || r.First.Before(first) {
						first = r.First
					}
					if r.Why != "" {
						is.Whys++
					}
					if r.Wish != "" {
						is.Wishes++
					}
					if _, ok := contacts[r.Contact]; ok {
						is.Mine++
					}
				}
			}
			slices.Sort(is.Campaigns)
			slices.Sort(is.Scores)
			is.First = first.UTC().Format(time.RFC3339)
			if d := cmp.Diff(want, is); d != "" {
				t.Errorf("(-want +got):\n%s\n%v", d, out)
			}
		})
	}
}

// Delighted's listing and its table are the same answers.
func TestTwoExportsOfOneService(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	body, kind := file(t, "delighted.json")
	w.Must("POST", "/api/v1/history?audience=customers", kind, body)
	body, kind = file(t, "delighted.csv")
	if out := w.Must("POST", "/api/v1/history?audience=customers", kind, body); out["new"] != 0.0 || out["unchanged"] != 3.0 {
		t.Errorf("the other export: %v", out)
	}
}

// What nobody can know is asked, once and with the line; what cannot be is refused by line.
func TestBadLists(t *testing.T) {
	t.Parallel()
	fives := "date,score\n2024-01-01,5\n2024-01-02,1\n2024-01-03,3\n2024-01-04,4\n2024-01-05,5\n"
	for _, c := range []struct{ name, list, with, code, message string }{
		{"a scale of 1–5", fives, "", "history_scale", "5 scores"},
		{"said to be 0–10", fives, "scale=0-10", "", ""},
		{"dates of either order", "date,score\n01/02/2024,9\n03/04/2024,3\n", "", "history_date_order", "Line 2"},
		{"said", "date,score\n01/02/2024,9\n03/04/2024,3\n", "dates=dmy", "", ""},
		{"dates of three formats", "date,score\n2024-01-02,9\n31/01/2024,9\n01/31/2024,3\n", "", "history_dates_mixed", "line 3"},
		{"no score", "date,grade\n2024-01-02,9\n", "", "history_no_columns", "grade"},
		{"no score, said", "date,grade\n2024-01-02,9\n", "column=grade:score", "", ""},
		{"no such field", "date,grade\n2024-01-02,9\n", "column=grade:mark", "history_field", ""},
		{"two scores", "date,a,b\n2024-01-02,9,3\n", "column=a:score&column=b:score", "history_field_twice", ""},
		{"into what", "date,score\n2024-01-02,9\n", "into=year", "history_into", ""},
		{"nothing", "date,score\n", "", "csv_no_rows", ""},
		{"no JSON", `{"a":`, "", "history_json", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			kind := csv
			if strings.HasPrefix(c.list, "{") {
				kind = "application/json"
			}
			status, out := w.Call("POST", "/api/v1/history?audience=customers&"+c.with, kind, []byte(c.list))
			code, _ := out["code"].(string)
			if problem, ok := out["error"].(map[string]any); ok {
				code, _ = problem["code"].(string)
				out = problem
			}
			message, _ := out["message"].(string)
			if code != c.code || !strings.Contains(message, c.message) || (c.code == "") != (status == 200) {
				t.Errorf("%d %v", status, out)
			}
			if c.code != "" && len(campaigns(t, w)) > 0 {
				t.Error("something was written")
			}
		})
	}
	w := consoletest.New(t, dynamo.Options{})
	rows := []string{
		"2024-01-02,9,", w.Now().AddDate(0, 0, 1).Format(time.DateOnly) + ",9,history_future", "1970-01-01,9,history_old", "2024-01-02,11,history_score_range", "2024-01-02,-1,history_score_range",
		"2024-01-02,good,history_bad_score", "2024-01-02,4/5,history_bad_score", ",9,history_no_date", "yesterday,9,history_bad_date", "2024-02-30,9,history_bad_date", "2024-01-02,,history_no_score", "2024-01-02 25:00,9,history_bad_date",
	}
	out := w.Must("POST", "/api/v1/history?audience=customers", csv, []byte("date,score,note\n"+strings.Join(rows, "\n")))
	if out["new"] != 1.0 {
		t.Errorf("bad rows: %v", out)
	}
	for i, r := range out["refusals"].([]any) {
		r := r.(map[string]any)
		want := rows[i+1][strings.LastIndexByte(rows[i+1], ',')+1:]
		if r["code"] != want || r["line"] != float64(i+3) || strings.Contains(r["message"].(string), "<no value>") {
			t.Errorf("%v, want %s in line %d", r, want, i+3)
		}
	}
	if status, out := w.Call("POST", "/api/v1/history?audience=employees", csv, []byte("date,score\n2024-01-02,9\n")); status != 409 {
		t.Errorf("employees: %d %v", status, out)
	}
}

// How somebody puts columns right is remembered for the next list with the same headings, and forgotten when the guess is chosen again; a look learns
// nothing.
func TestColumnsAsLastTime(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	lists := []string{
		"When,Points,Asked on,Remark\n2024-05-02,9,2024-05-01,good\n", "Asked on,When,Points,Remark\n2024-06-01,2024-06-03,3,bad\n",
		"When,Points,Asked on,Remark\n2024-07-02,10,2024-07-01,fine\n", "When,Points,Asked on,Remark\n2024-08-02,10,2024-08-01,fine\n",
	}
	const said = "&column=Points:score&column=Remark:comment"
	remark := func(query, list string) (field string, asLast bool) {
		t.Helper()
		status, out := w.Call("POST", "/api/v1/history?audience=customers"+query, csv, []byte(list))
		if status != 200 {
			return out["error"].(map[string]any)["code"].(string), false
		}
		for _, c := range out["columns"].([]any) {
			if c := c.(map[string]any); c["heading"] == "Remark" {
				return c["field"].(string), c["as_last"] == true
			}
		}
		return "", false
	}
	for _, test := range []struct {
		query, list, field string
		asLast             bool
	}{
		{"", lists[0], "history_no_columns", false},
		{said + "&look=yes", lists[0], "comment", false},
		{"", lists[0], "history_no_columns", false}, // nobody has brought anything in
		{said, lists[0], "comment", false},
		{"", lists[1], "comment", true},
		{"&column=Points:score&column=Remark:attribute", lists[2], "attribute", false}, // the guess
		{"", lists[3], "attribute", false},
	} {
		if field, asLast := remark(test.query, test.list); field != test.field || asLast != test.asLast {
			t.Errorf("%q: the column is %s, as last time: %v; want %s, %v", test.query, field, asLast, test.field, test.asLast)
		}
	}
}

// A workspace in which nobody gave more than a 5 comes back without a question: its answers are known to be on 0–10.
func TestLowScoresOfAWorkspace(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	lines := `{"kind":"onetap","version":1}` + "\n"
	for i := range 8 {
		lines += fmt.Sprintf(`{"kind":"answer","audience":"customers","campaign":"Autumn","contact":"c%d","created_at":"2026-03-0%dT10:00:00Z","score":%d,"verified":true}`+"\n", i, i+1, 1+i%5)
	}
	if out := w.Must("POST", "/api/v1/history?audience=customers&into=column", "application/json", []byte(lines)); out["new"] != 8.0 {
		t.Errorf("%v", out)
	}
}
