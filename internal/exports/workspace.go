package exports

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/loop"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// workspaceVersion is of the form of the lines: see docs/export.md.
const workspaceVersion = 1

// stages are what a workspace is written out as, one after the other.
var stages = []string{"head", "settings", "staff", "columns", "contacts", "campaigns", "invitations", "answers", "cases", "calls", "audit"}

// mark is where the lines go on: a stage, in it an audience and a campaign, and in those a place.
type mark struct {
	Stage    int    `json:"s"`
	Audience int    `json:"a,omitempty"`
	Campaign string `json:"c,omitempty"` // from this id on
	After    string `json:"p,omitempty"`
}

// workspaceRows are everything that a company has put in or was answered, as lines of JSON. What the reader may not see on a page is not in it:
// of employees' campaigns there are figures and words, as everybody sees them.
type workspaceRows struct{ base }

func (w workspaceRows) columns() []report.Column { return nil }

func (w workspaceRows) page(ctx context.Context, after string) (rows []report.Row, next string, err error) {
	var m mark
	if after != "" {
		if err := json.Unmarshal([]byte(after), &m); err != nil || m.Stage < 0 || m.Stage >= len(stages) {
			return nil, "", apperr.New(apperr.Invalid, "cursor_wrong", "after")
		}
	}
	lines, to, err := w.lines(ctx, m)
	if err != nil {
		return nil, "", err
	}
	for _, l := range lines {
		rows = append(rows, report.Row{l})
	}
	if to == nil {
		return rows, "", nil
	}
	return rows, string(asJSON(to)), nil
}

// following is the beginning of the next stage; nil after the last.
func (m mark) following() *mark {
	if m.Stage+1 == len(stages) {
		return nil
	}
	return &mark{Stage: m.Stage + 1}
}

func (w workspaceRows) lines(ctx context.Context, m mark) ([]any, *mark, error) {
	switch stages[m.Stage] {
	case "head":
		return []any{map[string]any{"kind": "onetap", "version": workspaceVersion, "made": w.e.Now().UTC().Format(time.RFC3339)}}, m.following(), nil
	case "settings":
		return w.settingLines(ctx, m)
	case "staff":
		staff, err := w.e.Store.Staff(ctx)
		lines := make([]any, len(staff))
		for i, one := range staff {
			lines[i] = line("staff", one)
		}
		return lines, m.following(), err
	case "audit":
		entries, next, err := w.e.Store.Audit(ctx, m.After, auditAtOnce, w.e.Now())
		lines := make([]any, len(entries))
		for i, e := range entries {
			lines[i] = map[string]any{"kind": "audit", "at": e.At, "who": e.Who, "token": e.Token, "action": e.Action, "object": e.Object}
		}
		if next == "" {
			return lines, nil, err
		}
		return lines, &mark{Stage: m.Stage, After: next}, err
	case "cases":
		return w.caseLines(ctx, m)
	case "calls":
		return w.callLines(ctx, m)
	}
	if m.Audience >= len(survey.Audiences) {
		return nil, m.following(), nil
	}
	a := survey.Audiences[m.Audience]
	others := &mark{Stage: m.Stage, Audience: m.Audience + 1}
	switch stages[m.Stage] {
	case "columns":
		known, err := w.e.Lists.Columns(ctx, a)
		var lines []any
		for _, c := range known {
			lines = append(lines, map[string]any{"kind": "column", "audience": a, "column": c.Dimension, "segment": c.Use, "chosen": c.Chosen})
		}
		if err == nil && !a.Anonymous() {
			var joins survey.AccountJoins
			if joins, err = w.e.Store.AccountJoins(ctx, a); len(joins.Into) > 0 {
				lines = append(lines, map[string]any{"kind": "companies_joined", "audience": a, "into": joins.Into})
			}
		}
		return lines, others, err
	case "contacts":
		return w.contactLines(ctx, m, a)
	}
	campaigns, err := w.e.Store.Campaigns(ctx, a, mostCampaigns)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(campaigns, func(a, b survey.Campaign) int { return strings.Compare(string(a.ID), string(b.ID)) }) // while new ones come
	at := slices.IndexFunc(campaigns, func(c survey.Campaign) bool { return string(c.ID) >= m.Campaign })
	if at < 0 {
		return nil, others, nil
	}
	c := campaigns[at]
	m.Campaign = string(c.ID)
	after := &mark{Stage: m.Stage, Audience: m.Audience, Campaign: string(c.ID) + "~"}
	switch stages[m.Stage] {
	case "invitations":
		return w.invitationLines(ctx, m, c, after)
	case "answers":
		return w.answerLines(ctx, m, c, after)
	}
	return w.campaignLines(ctx, c, after)
}

