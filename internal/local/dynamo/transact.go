package dynamo

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// Limits of transactions, from DynamoDB's quotas.
const (
	maxTransactItems = 100
	maxTransactBytes = 4 << 20
)

// transactAction is one action of a TransactWriteItems.
type transactAction struct {
	what string
	in   *input
	m    *mutation
}

var transactKinds = map[string]string{"Put": "put", "Update": "update", "Delete": "delete", "ConditionCheck": "check"}

// transactWrite is a TransactWriteItems request after reading.
type transactWrite struct {
	actions  []*transactAction
	token    string
	capacity returnCapacity
}

func transactWriteItems(q *request) ([]byte, *APIError) {
	tr, err := q.readTransactWrite()
	if err != nil {
		return nil, err
	}
	if err := tr.check(q.db); err != nil {
		return nil, err
	}
	names := tr.tables()
	for _, name := range names {
		if err := q.begin(name); err != nil {
			if err.Code == "TransactionCanceledException" && err.Reasons == nil {
				err = conflict(len(tr.actions))
			}
			return nil, err
		}
	}
	used := make(map[string]*units, len(names))
	for _, name := range names {
		used[name] = &units{}
	}
	repeated := false
	err = q.db.update(func(w *writeTx) *APIError {
		id := tokenID(tr.token)
		if tr.token != "" {
			fp := tr.fingerprint()
			switch known, ok := w.db.tokens.find(id, w.now); {
			case ok && known != fp:
				return &APIError{Code: "IdempotentParameterMismatchException", Message: "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical"}
			case ok:
				repeated = true
				tr.readAgain(w, used)
				return nil
			}
			if err := tr.decide(w, used); err != nil {
				return err
			}
			w.rememberToken(id, fp)
		} else if err := tr.decide(w, used); err != nil {
			return err
		}
		for _, a := range tr.actions {
			used[a.m.t.TableName].add(a.m.apply(w).times(2))
		}
		return nil
	})
	for _, name := range names {
		n := 0
		for _, a := range tr.actions {
			if a.m.t.TableName == name {
				n++
			}
		}
		if repeated {
			q.meter(name, used[name].total(), 0, n)
		} else {
			q.meter(name, 0, used[name].total(), n)
		}
	}
	if err != nil {
		return nil, err
	}
	kind := "Write"
	if repeated {
		kind = "Read"
	}
	return transactReply([]byte{'{'}, tr.capacity, names, used, kind), nil
}

func conflict(n int) *APIError {
	err := &APIError{Code: "TransactionCanceledException", Reasons: make([]CancellationReason, n)}
	for i := range err.Reasons {
		err.Reasons[i].Code = "None"
	}
	err.Reasons[0] = CancellationReason{Code: "TransactionConflict", Message: "Transaction is ongoing for the item"}
	return err
}

// decide decides all actions. If one fails the transaction does, with a reason for each; it costs its units all the same.
func (tr *transactWrite) decide(w *writeTx, used map[string]*units) *APIError {
	reasons := make([]CancellationReason, len(tr.actions))
	failed := false
	for i, a := range tr.actions {
		reasons[i].Code = "None"
		err := a.m.decide(w)
		if err == nil {
			continue
		}
		failed = true
		err = a.m.failed(err, a.in.onFailure)
		switch err.Code {
		case "ConditionalCheckFailedException":
			reasons[i] = CancellationReason{Code: "ConditionalCheckFailed", Message: err.Message, Item: err.Item}
		case "ValidationException":
			reasons[i] = CancellationReason{Code: "ValidationError", Message: err.Message}
			if err.Message == errTooDeep {
				reasons[i].Message, _, _ = strings.Cut(errTooDeep, ":")
			}
		default:
			return err
		}
	}
	if !failed {
		return nil
	}
	for _, a := range tr.actions {
		used[a.m.t.TableName].table += 2 * writeUnits(max(encodedSize(a.m.old), encodedSize(a.m.now)))
	}
	return &APIError{Code: "TransactionCanceledException", Reasons: reasons}
}

// readAgain is what a repeated request costs: the reading of its items.
func (tr *transactWrite) readAgain(w *writeTx, used map[string]*units) {
	for _, a := range tr.actions {
		used[a.m.t.TableName].table += 2 * readUnits(encodedSize(w.get(a.m.t, a.m.key)), true)
	}
}

func (tr *transactWrite) tables() (names []string) {
	for _, a := range tr.actions {
		if !slices.Contains(names, a.m.t.TableName) {
			names = append(names, a.m.t.TableName)
		}
	}
	slices.Sort(names)
	return names
}

