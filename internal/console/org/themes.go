package org

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/insight/themes"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/web"
)

// themesPath is the page of the dictionary of themes.
const themesPath = "/settings/themes"

type themesPage struct {
	shell.Frame
	Tabs    []shell.Tab
	Version string
	Rows    []themeLine
	Stale   string // how many campaigns were analysed by another dictionary
	Names   []causeName
	Words   string // of a new theme
	Wrong   string
}

type themeLine struct {
	Href, Name, Other, Words string
	Badges                   []string
}

func (d *Pages) showThemes(w http.ResponseWriter, r *http.Request) error {
	p, err := d.themesForm(r)
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) themesForm(r *http.Request) (*themesPage, error) {
	all, version, err := d.Themes.Read(r.Context())
	if err != nil {
		return nil, err
	}
	stale, err := d.Themes.Stale(r.Context(), version)
	if err != nil {
		return nil, err
	}
	p := &themesPage{Frame: shell.NewFrame(r, "themes.title"), Version: strconv.Itoa(version), Words: r.PostFormValue("words")}
	p.Tabs = tabsOf(&p.Frame, themesPath)
	if stale > 0 {
		p.Stale = p.Lang.T("themes.stale", lang.Values{"Count": stale})
	}
	for _, t := range all {
		row := themeLine{Href: themesPath + "/" + t.ID, Name: t.Name(string(p.Lang)), Words: p.Lang.T("themes.words", lang.Values{"Count": len(t.Words)})}
		for _, l := range lang.All() {
			if name := t.Names[string(l)]; name != "" && name != row.Name {
				row.Other += shell.When(row.Other != "", ", ") + name
			}
		}
		changed, own := t.Changed()
		for _, b := range []struct {
			is   bool
			text string
		}{{t.Hidden, "themes.hidden"}, {own, "themes.own"}, {changed && !own && !t.Hidden, "themes.changed"}} {
			if b.is {
				row.Badges = append(row.Badges, p.Lang.T(b.text))
			}
		}
		p.Rows = append(p.Rows, row)
	}
	p.Names = themeNames(r, "", nil)
	return p, nil
}

// themeNames are the fields of a theme's names: those that somebody has typed, else those it has.
func themeNames(r *http.Request, prefix string, names map[string]string) (all []causeName) {
	for _, l := range lang.All() {
		f := causeName{Field: prefix + "name_" + string(l), Label: l.T("format.language"), Value: names[string(l)]}
		if r.PostForm.Has(f.Field) {
			f.Value = r.PostFormValue(f.Field)
		}
		all = append(all, f)
	}
	return all
}

func typedNames(r *http.Request, prefix string) map[string]string {
	names := map[string]string{}
	for _, l := range lang.All() {
		names[string(l)] = r.PostFormValue(prefix + "name_" + string(l))
	}
	return names
}

// entriesIn are the entries that somebody has typed, one a line or with commas between.
func entriesIn(text string) (all []string) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' }) {
		if one = strings.Join(strings.Fields(one), " "); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// addTheme adds a theme of the company's own.
func (d *Pages) addTheme(w http.ResponseWriter, r *http.Request) error {
	var id string
	err := d.Themes.Change(r.Context(), versionTyped(r), func(all themes.Dictionary) (next themes.Dictionary, err error) {
		next, id = all.Added(themes.Theme{Names: typedNames(r, ""), Words: entriesIn(r.PostFormValue("words"))})
		return next, nil
	})
	if err == nil {
		return shell.Done(w, r, themesPath+"/"+id, "theme_saved")
	}
	return d.themesAgain(w, r, err)
}

// themesAgain shows the list of themes with what was refused.
func (d *Pages) themesAgain(w http.ResponseWriter, r *http.Request, err error) error {
	stale, refused := errors.Is(err, apperr.ErrChanged), apperr.As(err)
	if !stale && refused == nil {
		return err
	}
	p, err := d.themesForm(r)
	if err != nil {
		return err
	}
	if stale {
		p.Error = p.Lang.T("form.stale")
		return shell.Show(w, r, http.StatusConflict, p)
	}
	p.Error, p.Wrong = p.Lang.T("form.not_saved"), p.Lang.Problem(refused)
	return shell.Show(w, r, web.Status(refused), p)
}

func versionTyped(r *http.Request) int {
	n, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		return -1
	}
	return n
}

