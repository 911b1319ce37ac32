package template

import (
	"slices"
	"strings"
	"testing"
)

// Each function holds the secrets that it needs, and no other: whoever may read a function's configuration reads them too.
func TestSecretsWhereNeeded(t *testing.T) {
	t.Parallel()
	in := inputs()
	in.Parameters["ApiToken"], in.Parameters["OidcClientSecret"] = strings.Repeat("t", 40), "secret-of-the-issuer"
	tmpl, err := Read(project, in)
	if err != nil {
		t.Fatal(err)
	}
	holds := map[string][]string{ // by function, in the order of the alphabet
		"respond":  {"MASTER_KEY"},
		"desk":     {"API_TOKEN", "CASE_KEY", "MASTER_KEY", "OIDC_CLIENT_SECRET"},
		"send":     {"MASTER_KEY"},
		"feedback": {"CASE_KEY", "MASTER_KEY"}, // an address's contact id
		"notify":   {"CASE_KEY"},               // owners' links, and no other key
		"clock":    {"CASE_KEY"},
		"report":   {"MASTER_KEY"}, // pseudonyms
	}
	secrets := map[string]bool{"secret-of-MasterKey-64": true, "secret-of-CaseKey-64": true, in.Parameters["ApiToken"]: true, in.Parameters["OidcClientSecret"]: true}
	for _, f := range tmpl.Functions {
		var got []string
		for name, value := range f.Env {
			for secret := range secrets {
				if strings.Contains(value, secret) {
					got = append(got, name)
				}
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, holds[f.Folder]) {
			t.Errorf("%s holds %v, needs %v", f.Folder, got, holds[f.Folder])
		}
	}
}

// Nothing secret has to be given to deploy: what a deployment cannot go without has either a default or stands in the files
// of deploy/.
func TestNothingSecretIsAskedFor(t *testing.T) {
	t.Parallel()
	in := inputs()
	delete(in.Parameters, "ApiToken")
	if _, err := Read(project, in); err != nil {
		t.Error(err)
	}
	for _, token := range []string{"short", strings.Repeat("t", 31), strings.Repeat("t", 20) + " " + strings.Repeat("t", 20)} {
		in.Parameters["ApiToken"] = token
		if _, err := Read(project, in); err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("a token of %d characters: %v", len(token), err)
		}
	}
}
