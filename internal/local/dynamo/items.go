package dynamo

import (
	"go.etcd.io/bbolt"
)

func getItem(q *request) ([]byte, *APIError) {
	in, err := q.read()
	if err != nil {
		return nil, err
	}
	t, err := q.db.table(in.table)
	if err != nil {
		return nil, err
	}
	g, err := newGet(t, in)
	if err != nil {
		return nil, err
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, 512), '{')
	var size int
	err = q.db.view(func(tx *bbolt.Tx) *APIError {
		enc := tx.Bucket(t.bucket).Get(g.key)
		size = encodedSize(enc)
		if enc != nil {
			out = g.append(append(out, `"Item":`...), enc)
		}
		return nil
	}, t)
	if err != nil {
		return nil, err
	}
	u := units{table: readUnits(size, in.consistent)}
	q.meter(t.TableName, u.table, 0, 1)
	return closeReply(out, in.capacity, t.TableName, u), nil
}

// closeReply adds the consumed capacity, if wanted, and the closing brace to a reply.
func closeReply(out []byte, c returnCapacity, table string, u units) []byte {
	if c.wanted() {
		out = c.append(append(member(out), `"ConsumedCapacity":`...), table, u, "")
	}
	return append(out, '}')
}

// member puts the comma before a further member of the object that is being written.
func member(out []byte) []byte {
	if out[len(out)-1] == '{' {
		return out
	}
	return append(out, ',')
}

// get is the reading of one item, alone, in a batch or in a transaction.
type get struct {
	key        []byte
	projection []path
	top        map[string]bool // the projection, when it names whole attributes only
}

func newGet(t *table, in *input) (*get, *APIError) {
	in.expr.update, in.expr.condition, in.expr.keyCondition, in.expr.filter = nil, nil, nil, nil
	c, err := in.expr.check("ProjectionExpression")
	if err != nil {
		return nil, err
	}
	if !in.hasKey {
		return nil, constraint("null", "key", "Member must not be null")
	}
	if err := t.keys.checkKey(in.key); err != nil {
		return nil, err
	}
	g := &get{key: t.keys.key(in.key)}
	return g, g.setProjection(t, c.projection)
}

func (g *get) setProjection(t *table, projection []path) *APIError {
	g.projection = projection
	if projection == nil {
		return nil
	}
	top := map[string]bool{}
	var nested []string
	for _, p := range projection {
		if len(p) > 1 {
			nested = append(nested, p[0].name)
		}
		top[p[0].name] = true
	}
	if nested == nil {
		g.top = top
	}
	return t.checkNestedNames(nested)
}

// append appends the projected item as JSON.
func (g *get) append(dst, enc []byte) []byte {
	switch {
	case g.projection == nil:
		return appendItemJSON(dst, enc, nil)
	case g.top != nil:
		return appendItemJSON(dst, enc, func(name string) bool { return g.top[name] })
	}
	return appendAttrsJSON(dst, project(decodeItem(enc), g.projection))
}

func putItem(q *request) ([]byte, *APIError)    { return mutate(q, "put") }
func updateItem(q *request) ([]byte, *APIError) { return mutate(q, "update") }
func deleteItem(q *request) ([]byte, *APIError) { return mutate(q, "delete") }

func mutate(q *request, what string) ([]byte, *APIError) {
	in, err := q.read()
	if err != nil {
		return nil, err
	}
	if what != "update" && in.returned != "" && in.returned != "NONE" && in.returned != "ALL_OLD" {
		return nil, invalid("ReturnValues can only be ALL_OLD or NONE")
	}
	t, err := q.db.table(in.table)
	if err != nil {
		return nil, err
	}
	m, err := newMutation(t, what, in)
	if err != nil {
		return nil, err
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	var u units
	var attributes []byte
	err = q.db.update(func(w *writeTx) *APIError {
		if err := m.decide(w); err != nil {
			u.table = 0
			if err == errConditionFailed { // a condition that is not met costs as much as the write
				u.table = writeUnits(encodedSize(m.old))
			}
			return m.failed(err, in.onFailure)
		}
		attributes = m.returned(in.returned)
		u = m.apply(w)
		return nil
	})
	q.meter(t.TableName, 0, u.total(), 1)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, 64+len(attributes)), '{')
	if attributes != nil {
		out = append(append(out, `"Attributes":`...), attributes...)
	}
	return closeReply(out, in.capacity, t.TableName, u), nil
}
