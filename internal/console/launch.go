package console

import (
	"net"
	"net/http"
	"strings"
	"time"

	"onetap/internal/mailing"
)

// launch starts a campaign now or at a time, and calls the sender.
func (d *Desk) launch(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		At      mailing.Moment `json:"at"`
		Version *int           `json:"version"`
	}
	if err := optional(r, &in); err != nil {
		return err
	}
	var at time.Time // zero: now
	if err := in.At.Apply(&at, "at"); err != nil {
		return err
	}
	c, err := d.mailing.Launch(r.Context(), r.PathValue("campaign"), in.Version, at, d.linksOf(r))
	if err != nil {
		return err
	}
	return d.answerCampaign(w, r, c)
}

// doAct does what a call wants with a campaign that is launched, and answers the campaign.
func (d *Desk) doAct(act mailing.Act) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in struct {
			Version *int `json:"version"`
		}
		if err := optional(r, &in); err != nil {
			return err
		}
		c, err := act(r.Context(), r.PathValue("campaign"), in.Version)
		if err != nil {
			return err
		}
		return d.answerCampaign(w, r, c)
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
