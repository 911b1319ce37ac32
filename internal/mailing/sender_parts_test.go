package mailing

import (
	"context"
	"slices"
	"testing"

	"onetap/internal/survey"
)

// The planner fixes by which columns of the contacts a campaign can be looked at, and counts who is asked by them, once,
// whatever becomes of it; who then answers carries the values.
func TestPlannerChoosesParts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(60)
	var ids []survey.ContactID
	for id := range people {
		ids = append(ids, id)
	}
	found, err := w.store.Contacts(ctx, survey.Customers, ids)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	var all []survey.Contact
	for i, id := range ids {
		c := found[id]
		c.Location, c.Attrs = []string{"Москва", "Казань"}[i%2], map[string]string{"Contract": string(id), "Segment": []string{"A", "B", "C"}[i%3]}
		all = append(all, c)
	}
	if _, err := w.store.UpsertContacts(ctx, all, survey.UploadMark{}, start); err != nil {
		t.Fatal(err)
	}
	id := w.campaign(nil)
	w.run(w.sender("first"))
	c := w.state(id)
	if want := []string{survey.DimensionLocation, survey.DimensionAttribute("Segment")}; !slices.Equal(c.Dimensions, want) {
		t.Fatalf("parts are %q, want %q", c.Dimensions, want)
	}
	asked, err := w.store.Asked(ctx, id)
	if err != nil || asked[survey.DimensionLocation].Values["Казань"] != 30 || asked[survey.DimensionAttribute("Segment")].Values["B"] != 20 {
		t.Errorf("asked: %+v, %v", asked, err)
	}
	_, p, err := w.store.Visit(ctx, id, ids[4])
	if err != nil {
		t.Fatal(err)
	}
	if r := p.Answer(c, ids[4]); !slices.Equal(r.Segments, []string{"Москва", "B"}) {
		t.Errorf("an answer carries %q", r.Segments)
	}
	r := p.Answer(c, ids[4])
	r.Score, r.Version = 9, 1
	if err := w.store.SaveResponse(ctx, r, 0); err != nil {
		t.Fatal(err)
	}
	moved := all[4]
	moved.Location = "Тверь"
	if _, err := w.store.UpsertContacts(ctx, []survey.Contact{moved}, survey.UploadMark{}, start); err != nil {
		t.Fatal(err)
	}
	if _, p, err = w.store.Visit(ctx, id, ids[4]); err != nil || p.Answer(c, ids[4]).Segment(0) != "Москва" {
		t.Errorf("after moving, the answer is from %q: %v", p.Answer(c, ids[4]).Segment(0), err)
	}
}
