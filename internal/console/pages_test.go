package console_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"onetap/internal/auth"
	"onetap/internal/ballot"
	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	laptop "onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
	"onetap/internal/local/startpage"
	"onetap/internal/local/story"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/survey"
)

var screens = flag.String("screens", "", "write pictures of every page into this folder")

// maxPage is the most bytes that a page may have.
const maxPage = 100_000

// TestEveryPage plays the main job on a whole laptop and then walks through the desk as the administrator and from the
// home page as everybody else. Every page that there is must be reached by links, be small, and be sound in both
// themes, both languages and both widths.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	template := localtest.Template(t)
	s, err := laptop.Start(t.Context(), laptop.Config{
		Template: template, Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Second, MailRate: 200,
		MailQuota: 50_000, Parameters: map[string]string{"AlertWaitSeconds": "1", "AlertTogetherSeconds": "5"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	var out bytes.Buffer
	teller := &story.Teller{
		Company: drive.New(s.Site(), s.Inbox(), s.Token()), Samples: os.DirFS(filepath.Join(filepath.Dir(template), "samples")), Out: &out,
		Seed: 1, MaxWait: 2 * time.Minute,
	}
	if _, err := teller.Tell(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	v := &walker{t: t, site: s.Site(), store: tableOf(s), client: &http.Client{}}
	v.uploaded(teller.Company)
	v.opened(s)
	v.silent(s)
	v.called(teller.Company)
	v.analysed()
	found := map[string]string{}
	for _, staff := range []string{"tikhonov", "klimova", "voronin", "orlova", "sokolova", "morozova"} {
		v.signIn(staff)
		for pattern, path := range v.walk(staff == "tikhonov") {
			if staff != "tikhonov" {
				pattern += " " + staff
			}
			found[pattern] = path
		}
	}
	for _, rt := range consoletest.Bare().Routes() {
		if method, path, _ := strings.Cut(rt.Pattern, " "); method == "GET" && found[path] == "" && !slices.Contains(unlinked, path) {
			t.Errorf("no link leads to %s", path)
		}
	}
	b := browsertest.Open(t, s.Site())
	for _, staff := range []string{"tikhonov", "klimova", "voronin", "orlova", "sokolova", "morozova"} {
		b.Go("/sign-in/" + v.link(staff))
		b.Click("main button")
		b.Until(`location.pathname === "/"`)
		for _, pattern := range slices.Sorted(maps.Keys(found)) {
			path, of, ok := strings.Cut(pattern, " ")
			if !ok && staff != "tikhonov" || ok && of != staff || slices.Contains(downloads, path) {
				continue
			}
			v.look(b, pattern, found[pattern])
		}
	}
}

// unlinked is what frames and scripts ask for, and what the way back from the issuer leads to; downloads are no pages, and the
// company of the walk has erased nobody.
var (
	unlinked  = []string{"/devices/own", "/campaigns/{campaign}/letter", "/campaigns/{campaign}/live", "/contacts/imports/{import}/state", "/contacts/workbooks/{digest}", "/settings/people/erasures/{erasure}", "/downloads/{export}/file"}
	downloads = []string{"/contacts/imports/{import}/refused", "/history/{import}/refused"}
)

func tableOf(s *laptop.Stack) *store.Store { return startpage.OpenTable(s.AWS(), s.TableName()) }

// walker walks through the desk without a browser.
type walker struct {
	t      *testing.T
	site   string
	store  *store.Store
	client *http.Client
	also   []string // where a form has led to
}

// uploaded uploads a list with a row that is refused.
func (v *walker) uploaded(c *drive.Company) {
	v.t.Helper()
	var begun struct{ ID string }
	if err := c.Call(v.t.Context(), "POST", "/imports", map[string]any{"audience": "candidates"}, &begun); err != nil {
		v.t.Fatal(err)
	}
	path := "/imports/" + begun.ID
	list := "E-mail;Name\nhelga@example.com;Helga\nnobody;Nemo\n"
	if err := c.Upload(v.t.Context(), "PUT", path+"/parts/1", "text/csv; charset=utf-8", []byte(list), nil); err != nil {
		v.t.Fatal(err)
	}
	if err := c.Call(v.t.Context(), "POST", path+"/finish", nil, nil); err != nil {
		v.t.Fatal(err)
	}
	v.also = append(v.also, "/contacts"+path)
	if err := c.Upload(v.t.Context(), "POST", "/history?audience=candidates", "text/csv; charset=utf-8", []byte("Date;Score;E-mail\n2024-03-01;9;helga@example.com\n2024-03-02;eleven;\n"), nil); err != nil {
		v.t.Fatal(err)
	}
}

// opened is a campaign of employees whose box was opened, and one for which cards can be printed.
func (v *walker) opened(s *laptop.Stack) {
	v.t.Helper()
	ctx, at := v.t.Context(), time.Now().Add(-time.Hour)
	c := survey.Campaign{
		ID: "openedaa", Name: "eNPS", Audience: survey.Employees, State: survey.Closed, Language: "ru", Ballots: true, Created: at, Launched: at,
		ClosesAt: at, Ended: at, Box: survey.Box{Opened: at, Kept: 24, Words: 12},
	}
	err := v.store.CreateCampaign(ctx, c)
	var answers []survey.Response
	var words []survey.Words
	for i := range c.Box.Kept {
		team := []string{"Склад", "Продажи"}[i%2]
		answers = append(answers, survey.Response{
			Campaign: c.ID, Contact: consoletest.ContactNumber(i), Audience: c.Audience, Team: team, Language: "ru", Score: i % 11, Verified: true,
			First: at, Counted: at, Updated: at, Version: 1,
		})
		if i < c.Box.Words {
			words = append(words, survey.Words{Values: []string{team, "ru"}, Why: fmt.Sprintf("Смены ставят за день, %d раз за месяц", i), Wish: "График на неделю вперёд"})
		}
	}
	err = errors.Join(err, v.store.PutAnswers(ctx, answers), v.store.PutWords(ctx, c.ID, 0, words), s.Settle(ctx))
	if err != nil {
		v.t.Fatal(err)
	}
	v.also = append(v.also, "/results/"+string(c.ID))
	asked := survey.Campaign{
		ID: "askedaaa", Name: "eNPS", Audience: survey.Employees, State: survey.Open, Language: "ru", Company: "Ромашка", Ballots: true, Created: at, Launched: at, Opened: at,
		ClosesAt: at.AddDate(0, 0, 30),
	}
	err = v.store.CreateCampaign(ctx, asked)
	m, failed := v.store.SaveMailing(ctx, survey.NewMailing(asked.ID, survey.MailingInvitation, at))
	begun := m.Clone()
	m.EndWhole("plan")
	_, planned := v.store.SavePlan(ctx, begun, m, nil)
	err = errors.Join(err, failed, planned, v.store.PutCells(ctx, asked.ID, "plan", []ballot.Planned{{Cell: ballot.Cell{Values: []string{""}}}}))
	if err != nil {
		v.t.Fatal(err)
	}
	v.also = append(v.also, "/campaigns/"+string(asked.ID))
}

// silent is a campaign of long ago that most have not answered.
func (v *walker) silent(s *laptop.Stack) {
	v.t.Helper()
	ctx, at := v.t.Context(), time.Now().AddDate(-2, 0, 0)
	c := survey.Campaign{ID: "silentaa", Name: "Позапрошлый год", Audience: survey.Customers, State: survey.Closed, Language: "ru", Created: at, Launched: at, Opened: at, ClosesAt: at.AddDate(0, 0, 14), Ended: at.AddDate(0, 0, 14), Recommend: survey.Recommend{Address: "https://shop.example.com/"}}
	err := v.store.CreateCampaign(ctx, c)
	var asked []survey.Invitation
	for i := range 9 {
		asked = append(asked, survey.Invitation{
			Campaign: c.ID, Contact: consoletest.ContactNumber(i), Audience: c.Audience, State: survey.InvitationSent, Decided: survey.InvitationSent, Language: "ru", Team: "Склад", At: at, Version: 1,
		})
	}
	answer := survey.Response{Campaign: c.ID, Contact: consoletest.ContactNumber(0), Audience: c.Audience, Team: "Склад", Language: "ru", Score: 9, Verified: true, First: at, Counted: at, Updated: at, Version: 1, Import: "none"}
	handed, _, failed := survey.Recommendation{Contact: answer.Contact, Taken: at}.Leave("lead00000000", time.Now())
	err = errors.Join(err, failed, v.store.SaveRecommendation(ctx, c.ID, handed))
	for _, i := range []loop.Item{
		{Name: "lead00000000", Kind: loop.ItemLead, Recommended: true, Said: loop.ItemSaid{Name: "Пётр", Reach: "+7 900 000-00-00", Words: "Нужны насосы", Consent: "Даю согласие"}},
		{Name: loop.MarkName(answer.Contact, loop.ItemQuestion), Kind: loop.ItemQuestion},
	} {
		i.Campaign, i.Shard, i.Audience, i.Contact, i.Owner, i.At, i.State = c.ID, answer.Contact.Shard(), c.Audience, answer.Contact, answer.Owner, time.Now(), loop.ItemWaits // an older one would be deleted by its age
		_, failed := v.store.SaveItem(ctx, i)
		err = errors.Join(err, failed)
	}
	err = errors.Join(err, v.store.AddInvitations(ctx, asked, func() bool { return true }), v.store.PutAnswers(ctx, []survey.Response{answer}), s.Settle(ctx))
	if err != nil {
		v.t.Fatal(err)
	}
	v.also = append(v.also, "/results/"+string(c.ID), "/results/"+string(c.ID)+"/quotes")
}

// analysed has the waves of customers analysed, and leads to one that has another before it.
func (v *walker) analysed() {
	v.t.Helper()
	ctx := v.t.Context()
	all, err := v.store.Campaigns(ctx, survey.Customers, 20)
	for _, c := range all {
		err = errors.Join(err, insight.AskAnalysis(ctx, v.store, c))
	}
	err = errors.Join(err, (&insight.Analyst{Store: v.store, Log: slog.New(slog.DiscardHandler), Now: time.Now}).Run(ctx))
	moved, spoken := "", ""
	for _, c := range all {
		a, ok, failed := v.store.Analysis(ctx, c.ID)
		err = errors.Join(err, failed)
		if page := "/results/" + string(c.ID); ok && moved == "" && a.Before != "" && a.Movement.Both() > 0 {
			moved = page
		}
		if page := "/results/" + string(c.ID); ok && spoken == "" && a.Comments > 0 {
			spoken = page
		}
	}
	v.also = append(v.also, moved+"/wave", spoken+"/themes", spoken+"/themes/price", spoken+"/touchpoints", moved+"/moved?from=promoter&to=promoter")
	if err != nil {
		v.t.Fatal(err)
	}
}

// called is a round of executives' calls about the first campaign of customers with detractors.
func (v *walker) called(company *drive.Company) {
	v.t.Helper()
	campaigns, err := v.store.Campaigns(v.t.Context(), survey.Customers, 20)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range campaigns {
		err = company.Call(v.t.Context(), "POST", "/calls", map[string]any{"campaign": c.ID, "executives": []string{"voronin"}, "number": 3}, nil)
		if err == nil {
			return
		}
	}
	v.t.Errorf("no campaign has detractors to call: %v", err)
}

func (v *walker) link(staff string) string {
	v.t.Helper()
	token, l := auth.NewLink(staff, "", time.Now(), time.Hour)
	if err := v.store.PutSignIn(context.Background(), l); err != nil {
		v.t.Fatal(err)
	}
	return token
}

func (v *walker) signIn(staff string) {
	v.t.Helper()
	v.client.Jar, _ = cookiejar.New(nil) // never fails without options
	answer, err := v.client.PostForm(v.site+"/sign-in/"+v.link(staff), url.Values{})
	if err != nil {
		v.t.Fatal(err)
	}
	answer.Body.Close()
}

// walk follows links from the home page, a few of each pattern, and returns of each the path that shows most. Without all
// it only looks at what the home page leads to.
func (v *walker) walk(all bool) map[string]string {
	mux := http.NewServeMux()
	for _, rt := range consoletest.Bare().Routes() {
		mux.HandleFunc(rt.Pattern, func(http.ResponseWriter, *http.Request) {})
	}
	found, times, sizes, seen := map[string]string{}, map[string]int{}, map[string]int{}, map[string]bool{"/": true}
	waiting := []string{"/"}
	if all {
		waiting = append(waiting, v.also...)
	}
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		r, err := http.NewRequest("GET", v.site+path, nil)
		if err != nil {
			v.t.Errorf("a link to %q: %v", path, err)
			continue
		}
		_, pattern := mux.Handler(r)
		_, pattern, _ = strings.Cut(pattern, " ")
		if path == "/anonymity" || strings.HasPrefix(path, "/privacy?") { // the respond function's
			continue
		}
		if times[pattern]++; times[pattern] > 3 || pattern == "" {
			if pattern == "" {
				v.t.Errorf("a link leads to %s, where there is no page", path)
			}
			continue
		}
		links, size := v.visit(r, path)
		if size > sizes[pattern] || found[pattern] == "" {
			found[pattern], sizes[pattern] = path, size
		}
		if !all && path != "/" {
			continue
		}
		for _, l := range links {
			if !seen[l] {
				seen[l] = true
				waiting = append(waiting, l)
			}
		}
	}
	return found
}

var inlined = regexp.MustCompile(`<style|<script[^>]*>[^<]|\sstyle="|\son[a-z]+="|unsafe-inline`)

// visit opens one page and returns the links of the site on it, and its size in bytes.
func (v *walker) visit(r *http.Request, path string) (links []string, size int) {
	v.t.Helper()
	answer, err := v.client.Do(r)
	if err != nil {
		v.t.Error(err)
		return nil, 0
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch kind := answer.Header.Get("Content-Type"); {
	case err != nil || answer.StatusCode != 200:
		v.t.Errorf("%s: %d, %v\n%.500s", path, answer.StatusCode, err, body)
	case !strings.HasPrefix(kind, "text/html"):
		return nil, 0
	case len(body) > maxPage:
		v.t.Errorf("%s has %d bytes", path, len(body))
	}
	if policy := answer.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe-inline") || !strings.Contains(policy, "default-src 'none'") {
		v.t.Errorf("%s: the policy is %q", path, policy)
	}
	if m := inlined.Find(body); m != nil && !strings.Contains(answer.Header.Get("Content-Security-Policy"), "unsafe-hashes") {
		v.t.Errorf("%s holds %q", path, m)
	}
	tree, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		v.t.Error(err)
		return nil, 0
	}
	if at := personal(tree, answer.Request.URL); at != "" {
		v.t.Errorf("%s: an e-mail address stands in %s", path, at)
	}
	v.kept(tree, path)
	to := func(address string) {
		u, err := url.Parse(address)
		if err != nil || strings.HasPrefix(address, "#") {
			return
		}
		u = answer.Request.URL.ResolveReference(u)
		if u.Fragment = ""; strings.HasPrefix(u.String(), v.site+"/") && !strings.HasPrefix(u.Path, "/sign-in") {
			links = append(links, u.RequestURI())
		}
	}
	for n := range tree.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "a":
			to(consoletest.Attribute(n, "href"))
		case n.Data == "form" && !strings.EqualFold(consoletest.Attribute(n, "method"), "post"):
			to(consoletest.Attribute(n, "action") + "?" + consoletest.Filled(n).Encode())
		}
	}
	return links, len(body)
}

