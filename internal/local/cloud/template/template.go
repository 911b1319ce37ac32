// Package template reads template.yaml (SAM) into what the laptop runs: functions with their events, tables, queues and
// mail events, with parameters, conditions, intrinsics and secrets resolved.
//
// It refuses, by name and with the line, every resource type, property, event type, filter operator and intrinsic that
// it does not understand. What is known and has nothing to do on a laptop (alarms, log groups, policies) is listed in
// resources.go; its references are still checked.
package template

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"onetap/internal/local/cloud/pattern"
	"onetap/internal/local/cloud/schedule"

	"go.yaml.in/yaml/v3"
)

// Inputs are what the template does not say itself.
type Inputs struct {
	Parameters map[string]string
	Defaults   map[string]string // stand in for the template's own; those of parameters it does not have are ignored
	Stack      string            // AWS::StackName; "" is "stack"
	Region     string            // "" is "us-east-1"
	Account    string            // "" is "000000000000"
	// Secret gives the value of a generated secret: the same one at each call for the same logical id.
	Secret func(id string, spec SecretSpec) (string, error)
}

// SecretSpec is what GenerateSecretString asks for.
type SecretSpec struct {
	Length             int
	ExcludePunctuation bool
	ExcludeCharacters  string
}

// Template is a template with every value resolved.
type Template struct {
	Stack, Region, Account string
	Functions              []*Function // in the order of the template
	Tables                 []*Table
	Queues                 []*Queue
	Keys                   []*Key
	Buckets                []*Bucket
	Mail                   []MailEvents
	Buses                  []string // names of event buses
	Outputs                map[string]string
}

// Function is one AWS::Serverless::Function.
type Function struct {
	ID     string // logical id, for example RespondFunction
	Name   string // the stack, a hyphen, the folder
	ARN    string
	Folder string // where the Makefile puts its binary: the id in lower case without "function"

	Handler  string
	Timeout  time.Duration
	Memory   int // MB
	Env      map[string]string
	Reserved *int // nil: unreserved
	LogGroup string
	JSONLogs bool
	Allowed  []Permission
	URL      bool // it has an address of its own, a function URL, open to everybody

	Async     Async
	Routes    []Route
	Schedules []Schedule
	Rules     []Rule
	Streams   []Stream
}

// Async is how asynchronous invocations of a function are retried.
type Async struct {
	Retries   int // after the first attempt
	MaxAge    time.Duration
	OnFailure string // logical id of a queue; "": what failed is forgotten
}

// Route is one route of the HTTP API. Method is ANY or upper case.
type Route struct{ Event, Method, Path string }

// Schedule is a rate or cron event. Input is nil where EventBridge makes the event itself.
type Schedule struct {
	Event      string
	Name       string // of the schedule or rule
	Expression string
	When       schedule.Schedule
	Scheduler  bool // ScheduleV2: EventBridge Scheduler, whose event differs from a rule's
	Disabled   bool
	Input      json.RawMessage
}

// Rule is an EventBridge rule on the default bus.
type Rule struct {
	Event    string
	Pattern  *pattern.Pattern
	Disabled bool
	Input    json.RawMessage // sent instead of the event; nil: the event
}

// Stream is an event source mapping from a table's stream.
type Stream struct {
	Event     string
	Table     string // logical id
	Latest    bool   // starting position LATEST, otherwise TRIM_HORIZON
	BatchSize int
	Window    time.Duration
	Parallel  int
	Filters   []*pattern.Pattern // one must match; none: everything does
	Partial   bool               // ReportBatchItemFailures
	Bisect    bool
	Retries   int           // -1: until the record expires
	MaxAge    time.Duration // 0: until the record expires
	OnFailure string        // logical id of a queue
	Disabled  bool
}

// Table is a DynamoDB table; Create is the input of CreateTable, with TimeToLiveSpecification beside it.
type Table struct {
	ID, Name string
	Stream   bool
	Create   json.RawMessage
}

// Queue is an SQS queue.
type Queue struct {
	ID, Name, ARN string
	Retention     time.Duration
}

// Key is a symmetric key of KMS.
type Key struct {
	ID, KeyID, ARN string   // KeyID is a UUID, the same at each reading
	Aliases        []string // "alias/..."
	Description    string
	Disabled       bool
	Rotation       time.Duration // how often KMS changes its material; 0: never
}

// Bucket is a private bucket of S3.
type Bucket struct {
	ID, Name string
	Expire   time.Duration // after which a file is gone; 0: never
	Abort    time.Duration // after which an upload in parts that was not completed is; 0: never
}

// MailEvents is a SES event destination on the default bus.
type MailEvents struct {
	ConfigurationSet string
	Types            []string // as SES's API names them: DELIVERY, BOUNCE, RENDERING_FAILURE …
}

// Queue finds a queue by logical id; nil where there is none.
func (t *Template) Queue(id string) *Queue {
	for _, q := range t.Queues {
		if q.ID == id {
			return q
		}
	}
	return nil
}

// Table finds a table by logical id; nil where there is none.
func (t *Template) Table(id string) *Table {
	for _, table := range t.Tables {
		if table.ID == id {
			return table
		}
	}
	return nil
}

