package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"onetap/internal/browsertest"
	"onetap/internal/local/drive"
)

// The first round through the whole system, each step by the way that the start page shows: marketing launches the sample's
// campaign, customers answer from the inbox, the owner of the newest case opens it, and the executive sees it. The start page
// ticks each, and on marketing's home the list goes away when all is done.
func TestBrowserFirstRound(t *testing.T) {
	words := freshRun(t)
	first, places := found(t, startLine, words), addresses(t, words)
	site, inbox := found(t, siteLine, places), found(t, inboxLine, places)
	company := drive.New(site, inbox, found(t, tokenLine, places))
	b := browsertest.Open(t, first, site, inbox)
	b.Look(390, true, "en")
	ticked := func(want int) {
		t.Helper()
		err := drive.Until(t.Context(), time.Minute, fmt.Sprintf("%d steps done", want), func() (bool, error) {
			b.Go("/")
			return b.Text(".titles .soft") == fmt.Sprintf("%d of 5", want), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	signIn := func(button, then string) {
		t.Helper()
		b.ClickTo(button, "form[action^='/sign-in/']")
		b.ClickTo("main button", then)
	}
	marketing := `.people li:nth-child(1) button:not(.quiet)`
	b.Go("/")
	signIn(marketing, `form[action="/first-steps"]`)
	b.Sound("marketing's home before anything is done")
	shoot(b, "home", "en", 390)
	b.Click(`a[href$="step=check"]`)
	b.Click("#launch summary")
	b.ClickTo("#launch form button", "#live")
	b.Until(`(q => q("waiting") === 0 && q("sent") > 80)(k => Number(document.querySelector("[data-live=" + k + "]").textContent))`)
	ticked(1)

	b.ClickTo(".links a", ".list")
	b.Sound("inbox")
	shoot(b, "inbox", "en", 390)
	b.ClickTo(`form[action="/actions/answer"] button`, ".state")
	shoot(b, "inbox-busy", "en", 390)
	err := drive.Until(t.Context(), 2*time.Minute, "50 answers", func() (bool, error) {
		answer, err := http.Get(inbox)
		if err != nil {
			return false, err
		}
		defer answer.Body.Close()
		text := make([]byte, 1<<20)
		n, _ := answer.Body.Read(text)
		return strings.Contains(string(text[:n]), "50 of 50 customers have answered"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Look(1280, false, "en")
	ticked(2)
	b.Sound("start with a case")
	shoot(b, "start-case", "en", 1280)
	signIn(`button[value^="/cases/"]`, "#note")
	id := strings.TrimPrefix(strings.SplitN(b.Path(), "?", 2)[0], "/cases/")
	for n, change := range []map[string]any{{"state": "acknowledged"}, {"state": "contacted"}, {"state": "resolved", "cause": "speed", "outcome": "solved"}} {
		if err := company.Call(context.Background(), "PATCH", "/cases/"+id, change, nil); err != nil {
			t.Fatal(err)
		}
		ticked([]int{3, 3, 4}[n])
	}
	signIn(`.people li:nth-child(4) button`, ".big")
	ticked(5)
	shoot(b, "start-done", "en", 1280)
	signIn(marketing, `nav a[href="/campaigns"]`)
	b.Until(`!document.querySelector('form[action="/first-steps"]')`)
	shoot(b, "home-done", "en", 1280)
}
