package org_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/insight/themes"
	"onetap/internal/local/dynamo"
)

// The administrator changes the dictionary: what is wrong is said, nothing that was typed is lost, nothing is stored over somebody else's change; a changed
// dictionary makes analyses stale, and they are made anew when asked for.
func TestThemesAreTheCompanys(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	analyst := &insight.Analyst{Store: w.Store, Log: slog.New(slog.DiscardHandler), Now: w.Now}
	if err := analyst.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	const path = "/settings/themes"
	admin := w.Visitor("administrator", "en")
	if status, page := admin.Get(path); status != 200 || strings.Count(page, `<li class="row">`) != len(themes.Default()) || strings.Contains(page, "earlier version") {
		t.Fatalf("%d\n%s", status, page)
	}
	// What is typed badly.
	for _, c := range []struct{ name, words, want string }{
		{"", "turtle", "Give the theme a name"},
		{"Prices", "turtle", "called “Prices” already"},
		{"Animals", "", "write at least one word"},
		{"Animals", "-turtle", "write at least one word"},
		{"Animals", "<script>alert(1)</script>", "“&lt;script&gt;alert(1)&lt;/script&gt;” has marks that mean nothing here"},
		{"Animals", "turtle\n(frog|toad)+", "“(frog|toad)+” has marks"},
		{"Animals", "a*", "“a*” begins too many words"},
		{"Animals", "🐢", "“🐢” holds no word"},
	} {
		if status, page, _ := admin.Post(path, "version", "0", "name_en", c.name, "words", c.words); status != 400 || !strings.Contains(page, c.want) || !strings.Contains(page, `value="`+c.name+`"`) {
			t.Errorf("%q %q: %d, want %q in\n%s", c.name, c.words, status, c.want, page)
		}
	}
	// A theme of the company's own; a form from before it is stale.
	status, _, to := admin.Post(path, "version", "0", "name_en", "  Slow  animals ", "name_ru", "Черепахи", "words", "долго вез*, turtle\nдолго вез*")
	if status != 303 || to != path+"/own1?done=theme_saved" {
		t.Fatalf("%d to %s", status, to)
	}
	d, version, ok, err := w.Store.Themes(t.Context())
	mine, _ := d.Of("own1")
	if err != nil || !ok || version != 1 || mine.Names["en"] != "Slow animals" || !slices.Equal(mine.Words, []string{"долго вез*", "turtle"}) || len(d) != 13 || len(d[0].Words) < 100 {
		t.Fatalf("%+v %d %v", mine, version, err)
	}
	if status, page, _ := admin.Post(path, "version", "0", "name_en", "Late", "words", "late"); status != 409 || !strings.Contains(page, `value="Late"`) {
		t.Errorf("a stale form: %d", status)
	}
	// It is tried before it is stored: on a comment, and on what was written last.
	form := []string{"version", "1", "name_en", "Slow animals", "cyrillic", "долго вез*", "other", "snail", "not", "было недолго", "cause", "speed"}
	status, page, _ := admin.Post(path+"/own1/try", append(form, "comment", "What a snail!")...)
	for _, want := range []string{"because of: snail", "1 of 2 comments", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; долго везли 🐢", ">snail</textarea>"} {
		if status != 200 || !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), want) {
			t.Errorf("tried: %d, no %q in\n%s", status, want, page)
		}
	}
	if _, page, _ := admin.Post(path+"/own1/try", "version", "1", "name_en", "Slow animals", "cyrillic", "сова", "comment", "snail"); !strings.Contains(page, "not about this theme") || !strings.Contains(page, "0 of 2 comments") || !strings.Contains(page, "As it is stored: 1") {
		t.Errorf("tried another: %s", page)
	}
	if status, page, _ := admin.Post(path+"/own1/try", "version", "1", "name_en", "Slow animals", "other", `\d+`, "comment", "1"); status != 400 || !strings.Contains(page, "has marks") {
		t.Errorf("tried a regular expression: %d", status)
	}
	if now, _, _, _ := w.Store.Themes(t.Context()); len(now[12].Words) != 2 {
		t.Error("a trial is stored")
	}
	if status, _, to := admin.Post(path+"/own1", form...); status != 303 || to != path+"/own1?done=theme_saved" {
		t.Fatalf("saved: %d to %s", status, to)
	}
	if status, _, _ := admin.Post(path+"/own1", append(slices.Clone(form[2:]), "version", "2", "cause", "weather")...); status != 303 { // the first cause is read
		t.Errorf("%d", status)
	}
	if status, page, _ := admin.Post(path+"/own1", "version", "3", "name_en", "Slow animals", "other", "snail", "cause", "weather"); status != 400 || !strings.Contains(page, "This cause is not known") {
		t.Errorf("a cause that there is not: %d", status)
	}
	// Split, joined, hidden, restored, removed.
	if status, page, _ := admin.Post(path+"/delivery/split", "version", "3", "new_name_en", "Couriers", "moved", "курьер*, no such entry"); status != 400 || !strings.Contains(page, "“no such entry” is no entry of this theme") || !strings.Contains(page, "<details class=\"card\" open>") {
		t.Errorf("split badly: %d\n%s", status, page)
	}
	if status, _, _ := admin.Post(path+"/delivery/split", "version", "3", "new_name_en", "Couriers", "moved", "курьер*\ncourier*"); status != 303 {
		t.Errorf("split: %d", status)
	}
	if d, _, _, _ = w.Store.Themes(t.Context()); d[13].Words[0] != "курьер*" || d[13].Cause != "speed" {
		t.Errorf("%+v", d[13])
	}
	if status, page, _ := admin.Post(path+"/own1/join", "version", "4", "with", "own1"); status != 400 || !strings.Contains(page, "Choose another theme") {
		t.Errorf("joined with itself: %d", status)
	}
	if status, _, _ := admin.Post(path+"/own1/join", "version", "4", "with", "own2"); status != 303 {
		t.Errorf("joined: %d", status)
	}
	if status, _, _ := admin.Post(path+"/delivery/standard", "version", "5"); status != 303 {
		t.Errorf("restored: %d", status)
	}
	if status, _, to := admin.Post(path+"/hours/remove", "version", "6"); status != 303 || to != path+"?done=theme_removed" {
		t.Errorf("removed: %d", status)
	}
	d, version, _, err = w.Store.Themes(t.Context())
	delivery, _ := d.Of("delivery")
	mine, _ = d.Of("own1")
	_, hours := d.Of("hours")
	if changed, _ := delivery.Changed(); err != nil || changed || hours || version != 7 || !slices.Contains(mine.Words, "курьер*") || !slices.Contains(mine.Words, "snail") || len(d) != 12 {
		t.Errorf("%d themes of version %d, %+v, %v", len(d), version, mine, err)
	}
	// The campaign was analysed by another dictionary, and is again once somebody asks.
	if _, page := admin.Get(path); !strings.Contains(page, "1 campaign was analyzed by an earlier version") {
		t.Errorf("nothing is stale:\n%s", page)
	}
	if _, page := admin.Get("/results/springaa/themes"); strings.Contains(page, "Slow animals") || !strings.Contains(page, "The dictionary has been changed since") {
		t.Errorf("%s", page)
	}
	if status, _, _ := admin.Post(path + "/analyze"); status != 303 {
		t.Errorf("asked for: %d", status)
	}
	if err := analyst.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, page := admin.Get("/results/springaa/themes"); !strings.Contains(page, "Slow animals") || strings.Contains(page, "changed since") {
		t.Errorf("%s", page)
	}
	if _, page := admin.Get(path); strings.Contains(page, "earlier version") {
		t.Error("still stale")
	}
	// Everything as in the beginning, when somebody is sure.
	if status, page, _ := admin.Post(path+"/restore", "version", "7"); status != 400 || !strings.Contains(page, "Tick that you are sure") {
		t.Errorf("not sure: %d", status)
	}
	if status, _, _ := admin.Post(path+"/restore", "version", "7", "sure", "yes"); status != 303 {
		t.Errorf("restored: %d", status)
	}
	if d, version, _, _ = w.Store.Themes(t.Context()); len(d) != 12 || version != 8 {
		t.Errorf("%d themes of version %d", len(d), version)
	}
	for _, role := range []string{"marketing", "analyst", "executive"} {
		if status, _ := w.Visitor(role, "en").Get(path); status != 403 {
			t.Errorf("%s: %d", role, status)
		}
	}
}

