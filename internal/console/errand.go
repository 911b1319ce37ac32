package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"onetap/internal/signin"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// errand is work that a request leaves to another call of this function, so that whoever waits for the answer neither
// waits for it nor learns from how long it takes. Lambda calls twice more when it fails.
type errand struct {
	SignIn *signin.Ask `json:"sign_in,omitempty"`
}

// errand has an errand run: by another call, or at once where there is no other. A failure of the work itself is told to
// the log and not to whoever asked.
func (d *Desk) errand(r *http.Request, e errand) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if d.later != nil {
		return d.later(r.Context(), b)
	}
	if err := d.Run(r.Context(), b); err != nil {
		web.Log(r, err)
	}
	return nil
}

// run carries out an errand.
func (d *Desk) Run(ctx context.Context, event []byte) error {
	var e errand
	if err := json.Unmarshal(event, &e); err != nil {
		return fmt.Errorf("read errand: %w", err)
	}
	if e.SignIn == nil {
		return errors.New("an event that is neither a request nor an errand")
	}
	letters := signin.Letters{Table: d.store, Keys: d.keys, Send: d.mail.Send, Now: d.now, From: d.sender, Admin: d.admin}
	return letters.Answer(ctx, *e.SignIn)
}

// looks keeps the company's settings for what guests post, so that a flood of it is no flood of reads.
type looks struct {
	mu   sync.Mutex
	last survey.Settings
	at   time.Time
}

// looksLife is how long a refusal to a guest may have yesterday's colours.
const looksLife = 10 * time.Second

// companyFor is what a guest's page knows of the company: as it is now, and after a post as it was a moment ago.
func (d *Desk) companyFor(r *http.Request) (survey.Settings, error) {
	now := d.now()
	d.looks.mu.Lock()
	defer d.looks.mu.Unlock()
	if age := now.Sub(d.looks.at); r.Method == http.MethodPost && age >= 0 && age < looksLife {
		return d.looks.last, nil
	}
	s, err := d.store.Settings(r.Context())
	if err == nil {
		d.looks.last, d.looks.at = s, now
	}
	return s, err
}
