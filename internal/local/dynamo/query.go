package dynamo

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"

	"go.etcd.io/bbolt"
)

// maxPage is how much a Query or Scan reads before it stops and gives a LastEvaluatedKey, in bytes of items.
const maxPage = 1 << 20

// reading is a Query or a Scan made ready: a range of keys of a table or an index, and what to do with what is found.
type reading struct {
	t        *table
	x        *index // nil: the table itself
	in       *input
	expr     *checked
	get      get
	from, to []byte // range of keys: from is in it, to, unless nil, is not
	start    []byte // the key to begin after, or before when going backward; nil for the range's end
}

func query(q *request) ([]byte, *APIError) {
	rd, err := q.newReading("ProjectionExpression", "FilterExpression", "KeyConditionExpression")
	if err != nil {
		return nil, err
	}
	if rd.in.expr.keyCondition == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	if err := rd.find(); err != nil {
		return nil, err
	}
	if err := rd.setKeyRange(); err != nil {
		return nil, err
	}
	heads, _ := rd.expr.filter.heads()
	for _, name := range heads {
		if rd.keys().has(name) {
			return nil, invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
		}
	}
	return q.run(rd)
}

// newReading reads the request and checks what needs no table.
func (q *request) newReading(allowed ...string) (*reading, *APIError) {
	in, err := q.read()
	if err != nil {
		return nil, err
	}
	if in.limit != nil && *in.limit < 1 {
		return nil, constraint(strconv.Itoa(*in.limit), "limit", "Member must have value greater than or equal to 1")
	}
	if in.index != "" {
		if err := checkName(in.index, "indexName", 3); err != nil {
			return nil, err
		}
	}
	in.expr.update, in.expr.condition = nil, nil
	if len(allowed) == 2 {
		in.expr.keyCondition = nil
	}
	t, err := q.db.table(in.table)
	if err != nil {
		return nil, err
	}
	c, err := in.expr.check(allowed...)
	if err != nil {
		return nil, err
	}
	return &reading{t: t, in: in, expr: c}, nil
}

