package firststeps

import (
	"context"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

func (s *Steps) setUp(ctx context.Context) ([]Step, error) {
	var company, sender, zone, staff, contacts bool
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		set, err := s.Store.Settings(ctx)
		if err != nil {
			return err
		}
		sender, zone = s.verified(ctx, set), set.Zone != ""
		if company = set.Company != ""; company {
			return nil
		}
		campaigns, err := s.newest(ctx)
		company = slices.ContainsFunc(campaigns, func(c survey.Campaign) bool { return c.Company != "" })
		return err
	})
	g.Go(func() error {
		all, err := s.Store.Staff(ctx)
		staff = slices.ContainsFunc(all, func(m survey.Staff) bool { return m.Role != survey.RoleAdministrator })
		return err
	})
	g.Go(func() (err error) { contacts, err = s.anyContact(ctx); return err })
	err := g.Wait()
	return []Step{{ID: Company, Done: company}, {ID: Sender, Done: sender}, {ID: Zone, Done: zone}, {ID: Staff, Done: staff}, {ID: Contacts, Done: contacts}}, err
}

// verified asks whether letters may come from whom new campaigns name. Where the mail service cannot be asked, that is not
// known, and so not done.
func (s *Steps) verified(ctx context.Context, set survey.Settings) bool {
	from := set.Sender
	if from == "" {
		from = s.Sender
	}
	a, err := survey.ReadSender(from)
	if err != nil {
		return false
	}
	ok, err := s.Verified(ctx, a.Address)
	return ok && err == nil
}

// anyContact reports whether an audience has somebody in it.
func (s *Steps) anyContact(ctx context.Context) (bool, error) {
	var found atomic.Bool
	g, ctx := errgroup.WithContext(ctx)
	for _, a := range survey.Audiences {
		g.Go(func() (err error) {
			for from := new(survey.Cursor); from != nil && err == nil && !found.Load(); {
				from, err = s.Store.ContactsPage(ctx, a, *from, 1, func(survey.Contact, survey.SuppressionReason) { found.Store(true) })
			}
			return err
		})
	}
	err := g.Wait()
	return found.Load(), err
}

func (s *Steps) round(ctx context.Context) ([]Step, error) {
	kept, err := s.Store.FirstSteps(ctx)
	if err != nil {
		return nil, err
	}
	campaigns, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	var drafts, launched []survey.Campaign
	for _, c := range campaigns {
		if c.Audience.Anonymous() { // of their answers there are no cases: a round of theirs ends with the opening
			continue
		}
		if !c.Launched.IsZero() {
			launched = append(launched, c)
		} else if c.State == survey.Draft {
			drafts = append(drafts, c)
		}
	}
	launched = launched[:min(len(launched), launchedLooked)]
	own := slices.DeleteFunc(slices.Clone(launched), func(c survey.Campaign) bool { return c.Launched.Before(kept.Since) })
	found := make([][]loop.Case, len(own))
	g, ctx := errgroup.WithContext(ctx)
	for i, c := range own {
		g.Go(func() (err error) { found[i], _, err = s.Store.SomeCases(ctx, c.ID, someCases); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	cases := slices.Concat(found...)
	taken := func(c loop.Case) bool { return c.State != loop.Open }
	resolved := func(c loop.Case) bool { return c.State == loop.Resolved }
	return []Step{
		{Launch, len(own) > 0, drafts},
		{Answer, len(cases) > 0, launched},
		{Letter, slices.ContainsFunc(cases, taken), launched},
		{Talk, slices.ContainsFunc(cases, resolved), launched},
		{Executive, !kept.Looked.IsZero(), launched},
	}, nil
}
