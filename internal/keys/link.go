// Package keys makes and checks the signed links that a respondent gets, and the ids that tell nothing.
//
// A token is 24 bytes, 32 base64url characters: epoch and kind (1), campaign (5), contact (10), MAC (8). It carries no
// address, name or score. All keys are derived (HKDF-SHA256) from one master key of the deployment, so that there is
// one secret to keep; the link keys can be rotated by raising the epoch, the contact key never changes.
//
// What a token is for is not written in it but decided by the key of its MAC: the survey's opens the survey and
// unsubscribes, the one of List-Unsubscribe, which mail programs and their servers hand about, only unsubscribes. Letters
// sent before there were two carry the survey's in both places and go on working. A ballot, the link in a letter to
// employees, names nobody; it is signed with a key of its own and longer: ballot.go.
package keys

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"onetap/internal/survey"
)

// MinMaster is the least length of a master key in characters.
const MinMaster = 32

// maxEpoch keeps the epoch in seven bits; the eighth marks a test link.
const maxEpoch = 127

// ErrForged is returned for a token that this deployment did not sign, whatever is wrong with it.
var ErrForged = errors.New("link is not signed by this deployment")

var ids = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Token is what a link says.
type Token struct {
	Campaign survey.CampaignID
	Contact  survey.ContactID
	Test     bool // from a test send or a preview: shows everything, writes nothing
}

// Keys signs and checks links of the current epoch and checks those of the one before.
type Keys struct {
	epoch   byte
	current epochKeys
	before  epochKeys // none in the first epoch
	contact []byte
	found   []byte // of customer ids and telephones
	seal    []byte // of sessions and forms
	conceal []byte // what stands in addresses of pages
	box     []byte // of where a ballot's answer lies
	card    []byte // of the codes on cards
	words   []byte // of what people wrote
	staff   []byte // of the ids of staff
}

// epochKeys sign the links of one epoch, each purpose with its own.
type epochKeys struct{ survey, unsubscribe, ballot []byte }

// NewKeys derives the keys. Epoch is 1..127. Links of the current epoch and of the one before are good: raising it by one
// leaves the letters that are out alone and ends those of the epoch before them, raising it by two at once ends all.
func NewKeys(master string, epoch int) (*Keys, error) {
	if len(master) < MinMaster {
		return nil, fmt.Errorf("master key has %d characters, needs %d or more", len(master), MinMaster)
	}
	if epoch < 1 || epoch > maxEpoch {
		return nil, fmt.Errorf("link epoch is %d, must be 1 to %d", epoch, maxEpoch)
	}
	k := &Keys{epoch: byte(epoch)}
	var err error
	if k.current, err = deriveEpoch(master, epoch); err != nil {
		return nil, err
	}
	if epoch > 1 {
		if k.before, err = deriveEpoch(master, epoch-1); err != nil {
			return nil, err
		}
	}
	if k.contact, err = derive(master, "contact"); err != nil {
		return nil, err
	}
	if k.found, err = derive(master, "found by"); err != nil {
		return nil, err
	}
	if k.seal, err = derive(master, "seal"); err != nil {
		return nil, err
	}
	if k.box, err = derive(master, "box"); err != nil {
		return nil, err
	}
	if k.card, err = derive(master, "card"); err != nil {
		return nil, err
	}
	if k.words, err = derive(master, "words"); err != nil {
		return nil, err
	}
	if k.staff, err = derive(master, "staff id"); err != nil {
		return nil, err
	}
	k.conceal, err = derive(master, "conceal")
	return k, err
}

func deriveEpoch(master string, epoch int) (k epochKeys, err error) {
	if k.survey, err = derive(master, "link "+strconv.Itoa(epoch)); err != nil {
		return k, err
	}
	if k.unsubscribe, err = derive(master, "unsubscribe "+strconv.Itoa(epoch)); err != nil {
		return k, err
	}
	k.ballot, err = derive(master, "ballot "+strconv.Itoa(epoch))
	return k, err
}

