package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// What other commands on a page name is looked up in the project.

// sources returns the Go files of a package, or below it for ./PKG/..., as one text.
func (r *docReader) sources(pkg string) (string, error) {
	dir, below := strings.CutSuffix(pkg, "...")
	dir = strings.TrimSuffix(strings.TrimPrefix(dir, "github.com/auxrl/auxrl/"), "/")
	var text strings.Builder
	err := fs.WalkDir(os.DirFS(filepath.Join(r.root, dir)), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && !below:
			return fs.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		data, err := os.ReadFile(filepath.Join(r.root, dir, path))
		text.Write(data)
		return err
	})
	if err == nil && text.Len() == 0 {
		err = errors.New("no Go files")
	}
	if err != nil {
		return "", fmt.Errorf("package %s: %w", pkg, err)
	}
	return text.String(), nil
}

// program finds out whether a package is a program.
func (r *docReader) program(pkg string) error {
	text, err := r.sources(pkg)
	if err == nil && !regexp.MustCompile(`(?m)^package main$`).MatchString(text) {
		err = fmt.Errorf("%s is no program", pkg)
	}
	return err
}

func (r *docReader) goRun(args []string, c docCode) error {
	if len(args) > 1 && args[0] == "-tags" {
		if args[1] != "pixel" && args[1] != "noasm" && args[1] != "invariants" {
			return fmt.Errorf("no tag %s", args[1])
		}
		args = args[2:]
	}
	if len(args) == 0 || args[0] != "./cmd/rlrun" {
		return errors.New("no program that the test runs")
	}
	return errors.Join(r.program(args[0]), r.rlrun(args[1:], c))
}

func (r *docReader) goInstall(args []string, _ docCode) error {
	if len(args) != 1 {
		return errors.New("one package is installed")
	}
	return r.program(args[0])
}

func (r *docReader) goDoc(args []string, _ docCode) error {
	if len(args) != 1 {
		return errors.New("one package is documented")
	}
	_, err := r.sources(args[0])
	return err
}

// goTest looks for tests, benchmarks and flags. The flag -run beside -bench leaves out all tests.
func (r *docReader) goTest(args []string, _ docCode) error {
	patterns := map[string]string{}
	var text strings.Builder
	var own []string
	for i := 0; i < len(args); i++ {
		name, flag := strings.CutPrefix(args[i], "-")
		switch {
		case !flag:
			src, err := r.sources(args[i])
			if err != nil {
				return err
			}
			text.WriteString(src)
		case slices.Contains([]string{"run", "bench", "cpu", "benchtime", "tags", "count", "timeout"}, name):
			if i++; i == len(args) {
				return fmt.Errorf("-%s has no value", name)
			}
			patterns[name] = args[i]
		case !slices.Contains([]string{"v", "short", "race", "cover"}, name):
			own = append(own, name)
		}
	}
	for _, name := range own {
		if !regexp.MustCompile(`flag\.\w+\("` + regexp.QuoteMeta(name) + `"`).MatchString(text.String()) {
			return fmt.Errorf("no flag -%s in these tests", name)
		}
	}
	for name, kind := range map[string]string{"run": "Test", "bench": "Benchmark"} {
		pattern, asked := patterns[name]
		pattern, _, _ = strings.Cut(pattern, "/")
		re, err := regexp.Compile(pattern)
		if err != nil {
			return err
		}
		found := false
		for _, m := range regexp.MustCompile(`(?m)^func (`+kind+`\w*)\(`).FindAllStringSubmatch(text.String(), -1) {
			found = found || re.MatchString(m[1])
		}
		_, benched := patterns["bench"]
		if none := name == "run" && benched; asked && found == none {
			return fmt.Errorf("-%s %s: is there such a %s? %t", name, pattern, strings.ToLower(kind), found)
		}
	}
	return nil
}

// make looks for targets and variables; NAME is that of a study.
func (r *docReader) make(args []string, _ docCode) error {
	data, err := os.ReadFile(filepath.Join(r.root, "Makefile"))
	if err != nil {
		return err
	}
	for _, word := range args {
		name, value, set := strings.Cut(word, "=")
		switch {
		case !set && !regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(name)+`:`).Match(data):
			return fmt.Errorf("no target %s", name)
		case set && !strings.Contains(string(data), "$("+name+")"):
			return fmt.Errorf("no variable %s", name)
		case name == "NAME":
			if _, err := os.Stat(filepath.Join(r.root, "studies", value+".toml")); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *docReader) script(args []string, _ docCode) error {
	info, err := os.Stat(filepath.Join(r.root, "test.sh"))
	if err == nil && (info.Mode()&0o111 == 0 || len(args) > 0) {
		err = errors.New("it cannot be executed like this")
	}
	return err
}

// installation compares Debian's packages with those that test.sh installs.
func (r *docReader) installation(args []string, _ docCode) error {
	data, err := os.ReadFile(filepath.Join(r.root, "test.sh"))
	if err != nil {
		return err
	}
	for _, name := range args {
		if !regexp.MustCompile(`(?m)^\S+ +` + regexp.QuoteMeta(name) + `$`).Match(data) {
			return fmt.Errorf("test.sh does not know the package %s", name)
		}
	}
	return nil
}
