package exports

import (
	"context"

	"onetap/internal/insight"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// recommendRows are what came of promoters' links: the whole, and by promoter for who may know the people.
type recommendRows struct {
	base
	found insight.Recommended
}

func (b base) recommendations(ctx context.Context, c survey.Campaign) (source, error) {
	settings, err := b.e.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	b.zone = settings.Clock()
	r := recommendRows{base: b}
	r.found, err = b.e.Results.Recommendations(ctx, b.who, c)
	return r, err
}

func (r recommendRows) columns() []report.Column {
	return []report.Column{
		r.column("name", report.Text), r.column("link_taken", report.Moment), r.column("links", report.Whole), r.column("gone_on", report.Whole), r.column("leads", report.Whole), r.column("new_customers", report.Whole),
	}
}

func (r recommendRows) page(context.Context, string) ([]report.Row, string, error) {
	f := r.found
	rows := []report.Row{{r.l.T("export.all_links"), nil, int(f.Taken.Did), f.Times, f.Leads, int(f.Customers.Did)}}
	for _, one := range f.Lines {
		name := one.Contact.Person.Name
		if name == "" {
			name = one.Contact.Person.Email
		}
		rows = append(rows, report.Row{name, r.at(one.Taken), 1, one.Opened, one.Leads, one.Customers})
	}
	return rows, "", nil
}
