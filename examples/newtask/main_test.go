package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/cli"
)

// A task of one's own is held to the contract that the built-in ones are held to.
func TestBrightness(t *testing.T) {
	tasktest.Check(t, func(d auxtasks.Dims) (auxtasks.Task, error) { return newBrightness(struct{}{}, d) })
}

// The command knows it.
func TestCommand(t *testing.T) {
	run := func(args ...string) string {
		var out, msg bytes.Buffer
		if code := cli.Run(context.Background(), options(), args, nil, &out, &msg); code != 0 {
			t.Fatalf("%v: exit %d: %s", args, code, msg.String())
		}
		return out.String()
	}
	if got := run("tasks", "brightness"); !strings.Contains(got, "tell how bright it is") {
		t.Errorf("tasks: %s", got)
	}
	run("train", "Probe/Corridor-v0", "--aux", "brightness=0.5", "--steps", "3k", "--run", filepath.Join(t.TempDir(), "run"))
}