// mostCampaigns is how many campaigns of an audience are written out.
const mostCampaigns = 10_000

// line is a value's own JSON with its kind before it.
func line(kind string, v any) json.RawMessage {
	b := asJSON(v)
	if len(b) == len("{}") {
		return json.RawMessage(`{"kind":"` + kind + `"}`)
	}
	return append([]byte(`{"kind":"`+kind+`",`), b[1:]...)
}

func (w workspaceRows) contactLines(ctx context.Context, m mark, a survey.Audience) ([]any, *mark, error) {
	from, err := survey.ParseCursor(m.After)
	if err != nil {
		return nil, nil, err
	}
	found, next, err := w.e.Lists.Walk(ctx, w.who, contacts.Search{Audience: a, From: from}, walkedAtOnce)
	lines := make([]any, len(found))
	for i, hit := range found {
		c := hit.Contact
		lines[i] = map[string]any{
			"kind": "contact", "audience": a, "id": c.ID, "person": c.Person, "owner": c.Owner, "owner_as_written": c.OwnerRaw, "team": c.Team, "location": c.Location,
			"product": c.Product, "tier": c.Tier, "language": c.Language, "zone": c.Zone, "value": c.Value, "former_values": c.Former, "company": c.Company, "attributes": c.Attrs, "created": c.Created, "updated": c.Updated, "stopped": hit.Stopped,
		}
	}
	if next == nil {
		return lines, &mark{Stage: m.Stage, Audience: m.Audience + 1}, err
	}
	return lines, &mark{Stage: m.Stage, Audience: m.Audience, After: next.String()}, err
}

// settingLines are what the company has set, its continuous surveys among it.
func (w workspaceRows) settingLines(ctx context.Context, m mark) ([]any, *mark, error) {
	s, err := w.e.Store.Settings(ctx)
	if err != nil {
		return nil, nil, err
	}
	lines := []any{line("settings", s)}
	all, err := w.e.Store.Continuous(ctx)
	for _, one := range all {
		lines = append(lines, map[string]any{
			"kind": "continuous", "audience": one.Audience, "state": one.State, "begun": one.Begun, "cadence": one.Cadence, "zone": one.Zone, "survey": one.Survey,
		})
	}
	if err != nil {
		return nil, nil, err
	}
	dictionary, _, own, err := w.e.Store.Themes(ctx)
	if err != nil {
		return nil, nil, err
	}
	if own {
		lines = append(lines, map[string]any{"kind": "themes", "themes": dictionary})
	}
	loops, err := w.loopLines(ctx)
	return append(lines, loops...), m.following(), err
}

// loopLines are how the company follows up: by when, what it counts, what each level does, all versions.
func (w workspaceRows) loopLines(ctx context.Context) ([]any, error) {
	schedule, err := w.e.Store.Schedule(ctx)
	if err != nil {
		return nil, err
	}
	practice, err := w.e.Store.Practice(ctx)
	if err != nil {
		return nil, err
	}
	lines := []any{line("deadlines", schedule), line("practice", practice)}
	written, err := w.e.Store.Procedures(ctx)
	for _, id := range loop.ProcedureIDs() {
		if _, ok := written[id]; !ok || err != nil {
			continue
		}
		var versions []loop.Procedure
		versions, err = w.e.Store.ProcedureVersions(ctx, id, loop.MaxProcedures)
		for _, one := range versions {
			lines = append(lines, line("procedure", one))
		}
	}
	if err != nil {
		return nil, err
	}
	huddles, err := w.e.Store.Huddles(ctx)
	for _, h := range huddles {
		lines = append(lines, line("huddle", h))
	}
	if err != nil {
		return nil, err
	}
	outer, err := w.e.Store.Outer(ctx)
	for _, one := range outer.Issues {
		lines = append(lines, line("issue", one))
	}
	if err != nil {
		return nil, err
	}
	for _, kind := range loop.ItemKinds {
		for _, waits := range []bool{true, false} {
			items, err := w.e.Store.Items(ctx, kind, waits, maxItems)
			if err != nil {
				return nil, err
			}
			for _, i := range items {
				lines = append(lines, map[string]any{"kind": "inbox", "item": i, "said": i.Said})
			}
		}
	}
	return lines, nil
}

// maxItems is how many ideas, questions or leads that wait, or are over, are taken out: the oldest that wait, the latest that are over.
const maxItems = 10_000

