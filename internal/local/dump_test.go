package local_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/awsenv"
	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
	"onetap/internal/local/startpage"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// A workspace in which people have worked for a while, with all the samples: lists whole, in parts, as a workbook and changed, a
// campaign, answers with words, cases with notes, owners changed, somebody erased. Whoever has a copy of its table finds none of the
// people in it: no name, address, telephone, owner as written, value, note, and no words.
func TestADumpTellsNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	ctx := t.Context()
	s, err := local.Start(ctx, local.Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	company := drive.New(s.Site(), s.Inbox(), s.Token())
	secrets := livedIn(t, s, company)
	table := startpage.OpenTable(s.AWS(), s.TableName())
	people := 0
	for shard := range survey.ContactShards {
		for _, a := range survey.Audiences {
			_, err := table.ContactsUntil(ctx, a, survey.Cursor{Shard: shard, End: shard + 1}, 1<<30, func(c survey.Contact, _ survey.SuppressionReason) bool {
				people++
				secrets = append(secrets, c.Person.Name, c.Person.First, c.Person.Middle, c.Person.Email, c.Person.Phone, digits(c.Person.Phone), c.Person.Customer, c.OwnerRaw, c.Value, c.Company.Name, c.Company.Code, c.Company.Parent)
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	staff, err := table.Staff(ctx)
	if err != nil || len(staff) < 5 || people < 300 {
		t.Fatalf("%d of the staff, %d contacts, %v", len(staff), people, err)
	}
	for _, m := range staff {
		if strings.Contains(m.ID, "@") {
			t.Errorf("%s has an address for an id", m.Name)
		}
		secrets = append(secrets, m.Name, m.Email, m.Phone, digits(m.Phone))
	}
	dump := dumped(t, s)
	t.Logf("%d people, %d texts, %d bytes of table", people+len(staff), len(secrets), len(dump))
	told := 0
	for _, secret := range secrets {
		if len([]rune(secret)) < 6 { // may stand in any id
			continue
		}
		if at := bytes.Index(dump, []byte(secret)); at >= 0 {
			line := dump[bytes.LastIndexByte(dump[:at], '\n')+1:]
			line, _, _ = bytes.Cut(line, []byte("\n"))
			if told++; told <= 20 {
				t.Errorf("the table tells %q: %.200s", secret, line)
			}
		}
	}
	if told > 20 {
		t.Errorf("and %d more", told-20)
	}
}

func at(to []string, address string) int {
	if slices.Contains(to, address) {
		return 1
	}
	return 0
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// dumped is every item of the table as a line for each attribute.
func dumped(t *testing.T, s *local.Stack) []byte {
	t.Helper()
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(s.AWS())
	p := dynamodb.NewScanPaginator(dynamodb.NewFromConfig(storetest.As(c, "thief")), &dynamodb.ScanInput{TableName: aws.String(s.TableName())})
	var b bytes.Buffer
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range out.Items {
			key := it["pk"].(*types.AttributeValueMemberS).Value + " " + it["sk"].(*types.AttributeValueMemberS).Value
			for name, v := range it {
				switch v := v.(type) {
				case *types.AttributeValueMemberS:
					fmt.Fprintf(&b, "%s %s %s\n", key, name, v.Value)
				case *types.AttributeValueMemberB:
					fmt.Fprintf(&b, "%s %s %s\n", key, name, v.Value)
				}
			}
		}
	}
	return b.Bytes()
}

// livedIn has people work, and returns what they and respondents have typed.
func livedIn(t *testing.T, s *local.Stack, company *drive.Company) (secrets []string) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sample := func(name string) []byte {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(filepath.Dir(localtest.Template(t)), "samples", name))
		must(err)
		return b
	}
	// Some of the staff have no id, one manages others; of one it is the address.
	people := strings.NewReplacer("\nkhan,", "\n,", "\nreed,", "\n,", "\nhughes,", "\n,", ",hughes,", ",grace.hughes@example.com,", "\ncarter,", "\nEmily.Carter@example.com,").Replace(string(sample("staff.csv")))
	must(company.Upload(ctx, "POST", "/staff", "text/csv; charset=utf-8", []byte(people), nil))
	ru, en := sample("customers-ru.csv"), sample("customers-en.csv")
	must(company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", ru, nil))
	must(company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", en, nil))
	must(company.Upload(ctx, "POST", "/contacts?audience=project_staff", "application/octet-stream", sample("customers.xlsx"), nil))
	changed := bytes.ReplaceAll(en, []byte("Boston"), []byte("Albany")) // what is kept to be undone
	must(company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", changed, nil))
	var parts struct{ ID string }
	must(company.Call(ctx, "POST", "/imports", map[string]any{"audience": "candidates", "file": "Applications of Lucas.csv"}, &parts))
	secrets = append(secrets, "Applications of Lucas")
	must(company.Upload(ctx, "PUT", "/imports/"+parts.ID+"/parts/1", "application/octet-stream", en[:len(en)/2], nil))
	must(company.Upload(ctx, "PUT", "/imports/"+parts.ID+"/parts/2", "application/octet-stream", en[len(en)/2:len(en)-100], nil))

	var c struct{ ID string }
	launch(t, company, &c)
	must(s.Settle(ctx))
	letters, err := company.Letters(ctx)
	must(err)
	const customer, owner = "lucas.kowalski@example.com", "samir.khan@example.com" // as the list says, by address
	slices.SortStableFunc(letters, func(a, b drive.Letter) int { return cmp.Compare(at(b.To, customer), at(a.To, customer)) })
	answered := 0
	for _, l := range letters {
		links, ok := l.Survey()
		if !ok || answered == 5 {
			continue
		}
		why := fmt.Sprintf("Nobody has called me since Tuesday %d", answered)
		page, err := company.Open(ctx, links.Scores[1])
		must(err)
		_, err = company.Submit(ctx, page, map[string]string{"score": "1"})
		must(err)
		page, err = company.Open(ctx, links.Scores[1])
		must(err)
		_, err = company.Submit(ctx, page, map[string]string{"why": why})
		must(err)
		secrets = append(secrets, why)
		answered++
	}
	must(s.Settle(ctx))
	if letters, err = company.Letters(ctx); err != nil || !slices.ContainsFunc(letters, func(l drive.Letter) bool { return l.Kind == "alert" && slices.Contains(l.To, owner) }) {
		t.Errorf("no alert has come to the owner whom the list names by address: %v", err)
	}
	var cases struct{ Cases []struct{ ID string } }
	must(company.Call(ctx, "GET", "/campaigns/"+c.ID+"/cases", nil, &cases))
	if answered != 5 || len(cases.Cases) == 0 {
		t.Fatalf("%d answers, %d cases", answered, len(cases.Cases))
	}
	for n, one := range cases.Cases {
		note := fmt.Sprintf("Promised to bring the papers to her sister %d", n)
		must(company.Call(ctx, "PATCH", "/cases/"+one.ID, map[string]any{"note": note, "state": "acknowledged"}, nil))
		secrets = append(secrets, note)
	}
	// Somebody has another address now: the list says so by the customer id.
	moved := bytes.Replace(en, []byte("mei.muller@example.com"), []byte("mei.other@example.com"), 1)
	must(company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", moved, nil))
	must(company.Call(ctx, "POST", "/contacts/owner", map[string]any{"audience": "customers", "owner": "sokolova", "search": "Hannah Tanaka"}, nil))
	secrets = append(secrets, "Hannah Tanaka")
	var listed struct{ Contacts []struct{ ID string } }
	must(company.Call(ctx, "GET", "/contacts?audience=customers", nil, &listed))
	must(company.Call(ctx, "POST", "/people/erase", map[string]any{"audience": "customers", "contact": listed.Contacts[0].ID, "words": "keep"}, nil))
	must(s.Settle(ctx))
	return secrets
}
