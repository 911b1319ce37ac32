package campaigns

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// live is what can change on a campaign's page while it is open: the texts by their places, which parts are shown, and how
// far sending is.
type live struct {
	Text     map[string]string `json:"text"`
	Show     map[string]bool   `json:"show"`
	Badge    string            `json:"badge"`
	Decided  int               `json:"decided"` // sent, failed or uncertain, of Invited
	Invited  int               `json:"invited"`
	Sending  bool              `json:"sending"` // more will be decided by itself
	Answers  int64             `json:"answers"`
	Comments []commentView     `json:"comments,omitempty"` // only when there are other answers than the asker knows
	Next     int               `json:"next"`               // seconds until it is worth asking again; 0: never
}

// Seconds between two requests of a page: while letters go out, and while one waits for answers or a start.
const (
	askSoon  = 3
	askLater = 15
)

// live reads a campaign's ledgers and figures: a dozen reads, whatever its size.
func (d *Pages) live(ctx context.Context, f *shell.Frame, c survey.Campaign) (live, mailing.Ledgers, error) {
	v, err := d.Mailing.Ledgers(ctx, c)
	if err != nil {
		return live{}, v, err
	}
	reach, err := d.Results.Reach(ctx, f.Visit.Who)
	if err != nil {
		return live{}, v, err
	}
	own, err := d.Results.Own(ctx, f.Visit.Who, reach, c)
	if err != nil {
		return live{}, v, err
	}
	l := f.Lang
	out := live{Text: map[string]string{}, Show: map[string]bool{}, Badge: badge(c), Answers: own.Tally().Answers()}
	out.Text["state"] = l.T("campaign.state_" + string(c.State))
	out.Text["what"] = l.T("campaign.what_" + string(c.State))
	if c.Paper && c.Live() && c.State != survey.Scheduled && c.State != survey.Paused {
		out.Text["what"] = l.T("campaign.what_paper")
	}
	if c.Brought() {
		out.Text["what"] = l.T("history.campaign")
		if c.History.From != "" {
			out.Text["what"] = l.T("history.campaign_from", lang.Values{"From": c.History.From})
		}
	}
	out.Show["stopped"] = c.Stopped != ""
	if c.Stopped != "" {
		out.Text["stopped"] = mail.Stopped(l, c.Stopped)
	}
	out.ledger(l, "", v.Invitation, survey.MailingInvitation)
	out.Show["ledger"] = out.Show["ledger"] && !c.Paper // it says that nobody is written to
	out.ledger(l, "r.", v.Reminder, survey.MailingReminder)
	out.ledger(l, "s.", v.Second, survey.MailingSecond)
	out.answers(l, own)
	out.pace(l, c, v, d.Now(), f.Zone)
	out.reminders(f, d.Mailing.Reminders(c, v, answersKnown(own)))
	out.before(l, v, own)
	possible := d.Mailing.Possible(f.Visit.Who, c, v)
	for _, a := range mailing.Running {
		out.Show[string(a)] = slices.Contains(possible, a)
	}
	out.Show["uncertain"] = v.Uncertain() > 0
	if c.Brought() {
		out.Show["reminders"] = false
	}
	return out, v, nil
}

func uncertain(l *survey.Ledger) int {
	if l == nil {
		return 0
	}
	return l.Uncertain
}

func (o *live) ledger(l lang.Language, prefix string, g *survey.Ledger, mailing int) {
	o.Show[prefix+"ledger"] = g != nil
	if g == nil {
		return
	}
	for name, n := range map[string]int{
		"audience": g.Audience, "invited": g.Invited, "waiting": g.Waiting, "sent": g.Sent, "failed": g.Failed,
		"bounced": g.Bounced, "uncertain": g.Uncertain, "complained": g.Complained, "skipped": g.Audience - g.Invited,
	} {
		o.Text[prefix+name] = l.Number(int64(n))
	}
	o.Show[prefix+"bounced"], o.Show[prefix+"complained"] = g.Bounced > 0, g.Complained > 0
	for _, why := range ledgerReasons {
		if (why == survey.SkipAccount || why == survey.SkipFrequency) && g.Skipped[why] == 0 { // rare: its place is there and hidden until there is one
			continue
		}
		o.Text[prefix+"skip_"+string(why)] = l.Number(int64(g.Skipped[why]))
		o.Show[prefix+"skip_"+string(why)] = g.Skipped[why] > 0
	}
	if mailing == survey.MailingInvitation {
		o.Invited, o.Decided = g.Invited, g.Sent+g.Failed+g.Uncertain
	}
}

