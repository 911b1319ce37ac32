package ses

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestReopen closes a server with an event to come, opens it again and finds everything: messages, the suppression list, the
// quota, and the event.
func TestReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mail.db")
	ctx := context.Background()
	b := openAt(t, path, Options{DailyQuota: 3, SlowDelivery: 300 * time.Millisecond})
	if _, err := b.client.SendBulkEmail(ctx, campaign("anna+slow@example.com", "boris+bounce@example.com")); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); b.Pending() > 1 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	before := len(b.settleNow(t))
	c := openAt(t, path, Options{DailyQuota: 3, SlowDelivery: 300 * time.Millisecond})
	events := c.settle(t)
	if before != 4 || len(events) != 1 || events[0]["detail-type"] != "Email Delivered" {
		t.Errorf("before %d, after %v", before, events)
	}
	if _, on := c.suppressions.get("boris+bounce@example.com"); !on {
		t.Error("the suppression list is forgotten")
	}
	a, err := c.client.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil || a.SendQuota.SentLast24Hours != 2 {
		t.Errorf("sent = %v %v, want 2", a.SendQuota, err)
	}
	m := c.messages(t, "?outcome=all")
	if len(m) != 2 || m[0].Subject != "Анна 0, how likely?" || !strings.Contains(*m[0].HTML, "Hello Анна 0 of Example & Co") {
		t.Errorf("messages = %+v", m)
	}
	out, err := c.client.SendBulkEmail(ctx, campaign("a@example.com", "b@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if r := out.BulkEmailEntryResults; r[0].Status != "SUCCESS" || r[1].Status != "ACCOUNT_DAILY_QUOTA_EXCEEDED" {
		t.Errorf("results = %+v", r)
	}
}

// settleNow gives the events published so far by a closed server.
func (b *bench) settleNow(t *testing.T) []string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, e := range b.events {
		list = append(list, string(e))
	}
	return list
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, []byte(strings.Repeat("this is no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(dir, "used.db")
	openAt(t, used, Options{})
	for path, want := range map[string]string{
		broken:                           "is broken",
		used:                             "is in use by another process",
		filepath.Join(dir, "no", "x.db"): "opening the mail file",
	} {
		s, err := Open(path, Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
		if s != nil {
			t.Error("a server was opened")
		}
	}
}

func TestRecordsSurviveEncoding(t *testing.T) {
	t.Parallel()
	pairs := rapid.Custom(func(t *rapid.T) []header {
		var list []header
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			list = append(list, header{rapid.String().Draw(t, "name"), rapid.String().Draw(t, "value")})
		}
		return list
	})
	rapid.Check(t, func(t *rapid.T) {
		r := &record{
			seq: rapid.Uint64Max(1<<47).Draw(t, "seq"), random: rapid.Uint64().Draw(t, "random"), time: rapid.Int64Range(0, 1<<45).Draw(t, "time"),
			from: rapid.String().Draw(t, "from"), subject: rapid.String().Draw(t, "subject"), data: rapid.String().Draw(t, "data"), failure: rapid.String().Draw(t, "failure"),
			tags: pairs.Draw(t, "tags"), headers: pairs.Draw(t, "headers"),
		}
		for range rapid.IntRange(1, maxDestinations).Draw(t, "recipients") {
			r.recipients = append(r.recipients, recipient{rapid.SampledFrom([]byte("tcb")).Draw(t, "kind"), rapid.String().Draw(t, "address"), outcome(rapid.IntRange(0, int(lastOutcome)-1).Draw(t, "outcome"))})
		}
		b := r.encode(nil)
		got, err := decode(r.seq, b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, got, cmp.AllowUnexported(record{}, recipient{})); diff != "" {
			t.Fatal(diff)
		}
		if seq, ok := seqOf(r.id()); !ok || seq != r.seq {
			t.Fatalf("seqOf(%s) = %d, want %d", r.id(), seq, r.seq)
		}
		if _, err := decode(r.seq, b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")]); err == nil {
			t.Fatal("a cut record was read")
		}
	})
}
