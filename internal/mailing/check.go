package mailing

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/mail"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// Mark says what a finding means for a launch.
type Mark string

const (
	Good Mark = "good"
	Warn Mark = "warn" // it can be launched; somebody may not want that
	Bad  Mark = "bad"  // it would be refused, or reach nobody
)

// Topic is what is looked at before a launch.
type Topic string

const (
	TopicAudience Topic = "audience"
	TopicPeople   Topic = "people"
	TopicRules    Topic = "rules"
	TopicGround   Topic = "ground"
	TopicTime     Topic = "time"
	TopicWords    Topic = "words"
	TopicCompany  Topic = "company"
	TopicSender   Topic = "sender"
	TopicDuration Topic = "duration"
	TopicQuota    Topic = "quota"
)

// What can be found, besides a problem.
const (
	NoContacts       = "no_contacts" // the audience is empty
	NoGround         = "no_ground"   // nobody has said on what legal ground the audience's data are kept
	Somebody         = "people"
	ByCards          = "paper" // nobody is written to
	RulesHold        = "rules" // of frequency
	OtherClocks      = "zones" // some people live by another clock
	NeverCloses      = "never_closes"
	Closes           = "closes"
	WaitsForHours    = "hours" // sending begins with the hours in which surveys are sent
	Worded           = "words"
	WordsMissing     = "words_missing" // the campaign has words of its own, but not in every language that people are written to in
	NoCompany        = "company"
	SenderUnknown    = "sender_unknown" // the mail service could not be asked
	SenderUnverified = "sender_unverified"
	SenderVerified   = "sender_verified"
	AccountUnknown   = "account_unknown" // the mail service could not be asked
	AccountOff       = "account_off"     // the mail service lets the account send nothing
	Duration         = "duration"
	QuotaEnds        = "quota_ends" // sending takes longer than today
	QuotaEnough      = "quota"
)

// Finding is one thing that was looked at before a launch.
type Finding struct {
	Topic   Topic
	Mark    Mark
	Found   string        // one of the constants; "" where there is a problem
	Problem *apperr.Error // with which a launch would be refused
}

// Check is what will happen at a launch, and what stands in its way.
type Check struct {
	Findings []Finding
	From     string                 // whom letters come from, as the header has it
	Missing  []string               // languages, of WordsMissing
	Account  *mail.Account          // nil where it is not known, or may send nothing
	Left     float64                // recipients of the day's quota; infinite where there is none
	Lasts    time.Duration          // of sending to all who are invited
	Begins   time.Time              // of WaitsForHours
	Rules    []survey.FrequencyRule // of RulesHold: HeadCount.Rules says whom each leaves out
}

// Clear reports whether nothing stands in the way of a launch.
func (k *Check) Clear() bool {
	return !slices.ContainsFunc(k.Findings, func(f Finding) bool { return f.Mark == Bad })
}

func (k *Check) add(t Topic, m Mark, found string) {
	k.Findings = append(k.Findings, Finding{Topic: t, Mark: m, Found: found})
}

// refuse adds a problem, if err is one.
func (k *Check) refuse(t Topic, err error) bool {
	p := apperr.As(err)
	if p != nil {
		k.Findings = append(k.Findings, Finding{Topic: t, Mark: Bad, Problem: p})
	}
	return p != nil
}

// Check looks at a draft as it is stored, at whom it is for, as far as they are counted, and asks the mail service about its sender and its account.
// Where the mail service cannot be asked, that is found, and no error.
func (cs *Campaigns) Check(ctx context.Context, c survey.Campaign, people HeadCount) Check {
	k := Check{From: mail.From(c, cs.Sender), Left: math.Inf(1)}
	cs.checkCampaign(ctx, &k, c, people)
	if c.Paper { // no letter has a sender
		return k
	}
	cs.checkSender(ctx, &k, c)
	account, err := cs.Mail.Account(ctx)
	if err != nil {
		slog.WarnContext(ctx, "the account's rate is not known", "error", err)
		k.add(TopicDuration, Warn, AccountUnknown)
	} else {
		k.account(account, people)
	}
	return k
}

