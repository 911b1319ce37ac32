package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/console/consoletest"
	"onetap/internal/contacts"
	"onetap/internal/local/dynamo"
)

const staffList = `[{"id":"anna","email":"anna@example.ru","name":"Анна","team":"Север"},{"id":"boris","email":"boris@example.ru","name":"Борис","team":"Юг"}]`

func sums(answer map[string]any) [5]float64 {
	var n [5]float64
	for i, name := range []string{"new", "changed", "unchanged", "refused", "merged"} {
		n[i], _ = answer[name].(float64)
	}
	return n
}

// begin starts an import and returns its path.
func begin(w *consoletest.World) string {
	w.T.Helper()
	answer := w.Must("POST", "/api/v1/imports", "application/json", []byte(`{"audience":"customers"}`))
	return "/api/v1/imports/" + answer["id"].(string)
}

// A list in parts, cut anywhere, comes to the same as the list in one piece, whatever is sent twice.
func TestPartsAreTheWhole(t *testing.T) {
	t.Parallel()
	const seed = 20261120
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	list := []byte(consoletest.Customers(1500, seed))

	whole := consoletest.New(t, dynamo.Options{})
	whole.Must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	want := whole.Must("POST", "/api/v1/contacts?audience=customers", consoletest.CSVType, list)
	if n := sums(want); n[0] == 0 || n[3] == 0 || n[0]+n[3]+n[4] != 1500 {
		t.Fatalf("the whole list: %v", n)
	}

	parts := consoletest.New(t, dynamo.Options{})
	parts.Must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	path := begin(parts)
	var refusals, warnings []any
	rest, n := list, 1
	for ; len(rest) > 0; n++ {
		size := min(1+random.IntN(60_000), len(rest))
		part := fmt.Sprintf("%s/parts/%d", path, n)
		first := parts.Must("PUT", part, consoletest.CSVType, rest[:size])
		again := parts.Must("PUT", part, consoletest.CSVType, rest[:size])
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("part %d sent twice:\n%s", n, diff)
		}
		refusals, warnings = append(refusals, first["refusals"].([]any)...), append(warnings, first["warnings"].([]any)...)
		rest = rest[size:]
	}
	finish := parts.Must("POST", path+"/finish", "application/json", nil)
	if diff := cmp.Diff(finish, parts.Must("POST", path+"/finish", "application/json", nil)); diff != "" {
		t.Errorf("finished twice:\n%s", diff)
	}
	refusals, warnings = append(refusals, finish["refusals"].([]any)...), append(warnings, finish["warnings"].([]any)...)
	shown := parts.Must("GET", path, "application/json", nil)
	for what, pair := range map[string][2]any{
		"counts":   {sums(want), sums(finish["total"].(map[string]any))},
		"shown":    {sums(want), sums(shown["total"].(map[string]any))},
		"report":   {want["report"], finish["report"]},
		"refusals": {want["refusals"], refusals},
		"warnings": {want["warnings"], warnings},
		"contacts": {whole.Contacts(), parts.Contacts()},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s of %d parts differ from the whole:\n%s", what, n-1, diff)
		}
	}

	again := parts.Must("POST", "/api/v1/contacts?audience=customers", consoletest.CSVType, list)
	if n := sums(again); n[0]+n[1] != 0 || n[2] != sums(want)[0] {
		t.Errorf("uploading it once more: %v", n)
	}
}

// Wherever a part dies, nothing of it counts, and the part sent again comes to what it would have come to.
func TestPartDies(t *testing.T) {
	t.Parallel()
	const seed = 7
	// Long lines: nothing is taken before the reader has seen 64 KB, and few contacts mean few calls to die at; the first part is two batches.
	list := bytes.ReplaceAll([]byte(consoletest.Customers(40, seed)), []byte(";Пермь;"), []byte(";Пермь"+strings.Repeat(" Пермь", 240)+";"))
	cut := len(list) - 9000
	upload := func(w *consoletest.World, path string) map[string]any { // sends everything, each part until it is taken
		var last map[string]any
		for i, part := range [][]byte{list[:cut], list[cut:], nil} {
			for try := 0; ; try++ {
				method, to := "PUT", fmt.Sprintf("%s/parts/%d", path, i+1)
				if part == nil {
					method, to = "POST", path+"/finish"
				}
				status, answer := w.Call(method, to, consoletest.CSVType, part)
				if status == 200 {
					last = answer
					break
				}
				if status != 500 || try > 3 {
					t.Fatalf("part %d: %d %v", i+1, status, answer)
				}
			}
		}
		return last
	}
	calm := consoletest.New(t, dynamo.Options{})
	calm.Must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	want := upload(calm, begin(calm))
	contacts := calm.Contacts()

	slog.SetDefault(slog.New(slog.DiscardHandler)) // hundreds of deaths, each logged
	for _, when := range []string{"before", "after"} {
		for deadly := int64(1); ; deadly++ {
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
			w.Must("POST", "/api/v1/staff", "application/json", []byte(staffList))
			path := begin(w)
			armed.Store(true)
			got := upload(w, path)
			armed.Store(false)
			if diff := cmp.Diff(sums(want["total"].(map[string]any)), sums(got["total"].(map[string]any))); diff != "" {
				t.Errorf("died %s call %d: counts\n%s", when, deadly, diff)
			}
			if diff := cmp.Diff(want["report"], got["report"]); diff != "" {
				t.Errorf("died %s call %d: report\n%s", when, deadly, diff)
			}
			if diff := cmp.Diff(contacts, w.Contacts()); diff != "" {
				t.Errorf("died %s call %d: contacts\n%s", when, deadly, diff)
			}
			if calls.Load() < deadly {
				t.Logf("died %s each of %d calls", when, deadly-1)
				break
			}
		}
	}
}

