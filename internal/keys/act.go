package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"onetap/internal/survey"
)

// Acts signs the links of letters to staff by which they act on a case without signing in. Its secret is one of its own (CASE_KEY), so that
// whoever writes such letters can sign nothing else, and read nothing.
type Acts struct{ key []byte }

// Act is what such a link says: a case, for one staff member, until the end of a day. Who that is is not written in it; Acts.Is tells.
type Act struct {
	Campaign survey.CampaignID
	Contact  survey.ContactID
	Until    time.Time // good before that
	token    [actBytes]byte
}

// ActLife is for how many days a link is good.
const ActLife = 14

// actBytes: day of its end since 1970 (2), campaign (5), contact (10), MAC (12).
const (
	actBytes = 29
	actSaid  = 17
)

// NewActs derives the key from a secret of MinMaster characters or more.
func NewActs(secret string) (*Acts, error) {
	if len(secret) < MinMaster {
		return nil, fmt.Errorf("case key has %d characters, needs %d or more", len(secret), MinMaster)
	}
	key, err := derive(secret, "act")
	return &Acts{key}, err
}

// ActsFromEnvironment reads CASE_KEY.
func ActsFromEnvironment() (*Acts, error) {
	secret := os.Getenv("CASE_KEY")
	if secret == "" {
		return nil, errors.New("CASE_KEY is not set: what signs the links by which owners act on cases")
	}
	return NewActs(secret)
}

// Make signs a link for a staff member; it is good for ActLife days from now. It panics as Keys.Make does.
func (k *Acts) Make(c survey.CampaignID, id survey.ContactID, staff string, now time.Time) string {
	var t [actBytes]byte
	binary.BigEndian.PutUint16(t[:2], uint16(now.Unix()/86400+ActLife))
	if n, err := ids.Decode(t[2:7], []byte(c)); err != nil || n != 5 {
		panic("link: not a campaign id")
	}
	if n, err := ids.Decode(t[7:actSaid], []byte(id)); err != nil || n != 10 {
		panic("link: not a contact id")
	}
	copy(t[actSaid:], k.mac(t[:actSaid], staff))
	return base64.RawURLEncoding.EncodeToString(t[:])
}

// ReadAct reads what a link says, whoever signed it: nothing may be done by it, and nothing shown, before Is has said for whom it is.
func ReadAct(s string) (a Act, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != actBytes {
		return a, false
	}
	copy(a.token[:], b)
	a.Until = time.Unix((int64(binary.BigEndian.Uint16(b[:2]))+1)*86400, 0).UTC()
	a.Campaign, a.Contact = survey.CampaignID(ids.EncodeToString(b[2:7])), survey.ContactID(ids.EncodeToString(b[7:actSaid]))
	return a, true
}

// Is reports whether a link was signed by this deployment for a staff member. Whether its time is over is another question.
func (k *Acts) Is(a Act, staff string) bool {
	return subtle.ConstantTimeCompare(k.mac(a.token[:actSaid], staff), a.token[actSaid:]) == 1
}

func (k *Acts) mac(said []byte, staff string) []byte {
	m := hmac.New(sha256.New, k.key)
	m.Write(said)
	m.Write([]byte(strings.ToLower(staff)))
	return m.Sum(nil)[:actBytes-actSaid]
}
