// Newtask is the command rlrun with one more auxiliary task, which takes less than forty lines (brightness.go):
//
//	go run ./examples/newtask train Maze/Overhead-42x42-v0 --aux brightness --steps 20k
package main

import (
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/cli"
)

func main() { cli.Main(options()) }

func options() cli.Options {
	return cli.Options{Tasks: []auxtasks.Kind{auxtasks.NewKind(auxtasks.Info{
		Name: "brightness", About: "tell how bright it is", Source: "an example", Needs: "features", Cost: "next to nothing", Weight: 1,
	}, struct{}{}, newBrightness)}}
}
