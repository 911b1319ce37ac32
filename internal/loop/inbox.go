package loop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// ItemKind is what somebody's words are of use as, and by that who gets them.
type ItemKind string

const (
	ItemIdea     ItemKind = "idea"
	ItemQuestion ItemKind = "question"
	ItemLead     ItemKind = "lead" // somebody wants to buy
)

// ItemKinds lists them in the order in which they are shown.
var ItemKinds = []ItemKind{ItemIdea, ItemQuestion, ItemLead}

// ItemState is how far an item of the inbox is.
type ItemState string

const (
	ItemWaits    ItemState = "waiting"
	ItemAnswered ItemState = "answered" // by an email
	ItemClosed   ItemState = "closed"   // without one, by a note
)

// LeadLife is how long what a newcomer has left is kept, as the form says.
const LeadLife = 180 * 24 * time.Hour

// Item is an idea, a question or a lead in the inbox: an answer that somebody has marked, or what a newcomer left by a promoter's link. What the customer wrote is read
// from the answer, so that it is what stands there, and goes with it.
type Item struct {
	Campaign    survey.CampaignID `json:"campaign"`
	Shard       int               `json:"shard"` // of Contact's
	Name        string            `json:"name"`
	Kind        ItemKind          `json:"kind"`
	Audience    survey.Audience   `json:"audience"`
	Contact     survey.ContactID  `json:"contact,omitempty"`     // whose answer it is; of a newcomer: whose link it was, "" once that one was erased
	Recommended bool              `json:"recommended,omitempty"` // a newcomer left it
	Owner       string            `json:"owner,omitempty"`       // staff id of the answer's owner
	Team        string            `json:"team,omitempty"`
	Language    string            `json:"language,omitempty"`
	By          string            `json:"by,omitempty"` // staff id of who marked it; "": a program, or the newcomer
	At          time.Time         `json:"at"`
	State       ItemState         `json:"state"`
	Begun       time.Time         `json:"begun,omitzero"` // when an email was begun of which nobody knows whether it went out; zero: none
	Ended       time.Time         `json:"ended,omitzero"` // when it was answered or closed
	EndedBy     string            `json:"ended_by,omitempty"`
	Customer    string            `json:"customer,omitempty"` // of a lead: Yes or No, "" unknown
	Said        ItemSaid          `json:"-"`
	Unreadable  bool              `json:"-"` // Said cannot be read
	Version     int               `json:"-"` // for a compare-and-swap; 0: it is not stored
}

// ItemSaid is what people wrote in an item, which is sealed.
type ItemSaid struct {
	Name    string `json:"name,omitempty"`    // of the newcomer
	Reach   string `json:"reach,omitempty"`   // address or telephone
	Words   string `json:"words,omitempty"`   // …
	Consent string `json:"consent,omitempty"` // the wording to which the newcomer agreed
	Answer  string `json:"answer,omitempty"`  // of the email
	Note    string `json:"note,omitempty"`    // with which it was closed
}

// Whether a lead became a customer.
const Yes, No = "yes", "no"

// ID names an item: "<campaign>-<shard>-<name>".
func (i Item) ID() string { return fmt.Sprintf("%s-%02d-%s", i.Campaign, i.Shard, i.Name) }

// ParseItemID takes an item's name apart; ok is false for what is none.
func ParseItemID(id string) (c survey.CampaignID, shard int, name string, ok bool) {
	p := strings.SplitN(id, "-", 3)
	if len(p) != 3 || len(p[0]) != 8 || len(p[1]) != 2 || p[2] == "" {
		return "", 0, "", false
	}
	shard, err := strconv.Atoi(p[1])
	return survey.CampaignID(p[0]), shard, p[2], err == nil && shard >= 0 && shard < survey.ContactShards
}

// MarkName is the name of the item of an answer that is marked as a kind: there is one of each.
func MarkName(id survey.ContactID, kind ItemKind) string { return string(id) + "." + string(kind) }

// NewItem marks an answer. Problems: item_kind, item_anonymous.
func NewItem(r survey.Response, kind ItemKind, by string, now time.Time) (Item, error) {
	switch {
	case !slices.Contains(ItemKinds, kind):
		return Item{}, apperr.New(apperr.Invalid, "item_kind", "kind")
	case r.Audience.Anonymous():
		return Item{}, apperr.New(apperr.Conflict, "item_anonymous", "")
	}
	return Item{
		Campaign: r.Campaign, Shard: r.Contact.Shard(), Name: MarkName(r.Contact, kind), Kind: kind, Audience: r.Audience, Contact: r.Contact, Owner: r.Owner, Team: r.Team, Language: r.Language,
		By: by, At: now.UTC().Truncate(time.Second), State: ItemWaits,
	}, nil
}

// Waits reports whether somebody has yet to see to it.
func (i Item) Waits() bool { return i.State == ItemWaits }

// Begin returns the item with an email to the customer begun. It is begun before it is sent, so that nobody is written to twice: of one that may have gone out, or not,
// it stays said that nobody knows, until somebody sends it again. Problems: item_done, item_newcomer, item_twice, item_words, tell_long.
func (i Item) Begin(text string, again bool, now time.Time) (Item, error) {
	text = strings.TrimSpace(text)
	switch {
	case !i.Waits():
		return i, apperr.New(apperr.Conflict, "item_done", "answer")
	case i.Recommended: // who asked to be called back, and can unsubscribe from nothing
		return i, apperr.New(apperr.Conflict, "item_newcomer", "answer")
	case !i.Begun.IsZero() && !again:
		return i, apperr.New(apperr.Conflict, "item_twice", "answer")
	case text == "":
		return i, apperr.New(apperr.Invalid, "item_words", "answer")
	case utf8.RuneCountInString(text) > MaxTell:
		return i, apperr.New(apperr.Invalid, "tell_long", "answer", "Limit", MaxTell)
	}
	i.Begun, i.Said.Answer = now.UTC().Truncate(time.Millisecond), text
	return i, nil
}

// Sent returns the item once its email has gone out, or was refused; changed is false where none is begun.
func (i Item) Sent(sent bool, by string, now time.Time) (after Item, changed bool) {
	if i.Begun.IsZero() || !i.Waits() {
		return i, false
	}
	i.Begun = time.Time{}
	if sent {
		i.State, i.Ended, i.EndedBy = ItemAnswered, now.UTC().Truncate(time.Second), by
	}
	return i, true
}

// Close returns the item seen to without an email. Problems: item_done, item_note, note_long.
func (i Item) Close(note, by string, now time.Time) (Item, error) {
	note = strings.TrimSpace(note)
	switch {
	case !i.Waits():
		return i, apperr.New(apperr.Conflict, "item_done", "note")
	case note == "":
		return i, apperr.New(apperr.Invalid, "item_note", "note")
	case utf8.RuneCountInString(note) > MaxTell:
		return i, apperr.New(apperr.Invalid, "tell_long", "note", "Limit", MaxTell)
	}
	i.State, i.Ended, i.EndedBy, i.Said.Note = ItemClosed, now.UTC().Truncate(time.Second), by, note
	return i, nil
}

// Became returns a lead of which is known whether it became a customer. Problem: item_customer.
func (i Item) Became(customer string) (Item, error) {
	if i.Kind != ItemLead || customer != Yes && customer != No && customer != "" {
		return i, apperr.New(apperr.Invalid, "item_customer", "customer")
	}
	i.Customer = customer
	return i, nil
}