func derive(master, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, []byte(master), nil, "onetap "+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("derive key for %s: %w", purpose, err)
	}
	return key, nil
}

// ContactID returns the id of an address in an audience. The address must be normalised (survey.NormalizeEmail).
func (k *Keys) ContactID(a survey.Audience, email string) survey.ContactID {
	m := hmac.New(sha256.New, k.contact)
	m.Write([]byte(a))
	m.Write([]byte{0})
	m.Write([]byte(email))
	return survey.ContactID(ids.EncodeToString(m.Sum(nil)[:10]))
}

// StaffID is the id of somebody of the staff whom lists name by an address and nothing else: "s" and 16 characters. It stands in keys and
// figures, and of it nobody can work the address out. The address must be normalised.
func (k *Keys) StaffID(email string) string {
	m := hmac.New(sha256.New, k.staff)
	m.Write([]byte(email))
	return "s" + ids.EncodeToString(m.Sum(nil)[:10])
}

// Identifiers derives what tells a person of an audience from others. Each kind is a domain of its own: a customer id that is
// spelt as an address or a telephone is alike to neither.
func (k *Keys) Identifiers(a survey.Audience, p survey.Person) (i survey.Identifiers) {
	if p.Email != "" {
		i.Mail = k.ContactID(a, p.Email)
	}
	if id := survey.CustomerKey(p.Customer); id != "" {
		i.Customer = k.identifier(a, "customer", id)
	}
	if number := survey.PhoneKey(p.Phone); number != "" {
		i.Phone = k.identifier(a, "phone", number)
	}
	return i
}

// Namesake stands for somebody's name and telephone together: families share telephones, and seldom names beside them. It is "" where
// one of the two is missing.
func (k *Keys) Namesake(a survey.Audience, p survey.Person) survey.ContactID {
	name, number := survey.NameKey(p.Name), survey.PhoneKey(p.Phone)
	if name == "" || number == "" {
		return ""
	}
	return k.identifier(a, "namesake", number+" "+name)
}

// AccountID stands for the company that a contact works for; "" where a list names none.
func (k *Keys) AccountID(a survey.Audience, c survey.Company) survey.AccountID {
	what := c.Key()
	if what == "" || a.Anonymous() {
		return ""
	}
	return survey.AccountID(k.identifier(a, "account", what))
}

func (k *Keys) identifier(a survey.Audience, kind, text string) survey.ContactID {
	m := hmac.New(sha256.New, k.found)
	for _, s := range []string{string(a), kind, text} {
		m.Write([]byte(s))
		m.Write([]byte{0})
	}
	return survey.ContactID(ids.EncodeToString(m.Sum(nil)[:10]))
}

// Origin stands for an answer that was given elsewhere: what it is known by comes in parts, none of which can be guessed from it. It has the
// form of a contact's id, and is nobody's.
func (k *Keys) Origin(a survey.Audience, parts ...string) survey.ContactID {
	return k.identifier(a, "origin", strings.Join(parts, "\x00"))
}

// Wave is the id of the campaign that answers given elsewhere come to, by what they have in common.
func (k *Keys) Wave(a survey.Audience, what string) survey.CampaignID {
	return survey.CampaignID(k.identifier(a, "wave", what)[:8])
}

// NewCampaignID makes a campaign id of five random bytes.
func NewCampaignID(random [5]byte) survey.CampaignID {
	return survey.CampaignID(ids.EncodeToString(random[:]))
}

// Make signs the token of a survey link, which also unsubscribes; the result has 32 characters, all of them safe in a
// path. It panics on ids that this package did not make: they come from the table, so a wrong one is a fault in the program.
func (k *Keys) Make(t Token) string { return k.sign(k.current.survey, t) }

// MakeUnsubscribe signs a token that unsubscribes and does nothing else; otherwise as Make.
func (k *Keys) MakeUnsubscribe(t Token) string { return k.sign(k.current.unsubscribe, t) }