// restoreThemes makes the dictionary that which every company begins with.
func (d *Pages) restoreThemes(w http.ResponseWriter, r *http.Request) error {
	if r.PostFormValue("sure") == "" {
		return d.themesAgain(w, r, apperr.New(apperr.Invalid, "themes_sure", "sure"))
	}
	err := d.Themes.Change(r.Context(), versionTyped(r), func(themes.Dictionary) (themes.Dictionary, error) { return themes.Default(), nil })
	if err != nil {
		return d.themesAgain(w, r, err)
	}
	return shell.Done(w, r, themesPath, "theme_saved")
}

// analyzeThemes has the campaigns analysed anew that were by another dictionary.
func (d *Pages) analyzeThemes(w http.ResponseWriter, r *http.Request) error {
	if err := d.Themes.AskStale(r.Context()); err != nil && !errors.Is(err, apperr.ErrChanged) { // the analyst is at it
		return err
	}
	return shell.Done(w, r, themesPath, "wave_asked")
}

// addWords puts words that no theme knows into a theme, or makes one of them: from the page of a campaign's themes, to which it leads back.
func (d *Pages) addWords(w http.ResponseWriter, r *http.Request) error {
	l := door.VisitOf(r).Lang
	var words []string
	for _, one := range r.PostForm["word"] {
		words = append(words, entriesIn(one)...)
	}
	err := d.Themes.Change(r.Context(), versionTyped(r), func(all themes.Dictionary) (themes.Dictionary, error) {
		if len(words) == 0 {
			return nil, apperr.New(apperr.Invalid, "theme_words_pick", "word")
		}
		if id := r.PostFormValue("theme"); id != "" {
			t, ok := all.Of(id)
			if !ok {
				return nil, apperr.ErrChanged
			}
			t.Words = slices.Concat(t.Words, words)
			return all.With(t), nil
		}
		name := cmp.Or(strings.TrimSpace(r.PostFormValue("name")), words[0])
		next, _ := all.Added(themes.Theme{Names: map[string]string{string(l): name}, Words: words})
		return next, nil
	})
	if err != nil {
		return d.themesAgain(w, r, err)
	}
	to := themesPath
	if c, err := d.Mailing.Campaign(r.Context(), r.PostFormValue("campaign")); err == nil {
		to = "/results/" + string(c.ID) + "/themes"
	}
	return shell.Done(w, r, to, "theme_words_added")
}

type themePage struct {
	shell.Frame
	Tabs     []shell.Tab
	Version  string
	ID       string
	Here     string
	Names    []causeName
	Cyrillic string
	Other    string
	Not      string
	Hidden   bool
	Causes   []shell.Option
	Others   []shell.Option // to join with
	New      []causeName    // names of what is split off
	Moved    string
	Own      bool // no company begins with it
	Changed  bool
	Wrong    map[string]string // by field
	Comment  string
	Tried    *triedView
}

// triedView is what a theme would find.
type triedView struct {
	Comment  string // whether it is found in the comment, and why; "": none was given
	Found    bool
	Campaign string // in the latest campaign
	Change   string
	Answers  []triedAnswer
}

type triedAnswer struct {
	Score shell.ScoreView
	Words string
}

func (d *Pages) showTheme(w http.ResponseWriter, r *http.Request) error {
	t, all, version, err := d.Themes.Theme(r.Context(), r.PathValue("theme"))
	if err != nil {
		return err
	}
	p, err := d.themeForm(r, t, all, version)
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) themeForm(r *http.Request, t themes.Theme, all themes.Dictionary, version int) (*themePage, error) {
	stored, _ := all.Of(t.ID)
	p := &themePage{
		Frame: shell.NewFrame(r, stored.Name(string(door.VisitOf(r).Lang))), Version: strconv.Itoa(version), ID: t.ID, Here: themesPath + "/" + t.ID,
		Hidden: t.Hidden, Wrong: map[string]string{}, Comment: r.PostFormValue("comment"), Moved: r.PostFormValue("moved"),
	}
	p.Tabs = tabsOf(&p.Frame, themesPath)
	p.Names, p.New = themeNames(r, "", t.Names), themeNames(r, "new_", nil)
	cyrillic, other, not := t.Entries()
	p.Cyrillic, p.Other, p.Not = strings.Join(cyrillic, "\n"), strings.Join(other, "\n"), strings.Join(not, "\n")
	p.Changed, p.Own = stored.Changed()
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return nil, err
	}
	for _, id := range causes.Offered() {
		p.Causes = append(p.Causes, shell.Option{Value: string(id), Label: followup.CauseName(p.Lang, causes, id), On: string(id) == t.Cause})
	}
	for _, one := range all {
		if one.ID != t.ID {
			p.Others = append(p.Others, shell.Option{Value: one.ID, Label: one.Name(string(p.Lang))})
		}
	}
	return p, nil
}

