package mail

import "errors"

// Bulk is one call to the mail service for up to 50 recipients: one letter with placeholders, and for each recipient what
// stands in their place.
type Bulk struct {
	From    string
	Subject string // subject, html and text may hold {{name}} placeholders; every entry must have a value for each
	HTML    string
	Text    string
	Entries []Entry
}

// Entry is one recipient of a bulk call.
type Entry struct {
	To      string
	Values  map[string]string
	Headers []Header
	Tags    map[string]string
}

// Status is what became of one entry of a bulk call.
type Status int

const (
	Unknown        Status = iota // the call's outcome is not known: the letter may have been sent
	Accepted                     // the service took it
	Refused                      // the service will never take this one: the address or the content
	Throttled                    // not sent: too fast, or a passing fault of the service
	NoQuota                      // not sent: the day's quota is used up
	SendingStopped               // not sent: the account or the sender may not send until somebody mends it
	CallRefused                  // not sent: the call was refused as a whole, for one of its entries or for what they share
)

// Outcome is what became of one entry, with the service's own word for the reason and its id of the message.
type Outcome struct {
	Status    Status
	Reason    string
	MessageID string
}

// SenderUnreadable is the reason of letters whose sender is no address.
const SenderUnreadable = "SenderUnreadable"

// Account is what may be sent.
type Account struct {
	Rate      float64 // recipients a second
	Quota     float64 // recipients in 24 hours; below 0: unlimited
	SentToday float64 // in the last 24 hours
	Enabled   bool    // false: nothing is sent until somebody mends the account
}

// Open reports whether the account may send now and something of the day's quota is left.
func (a Account) Open() bool {
	return a.Enabled && a.Rate > 0 && (a.Quota < 0 || a.SentToday < a.Quota)
}

// Refusal is the error of a message that the mail service answered and did not take. Its text says the service's code only:
// the service's own message may name addresses, and errors are logged.
type Refusal struct {
	Code    string // the service's own: "MessageRejected"
	Message bool   // it does not take this letter for this recipient: the address is none, or not allowed here
	Ours    bool   // the fault is in what was asked, or in who asks, and not in the service
	Cause   error
}

func (r *Refusal) Error() string { return "SES says " + r.Code }
func (r *Refusal) Unwrap() error { return r.Cause }

// RefusalOf returns the refusal that an error holds; nil where there is none.
func RefusalOf(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
