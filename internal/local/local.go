// Package local is Onetap on a laptop: the functions of template.yaml with the DynamoDB, SES and Lambda that they need,
// in one process and without AWS.
//
// cmd/laptop runs it for a person; tests, the demo and the measurements start it with Start, on free ports and a folder
// of their own.
package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"onetap/internal/local/attack"
	"onetap/internal/local/cloud"
	"onetap/internal/local/cloud/template"
	"onetap/internal/local/drive"
	"onetap/internal/local/dynamo"
	"onetap/internal/local/guard"
	"onetap/internal/local/ses"
)

// Config says what to start. Only Template, Functions and Data are needed.
type Config struct {
	Template  string // path of template.yaml
	Functions string // folder with <function>/bootstrap for this machine
	Data      string // folder that is kept between runs; made if there is none

	// Addresses to listen at; "" is a free port of 127.0.0.1. Start is the laptop's own first page; Links is where the letters'
	// links lead: the respond function's own address.
	Start, Site, Links, Inbox, AWS string

	Parameters map[string]string // of the template, beyond what the laptop gives itself
	Minute     time.Duration     // how long a scheduled minute lasts; 0: a minute
	Processes  int               // of one function at once; 0: 4

	MailRate   float64                               // recipients a second that SES takes; 0: no limit
	MailQuota  int                                   // recipients a day; 0: no limit
	MailEntry  func(caller string, entry int) string // see ses.Options.Entry
	EventDelay time.Duration                         // see ses.Options.EventDelay; 0: 250 ms

	Faults   cloud.Faults
	Clock    func() time.Time // by which functions live, on average (Faults may give each its own); nil: time.Now
	Onlooker *attack.Onlooker // is shown everything that the laptop writes; may be nil
	Verbose  io.Writer        // gets what functions log; may be nil
	Notices  io.Writer        // gets a line for what a person should know of, as a dead letter; may be nil
}

// Stack is a running laptop.
type Stack struct {
	cfg   Config
	token string
	fresh bool

	first, site, links, inbox, aws net.Listener
	servers                        []*http.Server
	db                             *dynamo.DB
	mail                           *ses.Server
	mailAPI                        http.Handler
	cloud                          atomic.Pointer[cloud.Cloud] // nil until it runs
	tables                         []*template.Table
	crowd                          *drive.Crowd

	closed sync.Once
}

// Start starts the laptop and returns when it accepts requests. ctx ends the start, not the stack: that is Close.
func Start(ctx context.Context, cfg Config) (*Stack, error) {
	s := &Stack{cfg: cfg}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	for _, l := range []struct {
		listener             *net.Listener
		address, what, named string
	}{
		{&s.first, s.cfg.Start, "the start page", "ONETAP_START"},
		{&s.site, s.cfg.Site, "the site", "ONETAP_SITE"},
		{&s.links, s.cfg.Links, "the letters' links", "ONETAP_LINKS"},
		{&s.inbox, s.cfg.Inbox, "the inbox", "ONETAP_INBOX"},
		{&s.aws, s.cfg.AWS, "the AWS endpoint", "ONETAP_AWS"},
	} {
		opened, err := listen(ctx, l.address, l.what, l.named)
		if err != nil {
			return err
		}
		*l.listener = opened
	}
	t, err := s.readTemplate()
	if err != nil {
		return err
	}
	if err := s.openTable(t); err != nil {
		return err
	}
	c, err := cloud.Start(cloud.Config{
		Template: t, Functions: s.cfg.Functions, Data: s.cfg.Data, Endpoint: s.AWS(), DynamoDB: s.db,
		Mail:    http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.mailAPI.ServeHTTP(w, r) }),
		Streams: streams{s.db}, StreamARN: s.streamARN,
		Minute: s.cfg.Minute, Processes: s.cfg.Processes, Faults: s.cfg.Faults, Verbose: s.cfg.Verbose, Notices: s.cfg.Notices,
	})
	if err != nil {
		return err
	}
	s.cloud.Store(c)
	// The mail comes after the cloud: events that were due while the laptop was off are published as soon as it is open.
	// Functions that call early wait, because nobody takes connections from the endpoint's listener before serve.
	if err := s.openMail(t); err != nil {
		return err
	}
	s.serve(s.aws, guard.Own(c.Endpoint(), s.cfg.AWS))
	s.serve(s.inbox, guard.Own(s.mail.Inbox(), s.cfg.Inbox))
	s.serve(s.first, guard.Own(s.startPage().Handler(), s.cfg.Start))
	s.serve(s.site, guard.Server(c.HTTPAPI(), s.cfg.Site, s.cfg.Parameters["Site"]))
	if own := c.FunctionURL(linked); own != nil {
		s.serve(s.links, guard.Server(own, s.cfg.Links, s.cfg.Parameters["Links"]))
	}
	return nil
}

