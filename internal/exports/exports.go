// Package exports takes out what is shown: answers, contacts, cases, invitations, results and the audit list, as files. It decides what rows and
// columns a file has for one reader, and asks insight, contacts and followup for them: no rule about who may see what stands here.
//
// What is small is made at once (AtOnce). What is not is written in parts by another function, which can die after any of them (Begin, GoOn).
package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/insight/themes"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// Kind is what a file is of.
type Kind string

const (
	Answers         Kind = "answers"
	Contacts        Kind = "contacts"
	Cases           Kind = "cases"
	Invitations     Kind = "invitations"
	Silent          Kind = "silent"          // who was asked and has not answered
	Results         Kind = "results"         // figures, whole and by segment
	Recommendations Kind = "recommendations" // what came of promoters' links
	Touchpoints     Kind = "touchpoints"     // how people found them
	Loop            Kind = "loop"            // how the follow-up of cases runs
	Audit           Kind = "audit"
	Workspace       Kind = "workspace" // everything, as lines of JSON
)

// needs says what one must be allowed to see as a page to have it as a file.
var needs = map[Kind]authz.Action{
	Answers: authz.ReadAnswers, Contacts: authz.ReadContacts, Cases: authz.ReadCases, Loop: authz.ReadCases, Invitations: authz.ReadCampaigns,
	Results: authz.ReadResults, Silent: authz.ReadPeople, Recommendations: authz.ReadResults, Touchpoints: authz.ReadResults, Audit: authz.ReadAudit, Workspace: authz.MoveWorkspace,
}

// Ask says what a file is to hold: what a page shows with these filters.
type Ask struct {
	Kind     Kind              `json:"kind"`
	Format   report.Format     `json:"format"`
	Language lang.Language     `json:"language"`
	Campaign survey.CampaignID `json:"campaign,omitempty"` // of answers, invitations, results, recommendations
	Answers  insight.Filter    `json:"answers,omitzero"`
	By       string            `json:"by,omitempty"`       // of results: one dimension alone
	Audience survey.Audience   `json:"audience,omitempty"` // of contacts
	Narrow   contacts.Narrow   `json:"narrow,omitzero"`
	Text     string            `json:"text,omitempty"`  // that contacts are searched for
	Owner    string            `json:"owner,omitempty"` // of cases: followup.AllOwners, or one
	State    loop.State        `json:"state,omitempty"` // of cases
	Run      followup.RunQuery `json:"run,omitzero"`    // of how the loop runs
	Whose    string            `json:"whose,omitempty"` // of the audit list: of one person, or of one token; "": everybody
	Token    bool              `json:"token,omitempty"` // … it is a token
}

// Store is what files are made of and what is known of large ones.
type Store interface {
	// Staff reads everybody of the company.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Settings are the company's.
	Settings(ctx context.Context) (survey.Settings, error)
	// Continuous lists the continuous surveys, and AccountJoins which companies of an audience are one.
	Continuous(ctx context.Context) ([]survey.Continuous, error)
	AccountJoins(ctx context.Context, a survey.Audience) (survey.AccountJoins, error)
	// Themes reads the company's dictionary of themes; ok is false while it has none of its own.
	Themes(ctx context.Context) (d themes.Dictionary, version int, ok bool, err error)
	// Schedule, Practice, Procedures and ProcedureVersions are how cases are followed up.
	Schedule(ctx context.Context) (loop.Schedule, error)
	Practice(ctx context.Context) (loop.Practice, error)
	Procedures(ctx context.Context) (map[loop.ProcedureID]loop.Procedure, error)
	ProcedureVersions(ctx context.Context, id loop.ProcedureID, limit int) ([]loop.Procedure, error)
	// Quotes reads who of a campaign has ever said that they may be quoted.
	Quotes(ctx context.Context, c survey.CampaignID) (map[survey.ContactID]survey.Quote, error)
	// Recommendations reads the links that a campaign's promoters have taken; Items lists ideas, questions or leads that wait, or are over, up to limit.
	Recommendations(ctx context.Context, c survey.CampaignID) ([]survey.Recommendation, error)
	Items(ctx context.Context, kind loop.ItemKind, waits bool, limit int) ([]loop.Item, error)
	// Rounds, Round and Calls are those of executives' calls.
	Rounds(ctx context.Context) ([]loop.Round, int, error)
	Round(ctx context.Context, id string) (loop.Round, bool, error)
	Calls(ctx context.Context, r loop.Round, ids []survey.ContactID) (map[survey.ContactID]loop.Call, error)
	// Campaign reads a campaign, or a problem campaign_unknown.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Mailing reads a campaign's invitations, or reminders, as they were planned; Asked and AskedAccounts whom that asks, by columns and by company.
	Mailing(ctx context.Context, id survey.CampaignID, number int) (w survey.Mailing, ok bool, err error)
	Asked(ctx context.Context, c survey.CampaignID) (survey.Asked, error)
	AskedAccounts(ctx context.Context, c survey.CampaignID, below int) (map[survey.AccountID]int, error)
	// Events lists everything that happened to a case.
	Events(ctx context.Context, c loop.Case) ([]loop.Event, error)
	// Contacts reads contacts of an audience; those that are not there are absent.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// Huddles lists what all teams have agreed, Outer reads the company's board.
	Huddles(ctx context.Context) ([]loop.Huddle, error)
	Outer(ctx context.Context) (loop.Outer, error)
	// Audit lists entries before a place, newest first; next is "" at the end.
	Audit(ctx context.Context, before string, limit int, now time.Time) (all []authz.AuditEntry, next string, err error)
	// AuditOf is Audit of one person, or of one token.
	AuditOf(ctx context.Context, who string, token bool, before string, limit int, now time.Time) (all []authz.AuditEntry, next string, err error)

	// CreateExport stores a new one.
	CreateExport(ctx context.Context, e survey.Export) (survey.Export, error)
	// Export reads one; export_unknown.
	Export(ctx context.Context, id string) (survey.Export, error)
	// SaveExport writes one that has the version that was read, or apperr.ErrChanged.
	SaveExport(ctx context.Context, e survey.Export) (survey.Export, error)
	// ExportsOf lists those of one person, or of one token, the latest first.
	ExportsOf(ctx context.Context, who string, token bool) ([]survey.Export, error)
}

