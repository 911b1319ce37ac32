package campaigns

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"rsc.io/qr"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

// cardsPage makes ballots on paper, and shows them once, to be printed.
type cardsPage struct {
	shell.Frame
	ID, Name, Action string
	Why              string // why there can be none; "": there can
	Printed          string
	Groups           []shell.Option
	Languages        []shell.Option
	Count, CountHelp string
	Sheet            string // over the cards that were made just now
	Company          string
	Question         string
	Anonymous, How   string // in the cards' language
	Site             string // where codes are typed
	CardLang         string
	Cards            []cardView
}

type cardView struct {
	Code string
	QR   chart.SVG
}

// cardsAtFirst is how many cards the form offers: three sheets.
const cardsAtFirst = 30

func (d *Pages) cardsPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	return d.showCards(w, r, http.StatusOK, c, nil, nil)
}

// printCards makes cards. The answer holds their codes, which stand nowhere else: it is no redirect.
func (d *Pages) printCards(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(strings.TrimSpace(r.FormValue("count")))
	if err != nil {
		n = 0 // which is refused as too few
	}
	var made []mailing.PaperCard
	cell, err := mailing.CellNumber(r.FormValue("cell"))
	if err == nil {
		made, c, err = d.Mailing.PrintCards(r.Context(), c, cell, n)
	}
	if p := apperr.As(err); p != nil && p.Kind != apperr.Unknown {
		return d.showCards(w, r, web.Status(err), c, nil, p)
	}
	if err != nil {
		return err
	}
	return d.showCards(w, r, http.StatusOK, c, made, nil)
}

func (d *Pages) showCards(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, made []mailing.PaperCard, wrong *apperr.Error) error {
	p := &cardsPage{Frame: shell.NewFrame(r, "cards.title"), ID: string(c.ID), Name: c.Name}
	l := p.Lang
	p.Title += " · " + c.Name
	p.Action = "/campaigns/" + p.ID + "/cards"
	cells, err := d.Mailing.CardCells(r.Context(), c)
	if not := apperr.As(err); not != nil {
		p.Why = problemIn(l, p.Zone, not)
		return shell.Show(w, r, status, p)
	}
	if err != nil {
		return err
	}
	if wrong != nil {
		p.Error = problemIn(l, p.Zone, wrong)
	}
	if n := c.Printed(); n > 0 {
		p.Printed = l.T("cards.printed", lang.Values{"Count": n})
	}
	for number, cell := range cells {
		p.Groups = append(p.Groups, shell.Option{Value: strconv.Itoa(number), Label: cellName(l, c, cell), On: r.FormValue("cell") == strconv.Itoa(number)})
	}
	language, _ := mailing.CardLanguage(c, r.FormValue("language"))
	for _, code := range survey.Languages() {
		if c.Speaks(code) {
			p.Languages = append(p.Languages, shell.Option{Value: code, Label: languageName(l, code), On: code == language})
		}
	}
	p.Count, p.CountHelp = cmp.Or(strings.TrimSpace(r.FormValue("count")), strconv.Itoa(cardsAtFirst)), l.T("cards.count_help", lang.Values{"Least": ballot.Least, "Most": mailing.MaxCards})
	if len(made) > 0 {
		if err := p.sheet(c, lang.Language(language), made, d.Addresses.LinksOf(r)); err != nil {
			return err
		}
	}
	return shell.Show(w, r, status, p)
}

// sheet is the cards that were made, in their language.
func (p *cardsPage) sheet(c survey.Campaign, l lang.Language, made []mailing.PaperCard, site string) error {
	site = mailing.CardSite(c, site)
	p.Sheet = p.Lang.T("cards.sheet", lang.Values{"Count": len(made)})
	p.Company, p.Question = c.Company, wording.WithoutName(c, l).Question
	p.Anonymous, p.How, p.CardLang = l.T("cards.card_anonymous"), l.T("cards.card_how"), string(l)
	_, host, _ := strings.Cut(site, "://")
	p.Site = host + "/card"
	for _, card := range made {
		code, err := qr.Encode(mailing.CardLink(site, card, string(l)), qr.M)
		if err != nil {
			return err
		}
		p.Cards = append(p.Cards, cardView{card.Code, square(code)})
	}
	return nil
}

// square draws a QR code with the four light modules around it that scanners need, a stroke for each run of dark ones.
func square(code *qr.Code) chart.SVG {
	const quiet = 4
	var b strings.Builder
	size := strconv.Itoa(code.Size + 2*quiet)
	b.WriteString(`<svg viewBox="0 0 ` + size + " " + size + `" aria-hidden="true" shape-rendering="crispEdges"><path d="M0 0h` + size + "v" + size + "H0z" + `" fill="#fff"/><path stroke="#000" d="`)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			n := 0
			for x+n < code.Size && code.Black(x+n, y) {
				n++
			}
			if n > 0 {
				b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + ".5h" + strconv.Itoa(n))
				x += n
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return chart.SVG(b.String())
}

// cellName says what all holders of a ballot of a cell have in common.
func cellName(l lang.Language, c survey.Campaign, of ballot.Planned) string {
	var parts []string
	for i, v := range of.Cell.Values {
		if columns := c.Columns(); v != "" && i < len(columns) {
			parts = append(parts, shell.ValueLabel(l, columns[i], v, nil))
		}
	}
	if of.Cell.Language != "" {
		parts = append(parts, shell.LanguageName(l, of.Cell.Language))
	}
	if len(parts) == 0 {
		return l.T("cards.everybody")
	}
	return strings.Join(parts, " · ")
}
