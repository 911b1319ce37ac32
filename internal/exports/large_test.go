package exports_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/xuri/excelize/v2"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/awsenv"
	"onetap/internal/contacts"
	"onetap/internal/exports"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/keys"
	locals3 "onetap/internal/local/cloud/s3"
	"onetap/internal/local/dynamo"
	"onetap/internal/report"
	"onetap/internal/s3"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// bed is a workspace with a campaign whose answers fill several parts of a file.
type bed struct {
	t       *testing.T
	store   *store.Store
	bucket  *s3.Bucket
	results *insight.Results
	lists   *contacts.Lists

	mu    sync.Mutex
	now   time.Time
	made  int // exports
	calls int
	dies  int // at which call to table or bucket the run dies; 0: at none
	after bool
}

var errDead = errors.New("killed")

func (b *bed) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bed) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// step counts a call that writes, and dies before it or after it.
func (b *bed) step(do func() error) error {
	b.mu.Lock()
	b.calls++
	dead := b.dies > 0 && b.calls >= b.dies
	late := dead && b.after && b.calls == b.dies
	b.mu.Unlock()
	if dead && !late {
		return errDead
	}
	err := do()
	if late {
		return errDead
	}
	return err
}

// dying are the calls of a run that write.
type dying struct {
	*store.Store
	b *bed
}

func (d dying) SaveExport(ctx context.Context, x survey.Export) (saved survey.Export, err error) {
	err = d.b.step(func() (err error) {
		saved, err = d.Store.SaveExport(ctx, x)
		return err
	})
	return saved, err
}

type dyingFiles struct {
	*s3.Bucket
	b *bed
}

func (d dyingFiles) Begin(ctx context.Context, key, media, name string) (id string, err error) {
	err = d.b.step(func() (err error) {
		id, err = d.Bucket.Begin(ctx, key, media, name)
		return err
	})
	return id, err
}

func (d dyingFiles) Put(ctx context.Context, key, upload string, n int, part []byte) (tag string, err error) {
	err = d.b.step(func() (err error) {
		tag, err = d.Bucket.Put(ctx, key, upload, n, part)
		return err
	})
	return tag, err
}

func (d dyingFiles) Finish(ctx context.Context, key, upload string, tags []string) error {
	return d.b.step(func() error { return d.Bucket.Finish(ctx, key, upload, tags) })
}

const campaign = survey.CampaignID("springaa")

func open(t *testing.T, answers, size int) *bed {
	t.Helper()
	b := &bed{t: t, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	b.store, _ = storetest.Open(t, dynamo.Options{})
	storetest.Sealed(b.store)
	files, err := locals3.Open(locals3.Options{Folder: t.TempDir(), Buckets: []locals3.Bucket{{Name: "exports"}}, Secret: "laptop"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(files)
	t.Cleanup(server.Close)
	c := storetest.As(awsenv.Config(), "ReportFunction")
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(server.URL)
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "ReportFunction", SecretAccessKey: "laptop"}, nil
	})
	b.bucket = s3.New(c, "exports")
	k, err := keys.NewKeys(strings.Repeat("k", keys.MinMaster), 1)
	if err != nil {
		t.Fatal(err)
	}
	b.results = &insight.Results{Store: b.store, Keys: k, Now: b.clock}
	b.lists = &contacts.Lists{Store: b.store, Keys: k, Now: b.clock}
	ctx := t.Context()
	err = b.store.CreateCampaign(ctx, survey.Campaign{ID: campaign, Name: "Spring", Audience: survey.Customers, State: survey.Open, Launched: b.now.Add(-time.Hour), Zone: "Europe/Moscow"})
	if err == nil {
		err = b.store.PutStaff(ctx, []survey.Staff{{ID: "boss", Email: "boss@example.com", Role: survey.RoleExecutive}})
	}
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	letters := []rune("абвгдежзийклмнопрстуфхцчшщъыьэюя ,.;\"\n")
	var rs []survey.Response
	for i := range answers {
		words := make([]rune, size)
		for j := range words {
			words[j] = letters[random.IntN(len(letters))]
		}
		id := k.ContactID(survey.Customers, fmt.Sprintf("person%d@example.com", i))
		rs = append(rs, survey.Response{
			Campaign: campaign, Contact: id, Audience: survey.Customers, Score: i % 11, Verified: true, Why: fmt.Sprintf("%d ", i) + string(words),
			First: b.now, Counted: b.now, Updated: b.now, Version: 1, Import: "x.1", Origin: fmt.Sprint(i),
		})
	}
	if _, err := b.store.AddBrought(ctx, rs); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bed) exports() *exports.Exports {
	return &exports.Exports{
		Store: dying{b.store, b}, Results: b.results, Lists: b.lists, Cases: &followup.Cases{Store: b.store, Now: b.clock}, Now: b.clock, Files: dyingFiles{b.bucket, b},
		NewID: func() string { b.made++; return fmt.Sprintf("%s%d", strings.ToLower(b.t.Name()[4:]), b.made) },
	}
}

var boss = authz.Who{Staff: survey.Staff{ID: "boss", Role: survey.RoleExecutive}}

func (b *bed) file(e *exports.Exports, id string) string {
	b.t.Helper()
	address, err := e.Address(b.t.Context(), boss, id)
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.t.Fatalf("%d %v %.200s", answer.StatusCode, err, body)
	}
	return string(body)
}

