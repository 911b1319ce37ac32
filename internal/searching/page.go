package searching

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"onetap/internal/seal"
	"onetap/internal/survey"
	"onetap/internal/text"
)

func trimmed(team string) string { return text.Fold(strings.TrimSpace(team)) }

const (
	// keysBytes is how long a page of keys gets before the next is begun, idsPerPage how many ids one has: some 16 and 4 KB as items of
	// the table, with what a sealed item has besides (itemRest).
	keysBytes  = 16<<10 - 2*itemRest
	itemRest   = 160
	idBytes    = 10
	idRecord   = idBytes + 1
	idsPerPage = (4<<10 - itemRest - 1) / idRecord
	// recordNumbers is how many numbers stand behind a key at once.
	recordNumbers = 2000
)

// padded lengthens a page so that its item is some whole KB, which it costs anyway: its length then says little.
func padded(page []byte) ([]byte, error) {
	return seal.Pad(page, (len(page)+itemRest)>>10<<10+1<<10-itemRest)
}

var errPage = errors.New("a page of the search index does not parse")

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// member is somebody in a part.
type member struct {
	id   survey.ContactID
	gone bool
}

// inOrder compares ids as a walk over an audience meets them (survey.Cursor).
func inOrder(a, b survey.ContactID) int {
	return cmp.Or(cmp.Compare(a.Shard(), b.Shard()), cmp.Compare(a, b))
}

func packMembers(all []member) []byte {
	b := make([]byte, 0, idRecord*len(all))
	for _, m := range all {
		var one [idRecord]byte
		idText.Decode(one[:], []byte(m.id)) // ids are made by keys.Keys.ContactID
		if one[idBytes] = 0; m.gone {
			one[idBytes] = 1
		}
		b = append(b, one[:]...)
	}
	return b
}

func unpackMembers(b []byte) (all []member, err error) {
	if len(b)%idRecord != 0 {
		return nil, errPage
	}
	all = make([]member, 0, len(b)/idRecord)
	for ; len(b) > 0; b = b[idRecord:] {
		all = append(all, member{survey.ContactID(idText.EncodeToString(b[:idBytes])), b[idBytes] == 1})
	}
	return all, nil
}

// keyPage packs keys and the numbers of those who have them: of each key what it has in common with the one before, the rest, and the
// numbers by their differences.
type keyPage struct {
	b     []byte
	first string
	last  string
}

func (p *keyPage) add(key string, numbers []uint32) {
	if len(p.b) == 0 {
		p.first = key
	}
	common := 0
	for common < min(len(p.last), len(key)) && p.last[common] == key[common] {
		common++
	}
	p.b = binary.AppendUvarint(p.b, uint64(common))
	p.b = binary.AppendUvarint(p.b, uint64(len(key)-common))
	p.b = append(p.b, key[common:]...)
	p.b = binary.AppendUvarint(p.b, uint64(len(numbers)))
	before := uint32(0)
	for _, n := range numbers {
		p.b = binary.AppendUvarint(p.b, uint64(n-before))
		before = n
	}
	p.last = key
}

// eachKey calls each for every key of a page with its numbers, both valid until it returns. A key of many has several entries.
func eachKey(b []byte, each func(key []byte, numbers []uint32) error) error {
	var key []byte
	var numbers []uint32
	for len(b) > 0 {
		var head [3]uint64
		var ok bool
		if head[0], b, ok = uvarint(b); !ok || head[0] > uint64(len(key)) {
			return errPage
		}
		if head[1], b, ok = uvarint(b); !ok || head[1] > uint64(len(b)) {
			return errPage
		}
		key = append(key[:head[0]], b[:head[1]]...)
		b = b[head[1]:]
		if head[2], b, ok = uvarint(b); !ok || head[2] > uint64(len(b)) {
			return errPage
		}
		numbers = numbers[:0]
		before := uint32(0)
		for range head[2] {
			var d uint64
			if d, b, ok = uvarint(b); !ok {
				return errPage
			}
			before += uint32(d)
			numbers = append(numbers, before)
		}
		if err := each(key, numbers); err != nil {
			return err
		}
	}
	return nil
}

func uvarint(b []byte) (uint64, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

// head says what is on the other pages of a part.
type head struct {
	part survey.SearchPart
	ids  []survey.ContactID // the first of each page
	keys []string           // likewise; a key may begin on the page before
}

func (h head) pack() []byte {
	var b []byte
	for _, id := range h.ids {
		b = append(b, packMembers([]member{{id: id}})[:idBytes]...)
	}
	for _, key := range h.keys {
		b = binary.AppendUvarint(b, uint64(len(key)))
		b = append(b, key...)
	}
	return b
}

func unpackHead(part survey.SearchPart, b []byte) (h head, err error) {
	h.part = part
	for range part.IDPages {
		if len(b) < idBytes {
			return h, errPage
		}
		h.ids = append(h.ids, survey.ContactID(idText.EncodeToString(b[:idBytes])))
		b = b[idBytes:]
	}
	for range part.KeyPages {
		n, rest, ok := uvarint(b)
		if !ok || n > uint64(len(rest)) {
			return h, errPage
		}
		h.keys = append(h.keys, string(rest[:n]))
		b = rest[n:]
	}
	if len(b) > 0 {
		return h, errPage
	}
	return h, nil
}

// pages are those on which keys that begin with begin can be: from, up to but without to.
func (h head) pages(begin string) (from, to int) {
	from = sort.SearchStrings(h.keys, begin)
	to = from
	for to < len(h.keys) && strings.HasPrefix(h.keys[to], begin) {
		to++
	}
	return max(0, from-1), to
}

// pageOf is the page of ids on which what comes after a place begins.
func (h head) pageOf(after survey.Cursor) int {
	n, _ := slices.BinarySearchFunc(h.ids, after, func(id survey.ContactID, after survey.Cursor) int {
		if s := id.Shard(); s < after.Shard || s == after.Shard && id <= after.After {
			return -1
		}
		return 1
	})
	return max(0, n-1)
}

// open opens a page.
func open(ctx context.Context, o Opener, at seal.Place, sealed []byte) ([]byte, error) {
	b, err := o.Open(ctx, seal.Contacts, at, sealed)
	if err != nil {
		return nil, err
	}
	if b, err = seal.Unpad(b); err != nil {
		return nil, fmt.Errorf("%w: %w", errPage, err)
	}
	return bytes.Clone(b), nil
}
