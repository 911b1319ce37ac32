package store_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/seal"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// page is what the respondent's function does with words: it seals them with the public half, for their place.
type page struct {
	t      *testing.T
	s      *store.Store // seals nothing itself, and opens nothing
	seal   *seal.Sealer
	reader *store.Store
	db     *dynamo.DB
	raw    *dynamodb.Client
	before func(operation string) // of each call of the reader; may be nil
}

const written = "Снегирёва из Ромашки обещала перезвонить, slow as ever"

func newPage(t *testing.T) *page {
	t.Helper()
	p := &page{t: t}
	reader, db := storetest.Open(t, dynamo.Options{Before: func(c dynamo.Call) error {
		if p.before != nil && c.Caller == "test" {
			p.before(c.Operation)
		}
		return nil
	}})
	url := storetest.Serve(t, db)
	if err := storetest.Sealer(reader).MakePair(t.Context(), seal.Words); err != nil {
		t.Fatal(err)
	}
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &url
	raw := dynamodb.NewFromConfig(storetest.As(c, "page"))
	s := store.New(raw, storetest.Table)
	p.s, p.seal, p.reader, p.db, p.raw = s, seal.New(seal.Options{Rings: s, Now: time.Now}), reader, db, raw
	return p
}

// says adds a part of a field.
func (p *page) says(r survey.Response, why bool, text string) survey.Response {
	p.t.Helper()
	key := bytes.Repeat([]byte{byte(len(text))}, 32)
	part := survey.Part{Trace: "trace" + string(rune('a'+len(r.Kept.Why)+4*len(r.Kept.Wish))), Size: 64}
	sealed, err := seal.WithKey(key, []byte(text))
	if err != nil {
		p.t.Fatal(err)
	}
	sealedKey, err := p.seal.SealTo(p.t.Context(), seal.Words, p.s.WordsPlace(r.Campaign, r.Contact, part.Trace), key)
	if err != nil {
		p.t.Fatal(err)
	}
	part.Sealed = seal.Pack(sealedKey, sealed)
	if why {
		r.Kept.Why = append(r.Kept.Why, part)
	} else {
		r.Kept.Wish = append(r.Kept.Wish, part)
	}
	return r
}

func (p *page) save(r survey.Response, was int) survey.Response {
	p.t.Helper()
	r.Version = was + 1
	save := p.s.SaveSealed
	if len(r.Kept.Why)+len(r.Kept.Wish) == 0 {
		save = p.s.SaveResponse
	}
	if err := save(p.t.Context(), r, was); err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *page) read(r survey.Response) survey.Response {
	p.t.Helper()
	got, ok, err := p.reader.Response(p.t.Context(), r.Campaign, r.Contact)
	if err != nil || !ok {
		p.t.Fatal(ok, err)
	}
	return got
}

// dump is the whole table and its whole stream, as bytes.
func (p *page) dump() []byte {
	p.t.Helper()
	out, err := p.raw.Scan(p.t.Context(), &dynamodb.ScanInput{TableName: aws.String(storetest.Table)})
	if err != nil {
		p.t.Fatal(err)
	}
	var all []byte
	for _, it := range out.Items {
		for _, v := range it {
			switch v := v.(type) {
			case *types.AttributeValueMemberS:
				all = append(all, v.Value...)
			case *types.AttributeValueMemberB:
				all = append(all, v.Value...)
			}
		}
	}
	records, err := json.Marshal(storetest.Records(p.t, p.db))
	if err != nil {
		p.t.Fatal(err)
	}
	return append(all, records...)
}

func (p *page) secret(when string) {
	p.t.Helper()
	all := p.dump()
	for _, word := range append(strings.Fields(written), "чай", "Снегирёв", written) {
		if len(word) > 4 && bytes.Contains(all, []byte(word)) {
			p.t.Errorf("%s the table tells %q", when, word)
		}
	}
}

var answered = survey.Response{
	Campaign: "abcdefgh", Contact: "aaaaaaaaaaaaaaaa", Audience: survey.Customers, Owner: "o1", Team: "north", Language: "ru",
	Score: 3, Verified: true, First: moveTime, Counted: moveTime, Updated: moveTime,
}