// typedTheme is a theme as somebody has typed it.
func typedTheme(r *http.Request) themes.Theme {
	t := themes.Theme{ID: r.PathValue("theme"), Names: typedNames(r, ""), Hidden: r.PostFormValue("hidden") != "", Cause: r.PostFormValue("cause")}
	t.Words = slices.Concat(entriesIn(r.PostFormValue("cyrillic")), entriesIn(r.PostFormValue("other")))
	for _, entry := range entriesIn(r.PostFormValue("not")) {
		t.Words = append(t.Words, "-"+strings.TrimPrefix(entry, "-"))
	}
	return t
}

// saveTheme stores a theme. What is wrong is said beside it, and nothing that was typed is lost.
func (d *Pages) saveTheme(w http.ResponseWriter, r *http.Request) error {
	t := typedTheme(r)
	err := d.Themes.Change(r.Context(), versionTyped(r), func(all themes.Dictionary) (themes.Dictionary, error) {
		stored, ok := all.Of(t.ID)
		if !ok {
			return nil, apperr.New(apperr.Unknown, "no_such_page", "")
		}
		if slices.Equal(slices.Sorted(slices.Values(stored.Words)), slices.Sorted(slices.Values(t.Words))) {
			t.Words = stored.Words // the form orders them by their letters
		}
		return all.With(t), d.knownCause(r, t, stored)
	})
	return d.themeDone(w, r, t, err)
}

// knownCause refuses a cause that is not offered, unless the theme has it already.
func (d *Pages) knownCause(r *http.Request, t, stored themes.Theme) error {
	causes, err := d.Cases.Causes(r.Context())
	if err != nil || t.Cause == "" || t.Cause == stored.Cause || slices.Contains(causes.Offered(), loop.Cause(t.Cause)) {
		return err
	}
	return apperr.New(apperr.Invalid, "cause_unknown", "cause")
}

// themeDone leads on from a change of one theme, or shows what was typed with what is wrong with it.
func (d *Pages) themeDone(w http.ResponseWriter, r *http.Request, typed themes.Theme, err error) error {
	if err == nil {
		return shell.Done(w, r, themesPath+"/"+typed.ID, "theme_saved")
	}
	changed, refused := errors.Is(err, apperr.ErrChanged), apperr.As(err)
	if !changed && (refused == nil || refused.Kind == apperr.Unknown) {
		return err
	}
	_, all, version, err := d.Themes.Theme(r.Context(), typed.ID)
	if err != nil {
		return err
	}
	p, err := d.themeForm(r, typed, all, version)
	if err != nil {
		return err
	}
	if changed {
		p.Error = p.Lang.T("form.stale")
		return shell.Show(w, r, http.StatusConflict, p)
	}
	p.Error = p.Lang.T("form.not_saved")
	field := refused.Where[strings.LastIndex(refused.Where, ".")+1:]
	p.Wrong[field] = p.Lang.Problem(refused)
	return shell.Show(w, r, web.Status(refused), p)
}

// tryTheme shows what a theme as it was typed would find, and stores nothing.
func (d *Pages) tryTheme(w http.ResponseWriter, r *http.Request) error {
	_, all, version, err := d.Themes.Theme(r.Context(), r.PathValue("theme"))
	if err != nil {
		return err
	}
	t := typedTheme(r)
	p, err := d.themeForm(r, t, all, version)
	if err != nil {
		return err
	}
	p.Version = r.PostFormValue("version")
	found, err := d.Themes.Try(r.Context(), door.VisitOf(r).Who, t, p.Comment)
	if refused := apperr.As(err); refused != nil {
		p.Error = p.Lang.Problem(refused)
		p.Wrong[refused.Where[strings.LastIndex(refused.Where, ".")+1:]] = p.Error
		return shell.Show(w, r, web.Status(refused), p)
	}
	if err != nil {
		return err
	}
	p.Tried = tried(p.Lang, found, p.Comment)
	return shell.Show(w, r, http.StatusOK, p)
}

func tried(l lang.Language, found insight.Trial, comment string) *triedView {
	v := &triedView{Found: len(found.Why) > 0}
	switch {
	case v.Found:
		v.Comment = l.T("themes.tried_yes", lang.Values{"Words": strings.Join(found.Why, ", ")})
	case strings.TrimSpace(comment) != "":
		v.Comment = l.T("themes.tried_no")
	}
	if found.Comments == 0 {
		v.Campaign = l.T("themes.tried_nothing")
		return v
	}
	v.Campaign = l.T("themes.tried_in", lang.Values{"Campaign": found.Campaign.Name, "Found": l.Number(int64(found.Found)), "Comments": l.Number(int64(found.Comments))})
	if found.Was != found.Found {
		v.Change = l.T("themes.tried_was", lang.Values{"Was": l.Number(int64(found.Was))})
	}
	for _, a := range found.Examples {
		words := a.Comment()
		if words == "" || a.Wish() != "" && len(found.Examples) > 0 {
			words = strings.TrimSpace(words + "\n" + a.Wish())
		}
		v.Answers = append(v.Answers, triedAnswer{shell.ScoreOf(l, a.Score()), words})
	}
	return v
}

