package ses

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"onetap/internal/survey"
)

// Report is what SES publishes of a message (the detail of an EventBridge event), in the words of the domain. Headers and
// subjects are personal and are not looked at.
type Report struct {
	Event   survey.DeliveryEvent // "" for what is of no interest
	Message string               // SES's id of the message
	Sent    time.Time            // when SES took the message; zero where it does not say
	At      time.Time            // when it happened, by SES; zero where it does not say
	Status  string               // the mail system's enhanced status code (RFC 3463) of a bounce, "5.1.1"; "" without one
	// Addresses are whom the mail systems name. They prove nothing: a complaint's are often redacted, a bounce's may be
	// where a letter was forwarded to, or no address at all (Exchange's /O=…/CN=…). Who is meant is said by the tags.
	Addresses []string

	tags map[string]words
}

// ReadReport reads an event's detail. Only what is no JSON object is an error: whatever is missing in it, null or of
// another type, is as if it were not there.
func ReadReport(detail []byte) (Report, error) {
	var d struct {
		EventType        word            `json:"eventType"`
		NotificationType word            `json:"notificationType"` // of the older notifications, otherwise alike
		Mail             json.RawMessage `json:"mail"`
		Bounce           json.RawMessage `json:"bounce"`
		Complaint        json.RawMessage `json:"complaint"`
	}
	if err := json.Unmarshal(detail, &d); err != nil {
		return Report{}, fmt.Errorf("read SES's event: %w", err)
	}
	if s := strings.TrimSpace(string(detail)); s == "" || s[0] != '{' {
		return Report{}, errors.New("read SES's event: it is no JSON object")
	}
	var m struct {
		MessageID word             `json:"messageId"`
		Timestamp word             `json:"timestamp"`
		Tags      map[string]words `json:"tags"`
	}
	_ = json.Unmarshal(d.Mail, &m) // without a message there are no tags, and nobody is meant
	r := Report{Message: string(m.MessageID), Sent: m.Timestamp.time(), tags: m.Tags}
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
		r.bounce(d.Bounce)
	case "Complaint":
		r.complaint(d.Complaint)
	}
	return r, nil
}

func (r *Report) bounce(raw json.RawMessage) {
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

func (r *Report) complaint(raw json.RawMessage) {
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

// Tag is the value of one of the message's tags; "" where there is none, or more than one.
func (r Report) Tag(name string) string {
	if v := r.tags[name]; len(v) == 1 {
		return v[0]
	}
	return ""
}

// Invitation names the invitation by the message's tags; ok is false for alerts, test sends and strangers' mail.
func (r Report) Invitation() (i survey.Invitation, ok bool) {
	mailing, err := strconv.Atoi(r.Tag("wave"))
	if err != nil || mailing < survey.MailingInvitation || mailing > survey.MailingReminder || r.Tag("kind") != "survey" || len(r.Tag("campaign")) != 8 || len(r.Tag("contact")) != 16 {
		return i, false
	}
	return survey.Invitation{Campaign: survey.CampaignID(r.Tag("campaign")), Contact: survey.ContactID(r.Tag("contact")), Mailing: mailing}, true
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
