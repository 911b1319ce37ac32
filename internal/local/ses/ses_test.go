package ses

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// bench is a server with an SDK client before it and a record of what it published.
type bench struct {
	*Server
	client *sesv2.Client
	inbox  *httptest.Server
	mu     sync.Mutex
	events []json.RawMessage
}

// open starts a server on a free port with the real SDK client, without retries.
func open(t testing.TB, o Options) *bench {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "mail.db"), o)
}

func openAt(t testing.TB, path string, o Options) *bench {
	t.Helper()
	b := &bench{}
	if o.Publish == nil {
		o.Publish = func(e json.RawMessage) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, e)
		}
	}
	o.Kinds = []Kind{{Name: "alert", Tags: []string{"case"}}, {Name: "survey", Tags: []string{"invitation"}}}
	o.Words = otherWords{}
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	b.Server = s
	api := httptest.NewServer(s.API())
	b.inbox = httptest.NewServer(s.Inbox())
	b.client = sesv2.New(sesv2.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(api.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("SendFunction", "secret", ""),
	})
	t.Cleanup(func() {
		api.Close()
		b.inbox.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// settle waits until every planned event was published and gives them.
func (b *bench) settle(t testing.TB) []map[string]any {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); b.Pending() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("events are still pending")
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []map[string]any
	for _, e := range b.events {
		var m map[string]any
		if err := json.Unmarshal(e, &m); err != nil {
			t.Fatalf("event is not JSON: %v\n%s", err, e)
		}
		list = append(list, m)
	}
	return list
}

// get reads JSON from the inbox.
func (b *bench) get(t testing.TB, path string, into any) *http.Response {
	t.Helper()
	res, err := http.Get(b.inbox.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return res
}

func (b *bench) messages(t testing.TB, query string) []messageJSON {
	t.Helper()
	var list []messageJSON
	b.get(t, "/messages.json"+query, &list)
	return list
}

func simple(to ...string) *sesv2.SendEmailInput {
	utf8 := aws.String("UTF-8")
	return &sesv2.SendEmailInput{
		FromEmailAddress:     aws.String("Example Shop <nps@example.com>"),
		ConfigurationSetName: aws.String("onetap"),
		Destination:          &types.Destination{ToAddresses: to},
		EmailTags:            []types.MessageTag{{Name: aws.String("kind"), Value: aws.String("alert")}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: &types.Content{Data: aws.String("Недовольный клиент"), Charset: utf8},
			Body: &types.Body{
				Html: &types.Content{Data: aws.String(`<p>Оценка 3. <a href="https://example.com/case?a=1&amp;b=2">Открыть</a></p>`), Charset: utf8},
				Text: &types.Content{Data: aws.String("Оценка 3."), Charset: utf8},
			},
		}},
	}
}

// campaign is a bulk call to the addresses.
func campaign(to ...string) *sesv2.SendBulkEmailInput {
	in := &sesv2.SendBulkEmailInput{
		FromEmailAddress:     aws.String("Example Shop <nps@example.com>"),
		ReplyToAddresses:     []string{"help@example.com"},
		ConfigurationSetName: aws.String("onetap"),
		DefaultEmailTags:     []types.MessageTag{{Name: aws.String("campaign"), Value: aws.String("c1")}},
		DefaultContent: &types.BulkEmailContent{Template: &types.Template{
			TemplateContent: &types.EmailTemplateContent{
				Subject: aws.String("{{name}}, how likely?"),
				Html:    aws.String(`<html><head><title>x</title></head><body><p>Hello {{ name }} of {{company}}</p><a href="{{link}}/10">10</a></body></html>`),
				Text:    aws.String("Hello {{name}}\n{{link}}"),
			},
			TemplateData: aws.String(`{"company":"Example & Co","name":"you"}`),
			Headers:      []types.MessageHeader{{Name: aws.String("X-Shared"), Value: aws.String("yes")}},
		}},
	}
	for i, a := range to {
		in.BulkEmailEntries = append(in.BulkEmailEntries, types.BulkEmailEntry{
			Destination: &types.Destination{ToAddresses: []string{a}},
			ReplacementEmailContent: &types.ReplacementEmailContent{ReplacementTemplate: &types.ReplacementTemplate{
				ReplacementTemplateData: aws.String(fmt.Sprintf(`{"name":"Анна %d","link":"https://example.com/r/%032d"}`, i, i)),
			}},
			ReplacementHeaders: []types.MessageHeader{
				{Name: aws.String("List-Unsubscribe"), Value: aws.String(fmt.Sprintf("<https://example.com/u/%032d>, <mailto:unsubscribe@example.com?subject=%d>", i, i))},
				{Name: aws.String("List-Unsubscribe-Post"), Value: aws.String("List-Unsubscribe=One-Click")},
			},
			ReplacementTags: []types.MessageTag{{Name: aws.String("invitation"), Value: aws.String(fmt.Sprintf("i%d", i))}},
		})
	}
	return in
}

func TestSendEmailArrives(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	out, err := b.client.SendEmail(context.Background(), simple("anna@example.ru"))
	if err != nil {
		t.Fatal(err)
	}
	list := b.messages(t, "")
	if len(list) != 1 {
		t.Fatalf("messages = %d, want 1", len(list))
	}
	m := list[0]
	if m.ID != *out.MessageId || m.Subject != "Недовольный клиент" || m.To[0] != "anna@example.ru" || m.Kind != "alert" || m.Caller != "SendFunction" {
		t.Errorf("message = %+v", m)
	}
	if m.Headers["Subject"] != "Недовольный клиент" || m.Headers["Message-ID"] != "<"+m.ID+"@email.amazonses.com>" {
		t.Errorf("headers = %q", m.Headers)
	}
	if want := "https://example.com/case?a=1&b=2"; len(m.Links) != 1 || m.Links[0] != want {
		t.Errorf("links = %q, want %q", m.Links, want)
	}
	if *m.Text != "Оценка 3." || !strings.Contains(*m.HTML, "Открыть") {
		t.Errorf("text = %q, html = %q", *m.Text, *m.HTML)
	}
}

func TestSendBulkEmailArrives(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	out, err := b.client.SendBulkEmail(context.Background(), campaign("a@example.com", "b@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range out.BulkEmailEntryResults {
		if r.Status != types.BulkEmailStatusSuccess || aws.ToString(r.MessageId) == "" || r.Error != nil {
			t.Errorf("result %d = %+v", i, r)
		}
	}
	list := b.messages(t, "?to=B@example.com")
	if len(list) != 1 {
		t.Fatalf("messages = %d, want 1", len(list))
	}
	m := list[0]
	if m.Subject != "Анна 1, how likely?" || m.Tags["invitation"] != "i1" || m.Tags["campaign"] != "c1" || m.Kind != "survey" || m.ReplyTo[0] != "help@example.com" {
		t.Errorf("message = %+v", m)
	}
	if !strings.Contains(*m.HTML, "of Example & Co<") { // not escaped, as in SES
		t.Errorf("html = %s", *m.HTML)
	}
	if m.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" || m.Headers["X-Shared"] != "yes" || !strings.HasPrefix(m.Headers["List-Unsubscribe"], "<https://example.com/u/") {
		t.Errorf("headers = %q", m.Headers)
	}
}

func TestGetAccount(t *testing.T) {
	t.Parallel()
	b := open(t, Options{Rate: 14, DailyQuota: 50000})
	if _, err := b.client.SendBulkEmail(context.Background(), campaign("a@example.com", "b@example.com")); err != nil {
		t.Fatal(err)
	}
	a, err := b.client.GetAccount(context.Background(), &sesv2.GetAccountInput{})
	if err != nil {
		t.Fatal(err)
	}
	if q := a.SendQuota; q.MaxSendRate != 14 || q.Max24HourSend != 50000 || q.SentLast24Hours != 2 {
		t.Errorf("quota = %+v", q)
	}
	if !a.ProductionAccessEnabled || !a.SendingEnabled || *a.EnforcementStatus != "HEALTHY" || len(a.SuppressionAttributes.SuppressedReasons) != 2 {
		t.Errorf("account = %+v", a)
	}
}
