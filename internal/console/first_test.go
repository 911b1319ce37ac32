package console

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"onetap/internal/authz"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// letterTo is the path of the newest sign-in link that was mailed to an address; "" where there is none.
func (w *world) letterTo(t *testing.T, address string) string {
	t.Helper()
	letters, err := w.inbox.Letters(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range slices.Backward(letters) {
		if l.To[0] == address {
			return signInPath(t, l.Text)
		}
	}
	return ""
}

// Nothing is written for a person who has proved nothing: whatever a guest posts, with whatever address of the staff, new are
// only the links that were asked for and the count of the asking (SIGNIN#), and that the links are unused (LINK#).
func TestGuestsWriteNothing(t *testing.T) {
	t.Parallel()
	admin := survey.Staff{ID: "boss@example.com", Email: "boss@example.com", Name: "Ольга Ветрова", Role: survey.RoleAdministrator}
	for name, staff := range map[string][]survey.Staff{
		"nobody yet":                         nil,
		"everybody":                          everybody,
		"the administrator":                  {admin},
		"its id is an analyst's":             {{ID: admin.ID, Email: "other@example.com", Role: survey.RoleAnalyst}, everybody[5]},
		"its id is an analyst's, no admin":   {{ID: admin.ID, Email: "other@example.com", Role: survey.RoleAnalyst}},
		"its address is an analyst's":        {{ID: "17", Email: admin.Email, Role: survey.RoleAnalyst}},
		"its id in capitals is a manager's":  {{ID: "BOSS@EXAMPLE.COM", Email: "other@example.com", Role: survey.RoleManager}},
		"it was removed, another is there":   {everybody[5]},
		"it was removed, nobody is there":    {everybody[1], everybody[4]},
		"somebody with an address of Россия": {{ID: "23", Email: "anna@xn--e1afmkfd.xn--p1ai", Role: survey.RoleExecutive}, everybody[5]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dynamo.Options{})
			w.desk.Door.Admin = "Boss@Example.com"
			if err := w.store.PutStaff(t.Context(), staff); err != nil {
				t.Fatal(err)
			}
			addresses := []string{"boss@example.com", "BOSS@example.com", " boss@EXAMPLE.com ", "nobody@example.com", "other@example.com", "anna@пример.рф", "Anna@XN--E1AFMKFD.XN--P1AI"}
			for _, m := range staff {
				addresses = append(addresses, m.Email, m.ID)
			}
			rest := func(pk, sk string) bool { return !strings.HasPrefix(pk, "SIGNIN#") && !strings.HasPrefix(sk, "LINK#") }
			before := w.storedIf(rest)
			for _, email := range addresses {
				for _, rt := range w.desk.entrance.Guests() {
					method, path, _ := strings.Cut(rt.Pattern, " ")
					path = parameter.ReplaceAllString(path, url.PathEscape(email))
					form := url.Values{"email": {email}, "to": {"/staff"}, "id": {email}, "role": {"administrator"}}
					g := w.guest(t)
					for _, m := range []string{method, "POST", "GET", "HEAD"} {
						g.do(m, path+"?"+form.Encode(), "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
					}
					g.get("/").want(t, 303)
				}
			}
			if after := w.storedIf(rest); after != before {
				t.Errorf("the table was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

// An analyst's session stays one, whoever asks for the administrator's link.
func TestAnalystStaysAnalyst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.desk.Door.Admin = "admin@example.com"
	if err := w.store.PutStaff(t.Context(), []survey.Staff{{ID: "admin@example.com", Email: "moved@example.com", Role: survey.RoleAnalyst}}); err != nil {
		t.Fatal(err)
	}
	analyst := w.as(t, "admin@example.com")
	analyst.get("/settings").want(t, 403)
	w.guest(t).post("/sign-in", "email", "admin@example.com").want(t, 200)
	analyst.get("/settings").want(t, 403)
	// Whoever uses the link is another person, under another id.
	g := w.guest(t)
	g.post("/sign-in", "email", "admin@example.com").want(t, 200)
	g.post(w.letterTo(t, "admin@example.com")).want(t, 303)
	g.get("/settings").want(t, 200)
	analyst.get("/settings").want(t, 403)
	staff, err := w.store.Staff(t.Context())
	if err != nil || len(staff) != 2 {
		t.Errorf("the staff are %v, %v", staff, err)
	}
}

// Two links of the first administrator that are used at once make one administrator; a third, once there is one, nobody.
func TestFirstAdministratorOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.desk.Door.Admin = "Boss@Example.com"
	const browsers = 4
	var guests []*guest
	var paths []string
	for range browsers {
		g := w.guest(t)
		g.post("/sign-in", "email", "boss@example.com").want(t, 200)
		guests, paths = append(guests, g), append(paths, w.letterTo(t, "boss@example.com"))
	}
	var all sync.WaitGroup
	for i := range browsers - 1 {
		all.Go(func() { guests[i].post(paths[i]).want(t, 303) })
	}
	all.Wait()
	for _, g := range guests[:browsers-1] {
		g.get("/settings").want(t, 200)
	}
	staff, err := w.store.Staff(t.Context())
	if err != nil || len(staff) != 1 || staff[0] != (survey.Staff{ID: "boss@example.com", Email: "boss@example.com", Name: "boss@example.com", Role: survey.RoleAdministrator}) {
		t.Errorf("the staff are %v, %v", staff, err)
	}
	deeds, _, err := w.store.Audit(t.Context(), "", 50, w.now())
	made := slices.DeleteFunc(deeds, func(d authz.AuditEntry) bool { return d.Action != "staff.first" })
	if err != nil || len(made) != 1 || made[0].Who != "boss@example.com" {
		t.Errorf("the audit list says %v, %v", made, err)
	}

	// Removed while there is another: the link that is still unused makes nobody, and no new one is mailed.
	if err := w.store.PutStaff(t.Context(), everybody[5:]); err != nil {
		t.Fatal(err)
	}
	if err := w.store.RemoveStaff(t.Context(), "boss@example.com", nil); err != nil {
		t.Fatal(err)
	}
	guests[3].post(paths[3]).want(t, 410)
	before, _ := w.inbox.Letters(t.Context())
	w.guest(t).post("/sign-in", "email", "boss@example.com").want(t, 200)
	if after, _ := w.inbox.Letters(t.Context()); len(after) != len(before) {
		t.Error("a removed administrator is written to")
	}
}
