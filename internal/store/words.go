package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// What somebody wrote lies in an answer as parts (survey.Part): "sealed" holds them one behind the other, each as seal.Pack makes it; "said" says of each, in the same order, which field it is of, its size and its trace. A part has a key of its own, which is
// sealed for the answer's place and the part's trace: with the public key, when the respondent's page wrote it, and a moment later
// with the data key (ResealWords), which opens in microseconds. Answers from before that have "why" and "wish" as they are.

// partPlace is where a part's key lies.
func partPlace(k key, trace string) seal.Place {
	return seal.Place{Partition: k.pk, Sort: k.sk, Attribute: sealedName + " " + trace}
}

// WordsPlace is where the key of a part with that trace lies in an answer; it is sealed for that place.
func (s *Store) WordsPlace(c survey.CampaignID, id survey.ContactID, trace string) seal.Place {
	return partPlace(personKey(c, "RESPONSE", id), trace)
}

// putKept puts sealed parts into an answer's item.
func putKept(it item, kept survey.Kept) {
	var said []string
	var sealed []byte
	for _, f := range []struct {
		name  string
		parts []survey.Part
	}{{"why", kept.Why}, {"wish", kept.Wish}} {
		for _, p := range f.parts {
			said = append(said, f.name+":"+strconv.Itoa(p.Size)+":"+p.Trace)
			sealed = seal.AppendPart(sealed, p.Sealed)
		}
	}
	if len(said) > 0 {
		it["said"], it[sealedName] = str(strings.Join(said, " ")), bin(sealed)
	} else {
		delete(it, "said")
		delete(it, sealedName)
	}
}

// keptOf reads the parts of an answer without opening them.
func keptOf(it item) (kept survey.Kept) {
	sealed := binary(it, sealedName)
	for said := range strings.FieldsSeq(text(it, "said")) {
		f := strings.SplitN(said, ":", 3)
		if len(f) != 3 {
			continue
		}
		p := survey.Part{Trace: f[2], Sealed: []byte{}}
		p.Size, _ = strconv.Atoi(f[1])
		if part, rest, err := seal.CutPart(sealed); err == nil { // otherwise it was cut, and does not open
			p.Sealed, sealed = part, rest
		}
		if f[0] == "wish" {
			kept.Wish = append(kept.Wish, p)
		} else {
			kept.Why = append(kept.Why, p)
		}
	}
	return kept
}

// keep seals what of an answer's words is not sealed yet, for whoever has a key to seal with. The respondent's page seals by itself.
func (s *Store) keep(ctx context.Context, it item, r survey.Response) error {
	if len(r.Kept.Why)+len(r.Kept.Wish) == 0 && s.keys.plain {
		set(it, "why", r.Why)
		set(it, "wish", r.Wish)
		return nil
	}
	k := keyOf(it)
	kept := r.Kept
	for _, f := range []struct {
		parts *[]survey.Part
		text  string
	}{{&kept.Why, r.Why}, {&kept.Wish, r.Wish}} {
		if len(*f.parts) == 0 && f.text != "" {
			*f.parts = []survey.Part{{Trace: rand.Text()[:16], Text: f.text}}
		}
		all := make([]survey.Part, len(*f.parts))
		for i, p := range *f.parts {
			if p.Sealed == nil {
				var err error
				if p.Sealed, err = s.sealPart(ctx, k, p); err != nil {
					return err
				}
			}
			all[i] = p
		}
		*f.parts = all
	}
	putKept(it, kept)
	return nil
}

func (s *Store) sealPart(ctx context.Context, k key, p survey.Part) ([]byte, error) {
	own := make([]byte, 32)
	rand.Read(own)
	text, err := seal.WithKey(own, []byte(p.Text))
	if err != nil {
		return nil, err
	}
	return s.packPart(ctx, k, p.Trace, own, text)
}

func (s *Store) packPart(ctx context.Context, k key, trace string, own, text []byte) ([]byte, error) {
	if s.keys.sealer == nil {
		return nil, fmt.Errorf("write words of %s: %w", k.kind(), errNoKeys)
	}
	sealedKey, err := s.keys.sealer.Seal(ctx, seal.Words, partPlace(k, trace), own)
	if err != nil {
		return nil, err
	}
	return seal.Pack(sealedKey, text), nil
}

