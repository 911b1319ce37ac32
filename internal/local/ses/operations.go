package ses

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
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
	b, err := s.batchOf(q, c.who)
	if err != nil {
		return nil, err
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
		Headers: c.Headers, Attachments: c.Attachments, Data: c.Data, Raw: c.Raw, Literal: c.Simple || c.Raw != nil,
	}
	kinds := 0
	for _, is := range []bool{c.Raw != nil, c.Simple, c.Template} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return nil, badRequest("Content must have exactly one of Simple, Raw and Template.")
	}
	if c.Raw != nil {
		if err := s.openRaw(q, b); err != nil {
			return nil, err
		}
	} else if !c.HasHTML && !c.HasText {
		return nil, badRequest("Content has neither an html nor a text body.")
	} else if c.Template && c.Subject == "" {
		return nil, badRequest("TemplateContent.Subject must not be empty.")
	}
	if b.From == "" {
		return nil, badRequest("FromEmailAddress must not be empty.")
	}
	for _, a := range append([]string{b.From}, b.ReplyTo...) {
		if _, err := address(a); err != nil {
			return nil, badRequest("%s: %v.", strings.Replace(fmt.Sprintf("ReplyToAddresses[%d]", slices.Index(b.ReplyTo, a)), "ReplyToAddresses[-1]", "FromEmailAddress", 1), err)
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
		"SendingEnabled":               true,
		"SuppressionAttributes":        map[string]any{"SuppressedReasons": []string{"BOUNCE", "COMPLAINT"}},
	}, nil
}

// putSuppressed is PUT /v2/email/suppression/addresses.
func (s *Server) putSuppressed(c *call) (any, error) {
	e := suppression{Updated: s.now()}
	r := &reader{data: c.body}
	err := r.object(func(key string) (err error) {
		switch key {
		case "EmailAddress":
			e.Address, err = r.optional()
		case "Reason":
			e.Reason, err = r.optional()
		case "TenantName":
			return r.unsupported()
		default:
			return r.unknown()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := checkAddress(e.Address); err != nil {
		return nil, badRequest("EmailAddress: %v.", err)
	}
	if err := checkReason(e.Reason); err != nil {
		return nil, err
	}
	return struct{}{}, s.suppressions.put(e)
}

func checkReason(reason string) error {
	if reason != "BOUNCE" && reason != "COMPLAINT" {
		return badRequest("Reason must be BOUNCE or COMPLAINT.")
	}
	return nil
}

func notOnList() error {
	return &APIError{"NotFoundException", http.StatusNotFound, "Email address does not exist on your suppression list."}
}

// getSuppressed is GET /v2/email/suppression/addresses/{EmailAddress}.
func (s *Server) getSuppressed(c *call) (any, error) {
	e, ok := s.suppressions.get(c.label)
	if !ok {
		return nil, notOnList()
	}
	one := summary(e)
	if e.MessageID != "" {
		one["Attributes"] = map[string]string{"MessageId": e.MessageID, "FeedbackId": e.FeedbackID}
	}
	return map[string]any{"SuppressedDestination": one}, nil
}

func summary(e suppression) map[string]any {
	seconds := json.Number(strconv.FormatFloat(float64(e.Updated.UnixMilli())/1000, 'f', 3, 64))
	return map[string]any{"EmailAddress": e.Address, "Reason": e.Reason, "LastUpdateTime": seconds}
}

// deleteSuppressed is DELETE /v2/email/suppression/addresses/{EmailAddress}.
func (s *Server) deleteSuppressed(c *call) (any, error) {
	found, err := s.suppressions.remove(c.label)
	if err == nil && !found {
		err = notOnList()
	}
	return struct{}{}, err
}

// listSuppressed is GET /v2/email/suppression/addresses.
func (s *Server) listSuppressed(c *call) (any, error) {
	reasons := c.query["Reason"]
	for _, r := range reasons {
		if err := checkReason(r); err != nil {
			return nil, err
		}
	}
	var from, to time.Time
	for name, t := range map[string]*time.Time{"StartDate": &from, "EndDate": &to} {
		if v := c.query.Get(name); v != "" {
			var err error
			if *t, err = time.Parse(time.RFC3339, v); err != nil {
				return nil, badRequest("%s is not a time as in 2006-01-02T15:04:05Z.", name)
			}
		}
	}
	limit := 1000
	if v := c.query.Get("PageSize"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 1000 {
			return nil, badRequest("PageSize must be between 1 and 1000.")
		}
		limit = n
	}
	after, ok := openToken(c.query.Get("NextToken"))
	if !ok {
		return nil, &APIError{Code: "InvalidNextTokenException", Message: "The specified request includes an invalid or expired token."}
	}
	entries, more := s.suppressions.page(after, limit, func(e suppression) bool {
		return (len(reasons) == 0 || slices.Contains(reasons, e.Reason)) && !e.Updated.Before(from) && (to.IsZero() || !e.Updated.After(to))
	})
	list := make([]map[string]any, 0, len(entries))
	for _, e := range entries {
		list = append(list, summary(e))
	}
	out := map[string]any{"SuppressedDestinationSummaries": list}
	if more {
		out["NextToken"] = token(lower(entries[len(entries)-1].Address))
	}
	return out, nil
}
