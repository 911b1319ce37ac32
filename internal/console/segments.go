package console

import (
	"context"
	"net/http"
	"slices"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// campaignSeen is the campaign of a path as its reader may see it.
func (d *Desk) campaignSeen(r *http.Request) (survey.Campaign, error) {
	c, err := d.campaign(r)
	if err != nil {
		return c, err
	}
	return d.asSeen(r.Context(), visitOf(r).Who, c)
}

// asSeen is a campaign as a reader may see it: see insight.Seen.
func (d *Desk) asSeen(ctx context.Context, who authz.Who, c survey.Campaign) (survey.Campaign, error) {
	if !insight.Narrowed(c, who) {
		return c, nil
	}
	known, err := d.store.Dimensions(ctx, c.Audience)
	if err != nil {
		return c, err
	}
	asked, err := d.store.Asked(ctx, c.ID)
	return insight.Seen(c, who, known, asked), err
}

// told is a campaign as the API answers it to this caller.
func (d *Desk) told(r *http.Request, c survey.Campaign) (survey.Campaign, error) {
	c, err := d.asSeen(r.Context(), visitOf(r).Who, c)
	c.Dimensions = seenParts(c)
	return c, err
}

func (d *Desk) tellCampaign(w http.ResponseWriter, r *http.Request, c survey.Campaign) error {
	c, err := d.told(r, c)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, c)
	return nil
}

// seenParts are the names of the parts that a reader may see.
func seenParts(c survey.Campaign) []string {
	return slices.DeleteFunc(slices.Clone(c.Dimensions), func(p string) bool { return p == "" })
}

// errSegment refuses a look at a part that names people.
var errSegment = apperr.New(apperr.Forbidden, "segment_personal", "")

// saySegments keeps what an upload says of its columns, once it is known.
func (d *Desk) saySegments(ctx context.Context, u *upload) error {
	if u.Said || u.Reader.Columns == nil {
		return nil
	}
	_, err := d.store.SayDimensions(ctx, u.Reader.Audience, u.Reader.Chosen())
	u.Said = err == nil
	return err
}
