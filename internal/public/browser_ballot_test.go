package public

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"

	"onetap/internal/ballot"
	"onetap/internal/browsertest"
	"onetap/internal/rights"
	"onetap/internal/survey"
)

// saidAll is a company that has said everything.
type saidAll struct{ pages []survey.Disclosed }

func (*saidAll) Privacy(context.Context) (survey.Privacy, error) {
	return survey.Privacy{
		Retention: survey.Retention{Comments: 36, Contacts: 12, Cases: 36}, On: true, Controller: "ООО «Ромашка»\n170100, Тверь, ул. Мира, 1\nprivacy@example.ru",
		Grounds: map[survey.Audience]survey.Ground{survey.Customers: {Basis: survey.BasisConsent}, survey.Employees: {Basis: survey.BasisInterest}},
	}, nil
}

func (*saidAll) PutPrivacy(context.Context, survey.Privacy) error { return nil }

func (*saidAll) Settings(context.Context) (survey.Settings, error) {
	return survey.Settings{Company: "Ромашка", Contact: "privacy@example.ru"}, nil
}

func (*saidAll) DisclosedSum(context.Context) (string, error) { return "", nil }

func (s *saidAll) PutDisclosed(_ context.Context, pages []survey.Disclosed, _ string) error {
	s.pages = pages
	return nil
}

// written is what that company's people read.
func written(t *testing.T, language string, of survey.Audience) []survey.Section {
	t.Helper()
	var s saidAll
	if err := (&rights.Disclosure{Store: &s}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.pages {
		if p.Language == language && p.Audience == of {
			return p.Sections
		}
	}
	t.Fatalf("no page for %s in %s", of, language)
	return nil
}

// A ballot is filled as an employee would, on a phone and at a desk, in both languages: the letter's tile is chosen, score and words
// go into the box together, and the page says that it is done. What the page says of anonymity can be read, too.
func TestBrowserBallot(t *testing.T) {
	t.Parallel()
	for _, width := range []int64{390, 1280} {
		for _, language := range []string{"ru", "en"} {
			s, link, _ := boxes(t)
			server := httptest.NewServer(s.handler)
			t.Cleanup(server.Close)
			b := browsertest.Open(t, server.URL)
			name := language + "-" + strconv.FormatInt(width, 10)
			look := func(page string) {
				b.Sound(page + " " + name)
				if *screenshots != "" {
					b.Shot(filepath.Join(*screenshots, page+"-"+name+".png"))
				}
			}
			b.Look(width, width == 1280, language)
			b.Go(link + "?lang=" + language + "#9")
			b.Until(`document.querySelector("input[name=score]:checked")?.value === "9"`)
			look("ballot")
			b.Type("#why", "спокойно и по делу")
			b.ClickTo("#ballot button", "#end")
			look("ballot-done")
			if all := s.opened(t); len(all) != 1 || all[0] != (ballot.Answer{Cell: 3, Score: 9, Why: "спокойно и по делу"}) {
				t.Errorf("%s: in the box: %+v", name, all)
			}
			b.ClickTo("#again", "#ballot")
			b.Go("/anonymity?lang=" + language)
			look("anonymity")
			for _, of := range []survey.Audience{survey.Employees, survey.Customers} {
				s.disclosed = written(t, language, of)
				b.Go("/privacy?lang=" + language + "&of=" + string(of))
				look("privacy-" + string(of))
			}
		}
	}
}
