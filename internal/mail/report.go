package mail

import (
	"strconv"
	"time"

	"onetap/internal/survey"
)

// Report is what the mail service reports of a message. Headers and subjects are personal and are not in it.
type Report struct {
	Event   survey.DeliveryEvent // "" for what is of no interest
	Message string               // the service's id of the message
	Sent    time.Time            // when the service took the message; zero where it does not say
	At      time.Time            // when it happened, by the service; zero where it does not say
	Status  string               // the mail system's enhanced status code (RFC 3463) of a bounce, "5.1.1"; "" without one
	// Addresses are whom the mail systems name. They prove nothing: a complaint's are often redacted, a bounce's may be
	// where a letter was forwarded to, or no address at all (Exchange's /O=…/CN=…). Who is meant is said by the tags.
	Addresses []string
	Tags      map[string]string // of the message; one that has several values is left out
}

// Mailbox is the id of the address that the letter went to (survey.Identifiers.Mail); "" where it is the contact's own id.
func (r Report) Mailbox() survey.ContactID {
	if id := r.Tags["mailbox"]; len(id) == 16 {
		return survey.ContactID(id)
	}
	return ""
}

// Invitation names the invitation by the message's tags; ok is false for alerts, test sends and strangers' mail.
func (r Report) Invitation() (i survey.Invitation, ok bool) {
	mailing, err := strconv.Atoi(r.Tags["wave"])
	if err != nil || !survey.IsMailing(mailing) || r.Tags["kind"] != "survey" ||
		len(r.Tags["campaign"]) != 8 || len(r.Tags["contact"]) != 16 {
		return i, false
	}
	return survey.Invitation{Campaign: survey.CampaignID(r.Tags["campaign"]), Contact: survey.ContactID(r.Tags["contact"]), Mailing: mailing}, true
}
