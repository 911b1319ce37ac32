package cases_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// TestActByLink: an owner works on a case by the link of the letter, without signing in; looking changes nothing, the link is for that case
// and that owner, for fourteen days.
func TestActByLink(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "Долго ждали", 3, w.Now().Add(-time.Hour))
	other := w.Detractor(2, "owner", "Север", "Олег", "", 2, w.Now().Add(-time.Hour))
	link := w.ActLink(c.Campaign, c.Contact, "owner")
	g := w.Guest(t)
	before := w.Stored()
	for _, do := range []string{"", "?do=called", "?do=take", "?do=hand", "?do=nothing"} {
		p := g.Get(link+do).Want(t, 200, "Анна", "Долго ждали", `href="/cases/`+c.ID()+`"`)
		if strings.Contains(p.Text, `action="/sign-out"`) || len(p.Header.Values("Set-Cookie")) > 0 {
			t.Error("the link signs somebody in")
		}
	}
	if r, err := http.Head(w.Site + link); err != nil || r.StatusCode != 200 {
		t.Errorf("HEAD: %v, %v", r, err)
	}
	if w.Stored() != before {
		t.Fatal("looking changed the table")
	}
	g.Get("/cases/"+c.ID()).Want(t, 303)

	g.Post(link, "version", version(c), "state", "acknowledged").Want(t, 303)
	if now := caseNow(w, c); now.State != loop.Acknowledged || now.History[len(now.History)-1].By != "owner" {
		t.Fatalf("taken: %+v", now)
	}
	// Three taps and a sentence: the button of the letter, a cause, how it ended.
	g.Post(link, "note", "Извинились, вернули деньги", "outcome", "kept").Want(t, 400)
	g.Post(link, "note", "Извинились, вернули деньги", "cause", "speed", "outcome", "kept").Want(t, 303)
	now := caseNow(w, c)
	if now.State != loop.Resolved || now.Outcome != "kept" || now.Notes != 1 || len(now.Causes) != 1 {
		t.Fatalf("resolved: %+v", now)
	}
	g.Get(link).Want(t, 200, "Nothing more needs to be done")
	g.Post(link, "state", "contacted").Want(t, 409)
	found := false
	entries, _, err := w.Store.Audit(t.Context(), "", 20, w.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		found = found || e.Action == "cases.act" && e.Object == c.ID() && e.Who == "owner"
	}
	if !found {
		t.Error("nobody is written down who acted")
	}

	// Of another case, another owner, nobody, or a later time.
	g.Get(w.ActLink(other.Campaign, other.Contact, "manager")).Want(t, 404, "There is no such link")
	g.Post(link[:len(link)-2]+"AA", "state", "contacted").Want(t, 404)
	g.Get("/act/x").Want(t, 404)
	g.Get(w.ActLink(other.Campaign, other.Contact, "")).Want(t, 404)
	otherLink := w.ActLink(other.Campaign, other.Contact, "owner")
	g.Post(otherLink, "do", "hand", "owner", "manager", "note", "Знает клиента").Want(t, 303)
	if now := caseNow(w, other); now.Owner != "manager" || now.Level != loop.LevelHanded {
		t.Fatalf("handed: %+v", now)
	}
	g.Get(otherLink).Want(t, 409, "Someone else is the owner")
	g.Post(otherLink, "state", "contacted").Want(t, 409)
	third := w.Detractor(3, "owner", "Север", "Вера", "", 2, w.Now())
	thirdLink := w.ActLink(third.Campaign, third.Contact, "owner")
	w.Pass(15 * 24 * time.Hour)
	g.Get(thirdLink).Want(t, 410, "good for 14 days")
	g.Post(thirdLink, "state", "contacted").Want(t, 410)
	fresh := w.ActLink(third.Campaign, third.Contact, "owner")
	if err := w.Store.RemoveStaff(t.Context(), "owner", func([]survey.Staff) error { return nil }); err != nil {
		t.Fatal(err)
	}
	g.Get(fresh).Want(t, 404)
	if now := caseNow(w, third); now.State != loop.Open {
		t.Errorf("a link of somebody who left worked: %+v", now)
	}
}
