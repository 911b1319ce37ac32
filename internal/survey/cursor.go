package survey

import (
	"encoding/base64"
	"strconv"
	"strings"

	"onetap/internal/apperr"
)

// ContactShards is the number of partitions that an audience's contacts, and a campaign's answers, are spread over:
// 16 × 1,000 write units a second.
const ContactShards = 16

// Shard is the partition of a contact, by the first characters of its id, which is a hash.
func (id ContactID) Shard() int {
	n := 0
	for _, c := range []byte(id[:min(2, len(id))]) {
		if c >= '2' && c <= '7' {
			n = n*32 + int(c-'2') + 26
		} else {
			n = n*32 + int(c-'a')&31
		}
	}
	return n % ContactShards
}

// Cursor is a place in a walk through the shards of a campaign or an audience: everything before it was read. Its text
// is opaque to those who hand it back.
type Cursor struct {
	Shard int
	After ContactID // within the shard; "" for its beginning
	End   int       // the walk ends before this shard; 0: behind the last
}

// CursorsOf divides a walk into up to n equal ones, which may go on at the same time.
func CursorsOf(n int) []Cursor {
	n = max(1, min(n, ContactShards))
	parts := make([]Cursor, n)
	for i := range parts {
		parts[i] = Cursor{Shard: i * ContactShards / n, End: (i + 1) * ContactShards / n}
	}
	return parts
}

// Stop is the shard before which the walk ends.
func (c Cursor) Stop() int {
	if c.End == 0 {
		return ContactShards
	}
	return c.End
}

// ParseCursor reads a cursor's text; "" is the beginning. Problem: cursor_wrong.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	shardText, rest, _ := strings.Cut(string(b), "/")
	after, endText, hasEnd := strings.Cut(rest, "/")
	c := Cursor{After: ContactID(after)}
	var notNumber, noEnd error
	c.Shard, notNumber = strconv.Atoi(shardText)
	if hasEnd {
		c.End, noEnd = strconv.Atoi(endText)
	}
	if err != nil || notNumber != nil || noEnd != nil || c.Shard < 0 || c.Shard >= c.Stop() || c.End < 0 || c.End > ContactShards || len(after) != 16 && len(after) != 0 {
		return Cursor{}, apperr.New(apperr.Invalid, "cursor_wrong", "after")
	}
	return c, nil
}

func (c Cursor) String() string {
	text := strconv.Itoa(c.Shard) + "/" + string(c.After)
	if c.End != 0 {
		text += "/" + strconv.Itoa(c.End)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}
