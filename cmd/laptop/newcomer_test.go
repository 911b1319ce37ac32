package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

var (
	marketingLine = regexp.MustCompile(`marketing +(http://\S+)`)
	inboxLine     = regexp.MustCompile(`inbox +(http://\S+)`)
)

// From a fresh `make run` a newcomer, who has only what the terminal says, has sent a campaign to the sample contacts in
// twelve clicks or fewer, on a phone and on a desk, and sees it go out without touching anything.
func TestBrowserNewcomer(t *testing.T) {
	for _, look := range []struct {
		language string
		width    int64
	}{{"ru", 390}, {"en", 1280}} {
		t.Run(fmt.Sprintf("%s-%d", look.language, look.width), func(t *testing.T) {
			words := freshRun(t)
			site, link, inbox := found(t, siteLine, words), found(t, marketingLine, words), found(t, inboxLine, words)
			b := browsertest.Open(t, site)
			b.Look(look.width, false, look.language)
			u, err := url.Parse(link)
			if err != nil {
				t.Fatal(err)
			}
			b.Go("/sign-in") // the sample's staff are Russian; a newcomer who is not has chosen a language before
			browsertest.Run(t, b.Context, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.cookie = "onetap-language=%s;path=/"`, look.language)))
			b.Go(u.RequestURI())
			b.ClickTo("main button", "nav")
			b.ClickTo(`nav a[href="/campaigns"]`, "h1")
			b.ClickTo(`a[href="/campaigns/new"]`, "#name")
			for _, next := range []string{"#count", "iframe", "#closes_at", "#launch"} {
				b.ClickTo(".onwards button[value=next]", next)
			}
			b.Click("#launch summary")
			b.ClickTo("#launch form button", "#live")
			if b.Clicks > 12 {
				t.Errorf("%d clicks, want 12 or fewer", b.Clicks)
			}
			t.Logf("sent in %d clicks", b.Clicks)

			// A few addresses of the sample bounce, so that not all 300 count as sent.
			b.Until(`(q => q("waiting") === 0 && q("sent") > 280 && q("sent") + q("failed") === 300)(k => Number(document.querySelector("dd[data-live=" + k + "]").textContent))`)
			b.Until(`document.querySelector("[data-show=remind]").hidden === false && document.querySelector("[data-show=cancel]").hidden`)
			b.Wait("div[data-show=bounced]") // the sample's few
			b.Sound("sent")
			company := drive.New(site, inbox, "")
			letters, err := company.Letters(context.Background())
			if err != nil || len(letters) != 300 {
				t.Fatalf("%d letters, %v", len(letters), err)
			}
			for _, letter := range letters[:5] { // marketing sees figures of five and more
				answer(t, company, letter)
			}
			b.Until(`document.querySelector("dd[data-live=answers]").textContent === "5"`) // by itself
			b.ClickTo(`a[href^="/results/"]`, ".big")
			if nps := b.Text(".big"); nps != "+100" {
				t.Errorf("after five answers of 9 the NPS is %q", nps)
			}
			b.Sound("results")
			if dir := os.Getenv("ONETAP_SHOTS"); dir != "" {
				b.Shot(filepath.Join(dir, fmt.Sprintf("newcomer-%s-%d.png", look.language, look.width)))
			}
		})
	}
}

// answer is a respondent who taps the nine of a letter and presses the button.
func answer(t *testing.T, c *drive.Company, letter drive.Letter) {
	t.Helper()
	links, ok := letter.Survey()
	if !ok {
		t.Fatal("the letter has no scores")
	}
	page, err := c.Open(context.Background(), links.Scores[9])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Submit(context.Background(), page, map[string]string{"gesture": "button"}); err != nil {
		t.Fatal(err)
	}
}

// freshRun starts `laptop run` with the whole system and the sample workspace, and returns what it says until it is ready.
func freshRun(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, program, "run", "-template", localtest.Template(t), "-functions", localtest.Functions(t))
	c.Env = append(os.Environ(), "ONETAP_SITE=127.0.0.1:0", "ONETAP_LINKS=127.0.0.1:0", "ONETAP_INBOX=127.0.0.1:0", "ONETAP_AWS=127.0.0.1:0", "ONETAP_DATA="+t.TempDir(), "ONETAP_SES_RATE=50", "ONETAP_MINUTE=2s")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines, words := bufio.NewScanner(out), ""
	t.Cleanup(func() {
		syscall.Kill(-c.Process.Pid, syscall.SIGINT)
		for lines.Scan() {
		}
		c.Wait()
	})
	for lines.Scan() && lines.Text() != "ready" {
		words += lines.Text() + "\n"
	}
	if words == "" {
		t.Fatalf("it does not start: %s", errs.String())
	}
	return words
}

func found(t *testing.T, line *regexp.Regexp, words string) string {
	t.Helper()
	m := line.FindStringSubmatch(words)
	if m == nil {
		t.Fatalf("%v is not in\n%s", line, words)
	}
	return m[1]
}
