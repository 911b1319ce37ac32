package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// sealed is a table with its sealing store, one that seals nothing, and the client to look with.
type sealed struct {
	t     *testing.T
	ctx   context.Context
	store *store.Store
	plain *store.Store // as earlier versions wrote
	db    *dynamodb.Client
}

func newSealed(t *testing.T) *sealed {
	t.Helper()
	_, engine := storetest.Open(t, dynamo.Options{})
	url := storetest.Serve(t, engine)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &url
	db := dynamodb.NewFromConfig(storetest.As(c, "looks"))
	return &sealed{t: t, ctx: t.Context(), store: storetest.Client(url, "seals"), plain: store.New(db, storetest.Table), db: db}
}

type item = map[string]types.AttributeValue

// items are the table's whose partition begins with a prefix.
func (w *sealed) items(prefix string) (all []item) {
	w.t.Helper()
	out, err := w.db.Scan(w.ctx, &dynamodb.ScanInput{TableName: aws.String(storetest.Table)})
	w.must(err)
	for _, it := range out.Items {
		if strings.HasPrefix(it["pk"].(*types.AttributeValueMemberS).Value, prefix) {
			all = append(all, it)
		}
	}
	return all
}

// spoil changes one byte of what is sealed in the items.
func (w *sealed) spoil(all ...item) {
	w.t.Helper()
	for _, it := range all {
		b, ok := it["sealed"].(*types.AttributeValueMemberB)
		if !ok {
			w.t.Fatalf("nothing is sealed in %v", it["pk"])
		}
		b.Value[len(b.Value)/2] ^= 1
		_, err := w.db.PutItem(w.ctx, &dynamodb.PutItemInput{TableName: aws.String(storetest.Table), Item: it})
		w.must(err)
	}
}

func (w *sealed) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var anna = survey.Staff{ID: "anna", Name: "Anna Arkhipova", Email: "anna@example.com", Phone: "+7 999 000-00-01", Role: survey.RoleOwner}

// One of the staff whose item was changed past Onetap is left out, the others stay, and the same upload puts it right.
func TestBrokenStaff(t *testing.T) {
	t.Parallel()
	w := newSealed(t)
	boris := survey.Staff{ID: "boris", Name: "Boris Berg", Email: "boris@example.com", Role: survey.RoleManager}
	w.must(w.store.PutStaff(w.ctx, []survey.Staff{anna, boris}))
	for _, it := range w.items("STAFF#") {
		if it["sk"].(*types.AttributeValueMemberS).Value == "anna" {
			w.spoil(it)
		}
	}
	all, err := w.store.Staff(w.ctx)
	if err != nil || len(all) != 1 || all[0] != boris {
		t.Fatalf("the staff are %v, %v", all, err)
	}
	if _, ok, err := w.store.StaffMember(w.ctx, "anna"); ok || err != nil {
		t.Fatalf("the broken one is there: %v, %v", ok, err)
	}
	w.must(w.store.ChangeStaff(w.ctx, func([]survey.Staff) ([]survey.Staff, error) { return []survey.Staff{anna}, nil }))
	if m, ok, err := w.store.StaffMember(w.ctx, "anna"); !ok || err != nil || m != anna {
		t.Fatalf("uploaded again: %v, %v, %v", m, ok, err)
	}
}

// Staff and notes of earlier versions are read as they are.
func TestPlainStaffAndNotes(t *testing.T) {
	t.Parallel()
	w := newSealed(t)
	w.must(w.plain.PutStaff(w.ctx, []survey.Staff{anna}))
	if m, ok, err := w.store.StaffMember(w.ctx, "anna"); !ok || err != nil || m != anna {
		t.Fatalf("%v, %v, %v", m, ok, err)
	}
	c := w.noted(w.plain, "She waits for a call.")
	if notes, err := w.store.Notes(w.ctx, c); err != nil || len(notes) != 1 || notes[0].Text != "She waits for a call." {
		t.Fatalf("%v, %v", notes, err)
	}
}

// noted is a case with notes, written by a store.
func (w *sealed) noted(s *store.Store, texts ...string) loop.Case {
	w.t.Helper()
	c, err := s.CreateCase(w.ctx, loop.Case{Campaign: "campaign", Contact: "abcdefghabcdefgh", State: loop.Open, Opened: time.Now(), Deadline: time.Now()})
	w.must(err)
	for n, text := range texts {
		next := c
		next.Notes++
		c, err = s.SaveCaseAnd(w.ctx, c, next, &loop.Note{N: n + 1, Text: text})
		w.must(err)
	}
	return c
}

// A broken note does not hide the others.
func TestBrokenNote(t *testing.T) {
	t.Parallel()
	w := newSealed(t)
	c := w.noted(w.store, "first", "second")
	for _, it := range w.items("CAMPAIGN#") {
		if strings.HasSuffix(it["sk"].(*types.AttributeValueMemberS).Value, "#0001") {
			w.spoil(it)
		}
	}
	notes, err := w.store.Notes(w.ctx, c)
	if err != nil || len(notes) != 2 || !notes[0].Unreadable || notes[0].Text != "" || notes[1].Text != "second" {
		t.Fatalf("%+v, %v", notes, err)
	}
}
