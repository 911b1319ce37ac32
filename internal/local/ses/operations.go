package ses

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// sendEmail is POST /v2/email/outbound-emails.
func (s *Server) sendEmail(c *call) (any, error) {
	q, err := readSendEmail(c.body)
	if err != nil {
		return nil, err
	}
	b, err := s.batchOf(q, c.who)
	if err != nil {
		return nil, err
	}
	if s.off.Load() {
		return nil, &APIError{Code: "SendingPausedException", Message: "Email sending is disabled for this account."}
	}
	if err := s.checkConfiguration(b.ConfigurationSet); err != nil {
		return nil, &APIError{"NotFoundException", http.StatusNotFound, sentence(err)}
	}
	if err := s.checkIdentity(b.From); err != nil {
		return nil, &APIError{"MessageRejected", http.StatusBadRequest, sentence(err)}
	}
	sh, err := s.store.prepare(*b)
	if err != nil {
		return nil, err
	}
	results, n, err := s.accept(q, sh, c.who)
	if err != nil {
		return nil, err
	}
	c.recipients = n
	switch r := results[0]; r.Status {
	case statusSuccess:
		return map[string]string{"MessageId": r.MessageID}, nil
	case statusThrottled:
		return nil, Throttled()
	case statusQuota:
		return nil, &APIError{Code: "LimitExceededException", Message: r.Error}
	case statusInvalid:
		return nil, &APIError{Code: "BadRequestException", Message: r.Error}
	default:
		return nil, &APIError{"InternalServiceErrorException", http.StatusInternalServerError, r.Error}
	}
}

// sendBulkEmail is POST /v2/email/outbound-bulk-emails.
func (s *Server) sendBulkEmail(c *call) (any, error) {
	q, err := readSendBulkEmail(c.body)
	if err != nil {
		return nil, err
	}
	switch n := len(q.Entries); {
	case n == 0:
		return nil, badRequest("BulkEmailEntries must have at least one entry.")
	case n > maxDestinations:
		return nil, badRequest("BulkEmailEntries has %d entries; SES takes at most %d.", n, maxDestinations)
	}
	for _, e := range q.Entries {
		if refusesCall(e.Destination) {
			return nil, badRequest("Illegal address.")
		}
	}
	b, err := s.batchOf(q, c.who)
	if err != nil {
		return nil, err
	}
	if s.off.Load() {
		return bulk(slices.Repeat([]result{{Status: statusSendingPaused, Error: explain(statusSendingPaused)}}, len(q.Entries))), nil
	}
	if status, err := statusNoConfiguration, s.checkConfiguration(b.ConfigurationSet); err != nil {
		return bulk(slices.Repeat([]result{{Status: status, Error: sentence(err)}}, len(q.Entries))), nil
	}
	if status, err := statusNotVerified, s.checkIdentity(b.From); err != nil {
		return bulk(slices.Repeat([]result{{Status: status, Error: sentence(err)}}, len(q.Entries))), nil
	}
	sh, err := s.store.prepare(*b)
	if err != nil {
		return nil, err
	}
	results, n, err := s.accept(q, sh, c.who)
	if err != nil {
		return nil, err
	}
	c.recipients = n
	return bulk(results), nil
}

func bulk(results []result) any {
	return struct{ BulkEmailEntryResults []result }{results}
}

