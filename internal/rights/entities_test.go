package rights_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// entities says of every key that the store makes what people's rights do with what lies under it: "exported", where the person gets
// it, "erased", where an erasure reaches it, or "excused", with the reason. An entity that a later issue adds turns this red until it
// is one of them: see Source.
var entities = map[string]string{
	"contactKey":        "exported and erased",
	"suppressionKey":    "exported and erased; a wish goes into the block",
	"stopKey":           "exported and erased, as the suppression is of which it is the truth",
	"errandKey":         "excused: an id alone, until the sender has done it: a minute, a day where nobody is found",
	"oldFormerStopKey":  "erased; of an address that the contact does not have any more",
	"formerStopKey":     "erased; of an address that the contact does not have any more",
	"identifierKey":     "exported (found_by) and erased",
	"softBouncesKey":    "exported and erased",
	"personKey":         "exported: letters, answer, case, consent to quotes; the case and the consent are erased, letters and answer are linked to nobody",
	"inboxKey":          "exported and erased: what of an answer was marked; what a newcomer left stays for 180 days, without whose link it was by",
	"inboxKeyOf":        "excused: as inboxKey",
	"recommendKey":      "exported and erased",
	"noteKey":           "exported and erased",
	"toldKey":           "exported, as what happened to the case, and erased with it",
	"figuresKey":        "excused: numbers of an owner's cases",
	"eventsKey":         "exported and erased: what happened to the case",
	"practiceKey":       "excused: no person",
	"procedureNowKey":   "excused: no person; who of the staff wrote it",
	"procedureKey":      "excused: no person; who of the staff wrote it",
	"callKey":           "exported and erased, with the case: what an executive heard when calling",
	"callRoundsKey":     "excused: no person",
	"callRoundKey":      "excused: ids of contacts, keyed hashes of which nothing is left when the person is erased",
	"countedKey":        "erased; a marker without a person stays two days under the former key",
	"batchKey":          "erased: the place in a batch is nobody's; exported as the letter that it was",
	"undoKey":           "exported and erased",
	"uploadKey":         "exported and erased: kept rows, the beginning of a line; the hashes that an upload saw end by themselves",
	"uploadPartKey":     "exported and erased",
	"uploadRecordKey":   "exported (name of the file) and erased: file, what was searched for, whom it was for",
	"auditKey":          "exported and erased: whom an entry is about",
	"dueKey":            "erased with the case",
	"dueKeyOf":          "erased with the case",
	"erasureKey":        "erased: whom an erasure is about is dropped at its end",
	"blockKey":          "excused: a seal of an identifier, which is what keeps the person from coming back",
	"keptStaffKey":      "excused: staff, who are erased by removing them",
	"staffKey":          "excused: staff, who are erased by removing them",
	"signInKey":         "excused: staff, an hour",
	"asksKey":           "excused: a keyed hash, an hour",
	"codeKey":           "excused: a keyed hash, minutes",
	"triedKey":          "excused: a keyed hash, a day",
	"openLinkKey":       "excused: staff, an hour",
	"sessionKey":        "excused: staff, until they sign out",
	"allowanceKey":      "excused: a keyed hash, an hour",
	"tokenKey":          "excused: of a program",
	"refusalKey":        "excused: message ids of SES without a person, a week",
	"workbookPartKey":   "excused: a part of a file as it came, a day; nobody can look into it",
	"askedAccountsKey":  "excused: numbers of people by keyed hashes of companies",
	"accountsKey":       "excused: companies, whose names are sealed",
	"accountJoinsKey":   "excused: which names are one company",
	"continuousKey":     "excused: a survey as a company has set it up; whom it asked stands in its months' campaigns",
	"exportKey":         "excused: what a large download was asked for, sealed, three days; the report of an erasure names the files (Stays)",
	"cellsKey":          "excused: values of segments that five people or more have",
	"campaignKey":       "excused: no person",
	"mailingKey":        "excused: no person",
	"ballotKey":         "excused: a sealed answer of an employee, under a keyed hash of a ballot: nobody knows whose",
	"cardKey":           "excused: what a card's code leads to: a campaign and a cell; which person took it nobody knows",
	"openingKey":        "excused: how far an opening is",
	"openingPageKey":    "excused: answers of employees that are nobody's, until they are stored",
	"wordsKey":          "excused: words of employees that are nobody's, in no order",
	"askedKey":          "excused: numbers",
	"dimensionCountKey": "excused: numbers",
	"liveKey":           "excused: no person",
	"settingsKey":       "excused: no person",
	"firstStepsKey":     "excused: no person",
	"privacyKey":        "excused: no person",
	"retentionKey":      "excused: numbers",
	"resealingKey":      "excused: how far a walk is: names of keys and a place in the table",
	"scheduleKey":       "excused: no person",
	"agendaKey":         "erased: when the case climbs",
	"morningKey":        "excused: times",
	"weeklyKey":         "excused: times",
	"weekPlanKey":       "excused: who of the staff is told of a week",
	"morningPlanKey":    "excused: ids of cases, which are those of contacts, 60 days",
	"huddleKey":         "excused: what a team agreed to do, by whom of the staff; the page asks to name no customer",
	"outerKey":          "excused: what teams cannot mend, by whom of the staff; the page asks to name no customer",
	"overdueKey":        "excused: ids of cases, which are those of contacts, 60 days",
	"letterKey":         "excused: ids of cases, which are those of contacts, 60 days",
	"silenceKey":        "excused: numbers, by campaign",
	"silenceSummedKey":  "excused: times, by campaign",
	"silenceSumsKey":    "excused: numbers of people and sums of values by owner, sealed, made again each week",
	"recoveryKey":       "excused: numbers, by campaign",
	"analysisKey":       "excused: numbers, by campaign",
	"analysesKey":       "excused: numbers, by campaign",
	"themesKey":         "excused: the company's own words for what its customers speak of",
	"disclosedKey":      "excused: no person",
	"disclosedSumKey":   "excused: no person",
	"wholeKey":          "excused: which upload is to be compared",
	"goneKey":           "erased; since when somebody is gone stands on the contact's page",
	"staffListKey":      "excused: a number",
	"segmentsKey":       "excused: headings of columns",
	"columnMemoryKey":   "excused: headings of columns, and names of staff",
	"keyRingKey":        "excused: keys",
	"logoKey":           "excused: a picture",
	"recountKey":        "excused: numbers",
	"sumKey":            "excused: numbers",
	"searchKey":         "excused: numbers",
	"searchNoteKey":     "erased within minutes: ids of contacts that have changed",
	"accountIndexKey":   "excused: how many accounts there are; in which order, sealed",
	"accountNoteKey":    "excused: keyed hashes of contacts and accounts, for minutes",
	"accountPageKey":    "erased: what the contact's row says of its company, sealed, within minutes (the keeper of accounts); exported as the contact's",
	"searchPageKey":     "erased: the words of the contact, sealed, within hours (Stays); what they are is exported as the contact",
	"tallyKey":          "excused: numbers",
	// What makes a key of another that is listed.
	"keyOf": "excused: reads a key", "keyOfItem": "excused: reads a key",
}

// Every key that package store makes is spoken for.
func TestEveryEntityIsExportedErasedOrExcused(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	paths, err := filepath.Glob("../store/*.go")
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	meet := func(name string, at token.Pos) {
		met[name] = true
		if what := entities[name]; !strings.HasPrefix(what, "exported") && !strings.HasPrefix(what, "erased") && !strings.HasPrefix(what, "excused: ") {
			t.Errorf("%s: %s makes a key of which entities_test.go does not say whether it is exported, erased or excused", files.Position(at), name)
		}
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Type.Results != nil && len(d.Type.Results.List) == 1 && isKey(d.Type.Results.List[0].Type) {
					meet(d.Name.Name, d.Pos())
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok && len(v.Values) == 1 {
						if lit, ok := v.Values[0].(*ast.CompositeLit); ok && isKey(lit.Type) {
							meet(v.Names[0].Name, v.Pos())
						}
					}
				}
			}
		}
	}
	if len(met) < 40 {
		t.Fatalf("only %d keys were met", len(met))
	}
	for _, name := range slices.Sorted(maps.Keys(entities)) {
		if !met[name] {
			t.Errorf("%s is no key any more", name)
		}
	}
}

func isKey(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "key"
}
