package ses

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"
)

// code is the exception that an SDK call came back with, and its message.
func code(err error) (code, message string) {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode(), api.ErrorMessage()
	}
	return fmt.Sprint(err), ""
}

func TestSendEmailRefuses(t *testing.T) {
	t.Parallel()
	b := open(t, Options{ConfigurationSets: map[string][]string{"onetap": nil}, Identities: []string{"example.com"}})
	long := strings.Repeat("x", 996)
	header := func(name, value string) func(*sesv2.SendEmailInput) {
		return func(in *sesv2.SendEmailInput) {
			in.Content.Simple.Headers = []types.MessageHeader{{Name: &name, Value: &value}}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*sesv2.SendEmailInput)
		code   string
		says   string
	}{
		{"no recipient", func(in *sesv2.SendEmailInput) { in.Destination = nil }, "BadRequestException", "Recipient count is zero"},
		{"51 recipients", func(in *sesv2.SendEmailInput) {
			in.Destination.CcAddresses = slices.Repeat([]string{"a@example.com"}, 50)
		}, "BadRequestException", "Recipient count exceeds 50"},
		{"no at sign", func(in *sesv2.SendEmailInput) { in.Destination.ToAddresses[0] = "anna" }, "BadRequestException", "ToAddresses[0]: missing final '@domain'"},
		{"non-ASCII local part", func(in *sesv2.SendEmailInput) { in.Destination.ToAddresses[0] = "анна@example.ru" }, "BadRequestException", "outside ASCII"},
		{"non-ASCII domain", func(in *sesv2.SendEmailInput) { in.Destination.ToAddresses[0] = "anna@пример.рф" }, "BadRequestException", "Punycode"},
		{"two dots", func(in *sesv2.SendEmailInput) { in.Destination.ToAddresses[0] = "anna@example..ru" }, "BadRequestException", "two in a row"},
		{"no sender", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = nil }, "BadRequestException", "FromEmailAddress must not be empty"},
		{"bad sender", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("Магазин <nps@example.com>") }, "BadRequestException", "FromEmailAddress: display name must be encoded"},
		{"comma in a name", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("Shop, Ltd <nps@example.com>") }, "BadRequestException", "illegal display name"},
		{"name that is an address", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("a@b.c <nps@example.com>") }, "BadRequestException", "illegal display name"},
		{"quote that does not end", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String(`"Shop <nps@example.com>`) }, "BadRequestException", "illegal display name"},
		{"quote within quotes", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String(`"Sh"op" <nps@example.com>`) }, "BadRequestException", "illegal display name"},
		{"backslash at the end", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String(`"Shop\" <nps@example.com>`) }, "BadRequestException", "illegal display name"},
		{"sender of other letters", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("nps@пример.рф") }, "BadRequestException", "Punycode"},
		{"subject of two lines", func(in *sesv2.SendEmailInput) { in.Content.Simple.Subject.Data = aws.String("a\r\nBcc: x@example.com") }, "BadRequestException", "Subject contains"},
		{"bad reply-to", func(in *sesv2.SendEmailInput) { in.ReplyToAddresses = []string{"ok@example.com", "bad"} }, "BadRequestException", "ReplyToAddresses[1]"},
		{"unverified sender", func(in *sesv2.SendEmailInput) { in.FromEmailAddress = aws.String("nps@example.org") }, "MessageRejected", "US-EAST-1: example.org"},
		{"unknown configuration set", func(in *sesv2.SendEmailInput) { in.ConfigurationSetName = aws.String("other") }, "NotFoundException", "<other> does not exist"},
		{"no body", func(in *sesv2.SendEmailInput) { in.Content.Simple.Body = &types.Body{} }, "BadRequestException", "neither an html nor a text"},
		{"Cyrillic without charset", func(in *sesv2.SendEmailInput) { in.Content.Simple.Subject.Charset = nil }, "BadRequestException", "Content.Simple.Subject.Data has characters outside ASCII"},
		{"other charset", func(in *sesv2.SendEmailInput) { in.Content.Simple.Subject.Charset = aws.String("KOI8-R") }, "BadRequestException", "Content.Simple.Subject.Charset KOI8-R is not supported"},
		{"two contents", func(in *sesv2.SendEmailInput) { in.Content.Raw = &types.RawMessage{Data: []byte("From: a\r\n\r\nx")} }, "BadRequestException", "exactly one of"},
		{"tag character", func(in *sesv2.SendEmailInput) { in.EmailTags[0].Value = aws.String("a b") }, "BadRequestException", "Tag kind: value may hold only"},
		{"tag length", func(in *sesv2.SendEmailInput) { in.EmailTags[0].Name = aws.String(long[:257]) }, "BadRequestException", "longer than 256"},
		{"header name", header("X Y", "v"), "BadRequestException", "printable ASCII and no colon"},
		{"header name length", header(long[:127], "v"), "BadRequestException", "longer than 126"},
		{"header value", header("X-Name", "Анна"), "BadRequestException", "printable ASCII"},
		{"header injection", header("X-Name", "a\r\nBcc: x@example.com"), "BadRequestException", "printable ASCII"},
		{"header value length", header("X-N", long), "BadRequestException", "longer than 995"},
		{"header both lengths", header("X-N", long[:995]), "BadRequestException", "longer than 996 characters together"},
		{"own header", header("subject", "x"), "BadRequestException", "Header Subject is set by SES"},
		{"16 headers", func(in *sesv2.SendEmailInput) {
			for i := range 16 {
				in.Content.Simple.Headers = append(in.Content.Simple.Headers, types.MessageHeader{Name: aws.String(fmt.Sprint("X-", i)), Value: aws.String("v")})
			}
		}, "BadRequestException", "More than 15 headers"},
		{"stored template", func(in *sesv2.SendEmailInput) {
			in.Content = &types.EmailContent{Template: &types.Template{TemplateName: aws.String("t")}}
		}, "BadRequestException", "Content.Template.TemplateName is not supported"},
		{"tenant", func(in *sesv2.SendEmailInput) { in.TenantName = aws.String("t") }, "BadRequestException", "TenantName is not supported"},
		{"list management", func(in *sesv2.SendEmailInput) {
			in.ListManagementOptions = &types.ListManagementOptions{ContactListName: aws.String("l")}
		}, "BadRequestException", "ListManagementOptions is not supported"},
		{"click tracking", func(in *sesv2.SendEmailInput) {
			in.ConfigurationOverrides = &types.ConfigurationOverrides{Tracking: &types.TrackingConfigurationOverrides{ClickTrackingEnabled: "ENABLED"}}
		}, "BadRequestException", "ClickTrackingEnabled is not supported"},
		{"program attached", func(in *sesv2.SendEmailInput) {
			in.Content.Simple.Attachments = []types.Attachment{{FileName: aws.String("a.exe"), RawContent: []byte("x")}}
		}, "BadRequestException", "files ending in .exe"},
	} {
		in := simple("anna@example.ru")
		tt.change(in)
		_, err := b.client.SendEmail(context.Background(), in)
		if c, m := code(err); c != tt.code || !strings.Contains(m, tt.says) {
			t.Errorf("%s: %s: %s; want %s with %q", tt.name, c, m, tt.code, tt.says)
		}
	}
	if list := b.messages(t, "?outcome=all"); len(list) != 0 {
		t.Errorf("%d messages were accepted", len(list))
	}
}

