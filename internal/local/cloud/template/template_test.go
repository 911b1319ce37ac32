package template

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

const project = "../../../../template.yaml"

func inputs() Inputs {
	return Inputs{
		Stack: "onetap",
		Parameters: map[string]string{
			"Sender": "Shop <nps@example.com>", "AdminEmail": "admin@example.com",
			"ApiToken": strings.Repeat("t", 32), "Site": "http://127.0.0.1:8080",
		},
		Secret: func(id string, spec SecretSpec) (string, error) {
			return fmt.Sprintf("secret-of-%s-%d", id, spec.Length), nil
		},
	}
}

// The project's own template is read whole, and says what the laptop will run.
func TestProjectTemplate(t *testing.T) {
	t.Parallel()
	tmpl, err := Read(project, inputs())
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]*Function{}
	for _, f := range tmpl.Functions {
		functions[f.Folder] = f
	}
	for _, name := range []string{"respond", "desk", "sheets", "send", "feedback", "recompute", "notify", "clock"} {
		f := functions[name]
		if f == nil {
			t.Fatalf("no function %s", name)
		}
		if f.Name != "onetap-"+name || f.Env["TABLE"] != "onetap-Table" {
			t.Errorf("%s: name %s, environment %v", name, f.Name, f.Env)
		}
	}
	if f := functions["sheets"]; !f.AllowsKey("dynamodb:GetItem", "WORKBOOK#ab") || f.AllowsKey("dynamodb:GetItem", "CONTACTS#customers") || f.Allows("dynamodb:Query") || f.Env["MASTER_KEY"] != "" {
		t.Errorf("sheets may read more than the parts of workbooks: %+v", f.Allowed)
	}
	if site := functions["notify"].Env["SITE"]; site != "http://127.0.0.1:8080" {
		t.Errorf("notify's SITE is %q", site)
	}
	if r := functions["respond"]; !r.URL || functions["desk"].URL {
		t.Error("respond has an address of its own, and nobody else")
	}
	const own, api = "https://respondfunctionurl.lambda-url.us-east-1.on.aws/", "https://api.execute-api.us-east-1.amazonaws.com"
	for name, test := range map[string]struct{ site, links, on, want string }{
		"as deployed":            {"", "", "function-url", own},
		"with a domain":          {"https://nps.example.com", "", "function-url", "https://nps.example.com"},
		"with two":               {"https://nps.example.com", "https://s.example.com", "function-url", "https://s.example.com"},
		"without a URL":          {"", "", "api", api},
		"a domain without a URL": {"https://nps.example.com", "", "api", "https://nps.example.com"},
		"two without a URL":      {"https://nps.example.com", "https://s.example.com", "api", "https://s.example.com"},
	} {
		in := inputs()
		in.Parameters["Site"], in.Parameters["Links"], in.Parameters["LinksOn"] = test.site, test.links, test.on
		tmpl, err := Read(project, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range tmpl.Functions {
			want := test.want
			if f.Folder == "desk" && want == api {
				want = "" // which is the host of the request: the API
			}
			if got := f.Env["LINKS"]; (f.Folder == "desk" || f.Folder == "send") && got != want {
				t.Errorf("%s: %s's LINKS is %q, want %q", name, f.Folder, got, want)
			}
			if f.Folder == "respond" && f.URL != (test.on == "function-url") {
				t.Errorf("%s: respond has an address of its own: %v", name, f.URL)
			}
		}
		if got := tmpl.Outputs["LinksUrl"]; got != test.want {
			t.Errorf("%s: the output is %q", name, got)
		}
	}
	if r := functions["respond"]; len(r.Routes) < 3 || r.Timeout != 10*time.Second || r.Memory != 256 {
		t.Errorf("respond: %+v", r)
	}
	if s := functions["send"]; s.Async.Retries != 0 || len(s.Schedules) != 1 || s.Schedules[0].Expression != "rate(1 minute)" {
		t.Errorf("send: %+v", s)
	}
	if m := functions["recompute"].Streams; len(m) != 1 || m[0].Table != "Table" || !m[0].Partial || !m[0].Bisect || m[0].OnFailure != "DeadLetters" || len(m[0].Filters) == 0 {
		t.Errorf("recompute: %+v", m)
	}
	if f := functions["feedback"]; len(f.Rules) != 1 || f.Async.OnFailure != "DeadLetters" {
		t.Errorf("feedback: %+v", f)
	}
	var create map[string]any
	if err := json.Unmarshal(tmpl.Table("Table").Create, &create); err != nil {
		t.Fatal(err)
	}
	if stream, _ := create["StreamSpecification"].(map[string]any); stream["StreamEnabled"] != true || create["TableName"] != "onetap-Table" {
		t.Errorf("CreateTable's input is %v", create)
	}
	if len(tmpl.Mail) != 1 || tmpl.Mail[0].ConfigurationSet != "onetap" || len(tmpl.Mail[0].Types) != 5 {
		t.Errorf("mail events: %+v", tmpl.Mail)
	}
}

