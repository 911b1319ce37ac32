package mailing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// wrote sends one campaign with a dimension to three contacts, and returns its id and one of them.
func (w *world) wrote() (survey.CampaignID, survey.Contact) {
	w.t.Helper()
	w.contacts(3)
	id := w.campaign(nil)
	c := w.state(id)
	c.Dimensions = []string{survey.DimensionLocation}
	if _, err := w.store.SaveCampaign(w.t.Context(), c); err != nil {
		w.t.Fatal(err)
	}
	contact, err := w.store.Contact(w.t.Context(), survey.Customers, w.keys.ContactID(survey.Customers, "c1@example.com"))
	if err != nil {
		w.t.Fatal(err)
	}
	contact.Location = "Казань"
	if err := w.store.PutContacts(w.t.Context(), []survey.Contact{contact}); err != nil {
		w.t.Fatal(err)
	}
	w.run(w.sender("first"))
	return id, contact
}

// client returns a store whose calls the faults see under that name.
func (w *world) client(name string) *store.Store { return storetest.Client(w.url, name) }

// forget deletes the item with that sk in a partition whose name begins so.
func (w *world) forget(pk, sk string) error {
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &w.url
	db, table := dynamodb.NewFromConfig(storetest.As(c, "operator")), storetest.Table
	all, err := db.Scan(w.t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		return err
	}
	for _, it := range all.Items {
		at, of := it["pk"].(*types.AttributeValueMemberS), it["sk"].(*types.AttributeValueMemberS)
		if strings.HasPrefix(at.Value, pk) && of.Value == sk {
			_, err := db.DeleteItem(w.t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: map[string]types.AttributeValue{"pk": at, "sk": of}})
			return err
		}
	}
	return fmt.Errorf("no %s…/%s", pk, sk)
}

func early(c survey.CampaignID, contact survey.ContactID) survey.Response {
	return survey.Response{
		Campaign: c, Contact: contact, Audience: survey.Customers, Score: 3, Verified: true, First: start, Counted: start, Updated: start, Version: 1, Early: true,
	}
}

