package rights_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"onetap/internal/delivery"
	"onetap/internal/keys"
	"onetap/internal/mail"
	"onetap/internal/public"
	"onetap/internal/survey"
)

// What is reported late of somebody's letters writes nothing of them down: a bounce, a complaint, soft bounces, a delivery.
func TestLateReportsOfTheErased(t *testing.T) {
	t.Parallel()
	w := open(t)
	person := w.lived()
	begun, err := w.rights.Begin(t.Context(), administrator, person, false)
	w.must(err)
	w.goes(begun.ID)
	reports := &delivery.Reports{Store: w.store, Keys: w.keys, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now }, Wait: func(time.Duration) {}}
	for _, c := range person.Contacts {
		campaign := map[survey.Audience]survey.CampaignID{survey.Customers: autumn, survey.Candidates: hiring}[c.Audience]
		for _, event := range []survey.DeliveryEvent{survey.EventBounced, survey.EventComplained, survey.EventSoftBounce, survey.EventBlocked, survey.EventDelivered} {
			for n := range 4 { // as many soft ones as stop an address
				at := w.now.AddDate(0, 0, -n)
				r := mail.Report{Event: event, Addresses: []string{email}, At: at, Sent: at, Message: "message-late"}
				if err := reports.Apply(t.Context(), survey.Invitation{Campaign: campaign, Contact: c.ID}, r); err != nil {
					t.Errorf("%s: %v", event, err)
				}
			}
		}
	}
	if found := w.excused(w.scan()); len(found) > 0 {
		t.Errorf("found afterwards:\n%s", strings.Join(found, "\n"))
	}
}

// The links in an erased person's letters: the survey's leads nowhere, as any that is not known, and takes no answer; unsubscribing is
// honoured, by the same keyed id that stands in the link, and writes nothing else.
func TestOldLinksOfTheErased(t *testing.T) {
	t.Parallel()
	w := open(t)
	person := w.lived()
	begun, err := w.rights.Begin(t.Context(), administrator, person, false)
	w.must(err)
	w.goes(begun.ID)
	c, campaign := person.Contacts[0], map[survey.Audience]survey.CampaignID{survey.Customers: autumn, survey.Candidates: hiring}[person.Contacts[0].Audience]
	token := w.keys.Make(keys.Token{Campaign: campaign, Contact: c.ID})
	pages := public.New(w.store, w.keys)
	call := func(method, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Language", "en")
		answer := httptest.NewRecorder()
		pages.ServeHTTP(answer, r)
		return answer.Code, answer.Body.String()
	}
	for _, ask := range []struct {
		method, path string
		form         url.Values
	}{
		{"GET", "/r/" + token + "/9", nil},
		{"GET", "/r/" + token, nil},
		{"POST", "/r/" + token + "/9", url.Values{"score": {"9"}, "by": {"person"}, "why": {"горничная"}}},
		{"POST", "/r/" + token, url.Values{"score": {"3"}, "by": {"person"}, "why": {"горничная"}, "digest": {"x"}}},
	} {
		if status, page := call(ask.method, ask.path, ask.form); status != http.StatusNotFound || !strings.Contains(page, "<h1") || strings.Contains(page, name) {
			t.Errorf("%s: %d %.500s", ask.path, status, page)
		}
	}
	if found := w.excused(w.scan()); len(found) > 0 {
		t.Errorf("found afterwards:\n%s", strings.Join(found, "\n"))
	}
	if status, page := call("GET", "/u/"+token, nil); status != http.StatusOK {
		t.Errorf("unsubscribing: %d %.300s", status, page)
	}
	if found := w.excused(w.scan()); len(found) > 0 {
		t.Errorf("looking at unsubscribing has written:\n%s", strings.Join(found, "\n"))
	}
	if status, page := call("POST", "/u/"+token, url.Values{"List-Unsubscribe": {"One-Click"}}); status != http.StatusOK {
		t.Errorf("unsubscribing: %d %.300s", status, page)
	}
	for _, f := range w.excused(w.scan()) {
		if !strings.Contains(f, string(c.ID)+"!") && !strings.Contains(f, " / STOP#") && !strings.HasPrefix(f, "STOP#") {
			t.Errorf("unsubscribing has written more than the stop: %s", f)
		}
	}
	if _, ok, err := w.store.Suppression(t.Context(), c.Audience, c.ID); err != nil || !ok {
		t.Errorf("the wish is not kept: %v, %v", ok, err)
	}
}

