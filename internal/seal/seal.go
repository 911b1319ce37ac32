// Package seal encrypts what is personal before it is written to the table, so that a copy of the table tells nobody's name,
// address or words.
//
// # What lies where
//
// Every purpose (contacts, words, ...) has data keys of its own. They are made by AWS's Key Management Service (KMS) and lie in
// the table in wrapped form, which KMS alone turns back, and only for a function whose policy allows it for that purpose.
// A process asks once for each key and then works without KMS. This is called envelope encryption.
//
//	KMS key (never leaves KMS)
//	  wraps the data key of "contacts"    -> the table's item KEYS / DATA#contacts
//	    seals the attribute "person"      -> the table's item CONTACTS#... / ...
//
// A Purpose can also have a key pair. Whoever has the public half seals and cannot open, as the respondent's page, which strangers
// talk to: its function needs no permission of KMS at all. The private half is wrapped as a data key is.
//
// # A sealed value
//
//	1 byte     form: 1 sealed with a data key, 2 with a public key
//	4 bytes    the key's id
//	form 1:    12 bytes nonce, then the text under AES-256-GCM with its tag of 16
//	form 2:    32 bytes of HPKE's encapsulated key, then the same without a nonce
//
// It is bound to its place: purpose, both parts of the item's key and the attribute's name are authenticated with it. Whatever is
// changed, cut or moved elsewhere does not open. A sealed text is as long as the text and Overhead or PairOverhead bytes; where
// the length tells something, Pad comes first.
//
// # Rotation
//
// A purpose's keys are a Ring: the newest seals, all of them open. Rotate adds one; Stale finds the values to be sealed again.
// KMS's own rotation of the key that wraps is AWS's affair and changes nothing here.
//
// # Why not tink
//
// The standard library has all of it: AES-GCM with random nonces (crypto/cipher), HPKE by RFC 9180 (crypto/hpke). What is left is
// the hundred lines here, which know the table's keys. A random nonce of 12 bytes is good for 2^32 texts a key; rotate before.
package seal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Purpose says what a key is for. Each has keys of its own, and what is sealed for one does not open for another.
type Purpose string

// The purposes. Who may open what is said by the functions' policies, which name them (template.yaml).
const (
	Contacts  Purpose = "contacts" // people on lists: names, addresses, attributes
	Staff     Purpose = "staff"
	Words     Purpose = "words"     // what respondents wrote; has a key pair
	Notes     Purpose = "notes"     // what staff wrote about a case
	Uploads   Purpose = "uploads"   // files as they came
	Workbooks Purpose = "workbooks" // parts of workbooks, for the function that reads them
	Ballots   Purpose = "ballots"   // of one campaign: Ballots.Of(campaign); has a key pair
)

// Of is the purpose narrowed to one thing: its keys are nobody else's and can be forgotten alone.
func (p Purpose) Of(id string) Purpose { return p + "#" + Purpose(id) }

func (p Purpose) parts() (purpose, of string) {
	purpose, of, _ = strings.Cut(string(p), "#")
	return purpose, of
}

// Place is where a sealed value lies. It opens nowhere else.
type Place struct{ Partition, Sort, Attribute string }

// String names the place without ids, which may be somebody's address: fit for errors and logs.
func (p Place) String() string {
	kind, _, _ := strings.Cut(p.Partition, "#")
	return p.Attribute + " of " + kind
}

// What is wrong with a sealed value. Nothing tells a changed byte from a value that lies elsewhere than it was sealed for: in both
// cases the tag does not fit.
var (
	ErrBroken  = errors.New("the sealed value is broken") // each of the following: other values still open
	ErrForm    = fmt.Errorf("%w: it is no sealed value, or of a form that this version does not know", ErrBroken)
	ErrKey     = fmt.Errorf("%w: its key is not among the keys of its purpose", ErrBroken)
	ErrChanged = fmt.Errorf("%w: it was changed, cut, or sealed for another place", ErrBroken)
)

// What is missing in the one who asks.
var (
	ErrNoPair = errors.New("there is no key pair for it: whoever opens makes it first (MakePair)")
	ErrNoKMS  = errors.New("this function has no key of KMS: it may seal with public keys and open nothing")
)

// KMS is what is asked of the Key Management Service, each with one key of it. Package kms asks AWS's.
//
// The context (with) is authenticated: who unwraps must say the same. Policies can ask for it too.
type KMS interface {
	NewKey(ctx context.Context, with map[string]string) (plain, wrapped []byte, err error) // 32 bytes; kms:GenerateDataKey
	Wrap(ctx context.Context, with map[string]string, plain []byte) ([]byte, error)        // kms:Encrypt
	Unwrap(ctx context.Context, with map[string]string, wrapped []byte) ([]byte, error)    // kms:Decrypt
}

// Rings is where the rings lie: the table.
type Rings interface {
	KeyRing(ctx context.Context, name string) (Ring, error) // of version 0 where there is none
	// PutKeyRing writes the ring if the stored one still has r.Version (0: there is none), with the next version;
	// otherwise apperr.ErrChanged.
	PutKeyRing(ctx context.Context, r Ring) error
	DeleteKeyRing(ctx context.Context, name string) error
}

// Options are what a Sealer is made of.
type Options struct {
	Workspace string // "" where a deployment has one
	Rings     Rings
	KMS       KMS // nil: SealTo works, and nothing else
	Now       func() time.Time
}