// find finds the index and checks what is asked of it.
func (rd *reading) find() *APIError {
	in := rd.in
	if in.index != "" {
		if rd.x = rd.t.index(in.index); rd.x == nil {
			return invalid("The table does not have the specified index: %s", in.index)
		}
		if in.consistent {
			return invalid("Consistent reads are not supported on global secondary indexes")
		}
		if in.choice == "ALL_ATTRIBUTES" && rd.x.keep != nil {
			return badParameter("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", in.index)
		}
	}
	switch {
	case in.choice == "ALL_PROJECTED_ATTRIBUTES" && in.index == "":
		return badParameter("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	case in.choice == "SPECIFIC_ATTRIBUTES" && rd.expr.projection == nil:
		return badParameter("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case rd.expr.projection != nil && in.choice != "" && in.choice != "SPECIFIC_ATTRIBUTES":
		what := in.choice
		if what == "COUNT" {
			what = "only the Count"
		}
		return badParameter("Cannot specify the ProjectionExpression when choosing to get %s", what)
	}
	if err := rd.get.setProjection(rd.t, rd.expr.projection); err != nil {
		return err
	}
	_, nested := rd.expr.filter.heads()
	return rd.t.checkNestedNames(nested)
}

// keys is the key schema of what is read.
func (rd *reading) keys() keySchema {
	if rd.x != nil {
		return rd.x.keys
	}
	return rd.t.keys
}

func (rd *reading) bucket() []byte {
	if rd.x != nil {
		return rd.x.bucket
	}
	return rd.t.bucket
}

// startKeys are the attributes of ExclusiveStartKey and LastEvaluatedKey: the table's key and the index's.
func (rd *reading) startKeys() keySchema {
	all := slices.Clone(rd.t.keys)
	if rd.x != nil {
		for _, p := range rd.x.keys {
			if !all.has(p.name) {
				all = append(all, p)
			}
		}
	}
	return all
}

// startKey turns ExclusiveStartKey into a key of the bucket.
func (rd *reading) startKey() ([]byte, *APIError) {
	const bad = "The provided starting key is invalid"
	all := rd.startKeys()
	if len(rd.in.startKey) != len(all) {
		if rd.x == nil && rd.expr.keyCondition == nil { // a scan of the table
			return nil, invalid(bad + ": " + errKeyMismatch)
		}
		return nil, invalid(bad)
	}
	if rd.x != nil {
		for i, p := range rd.x.keys {
			v, ok := find(rd.in.startKey, p.name)
			if !ok || v.kind != p.kind || p.checkSize(v, i == 0) != nil {
				return nil, invalid(bad)
			}
		}
	}
	own := rd.t.keys.of(rd.in.startKey)
	if err := rd.t.keys.checkKey(own); err != nil {
		return nil, invalid(bad + ": " + err.Message)
	}
	key := rd.t.keys.key(own)
	if rd.x != nil {
		key, _, _ = rd.x.entry(encodeItem(rd.in.startKey), key)
	}
	return key, nil
}

// found is what a reading gathers.
type found struct {
	out            []byte // the items as JSON, separated by commas
	count, scanned int
	bytes          int    // read: by DynamoDB's rules
	last           []attr // LastEvaluatedKey
}

// run reads the range and writes the reply.
func (q *request) run(rd *reading) ([]byte, *APIError) {
	if err := q.begin(rd.t.TableName); err != nil {
		return nil, err
	}
	f := &found{out: make([]byte, 0, 4096)}
	f.out = append(f.out, '{')
	if rd.in.choice != "COUNT" {
		f.out = append(f.out, `"Items":[`...)
	}
	err := q.db.view(func(tx *bbolt.Tx) *APIError {
		rd.collect(tx, f)
		return nil
	}, rd.t)
	if err != nil {
		return nil, err
	}
	if rd.in.choice != "COUNT" {
		f.out = append(f.out, ']')
	}
	out := strconv.AppendInt(append(member(f.out), `"Count":`...), int64(f.count), 10)
	out = strconv.AppendInt(append(out, `,"ScannedCount":`...), int64(f.scanned), 10)
	if f.last != nil {
		out = appendAttrsJSON(append(out, `,"LastEvaluatedKey":`...), f.last)
	}
	var u units
	n := readUnits(f.bytes, rd.in.consistent)
	if rd.x != nil {
		u.indexes = []indexUnits{{rd.x.name, n}}
	} else {
		u.table = n
	}
	q.meter(rd.t.TableName, n, 0, f.scanned)
	return closeReply(out, rd.in.capacity, rd.t.TableName, u), nil
}

// collect goes over the range until its end, the limit, or a page of data.
func (rd *reading) collect(tx *bbolt.Tx, f *found) {
	items := tx.Bucket(rd.t.bucket)
	c := tx.Bucket(rd.bucket()).Cursor()
	for k, v := rd.first(c); rd.inRange(k); k, v = rd.next(c) {
		enc, size := v, 0
		if rd.x != nil {
			at, _ := binary.Uvarint(v)
			enc = items.Get(k[at:])
			size = rd.x.projectedSize(enc)
		} else {
			size = encodedSize(enc)
		}
		f.scanned++
		f.bytes += size
		rd.add(f, enc)
		if rd.in.limit != nil && f.scanned == *rd.in.limit || f.bytes >= maxPage {
			f.last = cloneAttrs(rd.startKeys().ofEncoded(enc))
			return
		}
	}
}

// add adds an item to the reply, if the filter lets it pass.
func (rd *reading) add(f *found, enc []byte) {
	if rd.expr.filter != nil {
		item := decodeItem(enc)
		if rd.x != nil && rd.x.keep != nil {
			item = slices.DeleteFunc(item, func(a attr) bool { return !rd.x.keep[a.name] })
		}
		if !rd.expr.filter.matches(item) {
			return
		}
	}
	f.count++
	if rd.in.choice == "COUNT" {
		return
	}
	if f.count > 1 {
		f.out = append(f.out, ',')
	}
	switch {
	case rd.x == nil || rd.x.keep == nil:
		f.out = rd.get.append(f.out, enc)
	case rd.get.projection == nil:
		f.out = appendItemJSON(f.out, enc, func(name string) bool { return rd.x.keep[name] })
	default: // what is not projected into the index cannot be had from it
		item := slices.DeleteFunc(decodeItem(enc), func(a attr) bool { return !rd.x.keep[a.name] })
		f.out = appendAttrsJSON(f.out, project(item, rd.get.projection))
	}
}

func (rd *reading) inRange(k []byte) bool {
	return k != nil && bytes.Compare(k, rd.from) >= 0 && (rd.to == nil || bytes.Compare(k, rd.to) < 0)
}

func (rd *reading) first(c *bbolt.Cursor) (k, v []byte) {
	if !rd.in.backward {
		from := rd.from
		if rd.start != nil && bytes.Compare(rd.start, from) >= 0 {
			from = append(bytes.Clone(rd.start), 0) // the next key there can be
		}
		return c.Seek(from)
	}
	to := rd.to
	if rd.start != nil && (to == nil || bytes.Compare(rd.start, to) < 0) {
		to = rd.start
	}
	if to == nil {
		return c.Last()
	}
	if k, _ = c.Seek(to); k == nil {
		return c.Last()
	}
	return c.Prev()
}

func (rd *reading) next(c *bbolt.Cursor) (k, v []byte) {
	if rd.in.backward {
		return c.Prev()
	}
	return c.Next()
}
