package mailing

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Notice tells the administrators of a campaign that stopped by itself: one letter each, once a halt.
type Notice struct {
	Store NoticeStore
	Mail  NoticeMail
	Log   *slog.Logger
	From  string // the sender of the letters
	Admin string // the deployment's administrator
	Site  string // base URL of the console; "": the letters have no link
}

// Tell writes to the administrators about a campaign whose halt they have not been told of; otherwise it does nothing. The
// turn is taken before, so that of two callers one writes. If no letter can be sent, which is logged, an hour later
// is another turn, for it may be SES itself that is closed.
func (n *Notice) Tell(ctx context.Context, c survey.Campaign, now time.Time) error {
	c, due := c.ClaimNotice(now)
	if !due {
		return nil
	}
	c, err := n.Store.SaveCampaign(ctx, c)
	if errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	if err != nil {
		return err
	}
	staff, err := n.Store.Staff(ctx)
	if err != nil {
		return err
	}
	letters := 0
	for _, who := range administrators(staff, n.Admin) {
		if err := n.write(ctx, c, who); err != nil {
			n.Log.Error("an administrator was not told that a campaign has stopped", "campaign", c.ID, "reason", c.Stopped, "error", err)
			continue
		}
		letters++
	}
	if letters == 0 {
		return nil
	}
	n.Log.Info("administrators told that a campaign has stopped", "campaign", c.ID, "letters", letters)
	if _, err = n.Store.SaveCampaign(ctx, c.NoticeSent()); errors.Is(err, apperr.ErrChanged) {
		return nil // resumed already
	}
	return err
}

func (n *Notice) write(ctx context.Context, c survey.Campaign, who survey.Staff) error {
	h := mail.HaltedData{
		From: n.From, To: who.Email, Language: who.Language, Campaign: c.Name, Reason: c.Stopped,
		Tags: map[string]string{"kind": "halted", "campaign": string(c.ID)},
	}
	if h.Language == "" {
		h.Language = c.Language
	}
	if n.Site != "" {
		h.URL = strings.TrimSuffix(n.Site, "/") + "/campaigns/" + string(c.ID)
	}
	m, err := mail.Halted(h)
	if err != nil {
		return err
	}
	_, err = n.Mail.Send(ctx, m)
	return err
}

// administrators are the deployment's address and the administrators of the staff, each address once, with the language
// that the staff list gives it.
func administrators(staff []survey.Staff, admin string) []survey.Staff {
	var all []survey.Staff
	seen := map[string]bool{}
	add := func(who survey.Staff) {
		email, err := survey.NormalizeEmail(who.Email)
		if err != nil || seen[email] {
			return
		}
		seen[email] = true
		who.Email = email
		all = append(all, who)
	}
	normal, _ := survey.NormalizeEmail(admin)
	for _, m := range staff {
		if email, err := survey.NormalizeEmail(m.Email); m.Role == survey.RoleAdministrator || err == nil && email == normal {
			add(m)
		}
	}
	add(survey.Staff{Email: admin})
	return all
}
