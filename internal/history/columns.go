package history

import (
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/contacts"
)

// Field is what a column of a list of answers holds.
type Field string

// The fields. An attribute is what answers may be looked at by.
const (
	FieldDate      Field = "date"
	FieldScore     Field = "score"
	FieldWhy       Field = "comment"
	FieldWish      Field = "wish"
	FieldEmail     Field = "email"
	FieldName      Field = "name"
	FieldFirst     Field = "first"
	FieldLast      Field = "last"
	FieldLanguage  Field = "language"
	FieldOrigin    Field = "answer_id" // which its service knows the answer by
	FieldWave      Field = "campaign"  // the campaign's name
	FieldKind      Field = "survey_type"
	FieldOwner     Field = "owner"
	FieldTeam      Field = "team"
	FieldLocation  Field = "location"
	FieldProduct   Field = "product"
	FieldTier      Field = "tier"
	FieldAttribute Field = "attribute"
	FieldIgnored   Field = "ignored"
)

// Fields lists them in the order in which they are offered.
var Fields = []Field{
	FieldDate, FieldScore, FieldWhy, FieldWish, FieldEmail, FieldName, FieldFirst, FieldLast, FieldLanguage, FieldOrigin, FieldWave, FieldKind,
	FieldOwner, FieldTeam, FieldLocation, FieldProduct, FieldTier, FieldAttribute, FieldIgnored,
}

// Column is one column of a list.
type Column struct {
	Heading string `json:"heading"`
	Field   Field  `json:"field"`
	AsLast  bool   `json:"as_last,omitempty"` // as somebody said of the last list with these headings
}

// words are the headings of fields in the spelling of contacts.HeadingKey, the surest first. They are those of Delighted, CustomerGauge, Retently, Formbricks and
// Google Forms, as far as these document them, and of lists that people keep.
var words = map[Field]string{
	FieldDate: "respondedat responsedate responsetimestamp responsereceivedat surveyrespondedat datesurveyreceived surveyreceiveddate responsetime dateofresponse " +
		"answeredat answerdate submittedat submissiondate completedat timestamp отметкавремени датаответа времяответа датаивремяответа датаивремя createdat createddate " +
		"created date datetime when дата когда датаопроса время",
	FieldScore:  "npsscore score010 score nps npsrating rating оценкаnps nps оценка балл баллnps рейтинг",
	FieldWhy:    "comment comments npscomment feedback verbatim answertext reason why scorereason комментарий комментарии отзыв причина почему текстотзыва",
	FieldWish:   "wish suggestion suggestions improvement improvements пожелание пожелания предложение предложения чтоулучшить",
	FieldName:   "name fullname personname customername contactname фио имя имяклиента клиент",
	FieldFirst:  "firstname имя",
	FieldLast:   "lastname фамилия",
	FieldOrigin: "responseid answerid surveyresponseid feedbackid externalid idответа кодответа id",
	FieldWave:   "campaign campaignname wave wavename surveyname survey кампания волна опрос названиеопроса названиекампании",
	FieldKind:   "surveytype metric metrictype типопроса",
	FieldIgnored: "no № №пп permalink updatedat surveyid personid formbricksidinternal finished notes ipaddress browser useragent useragentbrowser useragentos useragentdevice url userid quotas npsgroup npscategory npssegment surveysentdate datesurveysent sentat " +
		"onetapline onetapreason onetapстрока onetapпричина", // the latter of Onetap's own lists of refused lines
	FieldEmail:    contacts.CustomerWords[contacts.FieldEmail] + " personemail customeremail respondentemail username",
	FieldOwner:    contacts.CustomerWords[contacts.FieldOwner],
	FieldTeam:     contacts.CustomerWords[contacts.FieldTeam],
	FieldLocation: contacts.CustomerWords[contacts.FieldLocation],
	FieldProduct:  contacts.CustomerWords[contacts.FieldProduct],
	FieldTier:     contacts.CustomerWords[contacts.FieldTier],
	FieldLanguage: contacts.CustomerWords[contacts.FieldLanguage],
}

// questions are pieces of headings that are whole questions, as forms have them.
var questions = []struct {
	field  Field
	pieces []string
}{
	{FieldScore, []string{"howlikely", "wouldyourecommend", "готовырекомендовать", "готовыпорекомендовать", "порекомендуете", "порекомендоватьнас", "вероятностьрекомендации"}},
	{FieldWish, []string{"couldwe", "couldwedo", "canweimprove", "wouldmakeita10", "чтонамулучшить", "чтоулучшить", "чтонужносделать", "чтобывыпоставили10"}},
	{FieldWhy, []string{"whydidyou", "whydoyou", "reasonforyour", "mainreason", "telluswhy", "whatmadeyougive", "whatmadeyouchoose", "explainyourscore", "explainyourrating", "расскажитепочему", "поясните", "почемувы", "причинаоценки", "чтоповлияло"}},
}

