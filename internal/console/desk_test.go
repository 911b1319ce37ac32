package console

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
	"onetap/internal/door"
	"onetap/internal/keys"
	"onetap/internal/local/drive"
	"onetap/internal/local/dynamo"
	localses "onetap/internal/local/ses"
	"onetap/internal/mailing"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/web"
)

const testToken = "test-token-0123456789-0123456789-abc"

// world is a desk over a real table and a real SES of the laptop.
type world struct {
	t     testing.TB
	desk  *Console
	store *store.Store
	table *dynamodb.Client // for looking at what is stored
	site  string           // where the desk answers
	inbox *drive.Company

	mu    sync.Mutex
	clock time.Time
	woken int
	deaf  bool // the sender cannot be called
}

// bare is a desk of which only the routes are looked at.
func bare() *Console { return New(&door.Desk{Mailing: &mailing.Campaigns{}}) }

func newWorld(t testing.TB, o dynamo.Options) *world {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	s, db := storetest.Open(t, o)
	tables := httptest.NewServer(db)
	t.Cleanup(tables.Close)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &tables.URL
	w.store, w.table = s, dynamodb.NewFromConfig(storetest.As(c, "watcher"))

	mails, err := localses.Open(filepath.Join(t.TempDir(), "mail.db"), localses.Options{Rand: rand.New(rand.NewPCG(1, 1)),
		Identities: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mails.Close() })
	api, inbox := httptest.NewServer(mails.API()), httptest.NewServer(mails.Inbox())
	t.Cleanup(api.Close)
	t.Cleanup(inbox.Close)
	c.BaseEndpoint = aws.String(api.URL)

	keys, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := door.Open(door.Settings{Store: s, Keys: keys, Mail: ses.New(storetest.As(c, "desk"), ""), Now: w.now, Wake: w.wake, Token: testToken,
		Sender: "Example Shop <nps@example.com>", Senders: "example.net,notexample.com"}) // of which SES has verified neither
	if err != nil {
		t.Fatal(err)
	}
	w.desk = New(d)
	site := http.NewServeMux()
	site.Handle("/", w.desk.Handler())
	site.HandleFunc("GET /logo/{hash}", func(rw http.ResponseWriter, r *http.Request) { // the respond function's
		if l, ok, err := s.Logo(r.Context(), r.PathValue("hash")); err == nil && ok {
			rw.Header().Set("Content-Type", l.Media)
			rw.Write(l.Bytes)
			return
		}
		http.NotFound(rw, r)
	})
	server := httptest.NewServer(web.Secure(site))
	t.Cleanup(server.Close)
	w.site = server.URL
	w.inbox = drive.New(w.site, inbox.URL, testToken)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) wake(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken++
	if w.deaf {
		return errors.New("no such function")
	}
	return nil
}

// stored reads the whole table, as one text that changes when anything in it does.
func (w *world) stored() string { return w.storedBut() }

// storedBut is stored without the items whose key begins with one of those.
func (w *world) storedBut(prefixes ...string) string {
	w.t.Helper()
	return w.storedIf(func(pk, _ string) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(pk, prefix) })
	})
}

// storedIf is stored, of those items whose key is wanted.
func (w *world) storedIf(wanted func(pk, sk string) bool) string {
	w.t.Helper()
	var b strings.Builder
	p := dynamodb.NewScanPaginator(w.table, &dynamodb.ScanInput{TableName: aws.String(storetest.Table)})
	for p.HasMorePages() {
		out, err := p.NextPage(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, it := range out.Items {
			pk, _ := it["pk"].(*types.AttributeValueMemberS)
			sk, _ := it["sk"].(*types.AttributeValueMemberS)
			if pk != nil && sk != nil && wanted(pk.Value, sk.Value) {
				b.WriteString(describe(&types.AttributeValueMemberM{Value: it}))
			}
		}
	}
	return b.String()
}

// Whatever the path, there is nothing behind it without the token.
func TestTokenComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	paths := []string{"GET /api/v1/nothing", "GET /api/v1/", "GET /api/", "DELETE /api/v1/staff"}
	for _, rt := range w.desk.api.Routes() {
		paths = append(paths, rt.Pattern)
	}
	for _, p := range paths {
		method, path, _ := strings.Cut(p, " ")
		for _, header := range []string{"", "Bearer", "Bearer " + testToken + "x", "Bearer " + testToken[1:], "Basic " + testToken, testToken} {
			r, _ := http.NewRequest(method, w.site+path, strings.NewReader("{}"))
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			status, body := send(t, r)
			code := "token_wrong"
			if header == "" {
				code = "token_missing"
			}
			if status != 401 || !strings.Contains(body, `"code":"`+code+`"`) {
				t.Errorf("%s with %q: %d %s", p, header, status, body)
			}
		}
	}
	r, _ := http.NewRequest("GET", w.site+"/api/v1/nothing", nil)
	r.Header.Set("Authorization", "bearer "+testToken)
	if status, body := send(t, r); status != 404 || !strings.Contains(body, "no_such_page") {
		t.Errorf("unknown route with the token: %d %s", status, body)
	}
	r, _ = http.NewRequest("DELETE", w.site+"/api/v1/staff", nil)
	r.Header.Set("Authorization", "Bearer "+testToken)
	if status, body := send(t, r); status != 405 || !strings.Contains(body, "method_not_allowed") {
		t.Errorf("wrong method with the token: %d %s", status, body)
	}
}

// Without a deployment's token nobody gets in by an empty one, or by none.
func TestNoDeploymentToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.desk.Door.Token = ""
	if err := w.desk.Check(); err != nil {
		t.Error(err)
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "bearer  ", "Bearer \t", "Bearer null", "Basic ", "Bearer " + testToken} {
		g := w.guest(t)
		if header != "" {
			g.header.Set("Authorization", header)
		}
		if p := g.get("/api/v1/staff"); p.status != http.StatusUnauthorized {
			t.Errorf("%q: %d", header, p.status)
		}
	}
	w.desk.Door.Token = "short"
	if err := w.desk.Check(); err == nil {
		t.Error("a short token was taken")
	}
}
