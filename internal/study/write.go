package study

import (
	"os"
	"path/filepath"
)

// Files of a study's directory.
const (
	reportName  = "report"
	figuresName = "figures"
)

// Write writes the report into the study's directory: report.html, report.md, summary.csv, runs.csv, and figures/ as SVG and PNG. It returns
// the name of the page.
func (r *Report) Write(p *Plan) (page string, err error) {
	dir := filepath.Join(p.Dir, figuresName)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	if err := r.draw(func(name string) string { return filepath.Join(dir, name) }, true); err != nil {
		return "", err
	}
	html, err := r.HTML()
	if err != nil {
		return "", err
	}
	raw, err := filepath.Rel(p.Dir, p.Raw)
	if err != nil {
		raw = p.Raw
	}
	page = filepath.Join(p.Dir, reportName+".html")
	for name, text := range map[string]string{ // order: each is a file
		page:                                   html,
		filepath.Join(p.Dir, reportName+".md"): r.Markdown(func(name string) string { return figuresName + "/" + name + ".svg" }, filepath.ToSlash(raw), "times.jsonl"),
		filepath.Join(p.Dir, "summary.csv"):    r.SummaryCSV(),
		filepath.Join(p.Dir, "runs.csv"):       r.RunsCSV(),
	} {
		if err := replace(name, []byte(text)); err != nil {
			return "", err
		}
	}
	return page, nil
}

// Publish writes the report as a page NAME.md among others in a directory, with its figures as SVG beside it. Profiles are left out
// where there are several worlds, but for the one over all.
func (r *Report) Publish(dir string) (page string, err error) {
	name := r.Study.Name
	brief := *r
	brief.brief = true
	if err := brief.draw(func(figure string) string { return filepath.Join(dir, name+"-"+figure) }, false); err != nil {
		return "", err
	}
	times := name + ".times.jsonl"
	if _, err := os.Stat(filepath.Join(dir, times)); err != nil {
		times = ""
	}
	page = filepath.Join(dir, name+".md")
	text := brief.Markdown(func(figure string) string { return name + "-" + figure + ".svg" }, name+".jsonl", times)
	return page, replace(page, []byte(text))
}

// draw writes the figures to files whose names, but for their ends, file returns.
func (r *Report) draw(file func(name string) string, png bool) error {
	for _, res := range r.results() {
		for _, f := range r.figuresOf(res) {
			svg, err := f.SVG()
			if err != nil {
				return err
			}
			if err := replace(file(f.Name)+".svg", svg); err != nil {
				return err
			}
			if !png {
				continue
			}
			data, err := f.PNG()
			if err != nil {
				return err
			}
			if err := replace(file(f.Name)+".png", data); err != nil {
				return err
			}
		}
	}
	return nil
}
