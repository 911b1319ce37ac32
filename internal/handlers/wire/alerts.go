// Package wire builds from the environment what several functions share. It decides nothing.
package wire

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"
	_ "time/tzdata" // of the company's clock; Lambda's image has none

	"onetap/internal/awsenv"
	"onetap/internal/followup"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// The rules where CASE_HOURS, ALERT_WAIT and ALERT_TOGETHER are not set: two days to call, two minutes for words, five minutes after a
// letter in which others to the same owner are put together.
const (
	defaultHours    = 48
	defaultWait     = 120
	defaultTogether = 300
)

// Rules are the times of new cases, from CASE_HOURS and ALERT_WAIT (seconds).
func Rules() (r loop.Rules, err error) {
	hours, err := whole("CASE_HOURS", defaultHours, 1)
	if err != nil {
		return r, err
	}
	wait, err := whole("ALERT_WAIT", defaultWait, 0)
	return loop.Rules{Term: time.Duration(hours) * time.Hour, Wait: time.Duration(wait) * time.Second}, err
}

// Alerts builds the alerts of a store from SENDER, ADMIN_EMAIL, SITE, CASE_KEY, CASE_HOURS, ALERT_WAIT and ALERT_TOGETHER (seconds) and
// CONFIGURATION_SET.
func Alerts(s *store.Store, log *slog.Logger) (*followup.Alerts, error) {
	rules, err := Rules()
	if err != nil {
		return nil, err
	}
	together, err := whole("ALERT_TOGETHER", defaultTogether, 0)
	if err != nil {
		return nil, err
	}
	a := &followup.Alerts{
		Store: s, Mail: ses.New(awsenv.Config(), os.Getenv("CONFIGURATION_SET")), Log: log, Now: time.Now, Random: rand.Text,
		Rules:    rules,
		Together: time.Duration(together) * time.Second,
		From:     os.Getenv("SENDER"), Admin: os.Getenv("ADMIN_EMAIL"), Site: os.Getenv("SITE"),
	}
	acts, err := keys.ActsFromEnvironment()
	if err != nil {
		return nil, err
	}
	a.Acts = acts
	if a.From == "" {
		return nil, errors.New("SENDER is not set: who the alerts come from")
	}
	if _, err := survey.ReadSender(a.From); err != nil {
		return nil, fmt.Errorf("SENDER is neither an address nor a name with an address: %w", err)
	}
	if a.Admin == "" {
		return nil, errors.New("ADMIN_EMAIL is not set: who gets the alerts that nobody else answers for")
	}
	return a, nil
}

// whole reads a whole number, least or more, from the environment.
func whole(name string, otherwise, least int) (int, error) {
	text := os.Getenv(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, fmt.Errorf("%s is %q: a whole number, %d or more, is needed", name, text, least)
	}
	return n, nil
}
