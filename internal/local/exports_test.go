package local_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

// A list that is too large to be made while one waits is written by the function report into the bucket, and had from there at an address that is
// good for minutes and for this file alone.
func TestLargeDownload(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	ctx := t.Context()
	s, err := local.Start(ctx, local.Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const people = 12_000
	var list strings.Builder
	list.WriteString("email,name,team,notes\n")
	for i := range people {
		fmt.Fprintf(&list, "person%d@example.com,Person %d,Team %d,%s\n", i, i, i%9, strings.Repeat("n", 300))
	}
	company := drive.New(s.Site(), s.Inbox(), s.Token())
	if err := company.Upload(ctx, "POST", "/contacts?audience=customers", "text/csv", []byte(list.String()), nil); err != nil {
		t.Fatal(err)
	}
	get := func(address string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(address, s.Site()) {
			r.Header.Set("Authorization", "Bearer "+s.Token())
		}
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(body)
	}
	for _, format := range []string{"csv", "xlsx"} {
		begun, body := get(s.Site() + "/api/v1/audiences/customers/contacts." + format)
		if begun.StatusCode != http.StatusAccepted {
			t.Fatalf("%s: %d %.300s", format, begun.StatusCode, body)
		}
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		ready, body := get(s.Site() + begun.Header.Get("Location"))
		var said struct {
			State string
			Rows  int
			Bytes int
		}
		if err := json.Unmarshal([]byte(body), &said); err != nil || ready.StatusCode != http.StatusSeeOther || said.Rows != people {
			t.Fatalf("%s: %d %s", format, ready.StatusCode, body)
		}
		file, content := get(ready.Header.Get("Location"))
		if file.StatusCode != http.StatusOK || len(content) != said.Bytes || !strings.Contains(file.Header.Get("Content-Disposition"), "onetap-contacts-") {
			t.Fatalf("%s: %d, %d bytes of %d, %v", format, file.StatusCode, len(content), said.Bytes, file.Header)
		}
		if format == "csv" {
			if rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\uFEFF"))).ReadAll(); err != nil || len(rows) != people+1 {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		}
		if wrong, body := get(strings.Replace(ready.Header.Get("Location"), "exports/", "exports/x", 1)); wrong.StatusCode != http.StatusForbidden {
			t.Errorf("another file: %d %.200s", wrong.StatusCode, body)
		}
	}
	u := s.Cloud().Meter().Report(time.Now())
	if r := u.Of("ReportFunction"); r.Errors > 0 || r.FileWrites < 6 || r.PeakMB > 128 {
		t.Errorf("report: %+v", r)
	} else {
		t.Logf("report held %.0f MB, %.1f s", r.PeakMB, r.Seconds)
	}
	if r := u.Of("DeskFunction"); r.FileReads != 2 {
		t.Errorf("%d files were read at addresses of the desk", r.FileReads)
	}
}
