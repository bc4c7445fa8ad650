package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// projectDir is the root of the project as tests of this package see it.
const projectDir = ".."

// docPage is a page of Markdown.
type docPage struct {
	name     string // from the root of the project
	code     []docCode
	links    []docLink
	anchors  map[string]bool
	unclosed int // line of a block that does not end, or 0
}

// docCode is what a page shows as code: a block, or a span of a sentence.
type docCode struct {
	line int    // of its text
	kind string // of a block, the word behind its fence; codeSpan
	text string
	to   string // of a command, the file that what it prints goes to
}

const codeSpan = "span"

// docLink is a link or an image.
type docLink struct {
	line int
	to   string
}

var (
	spanPattern    = regexp.MustCompile("`([^`]+)`")
	linkPattern    = regexp.MustCompile(`!?\[[^\]]*\]\(\s*([^()\s]+)[^()]*\)|<(?:img|a)\s[^>]*(?:src|href)="([^"]+)"`)
	headingPattern = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
)

// parsePage takes a page apart, in its order.
func parsePage(name, text string) *docPage {
	p := &docPage{name: name, anchors: map[string]bool{}}
	var prose, block []string
	begun, kind := 0, ""
	paragraph := func(end int) {
		if len(prose) > 0 {
			p.paragraph(end-len(prose), strings.Join(prose, "\n"))
		}
		prose = nil
	}
	for i, line := range strings.Split(text, "\n") {
		word, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case begun > 0 && fence && word == "":
			p.code = append(p.code, docCode{line: begun + 1, kind: kind, text: strings.Join(block, "\n")})
			begun, block = 0, nil
		case begun > 0:
			block = append(block, line)
		case fence:
			paragraph(i + 1)
			begun, kind = i+1, word
		case strings.TrimSpace(line) == "":
			paragraph(i + 1)
		default:
			if m := headingPattern.FindStringSubmatch(line); m != nil {
				p.heading(m[1])
			}
			prose = append(prose, line)
		}
	}
	paragraph(strings.Count(text, "\n") + 2)
	p.unclosed = begun
	return p
}

// paragraph finds the spans and links of one that begins at a line.
func (p *docPage) paragraph(first int, text string) {
	for _, at := range spanPattern.FindAllStringSubmatchIndex(text, -1) {
		code := strings.NewReplacer("\n", " ", `\|`, "|").Replace(text[at[2]:at[3]])
		p.code = append(p.code, docCode{line: first + strings.Count(text[:at[0]], "\n"), kind: codeSpan, text: code})
	}
	plain := spanPattern.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("`", len(s)) })
	for _, at := range linkPattern.FindAllStringSubmatchIndex(plain, -1) {
		from, to := at[2], at[3]
		if from < 0 {
			from, to = at[4], at[5]
		}
		p.links = append(p.links, docLink{first + strings.Count(plain[:at[0]], "\n"), plain[from:to]})
	}
}

// heading adds what GitHub calls a heading in addresses.
func (p *docPage) heading(text string) {
	anchor := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(text, "$1"))
	name := anchor
	for n := 1; p.anchors[name]; n++ {
		name = fmt.Sprintf("%s-%d", anchor, n)
	}
	p.anchors[name] = true
}

// docPages returns README.md and all pages below docs.
func docPages(t *testing.T) []*docPage {
	t.Helper()
	names := []string{"README.md"}
	err := fs.WalkDir(os.DirFS(projectDir), "docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := make([]*docPage, len(names))
	for i, name := range names {
		text, err := os.ReadFile(filepath.Join(projectDir, name))
		if err != nil {
			t.Fatal(err)
		}
		pages[i] = parsePage(name, string(text))
	}
	return pages
}

// deadLinks returns what is wrong with the links of pages within the project.
func deadLinks(root string, pages []*docPage) (found []string) {
	for _, p := range pages {
		for _, l := range p.links {
			path, anchor, named := strings.Cut(l.to, "#")
			if strings.Contains(path, "://") || strings.HasPrefix(path, "mailto:") {
				continue
			}
			target := p
			if path != "" {
				name := filepath.ToSlash(filepath.Join(filepath.Dir(p.name), path))
				if _, err := os.Stat(filepath.Join(root, name)); err != nil || strings.HasPrefix(name, "../") {
					found = append(found, fmt.Sprintf("%s:%d: there is no %s", p.name, l.line, l.to))
					continue
				}
				i := slices.IndexFunc(pages, func(q *docPage) bool { return q.name == name })
				if target = nil; i >= 0 {
					target = pages[i]
				}
			}
			if named && (target == nil || !target.anchors[anchor]) {
				found = append(found, fmt.Sprintf("%s:%d: there is no heading for %s", p.name, l.line, l.to))
			}
		}
	}
	return found
}

// Every link and every picture of README.md and docs is there.
func TestDocLinks(t *testing.T) {
	pages := docPages(t)
	n := 0
	for _, p := range pages {
		n += len(p.links)
	}
	if len(pages) < 9 || n < 150 {
		t.Errorf("only %d links on %d pages were found", n, len(pages))
	}
	for _, text := range deadLinks(projectDir, pages) {
		t.Error(text)
	}
}

// A link that leads nowhere is found, with its line, and nothing else is.
func TestDocLinksDead(t *testing.T) {
	const text = "# A `b` of C\n\n[fine](#a-b-of-c) and [too](maze/README.md#the-mazes), [code](../cli/cli.go),\n" +
		"[out](https://example.org/x#y), `[no](link.md)`\n\n```\n[no](link.md)\n## no\n```\n\n## [A b](x.md) of c\n\n[again](#a-b-of-c-1)\n\n" +
		"[one](nosuch.md), ![two](nosuch.png)\n[three](#nosuch) [four](maze/README.md#nosuch) [five](../cli/cli.go#L3) [six](#no)\n| <img src=\"seven.png\"> |\n"
	pages := append(docPages(t), parsePage("docs/new.md", text))
	got := slices.DeleteFunc(deadLinks(projectDir, pages), func(text string) bool { return !strings.HasPrefix(text, "docs/new.md:") })
	want := []string{
		"docs/new.md:11: there is no x.md", "docs/new.md:15: there is no nosuch.md", "docs/new.md:15: there is no nosuch.png", "docs/new.md:16: there is no heading for #nosuch",
		"docs/new.md:16: there is no heading for maze/README.md#nosuch", "docs/new.md:16: there is no heading for ../cli/cli.go#L3",
		"docs/new.md:16: there is no heading for #no", "docs/new.md:17: there is no seven.png",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
