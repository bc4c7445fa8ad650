package study

import (
	_ "embed"
	"html/template"
	"strings"

	"github.com/auxrl/auxrl/viz/plot"
)

//go:embed report.html
var reportHTML string

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{
	"value":  func(cell string) string { return strings.TrimSuffix(cell, bounds(cell)) },
	"bounds": bounds,
	"code":   code,
}).Parse(reportHTML))

// bounds returns the interval of a cell, " [lo, hi]", or nothing.
func bounds(cell string) string {
	if at := strings.Index(cell, " ["); at >= 0 {
		return cell[at:]
	}
	return ""
}

// code returns text with what stands between backticks as code, which is all of Markdown that titles and paragraphs need.
func code(text string) template.HTML {
	parts := strings.Split(text, "`")
	var b strings.Builder
	for i, p := range parts {
		p = template.HTMLEscapeString(p)
		switch {
		case i%2 == 0:
			b.WriteString(p)
		case i == len(parts)-1: // it is not closed
			b.WriteString("`" + p)
		default:
			b.WriteString("<code>" + p + "</code>")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped
}

// HTML returns the report as one page that needs nothing beside it.
func (r *Report) HTML() (string, error) {
	type section struct {
		Anchor, Title, Published, Scale string
		Figures                         []template.HTML
		Tables                          []table
	}
	page := struct {
		Title, Protocol, Command string
		About, Notes, Headlines  []string
		Results                  []section
	}{Title: r.Study.Title, Protocol: r.protocol(), Command: r.Study.Command, Notes: r.notes(), Headlines: r.headlines()}
	if r.Study.About != "" {
		page.About = strings.Split(r.Study.About, "\n\n")
	}
	for _, res := range r.results() {
		s := section{Anchor: "all", Title: res.title(), Published: res.Published, Scale: r.scaleNote(res), Tables: r.tables(res)}
		if res.World != "" {
			s.Anchor = fileName(res.World)
		}
		for _, f := range r.figuresOf(res) {
			svg, err := f.SVG()
			if err != nil {
				return "", err
			}
			s.Figures = append(s.Figures, template.HTML(plot.Inline(svg, f.Alt))) //nolint:gosec // drawn here
		}
		page.Results = append(page.Results, s)
	}
	var b strings.Builder
	if err := reportPage.Execute(&b, page); err != nil {
		return "", err
	}
	return b.String(), nil
}
