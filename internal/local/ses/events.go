package ses

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

const stamp = "2006-01-02T15:04:05.000Z"

// envelope is an event as EventBridge hands it to a rule. The detail is SES's event publishing record
// (docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html).
func (s *Server) envelope(m *message, t step) json.RawMessage {
	at := m.when().Add(t.after)
	b := make([]byte, 0, 3072)
	b = append(b, `{"version":"0","id":"`...)
	b = append(b, m.eventID(t)...)
	b = append(b, `","detail-type":"`...)
	b = append(b, eventNames[t.kind][1]...)
	b = append(b, `","source":"aws.ses","account":"`...)
	b = append(b, s.o.Account...)
	b = append(b, `","time":"`...)
	b = at.AppendFormat(b, time.RFC3339)
	b = append(b, `","region":"`...)
	b = append(b, s.o.Region...)
	b = append(b, `","resources":[`...)
	b = appendQuoted(b, "arn:aws:ses:"+s.o.Region+":"+s.o.Account+":configuration-set/"+m.configuration)
	b = append(b, `],"detail":{"eventType":"`...)
	b = append(b, eventNames[t.kind][0]...)
	b = append(b, `","mail":`...)
	b = s.appendMail(b, m, t)
	switch t.kind {
	case "SEND":
		b = append(b, `,"send":{}`...)
	case "REJECT":
		b = append(b, `,"reject":{"reason":"Bad content"}`...)
	case "RENDERING_FAILURE":
		b = append(b, `,"failure":{"errorMessage":`...)
		b = appendQuoted(b, m.failure)
		b = append(b, `,"templateName":""}`...) // inline templates have no name
	case "DELIVERY_DELAY":
		b = m.appendDelay(b, t, at)
	case "DELIVERY":
		b = m.appendDelivery(b, t, at)
	case "BOUNCE":
		b = m.appendBounce(b, t, at)
	case "COMPLAINT":
		b = m.appendComplaint(b, t, at)
	}
	return append(b, "}}"...)
}

// eventID is the same whenever the event of a message is made again.
func (m *message) eventID(t step) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], m.random)
	binary.BigEndian.PutUint32(b[8:], uint32(m.seq))
	copy(b[12:], t.kind[len(t.kind)-3:])
	b[15] = byte(t.outcome)
	return uuid(b)
}

// feedbackID names a bounce or a complaint.
func (m *message) feedbackID(at time.Time) string {
	return fmt.Sprintf("0100%012x-%08x-%04x-4%03x-b%03x-%012x-000000", at.UnixMilli(), uint32(m.random), uint16(m.random>>32),
		uint16(m.random>>48)&0xfff, uint16(m.random>>20)&0xfff, m.seq)
}

