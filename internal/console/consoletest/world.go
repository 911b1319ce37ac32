// Package consoletest is the test bed of the desk: a World is a desk over a real table and a real SES of the laptop, in
// which a Guest or a Visitor opens pages without scripts, a browser's Tab with them, and Call asks the API. What is in
// the world is put there by Staffed, People, Asks, Detractor and the like; its clock moves only by Pass.
//
// Tests of one area of the console stand in that area's folder as an external package (package cases_test) and use this
// one; tests that go across areas stand in internal/console.
package consoletest

import (
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
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

	"onetap/internal/accounts"
	"onetap/internal/api"
	"onetap/internal/awsenv"
	"onetap/internal/console"
	"onetap/internal/console/cases"
	"onetap/internal/console/entrance"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/handlers/sheets"
	"onetap/internal/keys"
	"onetap/internal/local/drive"
	"onetap/internal/local/dynamo"
	localses "onetap/internal/local/ses"
	"onetap/internal/mailing"
	"onetap/internal/seal/sealtest"
	"onetap/internal/searching"
	"onetap/internal/ses"
	"onetap/internal/sheet"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// Token is the deployment's token of the API.
const Token = "test-token-0123456789-0123456789-abc"

// World is a desk over a real table and a real SES of the laptop. It ends with its test.
type World struct {
	T     testing.TB // fails where the world itself does
	Desk  *console.Console
	Store *store.Store
	table *dynamodb.Client // for looking at what is stored
	Site  string           // base of the desk's addresses, without a slash at its end
	Inbox *drive.Company   // the letters that SES was given

	db     *dynamo.DB
	keeper *searching.Keeper
	firms  *accounts.Keeper

	mu    sync.Mutex // holds what follows
	clock time.Time  // what the desk takes for now
	woken int        // how often the sender was called
	deaf  bool       // the sender cannot be called
}

// Bare is a desk of which only the routes are looked at.
func Bare() *console.Console { return console.New(&door.Desk{Mailing: &mailing.Campaigns{}}) }

// APIRoutes are the calls of programs that a desk answers.
func APIRoutes(c *console.Console) []door.Route { return (&api.API{Desk: c.Desk}).Routes() }

// GuestRoutes are the pages of a desk that nobody has to sign in for.
func GuestRoutes(c *console.Console) []door.Route {
	s := &shell.Shell{Desk: c.Desk}
	return append((&entrance.Pages{Shell: s}).Guests(), (&cases.Pages{Shell: s}).Guests()...)
}

// New is a desk with no data in it, at nine in the morning of 20 November 2026. Nobody of the staff is known yet.
func New(t testing.TB, o dynamo.Options) *World {
	t.Helper()
	w := &World{T: t, clock: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	s, db := storetest.Open(t, o)
	tables := storetest.Serve(t, db)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &tables
	w.Store, w.db, w.table = s, db, dynamodb.NewFromConfig(storetest.As(c, "watcher"))

	mails, err := localses.Open(filepath.Join(t.TempDir(), "mail.db"), localses.Options{
		Rand:       rand.New(rand.NewPCG(1, 1)),
		Identities: []string{"example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mails.Close() })
	letters, inbox := storetest.Serve(t, mails.API()), httptest.NewServer(mails.Inbox())
	t.Cleanup(inbox.Close)
	c.BaseEndpoint = &letters

	keys, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	sealer := sealtest.New()
	w.keeper = &searching.Keeper{Store: s, Seal: sealer, Now: w.Now, Random: crand.Reader, Log: slog.New(slog.DiscardHandler)}
	w.firms = &accounts.Keeper{Store: s, Seal: sealer, Now: w.Now, Random: crand.Reader, Log: slog.New(slog.DiscardHandler)}
	d, err := door.Open(door.Settings{
		Store: s, Keys: keys, CaseKey: strings.Repeat("a", 32), Mail: ses.New(storetest.As(c, "desk"), ""), Now: w.Now, Wake: w.wake, Sheets: askSheets(s), Token: Token, Pairs: sealer, Words: storetest.Sealer(s), Index: &searching.Index{Store: s, Seal: sealer}, Firms: &accounts.Index{Store: s, Seal: sealer},
		Sender: "Example Shop <nps@example.com>", Senders: "example.net,notexample.com",
	}) // of which SES has verified neither
	if err != nil {
		t.Fatal(err)
	}
	w.Desk = console.New(d)
	site := http.NewServeMux()
	site.Handle("/", w.Desk.Handler())
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
	w.Site = server.URL
	w.Inbox = drive.New(w.Site, inbox.URL, Token)
	return w
}

// Analyse does what the functions recompute and analyse do of contacts: all that there are can be found by the index then, and their accounts are
// known.
func (w *World) Analyse() {
	w.T.Helper()
	records := storetest.Records(w.T, w.db)
	notes, _ := store.SearchNotesOf(records)
	for a, n := range notes {
		if err := w.Store.NoteContacts(w.T.Context(), a, n); err != nil {
			w.T.Fatal(err)
		}
	}
	moves, _ := store.AccountNotesOf(records)
	for a, n := range moves {
		if err := w.Store.NoteAccountMoves(w.T.Context(), a, n); err != nil {
			w.T.Fatal(err)
		}
	}
	if err := errors.Join(w.keeper.Run(w.T.Context()), w.firms.Run(w.T.Context())); err != nil {
		w.T.Fatal(err)
	}
}

// Now is the time in this world, which stands until Pass moves it.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

// askSheets stands for calling the function that reads workbooks.
func askSheets(s *store.Store) func(context.Context, []byte) ([]byte, error) {
	return func(ctx context.Context, event []byte) ([]byte, error) {
		var ask sheet.WorkbookAsk
		if err := json.Unmarshal(event, &ask); err != nil {
			return nil, err
		}
		piece, err := sheets.Handler{Store: s}.Handle(ctx, ask)
		if err != nil {
			return nil, err
		}
		return json.Marshal(piece)
	}
}

// wake stands for calling the sender.
func (w *World) wake(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken++
	if w.deaf {
		return errors.New("no such function")
	}
	return nil
}

// Spoil changes one byte of what is sealed in the items with that sort key.
func (w *World) Spoil(sk string) {
	w.T.Helper()
	storetest.Spoil(w.T, storetest.Serve(w.T, w.db), func(_, is string) bool { return is == sk })
}

// Stored reads the whole table, as one text that changes when anything in it does. Keys are not looked at: they are made when something
// is first compared.
func (w *World) Stored() string { return w.StoredBut() }

// StoredBut is Stored without the items whose key begins with one of those.
func (w *World) StoredBut(prefixes ...string) string {
	w.T.Helper()
	return w.StoredIf(func(pk, _ string) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(pk, prefix) })
	})
}

// StoredIf is Stored of those items whose key is wanted.
func (w *World) StoredIf(wanted func(pk, sk string) bool) string {
	w.T.Helper()
	var b strings.Builder
	p := dynamodb.NewScanPaginator(w.table, &dynamodb.ScanInput{TableName: aws.String(storetest.Table)})
	for p.HasMorePages() {
		out, err := p.NextPage(context.Background())
		if err != nil {
			w.T.Fatal(err)
		}
		for _, it := range out.Items {
			pk, _ := it["pk"].(*types.AttributeValueMemberS)
			sk, _ := it["sk"].(*types.AttributeValueMemberS)
			if pk != nil && sk != nil && pk.Value != "KEYS" && wanted(pk.Value, sk.Value) {
				b.WriteString(describe(&types.AttributeValueMemberM{Value: it}))
			}
		}
	}
	return b.String()
}

// Woken is how often the sender was called so far.
func (w *World) Woken() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.woken
}

// Pass lets so much time go by.
func (w *World) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

// Changes reads the table's whole stream as what counts in it.
func (w *World) Changes() (changes []survey.ItemChange) {
	w.T.Helper()
	for _, r := range storetest.Records(w.T, w.db) {
		c, ok, err := store.ChangeOf(r)
		if err != nil {
			w.T.Fatal(err)
		}
		if ok {
			changes = append(changes, c)
		}
	}
	return changes
}

// ActLink is the link by which somebody acts on a case from a letter that was sent now.
func (w *World) ActLink(c survey.CampaignID, id survey.ContactID, staff string) string {
	return "/act/" + w.Desk.Acts.Make(c, id, staff, w.Now())
}