// ledgerReasons are all for which somebody is not written to.
var ledgerReasons = append(slices.Clone(mailing.SkipReasons), survey.SkipAnswered, survey.SkipRemoved, survey.SkipUnreadable, survey.SkipSettled, survey.SkipTooFew)

func (o *live) answers(l lang.Language, own insight.Own) {
	w, t := own.Disclosed, own.Tally()
	if own.Part() {
		score, hint := npsWords(l, own.Company)
		o.Text["company"] = l.T("roles.company_live", lang.Values{"NPS": orDash(score), "Interval": hint, "Answers": shell.AnswersCount(l, own.Company)})
	}
	o.Show["company"] = own.Part()
	o.Text["answers"] = shell.AnswersCount(l, w)
	score, hint := npsWords(l, w)
	o.Text["nps"], o.Text["nps_interval"] = orDash(score), hint
	o.Show["groups"], o.Show["withheld"] = t.Answers() > 0, w.Withheld() != ""
	o.Text["withheld"] = shell.WithheldText(l, w.Withheld())
	if w.Withheld() == "" {
		o.Text["detractors"], o.Text["passives"], o.Text["promoters"] = l.Number(t.Detractors()), l.Number(t.Passives()), l.Number(t.Promoters())
	}
	o.Text["response_rate"] = "—"
	if rate, ok := t.ResponseRate(); ok && w.Withheld() == "" {
		o.Text["response_rate"] = l.T("results.percent", lang.Values{"Value": l.Decimal(rate, 1)})
	}
	o.Text["unverified"] = l.Number(t.Unverified)
	o.Show["unverified"] = t.Unverified > 0
}

// pace says how fast letters go out and how long it will take, on average since the start; the page's script knows more.
func (o *live) pace(l lang.Language, c survey.Campaign, v mailing.Ledgers, now time.Time, zone *time.Location) {
	o.Sending = c.State == survey.Planning || c.State == survey.Sending || c.State == survey.Open && (waits(v.Reminder) || waits(v.Second))
	o.Show["sending"] = c.State == survey.Sending
	o.Text["speed"], o.Text["left"] = "—", "—"
	waiting := o.Invited - o.Decided
	if took := now.Sub(later(c.Launched, c.StartsAt)); c.State == survey.Sending && o.Decided > 0 && took > time.Second {
		rate := float64(o.Decided) / took.Seconds()
		o.Text["speed"] = l.T("campaign.a_second", lang.Values{"Number": l.Decimal(rate, 1)})
		o.Text["left"] = lasting(l, time.Duration(float64(waiting)/rate*float64(time.Second)))
	}
	if o.Sending {
		o.clocks(l, c, v, now, zone)
	}
	switch {
	case o.Sending:
		o.Next = askSoon
	case c.Live():
		o.Next = askLater
	case c.Watched() || waiting > 0 && c.State == survey.Closed && now.Sub(c.ClosesAt) < time.Minute:
		o.Next = askSoon // what was in flight is being decided
	}
}

// zonesShown is how many clocks the page names whose people wait for their morning.
const zonesShown = 5

// clocks says who waits for the hours of their own clock in which surveys are sent.
func (o *live) clocks(l lang.Language, c survey.Campaign, v mailing.Ledgers, now time.Time, zone *time.Location) {
	var until time.Time
	var said []string
	people, open := 0, false
	for number, g := range map[int]*survey.Ledger{survey.MailingInvitation: v.Invitation, survey.MailingReminder: v.Reminder, survey.MailingSecond: v.Second} {
		m, begun := v.Mailings[number]
		if !begun || g == nil || g.Waiting == 0 {
			continue
		}
		clocks := m.Clocks(c, now)
		clocks[0].Waiting = g.Waiting
		for _, k := range clocks[1:] {
			clocks[0].Waiting -= k.Waiting
		}
		for _, k := range clocks {
			if k.Waiting <= 0 {
				continue
			}
			if k.Open(now) {
				open = true
				continue
			}
			if until.IsZero() || k.Opens.Before(until) {
				until = k.Opens
			}
			if k.Number == 0 {
				continue
			}
			if people += k.Waiting; len(said) < zonesShown {
				said = append(said, l.T("campaign.zone_waits", lang.Values{"Zone": k.Zone, "Count": l.Number(int64(k.Waiting)), "Moment": l.Moment(k.Opens.In(zone))}))
			}
		}
	}
	if !open && !until.IsZero() {
		o.Text["left"] = l.T("campaign.left_hours", lang.Values{"Moment": l.Moment(until.In(zone))})
	}
	if people > 0 {
		o.Text["zones"], o.Show["zones"] = l.T("campaign.zones_wait", lang.Values{"Count": people, "Zones": strings.Join(said, "; ")}), true
	}
}

