package attack

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
)

// pieces calls each once for every piece of what is held that stands by itself: an item, a record of the stream, an event, a line. Where
// says what it is, without anything of it.
func (h *Held) pieces(each func(where string, piece []byte)) {
	seed, seen := maphash.MakeSeed(), map[uint64]bool{}
	say := func(where string, piece []byte) {
		sum := maphash.Bytes(seed, piece)
		if !seen[sum] {
			seen[sum] = true
			each(where, piece)
		}
	}
	for _, table := range h.Tables {
		for _, i := range table {
			say("item "+i.kind(), i.piece())
		}
	}
	for _, c := range h.Stream {
		of := c.New
		if of == nil {
			of = c.Old
		}
		say("record "+of.kind(), append(c.New.piece(), c.Old.piece()...))
	}
	for _, e := range h.Events {
		say("event of SES", e)
	}
	for _, l := range h.Logs {
		say("line of a log", l)
	}
}

// kind is an item's key without ids.
func (i Item) kind() string {
	pk, _, _ := strings.Cut(i.Text("pk"), "#")
	sk, _, found := strings.Cut(i.Text("sk"), "#")
	if !found {
		return pk
	}
	return pk + "/" + sk
}

func (i Item) piece() []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(i)) {
		b.WriteString(name)
		b.WriteByte('=')
		b.Write(i[name])
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// mark is what the attacker looks for in a piece.
type mark struct {
	bytes  []byte
	person int  // whose; -1: nobody's that the attacker knows
	secret bool // stands in one letter and must stand nowhere else
	what   string
}

// window is how long the beginning of a mark is by which it is looked up.
const window = 8

// index finds many marks in one reading.
type index map[uint64][]mark

func indexOf(marks []mark) index {
	x := index{}
	for _, m := range marks {
		if len(m.bytes) >= window {
			w := binary.BigEndian.Uint64(m.bytes)
			x[w] = append(x[w], m)
		}
	}
	return x
}

// in are the marks that stand in a piece, each once.
func (x index) in(piece []byte) (found []mark) {
	var w uint64
	for at, c := range piece {
		w = w<<8 | uint64(c)
		if at < window-1 {
			continue
		}
		for _, m := range x[w] {
			if bytes.HasPrefix(piece[at-window+1:], m.bytes) && !slices.ContainsFunc(found, m.same) {
				found = append(found, m)
			}
		}
	}
	return found
}

func (m mark) same(n mark) bool {
	return m.person == n.person && m.what == n.what && bytes.Equal(m.bytes, n.bytes)
}

var idLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// marksOfID are an id as text and as the bytes that it stands for.
func marksOfID(id string, person int, what string) []mark {
	marks := []mark{{[]byte(id), person, false, what}}
	if raw, err := idLetters.DecodeString(id); err == nil {
		marks = append(marks, mark{raw, person, false, what + " in bytes"})
	}
	return marks
}

// Bytes of a ballot's token: what it begins with is its campaign's and its cell's, and stands in others' too.
const ballotHead, ballotMAC = 8, 20

// marksOfBallot are the spellings of one ballot.
func marksOfBallot(token string, person int) (marks []mark) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= ballotMAC {
		return nil
	}
	random := raw[ballotHead:ballotMAC]
	for what, b := range map[string][]byte{
		"token": []byte(token), "a part of the token": []byte(token[12:26]), "random": random, "MAC": raw[ballotMAC:],
		"random in hex": []byte(hex.EncodeToString(random)), "MAC in hex": []byte(hex.EncodeToString(raw[ballotMAC:])),
		"random in base64": []byte(base64.StdEncoding.EncodeToString(random)), "random in base64 for URLs": []byte(base64.RawURLEncoding.EncodeToString(random)),
		"random in base32": []byte(idLetters.EncodeToString(random)), "token in base64": []byte(base64.StdEncoding.EncodeToString([]byte(token))[:48]),
	} {
		marks = append(marks, mark{b, person, true, what + " of a ballot"})
	}
	return marks
}

// Traces are the items of a table that say something of an erased person: a text of theirs, or an id, which may stand for some more days
// where the page of an erasure says so. A text counts where no letter or digit is beside it. What an erasure itself has to know until
// its second pass does not count.
func Traces(table []Item, texts, ids []string) (found []string) {
	var marks []mark
	for _, id := range ids {
		marks = append(marks, marksOfID(id, 0, "id")...)
	}
	for _, i := range table {
		pk, sk := i.Text("pk"), i.Text("sk")
		stays := strings.HasPrefix(sk, "COUNTED#") || strings.HasPrefix(pk, "UNDO#") && strings.HasPrefix(sk, "NEW#")
		piece := i.piece()
		small := bytes.ToLower(piece)
		if t := slices.IndexFunc(texts, func(t string) bool { return whole(small, []byte(strings.ToLower(t))) }); t >= 0 && !strings.HasPrefix(pk, "ERASURES") {
			found = append(found, fmt.Sprintf("%s has %q", i.kind(), texts[t]))
		} else if m := slices.IndexFunc(marks, func(m mark) bool { return bytes.Contains(piece, m.bytes) }); m >= 0 && !stays && !strings.HasPrefix(pk, "ERASURES") {
			found = append(found, fmt.Sprintf("%s has the %s of somebody erased", i.kind(), marks[m].what))
		}
	}
	return found
}

// whole reports whether a text stands in a piece by itself.
func whole(piece, text []byte) bool {
	for from := 0; ; {
		at := bytes.Index(piece[from:], text)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(text)
		if (at == 0 || !wordy(piece[at-1])) && (end == len(piece) || !wordy(piece[end])) {
			return true
		}
		from = at + 1
	}
}

func wordy(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80 }
