package ses

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

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