// answersKnown are a campaign's answers, of all who were asked; -1 for a reader who may know them only of some, or not yet.
func answersKnown(own insight.Own) int {
	if own.Part() || own.Disclosed.Withheld() != "" {
		return -1
	}
	return int(own.Tally().Answers())
}

// reminderPrefix is before the names of what the page says of a mailing.
var reminderPrefix = map[int]string{survey.MailingReminder: "r.", survey.MailingSecond: "s."}

// reminders says what has become of the reminders.
func (o *live) reminders(f *shell.Frame, all []mailing.Reminding) {
	for _, r := range all {
		prefix := reminderPrefix[r.Number]
		with := lang.Values{"Count": r.Days}
		if !r.At.IsZero() {
			with["Moment"] = f.Lang.Moment(r.At.In(f.Zone))
		}
		o.Text[prefix+"story"], o.Show["reminders"] = f.Lang.T("reminders.became_"+string(r.Became), with), true
		o.Text[prefix+"to"], o.Show[prefix+"to"] = f.Lang.T("reminders.to", lang.Values{"Count": r.People}), r.People > 0
		if o.Show[prefix+"since"] = r.Since != nil && r.People > 0; o.Show[prefix+"since"] {
			o.Text[prefix+"since"] = f.Lang.T("reminders.since", lang.Values{"Count": *r.Since})
		}
	}
}

// before says what pausing, reminding and closing come to, before they are pressed.
func (o *live) before(l lang.Language, v mailing.Ledgers, own insight.Own) {
	g := v.Invitation
	if g == nil || g.Invited == 0 {
		return
	}
	o.Text["pause_says"] = l.T("comfort.pause", lang.Values{"Sent": l.Number(int64(g.Invited - g.Waiting)), "Invited": l.Number(int64(g.Invited)), "Waiting": l.Number(int64(g.Waiting))})
	if own.Part() || own.Disclosed.Withheld() != "" { // how many of all have answered is not this reader's
		return
	}
	left := max(0, int64(g.Sent+g.Uncertain)-o.Answers)
	o.Text["remind_says"] = l.T("comfort.remind", lang.Values{"Count": max(0, int64(g.Sent)-o.Answers)})
	o.Text["close_says"] = l.T("comfort.close", lang.Values{"Answers": l.Number(o.Answers), "Left": l.Number(left)})
}

func waits(l *survey.Ledger) bool { return l != nil && l.Waiting > 0 }

// livePage is a campaign that is launched, or a draft for whoever may only look.
type livePage struct {
	shell.Frame
	ID, Name, Badge, When       string
	Surplus, Spoiled            string // what is wrong with what came out of a box of ballots; for administrators
	Version                     int
	Text                        liveTexts
	Places                      []place
	Skips, Troubles             []place // shown when there are any
	Reminders                   []reminderPart
	Ledger                      []place // whom the campaign has found, before what became of them
	Bounces                     []place
	Answered, Unverified        place
	Groups                      []place
	Parts                       liveParts
	Decided, Invited, Next      int
	Answers                     string
	Facts                       []shell.Fact
	Comments                    []commentView
	CommentsTitle, CommentsNone string
	MayComments, MayResults     bool
	Mine                        string // whose the figures of answers are; "": the whole campaign's
	MaySend, MayWrite           bool
	Brought                     bool // its answers were given elsewhere: it has no settings
	Cards                       bool // ballots can be printed
	Printed                     string
	Paper                       bool // nobody is written to: cards are all that there is
	New                         string
	Uncertain                   []uncertainView
	UncertainMore               string
	ResendMailing               string
	UncertainHere               bool
	Draft                       bool
	MayArchive, Archived        bool
	MayDelete                   bool
}

