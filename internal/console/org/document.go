package org

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/console/shell"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/rights"
	"onetap/internal/survey"
)

// document is the readable form of what is kept about a person: all that the JSON has, in words.
type document struct {
	Lead     []string
	Sections []section
}

type section struct {
	Title string
	Facts []shell.Fact
}

// writer puts a document together.
type writer struct {
	shell.Frame
	document
	names  map[string]string
	causes loop.Causes
}

func documentOf(f shell.Frame, e rights.Export, names map[string]string, causes loop.Causes) document {
	w := &writer{Frame: f, names: names, causes: causes}
	w.Lead = append(w.Lead, f.Lang.T("rights.document_made", lang.Values{"When": w.moment(e.Made)}))
	if e.Anonymous {
		w.Lead = append(w.Lead, f.Lang.T("rights.document_employees"))
	}
	for _, k := range e.Contacts {
		w.contact(k)
		for _, c := range k.Campaigns {
			w.campaign(c)
		}
		for _, b := range k.BeforeLists {
			w.begin(w.say("before"))
			w.person(b.Person)
			w.add("owner", shell.StaffName(names, b.Owner))
			w.add("team", b.Team)
			w.company(b.Company)
			w.attributes(b.Attributes)
		}
	}
	for _, u := range e.Uploads {
		w.begin(w.say("upload"))
		w.add("begun", w.moment(u.Begun))
		w.add("file", u.File)
		for _, n := range u.Lines {
			w.add("line", strconv.Itoa(n))
		}
		for _, row := range u.Rows {
			w.add("row", row)
		}
	}
	if len(e.Audit) > 0 {
		w.begin(w.say("audit"))
	}
	for _, a := range e.Audit {
		what := a.Action
		if id := "audit." + a.Action; w.Lang.Has(id) {
			what = w.Lang.T(id)
		}
		w.fact(w.moment(a.At), what+", "+shell.StaffName(names, a.Who))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Others)) {
		w.begin(w.Lang.T("rights.source." + name))
		if b, err := json.MarshalIndent(e.Others[name], "", "  "); err == nil {
			w.add("all", string(b))
		}
	}
	return w.document
}

func (w *writer) say(id string) string { return w.Lang.T("rights.say." + id) }

func (w *writer) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.Lang.Moment(t.In(w.Zone))
}

func (w *writer) begin(title string) { w.Sections = append(w.Sections, section{Title: title}) }

func (w *writer) fact(label, text string) {
	if s := &w.Sections[len(w.Sections)-1]; text != "" {
		s.Facts = append(s.Facts, shell.Fact{Label: label, Text: text})
	}
}

func (w *writer) add(id, text string) { w.fact(w.say(id), text) }

func (w *writer) person(p survey.Person) {
	w.add("name", p.Name)
	w.add("email", p.Email)
	w.add("phone", p.Phone)
	w.add("customer_id", p.Customer)
	w.add("first", p.First)
	w.add("middle", p.Middle)
	w.add("consent", p.Consent)
}

func (w *writer) attributes(all map[string]string) {
	for _, heading := range slices.Sorted(maps.Keys(all)) {
		w.fact(heading, all[heading])
	}
}

func (w *writer) company(c survey.Company) {
	w.add("company", c.Name)
	w.add("company_id", c.Code)
	w.add("parent_company", c.Parent)
	if c.Role != "" {
		w.add("company_role", w.Lang.T("company_role."+string(c.Role)))
	}
}

