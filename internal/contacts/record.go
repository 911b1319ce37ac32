package contacts

import (
	"strings"
	"unicode/utf8"

	"onetap/internal/celltext"
	"onetap/internal/lang"
	"onetap/internal/money"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// take sorts one record: a row, a refusal, or a line that is no data.
func (im *Import) take(rec sheet.Record, staff survey.Directory, out *Imported) {
	row, refusal, aside := im.read(rec, out)
	switch {
	case aside:
		im.Aside += rec.Lines
	case refusal.Code != "":
		refusal.Line, refusal.Lines, refusal.Cells = rec.Line, rec.Lines, keep(rec.Cells)
		im.Refused++
		out.Refused = append(out.Refused, refusal)
		out.Quality.Refuse(refusal)
	default:
		im.Rows++
		im.assign(&row, staff, out)
		if len(rec.Cells) < len(im.Columns) {
			out.Quality.Note(ShortRow, rec.Line)
		}
		if rec.Broken {
			out.warn(Warning{Line: rec.Line, Code: BrokenCharacters})
		}
		out.Rows = append(out.Rows, row)
		out.Quality.Rows++
	}
}

// read makes a row of a record as far as the record alone tells.
func (im *Import) read(rec sheet.Record, out *Imported) (row Row, refused Refusal, aside bool) {
	if rec.Fault != "" {
		return row, Refusal{Code: string(rec.Fault), Value: rec.Start, Limit: sheet.MaxRow}, false
	}
	row = Row{Line: rec.Line, Lines: rec.Lines, Contact: survey.Contact{Audience: im.Audience}}
	if code := CheckWidth(rec.Cells, im.Columns); code.Code != "" {
		return row, code, false
	}
	var names nameParts
	mail := im.chooseAddress(rec.Cells)
	call := im.choosePhone(rec.Cells)
	for i, cell := range rec.Cells {
		if i >= len(im.Columns) {
			break
		}
		col := &im.Columns[i]
		if len(cell) > MaxCell && utf8.RuneCountInString(cell) > MaxCell {
			return row, Refusal{Code: "cell_too_long", Column: col.Heading, Value: celltext.Cut(celltext.Clean(cell), 60), Count: utf8.RuneCountInString(cell), Limit: MaxCell}, false
		}
		switch col.Field {
		case FieldEmail, FieldOtherEmail:
			if i != mail.column {
				im.attribute(&row.Contact, col.Heading, cell)
			}
		case FieldPhone, FieldOtherPhone:
			if i == call {
				row.Contact.Person.Phone = celltext.Clean(firstOfSeveral(cell))
			} else {
				im.attribute(&row.Contact, col.Heading, cell)
			}
		case FieldCustomer:
			row.Contact.Person.Customer = celltext.Clean(cell)
		case FieldConsent:
			row.Contact.Person.Consent = consentOf(cell)
		case FieldName, FieldFirst, FieldMiddle, FieldLast:
			names.set(col.Field, celltext.Clean(cell))
		case FieldOptOut:
			if yes, known := optedOut(cell); yes && known {
				row.OptedOut = true
			}
			im.attribute(&row.Contact, col.Heading, cell)
		case FieldAttribute:
			im.attribute(&row.Contact, col.Heading, cell)
		case FieldCompanyRole:
			im.accountRole(&row, col.Heading, cell, out)
		case FieldIgnored:
		case FieldValue:
			row.Contact.Value = withUnit(celltext.Clean(cell), col.Unit)
		default:
			set(&row.Contact, col.Field, celltext.Clean(cell))
		}
	}
	if mail.code != "" && !im.known(row, rec.Cells, mail) {
		return im.refuse(row, rec.Cells, mail)
	}
	row.Contact.Person.Email = mail.address
	if field, said := names.fill(&row.Contact.Person, mail.name); field != "" {
		out.warn(Warning{Line: rec.Line, Code: NameUnusable, Column: im.heading(field), Value: celltext.Cut(said, 100)})
	} else if row.Contact.Person.Name == "" {
		out.Quality.Note(MissingName, rec.Line)
	}
	if mail.passed >= 0 {
		out.warn(Warning{Line: rec.Line, Code: AddressUnusable, Column: im.Columns[mail.passed].Heading, Value: celltext.Cut(celltext.Clean(rec.Cells[mail.passed]), 100)})
	}
	return row, Refusal{}, false
}

// consentOf is what a cell says of a consent; "" where it says no.
func consentOf(cell string) string {
	if yes, known := optedOut(cell); known && !yes {
		return ""
	}
	return celltext.CleanLines(cell)
}

// attribute keeps a cell under its heading.
func (im *Import) attribute(c *survey.Contact, heading, cell string) {
	text := celltext.CleanLines(cell)
	if text == "" {
		return
	}
	if c.Attrs == nil {
		c.Attrs = make(map[string]string, len(im.Columns))
	}
	c.Attrs[heading] = text
}

// known reports whether a record without an address tells all the same whose it is. Text where the address should be, a record
// that breaks off and an address in the wrong column are for somebody to put right.
func (im *Import) known(row Row, cells []string, mail chosenAddress) bool {
	if mail.code != "no_address" || im.notData(cells) || len(im.mails) > 0 && (len(cells) < len(im.Columns) || im.addressElsewhere(cells) != "") {
		return false
	}
	phone, _ := celltext.Phone(row.Contact.Person.Phone)
	return survey.CustomerKey(row.Contact.Person.Customer) != "" || survey.PhoneKey(phone) != ""
}

// refuse says why a record has no address, or that it is no contact.
func (im *Import) refuse(row Row, cells []string, mail chosenAddress) (Row, Refusal, bool) {
	if im.notData(cells) {
		return row, Refusal{}, true
	}
	if mail.code == "no_address" && len(cells) < len(im.Columns) {
		return row, Refusal{Code: "too_few_cells", Value: celltext.Cut(celltext.Clean(cells[0]), 60), Count: len(cells), Limit: len(im.Columns)}, false
	}
	if mail.column < 0 {
		return row, Refusal{Code: "no_identifier", Value: celltext.Cut(celltext.Clean(cells[0]), 60)}, false
	}
	written := ""
	if mail.column < len(cells) {
		written = cells[mail.column]
	}
	refused := Refusal{Code: mail.code, Column: im.Columns[mail.column].Heading, Value: celltext.Cut(celltext.Clean(written), 100)}
	if other := im.addressElsewhere(cells); other != "" && !strings.Contains(written, "@") {
		refused.Code, refused.Column = "address_elsewhere", other
	}
	if mail.code == "address_too_long" {
		refused.Limit = survey.MaxAddress
	}
	return row, refused, false
}

func set(c *survey.Contact, f Field, text string) {
	switch f {
	case FieldOwner:
		c.OwnerRaw = text
	case FieldTeam:
		c.Team = text
	case FieldLocation:
		c.Location = text
	case FieldProduct:
		c.Product = text
	case FieldTier:
		c.Tier = text
	case FieldLanguage:
		c.Language = text
	case FieldZone:
		c.Zone = text
	case FieldCompany:
		c.Company.Name = text
	case FieldCompanyID:
		c.Company.Code = text
	case FieldParent:
		c.Company.Parent = text
	}
}

// accountRole reads what a contact does at the company; what is none of the roles is kept under its heading, and told.
func (im *Import) accountRole(row *Row, heading, cell string, out *Imported) {
	role, ok := survey.ReadAccountRole(cell)
	if row.Contact.Company.Role = role; !ok {
		im.attribute(&row.Contact, heading, cell)
		out.Quality.Note(UnknownRole, row.Line)
	}
}

// assign finds the row's owner, its team, language and telephone, and notes what is wrong with it.
func (im *Import) assign(row *Row, staff survey.Directory, out *Imported) {
	c, line := &row.Contact, row.Line
	missing := func(text string, f Finding) {
		if text == "" {
			out.Quality.Note(f, line)
		}
	}
	if c.OwnerRaw == "" {
		out.Quality.Note(MissingOwner, line)
	} else if s, ok := im.ownerOf(staff, c.OwnerRaw, line, out); ok {
		c.Owner, c.OwnerRaw = s.ID, ""
		if c.Team == "" {
			c.Team = s.Team
		}
	} else {
		out.warn(Warning{Line: line, Code: UnknownOwner, Column: im.heading(FieldOwner), Value: celltext.Cut(c.OwnerRaw, 100)})
	}
	missing(c.Team, MissingTeam)
	if language, known := lang.Named(c.Language); !known {
		out.warn(Warning{Line: line, Code: UnknownLanguage, Column: im.heading(FieldLanguage), Value: celltext.Cut(c.Language, 100)})
		c.Language = ""
	} else {
		missing(c.Language, MissingLanguage)
		c.Language = language
	}
	if zone, known := survey.ReadZone(c.Zone); !known {
		out.warn(Warning{Line: line, Code: UnknownZone, Column: im.heading(FieldZone), Value: celltext.Cut(c.Zone, 100)})
		c.Zone = ""
	} else {
		c.Zone = zone
	}
	if phone, usable := celltext.Phone(c.Person.Phone); !usable {
		out.warn(Warning{Line: line, Code: PhoneUnusable, Column: im.heading(FieldPhone), Value: celltext.Cut(c.Person.Phone, 100)})
		c.Person.Phone = ""
	} else {
		missing(c.Person.Phone, MissingPhone)
		c.Person.Phone = phone
	}
	missing(c.Person.Email, MissingAddress)
	if _, ok := money.Parse(c.Value, ""); c.Value != "" && !ok {
		out.warn(Warning{Line: line, Code: ValueUnreadable, Column: im.heading(FieldValue), Value: celltext.Cut(c.Value, 100)})
	}
	if c.Company.Name == "" && has(im.Columns, FieldCompany) {
		out.Quality.Note(MissingCompany, line)
	}
	if row.OptedOut {
		out.Quality.Note(OptedOut, line)
	}
	if shouting(c.Person.Name) {
		out.Quality.Note(NameInCapitals, line)
	}
	if suspicious(c.Person.Email) {
		out.Quality.Note(SuspiciousDomain, line)
	}
	if roleAddress(c.Person.Email) {
		out.Quality.Note(RoleAddress, line)
	}
}

func (im *Import) heading(f Field) string {
	for _, c := range im.Columns {
		if c.Field == f {
			return c.Heading
		}
	}
	return ""
}
