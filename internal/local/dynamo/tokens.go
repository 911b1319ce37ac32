package dynamo

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// tokenLife is how long DynamoDB remembers a ClientRequestToken: 10 minutes, in milliseconds.
const tokenLife = 10 * 60 * 1000

// tokens remember the tokens of the transactions of the last ten minutes. On disk they lie in the order of time, so that
// remembering one more is cheap; the writer, the only one to use them, finds them in memory.
type tokens struct {
	known map[[16]byte]knownToken
	order []agedToken // oldest first
}

type knownToken struct {
	at          int64 // Unix milliseconds
	fingerprint [16]byte
}

type agedToken struct {
	id  [16]byte
	key uint64 // in the bucket
	at  int64
}

func tokenID(token string) (id [16]byte) {
	sum := sha256.Sum256([]byte(token))
	copy(id[:], sum[:])
	return id
}

func (k *tokens) load(b *bbolt.Bucket) error {
	k.known = map[[16]byte]knownToken{}
	return b.ForEach(func(key, val []byte) error {
		if len(key) != 8 || len(val) != 40 {
			return errBroken
		}
		t := knownToken{at: int64(binary.BigEndian.Uint64(val))}
		a := agedToken{key: binary.BigEndian.Uint64(key), at: t.at}
		copy(a.id[:], val[8:])
		copy(t.fingerprint[:], val[24:])
		k.known[a.id] = t
		k.order = append(k.order, a)
		return nil
	})
}

func (k *tokens) find(id [16]byte, now int64) (fingerprint [16]byte, ok bool) {
	t, ok := k.known[id]
	if !ok || now-t.at >= tokenLife {
		return fingerprint, false
	}
	return t.fingerprint, true
}

// rememberToken notes a token, on disk with the transaction that it belongs to, and forgets some of those that are too old.
func (w *writeTx) rememberToken(id, fingerprint [16]byte) {
	k := &w.db.tokens
	b := w.tx.Bucket(bucketTokens)
	b.FillPercent = 1 // keys only grow
	key, err := b.NextSequence()
	if err != nil {
		w.failed = err
		return
	}
	val := binary.BigEndian.AppendUint64(make([]byte, 0, 40), uint64(w.now))
	val = append(append(val, id[:]...), fingerprint[:]...)
	w.put(bucketTokens, binary.BigEndian.AppendUint64(nil, key), val)
	before, had := k.known[id]
	k.known[id] = knownToken{w.now, fingerprint}
	k.order = append(k.order, agedToken{id, key, w.now})
	w.back = append(w.back, func() {
		k.order = k.order[:len(k.order)-1]
		delete(k.known, id)
		if had {
			k.known[id] = before
		}
	})
	for range 2 { // two for one: the pile shrinks
		if len(k.order) > 1 && w.now-k.order[0].at >= tokenLife {
			w.forgetOldest()
		}
	}
}

func (w *writeTx) forgetOldest() {
	k := &w.db.tokens
	old := k.order[0]
	w.del(bucketTokens, binary.BigEndian.AppendUint64(nil, old.key))
	k.order = k.order[1:]
	t, ok := k.known[old.id]
	if ok && t.at == old.at {
		delete(k.known, old.id)
	}
	w.back = append(w.back, func() {
		k.order = append([]agedToken{old}, k.order...)
		if ok {
			k.known[old.id] = t
		}
	})
}

// fingerprint tells requests apart that use one token: two are the same when they would do the same.
func (tr *transactWrite) fingerprint() (sum [16]byte) {
	h := sha256.New()
	for _, a := range tr.actions {
		writeText(h, a.what, a.m.t.TableName, string(a.m.key), string(a.m.item), a.in.onFailure)
		for _, src := range []*string{a.in.expr.update, a.in.expr.condition} {
			if src == nil {
				writeText(h, "")
				continue
			}
			writeText(h, *src)
		}
		for _, all := range [][]substitute{a.in.expr.names, a.in.expr.values} {
			sorted := slices.SortedFunc(slices.Values(all), func(a, b substitute) int { return strings.Compare(a.key, b.key) })
			for _, s := range sorted {
				writeText(h, s.key, s.name, string(appendValueOrNothing(nil, s.value)))
			}
		}
	}
	copy(sum[:], h.Sum(nil))
	return sum
}

func appendValueOrNothing(dst []byte, v value) []byte {
	if v.kind == kindNone {
		return dst
	}
	return appendValue(dst, &v)
}

func writeText(h hash.Hash, texts ...string) {
	for _, s := range texts {
		h.Write(binary.AppendUvarint(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
}