// Exports makes files. It is safe for concurrent use.
type Exports struct {
	Store   Store
	Results *insight.Results
	Lists   *contacts.Lists
	Cases   *followup.Cases
	Now     func() time.Time
	Files   Files                               // where large ones are kept; nil: only small ones are made
	Wake    func(context.Context, string) error // has the function that writes go on with one, and does not wait; may be nil
	NewID   func() string                       // of a large one: nobody can guess it
}

// source is the rows of one file for one reader.
type source interface {
	columns() []report.Column
	// page reads the rows from a place on ("": the beginning) and says where the next ones begin; "" at the end.
	page(ctx context.Context, after string) (rows []report.Row, next string, err error)
}

// known refuses what is asked wrongly, and whoever may not see it. Problems: not_allowed, export_format, export_kind.
func (a Ask) check(who authz.Who) error {
	action, ok := needs[a.Kind]
	switch {
	case !ok:
		return apperr.New(apperr.Invalid, "export_kind", "kind", "Got", string(a.Kind))
	case !who.Can(action):
		return apperr.New(apperr.Forbidden, "not_allowed", "")
	case a.Kind == Workspace && a.Format == report.Lines:
	case a.Kind == Workspace || a.Format != report.CSV && a.Format != report.XLSX:
		return apperr.New(apperr.Invalid, "export_format", "format", "Known", "csv, xlsx")
	}
	return nil
}

// open finds the rows of what is asked for.
func (e *Exports) open(ctx context.Context, who authz.Who, ask Ask) (source, error) {
	if err := ask.check(who); err != nil {
		return nil, err
	}
	b := base{e: e, who: who, ask: ask, l: ask.Language}
	switch ask.Kind {
	case Contacts:
		return b.contacts(ctx)
	case Cases:
		return b.cases(ctx)
	case Loop:
		return b.run(ctx)
	case Audit:
		return b.audit(ctx)
	case Workspace:
		return workspaceRows{b}, nil
	}
	c, err := e.Store.Campaign(ctx, ask.Campaign)
	if err != nil {
		return nil, err
	}
	switch ask.Kind {
	case Answers:
		return b.answers(ctx, c)
	case Invitations:
		return b.invitations(ctx, c)
	case Silent:
		return b.silent(ctx, c)
	case Recommendations:
		return b.recommendations(ctx, c)
	case Touchpoints:
		return b.touchpoints(ctx, c)
	}
	return b.figures(ctx, c)
}

// base is what all sources have.
type base struct {
	e    *Exports
	who  authz.Who
	ask  Ask
	l    lang.Language
	zone *time.Location
}

// column is one whose heading is "export.column.<name>".
func (b base) column(name string, kind report.Kind) report.Column {
	c := report.Column{Heading: b.l.T("export.column." + name), Kind: kind}
	if kind == report.Moment { // whose clock it is
		c.Heading += " (" + b.zone.String() + ")"
	}
	return c
}

// at is a time on the file's clock; nil where there is none.
func (b base) at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.In(b.zone)
}

// table is what a file looks like.
func (b base) table(columns []report.Column) report.Table {
	return report.Table{Format: b.ask.Format, Language: string(b.l), Sheet: b.l.T("export.kind." + string(b.ask.Kind)), Columns: columns}
}

// fileName is what a file is called: no name of anybody, and no letters that a mail program spoils.
func (e *Exports) fileName(ask Ask, zone *time.Location) string {
	return fmt.Sprintf("onetap-%s-%s.%s", ask.Kind, e.Now().In(zone).Format(time.DateOnly), ask.Format)
}

func asJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // types of ours
	}
	return b
}
