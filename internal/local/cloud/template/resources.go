package template

import (
	"encoding/json"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// known lists the resource types and their attributes. Those without a reader in readResources are passive on a laptop:
// nothing happens there, but what they refer to must exist.
var known = map[string][]string{
	"AWS::Serverless::Function":                  {"Arn"},
	"AWS::Serverless::HttpApi":                   {"ApiId", "ApiEndpoint"},
	"AWS::DynamoDB::Table":                       {"Arn", "StreamArn"},
	"AWS::SQS::Queue":                            {"Arn", "QueueName", "QueueUrl"},
	"AWS::SecretsManager::Secret":                {"Id"},
	"AWS::KMS::Key":                              {"Arn", "KeyId"},
	"AWS::KMS::Alias":                            {},
	"AWS::S3::Bucket":                            {"Arn"},
	"AWS::SES::ConfigurationSet":                 {},
	"AWS::SES::ConfigurationSetEventDestination": {},

	"AWS::Events::EventBus":      {"Arn", "Name"},
	"AWS::SQS::QueuePolicy":      {},
	"AWS::S3::BucketPolicy":      {},
	"AWS::SES::EmailIdentity":    {},
	"AWS::IAM::Role":             {"Arn"},
	"AWS::IAM::ManagedPolicy":    {},
	"AWS::SNS::Topic":            {"TopicArn", "TopicName"},
	"AWS::SNS::TopicPolicy":      {},
	"AWS::Logs::LogGroup":        {"Arn"},
	"AWS::Logs::MetricFilter":    {},
	"AWS::CloudWatch::Alarm":     {"Arn"},
	"AWS::CloudWatch::Dashboard": {},

	"AWS::Lambda::Url":        {"FunctionUrl", "FunctionArn"},
	"AWS::Lambda::Permission": {},
}

// nameProperty says where a resource's own name stands, for !Ref and ARNs.
var nameProperty = map[string]string{
	"AWS::Serverless::Function":   "FunctionName",
	"AWS::DynamoDB::Table":        "TableName",
	"AWS::SQS::Queue":             "QueueName",
	"AWS::SecretsManager::Secret": "Name",
	"AWS::KMS::Alias":             "AliasName",
	"AWS::S3::Bucket":             "BucketName",
	"AWS::SES::ConfigurationSet":  "Name",
	"AWS::SNS::Topic":             "TopicName",
	"AWS::Logs::LogGroup":         "LogGroupName",
	"AWS::CloudWatch::Alarm":      "AlarmName",
	"AWS::IAM::Role":              "RoleName",
	"AWS::Events::EventBus":       "Name",
	"AWS::SES::EmailIdentity":     "EmailIdentity",
}

func (r *reader) readResources(n *yaml.Node) {
	content := r.pairs("Resources", n)
	for i := 0; i < len(content); i += 2 {
		r.declare(content[i], content[i+1])
	}
	for _, id := range r.order {
		res := r.resources[id]
		switch res.kind {
		case "AWS::Serverless::Function":
			r.readFunction(res)
		case "AWS::Serverless::HttpApi":
			r.readHTTPAPI(res)
		case "AWS::DynamoDB::Table":
			r.readTable(res)
		case "AWS::SQS::Queue":
			r.readQueue(res)
		case "AWS::SecretsManager::Secret":
			r.secret(res)
		case "AWS::KMS::Key":
			r.readKey(res)
		case "AWS::KMS::Alias":
			r.readAlias(res)
		case "AWS::S3::Bucket":
			r.readBucket(res)
		case "AWS::SES::ConfigurationSet":
			r.readConfigurationSet(res)
		case "AWS::SES::ConfigurationSetEventDestination":
			r.readMailEvents(res)
		case "AWS::Events::EventBus":
			r.readBus(res)
		case "AWS::Lambda::Url":
			r.readURL(res)
		case "AWS::Lambda::Permission":
			r.readPermission(res)
		default:
			r.resolve(res.properties)
		}
	}
	r.giveAliases()
	r.checkURLs()
}

// declare notes a resource, so that others may refer to it whatever the order.
func (r *reader) declare(key, n *yaml.Node) {
	id := key.Value
	res := &resource{id: id, line: key.Line, properties: &yaml.Node{Kind: yaml.MappingNode, Line: key.Line}}
	wanted := true
	content := r.pairs(id, n)
	for i := 0; i < len(content); i += 2 {
		switch name, value := content[i].Value, content[i+1]; name {
		case "Type":
			res.kind = value.Value
		case "Properties":
			if value.Tag != "!!null" {
				res.properties = value
			}
		case "Condition":
			wanted = r.condition(value.Line, value.Value)
		case "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "DependsOn":
		default:
			r.refuse(content[i].Line, "%s: attribute %s is not understood", id, name)
		}
	}
	if _, ok := known[res.kind]; !ok {
		r.refuse(key.Line, "%s: resource type %s is not understood", id, res.kind)
		return
	}
	if !wanted {
		return
	}
	r.resources[id] = res
	r.order = append(r.order, id)
}

// physicalName is the resource's name: its own, or one made of stack and logical id as CloudFormation does.
func (r *reader) physicalName(res *resource) string {
	if property, ok := nameProperty[res.kind]; ok {
		if n := lookup(res.properties, property); n != nil {
			if res.naming {
				r.refuse(n.Line, "%s.%s needs itself", res.id, property)
				return ""
			}
			res.naming = true
			defer func() { res.naming = false }()
			if v := r.resolve(n); v != nil {
				return v.Value
			}
		}
	}
	name := r.in.Stack + "-" + res.id
	if res.kind == "AWS::S3::Bucket" { // whose names are in small letters
		name = strings.ToLower(name)
	}
	return name
}

// attribute is what !Ref (attribute "") and !GetAtt give for a resource.
func (r *reader) attribute(line int, id, attribute string) string {
	res, ok := r.resources[id]
	if !ok {
		r.refuse(line, "there is neither a resource nor a parameter %s", id)
		return ""
	}
	if attribute != "" {
		known := known[res.kind]
		found := false
		for _, name := range known {
			found = found || name == attribute
		}
		if !found {
			r.refuse(line, "%s (%s) has no attribute %s that is understood", id, res.kind, attribute)
			return ""
		}
	}
	name := r.physicalName(res)
	switch res.kind + " " + attribute {
	case "AWS::Serverless::HttpApi ", "AWS::Serverless::HttpApi ApiId":
		return strings.ToLower(id)
	case "AWS::Serverless::HttpApi ApiEndpoint":
		return "https://" + strings.ToLower(id) + ".execute-api." + r.in.Region + ".amazonaws.com"
	case "AWS::Serverless::Function Arn":
		return r.arn("lambda", "function:"+name)
	case "AWS::Lambda::Url FunctionUrl":
		return "https://" + strings.ToLower(id) + ".lambda-url." + r.in.Region + ".on.aws/"
	case "AWS::Lambda::Url FunctionArn":
		if of := r.functionOf(res, "TargetFunctionArn"); of != "" {
			return r.attribute(line, of, "Arn")
		}
	case "AWS::DynamoDB::Table Arn":
		return r.arn("dynamodb", "table/"+name)
	case "AWS::DynamoDB::Table StreamArn":
		return r.arn("dynamodb", "table/"+name+"/stream/laptop")
	case "AWS::SQS::Queue ", "AWS::SQS::Queue QueueUrl":
		return "https://sqs." + r.in.Region + ".amazonaws.com/" + r.in.Account + "/" + name
	case "AWS::SQS::Queue Arn":
		return r.arn("sqs", name)
	case "AWS::SecretsManager::Secret ", "AWS::SecretsManager::Secret Id":
		return r.arn("secretsmanager", "secret:"+name)
	case "AWS::S3::Bucket Arn":
		return "arn:aws:s3:::" + name
	case "AWS::KMS::Key ", "AWS::KMS::Key KeyId":
		return r.keyID(id)
	case "AWS::KMS::Key Arn":
		return r.arn("kms", "key/"+r.keyID(id))
	case "AWS::SNS::Topic ", "AWS::SNS::Topic TopicArn":
		return r.arn("sns", name)
	case "AWS::Events::EventBus Arn":
		return r.arn("events", "event-bus/"+name)
	case "AWS::IAM::Role Arn":
		return "arn:aws:iam::" + r.in.Account + ":role/" + name
	case "AWS::Logs::LogGroup Arn":
		return r.arn("logs", "log-group:"+name+":*")
	case "AWS::CloudWatch::Alarm Arn":
		return r.arn("cloudwatch", "alarm:"+name)
	}
	return name
}

func (r *reader) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + r.in.Region + ":" + r.in.Account + ":" + rest
}