func (s *Server) appendMail(b []byte, m *message, t step) []byte {
	bareFrom, _ := address(m.from)
	b = append(b, `{"timestamp":"`...)
	b = m.when().AppendFormat(b, stamp)
	b = append(b, `","source":`...)
	b = appendQuoted(b, m.from)
	b = append(b, `,"sourceArn":`...)
	b = appendQuoted(b, "arn:aws:ses:"+s.o.Region+":"+s.o.Account+":identity/"+bareFrom)
	b = append(b, `,"sendingAccountId":"`...)
	b = append(b, s.o.Account...)
	b = append(b, `","messageId":"`...)
	b = append(b, m.id()...)
	b = append(b, `","destination":[`...)
	for i, p := range m.recipients {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, p.address)
	}
	b = append(b, `],"headersTruncated":false`...)
	if t.whole() {
		b = append(b, `,"headers":[`...)
		for i, h := range m.ownHeaders() {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"name":`...)
			b = appendQuoted(b, h.Name)
			b = append(b, `,"value":`...)
			b = appendQuoted(b, h.Value)
			b = append(b, '}')
		}
		b = append(b, `],"commonHeaders":{"from":[`...)
		b = appendQuoted(b, m.from)
		b = append(b, ']')
		b = appendList(b, "replyTo", m.batch.ReplyTo)
		b = appendList(b, "to", m.to)
		b = appendList(b, "cc", m.cc)
		b = append(b, `,"messageId":"`...)
		b = append(b, m.id()...)
		b = append(b, `","subject":`...)
		b = appendQuoted(b, m.subject)
		b = append(b, '}')
	}
	b = append(b, `,"tags":{"ses:configuration-set":[`...)
	b = appendQuoted(b, m.configuration)
	b = append(b, ']')
	if t.whole() {
		b = appendTag(b, "ses:source-ip", m.batch.SourceIP)
		b = appendTag(b, "ses:from-domain", bareFrom[strings.LastIndexByte(bareFrom, '@')+1:])
		b = appendTag(b, "ses:caller-identity", m.batch.Caller)
	}
	if t.kind == "DELIVERY" {
		b = appendTag(b, "ses:outgoing-ip", "192.0.2.0")
	}
	for _, tag := range m.tags {
		b = appendTag(b, tag.Name, tag.Value)
	}
	return append(b, "}}"...)
}

// whole says whether an event's mail object tells everything: SES leaves the headers out of these two.
func (t step) whole() bool { return t.kind != "RENDERING_FAILURE" && t.kind != "DELIVERY_DELAY" }

func (m *message) appendDelay(b []byte, t step, at time.Time) []byte {
	const givesUp = 14 * time.Hour // how long SES tries
	b = append(b, `,"deliveryDelay":{"timestamp":"`...)
	b = at.AppendFormat(b, stamp)
	b = append(b, `","delayType":"TransientCommunicationFailure","expirationTime":"`...)
	b = at.Add(givesUp).AppendFormat(b, stamp)
	b = append(b, `","delayedRecipients":[`...)
	b = m.appendTouched(b, t, func(b []byte, a string) []byte {
		b = appendQuoted(append(b, `{"emailAddress":`...), a)
		return append(b, `,"status":"4.4.1","diagnosticCode":"smtp; 421 4.4.1 Unable to connect to remote host"}`...)
	})
	return append(b, `]}`...)
}

func (m *message) appendDelivery(b []byte, t step, at time.Time) []byte {
	b = append(b, `,"delivery":{"timestamp":"`...)
	b = at.AppendFormat(b, stamp)
	b = fmt.Appendf(b, `","processingTimeMillis":%d,"recipients":[`, t.after.Milliseconds())
	b = m.appendTouched(b, t, func(b []byte, a string) []byte { return appendQuoted(b, a) })
	return append(b, `],"smtpResponse":"250 2.6.0 Message received","reportingMTA":"a8-1.smtp-out.amazonses.com"}`...)
}

func (m *message) appendBounce(b []byte, t step, at time.Time) []byte {
	kind, sub, status, code, mta := "Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown", "dns; mta.example.com"
	switch t.outcome {
	case softBounced:
		kind, status, code = "Transient", "4.2.1", "smtp; 450 4.2.1 mailbox is not available at the moment"
	case mailboxFull:
		kind, sub, status, code = "Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full"
	case goneForGood:
		kind = "Transient"
	case blocked:
		status, code = "5.7.26", "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated."
	case suppressed:
		sub, mta, code = "OnAccountSuppressionList", "dns; amazonses.com", "Amazon SES did not send the message to this address because it is on the suppression list for your account. For more information about removing addresses from the suppression list, see the Amazon SES Developer Guide at https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html"
	case suppressedForAll:
		sub, mta, code = "Suppressed", "dns; amazonses.com", "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address. For more information about how to remove an address from the suppression list, see the Amazon SES Developer Guide: http://docs.aws.amazon.com/ses/latest/DeveloperGuide/remove-from-suppressionlist.html"
	}
	b = append(b, `,"bounce":{"bounceType":"`...)
	b = append(append(b, kind...), `","bounceSubType":"`...)
	b = append(append(b, sub...), `","bouncedRecipients":[`...)
	b = m.appendTouched(b, t, func(b []byte, a string) []byte {
		if t.outcome == forwarded {
			a = "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=SOMEBODY"
		}
		b = append(b, `{"emailAddress":`...)
		b = appendQuoted(b, a)
		b = append(b, `,"action":"failed","status":"`...)
		b = append(append(b, status...), `","diagnosticCode":`...)
		return append(appendQuoted(b, code), '}')
	})
	b = append(b, `],"timestamp":"`...)
	b = at.AppendFormat(b, stamp)
	b = append(b, `","feedbackId":"`...)
	b = append(append(b, m.feedbackID(at)...), `","reportingMTA":"`...)
	return append(append(b, mta...), `"}`...)
}

func (m *message) appendComplaint(b []byte, t step, at time.Time) []byte {
	b = append(b, `,"complaint":{"complainedRecipients":[`...)
	if t.outcome != redacted {
		b = m.appendTouched(b, t, func(b []byte, a string) []byte {
			b = append(b, `{"emailAddress":`...)
			return append(appendQuoted(b, a), '}')
		})
	}
	feedback := "abuse"
	if t.outcome == notSpam {
		feedback = "not-spam"
	}
	b = append(b, `],"timestamp":"`...)
	b = at.AppendFormat(b, stamp)
	b = append(b, `","feedbackId":"`...)
	b = append(append(b, m.feedbackID(at)...), `","userAgent":"Amazon SES Mailbox Simulator","complaintFeedbackType":"`...)
	b = append(append(b, feedback...), `","arrivalDate":"`...)
	return append(at.AppendFormat(b, stamp), `"}`...)
}

func (m *message) appendTouched(b []byte, t step, one func(b []byte, address string) []byte) []byte {
	first := true
	for _, p := range m.recipients {
		if !t.touches(p.outcome) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		bare, _ := address(p.address)
		b = one(b, bare)
	}
	return b
}

func appendTag(b []byte, name, value string) []byte {
	b = append(appendQuoted(append(b, ','), name), `:[`...)
	return append(appendQuoted(b, value), ']')
}

// appendList appends a member with a list of strings, unless it is empty.
func appendList(b []byte, name string, list []string) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(appendQuoted(append(b, ','), name), `:[`...)
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, s)
	}
	return append(b, ']')
}

// appendQuoted appends a JSON string.
func appendQuoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			q, _ := json.Marshal(s) // a string always marshals
			return append(b, q...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
