package local

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// builtFunction is the function of the cloud's tests: it notes what it gets.
var builtFunction string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "local")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	builtFunction = filepath.Join(folder, "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", builtFunction, "./cloud/testdata/fn")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the tests' function: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

const testTemplate = `Transform: AWS::Serverless-2016-10-31
Parameters:
  Site: {Type: String, Default: ''}
  ApiToken: {Type: String, NoEcho: true, MinLength: 32}
  Out: {Type: String}
Globals:
  Function: {Runtime: provided.al2023, Handler: bootstrap, Timeout: 10}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  NoteFunction:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {OUT: !Ref Out, SITE: !Ref Site, KEY: !Sub '{{resolve:secretsmanager:${Secret}}}', TOKEN: !Ref ApiToken}}
      Events:
        Page: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/{proxy+}', Method: ANY}}
        Stream: {Type: DynamoDB, Properties: {Stream: !GetAtt Items.StreamArn, StartingPosition: TRIM_HORIZON}}
        Mail: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.ses]}}}
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: items
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {PasswordLength: 64, ExcludePunctuation: true}}}
  Set: {Type: AWS::SES::ConfigurationSet, Properties: {Name: !Ref AWS::StackName}}
  Events:
    Type: AWS::SES::ConfigurationSetEventDestination
    Properties:
      ConfigurationSetName: !Ref Set
      EventDestination: {Name: e, Enabled: true, MatchingEventTypes: [bounce, delivery], EventBridgeDestination: {EventBusArn: !Sub 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default'}}
`

