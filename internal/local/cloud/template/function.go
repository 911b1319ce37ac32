package template

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"onetap/internal/local/cloud/pattern"
	"onetap/internal/local/cloud/schedule"

	"go.yaml.in/yaml/v3"
)

type functionProperties struct {
	FunctionName, Runtime, Handler, CodeUri, PackageType string
	Architectures                                        []string
	Timeout, MemorySize                                  int
	Environment                                          struct{ Variables map[string]string }
	LoggingConfig                                        struct{ LogFormat, ApplicationLogLevel, SystemLogLevel, LogGroup string }
	ReservedConcurrentExecutions                         *int
	EventInvokeConfig                                    *struct {
		MaximumRetryAttempts, MaximumEventAgeInSeconds *int
		DestinationConfig                              *destinationConfig
	}
	Events map[string]struct {
		Type       string
		Properties *yaml.Node
	}
	Policies                                              *yaml.Node
	Description, Tags, Tracing, Role, PermissionsBoundary passive
}

type destinationConfig struct {
	OnFailure *struct{ Type, Destination string }
}

func (r *reader) readFunction(res *resource) {
	merged := merge(r.globals, res.properties)
	p := functionProperties{Timeout: 3, MemorySize: 128} // Lambda's defaults
	r.decode(res.id, r.resolve(merged), &p)
	if p.Runtime != "provided.al2023" && p.Runtime != "provided.al2" {
		r.refuse(res.line, "%s: runtime %q is not understood, only provided.al2023", res.id, p.Runtime)
	}
	if p.PackageType != "" && p.PackageType != "Zip" {
		r.refuse(res.line, "%s: package type %s is not understood", res.id, p.PackageType)
	}
	if p.Timeout < 1 || p.Timeout > 900 {
		r.refuse(res.line, "%s: a timeout is 1 to 900 seconds, not %d", res.id, p.Timeout)
	}
	if p.MemorySize < 128 || p.MemorySize > 10240 {
		r.refuse(res.line, "%s: memory is 128 to 10240 MB, not %d", res.id, p.MemorySize)
	}
	f := &Function{
		ID: res.id, Name: r.physicalName(res), ARN: r.attribute(res.line, res.id, "Arn"),
		Folder:  strings.TrimSuffix(strings.ToLower(res.id), "function"),
		Handler: p.Handler, Timeout: time.Duration(p.Timeout) * time.Second, Memory: p.MemorySize,
		Env: p.Environment.Variables, Reserved: p.ReservedConcurrentExecutions,
		LogGroup: p.LoggingConfig.LogGroup, JSONLogs: p.LoggingConfig.LogFormat == "JSON",
		Async:   Async{Retries: 2, MaxAge: 6 * time.Hour}, // Lambda's defaults
		Allowed: r.readPolicies(res, p.Policies),
	}
	if f.LogGroup == "" {
		f.LogGroup = "/aws/lambda/" + f.Name
	}
	if c := p.EventInvokeConfig; c != nil {
		if c.MaximumRetryAttempts != nil {
			f.Async.Retries = *c.MaximumRetryAttempts
		}
		if c.MaximumEventAgeInSeconds != nil {
			f.Async.MaxAge = time.Duration(*c.MaximumEventAgeInSeconds) * time.Second
		}
		f.Async.OnFailure = r.destination(res, c.DestinationConfig)
		if f.Async.Retries < 0 || f.Async.Retries > 2 || f.Async.MaxAge < time.Minute || f.Async.MaxAge > 6*time.Hour {
			r.refuse(res.line, "%s: Lambda takes 0 to 2 retries and an event age of 60 to 21600 seconds", res.id)
		}
	}
	for _, name := range sorted(p.Events) {
		e := p.Events[name]
		r.readEvent(f, name, e.Type, e.Properties, res.line)
	}
	r.out.Functions = append(r.out.Functions, f)
}

