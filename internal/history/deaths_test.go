package history_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"onetap/internal/console/consoletest"
	"onetap/internal/history"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// brought are the answers by their origins, without what an import leaves of itself.
func brought(t *testing.T, w *consoletest.World) map[string]survey.Response {
	t.Helper()
	all := map[string]survey.Response{}
	for _, c := range campaigns(t, w) {
		for _, r := range answers(t, w, c.ID) {
			if _, twice := all[r.Origin]; twice {
				t.Errorf("an answer is there twice: %+v", r)
			}
			r.Kept, r.Import, r.Version = survey.Kept{}, "", 0
			all[r.Origin] = r
		}
	}
	return all
}

// The same list several times at once comes to the same answers, each of them new to one of those who sent it.
func TestTheSameAtOnce(t *testing.T) {
	t.Parallel()
	alone := consoletest.New(t, dynamo.Options{})
	alone.Must("POST", "/api/v1/history?audience=customers&into=quarter", csv, list(300))
	w := consoletest.New(t, dynamo.Options{})
	out := make(chan map[string]any, 4)
	for range cap(out) {
		go func() {
			r, _ := http.NewRequest("POST", w.Site+"/api/v1/history?audience=customers&into=quarter", bytes.NewReader(list(300)))
			r.Header.Set("Authorization", "Bearer "+consoletest.Token)
			r.Header.Set("Content-Type", csv)
			var v map[string]any
			if answer, err := http.DefaultClient.Do(r); err == nil {
				json.NewDecoder(answer.Body).Decode(&v)
				answer.Body.Close()
			}
			out <- v
		}()
	}
	isNew := 0.0
	for range cap(out) {
		v := <-out
		n, _ := v["new"].(float64)
		if old, _ := v["unchanged"].(float64); n+old != 300 {
			t.Errorf("%v", v)
		}
		isNew += n
	}
	if isNew != 300 {
		t.Errorf("%v answers were new", isNew)
	}
	if d := cmp.Diff(brought(t, alone), brought(t, w)); d != "" {
		t.Errorf("answers (-once +at once):\n%s", d)
	}
	if d := cmp.Diff(recounted(t, w), count(t, w)); d != "" {
		t.Errorf("figures (-recount +stream):\n%s", d)
	}
}

