package campaigns

import (
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// The steps of a draft, in order. Each is a form of its own and saves what it asks for.
const (
	stepAbout  = "about"
	stepPeople = "people"
	stepWords  = "words"
	stepTime   = "time"
	stepCheck  = "check"
	stepRest   = "rest" // what can still be changed of a campaign that is launched
)

var draftSteps = []string{stepAbout, stepPeople, stepWords, stepTime, stepCheck}

// typed is what a person has written into one step of a draft.
type typed struct {
	step, language string // language: which the words are in
	in             mailing.Change
	picked         *survey.Filter    // as it was picked
	text           map[string]string // as it was written
	wrong          map[string]string // what is wrong with it, in words, by field
	l              lang.Language
	zone           *time.Location // that the times of the form are in
}

// typedIn reads a step's form.
func typedIn(r *http.Request, v door.Visit, step string, c survey.Campaign) *typed {
	f := &typed{step: step, text: map[string]string{}, wrong: map[string]string{}, l: v.Lang, zone: v.Zone, language: wordsLanguage(r.FormValue("language_of_words"), c)}
	if z, err := time.LoadLocation(r.FormValue("zone")); err == nil && r.FormValue("zone") != "" && r.FormValue("zone") != "Local" {
		f.zone = z
	}
	field := func(name string) *string {
		s := strings.TrimSpace(strings.ReplaceAll(r.FormValue(name), "\r\n", "\n"))
		f.text[name] = s
		return &s
	}
	switch step {
	case stepAbout:
		f.in.Name, f.in.Company, f.in.Sender, f.in.Language = field("name"), field("company"), field("sender"), field("language")
		a := survey.Audience(*field("audience"))
		f.in.Audience = &a
	case stepPeople:
		filter := filterIn(r)
		f.in.Filter, f.picked = &filter, &filter
		f.in.Sample = f.percent(*field("sample"))
		f.in.QuietDays = f.days("quiet_days", *field("quiet_days"))
		if r.Form.Has("per_account") { // a form of an audience with accounts
			f.in.PerAccount = f.days("per_account", *field("per_account"))
		}
		if r.Form.Has("groups") && c.Audience.Anonymous() { // an empty one stands in the form, so that none can be chosen
			groups := groupsIn(r.Form["groups"], c)
			f.in.Groups = &groups
			paper := r.FormValue("paper") == "1"
			f.in.Paper = &paper
		}
	case stepWords:
		own := c.Wording[f.language]
		standard := wording.Standard(c, lang.Language(f.language))
		for name, to := range wordingFields(&own) {
			if !r.Form.Has(name) { // a form from before the field was asked for
				continue
			}
			if *to = *field(name); *to == *wordingFields(&standard)[name] {
				*to = ""
			}
		}
		all := maps.Clone(c.Wording)
		if all == nil {
			all = map[string]survey.Wording{}
		}
		if all[f.language] = own; own == (survey.Wording{}) {
			delete(all, f.language)
		}
		f.in.Wording = &all
		if r.Form.Has("touchpoints") { // an empty one stands in the form, so that none can be chosen
			asked := []survey.TouchpointID{}
			for _, id := range r.Form["touchpoints"] {
				if id != "" {
					asked = append(asked, survey.TouchpointID(id))
				}
			}
			f.in.Touchpoints, f.text["touchpoints"] = &asked, ""
		}
	case stepTime:
		if at := *field("starts_at"); r.FormValue("start") == "now" {
			f.in.StartsAt = mailing.NoTime()
			if at != "" && (c.StartsAt.IsZero() || at != c.StartsAt.In(f.zone).Format(survey.LocalFormat)) {
				f.wrong["starts_at"] = f.l.T("campaign.wrong_start_both")
			}
		} else {
			f.in.StartsAt = f.moment("starts_at", c.StartsAt)
			if f.in.StartsAt.Removed() {
				f.wrong["starts_at"] = f.l.T("campaign.wrong_start")
			}
		}
		f.text["start"] = r.FormValue("start")
		field("closes_at")
		f.in.ClosesAt = f.moment("closes_at", c.ClosesAt)
		f.in.RemindDays = f.days("remind_days", *field("remind_days"))
		if r.Form.Has("second_remind_days") {
			f.in.SecondDays = f.days("second_remind_days", *field("second_remind_days"))
		}
	case stepRest:
		f.in.Name = field("name")
		field("closes_at")
		f.in.ClosesAt = f.moment("closes_at", c.ClosesAt)
		if r.PostForm.Has("sender") { // shown while it is paused
			f.in.Sender = field("sender")
		}
	}
	return f
}

// moment reads a time of the person's zone; an empty one is none. One that reads as the stored one does is that one: of a
// time that comes twice, in the night when clocks are put back, and with its seconds.
func (f *typed) moment(name string, was time.Time) mailing.Moment {
	text := f.text[name]
	switch {
	case text == "":
		return mailing.NoTime()
	case !was.IsZero() && was.In(f.zone).Format(survey.LocalFormat) == text:
		return mailing.At(was)
	}
	t, err := survey.LocalTime(text, f.zone, name)
	if err != nil {
		f.wrong[name] = f.l.Problem(apperr.As(err))
		return mailing.Moment{}
	}
	return mailing.At(t)
}

func (f *typed) days(name, text string) *int {
	if text == "" {
		text = "0"
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		f.wrong[name] = f.l.T("campaign.wrong_days")
		return nil
	}
	return &n
}

// percent reads the share to invite; all of them is 0, as the campaign has it.
func (f *typed) percent(text string) *float64 {
	if text == "" {
		text = "100"
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.Replace(text, ",", ".", 1), "%")), 64)
	if err != nil || math.IsNaN(n) || n <= 0 || n > 100 {
		f.wrong["sample"] = f.l.T("campaign.wrong_percent")
		return nil
	}
	if n /= 100; n == 1 {
		n = 0
	}
	return &n
}

