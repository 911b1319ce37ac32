package ses

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"onetap/internal/survey"
)

// What mail systems answer, as their own pages and bounces have it, with invented names and addresses of RFC 5737.
func TestBounces(t *testing.T) {
	t.Parallel()
	const gone, soft, blocked, reply = survey.EventBounced, survey.EventSoftBounce, survey.EventBlocked, survey.EventAutoReply
	for _, tt := range []struct {
		kind, sub, status, diagnostic string
		want                          survey.DeliveryEvent
	}{
		// the mailbox
		{"Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown", gone},
		{"PERMANENT", "NOEMAIL", "", "", gone},
		{"Permanent", "General", "", "", gone},
		{"Permanent", "Suppressed", "5.1.1", "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.", gone},
		{"Permanent", "OnAccountSuppressionList", "5.1.1", "Amazon SES did not send the message to this address because it is on the suppression list for your account.", gone},
		{"Permanent", "General", "5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. gsmtp", gone},
		{"Permanent", "General", "5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled. For policy see example.com", gone},
		{"Permanent", "General", "5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR01.eop-EUR01.prod.protection.outlook.com]", gone},
		{"Permanent", "General", "5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable", gone},
		{"Permanent", "General", "5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account", gone},
		{"Permanent", "General", "5.0.0", "smtp; 550 Message was not accepted -- invalid mailbox.  Local mailbox anna@example.ru is unavailable: user not found", gone},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 No such user!", gone},
		{"Permanent", "General", "5.0.0", "smtp; 550 anna... No such user, see anti-spam rules of the house", gone},
		{"Permanent", "General", "5.1.1", "smtp; 550 5.1.1 User unknown; not listed in Domino Directory", gone},
		{"Permanent", "General", "5.7.13", "smtp; 525 5.7.13 User account disabled", gone},
		{"Permanent", "General", "5.7.17", "smtp; 550 5.7.17 Mailbox owner has changed", gone},
		{"Permanent", "General", "5.1.10", "smtp; 556 5.1.10 Recipient address has null MX", gone},
		{"Transient", "General", "5.1.1", "smtp; 550 5.1.1 user unknown", gone},
		{"Transient", "General", "5.4.4", "smtp; 550 5.4.4 Invalid domain", gone},
		{"Transient", "MailboxFull", "5.2.2", "smtp; 552 5.2.2 The email account that you tried to reach is over quota", gone},
		{"Undetermined", "Undetermined", "5.0.0", "smtp; 550 5.0.0 no such recipient", gone},

		// for now
		{"Transient", "MailboxFull", "4.2.2", "smtp; 452-4.2.2 The recipient's inbox is out of storage space.", soft},
		{"Transient", "General", "4.4.7", "smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.1 Unable to connect to remote host>", soft},
		{"Transient", "General", "4.2.1", "smtp; 450 4.2.1 The user you are trying to contact is receiving mail too quickly.", soft},
		{"Transient", "General", "4.3.0", "smtp; 451 4.3.0 Mail server temporarily rejected message.", soft},
		{"Transient", "General", "4.7.1", "smtp; 450 4.7.1 Greylisting in action, please come back later", soft},
		{"Transient", "MailboxFull", "", "", soft},
		{"Undetermined", "Undetermined", "", "", soft},
		{"Undetermined", "", "", "", soft},
		{"", "", "", "", soft},
		{"Strange", "Stranger", "", "smtp; what", soft},
		{"Transient", "General", "", "", reply},
		{"TRANSIENT", "", "", "", reply},

		// Gmail
		{"Permanent", "General", "5.7.26", "smtp; 550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.", blocked},
		{"Transient", "General", "5.7.26", "smtp; 550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy.", blocked},
		{"Permanent", "General", "5.7.25", "smtp; 550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup", blocked},
		{"Permanent", "General", "5.7.28", "smtp; 550 5.7.28 There is an unusual rate of unsolicited mail originating from your IP address.", blocked},
		{"Permanent", "General", "5.7.29", "smtp; 550 5.7.29 Your email has been blocked because it was sent without TLS.", blocked},
		{"Permanent", "General", "5.7.27", "smtp; 550 5.7.27 Your email has been blocked because SPF did not pass.", blocked},
		{"Permanent", "General", "5.7.30", "smtp; 550 5.7.30 Your email has been blocked because DKIM did not pass.", blocked},
		{"Undetermined", "Undetermined", "5.7.1", "smtp; 550-5.7.1 [192.0.2.1 12] Our system has detected that this message is likely unsolicited mail.", blocked},
		{"Transient", "General", "4.7.26", "smtp; 421-4.7.26 Your email has been rate limited because it is unauthenticated.", blocked},
		{"Transient", "General", "4.7.0", "smtp; 421-4.7.0 [192.0.2.1 15] Our system has detected that this message is suspicious due to the very low reputation of the sending domain.", blocked},
		{"Transient", "General", "4.7.0", "smtp; 421 4.7.0 TLS required for RCPT domain, closing connection.", blocked},
		{"Transient", "General", "4.4.7", "smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.7.28 Gmail has detected an unusual rate of unsolicited mail>", blocked},
		{"Permanent", "General", "5.0.0", "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated.", blocked},
		{"Permanent", "General", "", "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated.", blocked},

		// Microsoft
		{"Permanent", "General", "5.7.515", "smtp; 550 5.7.515 Access denied, sending domain example.com does not meet the required authentication level.", blocked},
		{"Permanent", "General", "5.7.606", "smtp; 550 5.7.606 Access denied, banned sending IP [192.0.2.1].", blocked},
		{"Permanent", "General", "5.7.649", "smtp; 550 5.7.649 Access denied, banned sending IP [192.0.2.1].", blocked},
		{"Permanent", "General", "5.7.511", "smtp; 550 5.7.511 Access denied, banned sender[192.0.2.1].", blocked},
		{"Permanent", "General", "5.7.708", "smtp; 550 5.7.708 Access denied, traffic not accepted from this IP.", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).", blocked},
		{"Permanent", "General", "5.7.23", "smtp; 550 5.7.23 The message was rejected because of Sender Policy Framework violation", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.", blocked},

		// Yahoo, AOL, GMX, Apple, Comcast and others
		{"Transient", "General", "4.7.0", "smtp; 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1", blocked},
		{"Transient", "General", "4.7.1", "smtp; 421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.", blocked},
		{"Permanent", "General", "5.7.9", "smtp; 554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137", blocked},
		{"Permanent", "General", "5.0.0", "smtp; 554 Transaction failed. Reject due to policy restrictions. For explanation visit https://postmaster.example.com", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", blocked},
		{"Permanent", "General", "5.0.0", "smtp; 550 rejected because 192.0.2.1 is in a black list at b.barracudacentral.org", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Email rejected per DMARC policy for example.com", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 SPF check failed: 192.0.2.1 is not authorized to send in the name of example.com", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", blocked},
		{"Permanent", "General", "5.1.8", "smtp; 550 5.1.8 <nps@example.com>: Sender address rejected: Domain not found", blocked},
		{"Permanent", "General", "5.7.0", "smtp; 530 5.7.0 Must issue a STARTTLS command first", blocked},
		{"Permanent", "General", "5.7.20", "smtp; 550 5.7.20 No passing DKIM signature found", blocked},

		// Mail.ru, Yandex
		{"Permanent", "General", "5.0.0", "smtp; 550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=0 or report details to abuse@corp.mail.ru. Error code: 0.", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 This message was not accepted due to domain owner DMARC policy (RFC 7489) https://help.mail.ru/mail-help/postmaster/dmarc", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 554 5.7.1 [1] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1764400000-0a1b2c3d", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 554 5.7.1 Blocked by spam statistics - see http://feedback.yandex.ru/?from=mail-rejects", blocked},

		// words of others
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Message rejected. Sender's mail server must use TLS", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Invalid sender domain", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 551 5.7.1 Sender denied", blocked},
		{"Permanent", "General", "5.1.0", "smtp; 550 5.1.0 sender rejected", blocked},
		{"Permanent", "General", "5.7.57", "smtp; 530 5.7.57 Client not authenticated to send mail", blocked},
		{"Transient", "General", "4.7.5", "smtp; 454 4.7.5 Certificate validation failure", blocked},
		{"Permanent", "General", "5.0.0", "smtp; 550 Ящик не существует, политика домена", gone},
		{"Permanent", "General", "5.0.0", "smtp; 550 Нет такого пользователя, спам", gone},
		{"Permanent", "General", "5.0.0", "smtp; 550 This address no longer accepts mail, see our spam policy", gone},
		{"Permanent", "General", "5.7.133", "smtp; 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; sender not authenticated", gone}, // a group's own rule

		// the letter
		{"Permanent", "General", "5.3.4", "smtp; 552 5.3.4 Message too big", blocked},
		{"Permanent", "General", "5.2.3", "smtp; 550 5.2.3 Message length exceeds administrative limit", blocked},
		{"Permanent", "General", "5.0.0", "smtp; 552 message is too large", blocked},
		{"Permanent", "General", "5.7.0", "smtp; 552-5.7.0 This message was blocked because its content presents a potential security issue.", blocked},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Message contains malicious URL", blocked},
		{"Transient", "ContentRejected", "", "", blocked},
		{"Transient", "MessageTooLarge", "5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit", blocked},
		{"Transient", "AttachmentRejected", "", "", blocked},
	} {
		b := bounce{Type: word(tt.kind), SubType: word(tt.sub), Recipients: list[bounced]{{Status: word(tt.status), Diagnostic: word(tt.diagnostic)}}}
		if got := b.event(); got != tt.want {
			t.Errorf("%s %s %s %q is %s, want %s", tt.kind, tt.sub, tt.status, tt.diagnostic, got, tt.want)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ status, diagnostic, want string }{
		{"5.1.1", "smtp; 550 5.1.1 user unknown", "5.1.1"},
		{"5.0.0", "smtp; 550-5.7.26 This mail is", "5.7.26"},
		{"5.0.0", "smtp; 550 no", "5.0.0"},
		{"", "smtp; 421 4.7.0 [192.0.2.1] later", "4.7.0"},
		{"", "smtp; 550 rejected because 4.2.0.1 and 10.5.1.1 are listed", ""},
		{"5.1.1 (bad destination mailbox address)", "", "5.1.1"},
		{"anna@example.com", "", ""},
		{"", "", ""},
	} {
		if got := (bounced{Status: word(tt.status), Diagnostic: word(tt.diagnostic)}).status(); got != tt.want {
			t.Errorf("%q with %q is %q, want %q", tt.status, tt.diagnostic, got, tt.want)
		}
	}
}

// SES's own samples are read, the same ones as EventBridge carries. From awsdocs/amazon-ses-developer-guide (MIT-0).
func TestReadReportOfSamples(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]survey.DeliveryEvent{
		"evpub-bounce-record.json": survey.EventBounced, "evpub-complaint-record.json": survey.EventComplained, "evpub-delivery-record.json": survey.EventDelivered,
		"evpub-reject-record.json": survey.EventRejected, "evpub-rendering-failure-record.json": survey.EventUnrendered, "evpub-send-record.json": "",
		"evpub-deliverydelay-record.json": "", "evpub-open-record.json": "", "evpub-click-record.json": "", "evpub-subscription-record.json": "",
		"notif-bounce-notification-with-a-dsn.json": survey.EventBounced, "notif-bounce-notification-without-a-dsn.json": survey.EventBounced,
		"notif-complaint-notification-with-a-feedback-report.json": survey.EventComplained,
	} {
		b, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadReport(b)
		if err != nil || r.Event != want || r.Message == "" {
			t.Errorf("%s is %q of %q, %v; want %q", file, r.Event, r.Message, err, want)
		}
		if _, ofSurvey := r.Invitation(); ofSurvey {
			t.Errorf("%s is taken for a survey's letter", file)
		}
	}
}

func TestReadReportOfAnything(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"mail":null}`, `{"eventType":7}`, `{"eventType":"Bounce"}`, `{"eventType":"Bounce","bounce":null}`, `{"eventType":"Bounce","bounce":[]}`,
		`{"eventType":"Bounce","bounce":{"bouncedRecipients":null,"bounceType":null,"timestamp":5}}`, `{"eventType":"Complaint","complaint":"x"}`,
		`{"eventType":"Delivery","mail":{"tags":null}}`, `{"eventType":"Delivery","mail":{"tags":{"wave":[1],"kind":"survey","campaign":null}}}`, `{"eventType":"Delivery","mail":{"tags":[]}}`,
	} {
		if r, err := ReadReport([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if _, ok := r.Invitation(); ok {
			t.Errorf("%s names somebody", text)
		}
	}
	for _, text := range []string{``, `null`, `[]`, `"x"`, `{`, `5`} {
		if _, err := ReadReport([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	var m map[string]words
	if err := json.Unmarshal([]byte(`{"a":"x","b":["y"],"c":null,"d":[1,"z"]}`), &m); err != nil || len(m["a"]) != 1 || m["b"][0] != "y" || m["c"] != nil || len(m["d"]) != 2 {
		t.Errorf("%v, %v", m, err)
	}
}
