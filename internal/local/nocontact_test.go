package local_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

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

// A respondent answers, writes and unsubscribes with every contact gone from the table: the page needs none, and by the template's
// permissions it could read none. What was written stands nowhere in the table, and who has the key reads it.
func TestRespondentsNeedNoContact(t *testing.T) {
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
	campaign, links := surveyed(t, s, company, 3)

	endpoint, table := s.AWS(), s.TableName()
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &endpoint
	raw := dynamodb.NewFromConfig(storetest.As(c, "laptop"))
	scan := func(each func(map[string]types.AttributeValue, string)) {
		t.Helper()
		out, err := raw.Scan(ctx, &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range out.Items {
			each(it, it["pk"].(*types.AttributeValueMemberS).Value)
		}
	}
	gone := 0
	scan(func(it map[string]types.AttributeValue, pk string) {
		if !strings.HasPrefix(pk, "CONTACTS#") {
			return
		}
		gone++
		if _, err := raw.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: map[string]types.AttributeValue{"pk": it["pk"], "sk": it["sk"]}}); err != nil {
			t.Fatal(err)
		}
	})
	if gone != 3 {
		t.Fatalf("%d contacts were there", gone)
	}

	page, err := company.Open(ctx, links[0].Scores[9])
	if err == nil {
		page, err = company.Submit(ctx, page, map[string]string{"score": "9"})
	}
	if err == nil {
		_, err = company.Submit(ctx, page, map[string]string{"why": "Снегирёва перезвонила at once"})
	}
	if err == nil {
		_, err = company.Post(ctx, links[0].Unsubscribe, url.Values{"List-Unsubscribe": {"One-Click"}})
	}
	if err == nil {
		err = s.Settle(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	stopped, contact := map[string]bool{}, survey.ContactID("")
	scan(func(it map[string]types.AttributeValue, pk string) {
		if strings.HasPrefix(pk, "STOP#") {
			stopped[strings.Split(pk, "#")[1]] = true
		}
		if sk := it["sk"].(*types.AttributeValueMemberS).Value; strings.HasPrefix(sk, "RESPONSE#") {
			contact = survey.ContactID(strings.TrimPrefix(sk, "RESPONSE#"))
		}
		for name, v := range it {
			if v, ok := v.(*types.AttributeValueMemberS); ok && strings.Contains(v.Value, "перезвонила") {
				t.Errorf("%s of %s tells what was written", name, pk)
			}
		}
	})
	if len(stopped) != len(survey.Audiences) {
		t.Errorf("stopped among %v, want in every audience", stopped)
	}
	r, ok, err := startpage.OpenTable(endpoint, table).Response(ctx, survey.CampaignID(campaign), contact)
	if err != nil || !ok || r.Why != "Снегирёва перезвонила at once" || r.Score != 9 || !r.Verified || r.Early {
		t.Errorf("the answer is read as %+v, %v", r, err)
	}
	var got struct {
		Whole struct{ Answers, Comments int }
	}
	if err := company.Call(ctx, "GET", "/campaigns/"+campaign+"/results", nil, &got); err != nil || got.Whole.Answers != 1 || got.Whole.Comments != 1 {
		t.Errorf("%+v, %v", got.Whole, err)
	}
}
