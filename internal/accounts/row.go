package accounts

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"onetap/internal/money"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// Row is an account, by what its contacts' rows say of it.
type Row struct {
	ID       survey.AccountID
	Names    []Name // as it is spelled: what most contacts have first
	Codes    []string
	Parent   string
	Values   []money.Amount // the largest that a row says, of each currency
	Contacts int

	owners, teams []string // of the contacts, folded
}

// Name is how some contacts of an account have its name.
type Name struct {
	Text     string
	Contacts int
}

// Name is what the account is called.
func (r Row) Name() string {
	switch {
	case len(r.Names) > 0:
		return r.Names[0].Text
	case len(r.Codes) > 0:
		return r.Codes[0]
	}
	return ""
}

// Value is the largest value, in a currency if there is one in it, else in another.
func (r Row) Value(currency string) (v money.Amount, ok bool) {
	for _, one := range r.Values {
		if !ok || one.Currency == currency {
			v, ok = one, true
		}
	}
	return v, ok
}

// Texts are in what somebody who looks for an account looks.
func (r Row) Texts() []string {
	texts := append([]string{r.Parent}, r.Codes...)
	for _, n := range r.Names {
		texts = append(texts, n.Text)
	}
	return texts
}

// spelled is how many names, and how many ids, of an account are kept: those that most contacts have.
const spelled = 50

// membership is what a contact's row says of its account.
type membership struct {
	name, code, parent string
	value              money.Amount
	valued             bool
	owner, team        string
}

func membershipOf(c survey.Contact, granted string) membership {
	m := membership{name: c.Company.Name, code: strings.TrimSpace(c.Company.Code), parent: c.Company.Parent, owner: c.Owner, team: c.Team}
	m.value, m.valued = money.Parse(c.Value, granted)
	return m
}

func (m membership) pack() string {
	b := make([]byte, 0, 64)
	for _, t := range []string{m.name, m.code, m.parent, m.owner, m.team} {
		b = appendText(b, t)
	}
	if m.valued {
		b = appendAmount(b, m.value)
	}
	return string(b)
}

func unpackMembership(packed string) (m membership, ok bool) {
	r := &reader{text: packed}
	m.name, m.code, m.parent, m.owner, m.team = r.take(), r.take(), r.take(), r.take(), r.take()
	if m.valued = len(r.text) > 0; m.valued {
		m.value = r.amount()
	}
	return m, !r.broken
}

// worth packs an account's values, and how many contacts it has.
func (r Row) worth() string {
	b := binary.AppendUvarint(make([]byte, 0, 24), uint64(r.Contacts))
	for _, v := range r.Values {
		b = appendAmount(b, v)
	}
	return string(b)
}

// unpackWorth reads what worth has packed: a Row without names.
func unpackWorth(id survey.AccountID, packed string) (row Row, ok bool) {
	r := &reader{text: packed}
	row.ID, row.Contacts = id, int(r.number())
	for len(r.text) > 0 && !r.broken {
		row.Values = append(row.Values, r.amount())
	}
	return row, !r.broken
}

func appendAmount(b []byte, a money.Amount) []byte {
	return binary.AppendUvarint(appendText(b, a.Currency), uint64(a.Minor)<<1^uint64(a.Minor>>63))
}

func (r *reader) amount() money.Amount {
	a := money.Amount{Currency: r.take()}
	n := r.number()
	a.Minor = int64(n>>1) ^ -int64(n&1)
	return a
}

// shown packs what lists show of an account, and kept that with whose it is.
func (r Row) shown() string {
	b := binary.AppendUvarint(make([]byte, 0, 96), uint64(r.Contacts))
	b = appendText(b, r.Parent)
	b = binary.AppendUvarint(b, uint64(len(r.Names)))
	for _, n := range r.Names {
		b = binary.AppendUvarint(appendText(b, n.Text), uint64(n.Contacts))
	}
	b = appendTexts(b, r.Codes)
	b = binary.AppendUvarint(b, uint64(len(r.Values)))
	for _, v := range r.Values {
		b = appendAmount(b, v)
	}
	return string(b)
}

func (r Row) kept() string {
	return string(appendTexts(appendTexts([]byte(r.shown()), r.owners), r.teams))
}

func appendTexts(b []byte, all []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, t := range all {
		b = appendText(b, t)
	}
	return b
}

func (r *reader) texts() (all []string) {
	for n := r.number(); n > 0 && !r.broken; n-- {
		all = append(all, r.take())
	}
	return all
}

// unpackRow reads what shown or kept have packed.
func unpackRow(id survey.AccountID, packed string) (row Row, ok bool) {
	r := &reader{text: packed}
	row.ID, row.Contacts, row.Parent = id, int(r.number()), r.take()
	for n := r.number(); n > 0 && !r.broken; n-- {
		row.Names = append(row.Names, Name{r.take(), int(r.number())})
	}
	row.Codes = r.texts()
	for n := r.number(); n > 0 && !r.broken; n-- {
		row.Values = append(row.Values, r.amount())
	}
	if len(r.text) > 0 {
		row.owners, row.teams = r.texts(), r.texts()
	}
	return row, !r.broken
}

