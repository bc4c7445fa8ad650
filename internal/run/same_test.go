package run

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// unlinked is a file system without links.
type unlinked struct{ fsys }

func (unlinked) link(string, string) error { return errors.ErrUnsupported }

// Files in common are in every checkpoint by themselves, with links and without, whichever checkpoint goes.
func TestSaveWith(t *testing.T) {
	for name, plain := range map[string]bool{"links": false, "copies": true} {
		t.Run(name, func(t *testing.T) {
			d := newDir(t)
			if plain {
				d.fs = unlinked{d.fs}
			}
			save(t, d, 1)
			for step := int64(2); step < 6; step++ {
				files := []File{{"env-0.bin", []byte{byte(step)}}}
				if err := d.SaveWith(step, files, Same{step - 1, []string{"state.json", "empty"}}, Keep{Last: 2}); err != nil {
					t.Fatal(err)
				}
				c, skipped, err := d.Load()
				if err != nil || len(skipped) > 0 || c.Step != step {
					t.Fatalf("loaded %v, %v, %v", c, skipped, err)
				}
				got, err := c.File("state.json")
				if err != nil || string(got) != string(filesOf(1)[0].Data) {
					t.Errorf("step %d: state.json is %q (%v)", step, got, err)
				}
			}
			wantSteps(t, d, 4, 5)
			a, errA := os.Stat(filepath.Join(d.stepDir(4), "state.json"))
			b, errB := os.Stat(filepath.Join(d.stepDir(5), "state.json"))
			if err := errors.Join(errA, errB); err != nil || os.SameFile(a, b) == plain {
				t.Errorf("one file in both: %v (%v)", os.SameFile(a, b), err)
			}
			if err := d.SaveWith(6, nil, Same{5, []string{"none"}}, Keep{Last: 2}); err == nil {
				t.Error("a file that the earlier checkpoint does not have was saved")
			}
			if err := d.SaveWith(6, nil, Same{1, []string{"empty"}}, Keep{Last: 2}); err == nil {
				t.Error("a checkpoint that is gone was used")
			}
			write(t, filepath.Join(d.stepDir(5), "state.json"), "damaged")
			if err := d.SaveWith(6, nil, Same{5, []string{"state.json"}}, Keep{Last: 2}); err == nil {
				t.Error("damage was passed on")
			}
			if plain {
				wantLoadStep(t, d, 4)
			}
		})
	}
}

func wantLoadStep(t *testing.T, d *Dir, step int64) {
	t.Helper()
	if c, _, err := d.Load(); err != nil || c.Step != step {
		t.Errorf("loaded %v, %v, want step %d", c, err, step)
	}
}
