package store

import (
	"context"

	"onetap/internal/ballot"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// sealedName is the attribute of a sealed answer, and of what an opening has packed.
const sealedName = "sealed"

func placeOf(k key) seal.Place { return seal.Place{Partition: k.pk, Sort: k.sk, Attribute: sealedName} }

// BallotPlace is where a ballot's answer lies; it is sealed for that place.
func (s *Store) BallotPlace(c survey.CampaignID, box string) seal.Place {
	return placeOf(ballotKey(c, box))
}

// Ballot reads how often a ballot's answer was given, 0: never. What it says only the opening can read.
func (s *Store) Ballot(ctx context.Context, c survey.CampaignID, box string) (changes int, err error) {
	it, err := s.get(ctx, ballotKey(c, box))
	if err != nil || it == nil {
		return 0, err
	}
	return int(number64(it, "changes")), nil
}

// PutBallot puts a sealed answer into the box in place of the ballot's former one, if that was given was times (0: never);
// otherwise ErrChanged. No time stands beside it.
func (s *Store) PutBallot(ctx context.Context, c survey.CampaignID, b ballot.Cast, was int) error {
	it := ballotKey(c, b.Box).item()
	it[sealedName], it["changes"] = bin(b.Sealed), num(was+1)
	if was == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "changes = :was", item{":was": num(was)})
}

// WalkBox calls each for every sealed answer of a campaign.
func (s *Store) WalkBox(ctx context.Context, c survey.CampaignID, each func(ballot.Cast) error) error {
	for shard := range boxShards {
		err := s.queryItems(ctx, boxPK(c, shard), "BALLOT#", true, func(it item) (bool, error) {
			return true, each(ballot.Cast{Box: text(it, "sk")[len("BALLOT#"):], Sealed: binary(it, sealedName)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// EmptyBox deletes every sealed answer of a campaign. Doing it again changes nothing.
func (s *Store) EmptyBox(ctx context.Context, c survey.CampaignID) error {
	for shard := range boxShards {
		if err := s.deleteAll(ctx, boxPK(c, shard), "BALLOT#"); err != nil {
			return err
		}
	}
	return nil
}

// Opening reads how far the opening of a box is; ok is false where it has not begun.
func (s *Store) Opening(ctx context.Context, c survey.CampaignID) (o survey.Opening, ok bool, err error) {
	it, err := s.get(ctx, openingKey(c))
	if err != nil || it == nil {
		return o, false, err
	}
	err = fromJSON(it, "box", &o.Box)
	o.Run, o.Pages, o.At, o.Written = text(it, "run"), int(number64(it, "pages")), instant(it, "at"), truth(it, "written")
	return o, true, err
}

// BeginOpening makes a run's pages those that count; ErrChanged means that another run's do. They count for good: the item stays.
func (s *Store) BeginOpening(ctx context.Context, c survey.CampaignID, o survey.Opening) error {
	return s.put(ctx, openingItem(c, o), "attribute_not_exists(pk)", nil)
}

// OpeningWritten notes that everything on the pages stands by itself.
func (s *Store) OpeningWritten(ctx context.Context, c survey.CampaignID, o survey.Opening) error {
	o.Written = true
	return s.put(ctx, openingItem(c, o), "run = :run", item{":run": str(o.Run)})
}

func openingItem(c survey.CampaignID, o survey.Opening) item {
	it := openingKey(c).item()
	it["run"], it["pages"], it["at"], it["box"] = str(o.Run), num(o.Pages), at(o.At), asJSON(o.Box)
	if o.Written {
		it["written"] = yes(true)
	}
	return it
}

// OpeningPlace is where a page of a run lies; it is sealed for that place.
func (s *Store) OpeningPlace(c survey.CampaignID, run string, page int) seal.Place {
	return placeOf(openingPageKey(c, run, page))
}

// PutOpeningPage keeps a sealed page of a run.
func (s *Store) PutOpeningPage(ctx context.Context, c survey.CampaignID, run string, page int, sealed []byte) error {
	it := openingPageKey(c, run, page).item()
	it[sealedName] = bin(sealed)
	return s.put(ctx, it, "", nil)
}

// OpeningPage reads a sealed page of a run; nil where there is none.
func (s *Store) OpeningPage(ctx context.Context, c survey.CampaignID, run string, page int) ([]byte, error) {
	it, err := s.get(ctx, openingPageKey(c, run, page))
	return binary(it, sealedName), err
}

// DropOpeningPages deletes the pages of all runs, those that died included. Doing it again changes nothing.
func (s *Store) DropOpeningPages(ctx context.Context, c survey.CampaignID) error {
	return s.deleteAll(ctx, openingKey(c).pk, "PAGE#")
}

// DropOpeningRun deletes the pages of one run, whose do not count.
func (s *Store) DropOpeningRun(ctx context.Context, c survey.CampaignID, run string) error {
	return s.deleteAll(ctx, openingKey(c).pk, openingPrefix(run))
}

// PutAnswers writes answers that came out of a box, without words, whatever is there: writing them again changes nothing.
func (s *Store) PutAnswers(ctx context.Context, rs []survey.Response) error {
	items := make([]item, len(rs))
	for i, r := range rs {
		items[i] = openResponse(r)
	}
	return s.batchPut(ctx, items)
}

// PutWords writes a page of what people wrote.
func (s *Store) PutWords(ctx context.Context, c survey.CampaignID, page int, words []survey.Words) error {
	it := wordsKey(c, page).item()
	if err := s.sealJSON(ctx, it, seal.Words, "words", words); err != nil {
		return err
	}
	return s.put(ctx, it, "", nil)
}

// WordsPagePlace is where such a page lies, for whoever seals it with the public key: PutSealedWords writes it.
func (s *Store) WordsPagePlace(c survey.CampaignID, page int) seal.Place {
	return placeOf(wordsKey(c, page))
}

// PutSealedWords writes a page of what people wrote that was sealed, as JSON, for its place.
func (s *Store) PutSealedWords(ctx context.Context, c survey.CampaignID, page int, sealed []byte) error {
	it := wordsKey(c, page).item()
	it[sealedName] = bin(sealed)
	return s.put(ctx, it, "", nil)
}

// WordsOf reads what people wrote whose box was opened. A page that does not open is missing.
func (s *Store) WordsOf(ctx context.Context, c survey.CampaignID) (all []survey.Words, err error) {
	err = s.queryItems(ctx, wordsKey(c, 0).pk, "WORDS#", true, func(it item) (bool, error) {
		var page []survey.Words
		err := s.openJSON(ctx, it, seal.Words, "words", &page)
		if s.unreadable(ctx, err) {
			return true, nil
		}
		all = append(all, page...)
		return true, err
	})
	return all, err
}
