package store

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strconv"
	"strings"
	"time"

	"onetap/internal/survey"
)

// What an upload changes is kept so that it can be undone:
//
//   - of a contact that it changed the item as it was, beside it nothing but a lifetime: WAS#<contact>. That costs a write unit
//     (of a contact of up to 1 KB) and a read unit more than the change itself;
//   - of those that it made the ids, up to 100 together: NEW#<part>#<hash>, three write units for a hundred;
//   - of one that it finds unchanged nothing.
//
// An erasure must reach the former: the uploads of the last UndoFor + UndoGrace are Uploads, and of each the item about a
// contact has a key that the contact's id gives (undoKey), its personal data in the same attributes as the contact's own. Those of
// staff have the person's id in their key (keptStaffKey), and their personal data in one attribute, too.
func undoPK(upload string, shard int) string { return "UNDO#" + part(upload) + "#" + two(shard) }

func undoKey(upload string, id survey.ContactID) key {
	return key{undoPK(upload, shard(id)), undoWas + string(id)}
}

const undoNew, undoWas = "NEW#", "WAS#"

func undoExpires(now time.Time) int64 { return now.Add(survey.UndoFor + survey.UndoGrace).Unix() }

// markText is what a contact carries of the upload's part that wrote it last; whoever writes it otherwise leaves that out.
func markText(m survey.UploadMark) string { return m.Upload + "#" + strconv.Itoa(m.Part) }

func markedBy(it item, upload string) bool { return strings.HasPrefix(text(it, "upload"), upload+"#") }

// keepForUndo writes what undoing will need of contacts that are about to be written: the ids of those that are fresh, and
// those of the changed as they are now. What this upload itself has written before is kept already.
// together names all that are compared together, which the same part taken again compares together again: see nameOf. It returns
// what the changed lose, and with by.Again how many are as before the upload now. stored are the changed as they are.
func (s *Store) keepForUndo(ctx context.Context, by survey.UploadMark, together survey.ContactID, fresh []survey.ContactID, changed map[key]survey.Contact, stored map[key]storedContact, now time.Time) (lost survey.Losses, back int, err error) {
	var keep []item
	if len(fresh) > 0 {
		it := item{"pk": str(undoPK(by.Upload, shard(together))), "sk": str(undoNew + five(by.Part) + "#" + string(together))}
		it["ids"], it["ttl"] = bin(packIDs(fresh)), num(undoExpires(now))
		keep = append(keep, it)
	}
	again := map[survey.ContactID]survey.Contact{}
	for k := range changed {
		was, it := stored[k].contact, stored[k].item
		if it == nil { // gone since
			continue
		}
		if by.Again && markedBy(it, by.Upload) {
			again[was.ID] = was
			continue
		}
		lost = lost.Plus(was.LostTo(changed[keyOf(it)]))
		if markedBy(it, by.Upload) {
			continue
		}
		kept, err := s.contactAt(ctx, it, was, undoKey(by.Upload, was.ID))
		if err != nil {
			return lost, 0, err
		}
		kept["ttl"] = num(undoExpires(now))
		keep = append(keep, kept)
	}
	more, back, err := s.changedAgain(ctx, by.Upload, again, changed)
	if err != nil {
		return lost, 0, err
	}
	return lost.Plus(more), back, s.batchPut(ctx, keep)
}

// changedAgain compares what an upload makes of contacts that it has changed before with what they were before it: what they lose
// by that in addition, and how many more of them are as they were.
func (s *Store) changedAgain(ctx context.Context, upload string, was map[survey.ContactID]survey.Contact, is map[key]survey.Contact) (lost survey.Losses, back int, err error) {
	keys := make([]key, 0, len(was))
	for id := range was {
		keys = append(keys, undoKey(upload, id))
	}
	kept, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return lost, 0, err
	}
	for _, it := range kept {
		before, err := s.contactOf(ctx, it)
		if err != nil {
			return lost, 0, err
		}
		id := survey.ContactID(strings.TrimPrefix(text(it, "sk"), undoWas))
		then, now := was[id], is[contactKey(was[id].Audience, id)]
		lost = lost.Plus(before.LostTo(now).Minus(before.LostTo(then)))
		switch first, last := before.Same(then), before.Same(now); {
		case !first && last:
			back++
		case first && !last:
			back--
		}
	}
	return lost, back, nil
}

// idBytes is the length of a contact's id in bytes: 80 bits.
const idBytes = 10

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func packIDs(ids []survey.ContactID) []byte {
	b := make([]byte, idBytes*len(ids))
	for i, id := range ids {
		var one [16]byte
		idText.Decode(one[:], []byte(id)) // ids are made by keys.Keys.ContactID
		copy(b[i*idBytes:], one[:idBytes])
	}
	return b
}

func unpackIDs(b []byte) (ids []survey.ContactID) {
	for ; len(b) >= idBytes; b = b[idBytes:] {
		ids = append(ids, survey.ContactID(idText.EncodeToString(b[:idBytes])))
	}
	return ids
}

// nameOf names some contacts, by a hash that looks like a contact's id: no others have the name.
func nameOf(cs []survey.Contact) survey.ContactID {
	h := sha256.New()
	for _, c := range cs {
		io.WriteString(h, string(c.ID))
	}
	return survey.ContactID(idText.EncodeToString(h.Sum(nil)[:idBytes]))
}
