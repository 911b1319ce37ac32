package followup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// kindTold is the kind of a letter that tells a respondent what was done.
const kindTold = "told"

// Teller tells respondents what was done about their answers, once a case is resolved and its owner wants it: at most once.
type Teller struct {
	Cases *Cases
	Store TellStore
	Mail  Mail
	Log   *slog.Logger
	From  string // the sender of letters where a campaign has none
	Keys  TellKeys
}

// TellKeys signs the links of such a letter: a respondent's own, and that which unsubscribes.
type TellKeys interface {
	Make(t keys.Token) string
	MakeUnsubscribe(t keys.Token) string
}

// Telling is what somebody wants a respondent to be told.
type Telling struct {
	Version int // of the case as it was read; 0: whatever it is
	Text    string
	Again   bool   // also where nobody knows whether it was sent before
	Links   string // base of the letter's links, where the campaign was launched nowhere
}

// TellStore is what it needs of the table besides Cases'.
type TellStore interface {
	// Suppression reads why and since when nobody writes to a contact; ok is false where one may.
	Suppression(ctx context.Context, a survey.Audience, id survey.ContactID) (v survey.Suppression, ok bool, err error)
	// Told reads whether a respondent was told what was done.
	Told(ctx context.Context, c survey.CampaignID, id survey.ContactID) (t survey.Told, ok bool, err error)
	// SaveTold writes it if it still has the version that was read; apperr.ErrChanged.
	SaveTold(ctx context.Context, t survey.Told) error
}

// Tell writes to a case's respondent. Problems besides those of Cases.Case and loop.Case.Tell: case_changed, tell_gone, tell_address, tell_stopped, tell_refused, tell_unknown: nobody knows whether it
// went out.
func (t *Teller) Tell(ctx context.Context, who authz.Who, id string, in Telling) (loop.Case, error) {
	was, err := t.Cases.Case(ctx, who, id)
	if err != nil {
		return was, err
	}
	if in.Version != 0 && in.Version != was.Version {
		return was, apperr.New(apperr.Conflict, "case_changed", "version", "Version", was.Version)
	}
	known, err := ReadFacts(ctx, t.Cases.Store, was)
	if err != nil {
		return was, err
	}
	if err := t.may(ctx, known); err != nil {
		return was, err
	}
	now := t.Cases.Now().UTC()
	begun, note, err := was.Tell(strings.ReplaceAll(in.Text, "\r\n", "\n"), in.Again, who.Staff.ID, now)
	if err != nil {
		return was, err
	}
	m, err := t.letter(ctx, known, note.Text, in.Links, who)
	if err != nil {
		return was, err
	}
	begun, err = t.Cases.Store.SaveCaseAnd(ctx, was, begun, []loop.Note{note})
	if errors.Is(err, apperr.ErrChanged) {
		return was, apperr.New(apperr.Conflict, "changed_meanwhile", "case")
	}
	if err == nil {
		err = t.opens(ctx, begun) // before the letter, so that whoever answers it at once is heard
	}
	if err != nil {
		return begun, err
	}
	limited, cancel := context.WithTimeout(ctx, loop.SendLimit)
	defer cancel()
	_, err = t.Mail.Send(limited, m)
	refusal := mail.RefusalOf(err)
	if err != nil && (refusal == nil || !refusal.Message) {
		t.Log.Error("nobody knows whether a respondent was told", "case", id, "error", err)
		return begun, apperr.New(apperr.Conflict, "tell_unknown", "tell")
	}
	after, recorded := t.record(context.WithoutCancel(ctx), begun, err == nil, who.Staff.ID)
	switch {
	case recorded != nil:
		return begun, fmt.Errorf("told, but not recorded: %w", recorded)
	case err != nil:
		return after, apperr.New(apperr.Conflict, "tell_refused", "tell")
	}
	return after, nil
}

// may says why a respondent cannot be written to.
func (t *Teller) may(ctx context.Context, f Facts) error {
	switch {
	case f.Gone:
		return apperr.New(apperr.Conflict, "tell_gone", "tell")
	case f.Contact.Person.Email == "":
		return apperr.New(apperr.Conflict, "tell_address", "tell")
	}
	stopped, is, err := t.Store.Suppression(ctx, f.Case.Audience, f.Case.Contact)
	if err == nil && is {
		err = apperr.New(apperr.Conflict, "tell_stopped", "tell", "Reason", string(stopped.Reason))
	}
	return err
}

func (t *Teller) letter(ctx context.Context, f Facts, text, links string, who authz.Who) (mail.Message, error) {
	set, err := t.Cases.Store.Settings(ctx)
	if err != nil {
		return mail.Message{}, err
	}
	d := mail.ToldData{
		From: cmp.Or(f.Campaign.Sender, t.From), To: f.Contact.Person.Email, ReplyTo: who.Staff.Email, Language: f.Campaign.LanguageFor(cmp.Or(f.Case.Language, f.Contact.Language)),
		Company: cmp.Or(f.Campaign.Company, set.Company), Person: f.Contact.Person, Text: text,
		Tags: map[string]string{"kind": kindTold, "campaign": string(f.Case.Campaign), "case": f.Case.ID()},
	}
	if f.Response.Score != loop.NoScore {
		d.Answered = f.Response.Counted.In(f.Campaign.Clock())
	}
	base, token := strings.TrimSuffix(cmp.Or(f.Campaign.Site, links), "/"), keys.Token{Campaign: f.Case.Campaign, Contact: f.Case.Contact}
	d.Link, d.Unsubscribe = base+"/d/"+t.Keys.Make(token), base+"/u/"+t.Keys.MakeUnsubscribe(token)
	return mail.Told(d)
}

// opens lets the respondent's page take an answer to this letter, and forgets what was said to an earlier one.
func (t *Teller) opens(ctx context.Context, c loop.Case) error {
	for range maxCaseTries {
		told, _, err := t.Store.Told(ctx, c.Campaign, c.Contact)
		if err != nil {
			return err
		}
		err = t.Store.SaveTold(ctx, survey.Told{Campaign: c.Campaign, Contact: c.Contact, At: c.Telling, Version: told.Version})
		if !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "changed_meanwhile", "case")
}

func (t *Teller) record(ctx context.Context, was loop.Case, sent bool, by string) (loop.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, recordLimit)
	defer cancel()
	for range maxCaseTries {
		after, changed := was.WasTold(sent, by, t.Cases.Now().UTC())
		if !changed {
			return was, nil
		}
		saved, err := t.Cases.Store.SaveCaseAnd(ctx, was, after, nil)
		if !errors.Is(err, apperr.ErrChanged) {
			return saved, err
		}
		if was, err = t.Cases.Store.CaseByID(ctx, was.ID()); err != nil {
			return was, err
		}
	}
	return was, errors.New("case changed too often")
}

// Said takes what a respondent says to that letter. Again changes nothing; a case that is gone is no error.
func (r *Round) Said(ctx context.Context, t survey.Told) error {
	for range maxTries {
		was, there, err := r.Store.Case(ctx, t.Campaign, t.Contact)
		if err != nil || !there {
			return err
		}
		if t.Said == survey.RightedNo {
			if was, err = r.planned(ctx, was); err != nil {
				return err
			}
		}
		after, changed := was.Said(t)
		if !changed {
			return nil
		}
		if _, err = r.Store.SaveCase(ctx, was, after); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return fmt.Errorf("case of campaign %s changed %d times while its respondent's word was entered", t.Campaign, maxTries)
}
