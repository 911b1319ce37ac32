package template

import (
	"slices"
	"time"

	"onetap/internal/local/cloud/pattern"

	"go.yaml.in/yaml/v3"
)

type streamProperties struct {
	Stream, StartingPosition                                         string
	BatchSize, MaximumBatchingWindowInSeconds, ParallelizationFactor int
	MaximumRetryAttempts, MaximumRecordAgeInSeconds                  int
	BisectBatchOnFunctionError                                       bool
	Enabled                                                          *bool
	FunctionResponseTypes                                            []string
	FilterCriteria                                                   struct{ Filters []struct{ Pattern string } }
	DestinationConfig                                                *destinationConfig
}

func (r *reader) readStream(f *Function, name, path string, n *yaml.Node, line int) {
	p := streamProperties{BatchSize: 100, ParallelizationFactor: 1, MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: -1}
	r.decode(path, n, &p)
	s := Stream{
		Event: name, Latest: p.StartingPosition == "LATEST", BatchSize: p.BatchSize,
		Window:   time.Duration(p.MaximumBatchingWindowInSeconds) * time.Second,
		Parallel: p.ParallelizationFactor, Bisect: p.BisectBatchOnFunctionError, Retries: p.MaximumRetryAttempts,
		Disabled: p.Enabled != nil && !*p.Enabled,
	}
	if p.MaximumRecordAgeInSeconds > 0 {
		s.MaxAge = time.Duration(p.MaximumRecordAgeInSeconds) * time.Second
	}
	for _, id := range r.order {
		if r.resources[id].kind == "AWS::DynamoDB::Table" && r.attribute(line, id, "StreamArn") == p.Stream {
			s.Table = id
		}
	}
	limit := func(ok bool, what string) {
		if !ok {
			r.refuse(line, "%s: %s", path, what)
		}
	}
	limit(s.Table != "", "Stream is not the StreamArn of a table of this template")
	limit(s.Latest || p.StartingPosition == "TRIM_HORIZON", "StartingPosition is TRIM_HORIZON or LATEST")
	limit(s.BatchSize >= 1 && s.BatchSize <= 10000, "BatchSize is 1 to 10000")
	limit(s.Window >= 0 && s.Window <= 300*time.Second, "MaximumBatchingWindowInSeconds is 0 to 300")
	limit(s.Parallel >= 1 && s.Parallel <= 10, "ParallelizationFactor is 1 to 10")
	limit(s.Retries >= -1 && s.Retries <= 10000, "MaximumRetryAttempts is -1 to 10000")
	limit(p.MaximumRecordAgeInSeconds == -1 || s.MaxAge >= time.Minute && s.MaxAge <= 7*24*time.Hour, "MaximumRecordAgeInSeconds is -1 or 60 to 604800")
	for _, kind := range p.FunctionResponseTypes {
		limit(kind == "ReportBatchItemFailures", "FunctionResponseTypes: "+kind+" is not understood")
	}
	s.Partial = slices.Contains(p.FunctionResponseTypes, "ReportBatchItemFailures")
	limit(len(p.FilterCriteria.Filters) <= 5, "a mapping takes 5 filters")
	for _, filter := range p.FilterCriteria.Filters {
		compiled, err := pattern.Compile([]byte(filter.Pattern))
		if err != nil {
			limit(false, "FilterCriteria: "+err.Error())
			continue
		}
		s.Filters = append(s.Filters, compiled)
	}
	s.OnFailure = r.destination(r.resources[f.ID], p.DestinationConfig)
	f.Streams = append(f.Streams, s)
}
