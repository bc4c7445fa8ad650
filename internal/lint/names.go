package lint

import (
	"go/build/constraint"
	"path"
	"slices"
	"strings"
)

// vague is what no package and no file is called: they say nothing.
var vague = []string{"util", "utils", "common", "misc", "types", "helper", "helpers"}

// buildTags is every tag there is: three of the project's own, and what the go command knows.
var buildTags = strings.Fields(`
	pixel noasm invariants
	cgo unix
	aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasip1 windows
	386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm
`)

func checkNames(files []*source) []string {
	var found []string
	for _, f := range files {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.path), ".go"), "_test")
		if slices.Contains(vague, base) {
			found = append(found, f.finding(f.ast.Package, "a file called %s: name the one idea in it", base))
		}
		if name := strings.TrimSuffix(f.ast.Name.Name, "_test"); slices.Contains(vague, name) {
			found = append(found, f.finding(f.ast.Package, "a package called %s: name what it is about", name))
		}
	}
	return found
}

func checkBuildTags(files []*source) []string {
	var found []string
	for _, f := range files {
		for _, group := range f.ast.Comments {
			if group.Pos() > f.ast.Package {
				break
			}
			for _, c := range group.List {
				if constraint.IsPlusBuild(c.Text) {
					found = append(found, f.finding(c.Pos(), "build constraints are written //go:build"))
				}
				if !constraint.IsGoBuild(c.Text) {
					continue
				}
				expr, err := constraint.Parse(c.Text)
				if err != nil {
					found = append(found, f.finding(c.Pos(), "%v", err))
					continue
				}
				for _, tag := range tagsOf(expr) {
					if !slices.Contains(buildTags, tag) {
						found = append(found, f.finding(c.Pos(), "build tag %s: there are only pixel, noasm and invariants", tag))
					}
				}
			}
		}
	}
	return found
}

func tagsOf(e constraint.Expr) []string {
	switch e := e.(type) {
	case *constraint.TagExpr:
		return []string{e.Tag}
	case *constraint.NotExpr:
		return tagsOf(e.X)
	case *constraint.AndExpr:
		return append(tagsOf(e.X), tagsOf(e.Y)...)
	case *constraint.OrExpr:
		return append(tagsOf(e.X), tagsOf(e.Y)...)
	}
	return nil
}
