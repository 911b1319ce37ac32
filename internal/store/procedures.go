package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/loop"
)

// Procedures reads what the company has written, the versions in force.
func (s *Store) Procedures(ctx context.Context) (map[loop.ProcedureID]loop.Procedure, error) {
	all := map[loop.ProcedureID]loop.Procedure{}
	err := s.queryItems(ctx, proceduresPK, procedureNow, true, func(it item) (bool, error) {
		p, err := procedureOf(it)
		all[p.ProcedureID] = p
		return true, err
	})
	return all, err
}

// ProcedureVersions lists what was written of one, the latest first, limit of them.
func (s *Store) ProcedureVersions(ctx context.Context, id loop.ProcedureID, limit int) ([]loop.Procedure, error) {
	var all []loop.Procedure
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit)),
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :sk)"),
		ExpressionAttributeValues: item{":pk": str(proceduresPK), ":sk": str(procedureVersions(id))},
	}
	err := s.pages(ctx, in, func(it item) (bool, error) {
		p, err := procedureOf(it)
		all = append(all, p)
		return len(all) < limit, err
	})
	return all, err
}

// PutProcedure writes the next version of a procedure, if p has the version that is in force (0: none is stored); otherwise ErrChanged.
func (s *Store) PutProcedure(ctx context.Context, p loop.Procedure) (loop.Procedure, error) {
	was := p.Version
	p.Version++
	now := types.Put{TableName: &s.table, Item: procedureNowKey(p.ProcedureID).item()}
	now.Item["procedure"], now.Item["version"] = asJSON(p), num(p.Version)
	now.ConditionExpression = aws.String("attribute_not_exists(pk)")
	if was > 0 {
		now.ConditionExpression, now.ExpressionAttributeValues = aws.String("version = :was"), item{":was": num(was)}
	}
	kept := types.Put{TableName: &s.table, Item: procedureKey(p.ProcedureID, p.Version).item()}
	kept.Item["procedure"] = asJSON(p)
	return p, s.transact(ctx, "save a procedure", []types.TransactWriteItem{{Put: &now}, {Put: &kept}})
}

func procedureOf(it item) (p loop.Procedure, err error) {
	err = fromJSON(it, "procedure", &p)
	return p, err
}