// joinThemes puts another theme into this one.
func (d *Pages) joinThemes(w http.ResponseWriter, r *http.Request) error {
	return d.changeOne(w, r, func(all themes.Dictionary, t themes.Theme) (themes.Dictionary, error) {
		other := r.PostFormValue("with")
		if _, ok := all.Of(other); !ok || other == t.ID {
			return nil, apperr.New(apperr.Invalid, "theme_join", "join")
		}
		return all.Joined(t.ID, other), nil
	})
}

// splitTheme makes a new theme of some of its words.
func (d *Pages) splitTheme(w http.ResponseWriter, r *http.Request) error {
	return d.changeOne(w, r, func(all themes.Dictionary, t themes.Theme) (themes.Dictionary, error) {
		moved := entriesIn(r.PostFormValue("moved"))
		if len(moved) == 0 {
			return nil, apperr.New(apperr.Invalid, "theme_split_none", "split")
		}
		next, _, err := all.Split(t.ID, typedNames(r, "new_"), moved)
		if err == nil {
			if err = next.Tidy().Check(); err != nil {
				var wrong themes.Wrong
				if errors.As(err, &wrong) { // of whichever of the two it is
					err = apperr.New(apperr.Invalid, wrong.Code, "split", "Value", wrong.Value, "Limit", wrong.Limit)
				}
			}
		}
		return next, err
	})
}

// removeTheme takes a theme out of the dictionary.
func (d *Pages) removeTheme(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("theme")
	err := d.Themes.Change(r.Context(), versionTyped(r), func(all themes.Dictionary) (themes.Dictionary, error) { return all.Without(id), nil })
	if err != nil {
		return d.themesAgain(w, r, err)
	}
	return shell.Done(w, r, themesPath, "theme_removed")
}

// restoreTheme makes a theme what it is in the beginning.
func (d *Pages) restoreTheme(w http.ResponseWriter, r *http.Request) error {
	return d.changeOne(w, r, func(all themes.Dictionary, t themes.Theme) (themes.Dictionary, error) { return all.Restored(t.ID), nil })
}

// changeOne changes the dictionary from the page of one theme, which stays as it is stored.
func (d *Pages) changeOne(w http.ResponseWriter, r *http.Request, change func(themes.Dictionary, themes.Theme) (themes.Dictionary, error)) error {
	t, _, _, err := d.Themes.Theme(r.Context(), r.PathValue("theme"))
	if err != nil {
		return err
	}
	err = d.Themes.Change(r.Context(), versionTyped(r), func(all themes.Dictionary) (themes.Dictionary, error) { return change(all, t) })
	return d.themeDone(w, r, t, err)
}

func (d *Pages) themesRoutes() []door.Route {
	return []door.Route{
		door.On("GET /settings/themes", authz.WriteSettings, d.showThemes, ""),
		door.On("POST /settings/themes", authz.WriteSettings, d.addTheme, "settings.themes.add"),
		door.On("POST /settings/themes/restore", authz.WriteSettings, d.restoreThemes, "settings.themes.restore"),
		door.On("POST /settings/themes/analyze", authz.WriteSettings, d.analyzeThemes, door.Unaudited), // makes anew what is shown
		door.On("POST /settings/themes/words", authz.WriteSettings, d.addWords, "settings.themes.change"),
		door.On("GET /settings/themes/{theme}", authz.WriteSettings, d.showTheme, ""),
		door.On("POST /settings/themes/{theme}", authz.WriteSettings, d.saveTheme, "settings.themes.change"),
		door.On("POST /settings/themes/{theme}/try", authz.WriteSettings, d.tryTheme, door.Unaudited), // stores nothing
		door.On("POST /settings/themes/{theme}/join", authz.WriteSettings, d.joinThemes, "settings.themes.join"),
		door.On("POST /settings/themes/{theme}/split", authz.WriteSettings, d.splitTheme, "settings.themes.split"),
		door.On("POST /settings/themes/{theme}/remove", authz.WriteSettings, d.removeTheme, "settings.themes.remove"),
		door.On("POST /settings/themes/{theme}/standard", authz.WriteSettings, d.restoreTheme, "settings.themes.restore-one"),
	}
}
