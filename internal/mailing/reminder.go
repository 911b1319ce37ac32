package mailing

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// Remind makes the first reminder due at once.
func (cs *Campaigns) Remind(ctx context.Context, id string, version *int) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) {
		_, reminded, err := cs.Store.Mailing(ctx, c.ID, survey.MailingReminder)
		if err != nil {
			return c, err
		}
		return c.Remind(reminded, cs.Now().UTC())
	})
}

// ReminderWords are what the second reminder says in one language: its subject, and its text above the invitation's words.
// Empty ones are the audience's own.
type ReminderWords struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// WithReminderWords is a campaign whose second reminder says these words, by language; a language that is not named keeps its
// own. Problems: those of wording.Check.
func WithReminderWords(c survey.Campaign, words map[string]ReminderWords) (survey.Campaign, error) {
	if len(words) == 0 {
		return c, nil
	}
	all := maps.Clone(c.Wording)
	if all == nil {
		all = map[string]survey.Wording{}
	}
	for language, w := range words {
		own := all[language]
		own.Second, own.SecondText = w.Subject, w.Text
		if all[language] = own; own == (survey.Wording{}) {
			delete(all, language)
		}
	}
	c.Wording = all
	return c, wording.Check(c)
}

// RemindAgain makes the second reminder due at once, with these words, whether it would have gone by itself or not. It goes after
// the first, and once: a call that is made again sends nothing (reminded_twice). Other problems: those of survey.Campaign.RemindAgain and WithReminderWords.
func (cs *Campaigns) RemindAgain(ctx context.Context, id string, version *int, words map[string]ReminderWords) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) {
		first, reminded, err := cs.reminders(ctx, c.ID)
		if err != nil {
			return c, err
		}
		if c, err = c.RemindAgain(first, reminded, cs.Now().UTC()); err != nil {
			return c, err
		}
		if err := cs.Senders.Check(c.Sender); err != nil {
			return c, err
		}
		return WithReminderWords(c, words)
	})
}

// MayRemindAgain says why the second reminder cannot be sent now; nil where it can.
func (cs *Campaigns) MayRemindAgain(ctx context.Context, c survey.Campaign) error {
	first, reminded, err := cs.reminders(ctx, c.ID)
	if err == nil {
		_, err = c.RemindAgain(first, reminded, cs.Now().UTC())
	}
	return err
}

// reminders reads the first reminder's mailing (nil: not begun), and whether the second has begun.
func (cs *Campaigns) reminders(ctx context.Context, id survey.CampaignID) (first *survey.Mailing, again bool, err error) {
	m, begun, err := cs.Store.Mailing(ctx, id, survey.MailingReminder)
	if err != nil {
		return nil, false, err
	}
	if begun {
		first = &m
	}
	_, again, err = cs.Store.Mailing(ctx, id, survey.MailingSecond)
	return first, again, err
}

// reminderStore is what tells who is reminded. Every walk is of one shard, in the order of the contacts' ids.
type reminderStore interface {
	// WalkContacts calls each for the contacts, with the reason why nobody may write to it, if any. They come without person,
	// raw owner and times.
	WalkContacts(ctx context.Context, a survey.Audience, shard int, each func(survey.Contact, survey.SuppressionReason) error) error
	// WalkResponses calls each for the answers to a campaign, verified or not, after the given id, until it returns false.
	WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
	// WalkInvitations calls each for the decided invitations of a mailing.
	WalkInvitations(ctx context.Context, c survey.CampaignID, mailing, shard int, each func(survey.Invitation) error) error
}

// remindable is the rule of who is reminded, for the count before as for the plan: each is called for those of a shard who got
// the survey, with the reason why they are passed over; "" for who is reminded. heard is how many answers that count there are.
func remindable(ctx context.Context, s reminderStore, c survey.Campaign, shard int, each func(survey.Invitation, survey.SkipReason)) (heard int, err error) {
	stopped, answered := map[survey.ContactID]survey.SkipReason{}, map[survey.ContactID]bool{}
	err = s.WalkContacts(ctx, c.Audience, shard, func(contact survey.Contact, r survey.SuppressionReason) error {
		if contact.Mailbox == survey.NoMailbox { // it was taken away since
			stopped[contact.ID] = survey.SkipNoAddress
		} else if r != "" {
			stopped[contact.ID] = survey.SkipReason(r)
		} else if contact.Gone {
			stopped[contact.ID] = survey.SkipGone
		} else if c.Unconsented(contact) {
			stopped[contact.ID] = survey.SkipNoConsent
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if !c.Audience.Anonymous() { // of whom nobody knows who has answered: everybody is reminded
		err = s.WalkResponses(ctx, c.ID, shard, "", func(r survey.Response) (bool, error) {
			if answered[r.Contact] = r.Verified; r.Verified {
				heard++
			}
			return true, nil
		})
		if err != nil {
			return 0, err
		}
	}
	return heard, s.WalkInvitations(ctx, c.ID, survey.MailingInvitation, shard, func(i survey.Invitation) error {
		switch {
		case i.State != survey.InvitationSent && i.State != survey.InvitationUncertain: // never got the survey
		case stopped[i.Contact] != "":
			each(i, stopped[i.Contact])
		case answered[i.Contact]:
			each(i, survey.SkipAnswered)
		default:
			each(i, "")
		}
		return nil
	})
}

// ReminderCount is who a reminder would go to now: Invited, and Skipped by reason.
type ReminderCount struct {
	Invited   int                       `json:"invited"`
	Skipped   map[survey.SkipReason]int `json:"skipped"`
	Languages map[string]int            `json:"languages"` // of the invited
	Whole     bool                      `json:"whole"`     // everybody was looked at; otherwise there are more
}

// CountReminder counts who a reminder would go to, by the rule by which the sender then plans, for at most limit: shards that
// have not begun by then are left out, and the count is not Whole.
func (cs *Campaigns) CountReminder(ctx context.Context, c survey.Campaign, limit time.Duration) (ReminderCount, error) {
	const atOnce = 4
	n := ReminderCount{Skipped: map[survey.SkipReason]int{}, Languages: map[string]int{}, Whole: true}
	until := time.Now().Add(limit)
	shards := make(chan int, survey.ContactShards)
	for shard := range survey.ContactShards {
		shards <- shard
	}
	close(shards)
	var mu sync.Mutex
	var failed error
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for shard := range shards {
				late := time.Now().After(until)
				var err error
				if !late {
					_, err = remindable(ctx, cs.Store, c, shard, func(i survey.Invitation, why survey.SkipReason) {
						mu.Lock()
						defer mu.Unlock()
						if why != "" {
							n.Skipped[why]++
							return
						}
						n.Invited++
						n.Languages[i.Language]++
					})
				}
				mu.Lock()
				n.Whole, failed = n.Whole && !late, errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return n, failed
}

// number is the number of the letter that somebody wants to see.
func (l Letter) number() (int, error) {
	switch {
	case !survey.IsMailing(l.Mailing):
		return 0, apperr.New(apperr.Invalid, "parameter_choice", "wave", "Known", "0, 1, 2")
	case l.Reminder && l.Mailing == survey.MailingInvitation:
		return survey.MailingReminder, nil
	}
	return l.Mailing, nil
}