// ranks is words for looking up: field by key, with its rank.
var ranks = func() map[string][]ranked {
	m := map[string][]ranked{}
	for _, f := range Fields {
		for n, w := range strings.Fields(words[f]) {
			if w != "|" {
				w = strings.ReplaceAll(w, "ё", "е")
				m[w] = append(m[w], ranked{f, n})
			}
		}
	}
	return m
}()

type ranked struct {
	field Field
	rank  int
}

// guess says what the columns under some headings hold. A field is claimed once, by the surest heading, the leftmost of equals. An id that stands in
// two rows of below is none of an answer.
func guess(headings []string, below [][]string) []Column {
	columns := make([]Column, len(headings))
	best := map[Field]int{}
	rank := map[Field]int{}
	claim := func(i int, f Field, n int) {
		if at, ok := rank[f]; columns[i].Field == "" && (!ok || n < at) && (f != FieldOrigin || different(below, i)) {
			best[f], rank[f] = i, n
		}
	}
	keys := make([]string, len(headings))
	for i, h := range headings {
		columns[i].Heading, keys[i] = celltext.Cut(celltext.Clean(h), 100), contacts.HeadingKey(h)
	}
	for _, f := range Fields { // a heading that fits two fields is the first one's, if that has no surer one
		for i, k := range keys {
			for _, r := range ranks[k] {
				if r.field == f && !slices.Contains([]Field{FieldIgnored, FieldAttribute}, f) {
					claim(i, f, r.rank)
				}
			}
		}
		if at, ok := best[f]; ok {
			columns[at].Field = f
		}
	}
	for _, q := range questions {
		if _, ok := best[q.field]; ok {
			continue
		}
		for i, k := range keys {
			if columns[i].Field == "" && celltext.HasAny(k, q.pieces...) {
				columns[i].Field, best[q.field] = q.field, i
				break
			}
		}
	}
	used := map[string]bool{}
	for i := range columns {
		c := &columns[i]
		if c.Field == "" {
			c.Field = FieldAttribute
			if c.Heading == "" || slices.ContainsFunc(ranks[keys[i]], func(r ranked) bool { return r.field == FieldIgnored }) {
				c.Field = FieldIgnored
			}
		}
		if used[c.Heading] {
			c.Field = FieldIgnored
		}
		used[c.Heading] = true
	}
	return columns
}

// different reports whether all values of a column differ.
func different(below [][]string, column int) bool {
	seen := map[string]bool{}
	for _, cells := range below {
		if column < len(cells) && cells[column] != "" {
			if seen[cells[column]] {
				return false
			}
			seen[cells[column]] = true
		}
	}
	return true
}

// corrected is columns with what a person says of some headings: a field that is said is nobody else's.
func corrected(columns []Column, said map[string]Field) []Column {
	if len(said) == 0 {
		return columns
	}
	columns = slices.Clone(columns)
	taken := map[Field]bool{}
	for _, f := range said {
		taken[f] = f != FieldAttribute && f != FieldIgnored
	}
	for i := range columns {
		if f, ok := said[columns[i].Heading]; ok {
			columns[i].Field = f
		} else if taken[columns[i].Field] {
			columns[i].Field = FieldAttribute
		}
	}
	return columns
}

// checkColumns refuses corrections that cannot be. Problems: field_unknown, field_twice.
func checkColumns(said map[string]Field) error {
	taken := map[Field]bool{}
	for _, f := range said {
		switch {
		case !slices.Contains(Fields, f):
			return apperr.New(apperr.Invalid, "history_field", "column", "Field", string(f))
		case taken[f] && f != FieldAttribute && f != FieldIgnored:
			return apperr.New(apperr.Invalid, "history_field_twice", "column", "Field", string(f))
		}
		taken[f] = true
	}
	return nil
}

// indexOf is the column of a field; −1: there is none.
func indexOf(columns []Column, f Field) int {
	return slices.IndexFunc(columns, func(c Column) bool { return c.Field == f })
}

// score tells how well a record would serve as headings: the number of fields that it names, 0 without a date and a score.
func score(cells []string, said map[string]Field) (n int) {
	columns := corrected(guess(cells, nil), said)
	if indexOf(columns, FieldDate) < 0 || indexOf(columns, FieldScore) < 0 {
		return 0
	}
	for _, c := range columns {
		if c.Field != FieldAttribute && c.Field != FieldIgnored {
			n++
		}
	}
	return n
}
