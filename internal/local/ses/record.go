package ses

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// outcome is what becomes of a recipient. It is decided when the message is accepted, from the address and the suppression
// list, so that a list of messages never changes behind a reader's back.
type outcome byte

const (
	delivered         outcome = iota
	slow                      // delivered after a while
	complained                // delivered, then complained about
	bounced                   // hard bounce
	softBounced               // soft bounce
	suppressed                // on the account's suppression list
	suppressedForAll          // on SES's own suppression list
	rejected                  // not sent: SES found it bad
	renderingFailed           // not sent: a value of the template is missing
	simulatedBounce           // hard bounce of the mailbox simulator: does not enter the suppression list
	simulatedComplain         // complaint of the mailbox simulator: likewise
	blocked                   // refused because of the sender
	mailboxFull               // not taken for now
	goneForGood               // called transient, though the mail system says that there is no such mailbox
	forwarded                 // hard bounce that names where the mailbox forwards to
	redacted                  // delivered, then complained about by a provider that does not say who
	notSpam                   // delivered, then taken out of the spam folder
	lastOutcome
)

// arrives says whether the recipient gets the message.
func (o outcome) arrives() bool {
	switch o {
	case delivered, slow, complained, simulatedComplain, redacted, notSpam:
		return true
	}
	return false
}

func (o outcome) String() string {
	switch o {
	case delivered, slow, notSpam:
		return "delivered"
	case complained, simulatedComplain, redacted:
		return "complained"
	case bounced, simulatedBounce, goneForGood, forwarded:
		return "bounced"
	case blocked:
		return "blocked"
	case softBounced, mailboxFull:
		return "softbounced"
	case suppressed, suppressedForAll:
		return "suppressed"
	case rejected:
		return "rejected"
	default:
		return "failed"
	}
}

// recipient of a message: kind is 't', 'c' or 'b' for To, Cc and Bcc.
type recipient struct {
	kind    byte
	address string // as given, perhaps with a display name
	outcome outcome
}

// record is a message as it is stored.
type record struct {
	seq        uint64
	random     uint64 // makes ids unlike one another
	time       int64  // milliseconds since 1970
	batch      [16]byte
	from       string
	subject    string
	recipients []recipient
	tags       []header
	headers    []header // of the entry; those of the batch are added on reading
	data       string   // ReplacementTemplateData
	failure    string   // why rendering failed
}

// outcome of the whole message: the best that became of any recipient.
func (r *record) outcome() outcome {
	best := r.recipients[0].outcome
	for _, p := range r.recipients {
		if p.outcome.arrives() && !best.arrives() {
			best = p.outcome
		}
	}
	return best
}

func (r *record) when() time.Time { return time.UnixMilli(r.time).UTC() }

// id looks like SES's: milliseconds, a random part, and the number of the message.
func (r *record) id() string {
	return fmt.Sprintf("0100%012x-%08x-%04x-4%03x-a%03x-%012x-000000", r.time, uint32(r.random>>32), uint16(r.random>>16),
		uint16(r.random>>4)&0xfff, uint16(r.random)&0xfff, r.seq)
}

// seqOf finds the number in an id.
func seqOf(id string) (uint64, bool) {
	const digits, tail = 12, len("-000000")
	if len(id) != 16+1+8+1+4+1+4+1+4+1+digits+tail {
		return 0, false
	}
	seq, err := strconv.ParseUint(id[len(id)-tail-digits:len(id)-tail], 16, 64)
	return seq, err == nil
}

func key(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// encode writes lengths and bytes: fast to write, and what a list needs stands first.
func (r *record) encode(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(r.time))
	b = binary.BigEndian.AppendUint64(b, r.random)
	b = append(b, r.batch[:]...)
	b = binary.AppendUvarint(b, uint64(len(r.recipients)))
	for _, p := range r.recipients {
		b = append(b, p.kind, byte(p.outcome))
		b = appendString(b, p.address)
	}
	b = appendString(b, r.subject)
	b = appendString(b, r.from)
	b = appendPairs(b, r.tags)
	b = appendPairs(b, r.headers)
	b = appendString(b, r.failure)
	return appendString(b, r.data)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendPairs(b []byte, list []header) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, h := range list {
		b = appendString(appendString(b, h.Name), h.Value)
	}
	return b
}

var errRecord = errors.New("a stored message is broken")

// decode copies the bytes once, for they belong to the file, and gives parts of the copy.
func decode(seq uint64, b []byte) (*record, error) {
	d := decoder{s: string(b)}
	r := &record{seq: seq, time: int64(d.uint64()), random: d.uint64()}
	copy(r.batch[:], d.next(len(r.batch)))
	n := d.uvarint()
	if d.bad || n == 0 || n > maxDestinations {
		return nil, errRecord
	}
	r.recipients = make([]recipient, n)
	for i := range r.recipients {
		head := d.next(2)
		if d.bad {
			return nil, errRecord
		}
		r.recipients[i] = recipient{kind: head[0], outcome: outcome(head[1]), address: d.string()}
	}
	r.subject, r.from = d.string(), d.string()
	r.tags, r.headers = d.pairs(), d.pairs()
	r.failure, r.data = d.string(), d.string()
	if d.bad {
		return nil, errRecord
	}
	return r, nil
}

type decoder struct {
	s   string
	bad bool
}

func (d *decoder) next(n int) string {
	if d.bad || n < 0 || n > len(d.s) {
		d.bad = true
		return ""
	}
	out := d.s[:n]
	d.s = d.s[n:]
	return out
}

func (d *decoder) uint64() (v uint64) {
	for _, c := range []byte(d.next(8)) {
		v = v<<8 | uint64(c)
	}
	return v
}

func (d *decoder) uvarint() int {
	v, shift := uint64(0), 0
	for i := 0; i < len(d.s) && i < binary.MaxVarintLen64; i++ {
		c := d.s[i]
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			if d.s = d.s[i+1:]; v > uint64(len(d.s)) {
				break // longer than what is left
			}
			return int(v)
		}
		shift += 7
	}
	d.bad = true
	return 0
}

func (d *decoder) string() string { return d.next(d.uvarint()) }

func (d *decoder) pairs() []header {
	n := d.uvarint()
	if d.bad || n == 0 {
		return nil
	}
	list := make([]header, n)
	for i := range list {
		list[i] = header{d.string(), d.string()}
	}
	return list
}
