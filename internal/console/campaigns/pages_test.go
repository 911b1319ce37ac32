package campaigns_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A form that is sent twice makes one draft, and a page without script goes through every step to the launch, once.
func TestCampaignWithoutScript(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 30)
	if _, _, to := v.Post("/campaigns/new", "new", "abcdefgh", "name", "Autumn", "audience", "customers", "company", "Ромашка", "language", "ru", "go", "next"); to != "/campaigns/abcdefgh/edit?step=people" {
		t.Errorf("the same form again leads to %q", to)
	}
	if cs, _ := w.Store.Campaigns(t.Context(), survey.Customers, 10); len(cs) != 1 {
		t.Fatalf("%d drafts", len(cs))
	}
	edit := "/campaigns/abcdefgh/edit"
	version := func() string { return strconv.Itoa(w.Campaign(c.ID).Version) }

	_, page := v.Get(edit + "?step=people")
	v.Says(page, `data-n="invited">30<`, `name="f.team" value="Team 1"`, `name="f.attr:city district"`)
	status, page, to := v.Post(edit, "step", "people", "version", version(), "f.team", "Team 1", "t.product", "Product 1\nProduct 2", "t.attr.city district", "District 1", "quiet_days", "14", "sample", "50", "go", "next")
	if status != 303 || to != edit+"?step=words" {
		t.Fatalf("people: %d %q %s", status, to, page)
	}
	got := w.Campaign(c.ID)
	if f := got.Filter; fmt.Sprint(f.Teams, f.Products, f.Attrs) != "[Team 1] [Product 1 Product 2] map[city district:[District 1]]" || got.QuietDays != 14 || got.Sample != 0.5 {
		t.Errorf("stored %+v", got)
	}
	if status, _, _ := v.Post(edit, "step", "people", "version", version(), "quiet_days", "0", "sample", "100", "go", ""); status != 303 {
		t.Errorf("everybody again: %d", status)
	}
	if got = w.Campaign(c.ID); len(got.Filter.Teams) != 0 || got.Sample != 0 {
		t.Errorf("stored %+v", got)
	}

	_, page = v.Get(edit + "?step=words&language=ru")
	v.Says(page, "Один вопрос от компании «{company}»", `src="/campaigns/abcdefgh/letter?language=ru"`)
	if status, page, _ = v.Post(edit, "step", "words", "version", version(), "language_of_words", "ru", "subject", "Один вопрос от компании «{company}»", "greeting", "Привет, {name}!", "go", "words.en"); status != 303 {
		t.Fatalf("words: %d %s", status, page)
	}
	if got = w.Campaign(c.ID); got.Wording["ru"] != (survey.Wording{Greeting: "Привет, {name}!"}) {
		t.Errorf("of the words only those that differ from the usual ones are kept: %+v", got.Wording)
	}
	if status, page, to = v.Post(edit, "step", "time", "version", version(), "zone", "Europe/Moscow", "start", "now", "closes_at", "2026-12-11T18:00", "remind_days", "7", "go", "next"); status != 303 || to != edit+"?step=check" {
		t.Fatalf("time: %d %s", status, page)
	}
	if got = w.Campaign(c.ID); !got.ClosesAt.Equal(time.Date(2026, 12, 11, 15, 0, 0, 0, time.UTC)) || got.RemindDays != 7 {
		t.Errorf("a time is of the form's zone: %v", got.ClosesAt)
	}
	_, page = v.Get(edit + "?step=check")
	v.Says(page, "Send to 30 people?", "SES has verified", "11 December 2026, 18:00", "Emails by language", "English 10, Russian 20", "people written to in English")

	// Pressed ten times at once, it is launched once.
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if status, page, to := v.Post("/campaigns/abcdefgh/launch", "version", strconv.Itoa(got.Version)); status != 303 || !strings.HasPrefix(to, "/campaigns/abcdefgh?done=campaign_launched") {
				t.Errorf("launch: %d to %q %s", status, to, page)
			}
		})
	}
	all.Wait()
	if got = w.Campaign(c.ID); got.State != survey.Planning || w.Woken() != 1 {
		t.Errorf("state %s, version %d, the sender was called %d times", got.State, got.Version, w.Woken())
	}
	_, page = v.Get(edit)
	v.Says(page, "Change the campaign")
	if status, _, _ = v.Post(edit, "step", "people", "version", version(), "quiet_days", "3"); status != http.StatusConflict {
		t.Errorf("the people of a launched campaign were changed: %d", status)
	}
	if status, _, _ = v.Post(edit, "step", "rest", "version", version(), "zone", "UTC", "name", "Autumn 2", "closes_at", "2026-12-20T10:00"); status != 303 || w.Campaign(c.ID).Name != "Autumn 2" {
		t.Errorf("its name was not: %d", status)
	}
}

