package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// letter is a dead letter in either of Lambda's two shapes.
type letter struct {
	RequestContext struct {
		FunctionArn, Condition string
	}
	RequestPayload     json.RawMessage
	DDBStreamBatchInfo *struct {
		ShardID             string `json:"shardId"`
		StartSequenceNumber string
		EndSequenceNumber   string
		StreamArn           string
	}
}

// Replay runs what a dead letter tells of once more: the records of a stream batch, which are read from the stream
// again, or an asynchronous event. When all of it succeeds the message is deleted. Records that the stream no longer
// keeps (24 hours) are lost to a replay, and the error says so.
func (c *Cloud) Replay(ctx context.Context, q *Queue, id string) error {
	m, err := q.Message(id)
	if err != nil {
		return err
	}
	var l letter
	if err := json.Unmarshal(m.Body, &l); err != nil {
		return fmt.Errorf("message %s is no dead letter of Lambda: %w", id, err)
	}
	f := c.byName[functionName(l.RequestContext.FunctionArn)]
	if f == nil {
		return fmt.Errorf("message %s is for a function that is not here: %q", id, l.RequestContext.FunctionArn)
	}
	switch {
	case l.DDBStreamBatchInfo != nil:
		err = c.replayBatch(ctx, f, l)
	case l.RequestPayload != nil:
		err = replayOnce(ctx, f, l.RequestPayload)
	default:
		err = errors.New("it has neither a payload nor a stream position")
	}
	if err != nil {
		return fmt.Errorf("replay %s: %w", id, err)
	}
	return q.Delete(id)
}

func replayOnce(ctx context.Context, f *function, payload []byte) error {
	r := f.invoke(ctx, payload)
	if r.err != nil {
		return r.err
	}
	if r.failed {
		return fmt.Errorf("%s failed again: %s", f.ID, r.payload)
	}
	return nil
}

func (c *Cloud) replayBatch(ctx context.Context, f *function, l letter) error {
	info := l.DDBStreamBatchInfo
	for _, m := range c.mappings {
		if m.fn != f || m.arn != info.StreamArn {
			continue
		}
		records, err := m.between(info.ShardID, info.StartSequenceNumber, info.EndSequenceNumber)
		if err != nil {
			return err
		}
		for len(records) > 0 {
			batch := records[:min(m.BatchSize, len(records))]
			r := f.invoke(ctx, m.event(batch))
			switch {
			case r.err != nil:
				return r.err
			case r.failed:
				return fmt.Errorf("%s failed again: %s", f.ID, r.payload)
			case m.firstFailure(batch, r.payload) < len(batch):
				return fmt.Errorf("%s failed again at record %s", f.ID, batch[m.firstFailure(batch, r.payload)].SequenceNumber)
			}
			records = records[len(batch):]
		}
		return nil
	}
	return fmt.Errorf("%s reads no stream %s", f.ID, info.StreamArn)
}

// between reads the wanted records from first to last, both included.
func (m *mapping) between(shard, first, last string) ([]Record, error) {
	after, ok := precedingSequence(first)
	end, endOK := new(big.Int).SetString(last, 10)
	if !ok || !endOK {
		return nil, fmt.Errorf("%q to %q are no sequence numbers", first, last)
	}
	var out []Record
	for position, met := after, false; ; {
		records, err := m.fn.cloud.cfg.Streams.ReadStream(m.table, shard, position, 1000)
		if err != nil {
			return nil, fmt.Errorf("read stream: %w", err)
		}
		for _, r := range records {
			if !met && r.SequenceNumber != first {
				return nil, fmt.Errorf("record %s is not in the stream any more", first)
			}
			met = true
			if at, ok := new(big.Int).SetString(r.SequenceNumber, 10); !ok || at.Cmp(end) > 0 {
				return out, nil
			}
			if matches(m.Filters, r) {
				out = append(out, r)
			}
			position = r.SequenceNumber
		}
		if len(records) == 0 {
			if !met {
				return nil, fmt.Errorf("record %s is not in the stream any more", first)
			}
			return out, nil
		}
	}
}

// precedingSequence is the number before s, as many digits long.
func precedingSequence(s string) (string, bool) {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.Sign() <= 0 {
		return "", false
	}
	before := n.Sub(n, big.NewInt(1)).String()
	return strings.Repeat("0", max(0, len(s)-len(before))) + before, true
}

// replayLimit is how long a replay over HTTP may take.
const replayLimit = 15 * time.Minute
