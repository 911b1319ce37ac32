package ses

import (
	"regexp"
	"strings"

	"onetap/internal/survey"
)

// bounce is a bounce as SES publishes it
// (docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html#event-publishing-retrieving-sns-contents-bounce-object).
type bounce struct {
	Type       word          `json:"bounceType"`
	SubType    word          `json:"bounceSubType"`
	Recipients list[bounced] `json:"bouncedRecipients"`
	Timestamp  word          `json:"timestamp"`
}

// bounced is one recipient of a bounce; status and diagnostic code are there only if the mail system sent a report (DSN).
type bounced struct {
	Address    word `json:"emailAddress"`
	Status     word `json:"status"`
	Diagnostic word `json:"diagnosticCode"`
}

// event says what a bounce means. SES's own type says whether it gave up, not whose fault it was: that is in the mail
// system's words. A fault of the sender or the letter is nobody else's, whatever the type; after that a failure that the
// mail system calls permanent (5.x) is permanent, even where SES calls it transient.
func (b bounce) event() survey.DeliveryEvent {
	switch {
	case b.SubType.is("OnAccountSuppressionList"), b.SubType.is("Suppressed"):
		return survey.EventBounced // not even tried: the address is on a list of addresses that do not exist
	case b.sendersFault():
		return survey.EventBlocked
	case b.Type.is("Permanent"), b.permanent():
		return survey.EventBounced
	case b.Type.is("Transient") && b.automatic():
		return survey.EventAutoReply
	}
	return survey.EventSoftBounce
}

// permanent reports whether a mail system says so.
func (b bounce) permanent() bool {
	for _, p := range b.Recipients {
		if strings.HasPrefix(p.status(), "5.") {
			return true
		}
	}
	return false
}

// automatic reports whether a transient bounce is an automatic reply (out of office), of which SES says that it gives "this
// type of notification" too: it names no failure, for the letter has arrived.
func (b bounce) automatic() bool {
	if b.SubType != "" && !b.SubType.is("General") {
		return false
	}
	for _, p := range b.Recipients {
		if p.Status != "" || p.Diagnostic != "" {
			return false
		}
	}
	return true
}

// enhanced is a status code of RFC 3463 where it stands by itself, not in an IP address or a version.
var enhanced = regexp.MustCompile(`(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:$|[^\d.]|\.(?:$|\D))`)

// status is the enhanced status code: the report's own, unless the reply to the letter is more exact ("5.0.0" beside
// "550-5.7.26 This mail has been blocked"); "" without one.
func (p bounced) status() string {
	own := strings.TrimSpace(string(p.Status))
	if m := enhanced.FindStringSubmatch(own); m != nil {
		own = m[1]
	} else {
		own = ""
	}
	if own != "" && !strings.HasSuffix(own, ".0.0") {
		return own
	}
	if m := enhanced.FindStringSubmatch(string(p.Diagnostic)); m != nil {
		return m[1]
	}
	return own
}