// What is wrong stands beside its field, in words, with what the person wrote; nothing is stored.
func TestCampaignWrongInput(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 3)
	for _, tc := range []struct {
		step   string
		fields []string
		says   []string
	}{
		{"about", []string{"name", " ", "audience", "customers", "sender", "not an address", "language", "ru"}, []string{"needs a name", "cannot be a sender", `value="not an address"`}},
		{"people", []string{"quiet_days", "soon", "sample", "150"}, []string{"whole number of days", "up to 100", `value="soon"`, `value="150"`}},
		{"words", []string{"language_of_words", "ru", "subject", "{{x}}", "greeting", "{nobody}", "intro", strings.Repeat("я", 2001)}, []string{"{nobody}", `aria-invalid="true"`, "at most 2,000"}},
		{"time", []string{"zone", "UTC", "start", "at", "starts_at", "", "closes_at", "2020-01-01T10:00", "remind_days", "7"}, []string{"has passed", "Enter a start time"}},
		{"time", []string{"zone", "UTC", "start", "now", "starts_at", "2026-12-01T10:00", "closes_at", "tomorrow"}, []string{"not a time we can read", "Choose one of the two", `value="tomorrow"`}},
	} {
		before := w.Stored()
		status, page, _ := v.Post("/campaigns/abcdefgh/edit", append([]string{"step", tc.step, "version", strconv.Itoa(c.Version), "go", "next"}, tc.fields...)...)
		if status != http.StatusBadRequest || w.Stored() != before {
			t.Errorf("%s %q: %d, stored: %v", tc.step, tc.fields, status, w.Stored() != before)
		}
		v.Says(html.UnescapeString(page), tc.says...)
	}
	if status, _ := v.Get("/campaigns/zzzzzzzz"); status != 404 {
		t.Errorf("a campaign that is not there: %d", status)
	}
	if status, _ := w.Visitor("owner", "en").Get("/campaigns"); status != 403 {
		t.Errorf("an owner sees the campaigns: %d", status)
	}
	if status, page := w.Visitor("analyst", "en").Get("/campaigns/abcdefgh"); status != 200 || strings.Contains(page, `/cancel"`) {
		t.Errorf("an analyst sees a draft, without buttons: %d", status)
	}
	if status, _, _ := w.Visitor("analyst", "en").Post("/campaigns/abcdefgh/launch", "version", "1"); status != 403 {
		t.Errorf("an analyst launches: %d", status)
	}
}

