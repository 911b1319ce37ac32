package api

import (
	"net/http"
	"time"

	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// accountsListed is how many accounts, or people, a page of the API has.
const accountsListed = 500

// amountView is an amount of money as programs take it: an exact decimal.
type amountView struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func viewAmount(a money.Amount, known bool) *amountView {
	if !known {
		return nil
	}
	return &amountView{a.Decimal(), a.Currency}
}

type accountView struct {
	ID       survey.AccountID `json:"id"`
	Name     string           `json:"name"`
	Others   []string         `json:"also,omitempty"`
	Codes    []string         `json:"company_ids,omitempty"`
	Parent   string           `json:"parent_company,omitempty"`
	Value    *amountView      `json:"value"`
	Contacts int              `json:"contacts"`
	Parts    []partView       `json:"joined,omitempty"`
}

type partView struct {
	ID   survey.AccountID `json:"id"`
	Name string           `json:"name"`
}

func viewAccount(a insight.Account) accountView {
	v := accountView{a.ID, a.Name, a.Others, a.Codes, a.Parent, viewAmount(a.Value, a.Valued), a.Contacts, nil}
	for _, p := range a.Parts {
		v.Parts = append(v.Parts, partView{p.ID, p.Name})
	}
	return v
}

// listAccounts answers the accounts of an audience that the asker may see, those with the largest value first, and pairs that look like one.
func (d *API) listAccounts(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "after"); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	found, err := d.Results.Accounts(r.Context(), door.VisitOf(r).Who, a, insight.AccountsAsk{
		After: survey.AccountID(r.URL.Query().Get("after")), Most: accountsListed, Alike: accountsListed,
	})
	if err != nil {
		return err
	}
	out := struct {
		Accounts []accountView         `json:"accounts"`
		Currency string                `json:"currency"`
		Later    bool                  `json:"gathering,omitempty"` // what has changed just now is not in it yet
		Alike    [][2]survey.AccountID `json:"alike"`
		Next     *survey.AccountID     `json:"next"`
	}{[]accountView{}, found.Currency, found.Gathering || found.Later, [][2]survey.AccountID{}, nil}
	for _, one := range found.List {
		out.Accounts = append(out.Accounts, viewAccount(one))
	}
	if found.Next != "" {
		out.Next = &found.Next
	}
	for _, pair := range found.Alike {
		out.Alike = append(out.Alike, [2]survey.AccountID{pair.A.ID, pair.B.ID})
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// joinAccounts says that the account of the path is part of the one that the body names.
func (d *API) joinAccounts(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	var in struct {
		Into survey.AccountID `json:"into"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	if err := d.Lists.JoinAccounts(r.Context(), a, survey.AccountID(r.PathValue("account")), in.Into); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// partAccount takes the account of the path out of the one that it was joined to.
func (d *API) partAccount(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	if err := d.Lists.PartAccount(r.Context(), a, survey.AccountID(r.PathValue("account"))); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// accountRow is an account in a campaign.
type accountRow struct {
	accountView
	Asked int64      `json:"asked"`
	Heard int64      `json:"answers"`
	Score *nps.Score `json:"median"` // null: nobody has answered
	Group nps.Group  `json:"group,omitempty"`
}

type weightedView struct {
	NPS       *float64         `json:"nps"`
	Interval  *nps.Interval    `json:"interval"`
	Answers   int              `json:"accounts"`
	Effective float64          `json:"effective"`
	Currency  string           `json:"currency"`
	Left      int              `json:"left_out"` // accounts that answered and have no value in the currency
	Withheld  insight.Withheld `json:"withheld,omitempty"`
}

type coverageView struct {
	All        int64       `json:"accounts"`
	Asked      *int64      `json:"asked"` // null: it is not known whom the campaign asked
	Heard      int64       `json:"heard"`
	ValueAll   *amountView `json:"value,omitempty"`
	ValueAsked *amountView `json:"value_asked,omitempty"`
	ValueHeard *amountView `json:"value_heard,omitempty"`
}

// campaignAccounts answers a campaign by the accounts of those who answered.
func (d *API) campaignAccounts(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "after"); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	by, err := reading.ByAccounts(r.Context(), insight.AccountsAsk{After: survey.AccountID(r.URL.Query().Get("after")), Most: accountsListed})
	if err != nil {
		return err
	}
	out := struct {
		Contacts figures           `json:"by_contact"`
		Accounts figures           `json:"by_account"`
		Value    weightedView      `json:"by_value"`
		Coverage coverageView      `json:"coverage"`
		Rows     []accountRow      `json:"accounts"`
		Next     *survey.AccountID `json:"next"`
		Withheld insight.Withheld  `json:"withheld,omitempty"`
		Later    bool              `json:"gathering,omitempty"` // names and values are not known yet
	}{
		Contacts: figuresOf(by.Contacts), Accounts: figuresOf(by.Accounts), Rows: []accountRow{}, Withheld: by.Accounts.Withheld(), Later: by.Gathering,
		Value: weightedView{door.Rounded(by.Value.NPS()), roundedInterval(by.Value.Interval()), by.Value.Answers, *door.Rounded(by.Value.Effective(), true), by.Currency, by.Unweighed, by.ValueWithheld},
	}
	if by.Next != "" {
		out.Next = &by.Next
	}
	c := by.Coverage
	out.Coverage = coverageView{All: c.Asked.Of, Heard: c.Heard.Did}
	if c.Planned {
		out.Coverage.Asked = &c.Asked.Did
	}
	if c.HasValue && reading.View().People() {
		out.Coverage.ValueAll, out.Coverage.ValueHeard, out.Coverage.ValueAsked = viewAmount(c.ValueAll, true), viewAmount(c.ValueHeard, true), viewAmount(c.ValueAsked, c.Planned)
	}
	for _, one := range by.Rows {
		row := accountRow{accountView: viewAccount(one.Account), Asked: one.Tally.Sent, Heard: one.Tally.Answers(), Group: one.Group}
		if s, ok := one.Tally.LowerMedian(); ok {
			row.Score = &s
		}
		out.Rows = append(out.Rows, row)
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// silentView is somebody who was asked and has not answered.
type silentView struct {
	Contact survey.ContactID `json:"contact"`
	Name    string           `json:"name"`
	Email   string           `json:"email"`
	Company string           `json:"company,omitempty"`
	Account survey.AccountID `json:"account,omitempty"`
	Owner   string           `json:"owner"`
	Team    string           `json:"team"`
	Value   *amountView      `json:"value"`
	Waves   int              `json:"surveys_in_a_row"`
	Gone    bool             `json:"gone,omitempty"`
}

// campaignSilent answers who of a part of a campaign's people has not answered, those with the largest value first.
func (d *API) campaignSilent(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "after"); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	from, err := survey.ParseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	earlier, err := d.Mailing.Earlier(r.Context(), reading.Campaign())
	if err != nil {
		return err
	}
	found, err := reading.Silent(r.Context(), from, earlier)
	if err != nil {
		return err
	}
	out := struct {
		Sent      int64        `json:"sent"`
		Responded int64        `json:"responded"`
		Looked    int          `json:"looked"`
		People    []silentView `json:"silent"`
		Value     *amountView  `json:"value"`
		At        *string      `json:"added_up"` // of value, retained and worth_less: over all people, as of; null: of this part
		Retained  retainedView `json:"retained"`
		Less      retainedView `json:"worth_less"`
		More      retainedView `json:"worth_more"`
		Next      *string      `json:"next"`
	}{Sent: found.Campaign.Sent, Responded: found.Campaign.Responded, Looked: found.Looked, People: []silentView{}, Value: viewAmount(found.Value, found.Value.Minor > 0), Next: door.CursorText(found.Next)}
	if !found.At.IsZero() {
		at := found.At.UTC().Format(time.RFC3339)
		out.At = &at
	}
	answered, silent := found.Sum.Answered, found.Sum.Silent
	out.Retained = retainedView{viewListed(answered.InList()), viewListed(silent.InList()), nil}
	out.Less, out.More = retainedView{viewShare(answered.WorthLess()), viewShare(silent.WorthLess()), nil}, retainedView{viewShare(answered.WorthMore()), viewShare(silent.WorthMore()), nil}
	if difference, ok := found.Kept(); ok {
		out.Retained.Difference = &difference
	}
	if difference, ok := found.Fell(); ok {
		out.Less.Difference = &difference
	}
	for _, p := range found.People {
		out.People = append(out.People, silentView{p.Contact.ID, p.Contact.Person.Name, p.Contact.Person.Email, p.Contact.AccountName(), p.Contact.Account, p.Owner, p.Team, viewAmount(p.Value, p.Valued), p.Waves, p.Gone})
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// retainedView compares those who answered with those who did not.
type retainedView struct {
	Answered   shareView   `json:"answered"`
	Silent     shareView   `json:"silent"`
	Difference *nps.Shares `json:"difference,omitempty"`
}

// shareView is how many of a number did something.
type shareView struct {
	Of     int64  `json:"of"`
	Listed *int64 `json:"in_list,omitempty"`
	Did    *int64 `json:"did,omitempty"`
}

func viewListed(s nps.Share) shareView { return shareView{Of: s.Of, Listed: &s.Did} }
func viewShare(s nps.Share) shareView  { return shareView{Of: s.Of, Did: &s.Did} }
