package store

import (
	"bytes"
	"compress/gzip"
	"context"
	endian "encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// uploadLife is how long an upload is kept, finished or not. DynamoDB deletes it within two days after that.
const uploadLife = 7 * 24 * time.Hour

// seenChunk is how many contacts one SEEN item names: 12 bytes each, 300 KB of DynamoDB's 400.
const seenChunk = 25_000

// maxAnswer is how many bytes of a part's answer are stored, packed: items hold 400 KB.
const maxAnswer = 350_000

// AnswerFits reports whether the answer of a part is small enough to be stored.
func (s *Store) AnswerFits(answer json.RawMessage) (bool, error) {
	b, err := pack(answer)
	return len(b) <= maxAnswer, err
}

// uploadItem has the state of the reader sealed, which may hold the beginning of a line.
func (s *Store) uploadItem(ctx context.Context, i survey.Upload) (item, error) {
	state, err := pack(i.State)
	if err != nil {
		return nil, err
	}
	it := uploadKey(i.ID, "STATE").item()
	it["audience"], it["created"], it["next"], it["version"] = str(string(i.Audience)), at(i.Created), num(i.Next), num(i.Version)
	it["gsi1pk"], it["gsi1sk"] = str(importsPK(i.Created)), str(i.ID)
	it["finished"], it["seen"], it["ttl"] = yes(i.Finished), asJSON(i.Seen), expires(i.Created)
	return it, s.sealBytes(ctx, it, seal.Uploads, "state", state)
}

func expires(created time.Time) types.AttributeValue { return num(created.Add(uploadLife).Unix()) }

// CreateUpload stores a new upload; ErrChanged means that the id is taken.
func (s *Store) CreateUpload(ctx context.Context, i survey.Upload) (survey.Upload, error) {
	i.Version = 1
	it, err := s.uploadItem(ctx, i)
	if err != nil {
		return i, err
	}
	return i, s.put(ctx, it, "attribute_not_exists(pk)", nil)
}

// Upload reads an upload, or a problem of kind Unknown.
func (s *Store) Upload(ctx context.Context, id string) (survey.Upload, error) {
	it, err := s.get(ctx, uploadKey(id, "STATE"))
	if err != nil {
		return survey.Upload{}, err
	}
	if it == nil {
		return survey.Upload{}, apperr.New(apperr.Unknown, "import_unknown", "import")
	}
	i := survey.Upload{
		ID: id, Audience: survey.Audience(text(it, "audience")), Created: instant(it, "created"), Next: int(number64(it, "next")),
		Finished: truth(it, "finished"), Version: int(number64(it, "version")),
	}
	if err := fromJSON(it, "seen", &i.Seen); err != nil {
		return i, err
	}
	state, err := s.opened(ctx, it, seal.Uploads, "state")
	if err != nil {
		return i, err
	}
	i.State, err = unpack(state)
	return i, err
}

// UploadPart reads what became of a part; ok is false when it was not taken yet.
func (s *Store) UploadPart(ctx context.Context, id string, n int) (p survey.UploadPart, ok bool, err error) {
	it, err := s.get(ctx, uploadPartKey(id, n))
	if err != nil || it == nil {
		return p, false, err
	}
	p, err = s.partOf(ctx, it)
	return p, true, err
}

// putPart seals what became of a part, with the digest of its bytes: it would tell whoever tries what one line says.
func (s *Store) putPart(ctx context.Context, it item, p survey.UploadPart) error {
	answer, err := pack(p.Answer)
	if err != nil {
		return err
	}
	delete(it, "digest")
	delete(it, "answer")
	b := append([]byte{byte(len(p.Digest))}, p.Digest...)
	sealed, err := s.sealed(ctx, keyOf(it), seal.Uploads, append(b, answer...))
	if err != nil || sealed != nil {
		it[sealedName] = bin(sealed)
		return err
	}
	it["digest"], it["answer"] = bin(p.Digest), bin(answer)
	return nil
}

func (s *Store) partOf(ctx context.Context, it item) (p survey.UploadPart, err error) {
	b, err := s.opened(ctx, it, seal.Uploads, "answer")
	if err != nil {
		return p, err
	}
	p.Digest = binary(it, "digest")
	if it[sealedName] != nil {
		p.Digest, b = b[1:1+b[0]], b[1+b[0]:]
	}
	p.Answer, err = unpack(b)
	return p, err
}

func uploadPartKey(id string, n int) key { return uploadKey(id, "PART#"+five(n)) }

// five makes numbers that sort as text.
func five(n int) string { return fmt.Sprintf("%05d", n) }

// TakePart records a part as taken, if the upload still has the version that was read; otherwise ErrChanged. i is the
// import after the part (Next and Seen are set here), ids are the contacts that the part named. The ids are written
// first and count only with the record, so that a try that dies in between leaves nothing. line is the upload's line of the
// history, which moves with it; nil: there is none, for nothing was changed yet.
func (s *Store) TakePart(ctx context.Context, i survey.Upload, p survey.UploadPart, ids []survey.SeenContact, line *survey.UploadRecord) (survey.Upload, error) {
	n := i.Next
	chunks := 0
	for rest := ids; len(rest) > 0; chunks++ {
		m := min(len(rest), seenChunk)
		b := make([]byte, 0, 12*m)
		for _, c := range rest[:m] {
			b = endian.BigEndian.AppendUint64(b, c.ID)
			b = endian.BigEndian.AppendUint32(b, c.Line)
		}
		rest = rest[m:]
		it := uploadKey(i.ID, "SEEN#"+five(n)+"#"+five(chunks)).item()
		it["ids"], it["ttl"] = bin(b), expires(i.Created)
		if err := s.put(ctx, it, "", nil); err != nil {
			return i, err
		}
	}
	was := i.Version
	i.Next, i.Version, i.Seen = n+1, was+1, append(i.Seen[:len(i.Seen):len(i.Seen)], chunks)
	state, err := s.uploadItem(ctx, i)
	if err != nil {
		return i, err
	}
	part := uploadPartKey(i.ID, n).item()
	part["ttl"] = expires(i.Created)
	if err := s.putPart(ctx, part, p); err != nil {
		return i, err
	}
	actions := []types.TransactWriteItem{
		{Put: &types.Put{TableName: &s.table, Item: state, ConditionExpression: aws.String("version = :was"), ExpressionAttributeValues: item{":was": num(was)}}},
		{Put: &types.Put{TableName: &s.table, Item: part, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
	}
	if line != nil {
		saved, err := s.savedWith(ctx, *line)
		if err != nil {
			return i, err
		}
		actions = append(actions, saved)
	}
	return i, s.transact(ctx, "take part", actions)
}

// SeenContacts reads which contacts the parts taken so far named, in no order.
func (s *Store) SeenContacts(ctx context.Context, i survey.Upload) ([]survey.SeenContact, error) {
	var ids []survey.SeenContact
	err := s.queryItems(ctx, uploadKey(i.ID, "").pk, "SEEN#", true, func(it item) (bool, error) {
		n, k, _ := strings.Cut(strings.TrimPrefix(text(it, "sk"), "SEEN#"), "#")
		part, _ := strconv.Atoi(n)
		chunk, _ := strconv.Atoi(k)
		if part < 1 || part > len(i.Seen) || chunk >= i.Seen[part-1] {
			return true, nil
		}
		for b := binary(it, "ids"); len(b) >= 12; b = b[12:] {
			ids = append(ids, survey.SeenContact{ID: endian.BigEndian.Uint64(b), Line: endian.BigEndian.Uint32(b[8:])})
		}
		return true, nil
	})
	return ids, err
}

// pack makes JSON small: items hold 400 KB.
func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return out.Bytes(), nil
}

func unpack(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return out, nil
}

// UploadAnswers calls each for what became of the parts of an upload, in their order, until it returns false.
func (s *Store) UploadAnswers(ctx context.Context, id string, each func(json.RawMessage) (bool, error)) error {
	return s.queryItems(ctx, uploadKey(id, "").pk, "PART#", true, func(it item) (bool, error) {
		p, err := s.partOf(ctx, it)
		if err != nil {
			return false, err
		}
		return each(p.Answer)
	})
}
