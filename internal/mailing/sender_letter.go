package mailing

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// letters keeps the templates of one mailing of one campaign, one a language.
type letters struct {
	mu sync.Mutex
	by map[string]mail.Template
}

func (l *letters) of(c survey.Campaign, language string, mailing int) (mail.Template, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.by[language]; ok {
		return t, nil
	}
	t, err := mail.Survey(c, language, mailing)
	if err != nil {
		return t, err
	}
	if l.by == nil {
		l.by = map[string]mail.Template{}
	}
	l.by[language] = t
	return t, nil
}

// bulk makes the SES call of some contacts of a batch, in one language. Tags and headers name the person, and are what SES
// reports and mail servers read; a ballot stands in the body alone, so that nothing but the letter itself ties the two.
func (c *calls) bulk(ctx context.Context, language string, contacts []survey.Contact) (bulk mail.Bulk, err error) {
	t, err := c.letters.of(c.campaign, language, c.batch.Mailing)
	if err != nil {
		return bulk, err
	}
	written, err := c.written(ctx, language, contacts)
	if err != nil {
		return bulk, err
	}
	site, b := c.campaign.Site, c.batch
	bulk = mail.Bulk{From: mail.From(c.campaign, c.From), Subject: t.Subject, HTML: t.HTML, Text: t.Text}
	mailing := strconv.Itoa(b.Mailing)
	for _, p := range contacts {
		token := keys.Token{Campaign: b.Campaign, Contact: p.ID}
		unsubscribe := site + "/u/" + c.Keys.MakeUnsubscribe(token)
		tags := map[string]string{"kind": "survey", "campaign": string(b.Campaign), "wave": mailing, "contact": string(p.ID), "batch": survey.BatchTag(b.Name)}
		if p.Mailbox != "" { // a report of this letter is of this address, whatever the contact's is by then
			tags["mailbox"] = string(p.Mailbox)
		}
		var link string
		switch {
		case c.ballots(b):
			link = ballotLink(c.Keys, site, b.Campaign, ballot.Number(b.Cell), false, language)
		case !c.campaign.Audience.Anonymous():
			link = site + "/r/" + c.Keys.Make(token)
		}
		bulk.Entries = append(bulk.Entries, mail.Entry{
			To: p.Person.Email, Values: t.Values(p.Person, mail.Links{Survey: link, Unsubscribe: unsubscribe, Written: written[p.ID]}),
			Headers: mail.UnsubscribeHeaders(unsubscribe),
			// All of them on each entry: whether SES joins an entry's tags with the call's is not documented.
			Tags: tags,
		})
	}
	return bulk, nil
}

// written says of the recipients of a reminder to an anonymous audience on which day the letter with their ballot was written, which is
// all that there is to say of it.
func (c *calls) written(ctx context.Context, language string, contacts []survey.Contact) (map[survey.ContactID]string, error) {
	if !c.campaign.Audience.Anonymous() || !survey.IsReminder(c.batch.Mailing) {
		return nil, nil
	}
	firsts, err := c.Store.InvitationsOf(ctx, c.batch.Campaign, survey.MailingInvitation, ids(contacts))
	if err != nil {
		return nil, err
	}
	l, _ := lang.Parse(language)
	days := map[survey.ContactID]string{}
	for _, p := range contacts {
		at := c.campaign.Opened
		if i, ok := firsts[p.ID]; ok {
			at = i.At
		}
		days[p.ID] = l.Day(at.In(c.zone))
	}
	return days, nil
}

// prepare reads what the letters of a mailing need besides the campaign.
func (d *delivery) prepare(ctx context.Context) error {
	if d.campaign.Site == "" {
		d.campaign.Site = d.Links
	}
	d.campaign.Site = strings.TrimSuffix(d.campaign.Site, "/")
	var err error
	if d.rivals, err = d.senderRun.rivals(ctx, d.campaign, d.mailing); err != nil {
		return err
	}
	if d.joins, err = joinsFor(ctx, d.Store, d.campaign); err != nil {
		return err
	}
	if d.zone = time.UTC; !d.campaign.Audience.Anonymous() || !survey.IsReminder(d.mailing.Number) {
		return nil
	}
	set, err := d.Store.Settings(ctx)
	if zone := set.Location(); zone != nil {
		d.zone = zone
	}
	return err
}
