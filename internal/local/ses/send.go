package ses

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Statuses of a bulk entry.
const (
	statusSuccess          = "SUCCESS"
	statusThrottled        = "ACCOUNT_THROTTLED"
	statusQuota            = "ACCOUNT_DAILY_QUOTA_EXCEEDED"
	statusInvalid          = "INVALID_PARAMETER"
	statusNoConfiguration  = "CONFIGURATION_SET_NOT_FOUND"
	statusNotVerified      = "MAIL_FROM_DOMAIN_NOT_VERIFIED"
	statusTransientFailure = "TRANSIENT_FAILURE"
	statusSendingPaused    = "ACCOUNT_SENDING_PAUSED"
)

// result of one entry.
type result struct {
	Status    string `json:"Status"`
	Error     string `json:"Error,omitempty"`
	MessageID string `json:"MessageId,omitempty"`
}

// who calls: the access key id and the address of the caller.
type who struct{ caller, ip string }

// accept takes the messages of a request whose own fields are good: checks each entry, asks the limits, stores and plans the
// events of what is accepted. The error is the server's own trouble.
func (s *Server) accept(q *sendRequest, sh *shared, w who) (results []result, recipients int, err error) {
	now := s.now()
	results = make([]result, len(q.Entries))
	records := make([]*record, 0, len(q.Entries))
	at := make([]int, 0, len(q.Entries))
	for i := range q.Entries {
		e := &q.Entries[i]
		r, err := s.compose(q, e, sh, now)
		switch {
		case err != nil:
			results[i] = result{Status: statusInvalid, Error: sentence(err)}
			continue
		case s.o.Entry != nil:
			if status := s.o.Entry(w.caller, i); status != "" {
				results[i] = result{Status: status, Error: explain(status)}
				continue
			}
		}
		if n := e.Destination.count(); !s.rate.spend(n, now) {
			results[i] = result{Status: statusThrottled, Error: explain(statusThrottled)}
		} else if !s.quota.spend(n, now) {
			results[i] = result{Status: statusQuota, Error: explain(statusQuota)}
		} else {
			records, at = append(records, r), append(at, i)
			recipients += n
		}
	}
	if len(records) == 0 {
		return results, 0, nil
	}
	minute := minuteOf(now)
	if err := s.store.add(sh, records, minute, func() int { return s.quota.of(minute) }); err != nil {
		return nil, 0, err
	}
	for j, r := range records {
		results[at[j]] = result{Status: statusSuccess, MessageID: r.id()}
	}
	s.events.plan(sh, records)
	return results, recipients, nil
}

func explain(status string) string {
	switch status {
	case statusThrottled:
		return "Maximum sending rate exceeded."
	case statusQuota:
		return "Daily message quota exceeded."
	case statusTransientFailure:
		return "Amazon SES was unable to process your request because of a temporary issue."
	}
	return "Amazon SES was unable to process your request."
}

// compose makes the record of an entry, or says what is wrong with it.
func (s *Server) compose(q *sendRequest, e *entry, sh *shared, now time.Time) (*record, error) {
	if err := checkDestination(e.Destination); err != nil {
		return nil, err
	}
	if err := checkHeaders(e.Headers); err != nil {
		return nil, err
	}
	if err := checkTags(e.Tags); err != nil {
		return nil, err
	}
	own, err := readData("ReplacementTemplateData", e.Data)
	if err != nil {
		return nil, errors.New(strings.TrimSuffix(asAPIError(err).Message, "."))
	}
	r := &record{
		random: s.random(), time: now.UnixMilli(), from: sh.From, data: e.Data, headers: e.Headers,
		tags: mergeTags(q.Tags, e.Tags),
	}
	v := values{own: own, shared: sh.data}
	size := 0
	for _, t := range []*text{&sh.subject, &sh.html, &sh.text} {
		if name, is := t.missing(v); is {
			r.failure = fmt.Sprintf("Attribute '%s' is not present in the rendering data.", name)
			break
		}
		size += t.size(v)
	}
	for _, a := range sh.Attachments {
		size += len(a.Data)
	}
	// Base64 makes three bytes four, and lines end with two more bytes.
	if encoded := size/3*4 + size/38*2; encoded > maxMessageBytes {
		return nil, fmt.Errorf("message length is more than %d bytes long: '%d'", maxMessageBytes, encoded)
	}
	if r.failure == "" {
		if r.subject, err = sh.subject.string(v); err != nil {
			return nil, err
		}
	}
	r.recipients = s.recipients(e.Destination, r.failure != "")
	return r, nil
}

// size of what render gives, in bytes.
func (t text) size(v values) int {
	n := 0
	for _, l := range t.literals {
		n += len(l)
	}
	for _, name := range t.variables {
		val, _ := v.get(name)
		n += len(val)
	}
	return n
}

// recipients decides what becomes of each. A message that is rejected or cannot be rendered reaches nobody.
func (s *Server) recipients(d destination, failed bool) []recipient {
	list := make([]recipient, 0, d.count())
	whole := outcome(0)
	for _, part := range [3]struct {
		kind byte
		all  []string
	}{{'t', d.To}, {'c', d.Cc}, {'b', d.Bcc}} {
		for _, a := range part.all {
			bare, _ := address(a) // checked before
			o := outcomeOf(bare, s.suppressions)
			if o == rejected {
				whole = rejected
			}
			list = append(list, recipient{part.kind, a, o})
		}
	}
	if failed {
		whole = renderingFailed
	}
	if whole != 0 {
		for i := range list {
			list[i].outcome = whole
		}
	}
	return list
}

// mergeTags gives the call's tags and the entry's; the entry's wins where both have a name.
func mergeTags(shared, own []header) []header {
	if len(own) == 0 {
		return shared
	}
	return merge(shared, own, func(a, b string) bool { return a == b })
}

// mergeHeaders does the same for headers, whose names have no case.
func mergeHeaders(shared, own []header) []header { return merge(shared, own, strings.EqualFold) }

func merge(shared, own []header, same func(a, b string) bool) []header {
	list := make([]header, 0, len(shared)+len(own))
next:
	for _, h := range shared {
		for _, o := range own {
			if same(h.Name, o.Name) {
				continue next
			}
		}
		list = append(list, h)
	}
	return append(list, own...)
}
