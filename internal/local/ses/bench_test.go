package ses

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bulkBody is a SendBulkEmail request of 50 recipients as the send function makes it: a page of html, eleven links.
func bulkBody(first int) []byte {
	var html strings.Builder
	html.WriteString("<!doctype html><html><head><meta charset=\"utf-8\"></head><body>")
	for i := range 11 {
		fmt.Fprintf(&html, `<td style="padding:4px"><a href="{{link}}/%d" style="display:block;padding:12px 0;text-align:center;border:1px solid #ccd">%d</a></td>`, i, i)
	}
	html.WriteString(strings.Repeat("<p style=\"font-size:14px\">Words that are the same for everybody, in a table layout.</p>", 60) + "{{name}}</body></html>")
	type object = map[string]any
	var entries []object
	for i := range 50 {
		token := fmt.Sprintf("%032d", first+i)
		data, _ := json.Marshal(map[string]string{"name": "Анна Петрова", "link": "https://nps.example.com/r/" + token, "unsubscribe": "https://nps.example.com/u/" + token})
		entries = append(entries, object{
			"Destination":             object{"ToAddresses": []string{fmt.Sprintf("client%d@example.com", first+i)}},
			"ReplacementEmailContent": object{"ReplacementTemplate": object{"ReplacementTemplateData": string(data)}},
			"ReplacementHeaders": []object{
				{"Name": "List-Unsubscribe", "Value": "<https://nps.example.com/u/" + token + ">"},
				{"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
			},
			"ReplacementTags": []object{{"Name": "kind", "Value": "survey"}, {"Name": "campaign", "Value": "c1"}, {"Name": "wave", "Value": "1"}, {"Name": "contact", "Value": token}},
		})
	}
	body, _ := json.Marshal(object{
		"FromEmailAddress": "Example Shop <nps@example.com>", "ReplyToAddresses": []string{"help@example.com"}, "ConfigurationSetName": "onetap", "BulkEmailEntries": entries,
		"DefaultContent": object{"Template": object{"TemplateData": "{}", "TemplateContent": object{
			"Subject": "{{name}}, how likely are you to recommend us?", "Html": html.String(), "Text": "{{name}}\n{{link}}\n{{unsubscribe}}",
		}}},
	})
	return body
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSendBulkEmail measures calls of 50 recipients through the handler, with events wanted by the destination of the
// project (no SEND), on a real file; CPU includes storing and publishing.
func BenchmarkSendBulkEmail(b *testing.B) {
	published := 0
	path := filepath.Join(b.TempDir(), "mail.db")
	s, err := Open(path, Options{
		ConfigurationSets: map[string][]string{"onetap": {"BOUNCE", "COMPLAINT", "DELIVERY", "REJECT", "RENDERING_FAILURE"}},
		Publish:           func(json.RawMessage) { published++ },
	})
	if err != nil {
		b.Fatal(err)
	}
	api := s.API()
	const distinct = 64
	var bodies [distinct][]byte
	for i := range bodies {
		bodies[i] = bulkBody(i * 50)
	}
	start, cpu := time.Now(), cpuTime()
	for i := 0; b.Loop(); i++ {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/v2/email/outbound-bulk-emails", bytes.NewReader(bodies[i%distinct]))
		api.ServeHTTP(w, r)
		if w.Code != http.StatusOK || strings.Count(w.Body.String(), "SUCCESS") != 50 {
			b.Fatal(w.Body.String())
		}
	}
	for s.Pending() > 0 {
		time.Sleep(time.Millisecond)
	}
	n := float64(b.N) * 50
	b.ReportMetric(n/time.Since(start).Seconds(), "recipients/s")
	b.ReportMetric((cpuTime()-cpu).Seconds()/n*1e6, "cpu-µs/recipient")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if published != b.N*50 {
		b.Fatalf("published %d events, want %d", published, b.N*50)
	}
	if info, err := os.Stat(path); err == nil {
		b.ReportMetric(float64(info.Size())/n, "bytes/recipient")
	}
}

// BenchmarkInbox100000 measures reading an inbox of 100,000 messages: the first page of the list, a search that finds nothing
// and so reads everything, messages to one address, and a page of /messages.json.
func BenchmarkInbox100000(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "mail.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range 100_000 / 50 {
		w := httptest.NewRecorder()
		s.API().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v2/email/outbound-bulk-emails", bytes.NewReader(bulkBody(i*50))))
		if w.Code != http.StatusOK {
			b.Fatal(w.Body.String())
		}
	}
	inbox := s.Inbox()
	for name, path := range map[string]string{
		"list": "/", "search": "/?q=nobody", "address": "/messages.json?to=client77777@example.com", "json-1000": "/messages.json?limit=1000",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				inbox.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Body.String())
				}
			}
		})
	}
}
