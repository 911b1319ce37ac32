package rights

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Export is everything that is kept about one person, as they may ask for it: fit for JSON, and shown as a page.
type Export struct {
	Made     time.Time      `json:"made"`
	Contacts []Kept         `json:"contacts"`
	Uploads  []InUpload     `json:"uploads,omitempty"`
	Audit    []AuditLine    `json:"audit,omitempty"`
	Others   map[string]any `json:"others,omitempty"` // by the Source's name
	// Anonymous says that answers of employees are not in it: they are given without a name, and nobody can tell whose they are.
	Anonymous bool `json:"employees_answers_are_nobodys,omitempty"`
}

// Kept is what one audience knows of the person.
type Kept struct {
	Audience    survey.Audience      `json:"audience"`
	ID          survey.ContactID     `json:"id"`
	Person      survey.Person        `json:"person"`
	Owner       string               `json:"owner,omitempty"`
	OwnerRaw    string               `json:"owner_as_written,omitempty"`
	Team        string               `json:"team,omitempty"`
	Location    string               `json:"location,omitempty"`
	Product     string               `json:"product,omitempty"`
	Tier        string               `json:"tier,omitempty"`
	Language    string               `json:"language,omitempty"`
	Zone        string               `json:"time_zone,omitempty"`
	Value       string               `json:"value,omitempty"`
	Former      []survey.FormerValue `json:"former_values,omitempty"`
	Company     survey.Company       `json:"company,omitzero"`
	Attributes  map[string]string    `json:"attributes,omitempty"`
	Created     time.Time            `json:"created"`
	Updated     time.Time            `json:"updated"`
	FoundBy     []string             `json:"found_by"` // email, customer_id, phone; phone_shared
	Stopped     *Stopped             `json:"stopped,omitempty"`
	NotTaken    []string             `json:"letters_not_taken,omitempty"` // days on which the mailbox took no letter
	Campaigns   []InCampaign         `json:"campaigns,omitempty"`
	BeforeLists []Before             `json:"before_uploads,omitempty"` // as it was before an upload changed it
}

// Stopped is why nobody writes to the person.
type Stopped struct {
	Reason survey.SuppressionReason `json:"reason"`
	Cause  survey.SuppressionCause  `json:"cause,omitempty"`
	Since  time.Time                `json:"since"`
}

