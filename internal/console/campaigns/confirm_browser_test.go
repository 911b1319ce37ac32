package campaigns_test

import (
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// What was done is said where one sees it without scrolling on a phone, after every button of a campaign.
func TestBrowserConfirmationsInSight(t *testing.T) {
	t.Parallel()
	w, _, _ := running(t, survey.Open, personOf(0, "sent"), personOf(1, "sent"))
	b := w.Tab("marketing", 390, "ru")
	inSight := func(after string) {
		t.Helper()
		b.Until(`(() => { const n = document.querySelector("main > .note.good")?.getBoundingClientRect(); return n && n.height > 0 && n.top >= 0 && n.bottom <= innerHeight })()`)
		consoletest.Shoot(b, "confirm-390-"+after)
	}
	press := func(act string) {
		t.Helper()
		form := `form[action$="/` + act + `"]`
		b.Until(`!!document.querySelector('` + form + `')`)
		b.Until(`(() => { const f = document.querySelector('` + form + `'), d = f.closest("details") ?? f.querySelector("details"); if (d) d.open = true; return true })()`)
		b.ClickTo(form+` button:not([hidden])`, "main > .note.good")
		inSight(act)
	}
	b.Go("/campaigns/abcdefgh")
	press("pause")
	press("resume")
	press("remind")
	press("close")
	press("archive")
	press("unarchive")
	b.Go("/campaigns/abcdefgh")
	b.ClickTo(`form[action$="/copy"] button`, "#name")
	b.Until(`location.pathname.endsWith("/edit")`)
	b.ClickTo(`.onwards button:not([value=next])`, "main > .note.good")
	inSight("save")
	b.ClickTo(`.steps button[value=time]`, "#closes_at")
	b.ClickTo(`.steps button[value=check]`, "#launch")
	press("delete")
}