// An answer that came before its invitation was written gets what it is counted by from the invitation; where that does not say, from
// the contact; and of nobody it waits.
func TestEarlyAnswersArePlaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	id, contact := w.wrote()
	ctx := t.Context()
	i, ok, err := w.store.Invitation(ctx, id, 0, contact.ID)
	want := w.keys.ContactIDs("c1@example.com")
	if err != nil || !ok || !slices.Equal(i.Segments, []string{"Казань"}) || !maps.Equal(i.Address.Of(), want) {
		t.Fatalf("the invitation carries %+v, %v", i.With, err)
	}
	s := w.sender("errands")
	s.Now = func() time.Time { return start.Add(time.Minute) }
	leave := func() survey.Response {
		t.Helper()
		r := early(id, contact.ID)
		for _, err := range []error{
			w.store.Leave(ctx, survey.Errand{Kind: survey.PlaceAnswer, Campaign: id, Audience: survey.Customers, Contact: contact.ID, At: start}),
			w.store.SaveResponse(ctx, r, 0),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		w.run(s)
		r, _, err := w.store.Response(ctx, id, contact.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.forget("CAMPAIGN#"+string(id), "RESPONSE#"+string(contact.ID)); err != nil {
			t.Fatal(err)
		}
		return r
	}
	placed := func(what string, r survey.Response) {
		t.Helper()
		if r.Early || r.Owner != contact.Owner || r.Team != "north" || r.Language != "en" || !slices.Equal(r.Segments, []string{"Казань"}) || r.Version != 1 {
			t.Errorf("%s: %+v", what, r)
		}
		if es, err := w.store.Errands(ctx, 10); err != nil || len(es) != 0 {
			t.Errorf("%s: left %v, %v", what, es, err)
		}
	}
	placed("by the invitation", leave())
	i.With = survey.With{}
	i.Version++
	if err := w.store.SaveInvitation(ctx, i); err != nil {
		t.Fatal(err)
	}
	placed("by an invitation of before", leave())
	if err := w.forget("CAMPAIGN#"+string(id), "INVITATION#"+string(contact.ID)); err != nil {
		t.Fatal(err)
	}
	placed("by the contact", leave())
	if err := w.forget("CONTACTS#customers#", string(contact.ID)); err != nil {
		t.Fatal(err)
	}
	if r := leave(); !r.Early {
		t.Errorf("by nobody: %+v", r)
	}
	if es, err := w.store.Errands(ctx, 10); err != nil || len(es) != 1 {
		t.Errorf("by nobody, left %v, %v", es, err)
	}
	s.Now = func() time.Time { return start.Add(25 * time.Hour) }
	w.run(s)
	if es, err := w.store.Errands(ctx, 10); err != nil || len(es) != 0 {
		t.Errorf("a day later %v are left, %v", es, err)
	}
}

// Whatever dies on the way, page or sender: who has unsubscribed once is stopped at once where the page came so far, and after the
// sender's next run in every audience, at the address that was written to and at the one that the contact has by now.
func TestUnsubscribingSurvivesDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	errDead := errors.New("dead")
	for death := 1; ; death++ {
		w := newWorld(t, 1e6, 1e6)
		id, contact := w.wrote()
		ctx := t.Context()
		contact.Person.Email, contact.Mailbox = "new@example.com", w.keys.ContactID(survey.Customers, "new@example.com")
		_, err := w.store.MoveAddress(ctx, survey.AddressMove{Audience: survey.Customers, Contact: contact.ID, From: contact.ID, To: contact.Mailbox}, nil)
		if err == nil {
			err = w.store.PutContacts(ctx, []survey.Contact{contact})
		}
		if err != nil {
			t.Fatal(err)
		}
		var calls atomic.Int64 // an address is stopped in all audiences at once
		var died, over atomic.Bool
		w.fail(func(caller string, _ bool) error {
			if over.Load() || caller != "page" && caller != "dying" {
				return nil
			}
			if calls.Add(1) >= int64(death) {
				died.Store(true)
				return errDead
			}
			return nil
		})
		page, dying := w.client("page"), w.sender("dying")
		campaign := w.state(id)
		unsubscribed := page.Unsubscribe(ctx, campaign, contact.ID, start)
		if unsubscribed == nil { // the page said that it is done: so it is
			if _, stopped, err := w.store.Recipients(ctx, survey.Customers, []survey.ContactID{contact.ID}); err != nil || stopped[contact.ID] != survey.Unsubscribed {
				t.Fatalf("death %d: not stopped at once: %v, %v", death, stopped, err)
			}
		}
		_ = dying.Run(ctx)
		over.Store(true)
		left, err := w.store.Errands(ctx, 10)
		if err != nil {
			t.Fatal(err)
		}
		if unsubscribed != nil && len(left) == 0 { // nothing of it has been written: the mail program asks again
			if err := page.Unsubscribe(ctx, campaign, contact.ID, start.Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		after := w.sender("after")
		after.lease.ttl = time.Millisecond
		w.run(after)
		w.run(after)
		for _, address := range []string{"c1@example.com", "new@example.com"} {
			for a, mail := range w.keys.ContactIDs(address) {
				if a == survey.Customers {
					mail = contact.ID // whose both are
				}
				got, ok, err := w.store.Suppression(ctx, a, mail)
				if err != nil || !ok || got.Reason != survey.Unsubscribed {
					t.Errorf("death %d: %s among %s is stopped as %q, %v", death, address, a, got.Reason, err)
				}
			}
		}
		met := ""
		_, err = w.store.ContactsPage(ctx, survey.Customers, survey.Cursor{}, 100, func(c survey.Contact, why survey.SuppressionReason) {
			if c.ID == contact.ID {
				met = fmt.Sprint(why)
			}
		})
		if err != nil || met != string(survey.Unsubscribed) {
			t.Errorf("death %d: planning meets %q, %v", death, met, err)
		}
		if es, err := w.store.Errands(ctx, 10); err != nil || len(es) != 0 {
			t.Errorf("death %d: left %v, %v", death, es, err)
		}
		if !died.Load() {
			t.Logf("%d deaths", death-1)
			return
		}
	}
}
