package campaigns_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// A draft can be deleted, by page and API; what was launched cannot.
func TestDeleteDraft(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 3)
	_, page := v.Get("/campaigns/" + string(c.ID) + "/edit?step=check")
	v.Says(page, `action="/campaigns/abcdefgh/delete"`, "cannot be undone")
	status, _, to := v.Post("/campaigns/abcdefgh/delete")
	if status != 303 || to != "/campaigns?done=campaign_delete" {
		t.Fatalf("%d %s", status, to)
	}
	_, page = v.Get(to)
	if v.Says(page, "The draft is deleted."); strings.Contains(page, "/campaigns/abcdefgh") {
		t.Error("it is listed still")
	}
	if status, _ := v.Get("/campaigns/abcdefgh"); status != 404 {
		t.Errorf("its page: %d", status)
	}
	out := w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Another","audience":"customers"}`))
	for _, want := range []int{200, 404} {
		if status, _ := w.Call("DELETE", "/api/v1/campaigns/"+out["id"].(string), "", nil); status != want {
			t.Errorf("by API: %d, want %d", status, want)
		}
	}
}

// A campaign that has ended can be put away and taken back; one that is live cannot.
func TestArchive(t *testing.T) {
	t.Parallel()
	w, v, _ := running(t, survey.Open, personOf(0, "sent"))
	for _, path := range []string{"/archive", "/delete"} {
		if status, _, _ := v.Post("/campaigns/abcdefgh" + path); status != 409 {
			t.Errorf("%s of an open campaign: %d", path, status)
		}
	}
	if status, _ := w.Call("DELETE", "/api/v1/campaigns/abcdefgh", "", nil); status != 409 {
		t.Errorf("the API deletes an open one: %d", status)
	}
	w.Become("abcdefgh", func(c *survey.Campaign) { c.State, c.ClosesAt = survey.Closed, w.Now() })
	lists := func(path string) bool {
		_, page := v.Get(path)
		return strings.Contains(page, `href="/campaigns/abcdefgh"`)
	}
	for _, away := range []bool{false, true, false} {
		if lists("/campaigns") == away || lists("/campaigns?state=archived") != away || lists("/campaigns?state=closed") == away {
			t.Errorf("archived: %v; the lists say something else", away)
		}
		if status, _ := v.Get("/results/abcdefgh"); status != 200 {
			t.Errorf("its results: %d", status)
		}
		act := map[bool]string{false: "archive", true: "unarchive"}[away]
		if _, page := v.Get("/campaigns/abcdefgh"); !strings.Contains(page, `action="/campaigns/abcdefgh/`+act+`"`) {
			t.Errorf("the page does not offer to %s", act)
		}
		if status, page, _ := v.Post("/campaigns/abcdefgh/" + act); status != 303 {
			t.Errorf("%s: %d %s", act, status, page)
		}
	}
	if out := w.Must("POST", "/api/v1/campaigns/abcdefgh/unarchive", "application/json", nil); out["archived"] != nil {
		t.Errorf("the API: %v", out)
	}
}