func transactReply(out []byte, c returnCapacity, names []string, used map[string]*units, kind string) []byte {
	if c.wanted() {
		out = append(member(out), `"ConsumedCapacity":[`...)
		for i, name := range names {
			if i > 0 {
				out = append(out, ',')
			}
			out = c.append(out, name, *used[name], kind)
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

// readActions reads TransactItems: objects of which one member names what is to be done.
func (q *request) readActions(kinds map[string]string) (actions []*transactAction, bad *APIError) {
	note := func(err *APIError) {
		if bad == nil && err != nil {
			bad = err
		}
	}
	q.list(func() {
		a := &transactAction{}
		n := 0
		q.object(func(name string) {
			what := kinds[name]
			if what == "" {
				q.skip(0)
				return
			}
			n++
			in, err := q.input()
			note(err)
			note(in.checkEnums())
			a = &transactAction{what: what, in: in}
		})
		if n != 1 {
			note(invalid("TransactItems can only contain one of Check, Put, Update or Delete"))
		}
		actions = append(actions, a)
	})
	return actions, bad
}

func (q *request) readTransactWrite() (*transactWrite, *APIError) {
	tr := &transactWrite{}
	var bad *APIError
	q.object(func(name string) {
		switch name {
		case "TransactItems":
			tr.actions, bad = q.readActions(transactKinds)
		case "ClientRequestToken":
			tr.token = q.str()
		case "ReturnConsumedCapacity":
			tr.capacity = returnCapacity(q.str())
		default:
			q.skip(0)
		}
	})
	if err := q.end(); err != nil {
		return nil, err
	}
	if err := checkActions(len(tr.actions), tr.capacity); err != nil {
		return nil, err
	}
	if len(tr.token) > 36 {
		return nil, constraint(tr.token, "clientRequestToken", "Member must have length less than or equal to 36")
	}
	return tr, bad
}

func checkActions(n int, capacity returnCapacity) *APIError {
	switch {
	case n == 0:
		return constraint("[]", "transactItems", "Member must have length greater than or equal to 1")
	case n > maxTransactItems:
		return constraint("[...]", "transactItems", "Member must have length less than or equal to 100")
	}
	return capacity.check()
}

// check makes the mutations ready.
func (tr *transactWrite) check(db *DB) *APIError {
	seen := make(map[string]bool, len(tr.actions))
	bytes := 0
	for _, a := range tr.actions {
		t, err := db.table(a.in.table)
		if err != nil {
			return err
		}
		if a.what == "update" && a.in.expr.update == nil {
			return constraint("null", "transactItems.member.update.updateExpression", "Member must not be null")
		}
		if a.what == "check" && a.in.expr.condition == nil {
			return constraint("null", "transactItems.member.conditionCheck.conditionExpression", "Member must not be null")
		}
		if a.m, err = newMutation(t, a.what, a.in); err != nil {
			if !err.late {
				return err
			}
			a.m = &mutation{t: t, what: a.what, late: err}
			continue
		}
		id := t.TableName + "\x00" + string(a.m.key)
		if seen[id] {
			return invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[id] = true
		bytes += itemSize(a.in.item) + itemSize(a.in.key)
	}
	if bytes > maxTransactBytes {
		return invalid("Transaction request size exceeded the limit of 4 MB")
	}
	return nil
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

func transactGetItems(q *request) ([]byte, *APIError) {
	var actions []*transactAction
	var capacity returnCapacity
	var bad *APIError
	q.object(func(name string) {
		switch name {
		case "TransactItems":
			actions, bad = q.readActions(map[string]string{"Get": "get"})
		case "ReturnConsumedCapacity":
			capacity = returnCapacity(q.str())
		default:
			q.skip(0)
		}
	})
	if err := q.end(); err != nil {
		return nil, err
	}
	if err := checkActions(len(actions), capacity); err != nil {
		return nil, err
	}
	if bad != nil {
		return nil, bad
	}
	gets := make([]*get, len(actions))
	tables := make([]*table, len(actions))
	used := map[string]*units{}
	seen := map[string]bool{}
	for i, a := range actions {
		var err *APIError
		if tables[i], err = q.db.table(a.in.table); err != nil {
			return nil, err
		}
		if gets[i], err = newGet(tables[i], a.in); err != nil {
			return nil, err
		}
		id := tables[i].TableName + "\x00" + string(gets[i].key)
		if seen[id] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[id] = true
		used[tables[i].TableName] = &units{}
	}
	var names []string
	for name := range used {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := q.begin(name); err != nil {
			if err.Code == "TransactionCanceledException" && err.Reasons == nil {
				err = conflict(len(actions))
			}
			return nil, err
		}
	}
	return q.transactRead(tables, gets, names, used, capacity)
}

func (q *request) transactRead(tables []*table, gets []*get, names []string, used map[string]*units, capacity returnCapacity) ([]byte, *APIError) {
	out := append(make([]byte, 0, 1024), `{"Responses":[`...)
	size := 0
	err := q.db.view(func(tx *bbolt.Tx) *APIError {
		for i, g := range gets {
			if i > 0 {
				out = append(out, ',')
			}
			enc := tx.Bucket(tables[i].bucket).Get(g.key)
			size += encodedSize(enc)
			u := 2 * readUnits(encodedSize(enc), true)
			used[tables[i].TableName].table += u
			q.meter(tables[i].TableName, u, 0, 1)
			if enc == nil {
				out = append(out, "{}"...)
				continue
			}
			out = append(g.append(append(out, `{"Item":`...), enc), '}')
		}
		return nil
	}, tables...)
	if err != nil {
		return nil, err
	}
	if size > maxTransactBytes {
		return nil, invalid("The aggregate size of the items in the transaction exceeded the limit of 4 MB")
	}
	return transactReply(append(out, ']'), capacity, names, used, "Read"), nil
}