// An upload that made somebody who was erased can still be undone, for all others.
func TestUndoAfterErasing(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.upload(survey.Employees, "email,name\n"+email+","+name+"\nanother@example.com,Another\n")
	found, err := w.rights.Find(t.Context(), email)
	w.must(err)
	w.ids = []survey.ContactID{found[0].Contacts[0].ID}
	begun, err := w.rights.Begin(t.Context(), administrator, found[0], false)
	w.must(err)
	w.goes(begun.ID)
	if found := w.scan(); len(found) > 0 {
		t.Errorf("found afterwards:\n%s", strings.Join(found, "\n"))
	}
	records, _, err := w.store.UploadRecords(t.Context(), survey.UploadOfContacts, "", 10, w.now)
	w.must(err)
	if len(records) != 1 {
		t.Fatalf("%d uploads", len(records))
	}
	undone := 0
	for at := (&survey.UndoPlace{}); at != nil; {
		var done []survey.TakenBack
		done, at, err = w.store.TakeBack(t.Context(), records[0], *at, nil)
		w.must(err)
		undone += len(done)
	}
	if undone != 1 {
		t.Errorf("%d contacts were undone, want the other one", undone)
	}
}

// An answer that came before its invitation was written waits for the sender to place it. Who is erased meanwhile takes the errand along,
// and the answer counts.
func TestEarlyAnswersOfTheErased(t *testing.T) {
	t.Parallel()
	for _, invited := range []bool{false, true} {
		w := open(t)
		person := w.lived()
		ctx, early := t.Context(), survey.CampaignID("earlyaaa")
		w.must(w.store.CreateCampaign(ctx, survey.Campaign{ID: early, Name: "Early", Audience: survey.Customers, State: survey.Open, Language: "ru", Created: noon, Launched: noon, Opened: noon}))
		c := person.Contacts[0].ID
		if invited {
			w.must(w.store.AddInvitations(ctx, []survey.Invitation{{
				Campaign: early, Contact: c, Audience: survey.Customers, State: survey.InvitationSent, Decided: survey.InvitationSent, Language: "en", Team: "North", At: w.now, Version: 1,
			}}, func() bool { return true }))
		}
		for _, kind := range []survey.ErrandKind{survey.PlaceAnswer, survey.SealWords} {
			w.must(w.store.Leave(ctx, survey.Errand{Kind: kind, Campaign: early, Audience: survey.Customers, Contact: c, At: w.now}))
		}
		w.must(w.store.SaveResponse(ctx, survey.Response{
			Campaign: early, Contact: c, Audience: survey.Customers, Language: "ru", Score: 7, Verified: true, Early: true, First: w.now, Counted: w.now, Updated: w.now, Version: 1,
		}, 0))
		w.count()
		begun, err := w.rights.Begin(ctx, administrator, person, false)
		w.must(err)
		w.goes(begun.ID)
		if found := w.excused(w.scan()); len(found) > 0 {
			t.Errorf("invited %v, found afterwards:\n%s", invited, strings.Join(found, "\n"))
		}
		w.count()
		all, err := w.store.Tallies(ctx, string(early))
		w.must(err)
		language := map[bool]string{false: "ru", true: "en"}[invited]
		if n := all[survey.TallyKey{Scope: string(early), Kind: survey.KindLanguage, Value: language}]["s7"]; n != 1 {
			t.Errorf("invited %v: counted %d times in %s: %v", invited, n, language, all)
		}
	}
}
