package history

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// placing is an answer on its way to its place.
type placing struct {
	answer
	contact      survey.Contact // what is known of who gave it, from the contacts and from the list
	id, origin   survey.ContactID
	key, name    string // of its campaign
	to           survey.AnswerPlace
	campaignName string
}

// place finds out which answers are there already, and writes the others.
func (im *Imports) place(ctx context.Context, p *progress, answers []answer, out *Outcome) error {
	if len(answers) == 0 {
		return ctx.Err()
	}
	pending, err := im.identify(ctx, p, answers)
	if err != nil {
		return err
	}
	if p.Dimensions == nil && len(pending) > 0 {
		p.Dimensions = p.chosen(pending)
	}
	for len(pending) > 0 {
		if pending, err = im.placeSome(ctx, p, pending, out); err != nil {
			return err
		}
	}
	return nil
}

// chosen are what the answers can be looked at by: of another workspace's what they could be there, else what the first of them show.
func (p *progress) chosen(first []*placing) []string {
	if l := p.List.JSON; l != nil && l.Ours {
		return slices.Concat([]string{}, l.Dimensions)
	}
	asked := survey.Asked{}
	for _, a := range first {
		asked.Count(a.contact)
	}
	return slices.Concat([]string{}, asked.Choose(p.known))
}

// identify finds the contacts of answers, makes those that are to be made, and says what each answer is known by.
func (im *Imports) identify(ctx context.Context, p *progress, answers []answer) ([]*placing, error) {
	mails := map[string]survey.ContactID{}
	for _, a := range answers {
		if a.email != "" {
			mails[a.email] = im.Keys.ContactID(p.audience, a.email)
		}
	}
	found, err := im.contacts(ctx, p, slices.Collect(maps.Values(mails)))
	if err != nil {
		return nil, err
	}
	if p.Create && !p.Look {
		if err := im.create(ctx, p, answers, mails, found); err != nil {
			return nil, err
		}
	}
	all := make([]*placing, 0, len(answers))
	for _, a := range answers {
		mail := mails[a.email]
		if _, erased := p.blocked[im.Keys.Erased(mail)]; a.email != "" && erased {
			p.Total.Erased++
			continue
		}
		c := &placing{answer: a, contact: a.contact}
		if known, ok := found[mail]; ok {
			c.id, c.contact = known.ID, over(known, a.contact)
		} else {
			p.Total.Nobodys++
		}
		c.origin = im.originOf(p, a)
		c.key, c.name = p.wave(a)
		all = append(all, c)
	}
	return all, nil
}

// originOf is what an answer is known by.
func (im *Imports) originOf(p *progress, a answer) survey.ContactID {
	when := strconv.FormatInt(a.written.UnixMilli(), 10)
	if a.origin != "" {
		return im.Keys.Origin(p.audience, "id", a.origin, when)
	}
	who := cmp.Or(a.email, a.name)
	parts := []string{"who", who, when, strconv.Itoa(a.score)}
	if who == "" {
		parts = append(parts, strconv.Itoa(p.alike.next(im.Keys.Origin(p.audience, parts...))))
	}
	return im.Keys.Origin(p.audience, parts...)
}