// Before is a contact as it was before an upload, kept so that the upload can be undone.
type Before struct {
	Upload     string            `json:"upload"`
	Person     survey.Person     `json:"person"`
	Owner      string            `json:"owner,omitempty"`
	Team       string            `json:"team,omitempty"`
	Company    survey.Company    `json:"company,omitzero"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// InCampaign is what one campaign knows of the person.
type InCampaign struct {
	ID      survey.CampaignID      `json:"id"`
	Name    string                 `json:"name"`
	Letters []Letter               `json:"letters,omitempty"`
	Answer  *Answer                `json:"answer,omitempty"`
	Case    *Case                  `json:"case,omitempty"`
	Calls   []loop.Call            `json:"calls,omitempty"`          // of executives
	Quote   *survey.Quote          `json:"quote,omitempty"`          // what they said of being quoted
	Handed  *survey.Recommendation `json:"recommendation,omitempty"` // the link that they took to hand on, and what came of it
	Inbox   []PassedOn             `json:"inbox,omitempty"`          // as what their comment was passed on
}

// PassedOn is what somebody's comment was passed on as, to be answered.
type PassedOn struct {
	loop.Item
	Answer string `json:"answer,omitempty"`
	Note   string `json:"note,omitempty"`
}

// Letter is a letter to the person, or why there was none.
type Letter struct {
	Kind     string                 `json:"kind"` // invitation, reminder, second_reminder
	State    survey.InvitationState `json:"state"`
	Reason   string                 `json:"reason,omitempty"`
	At       time.Time              `json:"at"`
	Message  string                 `json:"message_id,omitempty"`
	Language string                 `json:"language,omitempty"`
}

// Answer is the person's answer.
type Answer struct {
	Score    int       `json:"score"`
	Verified bool      `json:"verified"`
	Why      string    `json:"why,omitempty"`
	Wish     string    `json:"wish,omitempty"`
	First    time.Time `json:"first"`
	Counted  time.Time `json:"counted,omitzero"`
	Updated  time.Time `json:"updated"`
	Changes  int       `json:"changes"`
	Owner    string    `json:"owner,omitempty"`
	Team     string    `json:"team,omitempty"`
	Language string    `json:"language,omitempty"`
	Segments []string  `json:"segments,omitempty"`
}

// Case is the case that the answer has become.
type Case struct {
	loop.Case
	Notes []loop.Note `json:"noted,omitempty"`
}

// InUpload is where the person stood in a list.
type InUpload struct {
	ID    string    `json:"id"`
	File  string    `json:"file,omitempty"`
	Begun time.Time `json:"begun"`
	Lines []int     `json:"lines,omitempty"`
	Rows  []string  `json:"rows,omitempty"` // kept of rows that were not taken as they were
}

// AuditLine is something that somebody did with what is kept about the person.
type AuditLine struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Token  bool      `json:"token,omitempty"`
	Action string    `json:"action"`
}

// allCampaigns is more than there are.
const allCampaigns = 1 << 20

// campaignsAtOnce is what PastOf reads in one call.
const campaignsAtOnce = 20

// Export gathers everything about a person.
func (r *Rights) Export(ctx context.Context, p Person) (Export, error) {
	now := r.Now().UTC()
	e := Export{Made: now}
	uploads, err := r.uploads(ctx, now)
	if err != nil {
		return e, err
	}
	for _, c := range p.Contacts {
		k, err := r.kept(ctx, c, uploads)
		if err != nil {
			return e, err
		}
		e.Contacts = append(e.Contacts, k)
		e.Anonymous = e.Anonymous || c.Audience == survey.Employees
	}
	whom := whomOf(p)
	if e.Uploads, err = r.inUploads(ctx, whom, uploads, now); err != nil {
		return e, err
	}
	entries, err := r.audited(ctx, whom, whom.Since, now)
	if err != nil {
		return e, err
	}
	for _, a := range entries {
		e.Audit = append(e.Audit, AuditLine{At: a.At, Who: a.Who, Token: a.Token, Action: a.Action})
	}
	slices.SortFunc(e.Audit, func(a, b AuditLine) int { return a.At.Compare(b.At) })
	for _, s := range r.Sources {
		known, err := s.Known(ctx, p.Contacts)
		if err != nil {
			return e, err
		}
		if known != nil {
			if e.Others == nil {
				e.Others = map[string]any{}
			}
			e.Others[s.Name()] = known
		}
	}
	return e, nil
}

func (r *Rights) kept(ctx context.Context, c survey.Contact, uploads []survey.UploadRecord) (Kept, error) {
	k := Kept{
		Audience: c.Audience, ID: c.ID, Person: c.Person, Owner: c.Owner, OwnerRaw: c.OwnerRaw, Team: c.Team, Location: c.Location, Product: c.Product,
		Tier: c.Tier, Language: c.Language, Zone: c.Zone, Value: c.Value, Former: c.Former, Company: c.Company, Attributes: c.Attrs, Created: c.Created, Updated: c.Updated,
	}
	if c.Person.Email != "" {
		k.FoundBy = append(k.FoundBy, "email")
	}
	if c.Found.Customer != "" {
		k.FoundBy = append(k.FoundBy, "customer_id")
	}
	switch {
	case c.Found.Phone != "" && c.Found.Shared:
		k.FoundBy = append(k.FoundBy, "phone_shared")
	case c.Found.Phone != "":
		k.FoundBy = append(k.FoundBy, "phone")
	}
	stop, stopped, err := r.Store.Suppression(ctx, c.Audience, c.ID)
	if err != nil {
		return k, err
	}
	if stopped {
		k.Stopped = &Stopped{stop.Reason, stop.Cause, stop.Since}
	}
	soft, err := r.Store.SoftBounces(ctx, c.Audience, cmp.Or(c.MailID(), c.ID))
	if err != nil {
		return k, err
	}
	for _, l := range soft.Letters {
		k.NotTaken = append(k.NotTaken, l.Day)
	}
	if k.Campaigns, err = r.campaigns(ctx, c); err != nil {
		return k, err
	}
	ids := idsOf(uploads)
	was, err := r.Store.KeptForUndo(ctx, ids, c.ID)
	for _, u := range ids {
		if b, ok := was[u]; ok && b.Audience == c.Audience {
			k.BeforeLists = append(k.BeforeLists, Before{Upload: u, Person: b.Person, Owner: cmp.Or(b.Owner, b.OwnerRaw), Team: b.Team, Company: b.Company, Attributes: b.Attrs})
		}
	}
	return k, err
}

var letterKinds = []string{survey.MailingInvitation: "invitation", survey.MailingReminder: "reminder", survey.MailingSecond: "second_reminder"}

// campaigns are those that know something of a contact, the latest first.
func (r *Rights) campaigns(ctx context.Context, c survey.Contact) (all []InCampaign, err error) {
	campaigns, err := r.Store.Campaigns(ctx, c.Audience, allCampaigns)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(campaigns, campaignsAtOnce) {
		ids := make([]survey.CampaignID, len(some))
		for i, v := range some {
			ids[i] = v.ID
		}
		past, err := r.Store.PastOf(ctx, c.ID, ids, true)
		if err != nil {
			return nil, err
		}
		for _, v := range some {
			in, err := r.inCampaign(ctx, c.Audience, v, past)
			if err != nil {
				return nil, err
			}
			if in.Answer != nil {
				if in.Calls, err = r.Store.CallsOf(ctx, v.ID, c.ID); err != nil {
					return nil, err
				}
				quote, err := r.Store.Quote(ctx, v.ID, c.ID)
				if err != nil {
					return nil, err
				}
				if !quote.At.IsZero() {
					in.Quote = &quote
				}
				handed, err := r.Store.Recommendation(ctx, v.ID, c.ID)
				if err != nil {
					return nil, err
				}
				if handed.Version > 0 {
					in.Handed = &handed
				}
				items, err := r.Store.ItemsOf(ctx, v.ID, []survey.ContactID{c.ID})
				if err != nil {
					return nil, err
				}
				for _, i := range items[c.ID] {
					in.Inbox = append(in.Inbox, PassedOn{i, i.Said.Answer, i.Said.Note})
				}
			}
			if len(in.Letters) > 0 || in.Answer != nil || in.Case != nil {
				all = append(all, in)
			}
		}
	}
	return all, nil
}

func (r *Rights) inCampaign(ctx context.Context, a survey.Audience, c survey.Campaign, past loop.Past) (InCampaign, error) {
	in := InCampaign{ID: c.ID, Name: c.Name}
	for _, i := range past.Invitations {
		if i.Campaign == c.ID {
			in.Letters = append(in.Letters, Letter{Kind: letterKinds[i.Mailing], State: i.State, Reason: i.Reason, At: i.At, Message: i.MessageID, Language: i.Language})
		}
	}
	slices.SortFunc(in.Letters, func(x, y Letter) int { return x.At.Compare(y.At) })
	for _, s := range past.Responses {
		if s.Campaign == c.ID && a != survey.Employees { // theirs are nobody's
			in.Answer = &Answer{
				Score: s.Score, Verified: s.Verified, Why: s.Why, Wish: s.Wish, First: s.First, Counted: s.Counted, Updated: s.Updated, Changes: s.Version,
				Owner: s.Owner, Team: s.Team, Language: s.Language, Segments: s.Segments,
			}
		}
	}
	for _, v := range past.Cases {
		if v.Campaign != c.ID {
			continue
		}
		notes, err := r.Store.Notes(ctx, v)
		if err != nil {
			return in, err
		}
		if v.History, err = r.Store.Events(ctx, v); err != nil {
			return in, err
		}
		in.Case = &Case{Case: v, Notes: notes}
	}
	return in, nil
}

// uploads is the history of the contacts' lists that can be undone still.
func (r *Rights) uploads(ctx context.Context, now time.Time) (all []survey.UploadRecord, err error) {
	for _, kind := range []survey.UploadKind{survey.UploadOfContacts, survey.UploadOfHistory} {
		for before := ""; ; {
			some, next, err := r.Store.UploadRecords(ctx, kind, before, 200, now)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
			if before = next; next == "" {
				break
			}
		}
	}
	return all, nil
}

func idsOf(uploads []survey.UploadRecord) []string {
	ids := make([]string, len(uploads))
	for i, u := range uploads {
		ids[i] = u.ID
	}
	return ids
}

// inUploads are the lists in whose kept parts the person stands.
func (r *Rights) inUploads(ctx context.Context, whom survey.ErasureWhom, records []survey.UploadRecord, now time.Time) (all []InUpload, err error) {
	imports, err := r.imports(ctx, records, now)
	if err != nil {
		return nil, err
	}
	match := matcher(whom.Texts)
	for _, id := range imports {
		u, err := r.Store.Upload(ctx, id)
		if apperr.Is(err, "import_unknown") {
			continue
		}
		if err != nil {
			return nil, err
		}
		in := InUpload{ID: id, Begun: u.Created}
		if n := slices.IndexFunc(records, func(l survey.UploadRecord) bool { return l.ID == id }); n >= 0 {
			in.File = records[n].File
		}
		var ids []survey.ContactID
		for _, c := range whom.Contacts {
			if c.Audience == u.Audience {
				ids = append(ids, c.ID)
			}
		}
		lines, err := r.Store.Named(ctx, u, ids)
		if err != nil {
			return nil, err
		}
		for _, n := range lines {
			in.Lines = append(in.Lines, n)
		}
		err = r.Store.UploadAnswers(ctx, id, func(answer json.RawMessage) (bool, error) {
			var v any
			if err := json.Unmarshal(answer, &v); err != nil {
				return false, err
			}
			in.Rows = append(in.Rows, match.within(v)...)
			return true, nil
		})
		if err != nil {
			return nil, err
		}
		if len(in.Lines)+len(in.Rows) > 0 {
			all = append(all, in)
		}
	}
	return all, nil
}

// imports are the ids of the uploads in parts that may be kept still.
func (r *Rights) imports(ctx context.Context, records []survey.UploadRecord, now time.Time) ([]string, error) {
	ids, err := r.Store.Imports(ctx, now)
	for _, u := range records { // those of a release before the index was kept
		if now.Sub(u.Begun) < 12*24*time.Hour && !slices.Contains(ids, u.ID) {
			ids = append(ids, u.ID)
		}
	}
	return ids, err
}

// auditDaysAtOnce is how many days of the audit list are read at the same time.
const auditDaysAtOnce = 8

// audited are the entries of the audit list about the person, of some days.
func (r *Rights) audited(ctx context.Context, whom survey.ErasureWhom, from, to time.Time) (all []authz.AuditEntry, err error) {
	days := int(to.Sub(from.Truncate(24*time.Hour)).Hours()/24) + 1
	found := make([][]authz.AuditEntry, days)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(auditDaysAtOnce)
	for n := range days {
		g.Go(func() error {
			return r.Store.AuditObjects(ctx, from.AddDate(0, 0, n), func(e authz.AuditEntry) {
				if about(e.Object, whom) {
					found[n] = append(found[n], e)
				}
			})
		})
	}
	err = g.Wait()
	return slices.Concat(found...), err
}

// about reports whether an object of the audit list is one of the person's contacts, or a case of theirs.
func about(object string, whom survey.ErasureWhom) bool {
	return slices.ContainsFunc(whom.Contacts, func(c survey.ErasureContact) bool {
		return object == string(c.ID) || strings.HasSuffix(object, "-"+string(c.ID))
	})
}

// auditKept is how long the audit list is kept.
const auditKept = 2 * 365 * 24 * time.Hour

// whomOf is what an erasure, and an export, needs to know of a person.
func whomOf(p Person) (w survey.ErasureWhom) {
	add := func(text string) {
		if text != "" && !slices.Contains(w.Texts, text) {
			w.Texts = append(w.Texts, text)
		}
	}
	for _, c := range p.Contacts {
		w.Contacts = append(w.Contacts, survey.ErasureContact{Audience: c.Audience, ID: c.ID, Mail: c.MailID(), Found: c.Found})
		for _, text := range []string{c.Person.Email, c.Person.Phone, c.Person.Customer, c.Person.Name} {
			add(text)
		}
		if w.Since.IsZero() || c.Created.Before(w.Since) {
			w.Since = c.Created
		}
	}
	return w
}