func sorted[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// merge lays a function's own properties over the global ones as SAM does: maps are merged, lists added, the rest
// replaced.
func merge(global, own *yaml.Node) *yaml.Node {
	switch {
	case global == nil:
		return own
	case own == nil:
		return global
	case global.Kind == yaml.SequenceNode && own.Kind == yaml.SequenceNode && own.Tag == "!!seq":
		out := *own
		out.Content = append(slices.Clone(global.Content), own.Content...)
		return &out
	case global.Kind != yaml.MappingNode || own.Kind != yaml.MappingNode:
		return own
	}
	out := *own
	out.Content = nil
	for i := 0; i < len(global.Content); i += 2 {
		key := global.Content[i]
		out.Content = append(out.Content, key, merge(global.Content[i+1], lookup(own, key.Value)))
	}
	for i := 0; i < len(own.Content); i += 2 {
		if lookup(global, own.Content[i].Value) == nil {
			out.Content = append(out.Content, own.Content[i], own.Content[i+1])
		}
	}
	return &out
}

// destination gives the logical id of the queue that failures go to.
func (r *reader) destination(res *resource, c *destinationConfig) string {
	if c == nil || c.OnFailure == nil {
		return ""
	}
	if c.OnFailure.Type != "SQS" && c.OnFailure.Type != "" {
		r.refuse(res.line, "%s: a destination of type %s is not understood, only SQS", res.id, c.OnFailure.Type)
		return ""
	}
	return r.queueByARN(res, c.OnFailure.Destination)
}

func (r *reader) queueByARN(res *resource, arn string) string {
	for _, id := range r.order {
		if r.resources[id].kind == "AWS::SQS::Queue" && r.attribute(res.line, id, "Arn") == arn {
			return id
		}
	}
	r.refuse(res.line, "%s: %q is not the ARN of a queue of this template", res.id, arn)
	return ""
}

func (r *reader) readEvent(f *Function, name, kind string, n *yaml.Node, line int) {
	path := f.ID + ".Events." + name
	if n != nil {
		line = n.Line
	}
	switch kind {
	case "HttpApi":
		r.readRoute(f, name, path, n, line)
	case "Schedule":
		var p struct {
			Schedule, Input, State, Name               string
			Enabled                                    *bool
			Description, RetryPolicy, DeadLetterConfig passive
		}
		r.decode(path, n, &p)
		off := p.State == "DISABLED" || p.Enabled != nil && !*p.Enabled
		r.addSchedule(f, path, line, Schedule{Event: name, Name: cmp.Or(p.Name, f.ID+name), Expression: p.Schedule, Disabled: off}, p.Input, "")
	case "ScheduleV2":
		var p struct {
			ScheduleExpression, ScheduleExpressionTimezone, Input, State, Name string
			FlexibleTimeWindow                                                 *struct{ Mode string }
			RetryPolicy, DeadLetterConfig, Description, GroupName              passive
			RoleArn, PermissionsBoundary, OmitName                             passive
		}
		r.decode(path, n, &p)
		if p.FlexibleTimeWindow != nil && p.FlexibleTimeWindow.Mode != "OFF" {
			r.refuse(line, "%s: a flexible time window is not understood", path)
		}
		s := Schedule{Event: name, Name: cmp.Or(p.Name, f.ID+name), Expression: p.ScheduleExpression, Scheduler: true, Disabled: p.State == "DISABLED"}
		r.addSchedule(f, path, line, s, p.Input, p.ScheduleExpressionTimezone)
	case "EventBridgeRule":
		r.readRule(f, name, path, n, line)
	case "DynamoDB":
		r.readStream(f, name, path, n, line)
	default:
		r.refuse(line, "%s: event type %s is not understood", path, kind)
	}
}

func (r *reader) readRoute(f *Function, name, path string, n *yaml.Node, line int) {
	var p struct {
		ApiId, Path, Method, PayloadFormatVersion string
		TimeoutInMillis                           *int
	}
	r.decode(path, n, &p)
	if p.PayloadFormatVersion != "" && p.PayloadFormatVersion != "2.0" {
		r.refuse(line, "%s: payload format %s is not understood, only 2.0", path, p.PayloadFormatVersion)
	}
	if p.TimeoutInMillis != nil {
		r.refuse(line, "%s: property TimeoutInMillis is not understood", path)
	}
	method := strings.ToUpper(p.Method)
	if !slices.Contains([]string{"ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method) {
		r.refuse(line, "%s: method %q is not understood", path, p.Method)
	}
	if err := checkPath(p.Path); err != "" {
		r.refuse(line, "%s: path %q %s", path, p.Path, err)
	}
	f.Routes = append(f.Routes, Route{Event: name, Method: method, Path: p.Path})
}

func checkPath(path string) string {
	if !strings.HasPrefix(path, "/") {
		return "must begin with /"
	}
	parts := strings.Split(path[1:], "/")
	for i, part := range parts {
		inner, isParameter := strings.CutPrefix(part, "{")
		inner, closed := strings.CutSuffix(inner, "}")
		switch {
		case isParameter != closed, isParameter && strings.TrimSuffix(inner, "+") == "", strings.ContainsAny(inner, "{}"):
			return "has a parameter that is not understood"
		case isParameter && strings.HasSuffix(inner, "+") && i != len(parts)-1:
			return "has a greedy parameter before its end"
		}
	}
	return ""
}

func (r *reader) addSchedule(f *Function, path string, line int, s Schedule, input, zone string) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		r.refuse(line, "%s: %v", path, err)
		return
	}
	if s.When, err = schedule.Parse(s.Expression, loc); err != nil {
		r.refuse(line, "%s: %v", path, err)
	}
	s.Input = r.input(path, line, input)
	f.Schedules = append(f.Schedules, s)
}

func (r *reader) input(path string, line int, input string) json.RawMessage {
	if input == "" {
		return nil
	}
	if !json.Valid([]byte(input)) {
		r.refuse(line, "%s: Input is not JSON", path)
	}
	return json.RawMessage(input)
}

func (r *reader) readRule(f *Function, name, path string, n *yaml.Node, line int) {
	var p struct {
		Pattern             *yaml.Node
		State, Input        string
		EventBusName        string
		RetryPolicy, Target passive
		RuleName            passive
		DeadLetterConfig    *struct {
			Arn, Type, QueueLogicalId string
		}
	}
	r.decode(path, n, &p)
	if p.EventBusName != "" && p.EventBusName != "default" {
		r.refuse(line, "%s: event bus %s is not understood, only default", path, p.EventBusName)
	}
	if p.DeadLetterConfig != nil && p.DeadLetterConfig.Arn != "" {
		r.queueByARN(r.resources[f.ID], p.DeadLetterConfig.Arn)
	}
	if p.Pattern == nil {
		r.refuse(line, "%s: needs a Pattern", path)
		return
	}
	var v any
	if err := p.Pattern.Decode(&v); err != nil {
		r.refuse(p.Pattern.Line, "%s: Pattern: %v", path, err)
		return
	}
	source, err := json.Marshal(v)
	if err != nil {
		r.refuse(p.Pattern.Line, "%s: Pattern: %v", path, err)
		return
	}
	compiled, err := pattern.Compile(source)
	if err != nil {
		r.refuse(p.Pattern.Line, "%s: Pattern: %v", path, err)
		return
	}
	f.Rules = append(f.Rules, Rule{Event: name, Pattern: compiled, Disabled: p.State == "DISABLED", Input: r.input(path, line, p.Input)})
}