// callLines are the rounds of executives' calls, one at a time, and what was heard in them.
func (w workspaceRows) callLines(ctx context.Context, m mark) ([]any, *mark, error) {
	rounds, _, err := w.e.Store.Rounds(ctx)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(rounds, func(a, b loop.Round) int { return strings.Compare(a.ID, b.ID) })
	at := slices.IndexFunc(rounds, func(r loop.Round) bool { return r.ID > m.After })
	if at < 0 {
		return nil, m.following(), nil
	}
	r, _, err := w.e.Store.Round(ctx, rounds[at].ID)
	if err != nil {
		return nil, nil, err
	}
	lines := []any{line("calls", struct {
		loop.Round
		Hands []loop.Hand `json:"hands"`
	}{r, r.Hands})}
	for _, h := range r.Hands {
		calls, err := w.e.Store.Calls(ctx, r, h.Contacts)
		if err != nil {
			return nil, nil, err
		}
		for _, id := range h.Contacts {
			if call, ok := calls[id]; ok {
				lines = append(lines, line("call", call))
			}
		}
	}
	return lines, &mark{Stage: m.Stage, After: rounds[at].ID}, nil
}

// campaignLines are a campaign with its figures, and of employees' what people wrote.
func (w workspaceRows) campaignLines(ctx context.Context, c survey.Campaign, after *mark) ([]any, *mark, error) {
	reading, err := w.e.Results.Open(ctx, w.who, c)
	if err != nil {
		return nil, nil, err
	}
	whole, err := w.e.Results.Whole(ctx, w.who, c)
	if err != nil {
		return nil, nil, err
	}
	t := whole.Tally()
	if c.Audience.Anonymous() { // how many ballots there are of what tells more than the figures do
		c.Box, c.Cards = survey.Box{}, nil
	}
	var quotes map[survey.ContactID]survey.Quote
	if c.AsksQuotes() {
		if quotes, err = w.e.Store.Quotes(ctx, c.ID); err != nil {
			return nil, nil, err
		}
	}
	lines := []any{line("campaign", c), map[string]any{
		"kind": "figures", "campaign": c.ID, "withheld": whole.Withheld(), "scores": t.Scores, "answers": t.Answers(), "sent": t.Sent, "comments": t.Comments, "unverified": t.Unverified,
	}}
	if c.Recommends() {
		handed, err := w.e.Store.Recommendations(ctx, c.ID)
		if err != nil {
			return nil, nil, err
		}
		slices.SortFunc(handed, func(a, b survey.Recommendation) int { return strings.Compare(string(a.Contact), string(b.Contact)) })
		for _, one := range handed {
			lines = append(lines, map[string]any{"kind": "recommendation", "campaign": c.ID, "contact": one.Contact, "recommendation": one})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(quotes)) {
		lines = append(lines, map[string]any{"kind": "quote", "campaign": c.ID, "contact": id, "quote": quotes[id]})
	}
	planned, err := w.plannedLines(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	lines = append(lines, planned...)
	if !reading.View().Words() {
		return lines, after, nil
	}
	words, err := reading.Words(ctx)
	for _, group := range words {
		for _, said := range group.Said {
			lines = append(lines, map[string]any{"kind": "words", "campaign": c.ID, "columns": reading.Columns(), "group": group.Group, "comment": said.Comment(), "wish": said.Wish()})
		}
	}
	return lines, after, err
}

// plannedLines are whom a campaign was planned to ask, by mailing, by columns and by company: by one name of each, where it has several.
func (w workspaceRows) plannedLines(ctx context.Context, c survey.Campaign) (lines []any, err error) {
	if c.Audience.Anonymous() || c.Brought() {
		return nil, nil
	}
	for number := range 1 + len(survey.Reminders) {
		m, ok, err := w.e.Store.Mailing(ctx, c.ID, number)
		if err != nil {
			return nil, err
		}
		if m.Carry, m.Cells = nil, ""; ok {
			lines = append(lines, map[string]any{"kind": "mailing", "campaign": c.ID, "mailing": m})
		}
	}
	asked, err := w.e.Store.Asked(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	accounts, err := w.e.Store.AskedAccounts(ctx, c.ID, survey.ContactShards)
	if err != nil {
		return nil, err
	}
	if len(asked)+len(accounts) == 0 {
		return lines, nil
	}
	known, err := w.e.Results.Companies(ctx, w.who, c.Audience, slices.Sorted(maps.Keys(accounts)))
	if err != nil {
		return nil, err
	}
	companies := []any{}
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		if company, ok := known[id]; ok {
			companies = append(companies, map[string]any{"company": company, "people": accounts[id]})
		}
	}
	return append(lines, map[string]any{"kind": "asked", "campaign": c.ID, "asked": asked, "companies": companies}), nil
}

func (w workspaceRows) invitationLines(ctx context.Context, m mark, c survey.Campaign, after *mark) ([]any, *mark, error) {
	b := w.base
	b.ask.Kind = Invitations
	s, err := b.invitations(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	r := s.(invitationRows)
	found, next, err := r.read(ctx, m.After)
	lines := make([]any, len(found))
	for i, one := range found {
		v := one.Invitation
		lines[i] = map[string]any{
			"kind": "invitation", "campaign": c.ID, "contact": one.Contact, "wave": v.Mailing, "state": v.State, "decided": v.Decided, "version": v.Version, "reason": v.Reason, "owner": v.Owner, "team": v.Team,
			"language": v.Language, "zone": v.Zone, "segments": v.Segments, "at": v.At,
		}
	}
	if next == "" {
		return lines, after, err
	}
	m.After = next
	return lines, &m, err
}

// answerLine is an answer as the import of history reads it back.
type answerLine struct {
	Kind       string                         `json:"kind"` // answer
	Audience   survey.Audience                `json:"audience"`
	Campaign   survey.CampaignID              `json:"campaign_id"`
	Wave       string                         `json:"campaign"` // its name
	ID         string                         `json:"id"`
	Contact    survey.ContactID               `json:"contact"`
	Person     survey.Person                  `json:"person"`
	At         string                         `json:"created_at"` // first verified post, which decides the week; of one that is in no figure, the first
	Score      int                            `json:"score"`
	Verified   bool                           `json:"verified"`
	Comment    string                         `json:"comment"`
	Wish       string                         `json:"wish"`
	Language   string                         `json:"language"`
	Owner      string                         `json:"owner"`
	Team       string                         `json:"team"`
	Ratings    map[survey.TouchpointID]string `json:"touchpoints,omitempty"`       // poor, fine or wow
	Properties map[string]string              `json:"person_properties,omitempty"` // values of the campaign's dimensions
}

func (w workspaceRows) answerLines(ctx context.Context, m mark, c survey.Campaign, after *mark) ([]any, *mark, error) {
	reading, err := w.e.Results.Open(ctx, w.who, c)
	if err != nil || !reading.View().Answers() || !reading.View().People() {
		return nil, after, err
	}
	from, err := survey.ParseCursor(m.After)
	if err != nil {
		return nil, nil, err
	}
	found, next, err := w.e.Results.Responses(ctx, w.who, c, from, walkedAtOnce)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]survey.ContactID, 0, len(found))
	for _, a := range found {
		r, _ := a.Response()
		ids = append(ids, r.Contact)
	}
	people, err := w.e.Store.Contacts(ctx, c.Audience, ids)
	var lines []any
	for _, a := range found {
		r, _ := a.Response()
		l := answerLine{
			Kind: "answer", Audience: c.Audience, Campaign: c.ID, Wave: c.Name, ID: string(c.ID) + "." + string(r.Contact), Contact: r.Contact, Person: people[r.Contact].Person,
			At: insight.When(r).UTC().Format(time.RFC3339), Score: r.Score, Verified: r.Verified, Comment: r.Why, Wish: r.Wish, Language: r.Language, Owner: r.Owner, Team: r.Team,
			Properties: map[string]string{},
		}
		r.Ratings.Each(func(id survey.TouchpointID, rating survey.Rating) {
			if l.Ratings == nil {
				l.Ratings = map[survey.TouchpointID]string{}
			}
			l.Ratings[id] = rating.Word()
		})
		for i, d := range c.Dimensions {
			if h := survey.Heading(d); h != "" {
				d = h
			}
			if v := r.Segment(i); v != "" {
				l.Properties[d] = v
			}
		}
		lines = append(lines, l)
	}
	if next == nil {
		return lines, after, err
	}
	m.After = next.String()
	return lines, &m, err
}

func (w workspaceRows) caseLines(ctx context.Context, m mark) ([]any, *mark, error) {
	staff, err := w.e.Store.Staff(ctx)
	if err != nil {
		return nil, nil, err
	}
	found, err := w.e.Cases.Take(ctx, w.who, staff, followup.BoardQuery{Owner: followup.AllOwners, After: m.After})
	if err != nil {
		return nil, nil, err
	}
	lines := make([]any, len(found.Cases))
	for i, c := range found.Cases {
		if c.History, err = w.e.Store.Events(ctx, c); err != nil {
			return nil, nil, err
		}
		c.Pages = 0
		lines[i] = struct {
			Kind string    `json:"kind"`
			ID   string    `json:"id"`
			Of   loop.Kind `json:"of"`
			loop.Case
			Notes []loop.Note `json:"notes"`
		}{"case", c.ID(), c.Is(), c, found.Notes[i]}
	}
	if found.Next == "" {
		return lines, m.following(), nil
	}
	return lines, &mark{Stage: m.Stage, After: found.Next}, nil
}