// Two people change the same: the slower sees both, and what was written is in the form. Other steps do not get in the way.
func TestCampaignStaleForm(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 3)
	seen := strconv.Itoa(c.Version)
	if status, _, _ := v.Post("/campaigns/abcdefgh/edit", "step", "words", "version", seen, "language_of_words", "ru", "greeting", "Первое", "go", ""); status != 303 {
		t.Fatal(status)
	}
	status, page, _ := v.Post("/campaigns/abcdefgh/edit", "step", "words", "version", seen, "language_of_words", "ru", "greeting", "Второе <b>", "go", "next")
	if status != http.StatusConflict || w.Campaign(c.ID).Wording["ru"].Greeting != "Первое" {
		t.Fatalf("%d, %+v", status, w.Campaign(c.ID).Wording)
	}
	v.Says(page, "Someone has changed this in the meantime", ">Первое<", ">Второе &lt;b&gt;<", `value="Второе &lt;b&gt;"`, fmt.Sprintf(`name="version" value="%d"`, c.Version+1))
	if status, _, _ := v.Post("/campaigns/abcdefgh/edit", "step", "words", "version", strconv.Itoa(c.Version+1), "language_of_words", "ru", "greeting", "Второе", "go", ""); status != 303 || w.Campaign(c.ID).Wording["ru"].Greeting != "Второе" {
		t.Errorf("to keep one's own: %d", status)
	}
	// A launch of what one has not seen is no launch.
	if status, page, _ = v.Post("/campaigns/abcdefgh/launch", "version", seen); status != http.StatusConflict || w.Campaign(c.ID).State != survey.Draft {
		t.Errorf("a stale launch: %d", status)
	}
	v.Says(page, "Nothing was sent: the campaign was changed in the meantime")
}

var countedNumber = regexp.MustCompile(`data-n="(\w+)"[^>]*>([\d,]+)<`)

// The count says whom the planner would skip, and adds up over requests to what one walk finds.
func TestCampaignCount(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 2500)
	for i, reason := range []survey.SuppressionReason{survey.Unsubscribed, survey.Bounced, survey.Complained} {
		email := fmt.Sprintf("person%d@example.com", i)
		ids := map[survey.Audience]survey.ContactID{survey.Customers: w.Desk.Keys.ContactID(survey.Customers, email)}
		if err := w.Store.Suppress(t.Context(), ids, reason, w.Now()); err != nil {
			t.Fatal(err)
		}
	}
	earlier := survey.Campaign{ID: "earlierr", Name: "Earlier", Audience: survey.Customers, State: survey.Open, Language: "ru", Created: w.Now(), Launched: w.Now(), Opened: w.Now(), Version: 0}
	if err := w.Store.CreateCampaign(t.Context(), earlier); err != nil {
		t.Fatal(err)
	}
	quiet := survey.Batch{Campaign: earlier.ID, State: survey.BatchDone, At: w.Now().Add(-time.Hour)}
	for i := 10; i < 60; i++ {
		quiet.Outcomes = append(quiet.Outcomes, survey.Outcome{Contact: w.Desk.Keys.ContactID(survey.Customers, fmt.Sprintf("person%d@example.com", i)), State: survey.InvitationSent})
	}
	if err := w.Store.AddInvitations(t.Context(), quiet.Invitations(survey.Customers), func() bool { return true }); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := v.Post("/campaigns/abcdefgh/edit", "step", "people", "version", strconv.Itoa(c.Version), "quiet_days", "30", "sample", "100"); status != 303 {
		t.Fatal(status)
	}
	want := map[string]int{"audience": 2500, "invited": 2447, "unsubscribed": 1, "bounced": 1, "complained": 1, "quiet_period": 50}

	var sum consoletest.Headcount
	sum.Skipped = map[survey.SkipReason]int{}
	for after := ""; ; {
		status, body, _ := v.Post("/campaigns/abcdefgh/count", "step", "people", "quiet_days", "30", "sample", "100", "after", after, "values", "1")
		var h consoletest.Headcount
		if err := json.Unmarshal([]byte(body), &h); status != 200 || err != nil {
			t.Fatalf("%d %v %s", status, err, body)
		}
		sum.Audience, sum.Invited = sum.Audience+h.Audience, sum.Invited+h.Invited
		for why, n := range h.Skipped {
			sum.Skipped[why] += n
		}
		if after = h.Next; after == "" {
			break
		}
	}
	got := map[string]int{"audience": sum.Audience, "invited": sum.Invited}
	for why, n := range sum.Skipped {
		got[string(why)] = n
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("by script %v, want %v", got, want)
	}

	// Without a script one counts on by a link.
	_, page := v.Get("/campaigns/abcdefgh/edit?step=people")
	on := regexp.MustCompile(`data-on href="([^"]+)"`).FindStringSubmatch(page)
	if on == nil || strings.Contains(page, `data-n="audience">2,500<`) {
		t.Fatal("the first page counts a bounded part, and says how to go on")
	}
	_, page = v.Get(strings.TrimSuffix(html.UnescapeString(on[1]), "#count"))
	for _, m := range countedNumber.FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(strings.ReplaceAll(m[2], ",", ""))
		if m[1] != "looked" && n != want[m[1]] {
			t.Errorf("by link %s is %d, want %d", m[1], n, want[m[1]])
		}
	}
	// Half of them, by the same hash as the planner's.
	_, body, _ := v.Post("/campaigns/abcdefgh/count", "step", "people", "sample", "50", "quiet_days", "0")
	var half consoletest.Headcount
	if err := json.Unmarshal([]byte(body), &half); err != nil || half.Skipped[survey.SkipNotSampled] < 1000 || half.Invited < 1000 {
		t.Errorf("a sample of half: %+v, %v", half, err)
	}
}