// batchOf checks what the messages of a call share.
func (s *Server) batchOf(q *sendRequest, w who) (*batch, error) {
	c := &q.Content
	b := &batch{
		From: q.From, ReplyTo: q.ReplyTo, ConfigurationSet: q.ConfigurationSet, Caller: w.caller, SourceIP: w.ip,
		Subject: c.Subject, HTML: c.HTML, Text: c.Text, HasHTML: c.HasHTML, HasText: c.HasText,
		Headers: c.Headers, Attachments: c.Attachments, Data: c.Data, Literal: c.Simple,
	}
	kinds := 0
	for _, is := range []bool{c.Raw, c.Simple, c.Template} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return nil, badRequest("Content must have exactly one of Simple, Raw and Template.")
	}
	if c.Raw {
		return nil, badRequest("Content.Raw is not supported by the laptop: send Simple or Template content.")
	} else if !c.HasHTML && !c.HasText {
		return nil, badRequest("Content has neither an html nor a text body.")
	} else if c.Template && c.Subject == "" {
		return nil, badRequest("TemplateContent.Subject must not be empty.")
	}
	if strings.ContainsAny(c.Subject, "\r\n\x00") { // would end the header
		return nil, badRequest("Subject contains a control character.")
	}
	if b.From == "" {
		return nil, badRequest("FromEmailAddress must not be empty.")
	}
	if _, err := address(b.From); err != nil {
		return nil, badRequest("FromEmailAddress: %v.", err)
	}
	for i, a := range b.ReplyTo {
		if _, err := address(a); err != nil {
			return nil, badRequest("ReplyToAddresses[%d]: %v.", i, err)
		}
	}
	if q.Feedback != "" {
		if _, err := address(q.Feedback); err != nil {
			return nil, badRequest("FeedbackForwardingEmailAddress: %v.", err)
		}
	}
	if err := checkHeaders(b.Headers); err != nil {
		return nil, &APIError{Code: "BadRequestException", Message: sentence(err)}
	}
	if err := checkTags(q.Tags); err != nil {
		return nil, &APIError{Code: "BadRequestException", Message: sentence(err)}
	}
	return b, checkAttachments(b.Attachments)
}

func (s *Server) checkConfiguration(name string) error {
	if name == "" || s.o.ConfigurationSets == nil {
		return nil
	}
	if _, ok := s.o.ConfigurationSets[name]; !ok {
		return fmt.Errorf("configuration set <%s> does not exist", cut(name, 64))
	}
	return nil
}

// checkIdentity asks whether the sender's address or domain is verified.
func (s *Server) checkIdentity(from string) error {
	if s.o.Identities == nil {
		return nil
	}
	bare, _ := address(from) // checked before
	domain := bare[strings.LastIndexByte(bare, '@')+1:]
	for _, i := range s.o.Identities {
		if strings.EqualFold(i, bare) || strings.EqualFold(i, domain) || strings.HasSuffix(lower(domain), "."+lower(i)) {
			return nil
		}
	}
	return fmt.Errorf("email address is not verified; the following identities failed the check in region %s: %s", strings.ToUpper(s.o.Region), domain)
}

// getIdentity is GET /v2/email/identities/{EmailIdentity}. Where any address may send, every domain is verified.
func (s *Server) getIdentity(c *call) (any, error) {
	name := c.label
	known := s.o.Identities == nil && !strings.Contains(name, "@")
	for _, i := range s.o.Identities {
		known = known || strings.EqualFold(i, name)
	}
	if !known {
		return nil, &APIError{"NotFoundException", http.StatusNotFound, fmt.Sprintf("Email identity <%s> does not exist.", cut(name, 80))}
	}
	kind := "DOMAIN"
	if strings.Contains(name, "@") {
		kind = "EMAIL_ADDRESS"
	}
	return map[string]any{"IdentityType": kind, "VerifiedForSendingStatus": true, "VerificationStatus": "SUCCESS", "FeedbackForwardingStatus": true}, nil
}

// getAccount is GET /v2/email/account.
func (s *Server) getAccount(*call) (any, error) {
	sent, limit := s.quota.sent(s.now())
	quota := map[string]float64{"SentLast24Hours": float64(sent), "Max24HourSend": float64(limit), "MaxSendRate": s.Rate()}
	if limit <= 0 {
		quota["Max24HourSend"] = -1 // "A value of -1 signifies an unlimited quota"
	}
	if quota["MaxSendRate"] <= 0 {
		quota["MaxSendRate"] = unlimitedRate
	}
	return map[string]any{
		"DedicatedIpAutoWarmupEnabled": false,
		"Details":                      map[string]any{"MailType": "MARKETING", "ContactLanguage": "EN", "ReviewDetails": map[string]string{"Status": "GRANTED"}},
		"EnforcementStatus":            "HEALTHY",
		"ProductionAccessEnabled":      true,
		"SendQuota":                    quota,
		"SendingEnabled":               !s.off.Load(),
		"SuppressionAttributes":        map[string]any{"SuppressedReasons": []string{"BOUNCE", "COMPLAINT"}},
	}, nil
}
