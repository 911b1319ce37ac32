// Package store is the one table: every key and every access pattern of the system, as plain SDK calls.
//
// Access patterns (keys are made in keys.go and nowhere else; "shard" is taken from the contact's id):
//
//	question                                            pk                              sk
//	staff by id; all staff                              STAFF#<shard>                   <staff id>
//	a contact; an audience shard by shard               CONTACTS#<audience>#<shard>     <contact>
//	why nobody writes to an address, or whose it is     STOP#<audience>#<contact>       STOP
//	the same beside the contact, as planning meets it   CONTACTS#<audience>#<shard>     <contact>!
//	whose a customer id, a telephone, an address is     IDENTIFIER#<audience>#<kind><hash>  IDENTIFIER
//	the index of an audience's words; who has changed since  SEARCH#<audience>          INDEX, CHANGED#<time>#<records>
//	its pages, sealed                                   SEARCHPAGES#<part>#<shard>      HEAD#, IDS#, KEYS#<n>
//	where an audience's accounts are; who has changed   ACCOUNTS#<audience>             INDEX, CHANGED#<time>#<records>
//	pages of accounts, sealed                           ACCOUNTPAGES#<audience>#<generation>#<shard>  <number>
//	why nobody writes to its former address             STOP#<audience>#<contact>       FORMER
//	which letters its mailbox did not take for now      BOUNCES#<audience>#<contact>    BOUNCES
//	letters refused because of their sender             REFUSED#<campaign>#<mailing>    <batch>#<message>
//	an upload's state; its parts; the contacts it saw   IMPORT#<id>                     STATE, PART#<n>, SEEN#<n>#<k>
//	the uploads of a day, whatever became of them       gsi1: IMPORTS#<day>             <id>
//	its line of the history; all of a kind              IMPORT#<id>; gsi1: UPLOADS#<kind>#<month>  RECORD; <time>#<id>
//	what an upload changed, to be undone                UNDO#<upload>#<shard>           NEW#<part>#<hash>, WAS#<contact>, STAFF#<staff id>
//	a campaign; what each of its mailings has to do     CAMPAIGN#<campaign>             CAMPAIGN, WAVE#<mailing>
//	whom a campaign asks; its answers by its parts      CAMPAIGN#<campaign>             ASKED#<shard>, PART#<number>
//	how many of each account it asks                    CAMPAIGN#<campaign>             ACCOUNTS#<shard>
//	what ballots of a plan may carry                    CAMPAIGN#<campaign>             CELLS#<plan>#<page>
//	a sealed answer of a ballot                         BOX#<campaign>#<shard>          BALLOT#<hash>
//	what the code of a printed ballot leads to          CARD#<hash>                     CARD
//	how far the opening of a box is; what it packed     OPENING#<campaign>              OPENING, PAGE#<run>#<page>
//	what people wrote, by groups, of opened boxes       WORDS#<campaign>                WORDS#<page>
//	campaigns of an audience, newest first              gsi1: CAMPAIGNS#<audience>      <created>#<campaign>
//	campaigns that `send` must look at                  LIVE                            <campaign>
//	the batches of a mailing in order                   PLAN#<campaign>#<mailing>       BATCH#<number>
//	an invitation, its reminders, answer and case       CAMPAIGN#<campaign>#<shard>     INVITATION#, REMINDER#, REMINDER2#, RESPONSE#, CASE#<contact>
//	the notes of a case                                 same pk                         NOTE#<contact>#<n>
//	what happened to a case before what it holds itself  same pk                        EVENTS#<contact>#<page>
//	whether they may be quoted                          same pk                         QUOTE#<contact>
//	a promoter's link, and what came of it              same pk                         RECOMMEND#<contact>
//	an idea, a question, a lead; all of a kind          same pk; gsi1: INBOX#<kind>#WAITING or OVER  INBOX#<name>; <time>#<item>
//	what an executive heard when calling                same pk                         CALL#<contact>#<round>
//	rounds of executives' calls; who calls whom in one  CALLS; CALLS#<round>            ROUNDS; ROUND
//	what has been counted of each of those              same pk                         COUNTED#<sk of what was counted>
//	cases of an owner by state and what is next         gsi1: OWNER#<staff>             <state, or owed>#<deadline, or what comes before>#<case>
//	the same of cases that are the administrator's      gsi1: OWNER##<shard>            same
//	how many cases an owner has, and which come first   CASES#NOW#<shard>               #<staff>
//	the same by week of opening, what has moved there   CASES#<week>#<shard>            #<staff>
//	figures of a campaign or of an audience's weeks     TALLY#<campaign or audience>#<n>  <kind>#<value>
//	what the respondent's page leaves to the sender     ERRANDS#SEND#<shard>            <kind>#<campaign>#<contact>
//	whose words are to be sealed again                  ERRANDS#WORDS#<shard>           SEAL#<campaign>#<contact>
//	alerts that are due                                 DUE#<shard>                     <time>#<campaign>#<contact>
//	when cases climb that nobody sees to                AGENDA#<shard>                  <deadline>#<campaign>#<contact>
//	what a team has agreed in its huddles; all teams    HUDDLES                         TEAM#<team>
//	what teams have raised to the company's board       SETTINGS                        OUTER
//	which morning's, and which week's, letters are on their way  SETTINGS               MORNING, WEEKLY
//	who is told of what on a morning, or of a week      LETTERS#morning <time>, LETTERS#week <week>  PLAN
//	what is overdue on a morning, for the stream        LETTERS#morning <time>  OVERDUE#<page>
//	letters of a morning, or of an owner, and which went  LETTERS#<group>               LETTER#<name>
//	a link to sign in; how often an address asked       SIGNIN#<hash>                   SIGNIN, ASKED#<hour>
//	a code of six digits; how many were tried in a day  SIGNIN#<hash>                   CODE, TRIED#<day>
//	a staff member's sessions; their links, unused      SESSIONS#<staff>                <session>, LINK#<hash>
//	how often something was done in an hour             ALLOWANCE#<hash>                <hour>
//	a program's token; all of them                      TOKENS#<shard>                  <hash>
//	who did what, by day                                AUDIT#<day>#<shard>             <time>#<random>
//	what one person did, by month                       gsi1: AUDIT#<who>#<month>       <time>#<random>
//	what the company has set; a logo                    SETTINGS; LOGO#<hash>           SETTINGS; LOGO
//	by when cases are to be seen to                     SETTINGS                        SCHEDULE
//	a part of a workbook that fits no call              WORKBOOK#<digest>               PART#<n>
//	what the columns of an audience are for             SETTINGS                        SEGMENTS#<audience>
//	whether an audience has accounts at all             SETTINGS                        COMPANIES#<audience>
//	which of an audience's accounts are one             SETTINGS                        ACCOUNTS#<audience>
//	columns of an audience's lists, as put right        SETTINGS                        COLUMNS#<audience>
//	how often the staff have been changed               SETTINGS                        STAFF
//	how cases are followed up: causes, kinds, tries     SETTINGS                        PRACTICE
//	the company's dictionary of themes                  SETTINGS                        THEMES
//	what each level does about cases; each version      PROCEDURES                      NOW#<level>-<kind>, VERSION#<level>-<kind>#<n>
//	how the workspace has begun                         SETTINGS                        FIRSTSTEPS
//	wrapped keys of a purpose; its pairs                KEYS                            DATA#<purpose>, PAIR#<purpose>
//	what data are kept for, and how long; what is due   SETTINGS                        PRIVACY; RETENTION
//	what respondents read of their data; its sum        DISCLOSED#<audience>; SETTINGS  <language>; DISCLOSED
//	whole lists that are still to be compared           WHOLE                           <upload>
//	continuous surveys                                  CONTINUOUS                      <audience>
//	who was added to an audience on a day               NEW#<audience>#<day>            <hash>
//	who was in no list since a whole one                GONE#<audience>#<shard>         <time>#<upload>#<contact>
//	how far sealing again is                            SETTINGS                        RESEALING
//	erasures of people, and how far each is             ERASURES                        <time>#<random>
//	those that have steps left to do                    gsi1: ERASING                   <time>#<random>
//	who was erased and may not come back                ERASED#<shard>                  <seal of an identifier>
//	a large download; all of one person or token        EXPORT#<id>; gsi1: EXPORTS#<who>  EXPORT; <time>#<id>
//	who sends at the moment                             LEASE#<name>                    LEASE
//	how far a recount is; what its steps found          RECOUNT#<scope>                 STATE, SUM#<name>#<figure>
//
// # What is sealed
//
// What names somebody, or was written by somebody about a person, is one sealed attribute of its item (sealing.go; package seal says how),
// for the purpose after the colon. Earlier versions wrote it open; it is read so, and sealed by a walk (reseal.go).
//
//	contacts, and what undoing keeps of them: name, address, telephone, customer id, owner as written, value, company, columns: contacts
//	whom an erasure is of; whom a campaign asks, by the values of columns: contacts
//	staff but for their ids, and what undoing keeps of them: staff
//	notes, what executives heard in calls, what teams have agreed and raised: notes
//	answers of parts of uploads with the digests of the parts, the reader's state, a file's name, what was searched for, what a download is of: uploads
//	parts of workbooks: workbooks
//	what respondents write, and the words of opened boxes: words (each part by a key of its own, which its public key wraps first)
//
// Open stays what names nobody: ids of contacts, accounts and identifiers (keyed hashes), ids of staff as the company gives them (where that is an
// address, a keyed hash of it), figures and what they are by (owner by id, team, location, product, tier, chosen columns: invitations,
// answers, tallies, cells), cases (states, times, ids), batches (ids of contacts), suppressions and bounces (keyed hashes), the audit list
// (ids; names of tokens), origins of answers that were brought in (keyed hashes), sessions and sign-in links (ids, seals), headings of columns, campaigns (the company's words and sender, the
// values that it filters by), settings.
//
// Every listed entity is spread over shards, so that no partition takes unbounded writes; LIVE and LEASE are written a
// few times a campaign. A contact's personal data is one attribute (person), so that it can be sealed.
package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/awsenv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Store reads and writes the table. It is safe for concurrent use.
type Store struct {
	db        *dynamodb.Client
	table     string
	keys      sealing
	audiences sync.Map // survey.CampaignID → survey.Audience: of the campaigns that Visit has met
}

