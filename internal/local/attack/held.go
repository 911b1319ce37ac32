// Package attack is somebody who has got hold of everything that an Onetap wrote: the whole table at several moments, the records of
// its stream in their order, SES's events and every log. It tries to name who of the employees gave which answer
// (docs/anonymity.md has the property), and looks for what is left of somebody who was erased.
//
// It knows how the table's keys are made, as docs and sources tell anybody, and has no key of Onetap.
package attack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"onetap/internal/local/dynamo"
)

// Typed is an item as DynamoDB writes it in JSON: a value by its type, by attribute.
type Typed = map[string]map[string]json.RawMessage

// Item is an item of the table, or an image of it in the stream: what stands in each attribute, binary values decoded, lists and maps
// one after another.
type Item map[string][]byte

// Text is an attribute as a text; "" where there is none.
func (i Item) Text(name string) string { return string(i[name]) }

// Change is a record of the stream.
type Change struct {
	At       time.Time
	Kind     string // INSERT, MODIFY or REMOVE
	New, Old Item   // nil: there is none
}

// Held is what somebody holds.
type Held struct {
	Tables [][]Item // the whole table at several moments
	Stream []Change // shard by shard, in each in order
	Events [][]byte // SES's, in order
	Logs   [][]byte // lines
	Words  []Said   // what people wrote, opened, as a reader of the console is shown it: in the table it is sealed
}

// Said is what one person wrote, as it came out of the box, and of which group it is.
type Said struct {
	Group []string
	Why   string
}

// Onlooker collects. It is safe for concurrent use.
type Onlooker struct {
	AWS, Table string // the endpoint, and the table's name
	DB         *dynamo.DB
	Data       string // the laptop's folder, with the logs of all functions

	mu     sync.Mutex
	tables [][]Item
	events [][]byte
}

// Event takes an event of SES.
func (o *Onlooker) Event(e json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, bytes.Clone(e))
}

// Look reads the whole table as it is now, and keeps it.
func (o *Onlooker) Look(ctx context.Context) ([]Item, error) {
	all, err := o.Read(ctx)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tables = append(o.tables, all)
	return all, nil
}

// Read reads the whole table as it is now.
func (o *Onlooker) Read(ctx context.Context) ([]Item, error) {
	typed, err := Scan(ctx, o.AWS, o.Table)
	if err != nil {
		return nil, err
	}
	all := make([]Item, len(typed))
	for i, t := range typed {
		if all[i], err = itemOf(t); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Held is everything that was collected, with the stream and the logs as they are now.
func (o *Onlooker) Held() (*Held, error) {
	stream, err := o.stream()
	if err != nil {
		return nil, err
	}
	logs, err := linesOf(filepath.Join(o.Data, "logs"))
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return &Held{Tables: slices.Clone(o.tables), Stream: stream, Events: slices.Clone(o.events), Logs: logs}, nil
}

func (o *Onlooker) stream() (all []Change, err error) {
	shards, err := o.DB.StreamShards(o.Table)
	if err != nil {
		return nil, err
	}
	const page = 1000
	for _, shard := range shards {
		for after := ""; ; {
			records, err := o.DB.ReadStream(o.Table, shard, after, page)
			if err != nil {
				return nil, err
			}
			for _, r := range records {
				c := Change{At: r.Created, Kind: r.EventName}
				if c.New, err = imageOf(r.NewImage); err != nil {
					return nil, err
				}
				if c.Old, err = imageOf(r.OldImage); err != nil {
					return nil, err
				}
				all, after = append(all, c), r.SequenceNumber
			}
			if len(records) < page {
				break
			}
		}
	}
	return all, nil
}

func imageOf(raw json.RawMessage) (Item, error) {
	if raw == nil {
		return nil, nil
	}
	var t Typed
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, fmt.Errorf("image of a record: %w", err)
	}
	return itemOf(t)
}

// linesOf reads every line of the files of a folder. There may be none yet.
func linesOf(folder string) (lines [][]byte, err error) {
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		s := bufio.NewScanner(file)
		s.Buffer(nil, 4<<20)
		for s.Scan() {
			lines = append(lines, bytes.Clone(s.Bytes()))
		}
		return s.Err()
	})
	return lines, err
}

// Scan reads the whole table as any client of DynamoDB would.
func Scan(ctx context.Context, endpoint, table string) ([]Typed, error) {
	var all []Typed
	ask := map[string]any{"TableName": table, "ConsistentRead": true}
	for {
		body, err := json.Marshal(ask)
		if err != nil {
			return nil, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.Scan")
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=onlooker/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("scan: status %d, %s: %w", answer.StatusCode, text, err)
		}
		var out struct {
			Items            []Typed
			LastEvaluatedKey json.RawMessage
		}
		if err := json.Unmarshal(text, &out); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		all = append(all, out.Items...)
		if out.LastEvaluatedKey == nil {
			return all, nil
		}
		ask["ExclusiveStartKey"] = out.LastEvaluatedKey
	}
}

func itemOf(t Typed) (Item, error) {
	i := Item{}
	for name, value := range t {
		var b bytes.Buffer
		if err := spell(&b, value); err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		i[name] = b.Bytes()
	}
	return i, nil
}

// spell writes a value as it is: texts and numbers as they read, binary ones as their bytes.
func spell(b *bytes.Buffer, value map[string]json.RawMessage) error {
	for kind, raw := range value {
		var err error
		switch kind {
		case "S", "N":
			var s string
			err = json.Unmarshal(raw, &s)
			b.WriteString(s)
		case "B":
			err = spellBinary(b, raw)
		case "SS", "NS", "BS":
			var all []json.RawMessage
			err = json.Unmarshal(raw, &all)
			for _, one := range all {
				err = errors.Join(err, spell(b, map[string]json.RawMessage{kind[:1]: one}))
				b.WriteByte('\n')
			}
		case "L":
			var all []map[string]json.RawMessage
			err = json.Unmarshal(raw, &all)
			for _, one := range all {
				err = errors.Join(err, spell(b, one))
				b.WriteByte('\n')
			}
		case "M":
			var all Typed
			err = json.Unmarshal(raw, &all)
			for _, name := range slices.Sorted(maps.Keys(all)) {
				b.WriteString(name + "\n")
				err = errors.Join(err, spell(b, all[name]))
				b.WriteByte('\n')
			}
		default:
			b.Write(raw)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func spellBinary(b *bytes.Buffer, raw json.RawMessage) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	decoded, err := base64.StdEncoding.DecodeString(s)
	b.Write(decoded)
	return err
}

// under are the items of a table whose keys begin so, in their order.
func under(table []Item, pk, sk string) (some []Item) {
	for _, i := range table {
		if strings.HasPrefix(i.Text("pk"), pk) && strings.HasPrefix(i.Text("sk"), sk) {
			some = append(some, i)
		}
	}
	return some
}