// The end of an import that comes twice at once is answered twice, by whichever call was faster.
func TestTheEndTwice(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	im := w.Desk.History
	u, err := im.Begin(t.Context(), history.Said{Audience: survey.Customers, Into: "quarter"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := im.Take(t.Context(), u, 1, list(50)); err != nil {
		t.Fatal(err)
	}
	if u, err = w.Store.Upload(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	first, err := im.Finish(t.Context(), u)
	if err != nil || first.Total.New != 50 {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := im.Finish(t.Context(), u)
	if d := cmp.Diff(first, second, cmpopts.EquateEmpty()); err != nil || d != "" {
		t.Errorf("the second call: %v\n%s", err, d)
	}
}

// Wherever a part dies, it is sent again, and comes to what it would have come to; wherever taking back dies, it is gone on with.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	whole := list(60)
	parts := func(w *consoletest.World) (path string, last map[string]any) {
		again := func(method, to string, body []byte) map[string]any {
			for try := 0; ; try++ {
				status, answer := w.Call(method, to, csv, body)
				if status/100 == 2 {
					return answer
				}
				if status != 500 && answer["code"] != "part_unfinished" || try > 3 {
					t.Fatalf("%s: %d %v", to, status, answer)
				}
			}
		}
		path = "/api/v1/history/" + again("POST", "/api/v1/history?audience=customers&into=quarter&create=yes", nil)["import"].(string)
		for i, part := range [][]byte{whole[:len(whole)/3], whole[len(whole)/3:]} {
			again("PUT", fmt.Sprintf("%s/parts/%d", path, i+1), part)
		}
		return path, again("POST", path+"/finish", nil)
	}
	calm := consoletest.New(t, dynamo.Options{})
	_, want := parts(calm)
	slog.SetDefault(slog.New(slog.DiscardHandler)) // each death is logged
	step := int64(4)                               // each call takes a minute
	if testing.Short() {
		step = 40
	}
	for _, when := range []string{"before", "after"} {
		for deadly := int64(1); ; deadly += step {
			var armed atomic.Bool
			var calls atomic.Int64
			die := func(c dynamo.Call) error {
				if armed.Load() && c.Caller == "test" && calls.Add(1) == deadly {
					return &dynamo.APIError{Code: "InternalServerError", Message: "died"}
				}
				return nil
			}
			o := dynamo.Options{Before: die}
			if when == "after" {
				o = dynamo.Options{After: die}
			}
			w := consoletest.New(t, o)
			armed.Store(true)
			path, got := parts(w)
			armed.Store(false)
			if d := cmp.Diff(want["total"], got["total"]); d != "" {
				t.Errorf("died %s call %d:\n%s", when, deadly, d)
			}
			if d := cmp.Diff(brought(t, calm), brought(t, w)); d != "" {
				t.Errorf("died %s call %d: answers\n%s", when, deadly, d)
			}
			if d := cmp.Diff(recounted(t, w), count(t, w)); d != "" {
				t.Errorf("died %s call %d: figures (-recount +stream)\n%s", when, deadly, d)
			}
			made := calls.Load()
			armed.Store(true)
			calls.Store(0)
			for try := 0; ; try++ {
				if _, out := w.Call("DELETE", path, "", nil); out["state"] == "undone" {
					break
				} else if try > 5 {
					t.Fatalf("died %s call %d of taking back: %v", when, deadly, out)
				}
			}
			armed.Store(false)
			sums := count(t, w)
			for scope, m := range sums {
				if len(m) > 0 {
					t.Errorf("died %s call %d of taking back: figures of %s are left: %v", when, deadly, scope, m)
				}
			}
			if left := len(campaigns(t, w)) + len(w.Contacts()); left > 0 {
				t.Errorf("died %s call %d of taking back: %d campaigns and contacts are left", when, deadly, left)
			}
			if max(made, calls.Load()) < deadly {
				t.Logf("died %s at one of %d of %d calls", when, step, deadly)
				break
			}
		}
	}
}

// 40 % of those who answered are no contacts: their answers are kept without one, and find them when they are contacts and the list comes again. Somebody who was
// erased does not come back with it.
func TestUnknownAndErasedPeople(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	var known strings.Builder
	known.WriteString("email\n")
	for i := range 24 {
		fmt.Fprintf(&known, "person%d@example.com\n", i)
	}
	w.Must("POST", "/api/v1/contacts?audience=customers", csv, []byte(known.String()))
	out := w.Must("POST", "/api/v1/history?audience=customers", csv, list(40))
	if total := out["total"].(map[string]any); total["new"] != 40.0 || total["without_contact"] != 16.0 || total["contacts_made"] != 0.0 || len(w.Contacts()) != 24 {
		t.Errorf("%v, %d contacts", out, len(w.Contacts()))
	}
	again := w.Must("POST", "/api/v1/history?audience=customers&create=yes", csv, list(40))
	if total := again["total"].(map[string]any); total["new"] != 0.0 || total["contacts_made"] != 16.0 || len(w.Contacts()) != 40 {
		t.Errorf("again, with contacts: %v, %d contacts", again, len(w.Contacts()))
	}
	before := count(t, w)
	found := w.Must("POST", "/api/v1/people/find", "application/json", []byte(`{"whom":"person7@example.com"}`))
	one := found["people"].([]any)[0].([]any)[0].(map[string]any)
	whom := fmt.Appendf(nil, `{"audience":"customers","contact":%q}`, one["id"])
	if export := fmt.Sprint(w.Must("POST", "/api/v1/people/export", "application/json", whom)); !strings.Contains(export, "word 7") {
		t.Errorf("exported: %s", export)
	}
	w.Must("POST", "/api/v1/people/erase", "application/json", fmt.Appendf(nil, `{"audience":"customers","contact":%q,"words":"erase"}`, one["id"]))
	third := w.Must("POST", "/api/v1/history?audience=customers&create=yes", csv, list(40))
	if total := third["total"].(map[string]any); total["new"] != 0.0 || total["erased_on_request"] != 1.0 || len(w.Contacts()) != 39 {
		t.Errorf("after the erasure: %v, %d contacts", third, len(w.Contacts()))
	}
	after := count(t, w)
	if d := cmp.Diff(recounted(t, w), after); d != "" {
		t.Errorf("figures (-recount +stream):\n%s", d)
	}
	if n, m := scores(before), scores(after); n != m || n != 40 {
		t.Errorf("%d scores before the erasure, %d after", n, m)
	}
}

func scores(of map[string]map[survey.TallyKey]survey.Counts) (n int64) {
	for _, c := range of[string(survey.Customers)] {
		n += c.Tally().Responded
	}
	return n
}
