// Command rlrun trains, evaluates and shows agents. See the README.
package main

import (
	"github.com/auxrl/auxrl/cli"
	"github.com/auxrl/auxrl/viz/window"
)

func main() {
	window.Run(func() { cli.Main(cli.Options{}) })
}