// An attribute with five thousand values gives a page of a bounded size; values that cannot be seen can be written.
func TestCampaignManyValues(t *testing.T) {
	t.Parallel()
	w, v, _ := consoletest.Planned(t, 0)
	for part := range 2 {
		var b strings.Builder
		b.WriteString("email,team,contract\n")
		for i := range 2500 {
			n := part*2500 + i
			fmt.Fprintf(&b, "p%d@example.com,Team %d,<script>%d</script>\n", n, n, n)
		}
		w.Must("POST", "/api/v1/contacts?audience=customers", "application/octet-stream", []byte(b.String()))
	}
	status, page := v.Get("/campaigns/abcdefgh/edit?step=people") // get holds it to 100 KB
	if status != 200 || strings.Contains(page, "<script>1") {
		t.Errorf("%d", status)
	}
	v.Says(page, `name="f.attr:contract"`, "more values")
	v.Post("/campaigns/abcdefgh/edit", "step", "people", "version", "1", "t.attr:contract", "<script>4999</script>", "quiet_days", "0")
	_, page = v.Get("/campaigns/abcdefgh/edit?step=people")
	v.Says(page, "&lt;script&gt;4999&lt;/script&gt;")
	h, err := w.Desk.Planner.HeadCount(t.Context(), w.Campaign("abcdefgh"), survey.Cursor{}, 20_000, false)
	if err != nil || h.Audience != 1 {
		t.Errorf("%+v, %v", h, err)
	}
}

// The letter may be shown in a frame of this site, with its own styles and nothing else; typing stores nothing.
func TestCampaignLetter(t *testing.T) {
	t.Parallel()
	w, v, _ := consoletest.Planned(t, 1)
	r, err := http.NewRequest("GET", w.Site+"/campaigns/abcdefgh/letter?language=ru", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", v.Cookies)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	policy := answer.Header.Get("Content-Security-Policy")
	if answer.StatusCode != 200 || answer.Header.Get("X-Frame-Options") != "SAMEORIGIN" || !strings.Contains(policy, "frame-ancestors 'self'") ||
		strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "script-src") || !strings.Contains(policy, "'unsafe-hashes' 'sha256-") || len(policy) > 4000 {
		t.Errorf("%d, %v", answer.StatusCode, answer.Header)
	}
	before := w.Stored()
	status, body, _ := v.Post("/campaigns/abcdefgh/letter", "language_of_words", "ru", "subject", "Тема", "greeting", "<script>alert(1)</script>, {name}", "question", "{{x}}")
	var said struct {
		Subject, HTML string
		Wrong         map[string]string
	}
	if err := json.Unmarshal([]byte(body), &said); status != 200 || err != nil || said.Subject != "Тема" || strings.Contains(said.HTML, "<script>") || said.Wrong["question"] == "" || w.Stored() != before {
		t.Errorf("%d %v %+v %q %v %v", status, err, said.Wrong, said.Subject, strings.Contains(said.HTML, "<script>"), w.Stored() != before)
	}
	if status, page, _ := v.Post("/campaigns/abcdefgh/test", "to", "nobody", "language", "ru"); status != 400 {
		t.Errorf("a test to nobody: %d", status)
	} else {
		v.Says(page, `value="nobody"`, `aria-invalid="true"`)
	}
	if status, _, to := v.Post("/campaigns/abcdefgh/test", "to", "owner@example.com", "language", "ru"); status != 303 || !strings.Contains(to, "done=campaign_tested") {
		t.Errorf("a test letter: %d %q", status, to)
	}
}