// reminderPart is what became of one reminder.
type reminderPart struct {
	Key, Title              string
	Shown                   bool
	Places, Troubles, Skips []place
	Story, To, Since        place // what became of it; whom it went to; what has come since
}

// place is one number of the page with its name, as the script finds it.
type place struct {
	Key, Label, Value, Class string
	Shown                    bool
	Href                     string          // where the people behind it are; "": nowhere
	Help                     templ.Component // for who asks; nil: none
}

// liveTexts and liveParts are those of live that the page names one by one.
type liveTexts struct {
	State, What, Stopped, Speed, Left, NPS, Interval, Answers, Rate, Unverified, Withheld, Company, Pause, Remind, Close, Zones string
}

type liveParts struct {
	Stopped, Ledger, Sending, Groups, Withheld, Unverified, Uncertain, Reminders,
	Pause, Resume, Remind, RemindAgain, Close, Cancel, Resend, Zones bool
}

func (d *Pages) campaignPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	if c.State == survey.Draft && door.VisitOf(r).Can(authz.WriteCampaign) {
		http.Redirect(w, r, "/campaigns/"+string(c.ID)+"/edit", http.StatusSeeOther)
		return nil
	}
	return d.showLive(w, r, http.StatusOK, c, "")
}

// campaignLive answers the page's script: all that may have changed, or that nothing has.
func (d *Pages) campaignLive(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	f := shell.NewFrame(r, "")
	out, _, err := d.live(r.Context(), &f, c)
	if err != nil {
		return err
	}
	if known := r.URL.Query().Get("answers"); known != strconv.FormatInt(out.Answers, 10) && d.mayComments(&f, c) {
		if out.Comments, _, err = d.comments(r, &f, c); err != nil {
			return err
		}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(body)
	return nil
}

func (d *Pages) showLive(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, why string) error {
	p := &livePage{Frame: shell.NewFrame(r, c.Name), ID: string(c.ID), Name: c.Name, Version: c.Version, Draft: c.State == survey.Draft, New: string(mailing.NewID())}
	p.Error = why
	p.Scripts, p.Wide = []string{"live.js"}, true
	p.When = audienceName(p.Lang, c.Audience) + " · " + campaignWhen(p.Lang, p.Zone, c)
	out, v, err := d.live(r.Context(), &p.Frame, c)
	if err != nil {
		return err
	}
	answers := ""
	if d.mayComments(&p.Frame, c) && !p.Draft {
		answers = "/results/" + p.ID + "/answers"
	}
	p.take(out, func(prefix, part string) string {
		number := survey.MailingInvitation
		switch prefix {
		case "r.":
			number = survey.MailingReminder
		case "s.":
			number = survey.MailingSecond
		}
		return d.PeopleHref(&p.Frame, c, number, mailing.Part(part))
	}, answers, d.Results.View(p.Visit.Who, c).People())
	if out.Show["company"] {
		p.Mine = shell.MineText(&p.Frame)
	}
	p.Paper = c.Paper
	p.Cards = p.Can(authz.Send) && d.Mailing.MayPrint(c) == nil
	if n := c.Printed(); n > 0 {
		p.Printed = p.Lang.T("cards.printed", lang.Values{"Count": n})
	}
	p.MaySend, p.MayWrite, p.MayResults = p.Can(authz.Send), p.Can(authz.WriteCampaign), p.Can(authz.ReadResults)
	if n := c.Box.Surplus; n > 0 && p.Can(authz.PeoplesRights) {
		p.Surplus = p.Lang.T("campaign.box_surplus", lang.Values{"Count": n})
	}
	if n := c.Box.Spoiled; n > 0 && p.Can(authz.PeoplesRights) {
		p.Spoiled = p.Lang.T("campaign.box_spoiled", lang.Values{"Count": n})
	}
	_, live := c.Archive(d.Now())
	p.Archived = !c.Archived.IsZero()
	p.Brought = c.Brought()
	p.MayDelete = p.MayWrite && c.Deletable() == nil
	p.MayArchive = p.MayWrite && live == nil
	seen, err := d.Results.Seen(r.Context(), p.Visit.Who, c)
	if err != nil {
		return err
	}
	p.Facts = d.summary(r, &p.Frame, seen)
	if p.MayComments = d.mayComments(&p.Frame, c) && !p.Draft; p.MayComments {
		var all bool
		if p.Comments, all, err = d.comments(r, &p.Frame, c); err != nil {
			return err
		}
		p.CommentsTitle = p.Lang.T(map[bool]string{true: "campaign.comments_last", false: "campaign.comments_some"}[all])
		p.CommentsNone = p.Lang.T("campaign.comments_none")
	}
	if err := d.showUncertain(r, p, c, v); err != nil {
		return err
	}
	return shell.Show(w, r, status, p)
}

// take puts the texts into the page's places; the script will write the same keys.
// People behind a figure are where href says, answers at the address answers; "" is nowhere.
func (p *livePage) take(o live, href func(prefix, part string) string, answers string, unverified bool) {
	t, s := o.Text, o.Show
	p.Badge, p.Decided, p.Invited, p.Next, p.Answers = o.Badge, o.Decided, o.Invited, o.Next, strconv.FormatInt(o.Answers, 10)
	p.Text = liveTexts{t["state"], t["what"], t["stopped"], t["speed"], t["left"], t["nps"], t["nps_interval"], t["answers"], t["response_rate"], t["unverified"], t["withheld"], t["company"], t["pause_says"], t["remind_says"], t["close_says"], t["zones"]}
	p.Parts = liveParts{
		s["stopped"], s["ledger"], s["sending"], s["groups"], s["withheld"], s["unverified"], s["uncertain"], s["reminders"],
		s["pause"], s["resume"], s["remind"], s["remind-again"], s["close"], s["cancel"], s["resend"], s["zones"],
	}
	places := func(prefix string, names ...string) (all []place) {
		for _, n := range names {
			shown, decides := s[prefix+n]
			all = append(all, place{Key: prefix + n, Label: p.Lang.T("campaign.ledger_" + n), Value: orDash(t[prefix+n]), Class: n, Shown: shown || !decides, Href: href(prefix, n)})
		}
		return all
	}
	p.Ledger, p.Bounces = places("", "audience", "invited", "skipped"), places("", "bounced", "complained")
	skips := func(prefix string) (all []place) {
		for _, why := range ledgerReasons {
			key := "skip_" + string(why)
			all = append(all, place{Key: prefix + key, Label: p.Lang.T("campaign." + key), Value: t[prefix+key], Shown: s[prefix+key], Href: href(prefix, key)})
		}
		return all
	}
	p.Places, p.Troubles, p.Skips = places("", ledgerNames...), places("", "bounced", "complained"), skips("")
	for i := range p.Places {
		if p.Places[i].Key == "uncertain" {
			p.Places[i].Help = shell.Help(&p.Frame, "help.uncertain")
		}
	}
	for n, prefix := range []string{"r.", "s."} {
		said := func(name, href string) place {
			return place{Key: prefix + name, Value: t[prefix+name], Shown: s[prefix+name], Href: href}
		}
		p.Reminders = append(p.Reminders, reminderPart{
			prefix + "ledger", p.Lang.T("campaign.wave_" + strconv.Itoa(n+1)), s[prefix+"ledger"],
			places(prefix, ledgerNames...), places(prefix, "bounced", "complained"), skips(prefix),
			said("story", ""), said("to", href(prefix, string(mailing.PartSent))), said("since", answers),
		})
	}
	p.Answered = place{Key: "answers", Label: p.Lang.T("campaign.answers"), Value: t["answers"], Href: answers}
	p.Unverified = place{Key: "unverified", Label: p.Lang.T("campaign.unverified"), Value: t["unverified"], Shown: s["unverified"], Help: shell.Help(&p.Frame, "results.unverified_why")}
	if unverified && answers != "" {
		p.Unverified.Href = answers + "?unverified=1"
	}
	for _, g := range []string{"detractors", "passives", "promoters"} {
		one := place{Key: g, Label: p.Lang.T("campaign." + g), Value: t[g], Class: g[:len(g)-1], Shown: true}
		if answers != "" {
			one.Href = answers + "?group=" + one.Class
		}
		p.Groups = append(p.Groups, one)
	}
}

var ledgerNames = []string{"waiting", "sent", "failed", "uncertain"}
