package contacts

import (
	"context"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// JoinAccounts says that two accounts are one company, under the id of the second: lists that come later change nothing of it, and it can be
// taken back (PartAccount). What was counted stays as it was; readers add it up. Problems: accounts_same, account_unknown, joins_many, no_accounts.
func (l *Lists) JoinAccounts(ctx context.Context, a survey.Audience, one, into survey.AccountID) error {
	return l.sayAccounts(ctx, a, func(j *survey.AccountJoins) error {
		if j.Of(one) == j.Of(into) {
			return apperr.New(apperr.Conflict, "accounts_same", "into")
		}
		if len(j.Into) >= survey.MaxJoins {
			return apperr.New(apperr.Conflict, "joins_many", "into", "Limit", survey.MaxJoins)
		}
		j.Join(one, into)
		return nil
	}, one, into)
}

// PartAccount takes an account out of the one that it was joined to. Problems: account_unknown, accounts_apart.
func (l *Lists) PartAccount(ctx context.Context, a survey.Audience, one survey.AccountID) error {
	return l.sayAccounts(ctx, a, func(j *survey.AccountJoins) error {
		if j.Of(one) == one {
			return apperr.New(apperr.Conflict, "accounts_apart", "account")
		}
		j.Part(one)
		return nil
	}, one)
}

// KeepApart says that two accounts are not one, though their names look so; they are not proposed again. Problems: as JoinAccounts.
func (l *Lists) KeepApart(ctx context.Context, a survey.Audience, one, other survey.AccountID) error {
	return l.sayAccounts(ctx, a, func(j *survey.AccountJoins) error {
		if j.Of(one) == j.Of(other) {
			return apperr.New(apperr.Conflict, "accounts_same", "other")
		}
		if len(j.Apart) >= survey.MaxJoins {
			return apperr.New(apperr.Conflict, "joins_many", "other", "Limit", survey.MaxJoins)
		}
		j.Refuse(j.Of(one), j.Of(other))
		return nil
	}, one, other)
}

func (l *Lists) sayAccounts(ctx context.Context, a survey.Audience, change func(*survey.AccountJoins) error, ids ...survey.AccountID) error {
	if !a.Valid() || a.Anonymous() {
		return apperr.New(apperr.Unknown, "no_accounts", "audience")
	}
	for _, id := range ids {
		if len(id) != 16 || strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz234567") != "" {
			return apperr.New(apperr.Unknown, "account_unknown", "account")
		}
	}
	return l.Store.ChangeAccountJoins(ctx, a, change)
}
