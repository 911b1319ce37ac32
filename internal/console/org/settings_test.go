package org_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func picture(t testing.TB, w, h int, c color.Color, format string) []byte {
	t.Helper()
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := h / 4; y < 3*h/4; y++ {
		for x := range w {
			p.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, p)
	if format == "jpeg" {
		b.Reset()
		err = jpeg.Encode(&b, p, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is set has effect: on new campaigns, their letters and previews, on the pages, on new campaigns by the API.
func TestSettingsHaveEffect(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Get("/settings").Want(t, 200, "Company name", `placeholder="Example Shop <nps@example.com>"`)
	p := g.Upload("/settings", "picture", "logo.png", picture(t, 300, 100, color.NRGBA{20, 40, 120, 255}, "png"), "version", "0", "company", "Ромашка", "sender", "Ромашка <nps@example.com>",
		"languages", "ru", "language", "ru", "colour", "FFCC00", "quiet_days", "90", "remind_days", "5", "zone", "Asia/Omsk", "hours_from", "9", "hours_until", "20").Want(t, 303)
	if p.To != "/settings?done=settings_saved" {
		t.Errorf("led to %q", p.To)
	}
	s, err := w.Store.Settings(t.Context())
	if err != nil || s.Company != "Ромашка" || s.Brand.Colour != "#ffcc00" || s.Brand.Width != 120 || s.Brand.Height != 40 || len(s.Brand.Logo) != 20 || s.Zone != "Asia/Omsk" || s.Hours != (survey.Hours{From: 9, Until: 20}) || s.Version != 1 {
		t.Fatalf("stored %+v, %v", s, err)
	}
	page := g.Get("/settings?done=settings_saved").Want(t, 200, "Saved.", "/brand/ffcc00", "/logo/"+s.Brand.Logo, `value="#ffcc00"`, `<option value="Asia/Omsk" selected>Asia/Omsk (UTC+6)</option>`)
	if !strings.Contains(page.Text, `alt="Ромашка"`) {
		t.Error("the logo has no words")
	}

	// The logo is there for whoever reads a letter: the respond function serves it.
	if l, ok, err := w.Store.Logo(t.Context(), s.Brand.Logo); err != nil || !ok || l.Media != "image/png" || len(l.Bytes) == 0 {
		t.Errorf("the logo is %q of %d bytes, %v", l.Media, len(l.Bytes), err)
	}
	stranger := w.Guest(t)
	style := stranger.Get("/brand/ffcc00").Want(t, 200, "--main:#ffcc00;--on-main:#1d2733")
	if ct := style.Header.Get("Content-Type"); ct != "text/css; charset=utf-8" {
		t.Errorf("the style is %q", ct)
	}
	stranger.Get("/brand/ffcc00;}").Want(t, 404)
	stranger.Get("/sign-in").Want(t, 200, "/brand/ffcc00", "/logo/"+s.Brand.Logo)

	// A campaign begins with all of it, and says otherwise where it is told.
	api := w.Guest(t)
	api.Header.Set("Authorization", "Bearer "+consoletest.Token)
	made := api.Do("POST", "/api/v1/campaigns", "application/json", strings.NewReader(`{"name": "Wave", "audience": "customers", "quiet_days": 7}`)).Want(t, 201)
	var c survey.Campaign
	if err := json.Unmarshal([]byte(made.Text), &c); err != nil {
		t.Fatal(err)
	}
	if c.Company != "Ромашка" || c.Sender != "Ромашка <nps@example.com>" || c.Language != "ru" || c.QuietDays != 7 || c.RemindDays != 5 || c.LanguageFor("en") != "ru" {
		t.Errorf("the campaign begins as %+v", c)
	}
	api.Do("POST", "/api/v1/campaigns/"+string(c.ID)+"/preview", "application/json", strings.NewReader(`{}`)).Want(t, 200, "/logo/"+s.Brand.Logo, "#ffcc00", "#1d2733")

	// At launch it keeps how the company looks then.
	api.Do("POST", "/api/v1/contacts?audience=customers", "text/csv", strings.NewReader("email\na@example.com\n")).Want(t, 200)
	s.Brand.Colour = "#1a5fb4"
	if _, err := w.Store.PutSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	api.Do("POST", "/api/v1/campaigns/"+string(c.ID)+"/launch", "", nil).Want(t, 200, `"#1a5fb4"`)
	s.Version, s.Brand = 2, survey.Brand{}
	if _, err := w.Store.PutSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if c, err = w.Store.Campaign(t.Context(), c.ID); err != nil || c.Brand.Colour != "#1a5fb4" || c.Brand.Logo == "" {
		t.Errorf("launched with %+v, %v", c.Brand, err)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	before := w.Stored()
	with := func(pairs ...string) []string {
		return append([]string{"version", "0", "company", "Kept", "languages", "en", "languages", "ru"}, pairs...)
	}
	for _, c := range []struct {
		pairs []string
		says  string
	}{
		{with("colour", "#808080"), "the contrast is 3.9 : 1"},
		{with("colour", "#808080"), "#767676"},
		{with("colour", "blue"), "This is not a colour"},
		{with("colour", "#fff;}"), "This is not a colour"},
		{with("sender", "nobody"), "This cannot be a sender"},
		{with("quiet_days", "soon"), "a whole number"},
		{with("zone", "Mars/Base"), "Choose a time zone of the list"},
		{with("zone", "../etc/passwd"), "Choose a time zone of the list"},
		{with("quiet_days", "-1"), "from 0 to"},
		{with("remind_days", "366"), "from 0 to 365"},
		{with("hours_from", "20", "hours_until", "9"), "a later one"},
		{[]string{"version", "0", "company", "Kept" + strings.Repeat("x", 147), "languages", "en"}, "too long"},
		{[]string{"version", "0", "company", "Kept"}, "Choose at least one language"},
		{[]string{"version", "0", "company", "Kept", "languages", "en", "language", "ru"}, "one of the languages"},
	} {
		g.Send("/settings", c.pairs...).Want(t, 400, c.says, "Not saved yet", "Kept")
	}
	dark := color.NRGBA{20, 40, 120, 255}
	noise := make([]byte, 100_001)
	for name, c := range map[string]struct {
		file   []byte
		status int
		says   string
	}{
		"svg":    {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), 400, "SVG will not do"},
		"broken": {picture(t, 50, 50, dark, "png")[:100], 400, "not a PNG or JPEG"},
		"large":  {noise, 413, "at most 100 KB"},
		"wide":   {picture(t, 2001, 4, dark, "png"), 400, "too many pixels"},
		"white":  {picture(t, 50, 50, color.White, "png"), 400, "invisible on white"},
		"gif":    {[]byte("GIF89a\x01\x00\x01\x00"), 400, "not a PNG or JPEG"},
	} {
		if p := g.Upload("/settings", "picture", name, c.file, with()...); p.Status != c.status || !strings.Contains(p.Text, c.says) {
			t.Errorf("%s: %d %.600s", name, p.Status, consoletest.Body(p.Text))
		}
	}
	if w.Stored() != before {
		t.Error("refused settings have changed something")
	}
	// The proposed colour is taken with one button; a logo that came with a faulty form need not be chosen again.
	p := g.Upload("/settings", "picture", "logo.jpg", picture(t, 50, 100, dark, "jpeg"), with("colour", "#808080")...).Want(t, 400, `name="use" value="#767676"`)
	_, rest, _ := strings.Cut(p.Text, `name="logo" value="`)
	logo, _, _ := strings.Cut(rest, `"`)
	g.Send("/settings", with("colour", "#808080", "use", "#767676", "logo", logo)...).Want(t, 303)
	s, err := w.Store.Settings(t.Context())
	if err != nil || s.Brand != (survey.Brand{Colour: "#767676", Logo: logo, Width: 20, Height: 40}) || s.Languages != nil {
		t.Errorf("stored %+v, %v", s, err)
	}
}

// Two who change the settings at the same time: the second sees both versions, and decides.
func TestSettingsOfTwo(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Send("/settings", "version", "0", "company", "First", "languages", "en", "quiet_days", "30").Want(t, 303)
	g.Send("/settings", "version", "0", "company", "Second", "languages", "en", "quiet_days", "60").
		Want(t, 409, "Someone else changed this", "First", `value="Second"`, "30", "60", `name="version" value="1"`)
	if s, err := w.Store.Settings(t.Context()); err != nil || s.Company != "First" {
		t.Errorf("a stale form has written %+v, %v", s, err)
	}
	g.Send("/settings", "version", "1", "company", "Second", "languages", "en", "quiet_days", "60").Want(t, 303)
	if s, err := w.Store.Settings(t.Context()); err != nil || s.Company != "Second" || s.Version != 2 {
		t.Errorf("stored %+v, %v", s, err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Get("/settings/tokens").Want(t, 200, "No tokens yet")
	for _, c := range [][]string{{"name", "", "role", "analyst"}, {"name", strings.Repeat("x", 61), "role", "analyst"}, {"name", "deployment", "role", "analyst"}, {"name", "x", "role", "owner"}, {"name", "x", "role", ""}} {
		g.Send("/settings/tokens", c...).Want(t, 400)
	}
	p := g.Send("/settings/tokens", "name", `CRM "export" <b>`, "role", "analyst").Want(t, 201, "shown only once", "never")
	_, rest, _ := strings.Cut(p.Text, `id="token" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	if !strings.HasPrefix(token, "onetap_") || len(token) != len("onetap_")+26 {
		t.Fatalf("the token is %q", token)
	}
	if strings.Contains(w.Stored(), token) || strings.Contains(g.Get("/settings/tokens").Text, token) {
		t.Error("the token is kept")
	}
	g.Send("/settings/tokens", "name", `crm "EXPORT" <b>`, "role", "analyst").Want(t, 400, "already a token with this name")

	program := w.Guest(t)
	program.Header.Set("Authorization", "Bearer "+token)
	program.Get("/api/v1/campaigns").Want(t, 200)
	program.Get("/api/v1/staff").Want(t, 403, "not_allowed")
	program.Get("/api/v1/contacts/customers/abc").Want(t, 403)
	program.Get("/staff").Want(t, 303) // a token opens no page
	g.Get("/settings/tokens").Want(t, 200, "within the last two hours")
	w.Pass(3 * time.Hour)
	before := w.Stored()
	program.Get("/api/v1/campaigns").Want(t, 200)
	after := w.Stored()
	program.Get("/api/v1/campaigns").Want(t, 200)
	if after == before || w.Stored() != after {
		t.Error("the last use is not written once an hour")
	}
	for _, wrong := range []string{token + "x", token[:len(token)-1], strings.ToUpper(token), "onetap_"} {
		program.Header.Set("Authorization", "Bearer "+wrong)
		program.Get("/api/v1/campaigns").Want(t, 401, "token_wrong")
	}
	all, err := w.Store.Tokens(t.Context())
	if err != nil || len(all) != 1 || all[0].By != "administrator" {
		t.Fatalf("tokens are %+v, %v", all, err)
	}
	program.Header.Set("Authorization", "Bearer "+token)
	g.Send("/settings/tokens/"+all[0].Hash+"/revoke").Want(t, 303)
	program.Get("/api/v1/campaigns").Want(t, 401, "token_wrong")
	if w.Stored() == "" || strings.Contains(g.Get("/settings/tokens").Text, `"export"`) {
		t.Error("the revoked token is still there")
	}
}

// Who did what: every change once, by whom, with ids and nothing of what was typed; refused and read is not written down.
func TestAudit(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	api := w.Guest(t)
	api.Header.Set("Authorization", "Bearer "+consoletest.Token)
	w.Pass(time.Minute)
	made := api.Do("POST", "/api/v1/campaigns", "application/json", strings.NewReader(`{"name": "Wave", "audience": "customers"}`)).Want(t, 201)
	campaign := strings.TrimPrefix(made.Header.Get("Location"), "/api/v1/campaigns/")
	w.Pass(time.Minute)
	p := g.Send("/staff", "email", "somebody@example.org", "name", "Somebody Secret", "role", "owner").Want(t, 303)
	person, _, _ := strings.Cut(strings.TrimPrefix(p.To, "/staff/"), "?")
	api.Do("POST", "/api/v1/campaigns/"+campaign+"/pause", "", nil).Want(t, 409)
	api.Do("POST", "/api/v1/campaigns/"+campaign+"/preview", "application/json", strings.NewReader(`{}`)).Want(t, 200)
	g.Send("/staff", "email", "nope").Want(t, 400)
	entries, next, err := w.Store.Audit(t.Context(), "", 50, w.Now())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, d := range entries {
		lines = append(lines, fmt.Sprint(d.Who, " ", d.Token, " ", d.Action, " ", d.Object))
	}
	want := []string{"administrator false staff " + person, "deployment true campaigns " + campaign, "administrator false sign-in "}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") || next == "" {
		t.Errorf("entries are\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	g.Get("/settings/audit").Want(t, 200, "Added staff", "Somebody Secret", "Created a campaign", "deployment", "Сергей Тихонов", "Signed in")
	if p := g.Get("/settings/audit?token=deployment").Want(t, 200, "Created a campaign"); strings.Contains(p.Text, "Added staff") {
		t.Error("the filter by token shows others")
	}
	if p := g.Get("/settings/audit?who="+w.Desk.Handle("administrator")).Want(t, 200, "Added staff"); strings.Contains(p.Text, "Created a campaign") {
		t.Error("the filter by person shows others")
	}
	g.Get("/settings/audit?who=nobody").Want(t, 404)

	// Pages of fifty, none missing, none twice; also over days on which nothing was done.
	for n := range 120 {
		w.Pass(7 * time.Hour)
		w.Desk.Company.Note(t.Context(), consoletest.Who("owner"), "settings", fmt.Sprint("object-", n))
	}
	for _, list := range []string{"/settings/audit", "/settings/audit?who=" + w.Desk.Handle("owner")} {
		g := w.As(t, "administrator")
		seen := map[string]int{}
		pages := 0
		for path := list; path != "" && pages < 50; pages++ {
			p := g.Get(path).Want(t, 200)
			for n := range 120 {
				seen[fmt.Sprint(n)] += strings.Count(p.Text, fmt.Sprintf(">object-%d<", n))
			}
			_, rest, found := strings.Cut(p.Text, `rel="next" href="`)
			path, _, _ = strings.Cut(rest, `"`)
			if !found {
				path = ""
			}
		}
		for n := range 120 {
			if seen[fmt.Sprint(n)] != 1 {
				t.Errorf("%s: object %d stands there %d times", list, n, seen[fmt.Sprint(n)])
				break
			}
		}
		if pages < 3 || pages > 40 {
			t.Errorf("%s has %d pages", list, pages)
		}
	}
}
