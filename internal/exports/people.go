package exports

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/insight"
	"onetap/internal/money"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// walkedAtOnce is at how many contacts or invitations one page of a file looks.
const walkedAtOnce = 1000

// contactRows are an audience's contacts, under headings that an upload of the file understands.
type contactRows struct {
	base
	attrs    []string // headings of further columns
	firms    bool     // the audience has accounts
	currency string   // of amounts that name none
}

func (b base) contacts(ctx context.Context) (source, error) {
	if !b.ask.Audience.Valid() {
		return nil, apperr.New(apperr.Unknown, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	known, err := b.e.Lists.Columns(ctx, b.ask.Audience)
	if err != nil {
		return nil, err
	}
	settings, err := b.e.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	c := contactRows{base: b, currency: settings.Currency}
	if c.firms, err = b.e.Results.HasAccounts(ctx, b.ask.Audience); err != nil {
		return nil, err
	}
	for _, one := range known {
		if h := survey.Heading(one.Dimension); h != "" && (len(one.Examples) > 0 || !ofPerson(h)) {
			c.attrs = append(c.attrs, h)
		}
	}
	return c, nil
}

// ofPerson reports whether a heading is one that uploads take for the person's own columns: such a dimension is known and has no values.
func ofPerson(heading string) bool {
	key := contacts.HeadingKey(heading)
	for _, f := range []contacts.Field{
		contacts.FieldEmail, contacts.FieldName, contacts.FieldPhone, contacts.FieldCustomer,
		contacts.FieldCompany, contacts.FieldCompanyID, contacts.FieldParent, contacts.FieldCompanyRole, contacts.FieldZone,
	} {
		if slices.Contains(strings.Fields(contacts.CustomerWords[f]), key) {
			return true
		}
	}
	return false
}

func (c contactRows) columns() []report.Column {
	var columns []report.Column
	for _, name := range []string{"email", "name", "phone", "customer", "owner", "team", "location", "product", "tier", "language", "zone", "consent", "stopped", "value"} {
		columns = append(columns, c.column(name, report.Text))
	}
	columns = append(columns, c.column("amount", report.Decimal), c.column("currency", report.Text))
	if c.firms {
		for _, name := range []string{"company", "company_id", "parent_company", "company_role"} {
			columns = append(columns, c.column(name, report.Text))
		}
	}
	for _, h := range c.attrs {
		columns = append(columns, report.Column{Heading: h, Kind: report.Text})
	}
	return columns
}

func (c contactRows) page(ctx context.Context, after string) ([]report.Row, string, error) {
	from, err := survey.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	found, next, err := c.e.Lists.Walk(ctx, c.who, contacts.Search{Audience: c.ask.Audience, Text: c.ask.Text, Narrow: c.ask.Narrow, From: from}, walkedAtOnce)
	if err != nil {
		return nil, "", err
	}
	rows := make([]report.Row, len(found))
	for i, hit := range found {
		one, stopped := hit.Contact, ""
		if hit.Stopped != "" {
			stopped = c.l.T("contacts.stopped." + string(hit.Stopped))
		}
		responsible := one.Owner
		if responsible == "" {
			responsible = one.OwnerRaw
		}
		p := one.Person
		rows[i] = report.Row{
			p.Email, p.Name, p.Phone, p.Customer, responsible, one.Team, one.Location, one.Product, one.Tier,
			one.Language, one.Zone, p.Consent, stopped, one.Value, nil, "",
		}
		if a, ok := money.Parse(one.Value, c.currency); ok { // beside the text as it came, which a later upload of the file reads again
			rows[i][14], rows[i][15] = float64(a.Minor)/100, a.Currency
		}
		if c.firms {
			role := ""
			if one.Company.Role != "" {
				role = c.l.T("company_role." + string(one.Company.Role))
			}
			rows[i] = append(rows[i], one.Company.Name, one.Company.Code, one.Company.Parent, role)
		}
		for _, h := range c.attrs {
			rows[i] = append(rows[i], one.Attrs[h])
		}
	}
	return rows, place(next), nil
}

func place(c *survey.Cursor) string {
	if c == nil {
		return ""
	}
	return c.String()
}

// invitationRows are whom a campaign has written to, and whom not and why, letter by letter.
type invitationRows struct {
	base
	campaign survey.Campaign
	sees     func(survey.Contact) bool
	names    map[string]string
	letters  []int
}

func (b base) invitations(ctx context.Context, c survey.Campaign) (source, error) {
	b.zone = c.Clock()
	rows := invitationRows{base: b, campaign: c, letters: []int{survey.MailingInvitation}}
	if b.e.Results.View(b.who, c).People() { // a reminder says who had not answered
		rows.letters = append(rows.letters, survey.Reminders...)
	}
	var err error
	if rows.names, err = b.staffNames(ctx); err != nil {
		return nil, err
	}
	rows.sees, err = b.e.Lists.Sees(ctx, b.who)
	return rows, err
}

// named reports whether the file says who it is of.
func (r invitationRows) named() bool { return r.who.Can(authz.ReadContacts) }

func (r invitationRows) columns() []report.Column {
	columns := []report.Column{r.column("contact", report.Text), r.column("letter", report.Text), r.column("state", report.Text), r.column("reason", report.Text), r.column("decided", report.Moment)}
	if r.named() {
		columns = append(columns, r.column("name", report.Text), r.column("email", report.Text), r.column("customer", report.Text), r.column("team", report.Text), r.column("owner", report.Text))
	}
	return columns
}

// read reads invitations, one letter after the other.
func (r invitationRows) read(ctx context.Context, after string) (found []insight.Invited, place string, err error) {
	nth, at := 0, after
	if len(after) > 1 && after[1] == ':' {
		nth, at = int(after[0]-'0'), after[2:]
	}
	if nth < 0 || nth >= len(r.letters) {
		return nil, "", apperr.New(apperr.Invalid, "cursor_wrong", "after")
	}
	from, err := survey.ParseCursor(at)
	if err != nil {
		return nil, "", err
	}
	found, next, err := r.e.Results.Invitations(ctx, r.who, r.campaign, r.letters[nth], "", from, walkedAtOnce, walkedAtOnce)
	switch {
	case err != nil:
		return nil, "", err
	case next != nil:
		return found, string(rune('0'+nth)) + ":" + next.String(), nil
	case nth+1 < len(r.letters):
		return found, string(rune('0'+nth+1)) + ":", nil
	}
	return found, "", nil
}

func (r invitationRows) page(ctx context.Context, after string) ([]report.Row, string, error) {
	found, next, err := r.read(ctx, after)
	if err != nil {
		return nil, "", err
	}
	people := map[survey.ContactID]survey.Contact{}
	if r.named() {
		ids := make([]survey.ContactID, len(found))
		for i, one := range found {
			ids[i] = survey.ContactID(one.Contact)
		}
		if people, err = r.e.Store.Contacts(ctx, r.campaign.Audience, ids); err != nil {
			return nil, "", err
		}
	}
	var rows []report.Row
	for _, one := range found {
		i := one.Invitation
		row := report.Row{one.Contact, r.l.T("campaign.wave_" + string(rune('0'+i.Mailing))), r.l.T("contacts.letter." + string(i.State)), r.reason(i.Reason), r.at(i.At)}
		if r.named() {
			p, there := people[survey.ContactID(one.Contact)]
			if !there {
				p = survey.Contact{Owner: i.Owner, Team: i.Team}
			}
			if !r.who.All() && !r.sees(p) {
				continue
			}
			row = append(row, p.Person.Name, p.Person.Email, p.Person.Customer, i.Team, owner(r.names, i.Owner))
		}
		rows = append(rows, row)
	}
	return rows, next, nil
}

func (r invitationRows) reason(code string) string {
	if id := "contacts.reason." + code; code != "" && r.l.Has(id) {
		return r.l.T(id)
	}
	return code
}