// linked is the function whose own address the letters lead to.
const linked = "RespondFunction"

// listen opens an address, and says how to choose another when somebody else has it.
func listen(ctx context.Context, address, what, setting string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s cannot have %s: another program uses it; end that one, or set %s to another address", what, address, setting)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot have %s (%s): %w", what, address, setting, err)
	}
	return l, nil
}

// readTemplate fills in what only the laptop knows: its address, its token, and people who do not exist.
func (s *Stack) readTemplate() (*template.Template, error) {
	kept, err := openSecrets(s.cfg.Data)
	if err != nil {
		return nil, err
	}
	if s.token, err = kept.get("ApiToken", template.SecretSpec{Length: 40, ExcludePunctuation: true}); err != nil {
		return nil, err
	}
	t, err := template.Read(s.cfg.Template, template.Inputs{
		Stack:      "onetap",
		Parameters: s.cfg.Parameters,
		Defaults: map[string]string{
			"Site": s.Site(), "Links": s.Links(), "ApiToken": s.token, "Sender": sender, "AdminEmail": FirstAdmin,
			"Senders": "example.ru,xn--e1afmkfd.xn--p1ai", // the latter is пример.рф
		},
		Secret: kept.get,
	})
	if err != nil {
		return nil, err
	}
	if own, ok := s.cfg.Parameters["ApiToken"]; ok {
		s.token = own
	}
	return t, nil
}

// openTable opens the engine and makes the template's tables.
func (s *Stack) openTable(t *template.Template) error {
	_, err := os.Stat(s.begunFile())
	s.fresh = errors.Is(err, os.ErrNotExist)
	s.db, err = dynamo.Open(filepath.Join(s.cfg.Data, "table.db"), dynamo.Options{
		Stamp: s.cfg.Clock,
		Meter: func(call dynamo.Call, used dynamo.Consumed) {
			if c := s.cloud.Load(); c != nil {
				c.Meter().DynamoDB(call.Caller, used.ReadUnits, used.WriteUnits)
			}
		},
	})
	if err != nil {
		return err
	}
	for _, table := range t.Tables {
		if err := s.db.EnsureTable(table.Create); err != nil {
			return fmt.Errorf("table %s: %w", table.ID, err)
		}
	}
	s.tables = t.Tables
	if o := s.cfg.Onlooker; o != nil {
		o.AWS, o.Table, o.DB, o.Data = s.AWS(), s.TableName(), s.db, s.cfg.Data
	}
	return nil
}

// openMail opens SES with the template's configuration sets.
func (s *Stack) openMail(t *template.Template) error {
	sets := map[string][]string{}
	for _, m := range t.Mail {
		sets[m.ConfigurationSet] = append(sets[m.ConfigurationSet], m.Types...)
	}
	c := s.cloud.Load()
	delay := s.cfg.EventDelay
	if delay == 0 { // SES takes a second or two; feedback must not always come before the sender has written
		delay = 250 * time.Millisecond
	}
	var err error
	s.mail, err = ses.Open(filepath.Join(s.cfg.Data, "mail.db"), ses.Options{
		Rate: s.cfg.MailRate, DailyQuota: s.cfg.MailQuota, Entry: s.cfg.MailEntry, EventDelay: delay,
		ConfigurationSets: sets, Region: t.Region, Account: t.Account, Words: InboxWords{}, Kinds: letterKinds, Actions: s.customers(),
		Meter: func(caller, operation string, recipients int) { c.Meter().Mail(caller, recipients) },
		Publish: func(event json.RawMessage) {
			if o := s.cfg.Onlooker; o != nil {
				o.Event(event)
			}
			c.Publish(event)
		},
	})
	if err != nil {
		return err
	}
	s.mailAPI = s.mail.API()
	return nil
}

