package exports

import (
	"context"
	"strings"

	"onetap/internal/insight"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// silentRows are who was asked in a campaign and has not answered, as its page shows them.
type silentRows struct {
	base
	reading *insight.Reading
	earlier []survey.Campaign
	firms   bool // the audience has accounts
	names   map[string]string
}

func (b base) silent(ctx context.Context, c survey.Campaign) (source, error) {
	reading, err := b.e.Results.Open(ctx, b.who, c)
	if err == nil {
		err = reading.MaySilent()
	}
	if err != nil {
		return nil, err
	}
	b.zone = c.Clock()
	s := silentRows{base: b, reading: reading}
	all, err := b.e.Store.Campaigns(ctx, c.Audience, insight.EarlierLooked)
	if err != nil {
		return nil, err
	}
	s.earlier = c.Earlier(all)
	if s.firms, err = reading.HasAccounts(ctx); err != nil {
		return nil, err
	}
	s.names, err = b.staffNames(ctx)
	return s, err
}

func (s silentRows) columns() []report.Column {
	columns := []report.Column{
		s.column("contact", report.Text), s.column("name", report.Text), s.column("email", report.Text), s.column("customer", report.Text), s.column("asked", report.Moment),
		s.column("surveys_in_a_row", report.Whole), s.column("in_list", report.Text), s.column("owner", report.Text), s.column("team", report.Text), s.column("value", report.Text),
		s.column("amount", report.Decimal), s.column("currency", report.Text), s.column("value_when_asked", report.Text),
	}
	if s.firms {
		columns = append(columns, s.column("company", report.Text))
	}
	for _, name := range s.reading.Dimensions() {
		columns = append(columns, report.Column{Heading: dimension(s.base, name), Kind: report.Text})
	}
	return columns
}

func (s silentRows) page(ctx context.Context, after string) ([]report.Row, string, error) {
	from, err := survey.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	found, err := s.reading.SilentPart(ctx, from, s.earlier)
	if err != nil {
		return nil, "", err
	}
	c := s.reading.Campaign()
	rows := make([]report.Row, len(found.People))
	for i, one := range found.People {
		p, listed := one.Contact.Person, s.l.T("export.yes")
		if one.Gone {
			listed = s.l.T("export.no")
		}
		then := ""
		if !one.Contact.Created.IsZero() {
			then = one.Contact.ValueAt(one.Asked)
		}
		rows[i] = report.Row{
			string(one.Contact.ID), p.Name, p.Email, p.Customer, s.at(one.Asked), one.Waves, listed, owner(s.names, one.Owner), one.Team, one.Contact.Value, nil, "", then,
		}
		if one.Valued {
			rows[i][10], rows[i][11] = float64(one.Value.Minor)/100, one.Value.Currency
		}
		if s.firms {
			rows[i] = append(rows[i], one.Contact.AccountName())
		}
		for n, d := range c.Dimensions {
			if d == "" {
				continue
			}
			value := ""
			if n < len(one.Segment) {
				value = one.Segment[n]
			}
			rows[i] = append(rows[i], strings.TrimSpace(value))
		}
	}
	return rows, place(found.Next), nil
}
