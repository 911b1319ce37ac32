package template

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// alarm is what the test below looks at of an AWS::CloudWatch::Alarm, or of a metric filter.
type alarm struct {
	Type       string
	Properties struct {
		AlarmActions                []string
		Namespace, MetricName       string
		LogGroupName, FilterPattern any // of other resources they may be something else
		Metrics                     []struct {
			MetricStat struct {
				Metric struct {
					Namespace, MetricName string
					Dimensions            []struct{ Name, Value string }
				}
			}
		}
		MetricTransformations []struct{ MetricNamespace, MetricName, MetricValue string }
	}
}

// mostMetrics is how many metrics an alarm's expression may look at, besides the expression itself.
const mostMetrics = 10

// What goes wrong without failing a function's call rings too: answers with a status of 500, throttles, error lines. Every
// function that there is takes part.
func TestAlarms(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(project)
	if err != nil {
		t.Fatal(err)
	}
	var plain map[string]any
	if err := yaml.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	if text, err = json.Marshal(plain); err != nil {
		t.Fatal(err)
	}
	var whole struct{ Resources map[string]alarm }
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	var functions []string
	rings := map[string][]string{} // by metric: of what
	for id, r := range whole.Resources {
		switch r.Type {
		case "AWS::Serverless::Function":
			functions = append(functions, id)
		case "AWS::CloudWatch::Alarm":
			if !slices.Equal(r.Properties.AlarmActions, []string{"Alarms"}) {
				t.Errorf("%s tells %v", id, r.Properties.AlarmActions)
			}
			if p := r.Properties; p.MetricName != "" {
				rings[p.Namespace+" "+p.MetricName] = append(rings[p.Namespace+" "+p.MetricName], "")
			}
			if n := len(r.Properties.Metrics); n > mostMetrics+1 {
				t.Errorf("%s looks at %d metrics: CloudWatch refuses more than %d in one alarm", id, n-1, mostMetrics)
			}
			for _, m := range r.Properties.Metrics {
				for _, d := range m.MetricStat.Metric.Dimensions {
					name := m.MetricStat.Metric.Namespace + " " + m.MetricStat.Metric.MetricName
					rings[name] = append(rings[name], d.Value)
				}
			}
		}
	}
	if len(functions) < 7 {
		t.Fatal(functions)
	}
	for _, one := range []struct{ metric, of string }{
		{"AWS/ApiGateway 5xx", "Api"},
		{"AWS/Lambda Url5xxCount", "RespondFunction"},
		{"AWS/DynamoDB ReadThrottleEvents", "Table"},
		{"AWS/DynamoDB WriteThrottleEvents", "Table"},
		{"Onetap/${AWS::StackName} ErrorLines", ""},
	} {
		if !slices.Contains(rings[one.metric], one.of) {
			t.Errorf("no alarm looks at %s of %s", one.metric, one.of)
		}
	}
	for _, f := range functions {
		if !slices.Contains(rings["AWS/Lambda Throttles"], f) {
			t.Errorf("no alarm looks at the throttles of %s", f)
		}
		if f != "FeedbackFunction" && !slices.Contains(rings["AWS/Lambda Errors"], f) { // see there
			t.Errorf("no alarm looks at the errors of %s", f)
		}
		filter := whole.Resources[strings.TrimSuffix(f, "Function")+"ErrorLines"].Properties
		if filter.LogGroupName != strings.TrimSuffix(f, "Function")+"Logs" || filter.FilterPattern != `{ $.level = "ERROR" }` ||
			len(filter.MetricTransformations) != 1 || filter.MetricTransformations[0].MetricNamespace+" "+filter.MetricTransformations[0].MetricName != "Onetap/${AWS::StackName} ErrorLines" {
			t.Errorf("the error lines of %s are not counted: %+v", f, filter)
		}
	}
}
