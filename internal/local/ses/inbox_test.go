package ses

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// page reads a page of the inbox in a language.
func (b *bench) page(t *testing.T, path, language string) (string, http.Header) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.inbox.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", language)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, res.Status)
	}
	return strings.ReplaceAll(string(body), "&#43;", "+"), res.Header
}

func contains(t *testing.T, where, page string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(page, w) {
			t.Errorf("%s: %q is missing", where, w)
		}
	}
}

func TestInboxPages(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	empty, _ := b.page(t, "/", "en")
	contains(t, "empty list", empty, "No messages yet")
	in := campaign("anna@example.ru", "boris+bounce@example.ru")
	in.BulkEmailEntries[0].ReplacementEmailContent.ReplacementTemplate.ReplacementTemplateData = aws.String(`{"name":"<script>alert(1)</script>","link":"https://example.com/r/x"}`)
	out, err := b.client.SendBulkEmail(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	b.settle(t)
	id := "/messages/" + *out.BulkEmailEntryResults[0].MessageId
	en, h := b.page(t, "/", "en-GB,en")
	contains(t, "list", en, `lang="en"`, "Survey", "anna@example.ru", "Bounced", "&lt;script&gt;alert(1)", id)
	if strings.Contains(en, "<script") {
		t.Error("a subject became a script")
	}
	if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") {
		t.Errorf("policy = %q", csp)
	}
	ru, _ := b.page(t, "/?outcome=undelivered&q=BORIS", "ru-RU,ru;q=0.9,en;q=0.5")
	contains(t, "search", ru, `lang="ru"`, "Опрос", "Вернулось", "boris+bounce@example.ru")
	if strings.Contains(ru, "anna@example.ru") {
		t.Error("the search shows others")
	}
	message, _ := b.page(t, id, "ru")
	contains(t, "message", message, "Кому", "anna@example.ru", "help@example.com", "invitation=i0", `sandbox="allow-popups allow-popups-to-escape-sandbox"`, "390 px", "Без картинок", id+".eml")
	if n := strings.Count(message, "<iframe"); n != 2 {
		t.Errorf("frames = %d, want 2", n)
	}
	phone, _ := b.page(t, id+"?width=phone&images=off", "en")
	contains(t, "phone", phone, id+"/html?images=off")
	if n := strings.Count(phone, "<iframe"); n != 1 {
		t.Errorf("frames = %d, want 1", n)
	}
	text, _ := b.page(t, id+"?view=text", "en")
	contains(t, "text", text, "Hello &lt;script&gt;", "https://example.com/r/x")
	headers, _ := b.page(t, id+"?view=headers", "en")
	contains(t, "headers", headers, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click", "Message-ID")
	history, _ := b.page(t, id+"?view=history", "en")
	contains(t, "history", history, "Send", "Delivery")
	css, h := b.page(t, "/style.css", "en")
	contains(t, "style", css, "prefers-color-scheme: dark")
	if strings.Contains(css, "http") || !strings.HasPrefix(h.Get("Content-Type"), "text/css") {
		t.Error("the stylesheet loads something or is none")
	}
	for _, page := range []string{en, ru, message, phone, text, headers, history} {
		if strings.Contains(page, " style=") || strings.Contains(page, "onclick") || strings.Contains(page, `src="http`) {
			t.Error("a page has something inline or from elsewhere")
		}
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	out, err := b.client.SendBulkEmail(context.Background(), campaign("anna@example.ru"))
	if err != nil {
		t.Fatal(err)
	}
	id := "/messages/" + *out.BulkEmailEntryResults[0].MessageId
	for query, images := range map[string]string{"": "img-src 'self' https: http: data:;", "?images=off": "img-src 'none';"} {
		page, h := b.page(t, id+"/html"+query, "en")
		contains(t, "frame", page, `<head><base target="_blank"><title>`, `href="https://example.com/r/00000000000000000000000000000000/10"`)
		contains(t, "policy", h.Get("Content-Security-Policy"), "default-src 'none'", images, "sandbox allow-popups", "frame-ancestors 'self'")
	}
	for page, want := range map[string]string{
		"<!doctype html>\n<p>x":                "<!doctype html><base target=\"_blank\">\n<p>x",
		"<p>x":                                 "<base target=\"_blank\"><p>x",
		"<!DOCTYPE html><HTML lang=ru><body>x": "<!DOCTYPE html><HTML lang=ru><base target=\"_blank\"><body>x",

		"<html><HEAD profile='x'><title>İ</title>": "<html><HEAD profile='x'><base target=\"_blank\"><title>İ</title>",
	} {
		if got := inNewTab(page); got != want {
			t.Errorf("inNewTab(%q) = %q, want %q", page, got, want)
		}
	}
}

func TestMessageJSON(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	start := time.Now().Add(-time.Second)
	if _, err := b.client.SendBulkEmail(context.Background(), campaign("a@example.com", "b+bounce@example.com", "c@example.com")); err != nil {
		t.Fatal(err)
	}
	b.settle(t)
	for query, want := range map[string]int{
		"": 2, "?outcome=all": 3, "?outcome=bounced": 1, "?outcome=undelivered": 1, "?to=a@example.com": 1, "?to=" + url.QueryEscape("Name <A@Example.com>"): 1, "?to=b%2Bbounce@example.com": 0,
		"?to=b%2Bbounce@example.com&outcome=all": 1, "?q=анна+2": 1, "?q=C@EX": 1, "?limit=1": 1, "?since=" + url.QueryEscape(start.Format(time.RFC3339Nano)): 2,
		fmt.Sprintf("?since=%d", start.Add(time.Hour).UnixMilli()): 0, "?to=nobody@example.com": 0,
	} {
		if got := len(b.messages(t, query)); got != want {
			t.Errorf("%s: %d messages, want %d", query, got, want)
		}
	}
	if m := b.messages(t, "?brief=1")[0]; m.Text != nil || m.HTML != nil || m.Links != nil || m.Headers["List-Unsubscribe-Post"] == "" {
		t.Errorf("brief message = %+v", m)
	}
	newest := b.messages(t, "?order=newest")
	if len(newest) != 2 || newest[0].To[0] != "c@example.com" {
		t.Errorf("newest = %v", newest)
	}
	var one messageJSON
	b.get(t, "/messages/"+newest[0].ID+".json", &one)
	if len(one.Events) != 2 || one.Events[1].Type != "Delivery" || !one.Events[1].Published || one.Events[1].Recipients[0] != "c@example.com" {
		t.Errorf("events = %+v", one.Events)
	}
	for _, bad := range []string{"?since=yesterday", "?limit=0", "?limit=10001", "?after=x"} {
		res, err := http.Get(b.inbox.URL + "/messages.json" + bad)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", bad, res.Status)
		}
	}
	for _, gone := range []string{"/messages/x.json", "/messages/x", "/messages/x.eml", "/messages/x/html", "/nowhere", "/messages/" + strings.Replace(one.ID, "0100", "0101", 1)} {
		res, err := http.Get(b.inbox.URL + gone)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", gone, res.Status)
		}
	}
}