// New returns a store over the table, which reads and writes what is personal unsealed until it is given keys (SealWith, OpenWith).
func New(db *dynamodb.Client, table string) *Store {
	return &Store{db: db, table: table, keys: sealing{plain: true}}
}

// Open builds a store from Lambda's environment: TABLE, AWS_REGION, the credentials and, on the laptop, AWS_ENDPOINT_URL. Until it is
// given keys it refuses to write what is personal, and to read it.
func Open() (*Store, error) {
	table := os.Getenv("TABLE")
	if table == "" {
		return nil, errors.New("TABLE is not set: name the DynamoDB table")
	}
	return &Store{db: dynamodb.NewFromConfig(awsenv.Config()), table: table}, nil
}

// get reads one item consistently; a nil item means that it is not there.
func (s *Store) get(ctx context.Context, k key) (item, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: k.item(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", k.kind(), err)
	}
	return out.Item, nil
}

// put writes one item; condition may be "". Where the reply to a write was lost and the SDK has tried again, the condition fails because of what
// that write has left: an item that equals this one is then taken for it. So two writers that exclude each other must write what tells them apart.
func (s *Store) put(ctx context.Context, it item, condition string, values item) error {
	in := &dynamodb.PutItemInput{TableName: &s.table, Item: it}
	if condition == "" {
		_, err := s.db.PutItem(ctx, in)
		return s.failed("put "+keyOf(it).kind(), err)
	}
	in.ConditionExpression, in.ExpressionAttributeValues = &condition, values
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	var tries tries
	_, err := s.db.PutItem(ctx, in, tries.count)
	var failed *types.ConditionalCheckFailedException
	if tries > 1 && errors.As(err, &failed) && reflect.DeepEqual(item(failed.Item), it) {
		return nil
	}
	return s.failed("put "+keyOf(it).kind(), err)
}

