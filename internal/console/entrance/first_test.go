package entrance_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// letterTo is the path of the newest sign-in link that was mailed to an address; "" where there is none.
func letterTo(w *consoletest.World, t *testing.T, address string) string {
	t.Helper()
	letters, err := w.Inbox.Letters(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range slices.Backward(letters) {
		if l.To[0] == address {
			return consoletest.SignInPath(t, l.Text)
		}
	}
	return ""
}

// Nothing is written for a person who has proved nothing: whatever a guest posts, with whatever address of the staff, new are
// only the links that were asked for and the count of the asking (SIGNIN#), and that the links are unused (LINK#).
func TestGuestsWriteNothing(t *testing.T) {
	t.Parallel()
	admin := survey.Staff{ID: consoletest.New(t, dynamo.Options{}).Desk.Keys.StaffID("boss@example.com"), Email: "boss@example.com", Name: "Ольга Ветрова", Role: survey.RoleAdministrator}
	for name, staff := range map[string][]survey.Staff{
		"nobody yet":                         nil,
		"everybody":                          consoletest.Everybody,
		"the administrator":                  {admin},
		"its id is an analyst's":             {{ID: admin.ID, Email: "other@example.com", Role: survey.RoleAnalyst}, consoletest.Everybody[5]},
		"its id is an analyst's, no admin":   {{ID: admin.ID, Email: "other@example.com", Role: survey.RoleAnalyst}},
		"its address is an analyst's":        {{ID: "17", Email: admin.Email, Role: survey.RoleAnalyst}},
		"its id in capitals is a manager's":  {{ID: strings.ToUpper(admin.ID), Email: "other@example.com", Role: survey.RoleManager}},
		"it was removed, another is there":   {consoletest.Everybody[5]},
		"it was removed, nobody is there":    {consoletest.Everybody[1], consoletest.Everybody[4]},
		"somebody with an address of Россия": {{ID: "23", Email: "anna@xn--e1afmkfd.xn--p1ai", Role: survey.RoleExecutive}, consoletest.Everybody[5]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Desk.Door.Admin = "Boss@Example.com"
			if err := w.Store.PutStaff(t.Context(), staff); err != nil {
				t.Fatal(err)
			}
			addresses := []string{"boss@example.com", "BOSS@example.com", " boss@EXAMPLE.com ", "nobody@example.com", "other@example.com", "anna@пример.рф", "Anna@XN--E1AFMKFD.XN--P1AI"}
			for _, m := range staff {
				addresses = append(addresses, m.Email, m.ID)
			}
			rest := func(pk, sk string) bool { return !strings.HasPrefix(pk, "SIGNIN#") && !strings.HasPrefix(sk, "LINK#") }
			before := w.StoredIf(rest)
			for _, email := range addresses {
				for _, rt := range consoletest.GuestRoutes(w.Desk) {
					method, path, _ := strings.Cut(rt.Pattern, " ")
					path = consoletest.PathParameter.ReplaceAllString(path, url.PathEscape(email))
					form := url.Values{"email": {email}, "to": {"/staff"}, "id": {email}, "role": {"administrator"}}
					g := w.Guest(t)
					for _, m := range []string{method, "POST", "GET", "HEAD"} {
						g.Do(m, path+"?"+form.Encode(), "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
					}
					g.Get("/").Want(t, 303)
				}
			}
			if after := w.StoredIf(rest); after != before {
				t.Errorf("the table was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

// An analyst's session stays one, whoever asks for the administrator's link.
func TestAnalystStaysAnalyst(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Desk.Door.Admin = "admin@example.com"
	if err := w.Store.PutStaff(t.Context(), []survey.Staff{{ID: "admin@example.com", Email: "moved@example.com", Role: survey.RoleAnalyst}}); err != nil {
		t.Fatal(err)
	}
	analyst := w.As(t, "admin@example.com")
	analyst.Get("/settings").Want(t, 403)
	w.Guest(t).Post("/sign-in", "email", "admin@example.com").Want(t, 200)
	analyst.Get("/settings").Want(t, 403)
	// Whoever uses the link is another person, under another id.
	g := w.Guest(t)
	g.Post("/sign-in", "email", "admin@example.com").Want(t, 200)
	g.Post(letterTo(w, t, "admin@example.com")).Want(t, 303)
	g.Get("/settings").Want(t, 200)
	analyst.Get("/settings").Want(t, 403)
	staff, err := w.Store.Staff(t.Context())
	if err != nil || len(staff) != 2 {
		t.Errorf("the staff are %v, %v", staff, err)
	}
}

// Two links of the first administrator that are used at once make one administrator; a third, once there is one, nobody.
func TestFirstAdministratorOnce(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Desk.Door.Admin = "Boss@Example.com"
	const browsers = 4
	var guests []*consoletest.Guest
	var paths []string
	for range browsers {
		g := w.Guest(t)
		g.Post("/sign-in", "email", "boss@example.com").Want(t, 200)
		guests, paths = append(guests, g), append(paths, letterTo(w, t, "boss@example.com"))
	}
	var all sync.WaitGroup
	for i := range browsers - 1 {
		all.Go(func() { guests[i].Post(paths[i]).Want(t, 303) })
	}
	all.Wait()
	for _, g := range guests[:browsers-1] {
		g.Get("/settings").Want(t, 200)
	}
	id := w.Desk.Keys.StaffID("boss@example.com")
	staff, err := w.Store.Staff(t.Context())
	if err != nil || len(staff) != 1 || staff[0] != (survey.Staff{ID: id, Email: "boss@example.com", Name: "boss@example.com", Role: survey.RoleAdministrator, Written: "boss@example.com"}) {
		t.Errorf("the staff are %v, %v", staff, err)
	}
	deeds, _, err := w.Store.Audit(t.Context(), "", 50, w.Now())
	made := slices.DeleteFunc(deeds, func(d authz.AuditEntry) bool { return d.Action != "staff.first" })
	if err != nil || len(made) != 1 || made[0].Who != id {
		t.Errorf("the audit list says %v, %v", made, err)
	}

	// Removed while there is another: the link that is still unused makes nobody, and no new one is mailed.
	if err := w.Store.PutStaff(t.Context(), consoletest.Everybody[5:]); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.RemoveStaff(t.Context(), id, nil); err != nil {
		t.Fatal(err)
	}
	guests[3].Post(paths[3]).Want(t, 410)
	before, _ := w.Inbox.Letters(t.Context())
	w.Guest(t).Post("/sign-in", "email", "boss@example.com").Want(t, 200)
	if after, _ := w.Inbox.Letters(t.Context()); len(after) != len(before) {
		t.Error("a removed administrator is written to")
	}
}