// config is a laptop with the test's template and function in a folder of its own.
func config(t *testing.T) Config {
	t.Helper()
	folder := t.TempDir()
	functions := filepath.Join(folder, "functions", "note")
	if err := os.MkdirAll(functions, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(builtFunction, filepath.Join(functions, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "template.yaml")
	if err := os.WriteFile(path, []byte(testTemplate), 0o600); err != nil {
		t.Fatal(err)
	}
	return Config{
		Template: path, Functions: filepath.Dir(functions), Data: filepath.Join(folder, "data"),
		Parameters: map[string]string{"Out": filepath.Join(folder, "out")}, Minute: 50 * time.Millisecond,
	}
}

func start(t *testing.T, cfg Config) *Stack {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func settle(t *testing.T, s *Stack) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s *Stack, key string) {
	t.Helper()
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.AWS()), Credentials: credentials.NewStaticCredentialsProvider("Somebody", "x", ""),
	})
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String(s.TableName()), Item: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func send(t *testing.T, s *Stack, to string) {
	t.Helper()
	client := sesv2.New(sesv2.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.AWS()), Credentials: credentials.NewStaticCredentialsProvider("Somebody", "x", ""),
	})
	text := &sestypes.Content{Data: aws.String("hello")}
	_, err := client.SendEmail(t.Context(), &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("nps@example.com"), Destination: &sestypes.Destination{ToAddresses: []string{to}},
		ConfigurationSetName: aws.String("onetap"),
		Content:              &sestypes.EmailContent{Simple: &sestypes.Message{Subject: text, Body: &sestypes.Body{Text: text}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// notes are what the function noted: the keys of a batch, or the kind of an e-mail event.
func notes(t *testing.T, cfg Config) []string {
	t.Helper()
	data, err := os.ReadFile(cfg.Parameters["Out"])
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		var n struct {
			Batch []string
			Event struct {
				DetailType string `json:"detail-type"`
			}
		}
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			t.Fatal(err)
		}
		if n.Batch != nil {
			out = append(out, n.Batch...)
		} else {
			out = append(out, n.Event.DetailType)
		}
	}
	return out
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The parts work together: site → function, table → stream → function, e-mail → event → function; what the template does
// not ask SES for does not come.
func TestTheWholeLaptop(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	begin := time.Now()
	s := start(t, cfg)
	t.Logf("started in %v", time.Since(begin))
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %v to start", took)
	}
	if !strings.Contains(get(t, s.Site()+"/page"), `"rawPath":"/page"`) {
		t.Error("the site does not answer")
	}
	put(t, s, "a")
	settle(t, s)
	send(t, s, "bounce@simulator.amazonses.com")
	settle(t, s)
	send(t, s, "somebody@example.com")
	settle(t, s)
	if got := notes(t, cfg); !slices.Equal(got, []string{"a", "Email Bounced", "Email Delivered"}) {
		t.Errorf("the function noted %q", got)
	}
	if !strings.Contains(get(t, s.Inbox()+"/messages.json"), "somebody@example.com") {
		t.Error("the inbox does not show the e-mail")
	}
	u := s.Cloud().Meter().Report(time.Now()).Of("Somebody")
	if u.WriteUnits != 1 || u.Messages != 2 {
		t.Errorf("metered for the caller outside: %+v", u)
	}
	info, err := os.Stat(filepath.Join(cfg.Data, "secrets.json"))
	if err != nil || info.Mode().Perm() != 0o600 || len(s.Token()) < 32 {
		t.Errorf("secrets: %v, %v, token %q", info, err, s.Token())
	}
}

// Token, secrets, table, inbox, positions and events that were to come survive a restart.
func TestRestart(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.EventDelay = 300 * time.Millisecond
	first := start(t, cfg)
	if !first.Fresh() {
		t.Error("an empty folder is not fresh")
	}
	put(t, first, "a")
	if err := first.Cloud().Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	send(t, first, "later@example.com") // delivered when the laptop is off
	if err := first.MarkBegun(); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if got := notes(t, cfg); !slices.Equal(got, []string{"a"}) {
		t.Fatalf("the function noted %q", got)
	}

	second := start(t, cfg)
	if second.Fresh() || second.Token() != first.Token() {
		t.Errorf("fresh %v, token %q, was %q", second.Fresh(), second.Token(), first.Token())
	}
	put(t, second, "b")
	settle(t, second)
	got := notes(t, cfg)
	slices.Sort(got)
	if !slices.Equal(got, []string{"Email Delivered", "a", "b"}) {
		t.Errorf("after the restart the function has noted %q", got)
	}
}

// What is wrong with a start is said in one line, and leaves nothing behind that would be in the way of the next.
func TestFailedStarts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(t *testing.T, cfg *Config)
		want  string
	}{
		{"taken port", func(t *testing.T, cfg *Config) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			cfg.Inbox = l.Addr().String()
		}, "another program uses it; end that one, or set ONETAP_INBOX to another address"},
		{"address of another machine", func(t *testing.T, cfg *Config) { cfg.Site = "192.0.2.1:80" }, "the site cannot have 192.0.2.1:80 (ONETAP_SITE)"},
		{"no template", func(t *testing.T, cfg *Config) { cfg.Template += "x" }, "no such file"},
		{"no binary", func(t *testing.T, cfg *Config) { cfg.Functions += "x" }, "the binary of NoteFunction is missing"},
		{"parameter", func(t *testing.T, cfg *Config) { cfg.Parameters["Color"] = "red" }, "there is no parameter Color"},
		{"broken table", func(t *testing.T, cfg *Config) { spoil(t, cfg, "table.db") }, "table.db"},
		{"broken mail", func(t *testing.T, cfg *Config) { spoil(t, cfg, "mail.db") }, "mail.db"},
		{"broken secrets", func(t *testing.T, cfg *Config) { spoil(t, cfg, "secrets.json") }, "secrets.json is broken"},
		{"data folder is a file", func(t *testing.T, cfg *Config) {
			if err := os.WriteFile(cfg.Data, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "data folder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t)
			good := cfg
			good.Parameters = map[string]string{"Out": cfg.Parameters["Out"]}
			test.spoil(t, &cfg)
			s, err := Start(t.Context(), cfg)
			if err == nil {
				s.Close()
				t.Fatal("it started")
			}
			if text := err.Error(); !strings.Contains(text, test.want) || strings.Contains(text, "\n") {
				t.Errorf("got %q, want one line with %q", text, test.want)
			}
			os.RemoveAll(cfg.Data)
			start(t, good)
		})
	}
}

func spoil(t *testing.T, cfg *Config, name string) {
	t.Helper()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cfg.Data, name), []byte(strings.Repeat("no data file", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTwoLaptopsInOneFolder(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	start(t, cfg)
	s, err := Start(t.Context(), cfg)
	if err == nil {
		s.Close()
		t.Fatal("a second laptop started in the same folder")
	}
	if !strings.Contains(err.Error(), "held by another process") {
		t.Error(err)
	}
}

func TestCloseTwice(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(s.Site()); err == nil {
		t.Error("the site answers after the end")
	}
}
