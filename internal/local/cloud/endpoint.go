package cloud

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"onetap/internal/local/cloud/s3"
)

// maxCall is more than any AWS call of this project may carry: SES takes 40 MB.
const maxCall = 45 << 20

// Endpoint serves DynamoDB, Streams, SES, Lambda's Invoke, SQS, KMS, EventBridge and S3 at one address, and what the laptop says of itself
// under /_local/.
func (c *Cloud) Endpoint() http.Handler {
	local := c.localPages()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.Header.Get("X-Amz-Target")
		version, operation, _ := strings.Cut(target, ".")
		bucket, _ := s3.Split(r.URL.Path)
		switch {
		case c.files != nil && c.files.Has(bucket):
			c.serveFiles(w, r)
		case strings.HasPrefix(r.URL.Path, "/_local"), r.Method == http.MethodGet && r.URL.Path == "/":
			local.ServeHTTP(w, r)
		case strings.HasPrefix(version, "DynamoDBStreams"):
			c.pass(w, r, "DynamoDBStreams", operation, c.cfg.DynamoDB)
		case strings.HasPrefix(version, "DynamoDB"):
			c.pass(w, r, "DynamoDB", operation, c.cfg.DynamoDB)
		case version == "TrentService":
			c.pass(w, r, "KMS", operation, c.keys)
		case strings.HasPrefix(r.URL.Path, "/v2/email/"):
			c.pass(w, r, "SES", mailOperation(r), c.cfg.Mail)
		case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/"):
			c.withBody(w, r, "Lambda", "Invoke", func(w http.ResponseWriter, body []byte) { c.serveInvoke(w, r, body) })
		case version == "AWSEvents":
			c.withBody(w, r, "EventBridge", operation, func(w http.ResponseWriter, body []byte) { c.serveEvents(w, operation, body) })
		case version == "AmazonSQS":
			c.withBody(w, r, "SQS", operation, func(w http.ResponseWriter, body []byte) {
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				c.serveSQS(w, operation, body)
			})
		default:
			awsError(w, http.StatusNotFound, "UnknownOperationException",
				"this address serves DynamoDB, DynamoDB Streams, SES v2, Lambda's Invoke, SQS (JSON protocol), KMS, EventBridge and S3")
		}
	})
}

// pass hands a call to the handler of its service. The body is read first: a call that is lost was made whole.
func (c *Cloud) pass(w http.ResponseWriter, r *http.Request, service, operation string, h http.Handler) {
	if h == nil {
		awsError(w, http.StatusNotFound, "UnknownOperationException", service+" is not served here")
		return
	}
	// The parts of a transaction need permissions of their own, a letter that of its sender, an item may be allowed by its key, a query is
	// of an index, and a call of KMS has a purpose: all of them stand in the body. The largest bodies are written by functions that may
	// write everything.
	if c.cfg.Faults.Call == nil && operation == "BatchWriteItem" {
		c.withFaults(w, r, service, operation, nil, func(w http.ResponseWriter) { h.ServeHTTP(w, r) })
		return
	}
	c.withBody(w, r, service, operation, func(w http.ResponseWriter, body []byte) {
		r2 := r.WithContext(context.WithoutCancel(r.Context()))
		r2.Body, r2.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		h.ServeHTTP(w, r2)
	})
}

// serveFiles serves S3, by paths ("/<bucket>/<key>"). Whoever has an address that a function has signed may do what that function may.
func (c *Cloud) serveFiles(w http.ResponseWriter, r *http.Request) {
	operation := s3.Operation(r)
	if r.URL.Query().Has("X-Amz-Signature") {
		signer := c.functions[s3.CallerOf(r)]
		if signer != nil && !slices.ContainsFunc(fileNeeds(r, operation), func(n need) bool { return !n.allowed(signer) }) {
			c.meter.file(signer.ID, operation)
			c.files.ServeHTTP(w, r)
			return
		}
		s3.Fail(w, &s3.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied"})
		return
	}
	c.withBody(w, r, "S3", operation, func(w http.ResponseWriter, body []byte) {
		c.meter.file(callerOf(r), operation)
		r2 := r.WithContext(context.WithoutCancel(r.Context()))
		r2.Body, r2.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		c.files.ServeHTTP(w, r2)
	})
}

func (c *Cloud) withBody(w http.ResponseWriter, r *http.Request, service, operation string, serve func(http.ResponseWriter, []byte)) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCall))
	if err != nil {
		awsError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "the request could not be read: "+err.Error())
		return
	}
	c.withFaults(w, r, service, operation, body, func(w http.ResponseWriter) { serve(w, body) })
}

// mailOperation names a SES v2 call by its path.
func mailOperation(r *http.Request) string {
	switch path := strings.TrimPrefix(r.URL.Path, "/v2/email/"); {
	case path == "outbound-emails":
		return "SendEmail"
	case path == "outbound-bulk-emails":
		return "SendBulkEmail"
	case path == "account":
		return "GetAccount"
	default:
		first, _, _ := strings.Cut(path, "/")
		if r.Method == http.MethodGet && first == "identities" {
			return "GetEmailIdentity"
		}
		return r.Method + " " + first
	}
}

// serveInvoke is Lambda's Invoke: synchronous, asynchronous, or a dry run.
func (c *Cloud) serveInvoke(w http.ResponseWriter, r *http.Request, payload []byte) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/2015-03-31/functions/")
	escaped, rest, _ := strings.Cut(path, "/")
	name, err := url.PathUnescape(escaped)
	if err != nil || r.Method != http.MethodPost || rest != "invocations" {
		awsError(w, http.StatusNotFound, "UnknownOperationException", "the laptop knows Invoke of Lambda, and nothing else")
		return
	}
	f := c.byName[functionName(name)]
	if f == nil {
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		writeJSON(w, http.StatusNotFound, map[string]string{"Type": "User", "Message": "Function not found: " + name})
		return
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	if !json.Valid(payload) {
		awsError(w, http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json")
		return
	}
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
	case "Event":
		if len(payload) > maxAsyncPayload {
			awsError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", fmt.Sprintf("%d byte payload is too large for the Event invocation type (limit %d bytes)", len(payload), maxAsyncPayload))
			return
		}
		w.Header().Set("X-Amzn-Requestid", f.async.enqueue(payload))
		w.WriteHeader(http.StatusAccepted)
	case "RequestResponse", "":
		c.answerInvoke(w, r, f, payload)
	default:
		awsError(w, http.StatusBadRequest, "InvalidParameterValueException", "invocation type "+kind+" is not understood")
	}
}

func (c *Cloud) answerInvoke(w http.ResponseWriter, r *http.Request, f *function, payload []byte) {
	res := f.invoke(r.Context(), payload)
	w.Header().Set("X-Amzn-Requestid", res.requestID)
	switch {
	case errors.Is(res.err, errTooLarge):
		awsError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", maxPayload))
		return
	case res.err != nil:
		awsError(w, http.StatusInternalServerError, "ServiceException", res.err.Error())
		return
	}
	if res.failed {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	if r.Header.Get("X-Amz-Log-Type") == "Tail" {
		w.Header().Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(res.tail))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(res.payload)
}

// functionName takes the name out of what Invoke accepts: a name, an ARN or a part of one, with or without a qualifier.
func functionName(s string) string {
	if _, after, ok := strings.Cut(s, ":function:"); ok {
		s = after
	}
	name, _, _ := strings.Cut(s, ":")
	return name
}
