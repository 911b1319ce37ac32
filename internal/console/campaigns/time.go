package campaigns

import (
	"net/http"
	"strconv"
	"time"

	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// timesPage asks when a campaign starts, reminds and closes. Of one that is launched it asks for the name and the closing,
// and of a paused one for the sender.
type timesPage struct {
	draftFrame
	Rest, StartsLater            bool
	Mend                         bool // it is paused: its sender can be changed
	Name, Starts, Closes, Remind input
	Second                       input
	Paper                        bool // there is nobody to remind
	Sender                       input
	ZoneHint                     string
}

func (d *Pages) showTimes(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, step string, f *typed, stale []difference) error {
	p := &timesPage{draftFrame: newDraftFrame(r, c, step), Rest: step == stepRest, Paper: c.Paper}
	p.stale(f, stale)
	p.Scripts = []string{"campaign.js"}
	zone := p.Zone
	if f != nil {
		zone = f.zone // what was written is in that one
	}
	p.ZoneName = zone.String()
	p.ZoneHint = p.Lang.T("campaign.zone", lang.Values{"Zone": p.ZoneName, "Now": d.Now().In(zone).Format("15:04")})
	p.Name = f.input(p.Lang, "name", c.Name)
	p.Name.Max, p.Name.Required = survey.MaxName, true
	p.Mend = p.Rest && c.State == survey.Paused
	p.Sender = d.senderInput(f, p.Lang, c)
	at := func(name string, t time.Time) input {
		text := ""
		if !t.IsZero() {
			text = t.In(zone).Format(survey.LocalFormat)
		}
		i := f.input(p.Lang, name, text)
		i.Type = "datetime-local"
		return i
	}
	p.Starts, p.Closes = at("starts_at", c.StartsAt), at("closes_at", c.ClosesAt)
	p.Starts.Label = p.Lang.T("campaign.start_time")
	p.StartsLater = !c.StartsAt.IsZero()
	if f != nil && !p.Rest {
		p.StartsLater = f.text["start"] != "now"
	}
	p.Remind = f.input(p.Lang, "remind_days", strconv.Itoa(c.RemindDays))
	p.Remind.Mode, p.Remind.Max = "numeric", 3
	p.Second = f.input(p.Lang, "second_remind_days", strconv.Itoa(c.SecondDays))
	p.Second.Mode, p.Second.Max = "numeric", 3
	return shell.Show(w, r, status, p)
}