const head = "Transform: AWS::Serverless-2016-10-31\n"

// function makes a template around the properties of one function.
func function(properties string) string {
	return head + "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: provided.al2023\n" +
		indent(properties, 6) + "\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties: {BillingMode: PAY_PER_REQUEST}\n"
}

func indent(text string, n int) string {
	return strings.Repeat(" ", n) + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", n))
}

func event(kind, properties string) string {
	return "Events:\n  E:\n    Type: " + kind + "\n    Properties:\n" + indent(properties, 6)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	resource := func(kind, properties string) string {
		return head + "Resources:\n  X:\n    Type: " + kind + "\n    Properties:\n" + indent(properties, 6) + "\n"
	}
	stream := func(properties string) string {
		return function(event("DynamoDB", "Stream: !GetAtt T.StreamArn\nStartingPosition: TRIM_HORIZON\n"+properties))
	}
	address := func(properties string) string { // of the function
		return "  U:\n    Type: AWS::Lambda::Url\n    Properties:\n      TargetFunctionArn: !Ref F\n" + indent(properties, 6) + "\n"
	}
	tests := []struct{ name, source, want string }{
		{"not a template", "[]", "t.yaml: is not a template"},
		{"section", "Mappings: {}", "t.yaml:1: section Mappings is not understood"},
		{"transform", "Transform: AWS::Include", `t.yaml:1: Transform "AWS::Include" is not understood`},
		{"resource type", resource("AWS::S3::AccessPoint", "BucketName: x"), "t.yaml:3: X: resource type AWS::S3::AccessPoint is not understood"},
		{"resource attribute", head + "Resources:\n  X:\n    Type: AWS::SNS::Topic\n    CreationPolicy: x\n", "t.yaml:5: X: attribute CreationPolicy is not understood"},
		{"property", resource("AWS::SQS::Queue", "FifoQueue: true"), "t.yaml:6: X: property FifoQueue is not understood"},
		{"nested property", resource("AWS::DynamoDB::Table", "BillingMode: PAY_PER_REQUEST\nGlobalSecondaryIndexes:\n  - Wrong: 1"), "t.yaml:8: X.GlobalSecondaryIndexes[0]: property Wrong is not understood"},
		{"local indexes", resource("AWS::DynamoDB::Table", "BillingMode: PAY_PER_REQUEST\nLocalSecondaryIndexes: []"), "property LocalSecondaryIndexes is not understood"},
		{"provisioned table", resource("AWS::DynamoDB::Table", "TableName: x"), "billing mode PROVISIONED is not understood"},
		{"plain secret", resource("AWS::SecretsManager::Secret", "Name: x"), "must be generated"},
		{"API property", resource("AWS::Serverless::HttpApi", "CorsConfiguration: true"), "property CorsConfiguration is not understood"},
		{"function property", function("Layers: []"), "t.yaml:7: F: property Layers is not understood"},
		{"function URL as SAM has it", function("FunctionUrlConfig: {AuthType: NONE}"), "property FunctionUrlConfig is not understood"},
		{"function URL with IAM", function("") + address("AuthType: AWS_IAM"), "AuthType NONE"},
		{"function URL that streams", function("") + address("AuthType: NONE\nInvokeMode: RESPONSE_STREAM"), "without streaming"},
		{"function URL of nothing", resource("AWS::Lambda::Url", "AuthType: NONE\nTargetFunctionArn: x"), "must be !Ref of a function"},
		{"function URL that nobody may call", function("") + address("AuthType: NONE"), "an AWS::Lambda::Permission of lambda:InvokeFunctionUrl is missing"},
		{"a function open to all", function("") + "  P:\n    Type: AWS::Lambda::Permission\n    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref F, Principal: '*'}\n", "by its URL alone"},
		{"URL of a function that has none", function("Environment: {Variables: {A: !GetAtt FUrl.FunctionUrl}}"), "neither a resource nor a parameter FUrl"},
		{"runtime", function("Handler: x\nTimeout: 10\nMemorySize: 64"), "memory is 128 to 10240 MB, not 64"},
		{"timeout", function("Timeout: 901"), "a timeout is 1 to 900 seconds"},
		{"a word for a number", function("Timeout: soon"), `t.yaml:7: F.Timeout: "soon" is not a int`},
		{"globals", head + "Globals:\n  Api: {}\n", "t.yaml:3: Globals.Api is not understood"},
		{"event type", function(event("SQS", "Queue: x")), "F.Events.E: event type SQS is not understood"},
		{"event property", function(event("HttpApi", "Path: /\nMethod: GET\nAuth: {}")), "t.yaml:13: F.Events.E: property Auth is not understood"},
		{"method", function(event("HttpApi", "Path: /\nMethod: FETCH")), `method "FETCH" is not understood`},
		{"payload format", function(event("HttpApi", "Path: /\nMethod: GET\nPayloadFormatVersion: '1.0'")), "payload format 1.0 is not understood"},
		{"greedy in the middle", function(event("HttpApi", "Path: /{a+}/b\nMethod: GET")), "greedy parameter before its end"},
		{"parameter", function(event("HttpApi", "Path: /x{a}\nMethod: GET")), "parameter that is not understood"},
		{"schedule", function(event("ScheduleV2", "ScheduleExpression: cron(0 3 L * ? *)")), `day of month: "L" is not understood`},
		{"flexible window", function(event("ScheduleV2", "ScheduleExpression: rate(1 minute)\nFlexibleTimeWindow: {Mode: FLEXIBLE}")), "flexible time window"},
		{"rule operator", function(event("EventBridgeRule", "Pattern: {source: [{cidr: x}]}")), `source: operator "cidr" is not understood`},
		{"event bus", function(event("EventBridgeRule", "EventBusName: mine\nPattern: {source: [x]}")), "event bus mine is not understood"},
		{"input path", function(event("EventBridgeRule", "InputPath: $.detail\nPattern: {source: [x]}")), "property InputPath is not understood"},
		{"stream", function(event("DynamoDB", "Stream: arn:x\nStartingPosition: LATEST")), "Stream is not the StreamArn"},
		{"starting position", function(event("DynamoDB", "Stream: !GetAtt T.StreamArn\nStartingPosition: AT_TIMESTAMP")), "StartingPosition is TRIM_HORIZON or LATEST"},
		{"filter operator", stream("FilterCriteria:\n  Filters:\n    - Pattern: '{\"a\":[{\"like\":\"x\"}]}'"), `FilterCriteria: a: operator "like" is not understood`},
		{"six filters", stream("FilterCriteria:\n  Filters: [{Pattern: '{\"a\":[1]}'},{Pattern: '{\"a\":[1]}'},{Pattern: '{\"a\":[1]}'},{Pattern: '{\"a\":[1]}'},{Pattern: '{\"a\":[1]}'},{Pattern: '{\"a\":[1]}'}]"), "5 filters"},
		{"response type", stream("FunctionResponseTypes: [Other]"), "Other is not understood"},
		{"tumbling window", stream("TumblingWindowInSeconds: 5"), "property TumblingWindowInSeconds is not understood"},
		{"batch size", stream("BatchSize: 20000"), "BatchSize is 1 to 10000"},
		{"destination", stream("DestinationConfig: {OnFailure: {Type: SNS, Destination: x}}"), "type SNS is not understood"},
		{"destination queue", stream("DestinationConfig: {OnFailure: {Type: SQS, Destination: x}}"), `"x" is not the ARN of a queue`},
		{"mail event", resource("AWS::SES::ConfigurationSetEventDestination", "ConfigurationSetName: x\nEventDestination: {Enabled: true, MatchingEventTypes: [open], EventBridgeDestination: {EventBusArn: 'arn:aws:events:x:y:event-bus/default'}}"), "SES event open is not understood"},
		{"mail bus", resource("AWS::SES::ConfigurationSetEventDestination", "ConfigurationSetName: x\nEventDestination: {Enabled: true, MatchingEventTypes: [bounce]}"), "default bus"},
		{"intrinsic", resource("AWS::SNS::Topic", "TopicName: !Base64 a"), "t.yaml:6: intrinsic !Base64 is not understood"},
		{"long intrinsic", resource("AWS::SNS::Topic", "TopicName: {'Fn::ImportValue': x}"), "intrinsic !ImportValue is not understood"},
		{"reference", resource("AWS::SNS::Topic", "TopicName: !Ref Nobody"), "t.yaml:6: there is neither a resource nor a parameter Nobody"},
		{"reference in a text", resource("AWS::SNS::Topic", "TopicName: !Sub 'a-${Nobody.Arn}'"), "parameter Nobody"},
		{"attribute", resource("AWS::SNS::Topic", "TopicName: !GetAtt X.Color"), "X (AWS::SNS::Topic) has no attribute Color"},
		{"pseudo parameter", resource("AWS::SNS::Topic", "TopicName: !Ref AWS::NotificationARNs"), "pseudo parameter AWS::NotificationARNs"},
		{"a name that needs itself", resource("AWS::SNS::Topic", "TopicName: !Ref X"), "X.TopicName needs itself"},
		{"dynamic reference", resource("AWS::SNS::Topic", "TopicName: '{{resolve:ssm:x}}'"), "dynamic reference to ssm is not understood"},
		{"dynamic reference to another's secret", resource("AWS::SNS::Topic", "TopicName: '{{resolve:secretsmanager:x}}'"), "a secret that this template does not make"},
		{"condition", head + "Conditions:\n  C: !Contains [[a], a]\n", "t.yaml:3: condition function !Contains is not understood"},
		{"missing condition", resource("AWS::SNS::Topic", "TopicName: !If [C, a, b]"), "there is no condition C"},
		{"parameter type", "Parameters:\n  P: {Type: CommaDelimitedList, Default: x}\n", `t.yaml:2: Parameters.P: type "CommaDelimitedList" is not understood`},
		{"parameter without a value", "Parameters:\n  P: {Type: String}\n", "t.yaml:2: parameter P has neither a value nor a default"},
		{"parameter too short", "Parameters:\n  P: {Type: String, Default: abc, MinLength: 4}\n", "parameter P is shorter than 4 characters"},
		{"parameter's pattern", "Parameters:\n  P: {Type: String, Default: abc, AllowedPattern: 'b', ConstraintDescription: only b}\n", "parameter P does not match b (only b)"},
		{"parameter's values", "Parameters:\n  P: {Type: String, Default: abc, AllowedValues: [a, b]}\n", "none of its allowed values"},
		{"parameter's number", "Parameters:\n  P: {Type: Number, Default: 9, MaxValue: 8}\n", "parameter P is more than 8"},
		{"output", head + "Outputs:\n  O: {Value: !Ref Nobody}\n", "t.yaml:3: there is neither a resource nor a parameter Nobody"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("t.yaml", []byte(test.source), Inputs{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v\nwant %q in\n%s", err, test.want, test.source)
			}
		})
	}
}

