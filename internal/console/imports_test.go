package console

import (
	"bytes"
	"compress/gzip"
	"context"
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

	"onetap/internal/contacts"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// call makes a request with the token and decodes the answer.
func (w *world) call(method, path, contentType string, body []byte) (int, map[string]any) {
	w.t.Helper()
	r, err := http.NewRequest(method, w.site+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	r.Header.Set("Content-Type", contentType)
	status, text := send(w.t, r)
	var answer map[string]any
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		w.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return status, answer
}

// must is call for what must succeed.
func (w *world) must(method, path, contentType string, body []byte) map[string]any {
	w.t.Helper()
	status, answer := w.call(method, path, contentType, body)
	if status/100 != 2 {
		w.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

const csvType = "application/octet-stream"

// customers writes a list of n customers with the faults of real ones: no address, a slip in it, somebody twice, an
// owner whom nobody knows.
func customers(n int, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString("Клиент;E-mail;Менеджер;Телефон;Город;Выручка, руб.\r\n")
	for i := range n {
		address := fmt.Sprintf("client%d@example.ru", i)
		switch random.IntN(40) {
		case 0:
			address = ""
		case 1:
			address = fmt.Sprintf("client%d.example.ru", i)
		case 2:
			address = fmt.Sprintf("CLIENT%d@example.ru", random.IntN(i+1))
		}
		owner := []string{"anna", "boris", "никто"}[random.IntN(3)]
		fmt.Fprintf(&b, "\"ООО «Клиент %d»\nфилиал\";%s;%s;+7 495 %07d;Пермь;1 %03d 000\r\n", i, address, owner, i, i%1000)
	}
	return b.String()
}

const staffList = `[{"id":"anna","email":"anna@example.ru","name":"Анна","team":"Север"},{"id":"boris","email":"boris@example.ru","name":"Борис","team":"Юг"}]`

// contacts reads what is stored of an audience.
func (w *world) contacts() map[survey.ContactID]survey.Contact {
	w.t.Helper()
	all := map[survey.ContactID]survey.Contact{}
	for from := new(survey.Cursor); from != nil; {
		var err error
		from, err = w.store.ContactsUntil(context.Background(), survey.Customers, *from, 1000, func(c survey.Contact, _ survey.SuppressionReason) bool {
			all[c.ID] = c
			return true
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return all
}

func sums(answer map[string]any) [4]float64 {
	var n [4]float64
	for i, name := range []string{"new", "changed", "unchanged", "refused"} {
		n[i], _ = answer[name].(float64)
	}
	return n
}

// begin starts an import and returns its path.
func (w *world) begin() string {
	w.t.Helper()
	answer := w.must("POST", "/api/v1/imports", "application/json", []byte(`{"audience":"customers"}`))
	return "/api/v1/imports/" + answer["id"].(string)
}

// A list in parts, cut anywhere, comes to the same as the list in one piece, whatever is sent twice.
func TestPartsAreTheWhole(t *testing.T) {
	t.Parallel()
	const seed = 20261120
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	list := []byte(customers(1500, seed))

	whole := newWorld(t, dynamo.Options{})
	whole.must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	want := whole.must("POST", "/api/v1/contacts?audience=customers", csvType, list)
	if n := sums(want); n[0] == 0 || n[3] == 0 || n[0]+n[3] != 1500 {
		t.Fatalf("the whole list: %v", n)
	}

	parts := newWorld(t, dynamo.Options{})
	parts.must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	path := parts.begin()
	var refusals, warnings []any
	rest, n := list, 1
	for ; len(rest) > 0; n++ {
		size := min(1+random.IntN(60_000), len(rest))
		part := fmt.Sprintf("%s/parts/%d", path, n)
		first := parts.must("PUT", part, csvType, rest[:size])
		again := parts.must("PUT", part, csvType, rest[:size])
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("part %d sent twice:\n%s", n, diff)
		}
		refusals, warnings = append(refusals, first["refusals"].([]any)...), append(warnings, first["warnings"].([]any)...)
		rest = rest[size:]
	}
	finish := parts.must("POST", path+"/finish", "application/json", nil)
	if diff := cmp.Diff(finish, parts.must("POST", path+"/finish", "application/json", nil)); diff != "" {
		t.Errorf("finished twice:\n%s", diff)
	}
	refusals, warnings = append(refusals, finish["refusals"].([]any)...), append(warnings, finish["warnings"].([]any)...)
	shown := parts.must("GET", path, "application/json", nil)
	for what, pair := range map[string][2]any{
		"counts":   {sums(want), sums(finish["total"].(map[string]any))},
		"shown":    {sums(want), sums(shown["total"].(map[string]any))},
		"report":   {want["report"], finish["report"]},
		"refusals": {want["refusals"], refusals},
		"warnings": {want["warnings"], warnings},
		"contacts": {whole.contacts(), parts.contacts()},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s of %d parts differ from the whole:\n%s", what, n-1, diff)
		}
	}

	again := parts.must("POST", "/api/v1/contacts?audience=customers", csvType, list)
	if n := sums(again); n[0]+n[1] != 0 || n[2] != sums(want)[0] {
		t.Errorf("uploading it once more: %v", n)
	}
}

// Wherever a part dies, nothing of it counts, and the part sent again comes to what it would have come to.
func TestPartDies(t *testing.T) {
	t.Parallel()
	const seed = 7
	// Long lines: nothing is taken before the reader has seen 64 KB, and few contacts mean few calls to die at.
	list := bytes.ReplaceAll([]byte(customers(160, seed)), []byte(";Пермь;"), []byte(";Пермь"+strings.Repeat(" Пермь", 60)+";"))
	cut := len(list) - 9000
	upload := func(w *world, path string) map[string]any { // sends everything, each part until it is taken
		var last map[string]any
		for i, part := range [][]byte{list[:cut], list[cut:], nil} {
			for try := 0; ; try++ {
				method, to := "PUT", fmt.Sprintf("%s/parts/%d", path, i+1)
				if part == nil {
					method, to = "POST", path+"/finish"
				}
				status, answer := w.call(method, to, csvType, part)
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
	calm := newWorld(t, dynamo.Options{})
	calm.must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	want := upload(calm, calm.begin())
	contacts := calm.contacts()

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
			w := newWorld(t, o)
			w.must("POST", "/api/v1/staff", "application/json", []byte(staffList))
			path := w.begin()
			armed.Store(true)
			got := upload(w, path)
			armed.Store(false)
			if diff := cmp.Diff(sums(want["total"].(map[string]any)), sums(got["total"].(map[string]any))); diff != "" {
				t.Errorf("died %s call %d: counts\n%s", when, deadly, diff)
			}
			if diff := cmp.Diff(want["report"], got["report"]); diff != "" {
				t.Errorf("died %s call %d: report\n%s", when, deadly, diff)
			}
			if diff := cmp.Diff(contacts, w.contacts()); diff != "" {
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
	w := newWorld(t, dynamo.Options{})
	w.must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	path := w.begin()
	list := []byte(customers(300, 3))
	answers := make(chan map[string]any, 4)
	for range cap(answers) {
		go func() {
			r, _ := http.NewRequest("PUT", w.site+path+"/parts/1", bytes.NewReader(list))
			r.Header.Set("Authorization", "Bearer "+testToken)
			r.Header.Set("Content-Type", csvType)
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
	finish := w.must("POST", path+"/finish", "application/json", nil)
	if n := sums(finish["total"].(map[string]any)); n[0]+n[3] != 300 || n[1]+n[2] != 0 {
		t.Errorf("taken once: %v", n)
	}
}

// A few kilobytes that unpack to a gigabyte are refused before they do.
func TestPackedBomb(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
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
	r, _ := http.NewRequest("POST", w.site+"/api/v1/contacts?audience=customers", &b)
	r.Header.Set("Authorization", "Bearer "+testToken)
	r.Header.Set("Content-Type", csvType)
	r.Header.Set("Content-Encoding", "gzip")
	status, text := send(t, r)
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
	w := newWorld(t, dynamo.Options{})
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
	path := w.begin()
	part := w.must("PUT", path+"/parts/1", csvType, []byte(b.String()))
	listed, omitted := len(part["refusals"].([]any)), int(part["refusals_omitted"].(float64))
	if listed+omitted != contacts.MaxListed+500 || listed == 0 || sums(part)[3] != contacts.MaxListed+500 {
		t.Errorf("%d listed, %d omitted, %v refused", listed, omitted, sums(part)[3])
	}
}

// BenchmarkUpload takes a list of 40,000 rows, the table included, new and again.
func BenchmarkUpload(b *testing.B) {
	w := newWorld(b, dynamo.Options{})
	w.must("POST", "/api/v1/staff", "application/json", []byte(staffList))
	list := []byte(customers(40_000, 1))
	for _, kind := range []string{"new", "unchanged"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				w.must("POST", "/api/v1/contacts?audience=customers", csvType, list)
			}
			b.ReportMetric(float64(40_000*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