func (r *reader) readHTTPAPI(res *resource) {
	var p struct {
		Name, Description, FailOnWarnings, Tags passive
	}
	r.decode(res.id, r.resolve(res.properties), &p)
}

func (r *reader) readQueue(res *resource) {
	var p struct {
		QueueName                                        string
		MessageRetentionPeriod                           int
		SqsManagedSseEnabled, KmsMasterKeyId, Tags       passive
		VisibilityTimeout, ReceiveMessageWaitTimeSeconds passive
		KmsDataKeyReusePeriodSeconds, RedriveAllowPolicy passive
	}
	p.MessageRetentionPeriod = 345600 // SQS's default, 4 days
	r.decode(res.id, r.resolve(res.properties), &p)
	r.out.Queues = append(r.out.Queues, &Queue{
		ID: res.id, Name: r.physicalName(res), ARN: r.attribute(res.line, res.id, "Arn"),
		Retention: time.Duration(p.MessageRetentionPeriod) * time.Second,
	})
}

// readBus reads an event bus, on which functions may put events; here nobody listens to it.
func (r *reader) readBus(res *resource) {
	var p struct {
		Name                                           string
		Description, Tags, KmsKeyIdentifier, LogConfig passive
	}
	r.decode(res.id, r.resolve(res.properties), &p)
	r.out.Buses = append(r.out.Buses, r.physicalName(res))
}