// What the page has written nobody reads in the table; who has the key reads it, joined as it was added, before and after it was sealed
// again; and that leaves the answer as it was.
func TestWordsAreSealed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	r := p.save(p.says(p.says(p.says(answered, true, written), true, "и ещё"), false, "чай, please"), 0)
	p.secret("as the page left them")
	want := written + "\n\nи ещё"
	before := p.read(r)
	if before.Why != want || before.Wish != "чай, please" || before.Unreadable {
		t.Fatalf("read %q and %q", before.Why, before.Wish)
	}
	if closed, _, err := p.s.ClosedResponse(t.Context(), r.Campaign, r.Contact); err != nil || closed.Why+closed.Wish != "" || !closed.HasWords() || survey.MarkOf(closed, time.UTC) != survey.MarkOf(before, time.UTC) {
		t.Errorf("without a key: %+v, %v", closed, err)
	}
	if _, _, err := store.New(p.raw, storetest.Table).Response(t.Context(), r.Campaign, r.Contact); err == nil {
		t.Error("a store without a key opened words")
	}
	for again := range 2 {
		changed, err := p.reader.ResealWords(t.Context(), r.Campaign, r.Contact)
		if err != nil || changed != (again == 0) {
			t.Fatalf("sealed again, time %d: %v, %v", again, changed, err)
		}
	}
	p.secret("sealed again")
	after := p.read(r)
	for i := range after.Kept.Why {
		after.Kept.Why[i].Sealed, before.Kept.Why[i].Sealed = nil, nil
	}
	after.Kept.Wish[0].Sealed, before.Kept.Wish[0].Sealed = nil, nil
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("sealing again changed (-before +after):\n%s", d)
	}
	// A part that was sealed again stays beside one that comes later.
	closed, _, err := p.s.ClosedResponse(t.Context(), r.Campaign, r.Contact)
	if err != nil {
		t.Fatal(err)
	}
	r = p.save(p.says(closed, true, "a third"), 1)
	if got := p.read(r).Why; got != want+"\n\na third" {
		t.Errorf("a part later: %q", got)
	}
}

// Sealing again never undoes what the page has written meanwhile, nor the page what was sealed.
func TestSealingAgainIsSlower(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	r := p.save(p.says(answered, true, written), 0)
	r.Kept = survey.Kept{}
	r = p.says(r, true, "другое, indeed")
	p.before = func(operation string) {
		if operation == "UpdateItem" {
			p.before = nil
			r = p.save(r, 1)
		}
	}
	if changed, err := p.reader.ResealWords(t.Context(), r.Campaign, r.Contact); err != nil || changed || p.before != nil {
		t.Errorf("sealed again over a newer answer: %v, %v", changed, err)
	}
	if got := p.read(r).Why; got != "другое, indeed" {
		t.Errorf("read %q", got)
	}
}

// Words from before they were sealed are read, and sealed by sealing again.
func TestOldWordsAreSealed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	r := answered
	r.Why, r.Wish = written, "чай"
	r = p.save(r, 0) // a store that seals nothing writes as releases before did
	if !bytes.Contains(p.dump(), []byte("Снегирёва")) {
		t.Fatal("the words of before are not as they were written")
	}
	if got := p.read(r); got.Why != written || got.Wish != "чай" {
		t.Fatalf("read %q and %q", got.Why, got.Wish)
	}
	if changed, err := p.reader.ResealWords(t.Context(), r.Campaign, r.Contact); err != nil || !changed {
		t.Fatal(changed, err)
	}
	out, err := p.raw.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(storetest.Table)})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		if it["why"] != nil || it["wish"] != nil {
			t.Error("the words lie there as they were")
		}
	}
	if got := p.read(r); got.Why != written || got.Wish != "чай" || got.Version != r.Version {
		t.Errorf("read %q and %q", got.Why, got.Wish)
	}
}

// One changed byte spoils one part: it is said, the other is read, and nothing else stops.
func TestABrokenPart(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	r := p.says(p.says(answered, true, written), false, "чай")
	r.Kept.Why[0].Sealed[len(r.Kept.Why[0].Sealed)-1] ^= 1
	r = p.save(r, 0)
	if got := p.read(r); got.Why != "" || got.Wish != "чай" || !got.Unreadable || !got.HasWords() {
		t.Errorf("read %+v", got)
	}
	if _, err := p.reader.ResealWords(t.Context(), r.Campaign, r.Contact); err != nil {
		t.Error(err)
	}
	moved, err := p.reader.Anonymise(t.Context(), r.Campaign, r.Contact, "aaaaaaaaaaaaaaab", true, moveTime)
	if err != nil || moved.Answers != 1 {
		t.Errorf("erased: %+v, %v", moved, err)
	}
}

// An answer that is given to nobody keeps its words, which open in their new place, or loses them.
func TestWordsOfTheErased(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{true, false} {
		p := newPage(t)
		r := p.save(p.says(answered, true, written), 0)
		done, err := p.reader.Anonymise(t.Context(), r.Campaign, r.Contact, "aaaaaaaaaaaaaaab", keep, moveTime)
		if err != nil || done.Answers != 1 || (done.Words == 1) == keep {
			t.Fatalf("%+v, %v", done, err)
		}
		r.Contact = "aaaaaaaaaaaaaaab"
		if got := p.read(r); (got.Why == written) != keep || got.HasWords() != keep || got.Unreadable {
			t.Errorf("kept %v, and read %+v", keep, got)
		}
	}
}