func TestMessagesOver40MBAreRefused(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	q := &sendRequest{Entries: []entry{{Destination: destination{To: []string{"a@example.com"}}}}}
	for size, ok := range map[int]bool{25 << 20: true, 31 << 20: false} {
		sh := &shared{text: text{literals: []string{strings.Repeat("x", size)}}, subject: text{literals: []string{"s"}}, html: text{literals: []string{""}}}
		_, err := b.compose(q, &q.Entries[0], sh, time.Now())
		if (err == nil) != ok || err != nil && !strings.HasPrefix(sentence(err), "Message length is more than 41943040 bytes long: '") {
			t.Errorf("%d MB: %v", size>>20, err)
		}
	}
}

func TestSendBulkEmailRefusesTheCall(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	for _, tt := range []struct {
		name   string
		change func(*sesv2.SendBulkEmailInput)
		says   string
	}{
		{"no entries", func(in *sesv2.SendBulkEmailInput) { in.BulkEmailEntries = []types.BulkEmailEntry{} }, "at least one"},
		{"51 entries", func(in *sesv2.SendBulkEmailInput) {
			in.BulkEmailEntries = slices.Repeat(in.BulkEmailEntries, 51)
		}, "has 51 entries"},
		{"stored template", func(in *sesv2.SendBulkEmailInput) { in.DefaultContent.Template.TemplateName = aws.String("t") }, "DefaultContent.Template.TemplateName is not supported"},
		{"no content", func(in *sesv2.SendBulkEmailInput) { in.DefaultContent.Template.TemplateContent = nil }, "neither an html nor a text"},
		{"if", func(in *sesv2.SendBulkEmailInput) {
			in.DefaultContent.Template.TemplateContent.Html = aws.String("{{#if vip}}x{{/if}}")
		}, "TemplateContent.Html: {{#if vip}} is not supported"},
		{"triple", func(in *sesv2.SendBulkEmailInput) {
			in.DefaultContent.Template.TemplateContent.Text = aws.String("{{{name}}}")
		}, "triple braces"},
		{"partial", func(in *sesv2.SendBulkEmailInput) {
			in.DefaultContent.Template.TemplateContent.Text = aws.String("{{> footer}}")
		}, "{{> footer}} is not supported"},
		{"path", func(in *sesv2.SendBulkEmailInput) {
			in.DefaultContent.Template.TemplateContent.Subject = aws.String("{{contact.name}}")
		}, "only simple variables"},
		{"open braces", func(in *sesv2.SendBulkEmailInput) {
			in.DefaultContent.Template.TemplateContent.Subject = aws.String("Hello {{name")
		}, "is not closed"},
		{"data", func(in *sesv2.SendBulkEmailInput) { in.DefaultContent.Template.TemplateData = aws.String("[1]") }, "TemplateData must be a JSON object"},
	} {
		in := campaign("anna@example.ru")
		tt.change(in)
		_, err := b.client.SendBulkEmail(context.Background(), in)
		if c, m := code(err); c != "BadRequestException" || !strings.Contains(m, tt.says) {
			t.Errorf("%s: %s: %s; want %q", tt.name, c, m, tt.says)
		}
	}
}

