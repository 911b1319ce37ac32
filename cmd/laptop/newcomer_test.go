package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"onetap/internal/browsertest"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

var (
	startLine = regexp.MustCompile(`(?m)^ +(http://\S+)$`)
	inboxLine = regexp.MustCompile(`inbox +(http://\S+)`)
	tokenLine = regexp.MustCompile(`token +(\S+)`)
)

// From a fresh `make run` a newcomer, who has only the one address that the terminal says, has signed in, made a campaign and
// sent it to the sample contacts in eight clicks or fewer, on a phone and on a desk, and sees it go out without touching
// anything. After that the sample's own campaign is sent in four, although everybody was just asked.
func TestBrowserNewcomer(t *testing.T) {
	for _, look := range []struct {
		language string
		width    int64
	}{{"ru", 390}, {"en", 1280}} {
		t.Run(fmt.Sprintf("%s-%d", look.language, look.width), func(t *testing.T) {
			words := freshRun(t)
			first, places := found(t, startLine, words), addresses(t, words)
			site, inbox := found(t, siteLine, places), found(t, inboxLine, places)
			b := browsertest.Open(t, first, site)
			b.Look(look.width, false, look.language)
			b.Go("/")
			b.Sound("start")
			shoot(b, "start", look.language, look.width)
			b.ClickTo(`button[value="/campaigns/new"]`, "form[action^='/sign-in/']")
			b.ClickTo("main button", "#name")
			for _, next := range []string{"#count", "iframe", "#closes_at", "#launch"} {
				b.ClickTo(".onwards button[value=next]", next)
			}
			b.Click("#launch summary")
			b.ClickTo("#launch form button", "#live")
			if b.Clicks > 8 {
				t.Errorf("%d clicks, want 8 or fewer", b.Clicks)
			}
			t.Logf("sent in %d clicks", b.Clicks)

			company := drive.New(site, inbox, found(t, tokenLine, places))
			all := ledgerOf(t, company, strings.TrimPrefix(strings.SplitN(b.Path(), "?", 2)[0], "/campaigns/"))
			if all.Invited < 800 {
				t.Errorf("%+v", all)
			}
			// A few addresses of the sample bounce, so that not all count as sent.
			b.Until(fmt.Sprintf(`(q => q("waiting") === 0 && q("sent") > %d && q("sent") + q("failed") === %d)(k => Number(document.querySelector("[data-live=" + k + "]").textContent.replace(/\D/g, "")))`, all.Invited-30, all.Invited))
			b.Until(`document.querySelector("[data-show=remind]").hidden === false && document.querySelector("[data-show=cancel]").hidden`)
			b.Wait("div[data-show=bounced]") // the sample's few
			b.Sound("sent")
			letters, err := company.Letters(context.Background())
			letters = slices.DeleteFunc(letters, func(l drive.Letter) bool { return l.Tags["campaign"] != all.id })
			if err != nil || len(letters) != all.Invited {
				t.Fatalf("%d letters, %v", len(letters), err)
			}
			for _, letter := range letters[:5] { // marketing sees figures of five and more
				answer(t, company, letter)
			}
			b.Until(`document.querySelector("[data-live=answers]").textContent === "5"`) // by itself
			b.ClickTo(`a[href^="/results/"]`, ".big")
			if nps := b.Text(".big"); nps != "+100" {
				t.Errorf("after five answers of 9 the NPS is %q", nps)
			}
			b.Sound("results")
			shoot(b, "newcomer", look.language, look.width)

			b.Go("/")
			b.Clicks = 0
			b.ClickTo(`button[value$="step=check"]`, "form[action^='/sign-in/']")
			b.ClickTo("main button", "#launch")
			if got, want := b.Text("h1"), map[string]string{"ru": "Первый опрос", "en": "First survey"}[look.language]; !strings.HasSuffix(got, want) {
				t.Errorf("the page of the sample's campaign is called %q, want %q in it", got, want)
			}
			b.Click("#launch summary")
			b.ClickTo("#launch form button", "#live")
			if b.Clicks > 4 {
				t.Errorf("%d clicks to launch the sample's campaign", b.Clicks)
			}
			b.Until(`(q => q("waiting") === 0 && q("sent") > 80)(k => Number(document.querySelector("[data-live=" + k + "]").textContent))`)
		})
	}
}

// asked is whom a campaign has asked.
type asked struct {
	id      string
	Invited int
}

// ledgerOf waits until a campaign is planned.
func ledgerOf(t *testing.T, c *drive.Company, id string) asked {
	t.Helper()
	var got struct {
		State  string
		Ledger asked
	}
	err := drive.Until(t.Context(), time.Minute, "the plan", func() (bool, error) {
		err := c.Call(t.Context(), "GET", "/campaigns/"+id, nil, &got)
		return got.State == "sending" || got.State == "open", err
	})
	if err != nil {
		t.Fatal(err)
	}
	got.Ledger.id = id
	return got.Ledger
}

// shoot keeps a picture of the page where ONETAP_SHOTS names a folder for them.
func shoot(b *browsertest.Tab, name, language string, width int64) {
	if dir := os.Getenv("ONETAP_SHOTS"); dir != "" {
		b.Shot(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, language, width)))
	}
}

// addresses are where everything is, as the start page says it to programs.
func addresses(t *testing.T, words string) string {
	t.Helper()
	answer, err := http.Get(found(t, startLine, words) + "/addresses")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
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

// freshRun starts `laptop run` with the whole system and, unless args say -empty, the sample workspace, and returns what it says until it is ready.
func freshRun(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, program, append([]string{"run", "-template", localtest.Template(t), "-functions", localtest.Functions(t)}, args...)...)
	c.Env = append(os.Environ(), "ONETAP_START=127.0.0.1:0", "ONETAP_SITE=127.0.0.1:0", "ONETAP_LINKS=127.0.0.1:0", "ONETAP_INBOX=127.0.0.1:0", "ONETAP_AWS=127.0.0.1:0", "ONETAP_DATA="+t.TempDir(), "ONETAP_SES_RATE=200", "ONETAP_MINUTE=2s")
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