// secret is the value of a generated secret.
func (r *reader) secret(res *resource) string {
	var p struct {
		Name, Description, KmsKeyId, Tags passive
		GenerateSecretString              *struct {
			PasswordLength                        int
			ExcludePunctuation                    bool
			ExcludeCharacters                     string
			IncludeSpace, RequireEachIncludedType passive
		}
	}
	r.decode(res.id, r.resolve(res.properties), &p)
	if p.GenerateSecretString == nil {
		r.refuse(res.line, "%s: a secret must be generated (GenerateSecretString)", res.id)
		return ""
	}
	if r.in.Secret == nil {
		r.refuse(res.line, "%s: there is nothing here to generate secrets with", res.id)
		return ""
	}
	spec := SecretSpec{
		Length:             p.GenerateSecretString.PasswordLength,
		ExcludePunctuation: p.GenerateSecretString.ExcludePunctuation,
		ExcludeCharacters:  p.GenerateSecretString.ExcludeCharacters,
	}
	if spec.Length == 0 {
		spec.Length = 32
	}
	value, err := r.in.Secret(res.id, spec)
	if err != nil {
		r.refuse(res.line, "%s: %v", res.id, err)
	}
	return value
}

func (r *reader) readConfigurationSet(res *resource) {
	var p struct {
		Name                                                              string
		ReputationOptions, SuppressionOptions, SendingOptions, VdmOptions passive
		DeliveryOptions, Tags                                             passive
	}
	r.decode(res.id, r.resolve(res.properties), &p)
}

// mailTypes are CloudFormation's names of the SES events, in lower case, and those of SES's API.
var mailTypes = map[string]string{
	"send": "SEND", "reject": "REJECT", "bounce": "BOUNCE", "complaint": "COMPLAINT", "delivery": "DELIVERY",
	"renderingfailure": "RENDERING_FAILURE", "deliverydelay": "DELIVERY_DELAY",
}

func (r *reader) readMailEvents(res *resource) {
	var p struct {
		ConfigurationSetName string
		EventDestination     struct {
			Name                   passive
			Enabled                bool
			MatchingEventTypes     []string
			EventBridgeDestination *struct{ EventBusArn string }
		}
	}
	r.decode(res.id, r.resolve(res.properties), &p)
	d := p.EventDestination
	if d.EventBridgeDestination == nil || !strings.HasSuffix(d.EventBridgeDestination.EventBusArn, ":event-bus/default") {
		r.refuse(res.line, "%s: only EventBridge's default bus is understood as a destination", res.id)
	}
	mail := MailEvents{ConfigurationSet: p.ConfigurationSetName}
	for _, name := range d.MatchingEventTypes {
		kind, ok := mailTypes[strings.ReplaceAll(strings.ToLower(name), "_", "")]
		if !ok {
			r.refuse(res.line, "%s: SES event %s is not understood", res.id, name)
		}
		mail.Types = append(mail.Types, kind)
	}
	if d.Enabled {
		r.out.Mail = append(r.out.Mail, mail)
	}
}

// streamSpecification becomes CreateTable's, which has a switch that CloudFormation's has not.
type streamSpecification struct{ StreamViewType string }

func (s streamSpecification) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"StreamEnabled": true, "StreamViewType": s.StreamViewType})
}

type keySchema []struct{ AttributeName, KeyType string }

// tableInput are the properties that CreateTable takes under the same names.
type tableInput struct {
	TableName              string
	BillingMode            string
	AttributeDefinitions   []struct{ AttributeName, AttributeType string }
	KeySchema              keySchema
	GlobalSecondaryIndexes []struct {
		IndexName  string
		KeySchema  keySchema
		Projection struct {
			ProjectionType   string
			NonKeyAttributes []string `json:",omitempty"`
		}
	} `json:",omitempty"`
	StreamSpecification     *streamSpecification `json:",omitempty"`
	TimeToLiveSpecification *struct {
		AttributeName string
		Enabled       bool
	} `json:",omitempty"`
	DeletionProtectionEnabled bool

	PointInTimeRecoverySpecification, SSESpecification, Tags passive `json:"-"`
}

func (r *reader) readTable(res *resource) {
	in := tableInput{BillingMode: "PROVISIONED"}
	r.decode(res.id, r.resolve(res.properties), &in)
	if in.BillingMode != "PAY_PER_REQUEST" {
		r.refuse(res.line, "%s: billing mode %s is not understood, only PAY_PER_REQUEST", res.id, in.BillingMode)
	}
	in.TableName = r.physicalName(res)
	create, err := json.Marshal(in)
	if err != nil {
		r.refuse(res.line, "%s: %v", res.id, err)
	}
	r.out.Tables = append(r.out.Tables, &Table{ID: res.id, Name: in.TableName, Stream: in.StreamSpecification != nil, Create: create})
}
