package ses_test

import (
	"context"
	"encoding/xml"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"onetap/internal/local/drive"
	localses "onetap/internal/local/ses"
	"onetap/internal/mail"
	"onetap/internal/ses"
	"onetap/internal/survey"
)

// open gives a client of an SES that refuses what the real one refuses.
func open(t *testing.T) (*ses.Client, *drive.Company) {
	t.Helper()
	mails, err := localses.Open(filepath.Join(t.TempDir(), "mail.db"), localses.Options{Rand: rand.New(rand.NewPCG(1, 1))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mails.Close() })
	api, inbox := httptest.NewServer(mails.API()), httptest.NewServer(mails.Inbox())
	t.Cleanup(api.Close)
	t.Cleanup(inbox.Close)
	return ses.New(aws.Config{Region: "eu-central-1", BaseEndpoint: &api.URL, Credentials: aws.AnonymousCredentials{}}, ""), drive.New("", inbox.URL, "")
}

// However an address is written, and wherever in a letter it stands, SES takes it; a letter whose sender is no address
// is not sent, and no recipient's fault (issue 9, 10).
func TestAddressesReachSESInASCII(t *testing.T) {
	t.Parallel()
	c, inbox := open(t)
	bulk := func(from, to string) mail.Bulk {
		return mail.Bulk{From: from, Subject: "Как вам Ромашка?", HTML: "<p>h</p>", Text: "t", Entries: []mail.Entry{{To: to, Values: map[string]string{}, Headers: mail.UnsubscribeHeaders("https://опрос.пример.рф/u/abc")}}}
	}
	sent := 0
	for _, from := range []string{
		"nps@example.com", "Example Shop <nps@example.com>", "Ромашка <nps@example.com>", "Shop, Ltd. <nps@example.com>",
		`"Shop \"A\", Ltd." <nps@example.com>`, "nps@пример.рф", "Магазин <nps@пример.рф>", "=?utf-8?b?0KDQvtC80LDRiNC60LA=?= <nps@example.com>",
		"日本 👩‍👩‍👧 <nps@example.com>", "Long " + strings.Repeat("имя ", 20) + "<nps@example.com>",
		mail.From(survey.Campaign{Company: strings.Repeat("Очень длинное название ", 6)}, "nps@example.com"),
		mail.From(survey.Campaign{Company: "A <b>\r\n\"c\", d; e@f"}, "Onetap <nps@example.com>"),
	} {
		if _, err := c.Send(t.Context(), mail.Message{From: from, To: "анна <anna@пример.рф>", ReplyTo: "Пётр, отдел <petr@Пример.рф>", Subject: "s", Text: "t", HTML: "h"}); err != nil {
			t.Errorf("from %q: %v", from, err)
		}
		if r := c.Bulk(t.Context(), bulk(from, "anna@пример.рф")); r[0].Status != mail.Accepted {
			t.Errorf("bulk from %q: %+v", from, r)
		}
		sent += 2
	}
	letters, err := inbox.Letters(context.Background())
	if err != nil || len(letters) != sent {
		t.Fatalf("%d letters, want %d, %v", len(letters), sent, err)
	}
	for _, l := range letters {
		if !strings.HasSuffix(l.To[0], "anna@xn--e1afmkfd.xn--p1ai") && !strings.HasSuffix(l.To[0], "<anna@xn--e1afmkfd.xn--p1ai>") {
			t.Errorf("to %q", l.To)
		}
		if u := l.Headers["List-Unsubscribe"]; u != "" && u != "<https://xn--n1aaceg.xn--e1afmkfd.xn--p1ai/u/abc>" {
			t.Errorf("List-Unsubscribe: %q", u)
		}
	}
	for _, from := range []string{"", "Shop", "nps@localhost", "магазин@example.com", "a@example.com, b@example.com", "x\r\nBcc: y <nps@example.com>"} {
		if _, err := c.Send(t.Context(), mail.Message{From: from, To: "anna@example.com", Subject: "s", Text: "t", HTML: "h"}); err == nil || strings.Contains(err.Error(), "@") {
			t.Errorf("from %q: %v", from, err)
		}
		if r := c.Bulk(t.Context(), bulk(from, "anna@example.com")); r[0].Status != mail.SendingStopped || r[0].Reason != mail.SenderUnreadable {
			t.Errorf("bulk from %q: %+v", from, r)
		}
	}
	if letters, err := inbox.Letters(context.Background()); err != nil || len(letters) != sent {
		t.Errorf("%d letters, want %d, %v", len(letters), sent, err)
	}
}

// No sender passes the draft that SES would then refuse: all that isemail knows, with and without a name.
func TestWhatTheDraftTakesSESTakes(t *testing.T) {
	t.Parallel()
	c, _ := open(t)
	raw, err := os.ReadFile("../survey/testdata/isemail_tests.xml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Tests []struct {
			Address string `xml:"address"`
		} `xml:"test"`
	}
	if err := xml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, tc := range file.Tests {
		address := strings.Map(func(r rune) rune { // the file's way to write control characters
			if r >= 0x2400 && r < 0x2420 {
				return r - 0x2400
			}
			return r
		}, tc.Address)
		for _, from := range []string{address, "Ромашка, «Юг» <" + address + ">", `"A" ` + address} {
			if (survey.Campaign{Name: "n", Audience: survey.Customers, Language: "ru", Sender: from}).Check() != nil || from == "" {
				continue
			}
			taken++
			if _, err := c.Send(t.Context(), mail.Message{From: from, To: "anna@example.com", Subject: "s", Text: "t", HTML: "h"}); err != nil {
				t.Errorf("%q is taken by the draft and refused by SES: %v", from, err)
			}
		}
	}
	if taken < 40 {
		t.Errorf("only %d senders were tried", taken)
	}
}
