package followup

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// kindReply is the kind of an email that answers what somebody wrote.
const kindReply = "reply"

// itemsListed is how many items of a kind a list has at most.
const itemsListed = 500

// Inbox is ideas, questions and leads (D14): who gets them, answers them and closes them. It is safe for concurrent use.
type Inbox struct {
	Store InboxStore
	Mail  Mail
	Log   *slog.Logger
	From  string // the sender of emails where a campaign has none
	Keys  TellKeys
	Now   func() time.Time
}

// InboxStore is what it needs of the table.
type InboxStore interface {
	FactsStore
	// Item reads an item by its name, consistently; ok is false where there is none.
	Item(ctx context.Context, id string) (i loop.Item, ok bool, err error)
	// SaveItem writes an item over the version that was read, 0: none; apperr.ErrChanged. DropItem deletes one; again changes nothing.
	SaveItem(ctx context.Context, i loop.Item) (loop.Item, error)
	DropItem(ctx context.Context, i loop.Item) error
	// Items lists those of a kind that wait, the oldest first, or that are over, the latest first, up to limit. It may be behind by a moment.
	Items(ctx context.Context, kind loop.ItemKind, waits bool, limit int) ([]loop.Item, error)
	// Recommendation reads a promoter's link; SaveRecommendation writes it over the version that was read; apperr.ErrChanged.
	Recommendation(ctx context.Context, c survey.CampaignID, id survey.ContactID) (survey.Recommendation, error)
	SaveRecommendation(ctx context.Context, c survey.CampaignID, r survey.Recommendation) error
	// Quote reads what somebody has said of being quoted, PutQuote writes it.
	Quote(ctx context.Context, c survey.CampaignID, id survey.ContactID) (survey.Quote, error)
	PutQuote(ctx context.Context, c survey.CampaignID, id survey.ContactID, q survey.Quote) error
	// Suppression reads why and since when nobody writes to a contact; ok is false where one may.
	Suppression(ctx context.Context, a survey.Audience, id survey.ContactID) (v survey.Suppression, ok bool, err error)
	// Practice reads how the company follows up, Settings the company's settings, Staff lists the staff.
	Practice(ctx context.Context) (loop.Practice, error)
	Settings(ctx context.Context) (survey.Settings, error)
	Staff(ctx context.Context) ([]survey.Staff, error)
}

// Entry is an item with what it is about, as far as its reader may know it.
type Entry struct {
	loop.Item
	CampaignName string
	Why, Wish    string         // what the customer wrote, as it stands now; of a newcomer Said has it
	Score        int            // of the answer; NoScore: there is none, or none any more
	Person       survey.Contact // whose answer it is; zero where the reader may not know it, or it is gone
}

// reader tells which items somebody gets: those of kinds for which they are named; of others managers and executives, of whom they see; administrators all.
func (b *Inbox) reader(ctx context.Context, who authz.Who) (func(loop.Item) bool, error) {
	if !who.Can(authz.WorkInbox) {
		return nil, apperr.New(apperr.Forbidden, "not_allowed", "")
	}
	if who.Staff.Role == survey.RoleAdministrator {
		return func(loop.Item) bool { return true }, nil
	}
	practice, err := b.Store.Practice(ctx)
	if err != nil {
		return nil, err
	}
	var reports []survey.Staff
	if who.Staff.Role == survey.RoleManager {
		staff, err := b.Store.Staff(ctx)
		if err != nil {
			return nil, err
		}
		reports = authz.Reports(staff, who.Staff.ID)
	}
	leads := who.Staff.Role == survey.RoleManager || who.Staff.Role == survey.RoleExecutive
	return func(i loop.Item) bool {
		if named := practice.Inbox[i.Kind]; named != "" {
			return who.Token == "" && strings.EqualFold(named, who.Staff.ID)
		}
		return leads && who.Sees(i.Owner, i.Team, reports)
	}, nil
}

