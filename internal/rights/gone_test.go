package rights_test

import (
	"slices"
	"testing"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/loop"
	"onetap/internal/rights"
	"onetap/internal/survey"
)

// Whoever a whole list does not name is gone since then, and nobody is by a list of some; who is named again, changed, or asked in a
// campaign that goes on is not deleted, and neither is who has an open case. All by a clock that dies at any write.
func TestGone(t *testing.T) {
	t.Parallel()
	w := open(t)
	r := &rights.Retention{Store: w.store, Now: func() time.Time { return w.now }}
	ctx := t.Context()
	send := func(whole bool, emails ...string) {
		t.Helper()
		list := "email,name,phone\n"
		for _, e := range emails {
			list += e + "@example.com," + e + ",\n"
		}
		_, err := w.lists.TakeWhole(ctx, survey.Customers, contacts.Corrections{Confirmed: true, Whole: whole, Sent: contacts.Sent{By: "marketing"}}, []byte(list))
		w.must(err)
		w.now = w.now.Add(time.Hour)
		w.retain(r)
	}
	id := func(email string) survey.ContactID { return w.keys.ContactID(survey.Customers, email+"@example.com") }
	gone := func(emails ...string) {
		t.Helper()
		for _, e := range []string{"anna", "boris", "vera", "gleb", "dina", "egor"} {
			since, err := w.store.GoneSince(ctx, survey.Customers, id(e))
			w.must(err)
			if since.IsZero() == slices.Contains(emails, e) {
				t.Errorf("%s is gone since %v", e, since)
			}
		}
	}
	send(true, "anna", "boris", "vera", "gleb", "dina", "egor")
	gone()
	send(false, "anna")
	gone()
	send(true, "anna")
	gone("boris", "vera", "gleb", "dina", "egor")
	send(false, "boris") // unchanged, and not gone any more
	gone("vera", "gleb", "dina", "egor")
	w.must(w.store.StopContact(ctx, survey.Customers, id("egor"), survey.Unsubscribed, w.now))

	// vera has a case; gleb is asked at the moment.
	old := survey.Campaign{ID: "springaa", Name: "Spring", Audience: survey.Customers, State: survey.Closed, Language: "ru", Created: noon, Launched: noon, Opened: noon, Ended: noon}
	w.must(w.store.CreateCampaign(ctx, old))
	answer := survey.Response{Campaign: old.ID, Contact: id("vera"), Audience: survey.Customers, Score: 2, Verified: true, Why: "Долго", First: w.now, Counted: w.now, Updated: w.now, Version: 1}
	w.must(w.store.SaveResponse(ctx, answer, 0))
	made, err := w.store.CreateCase(ctx, loop.New(nil, answer, loop.Responsible{Staff: survey.Staff{ID: "owner"}, Level: loop.LevelOwner}, "North", loop.Rules{Term: 48 * time.Hour, Wait: time.Minute}, answer.Updated))
	w.must(err)
	w.must(w.store.CreateCampaign(ctx, survey.Campaign{ID: autumn, Name: "Autumn", Audience: survey.Customers, State: survey.Open, Language: "ru", Created: noon, Launched: noon, Opened: noon}))
	w.must(w.store.SaveResponse(ctx, survey.Response{Campaign: autumn, Contact: id("gleb"), Audience: survey.Customers, Score: 9, First: w.now, Counted: w.now, Updated: w.now, Version: 1}, 0))
	w.count()
	before := w.figures()

	w.must(r.Say(ctx, survey.Retention{Contacts: 12, Comments: 12}, 0))
	w.now = noon.AddDate(0, 13, 0)
	is := w.retain(r)
	if is.Counted != (survey.RetentionSum{Contacts: 2}) { // the words of the open case stay, too
		t.Errorf("counted %+v", is.Counted)
	}
	w.must(r.Switch(ctx, true, is.Version))
	w.now = is.Due.Add(time.Hour)
	is = w.retain(r)
	left, err := w.store.Contacts(ctx, survey.Customers, []survey.ContactID{id("anna"), id("boris"), id("vera"), id("gleb"), id("dina"), id("egor")})
	w.must(err)
	if len(left) != 4 || left[id("dina")].ID != "" || left[id("egor")].ID != "" {
		t.Errorf("left are %d", len(left))
	}
	if v, ok, err := w.store.Suppression(ctx, survey.Customers, id("egor")); err != nil || !ok || v.Reason != survey.Unsubscribed {
		t.Errorf("a contact that went is written to when it comes again: %v, %v", v, err)
	}
	if s, _, err := w.store.Response(ctx, old.ID, id("vera")); err != nil || s.Why == "" {
		t.Errorf("the words of an open case went: %v", err)
	}
	gone("vera", "gleb")

	resolved := made
	resolved.State = loop.Resolved
	_, err = w.store.SaveCase(ctx, made, resolved)
	w.must(err)
	w.now = is.Due.Add(time.Hour)
	w.retain(r)
	if left, err = w.store.Contacts(ctx, survey.Customers, []survey.ContactID{id("vera"), id("gleb")}); err != nil || len(left) != 1 {
		t.Errorf("after the case was resolved %d are left, %v", len(left), err)
	}
	if s, _, err := w.store.Response(ctx, old.ID, id("vera")); err != nil || s.Why != "" || s.Score != 2 {
		t.Errorf("the words of a resolved case are %v, %v", s, err)
	}
	w.count()
	if after := w.figures(); !equal(before, after) {
		t.Errorf("figures were %v, are %v", before, after)
	}
	gone("gleb")
	_, _, err = w.store.EraseContact(ctx, survey.ErasureContact{Audience: survey.Customers, ID: id("gleb"), Mail: id("gleb")})
	w.must(err)
	gone() // of who is erased nothing says that they were there
}

// Undoing a whole list takes back whom it found gone.
func TestWholeListUndone(t *testing.T) {
	t.Parallel()
	w := open(t)
	r := &rights.Retention{Store: w.store, Now: func() time.Time { return w.now }}
	take := func(list string) survey.Upload {
		u, err := w.lists.TakeWhole(t.Context(), survey.Customers, contacts.Corrections{Confirmed: true, Whole: true, Sent: contacts.Sent{By: "marketing"}}, []byte(list))
		w.must(err)
		w.now = w.now.Add(time.Hour)
		w.must(r.Run(t.Context()))
		return u
	}
	take("email,name\nanna@example.com,Anna\nboris@example.com,Boris\n")
	wrong := take("email,name\nanna@example.com,Anna Maria\n")
	boris := w.keys.ContactID(survey.Customers, "boris@example.com")
	since, err := w.store.GoneSince(t.Context(), survey.Customers, boris)
	if err != nil || since.IsZero() {
		t.Fatalf("not gone: %v", err)
	}
	if u, err := w.lists.Undo(t.Context(), administrator, wrong.ID); err != nil || u.State != survey.UploadUndone {
		t.Fatalf("%v, %v", u.State, err)
	}
	if since, err = w.store.GoneSince(t.Context(), survey.Customers, boris); err != nil || !since.IsZero() {
		t.Errorf("gone still since %v, %v", since, err)
	}
}
