package dynamo

import (
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// request is one request while it is worked on.
type request struct {
	*reader
	db    *DB
	call  Call // of its table; without one until it is known
	calls []Call
	used  []Consumed

	refused bool // by a Before hook: no work was done
}

// operation answers a request with a JSON document.
type operation func(q *request) ([]byte, *APIError)

// target prefixes of the two services.
const (
	targetTables  = "DynamoDB_20120810."
	targetStreams = "DynamoDBStreams_20120810."
)

var operations = map[string]operation{
	targetTables + "CreateTable":        createTable,
	targetTables + "DescribeTable":      describeTable,
	targetTables + "ListTables":         listTables,
	targetTables + "DeleteTable":        deleteTable,
	targetTables + "UpdateTimeToLive":   updateTimeToLive,
	targetTables + "DescribeTimeToLive": describeTimeToLive,
	targetTables + "GetItem":            getItem,
	targetTables + "PutItem":            putItem,
	targetTables + "UpdateItem":         updateItem,
	targetTables + "DeleteItem":         deleteItem,
	targetTables + "Query":              query,
	targetTables + "Scan":               scan,
	targetTables + "BatchGetItem":       batchGetItem,
	targetTables + "BatchWriteItem":     batchWriteItem,
	targetTables + "TransactGetItems":   transactGetItems,
	targetTables + "TransactWriteItems": transactWriteItems,
	targetStreams + "ListStreams":       listStreams,
	targetStreams + "DescribeStream":    describeStream,
	targetStreams + "GetShardIterator":  getShardIterator,
	targetStreams + "GetRecords":        getRecords,
}

// maxRequest is DynamoDB's limit for the body of a request.
const maxRequest = 16 << 20

// ServeHTTP answers requests of both services; what X-Amz-Target does not name as one of theirs is refused.
func (db *DB) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := r.Header.Get("X-Amz-Target")
	_, name, _ := strings.Cut(target, ".")
	q := &request{db: db, call: Call{Caller: caller(r.Header.Get("Authorization")), Operation: name}}
	body, err := q.answer(r, target)
	if db.o.Meter != nil {
		for i, c := range q.calls {
			db.o.Meter(c, q.used[i])
		}
	}
	if db.o.After != nil && !q.refused {
		for _, c := range q.calls {
			if db.o.After(c) != nil {
				panic(http.ErrAbortHandler) // net/http closes the connection without a reply
			}
		}
	}
	status := http.StatusOK
	if err != nil {
		status, body = err.status(), err.body()
	}
	reply(w, status, body)
}

var requestNumber atomic.Uint64

func reply(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{"application/x-amz-json-1.0"}
	h["X-Amz-Crc32"] = []string{strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)}
	h["X-Amzn-Requestid"] = []string{"LAPTOP" + strconv.FormatUint(requestNumber.Add(1), 10)}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	w.Write(body) // an error here means that the caller is gone
}

func (q *request) answer(r *http.Request, target string) ([]byte, *APIError) {
	if r.Method != http.MethodPost {
		return nil, &APIError{Code: "UnknownOperationException", Message: "requests to DynamoDB are POSTs"}
	}
	do := operations[target]
	if do == nil {
		return nil, unknown(target)
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	q.reader = &reader{buf: body}
	return do(q)
}

func unknown(target string) *APIError {
	service, name, ok := strings.Cut(target, ".")
	if !ok || service+"." != targetTables && service+"." != targetStreams {
		return &APIError{Code: "UnknownOperationException", Message: "X-Amz-Target does not name an operation of DynamoDB or DynamoDB Streams"}
	}
	return &APIError{Code: "UnknownOperationException", Message: name + " is not supported by the laptop's DynamoDB"}
}

func readBody(r *http.Request) ([]byte, *APIError) {
	if r.ContentLength > maxRequest {
		return nil, &APIError{Code: "RequestEntityTooLarge", Status: http.StatusRequestEntityTooLarge, Message: "Request size exceeded 16777216 bytes"}
	}
	var body []byte
	var err error
	if r.ContentLength >= 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(io.LimitReader(r.Body, maxRequest))
	}
	switch {
	case err != nil:
		return nil, malformed("The request ended too early")
	case !utf8.Valid(body):
		return nil, malformed("The request is not valid UTF-8")
	}
	return body, nil
}

// caller is the access key id of an Authorization header.
func caller(authorization string) string {
	_, rest, ok := strings.Cut(authorization, "Credential=")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// begin is called when the request's form is known to be right, once for each of its tables.
func (q *request) begin(table string) *APIError {
	err := q.before(table)
	if err == nil {
		return nil
	}
	q.refused = true
	var api *APIError
	if errors.As(err, &api) {
		return api
	}
	return internal(err)
}

// beginBatch is begin for one table of a batch of n requests; done is how many of them shall be carried out.
func (q *request) beginBatch(table string, n int) (done int, err *APIError) {
	e := q.before(table)
	var partly *Unprocessed
	var api *APIError
	switch {
	case e == nil:
		return n, nil
	case errors.As(e, &partly):
		return min(n, max(partly.Done, 0)), nil
	case !errors.As(e, &api):
		api = internal(e)
	}
	q.refused = true
	return 0, api
}

func (q *request) before(table string) error {
	c := q.call
	c.Table = table
	q.calls = append(q.calls, c)
	q.used = append(q.used, Consumed{})
	if q.db.o.Before == nil {
		return nil
	}
	return q.db.o.Before(c)
}

// meter adds to what the request used of a table.
func (q *request) meter(table string, read, write float64, items int) {
	for i, c := range q.calls {
		if c.Table == table {
			q.used[i].ReadUnits += read
			q.used[i].WriteUnits += write
			q.used[i].Items += items
			return
		}
	}
}

// end says whether the whole body was read and had the right form.
func (q *request) end() *APIError {
	if q.err == nil && q.peek() != 0 {
		q.unexpected()
	}
	if q.err == nil && q.pos < len(q.buf) {
		q.fail("Unexpected end of stream")
	}
	return q.err
}
