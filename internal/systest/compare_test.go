package systest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// A comparison that is killed again and again, wherever it is, makes the same files as one that is left alone, byte for byte and
// whatever the number of jobs is. Only how long runs took differs, and runs keep what they like.
func TestCompareKilled(t *testing.T) {
	dir, most, seeds := t.TempDir(), 6, "1"
	if text := os.Getenv(crashesVar); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		most, seeds = n, "3"
	}
	command := func(out, jobs string) []string {
		return []string{
			"compare", world, "MiniGrid-DoorKey-5x5-v0", "--arms", "base,+counts,+reward-prediction", "--algo", "a2c", "--steps", "60k", "--seeds", seeds, "--episodes", "5",
			"--out", out, "--jobs", jobs,
		}
	}
	stdout, _ := finish(t, rlrun(t, dir, command("whole", "1")...), 0)
	kills := 0
	for ; ; kills++ {
		jobs := "1"
		if kills%2 == 0 {
			jobs = "2"
		}
		cmd := rlrun(t, dir, command("killed", jobs)...)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kills < most {
			late := time.AfterFunc(time.Duration(100+kills*kills*37%900+kills*25)*time.Millisecond, func() { _ = cmd.Process.Kill() })
			defer late.Stop()
		}
		err := cmd.Wait()
		if err == nil {
			if want := bytes.ReplaceAll([]byte(stdout), []byte("whole"), []byte("killed")); !bytes.Equal(out.Bytes(), want) {
				t.Errorf("it printed\n%s\nwant\n%s", out.Bytes(), want)
			}
			break
		}
		if cmd.ProcessState.Exited() {
			t.Fatalf("%v: it ended by itself", err)
		}
	}
	if kills < 2 {
		t.Errorf("killed %d times only", kills)
	}
	want := made(t, filepath.Join(dir, "whole"))
	got := made(t, filepath.Join(dir, "killed"))
	if len(want) < 20 || len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	for name, text := range want { // order: each is compared
		if !bytes.Equal(got[name], text) {
			t.Errorf("%s differs", name)
		}
	}
	t.Logf("killed %d times", kills)
}

// made reads the files of a comparison that depend on nothing but the study.
func made(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "runs":
			return fs.SkipDir
		case d.IsDir() || d.Name() == "times.jsonl" || d.Name() == "lock":
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		files[rel], err = os.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