// tries is how often the SDK has made a call.
type tries int

// count has the tries of a call counted.
func (t *tries) count(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions[:len(o.APIOptions):len(o.APIOptions)], func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("CountTries", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			*t++
			return next.HandleFinalize(ctx, in)
		}), "Retry", middleware.After)
	})
}

// failed names what was being done and turns a failed condition into ErrChanged.
func (s *Store) failed(doing string, err error) error {
	var ccf *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ccf):
		return apperr.ErrChanged
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// queryItems calls each for every item of a partition whose sk begins with prefix, in order, until each returns false.
// It may not be called query: crypto/x509 has a generic call of a method of that name, for which the linker keeps every one
// so called, and with it DynamoDB's Query in functions that may not make that call (TestPermissionsAreUsed).
func (s *Store) queryItems(ctx context.Context, pk, prefix string, consistent bool, each func(item) (bool, error)) error {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: &consistent,
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": str(pk)},
	}
	if prefix != "" {
		in.KeyConditionExpression = aws.String("pk = :pk AND begins_with(sk, :sk)")
		in.ExpressionAttributeValues[":sk"] = str(prefix)
	}
	return s.pages(ctx, in, each)
}

func (s *Store) pages(ctx context.Context, in *dynamodb.QueryInput, each func(item) (bool, error)) error {
	for {
		out, err := s.db.Query(ctx, in)
		if err != nil {
			return fmt.Errorf("query: %w", err)
		}
		for _, it := range out.Items {
			more, err := each(it)
			if err != nil || !more {
				return err
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// batchGet reads up to 100 items a call, retrying what DynamoDB left; the order of the result is its own.
func (s *Store) batchGet(ctx context.Context, keys []key, consistent bool, projection string) ([]item, error) {
	return s.batchGetNamed(ctx, keys, consistent, projection, nil)
}

// batchGetNamed is batchGet with a projection whose #names stand for attributes.
func (s *Store) batchGetNamed(ctx context.Context, keys []key, consistent bool, projection string, names map[string]string) ([]item, error) {
	var found []item
	for len(keys) > 0 {
		n := min(len(keys), 100)
		ask := make([]item, n)
		for i, k := range keys[:n] {
			ask[i] = k.item()
		}
		keys = keys[n:]
		kaa := types.KeysAndAttributes{Keys: ask, ConsistentRead: &consistent, ExpressionAttributeNames: names}
		if projection != "" {
			kaa.ProjectionExpression = &projection
		}
		request := map[string]types.KeysAndAttributes{s.table: kaa}
		for try := 0; len(request) > 0; try++ {
			if err := backoff(ctx, try); err != nil {
				return nil, err
			}
			out, err := s.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: request})
			if err != nil {
				return nil, fmt.Errorf("batch get: %w", err)
			}
			found = append(found, out.Responses[s.table]...)
			request = out.UnprocessedKeys
		}
	}
	return found, nil
}

// batchPut writes items 25 a call.
func (s *Store) batchPut(ctx context.Context, items []item) error {
	ask := make([]types.WriteRequest, len(items))
	for i, it := range items {
		ask[i] = types.WriteRequest{PutRequest: &types.PutRequest{Item: it}}
	}
	return s.batchWrite(ctx, ask)
}

// maxBatchWrite is DynamoDB's limit of items in a BatchWriteItem call.
const maxBatchWrite = 25

// batchWrite puts and deletes 25 a call, retrying what DynamoDB left unprocessed.
func (s *Store) batchWrite(ctx context.Context, ask []types.WriteRequest) error {
	for len(ask) > 0 {
		n := min(len(ask), maxBatchWrite)
		request := map[string][]types.WriteRequest{s.table: ask[:n]}
		ask = ask[n:]
		for try := 0; len(request) > 0; try++ {
			if err := backoff(ctx, try); err != nil {
				return err
			}
			out, err := s.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: request})
			if err != nil {
				return fmt.Errorf("batch write: %w", err)
			}
			request = out.UnprocessedItems
		}
	}
	return nil
}

