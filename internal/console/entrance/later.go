package entrance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"onetap/internal/auth"
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
func (d *Pages) leave(r *http.Request, c ownCall) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if d.Later != nil {
		return d.Later(r.Context(), b)
	}
	if err := d.Run(r.Context(), b); err != nil {
		web.Log(r, err)
	}
	return nil
}

// Run does the work of an event that this function has sent itself.
func (d *Pages) Run(ctx context.Context, event []byte) error {
	var c ownCall
	if err := json.Unmarshal(event, &c); err != nil {
		return fmt.Errorf("read the event: %w", err)
	}
	if c.SignIn == nil {
		return errors.New("an event that is neither a request nor a call of this function by itself")
	}
	return d.Door.Answer(ctx, *c.SignIn)
}
