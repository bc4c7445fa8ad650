package run

import (
	"fmt"
	"testing"
)

// death is what a process that killed itself unwinds with here.
type death struct{}

// Every point at which the environment can let a save die is there, is reached, and leaves a checkpoint that is whole.
func TestCrashPoints(t *testing.T) {
	t.Setenv(crashVar, "")
	if _, ok := onDisk().(disk); !ok {
		t.Error("without a point, the file system is not the plain one")
	}
	for _, name := range crashPoints {
		t.Run(name, func(t *testing.T) {
			t.Setenv(crashVar, fmt.Sprint(name, ":2"))
			asked, ok := onDisk().(*deadly)
			if !ok || asked.name != name || asked.left != 2 {
				t.Fatalf("the environment gives %+v", onDisk())
			}
			d := newDir(t)
			for step := range int64(3) {
				save(t, d, step)
			}
			died := false
			step := int64(3)
			for ; step < 6 && !died; step++ {
				before := d.fs
				asked.fsys, asked.die = before, func() { panic(death{}) }
				d.fs = asked
				func() {
					defer func() { died = recover() == death{} }()
					if err := d.SaveWith(step, filesOf(step)[1:], Same{step - 1, []string{"state.json"}}, Keep{Last: 2}); err != nil {
						t.Fatal(err)
					}
				}()
				d.fs = before
			}
			if !died {
				t.Fatal("the point was not reached")
			}
			c, skipped, err := d.Load()
			if err != nil || len(skipped) > 0 || c.Step < step-2 {
				t.Fatalf("loaded %+v, skipped %v, error %v; it died in step %d", c, skipped, err, step-1)
			}
			save(t, d, 7)
			wantLoad(t, d, 7)
		})
	}
}
