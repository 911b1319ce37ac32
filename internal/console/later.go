package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"onetap/internal/auth"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// ownCall is an event with which this function calls itself: work that a request leaves to another call, so that whoever
// waits for the answer neither waits for it nor learns from how long it takes. Lambda calls twice more when it fails. What
// one release sends the next may read: fields keep their names.
type ownCall struct {
	SignIn *auth.LinkRequest `json:"sign_in,omitempty"`
}

// leave has work done by another call, or at once where there is no other. A failure of the work itself goes to the log
// and not to whoever asked.
func (d *Desk) leave(r *http.Request, c ownCall) error {
	b, err := json.Marshal(c)
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

// Run does the work of an event that this function has sent itself.
func (d *Desk) Run(ctx context.Context, event []byte) error {
	var c ownCall
	if err := json.Unmarshal(event, &c); err != nil {
		return fmt.Errorf("read the event: %w", err)
	}
	if c.SignIn == nil {
		return errors.New("an event that is neither a request nor a call of this function by itself")
	}
	return d.door.Answer(ctx, *c.SignIn)
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
