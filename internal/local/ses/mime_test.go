package ses

import (
	"bytes"
	"context"
	"flag"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/jhillyerd/enmime/v2"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixed gives options whose messages are the same every time.
func fixed() Options {
	return Options{
		Now:  func() time.Time { return time.Date(2026, 3, 1, 12, 30, 45, 678e6, time.UTC) },
		Rand: rand.New(rand.NewPCG(1, 2)),
	}
}

// source downloads a message.
func (b *bench) source(t *testing.T, id string) []byte {
	t.Helper()
	res, err := http.Get(b.inbox.URL + "/messages/" + id + ".eml")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", id, res.Status, err)
	}
	return data
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func parse(t *testing.T, source []byte) *enmime.Envelope {
	t.Helper()
	e, err := enmime.ReadEnvelope(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range e.Errors {
		t.Errorf("enmime: %v", problem)
	}
	head, _, ok := bytes.Cut(source, []byte("\r\n\r\n"))
	if !ok {
		t.Error("no empty line after the headers")
	}
	for _, line := range strings.Split(string(source), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line breaks RFC 5322: %.80q", line)
		}
	}
	for i := range len(head) {
		if head[i] >= 0x80 {
			t.Fatal("a header is not ASCII")
		}
	}
	return e
}

func TestBulkMessageSource(t *testing.T) {
	t.Parallel()
	b := open(t, fixed())
	out, err := b.client.SendBulkEmail(context.Background(), campaign("Anna <anna@example.ru>"))
	if err != nil {
		t.Fatal(err)
	}
	id := *out.BulkEmailEntryResults[0].MessageId
	source := b.source(t, id)
	golden(t, "bulk.eml", source)
	e := parse(t, source)
	for name, want := range map[string]string{
		"From": "Example Shop <nps@example.com>", "To": "Anna <anna@example.ru>", "Reply-To": "help@example.com", "Subject": "Анна 0, how likely?",
		"Message-Id": "<" + id + "@email.amazonses.com>", "Date": "Sun, 1 Mar 2026 12:30:45 +0000", "Mime-Version": "1.0", "X-Shared": "yes",
		"List-Unsubscribe":      "<https://example.com/u/00000000000000000000000000000000>, <mailto:unsubscribe@example.com?subject=0>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if got := e.GetHeader(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(e.HTML, "<p>Hello Анна 0 of Example & Co</p>") || e.Text != "Hello Анна 0\r\nhttps://example.com/r/00000000000000000000000000000000" {
		t.Errorf("html = %s\ntext = %q", e.HTML, e.Text)
	}
}

func TestSimpleMessageSource(t *testing.T) {
	t.Parallel()
	b := open(t, fixed())
	in := simple("anna@example.ru")
	in.Destination.CcAddresses = []string{"cc@example.com"}
	in.Destination.BccAddresses = []string{"bcc@example.com"}
	in.Content.Simple.Subject.Data = aws.String(strings.Repeat("Очень длинная тема письма ", 8))
	in.Content.Simple.Attachments = []types.Attachment{
		{FileName: aws.String("отчёт.pdf"), RawContent: bytes.Repeat([]byte("%PDF"), 100), ContentType: aws.String("application/pdf")},
		{FileName: aws.String("logo.png"), RawContent: []byte("png"), ContentId: aws.String("logo"), ContentDisposition: "INLINE"},
	}
	out, err := b.client.SendEmail(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	source := b.source(t, *out.MessageId)
	golden(t, "simple.eml", source)
	e := parse(t, source)
	if e.GetHeader("Subject") != strings.TrimSpace(*in.Content.Simple.Subject.Data) && e.GetHeader("Subject") != *in.Content.Simple.Subject.Data {
		t.Errorf("subject = %q", e.GetHeader("Subject"))
	}
	if e.GetHeader("Cc") != "cc@example.com" || strings.Contains(string(source), "bcc@example.com") {
		t.Error("the copies are wrong")
	}
	if len(e.Attachments) != 1 || e.Attachments[0].FileName != "отчёт.pdf" || len(e.Attachments[0].Content) != 400 || len(e.Inlines) != 1 || e.Inlines[0].ContentID != "logo" {
		t.Errorf("attachments = %v, inlines = %v", e.Attachments, e.Inlines)
	}
	if !strings.Contains(e.HTML, "Оценка 3.") || e.Text != "Оценка 3." {
		t.Errorf("html = %q, text = %q", e.HTML, e.Text)
	}
}

func TestSinglePartsAndEncodings(t *testing.T) {
	t.Parallel()
	b := open(t, fixed())
	for name, tt := range map[string]struct{ body, encoding string }{
		"ascii":     {"Hello\nthere.", "7bit"},
		"some":      {"Цена is mostly ASCII text, so it stays readable", "quoted-printable"},
		"russian":   {"Оценка", "base64"},
		"long line": {strings.Repeat("x", 1200), "quoted-printable"},
	} {
		in := simple("anna@example.ru")
		in.Content.Simple.Body = &types.Body{Text: &types.Content{Data: &tt.body, Charset: aws.String("UTF-8")}}
		out, err := b.client.SendEmail(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		e := parse(t, b.source(t, *out.MessageId))
		if got := e.GetHeader("Content-Transfer-Encoding"); got != tt.encoding {
			t.Errorf("%s: encoding = %s, want %s", name, got, tt.encoding)
		}
		if strings.ReplaceAll(e.Text, "\r\n", "\n") != tt.body || e.HTML != "" {
			t.Errorf("%s: text = %q", name, e.Text)
		}
	}
}

// Nothing of this project sends raw messages, so the laptop has no reader for them.
func TestRawMessagesAreRefused(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	_, err := b.client.SendEmail(context.Background(), &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("nps@example.com"), Destination: &types.Destination{ToAddresses: []string{"anna@example.ru"}},
		Content: &types.EmailContent{Raw: &types.RawMessage{Data: []byte("From: nps@example.com\r\n\r\nHello")}},
	})
	if c, m := code(err); c != "BadRequestException" || !strings.Contains(m, "Content.Raw is not supported") {
		t.Errorf("%s %s", c, m)
	}
	if n := len(b.messages(t, "")); n != 0 {
		t.Errorf("%d messages are in the inbox", n)
	}
}
