package ses

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"onetap/internal/mail"
	"onetap/internal/survey"
)

// ReadReport reads what SES publishes of a message (the detail of an EventBridge event) into the words of the domain. Only what is no JSON object is an error: whatever is missing in it, null or of
// another type, is as if it were not there.
func ReadReport(detail []byte) (mail.Report, error) {
	var d struct {
		EventType        word            `json:"eventType"`
		NotificationType word            `json:"notificationType"` // of the older notifications, otherwise alike
		Mail             json.RawMessage `json:"mail"`
		Bounce           json.RawMessage `json:"bounce"`
		Complaint        json.RawMessage `json:"complaint"`
	}
	if err := json.Unmarshal(detail, &d); err != nil {
		return mail.Report{}, fmt.Errorf("read SES's event: %w", err)
	}
	if s := strings.TrimSpace(string(detail)); s == "" || s[0] != '{' {
		return mail.Report{}, errors.New("read SES's event: it is no JSON object")
	}
	var m struct {
		MessageID word             `json:"messageId"`
		Timestamp word             `json:"timestamp"`
		Tags      map[string]words `json:"tags"`
	}
	_ = json.Unmarshal(d.Mail, &m) // without a message there are no tags, and nobody is meant
	r := mail.Report{Message: string(m.MessageID), Sent: m.Timestamp.time(), Tags: map[string]string{}}
	for name, values := range m.Tags {
		if len(values) == 1 {
			r.Tags[name] = values[0]
		}
	}
	if d.EventType == "" {
		d.EventType = d.NotificationType
	}
	switch string(d.EventType) {
	case "Delivery":
		r.Event = survey.EventDelivered
	case "Reject":
		r.Event = survey.EventRejected
	case "Rendering Failure":
		r.Event = survey.EventUnrendered
	case "Bounce":
		readBounce(&r, d.Bounce)
	case "Complaint":
		readComplaint(&r, d.Complaint)
	}
	return r, nil
}

func readBounce(r *mail.Report, raw json.RawMessage) {
	var b bounce
	_ = json.Unmarshal(raw, &b)
	r.At = b.Timestamp.time()
	for _, p := range b.Recipients {
		r.Addresses = append(r.Addresses, string(p.Address))
		if r.Status == "" {
			r.Status = p.status()
		}
	}
	r.Event = b.event()
}

func readComplaint(r *mail.Report, raw json.RawMessage) {
	var c struct {
		Recipients list[bounced] `json:"complainedRecipients"`
		Feedback   word          `json:"complaintFeedbackType"`
		SubType    word          `json:"complaintSubType"`
		Timestamp  word          `json:"timestamp"`
	}
	_ = json.Unmarshal(raw, &c)
	r.At = c.Timestamp.time()
	for _, p := range c.Recipients {
		r.Addresses = append(r.Addresses, string(p.Address))
	}
	switch {
	case c.Feedback.is("not-spam"), // somebody took a letter out of the spam folder (RFC 5965, 7.3)
		c.Feedback.is("auth-failure"): // a program tells the sender of DKIM or SPF (RFC 6591): nobody has complained
		r.Event = survey.EventDelivered
	case c.SubType.is("OnAccountSuppressionList"): // of an earlier complaint: SES did not send this letter
		r.Event = survey.EventWithheld
	default:
		r.Event = survey.EventComplained
	}
}

// word is a JSON string; anything else is "".
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*w = word(s)
	}
	return nil
}

func (w word) is(name string) bool { return strings.EqualFold(strings.TrimSpace(string(w)), name) }

func (w word) time() time.Time {
	t, _ := time.Parse(time.RFC3339Nano, string(w))
	return t
}

// words is a list of strings, or one of them; anything else is none.
type words []string

func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*w = nil
		if string(b) != "null" {
			*w = words{one}
		}
		return nil
	}
	var all []word
	_ = json.Unmarshal(b, &all)
	for _, s := range all {
		*w = append(*w, string(s))
	}
	return nil
}

// list is a JSON list whose members that do not fit are left out.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	var all []json.RawMessage
	_ = json.Unmarshal(b, &all)
	for _, raw := range all {
		var v T
		if json.Unmarshal(raw, &v) == nil {
			*l = append(*l, v)
		}
	}
	return nil
}