// The same part sent twice at the same moment is taken once.
func TestPartTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	path := begin(w)
	list := []byte(consoletest.Customers(300, 3))
	answers := make(chan map[string]any, 4)
	for range cap(answers) {
		go func() {
			r, _ := http.NewRequest("PUT", w.Site+path+"/parts/1", bytes.NewReader(list))
			r.Header.Set("Authorization", "Bearer "+consoletest.Token)
			r.Header.Set("Content-Type", consoletest.CSVType)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				answers <- map[string]any{"error": err.Error()}
				return
			}
			defer answer.Body.Close()
			var v map[string]any
			json.NewDecoder(answer.Body).Decode(&v)
			answers <- v
		}()
	}
	first := <-answers
	for range cap(answers) - 1 {
		if diff := cmp.Diff(first, <-answers); diff != "" {
			t.Errorf("two answers:\n%s", diff)
		}
	}
	finish := w.Must("POST", path+"/finish", "application/json", nil)
	if n := sums(finish["total"].(map[string]any)); n[0]+n[3]+n[4] != 300 || n[1]+n[2] != 0 {
		t.Errorf("taken once: %v", n)
	}
}

// A few kilobytes that unpack to a gigabyte are refused before they do.
func TestPackedBomb(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	z.Write([]byte("email\n"))
	zeros := bytes.Repeat([]byte("a"), 1<<20)
	for range 100 {
		z.Write(zeros)
	}
	z.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, _ := http.NewRequest("POST", w.Site+"/api/v1/contacts?audience=customers", &b)
	r.Header.Set("Authorization", "Bearer "+consoletest.Token)
	r.Header.Set("Content-Type", consoletest.CSVType)
	r.Header.Set("Content-Encoding", "gzip")
	status, text := consoletest.Send(t, r)
	runtime.ReadMemStats(&after)
	if status != 413 || !strings.Contains(text, "body_too_large") {
		t.Errorf("%d %s", status, text)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 40<<20 {
		t.Errorf("%d MB were used to find out", used>>20)
	}
}

// What is listed of refused rows is bounded; all of them are counted.
func TestManyRefusals(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	var b strings.Builder
	b.WriteString("name,email\n")
	random := rand.New(rand.NewPCG(1, 1))
	for range contacts.MaxListed + 500 { // values that do not pack
		name := make([]rune, 90)
		for i := range name {
			name[i] = rune(0x4e00 + random.IntN(20000))
		}
		fmt.Fprintf(&b, "x,%s\n", string(name))
	}
	path := begin(w)
	part := w.Must("PUT", path+"/parts/1", consoletest.CSVType, []byte(b.String()))
	listed, omitted := len(part["refusals"].([]any)), int(part["refusals_omitted"].(float64))
	if listed+omitted != contacts.MaxListed+500 || listed == 0 || sums(part)[3] != contacts.MaxListed+500 {
		t.Errorf("%d listed, %d omitted, %v refused", listed, omitted, sums(part)[3])
	}
}

// BenchmarkUpload takes a list of 40,000 rows, the table included, new and again.
func BenchmarkUpload(b *testing.B) {
	w := consoletest.New(b, dynamo.Options{})
	w.Must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	list := []byte(consoletest.Customers(40_000, 1))
	for _, kind := range []string{"new", "unchanged"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				w.Must("POST", "/api/v1/contacts?audience=customers", consoletest.CSVType, list)
			}
			b.ReportMetric(float64(40_000*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