// contacts finds contacts by the ids of their addresses.
func (im *Imports) contacts(ctx context.Context, p *progress, mails []survey.ContactID) (map[survey.ContactID]survey.Contact, error) {
	ask := make([]survey.Identifier, len(mails))
	for i, m := range mails {
		ask[i] = survey.Identifier{Kind: survey.ByMail, Hash: m}
	}
	whose, err := im.Store.Identified(ctx, p.audience, ask, false)
	if err != nil {
		return nil, err
	}
	ids := make([]survey.ContactID, 0, len(mails))
	of := map[survey.ContactID]survey.ContactID{}
	for i, m := range mails {
		of[m] = cmp.Or(whose[ask[i]].Contact, m)
		ids = append(ids, of[m])
	}
	slices.Sort(ids)
	all, err := im.Store.Contacts(ctx, p.audience, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	found := make(map[survey.ContactID]survey.Contact, len(all))
	for m, id := range of {
		if c, ok := all[id]; ok {
			found[m] = c
		}
	}
	return found, nil
}

// create makes the contacts that are not known, and adds them to found. Those that an earlier try of the part has made count as made.
func (im *Imports) create(ctx context.Context, p *progress, answers []answer, mails map[string]survey.ContactID, found map[survey.ContactID]survey.Contact) error {
	var made []survey.Contact
	met := map[survey.ContactID]bool{}
	for _, a := range answers {
		id := mails[a.email]
		if _, erased := p.blocked[im.Keys.Erased(id)]; a.email == "" || erased || met[id] {
			continue
		}
		met[id] = true
		known, there := found[id]
		if there && known.Created.Before(p.begun) {
			continue
		}
		c := a.contact
		c.ID, c.Audience, c.Attrs, c.Person = id, p.audience, nil, survey.Person{Email: a.email, Name: a.name}
		if there && (known.ID != id || !known.Same(c)) {
			continue
		}
		found[id] = c
		made = append(made, c)
	}
	if len(made) == 0 {
		return nil
	}
	done, err := im.Store.UpsertContacts(ctx, made, survey.UploadMark{Upload: p.id, Part: p.part, Begin: p.begin}, im.Now().UTC())
	p.Total.Contacts += done.New
	return err
}

// over is what is known of a contact, with what a list says where nothing is.
func over(known, said survey.Contact) survey.Contact {
	c := known
	c.Team, c.Owner = cmp.Or(c.Team, said.Team), cmp.Or(c.Owner, said.Owner)
	c.Location, c.Product, c.Tier = cmp.Or(c.Location, said.Location), cmp.Or(c.Product, said.Product), cmp.Or(c.Tier, said.Tier)
	c.Language = cmp.Or(said.Language, c.Language) // that of the answer
	if len(said.Attrs) > 0 {
		c.Attrs = maps.Clone(said.Attrs)
		maps.Copy(c.Attrs, known.Attrs)
	}
	return c
}

// slot is the id under which an answer lies in its campaign.
func (a *placing) slot() survey.ContactID { return cmp.Or(a.id, a.origin) }

// placeSome writes what can be written, and returns those at whose place somebody else's answer came meanwhile.
func (im *Imports) placeSome(ctx context.Context, p *progress, pending []*placing, out *Outcome) (again []*placing, err error) {
	there, origins, err := im.look(ctx, p, pending)
	if err != nil {
		return nil, err
	}
	claimed := map[survey.AnswerPlace]survey.ContactID{}
	var write []*placing
	for _, a := range pending {
		if at, ok := origins[a.origin]; ok {
			mine := there[at].Import == p.imported()
			im.count(p, a, at.Campaign, mine && !p.met[a.origin], out)
			continue
		}
		twice := false
		for n := 0; ; n++ {
			a.to = survey.AnswerPlace{Campaign: im.nth(p.waves, p, a.key, n), Contact: a.slot()}
			by, taken := claimed[a.to]
			if twice = taken && by == a.origin; twice || !taken && !there[a.to].There {
				a.campaignName = a.name
				if n > 0 {
					a.campaignName += " (" + strconv.Itoa(n+1) + ")"
				}
				break
			}
		}
		if twice {
			im.count(p, a, a.to.Campaign, false, out)
			continue
		}
		claimed[a.to] = a.origin
		write = append(write, a)
	}
	if p.Look {
		for _, a := range write {
			im.count(p, a, a.to.Campaign, !p.met[a.origin], out)
		}
		return nil, p.tooMany()
	}
	return im.write(ctx, p, write, out)
}

func (p *progress) imported() string { return p.id + "." + strconv.Itoa(p.part) }

// look reads what stands where answers may be, or are to go; origins are the places of those that are there.
func (im *Imports) look(ctx context.Context, p *progress, pending []*placing) (there map[survey.AnswerPlace]survey.BroughtAnswer, origins map[survey.ContactID]survey.AnswerPlace, err error) {
	ask := map[survey.AnswerPlace]bool{}
	spans := map[time.Time][]survey.CampaignID{} // by day: many answers are of one
	for _, a := range pending {
		chain, err := im.of(ctx, p.waves, p, a.key)
		if err != nil {
			return nil, nil, err
		}
		spanning, ok := spans[a.at]
		if !ok {
			spanning = p.waves.spanning(a.at)
			if !a.written.Equal(a.at) { // brought in while no clock was set
				spanning = slices.Concat(spanning, p.waves.spanning(a.written))
			}
			spans[a.at] = spanning
		}
		for _, c := range slices.Concat(chain, spanning) {
			if p.waves.mine[c] {
				continue
			}
			ask[survey.AnswerPlace{Campaign: c, Contact: a.slot()}] = true
			ask[survey.AnswerPlace{Campaign: c, Contact: a.origin}] = true
		}
	}
	there, err = im.Store.BroughtAt(ctx, slices.Collect(maps.Keys(ask)), false)
	origins = map[survey.ContactID]survey.AnswerPlace{}
	for at, b := range there {
		if b.There && b.Origin != "" {
			origins[survey.ContactID(b.Origin)] = at
		}
	}
	return there, origins, err
}

// count notes what became of an answer.
func (im *Imports) count(p *progress, a *placing, in survey.CampaignID, isNew bool, out *Outcome) {
	name := a.campaignName
	if c, ok := p.waves.known[in]; ok {
		name = c.Name
	}
	if p.met[a.origin] = true; isNew {
		out.New++
	} else {
		out.Unchanged++
	}
	p.Total.note(in, name, a.answer)
}

// tooMany refuses a list that would make a campaign of nearly every answer.
func (p *progress) tooMany() error {
	if len(p.Total.Campaigns) > maxCampaigns {
		return apperr.New(apperr.Invalid, "history_campaigns", "into", "Limit", maxCampaigns)
	}
	return nil
}

// write makes or changes the campaigns, and then writes the answers.
func (im *Imports) write(ctx context.Context, p *progress, write []*placing, out *Outcome) (again []*placing, err error) {
	type span struct {
		name        string
		first, last time.Time
	}
	spans := map[survey.CampaignID]*span{}
	for _, in := range p.Total.Campaigns {
		spans[in.ID] = nil
	}
	for _, a := range write {
		s := spans[a.to.Campaign]
		if s == nil {
			s = &span{a.campaignName, a.at, a.at}
			spans[a.to.Campaign] = s
		}
		if a.at.Before(s.first) {
			s.first = a.at
		}
		if a.at.After(s.last) {
			s.last = a.at
		}
	}
	if len(spans) > maxCampaigns {
		return nil, apperr.New(apperr.Invalid, "history_campaigns", "into", "Limit", maxCampaigns)
	}
	for _, id := range slices.Sorted(maps.Keys(spans)) {
		if s := spans[id]; s != nil {
			if err := im.ensure(ctx, p, id, s.name, s.first, s.last); err != nil {
				return nil, err
			}
		}
	}
	var gone map[survey.AnswerPlace]survey.BroughtAnswer
	if p.marks {
		places := make([]survey.AnswerPlace, len(write))
		for i, a := range write {
			places[i] = a.to
		}
		if gone, err = im.Store.BroughtAt(ctx, places, true); err != nil {
			return nil, err
		}
	}
	rs := make([]survey.Response, len(write))
	for i, a := range write {
		rs[i] = a.response(p, gone[a.to].Version+1)
	}
	taken, err := im.Store.AddBrought(ctx, rs)
	if err != nil {
		return nil, err
	}
	for i, a := range write {
		if taken[i] { // by another import, which may be the same list
			delete(p.waves.mine, a.to.Campaign)
			again = append(again, a)
			continue
		}
		im.count(p, a, a.to.Campaign, true, out)
	}
	return again, nil
}

func (a *placing) response(p *progress, version int) survey.Response {
	return survey.Response{
		Campaign: a.to.Campaign, Contact: a.to.Contact, Audience: p.audience, Owner: a.contact.Owner, Team: a.contact.Team, Language: a.contact.Language,
		Account: a.contact.Account, Segments: survey.SegmentsOf(a.contact, p.waves.known[a.to.Campaign].Dimensions), Score: a.score, Verified: true, Why: a.why, Wish: a.wish,
		First: a.at, Counted: a.at, Updated: a.at, Version: version, Import: p.imported(), Origin: string(a.origin),
	}
}