// One reading shows everything that is wrong, in the order of the lines.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parse("t.yaml", []byte(head+"Resources:\n  A: {Type: AWS::S3::AccessPoint}\n  B: {Type: AWS::SNS::Topic, Wrong: 1}\nRules: {}\n"), Inputs{
		Parameters: map[string]string{"Extra": "x"},
	})
	want := "t.yaml:1: there is no parameter Extra\nt.yaml:3: A: resource type AWS::S3::AccessPoint is not understood\n" +
		"t.yaml:4: B: attribute Wrong is not understood\nt.yaml:5: section Rules is not understood"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	source := head + `
Parameters:
  Stage: {Type: String, Default: test, AllowedValues: [test, live]}
  Hours: {Type: Number, Default: 48, MinValue: 1}
Conditions:
  Live: !Equals [!Ref Stage, live]
  Quiet: !And [!Not [Condition: Live], !Or [!Equals [a, b], !Equals [c, c]]]
Globals:
  Function:
    Runtime: provided.al2023
    Timeout: 7
    Environment: {Variables: {SHARED: one, OWN: global}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: {'Fn::Join': ['-', [!Ref AWS::StackName, f]]}
      MemorySize: 512
      Environment:
        Variables:
          OWN: !Sub ['${Stage}/${Word}/${!Literal}/${T.Arn}', {Word: !Ref Hours}]
          IF: !If [Live, yes, !If [Quiet, quiet, loud]]
          GONE: !If [Live, x, !Ref AWS::NoValue]
          KEY: !Sub 'k-{{resolve:secretsmanager:${S}:SecretString}}-k'
      Events:
        Two: {Type: Schedule, Properties: {Schedule: rate(2 minutes), Input: '{"a":1}'}}
        One: {Type: ScheduleV2, Properties: {ScheduleExpression: 'cron(0 3 * * ? *)', ScheduleExpressionTimezone: Europe/Moscow, State: DISABLED}}
  OnlyLive: {Type: AWS::SQS::Queue, Condition: Live}
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, TableName: people}}
  S: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {}}}
Outputs:
  Url: {Value: !Ref Q}
  Hidden: {Condition: Live, Value: !Ref Nobody}
`
	in := inputs()
	in.Parameters = nil
	in.Region, in.Account = "eu-north-1", "123456789012"
	tmpl, err := Parse("t.yaml", []byte(source), in)
	if err != nil {
		t.Fatal(err)
	}
	f := tmpl.Functions[0]
	want := map[string]string{
		"SHARED": "one", "OWN": "test/48/${Literal}/arn:aws:dynamodb:eu-north-1:123456789012:table/people",
		"IF": "quiet", "KEY": "k-secret-of-S-32-k",
	}
	if fmt.Sprint(f.Env) != fmt.Sprint(want) {
		t.Errorf("environment\n%v, want\n%v", f.Env, want)
	}
	if f.Name != "onetap-f" || f.ARN != "arn:aws:lambda:eu-north-1:123456789012:function:onetap-f" || f.Timeout != 7*time.Second || f.Memory != 512 {
		t.Errorf("function %+v", f)
	}
	if len(f.Schedules) != 2 || !f.Schedules[0].Disabled || string(f.Schedules[1].Input) != `{"a":1}` {
		t.Errorf("schedules %+v", f.Schedules)
	}
	if len(tmpl.Queues) != 1 || tmpl.Queue("Q").Retention != 96*time.Hour {
		t.Errorf("queues %+v", tmpl.Queues)
	}
	if url := tmpl.Outputs["Url"]; len(tmpl.Outputs) != 1 || url != "https://sqs.eu-north-1.amazonaws.com/123456789012/onetap-Q" {
		t.Errorf("outputs %v", tmpl.Outputs)
	}
}