// A run may die before and after any call that writes: another one goes on, and the file has every row once.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	const answers = 3600
	b := open(t, answers, 1800)
	ctx := t.Context()
	ask := exports.Ask{Kind: exports.Answers, Format: report.CSV, Language: "en", Campaign: campaign}
	if _, err := b.exports().AtOnce(ctx, boss, ask); !errors.Is(err, exports.ErrLarge) {
		t.Fatalf("it is no large one: %v", err)
	}
	whole, deaths := "", 0
	for _, after := range []bool{false, true} {
		for dies := 1; ; dies++ {
			e := b.exports()
			x, err := e.Begin(ctx, boss, ask)
			if err != nil {
				t.Fatal(err)
			}
			b.calls, b.dies, b.after = 0, dies, after
			_, err = e.GoOn(ctx, x.ID, b.clock().Add(time.Hour))
			died := err != nil
			if died && !errors.Is(err, errDead) {
				t.Fatal(err)
			}
			b.dies = 0
			if w, err := e.GoOn(ctx, x.ID, b.clock().Add(time.Hour)); err != nil || w.Again {
				t.Fatalf("beside a dead run: %+v, %v", w, err)
			}
			b.pass(3 * time.Minute)
			if _, err = e.GoOn(ctx, x.ID, b.clock().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if x, err = e.Show(ctx, boss, x.ID); err != nil || x.State != survey.ExportReady || x.Rows != answers {
				t.Fatalf("after death at call %d: %+v, %v", dies, x.State, err)
			}
			file := b.file(e, x.ID)
			if whole == "" {
				rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\uFEFF"))).ReadAll()
				if err != nil || len(rows) != answers+1 {
					t.Fatalf("%d rows, %v", len(rows), err)
				}
				seen := map[string]bool{}
				for _, r := range rows[1:] {
					n, _, _ := strings.Cut(r[3], " ")
					seen[n] = true
				}
				if len(seen) != answers {
					t.Fatalf("%d answers of %d", len(seen), answers)
				}
				whole = file
			}
			if file != whole {
				t.Fatalf("after death at call %d the file differs: %d bytes, want %d", dies, len(file), len(whole))
			}
			if !died {
				break
			}
			deaths++
		}
	}
	if deaths < 12 {
		t.Errorf("%d deaths: the file has too few parts to tell", deaths)
	}
}

// What a run has no time for the next one does, and a workbook that several runs wrote opens.
func TestRunsEnd(t *testing.T) {
	t.Parallel()
	const answers = 7000
	b := open(t, answers, 2200)
	ctx, e := t.Context(), b.exports()
	x, err := e.Begin(ctx, boss, exports.Ask{Kind: exports.Answers, Format: report.XLSX, Language: "ru", Campaign: campaign})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := e.Begin(ctx, boss, exports.Ask{Kind: exports.Answers, Format: report.XLSX, Language: "ru", Campaign: campaign}); err != nil || again.ID != x.ID {
		t.Errorf("asked for again it is another one: %v", err)
	}
	runs := 0
	for again := true; again; runs++ {
		w, err := e.GoOn(ctx, x.ID, b.clock()) // no time at all: a part each
		if err != nil {
			t.Fatal(err)
		}
		again = w.Again
	}
	if runs < 2 {
		t.Errorf("%d runs", runs)
	}
	f, err := excelize.OpenReader(strings.NewReader(b.file(e, x.ID)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows(f.GetSheetList()[0])
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Error(); err != nil || n != answers+1 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// A file is whose it was asked by, for as long as they may see such things.
func TestWhoseFile(t *testing.T) {
	t.Parallel()
	b := open(t, 3, 10)
	ctx, e := t.Context(), b.exports()
	ask := exports.Ask{Kind: exports.Answers, Format: report.CSV, Language: "en", Campaign: campaign}
	x, err := e.Begin(ctx, boss, ask)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Address(ctx, boss, x.ID); !apperr.Is(err, "export_not_ready") {
		t.Errorf("before it is written: %v", err)
	}
	for _, who := range []authz.Who{{Staff: survey.Staff{ID: "other", Role: survey.RoleAdministrator}}, {Token: "boss", Staff: survey.Staff{Role: survey.RoleExecutive}}} {
		if _, err := e.Show(ctx, who, x.ID); !apperr.Is(err, "export_unknown") {
			t.Errorf("%+v: %v", who, err)
		}
	}
	if err := b.store.PutStaff(ctx, []survey.Staff{{ID: "boss", Email: "boss@example.com", Role: survey.RoleAnalyst}}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.GoOn(ctx, x.ID, b.clock().Add(time.Hour)); err != nil { // written as for an analyst
		t.Fatal(err)
	}
	if file := b.file(e, x.ID); strings.Contains(file, "Name") || strings.Contains(file, "person1") {
		t.Errorf("whoever has become an analyst gets %.200s", file)
	}
	y, err := e.Begin(ctx, boss, exports.Ask{Kind: exports.Contacts, Format: report.CSV, Language: "en", Audience: survey.Customers})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.GoOn(ctx, y.ID, b.clock().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if y, err = e.Show(ctx, boss, y.ID); err != nil || y.State != survey.ExportFailed || y.Problem != "not_allowed" {
		t.Errorf("contacts for whoever may not see them any more: %+v, %v", y, err)
	}
	b.pass(survey.ExportLife + time.Minute)
	if _, err := e.Show(ctx, boss, x.ID); !apperr.Is(err, "export_unknown") {
		t.Errorf("after its days: %v", err)
	}
}
