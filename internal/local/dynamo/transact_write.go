package dynamo

import (
	"slices"
	"strings"
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
	if err := q.beginTransaction(names, len(tr.actions)); err != nil {
		return nil, err
	}
	used := make(map[string]*units, len(names))
	for _, name := range names {
		used[name] = &units{}
	}
	kind := "Write"
	err = q.db.update(func(w *writeTx) *APIError {
		repeated, err := tr.run(w, used)
		if repeated {
			kind = "Read"
		}
		return err
	})
	for _, a := range tr.actions {
		q.meter(a.m.t.TableName, 0, 0, 1)
	}
	for name, u := range used {
		if kind == "Read" {
			q.meter(name, u.total(), 0, 0)
		} else {
			q.meter(name, 0, u.total(), 0)
		}
	}
	if err != nil {
		return nil, err
	}
	return transactReply([]byte{'{'}, tr.capacity, names, used, kind), nil
}

// beginTransaction is begin for all tables of a transaction of n actions.
func (q *request) beginTransaction(names []string, n int) *APIError {
	for _, name := range names {
		if err := q.begin(name); err != nil {
			if err.Code == "TransactionCanceledException" && err.Reasons == nil {
				err = conflict(n)
			}
			return err
		}
	}
	return nil
}

// run carries the transaction out, unless its token says that this was done already.
func (tr *transactWrite) run(w *writeTx, used map[string]*units) (repeated bool, err *APIError) {
	var id, fingerprint [16]byte
	if tr.token != "" {
		id, fingerprint = tokenID(tr.token), tr.fingerprint()
		if known, ok := w.db.tokens.find(id, w.now); ok {
			if known != fingerprint {
				return false, errTokenMismatch
			}
			tr.readAgain(w, used)
			return true, nil
		}
	}
	if err := tr.decide(w, used); err != nil {
		return false, err
	}
	if tr.token != "" {
		w.rememberToken(id, fingerprint)
	}
	for _, a := range tr.actions {
		used[a.m.t.TableName].add(a.m.apply(w).times(2))
	}
	return false, nil
}

var errTokenMismatch = &APIError{
	Code:    "IdempotentParameterMismatchException",
	Message: "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical",
}

const errManyOperations = "Transaction request cannot include multiple operations on one item"

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
			return invalid(errManyOperations)
		}
		seen[id] = true
		bytes += itemSize(a.in.item) + itemSize(a.in.key)
	}
	if bytes > maxTransactBytes {
		return invalid("Transaction request size exceeded the limit of 4 MB")
	}
	return nil
}
