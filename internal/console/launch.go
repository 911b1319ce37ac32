package console

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// lookAt is how many contacts a launch looks at for one that fits the filter; in a larger audience the planner finds out.
const lookAt = 20_000

// launch starts a campaign now or at a time, and calls the sender.
func (d *Desk) launch(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		At      moment `json:"at"`
		Version *int   `json:"version"`
	}
	if err := optional(r, &in); err != nil {
		return err
	}
	var at time.Time // zero: now
	if err := in.At.apply(&at, "at"); err != nil {
		return err
	}
	return d.act(w, r, in.Version, d.launching(r, at))
}

func (d *Desk) launching(r *http.Request, at time.Time) change {
	site := d.linksOf(r)
	return func(ctx context.Context, c survey.Campaign) (survey.Campaign, error) {
		set, err := d.store.Settings(ctx)
		if err != nil {
			return c, err
		}
		c.Brand = set.Brand // from now on it looks as it does today
		c, err = c.Launch(at, site, d.now().UTC())
		if err != nil {
			return c, err
		}
		if err := wording.Check(c); err != nil {
			return c, err
		}
		if err := d.senders.Check(c.Sender); err != nil {
			return c, err
		}
		return c, d.somebody(ctx, c)
	}
}

// somebody tells that nobody would be written to. Mostly the first page has somebody.
func (d *Desk) somebody(ctx context.Context, c survey.Campaign) error {
	any, fits := false, false
	for looked, page, from := 0, 10, new(survey.Cursor); from != nil && !fits && looked < lookAt; page = 2000 {
		looked += page
		var err error
		from, err = d.store.ContactsPage(ctx, c.Audience, *from, page, func(contact survey.Contact, _ survey.SuppressionReason) {
			any = true
			fits = fits || c.Filter.Match(contact)
		})
		if err != nil {
			return err
		}
		if from != nil && looked+2000 > lookAt {
			return nil
		}
	}
	switch {
	case fits:
		return nil
	case !any:
		return apperr.New(apperr.Conflict, "audience_empty", "audience", "Audience", string(c.Audience))
	}
	return apperr.New(apperr.Conflict, "filter_matches_nobody", "filter")
}

func (d *Desk) pause(w http.ResponseWriter, r *http.Request) error {
	return d.actSimply(w, r, d.pausing)
}

func (d *Desk) resume(w http.ResponseWriter, r *http.Request) error {
	return d.actSimply(w, r, d.resuming)
}

func (d *Desk) cancel(w http.ResponseWriter, r *http.Request) error {
	return d.actSimply(w, r, d.cancelling)
}

func (d *Desk) close(w http.ResponseWriter, r *http.Request) error {
	return d.actSimply(w, r, d.closing)
}

func (d *Desk) remind(w http.ResponseWriter, r *http.Request) error {
	return d.actSimply(w, r, d.reminding)
}

// change is what an action makes of a campaign as it is stored.
type change func(context.Context, survey.Campaign) (survey.Campaign, error)

func (d *Desk) pausing(_ context.Context, c survey.Campaign) (survey.Campaign, error) {
	return c.Pause(d.now())
}

func (d *Desk) resuming(ctx context.Context, c survey.Campaign) (survey.Campaign, error) {
	if err := c.Allows(survey.ActResume, d.now()); err != nil {
		return c, err
	}
	if err := d.senders.Check(c.Sender); err != nil {
		return c, err
	}
	mailing, ok, err := d.store.Mailing(ctx, c.ID, survey.MailingInvitation)
	switch {
	case err != nil:
		return c, err
	case !ok:
		return c.Resume(nil, d.now())
	}
	return c.Resume(&mailing, d.now())
}

func (d *Desk) cancelling(_ context.Context, c survey.Campaign) (survey.Campaign, error) {
	return c.Cancel(d.now())
}

func (d *Desk) closing(_ context.Context, c survey.Campaign) (survey.Campaign, error) {
	return c.Close(d.now().UTC())
}

func (d *Desk) reminding(ctx context.Context, c survey.Campaign) (survey.Campaign, error) {
	_, reminded, err := d.store.Mailing(ctx, c.ID, survey.MailingReminder)
	if err != nil {
		return c, err
	}
	return c.Remind(reminded, d.now().UTC())
}

func (d *Desk) actSimply(w http.ResponseWriter, r *http.Request, do change) error {
	var in struct {
		Version *int `json:"version"`
	}
	if err := optional(r, &in); err != nil {
		return err
	}
	return d.act(w, r, in.Version, do)
}

func (d *Desk) act(w http.ResponseWriter, r *http.Request, version *int, do change) error {
	c, err := d.changed(r, version, do)
	if err != nil {
		return err
	}
	return d.tellCampaign(w, r, c)
}

// changed reads a campaign, changes it and writes it, again if somebody was faster: the sender moves a campaign on while
// people look at it. A caller that names the version which it saw gets no second try.
func (d *Desk) changed(r *http.Request, version *int, do change) (survey.Campaign, error) {
	for try := 0; ; try++ {
		c, err := d.campaign(r)
		if err != nil {
			return c, err
		}
		if err := sameVersion(c, version); err != nil {
			return c, err
		}
		if c, err = do(r.Context(), c); err != nil {
			return c, err
		}
		c, err = d.store.SaveCampaign(r.Context(), c)
		if errors.Is(err, apperr.ErrChanged) && try < 5 {
			continue
		}
		if errors.Is(err, apperr.ErrChanged) {
			return c, d.stale(r.Context(), c.ID)
		}
		if err != nil {
			return c, err
		}
		d.wakeFor(r.Context(), c)
		return c, nil
	}
}

// wakeFor calls the sender for a campaign that has something to do now. The minute's tick does it otherwise, so a
// failure is only logged.
func (d *Desk) wakeFor(ctx context.Context, c survey.Campaign) {
	now := d.now()
	due := c.State == survey.Planning || c.State == survey.Sending || (c.State == survey.Open && !c.RemindAt.IsZero() && !now.Before(c.RemindAt))
	if !due {
		return
	}
	if err := d.wake(ctx); err != nil {
		slog.WarnContext(ctx, "sender not called; its next minute starts the campaign", "campaign", c.ID, "error", err)
	}
}

// linksOf is the base of the links in letters. A function URL, as CloudFormation gives it, ends with a slash.
func (d *Desk) linksOf(r *http.Request) string {
	if d.links != "" {
		return strings.TrimSuffix(d.links, "/")
	}
	return d.siteOf(r)
}

// siteOf is the base of the console and the API: the deployment's own, else the address at which it was called.
func (d *Desk) siteOf(r *http.Request) string {
	if d.site != "" {
		return strings.TrimSuffix(d.site, "/")
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}