// Read reads the template file at path. The error lists everything that was refused, a line each.
func Read(path string, in Inputs) (*Template, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return Parse(filepath.Base(path), source, in)
}

// Parse is Read for a template in memory; name stands before the line numbers of its errors.
func Parse(name string, source []byte, in Inputs) (*Template, error) {
	if in.Stack == "" {
		in.Stack = "stack"
	}
	if in.Region == "" {
		in.Region = "us-east-1"
	}
	if in.Account == "" {
		in.Account = "000000000000"
	}
	var document yaml.Node
	if err := yaml.Unmarshal(source, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: is not a template", name)
	}
	r := &reader{
		name: name, in: in,
		resources: map[string]*resource{}, parameters: map[string]string{},
		conditionNodes: map[string]*yaml.Node{}, conditions: map[string]bool{}, conditionBusy: map[string]bool{},
		urls: map[string]*resource{}, aliases: map[string][]string{}, open: map[string]bool{},
		out: &Template{Stack: in.Stack, Region: in.Region, Account: in.Account, Outputs: map[string]string{}},
	}
	r.read(document.Content[0])
	if len(r.problems) > 0 {
		return nil, r.problems.join()
	}
	return r.out, nil
}

// reader holds a template while it is read. Problems are collected, so that one run shows all of them.
type reader struct {
	name           string
	in             Inputs
	parameters     map[string]string
	conditionNodes map[string]*yaml.Node
	conditions     map[string]bool
	conditionBusy  map[string]bool
	resources      map[string]*resource
	order          []string
	urls           map[string]*resource // of functions, by their logical ids
	aliases        map[string][]string  // of keys, by the key's id or ARN
	open           map[string]bool      // "<function> <action>" for what everybody may do
	globals        *yaml.Node           // Globals.Function
	problems       problems
	out            *Template
}

type resource struct {
	id, kind   string
	line       int
	properties *yaml.Node // unresolved; an empty mapping where there are none
	naming     bool       // its name is being resolved: a name that needs itself
}

type problem struct {
	line int
	text string
}

type problems []problem

func (p problems) join() error {
	slices.SortFunc(p, func(a, b problem) int { return cmp.Or(a.line-b.line, cmp.Compare(a.text, b.text)) })
	// A name that several resources refer to is resolved, and refused, several times.
	p = slices.CompactFunc(p, func(a, b problem) bool { return a == b })
	errs := make([]error, len(p))
	for i, one := range p {
		errs[i] = errors.New(one.text)
	}
	return errors.Join(errs...)
}

func (r *reader) refuse(line int, format string, args ...any) {
	r.problems = append(r.problems, problem{line, fmt.Sprintf("%s:%d: %s", r.name, line, fmt.Sprintf(format, args...))})
}

// pairs gives the keys and values of a mapping; nil where n is none, which is refused unless it is empty.
func (r *reader) pairs(what string, n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.refuse(n.Line, "%s must be a mapping", what)
		return nil
	}
	return n.Content
}

func (r *reader) read(root *yaml.Node) {
	sections := map[string]*yaml.Node{}
	content := r.pairs("the template", root)
	for i := 0; i < len(content); i += 2 {
		key := content[i].Value
		switch key {
		case "AWSTemplateFormatVersion", "Description", "Metadata":
		case "Transform":
			if content[i+1].Value != "AWS::Serverless-2016-10-31" {
				r.refuse(content[i+1].Line, "Transform %q is not understood, only AWS::Serverless-2016-10-31", content[i+1].Value)
			}
		case "Parameters", "Conditions", "Globals", "Resources", "Outputs":
			sections[key] = content[i+1]
		default:
			r.refuse(content[i].Line, "section %s is not understood", key)
		}
	}
	r.readParameters(sections["Parameters"])
	conditions := r.pairs("Conditions", sections["Conditions"])
	for i := 0; i < len(conditions); i += 2 {
		r.conditionNodes[conditions[i].Value] = conditions[i+1]
	}
	for i := 0; i < len(conditions); i += 2 {
		r.condition(conditions[i].Line, conditions[i].Value)
	}
	r.readGlobals(sections["Globals"])
	r.readResources(sections["Resources"])
	outputs := r.pairs("Outputs", sections["Outputs"])
	for i := 0; i < len(outputs); i += 2 {
		r.readOutput(outputs[i].Value, outputs[i+1])
	}
}

func (r *reader) readOutput(name string, n *yaml.Node) {
	var output struct {
		Description passive
		Value       string
		Export      passive
		Condition   string
	}
	if c := lookup(n, "Condition"); c != nil && !r.condition(c.Line, c.Value) {
		return
	}
	r.decode("Outputs."+name, r.resolve(n), &output)
	r.out.Outputs[name] = output.Value
}

func (r *reader) readGlobals(n *yaml.Node) {
	content := r.pairs("Globals", n)
	for i := 0; i < len(content); i += 2 {
		if content[i].Value != "Function" {
			r.refuse(content[i].Line, "Globals.%s is not understood, only Function", content[i].Value)
			continue
		}
		r.globals = content[i+1]
	}
}

// lookup finds a key of a mapping; nil where there is none.
func lookup(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