// Whether the sender is verified is asked for the address, its domain and the domains above; a sender that is not stands
// in the way of a launch.
func TestCampaignSender(t *testing.T) {
	t.Parallel()
	w, v, _ := consoletest.Planned(t, 3)
	for sender, verified := range map[string]bool{"a@example.com": true, "A <a@mail.example.com>": true, "a@example.net": false, "a@notexample.com": false} {
		version := strconv.Itoa(w.Campaign("abcdefgh").Version)
		if status, page, _ := v.Post("/campaigns/abcdefgh/edit", "step", "about", "version", version, "name", "Autumn", "audience", "customers", "sender", sender, "language", "ru"); status != 303 {
			t.Fatalf("%s: %d %s", sender, status, page)
		}
		_, page := v.Get("/campaigns/abcdefgh/edit?step=check")
		if said := strings.Contains(page, "SES has verified"); said != verified || strings.Contains(page, "/launch\"") != verified {
			t.Errorf("%s: said to be verified: %v", sender, said)
		}
	}
}

// Whatever value the page offers, the filter takes, and finds those who have it.
func TestOfferedValuesAreTaken(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	long := strings.Repeat("й", survey.MaxFilterValue)
	values := []string{"North", long, long + "ё", strings.Repeat("x", 2000), "two\nlines", "tab\there", "a, b; c", `"quoted" <b>`, "ends with a dot.", "é́ and ё"}
	var contacts []survey.Contact
	for i, v := range values {
		contacts = append(contacts, survey.Contact{
			ID: w.Desk.Keys.ContactID(survey.Customers, fmt.Sprintf("p%d@example.com", i)), Audience: survey.Customers,
			Person: survey.Person{Email: fmt.Sprintf("p%d@example.com", i)}, Location: v, Attrs: map[string]string{"Note": v},
		})
	}
	if _, err := w.Store.UpsertContacts(t.Context(), contacts, survey.UploadMark{}, w.Now()); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("marketing", "en")
	v.Post("/campaigns/new", "new", "abcdefgh", "name", "Autumn", "audience", "customers", "company", "Shop", "language", "en", "go", "next")
	for _, field := range []string{"f.location", "f.attr:Note"} {
		v.Post("/campaigns/abcdefgh/edit", "step", "people", "version", strconv.Itoa(w.Campaign("abcdefgh").Version), "quiet_days", "0", "sample", "100")
		_, page := v.Get("/campaigns/abcdefgh/edit?step=people")
		offered := regexp.MustCompile(`name="`+regexp.QuoteMeta(field)+`" value="([^"]*)"`).FindAllStringSubmatch(page, -1)
		if len(offered) < 6 {
			t.Fatalf("%s: %d values are offered", field, len(offered))
		}
		for _, o := range offered {
			value := html.UnescapeString(o[1])
			sent := strings.ReplaceAll(value, "\n", "\r\n") // as a browser does
			status, answer, _ := v.Post("/campaigns/abcdefgh/count", "step", "people", "quiet_days", "0", "sample", "100", field, sent)
			want := 1
			if value == "" {
				want = 0
			}
			if status != 200 || !strings.Contains(answer, fmt.Sprintf(`"invited":%d`, want)) {
				t.Errorf("%s = %.40q: %d %.300s", field, value, status, answer)
			}
			version := strconv.Itoa(w.Campaign("abcdefgh").Version)
			if status, page, _ := v.Post("/campaigns/abcdefgh/edit", "step", "people", "version", version, "quiet_days", "0", "sample", "100", field, sent); status != 303 {
				t.Errorf("%s = %.40q is refused: %d %.300s", field, value, status, page)
			}
		}
	}
}
