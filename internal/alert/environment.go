package alert

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"onetap/internal/ses"
	"onetap/internal/store"
)

// defaultHours is the term of a case where CASE_HOURS is not set.
const defaultHours = 48

// FromEnvironment builds the alerts of a store from SENDER, ADMIN_EMAIL, SITE, CASE_HOURS and CONFIGURATION_SET.
func FromEnvironment(s *store.Store, log *slog.Logger) (*Alerts, error) {
	hours := defaultHours
	if h := os.Getenv("CASE_HOURS"); h != "" {
		var err error
		if hours, err = strconv.Atoi(h); err != nil || hours < 1 {
			return nil, fmt.Errorf("CASE_HOURS is %q: a whole number of hours, 1 or more, is needed", h)
		}
	}
	a := &Alerts{
		Store: s, Mail: ses.New(store.Config(), os.Getenv("CONFIGURATION_SET")), Log: log, Now: time.Now, Random: rand.Text,
		Term: time.Duration(hours) * time.Hour, From: os.Getenv("SENDER"), Admin: os.Getenv("ADMIN_EMAIL"), Site: os.Getenv("SITE"),
	}
	if a.From == "" {
		return nil, errors.New("SENDER is not set: who the alerts come from")
	}
	if a.Admin == "" {
		return nil, errors.New("ADMIN_EMAIL is not set: who gets the alerts that nobody else answers for")
	}
	return a, nil
}