// Every function that sends may do so as the sender's domain, its addresses and the identities of Senders, and as nobody
// else; what only reads may not send at all (issue 9, 4).
func TestLettersComeFromAllowedIdentitiesOnly(t *testing.T) {
	t.Parallel()
	const ses = "arn:aws:ses:eu-central-1:123456789012:"
	for senders, more := range map[string][]string{
		"":                               nil,
		"anna@example.ru":                {"anna@example.ru"},
		"example.ru,a@example.org,b.org": {"example.ru", "a@example.org", "b.org"},
		"a.org,b.org,c.org,d.org":        {"a.org", "b.org", "c.org", "d.org"},
	} {
		in := inputs()
		in.Region, in.Account = "eu-central-1", "123456789012"
		in.Parameters["Sender"], in.Parameters["Senders"] = "Example Shop <nps@mail.example.com>", senders
		tmpl, err := Read(project, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range tmpl.Functions {
			action := map[string]string{"send": "ses:SendBulkEmail", "desk": "ses:SendEmail", "feedback": "ses:SendEmail", "notify": "ses:SendEmail", "clock": "ses:SendEmail"}[f.Folder]
			if action == "" {
				if f.Allows("ses:SendEmail") || f.Allows("ses:SendBulkEmail") {
					t.Errorf("%s may send", f.Folder)
				}
				continue
			}
			for _, identity := range append(more, "mail.example.com", "nps@mail.example.com", "other@mail.example.com") {
				if !f.Allows(action, ses+"identity/"+identity) {
					t.Errorf("Senders=%q: %s may not send as %s", senders, f.Folder, identity)
				}
			}
			for _, identity := range []string{"security@bank.example", "bank.example", "example.com", "nps@example.com", "xmail.example.com", "evil@example.ru.org", "*"} {
				if f.Allows(action, ses+"identity/"+identity) {
					t.Errorf("Senders=%q: %s may send as %s", senders, f.Folder, identity)
				}
			}
			if !f.Allows(action, ses+"configuration-set/"+f.Env["CONFIGURATION_SET"]) || f.Allows(action, ses+"configuration-set/other") {
				t.Errorf("%s: configuration set", f.Folder)
			}
		}
	}
}

// A sender whose domain the permissions cannot name is refused by CloudFormation, before anything is deployed.
func TestSenderParameters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sender, senders string
		ok              bool
	}{
		{"nps@example.com", "", true},
		{"Example Shop <nps@example.com>", "", true},
		{`"Shop, Ltd." <Nps@example.com>`, "", true},
		{"Ромашка <nps@xn--e1afmkfd.xn--p1ai>", "example.ru", true},
		{"nps@Example.com", "", false},
		{"nps@пример.рф", "", false},
		{"a@b <nps@example.com>", "", false},
		{"nps", "", false},
		{"a@example.com, b@example.com", "", false},
		{"nps@localhost", "", false},
		{"nps@example.com", "a.org,b.org,c.org,d.org,e.org", false},
		{"nps@example.com", "*", false},
		{"nps@example.com", "example.ru, example.org", false},
	} {
		in := inputs()
		in.Parameters["Sender"], in.Parameters["Senders"] = tt.sender, tt.senders
		if _, err := Read(project, in); (err == nil) != tt.ok {
			t.Errorf("Sender=%q Senders=%q: %v", tt.sender, tt.senders, err)
		}
	}
}