// checkCampaign looks at the campaign itself and at whom it is for.
func (cs *Campaigns) checkCampaign(ctx context.Context, k *Check, c survey.Campaign, people HeadCount) {
	now := cs.Now()
	if c.Withheld() {
		k.refuse(TopicAudience, c.Allows(survey.ActLaunch, now))
	}
	whole := people.Next == nil
	switch {
	case c.Paper:
		k.add(TopicPeople, Good, ByCards)
	case people.Looked == 0 && whole:
		k.add(TopicPeople, Bad, NoContacts)
	case people.Invited < least(c) && whole:
		k.refuse(TopicPeople, cs.nobody(ctx, c, people))
	default:
		k.add(TopicPeople, Good, Somebody)
	}
	said, err := cs.Store.Privacy(ctx)
	if err != nil {
		slog.WarnContext(ctx, "whether a legal ground is stated is not known", "error", err)
	} else if said.Grounds[c.Audience].Basis == "" {
		k.add(TopicGround, Warn, NoGround)
	}
	if set, err := cs.Store.Settings(ctx); err != nil {
		slog.WarnContext(ctx, "the hours of sending are not known", "error", err)
	} else if c.Zone, c.Hours = set.Zone, set.Hours; !c.Paper { // as the launch sets them
		if k.Rules = survey.Ruled(set.Frequency, c.Audience); len(k.Rules) > 0 {
			k.add(TopicRules, Good, RulesHold)
		}
		begins := now
		if c.StartsAt.After(now) {
			begins = c.StartsAt
		}
		if until, wait := c.Waits(begins); wait {
			k.Begins = until
			k.add(TopicTime, Warn, WaitsForHours)
		}
		if people.Elsewhere > 0 {
			k.add(TopicTime, Good, OtherClocks)
		}
	}
	switch {
	case k.refuse(TopicTime, c.Ready(now)):
	case c.ClosesAt.IsZero():
		k.add(TopicTime, Warn, NeverCloses)
	default:
		k.add(TopicTime, Good, Closes)
	}
	if !k.refuse(TopicWords, wording.Check(c)) && !c.Paper {
		k.add(TopicWords, Good, Worded)
	}
	if k.Missing = missingWords(c, people.Languages); len(k.Missing) > 0 {
		k.add(TopicWords, Warn, WordsMissing)
	}
	if c.Company == "" {
		k.add(TopicCompany, Warn, NoCompany)
	}
}

// missingWords are the languages that people will be written to in, and in which a campaign that has its own words in
// another says only the standard ones.
func missingWords(c survey.Campaign, people map[string]int) []string {
	if len(c.Wording) == 0 {
		return nil
	}
	var missing []string
	for _, code := range survey.Languages() {
		if _, own := c.Wording[code]; !own && people[code] > 0 {
			missing = append(missing, code)
		}
	}
	return missing
}

// checkSender asks whether letters may come from the sender. Where that cannot be asked, a test letter tells.
func (cs *Campaigns) checkSender(ctx context.Context, k *Check, c survey.Campaign) {
	if k.refuse(TopicSender, cs.Senders.Check(c.Sender)) {
		return
	}
	a, err := survey.ReadSender(k.From)
	if k.refuse(TopicSender, err) {
		return
	}
	verified, err := cs.Mail.Verified(ctx, a.Address)
	switch {
	case err != nil:
		slog.WarnContext(ctx, "whether the sender is verified is not known", "error", err)
		k.add(TopicSender, Warn, SenderUnknown)
	case !verified:
		k.add(TopicSender, Bad, SenderUnverified)
	default:
		k.add(TopicSender, Good, SenderVerified)
	}
}

// account says how long sending takes, and whether the day's quota is enough.
func (k *Check) account(a mail.Account, people HeadCount) {
	if !a.Enabled || a.Rate <= 0 {
		k.add(TopicDuration, Bad, AccountOff)
		return
	}
	k.Account = &a
	k.Lasts = time.Duration(float64(people.Invited) / a.Rate * float64(time.Second))
	k.add(TopicDuration, Good, Duration)
	if a.Quota < 0 {
		return
	}
	k.Left = max(0, a.Quota-a.SentToday)
	if float64(people.Invited) > k.Left {
		k.add(TopicQuota, Warn, QuotaEnds)
	} else {
		k.add(TopicQuota, Good, QuotaEnough)
	}
}
