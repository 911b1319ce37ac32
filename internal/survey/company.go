package survey

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"onetap/internal/celltext"
)

// AccountID is 16 lower-case base32 characters (80 bits), a keyed hash of an audience and what tells one account from another
// (Company.Key); it tells nothing of it. Made by keys.Keys.
type AccountID string

// AccountRole is what a contact does at the account.
type AccountRole string

const (
	Decides AccountRole = "decides"
	Uses    AccountRole = "uses"
	Pays    AccountRole = "pays"
)

// AccountRoles lists them in the order in which they are shown.
var AccountRoles = []AccountRole{Decides, Uses, Pays}

// Company is what a list says of the company that a contact works for. It is kept as the contact's other data is, sealed.
type Company struct {
	Name   string      `json:"name,omitempty"`   // as written
	Code   string      `json:"code,omitempty"`   // the id that the company's own systems, or the state, have for it: ИНН, a CRM's
	Parent string      `json:"parent,omitempty"` // the name of the company that it belongs to
	Role   AccountRole `json:"role,omitempty"`
}

// Key is what tells one account from another: its id if there is one, else its name in small letters and without superfluous spaces;
// "" where the list names no company. Names that differ in quotes or in the legal form are two accounts until a person joins them.
func (c Company) Key() string {
	if code := CustomerKey(c.Code); code != "" {
		return "id " + code
	}
	if name := celltext.Fold(celltext.Clean(c.Name)); name != "" {
		return "name " + name
	}
	return ""
}

// roleWords are how lists call the roles.
var roleWords = map[AccountRole][]string{
	Decides: {"decides", "decision maker", "decisionmaker", "decision-maker", "economic buyer", "buyer", "executive sponsor", "champion", "лпр", "решает", "принимает решения", "принимает решение", "решение", "директор"},
	Uses:    {"uses", "user", "end user", "end-user", "пользователь", "пользуется", "конечный пользователь"},
	Pays:    {"pays", "payer", "accounting", "accounts payable", "billing", "finance", "плательщик", "платит", "бухгалтер", "бухгалтерия", "оплата", "финансы"},
}

// ReadAccountRole reads a role as a list writes it; ok is false for what is none.
func ReadAccountRole(text string) (r AccountRole, ok bool) {
	text = celltext.Fold(celltext.Clean(text))
	for _, role := range AccountRoles {
		if slices.Contains(roleWords[role], text) {
			return role, true
		}
	}
	return "", text == ""
}

// legalForm are words of a company's name that say what it is before the law.
var legalForm = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(`ооо оао зао пао ао нко нао ип тоо чп чуп унп одо гк группа компаний филиал общество с ограниченной ответственностью акционерное публичное закрытое открытое индивидуальный
	предприниматель llc l.l.c ltd limited gmbh mbh ag kg ohg ug inc incorporated corp corporation co company plc sa s.a sas sarl srl spa s.p.a bv b.v nv n.v oy ab as aps llp lp pty pte sro s.r.o kft zrt doo ooo oao zao pao ao ip tov`) {
		all[strings.ReplaceAll(w, ".", "")] = true
	}
	return all
})

// Likely is what is left of a company's name without quotes, marks and legal forms, in Latin letters: two accounts with the same are
// proposed to be one, and joined by nobody but a person. "" where nothing is left.
func (c Company) Likely() string {
	name := strings.ReplaceAll(celltext.Fold(celltext.Clean(c.Name)), ".", "")
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return legalForm()[w] })
	if len(kept) == 0 {
		kept = words
	}
	for i, w := range kept {
		kept[i] = latin(w)
	}
	slices.Sort(kept) // "Ромашка Торговый дом" and "Торговый дом Ромашка"
	return strings.Join(kept, " ")
}

// letters are Russian letters in Latin ones, so far that the usual ways to write a name come to the same.
var letters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p",
	'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "sch", 'ъ': "", 'ы': "i", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
}

// hushed takes two letters of one sound before others are made alike.
var hushed = strings.NewReplacer("ch", "4", "tz", "ts")

// alike are spellings of one sound.
var alike = strings.NewReplacer("shch", "sch", "kh", "h", "ph", "f", "ck", "k", "ks", "x", "iy", "i", "yy", "i", "y", "i", "j", "i", "w", "v", "c", "k", "q", "k")

func latin(word string) string {
	var b strings.Builder
	for _, r := range word {
		if l, ok := letters[r]; ok {
			b.WriteString(l)
		} else {
			b.WriteRune(r)
		}
	}
	text := alike.Replace(hushed.Replace(b.String()))
	var once strings.Builder // "Russian" and "Rusian"
	last := rune(0)
	for _, r := range text {
		if r != last || unicode.IsDigit(r) {
			once.WriteRune(r)
		}
		last = r
	}
	return once.String()
}

// AccountJoins are what people have said of an audience's accounts: which are one, and which are not although they look so.
type AccountJoins struct {
	Into    map[AccountID]AccountID `json:"into,omitempty"` // by an account that was joined: the one that it is part of
	Apart   []AccountPair           `json:"apart,omitempty"`
	Version int                     `json:"-"`
}

// AccountPair are two accounts, the smaller id first.
type AccountPair [2]AccountID

// PairOf is a pair in order.
func PairOf(a, b AccountID) AccountPair { return AccountPair{min(a, b), max(a, b)} }

// MaxJoins is how many joins and how many refusals of one an audience keeps.
const MaxJoins = 5000

// Of is the account that one is part of: itself, unless it was joined.
func (j AccountJoins) Of(id AccountID) AccountID {
	if into, ok := j.Into[id]; ok {
		return into
	}
	return id
}

// Join makes one part of another, with all that are part of it. Joining what is one already changes nothing.
func (j *AccountJoins) Join(one, into AccountID) {
	one, into = j.Of(one), j.Of(into)
	if one == into {
		return
	}
	next := maps.Clone(j.Into)
	if next == nil {
		next = map[AccountID]AccountID{}
	}
	for id, of := range next {
		if of == one {
			next[id] = into
		}
	}
	next[one] = into
	j.Into = next
	j.Apart = slices.DeleteFunc(slices.Clone(j.Apart), func(p AccountPair) bool { return p == PairOf(one, into) })
}

// Part takes an account out of the one that it was joined to.
func (j *AccountJoins) Part(one AccountID) {
	j.Into = maps.Clone(j.Into)
	delete(j.Into, one)
}

// Refuse keeps that two accounts are not the same, though they look so.
func (j *AccountJoins) Refuse(a, b AccountID) {
	if p := PairOf(a, b); a != b && !slices.Contains(j.Apart, p) {
		j.Apart = append(slices.Clone(j.Apart), p)
	}
}