// backoff waits before try n > 0: 50 ms doubling to 3 s, with jitter.
func backoff(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	d := min(50*time.Millisecond<<min(try-1, 6), 3*time.Second)
	d = d/2 + rand.N(d/2)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// transact writes all or nothing. ErrChanged means that a condition failed; a conflict with another transaction is
// tried again a few times.
func (s *Store) transact(ctx context.Context, doing string, actions []types.TransactWriteItem) error {
	_, err := s.transactReasons(ctx, doing, actions)
	return err
}

// transactReasons is transact that also returns, with ErrChanged, which of the actions' conditions failed.
func (s *Store) transactReasons(ctx context.Context, doing string, actions []types.TransactWriteItem) ([]bool, error) {
	for try := 0; ; try++ {
		if err := backoff(ctx, try); err != nil {
			return nil, err
		}
		_, err := s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: actions})
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &cancelled) {
			return nil, s.failed(doing, err)
		}
		failed := make([]bool, len(actions))
		changed, again := false, false
		for i, r := range cancelled.CancellationReasons {
			switch aws.ToString(r.Code) {
			case "ConditionalCheckFailed":
				failed[i], changed = true, true
			case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
				again = true
			}
		}
		switch {
		case changed:
			return failed, apperr.ErrChanged
		case !again || try >= 8:
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
	}
}
