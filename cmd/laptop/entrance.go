package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/auth"
	"onetap/internal/awsenv"
	"onetap/internal/local"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// entrance is a link by which somebody of a role signs in.
type entrance struct {
	role survey.Role
	url  string
}

// linkLife is longer than that of a link sent by e-mail: the terminal of a laptop is nobody else's.
const linkLife = 24 * time.Hour

// entrances makes a sign-in link for one person of each role that there is, the administrator first.
func entrances(ctx context.Context, s *local.Stack, none bool) ([]entrance, error) {
	if none {
		return nil, nil
	}
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(s.AWS())
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "laptop", SecretAccessKey: "unused", Source: "laptop"}, nil
	})
	table := store.New(dynamodb.NewFromConfig(c), s.TableName())
	staff, err := table.Staff(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the staff: %w", err)
	}
	slices.SortFunc(staff, func(a, b survey.Staff) int { return cmp.Compare(a.ID, b.ID) })
	var all []entrance
	for _, role := range []survey.Role{survey.RoleAdministrator, survey.RoleMarketing, survey.RoleExecutive, survey.RoleManager, survey.RoleOwner, survey.RoleAnalyst} {
		i := slices.IndexFunc(staff, func(m survey.Staff) bool { return m.Role == role })
		if i < 0 {
			continue
		}
		token, link := auth.NewLink(staff[i].ID, "", time.Now(), linkLife)
		if err := table.PutSignIn(ctx, link); err != nil {
			return nil, fmt.Errorf("make a sign-in link: %w", err)
		}
		all = append(all, entrance{role, s.Site() + "/sign-in/" + token})
	}
	return all, nil
}
