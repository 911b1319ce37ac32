package dynamo

import (
	"encoding/binary"
	"math"
)

// get reads an item in the writer's transaction; nil if there is none. What it gives is good until the commit.
func (w *writeTx) get(t *table, key []byte) []byte {
	return w.tx.Bucket(t.bucket).Get(key)
}

// replace puts an item in the place of another; nil is none. It keeps indexes, expiry and stream in step and gives the
// write units that the change costs: those of the table, and of each index by its name.
func (w *writeTx) replace(t *table, key, old, now []byte, expired bool) units {
	u := units{table: writeUnits(max(encodedSize(old), encodedSize(now)))}
	if string(old) == string(now) { // equal, or both missing: costs the units and does nothing else
		return u
	}
	d := w.delta(t)
	switch {
	case now == nil:
		w.del(t.bucket, key)
		d.items--
	case old == nil:
		w.put(t.bucket, key, now)
		d.items++
	default:
		w.put(t.bucket, key, now)
	}
	d.bytes += int64(encodedSize(now) - encodedSize(old))
	for i, x := range t.indexes {
		if n := w.replaceEntry(d, i, x, key, old, now); n > 0 {
			u.indexes = append(u.indexes, indexUnits{x.name, n})
		}
	}
	if t.ttl != "" {
		w.replaceExpiry(t, key, old, now)
	}
	if t.view != "" && !w.db.o.Unstreamed {
		w.record(t, key, old, now, expired)
		d.news = true
	}
	return u
}

// replaceEntry moves an item's entry in an index. Moving it costs a delete and a put.
func (w *writeTx) replaceEntry(d *delta, i int, x *index, key, old, now []byte) (n float64) {
	if x.sameKey(old, now) {
		if x.keyed(now) && x.changed(old, now) {
			return writeUnits(max(x.projectedSize(old), x.projectedSize(now)))
		}
		return 0
	}
	var was, is []byte
	var at int
	var had, has bool
	if old != nil {
		was, _, had = x.entry(old, key)
	}
	if now != nil {
		is, at, has = x.entry(now, key)
	}
	if had {
		w.del(x.bucket, was)
		d.indexItems[i]--
		n += writeUnits(x.projectedSize(old))
	}
	if has {
		w.put(x.bucket, is, binary.AppendUvarint(nil, uint64(at)))
		d.indexItems[i]++
		n += writeUnits(x.projectedSize(now))
	}
	return n
}

// expirySeconds is when an item expires, in Unix seconds; ok is false for one that does not.
func (t *table) expirySeconds(item []byte) (int64, bool) {
	if item == nil {
		return 0, false
	}
	v, ok := lookup(item, t.ttl)
	if !ok || v.kind != kindN {
		return 0, false
	}
	if !isPlainInt(v.text) {
		d, _ := parseDecimal(v.text)
		if d.neg || d.exp < 1 || d.exp > 18 || len(d.digits) < d.exp {
			return 0, false
		}
		return plainInt(d.digits[:d.exp]), true // a fraction is cut off
	}
	n := plainInt(v.text)
	return n, n > 0 && n < math.MaxInt64
}

func expiryKey(seconds int64, key []byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(key)), uint64(seconds)), key...)
}

func (w *writeTx) replaceExpiry(t *table, key, old, now []byte) {
	was, had := t.expirySeconds(old)
	is, has := t.expirySeconds(now)
	if had == has && was == is {
		return
	}
	if had {
		w.del(t.expiry, expiryKey(was, key))
	}
	if has {
		w.put(t.expiry, expiryKey(is, key), nil)
	}
}