// openKey returns the key of a part, and its text, still under that key.
func (s *Store) openKey(ctx context.Context, k key, p survey.Part) (own, text []byte, err error) {
	sealedKey, text, err := seal.CutPart(p.Sealed)
	if err != nil {
		return nil, nil, err
	}
	if s.keys.open == nil {
		return nil, nil, fmt.Errorf("read words of %s: %w", k.kind(), errNoKeys)
	}
	own, err = s.keys.open(ctx, seal.Words, partPlace(k, p.Trace), sealedKey)
	return own, text, err
}

// response reads an answer with its words, for whoever may open them. Words that are broken are missing, and the answer says so.
func (s *Store) response(ctx context.Context, it item) (survey.Response, error) {
	r := responseOf(it)
	k := keyOf(it)
	for _, f := range []struct {
		parts []survey.Part
		text  *string
	}{{r.Kept.Why, &r.Why}, {r.Kept.Wish, &r.Wish}} {
		var texts []string
		for i, p := range f.parts {
			own, sealed, err := s.openKey(ctx, k, p)
			var text []byte
			if err == nil {
				text, err = seal.OpenWithKey(own, sealed)
			}
			if s.unreadable(ctx, err) {
				r.Unreadable = true
				continue
			} else if err != nil {
				return r, err
			}
			f.parts[i].Text = string(text)
			texts = append(texts, string(text))
		}
		if len(texts) > 0 {
			*f.text = strings.Join(texts, "\n\n")
		}
	}
	return r, nil
}

// ResealWords seals the words of an answer that were sealed with a public key, or with a data key that is not the newest, or not at all, with the newest data
// key. The answer stays of the same version; changed is false where there was nothing to do, and where somebody was faster.
func (s *Store) ResealWords(ctx context.Context, c survey.CampaignID, id survey.ContactID) (changed bool, err error) {
	it, err := s.get(ctx, personKey(c, "RESPONSE", id))
	if err != nil || it == nil {
		return false, err
	}
	now, changed, err := s.wordsAt(ctx, it, keyOf(it))
	if err != nil || !changed {
		return false, err
	}
	condition, values := "version = :version AND ", item{":version": it["version"], ":sealed": now[sealedName], ":said": now["said"]}
	if it[sealedName] != nil {
		condition, values[":was"] = condition+"#sealed = :was", it[sealedName]
	} else {
		condition += "attribute_not_exists(#sealed)"
	}
	_, err = s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: keyOf(it).item(), UpdateExpression: aws.String("SET #sealed = :sealed, said = :said REMOVE why, wish"),
		ConditionExpression: &condition, ExpressionAttributeNames: map[string]string{"#sealed": sealedName}, ExpressionAttributeValues: values,
	})
	err = s.failed("seal words again", err)
	if errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	return err == nil, err
}

// wordsAt is an answer's item whose words are sealed with the newest data key for a place, which may be another.
func (s *Store) wordsAt(ctx context.Context, it item, at key) (now item, changed bool, err error) {
	r := responseOf(it)
	now = maps.Clone(it)
	now["pk"], now["sk"] = str(at.pk), str(at.sk)
	if r.Why+r.Wish != "" { // they lie there as they are
		delete(now, "why")
		delete(now, "wish")
		return now, !s.keys.plain, s.keep(ctx, now, r)
	}
	from := keyOf(it)
	changed = from != at
	for _, parts := range [][]survey.Part{r.Kept.Why, r.Kept.Wish} {
		for i, p := range parts {
			own, text, err := s.openKey(ctx, from, p)
			if s.unreadable(ctx, err) { // it stays as it is, and opens nowhere
				continue
			}
			if err != nil {
				return nil, false, err
			}
			sealedKey, _, err := seal.CutPart(p.Sealed)
			if err != nil {
				return nil, false, err
			}
			stale, err := s.keys.sealer.Stale(ctx, seal.Words, sealedKey)
			if err != nil {
				return nil, false, err
			}
			if changed = changed || stale; !stale && from == at {
				continue
			}
			if parts[i].Sealed, err = s.packPart(ctx, at, p.Trace, own, text); err != nil {
				return nil, false, err
			}
		}
	}
	putKept(now, r.Kept)
	return now, changed, nil
}