// A program reads and writes the whole dictionary, and is told what is wrong with it and where; it is in the workspace's lines.
func TestThemesByTheAPI(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const path = "/api/v1/themes"
	put := func(body string) (int, map[string]any) { return w.Call("PUT", path, "application/json", []byte(body)) }
	if got := w.Must("GET", path, "application/json", nil); got["version"] != 0.0 || len(got["themes"].([]any)) != 12 || got["themes"].([]any)[0].(map[string]any)["standard"] != true {
		t.Errorf("%.300v", got)
	}
	for body, want := range map[string]string{
		`{"themes":[],"version":0}`: "themes_none themes",
		`{"themes":[{"id":"A b","names":{"en":"A"},"words":["x"]}],"version":0}`:                                                      "theme_id themes.1.id",
		`{"themes":[{"id":"price","names":{"en":"A"},"standard":true},{"id":"b","names":{"en":"B"},"words":["[a-z]+"]}],"version":0}`: "theme_entry_marks themes.2.words",
		`{"themes":[{"id":"a","names":{"en":"A"},"words":["x"]},{"id":"a","names":{"en":"B"},"words":["y"]}],"version":0}`:            "theme_id_twice themes.2.id",
		`{"themes":[{"id":"a","names":{"en":"A"},"words":["-x"]}],"version":0}`:                                                       "theme_words_none themes.1.words",
		`{"themes":[{"id":"a","names":{"en":"A"},"words":["x"]}],"version":7}`:                                                        "version_stale version",
	} {
		status, got := put(body)
		problem, _ := got["error"].(map[string]any)
		if status < 400 || status > 409 || problem == nil || problem["code"].(string)+" "+problem["where"].(string) != want {
			t.Errorf("%s: %d %v, want %s", body, status, got, want)
		}
	}
	status, got := put(`{"themes":[{"id":"price","names":{"en":"Money"},"standard":true},{"id":"own-1","names":{"ru":"Лифты"},"words":["лифт*"," лифт* ","-лифт вверх"],"cause":"speed"}],"version":0}`)
	all, _ := got["themes"].([]any)
	if status != 200 || got["version"] != 1.0 || len(all) != 2 || len(all[0].(map[string]any)["words"].([]any)) < 100 || len(all[1].(map[string]any)["words"].([]any)) != 2 {
		t.Fatalf("%d %.300v", status, got)
	}
	status, got = put(`{"themes":[{"id":"price","names":{"en":"Money"},"standard":true,"words":["cheap"]}],"version":1}`)
	if d, _, _, err := w.Store.Themes(t.Context()); err != nil || status != 200 || len(d) != 1 || !slices.Equal(d[0].Words, []string{"cheap"}) {
		t.Errorf("words that are said are taken: %d %v, %v", status, got, err)
	}
}
