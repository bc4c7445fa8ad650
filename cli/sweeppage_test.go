package cli

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// blocks returns the code blocks of a page of Markdown in a language, "" for none.
func blocks(page, language string) (found []string) {
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		if m[1] == language {
			found = append(found, m[2])
		}
	}
	return found
}

// Every command of docs/sweep.md works, in the order of the page; budgets are smaller.
func TestSweepPage(t *testing.T) {
	data, err := os.ReadFile("../docs/sweep.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	t.Chdir(t.TempDir())
	trained(t, corridor, "runs/a1", "--steps", "3k")
	trained(t, corridor, "runs/a2", "--steps", "3k", "--seed", "2")
	times := ""
	for step := 128; step <= 3072; step += 128 { // how long it takes is not up to the test
		times += fmt.Sprintf(`{"v":1,"step":%d,"seconds":%v}`, step, float64(step)/1000) + "\n"
	}
	write(t, "runs/a1/times.jsonl", times)
	write(t, "runs/a2/times.jsonl", times)
	files := blocks(page, "toml")
	if len(files) != 1 {
		t.Fatalf("%d files on the page", len(files))
	}
	small := files[0]
	for old, text := range map[string]string{"200_000": "600", "101-103": "101-101", "configs = 18": "configs = 3"} {
		if !strings.Contains(small, old) {
			t.Fatalf("the file has no %s", old)
		}
		small = strings.ReplaceAll(small, old, text)
	}
	write(t, "mine.toml", "episodes = 2\n"+small)
	ran := map[string]int{}
	for _, block := range blocks(page, "") {
		for line := range strings.Lines(block) {
			line, _, _ = strings.Cut(line, "#")
			line, _, _ = strings.Cut(line, ">")
			args, ours := strings.CutPrefix(strings.TrimSpace(line), "rlrun ")
			if !ours {
				t.Errorf("%q is no command", line)
				continue
			}
			words := strings.Fields(args)
			switch words[0] {
			case "train":
				words = append(words, "--steps", "128", "--episodes", "1")
			case "eval":
				words = append(words, "--episodes", "1")
			}
			must(t, words...)
			ran[words[0]]++
		}
	}
	for verb, want := range map[string]int{"plot": 3, "sweep": 1, "eval": 3, "train": 4} {
		if ran[verb] != want {
			t.Errorf("%s ran %d times, want %d", verb, ran[verb], want)
		}
	}
	for _, name := range []string{"curves.svg", "time.png", "sweeps/mine/best.toml", "sweeps/mine/sweep.csv"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}