func TestSendBulkEmailJudgesEntriesOneByOne(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	in := campaign("good@example.com", "bad", "a@example.com", "b@example.com", "c@example.com", "d@example.com", "last@example.com")
	in.BulkEmailEntries[2].ReplacementTags[0].Value = aws.String("белый")
	in.BulkEmailEntries[3].ReplacementHeaders[0].Value = aws.String("")
	in.BulkEmailEntries[4].ReplacementEmailContent.ReplacementTemplate.ReplacementTemplateData = aws.String(`{"name":`)
	in.BulkEmailEntries[5].Destination = &types.Destination{}
	out, err := b.client.SendBulkEmail(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "ToAddresses[0]: missing final '@domain'.", "value may hold only ASCII", "value is empty", "not valid JSON", "Recipient count is zero", ""}
	for i, r := range out.BulkEmailEntryResults {
		switch {
		case want[i] == "":
			if r.Status != types.BulkEmailStatusSuccess || r.MessageId == nil {
				t.Errorf("entry %d = %s %s", i, r.Status, aws.ToString(r.Error))
			}
		case r.Status != types.BulkEmailStatusInvalidParameter || !strings.Contains(aws.ToString(r.Error), want[i]) || r.MessageId != nil:
			t.Errorf("entry %d = %s %q, want INVALID_PARAMETER with %q", i, r.Status, aws.ToString(r.Error), want[i])
		}
	}
	if list := b.messages(t, ""); len(list) != 2 {
		t.Errorf("messages = %d, want 2", len(list))
	}
}