// List is what waits for somebody, the oldest first, or is over, the latest first: up to itemsListed of each kind; more says that there are others.
func (b *Inbox) List(ctx context.Context, who authz.Who, waits bool) (all []Entry, more bool, err error) {
	gets, err := b.reader(ctx, who)
	if err != nil {
		return nil, false, err
	}
	for _, kind := range loop.ItemKinds {
		some, err := b.Store.Items(ctx, kind, waits, itemsListed+1)
		if err != nil {
			return nil, false, err
		}
		if len(some) > itemsListed {
			some, more = some[:itemsListed], true
		}
		for _, i := range some {
			if gets(i) {
				all = append(all, Entry{Item: i})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y Entry) int {
		if waits {
			return x.At.Compare(y.At)
		}
		return y.At.Compare(x.At)
	})
	return all, more, nil
}

// Waiting is how many items wait for somebody; more says that there are others besides.
func (b *Inbox) Waiting(ctx context.Context, who authz.Who) (n int, more bool, err error) {
	all, more, err := b.List(ctx, who, true)
	return len(all), more, err
}

// Fill reads what some items are about.
func (b *Inbox) Fill(ctx context.Context, who authz.Who, all []Entry) error {
	names := map[survey.CampaignID]string{}
	for n := range all {
		e := &all[n]
		name, known := names[e.Campaign]
		if !known {
			c, err := b.Store.Campaign(ctx, e.Campaign)
			if err != nil && !apperr.Is(err, "campaign_unknown") {
				return err
			}
			name = c.Name
			names[e.Campaign] = name
		}
		e.CampaignName, e.Score = name, loop.NoScore
		if e.Contact == "" || e.Recommended {
			continue
		}
		answer, ok, err := b.Store.Response(ctx, e.Campaign, e.Contact)
		if err != nil {
			return err
		}
		if ok {
			e.Why, e.Wish, e.Score = answer.Why, answer.Wish, answer.Score
		}
		if ok && who.Can(authz.ReadPeople) {
			if e.Person, _, err = contactOf(ctx, b.Store, answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// One reads an item that somebody gets. Problem: item_unknown.
func (b *Inbox) One(ctx context.Context, who authz.Who, id string) (loop.Item, error) {
	gets, err := b.reader(ctx, who)
	if err != nil {
		return loop.Item{}, err
	}
	i, ok, err := b.Store.Item(ctx, id)
	if err == nil && (!ok || !gets(i)) {
		err = apperr.New(apperr.Unknown, "item_unknown", "item")
	}
	return i, err
}

// Mark marks an answer that somebody sees as a kind; again changes nothing. Problems: answer_unknown, not_yours, those of loop.NewItem.
func (b *Inbox) Mark(ctx context.Context, who authz.Who, c survey.CampaignID, id survey.ContactID, kind loop.ItemKind) (loop.Item, error) {
	answer, err := b.answer(ctx, who, c, id)
	if err != nil {
		return loop.Item{}, err
	}
	i, err := loop.NewItem(answer, kind, who.Staff.ID, b.Now())
	if err != nil {
		return i, err
	}
	saved, err := b.Store.SaveItem(ctx, i)
	if errors.Is(err, apperr.ErrChanged) {
		return i, nil
	}
	return saved, err
}

// answer reads an answer that somebody sees. Problems: answer_unknown, not_yours.
func (b *Inbox) answer(ctx context.Context, who authz.Who, c survey.CampaignID, id survey.ContactID) (survey.Response, error) {
	answer, ok, err := b.Store.Response(ctx, c, id)
	if err != nil {
		return answer, err
	}
	if !ok || !answer.Verified {
		return answer, apperr.New(apperr.Unknown, "answer_unknown", "contact")
	}
	var reports []survey.Staff
	if who.Staff.Role == survey.RoleManager {
		staff, err := b.Store.Staff(ctx)
		if err != nil {
			return answer, err
		}
		reports = authz.Reports(staff, who.Staff.ID)
	}
	if !who.Sees(answer.Owner, answer.Team, reports) {
		return answer, apperr.New(apperr.Forbidden, "not_yours", "contact")
	}
	return answer, nil
}

// Withdraw takes back somebody's consent to being quoted, who has asked staff for it; what does not stand stays as it is. Problems: asked_how, those of answer.
func (b *Inbox) Withdraw(ctx context.Context, who authz.Who, c survey.CampaignID, id survey.ContactID, how survey.AskedHow) error {
	if !slices.Contains(survey.AskedHows, how) {
		return apperr.New(apperr.Invalid, "asked_how", "how")
	}
	if _, err := b.answer(ctx, who, c, id); err != nil {
		return err
	}
	q, err := b.Store.Quote(ctx, c, id)
	if err != nil {
		return err
	}
	after, changed := q.Withdraw(who.Staff.ID, how, b.Now())
	if !changed {
		return nil
	}
	return b.Store.PutQuote(ctx, c, id, after)
}

// Close ends an item without an email. Problems: those of One and loop.Item.Close, changed_meanwhile.
func (b *Inbox) Close(ctx context.Context, who authz.Who, id string, version int, note string) (loop.Item, error) {
	return b.change(ctx, who, id, version, func(i loop.Item) (loop.Item, error) {
		return i.Close(strings.ReplaceAll(note, "\r\n", "\n"), who.Staff.ID, b.Now())
	})
}

// Became notes whether a lead became a customer, also with the link by which it came. Problems: those of One and loop.Item.Became, changed_meanwhile.
func (b *Inbox) Became(ctx context.Context, who authz.Who, id string, customer string) (loop.Item, error) {
	i, err := b.change(ctx, who, id, 0, func(i loop.Item) (loop.Item, error) { return i.Became(customer) })
	if err != nil || !i.Recommended || i.Contact == "" {
		return i, err
	}
	for range maxCaseTries {
		h, err := b.Store.Recommendation(ctx, i.Campaign, i.Contact)
		if err != nil {
			return i, err
		}
		after, changed := h.Became(i.Name, customer == loop.Yes)
		if !changed || h.Version == 0 {
			return i, nil
		}
		if err = b.Store.SaveRecommendation(ctx, i.Campaign, after); !errors.Is(err, apperr.ErrChanged) {
			return i, err
		}
	}
	return i, apperr.New(apperr.Conflict, "changed_meanwhile", "item")
}

// Forget deletes what a newcomer has left, who asks for it. Problems: those of One, item_customers: it is of a customer, who is erased as a person is.
func (b *Inbox) Forget(ctx context.Context, who authz.Who, id string) error {
	i, err := b.One(ctx, who, id)
	if err != nil {
		return err
	}
	if !i.Recommended {
		return apperr.New(apperr.Conflict, "item_customers", "item")
	}
	return b.Store.DropItem(ctx, i)
}

func (b *Inbox) change(ctx context.Context, who authz.Who, id string, version int, do func(loop.Item) (loop.Item, error)) (loop.Item, error) {
	was, err := b.One(ctx, who, id)
	if err != nil {
		return was, err
	}
	if version != 0 && version != was.Version {
		return was, apperr.New(apperr.Conflict, "changed_meanwhile", "item")
	}
	after, err := do(was)
	if err != nil {
		return was, err
	}
	saved, err := b.Store.SaveItem(ctx, after)
	if errors.Is(err, apperr.ErrChanged) {
		return was, apperr.New(apperr.Conflict, "changed_meanwhile", "item")
	}
	return saved, err
}

// Answer writes to whoever gave the answer, in their language: at most once, as Teller.Tell does. Problems: those of One and loop.Item.Begin, tell_gone, tell_address, tell_stopped, tell_refused,
// tell_unknown: nobody knows whether it went out; changed_meanwhile.
func (b *Inbox) Answer(ctx context.Context, who authz.Who, id string, in Telling) (loop.Item, error) {
	was, err := b.One(ctx, who, id)
	if err != nil {
		return was, err
	}
	if in.Version != 0 && in.Version != was.Version {
		return was, apperr.New(apperr.Conflict, "changed_meanwhile", "item")
	}
	begun, err := was.Begin(strings.ReplaceAll(in.Text, "\r\n", "\n"), in.Again, b.Now())
	if err != nil {
		return was, err
	}
	m, err := b.letter(ctx, who, begun, in.Links)
	if err != nil {
		return was, err
	}
	begun, err = b.Store.SaveItem(ctx, begun)
	if errors.Is(err, apperr.ErrChanged) {
		return was, apperr.New(apperr.Conflict, "changed_meanwhile", "item")
	}
	if err != nil {
		return was, err
	}
	limited, cancel := context.WithTimeout(ctx, loop.SendLimit)
	defer cancel()
	_, err = b.Mail.Send(limited, m)
	refusal := mail.RefusalOf(err)
	if err != nil && (refusal == nil || !refusal.Message) {
		b.Log.Error("nobody knows whether an answer went out", "item", id, "error", err)
		return begun, apperr.New(apperr.Conflict, "tell_unknown", "answer")
	}
	after, recorded := b.record(context.WithoutCancel(ctx), begun, err == nil, who.Staff.ID)
	if recorded != nil {
		return begun, recorded
	}
	if err != nil {
		return after, apperr.New(apperr.Conflict, "tell_refused", "answer")
	}
	return after, nil
}

func (b *Inbox) record(ctx context.Context, was loop.Item, sent bool, by string) (loop.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, recordLimit)
	defer cancel()
	for range maxCaseTries {
		after, changed := was.Sent(sent, by, b.Now())
		if !changed {
			return was, nil
		}
		saved, err := b.Store.SaveItem(ctx, after)
		if !errors.Is(err, apperr.ErrChanged) {
			return saved, err
		}
		now, ok, err := b.Store.Item(ctx, was.ID())
		if err != nil || !ok { // erased meanwhile
			return was, err
		}
		was = now
	}
	return was, errors.New("an item of the inbox changed too often")
}

// letter makes the email, or says why its reader cannot be written to.
func (b *Inbox) letter(ctx context.Context, who authz.Who, i loop.Item, links string) (m mail.Message, err error) {
	answer, ok, err := b.Store.Response(ctx, i.Campaign, i.Contact)
	if err != nil {
		return m, err
	}
	if !ok {
		return m, apperr.New(apperr.Conflict, "tell_gone", "answer")
	}
	contact, gone, err := contactOf(ctx, b.Store, answer)
	switch {
	case err != nil:
		return m, err
	case gone:
		return m, apperr.New(apperr.Conflict, "tell_gone", "answer")
	case contact.Person.Email == "":
		return m, apperr.New(apperr.Conflict, "tell_address", "answer")
	}
	stopped, is, err := b.Store.Suppression(ctx, i.Audience, i.Contact)
	if err == nil && is {
		err = apperr.New(apperr.Conflict, "tell_stopped", "answer", "Reason", string(stopped.Reason))
	}
	if err != nil {
		return m, err
	}
	c, err := b.Store.Campaign(ctx, i.Campaign)
	if err != nil {
		return m, err
	}
	set, err := b.Store.Settings(ctx)
	if err != nil {
		return m, err
	}
	token := keys.Token{Campaign: i.Campaign, Contact: i.Contact}
	return mail.Reply(mail.ReplyData{
		From: cmp.Or(c.Sender, b.From), To: contact.Person.Email, ReplyTo: who.Staff.Email, Language: c.LanguageFor(cmp.Or(answer.Language, contact.Language)),
		Company: cmp.Or(c.Company, set.Company), Person: contact.Person, Answered: answer.Counted.In(c.Clock()), Words: cmp.Or(answer.Why, answer.Wish), Text: i.Said.Answer,
		Unsubscribe: strings.TrimSuffix(cmp.Or(c.Site, links), "/") + "/u/" + b.Keys.MakeUnsubscribe(token),
		Tags:        map[string]string{"kind": kindReply, "campaign": string(i.Campaign)},
	})
}
