// Command rlrun trains, evaluates and shows agents. See the README.
package main

import "github.com/auxrl/auxrl/cli"

func main() { cli.Main(cli.Options{}) }