func TestBulkCallsWithoutSetOrIdentity(t *testing.T) {
	t.Parallel()
	b := open(t, Options{ConfigurationSets: map[string][]string{"onetap": nil}, Identities: []string{"example.com"}})
	for want, change := range map[types.BulkEmailStatus]func(*sesv2.SendBulkEmailInput){
		types.BulkEmailStatusConfigurationSetNotFound:  func(in *sesv2.SendBulkEmailInput) { in.ConfigurationSetName = aws.String("no") },
		types.BulkEmailStatusMailFromDomainNotVerified: func(in *sesv2.SendBulkEmailInput) { in.FromEmailAddress = aws.String("a@example.org") },
	} {
		in := campaign("a@example.com", "b@example.com")
		change(in)
		out, err := b.client.SendBulkEmail(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range out.BulkEmailEntryResults {
			if r.Status != want || r.MessageId != nil {
				t.Errorf("entry %d = %+v, want %s", i, r, want)
			}
		}
	}
}

func TestUnknownFieldsAreNamed(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	post := func(path, body string) (status int, kind, message string) {
		w := httptest.NewRecorder()
		b.API().ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
		return w.Code, w.Header().Get("X-Amzn-Errortype"), w.Body.String()
	}
	for _, tt := range []struct{ path, body, kind, says string }{
		{"/v2/email/outbound-emails", `{"Content":{"Simple":{"Subjekt":{}}}}`, "BadRequestException", "Content.Simple.Subjekt is unknown"},
		{"/v2/email/outbound-emails", `{"fromEmailAddress":"a@example.com"}`, "BadRequestException", "fromEmailAddress is unknown"},
		{"/v2/email/outbound-bulk-emails", `{"BulkEmailEntries":[{},{"ReplacementTag":[]}]}`, "BadRequestException", "BulkEmailEntries[1].ReplacementTag is unknown"},
		{"/v2/email/outbound-bulk-emails", `{"ListManagementOptions":{}}`, "BadRequestException", "ListManagementOptions is unknown"},
		{"/v2/email/outbound-bulk-emails", `{"BulkEmailEntries":[{"ReplacementTags":{}}]}`, "SerializationException", "BulkEmailEntries[0].ReplacementTags: must be a list"},
		{"/v2/email/outbound-emails", `{"Content":`, "SerializationException", "must be an object"},
		{"/v2/email/outbound-emails", `{} {}`, "SerializationException", "something follows"},
		{"/v2/email/outbound-emails", "{\"FromEmailAddress\":\"\xff\"}", "SerializationException", "is not UTF-8"},
	} {
		status, kind, message := post(tt.path, tt.body)
		if status != 400 || kind != tt.kind || !strings.Contains(message, tt.says) {
			t.Errorf("%s: %d %s %s; want %s with %q", tt.body, status, kind, message, tt.kind, tt.says)
		}
	}
}

func TestOtherOperationsAreRefusedByName(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	ctx := context.Background()
	_, err1 := b.client.CreateEmailTemplate(ctx, &sesv2.CreateEmailTemplateInput{TemplateName: aws.String("t"), TemplateContent: &types.EmailTemplateContent{}})
	_, err2 := b.client.GetConfigurationSet(ctx, &sesv2.GetConfigurationSetInput{ConfigurationSetName: aws.String("a/b c")})
	_, err3 := b.client.PutAccountSendingAttributes(ctx, &sesv2.PutAccountSendingAttributesInput{})
	for name, err := range map[string]error{"CreateEmailTemplate": err1, "GetConfigurationSet": err2, "PutAccountSendingAttributes": err3} {
		if c, m := code(err); c != "UnknownOperationException" || !strings.Contains(m, name) {
			t.Errorf("%s: %s %s", name, c, m)
		}
	}
	if len(routes) != 116 {
		t.Errorf("operations.txt has %d operations, want the SDK's 116", len(routes))
	}
}

func TestRateAndQuota(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := open(t, Options{Rate: 2, DailyQuota: 5, Now: func() time.Time { return now }})
	ctx := context.Background()
	statuses := func(n int) (list []types.BulkEmailStatus) {
		out, err := b.client.SendBulkEmail(ctx, campaign(slices.Repeat([]string{"a@example.com"}, n)...))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.BulkEmailEntryResults {
			list = append(list, r.Status)
		}
		return list
	}
	const ok, slower, full = types.BulkEmailStatusSuccess, types.BulkEmailStatusAccountThrottled, types.BulkEmailStatusAccountDailyQuotaExceeded
	if got, want := statuses(3), []types.BulkEmailStatus{ok, ok, slower}; !slices.Equal(got, want) {
		t.Errorf("statuses = %v, want %v", got, want)
	}
	_, err := b.client.SendEmail(ctx, simple("a@example.com"))
	var tooMany *types.TooManyRequestsException
	if !errors.As(err, &tooMany) || tooMany.ErrorMessage() != "Maximum sending rate exceeded." {
		t.Errorf("err = %v, want TooManyRequestsException", err)
	}
	now = now.Add(time.Second)
	if got, want := statuses(2), []types.BulkEmailStatus{ok, ok}; !slices.Equal(got, want) {
		t.Errorf("statuses after a second = %v, want %v", got, want)
	}
	now = now.Add(time.Second)
	if got, want := statuses(2), []types.BulkEmailStatus{ok, full}; !slices.Equal(got, want) {
		t.Errorf("statuses = %v, want %v", got, want)
	}
	now = now.Add(time.Second)
	_, err = b.client.SendEmail(ctx, simple("a@example.com"))
	var limit *types.LimitExceededException
	if !errors.As(err, &limit) {
		t.Errorf("err = %v, want LimitExceededException", err)
	}
	now = now.Add(24 * time.Hour)
	if _, err = b.client.SendEmail(ctx, simple("a@example.com")); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

func TestSuppressionListOperations(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	ctx := context.Background()
	for i := range 25 {
		reason := types.SuppressionListReasonBounce
		if i%2 == 1 {
			reason = types.SuppressionListReasonComplaint
		}
		if _, err := b.client.PutSuppressedDestination(ctx, &sesv2.PutSuppressedDestinationInput{EmailAddress: aws.String(fmt.Sprintf("Client+%02d@example.com", i)), Reason: reason}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.client.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String("client+07@EXAMPLE.com")})
	if err != nil {
		t.Fatal(err)
	}
	if d := got.SuppressedDestination; *d.EmailAddress != "Client+07@example.com" || d.Reason != "COMPLAINT" || time.Since(*d.LastUpdateTime) > time.Minute {
		t.Errorf("destination = %+v", d)
	}
	seen := map[string]bool{}
	in := &sesv2.ListSuppressedDestinationsInput{PageSize: aws.Int32(10), Reasons: []types.SuppressionListReason{"BOUNCE"}, StartDate: aws.Time(time.Now().Add(-time.Hour))}
	for pages := 1; ; pages++ {
		out, err := b.client.ListSuppressedDestinations(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range out.SuppressedDestinationSummaries {
			if seen[*d.EmailAddress] || d.Reason != "BOUNCE" {
				t.Errorf("summary = %s %s", *d.EmailAddress, d.Reason)
			}
			seen[*d.EmailAddress] = true
		}
		if in.NextToken = out.NextToken; out.NextToken == nil {
			if pages != 2 {
				t.Errorf("pages = %d, want 2", pages)
			}
			break
		}
	}
	if len(seen) != 13 {
		t.Errorf("listed %d, want 13", len(seen))
	}
	if _, err := b.client.DeleteSuppressedDestination(ctx, &sesv2.DeleteSuppressedDestinationInput{EmailAddress: aws.String("client+07@example.com")}); err != nil {
		t.Fatal(err)
	}
	_, err = b.client.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String("client+07@example.com")})
	var notFound *types.NotFoundException
	if !errors.As(err, &notFound) {
		t.Errorf("err = %v, want NotFoundException", err)
	}
	_, err = b.client.DeleteSuppressedDestination(ctx, &sesv2.DeleteSuppressedDestinationInput{EmailAddress: aws.String("client+07@example.com")})
	if !errors.As(err, &notFound) {
		t.Errorf("err = %v, want NotFoundException", err)
	}
	_, err = b.client.ListSuppressedDestinations(ctx, &sesv2.ListSuppressedDestinationsInput{NextToken: aws.String("broken")})
	var token *types.InvalidNextTokenException
	if !errors.As(err, &token) {
		t.Errorf("err = %v, want InvalidNextTokenException", err)
	}
	_, err = b.client.PutSuppressedDestination(ctx, &sesv2.PutSuppressedDestinationInput{EmailAddress: aws.String("x"), Reason: "BOUNCE"})
	if c, _ := code(err); c != "BadRequestException" {
		t.Errorf("code = %s, want BadRequestException", c)
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex // a lost reply orders nothing between the server and the test
	var before, after error
	type metered struct {
		caller, operation string
		recipients        int
	}
	var meter []metered
	entry := ""
	b := open(t, Options{
		Before: func(caller, operation string) error {
			mu.Lock()
			defer mu.Unlock()
			return before
		},
		After: func(caller, operation string) error {
			mu.Lock()
			defer mu.Unlock()
			return after
		},
		Entry: func(caller string, i int) string {
			mu.Lock()
			defer mu.Unlock()
			if i == 1 {
				return entry
			}
			return ""
		},
		Meter: func(caller, operation string, n int) {
			mu.Lock()
			defer mu.Unlock()
			meter = append(meter, metered{caller, operation, n})
		},
	})
	set := func(b, a error, e string) {
		mu.Lock()
		defer mu.Unlock()
		before, after, entry = b, a, e
	}
	ctx := context.Background()
	send := func() (*sesv2.SendBulkEmailOutput, error) {
		return b.client.SendBulkEmail(ctx, campaign("a@example.com", "b@example.com"))
	}
	set(Throttled(), nil, "")
	_, err := send()
	var tooMany *types.TooManyRequestsException
	if !errors.As(err, &tooMany) || len(b.messages(t, "")) != 0 {
		t.Errorf("before: err = %v, %d messages", err, len(b.messages(t, "")))
	}
	set(errors.New("something else"), nil, "")
	if _, err = send(); !strings.Contains(fmt.Sprint(err), "InternalServiceErrorException") {
		t.Errorf("before: err = %v", err)
	}
	set(nil, errors.New("lose it"), "")
	_, err = send()
	var api smithy.APIError
	if err == nil || errors.As(err, &api) || !errors.Is(err, io.EOF) {
		t.Errorf("after: err = %v, want a closed connection", err)
	}
	if n := len(b.messages(t, "")); n != 2 {
		t.Errorf("after: %d messages, want the work done: 2", n)
	}
	set(nil, nil, "ACCOUNT_THROTTLED")
	out, err := send()
	if err != nil {
		t.Fatal(err)
	}
	if r := out.BulkEmailEntryResults; r[0].Status != "SUCCESS" || r[1].Status != "ACCOUNT_THROTTLED" || *r[1].Error != "Maximum sending rate exceeded." {
		t.Errorf("results = %+v", r)
	}
	want := []metered{{"SendFunction", "SendBulkEmail", 2}, {"SendFunction", "SendBulkEmail", 1}}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(meter, want) {
		t.Errorf("metered = %v, want %v", meter, want)
	}
}
