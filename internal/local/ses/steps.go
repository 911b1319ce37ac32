package ses

import "time"

// step is one event of a message. The steps of a message follow from its record alone, so that nothing needs to be stored
// until an event happens, and the history can be shown at any time.
type step struct {
	kind    string        // SES's name of the event type, for example DELIVERY
	after   time.Duration // since the message was accepted
	outcome outcome       // whose recipients it tells about, for BOUNCE and COMPLAINT
}

// Event types of SES as configuration sets name them, with the names in the event and of the EventBridge detail type.
var eventNames = map[string][2]string{
	"SEND":              {"Send", "Email Sent"},
	"DELIVERY":          {"Delivery", "Email Delivered"},
	"BOUNCE":            {"Bounce", "Email Bounced"},
	"COMPLAINT":         {"Complaint", "Email Complaint Received"},
	"REJECT":            {"Reject", "Email Rejected"},
	"RENDERING_FAILURE": {"Rendering Failure", "Email Rendering Failed"},
	"DELIVERY_DELAY":    {"DeliveryDelay", "Email Delivery Delayed"},
}

// steps of a message in the order of time.
func (s *Server) steps(r *record) []step {
	d := s.o.EventDelay
	switch r.recipients[0].outcome { // these two are the same for all recipients
	case renderingFailed:
		return []step{{"RENDERING_FAILURE", d, renderingFailed}}
	case rejected:
		return []step{{"REJECT", d, rejected}}
	}
	list := append(make([]step, 0, 4), step{"SEND", d, 0})
	var has [lastOutcome]bool
	for _, p := range r.recipients {
		has[p.outcome] = true
	}
	if has[delivered] || has[complained] || has[simulatedComplain] || has[redacted] || has[notSpam] {
		list = append(list, step{"DELIVERY", 2 * d, delivered})
	}
	for _, o := range [...]outcome{bounced, simulatedBounce, suppressed, suppressedForAll, blocked, goneForGood, forwarded} {
		if has[o] {
			list = append(list, step{"BOUNCE", 2 * d, o})
		}
	}
	for _, o := range [...]outcome{slow, softBounced, mailboxFull} {
		if has[o] {
			list = append(list, step{"DELIVERY_DELAY", 2 * d, o})
		}
	}
	for _, o := range [...]outcome{softBounced, mailboxFull} {
		if has[o] {
			list = append(list, step{"BOUNCE", 3 * d, o})
		}
	}
	for _, o := range [...]outcome{complained, simulatedComplain, redacted, notSpam} {
		if has[o] {
			list = append(list, step{"COMPLAINT", 3 * d, o})
		}
	}
	if has[slow] {
		list = append(list, step{"DELIVERY", s.o.SlowDelivery, slow})
	}
	return list
}

// touches says whether a step tells about a recipient.
func (t step) touches(o outcome) bool {
	if t.kind == "DELIVERY" && t.outcome == delivered {
		return o.arrives() && o != slow
	}
	return t.kind == "SEND" || o == t.outcome
}

// wants says whether an event type is published for a configuration set. Without a set SES publishes nothing.
func (s *Server) wants(set, kind string) bool {
	if set == "" {
		return false
	}
	if s.o.ConfigurationSets == nil {
		return true
	}
	for _, k := range s.o.ConfigurationSets[set] {
		if k == kind {
			return true
		}
	}
	return false
}
