package chaos

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"onetap/internal/local/attack"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// record is an item of the table, read through the wire: texts, numbers, bytes and truths by attribute.
type record map[string]any

func (r record) text(name string) string { s, _ := r[name].(string); return s }
func (r record) number(name string) int  { n, _ := r[name].(int); return n }
func (r record) truth(name string) bool  { b, _ := r[name].(bool); return b }
func (r record) bytes(name string) []byte {
	b, _ := r[name].([]byte)
	return b
}

func (r record) time(name string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, r.text(name))
	return t
}

// json reads an attribute that holds JSON.
func (r record) json(name string, v any) error {
	if err := json.Unmarshal([]byte(r.text(name)), v); err != nil {
		return fmt.Errorf("%s of %s %s: %w", name, r.text("pk"), r.text("sk"), err)
	}
	return nil
}

// scan reads the whole table as any client of DynamoDB would.
func scan(ctx context.Context, endpoint, table string) ([]record, error) {
	typed, err := attack.Scan(ctx, endpoint, table)
	if err != nil {
		return nil, err
	}
	all := make([]record, len(typed))
	for i, it := range typed {
		if all[i], err = readRecord(it); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readRecord(it attack.Typed) (record, error) {
	r := record{}
	for name, typed := range it {
		for kind, raw := range typed {
			var s string
			var b bool
			var err error
			switch kind {
			case "S":
				err = json.Unmarshal(raw, &s)
				r[name] = s
			case "N":
				if err = json.Unmarshal(raw, &s); err == nil {
					r[name], err = strconv.Atoi(s)
				}
			case "BOOL":
				err = json.Unmarshal(raw, &b)
				r[name] = b
			case "B":
				if err = json.Unmarshal(raw, &s); err == nil {
					r[name], err = base64.StdEncoding.DecodeString(s)
				}
			default:
				err = fmt.Errorf("an attribute of type %s", kind)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return r, nil
}

// campaignRows are what the table holds of one campaign.
type campaignRows struct {
	state     string
	audience  string
	zone      string // "": UTC
	mailings  map[int]mailing
	invited   map[int]map[string]record // by mailing and contact
	waiting   map[int]map[string]bool   // planned and not decided
	between   map[int]int               // people in batches between claim and decision
	again     map[int]map[string]int    // how often second letters were planned for somebody
	responses map[string]record         // by contact
	cases     map[string]int            // by contact
	printed   int                       // cards
	brought   bool                      // its answers were given elsewhere
}

// mailing is what planning found.
type mailing struct {
	State    string              `json:"state"`
	Batches  int                 `json:"batches"`
	Audience int                 `json:"audience"`
	Invited  int                 `json:"invited"`
	Skipped  map[string]int      `json:"skipped"`
	Carry    map[string][]string `json:"carry"`
}

// rows is the table, sorted out.
type rows struct {
	contacts  map[string]string // address by contact
	campaigns map[string]*campaignRows
	tallies   figures
	due       []time.Time
}

var contactText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// rowsOf reads what the checks look at, with the contacts' addresses, which the table has sealed.
func (d *director) rowsOf(ctx context.Context, all []record) (rows, error) {
	t, of, err := sortOut(all)
	if err != nil {
		return t, err
	}
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	for audience, ids := range of {
		found, err := table.Contacts(ctx, audience, ids)
		if err != nil {
			return t, err
		}
		for id, c := range found {
			t.contacts[string(id)] = c.Person.Email
		}
	}
	return t, nil
}

// sortOut reads it by the keys that internal/store documents, and lists the contacts.
func sortOut(all []record) (rows, map[survey.Audience][]survey.ContactID, error) {
	contacts := map[survey.Audience][]survey.ContactID{}
	t := rows{contacts: map[string]string{}, campaigns: map[string]*campaignRows{}, tallies: figures{}}
	of := func(id string) *campaignRows {
		if t.campaigns[id] == nil {
			t.campaigns[id] = &campaignRows{
				mailings: map[int]mailing{}, invited: map[int]map[string]record{0: {}, 1: {}, 2: {}}, between: map[int]int{}, again: map[int]map[string]int{0: {}, 1: {}, 2: {}},
				waiting: map[int]map[string]bool{0: {}, 1: {}, 2: {}}, responses: map[string]record{}, cases: map[string]int{},
			}
		}
		return t.campaigns[id]
	}
	var plans []record
	for _, r := range all {
		pk := strings.Split(r.text("pk"), "#")
		kind, rest, _ := strings.Cut(r.text("sk"), "#")
		var err error
		switch {
		case pk[0] == "CONTACTS" && !strings.HasSuffix(kind, "!"):
			a := survey.Audience(pk[1])
			contacts[a] = append(contacts[a], survey.ContactID(kind))
		case pk[0] == "CAMPAIGN" && kind == "CAMPAIGN":
			var c struct {
				State, Audience, Zone string
				Cards                 []int
				History               struct{ Imports []string }
			}
			err = r.json("campaign", &c)
			for _, n := range c.Cards {
				of(pk[1]).printed += n
			}
			of(pk[1]).state, of(pk[1]).audience, of(pk[1]).zone = c.State, c.Audience, c.Zone
			of(pk[1]).brought = c.History.Imports != nil
		case pk[0] == "CAMPAIGN" && kind == "WAVE":
			var w mailing
			err = r.json("wave", &w)
			of(pk[1]).mailings[number(rest)] = w
		case pk[0] == "CAMPAIGN" && kind == "INVITATION":
			of(pk[1]).invited[0][rest] = r
		case pk[0] == "CAMPAIGN" && kind == "REMINDER":
			of(pk[1]).invited[1][rest] = r
		case pk[0] == "CAMPAIGN" && kind == "REMINDER2":
			of(pk[1]).invited[2][rest] = r
		case pk[0] == "CAMPAIGN" && kind == "RESPONSE":
			of(pk[1]).responses[rest] = r
		case pk[0] == "CAMPAIGN" && kind == "CASE":
			of(pk[1]).cases[rest]++
		case pk[0] == "PLAN":
			plans = append(plans, r)
		case pk[0] == "TALLY":
			t.tallies.read(pk[1], r)
		case pk[0] == "DUE":
			at, parsed := time.Parse(time.RFC3339Nano, kind)
			t.due, err = append(t.due, at), parsed
		}
		if err != nil {
			return t, nil, err
		}
	}
	for _, r := range plans {
		pk := strings.Split(r.text("pk"), "#")
		of(pk[1]).plan(number(pk[2]), r)
	}
	return t, contacts, nil
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// plan reads a batch. Those that a planner which died left beyond the mailing's count are none.
func (c *campaignRows) plan(n int, r record) {
	name := strings.TrimPrefix(r.text("sk"), "BATCH#")
	state := r.text("state")
	if survey.BatchNumber(name) >= c.mailings[n].Batches {
		return
	}
	if r.truth("again") {
		for b := r.bytes("contacts"); len(b) >= 10; b = b[10:] {
			c.again[n][contactText.EncodeToString(b[:10])]++
		}
	}
	if state != "waiting" && state != "sending" {
		return
	}
	for b := r.bytes("contacts"); len(b) >= 10; b = b[10:] {
		if !r.truth("again") { // those have their invitations
			c.waiting[n][contactText.EncodeToString(b[:10])] = true
		}
		if state == "sending" {
			c.between[n]++
		}
	}
}