// adding makes a row of its contacts.
type adding struct {
	row                  Row
	names                map[string]int
	codes, owners, teams map[string]bool
	values               map[string]money.Amount
}

func newRow(id survey.AccountID) *adding {
	return &adding{row: Row{ID: id}, names: map[string]int{}, codes: map[string]bool{}, owners: map[string]bool{}, teams: map[string]bool{}, values: map[string]money.Amount{}}
}

func (a *adding) add(m membership) {
	a.row.Contacts++
	if m.name != "" {
		a.names[m.name]++
	}
	a.parent(m.parent)
	if m.code != "" {
		a.codes[m.code] = true
	}
	if m.valued {
		a.value(m.value)
	}
	if owner := folded(m.owner); owner != "" {
		a.owners[owner] = true
	}
	if team := folded(m.team); team != "" {
		a.teams[team] = true
	}
}

func (a *adding) parent(p string) {
	if p != "" && (a.row.Parent == "" || p < a.row.Parent) {
		a.row.Parent = p
	}
}

func (a *adding) value(v money.Amount) {
	if was, there := a.values[v.Currency]; !there || v.Minor > was.Minor {
		a.values[v.Currency] = v
	}
}

// join adds what is known of another account, which people have said is the same.
func (a *adding) join(r Row) {
	a.row.Contacts += r.Contacts
	for _, n := range r.Names {
		a.names[n.Text] += n.Contacts
	}
	a.parent(r.Parent)
	for _, v := range r.Values {
		a.value(v)
	}
	for to, from := range map[*map[string]bool][]string{&a.codes: r.Codes, &a.owners: r.owners, &a.teams: r.teams} {
		for _, t := range from {
			(*to)[t] = true
		}
	}
}

func (a *adding) done() Row {
	r := a.row
	for t, n := range a.names {
		r.Names = append(r.Names, Name{t, n})
	}
	slices.SortFunc(r.Names, func(x, y Name) int { return cmp.Or(y.Contacts-x.Contacts, strings.Compare(x.Text, y.Text)) })
	r.Names = r.Names[:min(len(r.Names), spelled)]
	list := func(of map[string]bool) (all []string) {
		for t := range of {
			all = append(all, t)
		}
		slices.Sort(all)
		return all
	}
	r.Codes, r.owners, r.teams = list(a.codes), list(a.owners), list(a.teams)
	r.Codes = r.Codes[:min(len(r.Codes), spelled)]
	for _, v := range a.values {
		r.Values = append(r.Values, v)
	}
	slices.SortFunc(r.Values, func(x, y money.Amount) int { return strings.Compare(x.Currency, y.Currency) })
	return r
}

// Keys.

func memberKey(a survey.AccountID, c survey.ContactID) string {
	return "c" + string(a) + "\x00" + string(c)
}

func membersOf(a survey.AccountID) span { return beginning("c" + string(a) + "\x00") }

const rowKey, worthKey = "s", "v"

// everybody is the scope of who may see all accounts; ofOwner and ofTeam of those in which a contact is somebody's, or a team's.
const everybody = "*"

func ofOwner(id string) string { return "o" + folded(id) }

func ofTeam(team string) string { return "t" + folded(team) }

// folded is an owner's id, or a team, as authz.Who.Sees compares them.
func folded(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func scopeKey(scope string) string { return "r" + scope + "\x00" }

// orderBytes is the length of what an account's place begins with: its value and how many contacts it has.
const orderBytes = 12

// place is where an account stands in lists: by its value in a currency, the number of its contacts, its name, its id.
func (r Row) place(currency string) string {
	weight := uint64(0)
	if v, ok := r.Value(currency); ok && v.Currency == currency {
		weight = uint64(max(v.Minor, 0)) + 1
	}
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 64), ^weight)
	b = binary.BigEndian.AppendUint32(b, ^uint32(r.Contacts))
	name := text.Fold(r.Name())
	if len(name) > 24 {
		name = strings.ToValidUTF8(name[:24], "")
	}
	b = append(append(b, name...), 0)
	return string(append(b, r.ID...))
}

// idIn is the account in the key of a list.
func idIn(key string) survey.AccountID {
	return survey.AccountID(key[strings.LastIndexByte(key, 0)+1:])
}

// scopes are the lists that an account is in.
func (r Row) scopes() []string {
	all := []string{everybody}
	for _, o := range r.owners {
		all = append(all, "o"+o)
	}
	for _, t := range r.teams {
		all = append(all, "t"+t)
	}
	return all
}

// likely is the name as it is compared with others; "" where there is none. It holds no zero bytes: these are no letters.
func (r Row) likely() string { return survey.Company{Name: r.Name()}.Likely() }