func TestEmptyTheInbox(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	ids := map[string]bool{}
	for _, method := range []string{http.MethodDelete, http.MethodPost} {
		out, err := b.client.SendEmail(context.Background(), simple("a@example.com"))
		if err != nil {
			t.Fatal(err)
		}
		if list := b.messages(t, "?to=a@example.com"); len(list) != 1 || ids[*out.MessageId] {
			t.Errorf("%d messages, id used before: %v", len(list), ids[*out.MessageId])
		}
		ids[*out.MessageId] = true
		b.settle(t)
		path := map[string]string{http.MethodDelete: "/messages", http.MethodPost: "/messages/empty"}[method]
		foreign, _ := http.NewRequest(method, b.inbox.URL+path, nil)
		foreign.Header.Set("Sec-Fetch-Site", "cross-site")
		if res, err := http.DefaultClient.Do(foreign); err != nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("another site's %s: %v %v", method, res.Status, err)
		}
		own, _ := http.NewRequest(method, b.inbox.URL+path, nil)
		if res, err := http.DefaultClient.Do(own); err != nil || res.StatusCode >= 300 {
			t.Errorf("%s: %v %v", method, res.Status, err)
		}
		if list := b.messages(t, "?outcome=all"); len(list) != 0 {
			t.Errorf("%s left %d messages", method, len(list))
		}
	}
}

// TestPagesAreStable reads 30,000 messages page by page while more come in: each of them once, in order.
func TestPagesAreStable(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	const total, chunk = 30_000, 5_000
	fill := func(n int) {
		sh, err := b.store.prepare(batch{From: "nps@example.com", Subject: "{{n}}", Text: "{{n}}", HasText: true})
		if err != nil {
			t.Error(err)
			return
		}
		for first := 0; first < n; first += chunk {
			list := make([]*record, chunk)
			for i := range list {
				list[i] = &record{
					time: 1e12, random: b.random(), from: sh.From, subject: fmt.Sprint(first + i), data: fmt.Sprintf(`{"n":%d}`, first+i),
					recipients: []recipient{{'t', fmt.Sprintf("c%d@example.com", first+i), delivered}},
				}
			}
			if err := b.store.add(sh, list, 0, func() int { return 0 }); err != nil {
				t.Error(err)
				return
			}
		}
	}
	fill(total)
	done := make(chan struct{})
	go func() { defer close(done); fill(chunk) }()
	next, seen := "/messages.json?brief=1&limit=7000", 0
	for next != "" && seen < total {
		var list []messageJSON
		res := b.get(t, next, &list)
		for _, m := range list {
			if want := fmt.Sprint(seen % total); m.Subject != want {
				t.Fatalf("message %d has the subject %s", seen, m.Subject)
			}
			seen++
		}
		next = strings.TrimSuffix(strings.TrimPrefix(res.Header.Get("Link"), "<"), `>; rel="next"`)
	}
	<-done
	if seen < total {
		t.Errorf("seen %d, want at least %d", seen, total)
	}
	if m := b.messages(t, "?to=c27777@example.com"); len(m) != 1 || *m[0].Text != "27777" {
		t.Errorf("found %v", m)
	}
	// The pages: through newer and older and back to where one was.
	first, _ := b.page(t, "/", "en")
	older := href(first, "next")
	second, _ := b.page(t, older, "en")
	back, _ := b.page(t, href(second, "prev"), "en")
	if rows(first) != rows(back) || rows(first) == rows(second) || strings.Count(rows(second), "\n") != pageSize {
		t.Error("newer does not lead back to the page before older")
	}
	if href(first, "prev") != "" || href(back, "prev") != "" {
		t.Error("the first page has a newer one")
	}
	contains(t, "count", first, "35,000")
}

// href finds the link with a rel.
func href(page, rel string) string {
	_, after, ok := strings.Cut(page, `rel="`+rel+`" href="`)
	if !ok {
		return ""
	}
	link, _, _ := strings.Cut(after, `"`)
	return strings.ReplaceAll(link, "&amp;", "&")
}

func rows(page string) string {
	var list strings.Builder
	for _, part := range strings.Split(page, `<a class="row" href="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		list.WriteString(id + "\n")
	}
	return list.String()
}
