package chaos

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/local/attack"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// Of so few a box keeps nothing, and of so few no words.
const leastAnswers, leastWords = 5, 10

// checkBox holds what came out of the box against what employees did, and lets the attacker try to name them.
func (d *director) checkBox(ctx context.Context, t rows) error {
	if d.box == nil || !d.box.launched {
		return nil
	}
	c := t.campaigns[d.box.id]
	if c == nil {
		d.broke("lost", 1, "the campaign of employees is not in the table")
		return nil
	}
	d.checkLetters(&d.box.campaign, -1, 0, c, t.contacts)
	d.checkLetters(&d.box.campaign, -1, 1, c, t.contacts)
	if err := d.checkLedger(ctx, &d.box.campaign, -1, 0, c, t.contacts); err != nil {
		return err
	}
	table, err := d.watch.Look(ctx)
	if err != nil {
		return err
	}
	_, box, err := boxOf(table, d.box.id)
	if err != nil {
		return err
	}
	var people [][]said // what each may have said last
	for _, contact := range d.box.voted {
		people = append(people, d.answerOf(d.box.id, contact).possible())
	}
	d.checkOpened(c, box, people)
	words, err := startpage.OpenTable(d.stack.AWS(), d.stack.TableName()).WordsOf(ctx, survey.CampaignID(d.box.id))
	if err != nil {
		return err
	}
	d.checkWords(words, box, people)
	for _, i := range table {
		pk, sk := string(i["pk"]), string(i["sk"])
		if strings.HasPrefix(pk, "BOX#"+d.box.id) || pk == "OPENING#"+d.box.id && strings.HasPrefix(sk, "PAGE#") {
			d.broke("broken", 1, "an opened box has left %s", sk[:4])
		}
	}
	held, err := d.watch.Held()
	if err != nil {
		return err
	}
	for _, w := range words {
		held.Words = append(held.Words, attack.Said{Group: w.Values, Why: w.Why})
	}
	d.linkable, d.linked = held.Linkable(d.box.id, d.truth())
	if d.linkable > 0 {
		d.broke("linkable", d.linkable, "%d of %d employees are named: %v", d.linkable, len(d.box.voted), d.linked)
	}
	return nil
}

// truth is who answered what, as far as people know it, in the order in which they did; and who did not.
func (d *director) truth() (all []attack.Person) {
	of := map[string]attack.Person{}
	for _, l := range d.letters {
		if _, token := l.Ballot(); token != "" && l.Tags["campaign"] == d.box.id {
			of[l.Tags["contact"]] = attack.Person{Contact: l.Tags["contact"], Address: l.To[0], Ballot: token}
		}
	}
	for _, contact := range d.box.voted {
		p := of[contact]
		if c, paper := d.box.cards[contact]; paper {
			p = attack.Person{Code: strings.ReplaceAll(c.Code, " ", ""), Ballot: ballotOf(c)}
		}
		if s := d.answerOf(d.box.id, contact).possible()[0]; s.exists {
			p.Answered, p.Score, p.Words = true, s.score, s.why
		}
		all = append(all, p)
		delete(of, contact)
	}
	for _, p := range of {
		all = append(all, p)
	}
	return all
}

// ballotOf is the token of a card's link.
func ballotOf(c card) string {
	_, token, _ := strings.Cut(c.URL, "/b/")
	token, _, _ = strings.Cut(token, "?")
	return token
}

// checkOpened compares the answers that came out with those that people gave. Each is one person's last one, and nobody's is missing
// unless there were so few that nothing may be kept.
func (d *director) checkOpened(c *campaignRows, box opened, people [][]said) {
	var scores []int
	for _, r := range c.responses {
		scores = append(scores, r.number("score"))
	}
	reached := 0
	for _, i := range c.invited[0] {
		if i.text("state") == "sent" {
			reached++
		}
	}
	reached += c.printed
	if box.Surplus > 0 {
		d.broke("doubled", box.Surplus, "the box says that there were %d answers more than letters and cards", box.Surplus)
	}
	if box.Kept != len(scores) || box.Spoiled > 0 {
		d.broke("drift", 1, "the box says that %d answers were kept and %d spoiled, %d are stored", box.Kept, box.Spoiled, len(scores))
	}
	least, most := 0, len(people)
	for _, p := range people {
		if !slices.ContainsFunc(p, func(s said) bool { return !s.exists }) {
			least++
		}
	}
	switch {
	case len(scores) == 0 && (least < leastAnswers || reached < leastAnswers):
	case len(scores) > 0 && (most < leastAnswers || reached < leastAnswers):
		d.broke("broken", 1, "of %d answers of %d people %d are kept", most, reached, len(scores))
	case !assigned(people, scores):
		n := max(1, least-len(scores), len(scores)-most)
		kind := "lost"
		if len(scores) > most {
			kind = "doubled"
		}
		d.broke(kind, n, "out of the box came %v; %d to %d people have answered, by what they did each one of %v", scores, least, most, people)
	}
}

// checkWords compares the words that came out with those that people wrote: none twice, none of somebody else, none missing unless there
// were so few.
func (d *director) checkWords(words []survey.Words, box opened, people [][]said) {
	wrote := map[string]int{}
	for n, p := range people {
		for _, s := range p {
			wrote[s.why] = n + 1
		}
	}
	seen, stored := map[int]bool{}, 0
	for _, w := range words {
		stored++
		switch who := wrote[w.Why]; {
		case who == 0:
			d.broke("broken", 1, "words came out of the box that nobody wrote last")
		case seen[who]:
			d.broke("doubled", 1, "somebody's words came out of the box twice")
		default:
			seen[who] = true
		}
	}
	if stored > 0 && box.Kept < leastWords || stored != box.Words || stored > 0 && stored != box.Kept {
		d.broke("lost", max(1, box.Kept-stored), "%d answers were kept and words of %d", box.Kept, stored)
	}
}

// assigned reports whether each score can be one person's last one, so that nobody who surely has answered is left over.
func assigned(people [][]said, scores []int) bool {
	var left [11]int
	for _, s := range scores {
		left[s]++
	}
	people = slices.SortedFunc(slices.Values(people), func(a, b []said) int { return len(a) - len(b) }) // those who surely did first
	tries := 0
	var fits func(from, rest int) bool
	fits = func(from, rest int) bool {
		if from == len(people) {
			return rest == 0
		}
		if tries++; tries > 1_000_000 {
			return true // too many pages broke to tell
		}
		for _, s := range people[from] {
			switch {
			case !s.exists && len(people)-from-1 >= rest && fits(from+1, rest):
				return true
			case s.exists && left[s.score] > 0:
				left[s.score]--
				ok := fits(from+1, rest-1)
				left[s.score]++
				if ok {
					return true
				}
			}
		}
		return false
	}
	return fits(0, len(scores))
}