func (s *Stack) serve(l net.Listener, server *http.Server) {
	s.servers = append(s.servers, server)
	go server.Serve(l)
}

// First is the address of the start page: everybody whom one can sign in as, and where everything else is.
func (s *Stack) First() string { return "http://" + s.first.Addr().String() }

// Site is the base URL of the console and the API.
func (s *Stack) Site() string { return "http://" + s.site.Addr().String() }

// Links is the base URL of the links in letters.
func (s *Stack) Links() string { return "http://" + s.links.Addr().String() }

// Inbox is the URL of the pages that show every e-mail.
func (s *Stack) Inbox() string { return "http://" + s.inbox.Addr().String() }

// AWS is the endpoint of DynamoDB, Streams, SES, Lambda's Invoke, SQS and KMS, and of the laptop's own /_local/ pages.
func (s *Stack) AWS() string { return "http://" + s.aws.Addr().String() }

// Token is the bearer token of the API.
func (s *Stack) Token() string { return s.token }

// Fresh says that nobody has called MarkBegun for this data folder: it is new, or its first start was interrupted.
func (s *Stack) Fresh() bool { return s.fresh }

// MarkBegun notes that the data folder holds what it should hold at its beginning.
func (s *Stack) MarkBegun() error {
	if err := os.WriteFile(s.begunFile(), nil, 0o600); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

func (s *Stack) begunFile() string { return filepath.Join(s.cfg.Data, "begun") }

// Cloud runs the functions: meter, dead letters, events.
func (s *Stack) Cloud() *cloud.Cloud { return s.cloud.Load() }

// Table is the table engine.
func (s *Stack) Table() *dynamo.DB { return s.db }

// Mail is SES and its inbox.
func (s *Stack) Mail() *ses.Server { return s.mail }

// TableName is the name of the template's only table; the first one's where there are several.
func (s *Stack) TableName() string {
	if len(s.tables) == 0 {
		return ""
	}
	return s.tables[0].Name
}

// Tick runs a function once, as its schedule does, and waits until it has ended.
func (s *Stack) Tick(ctx context.Context, function string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.AWS()+"/2015-03-31/functions/onetap-"+function+"/invocations", strings.NewReader("{}"))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("X-Amz-Function-Error") != "" {
		return fmt.Errorf("call %s: %d %s: %w", function, answer.StatusCode, body, err)
	}
	return nil
}

// Settle waits until nothing is on its way: e-mail events, functions, retries, streams.
func (s *Stack) Settle(ctx context.Context) error {
	for {
		if err := s.Cloud().Settle(ctx); err != nil {
			return err
		}
		if s.mail.Pending() == 0 {
			// The last event may have been handed over after the cloud was quiet.
			return s.Cloud().Settle(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("still busy: %d email events are planned: %w", s.mail.Pending(), ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
}

// Close ends every process and keeps all data. It may be called at any time, also after a failed start.
func (s *Stack) Close() (err error) {
	s.closed.Do(func() {
		if s.crowd != nil {
			s.crowd.Stop()
		}
		// First the site, so that nobody comes in; the AWS endpoint serves the functions until they have ended.
		for _, server := range s.servers {
			if server != s.servers[0] {
				err = errors.Join(err, server.Close())
			}
		}
		c := s.cloud.Load()
		if c != nil {
			c.Stop()
		}
		if s.mail != nil {
			err = errors.Join(err, s.mail.Close())
		}
		if c != nil {
			err = errors.Join(err, c.Close())
		}
		if s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
		if len(s.servers) > 0 {
			err = errors.Join(err, s.servers[0].Close())
		}
		for _, l := range []net.Listener{s.first, s.site, s.links, s.inbox, s.aws} {
			if l != nil {
				l.Close() // closed already where it was served
			}
		}
	})
	return err
}

// Kill ends every process at once, for the impatient; Close still has to be called.
func (s *Stack) Kill() {
	if c := s.cloud.Load(); c != nil {
		c.Kill()
	}
}
