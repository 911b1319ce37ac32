package consoletest

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/browsertest"
	"onetap/internal/survey"
)

// Everybody is one member of the staff for each role; their ids are their roles.
var Everybody = []survey.Staff{
	{ID: "marketing", Email: "marketing@example.com", Name: "Анна Климова", Role: survey.RoleMarketing},
	{ID: "owner", Email: "owner@example.com", Name: "Елена Соколова", Role: survey.RoleOwner, Team: "Север", Manager: "manager"},
	{ID: "manager", Email: "manager@example.com", Name: "Вера Орлова", Role: survey.RoleManager, Team: "Север", Manager: "executive"},
	{ID: "executive", Email: "executive@example.com", Name: "Михаил Воронин", Role: survey.RoleExecutive},
	{ID: "analyst", Email: "analyst@example.com", Name: "Юлия Морозова", Role: survey.RoleAnalyst},
	{ID: "administrator", Email: "administrator@example.com", Name: "Сергей Тихонов", Role: survey.RoleAdministrator},
}

// Staffed puts Everybody on the staff list.
func (w *World) Staffed() {
	w.T.Helper()
	if err := w.Store.PutStaff(context.Background(), Everybody); err != nil {
		w.T.Fatal(err)
	}
}

// Link is a path that signs somebody in.
func (w *World) Link(staff string) string {
	w.T.Helper()
	token, l := auth.NewLink(staff, "", w.Now(), time.Hour)
	if err := w.Store.PutSignIn(context.Background(), l); err != nil {
		w.T.Fatal(err)
	}
	return "/sign-in/" + token
}

// Tab opens a browser in which somebody of Everybody is signed in.
func (w *World) Tab(staff string, width int64, language string) *browsertest.Tab {
	w.T.Helper()
	b := browsertest.Open(w.T, w.Site)
	b.Look(width, false, language)
	b.Go(w.Link(staff))
	b.Click("main button")
	b.Until(`location.pathname === "/"`)
	b.Clicks = 0
	return b
}

var signInLink = regexp.MustCompile(`http\S+(/sign-in/\S+)`)

// SignInPath is the path of the link in a letter that signs somebody in.
func SignInPath(t *testing.T, letter string) string {
	t.Helper()
	m := signInLink.FindStringSubmatch(letter)
	if m == nil {
		t.Fatalf("no link in %q", letter)
	}
	return m[1]
}

// PostList gives the API a staff list, which may take something away, and returns what it says.
func (w *World) PostList(t *testing.T, media, list string) string {
	r, err := http.NewRequest("POST", w.Site+"/api/v1/staff?confirm_losses=yes", strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+Token)
	r.Header.Set("Content-Type", media)
	_, body := Send(t, r)
	return body
}