func (k *Keys) sign(key []byte, t Token) string {
	var b [24]byte
	b[0] = k.epoch
	if t.Test {
		b[0] |= 0x80
	}
	if n, err := ids.Decode(b[1:6], []byte(t.Campaign)); err != nil || n != 5 {
		panic("link: not a campaign id")
	}
	if n, err := ids.Decode(b[6:16], []byte(t.Contact)); err != nil || n != 10 {
		panic("link: not a contact id")
	}
	copy(b[16:], mac(key, b[:16]))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Check returns what the token of a survey link says, or ErrForged.
func (k *Keys) Check(s string) (Token, error) { return k.check(s, false) }

// CheckUnsubscribe returns what a token says that may unsubscribe, its own or a survey link's, or ErrForged.
func (k *Keys) CheckUnsubscribe(s string) (Token, error) { return k.check(s, true) }

func (k *Keys) check(s string, unsubscribe bool) (Token, error) {
	var b [24]byte
	if len(s) != 32 {
		return Token{}, ErrForged
	}
	if n, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(s)); err != nil || n != 24 {
		return Token{}, ErrForged
	}
	key, ok := k.ofEpoch(b[0])
	if !ok {
		return Token{}, ErrForged
	}
	good := subtle.ConstantTimeCompare(mac(key.survey, b[:16]), b[16:])
	if unsubscribe {
		good |= subtle.ConstantTimeCompare(mac(key.unsubscribe, b[:16]), b[16:])
	}
	if good != 1 {
		return Token{}, ErrForged
	}
	return Token{
		Campaign: survey.CampaignID(ids.EncodeToString(b[1:6])),
		Contact:  survey.ContactID(ids.EncodeToString(b[6:16])),
		Test:     b[0]&0x80 != 0,
	}, nil
}

// ofEpoch are the keys that a token's first byte names, if they are still good.
func (k *Keys) ofEpoch(first byte) (key epochKeys, ok bool) {
	switch e := first & 0x7f; {
	case e == k.epoch:
		return k.current, true
	case e > 0 && e+1 == k.epoch: // of epoch 0 there are no keys
		return k.before, true
	}
	return key, false
}

func mac(key, data []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(data)
	return m.Sum(nil)[:8]
}

// FromEnvironment derives the keys from MASTER_KEY and LINK_EPOCH.
func FromEnvironment() (*Keys, error) {
	epoch, err := strconv.Atoi(os.Getenv("LINK_EPOCH"))
	if err != nil {
		return nil, fmt.Errorf("LINK_EPOCH is not a number: %w", err)
	}
	keys, err := NewKeys(os.Getenv("MASTER_KEY"), epoch)
	if err != nil {
		return nil, fmt.Errorf("MASTER_KEY: %w", err)
	}
	return keys, nil
}

// ContactIDs returns an address's id in every audience.
func (k *Keys) ContactIDs(email string) map[survey.Audience]survey.ContactID {
	all := make(map[survey.Audience]survey.ContactID, len(survey.Audiences))
	for _, a := range survey.Audiences {
		all[a] = k.ContactID(a, email)
	}
	return all
}

// Seal signs a text for one purpose: 22 characters, safe in a cookie and in a path.
func (k *Keys) Seal(purpose, text string) string {
	m := hmac.New(sha256.New, k.seal)
	m.Write([]byte(purpose))
	m.Write([]byte{0})
	m.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// Sealed reports whether a seal is that of the text for this purpose.
func (k *Keys) Sealed(purpose, text, seal string) bool {
	return subtle.ConstantTimeCompare([]byte(k.Seal(purpose, text)), []byte(seal)) == 1
}

// Erased is the seal under which an identifier is kept of who was erased: it tells whether somebody who comes is one of them, and
// nothing to whoever has not the identifier, or not the key.
func (k *Keys) Erased(id survey.ContactID) string { return k.Seal("erased", string(id)) }