// Sealer seals and opens. It is safe for concurrent use.
type Sealer struct {
	o Options

	mu    sync.Mutex
	rings map[string]*ring // by name, at most maxRings
	uses  int64
}

// New returns a sealer.
func New(o Options) *Sealer { return &Sealer{o: o, rings: map[string]*ring{}} }

// Forms of a sealed value, its first byte, and what precedes the rest.
const (
	byKey  = 1
	byPair = 2

	headBytes  = 1 + 4
	nonceBytes = 12
	tagBytes   = 16
)

// Overhead is by how many bytes Seal lengthens a text, PairOverhead by how many SealTo does.
const (
	Overhead     = headBytes + nonceBytes + tagBytes
	PairOverhead = headBytes + encapsulatedBytes + tagBytes
)

// Seal encrypts with the newest data key of the purpose, which is made when there is none.
func (s *Sealer) Seal(ctx context.Context, p Purpose, at Place, text []byte) ([]byte, error) {
	k, err := s.newest(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("seal %s, %s: %w", kindOf(p), at, err)
	}
	out := make([]byte, 0, len(text)+Overhead)
	out = append(out, byKey)
	out = binary.BigEndian.AppendUint32(out, k.id)
	return k.aead.Seal(out, nil, text, s.bound(out, p, at)), nil
}

// SealTo encrypts with the newest public key of the purpose. It asks KMS for nothing and what it returns the caller cannot open.
func (s *Sealer) SealTo(ctx context.Context, p Purpose, at Place, text []byte) ([]byte, error) {
	id, public, err := s.public(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("seal %s, %s: %w", kindOf(p), at, err)
	}
	out := make([]byte, 0, len(text)+PairOverhead)
	out = append(out, byPair)
	out = binary.BigEndian.AppendUint32(out, id)
	enc, sealed, err := sealPublic(public, pairInfo, s.bound(out, p, at), text)
	if err != nil {
		return nil, fmt.Errorf("seal %s, %s: %w", kindOf(p), at, err)
	}
	return append(append(out, enc...), sealed...), nil
}

// Open decrypts what Seal or SealTo sealed for the same purpose and place. An error that is ErrBroken is of this value alone; others are
// of the table or of KMS.
func (s *Sealer) Open(ctx context.Context, p Purpose, at Place, sealed []byte) ([]byte, error) {
	text, err := s.open(ctx, p, at, sealed)
	if err != nil {
		return nil, fmt.Errorf("open %s, %s: %w", kindOf(p), at, err)
	}
	return text, nil
}

func (s *Sealer) open(ctx context.Context, p Purpose, at Place, sealed []byte) ([]byte, error) {
	form, id, err := head(sealed)
	if err != nil {
		return nil, err
	}
	k, err := s.key(ctx, form, p, id)
	if err != nil {
		return nil, err
	}
	rest, bound := sealed[headBytes:], s.bound(sealed[:headBytes], p, at)
	var text []byte
	if form == byPair {
		text, err = openPrivate(k.private, rest[:encapsulatedBytes], pairInfo, bound, rest[encapsulatedBytes:])
	} else {
		text, err = k.aead.Open(nil, nil, rest, bound)
	}
	if err != nil { // the reason is always the same, and never says more
		return nil, ErrChanged
	}
	return text, nil
}

// Stale reports whether a value should be sealed again with Seal: its data key is not the newest, or it was sealed with a public key.
func (s *Sealer) Stale(ctx context.Context, p Purpose, sealed []byte) (bool, error) {
	form, id, err := head(sealed)
	if err != nil || form == byPair {
		return err == nil, err
	}
	k, err := s.newest(ctx, p)
	return err == nil && k.id != id, err
}

// Digest is a fingerprint of a text that nobody without the purpose's keys can make: 32 bytes of HMAC-SHA256. Equal texts have equal
// digests for as long as the purpose has keys, rotation or not: its first key makes them all.
func (s *Sealer) Digest(ctx context.Context, p Purpose, text []byte) ([]byte, error) {
	k, err := s.first(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("digest for %s: %w", kindOf(p), err)
	}
	h := hmac.New(sha256.New, k.digest)
	h.Write(text)
	return h.Sum(nil), nil
}

// head reads the form and the key's id.
func head(sealed []byte) (form byte, id uint32, err error) {
	if len(sealed) < Overhead || sealed[0] != byKey && (sealed[0] != byPair || len(sealed) < PairOverhead) {
		return 0, 0, ErrForm
	}
	return sealed[0], binary.BigEndian.Uint32(sealed[1:headBytes]), nil
}

// bound is what is authenticated with a text: the head, and where it lies. Each part is preceded by its length, so that no two places
// give the same bytes.
func (s *Sealer) bound(head []byte, p Purpose, at Place) []byte {
	b := make([]byte, 0, 64+len(s.o.Workspace)+len(p)+len(at.Partition)+len(at.Sort)+len(at.Attribute))
	b = append(b, "onetap sealed"...)
	b = append(b, head...)
	for _, part := range [...]string{s.o.Workspace, string(p), at.Partition, at.Sort, at.Attribute} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}

// kindOf is the purpose without what it was narrowed to.
func kindOf(p Purpose) string {
	kind, _ := p.parts()
	return kind
}