func (w *writer) contact(k rights.Kept) {
	w.begin(w.Lang.T("contacts.audience." + string(k.Audience)))
	w.person(k.Person)
	w.add("id", string(k.ID))
	w.add("owner", shell.StaffName(w.names, k.Owner))
	w.add("owner_as_written", k.OwnerRaw)
	w.add("team", k.Team)
	w.add("location", k.Location)
	w.add("product", k.Product)
	w.add("tier", k.Tier)
	w.add("value", k.Value)
	for _, f := range k.Former {
		w.fact(w.Lang.T("rights.say.value_until", lang.Values{"Date": w.moment(f.Until)}), f.Value)
	}
	w.company(k.Company)
	w.add("language", k.Language)
	w.add("zone", k.Zone)
	w.attributes(k.Attributes)
	w.add("created", w.moment(k.Created))
	w.add("updated", w.moment(k.Updated))
	var by []string
	for _, kind := range k.FoundBy {
		by = append(by, w.say("by."+kind))
	}
	w.add("found_by", strings.Join(by, ", "))
	if k.Stopped != nil {
		w.add("stopped", w.Lang.T("contacts.stopped."+string(k.Stopped.Reason))+", "+w.moment(k.Stopped.Since))
	}
	w.add("not_taken", strings.Join(k.NotTaken, ", "))
}

func (w *writer) campaign(c rights.InCampaign) {
	w.begin(w.Lang.T("rights.say.campaign", lang.Values{"Name": c.Name}))
	for _, l := range c.Letters {
		number := slices.Index([]string{"invitation", "reminder", "second_reminder"}, l.Kind)
		text := shell.LetterText(w.Lang, survey.Invitation{Mailing: number, State: l.State, Reason: l.Reason})
		if l.Message != "" {
			text += ", " + w.say("message") + " " + l.Message
		}
		w.fact(w.moment(l.At), text)
	}
	if a := c.Answer; a != nil {
		w.add("score", strconv.Itoa(a.Score))
		w.add("why", a.Why)
		w.add("wish", a.Wish)
		w.add("first_answered", w.moment(a.First))
		w.add("last_answered", w.moment(a.Updated))
		if !a.Verified {
			w.add("verified", w.Lang.T("contacts.unverified"))
		}
		w.add("answer_owner", shell.StaffName(w.names, a.Owner))
		w.add("answer_team", a.Team)
		w.add("segments", strings.Join(slices.DeleteFunc(slices.Clone(a.Segments), func(s string) bool { return s == "" }), ", "))
	}
	if v := c.Case; v != nil {
		w.add("case", w.Lang.T("case.state."+string(v.State)))
		w.add("case_owner", shell.StaffName(w.names, v.Owner))
		w.add("deadline", w.moment(v.Deadline))
		if len(v.Causes) > 0 {
			w.add("cause", followup.CauseNames(w.Lang, w.causes, v.Causes))
		}
		if v.Outcome != "" {
			w.add("outcome", w.Lang.T("case.outcome."+string(v.Outcome)))
		}
		for _, e := range v.History {
			who := ""
			if e.By != "" {
				who = ", " + shell.StaffName(w.names, e.By)
			}
			w.fact(w.moment(e.At), w.say("event."+string(e.What))+who)
		}
		for _, n := range v.Notes {
			if n.Unreadable {
				n.Text = w.Lang.T("case.note.unreadable")
			}
			w.fact(w.moment(n.At)+", "+shell.StaffName(w.names, n.By), n.Text)
		}
		if v.Alert.Message != "" {
			w.add("alert", w.moment(v.Alert.Sent)+", "+w.say("message")+" "+v.Alert.Message)
		}
	}
	if q := c.Quote; q != nil {
		w.fact(w.moment(q.At), q.Wording)
		w.add("quote_withdrawn", w.moment(q.Withdrawn))
	}
	if h := c.Handed; h != nil {
		w.fact(w.moment(h.Taken), w.say("recommended"))
		w.add("gone_on", strconv.Itoa(h.Opened))
	}
	for _, i := range c.Inbox {
		w.fact(w.moment(i.At), w.say("passed_on")+": "+w.Lang.T("ideas.kind."+string(i.Kind)))
		w.add("item_answer", i.Answer)
		w.add("item_note", i.Note)
	}
	for _, call := range c.Calls {
		w.fact(w.moment(call.At)+", "+shell.StaffName(w.names, call.Executive), w.say("called"))
		w.add("heard", call.Words)
		w.add("promised", call.Promise)
		w.add("change", call.Change)
		w.add("cause", followup.CauseNames(w.Lang, w.causes, call.Causes))
	}
}