// look looks at one page in both themes, languages and widths, and takes its pictures when asked to.
func (v *walker) look(b *browsertest.Tab, pattern, path string) {
	lang := func(language string) string {
		u, err := url.Parse(path)
		if err != nil {
			v.t.Fatal(err)
		}
		q := u.Query()
		q.Set("lang", language)
		u.RawQuery = q.Encode()
		return u.String()
	}
	for n, c := range []struct {
		width    int64
		dark     bool
		language string
	}{{390, false, "ru"}, {1280, true, "en"}, {1280, false, "ru"}, {390, true, "en"}} {
		if c.width == 1280 && !c.dark && *screens == "" || c.width == 390 && c.dark && *screens == "" {
			continue // the other two find the same
		}
		b.Look(c.width, c.dark, c.language)
		b.Go(lang(c.language))
		name := strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(strings.ReplaceAll(pattern, "{$}", "home"), "-"), "-")
		theme := map[bool]string{true: "dark", false: "light"}[c.dark]
		if n == 0 {
			b.Sound(pattern + " " + theme)
		} else {
			b.SoundAgain(pattern + " " + theme)
		}
		if *screens != "" {
			b.Shot(filepath.Join(*screens, name+"-"+theme+"-"+map[bool]string{true: "phone", false: "desktop"}[c.width < 500]+"-"+c.language+".png"))
		}
	}
}
