package mailing

import (
	"strconv"
	"strings"
	"sync"

	"onetap/internal/keys"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// letters keeps the templates of one mailing of one campaign, one a language.
type letters struct {
	mu sync.Mutex
	by map[string]mail.Template
}

func (l *letters) of(c survey.Campaign, b survey.Batch) (mail.Template, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.by[b.Language]; ok {
		return t, nil
	}
	t, err := mail.Survey(c, b.Language, b.Mailing)
	if err != nil {
		return t, err
	}
	if l.by == nil {
		l.by = map[string]mail.Template{}
	}
	l.by[b.Language] = t
	return t, nil
}

// bulk makes the SES call of some contacts of a batch.
func (d *delivery) bulk(t mail.Template, b survey.Batch, contacts []survey.Contact) mail.Bulk {
	site := d.campaign.Site
	if site == "" {
		site = d.Links
	}
	site = strings.TrimSuffix(site, "/")
	bulk := mail.Bulk{From: mail.From(d.campaign, d.From), Subject: t.Subject, HTML: t.HTML, Text: t.Text}
	mailing := strconv.Itoa(b.Mailing)
	for _, c := range contacts {
		token := keys.Token{Campaign: b.Campaign, Contact: c.ID}
		unsubscribe := site + "/u/" + d.Keys.MakeUnsubscribe(token)
		tags := map[string]string{"kind": "survey", "campaign": string(b.Campaign), "wave": mailing, "contact": string(c.ID), "batch": survey.BatchTag(b.Name)}
		if c.Mailbox != "" { // a report of this letter is of this address, whatever the contact's is by then
			tags["mailbox"] = string(c.Mailbox)
		}
		bulk.Entries = append(bulk.Entries, mail.Entry{
			To: c.Person.Email, Values: t.Values(c.Person, site+"/r/"+d.Keys.Make(token), unsubscribe),
			Headers: mail.UnsubscribeHeaders(unsubscribe),
			// All of them on each entry: whether SES joins an entry's tags with the call's is not documented.
			Tags: tags,
		})
	}
	return bulk
}
