package exports

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// answerRows are a campaign's answers as its page shows them.
type answerRows struct {
	base
	reading *insight.Reading
	sees    func(survey.Contact) bool
	names   map[string]string
}

func (b base) answers(ctx context.Context, c survey.Campaign) (source, error) {
	reading, err := b.e.Results.Open(ctx, b.who, c)
	if err != nil {
		return nil, err
	}
	if !reading.View().Answers() {
		return nil, insight.ErrWholeOnly
	}
	b.zone = c.Clock()
	a := answerRows{base: b, reading: reading.Taken()}
	a.ask.Answers.Sort = ""
	if a.names, err = b.staffNames(ctx); err != nil {
		return nil, err
	}
	a.sees, err = b.e.Lists.Sees(ctx, b.who)
	return a, err
}

// staffNames are the names of the staff by their ids in small letters.
func (b base) staffNames(ctx context.Context) (map[string]string, error) {
	staff, err := b.e.Store.Staff(ctx)
	known := map[string]string{}
	for _, m := range staff {
		known[strings.ToLower(m.ID)] = m.Name
	}
	return known, err
}

// owner is the name of one of the staff, else their id; "" is nobody.
func owner(names map[string]string, id string) string {
	if name := names[strings.ToLower(id)]; name != "" {
		return name
	}
	return id
}

func (a answerRows) dimensions() []string { return a.reading.Dimensions() }

// words are the columns of who may not know the people: of an answer no more is shown to them.
func (a answerRows) words() []report.Column {
	columns := []report.Column{a.column("score", report.Whole), a.column("group", report.Text), a.column("comment", report.Text), a.column("wish", report.Text)}
	if insight.Pseudonymous(a.who) {
		columns = append([]report.Column{a.column("pseudonym", report.Text)}, columns...)
	}
	return columns
}

func (a answerRows) columns() []report.Column {
	columns := a.words()
	if !a.reading.View().People() {
		return columns
	}
	columns = slices.Concat([]report.Column{a.column("answered", report.Moment)}, columns, []report.Column{
		a.column("counted", report.Text), a.column("name", report.Text), a.column("email", report.Text), a.column("customer", report.Text),
		a.column("team", report.Text), a.column("owner", report.Text), a.column("language", report.Text),
	})
	for _, d := range a.dimensions() {
		columns = append(columns, report.Column{Heading: dimension(a.base, d), Kind: report.Text})
	}
	for _, t := range a.reading.Campaign().Touchpoints {
		columns = append(columns, report.Column{Heading: t.Name(string(a.l)), Kind: report.Text})
	}
	return columns
}

// dimension is what a dimension is called: a column of the contacts by its heading.
func dimension(b base, kind string) string {
	if h := survey.Heading(kind); h != "" {
		return h
	}
	return b.l.T("results.by." + kind)
}

func (a answerRows) page(ctx context.Context, after string) ([]report.Row, string, error) {
	found, err := a.reading.Answers(ctx, a.ask.Answers, after)
	if err != nil {
		return nil, "", err
	}
	var ids []survey.ContactID
	for _, one := range found.List {
		if r, ok := one.Response(); ok {
			ids = append(ids, r.Contact)
		}
	}
	people := map[survey.ContactID]survey.Contact{}
	if len(ids) > 0 {
		if people, err = a.e.Store.Contacts(ctx, a.reading.Campaign().Audience, ids); err != nil {
			return nil, "", err
		}
	}
	rows := make([]report.Row, len(found.List))
	for i, one := range found.List {
		rows[i] = a.row(one, people)
	}
	return rows, found.Next, nil
}

func (a answerRows) row(one insight.Answer, people map[survey.ContactID]survey.Contact) report.Row {
	row := report.Row{one.Score(), a.l.T("case.group." + string(one.Group())), one.Comment(), one.Wish()}
	if insight.Pseudonymous(a.who) {
		row = append(report.Row{one.Pseudonym()}, row...)
	}
	r, ok := one.Response()
	if !ok {
		return row
	}
	counted := a.l.T("export.yes")
	if !r.Verified {
		counted = a.l.T("export.no")
	}
	contact := people[r.Contact]
	email, customer := "", ""
	if a.who.Can(authz.ReadContacts) && a.sees(contact) {
		email, customer = contact.Person.Email, contact.Person.Customer
	}
	row = slices.Concat(report.Row{a.at(insight.When(r))}, row, report.Row{
		counted, contact.Person.Name, email, customer, r.Team, owner(a.names, r.Owner), r.Language,
	})
	c := a.reading.Campaign()
	for i, d := range c.Dimensions {
		if d != "" {
			row = append(row, r.Segment(i))
		}
	}
	for _, t := range c.Touchpoints {
		text := ""
		if rating := r.Ratings.Of(t.ID); rating != "" {
			text = a.l.T("rating." + rating.Word())
		}
		row = append(row, text)
	}
	return row
}
