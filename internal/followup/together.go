package followup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/mail"
)

const (
	// maxTogether is how many customers one letter is about: their cases' names have to fit its tags, and mail programs cut a
	// letter of more than 100 KB.
	maxTogether = 24
	// casesTag names the cases of a letter about several, up to perTag of them in a tag: cases, cases_2 and so on. A tag's value
	// has at most 256 characters.
	casesTag = "cases"
	perTag   = 9
)

// together sends one letter about several cases of one owner, and alone what is alone. It returns how many could not be told.
func (r *Round) together(ctx context.Context, cs []loop.Case) (failed int) {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < recordLimit {
		return 0 // too late to begin; the next minute does it
	}
	limited, cancel := context.WithTimeout(ctx, loop.SendLimit)
	defer cancel()
	mine, failed := r.claim(limited, cs)
	if len(mine) > 1 {
		told, lost := r.worthTelling(limited, mine)
		failed += lost
		mine = nil
		for _, letter := range told {
			if len(letter) == 1 {
				mine = append(mine, letter[0].Case)
			} else if err := r.tellOf(ctx, limited, letter); err != nil {
				r.Log.Error("alerts not sent; the clock tries again", "cases", len(letter), "error", err)
				failed += len(letter)
			}
		}
	}
	for _, c := range mine {
		if r.deliver(ctx, c) != nil {
			failed++
		}
	}
	return failed
}

// worthTelling reads what is known of claimed cases and sorts them by who is told. What has nothing to say any more is put away.
func (r *Round) worthTelling(ctx context.Context, cs []loop.Case) (letters [][]facts, failed int) {
	known, errs := make([]facts, len(cs)), make([]error, len(cs))
	g := errgroup.Group{}
	g.SetLimit(dueAtOnce)
	for i, c := range cs {
		g.Go(func() error {
			known[i], errs[i] = r.facts(ctx, c)
			return nil
		})
	}
	_ = g.Wait() // each has its own error
	for i, f := range known {
		err := errs[i]
		says := false
		if err == nil {
			says, err = r.says(ctx, f)
		}
		switch {
		case err != nil:
			failed++
		case says:
			at := slices.IndexFunc(letters, func(l []facts) bool { return l[0].To.Staff.Email == f.To.Staff.Email })
			if at < 0 {
				at, letters = len(letters), append(letters, nil)
			}
			letters[at] = append(letters[at], f)
		}
	}
	return letters, failed
}

// says reports whether a claimed case still has something to say. What has not is recorded, or dropped.
func (r *Round) says(ctx context.Context, f facts) (bool, error) {
	claim := f.Case.Alert.Claim
	if f.Case.Unsettled(f.Response, claim) {
		if err := r.Store.DropCase(ctx, f.Case); !errors.Is(err, apperr.ErrChanged) {
			return false, err
		}
	}
	if f.Case.Says(f.Response) {
		return true, nil
	}
	_, err := r.record(ctx, f.Case, func(c loop.Case) (loop.Case, bool) { return c.Unneeded(claim) })
	return false, err
}

// tellOf sends one letter about several cases and records it with each.
func (r *Round) tellOf(ctx, limited context.Context, letter []facts) error {
	m, err := r.lettersOf(letter)
	if err != nil {
		return err
	}
	id, err := r.Mail.Send(limited, m)
	if refusal := mail.RefusalOf(err); refusal != nil && refusal.Message {
		return r.refuseAll(limited, letter, err)
	}
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	var unrecorded error
	for _, f := range letter {
		claim := f.Case.Alert.Claim
		_, err := r.record(limited, f.Case, func(c loop.Case) (loop.Case, bool) { return c.Sent(claim, id, f.Response, f.To, r.Now()) })
		if err != nil {
			unrecorded = fmt.Errorf("sent, but not recorded of each: %w", err)
		}
	}
	r.Log.Info("alerts sent in one letter", "cases", len(letter), "responsible", letter[0].To.Level, "message", id)
	return unrecorded
}

// refuseAll makes the next ones responsible for cases whose responsible the mail service refuses to write to. They are told within
// the next minute.
func (r *Round) refuseAll(ctx context.Context, letter []facts, refusal error) error {
	for _, f := range letter {
		next, ok, err := r.after(ctx, f.Case)
		if err != nil || !ok {
			return errors.Join(refusal, err)
		}
		claim := f.Case.Alert.Claim
		if _, err := r.record(ctx, f.Case, func(c loop.Case) (loop.Case, bool) { return c.Refuse(claim, next, r.Now()) }); err != nil {
			return err
		}
	}
	r.Log.Warn("alerts refused; the next ones are told", "cases", len(letter), "error", refusal)
	return nil
}

// tagsOf names the cases of a letter.
func tagsOf(cs []loop.Case) map[string]string {
	tags := map[string]string{"kind": kindTogether}
	n := 0
	for part := range slices.Chunk(cs, perTag) {
		ids := make([]string, len(part))
		for i, c := range part {
			ids[i] = c.ID()
		}
		name := casesTag
		if n++; n > 1 {
			name = fmt.Sprintf("%s_%d", casesTag, n)
		}
		tags[name] = strings.Join(ids, "_")
	}
	return tags
}

// casesOf are the ids of the cases that a letter with these tags is about.
func casesOf(tags map[string]string) []string {
	if one := tags["case"]; one != "" {
		return []string{one}
	}
	var ids []string
	for name, value := range tags {
		if name == casesTag || strings.HasPrefix(name, casesTag+"_") {
			ids = append(ids, strings.Split(value, "_")...)
		}
	}
	slices.Sort(ids)
	return ids
}
