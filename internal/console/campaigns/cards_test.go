package campaigns_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"onetap/internal/ballot"
	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// asked is a campaign of employees that is being answered, with a group of a team beside everybody.
func asked(t *testing.T) *consoletest.World {
	t.Helper()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	ctx, at := t.Context(), w.Now().Add(-time.Hour)
	c := survey.Campaign{
		ID: "abcdefgh", Name: "eNPS", Audience: survey.Employees, State: survey.Open, Language: "ru", Company: "Ромашка", Ballots: true, Created: at, Launched: at, Opened: at,
		ClosesAt: w.Now().AddDate(0, 0, 14), Site: "https://abcdefghijklmnopqrstuvwxyz234567.lambda-url.eu-central-1.on.aws",
	}
	if err := w.Store.CreateCampaign(ctx, c); err != nil {
		t.Fatal(err)
	}
	m, err := w.Store.SaveMailing(ctx, survey.NewMailing(c.ID, survey.MailingInvitation, at))
	if err != nil {
		t.Fatal(err)
	}
	begun := m.Clone()
	m.EndWhole("plan")
	cells := []ballot.Planned{{Cell: ballot.Cell{Values: []string{""}}}, {Cell: ballot.Cell{Language: "ru", Values: []string{"Склад"}}, People: 7}}
	if err := w.Store.PutCells(ctx, c.ID, "plan", cells); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Store.SavePlan(ctx, begun, m, nil); err != nil {
		t.Fatal(err)
	}
	return w
}

var cardCode = regexp.MustCompile(`<strong>(\d{4} \d{4} \d{4})</strong>`)

// Cards are made of five and more, each with a code of its own that leads to the ballot in its square, and stands nowhere but on the
// page; they are counted, and who asks again gets others.
func TestCardsOnPaper(t *testing.T) {
	t.Parallel()
	w := asked(t)
	v := w.Visitor("marketing", "en")
	status, page := v.Get("/campaigns/abcdefgh/cards")
	if status != http.StatusOK {
		t.Fatalf("the page: %d", status)
	}
	v.Says(page, "everyone", "Склад · Russian", "shuffle them")
	if _, page := v.Get("/campaigns/abcdefgh"); !strings.Contains(page, `href="/campaigns/abcdefgh/cards"`) {
		t.Error("nothing leads to the cards")
	}
	for _, bad := range [][]string{{"cell", "1", "count", "4"}, {"cell", "1", "count", "201"}, {"cell", "2", "count", "10"}, {"cell", "", "count", "10"}, {"cell", "0", "count", "many"}} {
		if status, page, _ := v.Post("/campaigns/abcdefgh/cards", append(bad, "language", "ru")...); status != http.StatusBadRequest || cardCode.MatchString(page) {
			t.Errorf("%v: %d", bad, status)
		}
	}
	seen := map[string]bool{}
	for round := 1; round <= 2; round++ {
		status, page, _ := v.Post("/campaigns/abcdefgh/cards", "cell", "1", "count", "12", "language", "ru")
		codes := cardCode.FindAllStringSubmatch(page, -1)
		if status != http.StatusOK || len(codes) != 12 {
			t.Fatalf("made: %d, %d cards", status, len(codes))
		}
		v.Says(page, "Ромашка", "lambda-url.eu-central-1.on.aws/card", "Анонимно", fmt.Sprintf("%d cards have been made", 12*round))
		stored := w.Stored()
		for _, m := range codes {
			code, ok := keys.ReadCode(m[1])
			if !ok || seen[code] {
				t.Fatalf("%s is no code, or there twice", m[1])
			}
			seen[code] = true
			card, ok, err := w.Store.Card(t.Context(), w.Desk.Keys.CodeHash(code))
			if err != nil || !ok || card.Campaign != "abcdefgh" || card.Cell != 1 {
				t.Errorf("the code leads to %+v, %v, %v", card, ok, err)
			}
			token := w.Desk.Keys.MakeBallot(w.Desk.Keys.OfCode(card.Campaign, ballot.Number(card.Cell), code))
			if strings.Contains(page, token) {
				t.Error("a ballot's link stands on the page in words")
			}
			for _, secret := range []string{code, m[1], token} {
				if strings.Contains(stored, secret) {
					t.Error("the table holds a code or a ballot")
				}
			}
		}
		if c := w.Campaign("abcdefgh"); c.Cards[1] != 12*round || c.Printed() != 12*round {
			t.Errorf("counted: %v", c.Cards)
		}
	}
	w.Become("abcdefgh", func(c *survey.Campaign) { c.State = survey.Closed })
	if status, page, _ := v.Post("/campaigns/abcdefgh/cards", "cell", "1", "count", "12"); status != http.StatusConflict || cardCode.MatchString(page) {
		t.Errorf("after the end: %d", status)
	}
	w.Asks("springaa", survey.Customers, "Весна", 1)
	if status, page, _ := v.Post("/campaigns/springaa/cards", "cell", "0", "count", "12"); status != http.StatusConflict || cardCode.MatchString(page) {
		t.Errorf("of customers: %d", status)
	}
}

// Cards are printed two beside each other and five below, whole, without anything else; at a phone's width and a desk's the page is sound.
func TestBrowserPrintsCards(t *testing.T) {
	t.Parallel()
	w := asked(t)
	b := w.Tab("marketing", 390, "ru")
	b.Go("/campaigns/abcdefgh/cards")
	b.Sound("cards, before")
	b.Set("#count", "23")
	b.Click("main form.card button")
	b.Wait(".ballots")
	b.Sound("cards, phone")
	consoletest.Shoot(b, "cards-phone")
	b.Look(1280, true, "ru")
	b.Sound("cards, desk")
	consoletest.Shoot(b, "cards-desk")
	b.Paper(true)
	consoletest.Shoot(b, "cards-paper")
	if wrong := browsertest.Ask(t, b.Context, chromedp.Evaluate[string](`(() => {
		const wrong = [];
		for (const e of document.querySelectorAll(".bar, main h1, main form, main > p")) if (e.checkVisibility() && e.getBoundingClientRect().height > 1) wrong.push("shown: " + e.tagName + " " + e.innerText.slice(0, 40));
		for (const e of document.querySelectorAll(".ballot")) {
			if (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1) wrong.push("cut off: " + [e.scrollHeight, e.clientHeight, e.scrollWidth, e.clientWidth]);
			if (getComputedStyle(e).backgroundColor !== "rgb(255, 255, 255)") wrong.push("dark");
		}
		if (document.querySelectorAll(".ballot").length !== 23) wrong.push("not all");
		return [...new Set(wrong)].join("\n");
	})()`)); wrong != "" {
		t.Error(wrong)
	}
	pdf := browsertest.Ask(t, b.Context, func(ctx context.Context, tab *chromedp.Target) ([]byte, error) {
		out, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true), PaperWidth: 8.27, PaperHeight: 11.69})
		return out.Data, err
	})
	if n := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(bytes.ReplaceAll(pdf, []byte("\r"), nil), -1)); n != 3 {
		t.Errorf("23 cards are printed on %d sheets, want 3", n)
	}
}
