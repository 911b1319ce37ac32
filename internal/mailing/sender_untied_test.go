package mailing

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
	"onetap/internal/local/drive"
	"onetap/internal/ses"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// heap is everything that somebody has got hold of, as bytes to be searched.
type heap struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heap) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.b.Write(p)
	h.b.WriteByte('\n')
	return len(p), nil
}

func (h *heap) has(needle []byte) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Contains(h.b.Bytes(), needle)
}

func (h *heap) count(needle string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Count(h.b.Bytes(), []byte(needle))
}

// value adds a stored value, whatever it is made of, as it is: binary ones not as base64.
func (h *heap) value(v types.AttributeValue) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		_, _ = h.Write([]byte(v.Value))
	case *types.AttributeValueMemberB:
		_, _ = h.Write(bytes.Clone(v.Value))
	case *types.AttributeValueMemberL:
		for _, e := range v.Value {
			h.value(e)
		}
	case *types.AttributeValueMemberM:
		for name, e := range v.Value {
			_, _ = h.Write([]byte(name))
			h.value(e)
		}
	case *types.AttributeValueMemberSS:
		for _, s := range v.Value {
			_, _ = h.Write([]byte(s))
		}
	case *types.AttributeValueMemberBS:
		for _, b := range v.Value {
			_, _ = h.Write(bytes.Clone(b))
		}
	}
}

var binaryInJSON = regexp.MustCompile(`"B":"([^"]*)"`)

// dump adds the whole table and its whole stream.
func (w *world) dump(h *heap) {
	w.t.Helper()
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &w.url
	db := dynamodb.NewFromConfig(storetest.As(c, "operator"))
	table := storetest.Table
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: &table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, it := range page.Items {
			for name, v := range it {
				_, _ = h.Write([]byte(name))
				h.value(v)
			}
		}
	}
	for _, r := range storetest.Records(w.t, w.db) {
		b, err := json.Marshal(r)
		if err != nil {
			w.t.Fatal(err)
		}
		_, _ = h.Write(b)
		for _, found := range binaryInJSON.FindAllSubmatch(b, -1) {
			raw, err := base64.StdEncoding.DecodeString(string(found[1]))
			if err != nil {
				w.t.Fatal(err)
			}
			_, _ = h.Write(raw)
		}
	}
}

// Whoever holds the table and its stream, every event of SES and every log line finds nothing of a ballot in them: neither its token
// nor its random in any spelling, nor the name of its box. It stands in its letter and nowhere else.
func TestNothingTiesPersonAndBallot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.employees(map[string]int{"en North": 53, "ru South": 12, "en West": 2})
	id := w.ballots(func(c *survey.Campaign) { c.RemindDays = 3 })
	held := &heap{}
	w.events = func(event json.RawMessage) { _, _ = held.Write(event) }
	c := awsenv.MailConfig()
	c.Region, c.BaseEndpoint = "eu-central-1", &w.ses
	run := func(at time.Time) {
		s := w.sender("sender")
		s.Mail = ses.New(storetest.As(c, "sender"), "onetap")
		s.Log = slog.New(slog.NewJSONHandler(held, &slog.HandlerOptions{Level: slog.LevelDebug}))
		s.Now = func() time.Time { return at }
		w.run(s)
	}
	run(time.Now())
	run(time.Now().AddDate(0, 0, 4))
	err := drive.Until(t.Context(), 20*time.Second, "SES's events", func() (bool, error) {
		return held.count(`"eventType":"Delivery"`) >= 2*len(people), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.dump(held)
	if n := held.count("planned"); n == 0 {
		t.Error("the logs were not looked at")
	}
	for contact := range people { // what is searched finds what is there
		if !held.has([]byte(contact)) {
			t.Fatal("a contact's id is nowhere")
		}
	}
	ballots := 0
	for _, l := range w.all() {
		b, token := w.ballotIn(l)
		if token == "" {
			continue
		}
		ballots++
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || !strings.Contains(l.HTML, token) {
			t.Fatal(err)
		}
		lower := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b.Random[:]))
		for what, needle := range map[string][]byte{
			"token": []byte(token), "token's bytes": raw, "MAC": raw[20:], "MAC in hex": []byte(hex.EncodeToString(raw[20:])),
			"random": b.Random[:], "random in hex": []byte(hex.EncodeToString(b.Random[:])),
			"random in base64":          []byte(base64.StdEncoding.EncodeToString(b.Random[:])),
			"random in base64 for URLs": []byte(base64.RawURLEncoding.EncodeToString(b.Random[:])),
			"random in base32":          []byte(lower), "box": []byte(w.keys.Box(b)),
			"a part of the token": []byte(token[8:24]),
		} {
			if held.has(needle) {
				t.Errorf("the %s of a ballot stands outside its letter", what)
			}
		}
		for name, value := range l.Tags {
			if strings.Contains(value, token) {
				t.Errorf("tag %s holds the ballot", name)
			}
		}
		for name, value := range l.Headers {
			if strings.Contains(value, token) || strings.Contains(value, "/b/") {
				t.Errorf("header %s holds the ballot", name)
			}
		}
	}
	if ballots != len(people) {
		t.Errorf("%d ballots for %d people", ballots, len(people))
	}
	if state := w.state(id); state.State != survey.Open {
		t.Errorf("the campaign is %s", state.State)
	}
}
