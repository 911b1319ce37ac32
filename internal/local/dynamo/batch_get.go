package dynamo

import (
	"encoding/json"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// tableGets are the keys of a BatchGetItem for one table.
type tableGets struct {
	name  string
	t     *table
	in    *input
	keys  [][]attr
	gets  []*get
	done  int
	units units
	out   []byte
	rest  json.RawMessage // the table's parameters but Keys, to give back what was not done
}

func batchGetItem(q *request) ([]byte, *APIError) {
	batch, capacity, err := q.readBatchGet()
	if err != nil {
		return nil, err
	}
	for _, b := range batch {
		if b.done, err = q.beginBatch(b.t.TableName, len(b.gets)); err != nil {
			return nil, err
		}
	}
	size := 0
	tables := make([]*table, len(batch))
	for i, b := range batch {
		tables[i] = b.t
	}
	err = q.db.view(func(tx *bbolt.Tx) *APIError {
		for _, b := range batch {
			items := tx.Bucket(b.t.bucket)
			for i, g := range b.gets[:b.done] {
				enc := items.Get(g.key)
				if size += encodedSize(enc); size > maxBatchBytes {
					b.done = i
					break
				}
				b.units.table += readUnits(encodedSize(enc), b.in.consistent)
				if enc != nil {
					if len(b.out) > 0 {
						b.out = append(b.out, ',')
					}
					b.out = g.append(b.out, enc)
				}
			}
		}
		return nil
	}, tables...)
	if err != nil {
		return nil, err
	}
	return q.batchGetReply(batch, capacity), nil
}

func (q *request) batchGetReply(batch []*tableGets, capacity returnCapacity) []byte {
	out := append(make([]byte, 0, 1024), `{"Responses":{`...)
	for _, b := range batch {
		q.meter(b.t.TableName, b.units.table, 0, b.done)
		out = append(appendJSONString(member(out), b.name), ":["...)
		out = append(append(out, b.out...), ']')
	}
	out = append(out, `},"UnprocessedKeys":{`...)
	for _, b := range batch {
		if b.done == len(b.keys) {
			continue
		}
		out = append(appendJSONString(member(out), b.name), ":{"...)
		out = append(append(out, b.rest...), `"Keys":[`...)
		for i, key := range b.keys[b.done:] {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendAttrsJSON(out, key)
		}
		out = append(out, "]}"...)
	}
	out = append(out, '}')
	if capacity.wanted() {
		out = append(out, `,"ConsumedCapacity":[`...)
		for i, b := range batch {
			if i > 0 {
				out = append(out, ',')
			}
			out = capacity.append(out, b.t.TableName, b.units, "")
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

// readTableGets reads what is asked of one table.
func (q *request) readTableGets(b *tableGets) (bad *APIError) {
	b.in = &input{}
	q.object(func(name string) {
		q.peek()
		from := q.pos
		switch name {
		case "Keys":
			q.list(func() {
				b.keys = append(b.keys, q.item())
				if p := q.popProblem(); p != "" && bad == nil {
					bad = &APIError{Code: "ValidationException", Message: p}
				}
			})
			return
		case "ConsistentRead":
			b.in.consistent = q.bool()
		case "ProjectionExpression":
			s := q.str()
			b.in.expr.projection = &s
		case "ExpressionAttributeNames":
			b.in.expr.readNames(q.reader)
		default:
			if better := legacy[name]; better != "" && bad == nil {
				bad = invalid("The legacy parameter %s is not supported by the laptop's DynamoDB; use %s", name, better)
			}
			q.skip(0)
			return
		}
		b.rest = append(append(appendJSONString(b.rest, name), ':'), q.buf[from:q.pos]...)
		b.rest = append(b.rest, ',')
	})
	return bad
}

func (q *request) readBatchGet() (batch []*tableGets, capacity returnCapacity, bad *APIError) {
	count := 0
	q.object(func(name string) {
		switch name {
		case "ReturnConsumedCapacity":
			capacity = returnCapacity(q.str())
		case "RequestItems":
			q.object(func(table string) {
				b := &tableGets{name: table}
				batch = append(batch, b)
				if err := q.readTableGets(b); bad == nil {
					bad = err
				}
				count += len(b.keys)
			})
		default:
			q.skip(0)
		}
	})
	if err := q.end(); err != nil {
		return nil, "", err
	}
	switch {
	case len(batch) == 0:
		return nil, "", invalid("The requestItems parameter is required for BatchGetItem")
	case count > maxBatchGet && len(batch) == 1:
		return nil, "", invalid("1 validation error detected: Value at 'RequestItems.%s.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100", batch[0].name)
	case count > maxBatchGet:
		return nil, "", invalid("Too many items requested for the BatchGetItem call")
	case bad != nil:
		return nil, "", bad
	}
	if err := capacity.check(); err != nil {
		return nil, "", err
	}
	slices.SortFunc(batch, func(a, b *tableGets) int { return strings.Compare(a.name, b.name) })
	for _, b := range batch {
		if err := b.check(q.db); err != nil {
			return nil, "", err
		}
	}
	return batch, capacity, nil
}

func (b *tableGets) check(db *DB) (err *APIError) {
	if b.t, err = db.table(&b.name); err != nil {
		return err
	}
	if len(b.keys) == 0 {
		return constraint("[]", "requestItems."+b.name+".member.keys", "Member must have length greater than or equal to 1")
	}
	c, err := b.in.expr.check("ProjectionExpression")
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(b.keys))
	for _, key := range b.keys {
		if err := b.t.keys.checkKey(key); err != nil {
			return err
		}
		g := &get{key: b.t.keys.key(key)}
		if err := g.setProjection(b.t, c.projection); err != nil {
			return err
		}
		if seen[string(g.key)] {
			return invalid(errDuplicateKeys)
		}
		seen[string(g.key)] = true
		b.gets = append(b.gets, g)
	}
	return nil
}
