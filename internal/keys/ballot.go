package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"

	"onetap/internal/ballot"
	"onetap/internal/survey"
)

// Ballot is what the link in a letter to employees says, or the one on a card: nothing of a person.
type Ballot struct {
	Campaign survey.CampaignID
	Cell     ballot.Number
	Random   ballot.Random
	Test     bool // from a test letter or a preview: shows everything, writes nothing
}

// BallotLength is that of a ballot's token in characters. A survey link's has fewer, so that neither is read as the other even
// before its MAC is looked at.
const BallotLength = 38

// ballotBytes: kind and epoch (1), campaign (5), cell (2), random (12), MAC (8).
const ballotBytes = 28

// MakeBallot signs a ballot; the result has BallotLength characters, all of them safe in a path. It panics as Make does.
func (k *Keys) MakeBallot(b Ballot) string {
	var t [ballotBytes]byte
	t[0] = k.epoch
	if b.Test {
		t[0] |= 0x80
	}
	if n, err := ids.Decode(t[1:6], []byte(b.Campaign)); err != nil || n != 5 {
		panic("link: not a campaign id")
	}
	binary.BigEndian.PutUint16(t[6:], uint16(b.Cell))
	copy(t[8:], b.Random[:])
	copy(t[20:], mac(k.current.ballot, t[:20]))
	return base64.RawURLEncoding.EncodeToString(t[:])
}

// CheckBallot returns what a ballot says, or ErrForged: for a survey link's token as for any other text.
func (k *Keys) CheckBallot(s string) (Ballot, error) {
	var t [ballotBytes]byte
	if len(s) != BallotLength {
		return Ballot{}, ErrForged
	}
	if n, err := base64.RawURLEncoding.Strict().Decode(t[:], []byte(s)); err != nil || n != ballotBytes {
		return Ballot{}, ErrForged
	}
	key, ok := k.ofEpoch(t[0])
	if !ok || subtle.ConstantTimeCompare(mac(key.ballot, t[:20]), t[20:]) != 1 {
		return Ballot{}, ErrForged
	}
	b := Ballot{
		Campaign: survey.CampaignID(ids.EncodeToString(t[1:6])),
		Cell:     ballot.Number(binary.BigEndian.Uint16(t[6:])),
		Test:     t[0]&0x80 != 0,
	}
	copy(b.Random[:], t[8:])
	return b, nil
}

// Box is where a ballot's answer lies until the end: 26 characters that nobody without the key can tell the ballot from, nor
// its cell. Of one ballot it is always the same, whatever the links' epoch.
func (k *Keys) Box(b Ballot) string {
	m := hmac.New(sha256.New, k.box)
	m.Write([]byte(b.Campaign))
	m.Write([]byte{0})
	m.Write(b.Random[:])
	return ids.EncodeToString(m.Sum(nil)[:16])
}

// CodeDigits is how many digits the code of a card has. The last one tells a wrong one, or two that were exchanged.
const CodeDigits = 12

// NewCode draws the code of a card; ShowCode writes it for people.
func NewCode(random io.Reader) (string, error) {
	var b [1]byte
	code := make([]byte, 0, CodeDigits)
	for len(code) < CodeDigits-1 {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", err
		}
		if b[0] < 250 { // what is above would favour small digits
			code = append(code, '0'+b[0]%10)
		}
	}
	return string(append(code, '0'+checkDigit(string(code)))), nil
}

// ShowCode writes a code in groups of four: "4821 9034 7756".
func ShowCode(code string) string {
	var groups []string
	for ; len(code) > 4; code = code[4:] {
		groups = append(groups, code[:4])
	}
	return strings.Join(append(groups, code), " ")
}

// ReadCode reads a code as somebody typed it, with whatever stands between the digits; ok is false where a digit is
// missing or wrong.
func ReadCode(typed string) (code string, ok bool) {
	code = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, typed)
	if len(code) != CodeDigits {
		return "", false
	}
	return code, checkDigit(code[:CodeDigits-1]) == code[CodeDigits-1]-'0'
}

// damm is H. M. Damm's quasigroup of order 10: a code with one wrong digit, or with two neighbours exchanged, never checks.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func checkDigit(digits string) (check byte) {
	for _, d := range []byte(digits) {
		check = damm[check][d-'0']
	}
	return check
}

// CodeHash is how a card's code is stored: nobody without the key can try codes against it.
func (k *Keys) CodeHash(code string) string { return ids.EncodeToString(k.ofCode("card", code)[:16]) }

// OfCode is the ballot of a card, in its QR as behind its typed code.
func (k *Keys) OfCode(campaign survey.CampaignID, cell ballot.Number, code string) Ballot {
	b := Ballot{Campaign: campaign, Cell: cell}
	copy(b.Random[:], k.ofCode("random", code))
	return b
}

func (k *Keys) ofCode(what, code string) []byte {
	m := hmac.New(sha256.New, k.card)
	m.Write([]byte(what))
	m.Write([]byte{0})
	m.Write([]byte(code))
	return m.Sum(nil)
}
