package org_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// The catalogue is typed and kept by id; what is wrong is said at its field and nothing is stored; a stale form overwrites nothing. The API says the same, and drafts choose
// from what is not retired, of which employees have nothing.
func TestTouchpointsOfTheCompany(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Get("/settings/touchpoints").Want(t, 200, "Begin with suggestions", "A new touchpoint")
	g.Get("/settings/touchpoints?suggest=1").Want(t, 200, `value="Delivery"`, `value="Доставка"`)
	row := func(n, id, kind, en string) []string {
		n = "touchpoints." + n + "."
		return []string{n + "id", id, n + "kind", kind, n + "names.en", en, n + "names.ru", ""}
	}
	send := func(version string, rows ...[]string) consoletest.Page {
		fields := []string{"version", version}
		for _, r := range rows {
			fields = append(fields, r...)
		}
		return g.Send("/settings/touchpoints", fields...)
	}
	if p := send("0", row("1", "", "thing", "Delivery")); p.Status != 400 || !strings.Contains(p.Text, "its kind is business, product, service or staff") {
		t.Errorf("%d %s", p.Status, p.Text)
	}
	send("0", row("1", "", "service", "Delivery"), row("2", "", "staff", "Desk"), row("3", "", "service", "")).Want(t, 303)
	if p := send("0", row("1", "t1", "service", "Couriers"), row("2", "t2", "staff", "Desk")); p.Status != 409 {
		t.Errorf("a stale form: %d", p.Status)
	}
	send("1", row("1", "t1", "service", "Couriers"), append(row("2", "t2", "staff", "Desk"), "touchpoints.2.retired", "yes")).Want(t, 303)
	got := w.Must("GET", "/api/v1/touchpoints", "application/json", nil)
	if all := got["touchpoints"].([]any); len(all) != 2 || all[0].(map[string]any)["id"] != "t1" || all[1].(map[string]any)["retired"] != true || got["version"] != 2.0 {
		t.Errorf("%v", got)
	}
	for body, want := range map[string]string{
		`{"version":2,"touchpoints":[]}`: "touchpoint_removed",
		`{"version":1,"touchpoints":[]}`: "version_stale",
	} {
		if _, answer := w.Call("PUT", "/api/v1/touchpoints", "application/json", []byte(body)); answer["error"].(map[string]any)["code"] != want {
			t.Errorf("%s: %v", body, answer)
		}
	}
	for body, want := range map[string]string{
		`{"name":"a","audience":"customers","touchpoints":["t2"]}`: "touchpoint_not_asked",
		`{"name":"a","audience":"employees","touchpoints":["t1"]}`: "touchpoints_employees",
	} {
		if _, answer := w.Call("POST", "/api/v1/campaigns", "application/json", []byte(body)); answer["error"].(map[string]any)["code"] != want {
			t.Errorf("%s: %v", body, answer)
		}
	}
	made := w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"a","audience":"customers","company":"c","touchpoints":["t1"]}`))
	id := made["id"].(string)
	page := g.Get("/campaigns/" + id + "/edit?step=words")
	page.Want(t, 200, `name="touchpoints" value="t1" checked`, "Couriers")
	if strings.Contains(page.Text, "Desk") {
		t.Error("a retired touchpoint is offered")
	}
	g.Send("/campaigns/"+id+"/edit", "step", "words", "version", "1", "language_of_words", "en", "touchpoints", "").Want(t, 303)
	if c, err := w.Store.Campaign(t.Context(), survey.CampaignID(id)); err != nil || len(c.Touchpoints) != 0 {
		t.Errorf("none was chosen: %+v, %v", c.Touchpoints, err)
	}
}
