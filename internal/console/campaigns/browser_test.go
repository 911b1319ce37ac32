package campaigns_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A newcomer's first campaign, from signing in to the letters being on their way, in twelve clicks or fewer.
func TestBrowserFirstCampaign(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, false}, {"en", 1280, true}, {"ru", 1280, false}, {"en", 390, true}} {
		name := fmt.Sprintf("%s-%d", c.language, c.width)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			w.People(300)
			b := browsertest.Open(t, w.Site)
			b.Look(c.width, c.dark, c.language)
			b.Go(w.Link("marketing"))
			b.ClickTo("main button", "nav")
			b.ClickTo(`nav a[href="/campaigns"]`, `a[href="/campaigns/new"]`)
			b.Sound("empty list")
			consoletest.Shoot(b, name+"-0-empty")
			b.ClickTo(`a[href="/campaigns/new"]`, "#name")
			b.Sound("about")
			b.Type("#company", "Северный ветер")
			consoletest.Shoot(b, name+"-1-about")
			b.ClickTo(`.onwards button[value=next]`, "#count")
			b.Until(`document.querySelector("[data-said]").textContent !== ""`)
			if n := b.Text(`[data-n=invited]`); n != "300" {
				t.Errorf("%s will be invited", n)
			}
			b.Sound("people")
			consoletest.Shoot(b, name+"-2-people")
			b.ClickTo(`.onwards button[value=next]`, "iframe")
			b.Until(`[...document.querySelectorAll("iframe")].every(f => f.contentDocument?.body?.innerText.includes("Северный ветер"))`)
			b.Sound("words")
			b.Set("#greeting", "Привет & <b>welcome</b>, {name}!")
			b.Until(`document.querySelector(".phone iframe").contentDocument.body.innerText.includes("Привет & <b>welcome</b>")`)
			b.Sound("typed words")
			consoletest.Shoot(b, name+"-3-words")
			b.ClickTo(`.onwards button[value=next]`, "#closes_at")
			b.Sound("time")
			consoletest.Shoot(b, name+"-4-time")
			b.ClickTo(`.onwards button[value=next]`, "#launch")
			b.Click("#launch summary")
			b.Wait("#launch form button")
			if ask := b.Text("[data-ask]"); !strings.Contains(ask, "300") {
				t.Errorf("the launch does not say how many: %q", ask)
			}
			b.Sound("check")
			consoletest.Shoot(b, name+"-5-check")
			b.ClickTo("#launch form button", "#live")
			if b.Clicks > 12 {
				t.Errorf("%d clicks, want 12 or fewer", b.Clicks)
			}
			t.Logf("%d clicks", b.Clicks)
			b.Sound("live")
			consoletest.Shoot(b, name+"-6-live")
			cs, err := w.Store.Campaigns(context.Background(), survey.Customers, 5)
			if err != nil || len(cs) != 1 || cs[0].State != survey.Planning || cs[0].Wording["ru"].Greeting == "" && cs[0].Wording["en"].Greeting == "" || w.Woken() != 1 {
				t.Errorf("stored: %+v, woken %d, %v", cs, w.Woken(), err)
			}
			b.ClickTo(".crumbs a", "table")
			b.Sound("list")
			consoletest.Shoot(b, name+"-7-list")
		})
	}
}
