// Package shell is what all pages of the console stand in: the layout with its menu, the session and its forms, answers and
// refusals as pages, and the parts that the areas share, such as tabs, options, facts, figures and what people are called.
// The areas import it; it imports none of them.
package shell

import (
	"net/http"
	"sync"
	"time"

	"onetap/internal/door"
	"onetap/internal/survey"
)

// Shell is the desk as the areas' pages work with it. It is safe for concurrent use.
type Shell struct {
	*door.Desk
	guests guestSettings
}

// guestSettings keeps the company's settings for what guests post, so that a flood of it is no flood of reads.
type guestSettings struct {
	mu   sync.Mutex
	last survey.Settings
	at   time.Time // when they were read
}

// guestSettingsLife is how long a refusal to a guest may have colours that have just been changed.
const guestSettingsLife = 10 * time.Second

// CompanyFor is the company's settings for the page of somebody who is not signed in: as they are now, or, after a post, as
// they were at most guestSettingsLife ago. Its errors are the table's.
func (d *Shell) CompanyFor(r *http.Request) (survey.Settings, error) {
	now := d.Now()
	d.guests.mu.Lock()
	defer d.guests.mu.Unlock()
	if age := now.Sub(d.guests.at); r.Method == http.MethodPost && age >= 0 && age < guestSettingsLife {
		return d.guests.last, nil
	}
	s, err := d.Store.Settings(r.Context())
	if err == nil {
		d.guests.last, d.guests.at = s, now
	}
	return s, err
}