// apply returns the campaign with everything of the form that can be stored; what cannot is in wrong, and stays as it was.
func (f *typed) apply(c survey.Campaign, by *mailing.Campaigns) (survey.Campaign, error) {
	for {
		next, err := by.Apply(c, f.in)
		if err == nil {
			return next, nil
		}
		p := apperr.As(err)
		if p == nil || p.Kind != apperr.Invalid {
			return c, err
		}
		field := strings.TrimPrefix(p.Where, "wording."+f.language+".")
		if f.wrong[field] != "" { // what is stored is wrong as well; what was written is said
			return c, nil
		}
		f.wrong[field] = f.words(p)
		if !f.leave(field, c) {
			return c, nil
		}
	}
}

// leave takes a field out of what is applied; false when it is none of the step's.
func (f *typed) leave(field string, c survey.Campaign) bool {
	in := &f.in
	switch field {
	case "name":
		in.Name = nil
	case "audience":
		in.Audience = nil
	case "company":
		in.Company = nil
	case "sender":
		in.Sender = nil
	case "language":
		in.Language = nil
	case "sample":
		in.Sample = nil
	case "quiet_days":
		in.QuietDays = nil
	case "per_account":
		in.PerAccount = nil
	case "remind_days":
		in.RemindDays = nil
	case "second_remind_days":
		in.SecondDays = nil
	case "filter":
		in.Filter = nil
	case "groups":
		in.Groups = nil
	case "touchpoints":
		in.Touchpoints = nil
	case "closes_at":
		in.ClosesAt = mailing.Moment{}
	case "starts_at":
		in.StartsAt = mailing.Moment{}
	default:
		if in.Wording == nil {
			return false
		}
		own, was := (*in.Wording)[f.language], c.Wording[f.language]
		to := wordingFields(&own)[field]
		if to == nil {
			return false
		}
		*to = *wordingFields(&was)[field]
		(*in.Wording)[f.language] = own
	}
	return true
}

// words says a problem with its times in the person's zone.
func (f *typed) words(p *apperr.Error) string { return problemIn(f.l, f.zone, p) }

func problemIn(l lang.Language, zone *time.Location, p *apperr.Error) string {
	with := map[string]any{}
	for name, v := range p.With {
		if s, ok := v.(string); ok {
			if t, err := time.Parse(time.RFC3339, s); err == nil {
				v = l.Moment(t.In(zone))
			} else if name == "State" && l.Has("campaign.state_"+s) {
				v = l.T("campaign.state_" + s)
			} else if name == "Audience" && l.Has("campaign.audience_"+s) {
				v = l.T("campaign.audience_" + s)
			}
		}
		with[name] = v
	}
	said := *p
	said.With = with
	return l.Problem(&said)
}

// wordingNames are the texts of a wording in the order in which a respondent meets them.
var wordingNames = []string{"subject", "greeting", "intro", "question", "signature", "why", "wish", "reminder", "reminder_text", "second_reminder", "second_reminder_text"}

func wordingFields(w *survey.Wording) map[string]*string {
	return map[string]*string{
		"subject": &w.Subject, "greeting": &w.Greeting, "intro": &w.Intro, "question": &w.Question,
		"why": &w.Why, "wish": &w.Wish, "signature": &w.Signature, "reminder": &w.Reminder, "reminder_text": &w.ReminderText,
		"second_reminder": &w.Second, "second_reminder_text": &w.SecondText,
	}
}

// wordsLanguage is the language whose words are edited: the one asked for, else the campaign's.
func wordsLanguage(asked string, c survey.Campaign) string {
	if slices.Contains(survey.Languages(), asked) {
		return asked
	}
	return c.Language
}

// filterFields are a filter's own fields; what is left of a contact are its attributes.
var filterFields = []string{"team", "owner", "location", "product", "tier", "language"}

func filterField(f *survey.Filter, name string) *[]string {
	return map[string]*[]string{"team": &f.Teams, "owner": &f.Owners, "location": &f.Locations, "product": &f.Products, "tier": &f.Tiers, "language": &f.Languages}[name]
}

// attributeOf is the heading of an attribute's field, "" of another field. Forms that were opened before an update have a dot
// where dimensions have a colon.
func attributeOf(field string) string {
	if old, ok := strings.CutPrefix(field, "attr."); ok {
		return old
	}
	return survey.Heading(field)
}

// filterIn reads the filter: "f.<field>" are values that were picked, "t.<field>" values that were written, one a line.
func filterIn(r *http.Request) survey.Filter {
	var f survey.Filter
	add := func(field, value string) {
		if to := filterField(&f, field); to != nil {
			if !slices.Contains(*to, value) {
				*to = append(*to, value)
			}
		} else if name := attributeOf(field); name != "" {
			if f.Attrs == nil {
				f.Attrs = map[string][]string{}
			}
			if !slices.Contains(f.Attrs[name], value) {
				f.Attrs[name] = append(f.Attrs[name], value)
			}
		}
	}
	r.FormValue("") // parses
	for _, key := range slices.Sorted(maps.Keys(r.PostForm)) {
		if field, ok := strings.CutPrefix(key, "f."); ok {
			for _, v := range r.PostForm[key] {
				add(field, v)
			}
		}
		if field, ok := strings.CutPrefix(key, "t."); ok {
			for v := range strings.Lines(r.PostFormValue(key)) {
				if v = strings.TrimSpace(v); v != "" {
					add(field, v)
				}
			}
		}
	}
	return f
}
